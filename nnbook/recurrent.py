"""Recurrence: the same layer at every step, reading the next input and what it said a step ago.

A state h of H numbers is all that such a network remembers. At each step it is made anew from the old one and the
input x (notebook 21). The weights are the same at every step, so their gradients add up over the steps:

    RNN     h' = tanh(x W + h U + b)                   x (N, D)   h (N, H)   W (D, H)   U (H, H)   b (H,)

Going back, the gradient passes through U once for each step, and fades or blows up. The LSTM (notebook 22) keeps a
second state c that is only scaled and added to. Gates between 0 and 1 decide what to let in, to keep and to show:

    LSTM    i = σ(x Wi + h Ui + bi)    f = σ(…)    g = tanh(…)    o = σ(…)           each with weights of its own
            c' = f c + i g             h' = o tanh(c')

The GRU does with one state: z says how much of it stays, r how much of it the proposal n may see:

    GRU     r = σ(x Wr + br + h Ur + b'r)    z = σ(…)    n = tanh(x Wn + bn + r (h Un + b'n))
            h' = n + z (h − n)

Here stand the *cells*, one step each, and all the layers. The functions `rnn`, `lstm`, `gru` over whole sequences
(N, T, D), which the layers call, compute the same fast; they and the masks are explained in unrolled.py.

Weights are (in, gates · out), with the gates in the order i, f, g, o and r, z, n. PyTorch keeps the transposes in the
same order; Keras orders z, r, h. PyTorch's RNN and LSTM have two biases, of which only the sum counts, so there is one
here; the GRU has two, because its r acts after the product with U.

References: Elman 1990; Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000; Cho et
al. 2014; Le, Jaitly & Hinton 2015 for the ReLU RNN that begins as the identity.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nnbook.activations import relu, relu_backward, sigmoid, sigmoid_backward, tanh, tanh_backward
from nnbook.arrays import Array, Rng
from nnbook.errors import check_choice, check_parts, check_saved, check_shapes
from nnbook.sequences import Recurrent, RecurrentCell
from nnbook.unrolled import gru, gru_backward, lstm, lstm_backward, rnn, rnn_backward

__all__ = [
    "GRU", "LSTM", "RNN", "GRUCell", "GRUCellSaved", "LSTMCell", "LSTMCellSaved", "RNNCell", "gru",
    "gru_backward", "gru_cell", "gru_cell_backward", "lstm", "lstm_backward", "lstm_cell",
    "lstm_cell_backward", "rnn", "rnn_backward", "rnn_cell", "rnn_cell_backward",
]  # fmt: skip

_BENDS = {"tanh": (tanh, tanh_backward), "relu": (relu, relu_backward)}


def rnn_cell(
    x: Array, h: Array, weight_ih: Array, weight_hh: Array, bias: Array, *, nonlinearity: str = "tanh"
) -> Array:  # (N, D) (N, H) (D, H) (H, H) (H,) -> (N, H)
    """One step of an RNN: h' = tanh(x W + h U + b), or relu.

    Parameters
    ----------
    x, h : ndarray, shapes (N, D), (N, H)
        The input of the step and the state before it.
    weight_ih, weight_hh, bias : ndarray, shapes (D, H), (H, H), (H,)
    nonlinearity : {"tanh", "relu"}

    Returns
    -------
    ndarray, shape (N, H)
        The state after it.

    Examples
    --------
    >>> rnn_cell(np.array([[1.0]]), np.array([[2.0]]), np.array([[0.5]]), np.array([[0.25]]), np.array([-1.0]))
    array([[0.]])
    """
    spec = "x (N, D); h (N, H); weight_ih (D, H); weight_hh (H, H); bias (H)"
    check_shapes("rnn_cell", spec, x, h, weight_ih, weight_hh, bias)
    bend, _ = _BENDS[check_choice("rnn_cell", "nonlinearity", nonlinearity, _BENDS)]
    return bend(x @ weight_ih + h @ weight_hh + bias)


def rnn_cell_backward(
    dy: Array, x: Array, h: Array, weight_ih: Array, weight_hh: Array, y: Array, *, nonlinearity: str = "tanh"
) -> tuple[Array, ...]:
    """Gradients of `rnn_cell`: dx, dh, dweight_ih, dweight_hh, dbias."""
    spec = "x (N, D); h (N, H); weight_ih (D, H); weight_hh (H, H); y (N, H); dy (N, H)"
    check_shapes("rnn_cell_backward", spec, x, h, weight_ih, weight_hh, y, dy)
    _, unbend = _BENDS[check_choice("rnn_cell_backward", "nonlinearity", nonlinearity, _BENDS)]
    dz = unbend(dy, y)
    return dz @ weight_ih.T, dz @ weight_hh.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


class LSTMCellSaved(NamedTuple):
    """What `lstm_cell` keeps: its gates i, f, g, o and tanh(c'), each (N, H)."""

    i: Array
    f: Array
    g: Array
    o: Array
    squashed: Array


def lstm_cell(
    x: Array, h: Array, c: Array, weight_ih: Array, weight_hh: Array, bias: Array
) -> tuple[tuple[Array, Array], LSTMCellSaved]:  # (N, D) (N, H) (N, H) (D, 4H) (H, 4H) (4H,) -> (N, H) (N, H)
    """One step of an LSTM, ((h', c'), saved): c' = f c + i g, h' = o tanh(c').

    Shapes are x (N, D), h and c (N, H), weight_ih (D, 4H), weight_hh (H, 4H), bias (4H,); gates i, f, g, o.

    Examples
    --------
    >>> zero, one = np.zeros((1, 4)), np.ones((1, 1))
    >>> (h, c), _ = lstm_cell(one, one, one, zero, zero, zero[0])  # gates at a half forget half
    >>> c
    array([[0.5]])
    """
    spec = "x (N, D); h (N, H); c (N, H); weight_ih (D, 4H); weight_hh (H, 4H); bias (4H)"
    check_shapes("lstm_cell", spec, x, h, c, weight_ih, weight_hh, bias)
    i, f, g, o = np.split(x @ weight_ih + h @ weight_hh + bias, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
    c = f * c + i * g
    squashed = tanh(c)
    return (o * squashed, c), LSTMCellSaved(i, f, g, o, squashed)


def lstm_cell_backward(
    dy: tuple[Array, Array],
    x: Array,
    h: Array,
    c: Array,
    weight_ih: Array,
    weight_hh: Array,
    saved: LSTMCellSaved,
) -> tuple[Array, ...]:
    """Gradients of `lstm_cell`, from dy = (dh', dc'): dx, dh, dc, dweight_ih, dweight_hh, dbias."""
    check_parts("lstm_cell_backward", dy, ("dh", "dc"))
    check_saved("lstm_cell_backward", saved, LSTMCellSaved)
    dh, dc = dy
    i, f, g, o, squashed = saved
    spec = "x (N, D); h (N, H); c (N, H); weight_ih (D, 4H); weight_hh (H, 4H); saved.i (N, H); dh (N, H); dc (N, H)"
    check_shapes("lstm_cell_backward", spec, x, h, c, weight_ih, weight_hh, i, dh, dc)
    dc = dc + tanh_backward(dh * o, squashed)
    d_gates = [
        sigmoid_backward(dc * g, i),
        sigmoid_backward(dc * c, f),
        tanh_backward(dc * i, g),
        sigmoid_backward(dh * squashed, o),
    ]
    dz = np.concatenate(d_gates, axis=1)
    return dz @ weight_ih.T, dz @ weight_hh.T, dc * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)


class GRUCellSaved(NamedTuple):
    """What `gru_cell` keeps: its gates r, z, its proposal n, and `seen` = h Un + b'n before r, each (N, H)."""

    r: Array
    z: Array
    n: Array
    seen: Array


def gru_cell(
    x: Array, h: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, GRUCellSaved]:  # (N, D) (N, H) (D, 3H) (H, 3H) (3H,) (3H,) -> (N, H)
    """One step of a GRU, (h', saved): h' = n + z (h − n).

    Shapes are x (N, D), h (N, H), weight_ih (D, 3H), weight_hh (H, 3H), biases (3H,); gates r, z, n.

    Examples
    --------
    >>> zero, one = np.zeros((1, 3)), np.ones((1, 1))
    >>> gru_cell(one, one, zero, zero, zero[0], zero[0])[0]  # z at a half, n at 0
    array([[0.5]])
    """
    spec = "x (N, D); h (N, H); weight_ih (D, 3H); weight_hh (H, 3H); bias_ih (3H); bias_hh (3H)"
    check_shapes("gru_cell", spec, x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    from_x = np.split(x @ weight_ih + bias_ih, 3, axis=1)
    from_h = np.split(h @ weight_hh + bias_hh, 3, axis=1)
    r, z = sigmoid(from_x[0] + from_h[0]), sigmoid(from_x[1] + from_h[1])
    n = tanh(from_x[2] + r * from_h[2])
    return n + z * (h - n), GRUCellSaved(r, z, n, from_h[2])


def gru_cell_backward(
    dy: Array, x: Array, h: Array, weight_ih: Array, weight_hh: Array, saved: GRUCellSaved
) -> tuple[Array, ...]:
    """Gradients of `gru_cell`: dx, dh, dweight_ih, dweight_hh, dbias_ih, dbias_hh."""
    check_saved("gru_cell_backward", saved, GRUCellSaved)
    r, z, n, seen = saved
    spec = "x (N, D); h (N, H); weight_ih (D, 3H); weight_hh (H, 3H); saved.r (N, H); dy (N, H)"
    check_shapes("gru_cell_backward", spec, x, h, weight_ih, weight_hh, r, dy)
    dn = tanh_backward(dy * (1 - z), n)
    dr, dz = sigmoid_backward(dn * seen, r), sigmoid_backward(dy * (h - n), z)
    d_x, d_h = np.concatenate([dr, dz, dn], axis=1), np.concatenate([dr, dz, dn * r], axis=1)
    dh = dy * z + d_h @ weight_hh.T
    return d_x @ weight_ih.T, dh, x.T @ d_x, h.T @ d_h, d_x.sum(axis=0), d_h.sum(axis=0)


# -- layers: one step -------------------------------------------------------------------------------------------------


class RNNCell(RecurrentCell):
    """One step of an RNN: h' = tanh(x W + h U + b), or relu.

    Call it T times and undo it newest first: back-propagation through time is popping the stack.

    Parameters
    ----------
    input_size, hidden_size : int
        D, what each step reads; H, what the state holds.
    nonlinearity : {"tanh", "relu"}
    rng : int or Generator, optional
        Where the weights come from: uniform within ± 1 / √H, as PyTorch draws them. Biases start at 0.
    dtype : dtype
        Of the parameters; input is brought to it.

    Attributes
    ----------
    weight_ih, weight_hh, bias : Parameter, shapes (D, H), (H, H), (H,)

    Examples
    --------
    >>> cell = RNNCell(3, 4, rng=0)
    >>> h = None
    >>> for x in np.ones((5, 2, 3)):
    ...     h = cell(x, h)
    >>> h.shape
    (2, 4)
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "tanh",
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.nonlinearity = check_choice("RNNCell", "nonlinearity", nonlinearity, _BENDS)
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)

    def forward(self, x: npt.ArrayLike, h: npt.ArrayLike | None = None) -> Array:
        """x (N, D), h (N, H) or None for zeros -> h' (N, H)."""
        x, (old,), given = self._check_step(x, h=h)
        y = rnn_cell(x, old, *self._arrays(), nonlinearity=self.nonlinearity)
        self.save(x, old, y, given)
        return y

    def backward(self, dy: Array) -> Any:
        """dh' (N, H) -> dx (N, D); (dx, dh) if h was given."""
        x, h, y, given = self.saved()
        weights = self.weight_ih.data, self.weight_hh.data
        dx, dh, *rest = rnn_cell_backward(dy, x, h, *weights, y, nonlinearity=self.nonlinearity)
        self._add(rest)
        return (dx, dh) if given else dx

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {**super().config(), "nonlinearity": self.nonlinearity}


class LSTMCell(RecurrentCell):
    """One step of an LSTM: c' = f c + i g, h' = o tanh(c').

    Parameters are those of `RNNCell`, without nonlinearity.

    Attributes
    ----------
    weight_ih, weight_hh, bias : Parameter, shapes (D, 4H), (H, 4H), (4H,)
        Gates in the order i, f, g, o.

    Examples
    --------
    >>> cell = LSTMCell(3, 4, rng=0)
    >>> h, c = cell(np.ones((2, 3)))
    >>> h, c = cell(np.ones((2, 3)), (h, c))
    >>> c.shape
    (2, 4)
    """

    gates = 4

    def forward(self, x: npt.ArrayLike, state: Any = None) -> tuple[Array, Array]:
        """x (N, D), state a pair (h, c) of (N, H) or None for zeros -> (h', c')."""
        h, c = self._check_pair(state, "(h, c)")
        x, states, given = self._check_step(x, h=h, c=c)
        y, saved = lstm_cell(x, *states, *self._arrays())
        self.save(x, *states, saved, given)
        return y

    def backward(self, dh: Array, dc: Array) -> Any:
        """dh', dc' (N, H) -> dx (N, D); (dx, (dh, dc)) if the state was given."""
        x, h, c, saved, given = self.saved()
        weights = self.weight_ih.data, self.weight_hh.data
        dx, dh, dc, *rest = lstm_cell_backward((dh, dc), x, h, c, *weights, saved)
        self._add(rest)
        return (dx, (dh, dc)) if given else dx


class GRUCell(RecurrentCell):
    """One step of a GRU: h' = n + z (h − n).

    Parameters are those of `RNNCell`, without nonlinearity.

    Attributes
    ----------
    weight_ih, weight_hh, bias_ih, bias_hh : Parameter, shapes (D, 3H), (H, 3H), (3H,), (3H,)
        Gates in the order r, z, n.

    Examples
    --------
    >>> GRUCell(3, 4, rng=0)(np.ones((2, 3))).shape
    (2, 4)
    """

    gates = 3
    biases = ("bias_ih", "bias_hh")

    def forward(self, x: npt.ArrayLike, h: npt.ArrayLike | None = None) -> Array:
        """x (N, D), h (N, H) or None for zeros -> h' (N, H)."""
        x, (old,), given = self._check_step(x, h=h)
        y, saved = gru_cell(x, old, *self._arrays())
        self.save(x, old, saved, given)
        return y

    def backward(self, dy: Array) -> Any:
        """dh' (N, H) -> dx (N, D); (dx, dh) if h was given."""
        x, h, saved, given = self.saved()
        dx, dh, *rest = gru_cell_backward(dy, x, h, self.weight_ih.data, self.weight_hh.data, saved)
        self._add(rest)
        return (dx, dh) if given else dx


# -- layers: whole sequences ------------------------------------------------------------------------------------------


class RNN(Recurrent):
    """An RNN over whole sequences: h = tanh(x W + h U + b) at each step, or relu.

    Parameters
    ----------
    input_size, hidden_size : int
        D, what each step reads; H, what the state holds.
    nonlinearity : {"tanh", "relu"}
        With relu, begin as the identity: ``rnn.weight_hh.data = np.eye(hidden_size)`` (notebook 22).
    bidirectional : bool
        A second set of weights, ``weight_ih_reverse`` and so on, reads from the end; y holds both, (N, T, 2H).
    reverse : bool
        Read from the end only.
    rng : int or Generator, optional
        Where the weights come from: uniform within ± 1 / √H, as PyTorch draws them. Biases start at 0.
    dtype : dtype
        Of the parameters; input is brought to it.

    Attributes
    ----------
    weight_ih, weight_hh, bias : Parameter, shapes (D, H), (H, H), (H,)

    Notes
    -----
    PyTorch's layer expects (T, N, D) unless told ``batch_first=True``, and has a first axis of 1 on the state of one
    direction.

    Examples
    --------
    >>> layer = RNN(3, 4, rng=0)
    >>> y, h = layer(np.ones((2, 5, 3)))
    >>> y.shape, h.shape
    ((2, 5, 4), (2, 4))
    >>> layer.backward(np.ones((2, 5, 4)), None).shape  # nothing asked of the last state
    (2, 5, 3)
    """

    gates = 1
    functions = (rnn, rnn_backward)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "tanh",
        bidirectional: bool = False,
        reverse: bool = False,
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.nonlinearity = check_choice("RNN", "nonlinearity", nonlinearity, _BENDS)
        super().__init__(
            input_size, hidden_size, bidirectional=bidirectional, reverse=reverse, rng=rng, dtype=dtype
        )

    def forward(
        self, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, mask: npt.ArrayLike | None = None
    ) -> tuple[Array, Array]:
        """x (N, T, D), h0 (N, H) or None for zeros, mask (N, T) -> y (N, T, H), h (N, H).

        With two directions y is (N, T, 2H), h0 and h are (2, N, H). Where the mask is false the state is carried on.
        """
        y, (h,) = self._run(x, {"h0": h0}, mask)
        return y, h

    def backward(self, dy: Array, dh: Array) -> Any:
        """Gradients of y and h, None for zeros -> dx (N, T, D); (dx, dh0) if h0 was given."""
        dx, (dh0,), given = self._undo(dy, (dh,))
        return (dx, dh0) if given else dx

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {**super().config(), "nonlinearity": self.nonlinearity}


class LSTM(Recurrent):
    """An LSTM over whole sequences: c = f c + i g, h = o tanh(c) at each step.

    Parameters are those of `RNN`, without nonlinearity.

    Attributes
    ----------
    weight_ih, weight_hh, bias : Parameter, shapes (D, 4H), (H, 4H), (4H,)
        Gates in the order i, f, g, o. Biases start at 0, as all others; many begin with the forget gates open:
        ``lstm.bias.data[H : 2 * H] = 1`` (Jozefowicz, Zaremba & Sutskever 2015).

    Examples
    --------
    >>> layer = LSTM(3, 4, bidirectional=True, rng=0)
    >>> y, (h, c) = layer(np.ones((2, 5, 3)))
    >>> y.shape, h.shape, c.shape
    ((2, 5, 8), (2, 2, 4), (2, 2, 4))
    """

    gates = 4
    functions = (lstm, lstm_backward)

    def forward(
        self, x: npt.ArrayLike, state: Any = None, mask: npt.ArrayLike | None = None
    ) -> tuple[Array, tuple[Array, ...]]:
        """x (N, T, D), state a pair (h0, c0) of (N, H) or None for zeros, mask (N, T) -> y (N, T, H), (h, c).

        With two directions y is (N, T, 2H), the states are (2, N, H). Where the mask is false they are carried on.
        """
        h0, c0 = self._check_pair(state, "(h0, c0)")
        return self._run(x, {"h0": h0, "c0": c0}, mask)

    def backward(self, dy: Array, d_state: tuple[Array, Array]) -> Any:
        """Gradients of y and of (h, c), None for zeros -> dx (N, T, D); (dx, (dh0, dc0)) if the state was given."""
        dx, d_initial, given = self._undo(dy, d_state)
        return (dx, d_initial) if given else dx


class GRU(Recurrent):
    """A GRU over whole sequences: h = n + z (h − n) at each step.

    Parameters are those of `RNN`, without nonlinearity.

    Attributes
    ----------
    weight_ih, weight_hh, bias_ih, bias_hh : Parameter, shapes (D, 3H), (H, 3H), (3H,), (3H,)
        Gates in the order r, z, n.

    Examples
    --------
    >>> layer = GRU(3, 4, rng=0)
    >>> y, h = layer(np.ones((2, 5, 3)), mask=np.arange(5) < [[5], [2]])  # the second sequence has two steps
    >>> bool((y[1, 1] == h[1]).all())
    True
    """

    gates = 3
    biases = ("bias_ih", "bias_hh")
    functions = (gru, gru_backward)

    def forward(
        self, x: npt.ArrayLike, h0: npt.ArrayLike | None = None, mask: npt.ArrayLike | None = None
    ) -> tuple[Array, Array]:
        """x (N, T, D), h0 (N, H) or None for zeros, mask (N, T) -> y (N, T, H), h (N, H).

        With two directions y is (N, T, 2H), h0 and h are (2, N, H). Where the mask is false the state is carried on.
        """
        y, (h,) = self._run(x, {"h0": h0}, mask)
        return y, h

    def backward(self, dy: Array, dh: Array) -> Any:
        """Gradients of y and h, None for zeros -> dx (N, T, D); (dx, dh0) if h0 was given."""
        dx, (dh0,), given = self._undo(dy, (dh,))
        return (dx, dh0) if given else dx
