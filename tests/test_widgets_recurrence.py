"""The recurrence stepper against whole-sequence layers and nudged states, and what each event does to its state."""

import asyncio
import itertools
import tracemalloc

import numpy as np
import pytest

pytest.importorskip("anywidget")

import nnbook
from nnbook import widgets
from nnbook.functional import gru_cell, lstm_cell, rnn_cell
from nnbook.widgets.recurrence import STEPS, UNITS

LAYERS = {"rnn": nnbook.RNN, "lstm": nnbook.LSTM, "gru": nnbook.GRU}


def panel(widget, name):
    return next(panel for panel in widget.panels() if panel.name == name)


def marks(widget, name, kind):
    return [mark for mark in panel(widget, name).marks if type(mark).__name__ == kind]


@pytest.fixture(params=["rnn", "lstm", "gru"])
def cell(request):
    return request.param


def random_state(cell):
    inputs = np.random.default_rng(2).normal(size=STEPS).clip(-2, 2)
    return {"cell": cell, "scale": 1.3, "keep": 1.5, "inputs": inputs}


def test_the_states_are_those_of_the_layer(cell):
    w = widgets.RecurrenceStepper(state=random_state(cell))
    layer = LAYERS[cell](1, UNITS, dtype=np.float64)
    for parameter, array in zip(layer.parameters(), w.weights(cell).arrays, strict=True):
        parameter.data = array
    y, last = layer.predict(np.array(w.state["inputs"])[None, :, None])
    np.testing.assert_allclose(w.run().h, y[0], rtol=1e-12)
    if cell == "lstm":
        np.testing.assert_allclose(w.run().c[-1], last[1][0], rtol=1e-12)
    else:
        assert w.run().c is None


def test_the_gradients_are_those_of_nudging(cell):
    """The whole state after step t is nudged, and the judged sum of the last state is computed again."""
    w = widgets.RecurrenceStepper(state=random_state(cell))
    run, arrays = w.run(), w.weights(cell).arrays
    together = run.h if run.c is None else np.concatenate([run.h, run.c], axis=1)

    def judged(state, t):
        h, c = state[None, :UNITS], state[None, UNITS:]
        for value in w.state["inputs"][t + 1 :]:
            x = np.array([[value]])
            if cell == "rnn":
                h = rnn_cell(x, h, *arrays)
            elif cell == "lstm":
                (h, c), _ = lstm_cell(x, h, c, *arrays)
            else:
                h, _ = gru_cell(x, h, *arrays)
        return h.sum() / np.sqrt(UNITS)

    for t in range(STEPS):
        state = together[t]
        slopes = [(judged(state + e, t) - judged(state - e, t)) / 2e-6 for e in 1e-6 * np.eye(len(state))]
        assert run.lengths[STEPS - 1 - t] == pytest.approx(np.linalg.norm(slopes), rel=1e-6)


def test_the_gates(cell):
    w = widgets.RecurrenceStepper(state=random_state(cell))
    gates = w.run().gates
    assert list(gates) == {"rnn": ["slope"], "lstm": ["i", "f", "o"], "gru": ["r", "z"]}[cell]
    assert all(
        values.shape == (STEPS, UNITS) and (values >= 0).all() and (values <= 1).all()
        for values in gates.values()
    )
    if cell == "rnn":
        np.testing.assert_allclose(gates["slope"], 1 - w.run().h ** 2)
        return
    name = {"lstm": "f", "gru": "z"}[cell]
    w.state.nudge(keep=6)
    assert w.run().gates[name].min() > gates[name].max() * 0.9
    other = {"lstm": "i", "gru": "r"}[cell]
    first = w.run().gates[other][0]
    np.testing.assert_allclose(first, gates[other][0])  # the bias is that one gate's alone


def test_recurrent_weights_only_turn_before_they_are_scaled(cell):
    w = widgets.RecurrenceStepper(state={"cell": cell, "scale": 2.0})
    u = w.weights(cell).arrays[1]
    for block in np.split(u, u.shape[1] // UNITS, axis=1):
        np.testing.assert_allclose(block @ block.T, 4 * np.eye(UNITS), atol=1e-12)


def test_the_way_there_and_back_step_by_step():
    w = widgets.RecurrenceStepper(state={"step": 0, "scale": 0.5})
    assert w.says() == "Nothing is read yet: the state is 0. Press Next."
    assert not marks(w, "states", "Rect")
    w.receive({"kind": "press", "name": "next"})
    assert w.says() == "Step 1 of 12: the cell reads 1, and its state is now of length 1.2."
    assert np.linalg.norm(w.run().h[0]) == pytest.approx(1.2, abs=0.05)
    numbers = [mark.text for mark in marks(w, "states", "Write")]
    assert numbers == [f"{v:.1f}".replace("-0.0", "0.0").replace("-", "−") for v in w.run().h[0]] + [
        "h1",
        "h2",
        "h3",
        "h4",
    ]
    assert np.isnan(marks(w, "gradient", "Line")[1].y).all()
    w.receive({"kind": "set", "name": "step", "value": 13})
    assert w.says() == "The state after step 12 is judged, by a gradient of length 1. Now it goes back."
    assert [mark.x for mark in marks(w, "states", "Rect")] == [11.5]
    w.receive({"kind": "press", "name": "next"})
    assert w.says() == "1 step back, at the state after step 11, the gradient's length is 0.5."
    assert [mark.x for mark in marks(w, "gates", "Rect")] == [10.5]
    drawn = marks(w, "gradient", "Line")[1].y
    np.testing.assert_allclose(drawn[:2], w.run().lengths[:2])
    assert np.isnan(drawn[2:]).all()
    w.receive({"kind": "set", "name": "step", "value": 24})
    length, factor = w.run().lengths[-1], w.run().lengths[-1] ** (1 / 11)
    assert w.says() == (
        f"11 steps back, at the state after step 1, the gradient's length is {length:.2g}. On average each step "
        f"multiplied it by {factor:.2g}. The state at the end has the length 0.00053."
    )
    w.receive({"kind": "press", "name": "next"})
    assert w.state["step"] == 24
    w.receive({"kind": "press", "name": "back"})
    assert w.state["step"] == 23


def test_dragging_what_is_read():
    w = widgets.RecurrenceStepper()
    w.receive({"kind": "move", "name": "input 12", "x": 3.0, "y": -1.234})
    w.receive({"kind": "move", "name": "input 1", "x": 3.0, "y": 9.0})
    assert w.state["inputs"] == (2.0, *[0.0] * 10, -1.23)
    before = dict(w.state)
    for name in ("input 0", "input 13", "input x", "input", "other 3"):
        w.receive({"kind": "move", "name": name, "x": 1.0, "y": 1.0})
    assert dict(w.state) == before
    for name, first in {"pulse": 1.0, "noise": 1.43, "wave": 0.0}.items():
        w.receive({"kind": "press", "name": name})
        assert w.state["inputs"][0] == first
    assert max(w.state["inputs"]) == 1.04


def test_play_goes_there_and_back(monkeypatch):
    w = widgets.RecurrenceStepper()
    play, seen = w.play, []
    monkeypatch.setattr(
        w, "play", lambda frame, rate: play(lambda: (frame(), seen.append(w.state["step"]))[0], 2000)
    )

    async def run():
        w.on_press("play")
        assert w.playing
        assert w.state["step"] == 0
        while w.playing:
            await asyncio.sleep(0.001)
        w.on_press("play")
        w.on_press("play")
        assert not w.playing

    asyncio.run(run())
    assert seen == list(range(1, 25))


def test_controls_that_are_of_use():
    def controls(**state):
        return [c["name"] for c in widgets.RecurrenceStepper(state=state).scene["controls"]]

    assert controls() == ["cell", "scale", "compare", "step"]
    assert controls(cell="gru") == ["cell", "scale", "keep", "compare", "step"]
    assert controls(compare=True) == ["cell", "scale", "keep", "compare", "step"]


def test_the_other_cells_beside_it():
    w = widgets.RecurrenceStepper(state={"compare": True, "keep": 4, "cell": "gru"})
    lines = marks(w, "gradient", "Line")[1:]
    for line, cell in zip(lines, ["rnn", "lstm", "gru"], strict=True):
        np.testing.assert_allclose(line.y, w.run(cell).lengths)
    names = marks(w, "gradient", "Write")
    assert sorted(mark.text for mark in names) == ["gru", "lstm", "rnn"]
    heights = sorted(mark.y for mark in names)
    assert all(upper >= 8 * lower for lower, upper in itertools.pairwise(heights))


def test_the_titles_of_its_picture_name_what_is_seen():
    def titles(hide=(), **state):
        return [title for title, _ in widgets.RecurrenceStepper(state=state, hide=hide).stills()]

    assert titles() == ["rnn, recurrent weights × 0.6", "lstm, bias of f at 4"]
    assert titles(cell="gru", scale=1.5) == ["gru, recurrent weights × 1.5", "gru, bias of z at 4"]
    assert titles(hide=["cell"]) == ["rnn, recurrent weights × 0.6", "rnn, recurrent weights × 2"]


def test_a_layer_of_your_own():
    layer = nnbook.GRU(1, 20, rng=0)
    w = widgets.RecurrenceStepper(layer)
    assert w.code() == "widgets.RecurrenceStepper(layer)"
    y, _ = layer.predict(np.array(w.state["inputs"])[None, :, None])
    np.testing.assert_allclose(
        widgets.RecurrenceStepper(layer, state={"scale": 1.0}).run().h, y[0], atol=1e-6
    )
    assert [c["name"] for c in w.scene["controls"]] == ["scale", "keep", "step"]
    before = [p.data.copy() for p in layer.parameters()]
    w.receive({"kind": "set", "name": "keep", "value": 3})
    assert all(
        np.array_equal(p.data, b) and not p.grad.any()
        for p, b in zip(layer.parameters(), before, strict=True)
    )


def test_numbers_that_grow_beyond_everything_are_explained():
    layer = nnbook.RNN(1, 3, nonlinearity="relu", dtype=np.float64)
    layer.weight_ih.data[:] = 1
    layer.weight_hh.data[:] = 1e200
    w = widgets.RecurrenceStepper(layer)
    assert w.says().startswith(
        "The numbers have grown beyond what a computer can hold: the recurrent weights"
    )


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (nnbook.RNN, "the type <class 'nnbook.recurrent.RNN'>. Make one: RNN(1, 8)."),
        ("rnn", "the str 'rnn'."),
    ],
)
def test_what_is_no_layer(layer, message):
    with pytest.raises(TypeError) as error:
        widgets.RecurrenceStepper(layer)
    assert str(error.value) == (
        f"RecurrenceStepper expects an RNN, LSTM or GRU that reads one number at each step, but got {message}"
    )


@pytest.mark.parametrize("how", [{"bidirectional": True}, {"reverse": True}, {"input_size": 2}])
def test_a_layer_that_reads_otherwise(how):
    layer = nnbook.LSTM(how.pop("input_size", 1), 3, **how)
    with pytest.raises(ValueError) as error:
        widgets.RecurrenceStepper(layer)
    assert str(error.value) == (
        "RecurrenceStepper expects an RNN, LSTM or GRU that reads one number at each step, in one direction, "
        f"but got {layer!r}."
    )


def test_a_layer_that_diverged():
    layer = nnbook.RNN(1, 3)
    layer.weight_hh.data[0, 0] = np.nan
    with pytest.raises(ValueError) as error:
        widgets.RecurrenceStepper(layer)
    assert str(error.value) == (
        "RecurrenceStepper expects a layer of finite weights, but got nan in weight_hh. Its training diverged: try a "
        "smaller lr."
    )


def test_it_keeps_one_run_of_a_cell_however_many_it_has_shown():
    layer = nnbook.LSTM(1, 64, rng=0)
    w = widgets.RecurrenceStepper(layer)
    tracemalloc.start()
    for scale in np.linspace(0.1, 2, 20):
        w.receive({"kind": "set", "name": "scale", "value": scale})
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 5 * 8 * layer.weight_hh.data.size  # bytes: of some copies, not of twenty
