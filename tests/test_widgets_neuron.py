"""The neuron explorer: where its handles stand, and what it says at the edges."""

import numpy as np
import pytest

pytest.importorskip("anywidget")

from nnbook import widgets


def handles(widget):
    (plane,) = (panel for panel in widget.scene["panels"] if panel["name"] == "plane")
    return {mark["name"]: (mark["x"], mark["y"]) for mark in plane["marks"] if mark["kind"] == "handle"}


def test_the_arrow_is_the_weights_where_it_has_room():
    w = widgets.NeuronExplorer()
    at = handles(w)
    assert np.subtract(at["weights"], at["boundary"]) == pytest.approx([0.3, 1.0], abs=1e-5)
    assert "longer" not in w.says()


@pytest.mark.parametrize(("w1", "w2", "bias"), [(5, 5, 0), (-5, -5, 6), (5, -0.5, -3), (0.1, -5, 2)])
def test_a_long_arrow_ends_at_the_edge_and_it_is_said(w1, w2, bias):
    w = widgets.NeuronExplorer(state={"w1": w1, "w2": w2, "bias": bias})
    at = handles(w)
    tip, arrow = np.array(at["weights"]), np.subtract(at["weights"], at["boundary"])
    assert np.abs(tip).max() == pytest.approx(3)
    assert arrow @ [w1, w2] == pytest.approx(np.linalg.norm(arrow) * np.hypot(w1, w2))
    assert w.says().endswith(" The arrow is longer than the plane shows.")
    w.receive({"kind": "move", "name": "weights", "x": 1.0, "y": 1.0})
    assert (w.state["w1"], w.state["w2"]) == pytest.approx(np.subtract((1, 1), at["boundary"]), abs=1e-5)


def test_without_points_it_says_what_to_do():
    w = widgets.NeuronExplorer(state={"blue": [], "orange": []})
    assert w.says() == "z = 0.30 x₁ +1.00 x₂ −0.80. There are no points: add some."


def test_added_points_lie_apart():
    w = widgets.NeuronExplorer(state={"blue": [], "orange": []})
    for _ in range(10):
        for color in ("blue", "orange"):
            w.receive({"kind": "press", "name": f"add {color}"})
    points = np.array([*w.state["blue"], *w.state["orange"]])  # (20, 2)
    gaps = np.linalg.norm(points[:, None] - points, axis=-1) + 9 * np.eye(20)
    assert gaps.min() > 0.3
