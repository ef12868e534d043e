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
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Count each pair of true and predicted class: rows are what it was, columns what it was taken for.

    Parameters
    ----------
    y_true, y_pred : array_like of int, shape (N,)
        Classes from 0.
    names : sequence of str, optional
        Of the classes.
    ax : Axes, optional

    Returns
    -------
    Axes
        Each cell shows its count and its share of the row; the shade grows with the share, so that rare classes are seen
        as well: blue for what is right, orange for what was taken for something else.

    Examples
    --------
    >>> ax = plot_confusion_matrix([0, 0, 0, 1], [0, 0, 1, 1], names=["cat", "dog"])
    >>> [text.get_text() for text in ax.texts]
    ['2\\n67 %', '1\\n33 %', '1\\n100 %']
    """
    who = "plot_confusion_matrix"
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape or y_true.ndim != 1 or not len(y_true):
        got = f"{describe(y_true)} and {describe(y_pred)}"
        fix = "Take the likeliest class first: scores.argmax(axis=1)." if y_pred.ndim == 2 else ""
        raise ValueError(explain(who, "two arrays of classes of one shape (N,)", got, fix))
    for name, labels in (("y_true", y_true), ("y_pred", y_pred)):
        if labels.dtype.kind not in "iub" or labels.min() < 0:
            raise ValueError(explain(who, f"classes from 0 in {name}", describe(labels)))
    count = int(max(y_true.max(), y_pred.max())) + 1
    names = list(map(str, range(count))) if names is None else list(names)
    if len(names) < count:
        raise ValueError(explain(who, f"{count} names or more", f"{len(names)}"))
    count = len(names)
    table = np.zeros((count, count), int)
    np.add.at(table, (y_true.astype(int), y_pred.astype(int)), 1)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)

    longest = max(map(len, names))
    turned = longest > 5
    side, room = 0.56 * count, 0.085 * longest  # inches, for the cells and for the names
    ax = style.axes(ax, (side + room + 0.6, side + (room if turned else 0.2) + 0.5))
    right = np.eye(count, dtype=bool)
    shade = np.where(right, -share, np.sqrt(share))  # of errors, a few percent are to be seen already
    ax.imshow(shade, cmap=style.DIVERGING, vmin=-1, vmax=1)
    for i, j in np.ndindex(table.shape):
        if table[i, j]:
            color = "white" if i == j and share[i, j] > 0.5 else "black"
            text = f"{table[i, j]}\n{_percent(share[i, j])}"
            ax.text(j, i, text, ha="center", va="center", color=color, fontsize=9)
    ax.set_xticks(range(count), names, rotation=90 if turned else 0)
    ax.set_yticks(range(count), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xticks(np.arange(1, count) - 0.5, minor=True)
    ax.set_yticks(np.arange(1, count) - 0.5, minor=True)
    ax.grid(which="minor", color="#DDDDDD", lw=0.8)
    ax.tick_params(which="minor", length=0)
    ax.set(xlabel="taken for", ylabel="was")
    return ax


def _percent(share: float) -> str:
    """Whole percents; but what is neither nothing nor all does not look so."""
    percent = round(100 * share)
    return "<1 %" if percent == 0 else ">99 %" if percent == 100 and share < 1 else f"{percent} %"
