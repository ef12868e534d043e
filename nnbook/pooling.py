"""Pooling: of each window keep one number, its largest or its mean.

After a convolution has said where a feature is, pooling says whether it is somewhere about here (notebook 18): images
become smaller, later layers cheaper, and a shift by one pixel changes less. Nothing is learnt.

    max       Y[n, c, oh, ow] = max over i, j of  X[n, c, oh · stride + i, ow · stride + j]
    average   Y[n, c, oh, ow] = mean over i, j of the same
    global    Y[n, c] = mean over the whole image: one number for each channel

    X (N, C, H, W)   Y (N, C, OH, OW)   OH = (H − kh) // stride + 1; what is left over below and to the right is not seen

Backward, the gradient goes where the number came from: to the largest pixel alone, to the first of them (row by row) if
several are equal, as in PyTorch; or to all pixels in equal shares.

Each pixel (i, j) of all windows is one slice (`nnbook.windows`), so a window of four pixels costs four operations on
slices, however many windows there are.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, as_floating, batch_first, batch_last
from nnbook.errors import check_floats, check_shape, check_shapes
from nnbook.module import Module
from nnbook.windows import (
    Geometry,
    Pair,
    batch_innermost,
    check_images,
    check_pair,
    check_window,
    output_size,
    tidy,
    windows,
)

__all__ = [
    "AvgPool2d",
    "GlobalAvgPool2d",
    "MaxPool2d",
    "avg_pool2d",
    "avg_pool2d_backward",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
]


def max_pool2d(x: Array, *, kernel_size: int | Pair, stride: int | Pair | None = None) -> Array:
    """Keep the largest number of every window; NaN counts as largest.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    kernel_size : int or pair of int
        Height and width of the window.
    stride : int or pair of int, optional
        How far it moves; its own size if None, so that windows lie side by side.

    Returns
    -------
    ndarray, shape (N, C, OH, OW)

    Raises
    ------
    ValueError, TypeError
        If x is not a batch of images, or the window does not fit into it.

    Examples
    --------
    >>> max_pool2d(np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 9.0]]]]), kernel_size=2)
    array([[[[5., 9.]]]])
    """
    kernel, step = _window("max_pool2d", x, kernel_size, stride)
    view = windows(batch_last(x), kernel, step)  # (C, kh, kw, OH, OW, N)
    y = np.maximum(view[:, 0, 0], view[:, -1, -1])
    for i, j in _pixels(kernel)[1:-1]:
        np.maximum(y, view[:, i, j], out=y)
    return batch_first(y)


def max_pool2d_backward(
    dy: Array, x: Array, y: Array, *, kernel_size: int | Pair, stride: int | Pair | None = None
) -> Array:
    """Gradient of `max_pool2d`: dy goes to the first largest pixel of its window.

    Examples
    --------
    >>> x = np.array([[[[1.0, 5.0, 2.0, 9.0], [5.0, 4.0, 8.0, 9.0]]]])
    >>> max_pool2d_backward(np.array([[[[2.0, 3.0]]]]), x, max_pool2d(x, kernel_size=2), kernel_size=2)
    array([[[[0., 2., 0., 3.],
             [0., 0., 0., 0.]]]])
    """
    kernel, step = _window("max_pool2d_backward", x, kernel_size, stride)
    dy = _check_dy("max_pool2d_backward", dy, x, kernel, step)
    y = check_shape("max_pool2d_backward", "y", y, dy.shape)
    x, y, dy = batch_last(x), batch_last(y), batch_last(dy)
    dx = np.zeros(x.shape, dy.dtype)
    pixels, d_pixels = windows(x, kernel, step), windows(dx, kernel, step)
    side_by_side = kernel[0] <= step[0] and kernel[1] <= step[1]  # no pixel lies in two windows
    found = np.zeros(y.shape, bool)
    for i, j in _pixels(kernel):
        largest = pixels[:, i, j] == y
        first = largest > found  # the largest, and none was found before
        found |= largest
        if side_by_side:
            np.multiply(dy, first, out=d_pixels[:, i, j])
        else:
            d_pixels[:, i, j] += dy * first
    return batch_first(dx)


def avg_pool2d(x: Array, *, kernel_size: int | Pair, stride: int | Pair | None = None) -> Array:
    """Keep the mean of every window.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    kernel_size, stride
        As for `max_pool2d`.

    Returns
    -------
    ndarray, shape (N, C, OH, OW)

    Examples
    --------
    >>> avg_pool2d(np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 9.0]]]]), kernel_size=2)
    array([[[[3.25, 4.75]]]])
    """
    kernel, step = _window("avg_pool2d", x, kernel_size, stride)
    x = check_floats("avg_pool2d", "x", x)
    view = windows(batch_last(x), kernel, step)
    y = view[:, 0, 0].copy()
    for i, j in _pixels(kernel)[1:]:
        y += view[:, i, j]
    y /= kernel[0] * kernel[1]
    return batch_first(y)


def avg_pool2d_backward(
    dy: Array, x: Array, *, kernel_size: int | Pair, stride: int | Pair | None = None
) -> Array:
    """Gradient of `avg_pool2d`: every pixel of a window receives dy / (kh kw).

    Examples
    --------
    >>> avg_pool2d_backward(np.array([[[[8.0]]]]), np.zeros((1, 1, 2, 2)), kernel_size=2)
    array([[[[2., 2.],
             [2., 2.]]]])
    """
    kernel, step = _window("avg_pool2d_backward", x, kernel_size, stride)
    dy = _check_dy("avg_pool2d_backward", dy, x, kernel, step)
    return _share(dy, x.shape, kernel, step)


def _share(dy: Array, shape: tuple[int, ...], kernel: Pair, step: Pair) -> Array:
    batch, *image = shape
    dx = np.zeros((*image, batch), dy.dtype)
    d_pixels = windows(dx, kernel, step)
    share = batch_last(dy) / (kernel[0] * kernel[1])
    for i, j in _pixels(kernel):
        d_pixels[:, i, j] += share
    return batch_first(dx)


def global_avg_pool2d(x: Array) -> Array:  # (N, C, H, W) -> (N, C)
    """Keep the mean of every whole image, one number for each channel: what may stand before the last Linear layer.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)

    Returns
    -------
    ndarray, shape (N, C)
        PyTorch's ``AdaptiveAvgPool2d(1)`` gives (N, C, 1, 1).

    Notes
    -----
    Lin, Chen & Yan 2013, "Network in network".

    Examples
    --------
    >>> global_avg_pool2d(np.array([[[[1.0, 5.0], [2.0, 0.0]]]]))
    array([[2.]])
    """
    _check_not_empty("global_avg_pool2d", x)
    sums = batch_last(x).sum(axis=1).sum(axis=1)  # (C, N); one axis after the other is twice as fast
    return (sums / (x.shape[2] * x.shape[3])).T


def global_avg_pool2d_backward(dy: Array, x: Array) -> Array:  # -> (N, C, H, W)
    """Gradient of `global_avg_pool2d`: every pixel receives dy / (H W).

    Examples
    --------
    >>> global_avg_pool2d_backward(np.array([[8.0]]), np.zeros((1, 1, 2, 2)))
    array([[[[2., 2.],
             [2., 2.]]]])
    """
    _check_not_empty("global_avg_pool2d_backward", x)
    dy = check_shape("global_avg_pool2d_backward", "dy", dy, x.shape[:2])
    return _spread(dy, x.shape)


def _spread(dy: Array, shape: tuple[int, ...]) -> Array:
    batch, channels, height, width = shape
    pixels = height * width
    return batch_first(np.repeat(dy.T / pixels, pixels, axis=0).reshape(channels, height, width, batch))


def _window(who: Any, x: Array, kernel_size: Any, stride: Any) -> tuple[Pair, Pair]:
    kernel = check_pair(who, "kernel_size", kernel_size)
    step = kernel if stride is None else check_pair(who, "stride", stride)
    check_shapes(who, "x (...)", x)
    check_images(who, x)
    check_window(who, x, kernel)
    return kernel, step


def _check_dy(who: str, dy: Array, x: Array, kernel: Pair, step: Pair) -> Array:
    size = output_size(x.shape[2:], kernel, Geometry(step, ((0, 0), (0, 0))))
    return check_shape(who, "dy", dy, (*x.shape[:2], *size))


def _pixels(kernel: Pair) -> list[Pair]:
    return list(itertools.product(range(kernel[0]), range(kernel[1])))


def _check_not_empty(who: Any, x: Array) -> None:
    check_shapes(who, "x (...)", x)
    check_images(who, x)
    check_window(who, x, (1, 1))


class _Pool2d(Module):
    """What the layers with a window share."""

    def __init__(self, kernel_size: int | Pair, stride: int | Pair | None = None) -> None:
        name = type(self).__name__
        check_pair(name, "kernel_size", kernel_size)
        check_pair(name, "stride", kernel_size if stride is None else stride)
        self.kernel_size = tidy(kernel_size)
        self.stride = None if stride is None else tidy(stride)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"kernel_size": self.kernel_size, "stride": self.stride}


class MaxPool2d(_Pool2d):
    """Keep the largest number of every window: x (N, C, H, W) -> (N, C, OH, OW).

    Parameters
    ----------
    kernel_size : int or pair of int
        Height and width of the window.
    stride : int or pair of int, optional
        How far it moves; its own size if None.

    Examples
    --------
    >>> MaxPool2d(2)(np.zeros((64, 8, 24, 24))).shape
    (64, 8, 12, 12)
    """

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (N, C, H, W) -> (N, C, OH, OW)."""
        x = as_floating(self, x)
        _window(self, x, self.kernel_size, self.stride)
        x = batch_innermost(x)  # once for both ways
        y = max_pool2d(x, kernel_size=self.kernel_size, stride=self.stride)
        self.save(x, y)
        return y

    def backward(self, dy: Array) -> Array:
        """dy (N, C, OH, OW) -> dx (N, C, H, W)."""
        x, y = self.saved()
        return max_pool2d_backward(dy, x, y, kernel_size=self.kernel_size, stride=self.stride)


class AvgPool2d(_Pool2d):
    """Keep the mean of every window: x (N, C, H, W) -> (N, C, OH, OW).

    Parameters
    ----------
    kernel_size : int or pair of int
        Height and width of the window.
    stride : int or pair of int, optional
        How far it moves; its own size if None.

    Examples
    --------
    >>> AvgPool2d(2)(np.zeros((64, 8, 24, 24))).shape
    (64, 8, 12, 12)
    """

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (N, C, H, W) -> (N, C, OH, OW)."""
        x = as_floating(self, x)
        kernel, step = _window(self, x, self.kernel_size, self.stride)
        self.save(x.shape, kernel, step)
        return avg_pool2d(x, kernel_size=kernel, stride=step)

    def backward(self, dy: Array) -> Array:
        """dy (N, C, OH, OW) -> dx (N, C, H, W)."""
        shape, kernel, step = self.saved()
        return _share(dy, shape, kernel, step)


class GlobalAvgPool2d(Module):
    """Keep the mean of every image: x (N, C, H, W) -> (N, C).

    Examples
    --------
    >>> GlobalAvgPool2d()(np.zeros((64, 16, 7, 7))).shape
    (64, 16)
    """

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (N, C, H, W) -> (N, C)."""
        x = as_floating(self, x)
        _check_not_empty(self, x)
        self.save(x.shape)
        return global_avg_pool2d(x)

    def backward(self, dy: Array) -> Array:
        """dy (N, C) -> dx (N, C, H, W)."""
        (shape,) = self.saved()
        return _spread(dy, shape)
