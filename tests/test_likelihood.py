import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook import losses
from nnbook.activations import log_softmax, softmax
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

FUNCTIONS = ("cross_entropy", "nll_loss", "binary_cross_entropy_with_logits", "kl_div")
LAYERS = ("CrossEntropyLoss", "NLLLoss", "BCEWithLogitsLoss", "KLDivLoss")

RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.standard_normal((6, 4)) * 2, np.array([0, 3, 1, 1, 2, 3])
SEQUENCE, SYMBOLS = RNG.standard_normal((2, 5, 4)), np.array([[0, 3, 1, -1, -1], [2, 1, 0, 3, -1]])
WEIGHT = [0.5, 1.0, 3.0, 0.2]
YES_OR_NO = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.3], [0.9, 1.0, 0.0], [0.0, 0.5, 1.0]])
SCORES = RNG.standard_normal((4, 3)) * 2
SHARES = RNG.dirichlet(np.ones(4), 6)
SHARES[2] = [0.0, 0.4, 0.0, 0.6]
ALL = [
    ("cross_entropy", LOGITS, LABELS, {}),
    ("cross_entropy", LOGITS, LABELS, {"weight": WEIGHT}),
    ("cross_entropy", LOGITS, LABELS, {"label_smoothing": 0.2}),
    ("cross_entropy", LOGITS, LABELS, {"label_smoothing": 1.0, "weight": WEIGHT}),
    ("cross_entropy", SEQUENCE, np.abs(SYMBOLS), {}),
    ("cross_entropy", SEQUENCE, SYMBOLS, {"ignore_index": -1}),
    ("cross_entropy", LOGITS[0], np.array(2), {}),
    ("cross_entropy", SEQUENCE, SYMBOLS, {"ignore_index": -1, "weight": WEIGHT, "label_smoothing": 0.2}),
    ("nll_loss", log_softmax(LOGITS), LABELS, {}),
    ("nll_loss", log_softmax(LOGITS), LABELS, {"weight": WEIGHT}),
    ("nll_loss", log_softmax(SEQUENCE), SYMBOLS, {"ignore_index": -1, "weight": WEIGHT}),
    ("binary_cross_entropy_with_logits", SCORES, YES_OR_NO, {}),
    ("kl_div", log_softmax(LOGITS), SHARES, {}),
    ("kl_div", log_softmax(SEQUENCE), softmax(RNG.standard_normal(SEQUENCE.shape)), {}),
]
EACH = pytest.mark.parametrize(
    ("name", "x", "target", "options"), ALL, ids=[f"{row[0]}-{'-'.join(row[3])}-{row[1].ndim}" for row in ALL]
)
FIRST = {
    "cross_entropy": "logits",
    "nll_loss": "log_probabilities",
    "binary_cross_entropy_with_logits": "logits",
    "kl_div": "log_probabilities",
}


def pair(name):
    return getattr(losses, name), getattr(losses, name + "_backward")


def layer_of(name, **options):
    return getattr(nnbook, LAYERS[FUNCTIONS.index(name)])(**options)


def value_of(name, x, target, **options):
    loss = pair(name)[0](x, target, **options)
    return loss[0] if isinstance(loss, tuple) else loss


@rung(1, *FUNCTIONS)
@EACH
def test_gradients_numerically(name, x, target, options):
    check_numerically(*pair(name), **{FIRST[name]: x, "target": target}, **options)


@rung(1, *LAYERS)
@EACH
def test_layer_gradients_numerically(name, x, target, options):
    check = nnbook.check_gradients(layer_of(name, **options), x, target)
    assert check.ok
    assert list(check) == ["x"]


def slowly(name, x, target, weight=None, label_smoothing=0.0, ignore_index=None):
    """Loss and gradient as the definitions have them: each example's target is a row of shares."""
    if name == "binary_cross_entropy_with_logits":
        p = 1 / (1 + np.exp(-x))
        terms = [
            -t * math.log(q) - (1 - t) * math.log(1 - q) for t, q in zip(target.flat, p.flat, strict=True)
        ]
        return sum(terms) / x.size, (p - target) / x.size
    if name == "kl_div":
        terms = [t * (math.log(t) - q) for t, q in zip(target.flat, x.flat, strict=True) if t > 0]
        return sum(terms) / len(x), -target / len(x)
    classes = x.shape[-1]
    weight = [1.0] * classes if weight is None else weight
    loss, divisor, gradient = 0.0, 0.0, np.zeros_like(x)
    for n in np.ndindex(target.shape):
        label = int(target[n])
        if label == ignore_index:
            continue
        wanted = [(c == label) * (1 - label_smoothing) + label_smoothing / classes for c in range(classes)]
        total = sum(math.exp(x[(*n, c)]) for c in range(classes))
        divisor += weight[label]
        for c in range(classes):
            log_p = x[(*n, c)] if name == "nll_loss" else math.log(math.exp(x[(*n, c)]) / total)
            # label smoothing in PyTorch: the class weight belongs to the class c of each term
            loss -= weight[c] * wanted[c] * log_p
            if name == "nll_loss":
                gradient[(*n, c)] = -weight[c] * wanted[c]
            else:
                for k in range(classes):
                    p = math.exp(x[(*n, k)]) / total
                    gradient[(*n, k)] += weight[c] * wanted[c] * (p - (k == c))
    return loss / divisor, gradient / divisor


@rung(2, *FUNCTIONS, *LAYERS)
@EACH
def test_term_by_term(name, x, target, options):
    loss, gradient = slowly(name, x, target, **options)
    layer = layer_of(name, **options)
    for value in (layer(x, target), value_of(name, x, target, **options)):
        assert type(value) is float
        assert math.isclose(value, loss, rel_tol=1e-12)
    np.testing.assert_allclose(layer.backward(), gradient, rtol=1e-10, atol=1e-14)


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
    assert math.isclose(layer(case[FIRST[name]], case["target"]), case["y"], rel_tol=1e-10)
    np.testing.assert_allclose(
        layer.backward() * case["dy"], case["d_" + FIRST[name]], rtol=1e-10, atol=1e-12
    )


def draw(name, rng, rows):
    x = rng.standard_normal((rows, 4)) * 3
    if name in ("nll_loss", "kl_div"):
        x = log_softmax(x)
    if name in ("cross_entropy", "nll_loss"):
        return x, rng.integers(0, 4, rows)
    return x, rng.dirichlet(np.ones(4), rows)


@rung(4, *FUNCTIONS, *LAYERS)
@given(rows=st.integers(2, 9), cut=st.integers(1, 8), seed=st.integers(0, 99))
def test_a_mean_of_examples_in_any_order(rows, cut, seed):
    cut, rng = min(cut, rows - 1), np.random.default_rng(seed)
    for name in FUNCTIONS:
        x, t = draw(name, rng, rows)
        layer = layer_of(name)
        loss, dx = layer(x, t), layer.backward()
        order, classes = rng.permutation(rows), rng.permutation(4)
        assert math.isclose(layer(x[order], t[order]), loss, rel_tol=1e-12)
        np.testing.assert_allclose(layer.backward(), dx[order], rtol=1e-12, atol=1e-15)
        renamed = np.argsort(classes)[t] if t.ndim == 1 else t[:, classes]
        assert math.isclose(layer(x[:, classes], renamed), loss, rel_tol=1e-12)
        np.testing.assert_allclose(layer.backward(), dx[:, classes], rtol=1e-12, atol=1e-15)
        parts = 0.0
        for part in (slice(cut), slice(cut, None)):
            share = len(x[part]) / rows
            parts += share * layer(x[part], t[part])
            np.testing.assert_allclose(share * layer.backward(), dx[part], rtol=1e-12, atol=1e-15)
        assert math.isclose(parts, loss, rel_tol=1e-12)


@rung(4, *FUNCTIONS)
@given(seed=st.integers(0, 99), smoothing=st.floats(0, 1))
def test_one_idea_under_several_names(seed, smoothing):
    rng = np.random.default_rng(seed)
    x, t = draw("cross_entropy", rng, 5)
    loss = value_of("cross_entropy", x, t)
    one_hot = np.eye(4)[t]
    close = {"rel_tol": 1e-10, "abs_tol": 1e-12}
    assert math.isclose(value_of("nll_loss", log_softmax(x), t), loss, **close)
    assert math.isclose(value_of("kl_div", log_softmax(x), one_hot), loss, **close)
    # a target is a row of shares: smoothing mixes the label with all classes alike
    shares = (1 - smoothing) * one_hot + smoothing / 4
    entropy = -sum(p * math.log(p) for p in shares[0] if p > 0)
    smoothed = value_of("cross_entropy", x, t, label_smoothing=smoothing)
    assert math.isclose(value_of("kl_div", log_softmax(x), shares) + entropy, smoothed, **close)
    # of two classes only the difference matters
    two, t = x[:, :2], np.minimum(t, 1)
    by_difference = value_of("binary_cross_entropy_with_logits", two[:, 1] - two[:, 0], t)
    assert math.isclose(value_of("cross_entropy", two, t), by_difference, **close)
    p = rng.random((5, 4))
    assert math.isclose(
        value_of("binary_cross_entropy_with_logits", -x, 1 - p),
        value_of("binary_cross_entropy_with_logits", x, p),
        **close,
    )
    _, t = draw("kl_div", rng, 5)
    assert value_of("kl_div", log_softmax(x), t) > 0
    assert math.isclose(value_of("kl_div", np.log(t), t), 0, abs_tol=1e-15)


@rung(4, "cross_entropy", "CrossEntropyLoss")
@given(seed=st.integers(0, 99))
def test_only_differences_matter_and_gradients_cancel(seed):
    rng = np.random.default_rng(seed)
    x, t = rng.integers(-20, 20, (5, 4)).astype(np.float32), rng.integers(0, 4, 5)
    layer, far = nnbook.CrossEntropyLoss(), nnbook.CrossEntropyLoss()
    assert layer(x, t) == far(x + np.float32(1e6), t)  # whole numbers: the sum is exact
    dx = layer.backward()
    np.testing.assert_array_equal(dx, far.backward())
    np.testing.assert_allclose(dx.sum(axis=1), 0, atol=1e-7)


@rung(4, "cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss")
def test_a_weight_of_two_is_an_example_seen_twice():
    twice = np.repeat(np.arange(6), [2 if label == 1 else 1 for label in LABELS])
    for name, x in (("cross_entropy", LOGITS), ("nll_loss", log_softmax(LOGITS))):
        weighted = value_of(name, x, LABELS, weight=[1, 2, 1, 1])
        assert math.isclose(weighted, value_of(name, x[twice], LABELS[twice]), rel_tol=1e-12)


@rung(4, "cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss")
@pytest.mark.parametrize("options", [{}, {"weight": WEIGHT}])
def test_padding_neither_counts_nor_learns(options):
    counted = SYMBOLS != -1
    for name, x in (("cross_entropy", SEQUENCE), ("nll_loss", log_softmax(SEQUENCE))):
        masked, cut = layer_of(name, ignore_index=-1, **options), layer_of(name, **options)
        assert math.isclose(masked(x, SYMBOLS), cut(x[counted], SYMBOLS[counted]), rel_tol=1e-12)
        dx = masked.backward()
        assert dx.shape == x.shape
        assert not dx[~counted].any()
        np.testing.assert_allclose(dx[counted], cut.backward(), rtol=1e-12)
        ruined = x.copy()
        ruined[~counted] = -np.inf  # whatever stands there does not reach the loss
        assert masked(ruined, SYMBOLS) == masked(x, SYMBOLS)
        # a mask with nothing to hide changes nothing
        assert math.isclose(
            layer_of(name, ignore_index=7, **options)(x, np.abs(SYMBOLS)),
            layer_of(name, **options)(x, np.abs(SYMBOLS)),
            rel_tol=1e-12,
        )


@rung(5, *FUNCTIONS)
@EACH
def test_strange_memory(name, x, target, options):
    target = np.atleast_1d(target)  # Fortran order makes a row of a single number
    x = np.atleast_2d(x)
    check_hostile(*pair(name), **{FIRST[name]: x, "target": target}, **options)


@rung(5, *FUNCTIONS)
def test_size_one():
    check_hostile(*pair("cross_entropy"), logits=LOGITS[:1, :2], target=np.array([1]))
    check_hostile(*pair("nll_loss"), log_probabilities=log_softmax(LOGITS[:1, :2]), target=np.array([1]))
    check_hostile(*pair("binary_cross_entropy_with_logits"), logits=LOGITS[0, :1], target=np.array([1.0]))
    check_hostile(*pair("kl_div"), log_probabilities=np.zeros((1, 1)), target=np.ones((1, 1)))


@rung(5, *FUNCTIONS, *LAYERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_and_dtype(dtype):
    x, t = np.array([[1e4, -1e4, 0.0], [0.0, 1e4, 1e4]], dtype), np.array([1, 2])
    wanted = {
        "cross_entropy": ([t], (20000 + math.log(2)) / 2, [[0.5, -0.5, 0], [0, 0.25, -0.25]]),
        "binary_cross_entropy_with_logits": (
            [np.array([[1, 1, 0], [1, 0, 1]])],
            (0 + 10000 + math.log(2) + math.log(2) + 10000 + 0) / 6,
            np.array([[0, -1, 0.5], [-0.5, 1, 0]]) / 6,
        ),
    }
    for name, ((target,), loss, gradient) in wanted.items():
        layer = layer_of(name)
        assert math.isclose(layer(x, target), loss, rel_tol=1e-6)
        dx = layer.backward()
        assert dx.dtype == dtype
        np.testing.assert_allclose(dx, gradient, rtol=1e-6, atol=1e-12)
    log_p = log_softmax(x)
    for name, target, loss in (("nll_loss", t, (20000 + math.log(2)) / 2), ("kl_div", np.eye(3)[t], None)):
        layer = layer_of(name)
        assert math.isclose(layer(log_p, target), loss or (20000 + math.log(2)) / 2, rel_tol=1e-6)
        assert layer.backward().dtype == dtype


@rung(5, *FUNCTIONS, *LAYERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_minus_infinity_rules_a_class_out(dtype):
    x = LOGITS.astype(dtype)
    x[:, 2] = -np.inf
    labels = np.where(LABELS == 2, 0, LABELS)
    fewer = [0, 1, 3]
    layer, small = nnbook.CrossEntropyLoss(), nnbook.CrossEntropyLoss()
    assert math.isclose(layer(x, labels), small(x[:, fewer], np.minimum(labels, 2)), rel_tol=1e-6)
    dx = layer.backward()
    assert not dx[:, 2].any()
    np.testing.assert_allclose(dx[:, fewer], small.backward(), rtol=1e-6)
    assert nnbook.NLLLoss()(log_softmax(x), labels) > 0
    shares = np.eye(4)[labels]
    kl = nnbook.KLDivLoss()
    assert math.isclose(kl(log_softmax(x), shares), layer(x, labels), rel_tol=1e-6)
    assert np.isfinite(kl.backward()).all()
    # the right class itself ruled out: without bound, but not NaN
    assert layer(x, np.full(6, 2)) == math.inf
    assert np.isfinite(layer.backward()).all()
    assert kl(log_softmax(x), np.eye(4)[np.full(6, 2)]) == math.inf
    nothing = np.full((2, 3), -np.inf, dtype)
    assert layer(nothing, np.array([0, 1])) == math.inf
    np.testing.assert_array_equal(layer.backward(), [[-0.5, 0, 0], [0, -0.5, 0]])
    yes = nnbook.BCEWithLogitsLoss()
    assert yes(np.array([-1e30], dtype), np.array([0])) == 0


def test_nan_is_not_hidden():
    x = LOGITS.copy()
    x[1, 2] = np.nan
    assert math.isnan(nnbook.CrossEntropyLoss()(x, LABELS))
    assert math.isnan(nnbook.BCEWithLogitsLoss()(x, np.zeros((6, 4))))
    assert math.isnan(nnbook.KLDivLoss()(log_softmax(x), np.full((6, 4), 0.25)))


@pytest.mark.parametrize("magnitude", [0.0, 1.0, -1e4, 1e6, 1e30])
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_equal_logits_cost_log_k(classes, magnitude):
    for dtype in (np.float32, np.float64):
        x = np.full((3, classes), magnitude, dtype)
        loss = nnbook.CrossEntropyLoss()(x, np.array([0, 1, classes - 1]))
        assert math.isclose(loss, math.log(classes), rel_tol=1e-6)


def test_facts_as_told():
    assert round(math.log(10), 4) == 2.3026
    assert round(math.log(1000), 4) == 6.9078
    assert math.isclose(nnbook.BCEWithLogitsLoss()(np.zeros(3), np.array([0, 1, 1])), math.log(2))
    p, q = np.array([[0.5, 0.5]]), np.array([[0.9, 0.1]])
    assert not math.isclose(losses.kl_div(np.log(p), q), losses.kl_div(np.log(q), p), rel_tol=0.1)
    # both have the same gradient through the softmax
    through = nnbook.LogSoftmax()
    kl = nnbook.KLDivLoss()
    kl(through(LOGITS), SHARES)
    np.testing.assert_allclose(
        through.backward(kl.backward()), (softmax(LOGITS) - SHARES) / 6, rtol=1e-10, atol=1e-15
    )
    ce, nll = nnbook.CrossEntropyLoss(), nnbook.NLLLoss()
    ce(LOGITS, LABELS)
    nll(through(LOGITS), LABELS)
    np.testing.assert_allclose(through.backward(nll.backward()), ce.backward(), rtol=1e-10, atol=1e-15)


def test_what_cross_entropy_keeps():
    _, saved = losses.cross_entropy(SEQUENCE, SYMBOLS, ignore_index=-1, weight=WEIGHT)
    assert saved.probabilities.shape == (4, 7)
    np.testing.assert_array_equal(saved.labels, SYMBOLS[SYMBOLS != -1])
    np.testing.assert_array_equal(
        saved.probabilities.ravel()[saved.places],
        softmax(SEQUENCE[SYMBOLS != -1])[np.arange(7), saved.labels],
    )
    np.testing.assert_array_equal(saved.kept, SYMBOLS.ravel() != -1)
    assert math.isclose(saved.total, sum(WEIGHT[label] for label in saved.labels))
    before = saved.probabilities.copy()
    losses.cross_entropy_backward(2.0, SYMBOLS, saved, weight=WEIGHT)
    np.testing.assert_array_equal(saved.probabilities, before)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_labels_of_any_integer_kind(kind):
    x = RNG.standard_normal((300, 100))  # 300 x 100 places: more than small integers hold
    labels = RNG.integers(0, 100, 300)
    assert nnbook.CrossEntropyLoss()(x, labels.astype(kind)) == nnbook.CrossEntropyLoss()(x, labels)
    assert nnbook.CrossEntropyLoss()(x, labels.tolist()) == nnbook.CrossEntropyLoss()(x, labels)


def test_called_twice_undone_newest_first():
    layer = nnbook.CrossEntropyLoss()
    layer(LOGITS, LABELS)
    first = layer.backward()
    layer(LOGITS, LABELS)
    layer(-LOGITS, LABELS)
    second = layer.backward()
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(layer.backward(), first)


def test_built_again_from_its_config():
    for layer, text in (
        (nnbook.CrossEntropyLoss(), "CrossEntropyLoss()"),
        (
            nnbook.CrossEntropyLoss([1, 2], label_smoothing=0.1, ignore_index=0),
            "CrossEntropyLoss(weight=[1.0, 2.0], label_smoothing=0.1, ignore_index=0)",
        ),
        (nnbook.CrossEntropyLoss(np.ones(2, np.float32)), "CrossEntropyLoss(weight=[1.0, 1.0])"),
        (nnbook.NLLLoss([1, 2], ignore_index=np.int64(5)), "NLLLoss(weight=[1.0, 2.0], ignore_index=5)"),
        (nnbook.BCEWithLogitsLoss(), "BCEWithLogitsLoss()"),
        (nnbook.KLDivLoss(), "KLDivLoss()"),
    ):
        again = type(layer).from_config(layer.config())
        assert repr(again) == repr(layer) == text
        assert isinstance(layer, nnbook.Loss)
