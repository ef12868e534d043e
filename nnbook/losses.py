"""Losses: one number that says how wrong the network is, and the gradient that begins the way back."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, as_floating
from nnbook.module import Module

__all__ = [
    "CrossEntropyLoss",
    "Loss",
    "MSELoss",
    "cross_entropy",
    "cross_entropy_backward",
    "mse_loss",
    "mse_loss_backward",
]


def mse_loss(prediction: Array, target: Array) -> float:
    """The mean of the squared differences."""
    difference = prediction - target
    return float(np.vdot(difference, difference)) / difference.size


def mse_loss_backward(dy: float, prediction: Array, target: Array) -> Array:
    """Gradient of `mse_loss`: 2 (prediction − target) / n."""
    return (prediction - target) * (2 * float(dy) / prediction.size)


class CrossEntropySaved(NamedTuple):
    """What `cross_entropy_backward` needs.

    probabilities : ndarray, shape (N, C)
    """

    probabilities: Array


def cross_entropy(logits: Array, target: Array) -> tuple[float, CrossEntropySaved]:
    """The mean of −log p of the right class, and saved for the way back."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    p = np.exp(shifted)
    total = p.sum(axis=-1, keepdims=True)
    own = shifted[np.arange(len(target)), target]
    p /= total
    return float((np.log(total[:, 0]) - own).sum()) / len(target), CrossEntropySaved(p)


def cross_entropy_backward(dy: float, target: Array, saved: CrossEntropySaved) -> Array:
    """Gradient of `cross_entropy`: (p − y) / N."""
    dx = saved.probabilities * (float(dy) / len(target))
    dx[np.arange(len(target)), target] -= float(dy) / len(target)
    return dx


class Loss(Module):
    """The base of all losses: called with prediction and target it returns a float; `backward()` the gradient."""

    def forward(self, prediction: Any, target: Any) -> float:
        """prediction, target -> loss."""
        raise NotImplementedError

    def backward(self) -> Array:
        """Gradient of the prediction."""
        raise NotImplementedError


class MSELoss(Loss):
    """The mean of the squared differences."""

    def forward(self, prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
        """prediction, target -> loss."""
        prediction = as_floating(self, prediction, name="prediction")
        target = np.asarray(target, prediction.dtype)
        self.save(prediction, target)
        return mse_loss(prediction, target)

    def backward(self) -> Array:
        """Gradient of the prediction."""
        prediction, target = self.saved()
        return mse_loss_backward(1.0, prediction, target)


class CrossEntropyLoss(Loss):
    """Softmax and the negative log of the right class's share."""

    def forward(self, prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
        """prediction, target -> loss."""
        prediction, target = as_floating(self, prediction, name="prediction"), np.asarray(target)
        loss, saved = cross_entropy(prediction, target)
        self.save(target, saved)
        return loss

    def backward(self) -> Array:
        """Gradient of the prediction."""
        target, saved = self.saved()
        return cross_entropy_backward(1.0, target, saved)
