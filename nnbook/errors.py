"""How nnbook words an error: who expected what, what came instead, and how to mend it.

An error message is read by someone who is stuck. So every message of the package is built here, in one order:

    Linear(64, 10) expects x with 64 features in its last axis, but got shape (32, 1, 8, 8). Flatten the
    images first: put nnbook.Flatten() before it, or x.reshape(len(x), -1).

The layer and its argument, what it expected, what it got, the likely cause, and one line that mends it.
"""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np

__all__ = ["check_choice", "check_integer", "check_number", "describe", "explain", "missing_package"]


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
    words = {"above": above, "of at least": at_least, "below": below, "of at most": at_most}
    bounds = " and ".join(f"{word} {bound:g}" for word, bound in words.items() if bound is not None)
    expected = f"a finite number {name} {bounds}".rstrip()
    if not isinstance(value, numbers.Real) or isinstance(value, (bool, np.bool_)):
        raise TypeError(explain(who, expected, describe(value), fix))
    number = float(value)
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


def missing_package(who: Any, package: str, *, extra: str = "course") -> str:
    """Word the ImportError for a package that is imported only where it is used.

    Examples
    --------
    >>> missing_package("datasets.mnist", "pooch")
    'datasets.mnist needs the package pooch, which is not installed. Install it: pip install "nnbook[course]"'
    """
    return f'{who} needs the package {package}, which is not installed. Install it: pip install "nnbook[{extra}]"'
