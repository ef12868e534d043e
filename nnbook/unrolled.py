"""Recurrence over whole sequences: what recurrent.py's cells say step by step, computed fast.

`rnn`, `lstm` and `gru` take x (N, T, D) and the state before the first step, and return the state after every step, y
(N, T, H), and after the last. The equations are those of the cells in recurrent.py, and the tests hold the two equal.
What makes it up to twice as fast as calling a cell T times:

- Memory is (T, gates, H, N), as sequences.py explains: each gate of each step is one block.
- The state, the constant 1 and the input of a step stand under each other in one array, `joined` (T + 1, H + 1 + D, N),
  and U, b and W likewise: so one product per step is U h + b + W x, and one at the end gives all their gradients.
- One tanh serves all gates, because σ(z) = ½ + ½ tanh(½ z); the inner halves are folded into the weights.
- A gate's slope is known once the way there is, so all slopes are computed before the way back, for all steps at once. A
  step of the way back multiplies them, in place, by the gradient of the state, and what was slopes is the gates' gradient.

*Masks.* Where mask (N, T) is false the state is carried on unchanged: y there is the state carried, and the last state
is that of the last real step (PyTorch's packed sequences have zeros there in y, and the same last state). With `reverse`
the last step is read first. What x holds where the mask is false has no influence, but it must be finite.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nnbook.arrays import Array, as_floating
from nnbook.errors import check_choice, check_parts, check_saved, check_shape, check_shapes, explain
from nnbook.sequences import check_mask, examples_first, steps_first

__all__ = [
    "GRUSaved",
    "LSTMSaved",
    "RNNSaved",
    "gru",
    "gru_backward",
    "lstm",
    "lstm_backward",
    "rnn",
    "rnn_backward",
]


def _check(who: str, gates: str, mask: Array | None, x: Array, *rest: Any) -> Array | None:
    """Refuse sequences, states, weights and biases that do not fit each other; -> the mask."""
    states = ("h0", "c0") if gates == "4" else ("h0",)
    biases = ("bias_ih", "bias_hh") if gates == "3" else ("bias",)
    spec = ["x (N, T, D)", *(f"{name} (N, H)" for name in states), f"weight_ih (D, {gates}H)"]
    spec += [f"weight_hh (H, {gates}H)", *(f"{name} ({gates}H)" for name in biases)]
    check_shapes(who, "; ".join(spec), x, *rest)
    for name, weight in zip(("weight_ih", "weight_hh"), rest[len(states) :], strict=False):
        as_floating(who, weight, name=name)
    if x.shape[1] == 0:
        raise ValueError(explain(who, "x of one step or more", f"shape {x.shape}"))
    return None if mask is None else check_mask(who, mask, (x.shape[:2], "(N, T)"))


def _check_backward(
    who: str, kind: Any, dy: Any, weight_ih: Any, weight_hh: Any, saved: Any, mask: Array | None
) -> Array | None:
    """Refuse gradients and weights that do not fit what was saved; -> the mask."""
    gates, names = {RNNSaved: ("", "y h"), LSTMSaved: ("4", "y h c"), GRUSaved: ("3", "y h")}[kind]
    parts = tuple(f"d{name}" for name in names.split())
    check_saved(who, saved, kind)
    check_parts(who, dy, parts)
    spec = f"weight_hh (H, {gates}H); weight_ih? (D, {gates}H)"
    check_shapes(who, spec, weight_hh, weight_ih)
    (T, rows, N), H = saved.joined.shape, len(weight_hh)
    if weight_ih is not None and len(weight_ih) + H + 1 != rows:
        got = f"weight_ih of shape {weight_ih.shape} and weight_hh of shape {weight_hh.shape}"
        raise ValueError(explain(who, f"weights of {rows - 1} rows together, as forward had", got))
    for i, d in enumerate(dy):
        check_shape(who, f"dy[{i}]", d, (N, H) if i else (N, T - 1, H))
    return None if mask is None else check_mask(who, mask, ((N, T - 1), "(N, T)"))


def _join(x: Array, h0: Array, weight_ih: Array, reverse: bool) -> Array:
    """The array of all steps, [h; 1; x] under each other, (T + 1, H + 1 + D, N); h of later steps is still to come."""
    (N, T, D), H = x.shape, h0.shape[1]
    joined = np.empty((T + 1, H + 1 + D, N), np.result_type(x, h0, weight_ih))
    joined[0, :H] = h0.T
    joined[:, H] = 1
    joined[:T, H + 1 :] = steps_first(x, reverse=reverse)
    return joined


def _weights(*rows: Array) -> Array:
    """U, b and W above each other, transposed: (G·H, H + 1 + D), what multiplies `joined`."""
    return np.ascontiguousarray(np.concatenate(rows).T)


def _carried(mask: Array | None, T: int, reverse: bool) -> Any:
    """For each step the examples (N,) whose state is carried on, or None."""
    return [None] * T if mask is None else ~mask[:, :: -1 if reverse else 1].T


def _in_columns(steps: Array) -> Array:
    """(T, R, N) -> (R, T · N): what stood at one place in all steps and examples is one row, ready for one product."""
    T, R, N = steps.shape
    return steps.transpose(1, 0, 2).reshape(R, T * N)


def _input_gradient(d_gates: Array, weight_ih: Array | None, T: int, N: int, reverse: bool) -> Array | None:
    """W (D, G·H) times the gates' gradients (G·H, T · N), as (N, T, D); None if W is None."""
    if weight_ih is None:
        return None
    dx = (weight_ih @ d_gates).reshape(len(weight_ih), T, N)
    return examples_first(dx.transpose(1, 0, 2), reverse=reverse)


class RNNSaved(NamedTuple):
    """What `rnn` keeps: `joined` (T + 1, H + 1 + D, N), the states before each step, 1, and the inputs."""

    joined: Array


def rnn(
    x: Array,
    h0: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias: Array,
    *,
    nonlinearity: str = "tanh",
    reverse: bool = False,
    mask: Array | None = None,
) -> tuple[tuple[Array, Array], RNNSaved]:
    """An RNN over whole sequences, ((y, h), saved): `rnn_cell` at each step.

    Parameters
    ----------
    x : ndarray, shape (N, T, D)
    h0 : ndarray, shape (N, H)
        The state before the first step.
    weight_ih, weight_hh, bias : ndarray, shapes (D, H), (H, H), (H,)
    nonlinearity : {"tanh", "relu"}
    reverse : bool
        Read from the last step to the first; y stays in the order of x.
    mask : ndarray of bool, shape (N, T), optional
        True where a step is real; elsewhere the state is carried on.

    Returns
    -------
    y : ndarray, shape (N, T, H)
        The state after each step.
    h : ndarray, shape (N, H)
        The last state: y[:, -1], or y[:, 0] if `reverse`.
    saved : RNNSaved

    Examples
    --------
    >>> x, one = np.array([[[1.0], [0.0], [0.0]]]), np.ones((1, 1))
    >>> (y, h), _ = rnn(x, 0 * one, one, 0.5 * one, np.zeros(1), nonlinearity="relu")
    >>> y[0, :, 0]
    array([1.  , 0.5 , 0.25])
    """
    mask = _check("rnn", "", mask, x, h0, weight_ih, weight_hh, bias)
    check_choice("rnn", "nonlinearity", nonlinearity, ("tanh", "relu"))
    joined, H, T = _join(x, h0, weight_ih, reverse), h0.shape[1], x.shape[1]
    weights = _weights(weight_hh, bias[np.newaxis], weight_ih)
    for step, after, carried in zip(joined[:T], joined[1:, :H], _carried(mask, T, reverse), strict=True):
        np.matmul(weights, step, out=after)
        if nonlinearity == "tanh":
            np.tanh(after, out=after)
        else:
            np.maximum(after, 0, out=after)
        if carried is not None:
            np.copyto(after, step[:H], where=carried)
    h = joined[1:, :H]
    return (examples_first(h, reverse=reverse), h[-1].T.copy()), RNNSaved(joined)


def rnn_backward(
    dy: tuple[Array, Array],
    weight_ih: Array | None,
    weight_hh: Array,
    saved: RNNSaved,
    *,
    nonlinearity: str = "tanh",
    reverse: bool = False,
    mask: Array | None = None,
) -> tuple[Array | None, ...]:
    """Gradients of `rnn`, from dy = (dy, dh): as `rnn` takes its arguments; dx is None without weight_ih."""
    mask = _check_backward("rnn_backward", RNNSaved, dy, weight_ih, weight_hh, saved, mask)
    check_choice("rnn_backward", "nonlinearity", nonlinearity, ("tanh", "relu"))
    (joined,), H = saved, len(weight_hh)
    h = joined[1:, :H]
    slopes = 1 - h * h if nonlinearity == "tanh" else (h > 0).astype(h.dtype)
    d = slopes  # gradients after the loop
    d_out = steps_first(dy[0], reverse=reverse).copy()
    dh = np.array(dy[1].T, order="C")
    for slope, from_y, carried in zip(d[::-1], d_out[::-1], _carried(mask, len(d), not reverse), strict=True):
        dh += from_y
        slope *= dh
        if carried is None:
            np.matmul(weight_hh, slope, out=dh)
        else:
            np.copyto(slope, 0, where=carried)
            np.copyto(dh, weight_hh @ slope, where=~carried)
    d_gates, steps = _in_columns(d), _in_columns(joined[:-1])
    dweights = (d_gates @ steps.T).T
    dx = _input_gradient(d_gates, weight_ih, len(d), dh.shape[1], reverse)
    return dx, dh.T.copy(), dweights[H + 1 :], dweights[:H], dweights[H]


class LSTMSaved(NamedTuple):
    """What `lstm` keeps: `joined` as in `RNNSaved`; the gates (T, 4, H, N); c before each step and after the last,
    (T + 1, H, N); `squashed`, tanh(c) after each step, (T, H, N)."""

    joined: Array
    gates: Array
    c: Array
    squashed: Array


def lstm(
    x: Array,
    h0: Array,
    c0: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias: Array,
    *,
    reverse: bool = False,
    mask: Array | None = None,
) -> tuple[tuple[Array, Array, Array], LSTMSaved]:
    """An LSTM over whole sequences, ((y, h, c), saved): `lstm_cell` at each step.

    Shapes are x (N, T, D), h0 and c0 (N, H), weight_ih (D, 4H), weight_hh (H, 4H), bias (4H,); gates i, f, g, o. Options and
    the outputs y (N, T, H), h (N, H) are those of `rnn`; c (N, H) is the last cell state.

    Examples
    --------
    >>> x, zero = np.zeros((1, 3, 1)), np.zeros((1, 1))
    >>> (y, h, c), _ = lstm(x, zero, zero + 8, np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4))
    >>> c  # halved three times
    array([[1.]])
    """
    mask = _check("lstm", "4", mask, x, h0, c0, weight_ih, weight_hh, bias)
    joined, (N, T, _), H = _join(x, h0, weight_ih, reverse), x.shape, h0.shape[1]
    weights = _weights(weight_hh, bias[np.newaxis], weight_ih)
    weights[: 2 * H] *= 0.5  # the inner halves of σ, for i and f
    weights[3 * H :] *= 0.5  # and for o
    gates = np.empty((T, 4, H, N), joined.dtype)
    squashed = np.empty((T, H, N), joined.dtype)
    c = np.empty((T + 1, H, N), joined.dtype)
    c[0] = c0.T
    i_g = np.empty_like(c[0])
    for t, carried in enumerate(_carried(mask, T, reverse)):
        step, gate, h_next, c_next = joined[t], gates[t], joined[t + 1, :H], c[t + 1]
        np.matmul(weights, step, out=gate.reshape(4 * H, N))
        np.tanh(gate, out=gate)
        i, f, g, o = gate
        for sigmoid in (gate[:2], o):
            sigmoid *= 0.5
            sigmoid += 0.5
        np.multiply(f, c[t], out=c_next)
        np.multiply(i, g, out=i_g)
        c_next += i_g
        np.tanh(c_next, out=squashed[t])
        np.multiply(o, squashed[t], out=h_next)
        if carried is not None:
            np.copyto(h_next, step[:H], where=carried)
            np.copyto(c_next, c[t], where=carried)
    h = joined[1:, :H]
    y = examples_first(h, reverse=reverse)
    return (y, h[-1].T.copy(), c[-1].T.copy()), LSTMSaved(joined, gates, c, squashed)


def lstm_backward(
    dy: tuple[Array, Array, Array],
    weight_ih: Array | None,
    weight_hh: Array,
    saved: LSTMSaved,
    *,
    reverse: bool = False,
    mask: Array | None = None,
) -> tuple[Array | None, ...]:
    """Gradients of `lstm`, from dy = (dy, dh, dc): as `lstm` takes its arguments; dx is None without weight_ih."""
    mask = _check_backward("lstm_backward", LSTMSaved, dy, weight_ih, weight_hh, saved, mask)
    joined, gates, c, squashed = saved
    T, _, H, N = gates.shape
    i, f, g, o = gates.transpose(1, 0, 2, 3)
    d = np.empty((T, 6, H, N), gates.dtype)  # slopes now, gradients after the loop
    c_to_c, c_to_i, c_to_f, c_to_g, h_to_o, h_to_c = d.transpose(1, 0, 2, 3)  # the gates stand together
    np.subtract(gates, gates * gates, out=d[:, 1:5])  # σ′ = σ − σ²
    c_to_c[...] = f
    c_to_i *= g
    c_to_f *= c[:T]
    np.multiply(i, 1 - g * g, out=c_to_g)
    h_to_o *= squashed
    np.multiply(o, 1 - squashed * squashed, out=h_to_c)
    if mask is not None:
        skipped = ~mask[:, :: -1 if reverse else 1].T[:, np.newaxis]
        np.copyto(d, 0, where=skipped[:, np.newaxis])
        np.copyto(c_to_c, 1, where=skipped)
    d_out = steps_first(dy[0], reverse=reverse).copy()
    dh, dc = np.array(dy[1].T, order="C"), np.array(dy[2].T, order="C")
    for step, from_y, carried in zip(d[::-1], d_out[::-1], _carried(mask, T, not reverse), strict=True):
        through_c, through_h, d_gates = step[:4], step[4:], step[1:5].reshape(4 * H, N)
        dh += from_y
        through_h *= dh
        dc += step[5]
        through_c *= dc
        dc = step[0]
        if carried is None:
            np.matmul(weight_hh, d_gates, out=dh)
        else:
            np.copyto(dh, weight_hh @ d_gates, where=~carried)
    d_gates, steps = _in_columns(d[:, 1:5].reshape(T, 4 * H, N)), _in_columns(joined[:-1])
    dweights = (d_gates @ steps.T).T
    dx = _input_gradient(d_gates, weight_ih, T, N, reverse)
    return dx, dh.T.copy(), dc.T.copy(), dweights[H + 1 :], dweights[:H], dweights[H]


class GRUSaved(NamedTuple):
    """What `gru` keeps: `joined` as in `RNNSaved`; r and z of all steps, (T, 2, H, N); the proposals n and `seen`, what r
    multiplied, (T, H, N)."""

    joined: Array
    r_z: Array
    n: Array
    seen: Array


def gru(
    x: Array,
    h0: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias_ih: Array,
    bias_hh: Array,
    *,
    reverse: bool = False,
    mask: Array | None = None,
) -> tuple[tuple[Array, Array], GRUSaved]:
    """A GRU over whole sequences, ((y, h), saved): `gru_cell` at each step.

    Shapes are x (N, T, D), h0 (N, H), weight_ih (D, 3H), weight_hh (H, 3H), biases (3H,); gates r, z, n. Options and the
    outputs y (N, T, H), h (N, H) are those of `rnn`.

    Examples
    --------
    >>> x, one = np.zeros((1, 3, 1)), np.ones((1, 1))
    >>> (y, h), _ = gru(x, 8 * one, np.zeros((1, 3)), np.zeros((1, 3)), np.zeros(3), np.zeros(3))
    >>> h  # halved three times
    array([[1.]])
    """
    mask = _check("gru", "3", mask, x, h0, weight_ih, weight_hh, bias_ih, bias_hh)
    joined, (N, T, _), H = _join(x, h0, weight_ih, reverse), x.shape, h0.shape[1]
    r_and_z, of_n = slice(2 * H), slice(2 * H, None)
    bias = (bias_ih + bias_hh)[np.newaxis, r_and_z]
    weights = _weights(weight_hh[:, r_and_z], bias, weight_ih[:, r_and_z])
    weights *= 0.5  # the inner halves of σ
    n = _weights(bias_ih[np.newaxis, of_n], weight_ih[:, of_n]) @ joined[:T, H:]  # for all steps at once
    seeing = _weights(weight_hh[:, of_n], bias_hh[np.newaxis, of_n])
    r_z, seen = np.empty((T, 2, H, N), n.dtype), np.empty((T, H, N), n.dtype)
    r_seen = np.empty_like(seen[0])
    for t, carried in enumerate(_carried(mask, T, reverse)):
        step, gate, proposal, h, h_next = joined[t], r_z[t], n[t], joined[t, :H], joined[t + 1, :H]
        np.matmul(weights, step, out=gate.reshape(2 * H, N))
        np.tanh(gate, out=gate)
        gate *= 0.5
        gate += 0.5
        r, z = gate
        np.matmul(seeing, step[: H + 1], out=seen[t])
        np.multiply(r, seen[t], out=r_seen)
        proposal += r_seen
        np.tanh(proposal, out=proposal)
        np.subtract(h, proposal, out=h_next)
        h_next *= z
        h_next += proposal
        if carried is not None:
            np.copyto(h_next, h, where=carried)
    h = joined[1:, :H]
    return (examples_first(h, reverse=reverse), h[-1].T.copy()), GRUSaved(joined, r_z, n, seen)


def gru_backward(
    dy: tuple[Array, Array],
    weight_ih: Array | None,
    weight_hh: Array,
    saved: GRUSaved,
    *,
    reverse: bool = False,
    mask: Array | None = None,
) -> tuple[Array | None, ...]:
    """Gradients of `gru`, from dy = (dy, dh): as `gru` takes its arguments; dx is None without weight_ih."""
    mask = _check_backward("gru_backward", GRUSaved, dy, weight_ih, weight_hh, saved, mask)
    joined, r_z, n, seen = saved
    T, _, H, N = r_z.shape
    h, (r, z) = joined[:T, :H], r_z.transpose(1, 0, 2, 3)
    d = np.empty((T, 5, H, N), n.dtype)  # slopes now, gradients after the loop
    h_to_seen, h_to_r, h_to_z, h_to_n, h_to_h = d.transpose(1, 0, 2, 3)
    one_less = 1 - r_z
    np.multiply(one_less[:, 1], 1 - n * n, out=h_to_n)
    np.multiply(h_to_n, r, out=h_to_seen)
    np.multiply(h_to_seen, seen, out=h_to_r)
    h_to_r *= one_less[:, 0]
    np.subtract(h, n, out=h_to_z)
    h_to_z *= z
    h_to_z *= one_less[:, 1]
    h_to_h[...] = z
    if mask is not None:
        skipped = ~mask[:, :: -1 if reverse else 1].T[:, np.newaxis]
        np.copyto(d, 0, where=skipped[:, np.newaxis])
        np.copyto(h_to_h, 1, where=skipped)
    d_out = steps_first(dy[0], reverse=reverse).copy()
    dh = np.array(dy[1].T, order="C")
    back = np.concatenate([weight_hh[:, 2 * H :], weight_hh[:, : 2 * H]], axis=1)
    for step, from_y in zip(d[::-1], d_out[::-1], strict=True):
        dh += from_y
        step *= dh
        np.matmul(back, step[:3].reshape(3 * H, N), out=dh)
        dh += step[4]
    d_gates, steps = _in_columns(d[:, :4].reshape(T, 4 * H, N)), _in_columns(joined[:-1])
    of_h = np.roll(d_gates[: 3 * H] @ steps[: H + 1].T, -H, axis=0).T  # n stood first and belongs last
    of_x = (d_gates[H:] @ steps[H:].T).T
    dx = _input_gradient(d_gates[H:], weight_ih, T, N, reverse)
    return dx, dh.T.copy(), of_x[1:], of_h[:H], of_x[0], of_h[H]
