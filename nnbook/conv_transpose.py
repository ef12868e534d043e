"""Transposed convolution: the way back through a convolution, used as a layer that enlarges images.

A convolution's window takes kh × kw pixels and makes one number of them; with a stride, images shrink. Its backward
gives back: each number lays a copy of the kernel, weighted by itself, on the pixels that it came from, and where
copies overlap they add up. Used forward, that lets a small image grow into a large one (Lab of notebook 18):

    Y[n, o, h · stride + i, w · stride + j]  +=  X[n, c, h, w] · W[c, o, i, j]         for all c, h, w, i, j

    X (N, C, H, W)   W (C, O, kh, kw)   Y (N, O, OH, OW)   OH = (H − 1) stride − 2 padding + kh + output_padding

The three products of `nnbook.convolution` serve it with their parts exchanged: forward is `scatter`, the gradient
of x is `correlate` (a convolution of dY with the same kernels), and the gradient of W meets dY's windows with X.

The name "deconvolution", which one also meets, is misleading: nothing is undone but the shape.

References: Zeiler et al. 2010, "Deconvolutional networks"; Dumoulin & Visin 2016, "A guide to convolution arithmetic for
deep learning".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, Rng, batch_first, batch_last
from nnbook.convolution import Convolution, add_bias, bias_gradient, correlate, scatter, weight_gradient
from nnbook.errors import check_integer, check_shape
from nnbook.windows import (
    Geometry,
    Pair,
    check_bias,
    check_pair,
    crop,
    full_size,
    geometry_transposed,
    pad,
    paddings_transposed,
    tidy,
)

__all__ = ["ConvTranspose2d", "conv_transpose2d", "conv_transpose2d_backward"]


def conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
) -> Array:  # (N, C, H, W) (C, O, kh, kw) (O,) -> (N, O, OH, OW)
    """Let every pixel lay a weighted copy of its kernels on the output: what enlarges images.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    weight : ndarray, shape (C, O, kh, kw)
        (in, out), the other way round than `conv2d`'s, because it is the kernel of the convolution that this undoes.
    bias : ndarray, shape (O,), optional
    stride : int or pair of int
        How far apart the copies lie.
    padding : int or pair of int
        Rows and columns that are cut off around the output.
    output_padding : int or pair of int
        Rows and columns more, below and to the right: less than the stride. Several heights of image lead to one height
        behind a convolution with a stride; this says which one is meant.

    Returns
    -------
    ndarray, shape (N, O, OH, OW)
        OH = (H − 1) stride − 2 padding + kh + output_padding.

    Examples
    --------
    >>> conv_transpose2d(np.array([[[[1.0, 3.0]]]]), np.array([[[[1.0, 0.5]]]]), stride=(1, 2))
    array([[[[1. , 0.5, 3. , 1.5]]]])
    """
    geometry = geometry_transposed("conv_transpose2d", x, weight, stride, padding, output_padding)
    check_bias("conv_transpose2d", bias, weight.shape[1])
    return _forward_transposed(x, weight, bias, geometry)


def conv_transpose2d_backward(
    dy: Array,
    x: Array,
    weight: Array,
    *,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
) -> tuple[Array, Array, Array]:  # -> (N, C, H, W) (C, O, kh, kw) (O,)
    """Gradients of `conv_transpose2d`: dx, dweight, dbias. That of x is a convolution of dy with the same kernels.

    Examples
    --------
    >>> dx, dweight, dbias = conv_transpose2d_backward(
    ...     np.array([[[[1.0, 2.0, 4.0]]]]), np.ones((1, 1, 1, 2)), np.array([[[[1.0, 0.5]]]])
    ... )
    >>> dx.ravel(), dweight.ravel(), dbias
    (array([2., 4.]), array([3., 6.]), array([7.]))
    """
    geometry = geometry_transposed("conv_transpose2d_backward", x, weight, stride, padding, output_padding)
    (rows, _), (columns, _) = geometry.pads
    height, width = full_size(x.shape[2:], weight, geometry)
    shape = (len(x), weight.shape[1], height - 2 * rows, width - 2 * columns)
    dy = check_shape("conv_transpose2d_backward", "dy", dy, shape)
    dweight, dbias = _parameter_gradients_transposed(dy, x, weight, geometry)
    return _input_gradient_transposed(dy, x, weight, geometry), dweight, dbias


def _forward_transposed(x: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    size = full_size(x.shape[2:], weight, geometry)
    y = crop(scatter(batch_last(x), weight, geometry.stride, size), geometry.pads)
    return batch_first(add_bias(y, bias))


def _input_gradient_transposed(dy: Array, x: Array, weight: Array, geometry: Geometry) -> Array:
    return batch_first(correlate(pad(batch_last(dy), geometry.pads), weight, geometry.stride))


def _parameter_gradients_transposed(
    dy: Array, x: Array, weight: Array, geometry: Geometry
) -> tuple[Array, Array]:
    dy = batch_last(dy)
    padded = pad(dy, geometry.pads)
    return weight_gradient(batch_last(x), padded, weight.shape[2:], geometry.stride), bias_gradient(dy)


class ConvTranspose2d(Convolution):
    """A transposed convolution, which enlarges: x (N, in_channels, H, W) -> (N, out_channels, OH, OW).

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, bias, rng, dtype
        As for `Conv2d`; the weights begin within ± 1 / √(out_channels kh kw), as in PyTorch.
    padding, output_padding : int or pair of int
        What is cut off around the output, and added below and to the right: see `conv_transpose2d`.

    Attributes
    ----------
    weight : Parameter, shape (in_channels, out_channels, kh, kw)
        The other way round than `Conv2d`'s.
    bias : Parameter, shape (out_channels,), or None

    Examples
    --------
    >>> ConvTranspose2d(16, 8, 2, stride=2, rng=0)(np.zeros((32, 16, 7, 7))).shape
    (32, 8, 14, 14)
    """

    _forward = staticmethod(_forward_transposed)
    _input_gradient = staticmethod(_input_gradient_transposed)
    _parameter_gradients = staticmethod(_parameter_gradients_transposed)

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        output_padding: int | Pair = 0,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.in_channels = check_integer("ConvTranspose2d", "in_channels", in_channels)
        self.out_channels = check_integer("ConvTranspose2d", "out_channels", out_channels)
        kernel = check_pair("ConvTranspose2d", "kernel_size", kernel_size)
        paddings_transposed("ConvTranspose2d", stride, padding, output_padding)
        self.kernel_size, self.stride, self.padding = map(tidy, (kernel_size, stride, padding))
        self.output_padding = tidy(output_padding)
        self._begin((in_channels, out_channels, *kernel), bias, rng, dtype)

    def _geometry(self, x: Array) -> Geometry:
        return geometry_transposed(self, x, self.weight.data, self.stride, self.padding, self.output_padding)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {**super().config(), "output_padding": self.output_padding}
