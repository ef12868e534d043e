"""Arithmetic as function pairs: what an expression is made of, each operation with its way back.

The layers have no need of these, a tape has (`nnbook.autograd`). Most are two lines. What needs a word is *broadcasting*:
where NumPy repeated a row for N examples, each copy is to blame, so its gradient is the sum of theirs. That is how a
bias's gradient comes to be summed over the batch (notebook 09):

    Y = X + b          X (N, M)   b (M,)          dX = dY          db = Σₙ dYₙ

The operands a and b are arrays, or plain numbers of Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnbook.arrays import Array
from nnbook.errors import check_number

__all__ = [
    "add", "add_backward", "concatenate", "concatenate_backward", "divide", "divide_backward",
    "matmul", "matmul_backward", "mean", "mean_backward", "multiply", "multiply_backward", "power",
    "power_backward", "reshape", "reshape_backward", "select", "select_backward", "subtract",
    "subtract_backward", "total", "total_backward", "transpose", "transpose_backward",
]  # fmt: skip


def _unbroadcast(dy: Array, x: Any) -> Array:
    """Sum dy over the axes along which x was repeated."""
    dy = dy.sum(axis=tuple(range(dy.ndim - np.ndim(x))))
    repeated = tuple(axis for axis, length in enumerate(np.shape(x)) if length != dy.shape[axis])
    return dy.sum(axis=repeated, keepdims=True)


def add(a: Any, b: Any) -> Any:
    """Add: y = a + b."""
    return a + b


def add_backward(dy: Array, a: Any, b: Any) -> tuple[Array, Array]:
    """Gradients of `add`: dy and dy."""
    return _unbroadcast(dy, a), _unbroadcast(dy, b)


def subtract(a: Any, b: Any) -> Any:
    """Subtract: y = a − b."""
    return a - b


def subtract_backward(dy: Array, a: Any, b: Any) -> tuple[Array, Array]:
    """Gradients of `subtract`: dy and −dy."""
    return _unbroadcast(dy, a), _unbroadcast(-dy, b)


def multiply(a: Any, b: Any) -> Any:
    """Multiply number by number: y = a b."""
    return a * b


def multiply_backward(dy: Array, a: Any, b: Any) -> tuple[Array, Array]:
    """Gradients of `multiply`: dy b and dy a, each factor meets the other one."""
    return _unbroadcast(dy * b, a), _unbroadcast(dy * a, b)


def divide(a: Any, b: Any) -> Any:
    """Divide number by number: y = a / b."""
    return a / b


def divide_backward(dy: Array, a: Any, b: Any, y: Any) -> tuple[Array, Array]:
    """Gradients of `divide`: dy / b and −dy y / b."""
    return _unbroadcast(dy / b, a), _unbroadcast(-dy * y / b, b)


def power(x: Array, *, exponent: float) -> Array:
    """Raise to a power that is a plain number: y = xⁿ."""
    fix = "For a learnt exponent write a pair, with a logarithm in its way back, and register it."
    return x ** check_number("power", "exponent", exponent, fix=fix)


def power_backward(dy: Array, x: Array, *, exponent: float) -> Array:
    """Gradient of `power`: dy n xⁿ⁻¹."""
    return dy * (exponent * x ** float(exponent - 1)) if exponent else np.zeros_like(x)


def matmul(a: Array, b: Array) -> Any:
    """Matrix product: y = a @ b, of vectors, matrices, or stacks of matrices."""
    return a @ b


def matmul_backward(dy: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Gradients of `matmul`: dy bᵀ and aᵀ dy; a vector is one row, or one column."""
    rows, columns = np.atleast_2d(a), b[:, np.newaxis] if b.ndim == 1 else b
    dy = dy[..., np.newaxis] if b.ndim == 1 else dy
    dy = dy[..., np.newaxis, :] if a.ndim == 1 else dy
    da, db = dy @ columns.swapaxes(-1, -2), rows.swapaxes(-1, -2) @ dy
    return _unbroadcast(da, rows).reshape(a.shape), _unbroadcast(db, columns).reshape(b.shape)


def total(x: Array, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Sum over one axis, some (a tuple), or all."""
    return x.sum(axis=axis, keepdims=keepdims)


def total_backward(dy: Array, x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Gradient of `total`: dy for every number that was in the sum."""
    axes = tuple(range(x.ndim)) if axis is None else axis
    return np.broadcast_to(dy if keepdims else np.expand_dims(dy, axes), x.shape)


def mean(x: Array, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Mean over one axis, some (a tuple), or all."""
    return x.mean(axis=axis, keepdims=keepdims)


def mean_backward(dy: Array, x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Gradient of `mean`: dy / n for every one of its n numbers."""
    return total_backward(dy * (dy.size / x.size), x, axis=axis, keepdims=keepdims)


def reshape(x: Array, *, shape: Any) -> Array:
    """Give the same numbers another shape."""
    return x.reshape(shape)


def reshape_backward(dy: Array, x: Array) -> Array:
    """Gradient of `reshape`: dy in the shape of x."""
    return dy.reshape(x.shape)


def transpose(x: Array, *, axes: Any = None) -> Array:
    """Put the axes in another order: by default the opposite one."""
    return x.transpose(axes)


def transpose_backward(dy: Array, *, axes: Any = None) -> Array:
    """Gradient of `transpose`: every axis back to its place."""
    return dy.transpose(None if axes is None else np.argsort(np.asarray(axes) % dy.ndim))


def select(x: Array, *, key: Any) -> Any:
    """Take a part: y = x[key]."""
    return x[key]


def select_backward(dy: Array, x: Array, *, key: Any) -> Array:
    """Gradient of `select`: dy where it was taken from, summed where that was twice; else 0."""
    dx = np.zeros_like(x)
    np.add.at(dx, key, dy)
    return dx


def concatenate(*parts: Array, axis: int = 0) -> Array:
    """Lay arrays behind each other along an axis."""
    return np.concatenate(parts, axis=axis)


def concatenate_backward(dy: Array, parts: tuple[Array, ...], *, axis: int = 0) -> tuple[Array, ...]:
    """Gradients of `concatenate`: of dy what each part became."""
    return tuple(np.split(dy, np.cumsum([part.shape[axis] for part in parts])[:-1], axis=axis))
