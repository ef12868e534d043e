"""Recurrent networks as drawings: where a loop can lead, and one loop laid out along time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

from nnbook.errors import explain
from nnbook.plots import style

__all__ = ["plot_loops", "plot_unrolled"]

_SIZE = 0.3  # radius of a unit


def plot_loops(*, ax: Axes | None = None) -> Axes:
    """Draw the three kinds of loop: to the unit itself, to its neighbours, to an earlier layer.

    Each drawing holds the same three units, a and b in one layer and c in the next. Grey arrows run forward; the loops are
    orange and dashed: what runs along them arrives a step later.

    Parameters
    ----------
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> len(plot_loops().patches)  # three times 3 units and 3 arrows forward, and 4 that go round
    22
    """
    ax = style.axes(ax, (7.5, 2.6))
    for i, title in enumerate(("to itself", "to a neighbour", "to an earlier layer")):
        left = 4.2 * i
        places = {"a": (left + 1, 1.6), "b": (left + 1, 0.0), "c": (left + 2.5, 0.8)}
        for name, place in places.items():
            _unit(ax, place, name)
        _arrow(ax, (left - 0.1, 1.6), places["a"], to_unit=True)
        for source in "ab":
            _arrow(ax, places[source], places["c"], from_unit=True, to_unit=True)
        a, b, c = places.values()
        if i == 0:
            _arrow(ax, (a[0] - 0.17, a[1] + 0.25), (a[0] + 0.17, a[1] + 0.25), bend=-3.2, loop=True)
        elif i == 1:
            _arrow(ax, a, b, bend=-0.35, from_unit=True, to_unit=True, loop=True)
            _arrow(ax, b, a, bend=-0.35, from_unit=True, to_unit=True, loop=True)
        else:
            _arrow(ax, c, a, bend=0.55, from_unit=True, to_unit=True, loop=True)
        ax.text(left + 1.6, -0.75, title, ha="center", va="top", fontsize=11)
    ax.set(xlim=(-0.3, 11.4), ylim=(-1.3, 2.8), aspect="equal")
    ax.set_axis_off()
    return ax


def plot_unrolled(
    x: Sequence[float],
    h: Sequence[float],
    gradients: Sequence[float] | None = None,
    *,
    weights: tuple[str, str] = ("w", "u"),
    ax: Axes | None = None,
) -> Axes:
    """Draw a unit with a loop, and beside it the same unit once for each step.

    Parameters
    ----------
    x : sequence of float, length T
        What is read, step by step.
    h : sequence of float, length T + 1
        The states: before the first step, and after each.
    gradients : sequence of float, length T, optional
        Written below the states, after a ←: how much the loss moves per unit of each.
    weights : pair of str
        What is written beside the arrows from the inputs and those from state to state.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the lengths do not fit each other.

    Examples
    --------
    >>> ax = plot_unrolled([2.0, -2.0], [0.0, 0.76, -0.37])
    >>> {"x₁ = 2", "h₂ = −0.37"} <= {text.get_text() for text in ax.texts}
    True
    """
    steps = len(x)
    lengths = (len(h), steps if gradients is None else len(gradients))
    if steps < 1 or lengths != (steps + 1, steps):
        given = f"{steps} inputs, {lengths[0]} states" + (
            "" if gradients is None else f", {lengths[1]} gradients"
        )
        expected = "T inputs, T + 1 states (one before the first step), and T gradients or None"
        raise ValueError(explain("plot_unrolled", expected, given))
    ax = style.axes(ax, (min(8.0, 2.6 + 1.5 * steps), 2.9))
    _unit(ax, (0, 0), "h")
    _arrow(ax, (0, -1.5), (0, 0), to_unit=True)
    _arrow(ax, (-0.17, 0.25), (0.17, 0.25), bend=-3.2, loop=True)
    ax.text(0, -1.6, "x", ha="center", va="top")
    ax.text(0.1, -0.85, weights[0], fontsize=10)
    ax.text(0.22, 0.85, weights[1], fontsize=10, color=_DARK)
    ax.text(1.35, 0, "=", ha="center", va="center", fontsize=16)
    before = (2.5, 0.0)
    ax.text(*before, _words("h", 0, h[0]), ha="center", va="center", fontsize=9)
    for t in range(1, steps + 1):
        place = (2.5 + 2.1 * t, 0.0)
        _unit(ax, place, "h")
        _arrow(ax, (place[0], -1.5), place, to_unit=True)
        start = (before[0] + 0.5, 0.0) if t == 1 else before
        _arrow(ax, start, place, from_unit=t > 1, to_unit=True, loop=True)
        ax.text(place[0], -1.6, _words("x", t, x[t - 1]), ha="center", va="top", fontsize=9)
        ax.text(place[0] + 0.1, -0.85, weights[0], fontsize=10)
        ax.text((start[0] + place[0]) / 2, 0.12, weights[1], fontsize=10, color=_DARK, ha="center")
        ax.text(place[0], 0.95, _words("h", t, h[t]), ha="center", fontsize=9, color=style.BLUE)
        if gradients is not None:
            words = f"← {gradients[t - 1]:.4g}".replace("-", "−")
            ax.text(place[0], 0.5, words, ha="center", fontsize=9, color=_DARK)
        before = place
    ax.set(xlim=(-1, before[0] + 1.1), ylim=(-2.1, 1.5), aspect="equal")
    ax.set_axis_off()
    return ax


_DARK = "#8A5A00"  # orange, dark enough for letters on white


def _words(name: str, step: int, value: float) -> str:
    """Such as h₂ = −0.37."""
    below = str(step).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    return f"{name}{below} = {np.round(value, 4):g}".replace("-", "−")


def _unit(ax: Axes, place: tuple[float, float], name: str) -> None:
    ax.add_patch(Circle(place, _SIZE, facecolor="white", edgecolor="black", linewidth=1.4, zorder=3))
    ax.text(*place, name, ha="center", va="center", fontsize=11, zorder=4)


def _arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    bend: float = 0.0,
    from_unit: bool = False,
    to_unit: bool = False,
    loop: bool = False,
) -> None:
    """An arrow that begins and ends at the edges of units, curved by `bend`."""
    a, b = np.array(start, float), np.array(end, float)
    along = b - a
    middle = (a + b) / 2 + bend * np.array([along[1], -along[0]])  # where the curve is pulled to
    if from_unit:
        a = a + _SIZE * (middle - a) / np.linalg.norm(middle - a)
    if to_unit:
        b = b - _SIZE * (b - middle) / np.linalg.norm(b - middle)
    ax.add_patch(
        FancyArrowPatch(
            tuple(a),
            tuple(b),
            arrowstyle="-|>",
            mutation_scale=11,
            shrinkA=0,
            shrinkB=1,
            connectionstyle=f"arc3,rad={bend}",
            color=style.ORANGE if loop else style.GREY,
            linestyle="--" if loop else "-",
            linewidth=1.6,
        )
    )
