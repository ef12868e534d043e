"""What holds for every widget: its state, its line of Python, its picture, and a hand that does what nobody expects."""

import asyncio
import base64
import io
import math
import pathlib
import re
from typing import ClassVar

import numpy as np
import pytest

pytest.importorskip("anywidget")

from PIL import Image

import nnbook
from nnbook import widgets
from nnbook.widgets import fields, still
from nnbook.widgets.explore import Explore
from nnbook.widgets.stage import Live

ROOT = pathlib.Path(nnbook.__file__).parents[1]
CLASSES = [getattr(widgets, name) for name in widgets.__all__]
LIVE = [c for c in CLASSES if issubclass(c, Live) and c is not Live]
EXPLORERS = [c for c in CLASSES if issubclass(c, Explore) and c is not Explore]
ALL = LIVE + EXPLORERS


def name_of(value):
    return value.__name__ if isinstance(value, type) else None


def values(field):
    """Some that the field accepts, its edges among them."""
    if isinstance(field, (fields.Number, fields.Whole)):
        return [field.low, field.high]
    if isinstance(field, fields.Choice):
        return list(field.options)
    if isinstance(field, fields.Flag):
        return [True, False]
    if isinstance(field, fields.Text):
        return ["<b>&amp;", ""]
    rows = [size if size is not None else min(2, field.longest) for size in field.shape]
    return [np.full(rows, field.low).tolist(), np.full(rows, field.high).tolist()]


def png(data):
    return Image.open(io.BytesIO(data))


def picture(widget):
    return still.picture(widget) if isinstance(widget, Live) else widget.picture()


def finite(scene):
    """No NaN or infinity may be sent: JSON has none."""
    if isinstance(scene, dict):
        return all(finite(value) for value in scene.values())
    if isinstance(scene, (list, tuple)):
        return all(finite(value) for value in scene)
    return not isinstance(scene, float) or math.isfinite(scene)


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_its_line_of_python_brings_the_state_back(make):
    widget = make()
    assert widget.code() == f"widgets.{make.__name__}({', '.join(arguments(widget))})"
    for name, field in widget.state.fields.items():
        for value in values(field):
            widget.state.nudge(**{name: value})
    again = make(state=eval(widget.state.code()))
    assert dict(again.state) == dict(widget.state)
    assert again.state.code() == widget.state.code()
    again.reset()
    assert dict(again.state) == dict(widget.state)  # back to where it began, which is what state= said


def arguments(widget):
    return widget.arguments() if isinstance(widget, Live) else widget._arguments()


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_reset_leads_back_to_the_last_digit(make):
    widget = make()
    before, said = dict(widget.state), widget.told()
    for name, field in widget.state.fields.items():
        widget.state.nudge(**{name: values(field)[-1]})
    widget.reset()
    assert dict(widget.state) == before
    assert widget.told() == said


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_a_wrong_state_is_refused_by_name(make):
    who = make.__name__
    with pytest.raises(ValueError, match=rf"^{who} expects a name in state to be one of .*but got 'no_such'"):
        make(state={"no_such": 1})
    with pytest.raises(
        TypeError, match=rf"^{who} expects state as a dict of names to values, but got the list"
    ):
        make(state=[1])
    for name, field in make().state.fields.items():
        for bad in (None, object(), float("nan")):
            if isinstance(field, fields.Text) and isinstance(bad, str):
                continue
            with pytest.raises((TypeError, ValueError), match=rf"^{who} expects .*{re.escape(name)}"):
                make(state={name: bad})
    with pytest.raises(ValueError, match=rf"^{who} expects a name in hide to be one of"):
        make(hide=["no such part"])
    with pytest.raises(TypeError, match=rf"^{who} expects hide as a list of names, but got the str 'code'"):
        make(hide="code")


@pytest.mark.parametrize("make", LIVE, ids=name_of)
def test_each_part_can_be_hidden(make):
    def shown(widget):
        scene = widget.scene
        return {part["name"] for kind in ("panels", "controls", "buttons") for part in scene[kind]}

    widget = make()
    everything = shown(widget)
    for name in everything:
        hidden = make(hide=[name])
        assert shown(hidden) == everything - {name}
        assert hidden.code().endswith(f"hide=[{name!r}])")
    assert make(hide=["says"]).scene["says"] == ""


@pytest.mark.parametrize("make", EXPLORERS, ids=name_of)
def test_each_control_can_be_hidden(make):
    labelled = [name for name, field in make().state.fields.items() if field.label]
    for name in labelled:
        hidden = make(hide=[name])
        assert set(hidden._controls) == set(labelled) - {name}
    assert make(hide=["says"])._says.value.count("status") == 0


@pytest.mark.parametrize("make", LIVE, ids=name_of)
def test_every_edge_of_the_state_can_be_drawn(make):
    widget = make()
    for name, field in widget.state.fields.items():
        for value in values(field):
            widget.reset()
            widget.state.nudge(**{name: value})
            widget.refresh()
            assert finite(widget.scene)
            assert isinstance(widget.scene["says"], str)
            assert "nan" not in widget.scene["says"].lower().split(), f"{name}={value}: NaN is not explained"


@pytest.mark.parametrize("make", EXPLORERS, ids=name_of)
def test_every_edge_of_the_state_can_be_drawn_as_a_picture(make):
    widget = make()
    for name, field in widget.state.fields.items():
        for value in values(field)[:3]:
            widget.state.reset()
            widget.state.nudge(**{name: value})
            assert "That cannot be drawn" not in widget._says.value, (name, value)


@pytest.mark.parametrize("make", LIVE, ids=name_of)
def test_absurd_events_are_harmless(make):
    widget = make()
    hands = [mark["name"] for panel in widget.scene["panels"] for mark in panel["marks"] if mark.get("name")]
    buttons = [button["name"] for button in widget.scene["buttons"]]
    events = [{}, {"kind": "nonsense"}, {"kind": "set", "name": "no_such", "value": 1}, {"kind": "press"}]
    for name in [*hands, "no such handle"]:
        for x, y in [(1e300, -1e300), (math.nan, 0.0), (math.inf, 1.0), (0.0, 0.0)]:
            events.append({"kind": "move", "name": name, "x": x, "y": y})
        events.append({"kind": "move", "name": name})
        events.append({"kind": "stroke", "name": name, "points": [[math.nan, 1.0]]})
        events.append({"kind": "stroke", "name": name, "points": []})
        events.append({"kind": "stroke", "name": name, "points": "abc"})
    for name in widget.state.fields:
        for value in (math.nan, 1e300, -1e300, None, "<script>", [1, 2], True):
            events.append({"kind": "set", "name": name, "value": value})
    for event in events:
        widget.receive(event)
        assert finite(widget.scene), event
    assert widget.answered == len(events)
    widget.receive({"kind": "heard"})
    assert widget.answered == len(events)  # the page's word that a message came asks for no answer
    for name in buttons:
        if name != "reset":
            widget.receive({"kind": "press", "name": name})
    widget.reset()
    assert dict(widget.state) == dict(make().state)


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_its_picture_is_true_opaque_and_told_in_words(make):
    widget = make()
    image = png(picture(widget))
    assert image.width <= 760
    assert image.height <= 1000
    assert image.convert("RGBA").getchannel("A").getextrema()[0] == 255
    told = widget.told()
    stills = widget.stills() if isinstance(widget, Live) else widget._stills
    assert told.count("\n") >= len(stills)
    assert re.search(r"\d", told), "the picture is told without a number"
    assert widget.told() == told
    assert dict(widget.state) == dict(make().state)


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_the_bundle_without_a_kernel_is_text_and_picture(make):
    bundle = make()._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert set(data) == {"text/plain", "image/png"}
    assert png(base64.b64decode(data["image/png"])).format == "PNG"
    assert make.__name__ in data["text/plain"]


@pytest.mark.slow
@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_ten_at_once_do_not_share_their_state(make):
    ten = [make() for _ in range(10)]
    name, field = next(iter(ten[0].state.fields.items()))
    ten[0].state.nudge(**{name: values(field)[-1]})
    ten[1].state.nudge(**{name: values(field)[0]})
    assert len({str(w.state[name]) for w in ten}) > 1 or values(field)[0] == values(field)[-1]
    assert all(w.state[name] == ten[2].state[name] for w in ten[2:])


@pytest.mark.parametrize("make", ALL, ids=name_of)
def test_each_widget_is_worked_in_the_browser_suite(make):
    suite = "".join(path.read_text() for path in (ROOT / "tests" / "browser").glob("test_*.py"))
    assert make.__name__ in suite


class Fragile(Live):
    """A widget whose model breaks: when it is pressed, and when it is drawn beyond 0.5."""

    fields: ClassVar = {"x": fields.Number(default=0.0, low=0, high=1, label="x")}

    def panels(self):
        if self.state["x"] > 0.5:
            raise AttributeError("the model has no weights")
        return []

    def on_press(self, name):
        self.state.nudge(x=0.25)
        raise RuntimeError("the model is asleep")


def test_what_goes_wrong_in_a_model_is_said_and_undone():
    widget = Fragile()
    widget.receive({"kind": "press", "name": "go"})
    assert widget.scene["says"] == "That did not work, and nothing was changed: the model is asleep"
    assert widget.scene["trouble"]
    assert dict(widget.state) == {"x": 0.0}
    assert widget.answered == 1


def test_a_state_that_cannot_be_drawn_is_answered_too():
    widget = Fragile()
    widget.receive({"kind": "set", "name": "x", "value": 0.75})
    assert widget.scene["says"] == "That cannot be drawn: the model has no weights"
    assert widget.scene["trouble"]
    assert widget.answered == 1
    widget.receive({"kind": "press", "name": "reset"})
    assert not widget.scene["trouble"]
    with pytest.raises(AttributeError):
        Fragile(state={"x": 0.75})  # who writes it in a cell sees what it is


def test_playing_ends_where_a_state_cannot_be_drawn():
    async def play():
        widget = Fragile()

        def frame():
            widget.state.nudge(x=widget.state["x"] + 0.3)
            return widget.state["x"] < 1

        widget.play(frame, rate=1000)
        for _ in range(500):
            await asyncio.sleep(0.01 * widget.playing)
        return widget

    widget = asyncio.run(play())
    assert not widget.playing
    assert widget.state["x"] == 1.0
    assert widget.scene["trouble"]


@pytest.mark.parametrize("make", [widgets.FeatureMaps, widgets.DrawingPad], ids=name_of)
def test_what_is_done_to_the_network_of_one_does_not_show_in_another(make):
    one, other = make(), make()
    told = other.told()
    for parameter in one.network.parameters():
        parameter.data = np.zeros_like(parameter.data)
    other.refresh()
    assert other.told() == make().told() == told


# The fields


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            fields.Number(default=0, low=-1, high=1),
            2,
            "W expects a finite number a of at least -1 and of at most 1, but got a=2.",
        ),
        (fields.Whole(default=1, low=1, high=3), 4, "W expects a whole number a from 1 to 3, but got a=4."),
        (fields.Flag(default=True), 1, "W expects a to be True or False, but got the int 1."),
        (
            fields.Text(default="", longest=3),
            "long",
            "W expects a of at most 3 characters, but got 4 characters.",
        ),
        (
            fields.Numbers(default=[(0, 0)], low=-1, high=1),
            [(0, 3)],
            "W expects a to hold any × 2 finite numbers from -1 to 1, but got 3.0 among them.",
        ),
        (
            fields.Numbers(default=[(0, 0)], low=-1, high=1),
            [1, 2],
            "W expects a to hold any × 2 finite numbers from -1 to 1, but got float64 array of shape (2,).",
        ),
    ],
)
def test_fields_refuse(field, value, message):
    with pytest.raises((TypeError, ValueError)) as error:
        field.check("W", "a", value)
    assert str(error.value) == message


def test_a_state_is_changed_whole_or_not_at_all():
    seen = []
    state = fields.State(
        "W",
        {"a": fields.Number(default=0.0, low=-1, high=1), "b": fields.Whole(default=1, low=1, high=3)},
        {"b": 2},
        changed=lambda: seen.append(1),
    )
    with pytest.raises(ValueError, match="whole number b"):
        state.update(a=0.5, b=9)
    assert dict(state) == {"a": 0.0, "b": 2}
    assert seen == []
    state.update(a=0.123456789)
    assert seen == [1]
    assert state.code() == "{'a': 0.123457, 'b': 2}"
    state.nudge(a=7, b=math.nan)
    assert dict(state) == {"a": 1.0, "b": 1}
    state.reset()
    assert dict(state) == {"a": 0.0, "b": 2}


def test_a_missing_package_is_named(monkeypatch):
    import sys

    for name in [name for name in sys.modules if name.startswith("nnbook.widgets.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ImportError) as error:
        _ = widgets.NeuronExplorer
    assert str(error.value).startswith(
        "nnbook.widgets needs the package anywidget, which is not installed. Install it:"
    )


def test_the_module_of_the_browser_reaches_nothing():
    source = (ROOT / "nnbook" / "widgets" / "stage.js").read_text() + (
        ROOT / "nnbook" / "widgets" / "stage.css"
    ).read_text()
    addresses = set(re.findall(r"https?://[^\s\"']+", source))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, which is never fetched
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|import\s*\(|innerHTML|eval)\b", source)
