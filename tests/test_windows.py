import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnbook.windows import (
    Geometry,
    batch_innermost,
    check_pair,
    crop,
    geometry_1d,
    geometry_2d,
    pad,
    paddings,
    tidy,
    windows,
)

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@given(kernel=pairs, stride=pairs, more=pairs, channels=st.integers(1, 3), batch=st.integers(1, 3))
def test_each_pixel_of_each_window_is_where_the_docstring_says(kernel, stride, more, channels, batch):
    x = np.random.default_rng(0).standard_normal(
        (channels, kernel[0] + more[0] - 1, kernel[1] + more[1] - 1, batch)
    )
    view = windows(x, kernel, stride)
    height, width = (more[0] - 1) // stride[0] + 1, (more[1] - 1) // stride[1] + 1
    assert view.shape == (channels, *kernel, height, width, batch)
    for c, i, j, oh, ow, n in np.ndindex(view.shape):
        assert view[c, i, j, oh, ow, n] == x[c, oh * stride[0] + i, ow * stride[1] + j, n]


def test_windows_are_a_view_that_can_be_written_into():
    x = np.zeros((1, 3, 4, 2))
    view = windows(x, (2, 2), (1, 2))
    assert np.shares_memory(view, x)
    view[0, 1, 0, 1, 1] = 5  # pixel (1, 0) of the window that begins at (1, 2)
    assert (x[0, 2, 2] == 5).all()
    assert x.sum() == 10
    x.flags.writeable = False
    assert not windows(x, (2, 2), (1, 1)).flags.writeable


def test_windows_never_reach_past_the_memory():
    assert windows(np.zeros((2, 3, 3, 1)), (4, 3), (1, 1)).size == 0
    with pytest.raises(ValueError, match="size of buffer"):
        windows(np.zeros((2, 3, 3, 1)), (6, 3), (1, 1))
    with pytest.raises(ValueError, match="contiguous"):
        windows(np.zeros((2, 3, 4, 5)).transpose(0, 2, 1, 3), (2, 2), (1, 1))


@given(above=st.integers(0, 2), below=st.integers(0, 2), left=st.integers(0, 2), right=st.integers(0, 2))
def test_crop_undoes_pad(above, below, left, right):
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    pads = (above, below), (left, right)
    padded = pad(x, pads)
    np.testing.assert_array_equal(padded, np.pad(x, [(0, 0), *pads, (0, 0)]))
    np.testing.assert_array_equal(crop(padded, pads), x)
    assert crop(padded, pads).flags.c_contiguous


def test_batch_innermost_copies_only_what_lies_otherwise():
    for shape in ((2, 3, 4), (2, 3, 4, 5)):
        x = np.random.default_rng(0).standard_normal(shape)
        y = batch_innermost(x)
        np.testing.assert_array_equal(y, x)
        assert y.strides[0] == 8
        assert y.transpose(*range(1, y.ndim), 0).flags.c_contiguous
        assert np.shares_memory(batch_innermost(y), y)


@pytest.mark.parametrize(
    ("given_", "pair"), [(2, (2, 2)), ((2, 3), (2, 3)), ([2, 3], (2, 3)), (np.int64(2), (2, 2))]
)
def test_sizes_are_numbers_or_pairs(given_, pair):
    assert check_pair("f", "kernel_size", given_) == pair
    assert all(type(size) is int for size in check_pair("f", "kernel_size", given_))
    assert tidy(given_) == (2 if pair == (2, 2) else pair)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0, ValueError, "f expects a whole number stride of at least 1, but got stride=0."),
        (np.int64(0), ValueError, "f expects a whole number stride of at least 1, but got stride=0."),
        ((2, 1.5), TypeError, "f expects a whole number stride of at least 1, but got the float 1.5."),
        (
            True,
            TypeError,
            "f expects a whole number stride of at least 1, but got the bool True.",
        ),
        (
            None,
            TypeError,
            "f expects stride as a whole number of at least 1, or a pair (down, across) of them, but got None.",
        ),
    ],
)
def test_refuses_other_sizes(value, error, message):
    with pytest.raises(error) as raised:
        check_pair("f", "stride", value)
    if "np." in str(raised.value):  # NumPy shows its own integers as np.int64(0)
        message = message.replace("stride=0", "stride=np.int64(0)")
    assert str(raised.value) == message


def test_geometry_of_convolutions():
    image, kernel = np.zeros((2, 3, 8, 9)), np.zeros((4, 3, 2, 5))
    assert paddings("f", "same", (2, 5), (1, 1)) == ((0, 1), (2, 2))
    assert geometry_2d("f", image, kernel, 1, "same") == Geometry((1, 1), ((0, 1), (2, 2)))
    assert geometry_2d("f", image, kernel, (2, 1), (0, 3)) == Geometry((2, 1), ((0, 0), (3, 3)))
    assert geometry_1d("f", image[:, :, 0], kernel[:, :, 0], 3, 2) == Geometry((1, 3), ((0, 0), (2, 2)))
