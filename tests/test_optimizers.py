import math
import warnings

import numpy as np
import pytest

import nnbook
from nnbook import flat
from nnbook.module import Parameter
from nnbook.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    RMSprop,
    clip_grad_norm,
    clip_grad_value,
)
from tests import oracle
from tests.reference.optimizers import AFTER, SHAPES, SIZES, wind

CLASSES = [SGD, Adagrad, RMSprop, Adadelta, Adam, AdamW]
CUTS = np.cumsum(SIZES)[:-1]


def parts_of(vector):
    return [part.reshape(shape) for part, shape in zip(np.split(vector, CUTS), SHAPES, strict=True)]


def parameters(vector, dtype=np.float64):
    return [Parameter(part.astype(dtype)) for part in parts_of(vector)]


def joined(params):
    return np.concatenate([p.data.ravel() for p in params])


# -- against PyTorch --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", oracle.cases("optimizers"))
@pytest.mark.parametrize("block", [5, flat._BLOCK])  # 5: blocks begin and end in the middle of parameters
def test_a_hundred_steps_as_pytorch(case, block, monkeypatch):
    monkeypatch.setattr(flat, "_BLOCK", block)
    case = case()
    options, params = case["options"], parameters(case["start"])
    given = params
    if options["groups"]:
        two = (params[:2], params[2:])
        given = [{"params": p, **o} for p, o in zip(two, options["groups"], strict=True)]
    optimizer = getattr(nnbook, options["name"])(given, **options["settings"])
    found = []
    for t in range(1, AFTER[-1] + 1):
        gradients = parts_of(case["curvature"] @ joined(params) + wind(t))
        optimizer.zero_grad()
        for p, g in zip(params, gradients, strict=True):
            p.grad += g
        optimizer.step()
        if t in AFTER:
            found.append(joined(params))
    np.testing.assert_allclose(found, case["w"], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("cls", CLASSES)
def test_defaults_are_pytorchs(cls):
    torch = oracle.require_torch()
    theirs = getattr(torch.optim, cls.__name__)([torch.zeros(1, requires_grad=True)]).defaults
    mine = cls([Parameter(np.zeros(1))]).defaults
    assert set(mine) - set(theirs) == {"l1"}
    assert {name: theirs[name] for name in mine if name != "l1"} == {
        n: v for n, v in mine.items() if n != "l1"
    }


# -- against the textbook ---------------------------------------------------------------------------------------------

# Each rule for one single weight, in plain Python, from the paper: g is its gradient, s a dict that begins empty.


def plain_sgd(w, g, s, t, lr=1e-3, momentum=0.0, nesterov=False):
    s["v"] = momentum * s.get("v", 0.0) + g
    return w - lr * (g + momentum * s["v"] if nesterov else s["v"])


def plain_adagrad(w, g, s, t, lr=1e-2, eps=1e-10):
    s["sum"] = s.get("sum", 0.0) + g**2
    return w - lr * g / (math.sqrt(s["sum"]) + eps)


def plain_rmsprop(w, g, s, t, lr=1e-2, alpha=0.99, eps=1e-8):
    s["mean"] = alpha * s.get("mean", 0.0) + (1 - alpha) * g**2
    return w - lr * g / (math.sqrt(s["mean"]) + eps)


def plain_adadelta(w, g, s, t, lr=1.0, rho=0.9, eps=1e-6):
    s["g"] = rho * s.get("g", 0.0) + (1 - rho) * g**2
    change = -math.sqrt(s.get("x", 0.0) + eps) / math.sqrt(s["g"] + eps) * g
    s["x"] = rho * s.get("x", 0.0) + (1 - rho) * change**2
    return w + lr * change


def plain_adam(w, g, s, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    s["m"] = betas[0] * s.get("m", 0.0) + (1 - betas[0]) * g
    s["v"] = betas[1] * s.get("v", 0.0) + (1 - betas[1]) * g**2
    m_hat, v_hat = s["m"] / (1 - betas[0] ** t), s["v"] / (1 - betas[1] ** t)
    return w - lr * m_hat / (math.sqrt(v_hat) + eps)


PLAIN = {
    SGD: (plain_sgd, [{}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "momentum": 0.5, "nesterov": True}]),
    Adagrad: (plain_adagrad, [{}, {"lr": 0.3, "eps": 1e-2}]),
    RMSprop: (plain_rmsprop, [{}, {"lr": 0.1, "alpha": 0.7, "eps": 1e-2}]),
    Adadelta: (plain_adadelta, [{}, {"lr": 0.5, "rho": 0.6, "eps": 1e-2}]),
    Adam: (plain_adam, [{}, {"lr": 0.1, "betas": (0.7, 0.8), "eps": 1e-2}]),
    AdamW: (plain_adam, [{}, {"lr": 0.1, "betas": (0.0, 0.8), "eps": 1e-2}]),
}


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("setting", [0, -1])
@pytest.mark.parametrize(("decay", "l1"), [(0.0, 0.0), (0.2, 0.0), (0.0, 0.3), (0.2, 0.3)])
def test_as_the_textbook_weight_by_weight(cls, setting, decay, l1):
    plain, settings = PLAIN[cls]
    settings = settings[setting]
    rng = np.random.default_rng(1)
    start, gradients = rng.standard_normal(sum(SIZES)), rng.standard_normal((7, sum(SIZES)))
    start[3] = 0.0  # where the L1 penalty has no slope
    params = parameters(start)
    optimizer = cls(params, weight_decay=decay, l1=l1, **settings)
    expected, states = start.tolist(), [{} for _ in start]
    for t, gradient in enumerate(gradients, start=1):
        for p, g in zip(params, parts_of(gradient), strict=True):
            p.grad = g
        optimizer.step()
        for i, w in enumerate(expected):
            slope = float(gradient[i]) + l1 * ((w > 0) - (w < 0))
            if cls is AdamW:
                w -= optimizer.lr * decay * w
            else:
                slope += decay * w
            expected[i] = plain(w, slope, states[i], t, **settings)
    np.testing.assert_allclose(joined(params), expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal([p.grad.ravel().tolist() for p in params][1], parts_of(gradients[-1])[1])


@pytest.mark.parametrize("cls", CLASSES)
def test_float32_stays_float32_and_close(cls):
    rng = np.random.default_rng(2)
    start, gradients = rng.standard_normal(sum(SIZES)), rng.standard_normal((30, sum(SIZES)))
    single, double = parameters(start, np.float32), parameters(start)
    options = {"weight_decay": 0.1, "l1": 0.1} | ({"momentum": 0.9, "lr": 0.01} if cls is SGD else {})
    optimizers = cls(single, **options), cls(double, **options)
    for gradient in gradients:
        for params in (single, double):
            for p, g in zip(params, parts_of(gradient), strict=True):
                p.grad = g
        for optimizer in optimizers:
            optimizer.step()
    assert {p.data.dtype.name for p in single} == {"float32"}
    assert {a.dtype.name for f in optimizers[0]._flats for a in f.state.values()} <= {"float32"}
    np.testing.assert_allclose(joined(single), joined(double), rtol=1e-4, atol=1e-5)


def test_momentum_may_be_changed_on_the_way():
    weight = Parameter(np.array([1.0]))
    optimizer = SGD([weight], lr=0.1)
    w, v = 1.0, 0.0
    for momentum in (0.0, 0.9, 0.9, 0.5):
        optimizer.param_groups[0]["momentum"] = momentum
        weight.grad = [1.0]
        optimizer.step()
        v = momentum * v + 1.0 if momentum else 0.0
        w -= 0.1 * (v or 1.0)
        np.testing.assert_allclose(weight.data, w, rtol=1e-12)


# -- do they arrive? --------------------------------------------------------------------------------------------------


def bowl(w):
    return 0.5 * (w[0] ** 2 + 10 * w[1] ** 2), np.array([w[0], 10 * w[1]])


def rosenbrock(w):
    x, y = w
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2, np.array(
        [2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)]
    )


def descend(f, start, cls, steps, **settings):
    weight = Parameter(np.array(start))
    optimizer = cls([weight], **settings)
    for _ in range(steps):
        _, weight.grad = f(weight.data)
        optimizer.step()
    return f(weight.data)[0]


WAYS = [
    (SGD, {"lr": 0.1}, {"lr": 1e-3}),
    (SGD, {"lr": 0.02, "momentum": 0.9}, {"lr": 3e-4, "momentum": 0.9}),
    (SGD, {"lr": 0.02, "momentum": 0.9, "nesterov": True}, {"lr": 3e-4, "momentum": 0.9, "nesterov": True}),
    (Adagrad, {"lr": 0.5}, {"lr": 0.5}),
    (RMSprop, {"lr": 1e-3}, {"lr": 1e-3, "alpha": 0.9}),
    (Adadelta, {"lr": 0.1, "eps": 1e-5}, {"lr": 0.03}),  # at lr=1 it dances around the bottom
    (Adam, {"lr": 0.05}, {"lr": 0.01}),
    (AdamW, {"lr": 0.05, "weight_decay": 0.0}, {"lr": 0.01, "weight_decay": 0.0}),
]


@pytest.mark.parametrize(("cls", "settings", "_"), WAYS)
def test_reaches_the_bottom_of_a_bowl(cls, settings, _):
    assert descend(bowl, [2.0, -1.0], cls, 3000, **settings) < 1e-5 * bowl([2.0, -1.0])[0]


@pytest.mark.parametrize(("cls", "_", "settings"), WAYS)
def test_finds_its_way_through_rosenbrocks_valley(cls, _, settings):
    assert descend(rosenbrock, [-1.2, 1.0], cls, 12000, **settings) < 1e-3 * rosenbrock([-1.2, 1.0])[0]


def test_decay_beside_the_division_is_the_same_for_loud_and_quiet_weights():
    loud_and_quiet = np.array([100.0, 0.01])
    ends = []
    for cls in (Adam, AdamW):
        weight = Parameter(np.ones(2))
        optimizer = cls([weight], lr=1e-3, weight_decay=0.5)
        rng = np.random.default_rng(0)
        for _ in range(1000):
            weight.grad = loud_and_quiet * rng.choice([-1.0, 1.0])
            optimizer.step()
        ends.append(weight.data.copy())
    assert ends[0][0] - ends[0][1] > 0.5  # Adam: the loud one hardly decays
    assert abs(ends[1][0] - ends[1][1]) < 0.01
    assert ends[1][0] < 0.9


def test_l1_brings_what_nobody_needs_to_zero_and_l2_does_not():
    ends = {}
    for name, options in {"l1": {"l1": 0.1}, "l2": {"weight_decay": 0.1}}.items():
        weight = Parameter(np.array([1.0, 1.0]))
        optimizer = SGD([weight], lr=0.01, **options)
        for _ in range(2000):
            weight.grad = [weight.data[0] - 1.0, 0.0]  # only the first one is of use
            optimizer.step()
        ends[name] = weight.data.copy()
    np.testing.assert_allclose(ends["l1"][0], 1 - 0.1, atol=1e-3)
    assert abs(ends["l1"][1]) <= 0.001 + 1e-12
    np.testing.assert_allclose(ends["l2"], [1 / 1.1, (1 - 0.01 * 0.1) ** 2000], rtol=1e-6)


# -- clipping ---------------------------------------------------------------------------------------------------------


def with_gradients(*gradients, dtype=np.float64):
    params = [Parameter(np.zeros(np.shape(g), dtype)) for g in gradients]
    for p, g in zip(params, gradients, strict=True):
        p.grad = g
    return params


@pytest.mark.parametrize("max_norm", [0.3, 5.0, 100.0])
def test_clips_the_norm(max_norm):
    rng = np.random.default_rng(0)
    gradients = [rng.standard_normal(shape) for shape in ((3, 2), (4,), ())]
    params = with_gradients(*gradients)
    norm = clip_grad_norm(iter(params), max_norm)
    true = math.sqrt(sum(float((g**2).sum()) for g in gradients))
    np.testing.assert_allclose(norm, true, rtol=1e-12)
    assert type(norm) is float
    factor = min(1.0, max_norm / (true + 1e-6))
    for p, g in zip(params, gradients, strict=True):
        np.testing.assert_allclose(p.grad, g * factor, rtol=1e-12)


@pytest.mark.parametrize("max_norm", [0.3, 5.0])
def test_clips_the_norm_as_pytorch(max_norm):
    torch = oracle.require_torch()
    rng = np.random.default_rng(0)
    gradients = [rng.standard_normal(shape) for shape in ((3, 2), (4,), ())]
    params = with_gradients(*gradients)
    norm = clip_grad_norm(params, max_norm)
    tensors = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in gradients]
    for tensor, g in zip(tensors, gradients, strict=True):
        tensor.grad = torch.tensor(g)
    np.testing.assert_allclose(norm, float(torch.nn.utils.clip_grad_norm_(tensors, max_norm)), rtol=1e-12)
    for p, tensor in zip(params, tensors, strict=True):
        np.testing.assert_allclose(p.grad, tensor.grad.numpy(), rtol=1e-12)


def test_the_norm_does_not_overflow():
    (weight,) = params = with_gradients(np.array([3e30, -4e30]), dtype=np.float32)
    np.testing.assert_allclose(clip_grad_norm(params, 1.0), 5e30, rtol=1e-6)
    np.testing.assert_allclose(weight.grad, [0.6, -0.8], rtol=1e-6)
    assert weight.grad.dtype == np.float32


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradients_that_are_not_finite_are_left_to_fit(bad):
    (weight,) = params = with_gradients(np.array([1.0, bad]))
    assert not math.isfinite(clip_grad_norm(params, 0.5))
    np.testing.assert_array_equal(weight.grad, [1.0, bad])


def test_frozen_parameters_neither_count_nor_change():
    first, second = params = with_gradients([3.0, 4.0], [100.0])
    second.requires_grad = False
    assert clip_grad_norm(params, 1.0) == 5.0
    clip_grad_value(params, 0.1)
    np.testing.assert_allclose(first.grad, [0.1, 0.1])
    np.testing.assert_array_equal(second.grad, [100.0])


def test_clips_each_value():
    weight, bias = params = with_gradients([[0.5, -7.0], [7.0, np.nan]], [-0.2])
    assert clip_grad_value(params, 1.0) is None
    np.testing.assert_array_equal(weight.grad, [[0.5, -1.0], [1.0, np.nan]])
    np.testing.assert_array_equal(bias.grad, [-0.2])


def test_clipping_reaches_the_optimisers_own_arrays():
    model = nnbook.Linear(2, 3, rng=0)
    optimizer = SGD(model.parameters(), lr=1.0)
    model.weight.grad += 10.0
    before = model.weight.data.copy()
    clip_grad_value(model.parameters(), 0.5)
    optimizer.step()
    np.testing.assert_allclose(before - model.weight.data, 0.5, rtol=1e-6)


# -- what is refused --------------------------------------------------------------------------------------------------

LR = " Try lr=1e-3."
BETAS = " PyTorch's and the paper's are (0.9, 0.999)."


@pytest.mark.parametrize(
    ("cls", "options", "error", "message"),
    [
        (SGD, {"lr": 0}, ValueError, f"SGD expects a finite number lr above 0, but got lr=0.{LR}"),
        (SGD, {"lr": -0.1}, ValueError, f"SGD expects a finite number lr above 0, but got lr=-0.1.{LR}"),
        (Adam, {"lr": np.nan}, ValueError, f"Adam expects a finite number lr above 0, but got lr=nan.{LR}"),
        (Adam, {"lr": "1"}, TypeError, f"Adam expects a finite number lr above 0, but got the str '1'.{LR}"),
        (
            SGD,
            {"momentum": -0.9},
            ValueError,
            "SGD expects a finite number momentum of at least 0, but got momentum=-0.9.",
        ),
        (
            SGD,
            {"nesterov": True},
            ValueError,
            "SGD expects momentum above 0 with nesterov=True, but got momentum=0. Pass momentum=0.9: looking ahead "
            "needs a velocity.",
        ),
        (
            SGD,
            {"nesterov": 0.9},
            TypeError,
            "SGD expects nesterov to be True or False, but got the float 0.9.",
        ),
        (
            SGD,
            {"weight_decay": -1},
            ValueError,
            "SGD expects a finite number weight_decay of at least 0, but got weight_decay=-1.",
        ),
        (Adagrad, {"l1": -1}, ValueError, "Adagrad expects a finite number l1 of at least 0, but got l1=-1."),
        (
            Adagrad,
            {"eps": -1},
            ValueError,
            "Adagrad expects a finite number eps of at least 0, but got eps=-1.",
        ),
        (
            RMSprop,
            {"alpha": 1},
            ValueError,
            "RMSprop expects a finite number alpha of at least 0 and below 1, but got alpha=1.",
        ),
        (
            Adadelta,
            {"rho": -0.1},
            ValueError,
            "Adadelta expects a finite number rho of at least 0 and below 1, but got rho=-0.1.",
        ),
        (
            Adam,
            {"betas": 0.9},
            TypeError,
            f"Adam expects two numbers as betas, but got the float 0.9.{BETAS}",
        ),
        (
            Adam,
            {"betas": (0.9, 1.0)},
            ValueError,
            f"Adam expects a finite number betas[1] of at least 0 and below 1, but got betas[1]=1.0.{BETAS}",
        ),
        (
            AdamW,
            {"betas": (-0.1, 0.9)},
            ValueError,
            f"AdamW expects a finite number betas[0] of at least 0 and below 1, but got betas[0]=-0.1.{BETAS}",
        ),
    ],
)
def test_refuses_options(cls, options, error, message):
    weight = Parameter(np.ones(3))
    data = weight.data
    with pytest.raises(error) as raised:
        cls([weight], **options)
    assert str(raised.value) == message
    assert weight.data is data  # nothing was moved


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: clip_grad_norm(nnbook.Linear(2, 3), 1.0),
            TypeError,
            "clip_grad_norm expects parameters, but got the Module Linear. Pass its parameters: model.parameters().",
        ),
        (
            lambda: clip_grad_norm([Parameter(np.ones(1))], 0),
            ValueError,
            "clip_grad_norm expects a finite number max_norm above 0, but got max_norm=0.",
        ),
        (
            lambda: clip_grad_norm([Parameter(np.ones(1))], "1"),
            TypeError,
            "clip_grad_norm expects a finite number max_norm above 0, but got the str '1'.",
        ),
        (
            lambda: clip_grad_value(Parameter(np.ones(1)), 1.0),
            TypeError,
            "clip_grad_value expects a list of parameters, but got the Parameter Parameter(shape=(1,), dtype=float64). "
            "Put it in a list: [parameter].",
        ),
        (
            lambda: clip_grad_value([np.ones(1)], 1.0),
            TypeError,
            "clip_grad_value expects parameters, but got float64 array of shape (1,) at place 0.",
        ),
        (
            lambda: clip_grad_value([Parameter(np.ones(1))], -1.0),
            ValueError,
            "clip_grad_value expects a finite number clip_value above 0, but got clip_value=-1.0.",
        ),
    ],
)
def test_clipping_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message


def test_nan_gradients_are_not_refused_here():
    weight = Parameter(np.ones(2))
    optimizer = Adam([weight])
    weight.grad = [np.nan, 1.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
    assert np.isnan(weight.data[0])
    np.testing.assert_allclose(weight.data[1], 1 - 1e-3)
