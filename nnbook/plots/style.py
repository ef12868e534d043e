"""How pictures look: the palette of Okabe and Ito, which colour-blind people can tell apart, on opaque white.

Two opposites are always orange and blue: class 1 and class 0, positive and negative. Beside the colour stands a shape or a
line style, so that a picture printed in grey says the same.

Source of the palette: M. Okabe, K. Ito, "Color Universal Design", 2008.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from nnbook.errors import describe, explain

__all__ = [
    "BLACK",
    "BLUE",
    "COLORS",
    "DIVERGING",
    "GREEN",
    "GREY",
    "LIGHT",
    "MARKERS",
    "ORANGE",
    "PINK",
    "RED",
    "SKY",
    "YELLOW",
    "axes",
    "context",
    "label_lines",
    "use",
]

ORANGE, BLUE, GREEN, PINK = "#E69F00", "#0072B2", "#009E73", "#CC79A7"
SKY, RED, YELLOW, BLACK, GREY = "#56B4E9", "#D55E00", "#F0E442", "#000000", "#7F7F7F"

COLORS = [BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, BLACK]
"""Of classes, in their order: class 0 is blue, class 1 orange."""

MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]
"""Of classes, in their order: class 0 is a circle, class 1 a square."""

DIVERGING = LinearSegmentedColormap.from_list("nnbook.diverging", [BLUE, "#FFFFFF", ORANGE])
"""From negative, or class 0, through white to positive, or class 1."""

LIGHT = ["#B3D5E8", "#F8E2B3", "#B3E2D5", "#F0D7E5", "#CDE8F8", "#F2CFB3", "#FBF7C9", "#CCCCCC"]
"""The colours of classes, light: for the ground on which the points stand."""


_RC: dict[str, Any] = {
    "figure.dpi": 90,
    "figure.facecolor": "white",
    "figure.figsize": (6.5, 3.6),
    "savefig.facecolor": "white",
    "axes.facecolor": "white",
    "axes.prop_cycle": plt.cycler(color=COLORS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "font.size": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "image.cmap": "gray_r",
    "lines.linewidth": 1.8,
}


def use() -> None:
    """Draw in this style from now on: what a notebook calls once, in its first cell."""
    plt.rcParams.update(_RC)


def context() -> AbstractContextManager[None]:
    """Draw in this style within it: ``with plots.style.context(): ...``."""
    return mpl.rc_context(_RC)


def axes(ax: Axes | None, figsize: tuple[float, float] | None = None) -> Axes:
    """The axes given, or new ones on an opaque white figure."""
    if ax is not None and not isinstance(ax, Axes):
        fix = "Make some: figure, ax = plt.subplots()."
        raise TypeError(explain("A plot", "matplotlib's Axes as ax, or None", describe(ax), fix))
    if ax is None:
        _, ax = plt.subplots(figsize=figsize, layout="constrained", facecolor="white")
    ax.set_facecolor("white")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def label_lines(ax: Axes) -> None:
    """Write each line's label at its right end, in its colour: no legend to look things up in.

    Labels keep a line's height apart, in the order of the lines' ends. Call it when the limits are final.
    """
    lines = [line for line in ax.get_lines() if not str(line.get_label()).startswith("_")]
    bottom, top = ax.get_ylim()
    apart = 12 / _height(ax) * (top - bottom)
    ends = [(float(np.clip(np.asarray(line.get_ydata(), float)[-1], bottom, top)), line) for line in lines]
    ends.sort(key=lambda end: end[0])
    places = _apart([y for y, _ in ends], apart)
    for (_, line), place in zip(ends, places, strict=True):
        x = float(np.asarray(line.get_xdata(), float)[-1])
        ax.annotate(
            str(line.get_label()),
            (x, place),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
            color=_dark(line.get_color()),
            annotation_clip=False,
        )


def _height(ax: Axes) -> float:
    """In points, of which a line of text needs 12."""
    return float(ax.bbox.height) * 72 / ax.figure.dpi


def _apart(places: list[float], distance: float) -> list[float]:
    """Rising places moved as little as need be, so that neighbours keep their distance, around their common middle."""
    groups: list[list[float]] = []  # of places that touch: each is spread around its mean
    for place in places:
        groups.append([place])
        while (
            len(groups) > 1
            and _spread(groups[-1], distance)[0] - _spread(groups[-2], distance)[-1] < distance
        ):
            last = groups.pop()
            groups[-1] += last
    return [y for group in groups for y in _spread(group, distance)]


def _spread(group: list[float], distance: float) -> list[float]:
    middle = sum(group) / len(group)
    return [middle + (i - (len(group) - 1) / 2) * distance for i in range(len(group))]


def _dark(color: Any) -> str:
    """A colour that can be read as text on white: a line's own is often too light for that."""
    rgb = [0.7 * channel for channel in mpl.colors.to_rgb(color)]
    return mpl.colors.to_hex(rgb)
