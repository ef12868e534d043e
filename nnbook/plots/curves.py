"""Curves: what training measured, and what a function looks like beside its slope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from nnbook.arrays import Array
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

    Examples
    --------
    >>> import nnbook
    >>> history = nnbook.History()
    >>> for loss in (2.3, 1.2, 0.8):
    ...     history.append(loss=loss, val_loss=loss + 0.1)
    >>> figure = plot_history(history)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['training', 'validation']
    """
    if not getattr(history, "loss", None):
        fix = "Train first: history = nnbook.fit(...)."
        raise ValueError(explain("plot_history", "a history of one epoch or more", describe(history), fix))
    measures = [("loss", "loss", "val_loss"), ("accuracy", "accuracy", "val_accuracy")]
    panels = [m for m in measures if getattr(history, m[1], None) or getattr(history, m[2], None)]
    if ax is not None:
        panels, panes = panels[:1], [ax]
    else:
        size = (3.9 * len(panels) + 0.2, 2.8)
        _, grid = plt.subplots(
            1, len(panels), figsize=size, layout="constrained", facecolor="white", squeeze=False
        )
        panes = list(grid[0])
    for pane, (label, train, validation) in zip(panes, panels, strict=True):
        style.axes(pane)
        for name, values, color, line in (
            ("training", getattr(history, train, None), style.BLUE, "-"),
            ("validation", getattr(history, validation, None), style.ORANGE, "--"),
        ):
            if values:
                epochs = range(1, len(values) + 1)
                pane.plot(
                    epochs, values, line, color=color, marker="o" if len(values) < 3 else "", label=name
                )
        last = max(len(getattr(history, name, None) or ()) for name in (train, validation))
        pane.set(xlabel="epoch", ylabel=label, xlim=(1, last) if last > 1 else (0.5, 1.5))
        pane.margins(y=0.06)
        if label == "loss" and min(pane.dataLim.y0, pane.dataLim.y1) >= 0:
            pane.set_ylim(0, pane.dataLim.y1 * 1.06 or 1.0)
        pane.xaxis.set_major_locator(FixedLocator([1]) if last == 1 else MaxNLocator(7, integer=True))
        style.label_lines(pane)
    figure: Figure = panes[0].figure.figure  # the whole one, where the axes stand on a part of it
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
        What the curve is called; written at its end.
    points : int
        How many places.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> ax = plot_function(np.tanh, lambda z: 1 - np.tanh(z) ** 2, name="tanh")
    >>> [text.get_text() for text in ax.texts]
    ['slope', 'tanh']
    """
    for curve in (f, slope):
        if not callable(curve) and (curve is f or curve is not None):
            raise TypeError(explain("plot_function", "functions to draw", describe(curve)))
    if not isinstance(span, (tuple, list)) or len(span) != 2:
        raise ValueError(explain("plot_function", "span to be (from, to)", describe(span)))
    start = check_number("plot_function", "start of span", span[0])
    stop = check_number("plot_function", "end of span", span[1], above=start)
    x = np.linspace(start, stop, check_integer("plot_function", "points", points, at_least=2))
    values, slopes = _values(f, x), None if slope is None else _values(slope, x)
    ax = style.axes(ax, (4.4, 2.8))
    ax.axhline(0, color=style.GREY, lw=0.6)
    ax.axvline(0, color=style.GREY, lw=0.6)
    ax.plot(x, values, color=style.BLUE, label=name or "value")
    if slopes is not None:
        ax.plot(x, slopes, "--", color=style.ORANGE, label="slope")
    ax.set(xlabel="z", xlim=(start, stop))
    ax.margins(y=0.06)
    style.label_lines(ax)
    return ax


def _values(f: Callable[[Any], Any], x: Array) -> Array:
    y = np.asarray(f(x))
    if y.shape != x.shape:
        fix = "Give it an array of places, it returns the values there: use NumPy's functions, not math's."
        raise ValueError(explain("plot_function", f"values of shape {x.shape}", describe(y), fix))
    return y
