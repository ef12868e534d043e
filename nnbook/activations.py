"""Activations: the bend between two layers, without which any number of layers would be one.

An activation takes each number by itself and bends it: y = f(x). Its gradient is its slope, number by number
(notebook 03): dx = dy · f′(x). Where the slope is small the unit hardly listens; it is *saturated*.

    name         y = f(x)                  range        slope f′               saturates
    identity     x                         (−∞, ∞)      1                      never
    step         1 if x > 0, else 0        {0, 1}       0 everywhere           everywhere: cannot learn
    sigmoid      1 / (1 + e^−x)            (0, 1)       y (1 − y) ≤ ¼          both sides
    tanh         tanh x                    (−1, 1)      1 − y² ≤ 1             both sides
    relu         max(x, 0)                 [0, ∞)       0 or 1                 left, wholly
    leaky_relu   x, or a x if x < 0        (−∞, ∞)      a or 1                 never
    elu          x, or α (eˣ − 1) if x < 0 (−α, ∞)      y + α, or 1            left
    gelu         x Φ(x), nearly            [−0.170, ∞)  −0.129 to 1.129        left
    silu         x σ(x)                    [−0.278, ∞)  −0.100 to 1.100        left
    softplus     log(1 + eˣ)               (0, ∞)       σ(x) = 1 − e^−y        left

For most of them the slope can be read off the output: σ′ = y (1 − y) needs no second exponential. Their backward
takes y, their layer keeps y; those of GELU and SiLU take x.

`softmax` differs: it looks at a whole row, and turns K scores of any size into K shares that sum to 1,

    pᵢ = e^xᵢ / Σⱼ e^xⱼ               dxᵢ = pᵢ (dyᵢ − Σⱼ dyⱼ pⱼ)

Nothing here overflows: exponentials are taken of numbers that are at most 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, as_floating, in_order_of
from nnbook.errors import check_integer, check_number, explain
from nnbook.module import Module

__all__ = [
    "ELU",
    "GELU",
    "Identity",
    "LeakyReLU",
    "LogSoftmax",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Step",
    "Tanh",
    "elu",
    "elu_backward",
    "gelu",
    "gelu_backward",
    "identity",
    "identity_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "log_softmax",
    "log_softmax_backward",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "silu",
    "silu_backward",
    "softmax",
    "softmax_backward",
    "softplus",
    "softplus_backward",
    "step",
    "step_backward",
    "tanh",
    "tanh_backward",
]


def identity(x: Array) -> Array:
    """Leave x as it is."""
    return x


def identity_backward(dy: Array) -> Array:
    """Gradient of `identity`: dx = dy."""
    return dy


def step(x: Array) -> Array:
    """Fire or not: y = 1 if x > 0, else 0."""
    return np.heaviside(x, 0.0)


def step_backward(dy: Array) -> Array:
    """Gradient of `step`: 0 everywhere."""
    return np.zeros_like(dy)


def sigmoid(x: Array) -> Array:
    """Squash into (0, 1): σ(x) = 1 / (1 + e^−x)."""
    y = np.exp(-np.abs(x))
    y += 1
    return np.exp(np.minimum(x, 0)) / y


def sigmoid_backward(dy: Array, y: Array) -> Array:
    """Gradient of `sigmoid`: dx = dy · y (1 − y)."""
    return in_order_of(y, dy) * y * (1 - y)


def tanh(x: Array) -> Array:
    """Squash into (−1, 1)."""
    return np.tanh(x)


def tanh_backward(dy: Array, y: Array) -> Array:
    """Gradient of `tanh`: dx = dy · (1 − y²)."""
    return in_order_of(y, dy) * (1 - y * y)


def relu(x: Array) -> Array:
    """Let through what is positive: y = max(x, 0)."""
    return np.maximum(x, 0)


def relu_backward(dy: Array, y: Array) -> Array:
    """Gradient of `relu`: dx = dy where y > 0, else 0."""
    return in_order_of(y, dy) * (y > 0)


def leaky_relu(x: Array, *, negative_slope: float = 0.01) -> Array:
    """A ReLU that lets a little through below zero."""
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)


def leaky_relu_backward(dy: Array, y: Array, *, negative_slope: float = 0.01) -> Array:
    """Gradient of `leaky_relu`: dx = dy where y > 0, else negative_slope · dy."""
    return in_order_of(y, dy) * np.where(y > 0, y.dtype.type(1), y.dtype.type(negative_slope))


def elu(x: Array, *, alpha: float = 1.0) -> Array:
    """A ReLU with a smooth floor: y = x above zero, α (eˣ − 1) below."""
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def elu_backward(dy: Array, y: Array, *, alpha: float = 1.0) -> Array:
    """Gradient of `elu`: dx = dy where y > 0, else dy · (y + α)."""
    return in_order_of(y, dy) * np.where(y > 0, y.dtype.type(1), y + alpha)


_ROOT = math.sqrt(2 / math.pi)


def gelu(x: Array) -> Array:
    """x times the share of a standard normal below x."""
    return 0.5 * x * (1 + np.tanh(_ROOT * (x + 0.044715 * x * x * x)))


def gelu_backward(dy: Array, x: Array) -> Array:
    """Gradient of `gelu`."""
    t = np.tanh(_ROOT * (x + 0.044715 * x * x * x))
    slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * _ROOT * (1 + 3 * 0.044715 * x * x)
    return in_order_of(x, dy) * slope


def silu(x: Array) -> Array:
    """x times its own sigmoid."""
    return x * sigmoid(x)


def silu_backward(dy: Array, x: Array) -> Array:
    """Gradient of `silu`."""
    s = sigmoid(x)
    return in_order_of(x, dy) * (s * (1 + x * (1 - s)))


def softplus(x: Array) -> Array:
    """A smooth ReLU: y = log(1 + eˣ)."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softplus_backward(dy: Array, y: Array) -> Array:
    """Gradient of `softplus`: dx = dy · σ(x) = dy · (1 − e^−y)."""
    return in_order_of(y, dy) * -np.expm1(-y)


def softmax(x: Array, *, axis: int = -1) -> Array:
    """Turn scores into shares that sum to 1 along the axis."""
    y = np.exp(_shifted("softmax", x, axis))
    y /= np.maximum(y.sum(axis=axis, keepdims=True), 1)
    return y


def softmax_backward(dy: Array, y: Array, *, axis: int = -1) -> Array:
    """Gradient of `softmax`: dx = y · (dy − Σ dy · y)."""
    dx = in_order_of(y, dy) * y
    return dx - y * dx.sum(axis=axis, keepdims=True)


def log_softmax(x: Array, *, axis: int = -1) -> Array:
    """The logarithm of `softmax`, without ever taking the logarithm of 0."""
    y = _shifted("log_softmax", x, axis)
    return y - np.log(np.maximum(np.exp(y).sum(axis=axis, keepdims=True), 1))


def log_softmax_backward(dy: Array, y: Array, *, axis: int = -1) -> Array:
    """Gradient of `log_softmax`: dx = dy − eʸ · Σ dy."""
    dy = in_order_of(y, dy)
    return dy - np.exp(y) * dy.sum(axis=axis, keepdims=True)


def _shifted(who: Any, x: npt.ArrayLike, axis: int) -> Array:
    """Subtract the largest entry along the axis; a row of nothing but −inf stays −inf."""
    x = np.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(explain(who, f"x with an axis {axis}", f"shape {x.shape}"))
    lowest = np.finfo(x.dtype).min
    return x - x.max(axis=axis, keepdims=True, initial=lowest)


class _Activation(Module):
    """x through `function`; backward through `gradient`, from the output or, if `keeps_input`, from the input."""

    function: ClassVar[Callable[..., Array]]
    gradient: ClassVar[Callable[..., Array]]
    keeps_input: ClassVar[bool] = False

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (...) -> y (...)."""
        x = as_floating(self, x)
        y = self.function(x, **self.config())
        self.save(x if self.keeps_input else y)
        return y

    def backward(self, dy: Array) -> Array:
        """dy (...) -> dx (...)."""
        (kept,) = self.saved()
        return self.gradient(dy, kept, **self.config())


class Identity(Module):
    """y = x."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (...) -> x."""
        return as_floating(self, x)

    def backward(self, dy: Array) -> Array:
        """dy (...) -> dy."""
        return dy


class Step(Module):
    """y = 1 if x > 0, else 0."""

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (...) -> y (...)."""
        return step(as_floating(self, x))

    def backward(self, dy: Array) -> Array:
        """dy (...) -> zeros."""
        return step_backward(dy)


class Sigmoid(_Activation):
    """y = 1 / (1 + e^−x)."""

    function, gradient = staticmethod(sigmoid), staticmethod(sigmoid_backward)


class Tanh(_Activation):
    """y = tanh x."""

    function, gradient = staticmethod(tanh), staticmethod(tanh_backward)


class ReLU(_Activation):
    """y = max(x, 0)."""

    function, gradient = staticmethod(relu), staticmethod(relu_backward)


class LeakyReLU(_Activation):
    """y = x above zero, negative_slope · x below."""

    function, gradient = staticmethod(leaky_relu), staticmethod(leaky_relu_backward)

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = check_number("LeakyReLU", "negative_slope", negative_slope, at_least=0)

    def config(self) -> dict[str, Any]:
        """The slope."""
        return {"negative_slope": self.negative_slope}


class ELU(_Activation):
    """y = x above zero, α (eˣ − 1) below."""

    function, gradient = staticmethod(elu), staticmethod(elu_backward)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = check_number("ELU", "alpha", alpha, at_least=0)

    def config(self) -> dict[str, Any]:
        """How deep the floor lies."""
        return {"alpha": self.alpha}


class GELU(_Activation):
    """y = x Φ(x), in its tanh form."""

    function, gradient, keeps_input = staticmethod(gelu), staticmethod(gelu_backward), True


class SiLU(_Activation):
    """y = x σ(x)."""

    function, gradient, keeps_input = staticmethod(silu), staticmethod(silu_backward), True


class Softplus(_Activation):
    """y = log(1 + eˣ)."""

    function, gradient = staticmethod(softplus), staticmethod(softplus_backward)


class Softmax(_Activation):
    """Shares that sum to 1 along the axis."""

    function, gradient = staticmethod(softmax), staticmethod(softmax_backward)

    def __init__(self, axis: int = -1) -> None:
        self.axis = check_integer("Softmax", "axis", axis, at_least=-64)

    def config(self) -> dict[str, Any]:
        """The axis."""
        return {"axis": self.axis}


class LogSoftmax(_Activation):
    """Logarithms of shares that sum to 1 along the axis."""

    function, gradient = staticmethod(log_softmax), staticmethod(log_softmax_backward)

    def __init__(self, axis: int = -1) -> None:
        self.axis = check_integer("LogSoftmax", "axis", axis, at_least=-64)

    def config(self) -> dict[str, Any]:
        """The axis."""
        return {"axis": self.axis}
