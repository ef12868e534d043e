import numpy as np
import pytest

import nnbook
from nnbook import arrays, init


def test_floating_input_is_brought_to_the_dtype_and_integers_are_refused():
    x = np.ones(3, np.float32)
    assert arrays.as_floating("f", x, np.dtype(np.float32)) is x
    assert arrays.as_floating("f", [1.0, 2.0], np.float32).dtype == np.float32
    assert arrays.as_floating("f", [1.0, 2.0]).dtype == np.float64
    for bad, message in [
        ([1, 2], "f expects floating numbers in x, but got int64 array of shape (2,). Convert it first: x.astype(np.float32)."),
        (np.array([True]), "f expects floating numbers in x, but got bool array of shape (1,). Convert it first: "
         "x.astype(np.float32)."),
        (np.zeros(2, np.uint8), "f expects floating numbers in x, but got uint8 array of shape (2,). Scale grey values first: "
         "x.astype(np.float32) / 255."),
    ]:  # fmt: skip
        with pytest.raises(TypeError) as raised:
            arrays.as_floating("f", bad)
        assert str(raised.value) == message


def test_images_lie_batch_innermost_and_look_as_ever():
    images = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    inner = arrays.batch_last(images)
    assert inner.shape == (3, 4, 5, 2)
    assert inner.flags.c_contiguous
    np.testing.assert_array_equal(arrays.batch_first(inner), images)
    again = arrays.batch_last(arrays.batch_first(inner))
    assert np.shares_memory(again, inner)  # free where they lie so already


def test_the_second_operand_is_brought_into_the_firsts_order():
    like = arrays.batch_first(np.zeros((3, 4, 5, 2)))
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype(np.float32)
    same = arrays.in_order_of(like, x)
    assert same.dtype == np.float32
    assert np.argsort(same.strides).tolist() == np.argsort(like.strides).tolist()
    np.testing.assert_array_equal(same, x)
    assert arrays.in_order_of(like, like) is like
    assert arrays.in_order_of(like, x[0]).shape == (3, 4, 5)  # a broadcast operand is left alone


def test_the_room_for_arrays_is_counted():
    with arrays.at_most(20, arrays=4):
        init.zeros((2, 3))
        nnbook.Parameter(np.zeros(3))
        with pytest.raises(ValueError, match="zeros expects a shape of at most 11 numbers, but got"):
            init.zeros((12,))
        nnbook.Buffer(np.zeros((2, 2)))
        with pytest.raises(ValueError, match="Parameter expects a shape of at most 7 numbers, but got"):
            nnbook.Parameter(np.zeros(8))
        with pytest.raises(ValueError, match="Buffer expects a shape of at most 7 numbers, but got"):
            nnbook.Buffer(np.zeros(8))
        init.uniform((1,), rng=0)
        with pytest.raises(ValueError, match="normal expects a shape of at most 0 numbers, but got"):
            init.normal((0,), rng=0)
    assert init.zeros((100,)).shape == (100,)
