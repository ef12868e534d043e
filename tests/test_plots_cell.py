"""The nerve cell beside its formula: everything named, nothing cut off, parts above what stands for them."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib import pyplot as plt

from nnbook import plots
from nnbook.plots import cell

PARTS = ("synapse", "dendrite", "soma", "nucleus", "axon", "terminal")
SYMBOLS = ("$x_1$", "$x_2$", "$x_3$", "$w_1$", "$w_2$", "$w_3$", r"$\Sigma\; + b$", "$y$")


@pytest.fixture
def drawn():
    with plt.rc_context():
        plots.style.use()
        ax = plots.plot_nerve_cell()
        ax.figure.canvas.draw()
        yield ax
        plt.close(ax.figure)


def boxes(ax):
    words = [text for text in ax.texts if text.get_text()]
    return {text.get_text(): text.get_window_extent() for text in words}


def test_every_part_and_every_symbol_is_named_once(drawn):
    words = [text.get_text() for text in drawn.texts]
    assert [words.count(word) for word in PARTS + SYMBOLS] == [1] * len(PARTS + SYMBOLS)


def test_no_words_overlap_and_none_leaves_the_picture(drawn):
    found = list(boxes(drawn).items())
    frame = drawn.figure.bbox
    for i, (word, box) in enumerate(found):
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1, word
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1, word
        assert not [other for other, its in found[:i] if box.overlaps(its)], word


def test_a_weight_stands_under_its_synapse_and_the_sum_under_the_soma(drawn):
    places = {text.get_text(): text.get_position() for text in drawn.texts}
    assert {places[f"$w_{i}$"][0] for i in (1, 2, 3)} == {places["synapse"][0]} == {cell.SYNAPSE}
    assert places[r"$\Sigma\; + b$"] == (cell.SOMA, cell.FORMULA)
    assert places["$y$"][0] == cell.AXON
    assert places["soma"][1] > cell.FORMULA + 3
    assert places["axon"][1] > cell.FORMULA + 3


def test_it_draws_on_the_axes_given_and_on_opaque_white():
    figure, ax = plt.subplots()
    assert plots.plot_nerve_cell(ax) is ax
    assert ax.get_facecolor() == (1, 1, 1, 1)
    plt.close(figure)


def test_a_branch_tapers_from_one_width_to_the_other():
    outline = cell._branch((0, 0), (1, 0), (2, 0), 0.5, 0.1)
    assert outline.shape == (60, 2)
    np.testing.assert_allclose(np.abs(outline[[0, 29, 30, 59], 1]), [0.5, 0.1, 0.1, 0.5])
    np.testing.assert_allclose(outline[[0, 29, 30, 59], 0], [0, 2, 2, 0])
