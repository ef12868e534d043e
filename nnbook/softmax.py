"""Softmax: scores become shares, and raising one lowers all others.

K scores of any size and sign, one for each class, become K shares that are positive and sum to 1. Whichever score
is largest gets the largest share, all the more so the larger the differences are:

    pᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)                    log pᵢ = xᵢ − log Σⱼ exp(xⱼ)

Only differences matter: adding the same number to every score multiplies every exponential by the same factor,
which cancels. So the largest score is taken off first, and no exponential is above exp(0) = 1: nothing overflows.

Every share depends on every score, so the gradient looks at the whole row too. Raising score i raises share i by
pᵢ (1 − pᵢ), and takes pᵢ pⱼ from every other share j; summed over what the loss thinks of each share,

    dxᵢ = pᵢ (dyᵢ − Σⱼ dyⱼ pⱼ)                   dxᵢ = dyᵢ − pᵢ Σⱼ dyⱼ      through the logarithm

For two scores it is a sigmoid of their difference: p₁ = σ(x₁ − x₂). Reference: Bridle 1990.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, as_floating, in_order_of
from nnbook.errors import check_floats, check_gradient, check_integer, explain
from nnbook.module import Module

__all__ = ["LogSoftmax", "Softmax", "log_softmax", "log_softmax_backward", "softmax", "softmax_backward"]


def softmax(x: Array, *, axis: int = -1) -> Array:
    """Turn scores into shares that are positive and sum to 1: pᵢ = exp(xᵢ) / Σⱼ exp(xⱼ).

    Parameters
    ----------
    x : ndarray, shape (..., K)
        Scores (logits). −inf means "not this one" and gets the share 0.
    axis : int
        Along which the shares sum to 1.

    Returns
    -------
    ndarray, x's shape
        In [0, 1]. A row that is −inf throughout, from which nothing may be chosen, gets zeros, not NaN.

    Raises
    ------
    ValueError
        If x has no such axis.

    Examples
    --------
    >>> softmax(np.array([1.0, 2.0, -np.inf])).round(4)
    array([0.2689, 0.7311, 0.    ])
    """
    y = np.exp(_below_zero("softmax", x, axis))
    sums = y.sum(axis=axis, keepdims=True)  # at least exp(0) = 1, or 0 where all scores were −inf
    y /= np.maximum(sums, 1)
    return y


def softmax_backward(dy: Array, y: Array, *, axis: int = -1) -> Array:
    """Gradient of `softmax`: dxᵢ = pᵢ (dyᵢ − Σⱼ dyⱼ pⱼ).

    A dy that is the same for every share has no effect, since they sum to 1 whatever x does. ∂pᵢ/∂xᵢ is at most ¼.

    Examples
    --------
    >>> p = softmax(np.array([0.0, 0.0]))
    >>> softmax_backward(np.array([1.0, 0.0]), p), softmax_backward(np.array([1.0, 1.0]), p)
    (array([ 0.25, -0.25]), array([0., 0.]))
    """
    dy, y = check_gradient("softmax_backward", dy, y)
    _check_axis("softmax_backward", y, axis, "y")
    dx = in_order_of(y, dy) * y
    dx -= y * dx.sum(axis=axis, keepdims=True)
    return dx


def log_softmax(x: Array, *, axis: int = -1) -> Array:
    """The logarithm of `softmax`, without ever taking the logarithm of 0: yᵢ = xᵢ − log Σⱼ exp(xⱼ).

    Parameters
    ----------
    x : ndarray, shape (..., K)
        Scores (logits).
    axis : int
        Along which the shares sum to 1.

    Returns
    -------
    ndarray, x's shape
        At most 0; −inf only where x is −inf.

    Raises
    ------
    ValueError
        If x has no such axis.

    Examples
    --------
    >>> log_softmax(np.array([0.0, 10000.0]))  # np.log(softmax(x)) would be -inf
    array([-10000.,      0.])
    """
    y = _below_zero("log_softmax", x, axis)
    y -= np.log(np.maximum(np.exp(y).sum(axis=axis, keepdims=True), 1))
    return y


def log_softmax_backward(dy: Array, y: Array, *, axis: int = -1) -> Array:
    """Gradient of `log_softmax`: dxᵢ = dyᵢ − pᵢ Σⱼ dyⱼ, with p = eʸ.

    Examples
    --------
    >>> y = log_softmax(np.array([0.0, 0.0]))
    >>> log_softmax_backward(np.array([-1.0, 0.0]), y)  # share minus target: cross-entropy's gradient
    array([-0.5,  0.5])
    """
    dy, y = check_gradient("log_softmax_backward", dy, y)
    _check_axis("log_softmax_backward", y, axis, "y")
    dx = np.exp(y)
    dx *= -dy.sum(axis=axis, keepdims=True)
    dx += dy
    return dx


def _below_zero(who: str, x: npt.ArrayLike, axis: int) -> Array:
    """x less its largest entry along the axis, in an array of its own; a row of −inf stays so."""
    x = check_floats(who, "x", x)
    _check_axis(who, x, axis)
    lowest = np.finfo(x.dtype).min  # finite, because −inf less −inf would be NaN
    return x - x.max(axis=axis, keepdims=True, initial=lowest)


def _check_axis(who: Any, x: Array, axis: int, name: str = "x") -> None:
    if type(axis) is not int:
        check_integer(who, "axis", axis, at_least=-64)
    if not -x.ndim <= axis < x.ndim:
        fix = "The last axis is axis=-1." if x.ndim else "Scores come in a row: np.array([x1, x2])."
        raise ValueError(explain(who, f"{name} with an axis {axis}", f"shape {x.shape}", fix))


# -- the layers -------------------------------------------------------------------------------------------------------


class Softmax(Module):
    """Shares that sum to 1 along an axis: pᵢ = exp(xᵢ) / Σⱼ exp(xⱼ). See `softmax`.

    Not before a `CrossEntropyLoss`, which takes the scores themselves: two softmaxes in a row learn badly.

    Parameters
    ----------
    axis : int
        Along which they sum to 1.

    Examples
    --------
    >>> Softmax()(np.array([[1.0, 2.0], [0.0, 0.0]])).round(4)
    array([[0.2689, 0.7311],
           [0.5   , 0.5   ]])
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis = check_integer("Softmax", "axis", axis, at_least=-64)  # NumPy has no more axes

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (..., K) -> shares (..., K)."""
        x = as_floating(self, x)
        _check_axis(self, x, self.axis)
        y = softmax(x, axis=self.axis)
        self.save(y)
        return y

    def backward(self, dy: Array) -> Array:
        """dy (..., K) -> dx (..., K)."""
        (y,) = self.saved()
        return softmax_backward(dy, y, axis=self.axis)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"axis": self.axis}


class LogSoftmax(Module):
    """Logarithms of shares that sum to 1 along an axis: what `NLLLoss` and `KLDivLoss` take. See `log_softmax`.

    Parameters
    ----------
    axis : int
        Along which the shares sum to 1.

    Examples
    --------
    >>> LogSoftmax()(np.array([[0.0, 0.0]])).round(4)
    array([[-0.6931, -0.6931]])
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis = check_integer("LogSoftmax", "axis", axis, at_least=-64)

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (..., K) -> log-shares (..., K)."""
        x = as_floating(self, x)
        _check_axis(self, x, self.axis)
        y = log_softmax(x, axis=self.axis)
        self.save(y)
        return y

    def backward(self, dy: Array) -> Array:
        """dy (..., K) -> dx (..., K)."""
        (y,) = self.saved()
        return log_softmax_backward(dy, y, axis=self.axis)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"axis": self.axis}
