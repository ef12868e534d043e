"""How weights begin: random, so that units part ways; scaled, so that signals neither fade nor blow up.

A unit that sums `fan_in` inputs of variance 1, each times a weight of variance σ², has variance fan_in · σ².
To keep it at 1 from layer to layer, σ² = 1 / fan_in; a ReLU throws half away, so σ² = 2 / fan_in (Kaiming).
Going backwards the same argument says 1 / fan_out; Xavier takes the middle. A uniform draw on [−a, a] has
variance a² / 3.

    kaiming   σ² = gain² / fan_in                gain² = 2 for ReLU, 1 for linear, 2 / (1 + slope²) for leaky ReLU
    xavier    σ² = 2 · gain² / (fan_in + fan_out)

A weight matrix is (in, out); a kernel is (out, in, kh, kw), and each of its units looks at in · kh · kw
numbers.

References: Glorot & Bengio 2010; He et al. 2015; PyTorch's ``torch.nn.init``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, Rng, as_generator, take_room
from nnbook.errors import check_choice, check_integer, check_number, explain

__all__ = [
    "calculate_gain",
    "fans",
    "kaiming_normal",
    "kaiming_uniform",
    "normal",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

_BLOCK = 1 << 12  # numbers drawn at a time
_GAINS = {
    "linear": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "leaky_relu": math.sqrt(2 / (1 + 0.01**2)),
}


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many numbers a unit reads (fan-in) and how many units read a number (fan-out).

    Parameters
    ----------
    shape : tuple of int
        (in, out) of a matrix, or (out, in, *kernel) of a convolution.

    Examples
    --------
    >>> fans((784, 1000)), fans((16, 8, 5, 5))
    ((784, 1000), (200, 400))
    """
    return _fans("fans", shape)


def calculate_gain(nonlinearity: str) -> float:
    """How much wider than 1 / √fan_in the weights before this activation are drawn, as in PyTorch.

    Examples
    --------
    >>> round(calculate_gain("relu"), 4)
    1.4142
    """
    return _gain("calculate_gain", nonlinearity)


def zeros(shape: tuple[int, ...], *, dtype: npt.DTypeLike = np.float32) -> Array:
    """Zeros: right for biases, and wrong for weights, whose units would stay equal for ever (notebook 13)."""
    return np.zeros(_room_for("zeros", shape), dtype)


def normal(
    shape: tuple[int, ...], std: float = 1.0, *, rng: Rng = None, dtype: npt.DTypeLike = np.float32
) -> Array:
    """Normal numbers of mean 0 and standard deviation `std`.

    Examples
    --------
    >>> normal((2, 3), 0.01, rng=0).shape
    (2, 3)
    """
    shape = _room_for("normal", shape)
    std = check_number("normal", "std", std, at_least=0)
    generator = as_generator("normal", rng)
    return _drawn(lambda count: generator.standard_normal(count) * std, shape, dtype)


def uniform(
    shape: tuple[int, ...], bound: float = 1.0, *, rng: Rng = None, dtype: npt.DTypeLike = np.float32
) -> Array:
    """Uniform numbers on [−bound, bound).

    Examples
    --------
    >>> bool(abs(uniform((100, 100), 0.1, rng=0)).max() <= 0.1)
    True
    """
    shape = _room_for("uniform", shape)
    bound = check_number("uniform", "bound", bound, at_least=0)
    generator = as_generator("uniform", rng)
    return _drawn(lambda count: generator.uniform(-bound, bound, count), shape, dtype)


def kaiming_normal(
    shape: tuple[int, ...], nonlinearity: str = "relu", *, rng: Rng = None, dtype: npt.DTypeLike = np.float32
) -> Array:
    """Normal weights of standard deviation gain / √fan_in.

    Examples
    --------
    >>> round(float(kaiming_normal((800, 500), rng=0).std()), 2)  # √(2 / 800) = 0.05
    0.05
    """
    fan_in, _ = _positive_fans("kaiming_normal", shape)
    return normal(
        shape,
        _gain("kaiming_normal", nonlinearity) / math.sqrt(fan_in),
        rng=as_generator("kaiming_normal", rng),
        dtype=dtype,
    )


def kaiming_uniform(
    shape: tuple[int, ...], nonlinearity: str = "relu", *, rng: Rng = None, dtype: npt.DTypeLike = np.float32
) -> Array:
    """Uniform weights of standard deviation gain / √fan_in, so within ± gain · √(3 / fan_in)."""
    fan_in, _ = _positive_fans("kaiming_uniform", shape)
    return uniform(
        shape,
        _gain("kaiming_uniform", nonlinearity) * math.sqrt(3 / fan_in),
        rng=as_generator("kaiming_uniform", rng),
        dtype=dtype,
    )


def xavier_normal(
    shape: tuple[int, ...], gain: float = 1.0, *, rng: Rng = None, dtype: npt.DTypeLike = np.float32
) -> Array:
    """Normal weights of standard deviation gain · √(2 / (fan_in + fan_out))."""
    gain = check_number("xavier_normal", "gain", gain, above=0)
    return normal(
        shape,
        gain * math.sqrt(2 / sum(_positive_fans("xavier_normal", shape))),
        rng=as_generator("xavier_normal", rng),
        dtype=dtype,
    )


def xavier_uniform(
    shape: tuple[int, ...], gain: float = 1.0, *, rng: Rng = None, dtype: npt.DTypeLike = np.float32
) -> Array:
    """Uniform weights within ± gain · √(6 / (fan_in + fan_out))."""
    gain = check_number("xavier_uniform", "gain", gain, above=0)
    return uniform(
        shape,
        gain * math.sqrt(6 / sum(_positive_fans("xavier_uniform", shape))),
        rng=as_generator("xavier_uniform", rng),
        dtype=dtype,
    )


def _drawn(draw: Callable[[int], Array], shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """Draw a block at a time: the numbers that one draw would give, without room for all of them in float64."""
    values = np.empty(math.prod(shape), dtype)
    for start in range(0, values.size, _BLOCK):
        part = values[start : start + _BLOCK]
        part[:] = draw(part.size)
    return values.reshape(shape)


def _room_for(who: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    shape = _shape(who, shape)
    take_room(who, shape)
    return shape


def _shape(who: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    if not isinstance(shape, (tuple, list)):
        raise TypeError(explain(who, "a shape such as (in, out)", f"the {type(shape).__name__} {shape!r}"))
    return tuple(check_integer(who, "size in shape", size, at_least=0) for size in shape)


def _gain(who: str, nonlinearity: str) -> float:
    return _GAINS[check_choice(who, "nonlinearity", nonlinearity, _GAINS)]


def _fans(who: str, shape: tuple[int, ...]) -> tuple[int, int]:
    shape = _shape(who, shape)
    if len(shape) < 2:
        fix = "A bias has no fan: use zeros."
        raise ValueError(explain(who, "a shape of two axes or more", f"{shape}", fix))
    if len(shape) == 2:
        return shape
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _positive_fans(who: str, shape: tuple[int, ...]) -> tuple[int, int]:
    fan_in, fan_out = _fans(who, shape)
    if fan_in == 0 or fan_out == 0:
        raise ValueError(explain(who, "a shape without zeros", f"{tuple(shape)}", "No unit could be scaled."))
    return fan_in, fan_out
