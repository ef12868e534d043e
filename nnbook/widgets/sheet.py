"""Sheets of 32 × 32 dots, and how UCI's digits were made from such.

The digits of `nnbook.datasets.digits` were sheets of 32 × 32 dots once, black or white. These were cut into 8 × 8 blocks of
4 × 4 dots, and the black dots of each block counted: a number from 0 to 16 (`blocks`).

Before that, each digit had been brought into a standard form by programs of NIST, and a drawing has to go the same way
if it is to look like the data. `fitted` does: cut out what is drawn, stretch it to 20 × 32 dots whatever its own
shape was, put it in the middle, let thin strokes grow and thick ones shrink by a dot all round, and push the rows
sideways until the left edges near the top and near the bottom stand above one another.

Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository; Garris et al.
1994, "NIST Form-Based Handprint Recognition System", NISTIR 5469.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nnbook import datasets
from nnbook.errors import describe, explain
from nnbook.widgets.fields import Text

__all__ = [
    "SIDE",
    "Fitted",
    "Sheet",
    "arrives",
    "blocks",
    "drawn",
    "fitted",
    "pictures",
    "stroked",
    "written",
]

SIDE = 32
TESTS = 450
PEN = 2.0
"""Dots from the middle of a stroke to its edge: a digit as large as the sheet then has about the ink of one of the data."""


class Sheet(Text):
    """32 × 32 dots as 256 hexadecimal digits, 8 to a row; empty for a sheet without ink."""

    def check(self, who: str, name: str, value: Any) -> str:
        value = super().check(who, name, value).lower()
        if value and (len(value) != SIDE * 8 or not set(value) <= set("0123456789abcdef")):
            expected = f"{name} as 256 hexadecimal digits, 8 for each of 32 rows"
            raise ValueError(explain(who, expected, describe(value), "code() writes them."))
        return "" if set(value) <= {"0"} else value

    def clip(self, value: Any) -> str:
        try:
            return self.check("", "", value)
        except (TypeError, ValueError):
            return ""


def written(dots: np.ndarray) -> str:
    """The sheet (32, 32) as a state keeps it."""
    return np.packbits(dots).tobytes().hex()  # (32, 32) of bool


def dotted(sheet: str) -> np.ndarray:
    if not sheet:
        return np.zeros((SIDE, SIDE), dtype=bool)
    return np.unpackbits(np.frombuffer(bytes.fromhex(sheet), np.uint8)).reshape(SIDE, SIDE).astype(bool)


def stroked(dots: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The sheet with a round pen drawn through points (n, 2), each x from the left and y from the top, in dots."""
    points = np.clip(points[:4096], -8, SIDE + 8)  # a hand sends a few at a time
    middles = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), axis=-1)  # (32, 32, 2)
    starts, ends = (points[:-1], points[1:]) if len(points) > 1 else (points, points)
    dots = dots.copy()
    for a, b in zip(starts, ends, strict=True):
        along = b - a
        # where along the line the nearest point is
        share = np.clip((middles - a) @ along / max(float(along @ along), 1e-12), 0, 1)
        dots |= ((middles - a - share[..., None] * along) ** 2).sum(axis=-1) <= PEN**2
    return dots


def blocks(dots: np.ndarray) -> np.ndarray:
    """The black dots in each block of 4 × 4: (32, 32) -> (8, 8), whole numbers from 0 to 16.

    Examples
    --------
    >>> blocks(np.eye(32, dtype=bool))[:2, :3]
    array([[4, 0, 0],
           [0, 4, 0]])
    """
    return np.asarray(dots, dtype=np.int64).reshape(8, 4, 8, 4).sum(axis=(1, 3))


class Fitted(NamedTuple):
    """What `fitted` made of a sheet.

    dots : (32, 32) of bool
    box : left, top, width and height of what was cut out
    turns : by how many dots the strokes grew (or shrank, if negative)
    slant : by how many dots the last row was pushed to the right, measured from the first
    """

    dots: np.ndarray
    box: tuple[int, int, int, int]
    turns: int
    slant: int


def fitted(dots: np.ndarray) -> Fitted:
    """Bring a drawing (32, 32) into the form that the digits of UCI had before their dots were counted.

    Examples
    --------
    >>> bar = np.zeros((32, 32), dtype=bool)
    >>> bar[10:20, 5:8] = True
    >>> fitted(bar).box, fitted(bar).dots.sum(), fitted(bar).turns
    ((5, 10, 3, 10), np.int64(448), -2)
    """
    rows, columns = np.flatnonzero(dots.any(axis=1)), np.flatnonzero(dots.any(axis=0))
    if not len(rows):
        return Fitted(dots, (0, 0, 0, 0), 0, 0)
    top, left = int(rows[0]), int(columns[0])
    high, wide = int(rows[-1]) - top + 1, int(columns[-1]) - left + 1
    whole = np.zeros((SIDE, SIDE), dtype=bool)
    whole[:, 6:26] = dots[np.ix_(top + np.arange(32) * high // 32, left + np.arange(20) * wide // 20)]
    ink = int(whole.sum())
    turns = (ink < 256) + (ink < 108) - (ink > 412) - (ink > 560)
    for _ in range(abs(turns)):
        whole = _grown(whole) if turns > 0 else ~_grown(~whole, outside=True)
    whole, slant = _upright(whole)
    return Fitted(whole, (left, top, wide, high), turns, slant)


def _grown(dots: np.ndarray, outside: bool = False) -> np.ndarray:
    """Each dot set that has a neighbour set: above, below, left or right."""
    framed = np.pad(dots, 1, constant_values=outside)
    return dots | framed[:-2, 1:-1] | framed[2:, 1:-1] | framed[1:-1, :-2] | framed[1:-1, 2:]


def _upright(dots: np.ndarray) -> tuple[np.ndarray, int]:
    """The rows pushed sideways until the left edges of the third row and of the third last stand above one another."""
    rows = np.flatnonzero(dots.any(axis=1))
    if len(rows) <= 5 or not (dots[rows[0] + 2].any() and dots[rows[-1] - 2].any()):
        return dots, 0
    first, last = int(rows[0]) + 2, int(rows[-1]) - 2
    slope = (int(dots[first].argmax()) - int(dots[last].argmax())) / max(last - first, 1)
    upright = np.zeros_like(dots)
    for row in range(SIDE):
        by = round((row - SIDE // 2) * slope)
        upright[row, max(by, 0) : SIDE + min(by, 0)] = dots[row, max(-by, 0) : SIDE + min(-by, 0)]
    return upright, round(slope * SIDE)


@functools.cache
def pictures() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The test digits: their counts (450, 8, 8), their labels (450,), and sheets that have these counts (450, 32, 32)."""
    _, _, images, labels = datasets.digits()
    counts = np.rint(images[:, 0].astype(np.float64) * 16).astype(np.int64)
    near = np.clip((np.arange(SIDE) - 1.5) / 4, 0, 7)  # where each dot lies among the middles of the blocks
    low = np.minimum(near.astype(int), 6)
    mix = np.zeros((SIDE, 8))
    mix[np.arange(SIDE), low], mix[np.arange(SIDE), low + 1] = low + 1 - near, near - low
    smooth = mix @ counts @ mix.T  # (450, 32, 32): of a block, the dots where this is largest are set
    order = smooth.reshape(-1, 8, 4, 8, 4).swapaxes(2, 3).reshape(-1, 8, 8, 16)
    place = (-order).argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable")
    dots = place < counts[..., None]
    return counts, labels, dots.reshape(-1, 8, 8, 4, 4).swapaxes(2, 3).reshape(-1, SIDE, SIDE)


@functools.lru_cache(maxsize=64)
def arrives(drawing: str, digit: int, fit: bool) -> tuple[np.ndarray, Fitted | None, np.ndarray]:
    """The dots on the sheet, what fitting made of them (None: nothing was fitted), and the counts that are sent on."""
    dots = pictures()[2][digit - 1] if digit and not drawing else dotted(drawing)
    made = fitted(dots) if fit and not digit and dots.any() else None
    return dots, made, blocks(dots if made is None else made.dots)


def drawn(*lines: Sequence[tuple[float, float]]) -> str:
    """A sheet on which lines have been drawn, each through points (x, y), as a state keeps it."""
    dots = np.zeros((SIDE, SIDE), dtype=bool)
    for line in lines:
        dots = stroked(dots, np.array(line))
    return written(dots)
