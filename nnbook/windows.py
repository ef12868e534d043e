"""What convolution and pooling share: a window that slides over an image.

A window of kh × kw pixels is laid on an image, moved by the stride, and laid on it again, OH times down and OW
times across:

    OH = (H + padding above and below − kh) // stride + 1          and OW likewise

No pixel needs to be moved to see it that way. Images lie in memory as (C, H, W, N), batch innermost
(`nnbook.arrays`), and one step in an array is a number of bytes: a step from window to window is `stride` steps
from pixel to pixel. So the windows are a *view* with six axes on the same memory,

    windows(x)[c, i, j, oh, ow, n]  =  x[c, oh · stride + i, ow · stride + j, n]

in which windows that overlap share their pixels. Reading ``[:, i, j]`` gives pixel (i, j) of every window, a slice
whose innermost runs are whole rows of whole batches. Adding into it is the way back.
"""

from __future__ import annotations

import math
import numbers
import sys
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from nnbook.arrays import Array
from nnbook.errors import check_choice, check_integer, check_shape, check_shapes, describe, explain

__all__ = [
    "Geometry",
    "Pair",
    "batch_innermost",
    "check_bias",
    "check_images",
    "check_pair",
    "check_window",
    "crop",
    "full_size",
    "geometry_1d",
    "geometry_2d",
    "geometry_transposed",
    "output_size",
    "pad",
    "paddings",
    "paddings_1d",
    "paddings_transposed",
    "tidy",
    "windows",
]

Pair: TypeAlias = tuple[int, int]
"""Down and across, or above and below, or left and right."""


class Geometry(NamedTuple):
    """How the windows of a convolution lie."""

    stride: Pair
    """From window to window, down and across."""
    pads: tuple[Pair, Pair]
    """Zeros around the images: ((above, below), (left, right)); for a transposed convolution, what is cut off."""
    extra: Pair = (0, 0)
    """Rows below and columns to the right that only a transposed convolution adds."""


def batch_innermost(x: Array) -> Array:
    """Return x (N, ...) with the batch innermost in memory: free where it lies so, else one copy."""
    last = np.ascontiguousarray(x.transpose(*range(1, x.ndim), 0))
    return last.transpose(-1, *range(x.ndim - 1))


def windows(x: Array, kernel: tuple[int, ...], stride: Pair) -> Array:
    """View every window of images that lie batch-innermost, without a copy; it can be written into.

    Parameters
    ----------
    x : ndarray, shape (C, H, W, N)
        Contiguous, padded already; no smaller than the kernel.
    kernel, stride : pair of int
        Down and across.

    Returns
    -------
    ndarray, shape (C, kh, kw, OH, OW, N)
        A view of x.

    Examples
    --------
    >>> x = np.arange(6.0).reshape(1, 2, 3, 1)  # one image: 0 1 2 above 3 4 5
    >>> windows(x, (2, 2), (1, 1))[0, :, :, 0, 1, 0]  # the second window
    array([[1., 2.],
           [4., 5.]])
    """
    (channels, height, width, batch), (c, h, w, n) = x.shape, x.strides
    (kh, kw), (sh, sw) = kernel, stride
    shape = (channels, kh, kw, (height - kh) // sh + 1, (width - kw) // sw + 1, batch)
    return np.ndarray(shape, x.dtype, x, strides=(c, h, w, h * sh, w * sw, n))


def pad(x: Array, pads: tuple[Pair, Pair]) -> Array:
    """Lay zeros ((above, below), (left, right)) around images (C, H, W, N)."""
    (above, below), (left, right) = pads
    if not (above or below or left or right):
        return x
    channels, height, width, batch = x.shape
    padded = np.zeros((channels, height + above + below, width + left + right, batch), x.dtype)
    padded[:, above : above + height, left : left + width] = x
    return padded


def crop(x: Array, pads: tuple[Pair, Pair]) -> Array:
    """Cut off ((above, below), (left, right)) of images (C, H, W, N): the way back of `pad`."""
    (above, below), (left, right) = pads
    return np.ascontiguousarray(x[:, above : x.shape[1] - below, left : x.shape[2] - right])


def check_pair(who: Any, name: str, value: Any, *, at_least: int = 1) -> Pair:
    """Return a size given as one whole number, or as a pair (down, across), as a pair.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If a number is too small.

    Examples
    --------
    >>> check_pair("MaxPool2d", "kernel_size", 2), check_pair("MaxPool2d", "kernel_size", (2, 3))
    ((2, 2), (2, 3))
    """
    if type(value) is int and at_least <= value <= sys.maxsize:
        return value, value
    if isinstance(value, (tuple, list)):
        if len(value) == 2:
            first, second = (check_integer(who, name, v, at_least=at_least) for v in value)
            return first, second
    elif isinstance(value, numbers.Integral):
        number = check_integer(who, name, value, at_least=at_least)
        return number, number
    expected = f"{name} as a whole number of at least {at_least}, or a pair (down, across) of them"
    raise TypeError(explain(who, expected, describe(value)))


def tidy(value: Any) -> Any:
    """Return a checked size as plain int, tuple of int, or name: what a layer keeps, shows and saves."""
    if isinstance(value, (tuple, list)):
        return tuple(map(int, value))
    return value if isinstance(value, str) else int(value)


def check_images(who: Any, x: Array, channels: int | None = None) -> None:
    """Raise a ValueError if x is not a batch of images (N, C, H, W), with `channels` channels if a number is given."""
    if x.ndim == 4 and (channels is None or x.shape[1] == channels):
        return
    axis = "" if channels is None else f" with {channels} channel{'s' * (channels != 1)} in axis 1"
    fix = _mend_axes(x, channels) if x.ndim != 4 else _mend_channels(who, x, channels)
    raise ValueError(explain(who, f"x (N, C, H, W){axis}", f"shape {x.shape}", fix))


def _mend_axes(x: Array, channels: int | None) -> str:
    if x.ndim == 3 and channels not in (None, 1) and x.shape[0] != channels:
        return "An axis is missing, the batch's or the channels': x has to have both, also where one is 1."
    if x.ndim == 3 and channels == 1 and x.shape[0] != 1:
        return "Add the channels' axis: x[:, np.newaxis]."
    if x.ndim == 3:
        return "Add the batch's axis: x[np.newaxis]."
    if x.ndim == 2:
        side = math.isqrt(x.shape[1] // (channels or 1))
        if side > 1 and (channels or 1) * side * side == x.shape[1]:
            return f"They look flattened, make them images: x.reshape(-1, {channels or 1}, {side}, {side})."
        return "One image alone needs two axes in front: x[np.newaxis, np.newaxis]."
    return "Four axes are batch, channels, height, width."


def _mend_channels(who: Any, x: Array, channels: int | None) -> str:
    if x.shape[3] == channels:
        return "The channels seem to come last: x.transpose(0, 3, 1, 2)."
    if isinstance(who, str):
        return "Each kernel reads every channel (convolution in groups is not offered)."
    return f"Let the layer read what comes: {type(who).__name__}({x.shape[1]}, ...)."


# -- checked arguments of convolution and pooling -----------------------------------------------------------------------


def check_window(
    who: Any, x: Array, kernel: tuple[int, ...], pads: tuple[Pair, Pair] = ((0, 0), (0, 0))
) -> None:
    """Raise a ValueError if the window is larger than the padded images x (N, C, H, W)."""
    height, width = x.shape[2] + sum(pads[0]), x.shape[3] + sum(pads[1])
    if height < kernel[0] or width < kernel[1]:
        padded = f", padded to {height} × {width}" if (height, width) != x.shape[2:] else ""
        expected = f"images no smaller than its window of {kernel[0]} × {kernel[1]}"
        fix = "Take a smaller kernel_size, or shrink the images less on the way."
        raise ValueError(explain(who, expected, f"shape {x.shape}{padded}", fix))


def paddings(who: Any, padding: Any, kernel: tuple[int, ...], stride: Pair) -> tuple[Pair, Pair]:
    """Zeros ((above, below), (left, right)) that `padding` means: numbers, "same" or "valid".

    Examples
    --------
    >>> paddings("conv2d", 1, (3, 3), (1, 1)), paddings("conv2d", "same", (4, 3), (1, 1))
    (((1, 1), (1, 1)), ((1, 2), (1, 1)))
    """
    if not isinstance(padding, str):
        rows, columns = check_pair(who, "padding", padding, at_least=0)
        return (rows, rows), (columns, columns)
    if check_choice(who, "padding", padding, ("same", "valid")) == "valid":
        return (0, 0), (0, 0)
    if stride != (1, 1):
        fix = "With a larger stride say how many zeros: padding=1."
        raise ValueError(explain(who, "stride 1 with padding='same'", f"stride {max(stride)}", fix))
    above, left = ((size - 1) // 2 for size in kernel)
    return (above, kernel[0] - 1 - above), (left, kernel[1] - 1 - left)


def paddings_1d(who: Any, padding: Any, kernel: int, stride: int) -> tuple[Pair, Pair]:
    """`paddings` for signals, which are images of height 1."""
    if not isinstance(padding, str):
        padding = (0, check_integer(who, "padding", padding, at_least=0))
    return paddings(who, padding, (1, kernel), (1, stride))


def paddings_transposed(who: Any, stride: Any, padding: Any, output_padding: Any) -> Geometry:
    """The geometry of a transposed convolution, as far as it does not depend on the images."""
    stride = check_pair(who, "stride", stride)
    rows, columns = check_pair(who, "padding", padding, at_least=0)
    extra = check_pair(who, "output_padding", output_padding, at_least=0)
    if extra[0] >= stride[0] or extra[1] >= stride[1]:
        fix = "More would add rows that no window reaches."
        raise ValueError(explain(who, f"output_padding below the stride {stride}", f"{extra}", fix))
    return Geometry(stride, ((rows, rows), (columns, columns)), extra)


def geometry_2d(who: Any, x: Array, weight: Array, stride: Any, padding: Any) -> Geometry:
    """The geometry of a convolution of x (N, C, H, W) with kernels (O, C, kh, kw), all arguments checked."""
    check_shapes(who, "x (...)", x)
    check_shapes(who, "weight (...)", weight)
    if weight.ndim != 4:
        raise ValueError(explain(who, "weight (O, C, kh, kw)", f"shape {weight.shape}"))
    check_images(who, x, weight.shape[1])
    stride = check_pair(who, "stride", stride)
    pads = paddings(who, padding, weight.shape[2:], stride)
    check_window(who, x, weight.shape[2:], pads)
    return Geometry(stride, pads)


def geometry_1d(who: Any, x: Array, weight: Array, stride: Any, padding: Any) -> Geometry:
    """The geometry of a convolution of x (N, C, L) with kernels (O, C, k), all arguments checked."""
    check_shapes(who, "x (...)", x)
    check_shapes(who, "weight (...)", weight)
    if weight.ndim != 3:
        raise ValueError(explain(who, "weight (O, C, k)", f"shape {weight.shape}"))
    channels, size = weight.shape[1:]
    if x.ndim != 3 or x.shape[1] != channels:
        expected = f"x (N, C, L) with {channels} channel{'s' * (channels != 1)} in axis 1"
        raise ValueError(explain(who, expected, f"shape {x.shape}", _mend_signals(who, x, channels)))
    step = check_integer(who, "stride", stride)
    pads = paddings_1d(who, padding, size, step)
    length = x.shape[2] + sum(pads[1])
    if length < size:
        got = f"shape {x.shape}" + (f", padded to {length}" if sum(pads[1]) else "")
        fix = "Take a smaller kernel_size, or shrink the signals less on the way."
        raise ValueError(explain(who, f"signals no shorter than its window of {size}", got, fix))
    return Geometry((1, step), pads)


def geometry_transposed(
    who: Any, x: Array, weight: Array, stride: Any, padding: Any, output_padding: Any
) -> Geometry:
    """The geometry of a transposed convolution of x (N, C, H, W) with kernels (C, O, kh, kw), all arguments checked."""
    check_shapes(who, "x (...)", x)
    check_shapes(who, "weight (...)", weight)
    if weight.ndim != 4:
        raise ValueError(explain(who, "weight (C, O, kh, kw)", f"shape {weight.shape}"))
    check_images(who, x, weight.shape[0])
    check_window(who, x, (1, 1))
    geometry = paddings_transposed(who, stride, padding, output_padding)
    height, width = full_size(x.shape[2:], weight, geometry)
    if height <= 2 * geometry.pads[0][0] or width <= 2 * geometry.pads[1][0]:
        expected = f"padding that leaves something of {height} × {width}"
        fix = "It is cut off on every side: take less."
        raise ValueError(explain(who, expected, f"padding={padding!r}", fix))
    return geometry


def check_bias(who: str, bias: Any, kernels: int) -> None:
    """Raise if bias is neither None nor one number for each kernel."""
    if bias is not None:
        check_shapes(who, "bias (...)", bias)
        check_shape(who, "bias", bias, (kernels,), "Each kernel has one number.")


def output_size(size: tuple[int, ...], kernel: tuple[int, ...], geometry: Geometry) -> Pair:
    """How many windows of a kernel lie on images of `size`, down and across."""
    height, width = (
        (n + sum(pads) - k) // step + 1
        for n, k, step, pads in zip(size, kernel, geometry.stride, geometry.pads, strict=True)
    )
    return height, width


def full_size(size: tuple[int, ...], weight: Array, geometry: Geometry) -> Pair:
    """Height and width that the copies of a kernel cover, one for each pixel of images of `size`."""
    height, width = (
        (n - 1) * step + k + more
        for n, k, step, more in zip(size, weight.shape[2:], geometry.stride, geometry.extra, strict=True)
    )
    return height, width


def _mend_signals(who: Any, x: Array, channels: int) -> str:
    if x.ndim == 3 and x.shape[2] == channels:
        return "The channels seem to come last: x.transpose(0, 2, 1)."
    if x.ndim == 3 and not isinstance(who, str):
        return f"Let the layer read what comes: {type(who).__name__}({x.shape[1]}, ...)."
    if x.ndim == 2 and channels == 1:
        return "Add the channels' axis: x[:, np.newaxis]."
    if x.ndim == 2 and x.shape[0] == channels:
        return "Add the batch's axis: x[np.newaxis]."
    return "Three axes are batch, channels, length."
