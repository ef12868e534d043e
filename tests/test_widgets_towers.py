"""The tower builder: what a hand does to it, and that its numbers are a network's."""

import numpy as np
import pytest

pytest.importorskip("anywidget")

from nnbook import widgets
from nnbook.widgets import towers as module


def told(widget, panel, kind="write"):
    """The texts on a panel, or its marks of another kind."""
    (found,) = [p for p in widget.scene["panels"] if p["name"] == panel]
    marks = [mark for mark in found["marks"] if mark["kind"] == kind]
    return [mark["text"] for mark in marks] if kind == "write" else marks


def naive(x, rows, unit, k, floor):
    """The curve at one x, unit by unit."""
    y = floor
    for left, right, height in rows:
        if unit == "sigmoid":
            y += height / (1 + np.exp(-k * (x - left))) - height / (1 + np.exp(-k * (x - right)))
        elif unit == "step":
            y += height * ((x > left) - float(x > right))
        else:
            slope = height / (right - left)
            y += slope * max(x - left, 0) - slope * max(x - right, 0)
    return y


ROWS = [(0.1, 0.32, 0.4), (0.25, 0.7, -0.3), (0.55, 0.9, 0.85)]


@pytest.mark.parametrize("unit", ["sigmoid", "step", "ReLU"])
@pytest.mark.parametrize("goal", ["hills", "skyline", "roof"])
def test_what_is_drawn_and_scored_is_the_network(unit, goal):
    w = widgets.TowerBuilder(
        state={"unit": unit, "goal": goal, "towers": ROWS, "floor": 0.15, "steepness": 40}
    )
    y = [naive(x, ROWS, unit, 40, 0.15) for x in module._X]
    wanted = module._goal(goal, module._X)
    off = np.abs(np.array(y) - wanted)
    network = w.network()
    assert np.allclose(network.predict(module._X[:, None])[:, 0], y)
    assert [p.shape for p in network.parameters()] == [(1, 6), (6,), (6, 1), (1,)]
    black = [mark for mark in told(w, "curve", "line") if mark["color"] == "#000000"]
    assert np.allclose(black[0]["y"], y, atol=1e-5)
    assert f"off by {off.mean():.3f} on average, at worst by {off.max():.2f}" in w.says()
    assert f"at x = {module._X[off.round(9).argmax()]:.2f}" in w.says()
    assert f"you: {off.mean():.3f}" in told(w, "score")
    assert w.score() == (pytest.approx(off.mean()), 6)
    words = told(w, "numbers")
    for unit_number, (bias, out) in enumerate(
        zip(network[0].bias.data, network[2].weight.data[:, 0], strict=True), 1
    ):
        row = words[4 * unit_number : 4 * unit_number + 4]
        assert row[0] == f"{unit_number}"
        assert float(row[2].replace("−", "-")) == pytest.approx(bias, rel=1e-3)
        assert float(row[3].replace("−", "-")) == pytest.approx(out, rel=1e-3)
    assert words[-1] == "output's bias  0.15"


def test_the_score_to_beat_is_that_of_equal_pieces():
    goal = module._goal("skyline", module._X)
    for k in (1, 3, 8):
        off = [
            np.abs(part - part.mean()).sum()
            for part in np.split(goal, np.flatnonzero(np.diff((module._X * k) // 1)) + 1)
        ]
        assert module._even("skyline", False)[k - 1] == pytest.approx(sum(off) / 400)
    roof = module._goal("roof", module._X)
    for k in (1, 2, 5):
        at = np.linspace(0, 1, k + 1)
        straight = np.interp(module._X, at, module._goal("roof", at))
        assert module._even("roof", True)[k - 1] == pytest.approx(np.abs(straight - roof).mean())


def test_two_goals_can_be_covered_exactly():
    skyline = [(0.15, 0.4, 0.7), (0.4, 0.7, 0.35), (0.7, 0.9, 0.9)]
    w = widgets.TowerBuilder(state={"goal": "skyline", "unit": "step", "towers": skyline})
    assert w.score()[0] < 1e-12
    assert w.says().endswith("at worst by 0.00. The goal is covered.")
    roof = [(0, 0.35, 0.8), (0.35, 0.6, -0.5), (0.6, 1, 0.4)]
    w = widgets.TowerBuilder(state={"goal": "roof", "unit": "ReLU", "towers": roof, "floor": 0.1})
    assert w.score()[0] < 1e-12
    assert "The goal is covered." in w.says()


def test_softer_walls_make_two_towers_hills():
    hills = [(0.19, 0.35, 0.69), (0.56, 0.8, 0.92)]
    errors = {
        k: widgets.TowerBuilder(state={"towers": hills, "steepness": k}).score()[0]
        for k in (5, 25, 200, 2000)
    }
    assert errors[25] < 0.02 < min(module._even("hills", False))  # better than eight upright ones
    assert min(errors[k] for k in (5, 200, 2000)) > 0.08


@pytest.mark.parametrize(
    ("unit", "name", "x", "y", "tower"),
    [
        ("sigmoid", "left 2", 0.4, 9.0, (0.4, 0.66, 0.3)),
        ("sigmoid", "left 2", 0.9, 0.0, (0.65, 0.66, 0.3)),  # a left edge stays left
        ("step", "right 2", 0.7012, 0.0, (0.48, 0.7, 0.3)),
        ("step", "right 2", -1.0, 0.0, (0.48, 0.49, 0.3)),
        ("step", "right 2", 7.0, 0.0, (0.48, 1.03, 0.3)),
        ("sigmoid", "top 2", 0.67, 1.1, (0.58, 0.76, 1.0)),
        ("sigmoid", "top 2", 0.57, -0.2, (0.48, 0.66, -0.3)),
        ("ReLU", "left 2", 0.5, 9.0, (0.5, 0.66, 0.3)),
        ("ReLU", "top 2", 0.7, 0.8, (0.48, 0.7, 0.5)),  # 0.1 of the output's bias, 0.2 of the first ramp
    ],
)
def test_drags(unit, name, x, y, tower):
    w = widgets.TowerBuilder(state={"unit": unit, "floor": 0.1})
    w.receive({"kind": "move", "name": name, "x": x, "y": y})
    assert w.state["towers"] == ((0.08, 0.22, 0.2), tower)
    assert w.state["chosen"] == 2


@pytest.mark.parametrize("unit", ["sigmoid", "ReLU"])
def test_a_handle_stays_under_the_finger(unit):
    w = widgets.TowerBuilder(state={"unit": unit, "towers": ROWS})
    for name, x, y in [
        ("top 3", 0.74, 0.63),
        ("left 1", 0.12, 0.1),
        ("right 2" if unit == "sigmoid" else "top 2", 0.8, 0.4),
    ]:
        w.receive({"kind": "move", "name": name, "x": x, "y": y})
        (handle,) = [mark for mark in told(w, "curve", "handle") if mark["name"] == name]
        assert handle["x"] == pytest.approx(x, abs=0.006)
        if name.startswith("top"):
            assert handle["y"] == pytest.approx(y, abs=0.006)


def test_an_upright_nudge_of_a_tower_between_hundredths_leaves_it_in_place():
    w = widgets.TowerBuilder(state={"towers": [(0.1, 0.35, 0.2)]})
    for _ in range(5):
        (handle,) = [m for m in told(w, "curve", "handle") if m["name"] == "top 1"]
        w.receive({"kind": "move", "name": "top 1", "x": handle["x"], "y": handle["y"] + 0.01})
    assert w.state["towers"] == ((0.1, 0.35, 0.25),)


def test_add_comes_where_it_is_missed_most_and_remove_takes_the_chosen_one():
    w = widgets.TowerBuilder()
    w.receive({"kind": "press", "name": "add"})
    assert w.state["towers"][2] == (0.62, 0.74, 0.2)  # the higher hill is at 0.68
    assert w.state["chosen"] == 3
    w.receive({"kind": "press", "name": "choose 1"})
    assert w.state["chosen"] == 1
    w.receive({"kind": "press", "name": "remove"})
    assert [tower[0] for tower in w.state["towers"]] == [0.48, 0.62]
    for _ in range(20):
        w.receive({"kind": "press", "name": "add"})
    assert len(w.state["towers"]) == 8
    assert [b["enabled"] for b in w.scene["buttons"] if b["name"] == "add"] == [False]
    for _ in range(20):
        w.receive({"kind": "press", "name": "remove"})
    assert w.state["towers"] == ()
    assert w.says() == "No hidden unit: off by 0.330 on average. Press Add."
    with pytest.raises(ValueError) as error:
        w.network()
    assert str(error.value) == "TowerBuilder.network expects at least one tower, but got none. Press Add."


def test_nothing_else_moves():
    w = widgets.TowerBuilder()
    before = dict(w.state)
    for name in ("top 9", "top 0", "top", "left -1", "choose 3", "choose x", "middle 1", "right 1.5"):
        w.receive({"kind": "move", "name": name, "x": 0.5, "y": 0.5})
        w.receive({"kind": "press", "name": name})
    assert dict(w.state) == before


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"towers": [(0.1, 0.2)]},
            "to hold any × 3 finite numbers from -1.5 to 1.5, but got float64 array of shape (1, 2).",
        ),
        (
            {"towers": [(0.1, 0.2, np.nan)]},
            "to hold any × 3 finite numbers from -1.5 to 1.5, but got nan among them.",
        ),
        (
            {"towers": [(0, 1, 0)] * 9},
            "to hold any × 3 finite numbers from -1.5 to 1.5, but got float64 array of shape (9, 3).",
        ),
    ],
)
def test_towers_that_cannot_be(state, message):
    with pytest.raises(ValueError) as error:
        widgets.TowerBuilder(state=state)
    assert str(error.value) == f"TowerBuilder expects towers {message}"


@pytest.mark.parametrize("unit", ["sigmoid", "ReLU"])
def test_no_new_tower_stands_upon_another(unit):
    w = widgets.TowerBuilder(state={"unit": unit})
    for _ in range(6):
        w.receive({"kind": "press", "name": "add"})
    walls = np.sort([wall for tower in w.state["towers"] for wall in tower[:2]])
    assert len(walls) == 16
    assert np.diff(walls).min() > 0.019
    assert walls[0] >= 0


@pytest.mark.parametrize(("height", "above"), [(0.4, True), (1.3, False), (-0.2, False), (-0.35, True)])
def test_the_number_of_a_tower_stays_in_the_picture(height, above):
    w = widgets.TowerBuilder(state={"towers": [(0.2, 0.4, height)]})
    (number,) = (mark for mark in w.scene["panels"][0]["marks"] if mark.get("text") == "1")
    (top,) = (mark for mark in told(w, "curve", "handle") if mark["name"] == "top 1")
    assert (number["y"] > top["y"]) == above
