import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook import convolution
from nnbook.arrays import batch_first, batch_last
from nnbook.convolution import Conv1d, Conv2d, conv1d, conv1d_backward, conv2d, conv2d_backward
from nnbook.windows import windows
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

RNG = np.random.default_rng(0)
X, WEIGHT = RNG.standard_normal((3, 2, 6, 7)), RNG.standard_normal((4, 2, 3, 2))
SIGNALS, WEIGHT_1D = RNG.standard_normal((3, 2, 9)), RNG.standard_normal((4, 2, 3))
BIAS = RNG.standard_normal(4)
OPTIONS = [
    {},
    {"stride": 2, "padding": 1},
    {"stride": (2, 3), "padding": (1, 2)},
    {"padding": "same"},
    {"padding": "valid", "stride": (1, 2)},
]
OPTIONS_1D = [{}, {"stride": 2, "padding": 2}, {"padding": "same"}, {"padding": "valid", "stride": 3}]
sizes = st.integers(1, 4)
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def slowly(x, weight, bias, stride, pads):
    """The sum of the module's docstring, number by number."""
    padded = np.pad(x, [(0, 0), (0, 0), *pads])
    (examples, channels, height, width), (kernels, _, kh, kw) = padded.shape, weight.shape
    y = np.empty((examples, kernels, (height - kh) // stride[0] + 1, (width - kw) // stride[1] + 1))
    for n, o, oh, ow in np.ndindex(y.shape):
        y[n, o, oh, ow] = bias[o]
        for c, i, j in np.ndindex(channels, kh, kw):
            y[n, o, oh, ow] += weight[o, c, i, j] * padded[n, c, oh * stride[0] + i, ow * stride[1] + j]
    return y


def slowly_backward(dy, x, weight, stride, pads):
    """Each term of that sum gives its share back to its two factors."""
    padded = np.pad(x, [(0, 0), (0, 0), *pads])
    d_padded, dweight, dbias = np.zeros(padded.shape), np.zeros(weight.shape), np.zeros(len(weight))
    for n, o, oh, ow in np.ndindex(dy.shape):
        dbias[o] += dy[n, o, oh, ow]
        for c, i, j in np.ndindex(weight.shape[1:]):
            pixel = n, c, oh * stride[0] + i, ow * stride[1] + j
            d_padded[pixel] += dy[n, o, oh, ow] * weight[o, c, i, j]
            dweight[o, c, i, j] += dy[n, o, oh, ow] * padded[pixel]
    (above, _), (left, _) = pads
    return d_padded[:, :, above : above + x.shape[2], left : left + x.shape[3]], dweight, dbias


def lies_batch_innermost(images):
    return images.strides == batch_first(np.empty((*images.shape[1:], len(images)), images.dtype)).strides


@rung(1, "conv2d")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gradients_numerically(options):
    check_numerically(conv2d, conv2d_backward, x=X, weight=WEIGHT, bias=BIAS, **options)


@rung(1, "conv1d")
@pytest.mark.parametrize("options", OPTIONS_1D, ids=str)
def test_gradients_in_one_dimension_numerically(options):
    check_numerically(conv1d, conv1d_backward, x=SIGNALS, weight=WEIGHT_1D, bias=BIAS, **options)


@rung(1, "Conv2d", "Conv1d")
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("cls", "kernel", "x"), [(Conv2d, (3, 2), X), (Conv1d, 3, SIGNALS)])
def test_layer_gradients_numerically(cls, kernel, x, bias):
    layer = cls(2, 4, kernel, 2, 1, bias, rng=0)
    if bias:
        layer.bias.data = BIAS
    assert nnbook.check_gradients(layer, x).ok


@rung(2, "conv2d", "Conv2d")
@given(
    examples=sizes,
    channels=sizes,
    kernels=sizes,
    kernel=pairs,
    more=pairs,
    stride=pairs,
    padding=pairs,
    seed=sizes,
)
def test_as_the_sum_number_by_number(examples, channels, kernels, kernel, more, stride, padding, seed):
    rng = np.random.default_rng(seed)
    padding = (padding[0] - 1, padding[1] - 1)
    size = (max(1, kernel[0] + more[0] - 2 * padding[0]), max(1, kernel[1] + more[1] - 2 * padding[1]))
    layer = Conv2d(channels, kernels, kernel, stride, padding, dtype=np.float64)
    layer.weight.data, layer.bias.data = rng.standard_normal(layer.weight.shape), rng.standard_normal(kernels)
    x = rng.standard_normal((examples, channels, *size))
    pads = [(p, p) for p in padding]
    expected = slowly(x, layer.weight.data, layer.bias.data, stride, pads)
    y = layer(x)
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-12)
    dy = rng.standard_normal(y.shape)
    dx, dweight, dbias = slowly_backward(dy, x, layer.weight.data, stride, pads)
    np.testing.assert_allclose(layer.backward(dy), dx, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(layer.weight.grad, dweight, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(layer.bias.grad, dbias, rtol=1e-10, atol=1e-12)


@rung(2, "conv1d", "Conv1d")
@pytest.mark.parametrize(("stride", "padding", "pads"), [(1, 0, (0, 0)), (2, 1, (1, 1)), (1, "same", (1, 1))])
def test_signals_as_the_sum_number_by_number(stride, padding, pads):
    layer = Conv1d(2, 4, 3, stride, padding, dtype=np.float64)
    layer.weight.data, layer.bias.data = WEIGHT_1D, BIAS
    flat, both = (SIGNALS[:, :, None], WEIGHT_1D[:, :, None]), ((1, stride), [(0, 0), pads])
    y = layer(SIGNALS)
    np.testing.assert_allclose(y, slowly(*flat, BIAS, *both)[:, :, 0], rtol=1e-10)
    dy = RNG.standard_normal(y.shape)
    dx, dweight, dbias = slowly_backward(dy[:, :, None], *flat, *both)
    np.testing.assert_allclose(layer.backward(dy), dx[:, :, 0], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(layer.weight.grad, dweight[:, :, 0], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(layer.bias.grad, dbias, rtol=1e-10)


@pytest.mark.parametrize("small", [0, 10**6])
@pytest.mark.parametrize("bytes_", [1, 2500, 10**9])
def test_as_the_plain_unrolling_however_it_is_cut_into_blocks(monkeypatch, small, bytes_):
    monkeypatch.setattr(convolution, "_SMALL_PRODUCT", small)
    monkeypatch.setattr(convolution, "_BLOCK_BYTES", bytes_)
    x, weight = RNG.standard_normal((3, 2, 9, 8)), RNG.standard_normal((4, 2, 3, 2))
    columns = windows(batch_last(x), (3, 2), (1, 1)).reshape(2 * 3 * 2, -1)  # all 7 * 7 * 3 places at once
    y = (weight.reshape(4, -1) @ columns).reshape(4, 7, 7, 3)
    np.testing.assert_allclose(batch_last(conv2d(x, weight)), y, rtol=1e-10, atol=1e-12)
    dy = RNG.standard_normal((3, 4, 7, 7))
    dx, dweight, _ = conv2d_backward(dy, x, weight)
    rows = batch_last(dy).reshape(4, -1)
    np.testing.assert_allclose(dweight, (rows @ columns.T).reshape(weight.shape), rtol=1e-10)
    folded = np.zeros((2, 9, 8, 3))
    d_columns = (weight.reshape(4, -1).T @ rows).reshape(2, 3, 2, 7, 7, 3)
    for i, j in np.ndindex(3, 2):
        folded[:, i : i + 7, j : j + 7] += d_columns[:, i, j]
    np.testing.assert_allclose(batch_last(dx), folded, rtol=1e-10, atol=1e-12)


@rung(3, "conv2d")
@pytest.mark.parametrize("case", oracle.cases("convolution", "conv2d"))
def test_as_pytorch(case):
    check_against_torch(conv2d, conv2d_backward, case())


@rung(3, "conv1d")
@pytest.mark.parametrize("case", oracle.cases("convolution", "conv1d"))
def test_signals_as_pytorch(case):
    check_against_torch(conv1d, conv1d_backward, case())


@rung(3, "Conv2d", "Conv1d")
@pytest.mark.parametrize("case", oracle.cases("convolution"))
def test_layer_as_pytorch(case):
    case = case()
    out_channels, in_channels, *kernel = case["weight"].shape
    cls, kernel = (Conv1d, kernel[0]) if len(kernel) == 1 else (Conv2d, kernel)
    layer = cls(in_channels, out_channels, kernel, **case["options"], dtype=np.float64)
    layer.weight.data, layer.bias.data = case["weight"], case["bias"]
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.weight.grad, case["d_weight"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.bias.grad, case["d_bias"], rtol=1e-10, atol=1e-10)


@rung(4, "conv2d", "Conv2d")
@given(down=st.integers(0, 3), across=st.integers(0, 3), stride=pairs, seed=st.integers(0, 99))
def test_what_moves_in_the_image_moves_in_the_output(down, across, stride, seed):
    rng = np.random.default_rng(seed)
    layer = Conv2d(2, 3, 3, stride, rng=rng, dtype=np.float64)
    patch, image, moved = (
        rng.standard_normal((2, 2, 4, 5)),
        np.zeros((2, 2, 16, 17)),
        np.zeros((2, 2, 16, 17)),
    )
    top, left = 3 + down * stride[0], 3 + across * stride[1]
    image[:, :, 3:7, 3:8] = patch
    moved[:, :, top : top + 4, left : left + 5] = patch
    y, shifted = layer(image), layer(moved)
    np.testing.assert_allclose(
        shifted[:, :, down:, across:],
        y[:, :, : y.shape[2] - down, : y.shape[3] - across],
        atol=1e-12,
    )


@rung(4, "conv2d", "Conv2d", "conv1d", "Conv1d")
@pytest.mark.parametrize(("cls", "x"), [(Conv2d, X), (Conv1d, SIGNALS)])
def test_a_batch_split_in_two_and_channels_in_another_order_give_the_same(cls, x):
    whole, parts = cls(2, 4, 3, 2, 1, rng=0, dtype=np.float64), cls(2, 4, 3, 2, 1, rng=0, dtype=np.float64)
    y = whole(x)
    dy = RNG.standard_normal(y.shape)
    dx = whole.backward(dy)
    for part in (slice(1), slice(1, None)):
        np.testing.assert_allclose(parts(x[part]), y[part], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(parts.backward(dy[part]), dx[part], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(parts.weight.grad, whole.weight.grad, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(parts.bias.grad, whole.bias.grad, rtol=1e-10, atol=1e-12)
    parts.weight.data = whole.weight.data[:, ::-1]
    np.testing.assert_allclose(parts(x[:, ::-1]), y, rtol=1e-10, atol=1e-12)


@rung(4, "conv2d", "conv1d")
@given(seed=st.integers(0, 99), stride=st.integers(1, 3), padding=st.integers(0, 2))
def test_backward_is_the_transpose_of_forward(seed, stride, padding):
    rng = np.random.default_rng(seed)
    options = {"stride": stride, "padding": padding}
    for f, f_backward, x, weight in (
        (conv2d, conv2d_backward, X, WEIGHT),
        (conv1d, conv1d_backward, SIGNALS, WEIGHT_1D),
    ):
        x = rng.standard_normal(x.shape)
        y = f(x, weight, **options)
        dy = rng.standard_normal(y.shape)
        dx, dweight, _ = f_backward(dy, x, weight, **options)
        assert math.isclose((y * dy).sum(), (x * dx).sum(), rel_tol=1e-9, abs_tol=1e-9)
        assert math.isclose((y * dy).sum(), (weight * dweight).sum(), rel_tol=1e-9, abs_tol=1e-9)


@rung(5, "conv2d", "conv1d")
@pytest.mark.parametrize("stride", [1, 2])
def test_strange_memory(stride):
    check_hostile(conv2d, conv2d_backward, x=X, weight=WEIGHT, bias=BIAS, stride=stride, padding=1)
    check_hostile(conv1d, conv1d_backward, x=SIGNALS, weight=WEIGHT_1D, bias=BIAS, stride=stride, padding=1)


@rung(5, "conv2d", "conv1d", "Conv2d", "Conv1d")
def test_strange_sizes():
    for cls, f_backward, image in ((Conv2d, conv2d_backward, (4, 5)), (Conv1d, conv1d_backward, (5,))):
        layer = cls(2, 3, 3, rng=0)
        none = layer(np.zeros((0, 2, *image), np.float32))
        assert none.shape[:2] == (0, 3)
        assert layer.backward(none).shape == (0, 2, *image)
        assert not layer.weight.grad.any()
        weight = layer.weight.data
        dx, dweight, dbias = f_backward(none, np.zeros((0, 2, *image), np.float32), weight)
        assert dx.shape == (0, 2, *image)
        assert dweight.shape == weight.shape
        assert not dweight.any()
        assert not dbias.any()
        one = cls(1, 1, 1, rng=0)
        big = one(np.full((1, 1, *[1] * len(image)), 1e4))
        np.testing.assert_allclose(big.ravel(), 1e4 * one.weight.data.ravel(), rtol=1e-6)
        assert one.backward(big).shape == big.shape


def test_float32_stays_and_float64_wins():
    x, weight, bias = X.astype(np.float32), WEIGHT.astype(np.float32), BIAS.astype(np.float32)
    y = conv2d(x, weight, bias)
    assert y.dtype == np.float32
    assert [g.dtype for g in conv2d_backward(y, x, weight)] == [np.float32] * 3
    assert conv2d(X, weight, bias).dtype == conv2d(x, weight, BIAS).dtype == np.float64
    np.testing.assert_allclose(conv2d(x, weight, BIAS), conv2d(X, WEIGHT, BIAS), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("padding", [0, 1])
def test_images_stay_batch_innermost_in_memory(padding):
    layer = Conv2d(2, 4, 3, padding=padding, rng=0)
    y = layer(X)
    assert lies_batch_innermost(y)
    assert lies_batch_innermost(layer.backward(np.ones(y.shape)))
    laid_out = batch_first(batch_last(X.astype(np.float32)))
    layer(laid_out)
    assert layer.saved()[0].base is laid_out.base  # nothing was copied
    signals = Conv1d(2, 4, 3, rng=0)(SIGNALS)
    assert signals.strides == (4, 7 * 3 * 4, 3 * 4)


def test_numpys_buffer_size_is_put_back():
    before = np.setbufsize(4096)
    conv2d_backward(np.ones((3, 4, 4, 6)), X, WEIGHT)
    with pytest.raises(ValueError, match="broadcast"):
        convolution.scatter(np.ones((4, 3, 6, 3)), WEIGHT, (1, 1), (6, 7))
    assert np.setbufsize(before) == 4096


@pytest.mark.parametrize(("cls", "x"), [(Conv2d, X), (Conv1d, SIGNALS)])
def test_skips_the_gradient_that_nobody_asks_for(cls, x):
    layer = cls(2, 4, 3, rng=0)
    layer.input_grad = False
    y = layer(x)
    assert layer.backward(np.ones(y.shape)) is None
    assert layer.weight.grad.any()
    assert layer.bias.grad.any()


def test_a_layer_used_twice_is_undone_newest_first():
    layer = Conv2d(2, 2, 3, padding="same", rng=0)
    assert nnbook.check_gradients(nnbook.Sequential(layer, layer), X).ok


def test_weights_begin_as_pytorchs():
    layer = Conv2d(8, 40, (5, 4), rng=0)
    bound = 1 / math.sqrt(8 * 5 * 4)
    assert 0.99 * bound < np.abs(layer.weight.data).max() <= bound
    assert not layer.bias.data.any()
    np.testing.assert_array_equal(layer.weight.data, Conv2d(8, 40, (5, 4), rng=0).weight.data)


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Conv2d(1, 8, 5), "Conv2d(1, 8, 5)"),
        (
            Conv2d(1, 8, [5, np.int64(3)], stride=2, padding="valid"),
            "Conv2d(1, 8, (5, 3), stride=2, padding='valid')",
        ),
        (Conv2d(3, 8, 5, bias=False, dtype=np.float64), "Conv2d(3, 8, 5, bias=False, dtype='float64')"),
        (Conv1d(1, 8, 5, padding=2), "Conv1d(1, 8, 5, padding=2)"),
    ],
    ids=str,
)
def test_shows_and_rebuilds_itself(layer, text):
    assert repr(layer) == text
    again = type(layer).from_config(layer.config())
    assert repr(again) == text
    assert again.weight.shape == layer.weight.shape


IMAGES = "Conv2d(3, 8, 5) expects x (N, C, H, W) with 3 channels in axis 1, but got shape "


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((32, 1, 28, 28), "(32, 1, 28, 28). Let the layer read what comes: Conv2d(1, ...)."),
        ((32, 28, 28, 3), "(32, 28, 28, 3). The channels seem to come last: x.transpose(0, 3, 1, 2)."),
        ((3, 28, 28), "(3, 28, 28). Add the batch's axis: x[np.newaxis]."),
        (
            (32, 28, 28),
            "(32, 28, 28). An axis is missing, the batch's or the channels': x has to have both, also where one is 1.",
        ),
        ((32, 2352), "(32, 2352). They look flattened, make them images: x.reshape(-1, 3, 28, 28)."),
        ((28, 29), "(28, 29). One image alone needs two axes in front: x[np.newaxis, np.newaxis]."),
        ((7,), "(7,). Four axes are batch, channels, height, width."),
    ],
)
def test_refuses_other_shapes(shape, message):
    layer = Conv2d(3, 8, 5, rng=0)
    with pytest.raises(ValueError, match="expects") as raised:
        layer(np.zeros(shape))
    assert str(raised.value) == IMAGES + message
    assert layer._contexts is None


def test_says_which_axis_a_grey_image_lacks():
    with pytest.raises(ValueError, match="expects") as raised:
        Conv2d(1, 8, 5)(np.zeros((32, 28, 28)))
    assert str(raised.value) == (
        "Conv2d(1, 8, 5) expects x (N, C, H, W) with 1 channel in axis 1, but got shape (32, 28, 28). "
        "Add the channels' axis: x[:, np.newaxis]."
    )


@pytest.mark.parametrize(
    ("layer", "x", "error", "message"),
    [
        (
            Conv2d(1, 8, 5),
            np.zeros((2, 1, 4, 28)),
            ValueError,
            "Conv2d(1, 8, 5) expects images no smaller than its window of 5 × 5, but got shape (2, 1, 4, 28). "
            "Take a smaller kernel_size, or shrink the images less on the way.",
        ),
        (
            Conv2d(1, 8, 7, padding=1),
            np.zeros((2, 1, 4, 28)),
            ValueError,
            "Conv2d(1, 8, 7, padding=1) expects images no smaller than its window of 7 × 7, but got shape (2, 1, 4, 28), "
            "padded to 6 × 30. Take a smaller kernel_size, or shrink the images less on the way.",
        ),
        (
            Conv2d(1, 8, 5),
            np.zeros((2, 1, 28, 28), np.uint8),
            TypeError,
            "Conv2d(1, 8, 5) expects floating numbers in x, but got uint8 array of shape (2, 1, 28, 28). "
            "Scale grey values first: x.astype(np.float32) / 255.",
        ),
        (
            Conv1d(2, 8, 5),
            np.zeros((7, 40, 2)),
            ValueError,
            "Conv1d(2, 8, 5) expects x (N, C, L) with 2 channels in axis 1, but got shape (7, 40, 2). "
            "The channels seem to come last: x.transpose(0, 2, 1).",
        ),
        (
            Conv1d(2, 8, 5),
            np.zeros((7, 3, 40)),
            ValueError,
            "Conv1d(2, 8, 5) expects x (N, C, L) with 2 channels in axis 1, but got shape (7, 3, 40). "
            "Let the layer read what comes: Conv1d(3, ...).",
        ),
        (
            Conv1d(1, 8, 5),
            np.zeros((7, 40)),
            ValueError,
            "Conv1d(1, 8, 5) expects x (N, C, L) with 1 channel in axis 1, but got shape (7, 40). "
            "Add the channels' axis: x[:, np.newaxis].",
        ),
        (
            Conv1d(2, 8, 5),
            np.zeros((2, 40)),
            ValueError,
            "Conv1d(2, 8, 5) expects x (N, C, L) with 2 channels in axis 1, but got shape (2, 40). "
            "Add the batch's axis: x[np.newaxis].",
        ),
        (
            Conv1d(2, 8, 5),
            np.zeros((7, 2, 4, 4)),
            ValueError,
            "Conv1d(2, 8, 5) expects x (N, C, L) with 2 channels in axis 1, but got shape (7, 2, 4, 4). "
            "Three axes are batch, channels, length.",
        ),
        (
            Conv1d(2, 8, 5),
            np.zeros((7, 2, 4)),
            ValueError,
            "Conv1d(2, 8, 5) expects signals no shorter than its window of 5, but got shape (7, 2, 4). "
            "Take a smaller kernel_size, or shrink the signals less on the way.",
        ),
        (
            Conv1d(2, 8, 7, padding=1),
            np.zeros((7, 2, 4)),
            ValueError,
            "Conv1d(2, 8, 7, padding=1) expects signals no shorter than its window of 7, but got shape (7, 2, 4), padded to 6. "
            "Take a smaller kernel_size, or shrink the signals less on the way.",
        ),
    ],
)
def test_refuses(layer, x, error, message):
    with pytest.raises(error) as raised:
        layer(x)
    assert str(raised.value) == message
    assert layer._contexts is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: conv2d(np.zeros((2, 4, 5, 5)), np.zeros((8, 2, 3, 3))),
            "conv2d expects x (N, C, H, W) with 2 channels in axis 1, but got shape (2, 4, 5, 5). "
            "Each kernel reads every channel (convolution in groups is not offered).",
        ),
        (
            lambda: conv2d(np.zeros((2, 4, 5, 5)), np.zeros((8, 36))),
            "conv2d expects weight (O, C, kh, kw), but got shape (8, 36).",
        ),
        (
            lambda: conv1d(np.zeros((2, 4, 5)), np.zeros((8, 36))),
            "conv1d expects weight (O, C, k), but got shape (8, 36).",
        ),
        (
            lambda: conv2d_backward(np.zeros((2, 8, 5, 5)), np.zeros((2, 4, 2, 9)), np.zeros((8, 4, 3, 3))),
            "conv2d_backward expects images no smaller than its window of 3 × 3, but got shape (2, 4, 2, 9). "
            "Take a smaller kernel_size, or shrink the images less on the way.",
        ),
    ],
)
def test_functions_refuse(call, message):
    with pytest.raises(ValueError, match="expects") as raised:
        call()
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (
            (0, 8, 5),
            ValueError,
            "Conv2d expects a whole number in_channels of at least 1, but got in_channels=0.",
        ),
        (
            (1, 8.0, 5),
            TypeError,
            "Conv2d expects a whole number out_channels of at least 1, but got the float 8.0.",
        ),
        (
            (1, 8, 0),
            ValueError,
            "Conv2d expects a whole number kernel_size of at least 1, but got kernel_size=0.",
        ),
        (
            (1, 8, "5"),
            TypeError,
            "Conv2d expects kernel_size as a whole number of at least 1, or a pair (down, across) of them, "
            "but got the str '5'.",
        ),
        (
            (1, 8, (3, 3, 3)),
            TypeError,
            "Conv2d expects kernel_size as a whole number of at least 1, or a pair (down, across) of them, "
            "but got the tuple (3, 3, 3).",
        ),
        ((1, 8, 5, 0), ValueError, "Conv2d expects a whole number stride of at least 1, but got stride=0."),
        (
            (1, 8, 5, (1, -1)),
            ValueError,
            "Conv2d expects a whole number stride of at least 1, but got stride=-1.",
        ),
        (
            (1, 8, 5, 1, -1),
            ValueError,
            "Conv2d expects a whole number padding of at least 0, but got padding=-1.",
        ),
        (
            (1, 8, 5, 1, "some"),
            ValueError,
            "Conv2d expects padding to be one of 'same', 'valid', but got 'some'. Did you mean 'same'?",
        ),
        (
            (1, 8, 5, 2, "same"),
            ValueError,
            "Conv2d expects stride 1 with padding='same', but got stride 2. "
            "With a larger stride say how many zeros: padding=1.",
        ),
    ],
)
def test_refuses_to_be_built(args, error, message):
    with pytest.raises(error) as raised:
        Conv2d(*args)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (
            (1, 8, (5, 5)),
            TypeError,
            "Conv1d expects a whole number kernel_size of at least 1, but got the tuple (5, 5).",
        ),
        ((1, 8, 5, 0), ValueError, "Conv1d expects a whole number stride of at least 1, but got stride=0."),
        (
            (1, 8, 5, 1, -2),
            ValueError,
            "Conv1d expects a whole number padding of at least 0, but got padding=-2.",
        ),
        (
            (1, 8, 5, 1, "vald"),
            ValueError,
            "Conv1d expects padding to be one of 'same', 'valid', but got 'vald'. Did you mean 'valid'?",
        ),
    ],
)
def test_refuses_to_be_built_in_one_dimension(args, error, message):
    with pytest.raises(error) as raised:
        Conv1d(*args)
    assert str(raised.value) == message


def test_has_no_groups():
    with pytest.raises(TypeError, match="unexpected keyword argument 'groups'"):
        Conv2d(4, 8, 3, groups=2)
