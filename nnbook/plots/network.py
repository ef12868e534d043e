"""A network as a drawing: units are circles, weights are lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from nnbook.arrays import Array
from nnbook.errors import check_integer, describe, explain
from nnbook.linear import Linear
from nnbook.module import Module
from nnbook.plots import style

__all__ = ["plot_network"]


def plot_network(
    model: Module | Sequence[Any],
    *,
    values: Sequence[Any] | None = None,
    names: Sequence[str] | None = None,
    weight_labels: bool = False,
    most: int = 10,
    ax: Axes | None = None,
) -> Axes:
    """Draw layers from left to right; a weight's line is wider for a larger weight, dashed and blue for a negative one.

    Parameters
    ----------
    model : Module or sequence of array_like
        The Linear layers of a model, or weight matrices (in, out) in order.
    values : sequence of array_like, optional
        What each unit sends on, layer by layer from the input: written into the circles.
    names : sequence of str, optional
        Of the layers, written above them; their sizes if None.
    weight_labels : bool
        Write each weight on its line (for small networks).
    most : int
        Layers of more units are drawn with their first and last ones and dots between.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> import nnbook
    >>> ax = plot_network(nnbook.Sequential(nnbook.Linear(2, 3, rng=0), nnbook.ReLU(), nnbook.Linear(3, 1, rng=0)))
    >>> len(ax.lines), len(ax.patches)  # weights, units
    (9, 6)
    """
    matrices = _matrices(model)
    most = check_integer("plot_network", "most", most, at_least=3)
    sizes = [len(matrices[0]), *(matrix.shape[1] for matrix in matrices)]
    if values is not None and [np.size(v) for v in values] != sizes:
        got = f"{[int(np.size(v)) for v in values]}"
        raise ValueError(explain("plot_network", f"values of {sizes} units, layer by layer", got))
    if names is not None and len(names) != len(sizes):
        raise ValueError(explain("plot_network", f"{len(sizes)} names, one per layer", f"{len(names)}"))

    shown = [_shown(size, most) for size in sizes]
    tall = max(map(len, shown))
    inch = 0.9 if values is not None else min(0.75, 4.0 / tall)  # for each unit's place, in inches
    gap, radius = max(2.6, 1.9 / inch), 0.34 if values is not None else 0.26
    wide = gap * (len(sizes) - 1)
    ax = style.axes(ax, (inch * (wide + 1.6), inch * tall + 0.35))
    places = [
        {unit: (gap * layer, (len(units) - 1) / 2 - i) for i, unit in enumerate(units) if unit is not None}
        for layer, units in enumerate(shown)
    ]
    for start, end, weight in _lines(matrices, places):
        _draw_weight(ax, start, end, weight, weight_labels)
    for layer, units in enumerate(shown):
        if None in units:
            middle = (len(units) - 1) / 2 - units.index(None)
            ax.text(gap * layer, middle, "⋮", ha="center", va="center", fontsize=16)
        for unit, place in places[layer].items():
            ax.add_patch(Circle(place, radius, facecolor="white", edgecolor=style.BLACK, lw=1.2, zorder=3))
            if values is not None:
                number = float(np.ravel(values[layer])[unit])
                ax.text(
                    *place, f"{number:.3g}".replace("-", "−"), ha="center", va="center", fontsize=9, zorder=4
                )
        label = names[layer] if names is not None else f"{sizes[layer]}"
        ax.annotate(
            label, (gap * layer, tall / 2), (0, 2), textcoords="offset points", ha="center", fontsize=10
        )
    ax.set(xlim=(-0.8, wide + 0.8), ylim=(-tall / 2, tall / 2), aspect="equal")
    ax.set_axis_off()
    return ax


_Place: TypeAlias = tuple[float, float]


def _lines(matrices: list[Array], places: list[dict[int, _Place]]) -> list[tuple[_Place, _Place, _Weight]]:
    """From where to where, the weight and its share of the largest one; small ones first, so that large ones are on top."""
    widest = max(float(np.abs(matrix).max(initial=0.0)) for matrix in matrices) or 1.0
    lines = [
        (start, end, _Weight(float(matrix[i, j]), abs(float(matrix[i, j])) / widest))
        for layer, matrix in enumerate(matrices)
        for i, start in places[layer].items()
        for j, end in places[layer + 1].items()
    ]
    return sorted(lines, key=lambda line: line[2].share)


class _Weight(NamedTuple):
    value: float
    share: float


def _draw_weight(ax: Axes, start: _Place, end: _Place, weight: _Weight, labelled: bool) -> None:
    (x0, y0), (x1, y1) = start, end
    color, line = (style.ORANGE, "-") if weight.value >= 0 else (style.BLUE, (0, (3, 1.5)))
    ax.plot(
        [x0, x1],
        [y0, y1],
        linestyle=line,
        color=color,
        lw=0.3 + 3.2 * weight.share,
        zorder=1 + weight.share / 2,
    )
    if labelled:
        share = 0.3 if y0 == y1 else 0.27  # near its source, where lines have parted
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(
            x,
            y,
            f"{weight.value:g}".replace("-", "−"),
            ha="center",
            va="center",
            fontsize=9,
            bbox=box,
            zorder=2,
        )


def _matrices(model: Any) -> list[Array]:
    if isinstance(model, Module):
        matrices = [layer.weight.data for layer in model.modules() if isinstance(layer, Linear)]
    elif isinstance(model, (list, tuple)):
        matrices = [np.asarray(matrix) for matrix in model]
    else:
        raise TypeError(explain("plot_network", "a Module or a list of weight matrices", describe(model)))
    if not matrices:
        raise ValueError(explain("plot_network", "one Linear layer or weight matrix, or more", "none"))
    for i, matrix in enumerate(matrices):
        below = matrices[i - 1].shape[-1] if i else None
        if matrix.ndim != 2 or (below is not None and matrix.shape[0] != below):
            expected = f"a matrix (in, out) as weights {i}" + (f", with {below} rows" if i else "")
            raise ValueError(explain("plot_network", expected, describe(matrix)))
    return matrices


def _shown(size: int, most: int) -> list[int | None]:
    """Which units of a layer are drawn; None stands for dots."""
    if size <= most:
        return list(range(size))
    half = (most - 1) // 2
    return [*range(most - 1 - half), None, *range(size - half, size)]
