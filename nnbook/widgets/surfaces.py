"""Landscapes over two numbers, to walk down on: their heights, their slopes, and their contours as marks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnbook.arrays import Array
from nnbook.linear import linear, linear_backward
from nnbook.losses import mse_loss, mse_loss_backward
from nnbook.plots.style import SKY
from nnbook.widgets.scene import Line, Mark, Write
from nnbook.widgets.shared import minus

__all__ = ["SURFACES", "Surface", "contours"]

_GRID = 71  # heights along each side of a map


@dataclass(frozen=True, kw_only=True)
class Surface:
    """A landscape over two numbers: its height and its slope at p (2,), what is special on it, and where to begin."""

    height: Callable[[Array], float]
    slope: Callable[[Array], Array]
    formula: str
    extent: tuple[float, float, float, float]
    levels: tuple[float, ...]
    places: Mapping[str, tuple[float, float]]  # level ground, by its name
    start: tuple[float, float]
    rate: float
    names: tuple[str, str] = ("u", "v")
    axes: tuple[str, str] = ("u", "v")

    @property
    def valley(self) -> bool:
        """Whether it curves alike everywhere and has one lowest place."""
        return set(self.places) == {"lowest"}

    def clip(self, x: float, y: float) -> tuple[float, float]:
        x0, x1, y0, y1 = self.extent
        return min(max(x, x0), x1), min(max(y, y0), y1)

    def curvatures(self, place: tuple[float, float]) -> Array:  # -> (2,) the flattest first
        h = 1e-4
        sides = np.array([place + h * np.eye(2), place - h * np.eye(2)])  # (2, 2, 2)
        up, down = ([self.slope(p) for p in side] for side in sides)
        return np.linalg.eigvalsh((np.array(up) - np.array(down)) / (2 * h))


def _unit(x: Array, y: Array, **more: Any) -> Surface:
    """The mean squared error of a linear unit: inputs x (N, 2), truths y (N,)."""
    y = y[:, None]

    def slope(p: Array) -> Array:
        weight = p[:, None]
        dy = mse_loss_backward(1.0, linear(x, weight), y)
        return linear_backward(dy, x, weight)[1].ravel()

    return Surface(height=lambda p: mse_loss(linear(x, p[:, None]), y), slope=slope, **more)


_KILOMETRES, _EUROS = np.array([1.0, 2, 3, 4, 5]), np.array([5.0, 7.5, 8.5, 11.5, 12.5])  # notebook 06
_SQUARE = (-2.5, 2.5, -2.5, 2.5)
SURFACES = {
    "taxi rides": _unit(
        np.stack([_KILOMETRES, np.ones(5)], axis=1),
        _EUROS,
        formula="E of ŷ = w x + b",
        extent=(-0.6, 4.4, -0.6, 7.2),
        levels=(0.25, 1, 4, 16, 64, 144),
        places={"lowest": (1.9, 3.3)},
        start=(4.0, 1.0),
        rate=0.04,
        names=("w", "b"),
        axes=("w: euros per kilometre", "b: euros, basic fee"),
    ),
    "bowl": _unit(
        np.sqrt(2) * np.eye(2),
        np.zeros(2),
        formula="E = u² + v²",
        extent=_SQUARE,
        levels=(0.1, 0.5, 1, 2, 4, 8),
        places={"lowest": (0, 0)},
        start=(-2.0, 1.2),
        rate=0.1,
    ),
    "ravine": _unit(
        np.diag([1.0, 5.0]),
        np.zeros(2),
        formula="E = ½ u² + 12.5 v²",
        extent=_SQUARE,
        levels=(0.25, 1, 4, 16, 64),
        places={"lowest": (0, 0)},
        start=(-2.2, 1.0),
        rate=0.07,
    ),
    "saddle": Surface(
        formula="E = ½ u² − ½ v²",
        height=lambda p: float(p[0] ** 2 - p[1] ** 2) / 2,
        slope=lambda p: np.array([p[0], -p[1]]),
        extent=_SQUARE,
        levels=(-2, -1, -0.25, 0, 0.25, 1, 2),
        places={"saddle": (0, 0)},
        start=(-2.0, 0.02),
        rate=0.2,
    ),
    "two minima": Surface(
        formula="E = ¼ u⁴ − ½ u² + 0.1 u + ½ v²",
        height=lambda p: float(p[0] ** 4 / 4 - p[0] ** 2 / 2 + p[0] / 10 + p[1] ** 2 / 2),
        slope=lambda p: np.array([p[0] ** 3 - p[0] + 0.1, p[1]]),
        extent=(-2.1, 2.1, -2.1, 2.1),
        levels=(-0.3, -0.2, -0.1, 0, 0.25, 1, 2, 4),
        places={"deep": (-1.046681, 0), "saddle": (0.101031, 0), "shallow": (0.945649, 0)},
        start=(0.3, 1.8),
        rate=0.2,
    ),
}


@functools.cache
def contours(surface: str) -> tuple[Mark, ...]:
    """The lines of equal height, each interrupted once by its number."""
    from contourpy import contour_generator

    ground = SURFACES[surface]
    x0, x1, y0, y1 = ground.extent
    x, y = np.linspace(x0, x1, _GRID), np.linspace(y0, y1, _GRID)
    heights = np.array([[ground.height(np.array([u, v])) for u in x] for v in y])
    marks: list[Mark] = []
    taken = np.empty((0, 2))
    for level in ground.levels:
        for line in contour_generator(x, y, heights).lines(level):
            points = np.array(line, dtype=float)  # (n, 2)
            share = (points - [x0, y0]) / [x1 - x0, y1 - y0]
            free = np.all((share > 0.05) & (share < 0.95), axis=1)
            free &= np.all(np.any(np.abs(share[:, None] - taken) > [0.11, 0.05], axis=2), axis=1)
            if free.any() and np.ptp(share, axis=0).max() > 0.15:
                at = np.argmax(np.where(free, share @ [0.5, 1.0], -np.inf))  # up, and a little to the right
                text = minus(f"{level:g}")
                taken = np.vstack([taken, share[at]])
                marks.append(Write(x=points[at, 0], y=points[at, 1], text=text, size=12, color="#444444"))
                near = (np.abs(share - share[at]) < [0.018 + 0.011 * len(text), 0.028]).all(axis=1)
                points[near] = np.nan
            marks.append(Line(x=points[:, 0], y=points[:, 1], color=SKY, width=1.3))
    return tuple(marks)
