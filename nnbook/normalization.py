"""Normalisation: bring the numbers between two layers to mean 0 and variance 1, then let them learn their own.

Deep networks learn badly where signals fade or grow from layer to layer (notebook 13). Normalisation takes mean and
variance out at every layer, and puts back a gain γ and a shift β that are learnt (notebook 14):

    x̂ = (x − μ) / √(σ² + ε)          y = γ x̂ + β

*Batch norm* takes μ and σ² over the batch (for images over all their pixels too), separately for each channel. So in
training each example's output depends on the others. At prediction it must not: then running averages serve,

    running = (1 − momentum) · running + momentum · this batch's          the variance unbiased, · n / (n − 1)

*Layer norm* takes μ and σ² over the features of each example by itself, and is the same in training and prediction.

Backward. Moving one x moves its own x̂, and also μ and σ, and through them every other x̂. Shifting or stretching all x
together changes nothing, so that part of the gradient is taken out; with g = γ dY, and means over what shares μ and σ,

    dX = (g − mean(g) − x̂ mean(g x̂)) / √(σ² + ε)          dγ = Σ dY x̂          dβ = Σ dY

With fixed statistics (prediction, or a frozen layer) nothing else moves: dX = γ dY / √(σ² + ε).

References: Ioffe & Szegedy 2015, "Batch normalization"; Ba, Kiros & Hinton 2016, "Layer normalization".
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, as_floating, in_order_of
from nnbook.errors import (
    check_array,
    check_integer,
    check_number,
    check_saved,
    check_shape,
    check_shapes,
    describe,
    explain,
)
from nnbook.module import Buffer, Module, Parameter
from nnbook.windows import check_images

__all__ = [
    "BatchNorm1d", "BatchNorm2d", "BatchNormSaved", "LayerNorm", "LayerNormSaved", "batch_norm",
    "batch_norm_backward", "batch_norm_fixed", "batch_norm_fixed_backward", "layer_norm",
    "layer_norm_backward",
]  # fmt: skip


class BatchNormSaved(NamedTuple):
    """What `batch_norm` keeps for its backward and for the running averages."""

    centred: Array
    """x − μ, channel by channel, shape (C, all the rest)."""
    inverse_std: Array
    """1 / √(σ² + ε), shape (C,)."""
    mean: Array
    """μ, shape (C,)."""
    var: Array
    """σ² as it is used, divided by n, shape (C,)."""


class LayerNormSaved(NamedTuple):
    """What `layer_norm` keeps for its backward."""

    normalised: Array
    """x̂, shape (examples, features)."""
    inverse_std: Array
    """1 / √(σ² + ε), shape (examples,)."""


def batch_norm(
    x: Array, weight: Array, bias: Array, *, eps: float = 1e-5
) -> tuple[Array, BatchNormSaved]:  # (N, C, ...) (C,) (C,) -> (N, C, ...)
    """Normalise each channel over the batch, as in training; returns (y, saved).

    The variance is that of the centred numbers: the shorter mean of squares minus squared mean loses all its digits
    where the mean is large.

    Parameters
    ----------
    x : ndarray, shape (N, C) or (N, C, ...)
        At least two values for each channel.
    weight, bias : ndarray, shape (C,)
        Gain γ and shift β.
    eps : float
        Keeps the division possible where all values are equal.

    Returns
    -------
    y : ndarray, shape of x
    saved : BatchNormSaved

    Raises
    ------
    ValueError
        If there is only one value for each channel.

    Examples
    --------
    >>> y, saved = batch_norm(np.array([[1.0], [3.0]]), np.array([10.0]), np.array([0.5]), eps=0.0)
    >>> y.ravel(), saved.mean, saved.var
    (array([-9.5, 10.5]), array([2.]), array([1.]))
    """
    check_shapes("batch_norm", "x (N, C, ...); weight (C); bias (C)", x, weight, bias)
    eps = check_number("batch_norm", "eps", eps, at_least=0)
    _check_count("batch_norm", x)
    rows = _rows(x)
    mean = _sums(rows) / rows.shape[1]
    centred = rows - mean[:, np.newaxis]
    var = np.vecdot(centred, centred) / rows.shape[1]
    inverse_std = 1 / np.sqrt(var + eps)
    y = centred * (weight * inverse_std)[:, np.newaxis]
    y += bias[:, np.newaxis]
    return _from_rows(y, x.shape), BatchNormSaved(centred, inverse_std, mean, var)


def batch_norm_backward(dy: Array, weight: Array, saved: BatchNormSaved) -> tuple[Array, Array, Array]:
    """Gradients of `batch_norm`: dx, dweight, dbias (see the head of this file).

    Examples
    --------
    >>> y, saved = batch_norm(np.array([[1.0], [3.0], [8.0]]), np.ones(1), np.zeros(1))
    >>> dx, dweight, dbias = batch_norm_backward(np.array([[1.0], [1.0], [1.0]]), np.ones(1), saved)
    >>> bool(abs(dx).max() < 1e-12), dbias  # raising all outputs alike asks nothing of x, all of the shift
    (True, array([3.]))
    """
    check_saved("batch_norm_backward", saved, BatchNormSaved)
    centred, inverse_std = saved.centred, saved.inverse_std
    check_shapes("batch_norm_backward", "saved.mean (C); dy (N, C, ...); weight (C)", saved.mean, dy, weight)
    if dy.size != centred.size:
        expected = f"dy of {centred.shape[1]} numbers for each channel, as x had"
        raise ValueError(explain("batch_norm_backward", expected, f"shape {dy.shape}"))
    dy_rows = in_order_of(centred, _rows(dy))
    count = centred.shape[1]
    dweight, dbias = np.vecdot(dy_rows, centred) * inverse_std, _sums(dy_rows)
    dx = centred * (-inverse_std * dweight / count)[:, np.newaxis]
    dx += dy_rows
    dx -= (dbias / count)[:, np.newaxis]
    dx *= (weight * inverse_std)[:, np.newaxis]
    return _from_rows(dx, dy.shape), dweight, dbias


def batch_norm_fixed(
    x: Array, weight: Array, bias: Array, mean: Array, var: Array, *, eps: float = 1e-5
) -> Array:  # (N, C, ...) (C,) (C,) (C,) (C,) -> (N, C, ...)
    """Normalise each channel by a mean and a variance that are given, as at prediction.

    Parameters
    ----------
    x : ndarray, shape (N, C) or (N, C, ...)
    weight, bias, mean, var : ndarray, shape (C,)
    eps : float

    Returns
    -------
    ndarray, shape of x

    Examples
    --------
    >>> one = np.ones(1)
    >>> batch_norm_fixed(np.array([[1.0], [7.0]]), 10 * one, 0.5 * one, 4 * one, 9 * one, eps=0.0)
    array([[-9.5],
           [10.5]])
    """
    spec = "x (N, C, ...); weight (C); bias (C); mean (C); var (C)"
    check_shapes("batch_norm_fixed", spec, x, weight, bias, mean, var)
    eps = check_number("batch_norm_fixed", "eps", eps, at_least=0)
    scale = weight / np.sqrt(var + eps)
    y = _rows(x) * scale[:, np.newaxis]
    y += (bias - mean * scale)[:, np.newaxis]
    return _from_rows(y, x.shape)


def batch_norm_fixed_backward(
    dy: Array, x: Array, weight: Array, mean: Array, var: Array, *, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Gradients of `batch_norm_fixed`: dx, dweight, dbias; mean and variance are taken as they are.

    Examples
    --------
    >>> one = np.ones(1)
    >>> dx, dweight, dbias = batch_norm_fixed_backward(one[:, None], 7 * one[:, None], one, 4 * one, 9 * one, eps=0.0)
    >>> dx.round(4), dweight, dbias
    (array([[0.3333]]), array([1.]), array([1.]))
    """
    spec = "x (N, C, ...); dy (N, C, ...); weight (C); mean (C); var (C)"
    check_shapes("batch_norm_fixed_backward", spec, x, dy, weight, mean, var)
    eps = check_number("batch_norm_fixed_backward", "eps", eps, at_least=0)
    inverse_std = 1 / np.sqrt(var + eps)
    dy_rows, centred = _rows(dy), _rows(x) - mean[:, np.newaxis]
    dweight, dbias = np.vecdot(in_order_of(centred, dy_rows), centred) * inverse_std, _sums(dy_rows)
    return _from_rows(dy_rows * (weight * inverse_std)[:, np.newaxis], dy.shape), dweight, dbias


def _check_count(who: Any, x: Array) -> None:
    if x.size <= x.shape[1]:
        expected = "more than one value for each channel in training"
        fix = "One value has no variance: take larger batches (DataLoader(..., drop_last=True)), or model.eval()."
        raise ValueError(explain(who, expected, f"shape {x.shape}", fix))


def _rows(x: Array) -> Array:
    """(N, C, ...) as (C, all the rest): a row for each channel, the batch innermost in memory."""
    if x.ndim == 2:
        return x.T
    last = np.ascontiguousarray(x.transpose(*range(1, x.ndim), 0))
    return last.reshape(len(last), -1)


def _from_rows(rows: Array, shape: tuple[int, ...]) -> Array:
    if len(shape) == 2:
        return rows.T
    return rows.reshape(*shape[1:], shape[0]).transpose(-1, *range(len(shape) - 1))


def _sums(rows: Array) -> Array:
    return rows @ np.ones(rows.shape[1], rows.dtype)  # BLAS sums rows three to seven times as fast as np.sum


def layer_norm(
    x: Array, weight: Array, bias: Array, *, eps: float = 1e-5
) -> tuple[Array, LayerNormSaved]:  # (..., *D) (*D) (*D) -> (..., *D)
    """Normalise each example over its features; returns (y, saved).

    Parameters
    ----------
    x : ndarray, shape (..., *D)
    weight, bias : ndarray, shape (*D)
        Gain γ and shift β, of the shape that is normalised over: the last axis of x, or the last few.
    eps : float

    Returns
    -------
    y : ndarray, shape of x
    saved : LayerNormSaved

    Examples
    --------
    >>> y, saved = layer_norm(np.array([[1.0, 3.0], [10.0, 30.0]]), np.ones(2), np.zeros(2), eps=0.0)
    >>> y
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    x, weight = check_array("layer_norm", "x", x), check_array("layer_norm", "weight", weight)
    if x.shape[-weight.ndim :] != weight.shape:
        expected = f"x whose last axes are those of weight, {weight.shape}"
        raise ValueError(explain("layer_norm", expected, f"shape {x.shape}"))
    bias = check_shape("layer_norm", "bias", bias, weight.shape)
    eps = check_number("layer_norm", "eps", eps, at_least=0)
    rows = x.reshape(-1, weight.size)
    normalised = rows - (_sums(rows) / weight.size)[:, np.newaxis]
    inverse_std = 1 / np.sqrt(np.vecdot(normalised, normalised) / weight.size + eps)
    normalised *= inverse_std[:, np.newaxis]
    y = normalised * weight.ravel()
    y += bias.ravel()
    return y.reshape(x.shape), LayerNormSaved(normalised, inverse_std)


def layer_norm_backward(dy: Array, weight: Array, saved: LayerNormSaved) -> tuple[Array, Array, Array]:
    """Gradients of `layer_norm`: dx, dweight, dbias (see the head of this file).

    Examples
    --------
    >>> y, saved = layer_norm(np.array([[1.0, 3.0, 8.0]]), np.ones(3), np.zeros(3))
    >>> dx, dweight, dbias = layer_norm_backward(np.ones((1, 3)), np.ones(3), saved)
    >>> bool(abs(dx).max() < 1e-12), dbias
    (True, array([1., 1., 1.]))
    """
    check_saved("layer_norm_backward", saved, LayerNormSaved)
    normalised = saved.normalised
    dy, weight = (check_array("layer_norm_backward", *one) for one in (("dy", dy), ("weight", weight)))
    if weight.size != normalised.shape[1]:
        expected = f"weight of {normalised.shape[1]} numbers, as forward had"
        raise ValueError(explain("layer_norm_backward", expected, f"shape {weight.shape}"))
    if dy.size != normalised.size or dy.shape[-weight.ndim :] != weight.shape:
        expected = f"dy of {normalised.size} numbers, the last axes {weight.shape}, as x had"
        raise ValueError(explain("layer_norm_backward", expected, f"shape {dy.shape}"))
    dy_rows = dy.reshape(normalised.shape)
    dweight, dbias = _sums((dy_rows * normalised).T), _sums(dy_rows.T)
    g = dy_rows * weight.ravel()
    dx = normalised * (-np.vecdot(g, normalised) / weight.size)[:, np.newaxis]
    dx += g
    dx -= (_sums(g) / weight.size)[:, np.newaxis]
    dx *= saved.inverse_std[:, np.newaxis]
    return dx.reshape(dy.shape), dweight.reshape(weight.shape), dbias.reshape(weight.shape)


class _BatchNorm(Module):
    """What the two layers share: all but the shapes that they take."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        *,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        name = type(self).__name__
        self.num_features = check_integer(name, "num_features", num_features)
        self.eps = check_number(name, "eps", eps, above=0)
        fix = "It is the share of the new batch, as in PyTorch; Keras means 1 - momentum."
        self.momentum = check_number(name, "momentum", momentum, at_least=0, at_most=1, fix=fix)
        self.weight = Parameter(np.ones(num_features, dtype))
        self.bias = Parameter(np.zeros(num_features, dtype))
        self.running_mean = Buffer(np.zeros(num_features, dtype))
        self.running_var = Buffer(np.ones(num_features, dtype))

    def _check(self, x: Array) -> None:
        raise NotImplementedError

    def forward(self, x: npt.ArrayLike) -> Array:
        x = as_floating(self, x, self.weight.data.dtype)
        self._check(x)
        weight, bias = self.weight.data, self.bias.data
        if not self.training:
            statistics = self.running_mean.data.copy(), self.running_var.data.copy()
            self.save(x, *statistics)
            return batch_norm_fixed(x, weight, bias, *statistics, eps=self.eps)
        _check_count(self, x)
        y, saved = batch_norm(x, weight, bias, eps=self.eps)
        count = saved.centred.shape[1]
        self._follow(self.running_mean, saved.mean)
        self._follow(self.running_var, saved.var * (count / (count - 1)))
        self.save(saved)
        return y

    def _follow(self, running: Buffer, now: Array) -> None:
        running.data = (1 - self.momentum) * running.data + self.momentum * now

    def backward(self, dy: Array) -> Array:
        context = self.saved()
        if len(context) == 1:
            dx, dweight, dbias = batch_norm_backward(dy, self.weight.data, *context)
        else:
            x, mean, var = context
            dx, dweight, dbias = batch_norm_fixed_backward(dy, x, self.weight.data, mean, var, eps=self.eps)
        self.weight.grad += dweight
        self.bias.grad += dbias
        return dx

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {
            "num_features": self.num_features,
            "eps": self.eps,
            "momentum": self.momentum,
            "dtype": self.weight.data.dtype.name,
        }


class BatchNorm1d(_BatchNorm):
    """Batch norm for vectors (N, D) and signals (N, C, L): each feature or channel normalised over the batch.

    In training by the batch's own mean and variance, which running averages follow; at prediction, and when frozen,
    by the running averages.

    Parameters
    ----------
    num_features : int
        D or C.
    eps : float
        Added to the variance.
    momentum : float
        How much of each new batch enters the running averages, as in PyTorch; Keras's momentum is 1 minus this.
    dtype : dtype
        Of parameters and running averages; input is brought to it.

    Attributes
    ----------
    weight, bias : Parameter, shape (num_features,)
        Gain γ, from 1, and shift β, from 0.
    running_mean, running_var : Buffer, shape (num_features,)
        From 0 and 1; the variance is the unbiased one, divided by n − 1.

    Examples
    --------
    >>> layer = BatchNorm1d(2)
    >>> layer(np.array([[0.0, 10.0], [2.0, 30.0]])).round(3)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    >>> layer.running_mean.data, layer.running_var.data
    (array([0.1, 2. ], dtype=float32), array([ 1.1, 20.9], dtype=float32))
    """

    def _check(self, x: Array) -> None:
        if x.ndim in (2, 3) and x.shape[1] == self.num_features:
            return
        fix = f"Let the layer read what comes: BatchNorm1d({x.shape[1] if x.ndim > 1 else 1})."
        if x.ndim == 4:
            fix = f"For images take BatchNorm2d({x.shape[1]})."
        elif x.ndim == 3 and x.shape[2] == self.num_features:
            fix = "The channels seem to come last: x.transpose(0, 2, 1), or take a LayerNorm."
        elif x.ndim == 1:
            fix = "Add the batch's axis: x[np.newaxis]."
        expected = f"x (N, {self.num_features}) or (N, {self.num_features}, L)"
        raise ValueError(explain(self, expected, f"shape {x.shape}", fix))


class BatchNorm2d(_BatchNorm):
    """Batch norm for images (N, C, H, W): each channel normalised over the batch and all pixels.

    In training by the batch's own mean and variance, which running averages follow; at prediction, and when frozen,
    by the running averages.

    Parameters
    ----------
    num_features : int
        C, how many channels.
    eps, momentum, dtype
        As for `BatchNorm1d`; PyTorch's momentum is Keras's 1 minus momentum.

    Attributes
    ----------
    weight, bias, running_mean, running_var
        As for `BatchNorm1d`.

    Examples
    --------
    >>> y = BatchNorm2d(8)(np.random.default_rng(0).normal(5, 3, (32, 8, 6, 6)))
    >>> np.abs(y.mean(axis=(0, 2, 3))).max() < 1e-6, np.allclose(y.std(axis=(0, 2, 3)), 1)
    (np.True_, True)
    """

    def _check(self, x: Array) -> None:
        check_images(self, x, self.num_features)


class LayerNorm(Module):
    """Layer norm: each example normalised over its own features, alike in training and at prediction.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        The sizes of the last axes of x, over which mean and variance are taken: D for (N, T, D).
    eps : float
        Added to the variance.
    dtype : dtype
        Of the parameters; input is brought to it.

    Attributes
    ----------
    weight, bias : Parameter, shape normalized_shape
        Gain γ, from 1, and shift β, from 0.

    Examples
    --------
    >>> LayerNorm(2)(np.array([[1.0, 3.0], [10.0, 30.0]])).round(3)
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """

    def __init__(
        self, normalized_shape: int | tuple[int, ...], eps: float = 1e-5, *, dtype: npt.DTypeLike = np.float32
    ) -> None:
        sizes = normalized_shape if isinstance(normalized_shape, (tuple, list)) else (normalized_shape,)
        if not sizes:
            raise ValueError(
                explain("LayerNorm", "one size or more in normalized_shape", describe(normalized_shape))
            )
        shape = tuple(check_integer("LayerNorm", "normalized_shape", size) for size in sizes)
        self.normalized_shape = shape if isinstance(normalized_shape, (tuple, list)) else shape[0]
        self.eps = check_number("LayerNorm", "eps", eps, above=0)
        self.weight = Parameter(np.ones(shape, dtype))
        self.bias = Parameter(np.zeros(shape, dtype))

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (..., *normalized_shape) -> the same shape."""
        x = as_floating(self, x, self.weight.data.dtype)
        shape = self.weight.shape
        if x.shape[-len(shape) :] != shape:
            expected = f"x whose last {f'{len(shape)} axes are' if len(shape) > 1 else 'axis is'} {shape}"
            last = x.shape[-len(shape) :] if len(shape) > 1 else x.shape[-1] if x.ndim else 1
            fix = f"Let the layer read what comes: LayerNorm({last})."
            raise ValueError(explain(self, expected, f"shape {x.shape}", fix))
        y, saved = layer_norm(x, self.weight.data, self.bias.data, eps=self.eps)
        self.save(saved)
        return y

    def backward(self, dy: Array) -> Array:
        """dy of x's shape -> dx."""
        (saved,) = self.saved()
        dx, dweight, dbias = layer_norm_backward(dy, self.weight.data, saved)
        self.weight.grad += dweight
        self.bias.grad += dbias
        return dx

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {
            "normalized_shape": self.normalized_shape,
            "eps": self.eps,
            "dtype": self.weight.data.dtype.name,
        }
