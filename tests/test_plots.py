import itertools
import subprocess
import sys
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

import nnbook
from nnbook import plots
from nnbook.plots import style

RNG = np.random.default_rng(0)
DIGITS = RNG.uniform(0, 16, (7, 8, 8))
MOON = np.stack([np.cos(np.linspace(0, 3, 20)), np.sin(np.linspace(0, 3, 20))], axis=1)


@pytest.fixture(autouse=True)
def _close(monkeypatch):
    """Nothing is ever shown, no random number drawn, and all figures are closed afterwards."""
    monkeypatch.setattr(plt, "show", lambda *a, **k: pytest.fail("a plot function called plt.show()"))
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    with mpl.rc_context():
        yield
    plt.close("all")
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def history(**measures):
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    return SimpleNamespace(**{name: list(measures.get(name, [])) for name in names})


def falling(start, end, epochs=30):
    return end + (start - end) * np.exp(-np.arange(epochs) / 6)


CURVES = history(
    loss=falling(2.3, 0.05),
    val_loss=falling(2.3, 0.3),
    accuracy=falling(0.1, 0.99),
    val_accuracy=falling(0.1, 0.95),
)


def model():
    rng = np.random.default_rng(0)
    return nnbook.Sequential(nnbook.Linear(2, 4, rng=rng), nnbook.Tanh(), nnbook.Linear(4, 3, rng=rng))


def figure_of(drawn):
    return drawn if hasattr(drawn, "savefig") else drawn.figure.figure


def look_of(artist):
    return artist.get_window_extent(figure_of(artist.figure.figure).canvas.get_renderer())


# -- what holds for every picture -------------------------------------------------------------------------------------

PICTURES = {
    "history": lambda: plots.plot_history(CURVES),
    "history, one epoch": lambda: plots.plot_history(history(loss=[2.0], val_loss=[2.1], accuracy=[0.5])),
    "history, nearly equal": lambda: plots.plot_history(
        history(loss=falling(2, 0.1), val_loss=falling(2, 0.1) * 1.01)
    ),
    "boundary": lambda: plots.plot_decision_boundary(
        model(), MOON, np.arange(20) % 3, names=["first", "second", "third"]
    ),
    "images": lambda: plots.plot_images(DIGITS, range(7), columns=3),
    "images, long titles": lambda: plots.plot_images(DIGITS, ["was taken for 3,\nis 8"] * 7),
    "weights": lambda: plots.plot_weights(
        nnbook.Linear(64, 5, rng=0), (8, 8), [f"unit {i}" for i in range(5)]
    ),
    "network": lambda: plots.plot_network(model()),
    "network, large": lambda: plots.plot_network(
        [RNG.standard_normal((64, 128)), RNG.standard_normal((128, 10))]
    ),
    "network, with numbers": lambda: plots.plot_network(
        [[[0.15, 0.25], [0.2, 0.3]], [[0.4, -0.5], [0.45, 0.55]]],
        values=[[0.05, 0.1], [0.593269992, -0.596884378], [0.7514, 0.7729]],
        names=["inputs", "hidden", "outputs"],
        weight_labels=True,
    ),
    "confusion": lambda: plots.plot_confusion_matrix(np.arange(1000) % 10, np.arange(1000) * 7 % 10),
    "confusion, long names": lambda: plots.plot_confusion_matrix(
        [0, 1, 2, 2], [0, 1, 2, 0], names=["healthy", "influenza", "something rare"]
    ),
    "function": lambda: plots.plot_function(np.tanh, lambda z: 1 - np.tanh(z) ** 2, name="tanh"),
    "functions that end together": lambda: plots.plot_function(np.abs, np.abs, name="size"),
}


@pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize("styled", [False, True])
def test_nothing_is_cut_off_too_small_or_on_top_of_something_else(draw, styled):
    if styled:
        style.use()
    figure = figure_of(draw())
    assert to_rgb(figure.get_facecolor()) == (1.0, 1.0, 1.0)
    assert figure.get_facecolor()[3] == 1.0
    assert figure.get_size_inches()[0] <= 8.1
    figure.canvas.draw()
    whole, boxes = figure.bbox, []
    for ax in figure.axes:
        shown = set(ax.texts) | {ax.title} | set(ax.get_legend().get_texts() if ax.get_legend() else ())
        if ax.axison:
            assert to_rgb(ax.get_facecolor()) == (1.0, 1.0, 1.0)
            for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
                pairs = zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True)
                shown |= {label for label, place in pairs if min(limits) <= place <= max(limits)} | {
                    axis.label
                }
        boxes += [(text, look_of(text)) for text in shown if text.get_text().strip()]
    for text, box in boxes:
        assert text.get_fontsize() >= 9, text
        assert box.x0 >= whole.x0 - 1, text
        assert box.x1 <= whole.x1 + 1, text
        assert box.y0 >= whole.y0 - 1, text
        assert box.y1 <= whole.y1 + 1, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        apart = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
        assert apart, f"{one.get_text()!r} lies on {other.get_text()!r}"


AXES = {
    "history": lambda ax: plots.plot_history(CURVES, ax=ax),
    "boundary": lambda ax: plots.plot_decision_boundary(model(), MOON, ax=ax),
    "network": lambda ax: plots.plot_network(model(), ax=ax),
    "confusion": lambda ax: plots.plot_confusion_matrix([0, 1], [1, 1], ax=ax),
    "function": lambda ax: plots.plot_function(np.tanh, ax=ax),
}


@pytest.mark.parametrize("draw", AXES.values(), ids=AXES)
def test_draws_on_the_axes_that_it_is_given(draw):
    figure, (left, right) = plt.subplots(1, 2)
    drawn = draw(right)
    assert drawn in (right, figure)
    assert plt.get_fignums() == [figure.number]
    assert right.has_data() or right.patches
    assert not left.has_data()


def test_importing_nnbook_does_not_import_matplotlib():
    code = "import sys, nnbook; assert 'matplotlib' not in sys.modules; nnbook.plots.plot_images; assert 'matplotlib' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# -- style ------------------------------------------------------------------------------------------------------------


def test_the_palette_is_okabe_and_itos():
    okabe_ito = {"#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#000000"}
    assert set(style.COLORS) == okabe_ito
    assert style.COLORS[:2] == [style.BLUE, style.ORANGE]
    assert len(style.COLORS) == len(style.MARKERS) == len(set(style.MARKERS)) == len(style.LIGHT)
    assert [to_hex(style.DIVERGING(v)).upper() for v in (0.0, 1.0)] == [style.BLUE, style.ORANGE]
    assert min(style.DIVERGING(0.5)) > 0.99


@pytest.mark.parametrize("color", style.LIGHT)
def test_the_light_colours_carry_black_lines_and_their_marks(color):
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert 1.05 / (luminance + 0.05) < 2  # near to white
    assert (luminance + 0.05) / 0.05 > 10  # far from black


def test_use_lasts_and_context_does_not():
    with style.context():
        assert plt.rcParams["axes.spines.top"] is False
        assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == style.COLORS
    assert plt.rcParams["axes.spines.top"] is True
    style.use()
    assert plt.rcParams["axes.spines.top"] is False
    assert (
        min(plt.rcParams[k] for k in ("font.size", "axes.titlesize", "xtick.labelsize", "ytick.labelsize"))
        >= 9
    )


def test_labels_of_lines_are_readable_on_white():
    _, ax = plt.subplots()
    for color in style.COLORS:
        ax.plot([0, 1], [0, 1], color=color, label=color)
    style.label_lines(ax)
    assert {t.get_text() for t in ax.texts} == set(style.COLORS)
    for text in ax.texts:
        assert sum(to_rgb(text.get_color())) <= 0.7 * sum(to_rgb(text.get_text())) + 0.01


def test_labels_keep_apart_in_the_order_of_the_lines():
    _, ax = plt.subplots(figsize=(4, 3))
    for i, end in enumerate([0.5, 0.51, 0.52, 0.0]):
        ax.plot([0, 1], [0, end], label=f"line {i}")
    ax.plot([0, 1], [1, 1], label="_nameless")
    ax.set_ylim(0, 1)
    style.label_lines(ax)
    ax.figure.canvas.draw()
    places = {t.get_text(): t.xy[1] for t in ax.texts}
    assert set(places) == {"line 0", "line 1", "line 2", "line 3"}
    assert places["line 0"] < places["line 1"] < places["line 2"]
    assert places["line 3"] == 0.0
    np.testing.assert_allclose(np.mean([places[f"line {i}"] for i in range(3)]), 0.51)
    a, b = (look_of(t) for t in ax.texts[1:3])
    assert a.y1 <= b.y0 + 1


# -- learning curves --------------------------------------------------------------------------------------------------


def test_history_shows_training_solid_and_validation_dashed():
    loss, accuracy = plots.plot_history(CURVES).axes
    for ax, train, validation in (
        (loss, CURVES.loss, CURVES.val_loss),
        (accuracy, CURVES.accuracy, CURVES.val_accuracy),
    ):
        first, second = ax.get_lines()
        np.testing.assert_array_equal(first.get_xdata(), np.arange(1, 31))
        np.testing.assert_array_equal(first.get_ydata(), train)
        np.testing.assert_array_equal(second.get_ydata(), validation)
        assert (first.get_linestyle(), second.get_linestyle()) == ("-", "--")
        assert (first.get_color(), second.get_color()) == (style.BLUE, style.ORANGE)
        assert {t.get_text() for t in ax.texts} == {"training", "validation"}
        assert ax.get_xlabel() == "epoch"
        assert ax.get_legend() is None
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss", "accuracy")
    assert loss.get_ylim()[0] == 0
    assert loss.get_ylim()[1] >= max(CURVES.val_loss)


def test_history_leaves_out_what_was_not_measured():
    (ax,) = plots.plot_history(history(loss=[3.0, 2.0, 1.0])).axes
    assert [line.get_label() for line in ax.get_lines()] == ["training"]
    assert [t.get_text() for t in ax.texts] == ["training"]


def test_a_single_epoch_is_a_point():
    (ax,) = plots.plot_history(history(loss=[3.0], val_loss=[2.0])).axes
    assert [line.get_marker() for line in ax.get_lines()] == ["o", "o"]
    assert list(ax.get_xticks()) == [1]


def test_losses_below_zero_are_seen():
    (ax,) = plots.plot_history(history(loss=[-1.0, -3.0])).axes
    low, high = ax.get_ylim()
    assert low < -3
    assert high > -1


def test_a_real_history_draws_itself():
    real = nnbook.History()
    real.append(loss=1.0)
    real.append(loss=0.5)
    (ax,) = figure_of(real.plot()).axes
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), [1.0, 0.5])


# -- functions --------------------------------------------------------------------------------------------------------


def test_function_and_slope():
    ax = plots.plot_function(np.tanh, lambda z: 1 - np.tanh(z) ** 2, span=(-2, 3), name="tanh", points=11)
    curves = {line.get_label(): line for line in ax.get_lines() if len(line.get_xdata()) == 11}
    x = np.linspace(-2, 3, 11)
    np.testing.assert_allclose(curves["tanh"].get_xdata(), x)
    np.testing.assert_allclose(curves["tanh"].get_ydata(), np.tanh(x))
    np.testing.assert_allclose(curves["slope"].get_ydata(), 1 - np.tanh(x) ** 2)
    assert (curves["tanh"].get_linestyle(), curves["slope"].get_linestyle()) == ("-", "--")
    assert {t.get_text() for t in ax.texts} == {"tanh", "slope"}
    assert ax.get_xlim() == (-2, 3)


# -- decision boundary ------------------------------------------------------------------------------------------------


def painted(ax, x, y):
    """The colour at a point of the plane, as it was drawn."""
    figure = figure_of(ax)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())
    column, row = ax.transData.transform((x, y))
    return to_hex(pixels[pixels.shape[0] - 1 - int(row), int(column), :3] / 255).upper()


SQUARE = np.array([[-1.0, -1.0], [1.0, 1.0]])


@pytest.mark.parametrize(
    "answer",
    [
        lambda p: p[:, 0] - 0.3,
        lambda p: p[:, :1] - 0.3,
        lambda p: np.stack([0 * p[:, 0], p[:, 0] - 0.3], axis=1),
        lambda p: (p[:, 0] > 0.3).astype(int),
        lambda p: p[:, 0] > 0.3,
    ],
    ids=["logits", "a column of logits", "two scores", "classes", "yes and no"],
)
def test_boundary_of_two_classes(answer):
    ax = plots.plot_decision_boundary(answer, SQUARE)
    assert painted(ax, -0.8, 0.1) == style.LIGHT[0]
    assert painted(ax, 0.8, 0.1) == style.LIGHT[1]
    (line,) = [c for c in ax.collections if isinstance(c, mpl.contour.ContourSet) and not c.filled]
    edge = np.concatenate([path.vertices for path in line.get_paths()])
    np.testing.assert_allclose(edge[:, 0], 0.3, atol=0.02)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("first feature", "second feature")


def test_boundary_of_four_classes_has_no_slivers_of_a_fifth_colour():
    centres = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    ax = plots.plot_decision_boundary(lambda p: -((p[:, None] - centres) ** 2).sum(-1), centres * 1.0)
    for k, (x, y) in enumerate(centres * 0.8):
        assert painted(ax, x, y) == style.LIGHT[k]
    below = ax.images[0]
    assert below.origin == "lower"
    assert to_hex(below.get_array()[0, -1]).upper() == style.LIGHT[1]  # at the right, below
    figure_of(ax).canvas.draw()
    inside = ax.get_window_extent()
    pixels = np.asarray(figure_of(ax).canvas.buffer_rgba())[..., :3]
    rows = slice(pixels.shape[0] - int(inside.y1) + 3, pixels.shape[0] - int(inside.y0) - 3)
    region = pixels[rows, int(inside.x0) + 3 : int(inside.x1) - 3].reshape(-1, 3)
    for light in style.LIGHT[4:]:
        assert not (region == np.round(255 * np.array(to_rgb(light)))).all(axis=1).any()


def test_points_differ_in_shape_as_well_as_in_colour():
    y = np.arange(20) % 3
    ax = plots.plot_decision_boundary(model(), MOON, y, names=["a", "b", "c"])
    groups = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    assert [to_hex(g.get_facecolor()[0]).upper() for g in groups] == style.COLORS[:3]
    for k, group in enumerate(groups):
        np.testing.assert_allclose(group.get_offsets(), MOON[y == k])
    shapes = [g.get_paths()[0].vertices.round(3).tobytes() for g in groups]
    assert len(set(shapes)) == 3
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b", "c"]
    assert plots.plot_decision_boundary(model(), MOON, y).get_legend() is None


def test_the_model_is_asked_as_at_prediction_and_left_alone():
    network = model()
    plots.plot_decision_boundary(network, MOON.astype(np.float32), resolution=50)
    assert network.training
    assert all(m._contexts is None or not m._contexts.items for m in network.modules())


def test_one_class_everywhere_has_no_boundary():
    ax = plots.plot_decision_boundary(lambda p: np.ones(len(p)), SQUARE)
    assert painted(ax, 0.0, 0.0) == style.LIGHT[1]
    ax = plots.plot_decision_boundary(lambda p: np.zeros(len(p), int), np.zeros((1, 2)))
    assert painted(ax, 0.05, 0.05) == style.LIGHT[0]


# -- images and weights -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(7, 8, 8), (7, 1, 8, 8)])
def test_images_with_titles(shape):
    figure = plots.plot_images(DIGITS.reshape(shape), titles=range(7), columns=3)
    assert len(figure.axes) == 9
    for i, ax in enumerate(figure.axes[:7]):
        (image,) = ax.images
        np.testing.assert_array_equal(image.get_array(), DIGITS[i])
        assert ax.get_title() == str(i)
        assert image.get_clim() == (0.0, DIGITS.max())  # one scale for all
        assert not ax.axison
    assert not any(ax.images or ax.axison for ax in figure.axes[7:])
    white, black = (figure.axes[0].images[0].cmap(v)[:3] for v in (0.0, 1.0))
    assert (white, black) == ((1, 1, 1), (0, 0, 0))


@pytest.mark.parametrize("titles", [None, range(7), ["two\nlines"] * 7, ["a rather long one"] * 7])
def test_images_are_as_large_as_they_should_be(titles):
    figure = plots.plot_images(DIGITS, titles, columns=4, scale=1.0)
    figure.canvas.draw()
    for ax in figure.axes[:7]:
        np.testing.assert_allclose(ax.get_window_extent().height / figure.dpi, 1.0, atol=0.12)


def test_images_of_nothing_and_of_grey_bytes():
    (image,) = plots.plot_images(np.zeros((1, 2, 2))).axes[0].images
    assert image.get_clim() == (0.0, 1.0)
    (image,) = plots.plot_images(np.full((1, 2, 2), 255, np.uint8)).axes[0].images
    assert image.get_clim() == (0.0, 255.0)


@pytest.mark.parametrize("how", ["layer", "parameter", "matrix"])
def test_weights_are_columns_laid_out_as_pictures(how):
    layer = nnbook.Linear(6, 4, rng=0)
    layer.weight.data[2, 3] = 1.0  # the largest one is positive
    weights = {"layer": layer, "parameter": layer.weight, "matrix": layer.weight.data}[how]
    figure = plots.plot_weights(weights, (2, 3))
    peak = np.abs(layer.weight.data).max()
    for unit in range(4):
        (image,) = figure.axes[unit].images
        np.testing.assert_array_equal(image.get_array(), layer.weight.data[:, unit].reshape(2, 3))
        np.testing.assert_allclose(image.get_clim(), (-peak, peak))
        assert image.cmap is style.DIVERGING


def test_kernels_have_a_shape_of_their_own():
    kernels = RNG.standard_normal((3, 1, 5, 4))
    figure = plots.plot_weights(SimpleNamespace(weight=nnbook.Parameter(kernels)))
    for kernel, ax in zip(kernels, figure.axes, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), kernel[0])


# -- the network ------------------------------------------------------------------------------------------------------


def test_network_shows_weights_by_width_colour_and_dashes():
    weight = np.array([[2.0, -1.0, 0.5], [-2.0, 0.0, 1.0]])
    ax = plots.plot_network([weight])
    circles = sorted(p.center for p in ax.patches)
    assert len(circles) == 5
    found = {}
    for line in ax.get_lines():
        (x0, x1), (y0, y1) = line.get_data()
        inputs = sorted((y for x, y in circles if x == x0), reverse=True)
        units = sorted((y for x, y in circles if x == x1), reverse=True)
        found[inputs.index(y0), units.index(y1)] = line
    assert set(found) == set(np.ndindex(2, 3))
    for place, line in found.items():
        w = weight[place]
        assert line.get_color() == (style.ORANGE if w >= 0 else style.BLUE)
        assert (line.get_linestyle() == "-") == (w >= 0)
        np.testing.assert_allclose(line.get_linewidth(), 0.3 + 3.2 * abs(w) / 2.0)
    widths = [line.get_linewidth() for line in ax.get_lines()]
    assert widths == sorted(widths)  # the large ones on top


def test_network_takes_a_model_and_writes_sizes_or_names():
    assert [t.get_text() for t in plots.plot_network(model()).texts] == ["2", "4", "3"]
    named = plots.plot_network(model(), names=["input", "hidden", "output"])
    assert [t.get_text() for t in named.texts] == ["input", "hidden", "output"]


def test_large_layers_are_drawn_with_dots():
    ax = plots.plot_network([RNG.standard_normal((64, 5))], most=6)
    texts = [t.get_text() for t in ax.texts]
    assert texts.count("⋮") == 1
    assert "64" in texts
    assert len(ax.patches) == 5 + 5
    assert len(ax.get_lines()) == 25


def test_the_units_beside_the_dots_are_the_last_ones():
    weight = np.zeros((20, 1))
    weight[[0, 1, 2, 18, 19], 0] = [1, 2, 3, 4, 5]
    ax = plots.plot_network([weight], most=6)
    by_height = sorted(ax.get_lines(), key=lambda line: -line.get_ydata()[0])
    np.testing.assert_allclose([line.get_linewidth() for line in by_height], 0.3 + 3.2 * np.arange(1, 6) / 5)


def test_network_with_numbers():
    ax = plots.plot_network([[[0.5], [-0.25]]], values=[[1.0, 2.0], [-0.123456]], weight_labels=True)
    assert sorted(t.get_text() for t in ax.texts) == sorted(["1", "2", "−0.123", "0.5", "−0.25", "2", "1"])


# -- confusion --------------------------------------------------------------------------------------------------------


def test_confusion_counts_and_shares():
    y_true = np.repeat([0, 1, 2], [1000, 10, 4])
    y_pred = y_true.copy()
    y_pred[0], y_pred[1000:1004], y_pred[1010] = 2, 0, 1
    ax = plots.plot_confusion_matrix(y_true, y_pred, names=["zero", "one", "two"])
    found = {tuple(map(int, reversed(t.get_position()))): t.get_text() for t in ax.texts}
    assert found == {
        (0, 0): "999\n>99 %",
        (0, 2): "1\n<1 %",
        (1, 0): "4\n40 %",
        (1, 1): "6\n60 %",
        (2, 1): "1\n25 %",
        (2, 2): "3\n75 %",
    }
    assert [t.get_text() for t in ax.get_xticklabels()] == ["zero", "one", "two"]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("was", "taken for")
    shade = ax.images[0].get_array()
    np.testing.assert_allclose(np.diag(shade), [-0.999, -0.6, -0.75])
    np.testing.assert_allclose(shade[1, 0], np.sqrt(0.4))


def test_confusion_of_a_class_that_never_came():
    ax = plots.plot_confusion_matrix([0, 0], [2, 0])
    assert [t.get_text() for t in ax.texts] == ["1\n50 %", "1\n50 %"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["0", "1", "2"]


# -- what is refused --------------------------------------------------------------------------------------------------


def points(p):
    return p[:, 0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: plots.plot_history(nnbook.History()),
            ValueError,
            "plot_history expects a history of one epoch or more, but got the History History(0 epochs). Train first: "
            "history = nnbook.fit(...).",
        ),
        (
            lambda: plots.plot_history([1.0, 0.5]),
            ValueError,
            "plot_history expects a history of one epoch or more, but got the list [1.0, 0.5]. Train first: history = "
            "nnbook.fit(...).",
        ),
        (
            lambda: plots.plot_decision_boundary(points, np.zeros((5, 3))),
            ValueError,
            "plot_decision_boundary expects points x of shape (N, 2), but got float64 array of shape (5, 3). Choose two "
            "features to look at: x[:, [0, 1]].",
        ),
        (
            lambda: plots.plot_decision_boundary(points, np.zeros((0, 2))),
            ValueError,
            "plot_decision_boundary expects points x of shape (N, 2), but got float64 array of shape (0, 2).",
        ),
        (
            lambda: plots.plot_decision_boundary(points, [[0.0, np.nan]]),
            ValueError,
            "plot_decision_boundary expects finite numbers in x, but got NaN or infinity.",
        ),
        (
            lambda: plots.plot_decision_boundary(points, [["a", "b"]]),
            ValueError,
            "plot_decision_boundary expects finite numbers in x, but got <U1 array of shape (1, 2).",
        ),
        (
            lambda: plots.plot_decision_boundary(points, SQUARE, [0]),
            ValueError,
            "plot_decision_boundary expects 2 labels, one per point, but got 1.",
        ),
        (
            lambda: plots.plot_decision_boundary(points, SQUARE, [0, 9]),
            ValueError,
            "plot_decision_boundary expects classes from 0 to 7 in y, but got 0 to 9.",
        ),
        (
            lambda: plots.plot_decision_boundary(points, SQUARE, [0.0, 1.0]),
            ValueError,
            "plot_decision_boundary expects classes from 0 to 7 in y, but got float64 array of shape (2,).",
        ),
        (
            lambda: plots.plot_decision_boundary(None, SQUARE),
            TypeError,
            "plot_decision_boundary expects a Module or a function of points (P, 2), but got None.",
        ),
        (
            lambda: plots.plot_decision_boundary(lambda p: p[:5, 0], SQUARE, resolution=10),
            ValueError,
            "plot_decision_boundary expects an answer for each of 100 points, but got float64 array of shape (5,).",
        ),
        (
            lambda: plots.plot_decision_boundary(lambda p: p[:, 0] * np.nan, SQUARE),
            ValueError,
            "plot_decision_boundary expects finite answers of the model, but got NaN or infinity.",
        ),
        (
            lambda: plots.plot_decision_boundary(lambda p: np.tile(p, 5), SQUARE),
            ValueError,
            "plot_decision_boundary expects at most 8 classes, but got 10 scores.",
        ),
        (
            lambda: plots.plot_decision_boundary(points, SQUARE, names=["only"]),
            ValueError,
            "plot_decision_boundary expects 2 names, one per class, but got 1.",
        ),
        (
            lambda: plots.plot_decision_boundary(points, SQUARE, resolution=1),
            ValueError,
            "plot_decision_boundary expects a whole number resolution of at least 2, but got resolution=1.",
        ),
        (
            lambda: plots.plot_images(np.zeros((8, 8))),
            ValueError,
            "plot_images expects images (N, H, W) or (N, 1, H, W), but got float64 array of shape (8, 8). One image alone "
            "needs the batch's axis: image[np.newaxis].",
        ),
        (
            lambda: plots.plot_images(np.zeros((5, 3, 8, 8))),
            ValueError,
            "plot_images expects images (N, H, W) or (N, 1, H, W), but got float64 array of shape (5, 3, 8, 8).",
        ),
        (
            lambda: plots.plot_images(DIGITS, titles=["one"]),
            ValueError,
            "plot_images expects 7 titles, one per image, but got 1.",
        ),
        (
            lambda: plots.plot_images(DIGITS, columns=0),
            ValueError,
            "plot_images expects a whole number columns of at least 1, but got columns=0.",
        ),
        (
            lambda: plots.plot_weights(nnbook.Linear(64, 5, rng=0), (7, 7)),
            ValueError,
            "plot_weights expects weights (D, M) with D = 7 × 7, but got float32 array of shape (64, 5).",
        ),
        (
            lambda: plots.plot_weights(nnbook.Linear(64, 5, rng=0)),
            ValueError,
            "plot_weights expects kernels (O, 1, H, W), or a shape, but got float32 array of shape (64, 5). Say what the "
            "layer reads: shape=(8, 8).",
        ),
        (
            lambda: plots.plot_network(np.zeros((2, 3))),
            TypeError,
            "plot_network expects a Module or a list of weight matrices, but got float64 array of shape (2, 3).",
        ),
        (
            lambda: plots.plot_network(nnbook.Tanh()),
            ValueError,
            "plot_network expects one Linear layer or weight matrix, or more, but got none.",
        ),
        (
            lambda: plots.plot_network([np.zeros((2, 3)), np.zeros((4, 1))]),
            ValueError,
            "plot_network expects a matrix (in, out) as weights 1, with 3 rows, but got float64 array of shape (4, 1).",
        ),
        (
            lambda: plots.plot_network([np.zeros((2, 3))], values=[[1, 2], [1]]),
            ValueError,
            "plot_network expects values of [2, 3] units, layer by layer, but got [2, 1].",
        ),
        (
            lambda: plots.plot_network([np.zeros((2, 3))], names=["one"]),
            ValueError,
            "plot_network expects 2 names, one per layer, but got 1.",
        ),
        (
            lambda: plots.plot_network([np.zeros((2, 3))], most=2),
            ValueError,
            "plot_network expects a whole number most of at least 3, but got most=2.",
        ),
        (
            lambda: plots.plot_confusion_matrix([0, 1], np.zeros((2, 3))),
            ValueError,
            "plot_confusion_matrix expects two arrays of classes of one shape (N,), but got int64 array of shape (2,) and "
            "float64 array of shape (2, 3). Take the likeliest class first: scores.argmax(axis=1).",
        ),
        (
            lambda: plots.plot_confusion_matrix([0, 1], [0.5, 1.0]),
            ValueError,
            "plot_confusion_matrix expects classes from 0 in y_pred, but got float64 array of shape (2,).",
        ),
        (
            lambda: plots.plot_confusion_matrix([0, -1], [0, 1]),
            ValueError,
            "plot_confusion_matrix expects classes from 0 in y_true, but got int64 array of shape (2,).",
        ),
        (
            lambda: plots.plot_confusion_matrix([0, 1], [0, 1], names=["one"]),
            ValueError,
            "plot_confusion_matrix expects 2 names or more, but got 1.",
        ),
        (
            lambda: plots.plot_function("tanh"),
            TypeError,
            "plot_function expects functions to draw, but got the str 'tanh'.",
        ),
        (
            lambda: plots.plot_function(np.tanh, span=3),
            ValueError,
            "plot_function expects span to be (from, to), but got the int 3.",
        ),
        (
            lambda: plots.plot_function(np.tanh, span=(2, 1)),
            ValueError,
            "plot_function expects a finite number end of span above 2, but got end of span=1.",
        ),
        (
            lambda: plots.plot_function(lambda z: 1.0, points=5),
            ValueError,
            "plot_function expects values of shape (5,), but got float64 array of shape (). Give it an array of places, it "
            "returns the values there: use NumPy's functions, not math's.",
        ),
    ],
)
def test_refuses_and_leaves_no_empty_picture(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
    assert not plt.get_fignums()
