"""The descent race: each path against the rule written out, who is first, who flies off, and what a hand does."""

import asyncio

import numpy as np
import pytest

pytest.importorskip("anywidget")

from nnbook import widgets
from nnbook.widgets.surfaces import SURFACES

NAMES = ["SGD", "momentum", "Nesterov", "Adagrad", "Adadelta", "RMSprop", "Adam", "AdamW"]
ALL = dict.fromkeys(NAMES, True)


def make(**state):
    return widgets.DescentRace(state=state)


def panel(widget, name):
    (found,) = (p for p in widget.scene["panels"] if p["name"] == name)
    return found


def labels(widget, name):
    """Height of each written name."""
    return {
        m["text"]: m["y"] for m in panel(widget, name)["marks"] if m["kind"] == "write" and m["text"] in NAMES
    }


def rules(name, rate, steps, p, slope):
    """Each rule as its paper has it, in the form of PyTorch, number by number."""
    p = np.array(p)
    a, b = np.zeros(2), np.zeros(2)
    places = [p]
    for t in range(1, steps + 1):
        g = slope(p)
        if name == "SGD":
            step = rate * g
        elif name == "momentum":
            a = 0.9 * a + g
            step = rate * a
        elif name == "Nesterov":
            a = 0.9 * a + g
            step = rate * (g + 0.9 * a)
        elif name == "Adagrad":
            a = a + g**2
            step = rate * g / (np.sqrt(a) + 1e-10)
        elif name == "Adadelta":
            a = 0.9 * a + 0.1 * g**2
            step = np.sqrt(b + 1e-6) / np.sqrt(a + 1e-6) * g
            b = 0.9 * b + 0.1 * step**2
            step = rate * step
        elif name == "RMSprop":
            a = 0.99 * a + 0.01 * g**2
            step = rate * g / (np.sqrt(a) + 1e-8)
        else:
            if name == "AdamW":
                p = p * (1 - rate * 0.01)
            a = 0.9 * a + 0.1 * g
            b = 0.999 * b + 0.001 * g**2
            step = rate * (a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8)
        p = p - step
        places.append(p)
    return np.array(places)


@pytest.mark.parametrize("name", NAMES)
def test_each_path_is_its_rules(name):
    for rates, rate in (("each its own", 0.03), ("one for all", 0.05)):
        w = make(**ALL, **{f"rate_{name}": 0.03}, rate=0.05, rates=rates, start=(-1.7, 0.6), step=40)
        expected = rules(name, rate, 40, [-1.7, 0.6], lambda p: p * [1, 25])
        assert w.path(name) == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_stepping_on_is_the_same_as_being_there():
    w = make(step=3)
    before = w.path("Adam")
    w.state.update(step=50)
    assert (w.path("Adam")[:4] == before).all()
    w.state.update(step=3)
    assert (w.path("Adam") == before).all()
    assert w.path("Adam").shape == (4, 2)


def test_who_is_first():
    w = make(step=60)
    start = SURFACES["ravine"].height(np.array([-2.2, 1.0]))
    across = {}
    for name in ("SGD", "momentum", "RMSprop", "Adam"):
        heights = [u * u / 2 + 12.5 * v * v for u, v in w.path(name)]
        across[name] = next(k for k, h in enumerate(heights) if h < start / 100)
    assert across == {"SGD": 35, "momentum": 31, "RMSprop": 8, "Adam": 28}
    assert w.says() == (
        "After 60 steps: first below 0.149 was RMSprop, at step 8; then Adam (28), momentum (31), SGD (35)."
    )
    w.state.update(step=8)
    assert w.says().startswith(
        "After 8 steps: first below 0.149 was RMSprop, at step 8. Still on the way: SGD ("
    )
    w.state.update(step=7)
    assert w.says().startswith("After 7 steps: nobody has been below 0.149. Still on the way: SGD (")
    w.state.update(step=0)
    assert w.says() == (
        "At the start: loss 14.9 above the lowest. The finishing line is at 0.149, a hundredth of it. "
        "SGD, momentum, RMSprop and Adam will run: who is first?"
    )


def test_who_is_first_together():
    w = make(surface="bowl", start=(-2.0, 1.2), Nesterov=True, step=20)
    assert "first below 0.0544 were momentum and Nesterov, at step 8; then RMSprop (12)." in w.says()


def test_who_diverges():
    w = make(step=60, rates="one for all", rate=0.1)
    assert "Diverged: SGD, more than a million away after 35 steps." in w.says()
    assert w.path("SGD").shape == (36, 2)
    assert np.abs(w.path("SGD")[-1]).max() > 1e6 > np.abs(w.path("SGD")[-2]).max()
    w.state.update(step=5)
    assert "Higher than at the start: SGD (" in w.says()
    assert "Diverged" not in w.says()
    w.state.update(step=120, rate=10.0, **ALL, surface="two minima")
    w.refresh()
    assert not w.scene["trouble"]
    assert np.isfinite(w.path("SGD")).all()


def test_other_lands():
    w = make(surface="two minima", start=(0.3, 1.8), step=120, Adadelta=True)
    assert (
        "nobody has been below 0.0196. In the shallow minimum, which is not low enough: SGD (0.2)" in w.says()
    )
    assert "Still on the way: Adadelta (1.11)." in w.says()
    w = make(surface="saddle", start=(-2, 0.02), step=120)
    assert "first below −1 was RMSprop, at step 4" in w.says()
    assert not panel(w, "losses")["log"]
    w = make(surface="taxi rides", start=(1.9, 3.3), step=10)
    assert w.says() == "The start is the lowest place: there is nothing to race for. Drag it away."
    w = make(step=10, **dict.fromkeys(NAMES, False))
    assert w.says() == "Nobody runs: press a name below to let it run."


@pytest.mark.parametrize("step", [1, 30, 120])
@pytest.mark.parametrize("surface", SURFACES)
def test_each_runner_is_named_once_and_no_name_covers_another(surface, step):
    w = make(surface=surface, start=SURFACES[surface].start, step=step, **ALL)
    for name in ("map", "losses"):
        low, high = panel(w, name)["y"]
        heights = np.array(list(labels(w, name).values()))
        if panel(w, name)["log"]:
            low, high, heights = np.log10(low), np.log10(high), np.log10(heights)
        assert set(labels(w, name)) == set(NAMES)
        shares = np.sort((heights - low) / (high - low))
        assert np.diff(shares).min() > 0.047
        assert shares.min() >= 0
        assert shares.max() <= 0.98


def test_at_the_start_nothing_is_given_away():
    w = make()
    assert labels(w, "map") == labels(w, "losses") == {}


def test_the_curves_are_the_losses():
    w = make(surface="taxi rides", start=(4, 1), step=30)
    km, euros = np.array([1.0, 2, 3, 4, 5]), np.array([5, 7.5, 8.5, 11.5, 12.5])
    lines = {m["color"]: m for m in panel(w, "losses")["marks"] if m["kind"] == "line" and m["width"] == 1.8}
    heights = np.array([((u * km + v - euros) ** 2).mean() for u, v in w.path("SGD")])
    lowest = ((1.9 * km + 3.3 - euros) ** 2).mean()
    assert lines["#000000"]["y"] == pytest.approx(heights - lowest, rel=1e-4)
    dashed = next(m for m in panel(w, "losses")["marks"] if m.get("dash") == "6 4")
    assert dashed["y"] == pytest.approx([(heights[0] - lowest) / 100] * 2, rel=1e-4)
    looks = {
        (m["color"], m["dash"])
        for m in panel(w, "losses")["marks"]
        if m["kind"] == "line" and m["width"] == 1.8
    }
    assert len(looks) == 4


def test_a_drag_moves_the_start_of_all():
    w = make(step=10)
    w.receive({"kind": "move", "name": "start", "x": 1.5, "y": -1.0})
    assert w.state["start"] == (1.5, -1.0)
    for name in NAMES:
        assert (w.path(name)[0] == [1.5, -1.0]).all()
    w.receive({"kind": "move", "name": "start", "x": 9, "y": 9})  # beside the map, where the names are
    assert w.state["start"] == (2.5, 2.5)
    w.receive({"kind": "set", "name": "surface", "value": "taxi rides"})
    assert w.state["start"] == (4.0, 1.0)
    assert make(surface="bowl", start=(8, 8)).path("SGD")[0].tolist() == [2.5, 2.5]


def test_names_are_switches_and_bring_their_rates():
    w = make(step=10)

    def rates():
        return {c["name"] for c in w.scene["controls"] if c["name"].startswith("rate")} - {"rates"}

    assert rates() == {"rate_SGD", "rate_momentum", "rate_RMSprop", "rate_Adam"}
    w.receive({"kind": "press", "name": "SGD"})
    w.receive({"kind": "press", "name": "AdamW"})
    assert rates() == {"rate_momentum", "rate_RMSprop", "rate_Adam", "rate_AdamW"}
    pressed = {b["name"]: b["pressed"] for b in w.scene["buttons"]}
    assert (pressed["SGD"], pressed["AdamW"]) == (False, True)
    assert set(labels(w, "map")) == {"momentum", "RMSprop", "Adam", "AdamW"}
    assert w.code() == "widgets.DescentRace(state={'step': 10, 'SGD': False, 'AdamW': True})"
    w.receive({"kind": "set", "name": "rates", "value": "one for all"})
    assert rates() == {"rate"}


def test_step_and_back():
    w = make()
    for name, step in (("next", 1), ("next", 2), ("back", 1), ("back", 0), ("back", 0)):
        w.receive({"kind": "press", "name": name})
        assert w.state["step"] == step
    enabled = {b["name"]: b["enabled"] for b in w.scene["buttons"]}
    assert (enabled["back"], enabled["next"]) == (False, True)


def test_playing_and_stopping():
    async def race():
        w = make()
        w.play = lambda frame, rate: type(w).play(w, frame, 500)
        w.receive({"kind": "press", "name": "play"})
        assert w.playing
        assert w.scene["buttons"][0]["label"] == "Stop"
        while w.state["step"] < 5:
            await asyncio.sleep(0.001)
        w.receive({"kind": "press", "name": "play"})
        assert not w.playing
        step = w.state["step"]
        await asyncio.sleep(0.01)
        assert w.state["step"] == step
        w.state.update(step=119)
        w.receive({"kind": "press", "name": "play"})
        while w.playing:
            await asyncio.sleep(0.001)
        assert w.state["step"] == 120
        w.receive({"kind": "press", "name": "play"})  # from the start again
        assert w.state["step"] == 0
        w.receive({"kind": "set", "name": "step", "value": 7})
        assert not w.playing
        assert w.state["step"] == 7

    asyncio.run(race())


def test_without_a_loop_to_play_in_nothing_changes():
    w = make(step=120)
    w.receive({"kind": "press", "name": "play"})
    assert w.scene["says"].endswith("DescentRace expects a running notebook to play in, but got none.")
    assert w.state["step"] == 120


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"rate_Adam": 0}, "DescentRace expects a finite number rate_Adam of at least 0.001 and of at most 10, but got rate_Adam=0."),
        ({"SGD": 1}, "DescentRace expects SGD to be True or False, but got the int 1."),
        ({"step": 121}, "DescentRace expects a whole number step from 0 to 120, but got step=121."),
    ],
)  # fmt: skip
def test_bad_states(state, message):
    with pytest.raises((TypeError, ValueError)) as error:
        make(**state)
    assert str(error.value) == message
