"""What a model answers at every point of the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from nnbook.errors import check_integer, describe, explain
from nnbook.module import Module
from nnbook.plots import style

__all__ = ["plot_decision_boundary"]


def plot_decision_boundary(
    model: Module | Callable[[Any], Any],
    x: npt.ArrayLike,
    y: npt.ArrayLike | None = None,
    *,
    resolution: int = 160,
    ax: Axes | None = None,
) -> Axes:
    """Colour the plane by the class that the model answers, with the boundary as a line and the points on top.

    Parameters
    ----------
    model : Module or callable
        Takes points (P, 2). Answers with a score for each class (P, K); with one score (P,) or (P, 1) that is above 0 for
        class 1 (logits), the answer's sign is its class; or with whole numbers (P,), the classes.
    x : array_like, shape (N, 2)
        The data; they span the picture.
    y : array_like of int, shape (N,), optional
        Their classes: drawn in colours and shapes.
    resolution : int
        Points along each axis at which the model is asked.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    who = "plot_decision_boundary"
    x = np.asarray(x)
    resolution = check_integer(who, "resolution", resolution, at_least=2)
    if x.ndim != 2 or x.shape[1] != 2 or not len(x):
        fix = "Choose two features to look at: x[:, [0, 1]]."
        raise ValueError(explain(who, "points x of shape (N, 2)", describe(x), fix))
    if not np.isfinite(x).all():
        raise ValueError(explain(who, "finite numbers in x", "NaN or infinity"))
    labels = None if y is None else np.asarray(y).ravel()
    if labels is not None and len(labels) != len(x):
        raise ValueError(explain(who, f"{len(x)} labels, one per point", f"{len(labels)}"))
    if labels is not None and (
        labels.dtype.kind not in "iub" or labels.min() < 0 or labels.max() >= len(style.COLORS)
    ):
        raise ValueError(
            explain(who, f"labels from 0 to {len(style.COLORS) - 1} in y", describe(np.unique(labels)))
        )

    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-9)
    axis = [
        np.linspace(a, b, resolution, dtype=np.float32)
        for a, b in zip(low - margin, high + margin, strict=True)
    ]
    plane = np.stack(np.meshgrid(*axis), axis=-1).reshape(-1, 2)  # (P, 2)
    answer = np.asarray(model.predict(plane) if isinstance(model, Module) else model(plane))
    if answer.ndim == 2 and answer.shape[1] > 1:
        classes, count = answer.argmax(axis=1), answer.shape[1]
    elif answer.dtype.kind in "iub":
        classes, count = answer.ravel().astype(int), int(answer.max()) + 1
    else:
        classes, count = (answer.ravel() > 0).astype(int), 2
    if classes.shape != (len(plane),):
        raise ValueError(explain(who, f"one answer for each of {len(plane)} points", describe(answer)))

    ax = style.axes(ax, (4.2, 3.8))
    count = max(count, 2)
    regions = classes.reshape(resolution, resolution)
    ax.contourf(*axis, regions, levels=np.arange(count + 1) - 0.5, colors=style.LIGHT[:count])
    for k in range(count - 1):
        if (regions <= k).any() and (regions > k).any():
            ax.contour(*axis, (regions > k).astype(float), levels=[0.5], colors=style.BLACK, linewidths=1)
    if labels is not None:
        for k in np.unique(labels):
            points, look = x[labels == k], {"marker": style.MARKERS[k], "color": style.COLORS[k]}
            ax.scatter(points[:, 0], points[:, 1], s=26, edgecolor="white", linewidth=0.6, zorder=3, **look)
    ax.set(xlabel="first feature", ylabel="second feature")
    return ax
