"""A network as a drawing: units are circles, weights are lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

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
    gap = 2.6
    ax = style.axes(ax, (2.2 * len(sizes) + 0.6, 0.85 * tall + 0.7))
    places = [
        {unit: (gap * layer, (len(units) - 1) / 2 - i) for i, unit in enumerate(units) if unit is not None}
        for layer, units in enumerate(shown)
    ]
    widest = max(float(np.abs(matrix).max(initial=0.0)) for matrix in matrices) or 1.0
    for layer, matrix in enumerate(matrices):
        for i, (x0, y0) in places[layer].items():
            for j, (x1, y1) in places[layer + 1].items():
                weight = float(matrix[i, j])
                color, line = (style.ORANGE, "-") if weight >= 0 else (style.BLUE, "--")
                width = 0.3 + 3.2 * abs(weight) / widest
                ax.plot([x0, x1], [y0, y1], line, color=color, lw=width, zorder=1)
                if weight_labels:
                    share = 0.3 if y0 == y1 else 0.27  # near its source, where lines have parted
                    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
                    ax.text(x, y, f"{weight:g}", ha="center", va="center", fontsize=9, bbox=box, zorder=2)
    radius = 0.34 if values is not None else 0.2
    for layer, units in enumerate(shown):
        for i, unit in enumerate(units):
            y = (len(units) - 1) / 2 - i
            if unit is None:
                ax.text(gap * layer, y, "⋮", ha="center", va="center", fontsize=16)
                continue
            ax.add_patch(
                Circle((gap * layer, y), radius, facecolor="white", edgecolor=style.BLACK, lw=1.2, zorder=3)
            )
            if values is not None:
                number = float(np.ravel(values[layer])[unit])
                ax.text(gap * layer, y, f"{number:.3g}", ha="center", va="center", fontsize=9, zorder=4)
        label = names[layer] if names is not None else f"{sizes[layer]}"
        ax.text(gap * layer, tall / 2 + 0.05, label, ha="center", va="bottom", fontsize=10)
    ax.set(xlim=(-0.6, gap * (len(sizes) - 1) + 0.6), ylim=(-tall / 2 - 0.1, tall / 2 + 0.45), aspect="equal")
    ax.set_axis_off()
    return ax


def _matrices(model: Any) -> list[np.ndarray]:
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
