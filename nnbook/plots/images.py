"""Pictures of pictures: examples in a grid, and a layer's weights as what each unit looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from nnbook.errors import check_integer, describe, explain
from nnbook.plots import style

__all__ = ["plot_images", "plot_weights"]


def plot_images(
    images: npt.ArrayLike,
    titles: Sequence[Any] | None = None,
    *,
    columns: int = 10,
    scale: float = 0.75,
    signed: bool = False,
) -> Figure:
    """Draw images side by side, dark for high values; or, signed, orange for positive and blue for negative ones.

    Parameters
    ----------
    images : array_like, shape (N, H, W) or (N, 1, H, W)
    titles : sequence, optional
        One for each image.
    columns : int
        How many in a row; fewer where long titles would make the figure wider than 8 inches.
    scale : float
        Inches for each image.
    signed : bool
        Colours around 0, the same range for all.

    Returns
    -------
    Figure

    Examples
    --------
    >>> figure = plot_images(np.zeros((3, 8, 8)), titles=["one", "two", "three"])
    >>> [ax.get_title() for ax in figure.axes]
    ['one', 'two', 'three']
    """
    pictures = np.asarray(images)
    if pictures.ndim == 4 and pictures.shape[1] == 1:
        pictures = pictures[:, 0]
    if pictures.ndim != 3 or not pictures.size or pictures.dtype.kind not in "fiub":
        fix = "One image alone needs the batch's axis: image[np.newaxis]." if pictures.ndim == 2 else ""
        raise ValueError(explain("plot_images", "images (N, H, W) or (N, 1, H, W)", describe(pictures), fix))
    columns = min(check_integer("plot_images", "columns", columns), len(pictures))
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(explain("plot_images", f"{len(pictures)} titles, one per image", f"{len(titles)}"))
    texts = [str(title).split("\n") for title in (() if titles is None else titles)]
    lines, letters = (
        max(map(len, texts), default=0),
        max((len(line) for text in texts for line in text), default=0),
    )
    width = max(scale, 0.08 * letters + 0.1)  # room for the longest title
    if width > scale:
        columns = min(columns, max(1, int(8 / width)))
    rows = -(-len(pictures) // columns)
    size = (columns * width, rows * (scale + 0.2 * lines))
    fig, grid = plt.subplots(
        rows, columns, figsize=size, layout="constrained", facecolor="white", squeeze=False
    )
    peak = float(np.abs(pictures).max()) or 1.0
    look: dict[str, Any] = {"cmap": style.DIVERGING, "vmin": -peak, "vmax": peak} if signed else {
        "cmap": "gray_r", "vmin": min(0.0, float(pictures.min())), "vmax": float(pictures.max()) or 1.0}  # fmt: skip
    for i, ax in enumerate(grid.ravel()):
        ax.set_axis_off()
        if i < len(pictures):
            ax.imshow(pictures[i], interpolation="nearest", **look)
            if titles is not None:
                ax.set_title(str(titles[i]), fontsize=9, pad=2)
    return fig


def plot_weights(
    weights: Any,
    shape: tuple[int, int] | None = None,
    titles: Sequence[Any] | None = None,
    *,
    columns: int = 8,
    scale: float = 0.8,
) -> Figure:
    """Draw what each unit of a first layer looks for: its weights, laid out as the picture that it reads.

    Parameters
    ----------
    weights : layer, Parameter or array_like
        A layer with a ``weight``, or the matrix (D, M) itself: one picture for each of the M units. Or a convolution of
        grey images, or its kernels (O, 1, kh, kw): one picture for each kernel.
    shape : (int, int)
        H and W of the pictures that the layer reads, H · W = D. Kernels have a shape of their own.
    titles, columns, scale
        As for `plot_images`.

    Returns
    -------
    Figure
        Orange where brightness speaks for the unit, blue where it speaks against.

    Examples
    --------
    >>> import nnbook
    >>> figure = plot_weights(nnbook.Linear(64, 5, rng=0), shape=(8, 8))
    >>> len(figure.axes)
    5
    """
    matrix = getattr(weights, "weight", weights)
    matrix = np.asarray(getattr(matrix, "data", matrix) if not isinstance(matrix, np.ndarray) else matrix)
    if matrix.ndim == 4 and matrix.shape[1] == 1 and shape is None:
        return plot_images(matrix, titles, columns=columns, scale=scale, signed=True)
    if shape is None:
        fix = "Say what the layer reads: shape=(8, 8)."
        raise ValueError(explain("plot_weights", "kernels (O, 1, H, W), or a shape", describe(matrix), fix))
    if matrix.ndim != 2 or len(shape) != 2 or matrix.shape[0] != shape[0] * shape[1]:
        expected = f"weights (D, M) with D = {' × '.join(map(str, shape))}"
        raise ValueError(explain("plot_weights", expected, describe(matrix)))
    return plot_images(matrix.T.reshape(-1, *shape), titles, columns=columns, scale=scale, signed=True)
