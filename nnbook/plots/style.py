"""How pictures look: the palette of Okabe and Ito, which colour-blind people can tell apart, on opaque white.

Two opposites are always orange and blue: class 1 and class 0, positive and negative. Beside the colour stands a shape or a
line style, so that a picture printed in grey says the same.

Source of the palette: M. Okabe, K. Ito, "Color Universal Design", 2008.
"""

from __future__ import annotations

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

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


def use() -> None:
    """Draw in this style from now on: what a notebook calls once, in its first cell."""
    plt.rcParams.update(
        {
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
    )


def axes(ax: Axes | None, figsize: tuple[float, float] | None = None) -> Axes:
    """The axes given, or new ones on an opaque white figure."""
    if ax is None:
        _, ax = plt.subplots(figsize=figsize, layout="constrained", facecolor="white")
    ax.set_facecolor("white")
    return ax
