"""Landscapes over two numbers: their heights and slopes, the way down with an optimiser, and the map of both."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nnbook.arrays import Array
from nnbook.linear import linear, linear_backward
from nnbook.losses import mse_loss, mse_loss_backward
from nnbook.module import Parameter
from nnbook.optimizers import Optimizer
from nnbook.plots.style import BLACK, ORANGE, SKY
from nnbook.widgets.scene import Dots, Handle, Line, Mark, Panel, Write
from nnbook.widgets.shared import minus

__all__ = ["SURFACES", "Surface", "Walk", "Walker", "map_panel"]

_GRID = 71  # heights along each side of a map
_FAR = 1e6  # where a walk is stopped


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

    @property
    def endless(self) -> bool:
        """Whether it goes down for ever."""
        return set(self.places) == {"saddle"}

    @property
    def lowest(self) -> float:
        """What losses are counted from: its lowest height, or 0 where it has none."""
        if self.endless:
            return 0.0
        return min(self.height(np.array(place)) for place in self.places.values())

    def seen(self, places: Array) -> tuple[Array, Array, Array, int]:
        """A path (n, 2) as it is drawn: x, y, which places are on the map, and how many up to the first that is not."""
        x0, x1, y0, y1 = self.extent
        x, y = np.where(np.abs(places) < 100, places, np.nan).T
        inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        return x, y, inside, len(x) if inside.all() else int(np.argmin(inside)) + 1

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


class Walk(NamedTuple):
    """A path, the start first: places (n + 1, 2), and heights (n + 1,)."""

    places: Array
    heights: Array

    @property
    def steps(self) -> int:
        return len(self.heights) - 1

    @property
    def lost(self) -> bool:
        """Whether it was stopped far away."""
        return not np.abs(self.places[-1]).max() < _FAR


class Walker:
    """An optimiser on its way down; it goes as far as was ever asked for, and no step is computed twice."""

    def __init__(
        self, ground: Surface, start: tuple[float, float], make: Callable[[Parameter], Optimizer]
    ) -> None:
        self._ground = ground
        self._p = Parameter(np.array(start))
        self._optimizer = make(self._p)
        self._places = [self._p.data.copy()]
        self._heights = [ground.height(self._p.data)]

    def walk(self, steps: int) -> Walk:
        while len(self._places) <= steps and np.abs(self._places[-1]).max() < _FAR:
            self._p.grad = self._ground.slope(self._p.data)
            self._optimizer.step()
            self._places.append(self._p.data.copy())
            self._heights.append(self._ground.height(self._p.data))
        return Walk(np.array(self._places[: steps + 1]), np.array(self._heights[: steps + 1]))


def map_panel(
    surface: str,
    start: tuple[float, float],
    marks: Sequence[Mark],
    label: str,
    *,
    width: int,
    height: int,
    beside: float = 0.0,
) -> Panel:
    """A surface from above: its contours and level places, `marks`, and the start to drag; room `beside` it on the right."""
    ground = SURFACES[surface]
    x0, x1, y0, y1 = ground.extent
    right, down, side = (0.035, 0.0, "start") if "w" in ground.names else (0.0, 0.055, "middle")
    places: list[Mark] = []
    names: list[Mark] = []
    for name, (u, v) in ground.places.items():
        above = name == "saddle" and len(ground.places) > 1  # beside it there is no room
        at_x, at_y = u + right * (x1 - x0), v + (down if above else -down) * (y1 - y0)
        places.append(Dots(x=[u], y=[v], color=BLACK, shape="x" if name == "saddle" else "^", size=11))
        names.append(Write(x=at_x, y=at_y, text=name, anchor=side, size=13, bold=True, halo=True))
    first, second = ground.names
    handle = Handle(
        name="start",
        x=start[0],
        y=start[1],
        color=ORANGE,
        label=f"start: {first} to the right, {second} upwards",
        says=minus(f"{first} {start[0]:.2f}, {second} {start[1]:.2f}"),
    )
    return Panel(
        name="map",
        label=label,
        x=(x0, x1 + beside),
        y=(y0, y1),
        marks=[*_contours(surface), *places, *marks, *names, handle],
        width=width,
        height=height,
        xlabel=ground.axes[0],
        ylabel=ground.axes[1],
        title=ground.formula,
    )


@functools.cache
def _contours(surface: str) -> tuple[Mark, ...]:
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
