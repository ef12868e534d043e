"""What a batch of sequences is to nnbook: its shape, its mask, its order in memory, and what its layers share.

*Shape.* N sequences of T steps, each step D numbers, are (N, T, D). Sequences of different lengths are padded to the
longest, and a *mask* (N, T) of booleans is true where a step is real.

*Order in memory.* A recurrent layer takes one step of all sequences at a time, so it copies what it is given into
(T, D, N): a step is then one block of memory, and in it the batch is innermost. The product of a step, weights
(G·H, D) times inputs (D, N), leaves each gate one block too, so that every element-wise operation of the loop runs
over one stretch of numbers. Reading a sequence backwards costs nothing more: the copy is made in that order.

*What sequence layers share*: checks of sequences, masks and states, and for recurrent layers weights for one direction
or two. The equations are in recurrent.py and attention.py, and nothing of them is here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from nnbook import init
from nnbook.arrays import Array, Rng, as_floating, as_generator
from nnbook.errors import as_array, check_integer, describe, explain
from nnbook.module import Module, Parameter

__all__ = [
    "Recurrent",
    "RecurrentCell",
    "check_key_mask",
    "check_mask",
    "check_queries",
    "check_query_mask",
    "check_sequences",
    "examples_first",
    "steps_first",
    "who_sees_whom",
]


def steps_first(x: Array, *, reverse: bool = False) -> Array:
    """View (N, T, D) as (T, D, N), the last step first if `reverse`: always free.

    Examples
    --------
    >>> steps_first(np.zeros((2, 5, 3))).shape
    (5, 3, 2)
    """
    return x[:, :: -1 if reverse else 1].transpose(1, 2, 0)


def examples_first(x: Array, *, reverse: bool = False) -> Array:
    """Copy (T, D, N) to the (N, T, D) that everybody sees, contiguous, the steps turned round if `reverse`."""
    return np.ascontiguousarray(x[:: -1 if reverse else 1].transpose(2, 0, 1))


def check_sequences(
    who: Any, x: npt.ArrayLike, features: int, dtype: npt.DTypeLike, name: str = "x"
) -> Array:
    """Return `x` as floating sequences (N, T, features) of one step or more, else raise.

    Raises
    ------
    TypeError
        If it does not hold floating numbers.
    ValueError
        If it has another number of axes or features, or no step.
    """
    x = as_floating(who, x, dtype, name=name)
    expected = f"{name} of shape (N, T, {features}), sequences of T steps"
    if x.ndim != 3 or x.shape[2] != features:
        fix = f"Its last axis should hold the {features} features of one step."
        if x.ndim == 2 and x.shape[1] == features:
            fix = f"One sequence alone is a batch of one: {name}[np.newaxis]."
        elif x.ndim == 2 and features == 1:
            fix = f"One number at each step makes a last axis of one: {name}[:, :, np.newaxis]."
        elif x.ndim == 3 and x.shape[1] == features:
            fix = f"It looks like (N, features, T): {name}.transpose(0, 2, 1)."
        raise ValueError(explain(who, expected, f"shape {x.shape}", fix))
    if x.shape[1] == 0:
        raise ValueError(explain(who, expected, f"shape {x.shape}", "A sequence has one step or more."))
    return x


def check_mask(who: Any, mask: npt.ArrayLike, *shapes: tuple[tuple[int, ...], str], fix: str = "") -> Array:
    """Return `mask` if it holds booleans and has one of the shapes, each given with its meaning, else raise.

    Raises
    ------
    TypeError
        If it does not hold booleans: a mask of numbers may mean either.
    ValueError
        If it has none of the shapes; `fix` says what to do.

    Examples
    --------
    >>> check_mask("GRU(3, 4)", [[True, False]], ((1, 2), "(N, T)"))
    array([[ True, False]])
    """
    given, mask = mask, as_array(mask)
    if mask.dtype != np.bool_:
        how = "Compare: mask = indices != padding; or mask.astype(bool) if 1 means real."
        got = describe(given if mask.dtype == np.object_ else mask)
        raise TypeError(explain(who, "mask to hold booleans, True for what is real", got, how))
    if mask.shape not in [shape for shape, _ in shapes]:
        expected = " or ".join(f"{shape} = {meaning}" for shape, meaning in shapes)
        raise ValueError(explain(who, f"mask of shape {expected}", f"shape {mask.shape}", fix))
    return mask


def check_queries(who: Any, inputs: list[Any], features: list[int], dtype: npt.DTypeLike) -> list[Array]:
    """Return query, and key and value if there are, as sequences of one batch size, key and value equally long.

    Raises
    ------
    TypeError
        If one does not hold floating numbers.
    ValueError
        If one has another number of axes or features than it should, or they do not fit each other.
    """
    arrays: list[Array] = []
    for x, name, size in zip(inputs, ("query", "key", "value"), features, strict=False):
        arrays.append(check_sequences(who, x, size, dtype, name))
        if len(arrays[-1]) != len(arrays[0]):
            got = f"shapes {arrays[0].shape} and {arrays[-1].shape}"
            raise ValueError(explain(who, f"as many sequences in {name} as in query", got))
    if len(arrays) == 3 and arrays[2].shape[1] != arrays[1].shape[1]:
        got = f"shapes {arrays[1].shape} and {arrays[2].shape}"
        raise ValueError(explain(who, "as many steps in value as in key", got, "Each key has its value."))
    return arrays


def who_sees_whom(
    who: Any, mask: npt.ArrayLike | None, query: Array, key: Array, causal: bool = False
) -> Array | None:
    """Return a mask with three axes, without the later keys if `causal`; None if all queries see all keys.

    Raises
    ------
    TypeError, ValueError
        If the mask does not fit, or if `causal` has nothing to compare: as many queries as keys.
    """
    allowed = check_query_mask(who, mask, query, key)
    if not causal:
        return allowed
    queries, keys = query.shape[1], key.shape[1]
    if queries != keys:
        got = f"{queries} queries and {keys} keys"
        raise ValueError(explain(who, "as many queries as keys if causal", got))
    earlier = np.tri(queries, dtype=bool)[np.newaxis]
    return earlier if allowed is None else earlier & allowed


def check_query_mask(who: Any, mask: npt.ArrayLike | None, query: Array, key: Array) -> Array | None:
    """Return a mask (N, Tk) or (N or 1, Tq, Tk) with three axes, None as None, else raise as `check_mask`.

    Two axes always mean (N, Tk): were (Tq, Tk) taken too, a batch of Tq sequences would turn one into the other.
    """
    if mask is None:
        return None
    batch, queries, keys = len(query), query.shape[1], key.shape[1]
    shapes = [((batch, keys), "(N, Tk)"), ((batch, queries, keys), "(N, Tq, Tk)")]
    shape = as_array(mask).shape
    if len(shape) == 3 and shape[0] == 1:
        shapes[1] = ((1, queries, keys), "(1, Tq, Tk)")
    fix = "It says which keys are real."
    if shape == (queries, keys):
        fix = "Give a mask of queries and keys an axis for the batch: mask[np.newaxis]."
    mask = check_mask(who, mask, *shapes, fix=fix)
    return mask[:, np.newaxis] if mask.ndim == 2 else mask


def check_key_mask(who: str, mask: Array | None, query: Array, key: Array) -> None:
    """Refuse a mask that is not boolean, or does not broadcast to (..., Tq, Tk)."""
    if mask is None:
        return
    if getattr(mask, "dtype", None) != np.bool_:
        fix = "Compare: mask = indices != padding; or mask.astype(bool) if 1 means real."
        raise TypeError(explain(who, "mask to hold booleans, True for what is real", describe(mask), fix))
    shape = (*query.shape[:-1], key.shape[-2])
    aligned = zip(reversed(mask.shape), reversed(shape), strict=False)
    if mask.ndim > len(shape) or any(mine not in (1, size) for mine, size in aligned):
        fix = "Give a mask of padding, (N, Tk), the axes between: mask[:, np.newaxis]."
        raise ValueError(explain(who, f"a mask that broadcasts to {shape}", f"shape {mask.shape}", fix))


class RecurrentCell(Module):
    """What RNNCell, LSTMCell and GRUCell share: weights of one direction, drawn as PyTorch draws them, and checks.

    Weights are uniform within ± 1 / √hidden_size, biases zero.
    """

    gates: ClassVar[int]  # G, how many blocks of H columns the weights have
    biases: ClassVar[tuple[str, ...]] = ("bias",)
    input_size: int
    hidden_size: int
    weight_ih: Parameter
    weight_hh: Parameter

    def __init__(
        self, input_size: int, hidden_size: int, *, rng: Rng = None, dtype: npt.DTypeLike = np.float32
    ) -> None:
        name = type(self).__name__
        self.input_size = check_integer(name, "input_size", input_size)
        self.hidden_size = check_integer(name, "hidden_size", hidden_size)
        self._draw("", as_generator(name, rng), dtype)

    def _draw(self, suffix: str, rng: np.random.Generator, dtype: npt.DTypeLike) -> None:
        bound, width = 1 / math.sqrt(self.hidden_size), self.gates * self.hidden_size
        for name, rows in (("weight_ih", self.input_size), ("weight_hh", self.hidden_size)):
            weight = init.uniform((rows, width), bound, rng=rng, dtype=dtype)
            setattr(self, name + suffix, Parameter(weight))
        for name in self.biases:
            setattr(self, name + suffix, Parameter(init.zeros((width,), dtype=dtype)))

    def _weights(self, suffix: str = "") -> list[Parameter]:
        return [getattr(self, name + suffix) for name in ("weight_ih", "weight_hh", *self.biases)]

    def _arrays(self, suffix: str = "") -> list[Array]:
        return [parameter.data for parameter in self._weights(suffix)]

    def _add(self, gradients: Sequence[Array], suffix: str = "") -> None:
        for parameter, gradient in zip(self._weights(suffix), gradients, strict=True):
            parameter.grad += gradient

    def _check_step(self, x: npt.ArrayLike, **states: Any) -> tuple[Array, list[Array], bool]:
        """Check x and the states; -> both as arrays, and whether any state was given."""
        x = as_floating(self, x, self.weight_ih.data.dtype)
        if x.ndim != 2 or x.shape[1] != self.input_size:
            fix = f"A cell reads the {self.input_size} features of one step of each example."
            if x.ndim == 3 and x.shape[2] == self.input_size:
                whole = type(self).__name__.removesuffix("Cell")
                fix = f"A cell takes one step at a time, x[:, t]; nnbook.{whole} takes whole sequences."
            raise ValueError(explain(self, f"x of shape (N, {self.input_size})", f"shape {x.shape}", fix))
        shape = len(x), self.hidden_size
        checked = [
            self._check_state(name, state, shape, "(N, hidden_size)") for name, state in states.items()
        ]
        return x, checked, any(state is not None for state in states.values())

    def _check_state(
        self, name: str, state: npt.ArrayLike | None, shape: tuple[int, ...], axes: str
    ) -> Array:
        dtype = self.weight_ih.data.dtype
        if state is None:
            return np.zeros(shape, dtype)
        state = as_floating(self, state, dtype, name=name)
        if state.shape != shape:
            fix = "Give it one state per example, or None to begin with zeros."
            raise ValueError(explain(self, f"{name} of shape {shape} = {axes}", f"shape {state.shape}", fix))
        return state

    def _check_pair(self, state: Any, names: str) -> Any:
        if state is None:
            return None, None
        if not isinstance(state, (tuple, list, np.ndarray)) or len(state) != 2:
            got = (
                f"a {type(state).__name__} of {len(state)}"
                if isinstance(state, (tuple, list))
                else describe(state)
            )
            raise TypeError(explain(self, f"state to be a pair {names}", got, "Give it both, or None."))
        return state

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        dtype = self.weight_ih.data.dtype.name
        return {"input_size": self.input_size, "hidden_size": self.hidden_size, "dtype": dtype}


class Recurrent(RecurrentCell):
    """What RNN, LSTM and GRU share: one direction or two, masks, and the way through a pair of sequence functions."""

    functions: ClassVar[
        tuple[Callable[..., Any], Callable[..., Any]]
    ]  # forward and backward over whole sequences
    bidirectional: bool
    reverse: bool

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        bidirectional: bool = False,
        reverse: bool = False,
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        if bidirectional and reverse:
            expected = "bidirectional or reverse, not both"
            fix = "A bidirectional layer reads backwards too; set reverse=False."
            raise ValueError(explain(type(self).__name__, expected, "bidirectional=True, reverse=True", fix))
        self.bidirectional, self.reverse = bool(bidirectional), bool(reverse)
        rng = as_generator(type(self).__name__, rng)
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)
        if self.bidirectional:
            self._draw("_reverse", rng, dtype)

    def _directions(self) -> list[tuple[str, bool]]:
        """The suffix of the weights and the direction of reading, of each direction."""
        return [("", False), ("_reverse", True)] if self.bidirectional else [("", self.reverse)]

    def _run(self, x: npt.ArrayLike, states: dict[str, Any], mask: Any) -> tuple[Array, tuple[Array, ...]]:
        """Check everything, run each direction; -> y (N, T, H or 2H) and the final states."""
        x = check_sequences(self, x, self.input_size, self.weight_ih.data.dtype)
        directions = (2,) if self.bidirectional else ()
        shape = (*directions, len(x), self.hidden_size)
        axes = "(2, N, hidden_size)" if self.bidirectional else "(N, hidden_size)"
        initial = [self._check_state(name, state, shape, axes) for name, state in states.items()]
        if mask is not None:
            mask = check_mask(self, mask, (x.shape[:2], "(N, T)"))
        outputs, kept = [], []
        for k, (suffix, reverse) in enumerate(self._directions()):
            first = [state[k] for state in initial] if self.bidirectional else initial
            options = {"reverse": reverse, "mask": mask, **self._options()}
            y, saved = self.functions[0](x, *first, *self._arrays(suffix), **options)
            outputs.append(y)
            kept.append(saved)
        self.save(kept, mask, any(state is not None for state in states.values()))
        if not self.bidirectional:
            return outputs[0][0], outputs[0][1:]
        ys, *finals = zip(*outputs, strict=True)
        return np.concatenate(ys, axis=2), tuple(map(np.stack, finals))

    def _undo(self, dy: Array, d_finals: tuple[Array, ...]) -> tuple[Array | None, tuple[Array, ...], bool]:
        """Undo each direction; -> dx, the gradients of the initial states, and whether these were given."""
        kept, mask, given = self.saved()
        dx, d_initials = None, []
        for k, (suffix, reverse) in enumerate(self._directions()):
            d_output = (dy, *d_finals)
            if self.bidirectional:
                columns = slice(k * self.hidden_size, (k + 1) * self.hidden_size)
                d_output = (dy[:, :, columns], *(d[k] for d in d_finals))
            weight_ih, weight_hh = self._arrays(suffix)[:2]
            options = {"reverse": reverse, "mask": mask, **self._options()}
            d_x, *gradients = self.functions[1](
                d_output, weight_ih if self.input_grad else None, weight_hh, kept[k], **options
            )
            dx = d_x if dx is None else dx + d_x
            d_initials.append(gradients[: len(d_finals)])
            self._add(gradients[len(d_finals) :], suffix)
        if not self.bidirectional:
            return dx, tuple(d_initials[0]), given
        return dx, tuple(map(np.stack, zip(*d_initials, strict=True))), given

    def _options(self) -> dict[str, Any]:
        nonlinearity = getattr(self, "nonlinearity", None)  # an RNN has one
        return {} if nonlinearity is None else {"nonlinearity": nonlinearity}

    def predict(self, *inputs: Any, batch_size: int = 1024) -> Any:
        """As `Module.predict`; in one batch if there are two directions, whose states have the examples second."""
        batch_size = check_integer(f"{type(self).__name__}.predict", "batch_size", batch_size)
        if self.bidirectional and inputs:
            batch_size = max(batch_size, len(inputs[0]))
        return super().predict(*inputs, batch_size=batch_size)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {**super().config(), "bidirectional": self.bidirectional, "reverse": self.reverse}
