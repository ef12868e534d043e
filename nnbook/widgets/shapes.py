"""Two shapes meet: how NumPy lines them up from the right, what it stretches, and what it refuses."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from nnbook.plots.style import BLACK, BLUE, GREY, LIGHT, RED
from nnbook.widgets.explore import Explore
from nnbook.widgets.fields import Choice, Text, Whole

__all__ = ["ShapeStepper"]

Shape = tuple[int, ...]
Sizes = list[int | None]

_MOST_AXES = 5
_MOST = 99_999  # the size of an axis
_DRAWN = 4  # rows and columns of an array whose numbers are drawn
_NEVER = 99  # a step that does not come
_STRETCH = "#9A6A00"  # orange that can be read on white
_SUMMED = "#A0487A"
_DOES: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "@": np.matmul,
}
_PLACES = [
    "Last axis",
    "Last axis but one",
    "Third axis from the right",
    "Fourth from the right",
    "First of five",
]


class ShapeStepper(Explore):
    """Type two shapes, choose an operation, and step through what NumPy makes of them.

    Parameters
    ----------
    state : dict, optional
        first, second: shapes as text, such as "(3, 1)"; operation: "+", "-", "*" or "@"; step, counted from 0.
    hide : list of str, optional
        Any of those, "reset", "code", "says".

    Examples
    --------
    >>> w = ShapeStepper(state={"first": "(2, 3)", "operation": "@"})
    >>> w.code()
    "widgets.ShapeStepper(state={'first': '(2, 3)', 'operation': '@'})"
    """

    fields: ClassVar = {
        "first": Text(default="(3, 1)", longest=60, label="first shape"),
        "operation": Choice(default="+", options=list(_DOES), label="operation"),
        "second": Text(default="(4,)", longest=60, label="second shape"),
        "step": Whole(default=0, low=0, high=_MOST_AXES + 2, label="step"),
    }

    def __init__(self, *, state: Mapping[str, Any] | None = None, hide: Iterable[str] = ()) -> None:
        last = {"operation": "+", "step": _MOST_AXES + 2}
        super().__init__(
            _draw,
            self.fields,
            title="Two shapes meet",
            caption="Type two shapes, each followed by Enter. Say what the result's shape will be, or whether "
            "there is one; then move the step slider to see.",
            stills=[
                ("(3, 1) + (4,)", {"first": "(3, 1)", "second": "(4,)", **last}),
                ("(2, 3) + (2,)", {"first": "(2, 3)", "second": "(2,)", **last}),
            ],
            size=(7.2, 4.0),
            state=state,
            hide=hide,
        )

    def _anew(self, name: str) -> Mapping[str, Any]:
        return {} if name == "step" else {"step": 0}

    def _ends(self) -> Mapping[str, int]:
        m = _typed(self.state["first"], self.state["operation"], self.state["second"])
        return {"step": max(1, len(m.said) - 1)}


def read_shape(text: str) -> Shape:
    """The shape that somebody typed; a ValueError says what is wrong with it.

    Examples
    --------
    >>> read_shape("(3, 1)"), read_shape("4"), read_shape("()")
    ((3, 1), (4,), ())
    """
    shown = f"“{text if len(text) <= 20 else text[:19] + '…'}”"
    bare = text.strip()
    brackets = len(bare) > 1 and bare[0] + bare[-1] in ("()", "[]")
    parts = [part for part in re.split(r"[\s,]+", bare[1:-1] if brackets else bare) if part]
    if not parts and not brackets:
        raise ValueError("A shape is missing: type one such as (3, 1), or () for a single number.")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{shown} is no shape: type whole numbers and commas, such as (3, 1) or (4,).")
    if len(parts) > _MOST_AXES or any(len(part) > 9 or int(part) > _MOST for part in parts):
        raise ValueError(f"{shown} is too large here: at most {_MOST_AXES} axes, none longer than {_MOST:,}.")
    return tuple(int(part) for part in parts)


# What becomes of two shapes


@dataclass
class Meeting:
    """Two shapes, axis under axis, and what is said of them at each step.

    Attributes
    ----------
    first, second : list of (int or None)
        The sizes; None where there is no axis.
    result : list of (int or None)
        The sizes of the result, as far as there is one.
    settled : list of int
        The step that settles each axis.
    said : list of str
        A sentence or two for each step, the first of them before anything is done.
    shape : tuple of int or None
        The result's; None if the two are refused.
    """

    first: Sizes = field(default_factory=list)
    second: Sizes = field(default_factory=list)
    result: Sizes = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    shape: Shape | None = None


def _typed(first: str, operation: str, second: str) -> Meeting:
    try:
        return meet(read_shape(first), operation, read_shape(second))
    except ValueError as error:
        return Meeting(said=[str(error)])


def meet(first: Shape, operation: str, second: Shape) -> Meeting:
    """What becomes of two shapes under "+", "-", "*" or "@".

    Examples
    --------
    >>> meet((3, 1), "+", (4,)).shape, meet((2, 3), "+", (2,)).shape
    ((3, 4), None)
    """
    m = Meeting(said=[f"{first} {operation} {second}: which shape will the result have, if there is one?"])
    (_multiply if operation == "@" else _broadcast)(m, first, operation, second)
    return m


def _broadcast(m: Meeting, first: Shape, operation: str, second: Shape) -> None:
    _line_up(m, first, second)
    if len(first) == len(second):
        m.said.append("Lined up at their right ends: they have equally many axes.")
    else:
        fewer = min(first, second, key=len)
        m.said.append(f"Lined up at their right ends. {fewer} has fewer axes; a missing one counts as 1.")
    if not _axes(m, range(len(m.first) - 1, -1, -1), _numpy_says(first, operation, second)):
        return
    m.shape = tuple(size for size in m.result if size is not None)
    m.said.append(
        f"Result: {m.shape}, {_numbers(m.shape)} from {math.prod(first):,} and {math.prod(second):,}."
    )
    if math.prod(m.shape) > max(math.prod(first), math.prod(second)):
        m.said[-1] += " Both were stretched, so it is larger than either."


def _multiply(m: Meeting, first: Shape, operation: str, second: Shape) -> None:
    why = _numpy_says(first, operation, second)
    if not first or not second:
        _line_up(m, first, second)
        m.said.append(f"Refused: @ multiplies rows by columns, and a single number has neither.{why}")
        return
    left = (1, *first) if len(first) == 1 else first
    right = (*second, 1) if len(second) == 1 else second
    _line_up(m, left, right)
    read = "A matrix product: rows of the first times columns of the second."
    read += f" {first} is read as one row, {left}." if left != first else ""
    read += f" {second} is read as one column, {right}." if right != second else ""
    m.said.append(read)
    m.settled[-2:] = 2, 2
    pair = f"The first's last axis and the second's last but one: {left[-1]} and {right[-2]}."
    if left[-1] != right[-2]:
        never = " Here nothing is stretched, not even a 1." if 1 in (left[-1], right[-2]) else ""
        m.said.append(f"{pair} Refused: a row and a column must be equally long.{never}{why}")
        return
    m.said.append(f"{pair} Equal: they are multiplied in pairs and added up, and vanish.")
    m.result[-2:] = left[-2], right[-1]
    if not _axes(m, range(len(m.first) - 3, -1, -1), why):
        return
    kept = (left[-2],) * (left == first) + (right[-1],) * (right == second)
    m.shape = (*(size for size in m.result[:-2] if size is not None), *kept)
    each = "each a" if m.shape else "a"
    m.said.append(
        f"Result: {m.shape}, {_numbers(m.shape)}, {each} sum of {left[-1]} product{'s' * (left[-1] != 1)}."
    )
    if len(kept) < 2:
        m.said[-1] += " What was added to make a row or a column is gone again."


def _line_up(m: Meeting, first: Shape, second: Shape) -> None:
    axes = max(len(first), len(second))
    m.first, m.second = ([*[None] * (axes - len(shape)), *shape] for shape in (first, second))
    m.result, m.settled = [None] * axes, [_NEVER] * axes


def _axes(m: Meeting, places: Iterable[int], why: str) -> bool:
    """Bring axes together, one a step; False once two are refused."""
    for place in places:
        a, b = m.first[place], m.second[place]
        one, other = 1 if a is None else a, 1 if b is None else b
        pair = " and ".join("none" if size is None else str(size) for size in (a, b))
        pair = f"{_PLACES[len(m.first) - 1 - place]}: {pair}."
        m.settled[place] = len(m.said)
        if one != other and 1 not in (one, other):
            m.said.append(f"{pair} Refused: they differ, and neither is 1.{why}")
            return False
        m.result[place] = other if one == 1 else one
        if one != other:
            m.said.append(
                f"{pair} The {'first' if one == 1 else 'second'} is stretched to {m.result[place]}."
            )
        else:
            m.said.append(f"{pair} {'They are equal.' if a == b else 'The missing one counts as 1.'}")
    return True


def _numbers(shape: Shape) -> str:
    count = math.prod(shape)
    return f"{count:,} number{'s' * (count != 1)}"


def _numpy_says(first: Shape, operation: str, second: Shape) -> str:
    """NumPy's own words, where it refuses."""
    if max(math.prod(first), math.prod(second)) > 2**40:
        return ""  # they would be about the size
    try:
        np.broadcast_shapes(first[:-2], second[:-2]) if operation == "@" else np.broadcast_shapes(
            first, second
        )
        if operation != "@" or (first and second and first[-1] == second[-2:][0]):
            return ""
    except ValueError:
        pass
    try:
        _DOES[operation](np.broadcast_to(0.0, first), np.broadcast_to(0.0, second))
    except ValueError as error:
        return f" NumPy says: “{str(error).strip()}”"
    return ""


# The picture


def _draw(figure: FigureBase) -> Callable[..., str]:
    above, below = figure.subplots(2, 1, height_ratios=[3, 4])

    def update(first: str, operation: str, second: str, step: int) -> str:
        m = _typed(first, operation, second)
        step = min(step, len(m.said) - 1)
        for ax in (above, below):
            ax.clear()
            ax.set_axis_off()
        if len(m.said) > 1:
            shapes = read_shape(first), read_shape(second)
            _draw_axes(above, m, shapes, operation, step)
            _draw_numbers(below, shapes, operation, m.shape if step == len(m.said) - 1 else None)
        return m.said[step]

    return update


def _draw_axes(ax: Axes, m: Meeting, shapes: tuple[Shape, Shape], operation: str, step: int) -> None:
    """A box for each axis: the first shape's above the second's above the result's."""
    axes = len(m.first)
    for y, name in ((2, "first"), (1, f"{operation}  second"), (0, "result")):
        ax.text(-0.2, y, name, ha="right", va="center", fontsize=10)
    ax.set(xlim=(-1.5, max(axes, 3) + 0.2), ylim=(-0.5, 3.0))
    if step == 0:  # as they were typed
        for y, shape in zip((2, 1), shapes, strict=True):
            for place, typed in enumerate(shape):
                _box(ax, place, y, str(typed))
        return
    last = step == len(m.said) - 1
    for place in range(axes):
        done, size = step >= m.settled[place], m.result[place]
        inner = operation == "@" and place >= axes - 2
        added = [place < axes - len(shape) for shape in shapes]
        if inner and len(shapes[1]) == 1:
            added[1] = place == axes - 1
        ax.text(place + 0.45, 2.7, f"axis −{axes - place}", ha="center", fontsize=9, color="0.35")
        if step == m.settled[place]:
            ax.add_patch(Rectangle((place - 0.04, -0.46), 0.98, 2.92, fc=LIGHT[0], lw=0, zorder=0))
        for y, given, new in ((2, m.first[place], added[0]), (1, m.second[place], added[1])):
            word, color = str(1 if given is None else given), GREY if new else BLACK
            if done and inner and place == axes - 3 + y:  # the first's last, the second's last but one
                word, color = f"{word} Σ" if size is not None else word, _SUMMED
            elif done and not inner and size is not None and str(size) != word:
                word, color = f"{word} → {size}", _STRETCH
            _box(ax, place, y, word, color, new)
        if done and last and size is not None and inner and added[place == axes - 1]:
            _box(ax, place, 0, "gone", GREY, True)
        elif done:
            _box(ax, place, 0, "✗" if size is None else str(size), RED if size is None else BLUE)
        else:
            _box(ax, place, 0, "?", GREY, True)


def _box(ax: Axes, x: float, y: float, text: str, color: str = BLACK, dashed: bool = False) -> None:
    ax.add_patch(Rectangle((x, y - 0.36), 0.9, 0.72, fc="white", ec=color, lw=1.5, ls=":" if dashed else "-"))
    ax.text(x + 0.45, y, text, ha="center", va="center", fontsize=10 if len(text) < 8 else 8.5, color=color)


def _draw_numbers(ax: Axes, shapes: tuple[Shape, Shape], operation: str, result: Shape | None) -> None:
    """The two arrays, stretched where they are, and what comes out."""
    small = all(len(shape) <= 2 and all(0 < n <= _DRAWN for n in shape) for shape in (*shapes, result or ()))
    if not small:
        ax.text(
            0.5, 0.5, f"(Numbers are drawn for one or two axes of 1 to {_DRAWN}.)", ha="center", color="0.35"
        )
        return
    ten = 10 if operation in "+-" else 1
    a, b = (np.arange(1, math.prod(shape) + 1).reshape(shape) for shape in shapes)
    arrays = [(ten * a, shapes[0], ""), (b, shapes[1], operation)]
    if result is not None:
        arrays.append((_DOES[operation](ten * a, b), result, "="))
    x, heights = 0.0, []
    for values, shape, sign in arrays:
        column = operation == "@" and sign == "@" and len(shape) == 1
        rows = values.reshape(-1, 1) if column else np.atleast_2d(values)
        own = rows.shape
        if result is not None and operation != "@":
            rows = np.broadcast_to(rows, (1,) * (2 - len(result)) + result)
        if sign:
            ax.text(x + 0.6, 0, sign, ha="center", va="center", fontsize=13)
            x += 1.2
        top = rows.shape[0] / 2
        cells: dict[str, list[Any]] = {}
        for i, j in np.ndindex(*rows.shape):
            copied = i >= own[0] or j >= own[1]
            color = BLUE if sign == "=" else _STRETCH if copied else BLACK
            left, low = x + j, top - i - 1
            cells.setdefault(color, []).append(
                [(left, low), (left + 1, low), (left + 1, low + 1), (left, low + 1)]
            )
            ax.text(left + 0.5, low + 0.5, str(rows[i, j]), ha="center", va="center", fontsize=9, color=color)
        for color, corners in cells.items():
            style = ":" if color == _STRETCH else "-"
            ax.add_collection(
                PolyCollection(
                    corners, facecolors="none", edgecolors=color, linewidths=0.9, linestyles=style
                ),
                autolim=False,
            )
        x += rows.shape[1]
        heights.append(rows.shape[0])
    half = max(*heights, 3) / 2
    ax.set(xlim=(-0.2, max(x, 12) + 0.2), ylim=(-half - 0.1, half + 0.1), aspect="equal", anchor="W")
