import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook.arrays import batch_first, batch_last
from nnbook.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    LayerNorm,
    batch_norm,
    batch_norm_backward,
    batch_norm_fixed,
    batch_norm_fixed_backward,
    layer_norm,
    layer_norm_backward,
)
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung
from tests.test_convolution import lies_batch_innermost

RNG = np.random.default_rng(0)
SHAPES = [(5, 3), (4, 3, 5), (2, 3, 5, 4)]
WEIGHT, BIAS, MEAN, VAR = (
    RNG.standard_normal(3) + 1,
    RNG.standard_normal(3),
    RNG.standard_normal(3),
    RNG.uniform(1, 3, 3),
)


def numbers(shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape) * 3 + 2


def batch_layer(shape, **options):
    """A batch norm of three channels with gain, shift and running averages that are no neutral numbers."""
    layer = (BatchNorm2d if len(shape) == 4 else BatchNorm1d)(3, dtype=np.float64, **options)
    layer.weight.data, layer.bias.data = WEIGHT, BIAS
    layer.running_mean.data, layer.running_var.data = MEAN, VAR
    return layer


@rung(1, "batch_norm", "batch_norm_fixed")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_batch_norm_gradients_numerically(shape, eps):
    x = numbers(shape)
    check_numerically(batch_norm, batch_norm_backward, x=x, weight=WEIGHT, bias=BIAS, eps=eps)
    arguments = {"x": x, "weight": WEIGHT, "bias": BIAS, "mean": MEAN, "var": VAR, "eps": eps}
    check_numerically(batch_norm_fixed, batch_norm_fixed_backward, **arguments)


@rung(1, "layer_norm")
@pytest.mark.parametrize("shape", [(5, 3), (2, 5, 3), (3,)])
@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_layer_norm_gradients_numerically(shape, eps):
    check_numerically(layer_norm, layer_norm_backward, x=numbers(shape), weight=WEIGHT, bias=BIAS, eps=eps)
    weight, bias = numbers((4, 3), 2), numbers((4, 3), 3)
    check_numerically(
        layer_norm, layer_norm_backward, x=numbers((5, 4, 3)), weight=weight, bias=bias, eps=eps
    )


@rung(1, "BatchNorm1d", "BatchNorm2d")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("frozen", [False, True])
def test_batch_layer_gradients_numerically(shape, frozen):
    layer = batch_layer(shape)
    if frozen:
        layer.freeze()
    assert nnbook.check_gradients(layer, numbers(shape)).ok


@rung(1, "LayerNorm")
def test_layer_norm_layer_gradients_numerically():
    layer = LayerNorm((4, 3))
    layer.weight.data, layer.bias.data = numbers((4, 3), 2), numbers((4, 3), 3)
    assert nnbook.check_gradients(layer, numbers((5, 4, 3))).ok


@rung(2, "batch_norm", "batch_norm_fixed", "BatchNorm1d", "BatchNorm2d")
@pytest.mark.parametrize("shape", SHAPES)
def test_as_channel_by_channel(shape):
    x, layer = numbers(shape), batch_layer(shape)
    predicted = batch_layer(shape).eval()(x)
    y = layer(x)
    for c in range(3):
        values = x[:, c].ravel().tolist()
        mean = sum(values) / len(values)
        squares = sum((value - mean) ** 2 for value in values)
        std = math.sqrt(squares / len(values) + 1e-5)
        np.testing.assert_allclose(y[:, c], (x[:, c] - mean) / std * WEIGHT[c] + BIAS[c], rtol=1e-10)
        running = (x[:, c] - MEAN[c]) / math.sqrt(VAR[c] + 1e-5)
        np.testing.assert_allclose(predicted[:, c], running * WEIGHT[c] + BIAS[c], rtol=1e-10)
        assert math.isclose(layer.running_mean.data[c], 0.9 * MEAN[c] + 0.1 * mean)
        assert math.isclose(layer.running_var.data[c], 0.9 * VAR[c] + 0.1 * squares / (len(values) - 1))


@rung(2, "layer_norm", "LayerNorm")
def test_as_example_by_example():
    x, layer = numbers((2, 5, 3)), LayerNorm(3, dtype=np.float64)
    layer.weight.data, layer.bias.data = WEIGHT, BIAS
    y = layer(x)
    for n, t in np.ndindex(2, 5):
        mean = sum(x[n, t]) / 3
        std = math.sqrt(sum((value - mean) ** 2 for value in x[n, t]) / 3 + 1e-5)
        for d in range(3):
            assert math.isclose(y[n, t, d], (x[n, t, d] - mean) / std * WEIGHT[d] + BIAS[d], rel_tol=1e-10)


@rung(3, "batch_norm")
@pytest.mark.parametrize("case", oracle.cases("normalization", "batch"))
def test_batch_norm_as_pytorch(case):
    check_against_torch(batch_norm, batch_norm_backward, case())


@rung(3, "batch_norm_fixed")
@pytest.mark.parametrize("case", oracle.cases("normalization", "fixed"))
def test_fixed_batch_norm_as_pytorch(case):
    check_against_torch(batch_norm_fixed, batch_norm_fixed_backward, case())


@rung(3, "layer_norm", "LayerNorm")
@pytest.mark.parametrize("case", oracle.cases("normalization", "layer"))
def test_layer_norm_as_pytorch(case):
    case = case()
    check_against_torch(layer_norm, layer_norm_backward, case)
    layer = LayerNorm(case["weight"].shape, **case["options"], dtype=np.float64)
    layer.weight.data, layer.bias.data = case["weight"], case["bias"]
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.weight.grad, case["d_weight"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.bias.grad, case["d_bias"], rtol=1e-10, atol=1e-10)


@rung(3, "BatchNorm1d", "BatchNorm2d")
@pytest.mark.parametrize("case", oracle.cases("normalization", "batch", "fixed"))
def test_batch_layer_as_pytorch(case):
    case = case()
    layer = batch_layer(case["x"].shape, **case["options"])
    layer.weight.data, layer.bias.data = case["weight"], case["bias"]
    if "mean" in case:
        layer.running_mean.data, layer.running_var.data = case["mean"], case["var"]
        layer.freeze()
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.weight.grad, case["d_weight"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.bias.grad, case["d_bias"], rtol=1e-10, atol=1e-10)


@rung(3, "BatchNorm1d", "BatchNorm2d")
@pytest.mark.parametrize("case", oracle.cases("normalization", "running"))
def test_running_averages_as_pytorch(case):
    case = case()
    for dtype, tolerance in ((np.float64, 1e-10), (np.float32, 1e-5)):
        cls = BatchNorm2d if case["y"].ndim == 4 else BatchNorm1d
        layer = cls(3, **case["options"], dtype=dtype)
        layer(case["x"][0])
        np.testing.assert_allclose(layer(case["x"][1]), case["y"], rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(layer.running_mean.data, case["mean"], rtol=tolerance)
        np.testing.assert_allclose(layer.running_var.data, case["var"], rtol=tolerance)
        layer.eval()
        np.testing.assert_allclose(layer(case["x"][0]), case["predicted"], rtol=tolerance, atol=tolerance)
        assert layer.running_mean.data.dtype == layer.running_var.data.dtype == dtype


@rung(4, "batch_norm", "layer_norm", "BatchNorm1d", "BatchNorm2d", "LayerNorm")
@given(shift=st.floats(-100, 100), scale=st.floats(0.5, 50), seed=st.integers(0, 99), rows=st.integers(4, 7))
def test_shift_and_scale_of_the_input_change_nothing(shift, scale, seed, rows):
    for layer, x in (
        (batch_layer((0, 3), eps=1e-12), numbers((rows, 3), seed)),
        (batch_layer((0, 3, 0, 0), eps=1e-12), numbers((rows, 3, 2, 4), seed)),
        (LayerNorm(3, eps=1e-12, dtype=np.float64), numbers((rows, 3), seed)),
    ):
        y = layer(x)
        dy = np.random.default_rng(seed + 1000).standard_normal(y.shape)
        dx = layer.backward(dy)
        axes = (
            tuple(axis for axis in range(x.ndim) if axis != 1) if not isinstance(layer, LayerNorm) else (1,)
        )
        size = np.abs(dx).max()
        np.testing.assert_allclose(dx.sum(axis=axes), 0, atol=1e-8 * size)  # a shift of x asks for nothing
        np.testing.assert_allclose((x * dx).sum(axis=axes), 0, atol=1e-6 * size)  # nor does a scale
        np.testing.assert_allclose(layer(scale * x + shift), y, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(layer.backward(dy), dx / scale, rtol=1e-3, atol=1e-5 * size / scale)


@rung(4, "batch_norm", "BatchNorm1d", "BatchNorm2d")
@given(seed=st.integers(0, 99))
def test_examples_in_another_order_give_the_same(seed):
    rng = np.random.default_rng(seed)
    for shape in SHAPES:
        x, layer = numbers(shape, seed), batch_layer(shape)
        order = rng.permutation(len(x))
        y = layer(x)
        dy = rng.standard_normal(shape)
        dx = layer.backward(dy)
        np.testing.assert_allclose(layer(x[order]), y[order], rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(layer.backward(dy[order]), dx[order], rtol=1e-7, atol=1e-9)


@rung(4, "batch_norm_fixed", "layer_norm", "LayerNorm")
@given(cut=st.integers(1, 4), seed=st.integers(0, 99))
def test_a_batch_split_in_two_gives_the_same(cut, seed):
    x, dy = numbers((5, 3), seed), numbers((5, 3), seed + 1)
    whole, halves = (LayerNorm(3, dtype=np.float64) for _ in range(2))
    y, dx = whole(x), whole.backward(dy)
    fixed = batch_norm_fixed(x, WEIGHT, BIAS, MEAN, VAR)
    for part in (slice(cut), slice(cut, None)):
        np.testing.assert_allclose(halves(x[part]), y[part], rtol=1e-10)
        np.testing.assert_allclose(halves.backward(dy[part]), dx[part], rtol=1e-10)
        np.testing.assert_allclose(
            batch_norm_fixed(x[part], WEIGHT, BIAS, MEAN, VAR), fixed[part], rtol=1e-12
        )
    np.testing.assert_allclose(halves.weight.grad, whole.weight.grad, rtol=1e-10)
    np.testing.assert_allclose(halves.bias.grad, whole.bias.grad, rtol=1e-10)


@rung(5, "batch_norm", "batch_norm_fixed", "layer_norm")
@pytest.mark.parametrize("shape", SHAPES)
def test_strange_memory(shape):
    x, parameters = numbers(shape), {"weight": WEIGHT, "bias": BIAS}
    check_hostile(batch_norm, batch_norm_backward, x=x, **parameters)
    check_hostile(batch_norm_fixed, batch_norm_fixed_backward, x=x, mean=MEAN, var=VAR, **parameters)
    check_hostile(layer_norm, layer_norm_backward, x=np.moveaxis(x, 1, -1), **parameters)


@rung(5, "batch_norm", "layer_norm", "batch_norm_fixed", "BatchNorm1d", "BatchNorm2d", "LayerNorm")
def test_strange_sizes_and_numbers():
    for shape in SHAPES:
        layer = batch_layer(shape).freeze()
        none = np.zeros((0, *shape[1:]))
        assert layer.backward(layer(none)).shape == none.shape
        assert not layer.weight.grad.any()
        layer = batch_layer(shape)
        np.testing.assert_array_equal(layer(np.full(shape, 1e4))[:, 1], BIAS[1])  # all equal: variance 0
        assert np.isfinite(layer.backward(numbers(shape))).all()
    layer = LayerNorm(1)
    assert (layer(np.full((2, 1), 1e4)) == 0).all()
    assert np.isfinite(layer.backward(np.ones((2, 1)))).all()
    assert LayerNorm(3)(np.zeros((0, 3))).shape == (0, 3)
    one = BatchNorm1d(1, dtype=np.float64)
    np.testing.assert_allclose(one(np.array([[1e4], [-1e4]])), [[1], [-1]], rtol=1e-10)


def test_eps_may_be_any_real_number():
    x = RNG.standard_normal((5, 3))
    half, fixed = Fraction(1, 2), (WEIGHT, BIAS, MEAN, VAR)
    for f, arrays in ((batch_norm, (WEIGHT, BIAS)), (layer_norm, (WEIGHT, BIAS))):
        np.testing.assert_array_equal(f(x, *arrays, eps=half)[0], f(x, *arrays, eps=0.5)[0])
    np.testing.assert_array_equal(batch_norm_fixed(x, *fixed, eps=half), batch_norm_fixed(x, *fixed, eps=0.5))
    for a, b in zip(
        batch_norm_fixed_backward(x, x, WEIGHT, MEAN, VAR, eps=half),
        batch_norm_fixed_backward(x, x, WEIGHT, MEAN, VAR, eps=0.5),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("shape", [(400, 3), (40, 3, 5, 4)])
def test_a_large_mean_costs_no_digits(shape):
    """In float32 the mean of squares minus the squared mean would be off by more than the variance itself."""
    noise = np.random.default_rng(0).standard_normal(shape)
    x = (noise + 1000).astype(np.float32)
    expected, _ = batch_norm(x.astype(np.float64), np.ones(3), np.zeros(3))
    y, saved = batch_norm(x, np.ones(3, np.float32), np.zeros(3, np.float32))
    assert y.dtype == saved.centred.dtype == np.float32
    np.testing.assert_allclose(y, expected, atol=1e-3)


def test_images_stay_batch_innermost_in_memory_and_float32():
    x = numbers((2, 3, 5, 4)).astype(np.float32)
    for layer in (BatchNorm2d(3), BatchNorm2d(3).freeze()):
        y = layer(x)
        dx = layer.backward(np.ones(y.shape, np.float32))
        assert y.dtype == dx.dtype == np.float32
        assert lies_batch_innermost(y)
        assert lies_batch_innermost(dx)
    y, saved = batch_norm(batch_first(batch_last(x)), WEIGHT, BIAS)
    assert saved.centred.flags.c_contiguous
    vectors = BatchNorm1d(3)
    assert vectors(x[:, :, 0, 0]).flags.c_contiguous
    assert vectors.backward(np.asfortranarray(np.ones((2, 3), np.float32))).flags.c_contiguous


def test_frozen_means_fixed_statistics_but_gradients_flow():
    layer = batch_layer((5, 3)).freeze()
    x, dy = numbers((5, 3)), numbers((5, 3), 2)
    y = layer(x)
    np.testing.assert_array_equal(layer.running_mean.data, MEAN)
    np.testing.assert_array_equal(layer.running_var.data, VAR)
    layer.running_mean.data = MEAN + 1  # what happens later does not change what is undone
    expected, dweight, _ = batch_norm_fixed_backward(dy, x, WEIGHT, MEAN, VAR)
    np.testing.assert_allclose(layer.backward(dy), expected)
    np.testing.assert_allclose(layer.weight.grad, dweight)
    np.testing.assert_array_equal(y, batch_layer((5, 3)).eval()(x))


def test_prediction_keeps_nothing_and_does_not_depend_on_the_batch():
    layer = batch_layer((5, 3))
    x = numbers((5, 3))
    np.testing.assert_allclose(layer.predict(x, batch_size=2), layer.predict(x), rtol=1e-12)
    np.testing.assert_array_equal(layer.running_mean.data, MEAN)
    assert layer.predict(x[:1]).shape == (1, 3)
    assert layer._contexts is None


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (BatchNorm1d(3), "BatchNorm1d(3)"),
        (BatchNorm2d(8, eps=1e-3, momentum=0.01), "BatchNorm2d(8, eps=0.001, momentum=0.01)"),
        (LayerNorm(8), "LayerNorm(8)"),
        (LayerNorm([4, 8], dtype=np.float64), "LayerNorm((4, 8), dtype='float64')"),
    ],
    ids=str,
)
def test_shows_and_rebuilds_itself(layer, text):
    assert repr(layer) == text
    assert repr(type(layer).from_config(layer.config())) == text


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: BatchNorm1d(3)(np.zeros((1, 3))),
            ValueError,
            "BatchNorm1d(3) expects more than one value for each channel in training, but got shape (1, 3). One value has "
            "no variance: take larger batches (DataLoader(..., drop_last=True)), or model.eval().",
        ),
        (
            lambda: BatchNorm2d(3)(np.zeros((0, 3, 4, 4))),
            ValueError,
            "BatchNorm2d(3) expects more than one value for each channel in training, but got shape (0, 3, 4, 4). One value "
            "has no variance: take larger batches (DataLoader(..., drop_last=True)), or model.eval().",
        ),
        (
            lambda: batch_norm(np.zeros((1, 3, 1, 1)), WEIGHT, BIAS),
            ValueError,
            "batch_norm expects more than one value for each channel in training, but got shape (1, 3, 1, 1). One value has "
            "no variance: take larger batches (DataLoader(..., drop_last=True)), or model.eval().",
        ),
        (
            lambda: BatchNorm1d(3)(np.zeros((5, 4))),
            ValueError,
            "BatchNorm1d(3) expects x (N, 3) or (N, 3, L), but got shape (5, 4). Let the layer read what comes: BatchNorm1d(4).",
        ),
        (
            lambda: BatchNorm1d(3)(np.zeros((5, 3, 2, 2))),
            ValueError,
            "BatchNorm1d(3) expects x (N, 3) or (N, 3, L), but got shape (5, 3, 2, 2). For images take BatchNorm2d(3).",
        ),
        (
            lambda: BatchNorm1d(3)(np.zeros((5, 7, 3))),
            ValueError,
            "BatchNorm1d(3) expects x (N, 3) or (N, 3, L), but got shape (5, 7, 3). The channels seem to come last: "
            "x.transpose(0, 2, 1), or take a LayerNorm.",
        ),
        (
            lambda: BatchNorm1d(3)(np.zeros(3)),
            ValueError,
            "BatchNorm1d(3) expects x (N, 3) or (N, 3, L), but got shape (3,). Add the batch's axis: x[np.newaxis].",
        ),
        (
            lambda: BatchNorm2d(3)(np.zeros((5, 4, 4, 3))),
            ValueError,
            "BatchNorm2d(3) expects x (N, C, H, W) with 3 channels in axis 1, but got shape (5, 4, 4, 3). "
            "The channels seem to come last: x.transpose(0, 3, 1, 2).",
        ),
        (
            lambda: BatchNorm2d(3)(np.zeros((5, 4, 6, 6))),
            ValueError,
            "BatchNorm2d(3) expects x (N, C, H, W) with 3 channels in axis 1, but got shape (5, 4, 6, 6). "
            "Let the layer read what comes: BatchNorm2d(4, ...).",
        ),
        (
            lambda: BatchNorm2d(3)(np.zeros((5, 3, 6, 6), int)),
            TypeError,
            "BatchNorm2d(3) expects floating numbers in x, but got int64 array of shape (5, 3, 6, 6). "
            "Convert it first: x.astype(np.float32).",
        ),
        (
            lambda: LayerNorm(8)(np.zeros((5, 4))),
            ValueError,
            "LayerNorm(8) expects x whose last axis is (8,), but got shape (5, 4). Let the layer read what comes: LayerNorm(4).",
        ),
        (
            lambda: LayerNorm((4, 8))(np.zeros((5, 8, 4))),
            ValueError,
            "LayerNorm((4, 8)) expects x whose last 2 axes are (4, 8), but got shape (5, 8, 4). "
            "Let the layer read what comes: LayerNorm((8, 4)).",
        ),
        (
            lambda: LayerNorm(8)(np.zeros((5, 8), int)),
            TypeError,
            "LayerNorm(8) expects floating numbers in x, but got int64 array of shape (5, 8). "
            "Convert it first: x.astype(np.float32).",
        ),
        (
            lambda: BatchNorm1d(0),
            ValueError,
            "BatchNorm1d expects a whole number num_features of at least 1, but got num_features=0.",
        ),
        (
            lambda: BatchNorm1d(3, momentum=1.5),
            ValueError,
            "BatchNorm1d expects a finite number momentum of at least 0 and of at most 1, but got momentum=1.5. "
            "It is the share of the new batch, as in PyTorch; Keras means 1 - momentum.",
        ),
        (
            lambda: BatchNorm2d(3, eps=0),
            ValueError,
            "BatchNorm2d expects a finite number eps above 0, but got eps=0.",
        ),
        (
            lambda: LayerNorm(()),
            ValueError,
            "LayerNorm expects one size or more in normalized_shape, but got the tuple ().",
        ),
        (
            lambda: LayerNorm(8.0),
            TypeError,
            "LayerNorm expects a whole number normalized_shape of at least 1, but got the float 8.0.",
        ),
        (
            lambda: LayerNorm(8, eps=-1),
            ValueError,
            "LayerNorm expects a finite number eps above 0, but got eps=-1.",
        ),
    ],
)
def test_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message


def test_changes_nothing_when_it_refuses():
    layer = batch_layer((5, 3))
    for x in (np.zeros((1, 3)), np.zeros((5, 4))):
        with pytest.raises(ValueError, match="expects"):
            layer(x)
    np.testing.assert_array_equal(layer.running_mean.data, MEAN)
    np.testing.assert_array_equal(layer.running_var.data, VAR)
    assert layer._contexts is None
