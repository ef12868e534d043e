import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook import losses
from nnbook.arrays import batch_first
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

AMOUNTS = ("mse_loss", "l1_loss", "huber_loss")
FUNCTIONS = (*AMOUNTS, "hinge_loss", "multi_margin_loss")
LAYERS = ("MSELoss", "L1Loss", "HuberLoss", "HingeLoss", "MultiMarginLoss")
OPTIONS = [(name, {}) for name in FUNCTIONS] + [
    ("huber_loss", {"delta": 0.6}),
    ("huber_loss", {"delta": 3}),
    ("hinge_loss", {"margin": 2.5}),
    ("hinge_loss", {"margin": 0}),
    ("multi_margin_loss", {"margin": 2.5}),
]

RNG = np.random.default_rng(0)
PREDICTION = RNG.standard_normal((5, 3)) * 2
TARGET = {
    **dict.fromkeys(AMOUNTS, RNG.standard_normal((5, 3))),
    "hinge_loss": np.where(RNG.random((5, 3)) < 0.5, -1, 1),
    "multi_margin_loss": np.array([2, 0, 1, 1, 2]),
}


def pair(name):
    return getattr(losses, name), getattr(losses, name + "_backward")


def layer_of(name, **options):
    return getattr(nnbook, LAYERS[FUNCTIONS.index(name)])(**options)


@rung(1, *FUNCTIONS)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_gradients_numerically(name, options):
    check_numerically(*pair(name), prediction=PREDICTION, target=TARGET[name], **options)


@rung(1, *LAYERS)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_layer_gradients_numerically(name, options):
    check = nnbook.check_gradients(layer_of(name, **options), PREDICTION, TARGET[name])
    assert check.ok
    assert list(check) == ["x"]


def slowly(name, delta=1.0, margin=1.0):
    """Loss and gradient, number by number, as the definitions have them."""
    loss, gradient = 0.0, np.zeros((5, 3))
    for n in range(5):
        for m in range(3):
            x, t = PREDICTION[n, m], TARGET[name][n] if name == "multi_margin_loss" else TARGET[name][n, m]
            d = x - t
            if name == "mse_loss":
                loss += d**2 / 15
                gradient[n, m] = 2 * d / 15
            elif name == "l1_loss":
                loss += abs(d) / 15
                gradient[n, m] = (1 if d > 0 else -1) / 15
            elif name == "huber_loss" and abs(d) <= delta:
                loss += d**2 / 2 / 15
                gradient[n, m] = d / 15
            elif name == "huber_loss":
                loss += delta * (abs(d) - delta / 2) / 15
                gradient[n, m] = (delta if d > 0 else -delta) / 15
            elif name == "hinge_loss" and t * x < margin:
                loss += (margin - t * x) / 15
                gradient[n, m] = -t / 15
            elif name == "multi_margin_loss" and m != t and x > PREDICTION[n, t] - margin:
                loss += (margin - PREDICTION[n, t] + x) / 3 / 5
                gradient[n, m] += 1 / 3 / 5
                gradient[n, t] -= 1 / 3 / 5
    return loss, gradient


@rung(2, *FUNCTIONS, *LAYERS)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_number_by_number(name, options):
    loss, gradient = slowly(name, **options)
    f, f_backward = pair(name)
    layer = layer_of(name, **options)
    for value in (f(PREDICTION, TARGET[name], **options), layer(PREDICTION, TARGET[name])):
        assert type(value) is float
        assert math.isclose(value, loss, rel_tol=1e-12)
    np.testing.assert_allclose(layer.backward(), gradient, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(
        f_backward(-2.5, PREDICTION, TARGET[name], **options), -2.5 * gradient, rtol=1e-12, atol=1e-15
    )


CASES = [
    pytest.param(name, *case.values, id=case.id)
    for name in FUNCTIONS
    for case in oracle.cases("losses", name)
]


@rung(3, *FUNCTIONS)
@pytest.mark.parametrize(("name", "case"), CASES)
def test_as_pytorch(name, case):
    check_against_torch(*pair(name), case())


@rung(3, *LAYERS)
@pytest.mark.parametrize(("name", "case"), CASES)
def test_layer_as_pytorch(name, case):
    case = case()
    layer = layer_of(name, **case["options"])
    assert math.isclose(layer(case["prediction"], case["target"]), case["y"], rel_tol=1e-10)
    np.testing.assert_allclose(layer.backward() * case["dy"], case["d_prediction"], rtol=1e-10, atol=1e-12)


def draw(name, rng, rows):
    shape = (rows,) if name == "multi_margin_loss" else (rows, 3)
    target = rng.standard_normal(shape)
    if name == "hinge_loss":
        target = rng.choice([-1, 1], shape)
    elif name == "multi_margin_loss":
        target = rng.integers(0, 3, shape)
    return rng.standard_normal((rows, 3)) * 2, target


@rung(4, *FUNCTIONS, *LAYERS)
@given(rows=st.integers(2, 9), cut=st.integers(1, 8), seed=st.integers(0, 99))
def test_a_mean_of_examples_in_any_order(rows, cut, seed):
    cut, rng = min(cut, rows - 1), np.random.default_rng(seed)
    for name in FUNCTIONS:
        x, t = draw(name, rng, rows)
        layer = layer_of(name)
        loss, dx = layer(x, t), layer.backward()
        order = rng.permutation(rows)
        assert math.isclose(layer(x[order], t[order]), loss, rel_tol=1e-12)
        np.testing.assert_allclose(layer.backward(), dx[order], rtol=1e-12, atol=1e-15)
        parts = 0.0
        for part in (slice(cut), slice(cut, None)):
            share = len(x[part]) / rows
            parts += share * layer(x[part], t[part])
            np.testing.assert_allclose(share * layer.backward(), dx[part], rtol=1e-12, atol=1e-15)
        assert math.isclose(parts, loss, rel_tol=1e-12)


@rung(4, *FUNCTIONS)
@given(seed=st.integers(0, 99), shift=st.floats(-10, 10), scale=st.floats(0.1, 10))
def test_shifts_and_scales(seed, shift, scale):
    rng = np.random.default_rng(seed)
    close = {"rel_tol": 1e-9, "abs_tol": 1e-9}
    for name, power in (("mse_loss", 2), ("l1_loss", 1), ("huber_loss", 2)):
        f, _ = pair(name)
        x, t = draw(name, rng, 4)
        assert math.isclose(f(x + shift, t + shift), f(x, t), **close)
        assert math.isclose(f(t, x), f(x, t), **close)  # no sign, no direction
        scaled = {"delta": scale} if name == "huber_loss" else {}
        assert math.isclose(f(scale * x, scale * t, **scaled), scale**power * f(x, t), **close)
    assert math.isclose(losses.huber_loss(x, t, delta=1e6), losses.mse_loss(x, t) / 2, **close)
    assert math.isclose(losses.huber_loss(x, t, delta=1e-9) / 1e-9, losses.l1_loss(x, t), rel_tol=1e-6)
    x, t = draw("hinge_loss", rng, 4)
    assert math.isclose(losses.hinge_loss(-x, -t), losses.hinge_loss(x, t), **close)
    assert math.isclose(
        losses.hinge_loss(scale * x, t, margin=scale), scale * losses.hinge_loss(x, t), **close
    )
    x, t = draw("multi_margin_loss", rng, 4)
    loss = losses.multi_margin_loss(x, t)
    assert math.isclose(losses.multi_margin_loss(x + shift, t), loss, **close)
    renamed = rng.permutation(3)
    assert math.isclose(losses.multi_margin_loss(x[:, np.argsort(renamed)], renamed[t]), loss, **close)
    assert math.isclose(losses.multi_margin_loss_backward(1.0, x, t).sum(), 0, abs_tol=1e-15)
    # of two classes the hinge sees only the difference
    two, t = x[:, :2], np.minimum(t, 1)
    difference = losses.hinge_loss(two[:, 1] - two[:, 0], 2 * t - 1)
    assert math.isclose(losses.multi_margin_loss(two, t), difference / 2, **close)


@rung(5, *FUNCTIONS)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_strange_memory(name, options):
    check_hostile(*pair(name), prediction=PREDICTION, target=TARGET[name], **options)
    if name == "multi_margin_loss":
        one = {"prediction": PREDICTION[:1, :2], "target": np.array([1])}
    else:
        one = {"prediction": PREDICTION[:1, :1], "target": TARGET[name][:1, :1]}
    check_hostile(*pair(name), **one, **options)


@rung(5, *FUNCTIONS, *LAYERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_far_out_and_dtype(name, dtype):
    x = np.array([[1e4, -1e4, 0.0], [0.0, 1e4, 1e4]], dtype)
    target = {"hinge_loss": [[1, 1, -1], [-1, -1, 1]], "multi_margin_loss": [1, 2]}
    layer = layer_of(name)
    loss = layer(x, np.array(target.get(name, np.zeros((2, 3)))))
    wanted = {
        "mse_loss": 4e8 / 6,
        "l1_loss": 4e4 / 6,
        "huber_loss": (4e4 - 2) / 6,
        "hinge_loss": (10001 + 1 + 1 + 10001) / 6,
        "multi_margin_loss": (20001 + 10001 + 0 + 1) / 6,
    }
    assert math.isclose(loss, wanted[name], rel_tol=1e-6)
    gradient = layer.backward()
    assert gradient.dtype == dtype
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("name", AMOUNTS)
def test_images_stay_batch_innermost(name):
    x = batch_first(RNG.standard_normal((2, 4, 5, 3)))
    target = RNG.standard_normal(x.shape)
    layer, plain = layer_of(name), layer_of(name)
    assert math.isclose(layer(x, target), plain(x.copy(), target), rel_tol=1e-12)
    dx = layer.backward()
    assert dx.strides == x.strides
    np.testing.assert_allclose(plain.backward(), dx, rtol=1e-14)


@pytest.mark.parametrize("name", [*AMOUNTS, "hinge_loss"])
def test_targets_come_to_the_predictions_dtype(name):
    whole = np.where(TARGET[name] > 0, 1, -1)
    for target in (whole, whole.astype(np.int8), whole.astype(np.float64), whole.tolist()):
        layer = layer_of(name)
        loss = layer(PREDICTION.astype(np.float32), target)
        assert layer.backward().dtype == np.float32
        assert math.isclose(loss, layer(PREDICTION, whole.astype(float)), rel_tol=1e-6)


def test_corners():
    zero = np.zeros(1)
    assert losses.l1_loss_backward(1.0, zero, zero) == 0
    assert losses.hinge_loss_backward(1.0, np.array([1.0]), np.array([1])) == 0
    assert losses.multi_margin_loss(np.array([[1.0, 0.0]]), np.array([0])) == 0
    assert not losses.multi_margin_loss_backward(1.0, np.array([[1.0, 0.0]]), np.array([0])).any()
    assert losses.huber_loss(np.array([1.0]), zero) == 0.5


def test_the_best_single_guess():
    """For squares it is the mean, for absolute values the median."""
    numbers = np.array([1.0, 2.0, 3.0, 4.0, 100.0])
    guesses = np.arange(0, 101)
    squares = [losses.mse_loss(np.full(5, float(g)), numbers) for g in guesses]
    distances = [losses.l1_loss(np.full(5, float(g)), numbers) for g in guesses]
    assert guesses[np.argmin(squares)] == numbers.mean() == 22
    assert guesses[np.argmin(distances)] == np.median(numbers) == 3


def test_a_sequence_is_a_batch_of_examples():
    x, t = RNG.standard_normal((2, 4, 3)), RNG.integers(0, 3, (2, 4))
    layer, flat = nnbook.MultiMarginLoss(), nnbook.MultiMarginLoss()
    assert math.isclose(layer(x, t), flat(x.reshape(8, 3), t.ravel()), rel_tol=1e-12)
    np.testing.assert_allclose(layer.backward(), flat.backward().reshape(2, 4, 3), rtol=1e-12)


def test_called_twice_undone_newest_first():
    for name in FUNCTIONS:
        layer = layer_of(name)
        layer(PREDICTION, TARGET[name])
        layer(-2 * PREDICTION, TARGET[name])
        _, f_backward = pair(name)
        np.testing.assert_array_equal(layer.backward(), f_backward(1.0, -2 * PREDICTION, TARGET[name]))
        np.testing.assert_array_equal(layer.backward(), f_backward(1.0, PREDICTION, TARGET[name]))


def test_built_again_from_its_config():
    for layer, text in (
        (nnbook.MSELoss(), "MSELoss()"),
        (nnbook.L1Loss(), "L1Loss()"),
        (nnbook.HuberLoss(0.5), "HuberLoss(delta=0.5)"),
        (nnbook.HingeLoss(2.0), "HingeLoss(margin=2.0)"),
        (nnbook.MultiMarginLoss(0.3), "MultiMarginLoss(margin=0.3)"),
    ):
        again = type(layer).from_config(layer.config())
        assert repr(again) == repr(layer) == text
        assert isinstance(layer, nnbook.Loss)
        assert layer.parameters() == []


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: nnbook.HuberLoss(0),
            ValueError,
            "HuberLoss expects a finite number delta above 0, but got delta=0.",
        ),
        (
            lambda: nnbook.HuberLoss("1"),
            TypeError,
            "HuberLoss expects a finite number delta above 0, but got the str '1'.",
        ),
        (
            lambda: nnbook.HuberLoss(math.inf),
            ValueError,
            "HuberLoss expects a finite number delta above 0, but got delta=inf.",
        ),
        (
            lambda: losses.huber_loss(PREDICTION, PREDICTION, delta=-1.0),
            ValueError,
            "huber_loss expects a finite number delta above 0, but got delta=-1.0.",
        ),
        (
            lambda: losses.huber_loss(PREDICTION, PREDICTION, delta=None),
            TypeError,
            "huber_loss expects a finite number delta above 0, but got None.",
        ),
        (
            lambda: losses.huber_loss(PREDICTION, PREDICTION, delta=math.nan),
            ValueError,
            "huber_loss expects a finite number delta above 0, but got delta=nan.",
        ),
        (
            lambda: nnbook.HingeLoss(-1),
            ValueError,
            "HingeLoss expects a finite number margin of at least 0, but got margin=-1.",
        ),
        (
            lambda: nnbook.MultiMarginLoss(-0.5),
            ValueError,
            "MultiMarginLoss expects a finite number margin of at least 0, but got margin=-0.5.",
        ),
        (
            lambda: losses.hinge_loss(PREDICTION, TARGET["hinge_loss"], margin=-1.0),
            ValueError,
            "hinge_loss expects a finite number margin of at least 0, but got margin=-1.0.",
        ),
        (
            lambda: losses.multi_margin_loss(PREDICTION, TARGET["multi_margin_loss"], margin=-1.0),
            ValueError,
            "multi_margin_loss expects a finite number margin of at least 0, but got margin=-1.0.",
        ),
        (
            lambda: losses.hinge_loss(PREDICTION, TARGET["hinge_loss"], margin="1"),
            TypeError,
            "hinge_loss expects a finite number margin of at least 0, but got the str '1'.",
        ),
        (
            lambda: losses.multi_margin_loss(PREDICTION, TARGET["multi_margin_loss"], margin=math.inf),
            ValueError,
            "multi_margin_loss expects a finite number margin of at least 0, but got margin=inf.",
        ),
        (
            lambda: losses.hinge_loss(PREDICTION, TARGET["hinge_loss"], margin=math.inf),
            ValueError,
            "hinge_loss expects a finite number margin of at least 0, but got margin=inf.",
        ),
    ],
)
def test_refuses_options(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
