import math
import tracemalloc

import numpy as np
import pytest

from nnbook import init

SHAPES = [(300, 200), (40, 30, 5, 5)]


def test_fans_of_a_matrix_and_of_a_kernel():
    assert init.fans((784, 1000)) == (784, 1000)
    assert init.fans((16, 8, 5, 5)) == (200, 400)
    assert init.fans((4, 3, 7)) == (21, 28)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("draw", "variance"),
    [
        (init.kaiming_normal, lambda i, o: 2 / i),
        (init.kaiming_uniform, lambda i, o: 2 / i),
        (init.xavier_normal, lambda i, o: 2 / (i + o)),
        (init.xavier_uniform, lambda i, o: 2 / (i + o)),
    ],
)
def test_variances_are_the_published_ones(draw, variance, shape):
    weights = draw(shape, rng=0, dtype=np.float64)
    assert weights.shape == shape
    assert abs(weights.mean()) < 4 * math.sqrt(weights.var() / weights.size)
    assert math.isclose(weights.var(), variance(*init.fans(shape)), rel_tol=0.03)


@pytest.mark.parametrize(
    ("draw", "bound"),
    [
        (init.kaiming_uniform, math.sqrt(6 / 300)),
        (init.xavier_uniform, math.sqrt(6 / 500)),
        (init.uniform, 1.0),
    ],
)
def test_uniform_draws_fill_their_range(draw, bound):
    weights = draw((300, 200), rng=0, dtype=np.float64)
    assert bound * 0.999 < np.abs(weights).max() <= bound
    assert np.histogram(weights, 10)[0].min() > 5500


def test_normal_and_zeros():
    weights = init.normal((300, 200), 0.5, rng=0)
    assert math.isclose(weights.std(), 0.5, rel_tol=0.02)
    assert abs(float((weights**4).mean() / weights.var() ** 2) - 3) < 0.1  # the kurtosis of a normal
    assert not init.zeros((3, 2)).any()


def test_large_arrays_are_the_numbers_of_one_draw_and_need_no_more_room_than_they_take():
    shape = (500, 400)
    drawn = np.random.default_rng(3).uniform(-0.2, 0.2, shape)
    np.testing.assert_array_equal(init.uniform(shape, 0.2, rng=3), drawn.astype(np.float32))
    drawn = 0.1 * np.random.default_rng(3).standard_normal(shape)
    np.testing.assert_array_equal(init.normal(shape, 0.1, rng=3, dtype=np.float64), drawn)
    tracemalloc.start()
    init.normal((1000, 1000), rng=0)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1.5 * 4 * 1000 * 1000  # bytes


def test_gains_are_pytorchs():
    gains = {
        "linear": 1,
        "sigmoid": 1,
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + 0.01**2)),
    }
    for name, gain in gains.items():
        assert math.isclose(init.calculate_gain(name), gain)
    weights = init.kaiming_normal((300, 200), "tanh", rng=0)
    assert math.isclose(weights.std(), 5 / 3 / math.sqrt(300), rel_tol=0.02)


def test_a_seed_is_a_seed_and_a_generator_moves_on():
    np.testing.assert_array_equal(init.normal((3,), rng=7), init.normal((3,), rng=7))
    rng = np.random.default_rng(7)
    first = init.normal((3,), rng=rng)
    np.testing.assert_array_equal(first, init.normal((3,), rng=7))
    assert not np.array_equal(init.normal((3,), rng=rng), first)
    assert init.normal((3,)).dtype == np.float32
    assert init.uniform((3,), dtype=np.float64).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: init.fans((3,)), ValueError, "fans expects a shape of two axes or more, but got (3,). A bias has no fan: use zeros."),
        (lambda: init.kaiming_normal((0, 3)), ValueError, "kaiming_normal expects a shape without zeros, but got (0, 3). No unit could "
         "be scaled."),
        (lambda: init.normal(3), TypeError, "normal expects a shape such as (in, out), but got the int 3."),
        (lambda: init.normal((2.0, 3)), TypeError, "normal expects a whole number size in shape of at least 0, but got the float 2.0."),
        (lambda: init.normal((2, 3), -1), ValueError, "normal expects a finite number std of at least 0, but got std=-1."),
        (lambda: init.uniform((2, 3), math.nan), ValueError, "uniform expects a finite number bound of at least 0, but got bound=nan."),
        (lambda: init.xavier_normal((2, 3), 0), ValueError, "xavier_normal expects a finite number gain above 0, but got gain=0."),
        (lambda: init.xavier_uniform((2, 3), "relu"), TypeError, "xavier_uniform expects a finite number gain above 0, but got the str "
         "'relu'."),
        (lambda: init.calculate_gain("rellu"), ValueError, "calculate_gain expects nonlinearity to be one of 'linear', 'sigmoid', 'tanh', "
         "'relu', 'leaky_relu', but got 'rellu'. Did you mean 'relu'?"),
    ],
)  # fmt: skip
def test_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
