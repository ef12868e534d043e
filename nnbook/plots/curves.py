"""Curves: what training measured, and what a function looks like beside its slope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nnbook.errors import check_integer, check_number, describe, explain
from nnbook.plots import style

__all__ = ["plot_function", "plot_history"]


def plot_history(history: Any, ax: Axes | None = None) -> Figure:
    """Loss and, where it was measured, accuracy against epochs: training solid, validation dashed.

    Parameters
    ----------
    history : History
        Of `nnbook.fit`: anything with lists ``loss``, ``val_loss``, ``accuracy``, ``val_accuracy``.
    ax : Axes, optional
        Draw the losses here and leave the accuracies out.

    Returns
    -------
    Figure
    """
    if not getattr(history, "loss", None):
        fix = "Train first: history = nnbook.fit(...)."
        raise ValueError(explain("plot_history", "a history of one epoch or more", describe(history), fix))
    measures = [("loss", "loss", "val_loss"), ("accuracy", "accuracy", "val_accuracy")]
    panels = [m for m in measures if getattr(history, m[1], None) or getattr(history, m[2], None)]
    if ax is not None:
        panels, panes = panels[:1], [ax]
    else:
        size = (3.8 * len(panels) + 0.4, 3.0)
        _, grid = plt.subplots(
            1, len(panels), figsize=size, layout="constrained", facecolor="white", squeeze=False
        )
        panes = list(grid[0])
    for pane, (label, train, validation) in zip(panes, panels, strict=True):
        style.axes(pane)
        for name, values, color, line in (
            ("training", getattr(history, train), style.BLUE, "-"),
            ("validation", getattr(history, validation), style.ORANGE, "--"),
        ):
            if values:
                pane.plot(
                    range(1, len(values) + 1),
                    values,
                    line,
                    color=color,
                    marker="o" if len(values) < 3 else "",
                    label=name,
                )
        if label == "loss":
            pane.set_ylim(bottom=0)
        pane.legend()
        pane.xaxis.set_major_locator(MaxNLocator(integer=True))
        pane.set(xlabel="epoch", ylabel=label)
    figure = panes[0].get_figure(root=True)
    assert figure is not None
    return figure


def plot_function(
    f: Callable[[Any], Any],
    slope: Callable[[Any], Any] | None = None,
    *,
    span: Sequence[float] = (-5.0, 5.0),
    name: str = "",
    points: int = 401,
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of one number, and its slope dashed beside it.

    Parameters
    ----------
    f, slope : callable
        Take an array of places (P,), return the values there.
    span : (float, float)
        From where to where.
    name : str
        What the curve is called, in the legend.
    points : int
        How many places.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if len(span) != 2:
        raise ValueError(explain("plot_function", "span to be (from, to)", describe(span)))
    start = check_number("plot_function", "start of span", span[0])
    stop = check_number("plot_function", "end of span", span[1], above=start)
    x = np.linspace(start, stop, check_integer("plot_function", "points", points, at_least=2))
    ax = style.axes(ax, (4.2, 3.0))
    ax.axhline(0, color=style.GREY, lw=0.6)
    ax.axvline(0, color=style.GREY, lw=0.6)
    ax.plot(x, f(x), color=style.BLUE, label=name or "value")
    if slope is not None:
        ax.plot(x, slope(x), "--", color=style.ORANGE, label="slope")
    ax.legend()
    ax.set(xlabel="z", xlim=(start, stop))
    return ax
