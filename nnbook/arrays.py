"""What an array is to nnbook: its type, its random source, and the order it has in memory.

Two facts are told here once, because every layer leans on them.

*dtype.* A layer computes in its parameters' dtype, float32 unless asked otherwise. Floating input is brought
to that dtype; integers are refused, because 255 grey levels are seldom what was meant.

*Order in memory.* An image batch is (N, C, H, W) to whoever uses it, and lies in memory with the batch
innermost, as if it were (C, H, W, N): then every slice that a convolution takes is one long run of numbers.
An element-wise operation on two arrays that lie in different orders is many times slower than on two that
agree, so the second operand is brought into the first one's order before they meet (`in_order_of`).

*Room.* Whoever builds a model on a stranger's word, as `nnbook.load` does, says first how much it may hold (`at_most`).
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nnbook.errors import as_array, describe, explain

__all__ = [
    "Array",
    "Rng",
    "as_floating",
    "as_generator",
    "at_most",
    "batch_first",
    "batch_last",
    "in_order_of",
    "take_room",
]

Array: TypeAlias = npt.NDArray[Any]
Rng: TypeAlias = int | np.random.Generator | None
"""A seed, a Generator that is drawn from, or None for a fresh one from the operating system."""


def as_floating(who: Any, x: Any, dtype: npt.DTypeLike | None = None, *, name: str = "x") -> Array:
    """Return `x` as a floating array, in `dtype` if one is given.

    Parameters
    ----------
    who : object or str
        The layer that asks, for the message.
    x : array_like
        Floating numbers of any shape.
    dtype : dtype, optional
        The dtype to bring it to; None leaves the floating dtype that it has.
    name : str
        What the argument is called.

    Raises
    ------
    TypeError
        If `x` holds integers, booleans or anything else that is not floating.

    Examples
    --------
    >>> as_floating("Linear(2, 1)", [0.5, 1.5], np.float32).dtype
    dtype('float32')
    """
    if type(x) is not np.ndarray or x.dtype != dtype:
        given, x = x, as_array(x)
        if x.dtype.kind == "O" and not isinstance(given, np.ndarray):
            raise TypeError(explain(who, f"floating numbers in {name}", describe(given)))
        if x.dtype.kind != "f":
            fix = f"Convert it first: {name}.astype(np.float32)."
            if x.dtype == np.uint8:
                fix = f"Scale grey values first: {name}.astype(np.float32) / 255."
            raise TypeError(explain(who, f"floating numbers in {name}", describe(x), fix))
        if dtype is not None:
            x = x.astype(dtype, copy=False)
    return x


def as_generator(who: str, rng: Rng) -> np.random.Generator:
    """Return the Generator that a seed stands for, or the one given, which is then drawn from.

    Raises
    ------
    TypeError, ValueError
        If it is neither.

    Examples
    --------
    >>> as_generator("blobs", 0).integers(100)
    np.int64(85)
    """
    if rng is None or isinstance(rng, np.random.Generator):
        return np.random.default_rng(rng)
    expected, fix = "a seed of at least 0 or a numpy.random.Generator as rng", "Try rng=0."
    if not isinstance(rng, (int, np.integer)) or isinstance(rng, bool):
        raise TypeError(explain(who, expected, describe(rng), fix))
    if rng < 0:
        raise ValueError(explain(who, expected, describe(rng), fix))
    return np.random.default_rng(rng)


def batch_last(x: Array) -> Array:
    """View images (N, C, H, W) as (C, H, W, N), contiguous: free where they lie so already, else one copy."""
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0))


def batch_first(y: Array) -> Array:
    """View (C, H, W, N) as the (N, C, H, W) that everybody sees: always free."""
    return y.transpose(3, 0, 1, 2)


def in_order_of(like: Array, x: Array) -> Array:
    """Return `x` with its axes in the order in which `like` lies in memory: free where they agree, else one copy.

    Examples
    --------
    >>> images = batch_first(np.zeros((3, 4, 5, 2)))
    >>> in_order_of(images, np.ones((2, 3, 4, 5))).strides == images.strides
    True
    """
    if x.strides == like.strides or x.shape != like.shape:
        return x
    same = np.empty_like(like, dtype=x.dtype)  # "K": the order of `like`
    same[...] = x
    return same


_room: ContextVar[list[int] | None] = ContextVar("_room", default=None)


@contextlib.contextmanager
def at_most(numbers: int, *, arrays: int) -> Iterator[None]:
    """Refuse, within it, to make more parameters, buffers and initial weights than so many, or of more numbers in all.

    Examples
    --------
    >>> import nnbook
    >>> with at_most(10_000, arrays=10):
    ...     nnbook.Linear(10**6, 10**6)
    Traceback (most recent call last):
        ...
    ValueError: uniform expects a shape of at most 10000 numbers, but got (1000000, 1000000).
    """
    token = _room.set([numbers, arrays])
    try:
        yield
    finally:
        _room.reset(token)


def take_room(who: Any, shape: tuple[int, ...]) -> None:
    """Count an array that is about to be made, within `at_most`; does nothing outside."""
    room = _room.get()
    if room is not None:
        size = math.prod(shape)
        if size > room[0] or room[1] < 1:
            most = room[0] if room[1] else 0
            raise ValueError(explain(who, f"a shape of at most {most} numbers", f"{shape}"))
        room[:] = room[0] - size, room[1] - 1
