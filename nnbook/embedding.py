"""Embedding: a row of numbers for each symbol, looked up by its index, and learnt.

A word or a character has no size, only an identity. Written one-hot (a row of zeros with a single 1) it can be fed
to a linear layer, and x W then picks out one row of W: row k for symbol k (notebook 23). An embedding takes that
row without multiplying by all those zeros:

    Y = W[k]             k (...) whole numbers from 0 to V − 1        W (V, E)        Y (..., E)

Backward, each row collects the gradients of all places where it was taken, and rows not taken get none:

    dW[v] = Σ dY at the places where k = v

There is no gradient of k: an index cannot be raised by a hair.

Bengio, Ducharme & Vincent 2000, "A neural probabilistic language model".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook import init
from nnbook.arrays import Array, Rng, as_generator
from nnbook.errors import as_array, check_integer, check_shape, check_shapes, describe, explain
from nnbook.module import Module, Parameter

__all__ = ["Embedding", "embedding", "embedding_backward"]


def embedding(indices: Array, weight: Array) -> Array:  # (...) (V, E) -> (..., E)
    """Look up a row for each index: y = weight[indices].

    Parameters
    ----------
    indices : ndarray of int, any shape
        From 0 to V − 1.
    weight : ndarray, shape (V, E)

    Returns
    -------
    ndarray, shape (..., E)

    Raises
    ------
    TypeError
        If the indices are not whole numbers.
    IndexError
        If one is negative or V or more; NumPy would count negative ones from the end.

    Examples
    --------
    >>> embedding(np.array([2, 0, 2]), np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    array([[4., 5.],
           [0., 1.],
           [4., 5.]])
    """
    check_shapes("embedding", "weight (V, E)", weight)
    return weight[_check_indices("embedding", indices, len(weight))]


def embedding_backward(dy: Array, indices: Array, weight: Array) -> tuple[None, Array]:
    """Gradients of `embedding`: None for the indices, and dweight, each row the sum of dy where it was taken.

    Examples
    --------
    >>> _, dweight = embedding_backward(np.array([[1.0], [2.0], [4.0]]), np.array([2, 0, 2]), np.zeros((3, 1)))
    >>> dweight.ravel()
    array([2., 0., 5.])
    """
    check_shapes("embedding_backward", "weight (V, E)", weight)
    indices = _check_indices("embedding_backward", indices, len(weight))
    dy = check_shape("embedding_backward", "dy", dy, (*indices.shape, weight.shape[1]))
    rows, features = np.reshape(indices, (-1, 1)).astype(np.intp), weight.shape[1]
    places = rows * features + np.arange(features)  # in the flat weight, of each number of dy
    total = np.bincount(
        places.ravel(), dy.ravel(), minlength=weight.size
    )  # np.add.at takes up to four times as long
    return None, total.reshape(weight.shape).astype(dy.dtype, copy=False)


def _check_indices(who: Any, indices: npt.ArrayLike, rows: int) -> Array:
    found = as_array(indices)
    if found.dtype.kind not in "iu":
        fix = "An embedding looks symbols up by their number: indices.astype(np.int64), if they are whole."
        got = describe(indices if found.dtype.kind == "O" else found)
        raise TypeError(explain(who, "whole numbers as indices", got, fix))
    indices = found
    if indices.size and (indices.min() < 0 or indices.max() >= rows):
        place = np.argwhere((indices < 0) | (indices >= rows))[0]
        position = ", ".join(map(str, place))
        fix = "Count the symbols from 0, and give padding and unknown ones an index of their own."
        got = f"{indices[tuple(place)]} at position [{position}]"
        raise IndexError(explain(who, f"indices from 0 to {rows - 1}", got, fix))
    return indices


class Embedding(Module):
    """A table of learnt rows, one for each symbol.

    Parameters
    ----------
    num_embeddings : int
        V, how many symbols there are.
    embedding_dim : int
        E, how many numbers stand for one.
    rng : int or Generator, optional
        Where the rows come from: normal, of mean 0 and standard deviation 1, as PyTorch draws them.
    dtype : dtype
        Of the rows.

    Attributes
    ----------
    weight : Parameter, shape (num_embeddings, embedding_dim)

    Examples
    --------
    >>> layer = Embedding(27, 16, rng=0)
    >>> layer(np.array([[3, 1, 4], [1, 5, 9]])).shape
    (2, 3, 16)
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, *, rng: Rng = None, dtype: npt.DTypeLike = np.float32
    ) -> None:
        self.num_embeddings = check_integer("Embedding", "num_embeddings", num_embeddings)
        self.embedding_dim = check_integer("Embedding", "embedding_dim", embedding_dim)
        rng = as_generator("Embedding", rng)
        self.weight = Parameter(init.normal((num_embeddings, embedding_dim), rng=rng, dtype=dtype))

    def forward(self, indices: npt.ArrayLike) -> Array:
        """Indices (...) -> rows (..., embedding_dim)."""
        indices = _check_indices(self, indices, self.num_embeddings)
        self.save(indices)
        return embedding(indices, self.weight.data)

    def backward(self, dy: Array) -> None:
        """dy (..., embedding_dim) -> None: an index has no gradient."""
        (indices,) = self.saved()
        _, dweight = embedding_backward(dy, indices, self.weight.data)
        self.weight.grad += dweight

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {
            "num_embeddings": self.num_embeddings,
            "embedding_dim": self.embedding_dim,
            "dtype": self.weight.data.dtype.name,
        }
