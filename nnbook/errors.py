"""How nnbook words an error: who expected what, what came instead, and how to mend it.

An error message is read by someone who is stuck. So every message of the package is built here, in one order:

    Linear(64, 10) expects x with 64 features in its last axis, but got shape (32, 1, 8, 8). Flatten the
    images first: put nnbook.Flatten() before it, or x.reshape(len(x), -1).

The layer and its argument, what it expected, what it got, the likely cause, and one line that mends it.
"""

from __future__ import annotations

import difflib
import functools
import math
import numbers
import operator
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "as_array",
    "check_array",
    "check_choice",
    "check_floats",
    "check_gradient",
    "check_integer",
    "check_number",
    "check_parts",
    "check_saved",
    "check_shape",
    "check_shapes",
    "describe",
    "explain",
    "missing_package",
]


def explain(who: Any, expected: str, got: str, fix: str = "") -> str:
    """Word one error.

    Parameters
    ----------
    who : object or str
        The layer (shown by its repr) or the name of the function that refuses.
    expected : str
        What it expects, such as ``"x with 64 features in its last axis"``.
    got : str
        What came instead; see `describe`.
    fix : str, optional
        The likely cause and one line that mends it, as sentences.

    Returns
    -------
    str

    Examples
    --------
    >>> explain("Adam", "lr above 0", "lr=-0.1", "Try lr=1e-3.")
    'Adam expects lr above 0, but got lr=-0.1. Try lr=1e-3.'
    """
    name = who if isinstance(who, str) else repr(who)
    return f"{name} expects {expected}, but got {got}.{' ' + fix if fix else ''}"


def describe(value: Any) -> str:
    """Say what a value is: shape and dtype of an array, type and value of anything else.

    Examples
    --------
    >>> describe(np.zeros((32, 10), dtype=np.float32))
    'float32 array of shape (32, 10)'
    >>> describe("adam"), describe(None), describe([1.0, 2.0])
    ("the str 'adam'", 'None', 'the list [1.0, 2.0]')
    """
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    if value is None:
        return "None"
    text = repr(value)
    if len(text) > 60:
        text = text[:57] + "..."
    return f"the {type(value).__name__} {text}"


def check_number(
    who: Any,
    name: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
    fix: str = "",
) -> float:
    """Return `value` as a float if it is a finite number within the bounds, else raise.

    Raises
    ------
    TypeError
        If it is not a real number.
    ValueError
        If it is NaN, infinite or outside the bounds.

    Examples
    --------
    >>> check_number("Dropout", "p", 0.5, at_least=0, below=1)
    0.5
    """
    if (
        type(value) is float  # the usual case, quickly
        and (above is None or value > above)
        and (at_least is None or value >= at_least)
        and (below is None or value < below)
        and (at_most is None or value <= at_most)
        and math.isfinite(value)
    ):
        return value
    words = {"above": above, "of at least": at_least, "below": below, "of at most": at_most}
    bounds = " and ".join(f"{word} {bound:g}" for word, bound in words.items() if bound is not None)
    expected = f"a finite number {name} {bounds}".rstrip()
    if not isinstance(value, numbers.Real) or isinstance(value, (bool, np.bool_)):
        raise TypeError(explain(who, expected, describe(value), fix))
    try:
        number = float(value)
    except OverflowError:  # a whole number of hundreds of digits
        number = math.inf
    if (
        not math.isfinite(number)
        or (above is not None and not number > above)
        or (at_least is not None and not number >= at_least)
        or (below is not None and not number < below)
        or (at_most is not None and not number <= at_most)
    ):
        raise ValueError(explain(who, expected, f"{name}={value!r}", fix))
    return number


def check_integer(who: Any, name: str, value: Any, *, at_least: int = 1, fix: str = "") -> int:
    """Return `value` as an int if it is a whole number of at least `at_least`, else raise.

    Raises
    ------
    TypeError
        If it is not an integer (3.0 is not, nor is True).
    ValueError
        If it is too small.

    Examples
    --------
    >>> check_integer("Linear", "in_features", 64)
    64
    """
    expected = f"a whole number {name} of at least {at_least}"
    if not isinstance(value, numbers.Integral) or isinstance(value, (bool, np.bool_)):
        raise TypeError(explain(who, expected, describe(value), fix))
    if value < at_least:
        raise ValueError(explain(who, expected, f"{name}={value!r}", fix))
    if int(value) > sys.maxsize:  # as a size NumPy could not count it
        raise ValueError(explain(who, f"{expected} and of at most {sys.maxsize}", f"{name}={value!r}", fix))
    return int(value)


def check_choice(who: Any, name: str, value: Any, choices: Iterable[str]) -> str:
    """Return `value` if it is one of `choices`, else raise and offer the nearest one.

    Raises
    ------
    TypeError
        If it is not a string.
    ValueError
        If it is none of the choices.

    Examples
    --------
    >>> check_choice("digits", "split", "tail", ["random", "tail"])
    'tail'
    """
    known = list(choices)
    expected = f"{name} to be one of {', '.join(map(repr, known))}"
    if not isinstance(value, str):
        raise TypeError(explain(who, expected, describe(value)))
    if value not in known:
        near = difflib.get_close_matches(value.lower(), known, n=1)
        raise ValueError(explain(who, expected, repr(value), f"Did you mean {near[0]!r}?" if near else ""))
    return value


# -- the arrays that a function is given ------------------------------------------------------------------------------


def as_array(x: Any) -> npt.NDArray[Any]:
    """Return `x` as an array, whatever it holds; rows of unequal lengths, of which NumPy makes none, as an array of None.

    Examples
    --------
    >>> as_array([1, 2]), as_array([[1], [1, 2]])
    (array([1, 2]), array(None, dtype=object))
    """
    try:
        return np.asarray(x)
    except ValueError:
        return np.array(None)


def check_array(who: Any, name: str, x: Any) -> npt.NDArray[Any]:
    """Return `x` as an array if it holds real numbers, else raise a TypeError.

    Examples
    --------
    >>> check_array("relu", "x", [1, 2])
    array([1, 2])
    """
    if type(x) is np.ndarray and x.dtype.kind in "fiub":
        return x
    array = as_array(x)
    if array.dtype.kind not in "fiub":
        fix = f"Its numbers are in {name}.data." if _holds_numbers(x) else ""
        raise TypeError(explain(who, f"an array of numbers as {name}", describe(x), fix))
    return array


def check_floats(who: Any, name: str, x: Any) -> npt.NDArray[Any]:
    """`check_array`, with whole numbers brought to float64: in uint8 already -1 is 255, and a square soon too large."""
    if type(x) is np.ndarray and x.dtype.kind == "f":
        return x
    x = check_array(who, name, x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def check_gradient(
    who: Any, dy: Any, like: Any, name: str = "y"
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return dy and the array whose gradient it is, or is to become, if they are of one shape, else raise.

    Examples
    --------
    >>> check_gradient("relu_backward", np.ones(2), np.zeros(2))
    (array([1., 1.]), array([0., 0.]))
    """
    if type(dy) is not np.ndarray or type(like) is not np.ndarray or dy.shape != like.shape:
        like, dy = check_array(who, name, like), check_array(who, "dy", dy)
        if dy.shape != like.shape:
            raise ValueError(explain(who, f"dy of {name}'s shape {like.shape}", f"shape {dy.shape}"))
    return dy, like


def check_shape(who: Any, name: str, x: Any, shape: tuple[int, ...], fix: str = "") -> npt.NDArray[Any]:
    """Return `x` as an array if it holds numbers and has this shape, else raise.

    Examples
    --------
    >>> check_shape("conv2d_backward", "dy", [[1.0, 2.0]], (1, 2))
    array([[1., 2.]])
    """
    x = check_array(who, name, x)
    if x.shape != shape:
        raise ValueError(explain(who, f"{name} of shape {shape}", f"shape {x.shape}", fix))
    return x


def check_parts(who: Any, dy: Any, names: tuple[str, ...]) -> None:
    """Refuse, by a TypeError, a dy that is no tuple with one gradient for each output."""
    if not isinstance(dy, tuple) or len(dy) != len(names):
        got = f"a tuple of {len(dy)}" if isinstance(dy, tuple) else describe(dy)
        raise TypeError(explain(who, f"a tuple ({', '.join(names)}) as dy", got))


def check_saved(who: str, saved: Any, kind: type) -> None:
    """Refuse, by a TypeError, what is not the `saved` that a function's forward returned beside y."""
    if not isinstance(saved, kind):
        name = who.removesuffix("_backward")
        expected = f"the {kind.__name__} that {name} returned as saved"
        got = f"another one's, {type(saved).__name__}" if hasattr(saved, "_fields") else describe(saved)
        raise TypeError(explain(who, expected, got, f"It comes second: y, saved = {name}(...)."))


def check_shapes(who: Any, spec: str, *arrays: Any) -> None:
    """Refuse arrays whose shapes do not fit each other.

    Parameters
    ----------
    who : object or str
        Who refuses.
    spec : str
        For each array its name and its shape, such as ``"x (..., D); weight (D, M); bias? (M)"``. A letter is one length
        wherever it stands, ``4H`` four times H, ``...`` any number of axes; an array with ``?`` may be None.
    *arrays : ndarray
        In that order.

    Raises
    ------
    TypeError
        If one is no array of numbers.
    ValueError
        If one has another shape than its own letters, and the arrays before it, allow.

    Examples
    --------
    >>> check_shapes("linear", "x (..., D); weight (D, M)", np.ones((5, 3)), np.ones((4, 2)))
    Traceback (most recent call last):
        ...
    ValueError: linear expects weight of shape (D, M) with D = 3 as in x, but got shape (4, 2).
    """
    try:
        refusal = _refusal(spec, *map(_looks, arrays))
    except AttributeError:  # None, or no array
        refusal = _refuse_others(who, spec, arrays)
    if refusal is None:
        return
    place, expected, got = refusal
    raise (ValueError if got else TypeError)(explain(who, expected, got or describe(arrays[place])))


_looks = operator.attrgetter("shape", "dtype.kind")


def _refuse_others(who: Any, spec: str, arrays: tuple[Any, ...]) -> tuple[int, str, str] | None:
    """Raise a TypeError for what is no array, unless it is None and may be; else -> as `_refusal`."""
    for (name, optional, *_), x in zip(_parts(spec), arrays, strict=True):
        if not isinstance(x, (np.ndarray, np.generic)) and not (x is None and optional):
            fix = f"Its numbers are in {name}.data." if _holds_numbers(x) else ""
            fix = f"Make it one: np.array({name})." if isinstance(x, (list, tuple)) else fix
            raise TypeError(explain(who, f"an array of numbers as {name}", describe(x), fix))
    return _refusal(spec, *[None if x is None else _looks(x) for x in arrays])


def _holds_numbers(x: Any) -> bool:
    return isinstance(getattr(x, "data", None), np.ndarray) and not isinstance(x, np.ndarray)


@functools.cache
def _parts(spec: str) -> list[tuple[str, bool, str, list[str]]]:
    """Of each array its name, whether it may be None, its shape as text, and the lengths in it."""
    parts = []
    for text in spec.split("; "):
        name, _, shape = text.partition(" ")
        lengths = [length for length in shape.strip("()").split(", ") if length]
        shown = f"({lengths[0]},)" if len(lengths) == 1 else shape
        parts.append((name.removesuffix("?"), name.endswith("?"), shown, lengths))
    return parts


@functools.lru_cache(maxsize=4096)
def _refusal(spec: str, *found: tuple[tuple[int, ...], str] | None) -> tuple[int, str, str] | None:
    """None if all fit; else which does not, what was expected, and the shape that came ("" if it holds no numbers)."""
    known: dict[str, tuple[Any, str]] = {}  # a letter's length, and the array that it came from
    for place, ((name, optional, shown, lengths), one) in enumerate(zip(_parts(spec), found, strict=True)):
        if one is None and optional:
            continue
        if one is None or one[1] not in "fiub":
            return place, f"an array of numbers as {name}", ""
        shape, before = one[0], dict(known)
        sizes = _one_each(lengths, shape)
        fits = sizes is not None
        for length, size in zip(lengths, sizes or (), strict=False):
            letter = length.lstrip("0123456789")
            times = int(length.removesuffix(letter) or 1)
            value = size if times == 1 else size / times
            fits = fits and known.setdefault(letter, (value, name))[0] == value
        if not fits:
            letters = dict.fromkeys(length.lstrip("0123456789") for length in lengths)
            given = [
                f"{x} = {before[x][0]} as in {before[x][1]}" for x in letters if before.get(x, ((),))[0] != ()
            ]
            told = f" with {', '.join(given)}" if given else ""
            return place, f"{name} of shape {shown}{told}", f"shape {shape}"
    return None


def _one_each(lengths: list[str], shape: tuple[int, ...]) -> tuple[Any, ...] | None:
    """The size that each letter stands for, a tuple for "..."; None if there are more axes than letters, or fewer."""
    if "..." not in lengths:
        return shape if len(shape) == len(lengths) else None
    start, more = lengths.index("..."), len(shape) - len(lengths) + 1
    return None if more < 0 else (*shape[:start], shape[start : start + more], *shape[start + more :])


def missing_package(who: Any, package: str, *, extra: str = "course") -> str:
    """Word the ImportError for a package that is imported only where it is used.

    Examples
    --------
    >>> missing_package("datasets.mnist", "pooch")
    'datasets.mnist needs the package pooch, which is not installed. Install it: pip install "nnbook[course]"'
    """
    return f'{who} needs the package {package}, which is not installed. Install it: pip install "nnbook[{extra}]"'
