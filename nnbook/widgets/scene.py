"""What stands on a widget's stage, as data: panels with axes, and marks on them.

A widget says what is to be seen, in the units of its data, and nothing more. Two painters read it: stage.js draws it in the
browser, `nnbook.widgets.still` with matplotlib where no kernel runs. So the picture in a saved notebook is the
widget itself, with the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnbook.plots.style import BLACK, BLUE, GREY, ORANGE

__all__ = [
    "Arrow",
    "Bars",
    "Button",
    "Dots",
    "Handle",
    "Heat",
    "Line",
    "Mark",
    "Pad",
    "Panel",
    "Rect",
    "Write",
    "apart",
    "diverging",
    "greys",
    "grid",
]


Series = Sequence[float] | np.ndarray
"""Numbers along a line."""


@dataclass(kw_only=True)
class Mark:
    """Something drawn. Colours are written "#RRGGBB"; widths are in pixels, everything else in data units."""


@dataclass(kw_only=True)
class Line(Mark):
    """A line through points; where one is not finite, it is broken. `dash` is "" (solid), "4 3" and the like."""

    x: Series
    y: Series
    color: str = BLUE
    width: float = 2.0
    dash: str = ""
    opacity: float = 1.0


@dataclass(kw_only=True)
class Arrow(Mark):
    """From (x, y) to (to_x, to_y), with a head; `text` stands beside its middle."""

    x: float
    y: float
    to_x: float
    to_y: float
    color: str = BLACK
    width: float = 2.0
    text: str = ""


@dataclass(kw_only=True)
class Dots(Mark):
    """Points. `shape` is o, s, ^ or x; `size` their diameter in pixels; `color` one for all, or a list."""

    x: Series
    y: Series
    color: str | Sequence[str] = BLUE
    shape: str = "o"
    size: float = 8.0
    edge: str = "#FFFFFF"


@dataclass(kw_only=True)
class Bars(Mark):
    """Upright bars from `base` to `y`, `width` wide around `x`."""

    x: Series
    y: Series
    width: float = 0.8
    base: float = 0.0
    color: str | Sequence[str] = BLUE
    opacity: float = 1.0


@dataclass(kw_only=True)
class Rect(Mark):
    """A box with its lower left corner at (x, y). With a `name` it can be pressed, by mouse or key; `label` is then its
    spoken name."""

    x: float
    y: float
    w: float
    h: float
    fill: str = "none"
    edge: str = GREY
    width: float = 1.0
    opacity: float = 1.0
    name: str = ""
    label: str = ""


@dataclass(kw_only=True)
class Write(Mark):
    """Words or a number at (x, y). `anchor` is start, middle or end; `size` in pixels; `halo` keeps lines off them."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    size: float = 13.0
    color: str = BLACK
    bold: bool = False
    halo: bool = False


@dataclass(kw_only=True)
class Heat(Mark):
    """A picture: colours (rows, columns, 3) as bytes, the first row at the top, over extent (x0, x1, y0, y1).

    `smooth` blends neighbouring cells: for a surface that is sampled, not for pixels that are meant.
    """

    colors: np.ndarray
    extent: tuple[float, float, float, float]
    smooth: bool = False


@dataclass(kw_only=True)
class Handle(Mark):
    """A point to drag, by mouse or by arrow keys.

    Parameters
    ----------
    name : str
        What the widget's `on_move(name, x, y)` is called with.
    label, says : str
        Its spoken name, and its spoken value.
    along : {"xy", "x", "y"}
        Which way it moves.
    step : float
        What an arrow key moves it by, in data units (0: a fiftieth of the panel).
    """

    name: str
    x: float
    y: float
    label: str
    says: str = ""
    along: str = "xy"
    color: str = ORANGE
    shape: str = "o"
    size: float = 16.0
    step: float = 0.0


@dataclass(kw_only=True)
class Pad(Mark):
    """A surface to draw on, over extent: strokes reach the widget's `on_stroke(name, points)`.

    By keyboard: arrow keys move a pen by `step`, the space bar sets it down or lifts it.
    """

    name: str
    label: str
    extent: tuple[float, float, float, float]
    thick: float = 2.0
    step: float = 1.0
    color: str = BLACK


@dataclass(kw_only=True)
class Button:
    """A button below the stage: `on_press(name)`. `pressed` shows that it is on; None: it is no switch."""

    name: str
    label: str
    pressed: bool | None = None
    enabled: bool = True
    primary: bool = False


@dataclass(kw_only=True)
class Panel:
    """One set of axes.

    Parameters
    ----------
    name : str
        What ``hide=`` calls it.
    label : str
        What is to be seen, for who cannot see it.
    x, y : tuple of float
        The limits.
    width, height : int
        In pixels.
    xlabel, ylabel, title : str
    ticks : bool
        Whether the axes are drawn; a diagram has none.
    log : bool
        Whether y is drawn as its logarithm to base ten.
    """

    name: str
    label: str
    x: tuple[float, float]
    y: tuple[float, float]
    marks: list[Mark] = field(default_factory=list)
    width: int = 360
    height: int = 320
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""
    ticks: bool = True
    log: bool = False


def diverging(values: np.ndarray, limit: float = 1.0) -> np.ndarray:
    """Colours from blue (−limit) through white to orange (+limit): (...) -> (..., 3) bytes; NaN is grey.

    Examples
    --------
    >>> diverging(np.array([-1.0, 0.0, 1.0, np.nan])).tolist()
    [[0, 114, 178], [255, 255, 255], [230, 159, 0], [200, 200, 200]]
    """
    share = np.clip(np.asarray(values, dtype=float) / limit, -1, 1)[..., None]
    ends = np.array([[0, 114, 178], [255, 255, 255], [230, 159, 0]], dtype=float)
    mixed = ends[1] + np.abs(share) * (np.where(share > 0, ends[2], ends[0]) - ends[1])
    return np.where(np.isnan(share), 200, np.rint(mixed)).astype(np.uint8)


def greys(levels: np.ndarray) -> np.ndarray:
    """Colours from black (0) to white (255): (...) -> (..., 3) bytes."""
    return np.stack([np.rint(levels).astype(np.uint8)] * 3, axis=-1)


def apart(starts: Series, ends: Series) -> np.ndarray:
    """One coordinate of a `Line` in pieces that do not touch, each from a start to its end: (n,) (n,) -> (3n,).

    Examples
    --------
    >>> apart([0, 1], [2, 3])
    array([ 0.,  2., nan,  1.,  3., nan])
    """
    return np.stack([starts, ends, np.full(len(starts), np.nan)], axis=1).ravel()


def grid(across: Series, up: Series, color: str = GREY) -> Line:
    """Level lines at each height of `up`, and upright ones at each place of `across`, from the first to the last."""
    x0, x1, y0, y1 = across[0], across[-1], up[0], up[-1]
    x = apart([x0] * len(up) + [*across], [x1] * len(up) + [*across])
    y = apart([*up] + [y0] * len(across), [*up] + [y1] * len(across))
    return Line(x=x, y=y, color=color, width=1)


def packed(panel: Panel) -> dict[str, Any]:
    """A panel as plain values and bytes: what is sent to the browser. What is not finite is left out."""
    data = {name: value for name, value in vars(panel).items() if name != "marks"}
    return data | {"marks": [_mark(mark) for mark in panel.marks]}


def _mark(mark: Mark) -> dict[str, Any]:
    if isinstance(mark, Heat):
        colors = np.ascontiguousarray(mark.colors, dtype=np.uint8)
        return {
            "kind": "heat",
            "rows": colors.shape[0],
            "columns": colors.shape[1],
            "colors": colors.tobytes(),
            "extent": [float(edge) for edge in mark.extent],
            "smooth": mark.smooth,
        }
    data = {name: _plain(value) for name, value in vars(mark).items()}
    return {"kind": type(mark).__name__.lower()} | data


def _plain(value: Any) -> Any:
    """As JSON has it: numbers to six digits, None for what is not finite."""
    if isinstance(value, (bool, str, int)) or value is None:
        return value
    if isinstance(value, (float, np.floating, np.integer)):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return [_plain(entry) for entry in (value.tolist() if isinstance(value, np.ndarray) else value)]
