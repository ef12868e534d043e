import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import nnbook
from nnbook import activations
from nnbook.arrays import batch_first
from nnbook.softmax import log_softmax, log_softmax_backward, softmax, softmax_backward
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

PAIRS = {"softmax": (softmax, softmax_backward), "log_softmax": (log_softmax, log_softmax_backward)}
LAYERS = {"softmax": nnbook.Softmax, "log_softmax": nnbook.LogSoftmax}
BOTH = pytest.mark.parametrize("name", PAIRS)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, 4, 5)) * 2


@rung(1, "softmax", "log_softmax")
@BOTH
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_gradients_numerically(name, axis):
    check_numerically(*PAIRS[name], x=X, axis=axis)


@rung(1, "Softmax", "LogSoftmax")
@BOTH
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_layer_gradients_numerically(name, axis):
    assert nnbook.check_gradients(LAYERS[name](axis), X).ok


@rung(2, "softmax", "log_softmax", "Softmax", "LogSoftmax")
@BOTH
def test_row_by_row(name):
    layer = LAYERS[name](1)
    dy = RNG.standard_normal(X.shape)
    y, dx = layer(X), layer.backward(dy)
    np.testing.assert_array_equal(PAIRS[name][0](X, axis=1), y)
    for n in range(3):
        for k in range(5):
            row = [float(X[n, j, k]) for j in range(4)]
            total = sum(math.exp(x) for x in row)
            shares = [math.exp(x) / total for x in row]
            wanted = shares if name == "softmax" else [math.log(p) for p in shares]
            np.testing.assert_allclose(y[n, :, k], wanted, rtol=1e-12)
            for i in range(4):
                slope = 0.0
                for j in range(4):  # how output j answers to input i
                    if name == "softmax":
                        slope += dy[n, j, k] * shares[j] * ((i == j) - shares[i])
                    else:
                        slope += dy[n, j, k] * ((i == j) - shares[i])
                assert math.isclose(dx[n, i, k], slope, rel_tol=1e-10, abs_tol=1e-14)


CASES = [
    pytest.param(name, *case.values, id=case.id)
    for name in PAIRS
    for case in oracle.cases("activations", name)
]


@rung(3, "softmax", "log_softmax")
@pytest.mark.parametrize(("name", "case"), CASES)
def test_as_pytorch(name, case):
    check_against_torch(*PAIRS[name], case())


@rung(3, "Softmax", "LogSoftmax")
@pytest.mark.parametrize(("name", "case"), CASES)
def test_layer_as_pytorch(name, case):
    case = case()
    layer = LAYERS[name](**case["options"])
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-10, atol=1e-10)


rows = arrays(
    np.float64, array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=5), elements=st.floats(-50, 50)
)


@rung(4, "softmax", "log_softmax", "Softmax", "LogSoftmax")
@given(x=rows, shift=st.floats(-1e3, 1e3), seed=st.integers(0, 99))
def test_only_differences_matter_and_shares_sum_to_one(x, shift, seed):
    rng = np.random.default_rng(seed)
    axis = int(rng.integers(-x.ndim, x.ndim))
    order = rng.permutation(x.shape[axis])
    dy = rng.standard_normal(x.shape)
    for name, make in LAYERS.items():
        layer = make(axis)
        y, dx = layer(x), layer.backward(dy)
        np.testing.assert_allclose(layer(x + shift), y, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(layer.backward(dy), dx, rtol=1e-9, atol=1e-9)
        # gradients add up to nothing along the axis, because a common shift has no effect
        np.testing.assert_allclose(dx.sum(axis=axis), 0, atol=1e-12)
        shares = y if name == "softmax" else np.exp(y)
        assert (shares >= 0).all()
        np.testing.assert_allclose(shares.sum(axis=axis), 1, rtol=1e-12)
        np.testing.assert_allclose(layer(x.take(order, axis)), y.take(order, axis), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.exp(log_softmax(x, axis=axis)), softmax(x, axis=axis), rtol=1e-12)
    np.testing.assert_allclose(softmax_backward(np.ones_like(x), softmax(x)), 0, atol=1e-15)


@given(x=arrays(np.float64, (7, 2), elements=st.floats(-40, 40)))
def test_for_two_scores_it_is_a_sigmoid(x):
    np.testing.assert_allclose(
        softmax(x)[:, 0], activations.sigmoid(x[:, 0] - x[:, 1]), rtol=1e-12, atol=1e-300
    )


@rung(5, "softmax", "log_softmax")
@BOTH
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_strange_memory(name, axis):
    check_hostile(*PAIRS[name], x=X, axis=axis)
    check_hostile(*PAIRS[name], x=X[:1, :1, :1], axis=axis)


@rung(5, "softmax", "log_softmax", "Softmax", "LogSoftmax")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_nothing_overflows(dtype):
    x = np.array([[-1e4, 0.0, 1e4], [1e4, 1e4, 1e4], [-1e4, -1e4, -1e4]], dtype)
    dy = np.array([[1, 2, 4], [8, 16, 32], [64, 128, 256]], dtype)
    soft, log = nnbook.Softmax(), nnbook.LogSoftmax()
    third = 1 / 3
    np.testing.assert_allclose(soft(x), [[0, 0, 1], [third] * 3, [third] * 3], rtol=1e-6)
    np.testing.assert_allclose(log(x), [[-2e4, -1e4, 0], [-math.log(3)] * 3, [-math.log(3)] * 3], rtol=1e-6)
    assert soft.backward(dy).dtype == log.backward(dy).dtype == dtype
    soft(x)
    np.testing.assert_allclose(soft.backward(dy)[0], 0)
    log(x)
    np.testing.assert_allclose(log.backward(dy)[0], [1, 2, 4 - 7])


@pytest.mark.parametrize("magnitude", [-1e30, -1e6, 0.0, 1e6, 1e30])
def test_equal_scores_get_equal_shares_at_any_magnitude(magnitude):
    x = np.full((2, 4), magnitude, np.float32)
    np.testing.assert_array_equal(softmax(x), np.full((2, 4), 0.25))
    np.testing.assert_allclose(log_softmax(x), np.full((2, 4), -math.log(4)), rtol=1e-6)


@rung(5, "softmax", "log_softmax", "Softmax", "LogSoftmax")
@BOTH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_minus_infinity_leaves_a_class_out(name, dtype):
    x = X[0].astype(dtype)
    masked = x.copy()
    masked[:, 1] = masked[2, 3] = -np.inf
    dy = RNG.standard_normal(x.shape).astype(dtype)
    layer = LAYERS[name]()
    y, dx = layer(masked), layer.backward(dy)
    nothing = 0 if name == "softmax" else -np.inf
    assert (y[:, 1] == nothing).all()
    assert y[2, 3] == nothing
    fewer = LAYERS[name]()
    kept = [0, 2, 4]
    np.testing.assert_allclose(y[2, kept], fewer(x[2, kept]), rtol=1e-6)
    if name == "softmax":
        np.testing.assert_allclose(dx[2, kept], fewer.backward(dy[2, kept]), rtol=1e-5, atol=1e-6)
        assert not dx[:, 1].any()


@rung(5, "softmax", "log_softmax", "Softmax", "LogSoftmax")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_of_nothing_but_minus_infinity_gives_zeros(dtype):
    x = np.array([[-np.inf, -np.inf, -np.inf], [0.0, -np.inf, 0.0]], dtype)
    dy = np.array([[1, 2, 4], [1, 2, 4]], dtype)
    soft, log = nnbook.Softmax(), nnbook.LogSoftmax()
    np.testing.assert_allclose(soft(x), [[0, 0, 0], [0.5, 0, 0.5]])
    np.testing.assert_allclose(soft.backward(dy), [[0, 0, 0], [-0.75, 0, 0.75]])
    np.testing.assert_allclose(log(x), [[-np.inf] * 3, [-math.log(2), -np.inf, -math.log(2)]], rtol=1e-6)
    assert np.isfinite(log.backward(dy)).all()


@rung(5, "softmax", "log_softmax", "Softmax", "LogSoftmax")
@BOTH
def test_empty_and_single(name):
    layer = LAYERS[name]()
    for shape in ((0, 3), (3, 0), (1,)):
        assert layer(np.zeros(shape)).shape == shape
        assert layer.backward(np.ones(shape)).shape == shape


@BOTH
def test_nan_is_not_hidden(name):
    assert np.isnan(PAIRS[name][0](np.array([np.nan, 1.0]))).all()


@BOTH
def test_images_stay_batch_innermost(name):
    x = batch_first(RNG.standard_normal((2, 4, 5, 3)))  # (3, 2, 4, 5), the batch innermost in memory
    dy = RNG.standard_normal(x.shape)
    layer, plain = LAYERS[name](1), LAYERS[name](1)
    y = layer(x)
    dx = layer.backward(dy)
    assert y.strides == dx.strides == x.strides
    np.testing.assert_allclose(plain(x.copy()), y, rtol=1e-14)
    np.testing.assert_allclose(plain.backward(dy), dx, rtol=1e-12, atol=1e-15)


@BOTH
def test_functions_take_whole_numbers_and_lists(name):
    f, _ = PAIRS[name]
    np.testing.assert_array_equal(f(np.array([1, 2, 4])), f(np.array([1.0, 2.0, 4.0])))
    np.testing.assert_array_equal(f([1, 2, 4]), f(np.array([1.0, 2.0, 4.0])))


def test_facts_as_told():
    def slope(x):  # of the first share, as its own score moves and the other rests
        return softmax_backward(np.array([1.0, 0.0]), softmax(np.array([x, 0.0])))[0]

    assert slope(0.0) == 0.25
    assert max(slope(x) for x in np.linspace(-5, 5, 101)) == 0.25
    assert activations.softmax is softmax
    assert activations.LogSoftmax is nnbook.LogSoftmax


def test_built_again_from_its_config():
    for make in LAYERS.values():
        layer = make(axis=1)
        again = make.from_config(layer.config())
        assert again.axis == 1
        assert repr(again) == f"{make.__name__}(axis=1)"
        assert repr(make()) == f"{make.__name__}()"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: nnbook.Softmax(2)(X[0]),
            ValueError,
            "Softmax(axis=2) expects x with an axis 2, but got shape (4, 5). The last axis is axis=-1.",
        ),
        (
            lambda: nnbook.LogSoftmax(-3)(X[0]),
            ValueError,
            "LogSoftmax(axis=-3) expects x with an axis -3, but got shape (4, 5). The last axis is axis=-1.",
        ),
        (
            lambda: nnbook.Softmax()(np.float64(3.0)),
            ValueError,
            "Softmax() expects x with an axis -1, but got shape (). Scores come in a row: np.array([x1, x2]).",
        ),
        (
            lambda: softmax(X[0], axis=2),
            ValueError,
            "softmax expects x with an axis 2, but got shape (4, 5). The last axis is axis=-1.",
        ),
        (
            lambda: log_softmax(X[0], axis=2),
            ValueError,
            "log_softmax expects x with an axis 2, but got shape (4, 5). The last axis is axis=-1.",
        ),
        (
            lambda: softmax(X, axis=1.0),
            TypeError,
            "softmax expects a whole number axis of at least -64, but got the float 1.0.",
        ),
        (
            lambda: log_softmax(X, axis=None),
            TypeError,
            "log_softmax expects a whole number axis of at least -64, but got None.",
        ),
        (
            lambda: nnbook.Softmax("rows"),
            TypeError,
            "Softmax expects a whole number axis of at least -64, but got the str 'rows'.",
        ),
        (
            lambda: nnbook.LogSoftmax(0.5),
            TypeError,
            "LogSoftmax expects a whole number axis of at least -64, but got the float 0.5.",
        ),
        (
            lambda: nnbook.Softmax()(np.array([1, 2])),
            TypeError,
            "Softmax() expects floating numbers in x, but got int64 array of shape (2,). "
            "Convert it first: x.astype(np.float32).",
        ),
        (
            lambda: nnbook.LogSoftmax()(np.array([True, False])),
            TypeError,
            "LogSoftmax() expects floating numbers in x, but got bool array of shape (2,). "
            "Convert it first: x.astype(np.float32).",
        ),
    ],
)
def test_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
