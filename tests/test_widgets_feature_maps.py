"""The feature maps against a network asked layer by layer and pixels nudged, and what each event does to the state."""

import numpy as np
import pytest

pytest.importorskip("anywidget")

import nnbook
from nnbook import datasets, widgets
from nnbook.widgets.scene import Heat, Rect


@pytest.fixture(scope="module")
def model():
    return nnbook.models.lenet(
        (1, 8, 8), 10, channels=(3, 5), kernel_size=3, padding=1, batch_norm=True, rng=0
    )


def panel(widget, name):
    return next(panel for panel in widget.panels() if panel.name == name)


def marks(widget, name, kind):
    return [mark for mark in panel(widget, name).marks if type(mark).__name__ == kind]


def test_the_maps_are_what_leaves_the_layer(model):
    w = widgets.FeatureMaps(model, state={"picture": 9})
    names = w.state.fields["layer"].options
    assert names == [
        "0 Conv2d", "1 BatchNorm2d", "2 ReLU", "3 MaxPool2d", "4 Conv2d", "5 BatchNorm2d", "6 ReLU", "7 MaxPool2d"
    ]  # fmt: skip
    assert w.state["layer"] == "2 ReLU"
    x = datasets.digits()[2][8:9]
    for depth, name in enumerate(names):
        w.state.nudge(layer=name)
        np.testing.assert_array_equal(w.maps(), model[: depth + 1].predict(x)[0])
        assert len(marks(w, "maps", "Heat")) == len(w.maps())
    shares = w.answer()
    scores = model.predict(x)[0].astype(float)
    np.testing.assert_allclose(shares, np.exp(scores) / np.exp(scores).sum())
    assert f"The network reads {scores.argmax()}" in w.says()
    assert w.says().endswith(f"; the writer meant {datasets.digits()[3][8]}.")


@pytest.mark.parametrize("layer", ["0 Conv2d", "2 ReLU", "3 MaxPool2d", "4 Conv2d", "7 MaxPool2d"])
def test_the_field_is_what_moves_the_unit(model, layer):
    """Pixels outside it never matter; and at each of its edges one does, on random pictures."""
    w = widgets.FeatureMaps(model, state={"layer": layer})
    depth = int(layer[0]) + 1
    rng = np.random.default_rng(0)
    base = rng.uniform(0, 1, (30, 1, 1, 8, 8)).astype(np.float32)
    nudged = base + np.eye(64, dtype=np.float32).reshape(1, 64, 1, 8, 8)
    every = [model[:depth].predict(x.reshape(-1, 1, 8, 8)) for x in (base, nudged)]
    moved = np.abs(every[1].reshape(30, 64, *every[1].shape[1:]) - every[0][:, None]).max(axis=(0, 2)) > 1e-7
    rows, columns = w.maps().shape[1:]
    for row, column in {(0, 0), (rows // 2, columns // 2), (rows - 1, 0), (1, columns - 1)}:
        w.state.nudge(unit=[[row, column]])
        top, bottom, left, right = w.field()
        seen = np.zeros((8, 8), dtype=bool)
        seen[top:bottom, left:right] = True
        truth = moved[:, row, column].reshape(8, 8)
        assert not truth[~seen].any()
        where = np.argwhere(truth)
        assert where.min(axis=0).tolist() == [top, left]
        assert (where.max(axis=0) + 1).tolist() == [bottom, right]
        frame = marks(w, "image", "Rect")[-1]
        assert (frame.x, frame.y, frame.x + frame.w, frame.y + frame.h) == (left, top, right, bottom)


def test_strides_and_odd_paddings():
    conv = nnbook.Conv2d(1, 2, (3, 5), stride=(2, 3), padding=(1, 0), rng=0)
    model = nnbook.Sequential(conv, nnbook.Tanh(), nnbook.Flatten(), nnbook.Linear(2 * 4 * 2, 3, rng=0))
    w = widgets.FeatureMaps(model, state={"layer": "0 Conv2d", "unit": [[3, 1]]})
    assert w.field() == (5, 8, 3, 8)
    same = nnbook.Conv2d(1, 2, 4, padding="same", rng=0)
    model = nnbook.Sequential(same, nnbook.Flatten(), nnbook.Linear(128, 3, rng=0))
    w = widgets.FeatureMaps(model, state={"unit": [[4, 4]]})
    assert w.field() == (3, 7, 3, 7)
    assert "sees 4 × 4 pixels. " in w.says()


def test_the_kernel_is_the_chosen_maps(model):
    w = widgets.FeatureMaps(model, state={"map": 2})
    np.testing.assert_array_equal(w.kernels(), model[0].weight.data[1])
    w.receive({"kind": "set", "name": "layer", "value": "7 MaxPool2d"})
    np.testing.assert_array_equal(w.kernels(), model[4].weight.data[1])
    assert panel(w, "kernels").title == "its kernel: 3 slices"


def test_pressing_a_map_and_dragging_the_unit(model):
    w = widgets.FeatureMaps(model)
    w.receive({"kind": "press", "name": "map 3"})
    assert w.state["map"] == 3
    strongest = np.unravel_index(w.maps()[2].argmax(), (8, 8))
    assert w._chosen(w.maps()) == (2, *strongest)
    assert w.says().startswith(
        f"The strongest unit of map 3 (row {strongest[0] + 1}, column {strongest[1] + 1}) says "
    )
    w.receive({"kind": "move", "name": "unit", "x": 5.99, "y": 2.01})
    assert w.state["unit"] == ((2.0, 5.0),)
    assert w.says().startswith(
        f"The unit of map 3 (row 3, column 6) says {w.maps()[2, 2, 5]:.1f}. It sees 3 × 3 pixels. "
    )
    w.receive({"kind": "move", "name": "unit", "x": 99, "y": -99})
    assert w.state["unit"] == ((0.0, 7.0),)
    assert "It sees 3 × 3 pixels, 2 × 2 of them in the picture. " in w.says()
    before = dict(w.state)
    for name in ("map 0", "map 4", "map", "map x"):
        w.receive({"kind": "press", "name": name})
    w.receive({"kind": "move", "name": "no unit", "x": 1, "y": 1})
    assert dict(w.state) == before
    w.receive({"kind": "press", "name": "strongest"})
    assert w.state["unit"] == ()


def test_another_layer_begins_at_its_strongest_unit(model):
    w = widgets.FeatureMaps(model, state={"layer": "6 ReLU", "map": 5, "unit": [[3, 3]]})
    w.receive({"kind": "set", "name": "layer", "value": "2 ReLU"})
    assert w.state["unit"] == ()
    assert w.state["map"] == 3  # it has three


def test_it_asks_the_model_as_it_is_and_leaves_it_alone(model):
    w = widgets.FeatureMaps(model)
    before = [p.data.copy() for p in model.parameters()]
    said = w.says()
    w.receive({"kind": "set", "name": "picture", "value": 12})
    assert all(np.array_equal(p.data, b) for p, b in zip(model.parameters(), before, strict=True))
    assert model.training
    w.reset()
    assert w.says() == said
    model[0].weight.data[:] *= -1
    assert w.says() != said
    model[0].weight.data[:] *= -1
    assert w.says() == said


def test_a_map_of_zeros_is_told(model):
    other = model.copy()
    other[1].bias.data[:] = -100
    w = widgets.FeatureMaps(other)
    assert w.says().startswith("Map 1 is 0 everywhere: what it looks for is not in this picture. ")


def test_nan_is_told(model):
    other = model.copy()
    w = widgets.FeatureMaps(other)
    other[0].weight.data[0] = np.nan
    w.refresh()
    assert w.scene["says"] == (
        "There are numbers in the network that are not finite (NaN or infinity): look at its weights."
    )


def test_pictures_of_your_own(model):
    x = np.random.default_rng(0).uniform(size=(3, 1, 8, 8))
    w = widgets.FeatureMaps(model, x)
    assert w.code() == "widgets.FeatureMaps(model, pictures)"
    assert w.state.fields["picture"].high == 3
    assert "the writer meant" not in w.says()
    np.testing.assert_allclose(w.picture(), x[2], rtol=1e-6)  # the third is the last


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((nnbook.Linear,), TypeError, "a Sequential as model, but got the type <class 'nnbook.linear.Linear'>. Make one: Linear(...)."),
        ((nnbook.models.mlp(64, 10, rng=0),), ValueError, "a model that begins with Conv2d, but got Linear as its first layer."),
        ((nnbook.Sequential(nnbook.Conv2d(1, 2, 3, rng=0)),), ValueError, "a model that gives two scores or more for each picture, (1, K) for one, but got shape (1, 2, 6, 6)."),
        ((None, np.zeros((2, 8, 8))), ValueError, "pictures (N, 1, H, W) of finite numbers, but got shape (2, 8, 8). Add the channels' axis: pictures[:, np.newaxis]."),
        ((None, np.zeros((0, 1, 8, 8))), ValueError, "pictures (N, 1, H, W) of finite numbers, but got shape (0, 1, 8, 8)."),
        ((None, np.full((1, 1, 8, 8), np.inf)), ValueError, "pictures (N, 1, H, W) of finite numbers, but got inf among them."),
        ((None, "pictures"), TypeError, "pictures (N, 1, H, W) of finite numbers, but got the str 'pictures'."),
    ],
)  # fmt: skip
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error) as raised:
        widgets.FeatureMaps(*arguments)
    assert str(raised.value) == f"FeatureMaps expects {message}"


def test_a_model_for_other_pictures(model):
    with pytest.raises(ValueError) as error:
        widgets.FeatureMaps(model, np.zeros((1, 1, 12, 12)))
    assert str(error.value).startswith(
        "FeatureMaps expects a model that takes pictures of shape (1, 12, 12), but got one that says: "
    )


def test_weights_that_are_not_finite(model):
    other = model.copy()
    other[0].weight.data[0] = np.nan
    with pytest.raises(ValueError) as error:
        widgets.FeatureMaps(other)
    assert str(error.value) == (
        "FeatureMaps expects a model of finite weights, but got nan in layers.0.weight. Its training diverged: try a "
        "smaller lr."
    )


@pytest.mark.parametrize("weight", [np.nan, np.inf, 1e30])
def test_absurd_weights_are_not_written_out(weight):
    w = widgets.FeatureMaps()
    for parameter in w.network.parameters():
        parameter.data = np.full_like(parameter.data, weight)
    w.refresh()
    marks = [mark for panel in w.scene["panels"] for mark in panel["marks"]]
    words = [
        w.scene["says"],
        *(mark[key] for mark in marks for key in ("text", "label", "says") if key in mark),
    ]
    assert not [text for text in words if "nan" in text or "inf " in text or len(text) > 250]
    assert max(len(mark["text"]) for mark in marks if "text" in mark) < 9


def test_a_layer_that_goes_below_0_is_coloured_throughout():
    w = widgets.FeatureMaps(state={"picture": 450, "layer": "4 Conv2d"})
    heats = [mark.colors for mark in w.panels()[1].marks if isinstance(mark, Heat)]
    assert any(values.min() >= 0 for values in w.maps())
    assert all((colors != colors[..., :1]).any() for colors in heats)
    labels = [mark.label for mark in w.panels()[1].marks if isinstance(mark, Rect)]
    assert [label.endswith(", chosen") for label in labels] == [True] + [False] * 15
