"""The replay against Rosenblatt's rule written as a loop."""

import numpy as np
import pytest

pytest.importorskip("anywidget")

from nnbook import widgets
from nnbook.widgets.replay import Run, separated

GATE = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
AND, XOR = np.array([-1, -1, -1, 1]), np.array([-1, 1, 1, -1])


def train(x, y, passes=1000):
    """The loop of notebook 02."""
    w = np.zeros(3)
    path, corrected = [w], []
    for _ in range(passes):
        before = len(corrected)
        for n in range(len(x)):
            if y[n] * (w @ x[n]) <= 0:
                w = w + y[n] * x[n]
                path.append(w)
                corrected.append(n)
        if len(corrected) == before:
            break
    return np.array(path), corrected


@pytest.mark.parametrize("seed", range(6))
def test_the_same_corrections_as_the_loop(seed):
    x, y = separated(40, 0.05, seed)
    run = Run(x, y)
    path, corrected = train(x, y)
    assert run.corrected == corrected
    assert run.done
    np.testing.assert_allclose(run.path, path)


def test_and_takes_eighteen_under_a_ceiling_of_fifty_one():
    w = widgets.PerceptronReplay(state={"data": "AND"})
    run = w._run("AND", 0.2, 4)
    path, corrected = train(GATE, AND)
    assert run.corrected == corrected
    assert len(corrected) == 18
    np.testing.assert_array_equal(run.path, path)
    assert (run.reach / run.margin) ** 2 == pytest.approx(51)
    assert (
        run.says(0)
        == "All weights are 0, so all sums are 0 and all 4 points wrong. The ceiling (R/γ)² is 51."
    )
    assert run.says(18) == (
        "Correction 18: the circle at (0, 1) should have a sum below 0; it goes from 0 to −2. Points wrong: 2 before, "
        "0 after. The ceiling (R/γ)² is 51. No mistake is left: it stops at 18."
    )


def test_the_points_are_those_of_the_notebook():
    w = widgets.PerceptronReplay()
    run = w._run("points", 0.2, 4)
    assert [int(run.wrong(k).sum()) for k in range(6)] == [40, 7, 3, 10, 6, 0]
    assert run.corrected == [0, 2, 9, 14, 16]
    assert (np.abs(run.x @ run.u) >= 0.2 - 1e-12).all()


@pytest.mark.parametrize("seed", range(8))
def test_no_run_breaks_the_ceiling(seed):
    for gap in (0.5, 0.1):
        run = Run(*separated(40, gap, seed), np.array([2.0, 1.0, -1.0]))
        k = np.arange(len(run.path))
        assert len(run.corrected) <= (run.reach / run.margin) ** 2
        assert (np.linalg.norm(run.path, axis=1) <= np.sqrt(k) * run.reach + 1e-9).all()
        assert (run.path @ run.u >= k * run.margin - 1e-9).all()


def test_every_start_of_the_menu_ends_within_what_is_kept():
    longest = max(len(Run(*separated(40, 0.02, seed)).corrected) for seed in range(31))
    assert longest < 300


def test_what_has_no_line_goes_on_and_has_no_ceiling():
    run = Run(GATE.astype(float), XOR)
    assert not run.done
    assert len(run.corrected) == 300
    assert run.u is None
    assert run.corrected == train(GATE, XOR, passes=75)[1]
    assert run.says(1).endswith("After 300 corrections it is still not right: no ceiling is known.")
    assert {tuple(w) for w in run.path.tolist()} == {(0, 0, 0), (0, 0, -1), (0, 1, 0), (1, 1, 1)}
    w = widgets.PerceptronReplay(GATE, XOR, state={"update": 6})
    assert w.state["data"] == "yours"
    assert w.code() == "widgets.PerceptronReplay(x, y, state={'update': 6})"
    assert "Correction 6: the square at (0, 1)" in w._says.value


def test_ones_own_points_get_the_ceiling_of_the_line_that_was_found():
    x, y = separated(20, 0.3, 1)
    w = widgets.PerceptronReplay(x[:, :2], y)
    run = w._run("yours", 0.2, 4)
    np.testing.assert_array_equal(run.x, x)
    end = run.path[-1] / np.linalg.norm(run.path[-1])
    assert run.margin == pytest.approx((y * (x @ end)).min())
    assert run.margin > 0


def lines(w):
    plane = w._figure.axes[0]
    dashed = next(line for line in plane.lines if line.get_linestyle() == "--")
    solid = next(line for line in plane.lines if line.get_linestyle() == "-" and line.get_marker() == "None")
    ring = next(line for line in plane.lines if line.get_markersize() == 16)
    return dashed, solid, ring


def test_the_picture_shows_the_line_before_and_after():
    w = widgets.PerceptronReplay()
    run = w._run("points", 0.2, 4)
    dashed, solid, ring = lines(w)
    assert len(solid.get_xdata()) == len(ring.get_xdata()) == 0  # no line yet
    w._controls["update"].value = 3
    for line, k in ((dashed, 2), (solid, 3)):
        ends = np.column_stack([*line.get_data(), np.ones(2)])
        np.testing.assert_allclose(ends @ run.path[k] / np.linalg.norm(run.path[k]) / 1e3, 0, atol=1e-9)
        assert len(ends) == 2
    np.testing.assert_array_equal(np.ravel(ring.get_data()), run.x[9, :2])
    coming = next(line for line in w._figure.axes[0].lines if line.get_markersize() == 15)
    np.testing.assert_array_equal(np.ravel(coming.get_data()), run.x[14, :2])
    missed = next(line for line in w._figure.axes[0].lines if line.get_marker() == "x")
    assert len(missed.get_xdata()) == 10
    ground = w._figure.axes[0].images[0].get_array()
    share = (
        run.path[3] @ np.vstack([np.random.default_rng(0).uniform(-2.4, 2.4, (2, 4000)), np.ones(4000)])
    ) > 0
    assert (np.asarray(ground) > 0).mean() == pytest.approx(share.mean(), abs=0.06)
    counts = w._figure.axes[1].lines[0].get_ydata()
    np.testing.assert_array_equal(counts, [40, 7, 3, 10])


def test_the_slider_ends_where_the_mistakes_do_and_other_data_start_anew():
    w = widgets.PerceptronReplay(state={"update": 3})
    assert w._controls["update"].max == 5
    w._controls["data"].value = "AND"
    assert dict(w.state) == {"update": 0, "data": "AND", "gap": 0.2, "seed": 4}
    assert w._controls["update"].max == 18
    w._controls["update"].value = 18
    assert "it stops at 18" in w._says.value
    w._controls["data"].value = "OR"
    assert w.state["update"] == 0
    w.reset()
    assert dict(w.state) == {"update": 3, "data": "points", "gap": 0.2, "seed": 4}
    w.state.update(update=300)  # beyond the end: the end
    assert "it stops at 5" in w._says.value


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (GATE, None, "PerceptronReplay expects x and y together, but got only x."),
        (None, AND, "PerceptronReplay expects x and y together, but got only y."),
        (
            np.zeros((4, 5)),
            AND,
            "PerceptronReplay expects x of shape (N, 2) or (N, 3), N from 1 to 2000, but got float64 array of shape (4, 5).",
        ),
        (
            np.zeros((0, 2)),
            np.zeros(0),
            "PerceptronReplay expects x of shape (N, 2) or (N, 3), N from 1 to 2000, but got float64 array of shape (0, 2).",
        ),
        (
            GATE * 2,
            AND,
            "PerceptronReplay expects ones in the third column of x, but got 2. "
            "It stands for the bias. A plane has no third input.",
        ),
        ([[0.0, np.nan]], [1], "PerceptronReplay expects finite numbers in x, but got nan."),
        (
            GATE,
            AND[:3],
            "PerceptronReplay expects y of shape (4,), a label for each row of x, but got int64 array of shape (3,).",
        ),
        (
            GATE,
            [0, 0, 0, 1],
            "PerceptronReplay expects labels −1 and +1 in y, but got 0. Labels 0 and 1 become −1 and +1 by 2 * y - 1.",
        ),
    ],
)
def test_wrong_points_and_labels_are_refused(x, y, message):
    with pytest.raises((TypeError, ValueError)) as error:
        widgets.PerceptronReplay(x, y)
    assert str(error.value) == message


def test_one_point_and_points_on_one_spot_are_harmless():
    assert "it stops at 1" in widgets.PerceptronReplay([[3, 3]], [1], state={"update": 1})._says.value
    w = widgets.PerceptronReplay([[1, 1], [1, 1]], [1, -1], state={"update": 2})
    assert "no ceiling is known" in w._says.value
    assert w.picture()


def test_only_made_points_have_a_gap_and_a_seed():
    w = widgets.PerceptronReplay(hide=["seed"])
    assert w._controls["gap"].layout.display == ""
    w._controls["data"].value = "AND"
    assert w._controls["gap"].layout.display == "none"
    w.reset()
    assert w._controls["gap"].layout.display == ""
