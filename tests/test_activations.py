import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import nnbook
from nnbook import activations
from nnbook.arrays import batch_first
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

FUNCTIONS = (
    "identity",
    "step",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "softplus",
)
LAYERS = (
    "Identity",
    "Step",
    "Sigmoid",
    "Tanh",
    "ReLU",
    "LeakyReLU",
    "ELU",
    "GELU",
    "SiLU",
    "Softplus",
)
OPTIONS = [(name, {}) for name in FUNCTIONS] + [
    ("leaky_relu", {"negative_slope": 0.0}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("leaky_relu", {"negative_slope": 1}),
    ("elu", {"alpha": 0.0}),
    ("elu", {"alpha": 0.4}),
    ("elu", {"alpha": 1.7}),
]
MADE_WITH = {"leaky_relu": {"negative_slope": 0.2}, "elu": {"alpha": 1.3}}

RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, 4, 5)) * 2
X += 0.05 * np.sign(X)  # away from the corners
FAR = np.array([-1e4, -745.0, -104.0, -88.5, -1e-3, 0.0, 1e-3, 88.5, 104.0, 745.0, 1e4])


def pair(name):
    return getattr(activations, name), getattr(activations, name + "_backward")


def layer_of(name, **options):
    return getattr(nnbook, LAYERS[FUNCTIONS.index(name)])(**options)


def slope_of(name, x, **options):
    layer = layer_of(name, **options)
    layer(x)
    return layer.backward(np.ones_like(x))


def slowly(name, x, negative_slope=0.01, alpha=1.0):
    """y and slope of one number, as the table in the module's docstring has them."""
    sigma = 1 / (1 + math.exp(-x))
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    bell = 0.5 * (1 + math.tanh(inner))
    bell_slope = 0.5 / math.cosh(inner) ** 2 * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
    return {
        "identity": (x, 1),
        "step": (1 if x > 0 else 0, 0),
        "sigmoid": (sigma, sigma * (1 - sigma)),
        "tanh": (
            (math.exp(x) - math.exp(-x)) / (math.exp(x) + math.exp(-x)),
            4 / (math.exp(x) + math.exp(-x)) ** 2,
        ),
        "relu": (x, 1) if x > 0 else (0, 0),
        "leaky_relu": (x, 1) if x > 0 else (negative_slope * x, negative_slope),
        "elu": (x, 1) if x > 0 else (alpha * (math.exp(x) - 1), alpha * math.exp(x)),
        "gelu": (x * bell, bell + x * bell_slope),
        "silu": (x * sigma, sigma + x * sigma * (1 - sigma)),
        "softplus": (math.log(1 + math.exp(x)), sigma),
    }[name]


@rung(1, *FUNCTIONS)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_gradients_numerically(name, options):
    check_numerically(*pair(name), x=X, **options)


@rung(1, *LAYERS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_layer_gradients_numerically(name):
    check = nnbook.check_gradients(layer_of(name, **MADE_WITH.get(name, {})), X)
    assert check.ok
    assert list(check) == ["x"]


@rung(2, *FUNCTIONS, *LAYERS)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_number_by_number(name, options):
    f, _ = pair(name)
    layer = layer_of(name, **options)
    dy = RNG.standard_normal(X.shape)
    y, layers_y, dx = f(X, **options), layer(X), layer.backward(dy)
    for i in np.ndindex(X.shape):
        value, slope = slowly(name, float(X[i]), **options)
        assert math.isclose(y[i], value, rel_tol=1e-12)
        assert math.isclose(layers_y[i], value, rel_tol=1e-12)
        assert math.isclose(dx[i], dy[i] * slope, rel_tol=1e-10, abs_tol=1e-14)


CASES = [
    pytest.param(name, *case.values, id=case.id)
    for name in FUNCTIONS
    for case in oracle.cases("activations", name)
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
    np.testing.assert_allclose(layer(case["x"]), case["y"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.backward(case["dy"]), case["d_x"], rtol=1e-10, atol=1e-10)


numbers = st.floats(-50, 50)
several = arrays(np.float64, array_shapes(min_dims=1, max_dims=4, max_side=4), elements=numbers)


@rung(4, *FUNCTIONS, *LAYERS)
@given(x=several, seed=st.integers(0, 99))
def test_each_number_by_itself_whatever_the_shape(x, seed):
    dy = np.random.default_rng(seed).standard_normal(x.shape)
    for name in FUNCTIONS:
        layer = layer_of(name, **MADE_WITH.get(name, {}))
        row = layer_of(name, **MADE_WITH.get(name, {}))
        y, dx = layer(x), layer.backward(dy)
        assert y.shape == dx.shape == x.shape
        np.testing.assert_array_equal(y, pair(name)[0](x, **MADE_WITH.get(name, {})))
        np.testing.assert_allclose(row(x.ravel()), y.ravel(), rtol=1e-14)
        np.testing.assert_allclose(row.backward(dy.ravel()), dx.ravel(), rtol=1e-13, atol=1e-300)


@rung(4, "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "step")
@given(x=several)
def test_left_and_right_belong_together(x):
    def f(name, x):
        return pair(name)[0](x)

    close = {"rtol": 1e-12, "atol": 1e-13}
    np.testing.assert_allclose(f("sigmoid", -x), 1 - f("sigmoid", x), **close)
    np.testing.assert_allclose(f("sigmoid", x), 0.5 * (1 + f("tanh", x / 2)), **close)
    np.testing.assert_allclose(f("tanh", x), 2 * f("sigmoid", 2 * x) - 1, **close)
    np.testing.assert_array_equal(f("tanh", -x), -f("tanh", x))
    for name in ("relu", "gelu", "silu", "softplus"):  # x's own share and the share of -x make up all of x
        np.testing.assert_allclose(f(name, x) - f(name, -x), x, **close)
    np.testing.assert_allclose(f("leaky_relu", x) - f("leaky_relu", -x), 1.01 * x, **close)
    np.testing.assert_allclose(
        f("elu", x) + f("elu", -x), np.abs(x) + np.exp(-np.abs(x)) - 1, rtol=1e-12, atol=1e-12
    )
    np.testing.assert_array_equal(f("step", x) + f("step", -x), (x != 0).astype(float))


def test_the_slope_of_softplus_is_the_sigmoid():
    np.testing.assert_allclose(slope_of("softplus", X), activations.sigmoid(X), rtol=1e-13)


def test_shares_that_are_whole_numbers():
    assert activations.sigmoid_backward(np.array([3.0, 3.0]), np.array([0, 1])).tolist() == [0.0, 0.0]
    assert activations.tanh_backward(np.array([3.0, 3.0]), np.array([0, -1])).tolist() == [3.0, 0.0]


def test_alpha_may_be_any_real_number():
    dy, y = np.array([1.0, 1.0]), np.array([-0.25, 2.0])
    assert activations.elu_backward(dy, y, alpha=Fraction(1, 2)).tolist() == [0.25, 1.0]


@rung(5, *FUNCTIONS)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_strange_memory(name, options):
    check_hostile(*pair(name), x=X, **options)
    check_hostile(*pair(name), x=X[:1, :1, :1], **options)


@rung(5, *FUNCTIONS, *LAYERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_far_out_nothing_overflows(name, dtype):
    x = FAR.astype(dtype)
    layer = layer_of(name)
    y = layer(x)
    dx = layer.backward(np.full_like(x, 3))
    assert y.dtype == dx.dtype == dtype
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()
    right = {"step": 1, "sigmoid": 1, "tanh": 1}
    left = {"identity": -1e4, "tanh": -1, "leaky_relu": -100, "elu": -1}
    assert np.isclose(y[-1], right.get(name, 1e4), rtol=1e-6)
    assert np.isclose(y[0], left.get(name, 0), rtol=1e-6)
    slopes = {"identity": (1, 1), "step": (0, 0), "sigmoid": (0, 0), "tanh": (0, 0), "leaky_relu": (0.01, 1)}
    np.testing.assert_allclose(dx[[0, -1]], 3 * np.array(slopes.get(name, (0, 1))), rtol=1e-6)


@rung(5, *FUNCTIONS, *LAYERS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_empty_and_single(name):
    layer = layer_of(name)
    for shape in ((0, 3), (1,), ()):
        x = np.full(shape, 0.5)
        assert np.shape(layer(x)) == shape
        assert np.shape(layer.backward(np.ones(shape))) == shape


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nan_is_not_hidden(name):
    assert np.isnan(layer_of(name)(np.array([np.nan, 1.0])))[0]


def test_sigmoid_is_exact_far_below_zero():
    x = np.array([-30.0, -100.0, -700.0])
    np.testing.assert_allclose(activations.sigmoid(x), np.exp(x), rtol=1e-12)
    np.testing.assert_allclose(activations.softplus(x), np.exp(x), rtol=1e-12)
    x = np.float32(-60)
    assert math.isclose(activations.sigmoid(x), math.exp(-60), rel_tol=1e-5)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_images_stay_batch_innermost(name):
    x = batch_first(RNG.standard_normal((2, 4, 5, 3)))  # (3, 2, 4, 5), the batch innermost in memory
    dy = RNG.standard_normal(x.shape)  # the batch outermost
    before = x.copy(), dy.copy()
    layer, plain = layer_of(name), layer_of(name)
    assert layer(x).strides == x.strides
    dx = layer.backward(dy)
    if name not in ("identity", "step"):
        assert dx.strides == x.strides
    np.testing.assert_array_equal(plain(x.copy()), layer(x))
    np.testing.assert_allclose(plain.backward(dy), dx, rtol=1e-14)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(dy, before[1])


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_stays(name, dtype):
    layer = layer_of(name, **MADE_WITH.get(name, {}))
    assert layer(X.astype(dtype)).dtype == dtype
    assert layer.backward(X.astype(dtype)).dtype == dtype


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("identity", "step", "relu")])
def test_functions_take_whole_numbers_too(name):
    f, _ = pair(name)
    np.testing.assert_array_equal(f(np.array([-2, 0, 3])), f(np.array([-2.0, 0.0, 3.0])))


# What the docstrings claim: range of y, range of the slope, where the lowest point is.
FACTS = [
    ("sigmoid", (0, 1), (0, 0.25)),
    ("tanh", (-1, 1), (0, 1)),
    ("relu", (0, 12), (0, 1)),
    ("leaky_relu", (-0.12, 12), (0.01, 1)),
    ("elu", (-1, 12), (0, 1)),
    ("gelu", (-0.170, 12), (-0.129, 1.129)),
    ("silu", (-0.278, 12), (-0.100, 1.100)),
    ("softplus", (0, 12), (0, 1)),
]


@pytest.mark.parametrize(("name", "of_y", "of_slope"), FACTS)
def test_ranges_as_told(name, of_y, of_slope):
    x = np.linspace(-12, 12, 48001)
    y, slope = layer_of(name)(x), slope_of(name, x)
    np.testing.assert_allclose([y.min(), y.max()], of_y, atol=5e-4)
    np.testing.assert_allclose([slope.min(), slope.max()], of_slope, atol=5e-4)


def test_facts_as_told():
    x = np.linspace(-12, 12, 48001)
    assert round(x[np.argmin(activations.gelu(x))], 3) in (-0.752, -0.753)
    assert round(x[np.argmin(activations.silu(x))], 3) in (-1.278, -1.279)
    exact = np.array([t * 0.5 * (1 + math.erf(t / math.sqrt(2))) for t in x])
    assert 0.0004 < np.abs(activations.gelu(x) - exact).max() < 0.0005
    beyond = np.array([-5.0, 5.0])
    assert np.abs(activations.sigmoid(beyond) - [0, 1]).max() < 0.007
    assert slope_of("sigmoid", beyond).max() < 0.007
    assert np.abs(activations.tanh(np.array([-3.0, 3.0])) - [-1, 1]).max() < 0.005
    assert math.isclose(activations.softplus(np.array([0.0]))[0], math.log(2))
    assert 4**10 > 1e6


def test_at_the_corner():
    zero = np.array([0.0])
    assert activations.step(zero) == 0
    assert slope_of("relu", zero) == 0
    assert slope_of("leaky_relu", zero) == 0.01
    assert slope_of("elu", zero, alpha=1.7) == 1.7


def test_nothing_learns_through_a_step():
    model = nnbook.Sequential(nnbook.Linear(3, 4, rng=0), nnbook.Step(), nnbook.Linear(4, 2, rng=1))
    model(RNG.standard_normal((6, 3)))
    model.backward(RNG.standard_normal((6, 2)))
    assert not model[0].weight.grad.any()
    assert model[2].weight.grad.any()


def test_a_layer_called_twice_is_undone_newest_first():
    for name in FUNCTIONS:
        layer = layer_of(name)
        x = X[0] * 0.1, X[1] * 2
        wanted = [slope_of(name, part) for part in x]
        layer(x[0])
        layer(x[1])
        np.testing.assert_array_equal(layer.backward(np.ones_like(x[1])), wanted[1])
        np.testing.assert_array_equal(layer.backward(np.ones_like(x[0])), wanted[0])


def test_built_again_from_its_config():
    for name in FUNCTIONS:
        layer = layer_of(name, **MADE_WITH.get(name, {}))
        again = type(layer).from_config(layer.config())
        np.testing.assert_array_equal(again(X), layer(X))
        assert repr(again) == repr(layer)
    assert repr(nnbook.LeakyReLU(0.2)) == "LeakyReLU(negative_slope=0.2)"
    assert repr(nnbook.ELU(0.5)) == "ELU(alpha=0.5)"
    assert repr(nnbook.ReLU()) == "ReLU()"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_refuses_integers(name):
    layer = layer_of(name)
    with pytest.raises(TypeError) as raised:
        layer(np.array([1, 2]))
    assert str(raised.value) == (
        f"{layer!r} expects floating numbers in x, but got int64 array of shape (2,). "
        "Convert it first: x.astype(np.float32)."
    )
    assert layer._contexts is None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_refuses_grey_values(name):
    with pytest.raises(TypeError) as raised:
        layer_of(name)(np.zeros((2, 64), np.uint8))
    assert str(raised.value) == (
        f"{layer_of(name)!r} expects floating numbers in x, but got uint8 array of shape (2, 64). "
        "Scale grey values first: x.astype(np.float32) / 255."
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_refuses_a_backward_without_forward(name):
    with pytest.raises(IndexError) as raised:
        layer_of(name).backward(np.ones(3))
    assert str(raised.value) == (
        f"{layer_of(name)!r}.backward expects one call of the layer, with recording on, for each backward, but got "
        "nothing left to undo. Call the layer first (model.train(); y = model(x)), then backward once."
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_refuses_a_gradient_of_another_shape(name):
    layer = layer_of(name)
    layer(X)
    with pytest.raises(ValueError, match=r"expects dy of shape \(3, 4, 5\), but got shape \(3, 4\)"):
        layer.backward(X[..., 0])
    assert layer._contexts is None


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: nnbook.LeakyReLU(-0.1),
            ValueError,
            "LeakyReLU expects a finite number negative_slope of at least 0 and of at most 1, but got "
            "negative_slope=-0.1.",
        ),
        (
            lambda: nnbook.LeakyReLU(1.5),
            ValueError,
            "LeakyReLU expects a finite number negative_slope of at least 0 and of at most 1, but got "
            "negative_slope=1.5.",
        ),
        (
            lambda: nnbook.LeakyReLU("0.1"),
            TypeError,
            "LeakyReLU expects a finite number negative_slope of at least 0 and of at most 1, but got the str '0.1'.",
        ),
        (
            lambda: activations.leaky_relu(X, negative_slope=np.nan),
            ValueError,
            "leaky_relu expects a finite number negative_slope of at least 0 and of at most 1, but got "
            "negative_slope=nan.",
        ),
        (
            lambda: activations.leaky_relu(X, negative_slope=-1),
            ValueError,
            "leaky_relu expects a finite number negative_slope of at least 0 and of at most 1, but got "
            "negative_slope=-1.",
        ),
        (
            lambda: activations.leaky_relu(X, negative_slope=None),
            TypeError,
            "leaky_relu expects a finite number negative_slope of at least 0 and of at most 1, but got None.",
        ),
        (
            lambda: nnbook.ELU(-1.0),
            ValueError,
            "ELU expects a finite number alpha of at least 0, but got alpha=-1.0.",
        ),
        (
            lambda: nnbook.ELU(math.inf),
            ValueError,
            "ELU expects a finite number alpha of at least 0, but got alpha=inf.",
        ),
        (
            lambda: nnbook.ELU(True),
            TypeError,
            "ELU expects a finite number alpha of at least 0, but got the bool True.",
        ),
        (
            lambda: activations.elu(X, alpha=-1),
            ValueError,
            "elu expects a finite number alpha of at least 0, but got alpha=-1.",
        ),
        (
            lambda: activations.elu(X, alpha=math.inf),
            ValueError,
            "elu expects a finite number alpha of at least 0, but got alpha=inf.",
        ),
        (
            lambda: activations.elu(X, alpha="1"),
            TypeError,
            "elu expects a finite number alpha of at least 0, but got the str '1'.",
        ),
    ],
)
def test_refuses_options(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message


def test_a_large_relu_is_a_small_one_many_times():
    x = np.random.default_rng(5).standard_normal((100, 60)).astype(np.float32)
    x[0, :4] = [np.nan, np.inf, -np.inf, -0.0]
    y = activations.relu(x)
    np.testing.assert_array_equal(y, [activations.relu(row) for row in x])
    assert y.dtype == np.float32
    assert activations.relu(np.arange(-5000, 5000)).dtype == np.int64
