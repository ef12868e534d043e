"""The loss explorer: where each loss puts its best guess, against mean, median and a search, and what a hand does."""

import numpy as np
import pytest

pytest.importorskip("anywidget")

from nnbook import losses, widgets

TYPO = (8.0, 9.0, 10.0, 11.0, 62.0)


def marks(widget, panel, kind):
    (found,) = (p for p in widget.scene["panels"] if p["name"] == panel)
    return [mark for mark in found["marks"] if mark["kind"] == kind]


def move(widget, name, x):
    widget.receive({"kind": "move", "name": name, "x": x, "y": 0.0})


@pytest.mark.parametrize(
    "days", [TYPO, (8, 9, 10, 11, 12), (70, 0, 33.3, 33.3, 1), (5, 5, 5, 5, 5), (0, 0, 0, 70, 70)]
)
@pytest.mark.parametrize("delta", [0.1, 4.0, 17.0, 100.0])
def test_best_guesses(days, delta):
    best = widgets.LossExplorer(state={"days": days, "delta": delta}).best()
    assert best["squared"] == pytest.approx(np.mean(days), abs=1e-6)
    assert best["absolute"] == pytest.approx(np.median(days), abs=1e-6)
    tried = np.arange(0, 70.0001, 0.01)
    d = np.abs(tried[:, None] - np.array(days))  # (7001, 5)
    huber = np.where(d <= delta, d**2 / 2, delta * (d - delta / 2)).mean(axis=1)
    assert best["Huber"] == pytest.approx(tried[huber.argmin()], abs=0.011)


def test_the_notebooks_numbers():
    w = widgets.LossExplorer()
    assert w.state["days"] == TYPO
    assert w.best() == {"squared": 20.0, "absolute": 10.0, "Huber": 10.5}
    assert [text["text"] for text in marks(w, "curves", "write") if text["text"].startswith("best")] == [
        "best 20.0", "best 10.0", "best 10.5",
    ]  # fmt: skip
    said, days = np.full(5, 20.0), np.array(TYPO)
    written = [text["text"] for text in marks(w, "curves", "write")]
    assert f"loss {losses.mse_loss(said, days):.3g} min²" in written
    assert "loss 11.2 min" in written


def test_what_the_owner_of_the_notebook_promised():
    w = widgets.LossExplorer(state={"days": [8, 9, 10, 11, 12]})
    seen = []
    for x in (12, 14, 14.5, 15, 30, 70):
        move(w, "day 5", x)
        seen.append(list(w.best().values()))
    squared, absolute, huber = np.array(seen).T
    assert np.allclose(squared, [10, 10.4, 10.5, 10.6, 13.6, 21.6])  # follows the hand
    assert np.allclose(absolute, 10)  # does not
    assert np.allclose(huber, [10, 10.4, 10.5, 10.5, 10.5, 10.5])  # does, until the day is delta = 4 away


@pytest.mark.parametrize("last", [7.0, 9.5, 12.0])
def test_the_three_places_where_all_agree(last):
    guesses = set(widgets.LossExplorer(state={"days": [8, 9, 10, 11, last]}).best().values())
    assert len(guesses) == 1


def test_a_curve_touches_its_ground_at_the_best_guess_and_nowhere_else():
    w = widgets.LossExplorer(state={"days": [8, 9, 10, 11, 33.3], "delta": 2.0})
    curves = [line for line in marks(w, "curves", "line") if len(line["x"]) > 100]
    for base, line, best in zip((2, 1, 0), curves, w.best().values(), strict=True):
        x, y = np.array(line["x"]), np.array(line["y"], dtype=float)
        assert x[np.nanargmin(y)] == pytest.approx(best, abs=1e-4)
        assert np.nanmin(y) == pytest.approx(base, abs=1e-6)
        assert set(x[y < base + 1e-6]) == {x[np.nanargmin(y)]}
        assert np.nanmax(y) <= base + 0.9 + 1e-6
    x, y = (
        np.array(curves[0]["x"]),
        np.array(curves[0]["y"], dtype=float),
    )  # the squared error's is a parabola
    near = np.abs(x - 14.26) <= 14
    assert np.allclose(y[near], 2 + 0.9 * ((x[near] - 14.26) / 30) ** 2, atol=1e-4)


def test_a_drag_is_held_on_the_scale_and_to_tenths():
    w = widgets.LossExplorer()
    move(w, "day 5", 33.349)
    assert w.state["days"][-1] == 33.3
    move(w, "day 5", 1e9)
    assert w.state["days"][-1] == 70
    move(w, "day 2", -4.0)
    assert w.state["days"] == (8, 0, 10, 11, 70)
    assert [(handle["name"], handle["x"]) for handle in marks(w, "days", "handle")] == [
        ("day 1", 8), ("day 2", 0), ("day 3", 10), ("day 4", 11), ("day 5", 70),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["day 0", "day 6", "day", "day ²", "night 1", "day -1", ""])
def test_a_handle_that_is_not_there_moves_nothing(name):
    w = widgets.LossExplorer()
    move(w, name, 20.0)
    assert w.state["days"] == TYPO
    assert not w.scene["trouble"]


def test_says():
    w = widgets.LossExplorer()
    assert w.says() == (
        "With 62.0 minutes on day 5, the best guess is 20.0 by the squared error (the mean), 10.0 by the absolute one "
        "(the median) and 10.5 by Huber's: day 5 lies farther than delta = 4 minutes from it, and pulls no harder "
        "however far it goes."
    )
    w.receive({"kind": "set", "name": "delta", "value": 100})
    assert w.says().endswith(
        "20.0 by Huber's: no day lies farther than delta = 100 minutes from it, so it is the mean."
    )
    w.receive({"kind": "set", "name": "delta", "value": 0.1})
    assert "10.0 by Huber's: 4 days lie farther than delta = 0.1 minutes from it, and pull" in w.says()


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"days": [8, 9, 10]},
            "LossExplorer expects days to hold 5 finite numbers from 0 to 70, but got float64 array of shape (3,).",
        ),
        (
            {"days": [8, 9, 10, 11, np.nan]},
            "LossExplorer expects days to hold 5 finite numbers from 0 to 70, but got nan among them.",
        ),
        (
            {"days": []},
            "LossExplorer expects days to hold 5 finite numbers from 0 to 70, but got float64 array of shape (0,).",
        ),
        (
            {"delta": 0},
            "LossExplorer expects a finite number delta of at least 0.1 and of at most 100, but got delta=0.",
        ),
    ],
)
def test_bad_states(state, message):
    with pytest.raises(ValueError) as error:
        widgets.LossExplorer(state=state)
    assert str(error.value) == message
