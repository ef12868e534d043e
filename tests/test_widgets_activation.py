"""The activation explorer: its values, slopes and lessons against a calculation by hand."""

import math

import numpy as np
import pytest

pytest.importorskip("anywidget")

import asyncio

from nnbook import widgets
from nnbook.widgets import activation as module

NAIVE = {
    "step": lambda z: 1.0 if z > 0 else 0.0,
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "ReLU": lambda z: max(z, 0.0),
    "leaky ReLU": lambda z: max(z, 0.3 * z),
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "ELU": lambda z: z if z > 0 else math.exp(z) - 1,
    "GELU": lambda z: 0.5 * z * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
    "SiLU": lambda z: z / (1 + math.exp(-z)),
}
BAD = {"w": -1, "b": -0.5}
TARGET = [0.1 + 0.08 * i for i in range(11)]


def panel(widget, name):
    (found,) = [p for p in widget.scene["panels"] if p["name"] == name]
    return found


def marks(widget, name, kind):
    return [mark for mark in panel(widget, name)["marks"] if mark["kind"] == kind]


def slope_of(f, z):
    return (f(z + 1e-6) - f(z - 1e-6)) / 2e-6


def mean_squares(f, w, b):
    return sum((f(w * i / 10 + b) - TARGET[i]) ** 2 for i in range(11)) / 11


def test_all_ten_are_there():
    assert list(widgets.ActivationExplorer.fields["function"].options) == list(NAIVE)


@pytest.mark.parametrize("name", NAIVE)
def test_value_slope_and_tangent(name):
    f = NAIVE[name]
    for z in (-2.4, -0.6, 0.35, 1.9):
        w = widgets.ActivationExplorer(state={"function": name, "z": z, "leak": 0.3})
        y, slope = f(z), slope_of(f, z)
        assert f"{name} at z = {z:.2f}: output {y:.3f}, slope {slope:.3f}".replace(
            "-", "−"
        ) in w.says().replace("−0.000", "0.000")
        (handle,) = marks(w, "curve", "handle")
        assert (handle["x"], handle["y"]) == (z, pytest.approx(y, abs=1e-5))
        tangent = marks(w, "curve", "line")[-1]
        rise = (tangent["y"][1] - tangent["y"][0]) / (tangent["x"][1] - tangent["x"][0])
        assert rise == pytest.approx(slope, abs=1e-4)
        assert sum(tangent["y"]) / 2 == pytest.approx(y, abs=1e-4)


@pytest.mark.parametrize("name", NAIVE)
def test_the_curves_and_the_grey_ground(name):
    f = NAIVE[name]
    w = widgets.ActivationExplorer(state={"function": name, "leak": 0.3})
    curve = next(m for m in marks(w, "curve", "line") if len(m["x"]) > 2)
    steepness = next(m for m in marks(w, "slope", "line") if len(m["x"]) > 2)
    grey = [(m["x"], m["x"] + m["w"]) for m in marks(w, "slope", "rect")]
    assert grey == [(m["x"], m["x"] + m["w"]) for m in marks(w, "curve", "rect")]
    for x, y, s in zip(curve["x"], curve["y"], steepness["y"], strict=True):
        if x is None or abs(x) < 0.01:  # the line is broken between the two sides of 0
            continue
        assert y == pytest.approx(f(x), abs=1e-5)
        assert s == pytest.approx(slope_of(f, x), abs=1e-4)
        if abs(abs(s) - 0.05) > 1e-3:
            assert any(a <= x <= b for a, b in grey) == (abs(s) < 0.05)


@pytest.mark.parametrize("name", NAIVE)
@pytest.mark.parametrize("start", [{"w": 1.3, "b": 0.27}, {"w": -1.2, "b": -0.5}])
def test_a_step_of_learning_goes_down_the_measured_slope(name, start):
    f, w, b = NAIVE[name], float(start["w"]), float(start["b"])
    unit = widgets.ActivationExplorer(state={"function": name, "leak": 0.3, **start})
    assert unit.error() == pytest.approx(mean_squares(f, w, b))
    assert f"The unit's error is {mean_squares(f, w, b):.4f}; its 11 sums" in unit.says()
    for done in (1, 2, 3):
        down_w = (mean_squares(f, w + 1e-6, b) - mean_squares(f, w - 1e-6, b)) / 2e-6
        down_b = (mean_squares(f, w, b + 1e-6) - mean_squares(f, w, b - 1e-6)) / 2e-6
        w, b = w - 0.5 * down_w, b - 0.5 * down_b
        unit.receive({"kind": "press", "name": "one"})
        assert (unit.state["w"], unit.state["b"]) == pytest.approx((w, b), abs=1e-6)
        assert unit.state["steps"] == done
    answers = marks(unit, "unit", "line")[1]
    at_w, at_b = unit.state["w"], unit.state["b"]  # to the last bit, as halves are rounded
    title = f"the unit {name}({at_w:.2f} x {'-' if round(at_b, 2) < 0 else '+'} {abs(at_b):.2f})"
    assert panel(unit, "unit")["title"] == title.replace("-", "−")
    assert answers["y"] == pytest.approx([f(w * i / 10 + b) for i in range(11)], abs=1e-4)


def test_what_is_dead_stays_dead_and_a_leak_brings_it_back():
    w = widgets.ActivationExplorer(state={"function": "ReLU", **BAD})
    w.learn(400)
    assert (w.state["w"], w.state["b"]) == (-1, -0.5)
    assert w.says().endswith(
        "The unit's error is 0.3140 after 400 steps of learning; its 11 sums, from −1.50 to −0.50, all meet "
        "the slope 0: it is dead, no step can move it."
    )
    w.receive({"kind": "set", "name": "function", "value": "leaky ReLU"})
    w.receive({"kind": "set", "name": "leak", "value": 0})
    w.learn(100)
    assert (w.state["w"], w.state["b"]) == (-1, -0.5)  # no leak, no help
    w.receive({"kind": "set", "name": "leak", "value": 0.1})
    w.learn(400)
    assert w.error() < 1e-4
    assert (w.state["w"], w.state["b"]) == pytest.approx((0.8, 0.1), abs=0.03)


def test_what_is_saturated_creeps():
    w = widgets.ActivationExplorer(state={"function": "sigmoid", "w": -1, "b": -6})
    assert w.says().endswith("meet slopes from 0.001 to 0.002: as good as deaf, it will creep.")
    before = w.error()
    w.learn(400)
    assert before - 0.002 < w.error() < before


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"function": "step", "z": 0}, "slope 0.000: a jump, which has no slope; nnbook takes 0."),
        (
            {"function": "ReLU", "z": 0},
            "slope 0.000: a corner, 0 on its left and 1 on its right; nnbook takes 0.",
        ),
        (
            {"function": "leaky ReLU", "z": 0},
            "a corner, 0.1 on its left and 1 on its right; nnbook takes 0.1.",
        ),
        (
            {"function": "leaky ReLU", "z": 0, "leak": 1},
            "raise z by 0.1, and the output changes by about +0.100.",
        ),
        ({"function": "softplus", "z": 0}, "raise z by 0.1, and the output changes by about +0.050."),
        ({"function": "ReLU", "z": -3}, "slope 0.000: level, and deaf to every nudge."),
        ({"function": "sigmoid", "z": 4}, "slope 0.018: saturated, as good as deaf."),
        ({"function": "GELU", "z": -0.75}, "nearly level, as good as deaf."),
        ({"function": "SiLU", "z": -2}, "the output changes by about −0.009."),
        ({"function": "step"}, "all meet the slope 0: no step can move it."),
        ({"function": "linear"}, "meet a slope of 1.000."),
    ],
)
def test_it_says(state, said):
    assert said in widgets.ActivationExplorer(state=state).says()


def test_the_hand_moves_the_sum_in_twentieths_and_stays_on_the_panel():
    w = widgets.ActivationExplorer()
    for x, z in ((2.213, 2.2), (-0.02, 0.0), (99, 6.0), (-99, -6.0)):
        w.receive({"kind": "move", "name": "sum", "x": x, "y": 55.0})
        assert w.state["z"] == z
    for name in module._FUNCTIONS:
        for z in (-6, 6):
            w = widgets.ActivationExplorer(state={"function": name, "z": z, "leak": 1})
            (handle,) = marks(w, "curve", "handle")
            low, high = panel(w, "curve")["y"]
            assert low <= handle["y"] <= high


def test_a_weight_set_by_hand_begins_anew():
    w = widgets.ActivationExplorer()
    w.receive({"kind": "press", "name": "one"})
    w.receive({"kind": "set", "name": "z", "value": 2})
    w.receive({"kind": "set", "name": "function", "value": "tanh"})
    assert w.state["steps"] == 1
    w.receive({"kind": "set", "name": "b", "value": 1})
    assert w.state["steps"] == 0
    w.receive({"kind": "press", "name": "one"})
    w.receive({"kind": "press", "name": "bad"})
    assert (w.state["w"], w.state["b"], w.state["steps"]) == (-1, -0.5, 0)


def test_play_and_stop():
    async def hands():
        w = widgets.ActivationExplorer()
        w.receive({"kind": "press", "name": "learn"})
        assert w.playing
        await asyncio.sleep(0.12)
        assert [b["label"] for b in w.scene["buttons"] if b["name"] == "learn"] == ["Stop"]
        w.receive({"kind": "press", "name": "learn"})
        assert not w.playing
        assert w.state["steps"] % 5 == 0
        assert 0 < w.state["steps"] < 100
        return w

    w = asyncio.run(hands())
    w.receive({"kind": "press", "name": "learn"})
    assert "expects a running notebook to play in, but got none" in w.scene["says"]


def test_play_ends_by_itself():
    w = widgets.ActivationExplorer()
    frames = []
    w.play = lambda frame: frames.append(frame)
    w.on_press("learn")
    while frames[0]():
        pass
    assert w.state["steps"] == 400


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        (
            0,
            ValueError,
            "ActivationExplorer.learn expects a whole number steps of at least 1, but got steps=0.",
        ),
        (
            1.5,
            TypeError,
            "ActivationExplorer.learn expects a whole number steps of at least 1, but got the float 1.5.",
        ),
    ],
)
def test_learn_refuses(steps, error, message):
    w = widgets.ActivationExplorer()
    with pytest.raises(error) as raised:
        w.learn(steps)
    assert str(raised.value) == message
    assert w.state["steps"] == 0


def test_far_sums_are_said_and_not_drawn():
    w = widgets.ActivationExplorer(state={"function": "tanh", "w": 1, "b": 10})
    assert marks(w, "curve", "dots")[0]["x"] == []
    assert "its 11 sums, from 10.00 to 11.00, meet a slope of 0.000: as good as deaf" in w.says()
    assert np.isfinite(w.error())


def test_no_minus_before_zero_and_the_leak_is_shown_where_it_counts():
    w = widgets.ActivationExplorer(state={"function": "GELU", "z": -4.4})
    assert w.says().startswith("GELU at z = −4.40: output 0.000, slope 0.000: nearly level")
    assert "leak" not in {control["name"] for control in w.scene["controls"]}
    w.receive({"kind": "set", "name": "function", "value": "leaky ReLU"})
    assert "leak" in {control["name"] for control in w.scene["controls"]}


def test_the_stage_says_when_it_plays():
    async def learn():
        w = widgets.ActivationExplorer()
        played = [w.scene["playing"]]
        for _ in range(2):
            w.receive({"kind": "press", "name": "learn"})
            played.append(w.scene["playing"])
        return played

    assert asyncio.run(learn()) == [False, True, False]
