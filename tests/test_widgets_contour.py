"""The path on a contour: its steps against a naive loop, its limit, what it says of each fate, and what a hand does."""

import asyncio

import numpy as np
import pytest

pytest.importorskip("anywidget")

import nnbook
from nnbook import widgets
from nnbook.autograd import Tensor
from nnbook.widgets.contour import _turned
from nnbook.widgets.surfaces import SURFACES, Walk

KM, EUROS = np.array([1.0, 2, 3, 4, 5]), np.array([5, 7.5, 8.5, 11.5, 12.5])
FORMULAS = {  # written once more, for arrays and for Tensors
    "taxi rides": lambda u, v: ((u * KM + v - EUROS) ** 2).mean(),
    "bowl": lambda u, v: (u**2 + v**2).sum(),
    "ravine": lambda u, v: (u**2 / 2 + 12.5 * v**2).sum(),
    "saddle": lambda u, v: (u**2 / 2 - v**2 / 2).sum(),
    "two minima": lambda u, v: (u**4 / 4 - u**2 / 2 + u / 10 + v**2 / 2).sum(),
}


def marks(widget, panel, kind):
    (found,) = (p for p in widget.scene["panels"] if p["name"] == panel)
    return [mark for mark in found["marks"] if mark["kind"] == kind]


def make(**state):
    return widgets.ContourPath(state=state)


def choose(surface, **more):
    widget = widgets.ContourPath()
    widget.receive({"kind": "set", "name": "surface", "value": surface})
    widget.state.update(**more)
    return widget


@pytest.mark.parametrize("name", FORMULAS)
def test_height_and_slope_are_the_formulas(name):
    ground = SURFACES[name]
    x0, x1, y0, y1 = ground.extent
    for place in np.random.default_rng(0).uniform((x0, y0), (x1, y1), (5, 2)):
        p = Tensor(place, requires_grad=True)
        height = FORMULAS[name](p[0:1], p[1:2])
        height.backward()
        assert ground.height(place) == pytest.approx(height.item(), abs=1e-12)
        assert ground.slope(place) == pytest.approx(p.grad, abs=1e-12)
        assert nnbook.numerical_gradient(ground.height, place) == pytest.approx(p.grad, abs=1e-5)
    for place in ground.places.values():
        assert ground.slope(np.array(place, dtype=float)) == pytest.approx([0, 0], abs=1e-5)


@pytest.mark.parametrize(("rate", "momentum"), [(0.04, 0.0), (0.081, 0.0), (0.087, 0.0), (0.03, 0.9)])
def test_the_path_is_the_naive_loops(rate, momentum):
    w = make(start=(3.7, 0.4), rate=rate, momentum=momentum, steps=25)
    p, v = np.array([3.7, 0.4]), np.zeros(2)
    for place in w.path():
        assert place == pytest.approx(p, rel=1e-9)
        error = p[0] * KM + p[1] - EUROS
        v = momentum * v + np.array([2 * np.mean(error * KM), 2 * np.mean(error)])
        p = p - rate * v
    assert w.path().shape == (26, 2)


def test_the_notebooks_numbers():
    ends = {rate: FORMULAS["taxi rides"](*make(rate=rate).path()[-1]) for rate in (0.04, 0.081, 0.087)}
    assert ends[0.081] < ends[0.04] < 2 < 1000 < ends[0.087]
    assert "the limit 2 / 23.66 = 0.0845" in make().says()
    curved = SURFACES["taxi rides"].curvatures((1.9, 3.3))
    assert curved[1] / curved[0] == pytest.approx(70, abs=0.5)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("surface", "curvature"), [("bowl", 2), ("ravine", 25), ("taxi rides", 23.66)])
def test_the_limit_is_where_it_turns_from_stable_to_unstable(surface, curvature, momentum):
    limit = 2 * (1 + momentum) / curvature
    for factor, word in ((0.97, "is below the limit"), (1.03, "It diverges")):
        if limit * factor > 2:  # beyond the slider
            continue
        w = choose(surface, momentum=momentum, rate=limit * factor, steps=100)
        assert word in w.says()
        assert (np.abs(w.path()[-1]).max() > 8) == (factor > 1)


def test_says():
    assert make().says() == (
        "After 40 steps: w = 2.330, b = 1.748, loss 0.6187. The rate 0.04 is below the limit 2 / 23.66 = 0.0845 "
        "(2 divided by the steepest curvature). No step turned back against the one before."
    )
    assert make(rate=0.086).says() == (
        "After 40 steps: w = 7.491, b = 3.963, loss 366.8. It diverges: the rate 0.086 is above the limit "
        "2 / 23.66 = 0.0845 (2 divided by the steepest curvature), and at step 1 the loss is above the start's."
    )
    assert (
        make(momentum=0.8)
        .says()
        .endswith(
            "below the limit 2 · 1.80 / 23.66 = 0.1521 (with momentum 0.80). "
            "9 of 40 steps turned back against the one before."
        )
    )
    assert make(steps=0).says().startswith("At the start: w = 4.000, b = 1.000, loss 25. The rate")
    assert make(steps=0).says().endswith("curvature).")
    assert make(steps=1).says().startswith("After 1 step: ")


def test_says_of_the_bowl():
    assert "No step turned back" in choose("bowl").says()
    assert "39 of 40 steps" not in choose("bowl", rate=0.4).says()
    swings = choose("bowl", rate=0.9, steps=20)
    assert "19 of 20 steps turned back" in swings.says()
    forever = choose("bowl", rate=1.0)
    assert "The rate is the limit itself, 2 / 2.00 = 1.0000" in forever.says()
    assert np.allclose(np.abs(forever.path()), np.abs(forever.path()[0]))


def test_says_when_luck_will_not_last():
    w = choose("ravine", rate=0.1, start=(-2.2, 0.001), steps=3)
    assert "No lasting luck: the rate 0.1 is above the limit 2 / 25.00 = 0.0800" in w.says()
    w.state.update(steps=40)
    assert "It diverges" in w.says()


def test_overflow_is_stopped_and_explained():
    w = choose("two minima", rate=2.0, start=(2.1, 2.1), steps=100)
    assert len(w.path()) < 20
    assert np.isfinite(w.path()).all()
    assert w.says().startswith(
        f"Stopped after {len(w.path()) - 1} steps, more than a million away. It flew off: the walls"
    )
    w = make(rate=2.0, steps=100)
    assert w.says().startswith(
        "Stopped after 4 steps, more than a million away. It diverges: the rate 2 is above"
    )
    w.refresh()
    assert not w.scene["trouble"]


def test_says_between_two_minima():
    right = choose("two minima", start=(0.3, 1.8))
    assert "It has arrived in the shallow minimum. Lower ground lies beyond the saddle" in right.says()
    left = choose("two minima", start=(-0.1, 1.8))
    assert "It has arrived in the deep minimum. No step" in left.says()
    assert "It is 1.91 away from the shallow minimum." in choose("two minima", steps=0).says()
    assert "It cannot settle in the" in choose("two minima", rate=1.2, start=(-1.3, 0.5)).says()


def test_says_on_the_saddle():
    assert "exactly on the ridge" in choose("saddle", start=(-2, 0)).says()
    said = choose("saddle").says()
    walk = np.linalg.norm(choose("saddle").path(), axis=1)
    assert f"At step {walk.argmin()} it was {walk.min():.2f} away from the saddle" in said
    assert "no lowest place" in said
    assert "still coming nearer" in choose("saddle", steps=3).says()
    assert "level." in choose("saddle", steps=0).says()


def test_a_drag_moves_the_start_and_stays_on_the_map():
    w = widgets.ContourPath()
    w.receive({"kind": "move", "name": "start", "x": 0.5, "y": 6.0})
    assert w.state["start"] == (0.5, 6.0)
    assert (w.path()[0] == [0.5, 6.0]).all()
    w.receive({"kind": "move", "name": "start", "x": 1e9, "y": -1e9})
    assert w.state["start"] == (4.4, -0.6)
    w.receive({"kind": "move", "name": "elsewhere", "x": 1, "y": 1})
    assert w.state["start"] == (4.4, -0.6)
    (handle,) = marks(w, "map", "handle")
    assert (handle["x"], handle["y"], handle["says"]) == (4.4, -0.6, "w 4.40, b −0.60")


def test_another_surface_brings_its_own_start_and_rate():
    w = choose("saddle")
    assert (w.state["start"], w.state["rate"]) == ((-2.0, 0.02), 0.2)
    w.receive({"kind": "set", "name": "surface", "value": "no such"})
    assert w.state["surface"] == "taxi rides"
    assert w.state["start"] == (4.0, 1.0)
    far = make(surface="bowl", start=(8, 8))  # from another map
    assert (far.path()[0] == [2.5, 2.5]).all()


@pytest.mark.parametrize("name", FORMULAS)
def test_contours_are_where_they_say(name):
    w = choose(name)
    lines = [line for line in marks(w, "map", "line") if line["color"] == "#56B4E9"]
    levels, scale = np.array(SURFACES[name].levels), np.abs(SURFACES[name].levels).max()
    for line in lines:
        points = np.array(list(zip(line["x"], line["y"], strict=True)), dtype=float)
        heights = np.array([FORMULAS[name](*p) for p in points[~np.isnan(points[:, 0])][1:-1]])
        assert np.ptp(heights) < 0.02 * scale
        assert np.abs(levels - np.median(heights)).min() < 0.01 * scale
    shown = {text["text"] for text in marks(w, "map", "write")}
    assert len(shown & {f"{level:g}".replace("-", "−") for level in levels}) >= 5 - (name == "ravine")


def test_dots_outside_the_map_are_not_drawn():
    w = make(rate=0.087)
    x0, x1, y0, y1 = SURFACES["taxi rides"].extent
    for dots in marks(w, "map", "dots"):
        assert all(x0 <= x <= x1 for x in dots["x"])
        assert all(y0 <= y <= y1 for y in dots["y"])
    inside = np.array([(x, y) for x, y in w.path() if x0 <= x <= x1 and y0 <= y <= y1])
    assert 5 < len(inside) < 41
    (dots,) = (dots for dots in marks(w, "map", "dots") if len(dots["x"]) == len(inside))
    assert np.transpose([dots["x"], dots["y"]]) == pytest.approx(inside, rel=1e-4)


def test_the_curve_of_the_losses():
    w = choose("two minima")
    (line,) = marks(w, "losses", "line")
    heights = [FORMULAS["two minima"](*p) for p in w.path()]
    lowest = FORMULAS["two minima"](np.array(-1.046681), np.array(0.0))
    assert line["y"] == pytest.approx(np.array(heights) - lowest, rel=1e-4)
    assert [p["log"] for p in w.scene["panels"]] == [False, True]
    w = choose("saddle")
    (line,) = marks(w, "losses", "line")
    assert line["y"] == pytest.approx([FORMULAS["saddle"](*p) for p in w.path()], rel=1e-4, abs=1e-5)
    assert not any(p["log"] for p in w.scene["panels"])


def test_one_step_more():
    w = make(steps=99)
    w.receive({"kind": "press", "name": "more"})
    assert w.state["steps"] == 100
    (button,) = (b for b in w.scene["buttons"] if b["name"] == "more")
    assert not button["enabled"]
    w.receive({"kind": "press", "name": "more"})
    assert w.state["steps"] == 100


def test_walking_and_stopping():
    async def walk():
        w = make(steps=5)
        w.play = lambda frame, rate: type(w).play(w, frame, 500)
        w.receive({"kind": "press", "name": "walk"})
        assert w.playing
        assert w.state["steps"] == 0
        seen = []
        while w.playing:
            await asyncio.sleep(0.001)
            seen.append(w.state["steps"])
        assert w.state["steps"] == 5
        assert seen == sorted(seen)
        assert next(b["label"] for b in w.scene["buttons"]) == "Walk"
        w.receive({"kind": "press", "name": "walk"})
        await asyncio.sleep(0.001)
        w.receive({"kind": "press", "name": "walk"})
        assert not w.playing
        assert w.state["steps"] < 5
        w.receive({"kind": "press", "name": "walk"})
        w.receive({"kind": "set", "name": "steps", "value": 7})
        assert not w.playing
        assert w.state["steps"] == 7

    asyncio.run(walk())


def test_a_walk_that_was_stopped_goes_on_where_it_was():
    async def walk():
        w = make(steps=30)
        for name in ("walk", "walk", "walk"):  # as fast as a double click: Walk, Stop, Walk
            w.receive({"kind": "press", "name": name})
            await asyncio.sleep(0.05)
        assert w.playing
        w.receive({"kind": "press", "name": "more"})
        there = w.state["steps"]
        w.receive({"kind": "press", "name": "walk"})
        await asyncio.sleep(0.05)
        assert there < w.state["steps"] < 30
        assert w._goal == 30
        w.receive({"kind": "set", "name": "steps", "value": 12})
        w.receive({"kind": "press", "name": "walk"})
        assert (w._goal, w.state["steps"]) == (12, 0)
        w.reset()
        assert (w._goal, w.state["steps"]) == (0, 30)

    asyncio.run(walk())


def test_without_a_loop_to_walk_in_nothing_changes():
    w = make(steps=5)
    w.receive({"kind": "press", "name": "walk"})
    assert w.state["steps"] == 5
    assert w.scene["trouble"]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"surface": "mountain"},
            "ContourPath expects surface to be one of 'taxi rides', 'bowl', 'ravine', 'saddle', 'two minima', "
            "but got 'mountain'.",
        ),
        (
            {"rate": 3},
            "ContourPath expects a finite number rate of at least 0.001 and of at most 2, but got rate=3.",
        ),
        (
            {"start": [1, np.inf]},
            "ContourPath expects start to hold 2 finite numbers from -3 to 8, but got inf among them.",
        ),
        ({"steps": 101}, "ContourPath expects a whole number steps from 0 to 100, but got steps=101."),
    ],
)
def test_bad_states(state, message):
    with pytest.raises(ValueError) as error:
        widgets.ContourPath(state=state)
    assert str(error.value) == message


def test_the_walk_leaves_the_names_of_places_readable():
    (panel,) = (p for p in make(steps=40).scene["panels"] if p["name"] == "map")
    kinds = [mark["kind"] for mark in panel["marks"]]
    name = next(i for i, mark in enumerate(panel["marks"]) if mark.get("text") == "lowest")
    walk = max(i for i, kind in enumerate(kinds) if kind in ("line", "dots"))
    assert name > walk
    assert panel["marks"][name]["halo"]


def test_a_path_is_drawn_up_to_the_first_place_off_the_map():
    ground = SURFACES["bowl"]
    x1 = ground.extent[1]
    x, _, inside, out = ground.seen(np.array([[0.0, 0], [x1 + 1, 0], [0, 0], [1e9, 0]]))
    assert inside.tolist() == [True, False, True, False]
    assert out == 2  # the line leaves the map, and ends there
    assert np.isnan(x[3])
    assert ground.seen(np.zeros((3, 2)))[3] == 3


def test_turns_too_small_to_be_seen_are_not_counted():
    to_and_fro = np.array([[0.0, 0], [1, 0], [0.5, 0], [0.5001, 0], [0.5, 0]])
    walk = Walk(to_and_fro, np.zeros(len(to_and_fro)))
    assert _turned(walk) == "1 of 4 steps turned back against the one before."


def test_the_scene_says_whether_it_plays():
    async def play():
        w = make(steps=0)
        before = w.scene["playing"]
        w.receive({"kind": "press", "name": "walk"})
        await asyncio.sleep(0.05)
        during = w.scene["playing"]
        w.receive({"kind": "press", "name": "walk"})
        return before, during, w.scene["playing"]

    assert asyncio.run(play()) == (False, True, False)
