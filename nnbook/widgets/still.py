"""A widget as a picture: several of its states side by side, for readers without a kernel.

The same panels and marks that stage.js draws in the browser, drawn by matplotlib on an opaque white ground.
"""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from nnbook.plots import style
from nnbook.widgets.scene import Arrow, Bars, Dots, Handle, Heat, Line, Mark, Pad, Panel, Rect, Write

if TYPE_CHECKING:
    from nnbook.widgets.stage import Live

__all__ = ["picture"]

_WIDTH, _DPI = 7.8, 90  # inches, dots to the inch
_NOTE = 9.0  # points: the size of the sentences beneath
_MARKERS = {"o": "o", "s": "s", "^": "^", "x": "X"}


def picture(widget: Live) -> bytes:
    """Draw a widget's stills.

    Returns
    -------
    bytes
        A PNG of at most 720 pixels' width.
    """
    columns = []
    wanted = widget.still_panels()
    for title, values in widget.stills():
        with widget._as(values):
            panels = [
                panel
                for panel in widget.panels()
                if panel.name not in widget.hide and (wanted is None or panel.name in wanted)
            ]
            columns.append((title, panels, "" if "says" in widget.hide else widget.says()))
    with style.context():
        return _draw(widget.title, columns)


def _draw(title: str, columns: list[tuple[str, list[Panel], str]]) -> bytes:
    one_state = len(columns) == 1
    grid = [[panel] for panel in columns[0][1]] if one_state else [panels for _, panels, _ in columns]
    wide = len(grid)
    high = max(len(panels) for panels in grid)
    each = _WIDTH / max(wide, 1)
    sizes = [max(each * p[row].height / p[row].width for p in grid if row < len(p)) for row in range(high)]
    characters = int((_WIDTH if one_state else each) * 72 / (0.57 * _NOTE))
    notes = [textwrap.fill(said, characters) for _, _, said in columns]
    below = (max(note.count("\n") + 1 for note in notes) + 0.6) * _NOTE * 1.25 / 72
    above = 0.32 if any(name for name, _, _ in columns) else 0.1
    figure = Figure(figsize=(_WIDTH, sum(sizes) + below + above), dpi=_DPI, layout="constrained")
    total = figure.get_figheight()
    body, foot = np.array(figure.subfigures(2, 1, height_ratios=[total - below, below]))
    figure.set_facecolor("white")
    axes = body.subplots(high, max(wide, 1), squeeze=False, gridspec_kw={"height_ratios": sizes})
    for column, panels in enumerate(grid):
        for row in range(high):
            if row < len(panels):
                _panel(axes[row, column], panels[row])
            else:
                axes[row, column].set_axis_off()
        name = "" if one_state else columns[column][0]
        if name and panels:
            own = axes[0, column].get_title()
            axes[0, column].set_title(f"{name}\n{own}" if own else name, fontsize=10.5, fontweight="bold")
    for column, note in enumerate(notes):
        left = 0.01 if one_state else (column + 0.04) / wide
        foot.text(left, 0.98, note, va="top", ha="left", fontsize=_NOTE)
    written = io.BytesIO()
    figure.savefig(written, format="png", facecolor="white", metadata={"Title": title})
    return written.getvalue()


def _panel(ax: Axes, panel: Panel) -> None:
    ax.set_xlim(*panel.x)
    if panel.log:
        ax.set_yscale("log")
    ax.set_ylim(*panel.y)
    ax.set_xlabel(panel.xlabel)
    ax.set_ylabel(panel.ylabel)
    ax.set_title(panel.title, fontsize=10)
    if not panel.ticks:
        ax.set_axis_off()
    for level, mark in enumerate(panel.marks):
        _PAINT[type(mark)](ax, mark, {"zorder": 2 + level / 100, "clip_on": True})


def _points(pixels: float) -> float:
    """Of a size in the browser's pixels, on this smaller picture."""
    return 0.6 * pixels


def _line(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    dash = (0, tuple(float(part) for part in mark.dash.split())) if mark.dash else "-"
    how = how | {"solid_capstyle": "butt"}  # as in the browser
    ax.plot(mark.x, mark.y, color=mark.color, lw=_points(mark.width), ls=dash, alpha=mark.opacity, **how)


def _arrow(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    ax.annotate(
        "",
        (mark.to_x, mark.to_y),
        (mark.x, mark.y),
        arrowprops={
            "arrowstyle": "-|>",
            "color": mark.color,
            "lw": _points(mark.width),
            "shrinkA": 0,
            "shrinkB": 0,
        },
        zorder=how["zorder"],
    )
    if mark.text:
        middle = ((mark.x + mark.to_x) / 2, (mark.y + mark.to_y) / 2)
        ax.text(*middle, mark.text, fontsize=9, color=mark.color, ha="left", va="bottom", **how)


def _dots(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    size = _points(mark.size) ** 2
    ax.scatter(
        mark.x,
        mark.y,
        s=size,
        c=mark.color,
        marker=_MARKERS[mark.shape],
        edgecolors=mark.edge,
        linewidths=0.7,
        **how,
    )


def _bars(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    heights = np.asarray(mark.y, dtype=float) - mark.base
    ax.bar(mark.x, heights, mark.width, bottom=mark.base, color=mark.color, alpha=mark.opacity, **how)


def _rect(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    from matplotlib.patches import Rectangle

    box = Rectangle(
        (mark.x, mark.y), mark.w, mark.h, fc=mark.fill, ec=mark.edge, lw=_points(mark.width), **how
    )
    box.set_alpha(mark.opacity)
    ax.add_patch(box)


def _write(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    side = {"start": "left", "middle": "center", "end": "right"}[mark.anchor]
    weight = "bold" if mark.bold else "normal"
    size = max(6.0, _points(mark.size))
    words = ax.text(
        mark.x, mark.y, mark.text, ha=side, va="center", fontsize=size, color=mark.color, weight=weight, **how
    )
    if mark.halo:
        words.set_path_effects([withStroke(linewidth=_points(4), foreground="white")])


def _heat(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    limits = (*ax.get_xlim(), *ax.get_ylim())
    kind = "bilinear" if mark.smooth else "nearest"
    ax.imshow(mark.colors, extent=mark.extent, aspect="auto", interpolation=kind, **how)
    ax.set_xlim(*limits[:2])
    ax.set_ylim(*limits[2:])


def _handle(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    marker = _MARKERS[mark.shape]
    size = _points(mark.size) ** 2
    how = how | {"clip_on": False}
    ax.scatter(
        [mark.x], [mark.y], s=size, c=mark.color, marker=marker, edgecolors="black", linewidths=1.0, **how
    )


def _pad(ax: Axes, mark: Any, how: dict[str, Any]) -> None:
    x0, x1, y0, y1 = mark.extent
    _rect(ax, Rect(x=min(x0, x1), y=min(y0, y1), w=abs(x1 - x0), h=abs(y1 - y0)), how)


_PAINT: dict[type[Mark], Any] = {
    Line: _line,
    Arrow: _arrow,
    Dots: _dots,
    Bars: _bars,
    Rect: _rect,
    Write: _write,
    Heat: _heat,
    Handle: _handle,
    Pad: _pad,
}
