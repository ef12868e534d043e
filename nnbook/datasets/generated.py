"""Points in the plane, made by seed: classic pictures that a straight line separates, or cannot; and a staircase to fit.

Each picture shares out as many points as asked among its classes, as evenly as possible, puts them in their places,
moves each by normal *noise*, and returns them in random order:

    x (N, 2) float32     where the points are, around the origin, within one or two units of it
    y (N,) int64         which class each belongs to

The noise is the standard deviation of the move, in both directions; with 0 the picture is perfect. The same seed gives
the same bytes, also under another version of NumPy.
"""

from __future__ import annotations

import numpy as np

from nnbook.arrays import Array, Rng, as_generator
from nnbook.errors import check_integer, check_number

__all__ = ["blobs", "circles", "moons", "spirals", "steps", "xor"]


def blobs(n: int = 300, *, classes: int = 3, noise: float = 0.25, rng: Rng = None) -> tuple[Array, Array]:
    """Round clouds, one a class, whose centres stand evenly around the unit circle: a linear classifier's home.

    Parameters
    ----------
    n : int
        How many points.
    classes : int
        How many clouds, at least two.
    noise : float
        Standard deviation of each cloud.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, 2)
    y : ndarray of int64, shape (n,)
        0 to classes − 1.

    Examples
    --------
    >>> x, y = blobs(6, noise=0, rng=0)
    >>> x[y == 0]
    array([[1., 0.],
           [1., 0.]], dtype=float32)
    """
    y, generator = _classes("blobs", n, classes, noise, rng)
    angle = 2 * np.pi * y / classes
    return _points(np.cos(angle), np.sin(angle), y, noise, generator)


def xor(n: int = 200, *, noise: float = 0.05, rng: Rng = None) -> tuple[Array, Array]:
    """A square in four quarters, opposite ones alike: what a single neuron cannot learn (notebook 02).

    Parameters
    ----------
    n : int
        How many points, uniform in the square from −1 to 1 before the noise moves them.
    noise : float
        Standard deviation of the move, which carries some over the border.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, 2)
    y : ndarray of int64, shape (n,)
        1 where the two coordinates had different signs, else 0.

    Examples
    --------
    >>> x, y = xor(100, noise=0, rng=0)
    >>> bool(np.all((x[:, 0] * x[:, 1] < 0) == y))
    True
    """
    y, generator = _classes("xor", n, 2, noise, rng)
    size = generator.uniform(0, 1, (2, n))
    side = generator.choice([-1.0, 1.0], n)
    return _points(side * size[0], np.where(y == 1, -side, side) * size[1], y, noise, generator)


def moons(n: int = 200, *, noise: float = 0.1, rng: Rng = None) -> tuple[Array, Array]:
    """Two half circles, each with its tip in the other's hollow: a curved border is needed.

    Parameters
    ----------
    n : int
        How many points.
    noise : float
        Standard deviation of the move; from about 0.2 on the moons touch.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, 2)
    y : ndarray of int64, shape (n,)
        0 for the upper moon, 1 for the lower.

    Examples
    --------
    >>> x, y = moons(100, rng=0)
    >>> x.shape, x.dtype, np.bincount(y)
    ((100, 2), dtype('float32'), array([50, 50]))
    """
    y, generator = _classes("moons", n, 2, noise, rng)
    angle = np.pi * generator.uniform(0, 1, n)
    sign = 1 - 2 * y
    return _points(sign * (np.cos(angle) - 0.5), sign * (np.sin(angle) - 0.25), y, noise, generator)


def circles(
    n: int = 200, *, noise: float = 0.05, factor: float = 0.5, rng: Rng = None
) -> tuple[Array, Array]:
    """A small circle inside a large one: no line helps, one new feature, the distance, does.

    Parameters
    ----------
    n : int
        How many points.
    noise : float
        Standard deviation of the move.
    factor : float
        Radius of the inner circle, between 0 and 1; the outer one's is 1.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, 2)
    y : ndarray of int64, shape (n,)
        0 for the outer circle, 1 for the inner.

    Examples
    --------
    >>> x, y = circles(100, noise=0, factor=0.5, rng=0)
    >>> bool(np.allclose(np.hypot(*x[y == 1].T), 0.5))
    True
    """
    factor = check_number("circles", "factor", factor, above=0, below=1)
    y, generator = _classes("circles", n, 2, noise, rng)
    angle = 2 * np.pi * generator.uniform(0, 1, n)
    radius = np.where(y == 1, factor, 1.0)
    return _points(radius * np.cos(angle), radius * np.sin(angle), y, noise, generator)


def spirals(
    n: int = 300, *, classes: int = 2, turns: float = 1.0, noise: float = 0.03, rng: Rng = None
) -> tuple[Array, Array]:
    """Arms that wind about each other from the centre: small networks fail here, and more turns make it harder.

    Parameters
    ----------
    n : int
        How many points.
    classes : int
        How many arms, at least two.
    turns : float
        How often each arm goes round on its way from radius 0.1 to 1.
    noise : float
        Standard deviation of the move.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, 2)
    y : ndarray of int64, shape (n,)
        0 to classes − 1.

    Examples
    --------
    >>> x, y = spirals(90, classes=3, rng=0)
    >>> x.shape, np.bincount(y)
    ((90, 2), array([30, 30, 30]))
    """
    turns = check_number("spirals", "turns", turns, above=0)
    y, generator = _classes("spirals", n, classes, noise, rng)
    way = generator.uniform(0, 1, n)
    radius = 0.1 + 0.9 * way
    angle = 2 * np.pi * (turns * way + y / classes)
    return _points(radius * np.cos(angle), radius * np.sin(angle), y, noise, generator)


def steps(n: int = 100, *, levels: int = 5, noise: float = 0.05, rng: Rng = None) -> tuple[Array, Array]:
    """A staircase to fit: one number in, one number out, flat pieces with jumps that no polynomial follows.

    Parameters
    ----------
    n : int
        How many points.
    levels : int
        How many flat pieces of equal width, at least two. Their heights are drawn anew, so that some steps go down.
    noise : float
        Standard deviation of what is added to y.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, 1)
        In [−1, 1), in rising order.
    y : ndarray of float32, shape (n, 1)
        Heights between −1 and 1 before the noise.

    Examples
    --------
    >>> x, y = steps(100, levels=4, noise=0, rng=0)
    >>> x.shape, y.shape, len(np.unique(y))
    ((100, 1), (100, 1), 4)
    """
    n = check_integer("steps", "n", n)
    levels = check_integer("steps", "levels", levels, at_least=2)
    noise = check_number("steps", "noise", noise, at_least=0)
    generator = as_generator("steps", rng)
    heights = generator.permutation(np.linspace(-1, 1, levels))
    way = np.sort(generator.uniform(0, 1, n))
    y = heights[np.floor(way * levels).astype(np.int64)] + noise * generator.standard_normal(n)
    return (2 * way - 1)[:, np.newaxis].astype(np.float32), y[:, np.newaxis].astype(np.float32)


def _classes(who: str, n: int, classes: int, noise: float, rng: Rng) -> tuple[Array, np.random.Generator]:
    """Check what all pictures are asked for; share n points out among the classes, in random order."""
    n = check_integer(who, "n", n)
    classes = check_integer(who, "classes", classes, at_least=2)
    check_number(who, "noise", noise, at_least=0)
    generator = as_generator(who, rng)
    return generator.permutation(np.arange(n, dtype=np.int64) % classes), generator


def _points(right: Array, up: Array, y: Array, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    x = np.stack([right, up], axis=1)
    # float64 until here: sines may differ in their last bit between versions, and float32 rounds that away.
    return (x + noise * rng.standard_normal(x.shape)).astype(np.float32), y
