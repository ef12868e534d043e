"""The gradient microscope: its numbers against a network written out, what it says, what it refuses."""

import numpy as np
import pytest

pytest.importorskip("anywidget")

import nnbook
from nnbook import widgets
from nnbook.widgets import microscope

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(7, 5)), np.array([0, 2, 1, 2, 0, 1, 1])
FUNCTIONS = {  # and their slopes, at z
    "ReLU": (lambda z: np.where(z > 0, z, 0), lambda z: (z > 0) * 1.0),
    "leaky ReLU": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "none": (lambda z: z, np.ones_like),
}


def make(x=None, y=None, **state):
    return widgets.GradientMicroscope(x, y, state=state)


def panel(widget, name):
    (found,) = (p for p in widget.scene["panels"] if p["name"] == name)
    return found


def by_hand(weights, activation):
    """Activations and δ of each hidden layer, with the batch's mean cross-entropy above."""
    f, slope = FUNCTIONS[activation]
    a, sums, outputs = X, [], []
    for w in weights[:-1]:
        sums.append(a @ w)
        a = f(sums[-1])
        outputs.append(a)
    logits = a @ weights[-1]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(7), Y]).mean()
    delta = (p - np.eye(3)[Y]) / 7
    deltas = []
    for w, z in zip(weights[:0:-1], sums[::-1], strict=True):
        delta = delta @ w.T * slope(z)
        deltas.append(delta)
    return outputs, deltas[::-1], loss


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_against_a_network_by_hand(activation):
    w = make(X, Y, activation=activation, depth=3, width=4, init="normal", std=0.8, seed=5)
    rng = np.random.default_rng(5)
    weights = [rng.standard_normal(shape) * 0.8 for shape in ((5, 4), (4, 4), (4, 4), (4, 3))]
    outputs, deltas, loss = by_hand(weights, activation)
    look = w._seen()[0]
    assert look.outputs == pytest.approx(np.array(outputs), rel=1e-9, abs=1e-12)
    assert look.deltas == pytest.approx(np.array(deltas), rel=1e-9, abs=1e-12)
    assert w.activations() == pytest.approx([np.sqrt((a**2).mean()) for a in outputs])
    assert w.gradients() == pytest.approx([np.sqrt((d**2).mean()) for d in deltas])
    assert f"Loss {loss:.4g}, where guessing has ln 3 = 1.099." in w.says()


@pytest.mark.parametrize(
    ("kind", "std"),
    [
        ("uniform ±1", 1 / np.sqrt(3)),
        ("normal", 0.3),
        ("Xavier", np.sqrt(2 / 128)),
        ("Kaiming", np.sqrt(2 / 64)),
    ],
)
def test_weights_are_as_wide_as_their_start_says(kind, std):
    drawn = microscope._weights(kind, 0.3, "relu", (64, 64), np.random.default_rng(0))
    assert drawn.std() == pytest.approx(std, rel=0.03)
    assert (np.abs(drawn) < 1).all() or kind != "uniform ±1"


def test_the_known_fates():
    def level(**state):
        w = make(depth=20, **state)
        return w.activations()[-1] / w.activations()[0], w.gradients()[0] / w.gradients()[-1]

    assert max(level()) < 1e-20
    assert min(level(init="uniform ±1")) > 1e8
    assert all(0.1 < ratio < 10 for ratio in level(init="Kaiming"))
    assert max(level(init="Xavier")) < 0.02
    assert all(0.1 < ratio < 10 for ratio in level(init="Xavier", activation="tanh"))
    assert level(init="Xavier", activation="sigmoid")[1] < 1e-9
    assert all(0.01 < ratio < 100 for ratio in level(normalization="batch norm"))


def test_says_what_vanishes_and_what_explodes():
    assert make().says() == (
        "Activations vanish: 0.055 in layer 1, 1.5e−13 in layer 10 (× 0.052 a layer). "
        "Gradients vanish on their way back: 6.9e−05 in layer 10, 3.4e−16 in layer 1 (× 0.055 a layer). "
        "52 of 640 units are dead: 0 for every example. Loss 2.303, where guessing has ln 10 = 2.303."
    )
    said = make(init="uniform ±1").says()
    assert "Activations explode: 3.8 in layer 1, 150000 in layer 10 (× 3.2 a layer)." in said
    assert "Gradients explode on their way back: 0.0062 in layer 10, 250 in layer 1 (× 3.2 a layer)." in said
    said = make(init="Kaiming").says()
    assert said.count("roughly keep their size") == 2
    one = make(depth=1).says()
    assert "Activations are of size 0.055 in the one hidden layer." in one


def test_says_who_is_dead_or_saturated():
    w = make(init="uniform ±1")
    outputs = w._seen()[0].outputs
    dead = sum(int((layer[:, unit] == 0).all()) for layer in outputs for unit in range(64))
    assert dead == 93
    assert "93 of 640 units are dead" in w.says()
    w = make(init="uniform ±1", activation="tanh")
    share = np.mean(np.abs(w._seen()[0].outputs) > 0.99)
    assert f"Saturated, within 0.01 of the ends: {share:.0%} of all activations." in w.says()
    assert share > 0.5
    w = make(init="uniform ±1", activation="sigmoid")
    share = np.mean(np.abs(w._seen()[0].outputs - 0.5) > 0.495)
    assert f"within 0.005 of the ends: {share:.0%}" in w.says()
    assert "dead" not in make(activation="leaky ReLU").says() + make(activation="none").says()


def test_zeros():
    w = make(init="zeros")
    assert w.says() == (
        "All activations are exactly 0. Gradients: not one reaches a hidden layer, δ is exactly 0 in all of them. "
        "640 of 640 units are dead: 0 for every example. With zeros all units of a layer are alike, and would stay so. "
        "Loss 2.303, where guessing has ln 10 = 2.303."
    )
    assert not w.gradients().any()
    said = make(init="zeros", activation="sigmoid").says()
    assert "0.5 in layer 10 (× 1 a layer). But layer 10 answers the same to every example." in said
    assert (
        make(activation="sigmoid", init="Xavier")
        .says()
        .count("But no unit of layer 10 tells the examples apart")
        == 1
    )


def test_beyond_float32():
    w = make(init="normal", std=10.0, depth=20, width=128, activation="none")
    assert (
        "In float32, which ends at 3.4e38, these numbers would be infinite, and the next ones NaN."
        in w.says()
    )
    w.refresh()
    assert not w.scene["trouble"]
    assert "float32" not in make(init="uniform ±1").says()


@pytest.mark.parametrize("state", [{}, {"init": "uniform ±1", "activation": "tanh"}, {"init": "Kaiming"}])
def test_columns_are_histograms(state):
    w = make(depth=4, **state)
    outputs = w._seen()[0].outputs
    bars = next(
        m for m in panel(w, "activations")["marks"] if m["kind"] == "line" and m["color"] == "#0072B2"
    )
    xs, ys = np.array(bars["x"], dtype=float).reshape(-1, 3), np.array(bars["y"], dtype=float).reshape(-1, 3)
    for layer in range(4):
        mine = np.abs(xs[:, :2].mean(axis=1) - (layer + 1)) < 0.01
        widest = ys[mine, 0][np.ptp(xs[mine, :2], axis=1).argmax()]
        sizes = np.abs(outputs[layer][outputs[layer] != 0])
        heights = np.unique(ys[:, 0])
        ratio = (heights[1:] / heights[:-1]).min()
        near = [np.mean(np.abs(np.log(sizes / h)) < np.log(ratio) / 2) for h in heights]
        assert np.isclose(near[int(np.flatnonzero(heights == widest)[0])], max(near), atol=0.01)
        assert np.ptp(xs[mine, :2], axis=1).max() == pytest.approx(0.88, abs=0.01)
    dots = next(m for m in panel(w, "activations")["marks"] if m["kind"] == "dots")
    assert dots["y"] == pytest.approx(w.activations(), rel=1e-4)


def test_exact_zeros_have_a_place_of_their_own():
    w = make(depth=4)
    zeros = next(m for m in panel(w, "activations")["marks"] if m["kind"] == "line" and m["width"] == 9)
    x = np.array(zeros["x"], dtype=float).reshape(-1, 3)
    shares = (w._seen()[0].outputs == 0).mean(axis=(1, 2))
    assert np.ptp(x[:, :2], axis=1) == pytest.approx(0.88 * shares, rel=1e-3)
    assert not any(m.get("width") == 9 for m in panel(make(activation="tanh"), "activations")["marks"])


def test_every_number_is_counted_once():
    for state in ({}, {"activation": "sigmoid", "std": 0.001, "depth": 20, "width": 2}, {"init": "zeros"}):
        look, outputs, deltas = make(**state)._seen()
        for sizes in (outputs, deltas):
            per_layer = look.outputs[0].size
            assert sizes.counts.sum(axis=1) + sizes.zeros * per_layer == pytest.approx(per_layer)
    assert microscope._rms(np.full((1, 2, 2), 3e-200)) == pytest.approx([3e-200])


def test_a_layer_closely():
    w = make(init="uniform ±1", activation="tanh")
    w.receive({"kind": "move", "name": "layer", "x": 6.7, "y": 0})
    assert w.state["layer"] == 7
    close = panel(w, "close")
    assert close["title"] == "layer 7 closely"
    (bars,) = close["marks"]
    assert sum(bars["y"]) == pytest.approx(100, abs=0.01)
    values = w._seen()[0].outputs[6]
    assert bars["y"][-1] == pytest.approx(100 * np.mean(values > bars["x"][-1] - bars["width"] / 2), abs=0.01)
    w.receive({"kind": "set", "name": "depth", "value": 4})
    assert w.state["layer"] == 4
    w.receive({"kind": "move", "name": "layer", "x": 11, "y": 0})
    assert w.state["layer"] == 4
    (handle,) = (m for m in panel(w, "activations")["marks"] if m["kind"] == "handle")
    assert (handle["x"], handle["says"]) == (4, "layer 4 of 4")
    w.receive({"kind": "move", "name": "other", "x": 1, "y": 0})
    assert w.state["layer"] == 4


def test_sigma_is_shown_where_it_counts():
    w = make()
    assert "std" in {c["name"] for c in w.scene["controls"]}
    w.receive({"kind": "set", "name": "init", "value": "Xavier"})
    assert "std" not in {c["name"] for c in w.scene["controls"]}


def test_looking_elsewhere_computes_nothing_anew():
    w = make()
    seen = w._seen()
    w.state.update(layer=5)
    assert w._seen() is seen
    w.state.update(seed=1)
    assert w._seen() is not seen


def test_the_default_batch():
    x, y = microscope._digits()
    pixels, labels, _, _ = nnbook.datasets.digits(flat=True)
    assert (x.mean(), x.std()) == pytest.approx((0, 1))
    assert np.corrcoef(x[3], pixels[3])[0, 1] == pytest.approx(1)
    assert (y == labels[:100]).all()
    assert make(X, Y).code() == "widgets.GradientMicroscope(x, y)"
    assert make().code() == "widgets.GradientMicroscope()"


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X, None, "GradientMicroscope expects x and y together, but got only x."),
        (None, Y, "GradientMicroscope expects x and y together, but got only y."),
        (
            np.zeros((300, 2)),
            np.zeros(300, int),
            "GradientMicroscope expects x of shape (N, D), N from 2 to 200, D from 1 to 1000, but got float64 array of "
            "shape (300, 2). Take a batch: x[:100].",
        ),
        (
            np.zeros((4, 0)),
            np.zeros(4, int),
            "GradientMicroscope expects x of shape (N, D), N from 2 to 200, D from 1 to 1000, but got float64 array of "
            "shape (4, 0).",
        ),
        (
            np.where(X > 1, np.nan, X),
            Y,
            "GradientMicroscope expects finite numbers from -1e6 to 1e6 in x, but got nan.",
        ),
        (
            1e9 * np.sign(X),
            Y,
            f"GradientMicroscope expects finite numbers from -1e6 to 1e6 in x, but got {np.sign(X[0, 0]) * 1e9}.",
        ),
        (
            X,
            Y[:3],
            "GradientMicroscope expects y of 7 whole numbers, a class for each row of x, but got int64 array of shape (3,).",
        ),
        (
            X,
            Y * 1.0,
            "GradientMicroscope expects y of 7 whole numbers, a class for each row of x, but got float64 array of shape (7,).",
        ),
        (X, Y - 1, "GradientMicroscope expects classes from 0 to K − 1 in y, K from 2 to 1000, but got -1 to 1."),
        (X, Y * 0, "GradientMicroscope expects classes from 0 to K − 1 in y, K from 2 to 1000, but got 0 to 0."),
        ("abc", Y, "GradientMicroscope expects an array of numbers as x, but got the str 'abc'."),
    ],
)  # fmt: skip
def test_bad_batches(x, y, message):
    with pytest.raises((TypeError, ValueError)) as error:
        widgets.GradientMicroscope(x, y)
    assert str(error.value) == message


def test_one_layer_is_told_without_a_course_and_large_numbers_plainly():
    said = make(depth=1, init="Kaiming").says()
    assert said.startswith("Activations are of size 0.98 in the one hidden layer. Gradients are of size ")
    said = make(activation="none", init="uniform ±1", width=128, depth=3).says()
    assert "e+0" not in said
