"""A layer of neurons, all at once: multiply by the weights, add the bias.

One neuron takes a weighted sum of its inputs (notebook 01). M neurons that look at the same D inputs take M of
them, and for a batch of N examples that is one matrix product (notebook 04):

    Y = X W + b          X (N, D)   W (D, M)   b (M,)   Y (N, M)

Backward, each factor meets the gradient that comes from above (notebook 07): the weights see it through the
inputs, the inputs through the weights, and the bias, which was added to every example, collects it over the batch:

    dX = dY Wᵀ           dW = Xᵀ dY           db = Σₙ dYₙ

X may have more axes in front, (..., D): a sequence (N, T, D) is N · T examples to this layer.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook import init
from nnbook.arrays import Array, Rng, as_floating, as_generator
from nnbook.errors import check_integer, check_shapes, explain
from nnbook.module import Module, Parameter

__all__ = ["Linear", "linear", "linear_backward"]


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:  # (..., D) (D, M) (M,) -> (..., M)
    """Multiply by the weights, add the bias: y = x W + b.

    Parameters
    ----------
    x : ndarray, shape (..., D)
    weight : ndarray, shape (D, M)
        (in, out); PyTorch keeps the transpose, (out, in).
    bias : ndarray, shape (M,), optional

    Returns
    -------
    ndarray, shape (..., M)

    Raises
    ------
    TypeError, ValueError
        If one is no array of numbers, or the shapes do not fit each other.

    Examples
    --------
    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([0.5]))
    array([[11.5]])
    """
    try:
        y = x @ weight
        fits = weight.ndim == 2 and (bias is None or bias.shape == weight.shape[1:])
    except (TypeError, ValueError, AttributeError):
        fits = False
    if not fits:
        check_shapes("linear", "x (..., D); weight (D, M); bias? (M)", x, weight, bias)
    if bias is None:
        return y
    if y.dtype != bias.dtype:
        return y + bias
    y += bias  # our own array: no second one is needed
    return y


def linear_backward(
    dy: Array, x: Array, weight: Array
) -> tuple[Array, Array, Array]:  # -> (..., D) (D, M) (M,)
    """Gradients of `linear`: dx = dy Wᵀ, dweight = xᵀ dy, dbias = dy summed over all axes but the last.

    Examples
    --------
    >>> dx, dweight, dbias = linear_backward(np.array([[2.0]]), np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    >>> dx, dweight.ravel(), dbias
    (array([[6., 8.]]), array([2., 4.]), array([2.]))
    """
    if (
        not type(dy) is type(x) is type(weight) is np.ndarray
        or x.shape[-1:] != weight.shape[:1]
        or dy.shape != x.shape[:-1] + weight.shape[1:]
    ):
        check_shapes("linear_backward", "x (..., D); weight (D, M); dy (..., M)", x, weight, dy)
    return dy @ weight.T, *_parameter_gradients(dy, x)


def _parameter_gradients(dy: Array, x: Array) -> tuple[Array, Array]:  # -> (D, M) (M,)
    if x.ndim != 2:
        dy, x = dy.reshape(-1, dy.shape[-1]), x.reshape(-1, x.shape[-1])
    return x.T @ dy, np.add.reduce(dy, axis=0)


class Linear(Module):
    """A fully connected layer: y = x W + b.

    Parameters
    ----------
    in_features : int
        D, how many numbers each unit reads.
    out_features : int
        M, how many units there are.
    bias : bool
        Whether each unit has a bias.
    rng : int or Generator, optional
        Where the weights come from: uniform within ± 1 / √D, as PyTorch draws them. Biases start at 0.
    dtype : dtype
        Of the parameters; input is brought to it.

    Attributes
    ----------
    weight : Parameter, shape (in_features, out_features)
    bias : Parameter, shape (out_features,), or None

    Examples
    --------
    >>> layer = Linear(3, 2, rng=0)
    >>> layer(np.ones((5, 3))).shape
    (5, 2)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.in_features = check_integer("Linear", "in_features", in_features)
        self.out_features = check_integer("Linear", "out_features", out_features)
        bound, rng = 1 / math.sqrt(in_features), as_generator("Linear", rng)
        self.weight = Parameter(init.uniform((in_features, out_features), bound, rng=rng, dtype=dtype))
        self.bias = Parameter(init.zeros((out_features,), dtype=dtype)) if bias else None

    def forward(self, x: npt.ArrayLike) -> Array:
        """x (..., in_features) -> (..., out_features)."""
        x = as_floating(self, x, self.weight.data.dtype)
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            expected = f"x with {self.in_features} features in its last axis"
            raise ValueError(explain(self, expected, f"shape {x.shape}", _mend(x, self.in_features)))
        self.save(x)
        return linear(x, self.weight.data, None if self.bias is None else self.bias.data)

    def backward(self, dy: Array) -> Array | None:
        """dy (..., out_features) -> dx (..., in_features), or None if nobody asks for it."""
        (x,) = self.saved()
        if self.input_grad:
            dx, dweight, dbias = linear_backward(dy, x, self.weight.data)
        else:
            dx, (dweight, dbias) = None, _parameter_gradients(dy, x)
        self.weight.grad += dweight
        if self.bias is not None:
            self.bias.grad += dbias
        return dx

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "bias": self.bias is not None,
            "dtype": self.weight.data.dtype.name,
        }


def _mend(x: Array, features: int) -> str:
    if x.ndim > 2 and math.prod(x.shape[1:]) == features:
        return "Flatten the images first: put nnbook.Flatten() before it, or x.reshape(len(x), -1)."
    if x.ndim == 2 and x.shape[0] == features:
        return "It looks transposed, examples go along the first axis: x.T."
    if x.ndim <= 1 and features == 1:
        return "One feature for each example makes a column: x.reshape(-1, 1)."
    return f"Let the layer read what comes: Linear({x.shape[-1] if x.ndim else 1}, ...)."
