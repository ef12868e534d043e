"""Explore: what its sliders may do to a state, and what makers of a widget of their own are told."""

import pytest

pytest.importorskip("anywidget")

from nnbook import widgets
from nnbook.widgets import Choice, Explore, Number, Whole


def draw(figure):
    (line,) = figure.subplots().plot([0, 1], [0, 1])

    def update(slope=1.0, rate=1.0, count=1, kind="a"):
        line.set_ydata([0, slope])
        return f"{slope:g} < {rate:g}"

    return update


def made(**how):
    fields = {
        "slope": Number(default=0.2, low=0.02, high=0.5, step=0.02, label="slope"),
        "rate": Number(default=0.1, low=1e-16, high=1, log=True, step=0.125, label="rate"),
        "count": Whole(default=3, low=0, high=9, label="count"),
        "kind": Choice(default="a", options=["a", "b"], label="kind"),
    }
    return Explore(draw, fields, **how)


@pytest.mark.parametrize(
    ("name", "given", "stop"),
    [("slope", 0.2, 0.19999999999999998), ("slope", 0.05, 0.06), ("rate", 3e-9, 10**-8.5)],
)
def test_a_state_is_kept_when_a_slider_puts_it_on_its_nearest_stop(name, given, stop):
    w = made(state={name: given})
    w._controls[name].value = stop
    assert w.state[name] == given
    code = w.code()
    w.reset()
    w._controls[name].value = stop
    assert (w.state[name], w.code()) == (given, code)


@pytest.mark.parametrize(
    ("name", "given", "moved", "kept"),
    [
        ("slope", 0.2, 0.22000000000000003, 0.22),
        ("slope", 0.05, 0.08, 0.08),
        ("rate", 3e-9, 10**-8.375, 4.21697e-9),
        ("count", 3, 4, 4),
        ("kind", "a", "b", "b"),
    ],
)
def test_a_slider_that_is_moved_changes_the_state_as_code_writes_it(name, given, moved, kept):
    w = made(state={name: given})
    w._controls[name].value = moved
    assert w.state[name] == kept
    assert f"{name!r}: {kept!r}" in w.code()
    assert eval(w.code(), {"widgets": widgets, "draw": draw, "fields": w.state.fields}).state[name] == kept


@pytest.mark.parametrize(
    ("step", "shown"), [(0.02, ".2f"), (0.5, ".1f"), (2, ".0f"), (1 / 3, ".4g"), (1e-5, ".4g"), (0.0, ".4g")]
)
def test_a_slider_shows_as_many_places_as_its_steps_have(step, shown):
    fields = {"slope": Number(default=0.0, low=-1 / 3, high=1 / 3, step=step, label="slope")}
    assert Explore(draw, fields)._controls["slope"].readout_format == shown


def test_what_is_said_is_escaped():
    assert made()._says.value == "0.2 &lt; 0.1"


FIELDS = {"slope": Number(default=0.2, low=0, high=1, label="slope")}


@pytest.mark.parametrize("fields", [{"slope": 1.0}, ["slope"], {"slope": Number}])
def test_fields_that_are_none_are_explained(fields):
    with pytest.raises(
        TypeError, match="Explore expects fields as a dict of names to fields, but got"
    ) as error:
        Explore(draw, fields)
    assert str(error.value).endswith(
        'Such as {"slope": widgets.Number(default=1.0, low=-2, high=2, label="slope")}.'
    )


@pytest.mark.parametrize(
    ("low", "high", "log"), [(1, 1, False), (2, -2, False), (0, 1, True), (0, float("nan"), False)]
)
def test_a_slider_needs_ends(low, high, log):
    with pytest.raises(ValueError, match=r"Number expects .*low < high"):
        Number(default=low, low=low, high=high, log=log, label="slope")


def test_a_name_that_the_state_has_not_is_explained():
    with pytest.raises(
        ValueError, match=r"a name in state to be one of .*, but got 'slop'. Did you mean 'slope'?"
    ):
        made().state.nudge(slop=1.0)


def test_an_update_that_says_a_number_is_explained():
    w = Explore(lambda figure: lambda slope: slope, FIELDS)
    assert "Explore expects update to return a sentence, or nothing, but got the float 0.2" in w._says.value


def test_whatever_an_update_raises_is_said_and_the_first_time_shown_with_its_traceback():
    def draw(figure):
        return lambda slope: {0.2: "fine", 0.5: "fine again"}[slope]

    w = Explore(draw, FIELDS)
    w._controls["slope"].value = 0.4
    assert w._says.value == "That cannot be drawn: KeyError: 0.4"
    w._controls["slope"].value = 0.5
    assert w._says.value == "fine again"
    with pytest.raises(KeyError):
        Explore(draw, FIELDS, state={"slope": 0.4})


def test_one_without_a_title_is_told_by_its_name():
    assert made().told().splitlines()[0] == "Explore"


def test_what_a_slider_sent_is_not_sent_back_rounded():
    w = made()
    slider, sent = w._controls["rate"], []
    slider.observe(lambda change: sent.append(change["new"]), "value")
    slider.value = 10**-1.125
    assert (w.state["rate"], sent) == (0.0749894, [10**-1.125])
