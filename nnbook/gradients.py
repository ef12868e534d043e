"""Is the gradient right? Wiggle each number a little, and see what the loss does.

The slope of f at x, by central differences (notebook 08):

    ∂f/∂xᵢ ≈ (f(x + h eᵢ) − f(x − h eᵢ)) / 2h          error of order h², and of rounding / h

Two forward passes for each number make it far too slow to train with, and just right to check with. The loss
here is L = Σ y ⊙ r with r drawn at random: a loss that weighs all outputs alike would not see an error that
cancels in the sum (softmax's true gradient is then 0).

    relative error = max |analytic − numerical| / max(|analytic| + |numerical|)
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, Rng, as_generator
from nnbook.errors import check_array, check_floats, check_number, describe, explain
from nnbook.module import Module

__all__ = ["GradientCheck", "check_gradients", "in_float64", "numerical_gradient", "relative_error"]


def numerical_gradient(f: Callable[[Array], float], x: npt.ArrayLike, *, h: float = 1e-5) -> Array:
    """The gradient of a scalar function by central differences, in float64.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns a number.
    x : array_like
        Where the slope is wanted; it is not changed.
    h : float
        Half the distance between the two points: 1e-5 balances curvature (h²) against rounding (1/h).

    Returns
    -------
    ndarray
        ∂f/∂x, of x's shape.

    Examples
    --------
    >>> numerical_gradient(lambda x: float((x**2).sum()), [1.0, -3.0]).round(6)
    array([ 2., -6.])
    """
    h = check_number("numerical_gradient", "h", h, above=0)
    if not callable(f):
        raise TypeError(explain("numerical_gradient", "a function first", describe(f)))
    point = np.array(check_array("numerical_gradient", "x", x), dtype=np.float64)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        centre = point[index]
        point[index] = centre + h
        above = _number(f(point))
        point[index] = centre - h
        below = _number(f(point))
        point[index] = centre
        gradient[index] = (above - below) / (2 * h)
    return gradient


def _number(value: Any) -> float:
    if type(value) is not float and (isinstance(value, str) or value is None or np.size(value) != 1):
        fix = "Reduce it to a loss, such as the sum of what it returns."
        raise TypeError(explain("numerical_gradient", "f to return one number", describe(value), fix))
    return value


def relative_error(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """How far apart two arrays are, for their size: max |a − b| / max(|a| + |b|); 0 when both are 0.

    Examples
    --------
    >>> relative_error([1.0, 2.0], [1.0, 2.0]), relative_error([2.0], [-2.0])
    (0.0, 1.0)
    """
    a, b = (check_floats("relative_error", *x).astype(np.float64, copy=False) for x in (("a", a), ("b", b)))
    if a.shape != b.shape:
        raise ValueError(explain("relative_error", f"two arrays of one shape, {a.shape}", f"shape {b.shape}"))
    scale = np.max(np.abs(a) + np.abs(b), initial=0.0)
    if not np.isfinite(scale):
        return np.inf
    return float(np.max(np.abs(a - b), initial=0.0) / scale) if scale > 0 else 0.0


class GradientCheck(dict[str, float]):
    """Relative error by name: ``x`` for the input (``x0``, ``x1`` … for several), dotted names for parameters.

    Attributes
    ----------
    tolerance : float
        What the largest may be.
    ok : bool
        Whether all are within it.
    """

    def __init__(self, errors: dict[str, float], tolerance: float) -> None:
        super().__init__(errors)
        self.tolerance = tolerance

    @property
    def ok(self) -> bool:
        return all(error <= self.tolerance for error in self.values())

    def __repr__(self) -> str:
        width = max(map(len, self), default=0)
        rows = [
            f"{name:<{width}}  {error:8.1e}  {'ok' if error <= self.tolerance else 'WRONG'}"
            for name, error in self.items()
        ]
        return "\n".join(rows) or "nothing to check"


def check_gradients(
    module: Module, *inputs: npt.ArrayLike, h: float = 1e-5, tolerance: float = 1e-6, rng: Rng = 0
) -> GradientCheck:
    """Compare a module's backward with central differences, for each input and each parameter.

    The check runs on a copy in float64; the module itself is left as it was. Dropout draws the same mask in every pass.
    A loss is checked through its own `backward`, for its first input.

    Parameters
    ----------
    module : Module
        A layer, a model or a loss.
    *inputs : array_like
        What its forward takes. Integer arrays (labels, indices) are passed on unchecked.
    h, tolerance : float
        Half the step of the difference; the largest relative error that counts as right.
    rng : int or Generator
        Draws the upstream gradient.

    Returns
    -------
    GradientCheck
        A dict of relative errors with ``.ok``; printing it shows a table.

    Examples
    --------
    >>> import nnbook
    >>> check_gradients(nnbook.Linear(3, 2, rng=0), np.array([[0.5, -1.0, 2.0]])).ok
    True
    """
    if not isinstance(module, Module):
        raise TypeError(explain("check_gradients", "a Module first, then its inputs", describe(module)))
    tolerance = check_number("check_gradients", "tolerance", tolerance, above=0)
    module = in_float64(module)
    arrays = [_float64(x) for x in inputs]
    rng = as_generator("check_gradients", rng)

    with _same_state(module):
        y = module(*arrays)
    upstream = _random_like(y, rng)
    module.zero_grad()
    with _same_state(module):
        module(*arrays)
        d_inputs = module.backward(
            *([] if type(y) is float else upstream if isinstance(y, tuple) else [upstream])
        )
    if not isinstance(d_inputs, tuple):
        d_inputs = (d_inputs,)

    def loss() -> float:
        with _same_state(module):
            return _weighted_sum(module(*arrays), upstream)

    errors: dict[str, float] = {}
    recording = [(m, m.recording) for m in module.modules()]
    for m, _ in recording:
        m.recording = False
    floating = [i for i, x in enumerate(arrays) if x is not None and x.dtype.kind == "f"]
    for i in floating:
        if i < len(d_inputs) and d_inputs[i] is not None:
            numerical = _numerical_in_place(loss, arrays[i], h)
            name = "x" if len(floating) == 1 or len(d_inputs) == 1 else f"x{i}"
            errors[name] = relative_error(d_inputs[i], numerical)
    for name, parameter in module.named_parameters():
        errors[name] = relative_error(parameter.grad, _numerical_in_place(loss, parameter.data, h))
    return GradientCheck(errors, tolerance)


def _numerical_in_place(loss: Callable[[], float], array: Array, h: float) -> Array:
    """`numerical_gradient` of a loss that reads `array` itself."""

    def at(point: Array) -> float:
        array[...] = point
        return loss()

    before = array.copy()
    try:
        return numerical_gradient(at, before, h=h)
    finally:
        array[...] = before


def _float64(x: Any) -> Any:
    if x is None:
        return None
    x = np.array(x)
    return x.astype(np.float64) if x.dtype.kind == "f" else x


def in_float64(module: Module) -> Module:
    """A copy with float64 parameters and running statistics, asked for the gradient of its input."""
    if not isinstance(module, Module):
        raise TypeError(explain("in_float64", "a Module", describe(module)))
    module = copy.deepcopy(module)
    for part in module.modules():
        part.input_grad = True
    for _, parameter in module.named_parameters():
        parameter.move_into(np.empty(parameter.shape), np.empty(parameter.shape))
    for _, buffer in module.named_buffers():
        if buffer.data.dtype.kind == "f":
            buffer.move_into(np.empty(buffer.data.shape))
    return module


@contextlib.contextmanager
def _same_state(module: Module) -> Iterator[None]:
    """Put running statistics and random generators back afterwards, so that every pass meets the same ones."""
    buffers = [(buffer, buffer.data.copy()) for _, buffer in module.named_buffers()]
    generators = [v for m in module.modules() for v in vars(m).values() if isinstance(v, np.random.Generator)]
    states = [generator.bit_generator.state for generator in generators]
    try:
        yield
    finally:
        for buffer, data in buffers:
            buffer.data = data
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state


def _random_like(y: Any, rng: np.random.Generator) -> Any:
    if isinstance(y, tuple):
        return tuple(_random_like(part, rng) for part in y)
    return 1.0 if type(y) is float else rng.standard_normal(np.shape(y))


def _weighted_sum(y: Any, weights: Any) -> float:
    if isinstance(y, tuple):
        return sum(_weighted_sum(part, w) for part, w in zip(y, weights, strict=True))
    return float(np.sum(y * weights))
