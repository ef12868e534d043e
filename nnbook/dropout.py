"""Dropout and noise: make training harder, so that no unit relies on a single other one.

Dropout sets each number to 0 with probability p, drawn anew for every example at every step, so that a network is
trained that is never twice the same; at prediction all units work together (notebook 15). What is kept is enlarged,
so that the expected value stays what it was, and prediction needs no correction ("inverted" dropout):

    y = x ⊙ m          m is 0 with probability p, else 1 / (1 − p)          dx = dy ⊙ m

Gaussian noise adds a normal number to each input instead; its gradient passes unchanged:

    y = x + σ z         z ~ N(0, 1)                                          dx = dy

References: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, Rng, as_floating, as_generator, in_order_of
from nnbook.errors import check_array, check_floats, check_gradient, check_number, check_saved
from nnbook.module import Module

__all__ = [
    "Dropout",
    "DropoutSaved",
    "GaussianNoise",
    "dropout",
    "dropout_backward",
    "gaussian_noise",
    "gaussian_noise_backward",
]


class DropoutSaved(NamedTuple):
    """What `dropout` keeps for its backward."""

    mask: Array
    """m: 0 where x was dropped, 1 / (1 − p) where it was kept; of x's shape, dtype and order in memory."""


def dropout(x: Array, *, p: float = 0.5, rng: Rng = None) -> tuple[Array, DropoutSaved]:
    """Drop each number with probability p, enlarge the rest; returns (y, saved).

    Parameters
    ----------
    x : ndarray, any shape
    p : float
        Probability of being dropped, from 0 up to, but not including, 1.
    rng : int or Generator, optional
        Draws the mask, in the order in which x lies in memory.

    Returns
    -------
    y : ndarray, shape of x
    saved : DropoutSaved

    Raises
    ------
    ValueError, TypeError
        If p is not a number in [0, 1).

    Examples
    --------
    >>> dropout(np.ones(8), p=0.5, rng=0)[0]
    array([2., 2., 2., 0., 0., 0., 0., 0.])
    """
    p = check_number("dropout", "p", p, at_least=0, below=1)
    x = check_floats("dropout", "x", x)
    kept = _draw(as_generator("dropout", rng).random, x) >= p
    mask = kept.astype(x.dtype)
    mask *= 1 / (1 - p)
    return x * mask, DropoutSaved(mask)


def dropout_backward(dy: Array, saved: DropoutSaved) -> Array:
    """Gradient of `dropout`: what was dropped receives none, what was enlarged receives more.

    Examples
    --------
    >>> dropout_backward(np.array([1.0, 1.0]), DropoutSaved(np.array([2.0, 0.0])))
    array([2., 0.])
    """
    check_saved("dropout_backward", saved, DropoutSaved)
    dy, mask = check_gradient("dropout_backward", dy, saved.mask, "saved.mask")
    return in_order_of(mask, dy) * mask


def gaussian_noise(x: Array, *, std: float, rng: Rng = None) -> Array:
    """Add normal noise of mean 0 and standard deviation `std`.

    Parameters
    ----------
    x : ndarray, any shape
    std : float
        σ, in the units of x.
    rng : int or Generator, optional
        Draws the noise, in the order in which x lies in memory.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    ValueError, TypeError
        If std is not a number of at least 0.

    Examples
    --------
    >>> gaussian_noise(np.zeros(3), std=0.1, rng=0).round(3)
    array([ 0.112, -0.139, -0.043])
    """
    std = check_number("gaussian_noise", "std", std, at_least=0)
    x = check_floats("gaussian_noise", "x", x)
    y = _draw(as_generator("gaussian_noise", rng).standard_normal, x).astype(x.dtype, copy=False)
    y *= std
    y += x
    return y


def gaussian_noise_backward(dy: Array) -> Array:
    """Gradient of `gaussian_noise`: dy, unchanged.

    Examples
    --------
    >>> gaussian_noise_backward(np.array([1.0, -2.0]))
    array([ 1., -2.])
    """
    return check_array("gaussian_noise_backward", "dy", dy)


def _draw(draw: Any, x: Array) -> Array:
    """Random float32 numbers of x's shape, that lie in memory as x does (twice as fast as float64, and fine enough)."""
    outermost_first = sorted(range(x.ndim), key=lambda axis: -abs(x.strides[axis]))
    numbers: Array = draw(tuple(x.shape[axis] for axis in outermost_first), dtype=np.float32)
    return numbers.transpose(np.argsort(outermost_first))


class Dropout(Module):
    """Drop each number with probability p in training; do nothing at prediction, or when frozen.

    Parameters
    ----------
    p : float
        Probability of being dropped, in [0, 1).
    rng : int or Generator, optional
        Draws the masks: a seed makes a generator of its own, a Generator is shared with whoever else uses it.

    Attributes
    ----------
    rng : Generator

    Examples
    --------
    >>> layer = Dropout(0.5, rng=0)
    >>> layer(np.ones(8))
    array([2., 2., 2., 0., 0., 0., 0., 0.])
    >>> layer.eval()(np.ones(8))
    array([1., 1., 1., 1., 1., 1., 1., 1.])
    """

    def __init__(self, p: float = 0.5, *, rng: Rng = None) -> None:
        self.p = check_number("Dropout", "p", p, at_least=0, below=1)
        self.rng = as_generator("Dropout", rng)

    def forward(self, x: npt.ArrayLike) -> Array:
        """x, any shape -> the same shape."""
        x = as_floating(self, x)
        if not self.training or self.p == 0:
            self.save(None)
            return x
        y, saved = dropout(x, p=self.p, rng=self.rng)
        self.save(saved)
        return y

    def backward(self, dy: Array) -> Array:
        """dy of x's shape -> dx."""
        (saved,) = self.saved()
        return dy if saved is None else dropout_backward(dy, saved)

    def config(self) -> dict[str, Any]:
        """The argument that builds it again."""
        return {"p": self.p}


class GaussianNoise(Module):
    """Add normal noise in training; do nothing at prediction, or when frozen.

    Parameters
    ----------
    std : float
        Standard deviation, in the units of x.
    rng : int or Generator, optional
        Draws the noise.

    Attributes
    ----------
    rng : Generator

    Examples
    --------
    >>> layer = GaussianNoise(0.1, rng=0)
    >>> layer(np.zeros(3)).round(3)
    array([ 0.112, -0.139, -0.043])
    >>> layer.eval()(np.zeros(3))
    array([0., 0., 0.])
    """

    def __init__(self, std: float, *, rng: Rng = None) -> None:
        self.std = check_number("GaussianNoise", "std", std, at_least=0)
        self.rng = as_generator("GaussianNoise", rng)

    def forward(self, x: npt.ArrayLike) -> Array:
        """x, any shape -> the same shape."""
        x = as_floating(self, x)
        self.save()
        return gaussian_noise(x, std=self.std, rng=self.rng) if self.training else x

    def backward(self, dy: Array) -> Array:
        """dy of x's shape -> dx, the same."""
        self.saved()
        return gaussian_noise_backward(dy)

    def config(self) -> dict[str, Any]:
        """The argument that builds it again."""
        return {"std": self.std}
