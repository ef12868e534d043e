"""What was taken for what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from nnbook.errors import describe, explain
from nnbook.plots import style

__all__ = ["plot_confusion_matrix"]


def plot_confusion_matrix(
    truth: npt.ArrayLike,
    prediction: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Count each pair of true and predicted class: rows are what it was, columns what it was taken for.

    Parameters
    ----------
    truth, prediction : array_like of int, shape (N,)
        Classes from 0.
    names : sequence of str, optional
        Of the classes.
    ax : Axes, optional

    Returns
    -------
    Axes
        Each cell shows its count; the shade is its share of the row, so that rare classes are seen as well.
    """
    who = "plot_confusion_matrix"
    truth, prediction = np.asarray(truth), np.asarray(prediction)
    if truth.shape != prediction.shape or truth.ndim != 1 or not len(truth):
        got = f"{describe(truth)} and {describe(prediction)}"
        fix = "Take the likeliest class first: scores.argmax(axis=1)." if prediction.ndim == 2 else ""
        raise ValueError(explain(who, "two arrays of classes of one shape (N,)", got, fix))
    for name, labels in (("truth", truth), ("prediction", prediction)):
        if labels.dtype.kind not in "iub" or labels.min() < 0:
            raise ValueError(explain(who, f"classes from 0 in {name}", describe(labels)))
    count = int(max(truth.max(), prediction.max())) + 1
    names = list(map(str, range(count))) if names is None else list(names)
    if len(names) < count:
        raise ValueError(explain(who, f"{count} names or more", f"{len(names)}"))
    count = len(names)
    table = np.zeros((count, count), int)
    np.add.at(table, (truth.astype(int), prediction.astype(int)), 1)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)

    ax = style.axes(ax, (0.42 * count + 1.4, 0.42 * count + 1.0))
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for i, j in np.ndindex(table.shape):
        if table[i, j]:
            color = "white" if share[i, j] > 0.5 else "black"
            weight = "normal" if i == j else "bold"
            ax.text(j, i, str(table[i, j]), ha="center", va="center", color=color, fontsize=9, weight=weight)
    ax.set_xticks(range(count), names)
    ax.set_yticks(range(count), names)
    ax.set(xlabel="taken for", ylabel="was")
    return ax
