"""Convolution: one small set of weights, laid on every place of an image in turn.

A kernel of kh × kw weights for each of C channels looks at a window of the image, takes the weighted sum as one
neuron would, moves on by the stride, and looks again (notebook 18). O kernels give O channels of output:

    Y[n, o, oh, ow] = b[o] + Σ over c, i, j of  W[o, c, i, j] · X[n, c, oh · stride + i, ow · stride + j]

    X (N, C, H, W)   W (O, C, kh, kw)   b (O,)   Y (N, O, OH, OW)        zeros are padded around X first

*As one matrix product.* Write the C · kh · kw pixels of each window as a column, and the columns side by side, one
for each of the OH · OW · N places: then Y = W · columns + b, a layer of neurons again. Unrolled like this an image
takes kh · kw times its room, so it is done for a few output rows at a time: the block of columns is used while it
still lies in the processor's cache, and large arrays are never made.

*Why it is fast: what lies beside what.* To whoever uses it a batch is (N, C, H, W); in memory the batch lies
innermost, (C, H, W, N) (`nnbook.arrays`). Pixel (i, j) of all windows is then not a scattering of single numbers but
a few long runs, rows of OW · N of them, and a column matrix is filled by copying runs:

    columns[c, i, j] = X[c, i : i + OH, j : j + OW]             each (OH, OW, N), in runs of OW · N numbers

With one image, N = 1, the runs are the image's rows. Each function below begins with `batch_last`, which is free if
the array lies so already, and ends with `batch_first`, which always is; so between two layers nothing is moved.

*Backward*, each factor meets the gradient from above, as in a linear layer:

    dW = dY · columnsᵀ     db = Σ over n, oh, ow of dY     dX: every window gives back to its pixels what it took

The last is the forward read upwards: weight (i, j) took pixel (i, j) of every window to the output, and brings
W[:, :, i, j]ᵀ · dY back to the same pixels, where it adds up, because windows overlap.

*Transposed convolution*, `nnbook.conv_transpose`, is that way back, used as a layer. *1-D* is 2-D with images of
height 1.

What deep learning calls convolution does not flip the kernel; mathematicians say cross-correlation.

References: LeCun et al. 1998, "Gradient-based learning applied to document recognition"; Dumoulin & Visin 2016,
"A guide to convolution arithmetic for deep learning".
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook import init
from nnbook.arrays import Array, Rng, as_floating, as_generator, batch_first, batch_last
from nnbook.errors import check_integer, check_shape
from nnbook.module import Module, Parameter
from nnbook.windows import (
    Geometry,
    Pair,
    batch_innermost,
    check_bias,
    check_pair,
    crop,
    geometry_1d,
    geometry_2d,
    output_size,
    pad,
    paddings,
    paddings_1d,
    tidy,
    windows,
)

__all__ = [
    "Conv1d",
    "Conv2d",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
]


# OpenBLAS multiplies small matrices as they lie, and repacks larger ones first: worth staying below where that can be.
_SMALL_PRODUCT = 10**6  # multiplications
_BLOCK_BYTES = 2**21  # of columns at a time, where one output row alone is no small product


# -- the three products, on arrays that lie batch-innermost -------------------------------------------------------------


def correlate(x: Array, weight: Array, stride: Pair) -> Array:
    """Forward: every window with every kernel, (C, H, W, N) (O, C, kh, kw) -> (O, OH, OW, N)."""
    view = windows(x, weight.shape[2:], stride)  # (C, kh, kw, OH, OW, N)
    y = np.empty((len(weight), *view.shape[3:]), np.result_type(x, weight))
    kernels, y_rows = weight.reshape(len(weight), -1), y.reshape(len(y), -1)
    for places, columns in _unroll(view, len(weight)):
        np.matmul(kernels, columns, out=y_rows[:, places])
    return y


def weight_gradient(dy: Array, x: Array, kernel: tuple[int, ...], stride: Pair) -> Array:
    """The gradient of the kernels, (O, OH, OW, N) (C, H, W, N) -> (O, C, kh, kw)."""
    view = windows(x, kernel, stride)
    dy_rows = dy.reshape(len(dy), -1)
    gradient = np.zeros((math.prod(view.shape[:3]), len(dy)), np.result_type(x, dy))
    for places, columns in _unroll(view, len(dy)):
        gradient += columns @ dy_rows[:, places].T  # up to twice as fast as dy @ columns.T
    return gradient.T.reshape(len(dy), *view.shape[:3])


def scatter(dy: Array, weight: Array, stride: Pair, size: Pair) -> Array:
    """The gradient of the images: every window gives back, (O, OH, OW, N) (O, C, kh, kw) -> (C, *size, N)."""
    kernels = np.ascontiguousarray(weight.transpose(2, 3, 1, 0))  # (kh, kw, C, O)
    (kh, kw, channels, _), dy_rows = kernels.shape, dy.reshape(len(dy), -1)
    x = np.zeros((channels, *size, dy.shape[3]), np.result_type(dy, weight))
    view = windows(x, (kh, kw), stride)
    together = 1 if channels * dy.size <= _SMALL_PRODUCT else kw  # pixels of the window in one product
    buffer_size = np.setbufsize(1024)  # runs shorter than half of it NumPy would copy before it adds them
    try:
        for i, left in itertools.product(range(kh), range(0, kw, together)):
            block = kernels[i, left : left + together]
            shares = (block.reshape(-1, len(dy)) @ dy_rows).reshape(*block.shape[:2], *dy.shape[1:])
            for j, share in enumerate(shares, left):
                view[:, i, j] += share
    finally:
        np.setbufsize(buffer_size)
    return x


def _unroll(view: Array, kernels: int) -> Iterator[tuple[slice, Array]]:
    """The windows of a few output rows as the columns of a matrix, and which of the OH * OW * N places they are."""
    *pixels, height, width, batch = view.shape
    pixels_per_window, places_per_row = math.prod(pixels), max(1, width * batch)
    numbers = pixels_per_window * places_per_row
    rows = _SMALL_PRODUCT // (kernels * numbers) or _BLOCK_BYTES // (numbers * view.itemsize) or 1
    for top in range(0, height, rows):
        columns = view[:, :, :, top : top + rows].reshape(pixels_per_window, -1)
        yield slice(top * places_per_row, (top + rows) * places_per_row), columns


# -- two dimensions -----------------------------------------------------------------------------------------------------


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: int | Pair = 1,
    padding: int | Pair | str = 0,
) -> Array:  # (N, C, H, W) (O, C, kh, kw) (O,) -> (N, O, OH, OW)
    """Lay every kernel on every window of every image: the weighted sum, plus the kernel's bias.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    weight : ndarray, shape (O, C, kh, kw)
    bias : ndarray, shape (O,), optional
    stride : int or pair of int
        How far the window moves, down and across.
    padding : int, pair of int, "same" or "valid"
        Rows of zeros above and below, columns of zeros left and right. "same" keeps height and width (stride 1 only; an
        even kernel is given the odd one more at the end, as in PyTorch), "valid" is 0.

    Returns
    -------
    ndarray, shape (N, O, OH, OW)
        With the batch innermost in memory.

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit, or stride or padding are not possible.

    Examples
    --------
    >>> image = np.array([[[[0.0, 0.0, 1.0, 1.0]]]])
    >>> conv2d(image, np.array([[[[-1.0, 1.0]]]]))  # where does it get brighter?
    array([[[[0., 1., 0.]]]])
    """
    geometry = geometry_2d("conv2d", x, weight, stride, padding)
    check_bias("conv2d", bias, len(weight))
    return _forward(x, weight, bias, geometry)


def conv2d_backward(
    dy: Array, x: Array, weight: Array, *, stride: int | Pair = 1, padding: int | Pair | str = 0
) -> tuple[Array, Array, Array]:  # -> (N, C, H, W) (O, C, kh, kw) (O,)
    """Gradients of `conv2d`: dx, dweight, dbias (see the head of this file).

    Examples
    --------
    >>> dx, dweight, dbias = conv2d_backward(np.ones((1, 1, 1, 2)), np.array([[[[1.0, 2.0, 4.0]]]]), np.ones((1, 1, 1, 2)))
    >>> dx.ravel(), dweight.ravel(), dbias
    (array([1., 2., 1.]), array([3., 6.]), array([2.]))
    """
    geometry = geometry_2d("conv2d_backward", x, weight, stride, padding)
    size = output_size(x.shape[2:], weight.shape[2:], geometry)
    dy = check_shape("conv2d_backward", "dy", dy, (len(x), len(weight), *size))
    dweight, dbias = _parameter_gradients(dy, x, weight, geometry)
    return _input_gradient(dy, x, weight, geometry), dweight, dbias


def _forward(x: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    y = correlate(pad(batch_last(x), geometry.pads), weight, geometry.stride)
    return batch_first(add_bias(y, bias))


def add_bias(y: Array, bias: Array | None) -> Array:
    if bias is None:
        return y
    if bias.dtype != y.dtype:
        y = y.astype(np.result_type(y, bias))
    y += bias[:, np.newaxis, np.newaxis, np.newaxis]
    return y


def _input_gradient(dy: Array, x: Array, weight: Array, geometry: Geometry) -> Array:
    (above, below), (left, right) = geometry.pads
    size = (x.shape[2] + above + below, x.shape[3] + left + right)
    return batch_first(crop(scatter(batch_last(dy), weight, geometry.stride, size), geometry.pads))


def _parameter_gradients(dy: Array, x: Array, weight: Array, geometry: Geometry) -> tuple[Array, Array]:
    dy, x = batch_last(dy), pad(batch_last(x), geometry.pads)
    return weight_gradient(dy, x, weight.shape[2:], geometry.stride), bias_gradient(dy)


def bias_gradient(dy: Array) -> Array:
    rows = dy.reshape(len(dy), -1)
    return rows @ np.ones(rows.shape[1], rows.dtype)  # BLAS sums rows three times as fast as np.sum


# -- one dimension: images of height 1 ----------------------------------------------------------------------------------


def conv1d(
    x: Array, weight: Array, bias: Array | None = None, *, stride: int = 1, padding: int | str = 0
) -> Array:  # (N, C, L) (O, C, k) (O,) -> (N, O, OL)
    """Lay every kernel on every window of every signal: `conv2d` with images of height 1.

    Parameters
    ----------
    x : ndarray, shape (N, C, L)
    weight : ndarray, shape (O, C, k)
    bias : ndarray, shape (O,), optional
    stride : int
    padding : int, "same" or "valid"
        As in `conv2d`.

    Returns
    -------
    ndarray, shape (N, O, (L + 2 padding − k) // stride + 1)

    Examples
    --------
    >>> conv1d(np.array([[[1.0, 2.0, 4.0, 8.0]]]), np.array([[[0.5, 0.5]]]))  # the mean of neighbours
    array([[[1.5, 3. , 6. ]]])
    """
    geometry = geometry_1d("conv1d", x, weight, stride, padding)
    check_bias("conv1d", bias, len(weight))
    return _forward_1d(x, weight, bias, geometry)


def conv1d_backward(
    dy: Array, x: Array, weight: Array, *, stride: int = 1, padding: int | str = 0
) -> tuple[Array, Array, Array]:  # -> (N, C, L) (O, C, k) (O,)
    """Gradients of `conv1d`: dx, dweight, dbias.

    Examples
    --------
    >>> dx, dweight, dbias = conv1d_backward(np.ones((1, 1, 2)), np.array([[[1.0, 2.0, 4.0]]]), np.ones((1, 1, 2)))
    >>> dx.ravel(), dweight.ravel(), dbias
    (array([1., 2., 1.]), array([3., 6.]), array([2.]))
    """
    geometry = geometry_1d("conv1d_backward", x, weight, stride, padding)
    _, length = output_size((1, x.shape[2]), (1, weight.shape[2]), geometry)
    dy = check_shape("conv1d_backward", "dy", dy, (len(x), len(weight), length))
    dweight, dbias = _parameter_gradients_1d(dy, x, weight, geometry)
    return _input_gradient_1d(dy, x, weight, geometry), dweight, dbias


def _forward_1d(x: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    return _forward(_flat(x), _flat(weight), bias, geometry)[:, :, 0]


def _input_gradient_1d(dy: Array, x: Array, weight: Array, geometry: Geometry) -> Array:
    return _input_gradient(_flat(dy), _flat(x), _flat(weight), geometry)[:, :, 0]


def _parameter_gradients_1d(dy: Array, x: Array, weight: Array, geometry: Geometry) -> tuple[Array, Array]:
    dweight, dbias = _parameter_gradients(_flat(dy), _flat(x), _flat(weight), geometry)
    return dweight[:, :, 0], dbias


def _flat(x: Array) -> Array:  # (N, C, L) -> (N, C, 1, L)
    return x[:, :, np.newaxis]


# -- layers -------------------------------------------------------------------------------------------------------------


class Convolution(Module):
    """What the three layers share: how their weights begin, the way forward, and the way back."""

    in_channels: int
    out_channels: int
    kernel_size: int | Pair
    stride: int | Pair
    padding: int | Pair | str
    weight: Parameter
    bias: Parameter | None
    _forward: Callable[..., Array]
    _input_gradient: Callable[..., Array]
    _parameter_gradients: Callable[..., tuple[Array, Array]]

    def _begin(self, shape: tuple[int, ...], bias: bool, rng: Rng, dtype: npt.DTypeLike) -> None:
        bound, rng = 1 / math.sqrt(math.prod(shape[1:])), as_generator(type(self).__name__, rng)
        self.weight = Parameter(init.uniform(shape, bound, rng=rng, dtype=dtype))
        self.bias = Parameter(init.zeros((self.out_channels,), dtype=dtype)) if bias else None

    def _geometry(self, x: Array) -> Geometry:
        raise NotImplementedError

    def forward(self, x: npt.ArrayLike) -> Array:
        x = as_floating(self, x, self.weight.data.dtype)
        geometry = self._geometry(x)
        x = batch_innermost(x)  # once for both ways
        self.save(x, geometry)
        return self._forward(x, self.weight.data, None if self.bias is None else self.bias.data, geometry)

    def backward(self, dy: Array) -> Array | None:
        x, geometry = self.saved()
        dweight, dbias = self._parameter_gradients(dy, x, self.weight.data, geometry)
        self.weight.grad += dweight
        if self.bias is not None:
            self.bias.grad += dbias
        return self._input_gradient(dy, x, self.weight.data, geometry) if self.input_grad else None

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {
            "in_channels": self.in_channels,
            "out_channels": self.out_channels,
            "kernel_size": self.kernel_size,
            "stride": self.stride,
            "padding": self.padding,
            "bias": self.bias is not None,
            "dtype": self.weight.data.dtype.name,
        }


class Conv2d(Convolution):
    """A convolutional layer: x (N, in_channels, H, W) -> (N, out_channels, OH, OW).

    Parameters
    ----------
    in_channels, out_channels : int
        C, how many channels each kernel reads, all of them (there are no groups); O, how many kernels there are.
    kernel_size : int or pair of int
        Height and width of the kernels.
    stride : int or pair of int
        How far the window moves, down and across.
    padding : int, pair of int, "same" or "valid"
        Zeros around the images; "same" keeps height and width.
    bias : bool
        Whether each kernel has a bias.
    rng : int or Generator, optional
        Where the weights come from: uniform within ± 1 / √(C kh kw), as PyTorch draws them. Biases start at 0.
    dtype : dtype
        Of the parameters; input is brought to it.

    Attributes
    ----------
    weight : Parameter, shape (out_channels, in_channels, kh, kw)
        Keras keeps (kh, kw, in_channels, out_channels).
    bias : Parameter, shape (out_channels,), or None

    Examples
    --------
    >>> layer = Conv2d(1, 8, 5, rng=0)
    >>> layer(np.zeros((64, 1, 28, 28))).shape
    (64, 8, 24, 24)
    >>> Conv2d(1, 8, 3, padding="same", rng=0)(np.zeros((64, 1, 28, 28))).shape
    (64, 8, 28, 28)
    """

    _forward = staticmethod(_forward)
    _input_gradient = staticmethod(_input_gradient)
    _parameter_gradients = staticmethod(_parameter_gradients)

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair | str = 0,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.in_channels = check_integer("Conv2d", "in_channels", in_channels)
        self.out_channels = check_integer("Conv2d", "out_channels", out_channels)
        kernel = check_pair("Conv2d", "kernel_size", kernel_size)
        paddings("Conv2d", padding, kernel, check_pair("Conv2d", "stride", stride))
        self.kernel_size, self.stride, self.padding = map(tidy, (kernel_size, stride, padding))
        self._begin((out_channels, in_channels, *kernel), bias, rng, dtype)

    def _geometry(self, x: Array) -> Geometry:
        return geometry_2d(self, x, self.weight.data, self.stride, self.padding)


class Conv1d(Convolution):
    """A convolutional layer for signals: x (N, in_channels, L) -> (N, out_channels, OL).

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride : int
    padding : int, "same" or "valid"
    bias, rng, dtype
        As for `Conv2d`.

    Attributes
    ----------
    weight : Parameter, shape (out_channels, in_channels, kernel_size)
    bias : Parameter, shape (out_channels,), or None

    Examples
    --------
    >>> Conv1d(1, 4, 3, padding="same", rng=0)(np.zeros((32, 1, 40))).shape
    (32, 4, 40)
    """

    _forward = staticmethod(_forward_1d)
    _input_gradient = staticmethod(_input_gradient_1d)
    _parameter_gradients = staticmethod(_parameter_gradients_1d)

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int | str = 0,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.in_channels = check_integer("Conv1d", "in_channels", in_channels)
        self.out_channels = check_integer("Conv1d", "out_channels", out_channels)
        self.kernel_size = check_integer("Conv1d", "kernel_size", kernel_size)
        paddings_1d("Conv1d", padding, kernel_size, check_integer("Conv1d", "stride", stride))
        self.stride, self.padding = tidy(stride), tidy(padding)
        self._begin((out_channels, in_channels, kernel_size), bias, rng, dtype)

    def _geometry(self, x: Array) -> Geometry:
        return geometry_1d(self, x, self.weight.data, self.stride, self.padding)
