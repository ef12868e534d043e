"""The drawing pad: strokes, blocks, the form of the data, and whichever network is asked."""

import numpy as np
import pytest

pytest.importorskip("anywidget")

import itertools

import nnbook
from nnbook import datasets
from nnbook.widgets import DrawingPad, sheet

RNG = np.random.default_rng


def strokes(pad, *lines):
    """What the browser sends while lines are drawn: pieces, each beginning where the last one ended."""
    for line in lines:
        pad.receive({"kind": "stroke", "name": "sheet", "points": [line[0], line[0]]})
        for a, b in itertools.pairwise(line):
            pad.receive({"kind": "stroke", "name": "sheet", "points": [a, b]})


def press(pad, name):
    pad.receive({"kind": "press", "name": name})


def dots_of(pad):
    return sheet.dotted(pad.state["drawing"])


# From hand to dots


def test_a_stroke_sets_the_dots_within_two_of_it():
    pad = DrawingPad()
    line = [(4.0, 6.0), (20.0, 6.0), (20.0, 25.0)]
    strokes(pad, line)
    dense = np.concatenate([np.linspace(a, b, 2000) for a, b in itertools.pairwise(line)])  # (4000, 2)
    for row in range(32):
        for column in range(32):
            gap = np.hypot(dense[:, 0] - column - 0.5, dense[:, 1] - row - 0.5).min()
            if abs(gap - 2) > 0.01:
                assert dots_of(pad)[row, column] == (gap < 2), (row, column)
    assert pad.scene["panels"][0]["marks"][0]["colors"][3 * (32 * 6 + 4)] == 40


def test_a_dot_and_what_lies_outside():
    pad = DrawingPad()
    pad.receive({"kind": "stroke", "name": "sheet", "points": [[16, 16]]})
    assert dots_of(pad).sum() == 12
    pad.receive({"kind": "stroke", "name": "sheet", "points": [[1e300, -1e300], [-1e300, 1e300]]})
    assert dots_of(pad).sum() > 12
    pad.receive({"kind": "stroke", "name": "elsewhere", "points": [[3, 3]]})
    assert not dots_of(pad)[2, 2]


def test_a_state_keeps_every_dot():
    dots = RNG(0).random((32, 32)) < 0.3
    text = sheet.written(dots)
    assert len(text) == 256
    assert np.array_equal(sheet.dotted(text), dots)
    pad = DrawingPad(state={"drawing": text.upper()})
    assert pad.state["drawing"] == text
    assert pad.code() == f"widgets.DrawingPad(state={{'drawing': '{text}'}})"
    assert DrawingPad(state={"drawing": "0" * 256}).state["drawing"] == ""


def test_undo_takes_back_whole_strokes_and_whatever_else_changed_the_sheet():
    pad = DrawingPad()
    seen = [pad.state["drawing"]]
    for line in ([(5, 5), (9, 9), (12, 5)], [(20, 20), (25, 25)], [(20, 20), (10, 28)]):
        strokes(pad, line)
        seen.append(pad.state["drawing"])
    press(pad, "test")
    assert pad.state["digit"] == 1
    press(pad, "clear")
    assert (pad.state["digit"], pad.state["drawing"]) == (0, "")
    press(pad, "undo")
    assert pad.state["digit"] == 1
    for before in seen[::-1]:
        press(pad, "undo")
        assert (pad.state["digit"], pad.state["drawing"]) == (0, before)
    undo = next(button for button in pad.scene["buttons"] if button["name"] == "undo")
    assert not undo["enabled"]
    press(pad, "undo")
    assert pad.state["drawing"] == ""


def test_reset_forgets_what_could_be_undone():
    pad = DrawingPad(state={"digit": 7})
    strokes(pad, [(3, 3), (28, 28)])
    press(pad, "reset")
    assert dict(pad.state) == {"fit": True, "digit": 7, "drawing": ""}
    assert not pad.buttons()[1].enabled


# From dots to what the network sees


def test_blocks_are_counted_as_uci_did():
    dots = RNG(1).random((32, 32)) < 0.4
    counted = [[dots[4 * r : 4 * r + 4, 4 * c : 4 * c + 4].sum() for c in range(8)] for r in range(8)]
    assert np.array_equal(sheet.blocks(dots), counted)


def test_a_test_picture_on_the_sheet_is_that_picture():
    _, _, images, labels = datasets.digits()
    counts, known, dots = sheet.pictures()
    assert np.array_equal(known, labels)
    assert np.array_equal([sheet.blocks(one) for one in dots], images[:, 0] * 16)
    pad = DrawingPad(state={"digit": 450})
    assert np.array_equal(pad._arrives()[2], counts[449])
    assert np.array_equal(pad._arrives()[0], dots[449])


def naive_fitted(dots):
    """NIST's steps, dot by dot."""
    inked = [(r, c) for r in range(32) for c in range(32) if dots[r, c]]
    top, left = min(r for r, _ in inked), min(c for _, c in inked)
    high = max(r for r, _ in inked) - top + 1
    wide = max(c for _, c in inked) - left + 1
    out = np.zeros((32, 32), dtype=bool)
    for r in range(32):
        for c in range(20):
            out[r, 6 + c] = dots[top + int(r * high / 32), left + int(c * wide / 20)]
    ink = out.sum()
    times = 2 if ink < 108 or ink > 560 else 1 if ink < 256 or ink > 412 else 0
    for _ in range(times):
        before = out.copy()
        for r in range(32):
            for c in range(32):
                around = [(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)]
                near = [before[i, j] if 0 <= i < 32 and 0 <= j < 32 else False for i, j in around]
                out[r, c] = before[r, c] or any(near) if ink < 256 else before[r, c] and all(near)
    rows = [r for r in range(32) if out[r].any()]
    first, last = rows[0] + 2, rows[-1] - 2
    if len(rows) <= 5 or not out[first].any() or not out[last].any():
        return out
    slope = (np.flatnonzero(out[first])[0] - np.flatnonzero(out[last])[0]) / (last - first)
    pushed = np.zeros_like(out)
    for r in range(32):
        for c in range(32):
            to = c + round((r - 16) * slope)
            if out[r, c] and 0 <= to < 32:
                pushed[r, to] = True
    return pushed


def drawings():
    yield sheet.dotted(sheet.drawn([(4, 4), (27, 9), (12, 29)]))
    yield sheet.dotted(sheet.drawn([(10, 3), (10, 9)]))  # a short stroke: becomes a block, shrinks twice
    ring = np.zeros((32, 32), dtype=bool)
    ring[4:28, 8:24] = True
    ring[12:20, 12:20] = False
    yield ring  # shrinks once
    yield sheet.dotted(sheet.drawn([(8, 3), (14, 25)]))  # leans the other way
    yield sheet.dotted(sheet.drawn([(22, 3), (8, 28)]))  # leans
    yield sheet.dotted(sheet.drawn([(2, 2)], [(29, 29)]))  # two dots far apart
    frame = np.zeros((32, 32), dtype=bool)
    frame[[2, 29], 3:28] = frame[2:30, [3, 27]] = True
    yield frame  # one dot thick: grows
    cross = np.zeros((32, 32), dtype=bool)
    cross[16, :] = cross[:, 16] = True
    yield cross  # grows twice
    yield from sheet.pictures()[2][:6]


@pytest.mark.parametrize("dots", list(drawings()))
def test_a_drawing_is_brought_into_the_form_of_the_data(dots):
    kept = dots.copy()
    assert np.array_equal(sheet.fitted(dots).dots, naive_fitted(dots))
    assert np.array_equal(dots, kept)


def test_all_ways_to_fit_are_tried_above():
    made = [sheet.fitted(dots) for dots in drawings()]
    assert {one.turns for one in made} == {-2, -1, 0, 1, 2}
    assert {np.sign(one.slant) for one in made} == {-1, 0, 1}


def test_where_and_how_large_one_draws_does_not_matter_when_fitted_and_does_when_not():
    large = [(12.0, 6.0), (20.0, 6.0), (14.0, 26.0)]
    moved = [(x - 6, y) for x, y in large]
    one, other = (DrawingPad(state={"drawing": sheet.drawn(line)}) for line in (large, moved))
    assert np.array_equal(one._arrives()[2], other._arrives()[2])
    for pad in (one, other):
        pad.receive({"kind": "set", "name": "fit", "value": False})
        assert "It was counted as you drew it." in pad.says()
    assert not np.array_equal(one._arrives()[2], other._arrives()[2])
    assert np.array_equal(other._arrives()[2], sheet.blocks(dots_of(other)))


def test_an_empty_sheet_is_not_asked():
    pad = DrawingPad()
    assert pad.says() == "Nothing is drawn yet, so it has not been asked."
    kinds = [mark["kind"] for mark in pad.scene["panels"][2]["marks"]]
    assert "bars" not in kinds
    empty = sheet.fitted(np.zeros((32, 32), dtype=bool))
    assert (empty.dots.sum(), empty.box) == (0, (0, 0, 0, 0))


# What is asked, and what is answered


def small(*layers, seed=0):
    rng = RNG(seed)
    return nnbook.Sequential(*layers, nnbook.Linear(64, 10, rng=rng, dtype=np.float64))


def shares_of(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()


def test_the_model_is_asked_with_ink_from_0_to_1_and_told_in_per_cent():
    model = small()
    pad = DrawingPad(model, state={"digit": 13})
    scores = sheet.pictures()[0][12].reshape(64) / 16 @ model[0].weight.data + model[0].bias.data
    shares = shares_of(scores)
    first, second = shares.argsort()[::-1][:2]
    truth = sheet.pictures()[1][12]
    assert pad.says() == (
        f"The network reads {first} ({100 * shares[first]:.0f} %), then {second} ({100 * shares[second]:.0f} %). "
        f"Test picture 13 of 450, already in the form of the data; its writer meant {truth}."
    )
    bars = next(mark for mark in pad.scene["panels"][2]["marks"] if mark["kind"] == "bars")
    assert bars["y"] == pytest.approx(100 * shares, abs=1e-3)
    assert [color == "#E69F00" for color in bars["color"]].index(True) == first


def test_what_is_done_first_is_told():
    pad = DrawingPad(state={"drawing": sheet.drawn([(22, 3), (8, 28)])})
    made = sheet.fitted(dots_of(pad))
    assert (made.box, made.turns) == ((6, 1, 18, 29), 1)
    assert pad.says().endswith(
        "First the box of 18 × 29 dots was stretched to 20 × 32 dots, its strokes made thicker by one dot all round, "
        f"its foot pushed {made.slant} dots to the right, under the left end of its head."
    )
    box = next(mark for mark in pad.scene["panels"][0]["marks"] if mark["kind"] == "rect")
    assert (box["x"], box["y"], box["w"], box["h"]) == made.box
    pad = DrawingPad(state={"drawing": sheet.drawn([(10, 3), (10, 9)])})
    assert "its strokes made thinner by two dots all round" in pad.says()


def test_strokes_on_a_test_picture_are_counted_as_they_are():
    pad = DrawingPad(state={"digit": 2})
    strokes(pad, [(2, 2), (29, 2)])
    dots = sheet.pictures()[2][1].copy()
    assert np.array_equal(dots_of(pad)[6:], dots[6:])
    assert np.array_equal(pad._arrives()[2], sheet.blocks(dots_of(pad)))
    assert "Test picture 2 of 450, with your strokes on it; its writer meant" in pad.says()


@pytest.mark.parametrize(
    "first",
    [
        [],
        [nnbook.Flatten()],
        [nnbook.Conv2d(1, 4, 3, padding=1, rng=0), nnbook.MaxPool2d(2), nnbook.Flatten()],
    ],
    ids=["rows", "flatten", "images"],
)
def test_any_network_for_the_digits_is_taken(first):
    model = small(*first)
    pad = DrawingPad(model, state={"digit": 3})
    assert pad.code() == "widgets.DrawingPad(model, state={'digit': 3})"
    picture = datasets.digits()[2][2:3]
    scores = model.predict(picture if first else picture.reshape(1, 64))[0]
    assert pad._asked(sheet.pictures()[0][2:3])[0] == pytest.approx(shares_of(scores))


def test_shares_are_not_made_into_shares_again():
    model = small()
    with_softmax = nnbook.Sequential(model[0], nnbook.Softmax())
    one, other = (DrawingPad(m, state={"digit": 9}) for m in (model, with_softmax))
    assert one.says() == other.says()


def test_what_was_done_to_the_data_is_done_to_the_drawing():
    model = small()

    def standardised(ink):
        return (ink - 0.3) / 0.4

    pad = DrawingPad(model, prepare=standardised, state={"digit": 5})
    assert pad.code() == "widgets.DrawingPad(model, prepare=standardised, state={'digit': 5})"
    x = standardised(sheet.pictures()[0][4:5].reshape(1, 64) / 16)
    assert pad._asked(sheet.pictures()[0][4:5])[0] == pytest.approx(shares_of(model.predict(x)[0]), rel=1e-5)
    assert DrawingPad(model, prepare=lambda ink: ink).code() == "widgets.DrawingPad(model, prepare=prepare)"


def test_it_asks_the_model_as_it_is_now_and_leaves_it_as_it_was():
    model = small().train()
    pad = DrawingPad(model, state={"digit": 1})
    before = {name: p.data.copy() for name, p in model.named_parameters()}
    strokes(pad, [(4, 4), (20, 20)])
    assert all(np.array_equal(before[name], p.data) for name, p in model.named_parameters())
    assert model.training
    assert model.recording
    model[0].weight.data[:, 8] += 9
    press(pad, "reset")
    assert pad.says().startswith("The network reads 8 (over 99 %). ")


def test_test_pictures_come_in_turn_and_so_do_the_misread():
    pad = DrawingPad()
    for k in (1, 2):
        press(pad, "test")
        assert pad.state["digit"] == k
    press(pad, "clear")
    press(pad, "test")
    assert pad.state["digit"] == 3
    counts, labels, _ = sheet.pictures()
    wrong = np.flatnonzero(pad._asked(counts).argmax(axis=1) != labels) + 1
    press(pad, "misread")
    assert pad.state["digit"] == wrong[wrong > 3][0]
    for _ in wrong:
        press(pad, "misread")
    assert pad.state["digit"] == wrong[wrong > 3][0]  # all of them once, and round again
    last = DrawingPad(state={"digit": 450})
    press(last, "test")
    assert last.state["digit"] == 1


def test_when_none_is_misread_it_says_so():
    class Knows(nnbook.Module):
        def forward(self, x):
            counts, labels, _ = sheet.pictures()
            same = (np.rint(x.reshape(len(x), 1, 64) * 16) == counts.reshape(450, 64)).all(axis=2)  # (N, 450)
            return np.eye(10)[labels[same.argmax(axis=1)]]

    pad = DrawingPad(Knows())
    press(pad, "misread")
    assert pad.scene["says"] == (
        "That did not work, and nothing was changed: DrawingPad expects a test picture that is misread, "
        "but got none: all 450 are read."
    )
    assert pad.state["digit"] == 0
    assert len(pad.stills()) == 2


def test_a_network_that_diverges_later_is_told_in_words():
    model = small()
    pad = DrawingPad(model, state={"digit": 4})
    model[0].weight.data[0, 0] = np.nan
    pad.refresh()
    assert pad.scene["says"] == (
        "The network's scores are not finite numbers (NaN or infinity), so there is no answer: look at its weights."
    )
    assert "bars" not in [mark["kind"] for mark in pad.scene["panels"][2]["marks"]]


def diverged():
    model = small()
    model[0].weight.data[3, 4] = np.nan
    return model


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["net"], {}, "DrawingPad expects a Module as model, but got the str 'net'."),
        (
            [nnbook.ReLU],
            {},
            "DrawingPad expects a Module as model, but got the type <class 'nnbook.activations.ReLU'>. "
            "Make one: ReLU(...).",
        ),
        (
            [diverged()],
            {},
            "DrawingPad expects a model of finite weights, but got nan in layers.0.weight. "
            "Its training diverged: try a smaller lr.",
        ),
        (
            [nnbook.Linear(64, 3, rng=0)],
            {},
            "DrawingPad expects a model that gives ten scores for each picture, (20, 10) for 20, but got shape "
            "(20, 3). Its last layer needs 10 outputs.",
        ),
        (
            [nnbook.Linear(784, 10, rng=0)],
            {},
            "DrawingPad expects a model that takes pictures of 64 numbers, as (N, 64) or (N, 1, 8, 8), but got "
            "Linear, which takes neither. For (N, 64) it says: Linear(784, 10) expects x with 784 features in its "
            "last axis, but got shape (20, 64). For (N, 1, 8, 8) it says: Linear(784, 10) expects x with 784 "
            "features in its last axis, but got shape (20, 1, 8, 8).",
        ),
        (
            [small()],
            {"prepare": 0.3},
            "DrawingPad expects a function as prepare, but got the float 0.3. "
            "Write prepare=lambda ink: (ink - mean) / deviation.",
        ),
        (
            [],
            {"state": {"drawing": "ff"}},
            "DrawingPad expects drawing as 256 hexadecimal digits, 8 for each of 32 rows, but got the str 'ff'. "
            "code() writes them.",
        ),
        (
            [],
            {"state": {"digit": 451}},
            "DrawingPad expects a whole number digit from 0 to 450, but got digit=451.",
        ),
    ],
)
def test_what_cannot_read_digits_is_refused(arguments, options, message):
    with pytest.raises((TypeError, ValueError)) as error:
        DrawingPad(*arguments, **options)
    assert str(error.value) == message
