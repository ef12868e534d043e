"""Drawings of loops: what stands in them, how often, and that nothing covers anything else."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import Circle, FancyArrowPatch

from nnbook import plots
from nnbook.plots import style

X, H, GRADIENTS = [2.0, -2.0, 1.0], [0.0, 0.76, -0.37, 0.2], [-0.37, -0.62, -0.8]


@pytest.fixture(params=["loops", "unrolled"])
def drawn(request):
    with plt.rc_context():
        style.use()
        ax = plots.plot_loops() if request.param == "loops" else plots.plot_unrolled(X, H, GRADIENTS)
        ax.figure.canvas.draw()
        yield ax
        plt.close(ax.figure)


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_no_words_overlap_and_none_leaves_the_picture(drawn):
    found = [(text.get_text(), text.get_window_extent()) for text in drawn.texts]
    frame = drawn.figure.bbox
    for i, (word, box) in enumerate(found):
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1, word
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1, word
        assert not [other for other, its in found[:i] if box.overlaps(its)], word


def test_nothing_drawn_leaves_the_picture(drawn):
    frame = drawn.figure.bbox
    for patch in drawn.patches:
        box = patch.get_window_extent()
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert frame.y0 <= box.y0 <= box.y1 <= frame.y1


def test_each_kind_of_loop_is_there_dashed_and_orange():
    ax = plots.plot_loops()
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    loops = [arrow for arrow in arrows if arrow.get_linestyle() == "--"]
    assert len(loops) == 4
    orange = matplotlib.colors.to_rgba(style.ORANGE)
    assert all((arrow.get_edgecolor() == orange) == (arrow in loops) for arrow in arrows)
    assert [words(ax).count(word) for word in "abc"] == [3, 3, 3]
    assert {"to itself", "to a neighbour", "to an earlier layer"} <= set(words(ax))
    plt.close(ax.figure)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_unrolled_has_a_unit_for_each_step_and_one_folded(steps):
    ax = plots.plot_unrolled(X[:1] * steps, H[:1] * (steps + 1))
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    assert len(circles) == steps + 1
    assert words(ax).count("w") == words(ax).count("u") == steps + 1
    plt.close(ax.figure)


def test_numbers_stand_at_their_step_and_gradients_only_where_given():
    ax = plots.plot_unrolled(X, H, GRADIENTS, weights=("W", "U"))
    places = {text.get_text(): text.get_position()[0] for text in ax.texts}
    assert {"W", "U"} <= places.keys()
    for names in (("x₁ = 2", "h₁ = 0.76", "← −0.37"), ("x₃ = 1", "h₃ = 0.2", "← −0.8")):
        assert len({places[name] for name in names}) == 1, names
    assert places["h₀ = 0"] < places["h₁ = 0.76"] < places["h₂ = −0.37"] < places["h₃ = 0.2"]
    without = plots.plot_unrolled(X, H)
    assert not [word for word in words(without) if "←" in word]
    plt.close(ax.figure)
    plt.close(without.figure)


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ((X, H[1:]), "3 inputs, 3 states"),
        (([], [0.0]), "0 inputs, 1 states"),
        ((X, H, GRADIENTS[1:]), "3 inputs, 4 states, 2 gradients"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(arguments, given):
    with pytest.raises(ValueError) as refused:
        plots.plot_unrolled(*arguments)
    expected = "T inputs, T + 1 states (one before the first step), and T gradients or None"
    assert str(refused.value) == f"plot_unrolled expects {expected}, but got {given}."


def test_they_draw_on_the_axes_given_and_on_opaque_white():
    for draw in (plots.plot_loops, lambda ax: plots.plot_unrolled(np.array(X), np.array(H), ax=ax)):
        figure, ax = plt.subplots()
        assert draw(ax=ax) is ax
        assert ax.get_facecolor() == (1, 1, 1, 1)
        plt.close(figure)
