import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook.conv_transpose import ConvTranspose2d, conv_transpose2d, conv_transpose2d_backward
from nnbook.convolution import conv2d, conv2d_backward
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung
from tests.test_convolution import lies_batch_innermost

RNG = np.random.default_rng(0)
X, WEIGHT, BIAS = RNG.standard_normal((2, 3, 4, 5)), RNG.standard_normal((3, 4, 3, 2)), RNG.standard_normal(4)
OPTIONS = [{}, {"stride": 2, "padding": 1}, {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 2)}]
sizes = st.integers(1, 4)
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def slowly(x, weight, bias, stride, padding, extra):
    """Every pixel lays its weighted copy of every kernel on the output."""
    (examples, _, height, width), (_, kernels, kh, kw) = x.shape, weight.shape
    full = (height - 1) * stride[0] + kh + extra[0], (width - 1) * stride[1] + kw + extra[1]
    y = np.zeros((examples, kernels, *full))
    for n, c, h, w in np.ndindex(x.shape):
        for o, i, j in np.ndindex(kernels, kh, kw):
            y[n, o, h * stride[0] + i, w * stride[1] + j] += x[n, c, h, w] * weight[c, o, i, j]
    y += bias[:, np.newaxis, np.newaxis]
    return y[:, :, padding[0] : full[0] - padding[0], padding[1] : full[1] - padding[1]]


@rung(1, "conv_transpose2d")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gradients_numerically(options):
    check_numerically(conv_transpose2d, conv_transpose2d_backward, x=X, weight=WEIGHT, bias=BIAS, **options)


@rung(1, "ConvTranspose2d")
@pytest.mark.parametrize("bias", [True, False])
def test_layer_gradients_numerically(bias):
    layer = ConvTranspose2d(3, 4, (3, 2), 2, 1, 1, bias, rng=0)
    if bias:
        layer.bias.data = BIAS
    assert nnbook.check_gradients(layer, X).ok


@rung(2, "conv_transpose2d", "ConvTranspose2d")
@given(examples=sizes, channels=sizes, kernels=sizes, size=pairs, kernel=pairs, stride=pairs, seed=sizes)
def test_as_copies_laid_one_by_one(examples, channels, kernels, size, kernel, stride, seed):
    rng = np.random.default_rng(seed)
    extra = tuple(int(e) for e in rng.integers(0, stride))
    full = [(n - 1) * s + k + e for n, s, k, e in zip(size, stride, kernel, extra, strict=True)]
    padding = tuple(int(rng.integers(0, (n - 1) // 2 + 1)) for n in full)
    layer = ConvTranspose2d(channels, kernels, kernel, stride, padding, extra, dtype=np.float64)
    layer.weight.data, layer.bias.data = rng.standard_normal(layer.weight.shape), rng.standard_normal(kernels)
    x = rng.standard_normal((examples, channels, *size))
    expected = slowly(x, layer.weight.data, layer.bias.data, stride, padding, extra)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-10, atol=1e-12)


@rung(3, "conv_transpose2d")
@pytest.mark.parametrize("case", oracle.cases("conv_transpose"))
def test_as_pytorch(case):
    check_against_torch(conv_transpose2d, conv_transpose2d_backward, case())


@rung(3, "ConvTranspose2d")
@pytest.mark.parametrize("case", oracle.cases("conv_transpose"))
def test_layer_as_pytorch(case):
    case = case()
    in_channels, out_channels, *kernel = case["weight"].shape
    layer = ConvTranspose2d(in_channels, out_channels, kernel, **case["options"], dtype=np.float64)
    layer.weight.data, layer.bias.data = case["weight"], case["bias"]
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.weight.grad, case["d_weight"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.bias.grad, case["d_bias"], rtol=1e-10, atol=1e-10)


@rung(4, "conv_transpose2d")
@pytest.mark.parametrize(
    ("stride", "padding", "extra"), [(1, 0, 0), (2, 1, (1, 0)), ((3, 2), (1, 0), (2, 1))]
)
def test_it_is_the_way_back_through_a_convolution(stride, padding, extra):
    y = conv_transpose2d(X, WEIGHT, stride=stride, padding=padding, output_padding=extra)
    image = np.zeros(y.shape)
    assert conv2d(image, WEIGHT, stride=stride, padding=padding).shape == X.shape
    back, _, _ = conv2d_backward(X, image, WEIGHT, stride=stride, padding=padding)
    np.testing.assert_allclose(y, back, rtol=1e-12, atol=1e-12)
    dy = RNG.standard_normal(y.shape)
    options = {"stride": stride, "padding": padding, "output_padding": extra}
    dx, dweight, dbias = conv_transpose2d_backward(dy, X, WEIGHT, **options)
    np.testing.assert_allclose(dx, conv2d(dy, WEIGHT, stride=stride, padding=padding), rtol=1e-12)
    assert math.isclose((y * dy).sum(), (WEIGHT * dweight).sum(), rel_tol=1e-9)
    np.testing.assert_allclose(dbias, dy.sum(axis=(0, 2, 3)), rtol=1e-12)


@rung(4, "ConvTranspose2d")
def test_a_batch_split_in_two_gives_the_same():
    whole, halves = (ConvTranspose2d(3, 4, 3, 2, 1, rng=0, dtype=np.float64) for _ in range(2))
    y = whole(X)
    dy = RNG.standard_normal(y.shape)
    dx = whole.backward(dy)
    for n in range(2):
        np.testing.assert_allclose(halves(X[n : n + 1]), y[n : n + 1], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(halves.backward(dy[n : n + 1]), dx[n : n + 1], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(halves.weight.grad, whole.weight.grad, rtol=1e-10, atol=1e-12)


@rung(5, "conv_transpose2d", "ConvTranspose2d")
def test_strange_memory_and_sizes():
    for options in OPTIONS:
        check_hostile(conv_transpose2d, conv_transpose2d_backward, x=X, weight=WEIGHT, bias=BIAS, **options)
    layer = ConvTranspose2d(2, 3, 3, rng=0)
    none = layer(np.zeros((0, 2, 4, 5), np.float32))
    assert none.shape == (0, 3, 6, 7)
    assert layer.backward(none).shape == (0, 2, 4, 5)
    assert not layer.weight.grad.any()
    one = ConvTranspose2d(1, 1, 1, rng=0)
    np.testing.assert_allclose(one(np.full((1, 1, 1, 1), 1e4)), 1e4 * one.weight.data, rtol=1e-6)


def test_images_stay_batch_innermost_in_memory_and_float32():
    layer = ConvTranspose2d(3, 4, 3, 2, 1, rng=0)
    y = layer(X)
    dx = layer.backward(np.ones(y.shape))
    assert y.dtype == dx.dtype == np.float32
    assert lies_batch_innermost(y)
    assert lies_batch_innermost(dx)


def test_skips_the_gradient_that_nobody_asks_for():
    layer = ConvTranspose2d(3, 4, 3, rng=0)
    layer.input_grad = False
    y = layer(X)
    assert layer.backward(np.ones(y.shape)) is None
    assert layer.weight.grad.any()


def test_shows_and_rebuilds_itself():
    layer = ConvTranspose2d(3, 4, 3, 2, output_padding=1, rng=0)
    assert repr(layer) == "ConvTranspose2d(3, 4, 3, stride=2, output_padding=1)"
    assert repr(ConvTranspose2d.from_config(layer.config())) == repr(layer)
    bound = 1 / math.sqrt(4 * 3 * 3)  # PyTorch counts the outputs here
    assert 0.9 * bound < np.abs(layer.weight.data).max() <= bound


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: ConvTranspose2d(3, 4, 3)(np.zeros((2, 4, 4, 3))),
            ValueError,
            "ConvTranspose2d(3, 4, 3) expects x (N, C, H, W) with 3 channels in axis 1, but got shape (2, 4, 4, 3). "
            "The channels seem to come last: x.transpose(0, 3, 1, 2).",
        ),
        (
            lambda: ConvTranspose2d(3, 4, 2, padding=2)(np.zeros((2, 3, 3, 5))),
            ValueError,
            "ConvTranspose2d(3, 4, 2, padding=2) expects padding that leaves something of 4 × 6, but got padding=2. "
            "It is cut off on every side: take less.",
        ),
        (
            lambda: ConvTranspose2d(3, 4, 3)(np.zeros((2, 3, 0, 5))),
            ValueError,
            "ConvTranspose2d(3, 4, 3) expects images no smaller than its window of 1 × 1, but got shape (2, 3, 0, 5). "
            "Take a smaller kernel_size, or shrink the images less on the way.",
        ),
        (
            lambda: conv_transpose2d(X, WEIGHT[0]),
            ValueError,
            "conv_transpose2d expects weight (C, O, kh, kw), but got shape (4, 3, 2).",
        ),
        (
            lambda: ConvTranspose2d(3, 4, 2, 2, output_padding=2),
            ValueError,
            "ConvTranspose2d expects output_padding below the stride (2, 2), but got (2, 2). "
            "More would add rows that no window reaches.",
        ),
        (
            lambda: ConvTranspose2d(3, 4, 2, (2, 3), output_padding=2),
            ValueError,
            "ConvTranspose2d expects output_padding below the stride (2, 3), but got (2, 2). "
            "More would add rows that no window reaches.",
        ),
        (
            lambda: ConvTranspose2d(3, 4, 2, padding="same"),
            TypeError,
            "ConvTranspose2d expects padding as a whole number of at least 0, or a pair (down, across) of them, "
            "but got the str 'same'.",
        ),
        (
            lambda: ConvTranspose2d(3, 4, 2, stride=0),
            ValueError,
            "ConvTranspose2d expects a whole number stride of at least 1, but got stride=0.",
        ),
        (
            lambda: ConvTranspose2d(3, 4, 2, padding=-1),
            ValueError,
            "ConvTranspose2d expects a whole number padding of at least 0, but got padding=-1.",
        ),
    ],
)
def test_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
