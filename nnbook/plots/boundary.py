"""What a model answers at every point of the plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba_array

from nnbook.arrays import Array
from nnbook.errors import check_integer, describe, explain
from nnbook.module import Module
from nnbook.plots import style

__all__ = ["plot_decision_boundary"]


def plot_decision_boundary(
    model: Module | Callable[[Any], Any],
    x: npt.ArrayLike,
    y: npt.ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
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
    names : sequence of str, optional
        Of the classes: written above the picture, each beside its mark.
    resolution : int
        Points along each axis at which the model is asked.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = plot_decision_boundary(lambda points: points[:, 0] - points[:, 1], np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> ax.get_xlabel()
    'first feature'
    """
    who = "plot_decision_boundary"
    resolution = check_integer(who, "resolution", resolution, at_least=2)
    x, labels = _check_points(who, x, y)
    axis = [np.linspace(a, b, resolution) for a, b in _span(x)]
    plane = np.stack(np.meshgrid(*axis), axis=-1).reshape(-1, 2)  # (P, 2)
    margins = _margins(who, model, plane)  # (P, K)
    count = margins.shape[1]
    if max(count, 0 if labels is None else labels.max() + 1) > len(style.COLORS):
        raise ValueError(explain(who, f"at most {len(style.COLORS)} classes", f"{count} scores"))
    if names is not None and len(names) < count:
        raise ValueError(explain(who, f"{count} names, one per class", f"{len(names)}"))

    ax = style.axes(ax, (4.2, 3.8))
    fields = margins.T.reshape(count, resolution, resolution)
    pixels = to_rgba_array(style.LIGHT)[
        fields.argmax(axis=0)
    ]  # what the smooth fields on top of it leave between them
    (left, right), (bottom, top) = ((line[0], line[-1]) for line in axis)
    ax.imshow(pixels, extent=(left, right, bottom, top), origin="lower", aspect="auto", zorder=0)
    for k, field in enumerate(fields):
        if (field > 0).any():
            levels = [0.0, max(float(field.max()), 1e-30)]
            ax.contourf(*axis, field, levels=levels, colors=[style.LIGHT[k]], zorder=0.5)
        if (field > 0).any() and (field <= 0).any() and (k or count > 2):
            ax.contour(*axis, field, levels=[0.0], colors=style.BLACK, linewidths=1)
    if labels is None:
        ax.scatter(x[:, 0], x[:, 1], s=12, color=style.BLACK, zorder=3)
    for k in () if labels is None else np.unique(labels):
        points = x[labels == k]
        ax.scatter(
            points[:, 0],
            points[:, 1],
            s=28,
            marker=style.MARKERS[k],
            color=style.COLORS[k],
            edgecolor="white",
            linewidth=0.6,
            zorder=3,
            label=f"_class {k}" if names is None else names[k],
        )
    if names is not None and labels is not None:
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=4,
            frameon=False,
            handletextpad=0.1,
            columnspacing=1.2,
            borderpad=0.2,
        )
    ax.set(xlabel="first feature", ylabel="second feature", xlim=(left, right), ylim=(bottom, top))
    return ax


def _check_points(who: str, x: npt.ArrayLike, y: npt.ArrayLike | None) -> tuple[Array, Array | None]:
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[1] != 2 or not len(x):
        fix = "Choose two features to look at: x[:, [0, 1]]." if x.ndim == 2 and len(x) else ""
        raise ValueError(explain(who, "points x of shape (N, 2)", describe(x), fix))
    if x.dtype.kind not in "fiub" or not np.isfinite(x).all():
        raise ValueError(
            explain(who, "finite numbers in x", describe(x) if x.dtype.kind not in "f" else "NaN or infinity")
        )
    if y is None:
        return x, None
    labels = np.asarray(y).ravel()
    if len(labels) != len(x):
        raise ValueError(explain(who, f"{len(x)} labels, one per point", f"{len(labels)}"))
    if labels.dtype.kind not in "iub" or labels.min() < 0 or labels.max() >= len(style.COLORS):
        found = describe(labels) if labels.dtype.kind not in "iub" else f"{labels.min()} to {labels.max()}"
        raise ValueError(explain(who, f"classes from 0 to {len(style.COLORS) - 1} in y", found))
    return x, labels.astype(int)


def _span(x: Array) -> list[tuple[float, float]]:
    """From where to where the picture goes, a little beyond the points."""
    low, high = x.min(axis=0).astype(float), x.max(axis=0).astype(float)
    size = high - low
    margin = 0.12 * np.where(size > 0, size, 1.0)
    return list(zip(low - margin, high + margin, strict=True))


def _margins(who: str, model: Any, plane: Array) -> Array:  # (P, 2) -> (P, K)
    """By how much each class's score is above the best of the others': above 0 where the class is the answer."""
    if not isinstance(model, Module) and not callable(model):
        raise TypeError(explain(who, "a Module or a function of points (P, 2)", describe(model)))
    points = plane.astype(np.float32) if isinstance(model, Module) else plane
    answer = np.asarray(model.predict(points) if isinstance(model, Module) else model(points))
    if answer.ndim == 2 and answer.shape[1] == 1:
        answer = answer[:, 0]
    if answer.shape not in ((len(plane),), (len(plane), *answer.shape[1:2])):
        raise ValueError(explain(who, f"an answer for each of {len(plane)} points", describe(answer)))
    if answer.dtype.kind == "f" and not np.isfinite(answer).all():
        raise ValueError(explain(who, "finite answers of the model", "NaN or infinity"))
    if answer.ndim == 1 and answer.dtype.kind in "iub":
        classes = answer.astype(int)
        scores = np.eye(max(int(classes.max()) + 1, 2))[classes]
    elif answer.ndim == 1:
        scores = np.stack([np.zeros(len(answer)), answer], axis=1)
    else:
        scores = answer.astype(float)
    order = np.sort(scores, axis=1)
    best, second = order[:, -1:], order[:, -2:-1]
    return np.where(scores == best, scores - second, scores - best)
