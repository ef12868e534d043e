"""Losses: one number that says how wrong the network is, and the gradient with which the way back begins.

Each takes the prediction first and the target second, as in PyTorch (Keras and scikit-learn's metrics turn them
round), and returns the *mean*, so that the number means the same for every batch size. With d = prediction − target,
n numbers, N examples and C classes:

    for amounts               mean of                              gradient of the prediction
    mse_loss                  d²                                   2 d / n
    l1_loss                   |d|                                  sign(d) / n
    huber_loss                ½ d² near 0, straight beyond δ       clip(d, −δ, δ) / n

    for classes
    cross_entropy             −log p[target], p = softmax(logits)  (p − y) / N, y one-hot
    nll_loss                  −log p[target], given log p          −y / N
    binary_cross_entropy_…    −log of p or 1 − p, p = σ(logit)     (p − target) / n
    hinge_loss                max(0, m − t x), t = ±1              −t / n inside the margin m
    multi_margin_loss         the same for each wrong class        1 / (N C) for each inside the margin
    kl_div                    Σ t log(t / p), given log p          −t / N

Squared error and cross-entropy are one idea: −log of the chance that the model gave to what came true (notebook 05).
For amounts with normal noise that is d², up to constants; for classes −log p. Its unit is the nat; divide by log 2
for bits. A network that knows nothing gives each class the same share, and has the loss log C: 2.3026 for ten classes,
6.9078 for a thousand. That is where training should begin.

A loss is a module as well. It returns a float, and its `backward` takes nothing, because nothing is above it:

    loss = loss_fn(model(x), y)
    model.backward(loss_fn.backward())

All refuse integer predictions (TypeError), shapes that do not fit, and empty batches (ValueError); see `targets`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnbook import targets
from nnbook.arrays import Array
from nnbook.errors import check_number
from nnbook.likelihood import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    CrossEntropySaved,
    KLDivLoss,
    NLLLoss,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_backward,
    cross_entropy,
    cross_entropy_backward,
    kl_div,
    kl_div_backward,
    nll_loss,
    nll_loss_backward,
)
from nnbook.targets import Loss

__all__ = [
    "BCEWithLogitsLoss", "CrossEntropyLoss", "CrossEntropySaved", "HingeLoss", "HuberLoss", "KLDivLoss", "L1Loss",
    "Loss", "MSELoss", "MultiMarginLoss", "NLLLoss", "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_backward", "cross_entropy", "cross_entropy_backward", "hinge_loss",
    "hinge_loss_backward", "huber_loss", "huber_loss_backward", "kl_div", "kl_div_backward", "l1_loss",
    "l1_loss_backward", "mse_loss", "mse_loss_backward", "multi_margin_loss", "multi_margin_loss_backward", "nll_loss",
    "nll_loss_backward",
]  # fmt: skip

# -- for amounts ------------------------------------------------------------------------------------------------------
# In each backward dy is how much the loss itself matters: 1.0, unless it is part of a larger sum.


def mse_loss(prediction: Array, target: Array) -> float:
    """Mean squared error: the mean of (prediction − target)², in the square of the target's unit.

    An error twice as large costs four times as much, so one outlier can outweigh all else; the best single guess
    for many numbers is their mean.

    Parameters
    ----------
    prediction, target : ndarray, of one shape

    Raises
    ------
    TypeError, ValueError
        If the prediction is not floating, the target not numbers, their shapes differ, or there is nothing to average.

    Examples
    --------
    >>> mse_loss(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    2.0
    """
    prediction, target = targets.alike("mse_loss", prediction, target)
    d = (prediction - target).ravel(order="K")
    return float(d @ d) / d.size


def mse_loss_backward(dy: float, prediction: Array, target: Array) -> Array:
    """Gradient of `mse_loss`: 2 (prediction − target) / n, the further off the steeper.

    Examples
    --------
    >>> mse_loss_backward(1.0, np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    array([ 0., -2.])
    """
    dy = targets.upstream("mse_loss_backward", dy)
    prediction, target = targets.alike("mse_loss", prediction, target)
    return (prediction - target) * (2 * dy / prediction.size)


def l1_loss(prediction: Array, target: Array) -> float:
    """Mean absolute error: the mean of |prediction − target|, in the target's unit.

    An error twice as large costs twice as much; the best single guess for many numbers is their median.

    Parameters
    ----------
    prediction, target : ndarray, of one shape

    Examples
    --------
    >>> l1_loss(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    1.0
    """
    prediction, target = targets.alike("l1_loss", prediction, target)
    return float(np.abs(prediction - target).sum()) / prediction.size


def l1_loss_backward(dy: float, prediction: Array, target: Array) -> Array:
    """Gradient of `l1_loss`: sign(prediction − target) / n, as steep near as far; 0 where they are equal.

    Examples
    --------
    >>> l1_loss_backward(1.0, np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    array([ 0. , -0.5])
    """
    dy = targets.upstream("l1_loss_backward", dy)
    prediction, target = targets.alike("l1_loss", prediction, target)
    return np.sign(prediction - target) * (dy / prediction.size)


def huber_loss(prediction: Array, target: Array, *, delta: float = 1.0) -> float:
    """Squared near 0, straight beyond: the mean of ½ d² where |d| ≤ δ, else of δ (|d| − ½ δ).

    Smooth at its lowest point like the squared error, as patient with outliers as the absolute one. Huber 1964.

    Parameters
    ----------
    prediction, target : ndarray, of one shape
    delta : float
        δ, above 0, in the target's unit; else a ValueError.

    Examples
    --------
    >>> huber_loss(np.array([0.0, 0.0]), np.array([1.0, 4.0]))  # ½ and 3½
    2.0
    """
    check_number("huber_loss", "delta", delta, above=0)
    prediction, target = targets.alike("huber_loss", prediction, target)
    far = np.abs(prediction - target)
    near = np.minimum(far, delta)
    return float((near * (far - 0.5 * near)).sum()) / prediction.size


def huber_loss_backward(dy: float, prediction: Array, target: Array, *, delta: float = 1.0) -> Array:
    """Gradient of `huber_loss`: (prediction − target) / n, clipped at ± δ / n.

    Examples
    --------
    >>> huber_loss_backward(1.0, np.array([0.0, 0.0]), np.array([0.5, 4.0]))
    array([-0.25, -0.5 ])
    """
    dy = targets.upstream("huber_loss_backward", dy)
    check_number("huber_loss_backward", "delta", delta, above=0)
    prediction, target = targets.alike("huber_loss", prediction, target)
    return np.clip(prediction - target, -delta, delta) * (dy / prediction.size)


# -- for classes, by a margin -----------------------------------------------------------------------------------------


def hinge_loss(prediction: Array, target: Array, *, margin: float = 1.0) -> float:
    """The mean of max(0, margin − target · prediction), targets −1 and 1: be right, and by a margin, or pay.

    What is right by more than the margin costs nothing and has no gradient: only the hard examples teach, as in a
    support vector machine (Cortes & Vapnik 1995). With margin 0 it is the perceptron's loss. PyTorch has no loss of
    this kind; its HingeEmbeddingLoss is another one. Keras's Hinge is this one.

    Parameters
    ----------
    prediction : ndarray, any shape
        Scores; the sign is the decision.
    target : ndarray, the same shape
        −1 or 1, else a ValueError.
    margin : float
        At least 0, else a ValueError.

    Examples
    --------
    >>> hinge_loss(np.array([3.0, 0.5, 2.0]), np.array([1, 1, -1]))  # (0 + 0.5 + 3) / 3
    1.1666666666666667
    """
    check_number("hinge_loss", "margin", margin, at_least=0)
    prediction, target = targets.alike("hinge_loss", prediction, target)
    targets.check_signs("hinge_loss", target)
    return float(np.maximum(margin - target * prediction, 0).sum()) / prediction.size


def hinge_loss_backward(dy: float, prediction: Array, target: Array, *, margin: float = 1.0) -> Array:
    """Gradient of `hinge_loss`: −target / n inside the margin, 0 beyond it.

    Examples
    --------
    >>> hinge_loss_backward(1.0, np.array([3.0, 0.5]), np.array([1, 1]))
    array([ 0. , -0.5])
    """
    dy = targets.upstream("hinge_loss_backward", dy)
    check_number("hinge_loss_backward", "margin", margin, at_least=0)
    prediction, target = targets.alike("hinge_loss", prediction, target)
    return np.where(margin - target * prediction > 0, -target, 0) * (dy / prediction.size)


def multi_margin_loss(prediction: Array, target: Array, *, margin: float = 1.0) -> float:
    """The hinge for C classes: the mean of Σ max(0, margin + wrong score − right score) / C over the wrong classes.

    Weston & Watkins 1999; PyTorch's MultiMarginLoss with p=1, which divides by C, not by C − 1.

    Parameters
    ----------
    prediction : ndarray, shape (..., C)
        Scores; the largest is the decision.
    target : ndarray of int, shape (...)
        The right classes, from 0 to C − 1.
    margin : float
        By how much the right score should exceed every other, at least 0, else a ValueError.

    Examples
    --------
    >>> multi_margin_loss(np.array([[0.5, 2.0, 1.5, -1.0]]), np.array([1]))  # the third is ½ too close
    0.125
    """
    check_number("multi_margin_loss", "margin", margin, at_least=0)
    rows, labels, _ = targets.examples("multi_margin_loss", prediction, target, name="prediction")
    return float(_too_close(rows, labels, margin).sum()) / rows.size


def multi_margin_loss_backward(dy: float, prediction: Array, target: Array, *, margin: float = 1.0) -> Array:
    """Gradient of `multi_margin_loss`: 1 / (N C) for each wrong class that is too close; the right one pays for all.

    Examples
    --------
    >>> multi_margin_loss_backward(1.0, np.array([[0.5, 2.0, 1.5, -1.0]]), np.array([1]))
    array([[ 0.  , -0.25,  0.25,  0.  ]])
    """
    dy = targets.upstream("multi_margin_loss_backward", dy)
    check_number("multi_margin_loss_backward", "margin", margin, at_least=0)
    rows, labels, _ = targets.examples("multi_margin_loss", prediction, target, name="prediction")
    dx = (_too_close(rows, labels, margin) > 0).astype(rows.dtype)
    dx[np.arange(len(rows)), labels] = -dx.sum(axis=1)
    return (dx * (dy / dx.size)).reshape(np.shape(prediction))


def _too_close(rows: Array, labels: Array, margin: float) -> Array:  # (M, C) (M,) -> (M, C)
    """By how much each score comes too close to the right one; 0 for the right one itself."""
    here = np.arange(len(rows))
    overlap = np.maximum(margin + rows - rows[here, labels][:, np.newaxis], 0)
    overlap[here, labels] = 0
    return overlap


# -- the losses as modules --------------------------------------------------------------------------------------------


class MSELoss(Loss):
    """Mean squared error: the mean of (prediction − target)² over all numbers. See `mse_loss`.

    Examples
    --------
    >>> loss_fn = MSELoss()
    >>> loss_fn(np.array([1.0, 2.0]), np.array([1.0, 4.0])), loss_fn.backward()
    (2.0, array([ 0., -2.]))
    """

    function, gradient = staticmethod(mse_loss), staticmethod(mse_loss_backward)


class L1Loss(Loss):
    """Mean absolute error: the mean of |prediction − target| over all numbers. See `l1_loss`.

    Examples
    --------
    >>> loss_fn = L1Loss()
    >>> loss_fn(np.array([1.0, 2.0]), np.array([1.0, 4.0])), loss_fn.backward()
    (1.0, array([ 0. , -0.5]))
    """

    function, gradient = staticmethod(l1_loss), staticmethod(l1_loss_backward)


class HuberLoss(Loss):
    """Squared where the error is at most δ, straight beyond. See `huber_loss`.

    Parameters
    ----------
    delta : float
        δ, above 0, in the target's unit.

    Examples
    --------
    >>> loss_fn = HuberLoss()
    >>> loss_fn(np.array([0.0, 0.0]), np.array([0.5, 4.0])), loss_fn.backward()
    (1.8125, array([-0.25, -0.5 ]))
    """

    function, gradient = staticmethod(huber_loss), staticmethod(huber_loss_backward)

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = check_number("HuberLoss", "delta", delta, above=0)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"delta": self.delta}


class HingeLoss(Loss):
    """max(0, margin − target · prediction) for targets −1 and 1. See `hinge_loss`.

    Parameters
    ----------
    margin : float
        At least 0.

    Examples
    --------
    >>> loss_fn = HingeLoss()
    >>> loss_fn(np.array([3.0, 0.5]), np.array([1, 1])), loss_fn.backward()
    (0.25, array([ 0. , -0.5]))
    """

    function, gradient = staticmethod(hinge_loss), staticmethod(hinge_loss_backward)

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = check_number("HingeLoss", "margin", margin, at_least=0)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"margin": self.margin}


class MultiMarginLoss(Loss):
    """The hinge for C classes: each wrong score should stay a margin below the right one. See `multi_margin_loss`.

    Parameters
    ----------
    margin : float
        At least 0.

    Examples
    --------
    >>> loss_fn = MultiMarginLoss()
    >>> loss_fn(np.array([[0.5, 2.0, 1.5, -1.0]]), np.array([1])), loss_fn.backward()
    (0.125, array([[ 0.  , -0.25,  0.25,  0.  ]]))
    """

    function, gradient = staticmethod(multi_margin_loss), staticmethod(multi_margin_loss_backward)

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = check_number("MultiMarginLoss", "margin", margin, at_least=0)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"margin": self.margin}
