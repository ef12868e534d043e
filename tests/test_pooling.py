import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook.pooling import (
    AvgPool2d,
    GlobalAvgPool2d,
    MaxPool2d,
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung
from tests.test_convolution import lies_batch_innermost

RNG = np.random.default_rng(0)
X = (
    RNG.permutation(3 * 2 * 7 * 9).reshape(3, 2, 7, 9) * 0.01
)  # all far enough apart for a difference to be taken
OPTIONS = [
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2},
    {"kernel_size": (3, 2), "stride": (1, 3)},
    {"kernel_size": (2, 3), "stride": (3, 1)},
    {"kernel_size": 2, "stride": 3},
    {"kernel_size": (7, 9)},
    {"kernel_size": 1},
]
POOLS = {
    "max": (max_pool2d, max_pool2d_backward, MaxPool2d),
    "avg": (avg_pool2d, avg_pool2d_backward, AvgPool2d),
}
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def windows_of(shape, kernel, stride):
    """Output place by output place: where it is, and which part of the images it sees."""
    height, width = (shape[2] - kernel[0]) // stride[0] + 1, (shape[3] - kernel[1]) // stride[1] + 1
    for n, c, oh, ow in np.ndindex(shape[0], shape[1], height, width):
        top, left = oh * stride[0], ow * stride[1]
        yield (n, c, oh, ow), (n, c, slice(top, top + kernel[0]), slice(left, left + kernel[1]))


@rung(1, "max_pool2d")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_max_gradients_numerically(options):
    check_numerically(max_pool2d, max_pool2d_backward, x=X, **options)


@rung(1, "avg_pool2d", "global_avg_pool2d")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_average_gradients_numerically(options):
    check_numerically(avg_pool2d, avg_pool2d_backward, x=X, **options)
    check_numerically(global_avg_pool2d, global_avg_pool2d_backward, x=X)


@rung(1, "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d")
@pytest.mark.parametrize(
    "layer", [MaxPool2d(2), MaxPool2d(3, 2), AvgPool2d(2), AvgPool2d(3, 2), GlobalAvgPool2d()]
)
def test_layer_gradients_numerically(layer):
    assert nnbook.check_gradients(layer, X).ok


@rung(2, "max_pool2d", "MaxPool2d", "avg_pool2d", "AvgPool2d")
@given(kernel=pairs, stride=st.none() | pairs, more=pairs, seed=st.integers(0, 99), levels=st.integers(1, 4))
def test_as_window_by_window(kernel, stride, more, seed, levels):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, levels, (2, 3, kernel[0] + more[0], kernel[1] + more[1])).astype(
        float
    )  # with many ties
    largest, mean = MaxPool2d(kernel, stride), AvgPool2d(kernel, stride)
    y, z = largest(x), mean(x)
    dy = rng.standard_normal(y.shape)
    dx, dz = np.zeros(x.shape), np.zeros(x.shape)
    for place, window in windows_of(x.shape, kernel, stride or kernel):
        assert y[place] == x[window].max()
        assert math.isclose(z[place], x[window].mean(), abs_tol=1e-12)
        dx[window].flat[x[window].argmax()] += dy[place]  # argmax is the first, row by row
        dz[window] += dy[place] / (kernel[0] * kernel[1])
    np.testing.assert_allclose(largest.backward(dy), dx, atol=1e-12)
    np.testing.assert_allclose(mean.backward(dy), dz, atol=1e-12)


@rung(2, "global_avg_pool2d", "GlobalAvgPool2d")
def test_global_average_as_image_by_image():
    layer = GlobalAvgPool2d()
    y = layer(X)
    dy = RNG.standard_normal((3, 2))
    dx = layer.backward(dy)
    for n, c in np.ndindex(3, 2):
        assert math.isclose(y[n, c], sum(X[n, c].ravel()) / 63, rel_tol=1e-12)
        np.testing.assert_allclose(dx[n, c], dy[n, c] / 63, rtol=1e-12)


@rung(3, "max_pool2d", "MaxPool2d", "avg_pool2d", "AvgPool2d")
@pytest.mark.parametrize(
    ("name", "case"), [(name, *case.values) for name in POOLS for case in oracle.cases("pooling", name)]
)
def test_as_pytorch(name, case):
    f, f_backward, cls = POOLS[name]
    case = case()
    check_against_torch(f, f_backward, case)
    layer = cls(**case["options"])
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-12)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-12, atol=1e-12)


@rung(3, "global_avg_pool2d", "GlobalAvgPool2d")
@pytest.mark.parametrize("case", oracle.cases("pooling", "global"))
def test_global_average_as_pytorch(case):
    case = case()
    check_against_torch(global_avg_pool2d, global_avg_pool2d_backward, case)
    layer = GlobalAvgPool2d()
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-12)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-12)


@rung(4, "max_pool2d", "avg_pool2d", "global_avg_pool2d", "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d")
@given(kernel=pairs, stride=st.none() | pairs, seed=st.integers(0, 99))
def test_shift_scale_and_order_of_examples_and_channels_pass_through(kernel, stride, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((3, 4, 6, 5))
    order = rng.permutation(4)
    for layer in (MaxPool2d(kernel, stride), AvgPool2d(kernel, stride), GlobalAvgPool2d()):
        y = layer(x)
        dy = rng.standard_normal(y.shape)
        dx = layer.backward(dy)
        np.testing.assert_allclose(layer(2.5 * x + 7), 2.5 * y + 7, rtol=1e-10)
        np.testing.assert_allclose(dx.sum(), dy.sum(), rtol=1e-9, atol=1e-10)  # all of it arrives somewhere
        np.testing.assert_allclose(layer(x[::-1, order]), y[::-1, order], rtol=1e-12)
        np.testing.assert_allclose(layer.backward(dy[::-1, order]), dx[::-1, order], rtol=1e-10, atol=1e-12)


@rung(5, "max_pool2d", "avg_pool2d", "global_avg_pool2d")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_strange_memory(options):
    for f, f_backward, _ in POOLS.values():
        check_hostile(f, f_backward, x=X, **options)
    check_hostile(global_avg_pool2d, global_avg_pool2d_backward, x=X)
    y = max_pool2d(X, kernel_size=2)  # y too may come in another order
    dy = RNG.standard_normal(y.shape)
    np.testing.assert_array_equal(
        max_pool2d_backward(dy, X, np.ascontiguousarray(y), kernel_size=2),
        max_pool2d_backward(np.asfortranarray(dy), X, y, kernel_size=2),
    )


@rung(5, "max_pool2d", "avg_pool2d", "global_avg_pool2d", "MaxPool2d", "AvgPool2d", "GlobalAvgPool2d")
def test_strange_sizes_and_numbers():
    for layer in (MaxPool2d(2), AvgPool2d(2), GlobalAvgPool2d()):
        none = layer(np.zeros((0, 3, 4, 6)))
        assert none.shape == ((0, 3) if isinstance(layer, GlobalAvgPool2d) else (0, 3, 2, 3))
        assert layer.backward(none).shape == (0, 3, 4, 6)
        for value in (1e4, -1e4):
            assert (layer(np.full((2, 3, 4, 6), value, np.float32)) == value).all()
    for layer in (MaxPool2d(1), AvgPool2d(1)):
        assert layer(np.full((1, 1, 1, 1), -3.0)) == -3
        assert layer.backward(np.full((1, 1, 1, 1), 5.0)) == 5
    assert (max_pool2d(np.full((1, 2, 2, 2), -np.inf), kernel_size=2) == -np.inf).all()


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_nan_is_not_pooled_away(place):
    x = np.zeros((1, 1, 2, 4))
    x[0, 0][place] = np.nan
    for pool in (max_pool2d, avg_pool2d):
        np.testing.assert_array_equal(pool(x, kernel_size=2), [[[[np.nan, 0]]]])
    assert np.isnan(global_avg_pool2d(x)).all()


def test_images_stay_batch_innermost_in_memory_and_float32():
    for layer in (MaxPool2d(2), MaxPool2d(3, 2), AvgPool2d(2), AvgPool2d(3, 2), GlobalAvgPool2d()):
        y = layer(X.astype(np.float32))
        dx = layer.backward(np.ones(y.shape, np.float32))
        assert y.dtype == dx.dtype == np.float32
        assert y.ndim == 2 or lies_batch_innermost(y)
        assert lies_batch_innermost(dx)


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (MaxPool2d(2), "MaxPool2d(2)"),
        (AvgPool2d((3, 2), stride=2), "AvgPool2d((3, 2), stride=2)"),
        (GlobalAvgPool2d(), "GlobalAvgPool2d()"),
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
            lambda: MaxPool2d(2)(np.zeros((2, 8, 1, 5))),
            ValueError,
            "MaxPool2d(2) expects images no smaller than its window of 2 × 2, but got shape (2, 8, 1, 5). "
            "Take a smaller kernel_size, or shrink the images less on the way.",
        ),
        (
            lambda: AvgPool2d(2)(np.zeros((8, 4, 5))),
            ValueError,
            "AvgPool2d(2) expects x (N, C, H, W), but got shape (8, 4, 5). Add the batch's axis: x[np.newaxis].",
        ),
        (
            lambda: MaxPool2d(2)(np.zeros((2, 1, 4, 5), int)),
            TypeError,
            "MaxPool2d(2) expects floating numbers in x, but got int64 array of shape (2, 1, 4, 5). "
            "Convert it first: x.astype(np.float32).",
        ),
        (
            lambda: GlobalAvgPool2d()(np.zeros((2, 64))),
            ValueError,
            "GlobalAvgPool2d() expects x (N, C, H, W), but got shape (2, 64). "
            "They look flattened, make them images: x.reshape(-1, 1, 8, 8).",
        ),
        (
            lambda: GlobalAvgPool2d()(np.zeros((2, 3, 0, 4))),
            ValueError,
            "GlobalAvgPool2d() expects images no smaller than its window of 1 × 1, but got shape (2, 3, 0, 4). "
            "Take a smaller kernel_size, or shrink the images less on the way.",
        ),
        (
            lambda: max_pool2d(np.zeros((2, 3, 4, 4)), kernel_size=5),
            ValueError,
            "max_pool2d expects images no smaller than its window of 5 × 5, but got shape (2, 3, 4, 4). "
            "Take a smaller kernel_size, or shrink the images less on the way.",
        ),
        (
            lambda: avg_pool2d(np.zeros((2, 3, 4, 4)), kernel_size=2, stride=0),
            ValueError,
            "avg_pool2d expects a whole number stride of at least 1, but got stride=0.",
        ),
        (
            lambda: MaxPool2d(0),
            ValueError,
            "MaxPool2d expects a whole number kernel_size of at least 1, but got kernel_size=0.",
        ),
        (
            lambda: MaxPool2d(2, -1),
            ValueError,
            "MaxPool2d expects a whole number stride of at least 1, but got stride=-1.",
        ),
        (
            lambda: AvgPool2d(2.0),
            TypeError,
            "AvgPool2d expects kernel_size as a whole number of at least 1, or a pair (down, across) of them, "
            "but got the float 2.0.",
        ),
    ],
)
def test_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message


def test_keeps_nothing_of_what_it_refused():
    layer = MaxPool2d(3)
    with pytest.raises(ValueError, match="no smaller"):
        layer(np.zeros((2, 2, 2, 2)))
    assert layer._contexts is None
