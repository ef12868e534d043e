"""An expression as a drawing: all values and gradients written, lines from left to right, nothing over anything."""

import matplotlib

matplotlib.use("Agg")

import itertools

import numpy as np
import pytest
from matplotlib import pyplot as plt

from nnbook import autograd, plots
from nnbook.plots import graph as module


def bill():
    numbers = {"pizzas": 3.0, "price": 8.0, "delivery": 6.0, "tip": 1.2}
    n, p, d, t = (autograd.Tensor(value, requires_grad=True, name=name) for name, value in numbers.items())
    return (n * p + d) * t


def square_plus_itself():
    x = autograd.Tensor(3.0, requires_grad=True, name="x")
    return x * x + x


def network():
    rng = np.random.default_rng(0)
    shapes = {"X": (4, 3), "W1": (3, 2), "b1": (2,), "W2": (2, 1), "b2": (1,)}
    x, w1, b1, w2, b2 = (
        autograd.Tensor(rng.standard_normal(shape), requires_grad=name != "X", name=name)
        for name, shape in shapes.items()
    )
    return ((autograd.functional.tanh(x @ w1 + b1) @ w2 + b2 - 0.5) ** 2).mean()


EXPRESSIONS = [bill, square_plus_itself, network]


@pytest.fixture
def draw():
    with plt.rc_context():
        plots.style.use()

        def drawn(result, **options):
            ax = plots.plot_graph(*autograd.graph(result), **options)
            ax.figure.canvas.draw()
            return ax

        yield drawn
        plt.close("all")


def boxes(ax):
    """The frames, in the order of the nodes."""
    return [text.get_bbox_patch() for text in ax.texts if text.get_bbox_patch() is not None]


def words(ax):
    return [text.get_text() for text in ax.texts if text.get_bbox_patch() is None]


def test_names_values_and_gradients_are_written(draw):
    result = bill()
    result.backward()
    expected = [
        "pizzas", "→ 3", "← 9.6", "price", "→ 8", "← 3.6", "×", "→ 24", "← 1.2", "delivery", "→ 6", "← 1.2",
        "+", "→ 30", "← 1.2", "tip", "→ 1.2", "← 30", "×", "→ 36", "← 1",
    ]  # fmt: skip
    assert words(draw(result)) == expected
    assert words(draw(result, gradients=False)) == [word for word in expected if "←" not in word]


def test_of_arrays_their_shapes_and_constants_without_gradient(draw):
    result = network()
    result.backward()
    written = words(draw(result))
    assert written[:3] == ["X", "→ (4, 3)", "W1"]
    assert written[2:5] == ["W1", "→ (3, 2)", "← (3, 2)"]
    assert {"tanh", "@", "+", "−", "power", "mean", "→ 0.5"} <= set(written)


def test_a_negative_number_has_a_true_minus(draw):
    assert words(draw(autograd.Tensor(2.0, requires_grad=True, name="w") * -1.5))[-1] == "→ −3"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_boxes_stand_apart_within_the_picture_and_no_line_crosses_one(draw, expression):
    result = expression()
    result.backward()
    ax = draw(result)
    frames = [box.get_window_extent() for box in boxes(ax)]
    nodes, edges = autograd.graph(result)
    assert len(frames) == len(nodes)
    picture = ax.figure.bbox
    for box in frames:
        assert picture.x0 <= box.x0 < box.x1 <= picture.x1
        assert picture.y0 <= box.y0 < box.y1 <= picture.y1
    assert not any(a.overlaps(b) for a, b in itertools.combinations(frames, 2))
    for start, end in edges:
        assert frames[start].x1 < frames[end].x0, "from left to right"
    for line in ax.patches:
        path = line.get_transform().transform_path(line.get_path())
        for point in path.interpolated(20).vertices:
            inside = [box for box in frames if box.padded(-2).contains(*point)]
            assert not inside


def test_every_edge_is_drawn_and_one_that_was_read_twice_has_two(draw):
    for expression in EXPRESSIONS:
        _, edges = autograd.graph(expression())
        arrows = [line for line in draw(expression()).patches if "-|>" in str(line.get_arrowstyle()) or
                  type(line.get_arrowstyle()).__name__ == "CurveFilledB"]  # fmt: skip
        assert len(arrows) == len(edges)
    _, edges = autograd.graph(square_plus_itself())
    assert edges.count((0, 1)) == 2


def test_a_long_line_has_a_place_of_its_own_in_every_column_that_it_passes():
    layers, routes = module._layers(4, [(0, 1), (1, 2), (2, 3), (0, 3)])
    assert layers == [[0], [1, 4], [2, 5], [3]]
    assert routes[0, 3] == [4, 5]
    assert routes[0, 1] == []


def test_what_was_given_stands_right_before_its_first_reader():
    layers, _ = module._layers(5, [(0, 1), (1, 3), (2, 3), (3, 4), (2, 4)])
    assert layers[1][:2] == [1, 2]


def test_it_draws_on_the_axes_given_and_on_opaque_white():
    figure, ax = plt.subplots()
    assert plots.plot_graph(*autograd.graph(bill()), ax=ax) is ax
    assert ax.get_facecolor() == (1, 1, 1, 1)
    plt.close(figure)


@pytest.mark.parametrize("edge", [(1, 0), (0, 0), (0, 3), (-1, 1)])
def test_an_edge_to_nowhere_is_refused(edge):
    nodes, _ = autograd.graph(autograd.Tensor(2.0, requires_grad=True) * 3.0)
    with pytest.raises(ValueError) as error:
        plots.plot_graph(nodes, [edge])
    assert str(error.value).startswith(
        f"plot_graph expects edges from an earlier to a later one of 3 nodes, but got {edge}"
    )
