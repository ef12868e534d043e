import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook.linear import Linear, linear, linear_backward
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

RNG = np.random.default_rng(0)
X, WEIGHT, BIAS = RNG.standard_normal((5, 3)), RNG.standard_normal((3, 4)), RNG.standard_normal(4)


@rung(1, "linear")
@pytest.mark.parametrize("shape", [(5, 3), (2, 5, 3), (3,)])
def test_gradients_numerically(shape):
    check_numerically(linear, linear_backward, x=RNG.standard_normal(shape), weight=WEIGHT, bias=BIAS)


@rung(1, "Linear")
@pytest.mark.parametrize("bias", [True, False])
def test_layer_gradients_numerically(bias):
    layer = Linear(3, 4, bias=bias, rng=0)
    if bias:
        layer.bias.data = BIAS
    assert nnbook.check_gradients(layer, X).ok


@rung(2, "linear", "Linear")
def test_each_output_is_one_neurons_weighted_sum():
    layer = Linear(3, 4, dtype=np.float64)
    layer.weight.data, layer.bias.data = WEIGHT, BIAS
    y = layer(X)
    for n in range(5):
        for m in range(4):
            assert np.isclose(y[n, m], sum(X[n, d] * WEIGHT[d, m] for d in range(3)) + BIAS[m], rtol=1e-12)


@rung(3, "linear")
@pytest.mark.parametrize("case", oracle.cases("linear"))
def test_as_pytorch(case):
    check_against_torch(linear, linear_backward, case())


@rung(3, "Linear")
@pytest.mark.parametrize("case", oracle.cases("linear"))
def test_layer_as_pytorch(case):
    case = case()
    layer = Linear(3, 4, dtype=np.float64)
    layer.weight.data, layer.bias.data = case["weight"], case["bias"]
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-10)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-10)
    np.testing.assert_allclose(layer.weight.grad, case["d_weight"], rtol=1e-10)
    np.testing.assert_allclose(layer.bias.grad, case["d_bias"], rtol=1e-10)


@rung(4, "linear", "Linear")
@given(rows=st.integers(2, 9), cut=st.integers(1, 8), seed=st.integers(0, 99))
def test_a_batch_split_in_two_gives_the_same(rows, cut, seed):
    cut = min(cut, rows - 1)
    rng = np.random.default_rng(seed)
    x, dy = rng.standard_normal((rows, 3)), rng.standard_normal((rows, 4))
    whole, halves = Linear(3, 4, rng=1, dtype=np.float64), Linear(3, 4, rng=1, dtype=np.float64)
    y = whole(x)
    dx = whole.backward(dy)
    for part in (slice(cut), slice(cut, None)):
        np.testing.assert_allclose(halves(x[part]), y[part], rtol=1e-12)
        np.testing.assert_allclose(halves.backward(dy[part]), dx[part], rtol=1e-12)
    np.testing.assert_allclose(halves.weight.grad, whole.weight.grad, rtol=1e-10, atol=1e-12)


@rung(5, "linear", "Linear")
def test_strange_memory_and_sizes():
    check_hostile(linear, linear_backward, x=X, weight=WEIGHT, bias=BIAS)
    assert linear(np.zeros((0, 3)), WEIGHT, BIAS).shape == (0, 4)
    dx, dweight, dbias = linear_backward(np.zeros((0, 4)), np.zeros((0, 3)), WEIGHT)
    assert dx.shape == (0, 3)
    assert not dweight.any()
    assert not dbias.any()
    assert Linear(1, 1, rng=0)(np.full((1, 1), 1e4)).shape == (1, 1)


def test_skips_the_gradient_that_nobody_asks_for():
    layer = Linear(3, 4, rng=0)
    layer.input_grad = False
    layer(X)
    assert layer.backward(np.ones((5, 4))) is None
    assert layer.weight.grad.any()


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (
            np.zeros((32, 1, 8, 8)),
            ValueError,
            "Linear(64, 10) expects x with 64 features in its last axis, but got shape (32, 1, 8, 8). Flatten the images "
            "first: put nnbook.Flatten() before it, or x.reshape(len(x), -1).",
        ),
        (
            np.zeros((64, 5)),
            ValueError,
            "Linear(64, 10) expects x with 64 features in its last axis, but got shape (64, 5). It looks transposed, "
            "examples go along the first axis: x.T.",
        ),
        (
            np.zeros((5, 64), np.uint8),
            TypeError,
            "Linear(64, 10) expects floating numbers in x, but got uint8 array of shape (5, 64). Scale grey values first: "
            "x.astype(np.float32) / 255.",
        ),
    ],
)
def test_refuses(x, error, message):
    layer = Linear(64, 10, rng=0)
    with pytest.raises(error) as raised:
        layer(x)
    assert str(raised.value) == message
    assert layer._contexts is None


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (
            (0, 10),
            ValueError,
            "Linear expects a whole number in_features of at least 1, but got in_features=0.",
        ),
        (
            (3.0, 10),
            TypeError,
            "Linear expects a whole number in_features of at least 1, but got the float 3.0.",
        ),
        (
            (3, -1),
            ValueError,
            "Linear expects a whole number out_features of at least 1, but got out_features=-1.",
        ),
    ],
)
def test_refuses_to_be_built(args, error, message):
    with pytest.raises(error) as raised:
        Linear(*args)
    assert str(raised.value) == message
