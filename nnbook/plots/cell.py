"""A nerve cell above the neuron of this course: what stands one above the other does the same work."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Polygon

from nnbook.plots import style

__all__ = ["plot_nerve_cell"]

INK = "#22506B"  # a darker blue, for the outline of the cell

# Columns that the cell and the formula share: where signals come in, synapses, soma, root of the axon, axon, terminals.
INPUT, SYNAPSE, SOMA, ROOT, AXON, TERMINAL = 0.9, 2.9, 6.3, 8.6, 11.0, 14.5
CELL, FORMULA = 7.6, 2.0  # heights of the two rows
ROWS = (1.75, 0.0, -1.75)  # of the three inputs, above and below either height


def plot_nerve_cell(ax: Axes | None = None) -> Axes:
    """Draw a nerve cell with its parts named, and beneath it the formula's parts in the same places.

    Parameters
    ----------
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = plot_nerve_cell()
    >>> [text.get_text() for text in ax.texts if text.get_text() in ("soma", "axon", "synapse")]
    ['synapse', 'soma', 'axon']
    """
    ax = style.axes(ax, (8.0, 5.2))
    for x, top in (
        (SYNAPSE, CELL + ROWS[-1]),
        (SOMA, CELL),
        (ROOT, CELL),
        (AXON, CELL),
        (TERMINAL, CELL - 1.4),
    ):
        ax.plot([x, x], [FORMULA, top - 0.2], ":", color=style.GREY, lw=1, zorder=0)
    _draw_cell(ax)
    _draw_formula(ax)
    ax.set(xlim=(-0.1, 17.3), ylim=(-0.75, 10.65), aspect="equal")
    ax.set_axis_off()
    return ax


def _draw_cell(ax: Axes) -> None:
    for row in ROWS:  # the terminals of three other cells, and the dendrites that they meet
        y = CELL + row
        _tissue(ax, [_branch((-0.6, y), (1.0, y + 0.12), (2.5, y), 0.1, 0.1)], style.LIGHT[7], style.GREY)
        _tissue(ax, [_button(2.55, y)], style.LIGHT[7], style.GREY, zorder=3)
        _synapse(ax, SYNAPSE, y)

    body = [
        *(
            _branch((SOMA, CELL + 0.25 * row), (4.7, CELL + 0.55 * row), (3.1, CELL + row), 0.42, 0.1)
            for row in ROWS
        ),
        _branch((4.75, CELL + 0.95), (4.2, CELL + 0.75), (3.6, CELL + 0.72), 0.12, 0.05),  # twigs
        _branch((4.5, CELL - 1.05), (4.0, CELL - 0.75), (3.6, CELL - 0.7), 0.12, 0.05),
        _branch((SOMA, CELL + 0.5), (6.2, CELL + 1.6), (6.75, CELL + 2.0), 0.4, 0.07),
        _branch((SOMA, CELL - 0.5), (6.1, CELL - 1.5), (6.6, CELL - 2.0), 0.4, 0.07),
        _soma(),
        _branch((SOMA + 0.5, CELL), (7.6, CELL), (ROOT + 0.2, CELL), 0.62, 0.13),
        _branch((ROOT, CELL), (AXON, CELL), (12.7, CELL), 0.13, 0.13),
        *(
            _branch((12.6, CELL), (13.2, CELL + 0.2 * row), (TERMINAL - 0.1, CELL + 0.8 * row), 0.13, 0.08)
            for row in ROWS
        ),
        *(_button(TERMINAL, CELL + 0.8 * row) for row in ROWS),
    ]
    _tissue(ax, body, style.LIGHT[4], INK, zorder=2)
    for row in ROWS:  # the next cells begin where this one ends
        y = CELL + 0.8 * row
        _synapse(ax, TERMINAL + 0.38, y)
        _tissue(ax, [_branch((15.05, y), (15.9, y - 0.1), (17.6, y), 0.09, 0.2)], style.LIGHT[7], style.GREY)
    for start in (9.15, 10.35, 11.55):  # the sheath that insulates many axons
        box = FancyBboxPatch(
            (start, CELL - 0.2), 0.85, 0.4, boxstyle="round,pad=0,rounding_size=0.18", zorder=5
        )
        box.set(facecolor="white", edgecolor=INK, linewidth=1.1)
        ax.add_patch(box)
    ax.add_patch(Circle((SOMA, CELL), 0.42, facecolor=style.PINK, edgecolor=INK, lw=1.1, zorder=5))

    # Names, each with a line to what it names.
    _name(ax, "other cells", (0.0, CELL + 2.4), None, ha="left", color=style.GREY)
    _name(ax, "synapse", (SYNAPSE, CELL + 2.4), (SYNAPSE, CELL + 1.95))
    _name(ax, "dendrite", (4.9, CELL + 2.4), (4.35, CELL + 1.35))
    _name(ax, "soma", (7.55, CELL + 1.6), (6.95, CELL + 0.75))
    _name(ax, "nucleus", (5.0, CELL - 2.0), (SOMA - 0.2, CELL - 0.36))
    _name(ax, "a pulse starts here", (ROOT + 0.3, CELL - 1.3), (ROOT, CELL - 0.15))
    _name(ax, "axon", (AXON, CELL + 1.0), (10.2, CELL + 0.12))
    _name(ax, "terminal", (TERMINAL - 0.5, CELL + 2.4), (TERMINAL, CELL + 1.65))
    _name(ax, "other cells", (17.2, CELL + 2.4), None, ha="right", color=style.GREY)


def _draw_formula(ax: Axes) -> None:
    line: dict[str, Any] = {"arrowstyle": "-|>", "color": style.BLACK, "lw": 1.3, "shrinkA": 0, "shrinkB": 0}
    for i, row in enumerate(ROWS, 1):
        y = FORMULA + 0.9 * row
        ax.add_patch(Circle((INPUT, y), 0.5, facecolor="white", edgecolor=style.BLACK, lw=1.3, zorder=3))
        ax.text(INPUT, y, f"$x_{i}$", ha="center", va="center", fontsize=12, zorder=4)
        length = math.hypot(SOMA - INPUT, FORMULA - y)
        dx, dy = (SOMA - INPUT) / length, (FORMULA - y) / length
        start, end = (INPUT + 0.5 * dx, y + 0.5 * dy), (SOMA - 0.95 * dx, FORMULA - 0.95 * dy)
        ax.annotate("", end, start, arrowprops=line)
        height = y + (SYNAPSE - INPUT) * dy / dx
        weight = {"boxstyle": "round,pad=0.25", "facecolor": style.LIGHT[1], "edgecolor": style.ORANGE}
        ax.text(SYNAPSE, height, f"$w_{i}$", ha="center", va="center", fontsize=12, bbox=weight, zorder=4)
    ax.add_patch(Circle((SOMA, FORMULA), 0.95, facecolor=style.LIGHT[4], edgecolor=INK, lw=1.5, zorder=3))
    ax.text(SOMA, FORMULA, r"$\Sigma\; + b$", ha="center", va="center", fontsize=13, zorder=4)
    ax.annotate("", (ROOT - 0.75, FORMULA), (SOMA + 0.95, FORMULA), arrowprops=line)
    box = FancyBboxPatch((ROOT - 0.75, FORMULA - 0.7), 1.5, 1.4, boxstyle="round,pad=0,rounding_size=0.15")
    box.set(facecolor=style.LIGHT[4], edgecolor=INK, linewidth=1.5, zorder=3)
    ax.add_patch(box)
    low, high = FORMULA - 0.38, FORMULA + 0.38
    jump = [ROOT - 0.5, ROOT, ROOT, ROOT + 0.5], [low, low, high, high]
    ax.plot(*jump, color=style.BLACK, lw=1.8, zorder=4)
    ax.annotate("", (AXON - 0.5, FORMULA), (ROOT + 0.75, FORMULA), arrowprops=line)
    ax.add_patch(Circle((AXON, FORMULA), 0.5, facecolor="white", edgecolor=style.BLACK, lw=1.3, zorder=3))
    ax.text(AXON, FORMULA, "$y$", ha="center", va="center", fontsize=12, zorder=4)
    for row in ROWS:
        y = FORMULA + 0.6 * row
        start = (AXON + 0.5, FORMULA)
        ax.annotate("", (TERMINAL, y), start, arrowprops={**line, "color": style.GREY})
    ax.text(TERMINAL + 0.25, FORMULA, "inputs\nof other\nneurons", va="center", color=style.GREY, fontsize=9)
    for x, word in (
        (INPUT, "inputs"),
        (SYNAPSE, "weights"),
        (SOMA, "sum and bias"),
        (ROOT, "step"),
        (AXON, "output"),
    ):
        ax.text(x, -0.7, word, ha="center", va="bottom", fontsize=9.5)


def _name(
    ax: Axes,
    word: str,
    place: tuple[float, float],
    of: tuple[float, float] | None,
    *,
    ha: str = "center",
    color: str = style.BLACK,
) -> None:
    plain = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    label = ax.text(*place, word, ha=ha, va="center", fontsize=9.5, color=color, bbox=plain, zorder=7)
    if of is not None:
        line = {
            "arrowstyle": "-",
            "color": style.BLACK,
            "lw": 0.8,
            "shrinkA": 2,
            "shrinkB": 0,
            "patchA": label,
        }
        ax.annotate("", of, place, arrowprops=line, zorder=6)


def _synapse(ax: Axes, x: float, y: float) -> None:
    """The gap between two cells: what the weight stands for."""
    ax.add_patch(Circle((x, y), 0.13, facecolor=style.ORANGE, edgecolor=style.BLACK, lw=0.8, zorder=6))


def _button(x: float, y: float) -> np.ndarray:  # -> (40, 2)
    turn = np.linspace(0, 2 * np.pi, 40)
    return np.stack([x + 0.24 * np.cos(turn), y + 0.24 * np.sin(turn)], axis=1)


def _soma() -> np.ndarray:  # -> (80, 2)
    turn = np.linspace(0, 2 * np.pi, 80)
    radius = 0.95 + 0.07 * np.cos(3 * turn) + 0.04 * np.sin(5 * turn)
    return np.stack([SOMA + 1.05 * radius * np.cos(turn), CELL + radius * np.sin(turn)], axis=1)


def _branch(
    start: tuple[float, float],
    bend: tuple[float, float],
    end: tuple[float, float],
    wide: float,
    narrow: float,
) -> np.ndarray:  # -> (60, 2)
    """The outline of a bent branch that tapers from one half-width to another."""
    t = np.linspace(0, 1, 30)[:, None]
    a, b, c = np.array([start, bend, end])
    middle = (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
    along = 2 * (1 - t) * (b - a) + 2 * t * (c - b)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.linalg.norm(along, axis=1, keepdims=True)
    half = wide + (narrow - wide) * np.sqrt(t)
    return np.concatenate([middle + half * across, (middle - half * across)[::-1]])


def _tissue(ax: Axes, outlines: list[np.ndarray], face: str, edge: str, *, zorder: float = 1.0) -> None:
    """Shapes that overlap, as one: first their outlines, then their fillings, which cover the lines inside."""
    for outline in outlines:
        ax.add_patch(
            Polygon(outline, facecolor=edge, edgecolor=edge, lw=2.2, joinstyle="round", zorder=zorder)
        )
    for outline in outlines:
        ax.add_patch(Polygon(outline, facecolor=face, edgecolor="none", zorder=zorder + 0.5))
