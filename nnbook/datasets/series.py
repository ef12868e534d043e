"""Numbers in a row, made by seed: signals to recognise, waves to continue, and two numbers to remember and add.

Each function returns arrays whose first axis counts the examples; the same seed gives the same bytes, also under
another version of NumPy.
"""

from __future__ import annotations

import numpy as np

from nnbook.arrays import Array, Rng, as_generator
from nnbook.errors import check_integer, check_number, describe, explain

__all__ = ["SIGNALS", "adding", "signals", "waves"]

SIGNALS = ("ramp", "drop", "hill", "valley", "step", "box", "wave", "twins", "zigzag", "spike")
"""Names of the ten shapes that `signals` draws, by label."""

_SHAPES = np.array(
    [
        [-1.0, -0.8, -0.6, -0.4, -0.2, -0.1, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0],
        [1.0, 0.8, 0.6, 0.4, 0.2, 0.1, -0.1, -0.2, -0.4, -0.6, -0.8, -1.0],
        [0.0, 0.1, 0.3, 0.6, 0.9, 1.0, 1.0, 0.9, 0.6, 0.3, 0.1, 0.0],
        [0.0, -0.1, -0.3, -0.6, -0.9, -1.0, -1.0, -0.9, -0.6, -0.3, -0.1, 0.0],
        [-0.8, -0.8, -0.8, -0.8, -0.8, -0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8],
        [-0.7, -0.7, -0.7, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, -0.7, -0.7, -0.7],
        [0.0, 0.5, 0.9, 1.0, 0.8, 0.3, -0.3, -0.8, -1.0, -0.9, -0.5, 0.0],
        [0.0, 0.6, 1.0, 0.6, 0.0, -0.4, -0.4, 0.0, 0.6, 1.0, 0.6, 0.0],
        [0.0, 0.9, 0.0, -0.9, 0.0, 0.9, 0.0, -0.9, 0.0, 0.9, 0.0, -0.9],
        [0.0, 0.0, 1.0, 1.2, 0.8, 0.5, 0.3, 0.2, 0.1, 0.1, 0.0, 0.0],
    ]
)


def signals(
    n: int = 5000, *, length: int = 40, noise: float = 0.2, flat: bool = False, rng: Rng = None
) -> tuple[Array, Array]:
    """Ten shapes in one dimension, each somewhere in a noisy signal: quick to train on, many times over.

    Parameters
    ----------
    n : int
        How many signals.
    length : int
        How many numbers each has, at least 12.
    noise : float
        Standard deviation of the noise, half of it from number to number, half of it slow.
    flat : bool
        Whether the signals come as rows (n, length) instead of one channel (n, 1, length).
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, 1, length), or (n, length) if flat
    y : ndarray of int64, shape (n,)
        Which of `SIGNALS` it is, 0 to 9; each comes equally often, in random order.

    Notes
    -----
    A shape takes between a quarter and a half of the signal, begins anywhere, is up to a quarter higher or lower than
    drawn, and the whole is sheared by a slope of up to a half. After Greydanus & Kobak 2024, "Scaling down deep
    learning with MNIST-1D", whose shapes are others: as there, a network that knows nothing of places must learn
    each shape in each place, and a convolution need not. Trained on 4,000, tested on 1,000: logistic regression 0.40
    right, a network of two layers of 100 units 0.80, three small convolutions 0.91.

    Examples
    --------
    >>> x, y = signals(100, rng=0)
    >>> x.shape, x.dtype, np.bincount(y)
    ((100, 1, 40), dtype('float32'), array([10, 10, 10, 10, 10, 10, 10, 10, 10, 10]))
    """
    n = check_integer("signals", "n", n)
    length = check_integer("signals", "length", length, at_least=12)
    noise = check_number("signals", "noise", noise, at_least=0)
    if not isinstance(flat, (bool, np.bool_)):
        raise TypeError(explain("signals", "True or False as flat", describe(flat)))
    generator = as_generator("signals", rng)
    y = generator.permutation(np.arange(n, dtype=np.int64) % len(_SHAPES))
    width = length * generator.uniform(0.25, 0.5, (n, 1))
    start = generator.uniform(0, 1, (n, 1)) * (length - 1 - width)
    height = generator.uniform(0.75, 1.25, (n, 1))
    slope = generator.uniform(-0.5, 0.5, (n, 1))
    way = (np.arange(length) - start) / width  # (n, length): from 0 to 1 along the shape
    x = height * _along(_SHAPES[y], way) + slope * np.linspace(-1, 1, length)
    fast = generator.standard_normal((n, length))
    x += noise * np.sqrt(0.5) * (fast + _slow(generator.standard_normal((n, length + 8))))
    return (x if flat else x[:, np.newaxis]).astype(np.float32), y


def _along(shapes: Array, way: Array) -> Array:  # (n, K) (n, L) -> (n, L)
    """Each row's shape, read between its points by straight lines at `way` from 0 to 1, and 0 outside."""
    last = shapes.shape[1] - 1
    place = np.clip(way, 0, 1) * last
    left = np.minimum(place.astype(np.int64), last - 1)
    rows = np.arange(len(shapes))[:, np.newaxis]
    share = place - left
    value = (1 - share) * shapes[rows, left] + share * shapes[rows, left + 1]
    return np.where((way >= 0) & (way <= 1), value, 0.0)


def _slow(white: Array) -> Array:  # (n, L + 8) -> (n, L)
    """Noise whose neighbours are alike: a weighted sum of nine, of variance 1 again."""
    weights = np.array([1.0, 4.0, 9.0, 14.0, 16.0, 14.0, 9.0, 4.0, 1.0])
    weights /= np.sqrt(np.sum(weights**2))
    length = white.shape[1] - len(weights) + 1
    return sum(weight * white[:, k : k + length] for k, weight in enumerate(weights))


def waves(n: int = 500, *, length: int = 50, noise: float = 0.02, rng: Rng = None) -> tuple[Array, Array]:
    """Waves to continue: each step's target is the next step's value.

    Parameters
    ----------
    n : int
        How many waves.
    length : int
        T, how many steps.
    noise : float
        Standard deviation of what is added to each value.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, length, 1)
    y : ndarray of float32, shape (n, length, 1)
        The same wave one step on: ``y[:, :-1]`` is ``x[:, 1:]``.

    Notes
    -----
    A wave is the sum of two sines, of periods between 12 and 25 steps and between 6 and 12, of heights ⅔ and
    ⅓, that begin anywhere. To continue it one has to find out its periods first.

    Examples
    --------
    >>> x, y = waves(4, length=30, rng=0)
    >>> x.shape, bool(np.array_equal(y[:, :-1], x[:, 1:]))
    ((4, 30, 1), True)
    """
    n = check_integer("waves", "n", n)
    length = check_integer("waves", "length", length)
    noise = check_number("waves", "noise", noise, at_least=0)
    generator = as_generator("waves", rng)
    step = np.arange(length + 1)
    slow, fast = (
        np.sin(2 * np.pi * (step / generator.uniform(low, high, (n, 1)) + generator.uniform(0, 1, (n, 1))))
        for low, high in ((12, 25), (6, 12))
    )
    series = (2 * slow + fast) / 3 + noise * generator.standard_normal((n, length + 1))
    values = series.astype(np.float32)[:, :, np.newaxis]
    return values[:, :-1].copy(), values[:, 1:].copy()


def adding(n: int = 1000, *, length: int = 50, rng: Rng = None) -> tuple[Array, Array]:
    """Two numbers of a long row are marked: what is their sum? A test of how long a network remembers.

    Parameters
    ----------
    n : int
        How many rows.
    length : int
        T, how many steps, at least two.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, length, 2)
        At each step a number, uniform in [0, 1), and a mark: 1 at one step of the first half and at one of the second,
        else 0.
    y : ndarray of float32, shape (n, 1)
        The sum of the two marked numbers.

    Notes
    -----
    Whoever always says 1, the mean, has a mean squared error of 1/6: that is the line to beat. Hochreiter &
    Schmidhuber 1997, "Long short-term memory".

    Examples
    --------
    >>> x, y = adding(1, length=6, rng=0)
    >>> x[0].T.round(2)
    array([[0.64, 0.27, 0.04, 0.02, 0.81, 0.91],
           [0.  , 1.  , 0.  , 0.  , 1.  , 0.  ]], dtype=float32)
    >>> y.round(2)
    array([[1.08]], dtype=float32)
    """
    n = check_integer("adding", "n", n)
    length = check_integer("adding", "length", length, at_least=2)
    generator = as_generator("adding", rng)
    numbers = generator.uniform(0, 1, (n, length)).astype(np.float32)
    half = length // 2
    first, second = generator.integers(0, half, n), generator.integers(half, length, n)
    marks, rows = np.zeros_like(numbers), np.arange(n)
    marks[rows, first] = marks[rows, second] = 1
    y = numbers[rows, first] + numbers[rows, second]
    return np.stack([numbers, marks], axis=2), y[:, np.newaxis]
