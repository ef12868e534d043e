import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook.arrays import batch_first
from nnbook.dropout import (
    Dropout,
    DropoutSaved,
    GaussianNoise,
    dropout,
    dropout_backward,
    gaussian_noise,
    gaussian_noise_backward,
)
from tests import oracle
from tests.ladder import check_hostile, check_numerically, rung

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 3, 5)) + 3


class Chosen(np.random.Generator):
    """A generator whose draws are chosen beforehand."""

    def __init__(self, numbers):
        super().__init__(np.random.PCG64(0))
        self.numbers = numbers

    def random(self, size, dtype):
        return self.numbers.reshape(size).astype(dtype)

    standard_normal = random


def lies_as(a, b):
    return np.array_equal(np.argsort(a.strides), np.argsort(b.strides))


@rung(1, "dropout", "gaussian_noise")
@pytest.mark.parametrize("p", [0.0, 0.4, 0.9])
def test_gradients_numerically(p):
    check_numerically(dropout, dropout_backward, x=X, p=p, rng=7)
    check_numerically(gaussian_noise, gaussian_noise_backward, x=X, std=p, rng=7)


@rung(1, "Dropout", "GaussianNoise")
@pytest.mark.parametrize("layer", [Dropout(0.4, rng=0), GaussianNoise(0.4, rng=0)], ids=str)
def test_layer_gradients_numerically(layer):
    assert nnbook.check_gradients(layer, X).ok
    assert nnbook.check_gradients(nnbook.Sequential(layer, nnbook.Linear(5, 2, rng=0), layer), X).ok
    assert nnbook.check_gradients(layer.copy().freeze(), X).ok


@rung(2, "dropout", "Dropout")
def test_as_number_by_number():
    """A draw below p drops the number; the others are enlarged."""
    x = X[:, 0]
    draws = np.random.default_rng(3).random(x.shape, dtype=np.float32)
    layer = Dropout(0.4, rng=3)
    y = layer(x)
    dy = RNG.standard_normal(x.shape)
    dx = layer.backward(dy)
    for index in np.ndindex(x.shape):
        factor = 0 if draws[index] < 0.4 else 1 / 0.6
        assert np.isclose(y[index], x[index] * factor, rtol=1e-12)
        assert np.isclose(dx[index], dy[index] * factor, rtol=1e-12)
    assert 0 < (y == 0).sum() < y.size


@rung(2, "gaussian_noise", "GaussianNoise")
def test_noise_as_number_by_number():
    x = X[:, 0]
    draws = np.random.default_rng(3).standard_normal(x.shape, dtype=np.float32)
    layer = GaussianNoise(0.4, rng=3)
    y = layer(x)
    for index in np.ndindex(x.shape):
        assert np.isclose(y[index], x[index] + 0.4 * float(draws[index]), rtol=1e-12)
    dy = RNG.standard_normal(x.shape)
    np.testing.assert_array_equal(layer.backward(dy), dy)


@rung(3, "dropout", "Dropout")
@pytest.mark.parametrize("case", oracle.cases("dropout", "dropout"))
def test_makes_the_same_of_a_mask_as_pytorch(case):
    case = case()
    p = case["options"]["p"]
    draws = np.where(case["y"] == 0, 0.0, 0.9999)  # what PyTorch dropped is dropped here too
    for dtype, tolerance in ((np.float64, 1e-10), (np.float32, 1e-6)):
        x, dy = case["x"].astype(dtype), case["dy"].astype(dtype)
        y, saved = dropout(x, p=p, rng=Chosen(draws))
        dx = dropout_backward(dy, saved)
        assert y.dtype == dx.dtype == dtype
        np.testing.assert_allclose(y, case["y"], rtol=tolerance)
        np.testing.assert_allclose(dx, case["d_x"], rtol=tolerance)
        layer = Dropout(p, rng=Chosen(draws))
        np.testing.assert_allclose(layer(x), case["y"], rtol=tolerance)
        np.testing.assert_allclose(layer.backward(dy), case["d_x"], rtol=tolerance)


@rung(3, "gaussian_noise", "GaussianNoise")
@pytest.mark.parametrize("case", oracle.cases("dropout", "noise"))
def test_adds_the_same_noise_as_pytorch(case):
    case = case()
    for dtype, tolerance in ((np.float64, 1e-6), (np.float32, 1e-5)):  # the noise itself is drawn in float32
        x, dy = case["x"].astype(dtype), case["dy"].astype(dtype)
        layer = GaussianNoise(case["options"]["std"], rng=Chosen(case["noise"]))
        for y in (gaussian_noise(x, std=0.3, rng=Chosen(case["noise"])), layer(x)):
            assert y.dtype == dtype
            np.testing.assert_allclose(y, case["y"], rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(layer.backward(dy), case["d_x"], rtol=tolerance)
        np.testing.assert_allclose(gaussian_noise_backward(dy), case["d_x"], rtol=tolerance)


@rung(4, "dropout", "Dropout")
@given(p=st.floats(0, 0.99), seed=st.integers(0, 99))
def test_drops_the_share_asked_for_and_keeps_the_expected_value(p, seed):
    x = np.ones(20_000)
    layer = Dropout(p, rng=seed)
    y = layer(x)
    kept = y != 0
    spread = np.sqrt(p * (1 - p) / x.size)
    assert abs(kept.mean() - (1 - p)) <= 6 * spread
    assert abs(y.mean() - 1) <= 6 * spread / (1 - p) + 1e-12
    np.testing.assert_allclose(y[kept], 1 / (1 - p), rtol=1e-12)
    np.testing.assert_array_equal(layer.backward(x), y)  # the same are dropped on the way back
    np.testing.assert_array_equal(dropout(-2 * x, p=p, rng=seed)[0], -2 * y)


@rung(4, "gaussian_noise", "GaussianNoise")
@given(std=st.floats(0, 10), seed=st.integers(0, 99))
def test_noise_has_the_mean_and_spread_asked_for(std, seed):
    x = np.linspace(-1, 1, 20_000)
    noise = GaussianNoise(std, rng=seed)(x) - x
    assert abs(noise.mean()) <= 6 * std / np.sqrt(x.size) + 1e-12
    assert abs(noise.std() - std) <= 6 * std / np.sqrt(2 * x.size) + 1e-12
    np.testing.assert_allclose(gaussian_noise(x, std=2 * std, rng=seed) - x, 2 * noise, atol=1e-9)


@rung(5, "dropout", "gaussian_noise", "Dropout", "GaussianNoise")
def test_strange_memory_and_sizes():
    x = X[0]
    for f, f_backward, options in (
        (
            dropout,
            dropout_backward,
            {"p": 0.0},
        ),  # the mask follows the order in memory, so that only p = 0 compares
        (gaussian_noise, gaussian_noise_backward, {"std": 0.0}),
    ):
        check_hostile(f, f_backward, x=x, rng=0, **options)
    for strange in (
        np.asfortranarray(x),
        np.repeat(x, 2, axis=-1)[..., ::2],
        x[::-1],
        batch_first(X[np.newaxis]),
    ):
        before = strange.copy()
        y, saved = dropout(strange, p=0.5, rng=0)
        assert set(np.unique(saved.mask)) == {0, 2}
        np.testing.assert_array_equal(y, strange * saved.mask)
        dy = np.ascontiguousarray(RNG.standard_normal(y.shape))
        np.testing.assert_array_equal(dropout_backward(dy, saved), dy * saved.mask)
        np.testing.assert_allclose(gaussian_noise(strange, std=1e-9, rng=0), strange, atol=1e-7)
        np.testing.assert_array_equal(strange, before)
    for layer in (Dropout(0.5, rng=0), GaussianNoise(0.5, rng=0)):
        for shape in ((0, 3), (1,), (2, 1, 1)):
            assert layer(np.ones(shape)).shape == shape
            assert layer.backward(np.ones(shape)).shape == shape
        assert np.isfinite(layer(np.array([1e4, -1e4]))).all()


def test_masks_and_noise_lie_in_memory_as_what_they_meet():
    images = batch_first(np.ones((3, 4, 5, 2), np.float32))
    for shape in (images, images.transpose(2, 0, 3, 1), np.ones((2, 3), np.float32)):
        y, saved = dropout(shape, p=0.5, rng=0)
        assert lies_as(saved.mask, shape)
        assert lies_as(y, shape)
        assert saved.mask.dtype == y.dtype == np.float32
        other = np.ascontiguousarray(np.ones(shape.shape, np.float32))
        assert lies_as(dropout_backward(other, saved), shape)
        assert lies_as(gaussian_noise(shape, std=1.0, rng=0), shape)


@pytest.mark.parametrize("layer", [Dropout(0.5, rng=0), GaussianNoise(0.5, rng=0)], ids=str)
def test_does_nothing_at_prediction_and_when_frozen(layer):
    before = layer.rng.bit_generator.state
    np.testing.assert_array_equal(layer.predict(X), X)
    frozen = layer.copy().freeze()
    np.testing.assert_array_equal(frozen(X), X)
    np.testing.assert_array_equal(frozen.backward(X), X)
    assert layer.rng.bit_generator.state == frozen.rng.bit_generator.state == before
    assert not np.array_equal(layer(X), X)


def test_each_pass_draws_anew_and_a_seed_draws_the_same_again():
    for make in (lambda: Dropout(0.5, rng=5), lambda: GaussianNoise(0.5, rng=5)):
        layer, again = make(), make()
        first, second = layer(X), layer(X)
        assert not np.array_equal(first, second)
        np.testing.assert_array_equal(again(X), first)
    shared = np.random.default_rng(0)
    assert Dropout(0.5, rng=shared).rng is shared


def test_dropout_used_twice_is_undone_newest_first():
    layer = Dropout(0.5, rng=0)
    first, second = layer(np.ones(50)), layer(np.ones(50))
    np.testing.assert_array_equal(layer.backward(np.ones(50)), second)
    np.testing.assert_array_equal(layer.backward(np.ones(50)), first)


@pytest.mark.parametrize("layer", [Dropout(0.5), GaussianNoise(0.5)], ids=str)
def test_one_backward_for_each_call(layer):
    layer(X)
    layer.backward(X)
    with pytest.raises(IndexError, match="nothing left to undo"):
        layer.backward(X)


def test_almost_everything_dropped():
    y, _ = dropout(np.ones(100_000, np.float32), p=0.999, rng=0)
    assert 0 < (y != 0).sum() < 300
    np.testing.assert_allclose(y[y != 0], 1000, rtol=1e-4)


def test_backward_needs_only_the_mask():
    mask = np.array([2.0, 0.0])
    np.testing.assert_array_equal(dropout_backward(np.array([3.0, 5.0]), DropoutSaved(mask)), [6, 0])


@pytest.mark.parametrize(
    ("layer", "text"),
    [(Dropout(), "Dropout()"), (Dropout(0.2), "Dropout(p=0.2)"), (GaussianNoise(0.1), "GaussianNoise(0.1)")],
)
def test_shows_and_rebuilds_itself(layer, text):
    assert repr(layer) == text
    assert repr(type(layer).from_config(layer.config())) == text


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: Dropout(1),
            ValueError,
            "Dropout expects a finite number p of at least 0 and below 1, but got p=1.",
        ),
        (
            lambda: Dropout(-0.1),
            ValueError,
            "Dropout expects a finite number p of at least 0 and below 1, but got p=-0.1.",
        ),
        (
            lambda: Dropout("half"),
            TypeError,
            "Dropout expects a finite number p of at least 0 and below 1, but got the str 'half'.",
        ),
        (
            lambda: dropout(X, p=1.5),
            ValueError,
            "dropout expects a finite number p of at least 0 and below 1, but got p=1.5.",
        ),
        (
            lambda: GaussianNoise(-1),
            ValueError,
            "GaussianNoise expects a finite number std of at least 0, but got std=-1.",
        ),
        (
            lambda: gaussian_noise(X, std=np.nan),
            ValueError,
            "gaussian_noise expects a finite number std of at least 0, but got std=nan.",
        ),
        (
            lambda: Dropout(0.5)(np.ones((2, 3), int)),
            TypeError,
            "Dropout() expects floating numbers in x, but got int64 array of shape (2, 3). "
            "Convert it first: x.astype(np.float32).",
        ),
        (
            lambda: GaussianNoise(0.5)(np.ones((2, 3), np.uint8)),
            TypeError,
            "GaussianNoise(0.5) expects floating numbers in x, but got uint8 array of shape (2, 3). "
            "Scale grey values first: x.astype(np.float32) / 255.",
        ),
    ],
)
def test_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
