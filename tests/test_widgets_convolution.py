"""The convolution stepper against four loops, and what each event does to its state."""

import asyncio

import numpy as np
import pytest

pytest.importorskip("anywidget")

from nnbook import datasets, widgets
from nnbook.widgets.convolution import KERNELS, SEVEN


def by_hand(picture, kernel, stride, padding):
    h, w = picture.shape
    wide = np.zeros((h + 2 * padding, w + 2 * padding))
    wide[padding : padding + h, padding : padding + w] = picture
    tops, lefts = (range(0, size - 2, stride) for size in wide.shape)
    return np.array(
        [
            [sum(wide[t + i, u + j] * kernel[i, j] for i in range(3) for j in range(3)) for u in lefts]
            for t in tops
        ]
    )


def panel(widget, name):
    return next(panel for panel in widget.panels() if panel.name == name)


def writes(widget, name):
    return [mark.text for mark in panel(widget, name).marks if type(mark).__name__ == "Write"]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("picture", ["the seven", "a digit"])
def test_the_map(picture, stride, padding):
    kernel = np.random.default_rng(0).normal(size=(3, 3)).round(2)
    state = {
        "picture": picture,
        "stride": stride,
        "padding": padding,
        "kernel": "your own",
        "weights": kernel,
    }
    w = widgets.ConvolutionStepper(state=state)
    truth = by_hand(w.picture(), kernel, stride, padding)
    np.testing.assert_allclose(w.map(), truth, atol=1e-9)
    for at in range(w.map().size):  # every window's products add up to its number
        w._go(at)
        row, column = w.place()
        assert (row, column) == divmod(at, truth.shape[1])
        assert (w.window() * w.weights()).sum() == pytest.approx(truth[row, column])
        marks = panel(w, "image").marks
        (frame,) = (mark for mark in marks if getattr(mark, "w", 0) == 3 and mark.edge == "#E69F00")
        assert (frame.y, frame.x) == (stride * row, stride * column)


def test_the_pictures():
    assert widgets.ConvolutionStepper().picture().tolist() == SEVEN.tolist()
    w = widgets.ConvolutionStepper(state={"picture": "a digit", "digit": 7})
    assert w.picture().tolist() == (16 * datasets.digits()[2][6, 0]).tolist()
    own = np.arange(12.0).reshape(3, 4)
    w = widgets.ConvolutionStepper(own)
    own[:] = -1  # it keeps what it was given
    assert w.map().shape == (1, 2)
    assert w.code() == "widgets.ConvolutionStepper(picture)"
    assert [c["name"] for c in w.scene["controls"]] == ["kernel", "stride", "padding", "whole"]


def test_dragging_finds_the_nearest_window_and_stays_on_the_picture():
    w = widgets.ConvolutionStepper(state={"stride": 2, "padding": 1})  # 7 × 8: windows at 0 2 4 and 0 2 4
    for (x, y), place in {
        (2.9, 1.2): (1, 1), (3.1, 0.9): (0, 2), (99, 99): (2, 2), (-5, -5): (0, 0), (0.4, 3.9): (2, 0)
    }.items():  # fmt: skip
        w.receive({"kind": "move", "name": "window", "x": x, "y": y})
        assert (w.state["row"], w.state["column"]) == place
    before = dict(w.state)
    w.receive({"kind": "move", "name": "no window", "x": 3, "y": 3})
    assert dict(w.state) == before


def test_pressing_a_weight_goes_up_and_round():
    w = widgets.ConvolutionStepper()
    seen = []
    for _ in range(5):
        w.receive({"kind": "press", "name": "weight 1 2"})
        seen.append(w.weights()[1, 2])
    assert seen == [2, -2, -1, 0, 1]
    assert w.state["kernel"] == "your own"
    expected = KERNELS["left edge"].copy()
    assert w.weights().tolist() == expected.tolist()  # round once: and the named kernel is as it was
    w.receive({"kind": "set", "name": "kernel", "value": "any edge"})
    w.receive({"kind": "press", "name": "weight 1 1"})
    assert w.weights().tolist() == [[-1, -1, -1], [-1, -2, -1], [-1, -1, -1]]
    w.receive({"kind": "set", "name": "kernel", "value": "blur"})
    w.receive({"kind": "press", "name": "weight 0 0"})
    assert w.weights()[0, 0] == 1
    assert w.weights()[2, 2] == pytest.approx(1 / 9, rel=1e-5)
    before = dict(w.state)
    for name in ("weight", "weight 9 9", "weight 0", "weight a b", "weight 0 0 0"):
        w.receive({"kind": "press", "name": name})
    assert dict(w.state) == before


def test_your_own_begins_as_what_was_there():
    w = widgets.ConvolutionStepper(state={"kernel": "upper edge"})
    w.receive({"kind": "set", "name": "kernel", "value": "your own"})
    assert w.weights().tolist() == KERNELS["upper edge"].tolist()


def test_next_and_back_in_reading_order():
    w = widgets.ConvolutionStepper(state={"column": 3})
    w.receive({"kind": "press", "name": "next"})
    assert w.place() == (1, 0)
    w.receive({"kind": "press", "name": "back"})
    assert w.place() == (0, 3)
    for _ in range(5):
        w.receive({"kind": "press", "name": "back"})
    assert w.place() == (0, 0)
    states = {button.name: button.enabled for button in w.buttons()}
    assert states == {"play": True, "back": False, "next": True}
    w._go(11)
    assert {button.name: button.enabled for button in w.buttons()} == {
        "play": True,
        "back": True,
        "next": False,
    }


def test_play_runs_to_the_last_window_and_begins_again(monkeypatch):
    w = widgets.ConvolutionStepper(state={"row": 2, "column": 3})
    play, seen = w.play, []

    def quickly(frame, rate):
        assert rate == 2
        play(lambda: (frame(), seen.append(w.place()))[0], 1000)

    monkeypatch.setattr(w, "play", quickly)

    async def run():
        w.on_press("play")
        assert w.playing
        assert w.place() == (0, 0)
        while w.playing:
            await asyncio.sleep(0.001)
        w.on_press("play")
        w.on_press("play")  # stops
        assert not w.playing

    asyncio.run(run())
    assert seen == [divmod(at, 4) for at in range(1, 12)]


def test_a_larger_stride_keeps_the_window_on_the_map():
    w = widgets.ConvolutionStepper(state={"row": 2, "column": 3})
    w.receive({"kind": "set", "name": "stride", "value": 3})
    assert w.map().shape == (1, 2)
    assert (w.state["row"], w.state["column"]) == (0, 1)


def test_the_map_is_shown_as_far_as_the_window_has_come():
    w = widgets.ConvolutionStepper(state={"row": 1, "column": 1})
    assert writes(w, "map") == ["1", "1", "1", "−2", "2", "2"]
    w.receive({"kind": "set", "name": "whole", "value": True})
    assert writes(w, "map") == ["1", "1", "1", "−2", "2", "2", "0", "−3", "2", "3", "−1", "−3"]
    texts = writes(w, "products")
    assert texts[-1] == "added up: 2"
    assert texts[2:8] == ["−1", "1 · (−1)", "−1", "0", "1 · 0", "0"]


def test_what_it_says():
    w = widgets.ConvolutionStepper(state={"row": 2, "column": 3})
    assert w.says() == (
        "Window 12 of 12. Row by row its products are (−1 + 0 + 0) + (−1 + 0 + 0) + (−1 + 0 + 0) = −3. "
        "The map: 3 × 4 numbers."
    )
    w = widgets.ConvolutionStepper(state={"stride": 3})
    assert w.says().endswith("No window ever covers the last 2 rows at the bottom."), w.says()
    w = widgets.ConvolutionStepper(state={"stride": 2})
    assert w.says().endswith("numbers. No window ever covers the last column at the right.")
    w = widgets.ConvolutionStepper(np.ones((4, 5)), state={"stride": 3})
    assert w.says().endswith(
        "No window ever covers the last row at the bottom and the last 2 columns at the right."
    )


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((2, 5)), "3 × 3 to 12 × 12 finite numbers, but got shape (2, 5)."),
        (np.zeros((3, 13)), "3 × 3 to 12 × 12 finite numbers, but got shape (3, 13)."),
        (np.zeros(0), "3 × 3 to 12 × 12 finite numbers, but got shape (0,)."),
        (
            np.zeros((1, 1, 8, 8)),
            "3 × 3 to 12 × 12 finite numbers, but got shape (1, 1, 8, 8). Take one picture of one channel: picture[0, 0].",
        ),
        (np.full((3, 3), np.nan), "3 × 3 to 12 × 12 finite numbers, but got nan among them."),
        (np.full((3, 3), 1e300), "3 × 3 to 12 × 12 finite numbers of at most 1e6, but got 1e+300."),
    ],
)
def test_a_picture_that_is_none(picture, message):
    with pytest.raises(ValueError) as error:
        widgets.ConvolutionStepper(picture)
    assert str(error.value) == f"ConvolutionStepper expects picture (H, W) of {message}"


def test_text_is_no_picture():
    with pytest.raises(TypeError) as error:
        widgets.ConvolutionStepper("seven")
    assert str(error.value) == (
        "ConvolutionStepper expects picture (H, W) of 3 × 3 to 12 × 12 finite numbers, but got the str 'seven'."
    )


@pytest.mark.parametrize(
    ("padding", "title"),
    [
        (0, "picture 5 × 6"),
        (1, "picture 5 × 6, in 1 ring of zeros"),
        (2, "picture 5 × 6, in 2 rings of zeros"),
    ],
)
def test_the_zeros_around_the_picture_are_told(padding, title):
    assert widgets.ConvolutionStepper(state={"padding": padding}).panels()[0].title == title
