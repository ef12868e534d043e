import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import nnbook
from nnbook.embedding import Embedding, embedding, embedding_backward
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

RNG = np.random.default_rng(0)
WEIGHT = RNG.standard_normal((6, 3))
INDICES = np.array([[4, 0, 4, 1], [2, 4, 0, 0]])  # row 4 and row 0 three times, row 3 and row 5 never


@rung(1, "embedding")
@pytest.mark.parametrize("indices", [INDICES, INDICES[0], np.array(3)])
def test_gradients_numerically(indices):
    check_numerically(embedding, embedding_backward, indices=indices, weight=WEIGHT)


@rung(1, "Embedding")
def test_layer_gradients_numerically():
    check = nnbook.check_gradients(Embedding(6, 3, rng=0), INDICES)
    assert list(check) == ["weight"]
    assert check.ok


@rung(2, "embedding", "Embedding")
def test_takes_a_row_for_each_index_and_gives_it_back_its_gradient():
    layer = Embedding(6, 3, dtype=np.float64)
    layer.weight.data = WEIGHT
    layer.weight.grad = np.ones((6, 3))
    y, dy = embedding(INDICES, WEIGHT), RNG.standard_normal((2, 4, 3))
    np.testing.assert_array_equal(layer(INDICES), y)
    assert layer.backward(dy) is None
    dweight = np.zeros((6, 3))
    for n in range(2):
        for t in range(4):
            np.testing.assert_array_equal(y[n, t], WEIGHT[INDICES[n, t]])
            dweight[INDICES[n, t]] += dy[n, t]
    np.testing.assert_allclose(embedding_backward(dy, INDICES, WEIGHT)[1], dweight, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(layer.weight.grad, dweight + 1, rtol=1e-14)


@rung(3, "embedding")
@pytest.mark.parametrize("case", oracle.cases("embedding"))
def test_as_pytorch(case):
    check_against_torch(embedding, embedding_backward, case())


@rung(3, "Embedding")
@pytest.mark.parametrize("case", oracle.cases("embedding"))
def test_layer_as_pytorch(case):
    case = case()
    layer = Embedding(6, 3, dtype=np.float64)
    layer.weight.data = case["weight"]
    np.testing.assert_array_equal(layer(case["indices"]), case["y"])
    layer.backward(case["dy"])
    np.testing.assert_allclose(layer.weight.grad, case["d_weight"], rtol=1e-10)


@rung(4, "embedding", "Embedding")
@given(indices=arrays(np.int64, st.tuples(st.integers(0, 5), st.integers(1, 4)), elements=st.integers(0, 5)))
def test_is_a_linear_layer_on_one_hot_rows(indices):
    one_hot = np.eye(6)[indices]
    layer, linear = Embedding(6, 3, dtype=np.float64), nnbook.Linear(6, 3, bias=False, dtype=np.float64)
    layer.weight.data = linear.weight.data = WEIGHT
    y = layer(indices)
    np.testing.assert_allclose(y, linear(one_hot), rtol=1e-12)
    dy = np.random.default_rng(indices.size).standard_normal(y.shape)
    layer.backward(dy)
    linear.backward(dy)
    np.testing.assert_allclose(layer.weight.grad, linear.weight.grad, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(embedding_backward(dy, indices, WEIGHT)[1], layer.weight.grad)


@rung(5, "embedding", "Embedding")
def test_strange_memory_and_sizes():
    check_hostile(embedding, embedding_backward, indices=INDICES, weight=WEIGHT)
    for dtype in (np.int8, np.uint8, np.int32, np.uint64):
        np.testing.assert_array_equal(embedding(INDICES.astype(dtype), WEIGHT), WEIGHT[INDICES])
        dy = RNG.standard_normal((2, 4, 3))
        expected = embedding_backward(dy, INDICES, WEIGHT)[1]
        np.testing.assert_array_equal(embedding_backward(dy, INDICES.astype(dtype), WEIGHT)[1], expected)
    assert embedding(np.zeros((0, 4), int), WEIGHT).shape == (0, 4, 3)
    assert not embedding_backward(np.zeros((0, 4, 3)), np.zeros((0, 4), int), WEIGHT)[1].any()
    layer = Embedding(1, 1, rng=0)
    assert layer([[0]]).shape == (1, 1, 1)
    layer.backward(np.full((1, 1, 1), -1e4))
    assert layer.weight.grad == -1e4
    assert (
        embedding_backward(np.ones((300, 2), np.float32), np.full(300, 200, np.uint8), np.zeros((256, 2)))[1][
            200, 1
        ]
        == 300
    )


def test_begins_as_pytorch_does():
    weight = Embedding(500, 40, rng=0).weight.data
    assert weight.dtype == np.float32
    assert abs(weight.mean()) < 0.02
    assert abs(weight.std() - 1) < 0.02


def test_is_built_again_from_its_config():
    layer = Embedding(6, 3, dtype=np.float64)
    assert repr(layer) == "Embedding(6, 3, dtype='float64')"
    assert Embedding.from_config(layer.config()).weight.data.dtype == np.float64


@pytest.mark.parametrize(
    ("indices", "error", "message"),
    [
        (
            np.array([[0, 1], [2, 6]]),
            IndexError,
            " expects indices from 0 to 5, but got 6 at position [1, 1]. Count the symbols from 0, and give padding and "
            "unknown ones an index of their own.",
        ),
        (
            [3, -1, 5],
            IndexError,
            " expects indices from 0 to 5, but got -1 at position [1]. Count the symbols from 0, and give padding and unknown "
            "ones an index of their own.",
        ),
        (
            np.array([1.0, 2.0]),
            TypeError,
            " expects whole numbers as indices, but got float64 array of shape (2,). An embedding looks symbols up by their "
            "number: indices.astype(np.int64), if they are whole.",
        ),
        (
            np.array([True, False]),
            TypeError,
            " expects whole numbers as indices, but got bool array of shape (2,). An embedding looks symbols up by their "
            "number: indices.astype(np.int64), if they are whole.",
        ),
    ],
)
def test_refuses(indices, error, message):
    layer = Embedding(6, 3, rng=0)
    with pytest.raises(error) as raised:
        layer(indices)
    assert str(raised.value) == "Embedding(6, 3)" + message
    assert layer._contexts is None
    with pytest.raises(error) as raised:
        embedding(indices, WEIGHT)
    assert str(raised.value) == "embedding" + message


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (
            (0, 3),
            ValueError,
            "Embedding expects a whole number num_embeddings of at least 1, but got num_embeddings=0.",
        ),
        (
            (6, 3.5),
            TypeError,
            "Embedding expects a whole number embedding_dim of at least 1, but got the float 3.5.",
        ),
    ],
)
def test_refuses_to_be_built(args, error, message):
    with pytest.raises(error) as raised:
        Embedding(*args)
    assert str(raised.value) == message
