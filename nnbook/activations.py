"""Activations: the bend between two layers, without which any number of layers would be one.

An activation takes each number by itself and bends it: y = f(x). Its gradient is its slope, number by number
(notebook 03): dx = dy · f′(x). Where the slope is near 0 the unit hardly listens: it is *saturated*.

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

`softmax` does not take each number by itself. It looks at a whole row, and turns K scores of any size into K
shares that sum to 1, so that raising one score lowers every other share:

    pᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)           dxᵢ = pᵢ (dyᵢ − Σⱼ dyⱼ pⱼ)

Nothing here overflows, however large x is: exponentials are only ever taken of numbers that are at most 0.
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

# -- the functions, each beside its gradient --------------------------------------------------------------------------
# A backward first brings dy into the order that its other array has in memory: images lie with the batch innermost.


def identity(x: Array) -> Array:
    """Leave x as it is: what a regression network has after its last layer.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray
        x itself, not a copy.

    Examples
    --------
    >>> identity(np.array([-2.0, 3.0]))
    array([-2.,  3.])
    """
    return x


def identity_backward(dy: Array) -> Array:
    """Gradient of `identity`: its slope is 1, so dx = dy.

    Examples
    --------
    >>> identity_backward(np.array([5.0, 7.0]))
    array([5., 7.])
    """
    return dy


def step(x: Array) -> Array:
    """Fire or not: y = 1 where x > 0, else 0; the neuron of McCulloch & Pitts 1943 and of Rosenblatt 1958.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, x's shape
        Zeros and ones, floating as x is. At x = 0 it does not fire.

    Examples
    --------
    >>> step(np.array([-0.1, 0.0, 0.1]))
    array([0., 0., 1.])
    """
    return np.heaviside(x, 0.0)


def step_backward(dy: Array) -> Array:
    """Gradient of `step`: 0 everywhere, so nothing before a step learns by gradient descent.

    A nudge to x leaves y where it is (and at the jump there is no slope at all). Perceptrons learn by a rule of their
    own (notebook 02); to descend a gradient, a network needs a bend with a slope, such as `sigmoid`.

    Examples
    --------
    >>> step_backward(np.array([5.0, 7.0]))
    array([0., 0.])
    """
    return np.zeros_like(dy)


def sigmoid(x: Array) -> Array:
    """Squash into (0, 1), a share or a probability: y = σ(x) = 1 / (1 + e⁻ˣ).

    Written as exp(min(x, 0)) / (1 + exp(−|x|)), which is the same, cannot overflow, and stays exact for x far below 0,
    where y is nearly eˣ. It is tanh in other units: σ(x) = ½ (1 + tanh(x / 2)).

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, x's shape
        In (0, 1); ½ at 0. Beyond ± 5 it is within 0.007 of its ends, and the slope is under 0.007.

    Examples
    --------
    >>> sigmoid(np.array([-10000.0, 0.0, 2.0])).round(4)
    array([0.    , 0.5   , 0.8808])
    """
    y = np.exp(np.minimum(x, 0))
    y /= 1 + np.exp(-np.abs(x))
    return y


def sigmoid_backward(dy: Array, y: Array) -> Array:
    """Gradient of `sigmoid`: dx = dy · y (1 − y).

    The slope is at most ¼, at x = 0: ten sigmoids in a row shrink a gradient by 4¹⁰, about a million (notebook 13).

    Examples
    --------
    >>> sigmoid_backward(np.array([1.0, 1.0]), y=np.array([0.5, 0.99])).round(4)
    array([0.25  , 0.0099])
    """
    dx = 1 - y
    dx *= y
    dx *= in_order_of(y, dy)
    return dx


def tanh(x: Array) -> Array:
    """Squash into (−1, 1), with 0 in the middle: y = tanh x = 2 σ(2x) − 1.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, x's shape
        In (−1, 1). Beyond ± 3 it is within 0.005 of its ends.

    Examples
    --------
    >>> tanh(np.array([-10000.0, 0.0, 1.0])).round(4)
    array([-1.    ,  0.    ,  0.7616])
    """
    return np.tanh(x)


def tanh_backward(dy: Array, y: Array) -> Array:
    """Gradient of `tanh`: dx = dy · (1 − y²); the slope is at most 1, at x = 0.

    Examples
    --------
    >>> tanh_backward(np.array([1.0, 1.0]), y=np.array([0.0, 0.9])).round(4)
    array([1.  , 0.19])
    """
    dx = 1 - y * y
    dx *= in_order_of(y, dy)
    return dx


def relu(x: Array) -> Array:
    """Let through what is positive, stop the rest: y = max(x, 0).

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, x's shape
        In [0, ∞).

    Notes
    -----
    Nair & Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".

    Examples
    --------
    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return np.maximum(x, 0)


def relu_backward(dy: Array, y: Array) -> Array:
    """Gradient of `relu`: dx = dy where y > 0, else 0 (at the kink too).

    A unit that is negative for every example passes no gradient at all, and so never changes again: it is dead.

    Examples
    --------
    >>> relu_backward(np.array([5.0, 7.0]), y=np.array([0.0, 3.0]))
    array([0., 7.])
    """
    return in_order_of(y, dy) * (y > 0)


def leaky_relu(x: Array, *, negative_slope: float = 0.01) -> Array:
    """A ReLU that leaks, so that no unit dies: y = max(x, a x), x above zero and a x below.

    Parameters
    ----------
    x : ndarray, any shape
    negative_slope : float
        a, from 0 (which is `relu`) to 1 (which is `identity`).

    Returns
    -------
    ndarray, x's shape
        In (−∞, ∞).

    Raises
    ------
    ValueError
        If a is outside [0, 1].

    Notes
    -----
    Maas, Hannun & Ng 2013, "Rectifier nonlinearities improve neural network acoustic models". Keras calls it
    `LeakyReLU` too, with 0.3 as its default.

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 3.0]), negative_slope=0.1)
    array([-0.2,  3. ])
    """
    if not 0 <= negative_slope <= 1:
        check_number("leaky_relu", "negative_slope", negative_slope, at_least=0, at_most=1)
    return np.maximum(x, negative_slope * x)


def leaky_relu_backward(dy: Array, y: Array, *, negative_slope: float = 0.01) -> Array:
    """Gradient of `leaky_relu`: dx = dy where y > 0, else negative_slope · dy.

    Examples
    --------
    >>> leaky_relu_backward(np.array([5.0, 7.0]), y=np.array([-0.2, 3.0]), negative_slope=0.1)
    array([0.5, 7. ])
    """
    return in_order_of(y, dy) * np.maximum(y > 0, y.dtype.type(negative_slope))


def elu(x: Array, *, alpha: float = 1.0) -> Array:
    """A ReLU with a smooth floor: y = x above zero, α (eˣ − 1) below.

    Parameters
    ----------
    x : ndarray, any shape
    alpha : float
        α, how deep the floor lies; 0 is `relu`. Only at α = 1 is the slope without a jump at 0.

    Returns
    -------
    ndarray, x's shape
        In (−α, ∞).

    Raises
    ------
    ValueError
        If α is below 0.

    Notes
    -----
    Clevert, Unterthiner & Hochreiter 2016, "Fast and accurate deep network learning by exponential linear units".

    Examples
    --------
    >>> elu(np.array([-10000.0, -1.0, 3.0])).round(4)
    array([-1.    , -0.6321,  3.    ])
    """
    if not alpha >= 0:
        check_number("elu", "alpha", alpha, at_least=0)
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def elu_backward(dy: Array, y: Array, *, alpha: float = 1.0) -> Array:
    """Gradient of `elu`: dx = dy where y > 0, else dy · (y + α), because α eˣ = y + α.

    Examples
    --------
    >>> elu_backward(np.array([1.0, 1.0]), y=np.array([-0.6, 3.0])).round(4)
    array([0.4, 1. ])
    """
    dx = np.minimum(y, 0) + alpha
    if alpha != 1:
        dx += (1 - alpha) * (y > 0)
    dx *= in_order_of(y, dy)
    return dx


_C1 = math.sqrt(2 / math.pi)
_C3 = 0.044715 * _C1


def gelu(x: Array) -> Array:
    """x times the chance that a standard normal number is below x: y = x Φ(x), in its tanh form.

    Φ(x) is taken as ½ (1 + tanh(√(2/π) (x + 0.044715 x³))), because NumPy has no error function; this is within
    0.0005 of x Φ(x). PyTorch's ``GELU(approximate="tanh")`` and GPT-2 use the same form.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, x's shape
        At least −0.170, which it has at x = −0.752.

    Notes
    -----
    Hendrycks & Gimpel 2016, "Gaussian error linear units".

    Examples
    --------
    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.1588,  0.    ,  0.8412])
    """
    return x * (0.5 + 0.5 * np.tanh(x * (_C1 + _C3 * x * x)))


def gelu_backward(dy: Array, x: Array) -> Array:
    """Gradient of `gelu`: by the product rule, dx = dy · (Φ + x Φ′), both in the tanh form.

    Examples
    --------
    >>> gelu_backward(np.array([1.0, 1.0]), x=np.array([0.0, 1.0])).round(4)
    array([0.5  , 1.083])
    """
    square = x * x
    t = np.tanh(x * (_C1 + _C3 * square))
    slope = 0.5 + 0.5 * t + x * (0.5 - 0.5 * t * t) * (_C1 + 3 * _C3 * square)
    return in_order_of(x, dy) * slope


def silu(x: Array) -> Array:
    """x times its own sigmoid: y = x σ(x), also called swish.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, x's shape
        At least −0.278, which it has at x = −1.278.

    Notes
    -----
    Elfwing, Uchibe & Doya 2018; Ramachandran, Zoph & Le 2017, "Searching for activation functions".

    Examples
    --------
    >>> silu(np.array([-1.0, 0.0, 1.0])).round(4)
    array([-0.2689,  0.    ,  0.7311])
    """
    return x * sigmoid(x)


def silu_backward(dy: Array, x: Array) -> Array:
    """Gradient of `silu`: by the product rule, dx = dy · (σ + x σ (1 − σ)).

    Examples
    --------
    >>> silu_backward(np.array([1.0, 1.0]), x=np.array([0.0, 1.0])).round(4)
    array([0.5   , 0.9277])
    """
    s = sigmoid(x)
    return in_order_of(x, dy) * (s + x * s * (1 - s))


def softplus(x: Array) -> Array:
    """A ReLU without the corner: y = log(1 + eˣ), as max(x, 0) + log(1 + exp(−|x|)).

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    ndarray, x's shape
        In (0, ∞), above max(x, 0) by at most log 2 = 0.693, at x = 0.

    Notes
    -----
    Dugas et al. 2001. Its slope is the sigmoid.

    Examples
    --------
    >>> softplus(np.array([-10000.0, 0.0, 10000.0])).round(4)
    array([0.000e+00, 6.931e-01, 1.000e+04])
    """
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
    return in_order_of(y, dy) * -np.expm1(-y)


def softmax(x: Array, *, axis: int = -1) -> Array:
    """Turn scores into shares that are positive and sum to 1: pᵢ = exp(xᵢ) / Σⱼ exp(xⱼ).

    Only differences of scores matter, so the largest is taken off first: no exponential is then above 1.

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

    Notes
    -----
    Bridle 1990. For two scores it is a sigmoid: p₁ = σ(x₁ − x₂).

    Examples
    --------
    >>> softmax(np.array([1.0, 2.0, -np.inf])).round(4)
    array([0.2689, 0.7311, 0.    ])
    """
    y = np.exp(_below_zero("softmax", x, axis))
    y /= np.maximum(
        y.sum(axis=axis, keepdims=True), 1
    )  # 1 or more, as the largest adds exp(0); 0 if all were −inf
    return y


def softmax_backward(dy: Array, y: Array, *, axis: int = -1) -> Array:
    """Gradient of `softmax`: dxᵢ = pᵢ (dyᵢ − Σⱼ dyⱼ pⱼ).

    A gradient that is the same for every share changes nothing, since they sum to 1 whatever x does; ∂pᵢ/∂xᵢ is at
    most ¼.

    Examples
    --------
    >>> p = softmax(np.array([0.0, 0.0]))
    >>> softmax_backward(np.array([1.0, 0.0]), p), softmax_backward(np.array([1.0, 1.0]), p)
    (array([ 0.25, -0.25]), array([0., 0.]))
    """
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
        In [−∞, 0]; −∞ only where x is −inf.

    Raises
    ------
    ValueError
        If x has no such axis.

    Examples
    --------
    >>> log_softmax(np.array([0.0, 10000.0]))  # log(softmax(x)) would be -inf
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
    dy = in_order_of(y, dy)
    dx = np.exp(y)
    dx *= -dy.sum(axis=axis, keepdims=True)
    dx += dy
    return dx


def _below_zero(who: str, x: npt.ArrayLike, axis: int) -> Array:
    """x less its largest entry along the axis, in an array of its own; a row of −inf stays so."""
    x = np.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    _check_axis(who, x, axis)
    lowest = np.finfo(x.dtype).min  # finite: −inf less −inf would be NaN
    return x - x.max(axis=axis, keepdims=True, initial=lowest)


def _check_axis(who: Any, x: Array, axis: int) -> None:
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            explain(
                who,
                f"x with an axis {axis}",
                f"shape {x.shape}",
                "The last axis is axis=-1." if x.ndim else "Scores come in a row: np.array([x1, x2, ...]).",
            )
        )


# -- the layers -------------------------------------------------------------------------------------------------------


class _Activation(Module):
    """What all the layers below share: a pair of functions whose options are the layer's `config`."""

    function: ClassVar[Callable[..., Array]]
    gradient: ClassVar[Callable[..., Array]]
    keeps_input: ClassVar[bool] = False  # True where the gradient takes x, not y

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
    """y = x: a place in a model where nothing happens.

    Examples
    --------
    >>> Identity()(np.array([-2.0, 3.0]))
    array([-2.,  3.])
    """

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (...) -> x."""
        self.save()
        return identity(as_floating(self, x))

    def backward(self, dy: Array) -> Array:
        """dy (...) -> dy."""
        self.saved()
        return identity_backward(dy)


class Step(Module):
    """y = 1 where x > 0, else 0. Its gradient is 0, so no layer before it learns by gradient descent.

    Examples
    --------
    >>> Step()(np.array([-0.1, 0.0, 0.1]))
    array([0., 0., 1.])
    """

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (...) -> zeros and ones (...)."""
        x = as_floating(self, x)
        self.save()
        return step(x)

    def backward(self, dy: Array) -> Array:
        """dy (...) -> zeros (...)."""
        self.saved()
        return step_backward(dy)


class Sigmoid(_Activation):
    """y = 1 / (1 + e⁻ˣ), in (0, 1); its slope is at most ¼, and near 0 on both sides. See `sigmoid`.

    Examples
    --------
    >>> Sigmoid()(np.array([0.0, 2.0])).round(4)
    array([0.5   , 0.8808])
    """

    function = staticmethod(sigmoid)
    gradient = staticmethod(sigmoid_backward)


class Tanh(_Activation):
    """y = tanh x, in (−1, 1); its slope is at most 1, and near 0 on both sides. See `tanh`.

    Examples
    --------
    >>> Tanh()(np.array([0.0, 1.0])).round(4)
    array([0.    , 0.7616])
    """

    function = staticmethod(tanh)
    gradient = staticmethod(tanh_backward)


class ReLU(_Activation):
    """y = max(x, 0), in [0, ∞); its slope is 1 above zero and 0 below. See `relu`.

    Examples
    --------
    >>> ReLU()(np.array([-2.0, 3.0]))
    array([0., 3.])
    """

    function = staticmethod(relu)
    gradient = staticmethod(relu_backward)


class LeakyReLU(_Activation):
    """y = max(x, a x): a ReLU whose slope below zero is a, not 0. See `leaky_relu`.

    Parameters
    ----------
    negative_slope : float
        a, from 0 to 1.

    Examples
    --------
    >>> LeakyReLU(0.1)(np.array([-2.0, 3.0]))
    array([-0.2,  3. ])
    """

    function = staticmethod(leaky_relu)
    gradient = staticmethod(leaky_relu_backward)

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = check_number(
            "LeakyReLU", "negative_slope", negative_slope, at_least=0, at_most=1
        )

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"negative_slope": self.negative_slope}


class ELU(_Activation):
    """y = x above zero, α (eˣ − 1) below: in (−α, ∞). See `elu`.

    Parameters
    ----------
    alpha : float
        α, how deep the floor lies, at least 0.

    Examples
    --------
    >>> ELU()(np.array([-1.0, 3.0])).round(4)
    array([-0.6321,  3.    ])
    """

    function = staticmethod(elu)
    gradient = staticmethod(elu_backward)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = check_number("ELU", "alpha", alpha, at_least=0)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"alpha": self.alpha}


class GELU(_Activation):
    """y = x Φ(x) in its tanh form; slightly below zero on the left. See `gelu`.

    Examples
    --------
    >>> GELU()(np.array([-1.0, 1.0])).round(4)
    array([-0.1588,  0.8412])
    """

    function = staticmethod(gelu)
    gradient = staticmethod(gelu_backward)
    keeps_input = True


class SiLU(_Activation):
    """y = x σ(x); slightly below zero on the left. See `silu`.

    Examples
    --------
    >>> SiLU()(np.array([-1.0, 1.0])).round(4)
    array([-0.2689,  0.7311])
    """

    function = staticmethod(silu)
    gradient = staticmethod(silu_backward)
    keeps_input = True


class Softplus(_Activation):
    """y = log(1 + eˣ), in (0, ∞); its slope is the sigmoid. See `softplus`.

    Examples
    --------
    >>> Softplus()(np.array([0.0, 2.0])).round(4)
    array([0.6931, 2.1269])
    """

    function = staticmethod(softplus)
    gradient = staticmethod(softplus_backward)


class _AlongAxis(_Activation):
    """What softmax and log-softmax share: the axis along which the shares sum to 1."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = check_integer(type(self).__name__, "axis", axis, at_least=-64)  # NumPy's most axes

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (..., K) -> y (..., K)."""
        x = as_floating(self, x)
        _check_axis(self, x, self.axis)
        return super().forward(x)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"axis": self.axis}


class Softmax(_AlongAxis):
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

    function = staticmethod(softmax)
    gradient = staticmethod(softmax_backward)


class LogSoftmax(_AlongAxis):
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

    function = staticmethod(log_softmax)
    gradient = staticmethod(log_softmax_backward)
