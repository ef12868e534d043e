"""Compare an output with the expected one: shape, then dtype, then values, and what wrong values have in common."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any

import numpy as np

from nnbook.practice.replies import Block, Table
from nnbook.practice.showing import kind_of, number, show_both

__all__ = [
    "RIGHT_NUMBERS",
    "Difference",
    "about_shapes",
    "alike",
    "compare",
    "in_common",
    "not_finite",
    "table",
    "unchanged",
    "weight_of",
]

RIGHT_NUMBERS = "The numbers are right."
"""What is said of a list that should be an array, and is wrong in nothing else."""


@dataclass
class Difference:
    """How one part of an output differs from the solution's.

    The kinds, in the order in which they are looked for: ``none``, ``unfinished``, ``type``, ``shape``, ``dtype``,
    ``finite``, ``values``. Before these: ``order``, all parts are there, in another order.
    """

    kind: str
    part: str = ""
    yours: Any = None
    right: Any = None
    said: str = ""
    others: list[str] = field(default_factory=list)
    parts: list[tuple[str, Any, Any]] = field(default_factory=list)


def compare(yours: Any, right: Any, tolerance: float, names: Sequence[str] = ()) -> Difference | None:
    """How an output differs from the expected one; None if it counts as that.

    Numbers may come as any kind of number, several outputs as a tuple, a list or an array; an array has to be one.

    Parameters
    ----------
    yours, right : object
        The outputs. What is expected is an array, a number, or a tuple, list or dict of these.
    tolerance : float
        Relative.
    names : sequence of str, optional
        Of the parts.

    Returns
    -------
    Difference or None

    Examples
    --------
    >>> compare(np.zeros(3), np.zeros((3, 1)), 1e-4).kind
    'shape'
    """
    if isinstance(yours, EllipsisType):
        return Difference("unfinished", yours=yours, right=right)
    if isinstance(right, dict):
        if not isinstance(yours, dict):
            return Difference("type", yours=yours, right=right)
        keys = list(right)
        return _parts([yours.get(key) for key in keys], [right[key] for key in keys], tolerance, keys)
    if isinstance(right, (tuple, list)):
        if yours is None:
            return Difference("none", yours=yours, right=right)
        if _are_several(yours, right):
            yours = list(yours)
        if not isinstance(yours, (tuple, list)) or len(yours) != len(right):
            return Difference("type", yours=yours, right=right, said=_counted(yours, right, names))
        return _parts(
            list(yours), list(right), tolerance, names or [f"part {i + 1}" for i in range(len(right))]
        )
    return _leaf(yours, right, tolerance)


def _are_several(yours: Any, right: Sequence[Any]) -> bool:
    """Whether an array holds several outputs, one to a row, and is not the first of them alone."""
    if not isinstance(yours, np.ndarray) or yours.ndim == 0 or len(yours) != len(right):
        return False
    return all(part.ndim < yours.ndim for part in right if isinstance(part, np.ndarray))


def _counted(yours: Any, right: Sequence[Any], names: Sequence[str]) -> str:
    asked = "asked was 1 thing" if len(right) == 1 else f"asked were {len(right)} things"
    asked += f", `{', '.join(names)}`" if names else ""
    if isinstance(yours, (tuple, list)):
        return f"You returned {len(yours)} thing{'s' * (len(yours) != 1)}; {asked}."
    return f"You returned {kind_of(yours)}; {asked}."


def _parts(yours: list[Any], right: list[Any], tolerance: float, names: Sequence[str]) -> Difference | None:
    found = [compare(mine, theirs, tolerance) for mine, theirs in zip(yours, right, strict=True)]
    wrong = [(name, difference) for name, difference in zip(names, found, strict=True) if difference]
    if not wrong:
        return None
    if len(wrong) > 1 and len(right) <= 4:
        for places in itertools.permutations(range(len(right))):
            if all(compare(yours[i], right[k], tolerance) is None for i, k in enumerate(places)):
                mine = ", ".join(f"`{names[k]}`" for k in places)
                return Difference("order", yours=yours, right=right, said=mine)
    order = ("unfinished", "none", "type", "shape", "dtype", "finite", "values")
    name, first = min(wrong, key=lambda item: order.index(item[1].kind))
    first.part = f"{name}, {first.part}" if first.part else name
    first.parts = list(zip(names, yours, right, strict=True))
    first.others = [each for each, difference in zip(names, found, strict=True) if difference is None]
    return first


def _leaf(yours: Any, right: Any, tolerance: float) -> Difference | None:
    if yours is None:
        return Difference("none", yours=yours, right=right)
    expected = np.asarray(right)
    is_list = isinstance(yours, (list, tuple)) and expected.ndim > 0
    if not is_list and not isinstance(yours, (np.ndarray, np.generic, int, float)):
        return Difference("type", yours=yours, right=right)
    try:
        given = np.asarray(yours)
    except Exception:  # rows of unequal lengths, an __array__ that raises
        return Difference("type", yours=yours, right=right)
    if given.dtype.kind not in "biuf":
        return Difference("dtype" if given.dtype.kind == "c" else "type", yours=yours, right=right)
    if given.shape != expected.shape:
        return Difference("shape", yours=given, right=expected)
    mine, theirs = given.astype(np.float64), expected.astype(np.float64)
    wrong = _wrong(mine, theirs, tolerance)
    if not wrong.any():
        if is_list:
            return Difference("type", yours=yours, right=right, said=RIGHT_NUMBERS)
        return None
    if given.dtype.kind in "iu" and np.array_equal(mine, np.trunc(theirs)):
        return Difference("dtype", yours=given, right=expected)
    if not np.isfinite(mine[wrong]).all() and np.isfinite(theirs).all():
        return Difference("finite", yours=given, right=expected)
    return Difference("values", yours=given, right=expected)


def _wrong(mine: np.ndarray, theirs: np.ndarray, tolerance: float) -> np.ndarray:
    finite = np.abs(theirs[np.isfinite(theirs)])
    scale = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    size = np.where(np.isfinite(theirs), np.abs(theirs), 0)  # nothing finite is near to infinity
    allowed = tolerance * size + 0.01 * tolerance * scale
    with np.errstate(invalid="ignore"):
        same = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs)) | (np.abs(mine - theirs) <= allowed)
    return ~same


def not_finite(output: Any) -> bool:
    """Whether there is NaN or infinity among the numbers of an output, or of its parts."""
    if isinstance(output, (tuple, list)):
        return any(map(not_finite, output))
    numbers = np.asarray(output) if isinstance(output, (np.ndarray, np.generic, float)) else np.zeros(0)
    return numbers.dtype.kind == "f" and not np.isfinite(numbers).all()


def unchanged(mine: Any, original: Any) -> bool:
    """Whether an input is, to the bit, what it was before the call; objects other than data are passed over."""
    if isinstance(original, np.ndarray):
        return (
            isinstance(mine, np.ndarray)
            and mine.shape == original.shape
            and mine.dtype == original.dtype
            and mine.tobytes() == original.tobytes()
        )
    if isinstance(original, (list, tuple)):
        return len(mine) == len(original) and all(map(unchanged, mine, original))
    if isinstance(original, (int, float, str)):
        return bool(mine == original)
    return True


def in_common(
    first: Difference,
    differences: Sequence[Difference | None],
    cases: Sequence[tuple[Any, ...]],
    names: Sequence[str],
    tolerance: float,
) -> str:
    """What the wrong numbers have in common over all cases, in a sentence; empty if nothing was found.

    Parameters
    ----------
    first : Difference
        The one that the reply is about: others count if they are of its kind and part.
    differences : sequence of Difference or None
        One for each case.
    cases : sequence of tuple
        The inputs, as they were.
    names : sequence of str
        Of the inputs.
    tolerance : float

    Returns
    -------
    str
    """
    pairs, leading = [], []
    for i, difference in enumerate(differences):
        if difference is None:
            continue
        if difference.kind != "values" or difference.part != first.part:
            return ""
        pairs.append((difference.yours.astype(float), difference.right.astype(float)))
        arrays = [value for value in cases[i] if isinstance(value, np.ndarray) and value.ndim]
        leading.append(len(arrays[0]) if arrays else 1)
    tolerance = max(tolerance, 1e-6)

    def all_close(transform: Callable[[np.ndarray], np.ndarray]) -> bool:
        made = [(mine, np.asarray(transform(theirs))) for mine, theirs in pairs]
        return all(
            mine.shape == each.shape and not _wrong(mine, each, tolerance).any() for mine, each in made
        )

    binary = all(np.isin(theirs, (0, 1)).all() for _, theirs in pairs)
    every_case = all(difference is not None for difference in differences)
    if all_close(lambda right: -right):
        return "Every number has the wrong sign, and the right size."
    factors = [factor for mine, theirs in pairs if (factor := _factor(mine, theirs)) is not None]
    if len(factors) == len(pairs):
        if len(set(leading)) > 1:
            if np.allclose(factors, leading, rtol=1e-3, atol=0):
                return "Every number is too large by a factor: the number of examples. A sum where a mean belongs?"
            if np.allclose(np.multiply(factors, leading), 1, rtol=1e-3, atol=0):
                return "Every number is too small by a factor: the number of examples. A mean where a sum belongs?"
        if np.allclose(factors, factors[0], rtol=1e-3, atol=0) and sum(mine.size for mine, _ in pairs) > 2:
            if factors[0] == 0:
                return "Every number is 0."
            return f"Every number is {number(factors[0], 4)} × the right one."
    if all((mine == 0).all() for mine, _ in pairs):
        return "Every number is 0."
    offsets = np.concatenate([(mine - theirs).ravel() for mine, theirs in pairs])
    if not binary and offsets.size > 2 and np.ptp(offsets) <= 1e-4 * np.abs(offsets).max():
        return (
            f"Every number is too {'large' if offsets[0] > 0 else 'small'} by "
            f"{number(abs(float(offsets[0])), 4)}."
        )
    if not binary and all_close(lambda right: 1 - right):
        return "Every number is 1 − the right one."
    if any(theirs.ndim == 2 for _, theirs in pairs) and all_close(lambda right: right.T):
        return "The numbers are right, and rows and columns are exchanged."
    if any(theirs.size > 1 for _, theirs in pairs) and all_close(lambda right: np.flip(right)):
        return "The numbers are right, in the opposite order."
    if all_close(lambda right: np.abs(right)):
        return "Every number has the right size; some have the wrong sign."
    for place, name in enumerate(names):
        values = [cases[i][place] for i, difference in enumerate(differences) if difference]
        if every_case and all(
            isinstance(value, (np.ndarray, np.generic))
            and value.shape == mine.shape
            and value.dtype.kind in "biuf"
            and not _wrong(mine, value.astype(float), 1e-9).any()
            for value, (mine, _) in zip(values, pairs, strict=True)
        ):
            return f"You returned `{name}` as it came."
    return ""


def _factor(mine: np.ndarray, theirs: np.ndarray) -> float | None:
    """The number by which every right one was multiplied, if there is one."""
    large = np.abs(theirs) > 1e-9
    if not large.any() or not np.isfinite(mine).all() or (np.abs(mine[~large]) > 1e-9).any():
        return None
    factors = mine[large] / theirs[large]
    factor = float(np.median(factors))
    return factor if np.allclose(factors, factor, rtol=1e-3, atol=1e-9) else None


def table(difference: Difference) -> list[Block]:
    """The entries that differ most."""
    mine, theirs = np.asarray(difference.yours, dtype=float), np.asarray(difference.right, dtype=float)
    if mine.ndim == 0:
        a, b = show_both(mine[()], theirs[()])
        return [f"You gave {a}, asked was {b}."]
    wrong = _wrong(mine, theirs, 1e-4)
    places = np.argwhere(wrong)[:4]
    exactly = difference.yours.dtype.kind in "biu" and difference.right.dtype.kind in "biu"
    rows = []
    for place in map(tuple, places):
        one, other = (
            (difference.yours[place], difference.right[place]) if exactly else (mine[place], theirs[place])
        )
        a, b = show_both(one, other)
        off = mine[place] - theirs[place]
        rows.append((f"[{', '.join(map(str, place))}]", a, b, number(float(off), 3)))
    count = int(wrong.sum())
    return [
        f"{count} of {wrong.size} number{'s' * (wrong.size != 1)} {'differs' if count == 1 else 'differ'}"
        + (", the first of them:" if count > len(rows) else ":"),
        Table(("where", "yours", "asked", "off by"), rows),
    ]


def about_shapes(mine: np.ndarray, theirs: np.ndarray, tolerance: float) -> str:
    """How a wrong shape may have come about."""

    def same_values(some: np.ndarray, expected: np.ndarray) -> bool:
        return not _wrong(some.astype(float), expected.astype(float), tolerance).any()

    def same(candidate: np.ndarray) -> bool:
        return candidate.shape == theirs.shape and same_values(candidate, theirs)

    if mine.ndim == theirs.ndim == 2 and same(mine.T):
        return (
            "The numbers are right, and rows and columns are exchanged: transpose, `.T`, or turn the "
            "product round."
        )
    if mine.size == theirs.size and same(mine.reshape(theirs.shape)):
        if theirs.ndim == 0:
            return (
                "The number is right: take it out of its array, `.item()`, or sum instead of keeping the "
                "axis."
            )
        return (
            f"The numbers are right, in another shape: `.reshape{theirs.shape}`, or leave out the step "
            "that made it."
        )
    for axis in range(mine.ndim):
        if same(mine.sum(axis=axis)):
            return f"Summed over axis {axis} your numbers would be right: `.sum(axis={axis})`."
        if mine.size and same(mine.mean(axis=axis)):
            return f"Averaged over axis {axis} your numbers would be right: `.mean(axis={axis})`."
    if mine.ndim == theirs.ndim == 1:
        shorter = min(len(mine), len(theirs))
        count = abs(len(mine) - len(theirs))
        which = "missing" if len(mine) < len(theirs) else "too many"
        many = f"One number is {which}" if count == 1 else f"{count} numbers are {which}"
        if shorter and same_values(mine[:shorter], theirs[:shorter]):
            return f"{many}; the first {shorter} are right."
        return f"{many}."
    if mine.ndim == 0:
        return "One number came back: a sum, mean or maximum without an `axis` goes over everything."
    if theirs.ndim == 0:
        return "One number was asked for."
    return ""


def weight_of(value: Any) -> float:
    """How much an agreement on this output tells: a number counts 1, one that is 0 or 1 only a quarter."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return sum(map(weight_of, value))
    numbers = np.asarray(value)
    if numbers.size == 1 and np.isin(numbers, (0, 1)).all():
        return 0.0  # a single yes or no: every wrong one agrees with every other
    return float(np.where(np.isin(numbers, (0, 1)), 0.25, 1.0).sum())


def alike(a: Any, b: Any, tolerance: float) -> bool:
    """Equal as outputs of two functions: None equals None here."""
    if a is None or b is None:
        return a is None and b is None
    if isinstance(a, (list, tuple)) and isinstance(b, np.ndarray):
        try:
            a = np.asarray(a)
        except Exception:  # rows of unequal lengths, an __array__ that raises
            return False
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key], tolerance) for key in b)
    if isinstance(b, (tuple, list)) and isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(alike(x, y, tolerance) for x, y in zip(a, b, strict=True))
    return compare(a, b, tolerance) is None
