"""Activations: the bend between two layers, without which any number of layers would be one.

An activation takes each number by itself and bends it: y = f(x), in x's shape, whatever that is. Its gradient is
its slope, number by number (notebook 03): dx = dy · f′(x). Where the slope is near 0 the unit hardly listens; it
is *saturated*.

    name         y = f(x)                      range       slope f′               saturates
    identity     x                             (−∞, ∞)     1                      never
    step         1 if x > 0, else 0            {0, 1}      0                      everywhere: it cannot learn
    sigmoid      1 / (1 + e⁻ˣ)                 (0, 1)      y (1 − y), up to ¼     on both sides
    tanh         (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)       (−1, 1)     1 − y², up to 1        on both sides
    relu         max(x, 0)                     [0, ∞)      0 or 1                 wholly below 0
    leaky_relu   max(x, a x)                   (−∞, ∞)     a or 1                 never
    elu          x, or α (eˣ − 1) below 0      (−α, ∞)     y + α below 0, else 1  far below 0
    gelu         x Φ(x), nearly                [−0.17, ∞)  −0.129 to 1.129        on the left
    silu         x σ(x)                        [−0.28, ∞)  −0.100 to 1.100        on the left
    softplus     log(1 + eˣ)                   (0, ∞)      1 − e⁻ʸ = σ(x)         on the left

For most of them the slope can be read off the output, and no exponential is taken twice: their backward takes
y, and their layer keeps y. GELU and SiLU turn round below zero, where one y belongs to two x: theirs take x.

`softmax` bends a whole row at once, and has a file of its own.

Nothing here overflows, however large x is: exponentials are only ever taken of numbers that are at most 0. What is no
array of numbers is refused by a TypeError, a dy of another shape than y's by a ValueError; whole numbers become float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, as_floating, in_order_of
from nnbook.errors import check_array, check_floats, check_gradient, check_number
from nnbook.module import Module
from nnbook.softmax import (
    LogSoftmax,
    Softmax,
    log_softmax,
    log_softmax_backward,
    softmax,
    softmax_backward,
)

__all__ = [
    "ELU", "GELU", "Identity", "LeakyReLU", "LogSoftmax", "ReLU", "SiLU", "Sigmoid", "Softmax", "Softplus", "Step",
    "Tanh", "elu", "elu_backward", "gelu", "gelu_backward", "identity", "identity_backward", "leaky_relu",
    "leaky_relu_backward", "log_softmax", "log_softmax_backward", "relu", "relu_backward", "sigmoid",
    "sigmoid_backward", "silu", "silu_backward", "softmax", "softmax_backward", "softplus", "softplus_backward",
    "step", "step_backward", "tanh", "tanh_backward",
]  # fmt: skip

# -- the functions, each beside its gradient --------------------------------------------------------------------------
# A backward first brings dy into the order that its other array has in memory: images lie with the batch innermost.


def identity(x: Array) -> Array:
    """Leave x as it is (x itself, not a copy): what a regression network has after its last layer.

    Examples
    --------
    >>> identity(np.array([-2.0, 3.0]))
    array([-2.,  3.])
    """
    return check_array("identity", "x", x)


def identity_backward(dy: Array) -> Array:
    """Gradient of `identity`: its slope is 1, so dx = dy.

    Examples
    --------
    >>> identity_backward(np.array([5.0, 7.0]))
    array([5., 7.])
    """
    return check_array("identity_backward", "dy", dy)


def step(x: Array) -> Array:
    """Fire or not: y = 1 where x > 0, else 0, in the manner of McCulloch & Pitts 1943 (who fire at 0 too).

    Examples
    --------
    >>> step(np.array([-0.1, 0.0, 0.1]))
    array([0., 0., 1.])
    """
    return np.heaviside(check_floats("step", "x", x), 0.0)


def step_backward(dy: Array) -> Array:
    """Gradient of `step`: 0 everywhere, so nothing before a step learns by gradient descent.

    A nudge to x leaves y where it is (and at the jump there is no slope at all). Perceptrons learn by a rule of
    their own (notebook 02); to descend a gradient, a network needs a bend with a slope, such as `sigmoid`.

    Examples
    --------
    >>> step_backward(np.array([5.0, 7.0]))
    array([0., 0.])
    """
    return np.zeros_like(check_array("step_backward", "dy", dy))


def sigmoid(x: Array) -> Array:
    """Squash into (0, 1), a share or a probability: y = σ(x) = 1 / (1 + e⁻ˣ).

    Written as exp(min(x, 0)) / (1 + exp(−|x|)), which is the same, cannot overflow, and stays exact for x far below
    0, where y is nearly eˣ. It is tanh in other units: σ(x) = ½ (1 + tanh(x / 2)). Beyond ± 5 both y's distance from
    its end and its slope are under 0.007.

    Examples
    --------
    >>> sigmoid(np.array([-10000.0, 0.0, 2.0])).round(4)
    array([0.    , 0.5   , 0.8808])
    """
    x = check_floats("sigmoid", "x", x)
    y = np.exp(np.minimum(x, 0))
    y /= 1 + np.exp(-np.abs(x))
    return y


def sigmoid_backward(dy: Array, y: Array) -> Array:
    """Gradient of `sigmoid`: dx = dy · y (1 − y).

    The slope is at most ¼, at x = 0: ten sigmoids in a row shrink a gradient at least 4¹⁰-fold, a million times.

    Examples
    --------
    >>> sigmoid_backward(np.array([1.0, 1.0]), y=np.array([0.5, 0.99])).round(4)
    array([0.25  , 0.0099])
    """
    dy, y = check_gradient("sigmoid_backward", dy, y)
    dx = 1.0 - y
    dx *= y
    dx *= in_order_of(y, dy)
    return dx


def tanh(x: Array) -> Array:
    """Squash into (−1, 1), with 0 in the middle: y = tanh x = 2 σ(2x) − 1; within 0.005 of its ends beyond ± 3.

    Examples
    --------
    >>> tanh(np.array([-10000.0, 0.0, 1.0])).round(4)
    array([-1.    ,  0.    ,  0.7616])
    """
    return np.tanh(check_floats("tanh", "x", x))


def tanh_backward(dy: Array, y: Array) -> Array:
    """Gradient of `tanh`: dx = dy · (1 − y²); the slope is at most 1, at x = 0.

    Examples
    --------
    >>> tanh_backward(np.array([1.0, 1.0]), y=np.array([0.0, 0.9])).round(4)
    array([1.  , 0.19])
    """
    dy, y = check_gradient("tanh_backward", dy, y)
    dx = 1.0 - y * y
    dx *= in_order_of(y, dy)
    return dx


def relu(x: Array) -> Array:
    """Let through what is positive, stop the rest: y = max(x, 0). Nair & Hinton 2010.

    Examples
    --------
    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    x = check_array("relu", "x", x)
    if x.size > 4096 and x.dtype.kind == "f":
        return np.clip(
            x, 0, np.inf
        )  # several numbers at a time, as `maximum` with one number for all does not
    return np.maximum(x, 0)


def relu_backward(dy: Array, y: Array) -> Array:
    """Gradient of `relu`: dx = dy where y > 0, else 0 (at the kink too).

    A unit that is negative for every example passes no gradient at all, and so never changes again: it is dead.

    Examples
    --------
    >>> relu_backward(np.array([5.0, 7.0]), y=np.array([0.0, 3.0]))
    array([0., 7.])
    """
    dy, y = check_gradient("relu_backward", dy, y)
    dx = (y > 0).astype(dy.dtype)
    dx *= in_order_of(y, dy)
    return dx


def leaky_relu(x: Array, *, negative_slope: float = 0.01) -> Array:
    """A ReLU that leaks, so that no unit dies: y = max(x, a x), x above zero and a x below.

    Parameters
    ----------
    x : ndarray, any shape
    negative_slope : float
        a, from 0 (which is `relu`) to 1 (which is `identity`), else a ValueError. Keras's default is 0.3.

    Notes
    -----
    Maas, Hannun & Ng 2013, "Rectifier nonlinearities improve neural network acoustic models".

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 3.0]), negative_slope=0.1)
    array([-0.2,  3. ])
    """
    x = check_floats("leaky_relu", "x", x)
    check_number("leaky_relu", "negative_slope", negative_slope, at_least=0, at_most=1)
    return np.maximum(x, negative_slope * x)


def leaky_relu_backward(dy: Array, y: Array, *, negative_slope: float = 0.01) -> Array:
    """Gradient of `leaky_relu`: dx = dy where y > 0, else negative_slope · dy.

    Examples
    --------
    >>> leaky_relu_backward(np.array([5.0, 7.0]), y=np.array([-0.2, 3.0]), negative_slope=0.1)
    array([0.5, 7. ])
    """
    dy, y = check_gradient("leaky_relu_backward", dy, y)
    check_number("leaky_relu_backward", "negative_slope", negative_slope, at_least=0, at_most=1)
    return in_order_of(y, dy) * np.maximum(y > 0, y.dtype.type(negative_slope))


def elu(x: Array, *, alpha: float = 1.0) -> Array:
    """A ReLU with a smooth floor: y = x above zero, α (eˣ − 1) below.

    Parameters
    ----------
    x : ndarray, any shape
    alpha : float
        α, how deep the floor lies, at least 0 (which is `relu`), else a ValueError. At 1 the slope has no jump.

    Notes
    -----
    Clevert, Unterthiner & Hochreiter 2016, "Fast and accurate deep network learning by exponential linear units".

    Examples
    --------
    >>> elu(np.array([-10000.0, -1.0, 3.0])).round(4)
    array([-1.    , -0.6321,  3.    ])
    """
    x = check_floats("elu", "x", x)
    check_number("elu", "alpha", alpha, at_least=0)
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def elu_backward(dy: Array, y: Array, *, alpha: float = 1.0) -> Array:
    """Gradient of `elu`: dx = dy where y > 0, else dy · (y + α), because α eˣ = y + α.

    Examples
    --------
    >>> elu_backward(np.array([1.0, 1.0]), y=np.array([-0.6, 3.0])).round(4)
    array([0.4, 1. ])
    """
    dy, y = check_gradient("elu_backward", dy, y)
    alpha = check_number("elu_backward", "alpha", alpha, at_least=0)
    dx = np.minimum(y, 0) + alpha
    if alpha != 1:
        dx += np.multiply(y > 0, 1 - alpha, dtype=y.dtype)
    dx *= in_order_of(y, dy)
    return dx


_C1 = math.sqrt(2 / math.pi)
_C3 = 0.044715 * _C1


def gelu(x: Array) -> Array:
    """x times the chance that a standard normal number is below x: y = x Φ(x), in its tanh form.

    Φ(x) is taken as ½ (1 + tanh(√(2/π) (x + 0.044715 x³))), because NumPy has no error function; y is then within
    0.0005 of x Φ(x). GPT-2 and PyTorch's ``GELU(approximate="tanh")`` do the same. It is lowest, −0.170, at −0.752.
    Hendrycks & Gimpel 2016, "Gaussian error linear units".

    Examples
    --------
    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1588,  0.    ,  0.8412])
    """
    x = check_floats("gelu", "x", x)
    return x * (0.5 + 0.5 * np.tanh(x * (_C1 + _C3 * x * x)))


def gelu_backward(dy: Array, x: Array) -> Array:
    """Gradient of `gelu`: by the product rule, dx = dy · (Φ + x Φ′), both in the tanh form.

    Examples
    --------
    >>> gelu_backward(np.array([1.0, 1.0]), x=np.array([0.0, 1.0])).round(4)
    array([0.5  , 1.083])
    """
    dy, x = check_gradient("gelu_backward", dy, x, "x")
    square = x * x
    t = np.tanh(x * (_C1 + _C3 * square))
    slope = 0.5 + 0.5 * t + x * (0.5 - 0.5 * t * t) * (_C1 + 3 * _C3 * square)
    return in_order_of(x, dy) * slope


def silu(x: Array) -> Array:
    """x times its own sigmoid: y = x σ(x), also called swish; lowest, −0.278, at x = −1.278.

    Elfwing, Uchibe & Doya 2018; Ramachandran, Zoph & Le 2017, "Searching for activation functions".

    Examples
    --------
    >>> silu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.2689,  0.    ,  0.7311])
    """
    x = check_floats("silu", "x", x)
    return x * sigmoid(x)


def silu_backward(dy: Array, x: Array) -> Array:
    """Gradient of `silu`: by the product rule, dx = dy · (σ + x σ (1 − σ)).

    Examples
    --------
    >>> silu_backward(np.array([1.0, 1.0]), x=np.array([0.0, 1.0])).round(4)
    array([0.5   , 0.9277])
    """
    dy, x = check_gradient("silu_backward", dy, x, "x")
    s = sigmoid(x)
    return in_order_of(x, dy) * (s + x * s * (1 - s))


def softplus(x: Array) -> Array:
    """A ReLU without the corner: y = log(1 + eˣ), written as max(x, 0) + log(1 + exp(−|x|)).

    It lies above max(x, 0) by log 2 = 0.693 at x = 0, by less elsewhere. Dugas et al. 2001.

    Examples
    --------
    >>> softplus(np.array([-10000.0, 0.0, 2.0])).round(4)
    array([0.    , 0.6931, 2.1269])
    """
    x = check_floats("softplus", "x", x)
    y = np.log1p(np.exp(-np.abs(x)))
    y += np.maximum(x, 0)
    return y


def softplus_backward(dy: Array, y: Array) -> Array:
    """Gradient of `softplus`: dx = dy · σ(x) = dy · (1 − e⁻ʸ).

    Examples
    --------
    >>> softplus_backward(np.array([1.0]), y=softplus(np.array([2.0]))).round(4)  # sigmoid(2)
    array([0.8808])
    """
    dy, y = check_gradient("softplus_backward", dy, y)
    return in_order_of(y, dy) * -np.expm1(-y)


# -- the layers -------------------------------------------------------------------------------------------------------


class _Activation(Module):
    """What all layers below share: a pair of functions, whose options are the layer's `config`."""

    function: ClassVar[Callable[..., Array]]
    gradient: ClassVar[Callable[..., Array]]
    keeps: ClassVar[str] = "y"  # what the gradient takes besides dy: "y", "x" or nothing

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (...) -> y (...)."""
        x = as_floating(self, x)
        y = self.function(x, **self.config())
        self.save(*(y,) if self.keeps == "y" else (x,) if self.keeps == "x" else ())
        return y

    def backward(self, dy: Array) -> Array:
        """dy (...) -> dx (...)."""
        return self.gradient(dy, *self.saved(), **self.config())


class Identity(_Activation):
    """y = x: a place in a model where nothing happens. See `identity`.

    >>> Identity()(np.array([-2.0, 3.0]))
    array([-2.,  3.])
    """

    function, gradient, keeps = staticmethod(identity), staticmethod(identity_backward), ""


class Step(_Activation):
    """y = 1 where x > 0, else 0. Its gradient is 0, so no layer before it learns by gradient descent. See `step`.

    >>> Step()(np.array([-0.1, 0.0, 0.1]))
    array([0., 0., 1.])
    """

    function, gradient, keeps = staticmethod(step), staticmethod(step_backward), ""


class Sigmoid(_Activation):
    """y = 1 / (1 + e⁻ˣ), in (0, 1); its slope is at most ¼, and near 0 on both sides. See `sigmoid`.

    >>> Sigmoid()(np.array([0.0, 2.0])).round(4)
    array([0.5   , 0.8808])
    """

    function, gradient = staticmethod(sigmoid), staticmethod(sigmoid_backward)


class Tanh(_Activation):
    """y = tanh x, in (−1, 1); its slope is at most 1, and near 0 on both sides. See `tanh`.

    >>> Tanh()(np.array([0.0, 1.0])).round(4)
    array([0.    , 0.7616])
    """

    function, gradient = staticmethod(tanh), staticmethod(tanh_backward)


class ReLU(_Activation):
    """y = max(x, 0), in [0, ∞); its slope is 1 above zero and 0 below. See `relu`.

    >>> ReLU()(np.array([-2.0, 3.0]))
    array([0., 3.])
    """

    function, gradient = staticmethod(relu), staticmethod(relu_backward)


class LeakyReLU(_Activation):
    """y = max(x, a x): a ReLU whose slope below zero is a = negative_slope, from 0 to 1. See `leaky_relu`.

    >>> LeakyReLU(0.1)(np.array([-2.0, 3.0]))
    array([-0.2,  3. ])
    """

    function, gradient = staticmethod(leaky_relu), staticmethod(leaky_relu_backward)

    def __init__(self, negative_slope: float = 0.01) -> None:
        name = "negative_slope"
        self.negative_slope = check_number("LeakyReLU", name, negative_slope, at_least=0, at_most=1)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"negative_slope": self.negative_slope}


class ELU(_Activation):
    """y = x above zero, α (eˣ − 1) below, with α = alpha at least 0: in (−α, ∞). See `elu`.

    >>> ELU()(np.array([-1.0, 3.0])).round(4)
    array([-0.6321,  3.    ])
    """

    function, gradient = staticmethod(elu), staticmethod(elu_backward)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = check_number("ELU", "alpha", alpha, at_least=0)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"alpha": self.alpha}


class GELU(_Activation):
    """y = x Φ(x) in its tanh form; slightly below zero on the left. See `gelu`.

    >>> GELU()(np.array([-1.0, 1.0])).round(4)
    array([-0.1588,  0.8412])
    """

    function, gradient, keeps = staticmethod(gelu), staticmethod(gelu_backward), "x"


class SiLU(_Activation):
    """y = x σ(x); slightly below zero on the left. See `silu`.

    >>> SiLU()(np.array([-1.0, 1.0])).round(4)
    array([-0.2689,  0.7311])
    """

    function, gradient, keeps = staticmethod(silu), staticmethod(silu_backward), "x"


class Softplus(_Activation):
    """y = log(1 + eˣ), in (0, ∞); its slope is the sigmoid. See `softplus`.

    >>> Softplus()(np.array([0.0, 2.0])).round(4)
    array([0.6931, 2.1269])
    """

    function, gradient = staticmethod(softplus), staticmethod(softplus_backward)
