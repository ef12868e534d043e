"""Attention: ask all steps of a sequence which of them matter now, and take their average, weighted by the answers.

A query q is compared with a key kⱼ for each step j. The scores become shares by softmax, and the shares weigh the
values vⱼ (notebook 25):

    Y = softmax(Q Kᵀ / √d) V         Q (..., Tq, d)   K (..., Tk, d)   V (..., Tk, e)   Y (..., Tq, e)

√d keeps the scores' size: a sum of d products of unit numbers is about √d large, and a softmax of large scores
listens to one key alone. Backward, with P the shares and ∘ number by number:

    dV = Pᵀ dY        dS = P ∘ (dP − rowsum(dP ∘ P)),  dP = dY Vᵀ        dQ = dS K / √d        dK = dSᵀ Q / √d

*Additive* attention, the older form, lets a small network compare: sⱼ = v · tanh(q Wq + kⱼ Wk). *Multi-head*
attention asks several questions at once: queries, keys and values are projected to h heads of d = D / h numbers, each
head attends for itself, and a last projection mixes what they found. It sees its input as a set: where order
matters, `positional_encoding` is added to the input.

*Masks* are booleans, as in PyTorch's `scaled_dot_product_attention`: true takes part (`nn.MultiheadAttention` has it
the other way round). A query all of whose keys are masked attends to nothing: its output and its gradient are zero.

*Memory.* Softmax runs over the keys, and NumPy sums fastest across long rows. So the scores (..., Tq, Tk) lie in
memory with the keys second, outside heads and queries, and one addition takes in all heads and queries of an example.

Bahdanau, Cho & Bengio 2015 (additive); Vaswani et al. 2017 (dot product, heads, positions).
"""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nnbook import init
from nnbook.activations import softmax, softmax_backward
from nnbook.arrays import Array, Rng, as_floating, as_generator
from nnbook.errors import as_array, check_integer, check_saved, check_shapes, describe, explain
from nnbook.linear import Linear, linear
from nnbook.module import Module, Parameter
from nnbook.sequences import check_key_mask, check_queries, who_sees_whom

__all__ = [
    "AdditiveAttention", "AdditiveAttentionSaved", "AttentionSaved", "MultiHeadAttention",
    "additive_attention", "additive_attention_backward", "positional_encoding",
    "scaled_dot_product_attention", "scaled_dot_product_attention_backward",
]  # fmt: skip


def _empty(shape: tuple[int, ...], second: int, dtype: Any) -> Array:
    """An empty array of this shape in which the axis `second` comes second in memory, or first of two."""
    order = list(range(len(shape)))
    order.insert(min(1, len(shape) - 2), order.pop(second))
    return np.empty([shape[axis] for axis in order], dtype).transpose(np.argsort(order))


def _shares(scores: Array, mask: Array | None) -> Array:
    """Softmax over the keys, those masked left out; a row without any is zero."""
    if mask is not None:
        np.copyto(scores, -np.inf, where=~mask)
    return softmax(scores)


class AttentionSaved(NamedTuple):
    """What `scaled_dot_product_attention` keeps: the weights (..., Tq, Tk), each row shares that sum to 1."""

    weights: Array


def scaled_dot_product_attention(
    query: Array, key: Array, value: Array, *, mask: Array | None = None
) -> tuple[Array, AttentionSaved]:  # (..., Tq, d) (..., Tk, d) (..., Tk, e) -> (..., Tq, e)
    """Average the values, weighted by how well each key answers the query; (y, saved).

    Parameters
    ----------
    query : ndarray, shape (..., Tq, d)
    key : ndarray, shape (..., Tk, d)
    value : ndarray, shape (..., Tk, e)
        All three with the same axes in front.
    mask : ndarray of bool, broadcast to (..., Tq, Tk), optional
        True where a key takes part. For padding, (N, Tk), give it the axes between: mask[:, np.newaxis].

    Returns
    -------
    y : ndarray, shape (..., Tq, e)
    saved : AttentionSaved
        The weights, to look at.

    Examples
    --------
    >>> query, key = np.array([[0.0, 4.0]]), np.array([[4.0, 0.0], [0.0, 4.0]])
    >>> y, saved = scaled_dot_product_attention(query, key, np.array([[1.0], [2.0]]))
    >>> saved.weights.round(3), y.round(3)
    (array([[0., 1.]]), array([[2.]]))
    """
    who = "scaled_dot_product_attention"
    query, key = as_floating(who, query, name="query"), as_floating(who, key, name="key")
    value = as_floating(who, value, name="value")
    check_shapes(who, "query (..., Tq, d); key (..., Tk, d); value (..., Tk, e)", query, key, value)
    check_key_mask(who, mask, query, key)
    dtype, queries = np.result_type(query, key, value), query.shape[:-1]
    scores = _empty((*queries, key.shape[-2]), -1, dtype)
    np.matmul(query, key.swapaxes(-1, -2), out=scores)
    scores *= 1 / math.sqrt(query.shape[-1])
    weights = _shares(scores, mask)
    y = _empty((*queries, value.shape[-1]), -2, dtype)  # so that the heads of one step lie side by side
    np.matmul(weights, value, out=y)
    return y, AttentionSaved(weights)


def scaled_dot_product_attention_backward(
    dy: Array, query: Array, key: Array, value: Array, saved: AttentionSaved
) -> tuple[Array, Array, Array]:
    """Gradients of `scaled_dot_product_attention`: dquery, dkey, dvalue."""
    who = "scaled_dot_product_attention_backward"
    check_saved(who, saved, AttentionSaved)
    spec = "query (..., Tq, d); key (..., Tk, d); value (..., Tk, e); saved.weights (..., Tq, Tk); dy (..., Tq, e)"
    check_shapes(who, spec, query, key, value, saved.weights, dy)
    gradients = np.empty_like(query), np.empty_like(key), np.empty_like(value)
    _attention_backward(dy, query, key, value, saved.weights, *gradients)
    return gradients


def _attention_backward(
    dy: Array,
    query: Array,
    key: Array,
    value: Array,
    weights: Array,
    dquery: Array,
    dkey: Array,
    dvalue: Array,
) -> None:
    """Write the gradients into the last three: parts of one array, if they come from one product."""
    np.matmul(weights.swapaxes(-1, -2), dy, out=dvalue)
    dweights = np.empty_like(weights)  # in the same order in memory
    np.matmul(dy, value.swapaxes(-1, -2), out=dweights)
    dscores = softmax_backward(dweights, weights)
    dscores *= 1 / math.sqrt(query.shape[-1])
    np.matmul(dscores, key, out=dquery)
    np.matmul(dscores.swapaxes(-1, -2), query, out=dkey)


_ADDITIVE = (
    "query (..., Tq, Dq); key (..., Tk, Dk); value (..., Tk, e); "
    "weight_query (Dq, A); weight_key (Dk, A); weight_score (A)"
)


class AdditiveAttentionSaved(NamedTuple):
    """What `additive_attention` keeps: tanh(q Wq + k Wk), (..., Tq, Tk, A), and the weights (..., Tq, Tk)."""

    bent: Array
    weights: Array


def additive_attention(
    query: Array,
    key: Array,
    value: Array,
    weight_query: Array,
    weight_key: Array,
    weight_score: Array,
    *,
    mask: Array | None = None,
) -> tuple[Array, AdditiveAttentionSaved]:
    """Average the values, weighted by what a small network says of query and key; (y, saved).

    The score of query i and key j is tanh(qᵢ Wq + kⱼ Wk) · v.

    Parameters
    ----------
    query, key, value : ndarray, shapes (..., Tq, Dq), (..., Tk, Dk), (..., Tk, e)
    weight_query, weight_key : ndarray, shapes (Dq, A), (Dk, A)
    weight_score : ndarray, shape (A,)
    mask : ndarray of bool, broadcast to (..., Tq, Tk), optional
        True where a key takes part.

    Returns
    -------
    y : ndarray, shape (..., Tq, e)
    saved : AdditiveAttentionSaved

    Examples
    --------
    >>> keys, one = np.array([[-1.0], [0.0], [1.0]]), np.ones((1, 1))
    >>> y, saved = additive_attention(one, keys, keys, one, one, np.array([10.0]))
    >>> saved.weights.round(2)
    array([[0.  , 0.12, 0.88]])
    """
    arrays = query, key, value, weight_query, weight_key, weight_score
    check_shapes("additive_attention", _ADDITIVE, *arrays)
    as_floating("additive_attention", weight_query, name="weight_query")
    check_key_mask("additive_attention", mask, query, key)
    from_query, from_key = query @ weight_query, key @ weight_key
    bent = from_query[..., :, np.newaxis, :] + from_key[..., np.newaxis, :, :]
    np.tanh(bent, out=bent)
    weights = _shares(bent @ weight_score, mask)
    return weights @ value, AdditiveAttentionSaved(bent, weights)


def additive_attention_backward(
    dy: Array,
    query: Array,
    key: Array,
    value: Array,
    weight_query: Array,
    weight_key: Array,
    weight_score: Array,
    saved: AdditiveAttentionSaved,
) -> tuple[Array, ...]:
    """Gradients of `additive_attention`: dquery, dkey, dvalue, dweight_query, dweight_key, dweight_score."""
    check_saved("additive_attention_backward", saved, AdditiveAttentionSaved)
    bent, weights = saved
    spec = f"{_ADDITIVE}; saved.weights (..., Tq, Tk); dy (..., Tq, e)"
    arrays = query, key, value, weight_query, weight_key, weight_score, weights, dy
    check_shapes("additive_attention_backward", spec, *arrays)
    dscores = softmax_backward(dy @ value.swapaxes(-1, -2), weights)
    dweight_score = dscores.ravel() @ bent.reshape(-1, bent.shape[-1])
    slope = bent * bent
    np.subtract(1, slope, out=slope)
    rows, columns = dscores[..., np.newaxis, :], dscores.swapaxes(-1, -2)[..., np.newaxis, :]
    d_from_query = (rows @ slope)[..., 0, :] * weight_score  # summed over the keys
    d_from_key = (columns @ slope.swapaxes(-2, -3))[..., 0, :] * weight_score  # summed over the queries
    return (
        d_from_query @ weight_query.T,
        d_from_key @ weight_key.T,
        weights.swapaxes(-1, -2) @ dy,
        _rows(query).T @ _rows(d_from_query),
        _rows(key).T @ _rows(d_from_key),
        dweight_score,
    )


def _rows(x: Array) -> Array:
    return x.reshape(-1, x.shape[-1])


def positional_encoding(length: int, dim: int, *, dtype: npt.DTypeLike = np.float32) -> Array:
    """Sines and cosines that tell each step's place: add them to the input, (N, length, dim), of an attention layer.

    Columns 2i and 2i + 1 are sin(t / 10000^(2i / dim)) and its cosine: the first pair goes round every 6.3 steps, the
    last one every 60,000. Moving on by k steps turns each pair by a fixed angle, whatever the place.

    Parameters
    ----------
    length, dim : int
        How many steps, and numbers for each.
    dtype : dtype

    Returns
    -------
    ndarray, shape (length, dim)
        In [−1, 1].

    Examples
    --------
    >>> positional_encoding(3, 4, dtype=np.float64).round(2)
    array([[ 0.  ,  1.  ,  0.  ,  1.  ],
           [ 0.84,  0.54,  0.01,  1.  ],
           [ 0.91, -0.42,  0.02,  1.  ]])
    """
    length = check_integer("positional_encoding", "length", length)
    dim = check_integer("positional_encoding", "dim", dim)
    columns = np.arange(dim)
    angle = np.arange(length)[:, np.newaxis] / 10000 ** ((columns - columns % 2) / dim)
    return np.where(columns % 2, np.cos(angle), np.sin(angle)).astype(dtype)


class AdditiveAttention(Module):
    """Attention by a small network: scores tanh(q Wq + k Wk) · v, shared out by softmax over the keys.

    Parameters
    ----------
    query_dim, key_dim : int
        Numbers in each query and each key.
    attention_dim : int
        A, how many units compare them.
    keep_weights : bool
        Whether to keep `weights`, to plot them; `predict` leaves those of its last batch.
    rng : int or Generator, optional
        Where the weights come from: uniform within ± 1 / √query_dim, ± 1 / √key_dim and ± 1 / √attention_dim.
    dtype : dtype
        Of the parameters; input is brought to it.

    Attributes
    ----------
    weight_query, weight_key, weight_score : Parameter, shapes (query_dim, A), (key_dim, A), (A,)
    weights : ndarray, shape (N, Tq, Tk), or None
        Of the last call; None unless `keep_weights`.

    Notes
    -----
    Bahdanau, Cho & Bengio 2015, "Neural machine translation by jointly learning to align and translate".

    Examples
    --------
    >>> layer = AdditiveAttention(3, 4, 8, rng=0)
    >>> keys = np.ones((2, 6, 4))
    >>> layer(np.ones((2, 5, 3)), keys, keys, mask=np.arange(6) < [[6], [4]]).shape
    (2, 5, 4)
    """

    weights: Array | None

    def __init__(
        self,
        query_dim: int,
        key_dim: int,
        attention_dim: int,
        *,
        keep_weights: bool = False,
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.query_dim = check_integer("AdditiveAttention", "query_dim", query_dim)
        self.key_dim = check_integer("AdditiveAttention", "key_dim", key_dim)
        self.attention_dim = check_integer("AdditiveAttention", "attention_dim", attention_dim)
        self.keep_weights, self.weights = bool(keep_weights), None
        rng = as_generator("AdditiveAttention", rng)

        def drawn(*shape: int) -> Parameter:
            return Parameter(init.uniform(shape, 1 / math.sqrt(shape[0]), rng=rng, dtype=dtype))

        self.weight_query = drawn(query_dim, attention_dim)
        self.weight_key = drawn(key_dim, attention_dim)
        self.weight_score = drawn(attention_dim)

    def forward(
        self,
        query: npt.ArrayLike,
        key: npt.ArrayLike,
        value: npt.ArrayLike,
        mask: npt.ArrayLike | None = None,
    ) -> Array:
        """Queries (N, Tq, query_dim), keys (N, Tk, key_dim), values (N, Tk, e) -> (N, Tq, e).

        The mask is true where a key takes part: (N, Tk), or for each query (N, Tq, Tk) or (1, Tq, Tk).
        """
        sizes = [self.query_dim, self.key_dim, *(as_array(value).shape[-1:] or (1,))]
        query, key, value = check_queries(self, [query, key, value], sizes, self.weight_query.data.dtype)
        allowed = who_sees_whom(self, mask, query, key)
        y, saved = additive_attention(query, key, value, *self._parameters(), mask=allowed)
        self.save(query, key, value, saved)
        self.weights = saved.weights if self.keep_weights else None
        return y

    def backward(self, dy: Array) -> tuple[Array, Array, Array]:
        """dy (N, Tq, e) -> gradients of query, key and value."""
        query, key, value, saved = self.saved()
        dquery, dkey, dvalue, *rest = additive_attention_backward(
            dy, query, key, value, *self._parameters(), saved
        )
        for parameter, gradient in zip(self.parameters(), rest, strict=True):
            parameter.grad += gradient
        return dquery, dkey, dvalue

    def _parameters(self) -> tuple[Array, Array, Array]:
        return self.weight_query.data, self.weight_key.data, self.weight_score.data

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        sizes = {"query_dim": self.query_dim, "key_dim": self.key_dim, "attention_dim": self.attention_dim}
        return {**sizes, "keep_weights": self.keep_weights, "dtype": self.weight_query.data.dtype.name}


class MultiHeadAttention(Module):
    """Scaled dot-product attention in several heads: over a sequence itself, or from one sequence to another.

    Parameters
    ----------
    embed_dim : int
        D, numbers in each step.
    num_heads : int
        h, which divides D: each head works with D / h numbers.
    keep_weights : bool
        Whether to keep `weights`, to plot them; `predict` leaves those of its last batch.
    rng : int or Generator, optional
        Where the weights come from, as in PyTorch: Xavier's uniform for in_proj, uniform within ± 1 / √D for out_proj.
        Biases start at 0.
    dtype : dtype
        Of the parameters; input is brought to it.

    Attributes
    ----------
    in_proj_weight, in_proj_bias : Parameter, shapes (D, 3D), (3D,)
        For queries, keys and values beside each other; PyTorch keeps the transpose.
    out_proj : Linear
    weights : ndarray, shape (N, h, Tq, Tk), or None
        Of the last call; None unless `keep_weights`.

    Notes
    -----
    Vaswani et al. 2017, "Attention is all you need".

    Examples
    --------
    >>> layer = MultiHeadAttention(8, 2, rng=0)
    >>> layer(np.ones((4, 5, 8)), causal=True).shape
    (4, 5, 8)
    """

    weights: Array | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        *,
        keep_weights: bool = False,
        rng: Rng = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.embed_dim = check_integer("MultiHeadAttention", "embed_dim", embed_dim)
        self.num_heads = check_integer("MultiHeadAttention", "num_heads", num_heads)
        if embed_dim % num_heads:
            got = f"embed_dim={embed_dim}, num_heads={num_heads}"
            divisors = [str(heads) for heads in range(1, embed_dim + 1) if embed_dim % heads == 0]
            fix = f"Each head takes an equal part: {', '.join(divisors)} heads would do."
            raise ValueError(explain("MultiHeadAttention", "num_heads that divide embed_dim", got, fix))
        self.keep_weights, self.weights = bool(keep_weights), None
        rng = as_generator("MultiHeadAttention", rng)
        self.in_proj_weight = Parameter(init.xavier_uniform((embed_dim, 3 * embed_dim), rng=rng, dtype=dtype))
        self.in_proj_bias = Parameter(init.zeros((3 * embed_dim,), dtype=dtype))
        self.out_proj = Linear(embed_dim, embed_dim, rng=rng, dtype=dtype)

    def forward(
        self,
        query: npt.ArrayLike,
        key: npt.ArrayLike | None = None,
        value: npt.ArrayLike | None = None,
        mask: npt.ArrayLike | None = None,
        causal: bool = False,
    ) -> Array:
        """Queries (N, Tq, D), keys and values (N, Tk, D) -> (N, Tq, D).

        Without key and value the sequence attends to itself; without value the keys are the values. The mask is true
        where a key takes part: (N, Tk), or for each query (N, Tq, Tk) or (1, Tq, Tk). `causal` hides later steps.
        """
        if key is None and value is not None:
            raise TypeError(explain(self, "keys with the values", f"key=None, value={describe(value)}"))
        given = [query, *(x for x in (key, value) if x is not None)]
        inputs = check_queries(self, given, 3 * [self.embed_dim], self.in_proj_weight.data.dtype)
        allowed = who_sees_whom(self, mask, inputs[0], inputs[:2][-1], causal)
        heads: list[Array] = []  # queries, keys, values: (N, h, T, D / h) each
        for x, columns in self._through(inputs):
            weight, bias = self.in_proj_weight.data[:, columns], self.in_proj_bias.data[columns]
            heads.extend(self._split(linear(_rows(x), weight, bias), x))
        if allowed is not None:
            allowed = allowed[:, np.newaxis]  # the same for every head
        y, saved = scaled_dot_product_attention(heads[0], heads[1], heads[2], mask=allowed)
        self.save(inputs, heads, saved)
        self.weights = saved.weights if self.keep_weights else None
        mixed: Array = self.out_proj(_rows(y.swapaxes(1, 2).reshape(inputs[0].shape)))
        return mixed.reshape(inputs[0].shape)

    def backward(self, dy: Array) -> Any:
        """dy (N, Tq, D) -> dx of a sequence that attended to itself; else a tuple, one gradient for each input."""
        inputs, heads, saved = self.saved()
        d_mixed: Any = self.out_proj.backward(_rows(dy))
        (dy,) = self._split(d_mixed, dy)
        flat: list[Array] = []
        d_heads: list[Array] = []
        for x, columns in self._through(inputs):
            flat.append(np.empty((x.shape[0] * x.shape[1], columns.stop - columns.start), dy.dtype))
            d_heads.extend(self._split(flat[-1], x))
        query, key, value = heads
        dquery, dkey, dvalue = d_heads  # parts of `flat`
        _attention_backward(dy, query, key, value, saved.weights, dquery, dkey, dvalue)
        gradients: list[Array | None] = []
        for (x, columns), d in zip(self._through(inputs), flat, strict=True):
            self.in_proj_weight.grad[:, columns] += _rows(x).T @ d
            self.in_proj_bias.grad[columns] += d.sum(axis=0)
            weight = self.in_proj_weight.data[:, columns]
            gradients.append((d @ weight.T).reshape(x.shape) if self.input_grad else None)
        return gradients[0] if len(gradients) == 1 else tuple(gradients)

    def _through(self, inputs: list[Array]) -> list[tuple[Array, slice]]:
        """Each input with the columns of in_proj that it goes through: one product for all that it serves as."""
        edges = {1: (0, 3), 2: (0, 1, 3), 3: (0, 1, 2, 3)}[len(inputs)]
        columns = [slice(a * self.embed_dim, b * self.embed_dim) for a, b in itertools.pairwise(edges)]
        return list(zip(inputs, columns, strict=True))

    def _split(self, rows: Array, like: Array) -> Array:
        """View (N · T, parts · D) as (parts, N, h, T, D / h), with N and T those of `like`."""
        parts, width = rows.shape[1] // self.embed_dim, self.embed_dim // self.num_heads
        return rows.reshape(*like.shape[:2], parts, self.num_heads, width).transpose(2, 0, 3, 1, 4)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        sizes = {"embed_dim": self.embed_dim, "num_heads": self.num_heads}
        return {**sizes, "keep_weights": self.keep_weights, "dtype": self.in_proj_weight.data.dtype.name}
