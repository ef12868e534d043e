"""The threshold slider against counting by hand, and against scikit-learn where it is installed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("anywidget")

from nnbook import widgets
from nnbook.widgets.threshold import Counts, count, generated, precision_recall, roc


def by_hand(y, scores, threshold):
    hits = missed = alarms = rest = 0
    for truth, score in zip(y, scores, strict=True):
        called = score >= threshold
        hits += truth == 1 and called
        missed += truth == 1 and not called
        alarms += truth == 0 and called
        rest += truth == 0 and not called
    return Counts(hits, missed, alarms, rest)


cases = st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3)), min_size=2, max_size=30).filter(
    lambda rows: {label for label, _ in rows} == {0, 1}
)


@settings(max_examples=100, deadline=None)
@given(cases, st.integers(-4, 4))
def test_the_counts(rows, threshold):
    y, scores = (np.array(column) for column in zip(*rows, strict=True))
    assert count(y, scores.astype(float), threshold) == by_hand(y, scores, threshold)


@settings(max_examples=100, deadline=None)
@given(cases)
def test_every_point_of_the_curves_is_a_threshold(rows):
    y, scores = (np.array(column) for column in zip(*rows, strict=True))
    thresholds = np.unique(scores)[::-1]
    counts = [by_hand(y, scores, t) for t in thresholds]
    false, recall = roc(y, scores.astype(float))
    assert (false[0], recall[0], false[-1], recall[-1]) == (0, 0, 1, 1)
    np.testing.assert_allclose(false[1:], [c.alarms / (c.alarms + c.rest) for c in counts])
    np.testing.assert_allclose(recall[1:], [c.hits / (c.hits + c.missed) for c in counts])
    recall, precision = precision_recall(y, scores.astype(float))
    np.testing.assert_allclose(recall, [c.hits / (c.hits + c.missed) for c in counts])
    np.testing.assert_allclose(precision, [c.hits / (c.hits + c.alarms) for c in counts])


def test_scikit_learn_draws_the_same_curves():
    metrics = pytest.importorskip("sklearn.metrics")
    y, scores = generated()
    false, recall, _ = metrics.roc_curve(y, scores, drop_intermediate=False)
    np.testing.assert_allclose(roc(y, scores), [false, recall])
    precision, recall, _ = metrics.precision_recall_curve(y, scores)
    np.testing.assert_allclose(precision_recall(y, scores), [recall[-2::-1], precision[-2::-1]])
    area = metrics.roc_auc_score(y, scores)
    assert f"A yes is scored above a no in {area:.1%} of all pairs" in widgets.ThresholdSlider()._says.value


def test_moving_the_threshold_moves_counts_point_and_words():
    w = widgets.ThresholdSlider()
    bars, table, plane = w._figure.axes
    (line,) = (line for line in bars.lines if line.get_linewidth() == 2)
    dot = next(line for line in plane.lines if line.get_marker() == "o")
    w._controls["threshold"].value = 0.3
    y, scores = generated()
    c = by_hand(y, scores, 0.3)
    assert w.counts() == c
    assert [text.get_text() for text in table.texts if text.get_weight() == "bold"] == [str(n) for n in c]
    assert line.get_xdata() == [0.3, 0.3]
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (
        c.alarms / (c.alarms + c.rest),
        c.hits / (c.hits + c.missed),
    )
    said = w._says.value
    assert f"precision {c.hits / (c.hits + c.alarms):.3f} ({c.hits} of {c.hits + c.alarms})" in said
    assert f"recall {c.hits / 45:.3f} ({c.hits} of 45)" in said
    assert f"error rate {(c.missed + c.alarms) / 300:.1%} ({c.missed + c.alarms} of 300)" in said
    assert "Whoever says no to all errs in 15.0%." in said
    w._controls["curve"].value = "precision-recall"
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (
        c.hits / (c.hits + c.missed),
        c.hits / (c.hits + c.alarms),
    )
    assert "pairs" not in w._says.value


def test_a_threshold_that_nothing_reaches_is_explained():
    w = widgets.ThresholdSlider(state={"threshold": 1.0, "curve": "precision-recall"})
    assert w.counts() == Counts(0, 45, 0, 255)
    assert (
        "From 1 on, nothing is called yes: precision has nothing to divide by, recall 0.000 (0 of 45), "
        "error rate 15.0% (45 of 300)." in w._says.value
    )
    assert len(w._figure.axes[2].lines[2].get_xdata()) == 0  # no point to draw


def test_it_takes_ones_own_labels_and_scores():
    w = widgets.ThresholdSlider([0, 1, 1, 0, 1], [-3, 2, 5, 9, 12])
    assert w.code() == "widgets.ThresholdSlider(y_true, scores)"
    field = w.state.fields["threshold"]
    assert (field.default, field.high) == (0.0, 12.75)
    assert -3.75 - field.step < field.low <= -3.75
    stops = (
        field.default - field.low
    ) / field.step  # the start is one of them, so the slider shows it as it is
    assert stops == pytest.approx(round(stops), abs=1e-9)
    assert w.counts() == Counts(3, 0, 1, 1)
    assert "Whoever says yes to all errs in 40.0%." in w._says.value
    w._controls["threshold"].value = 10
    assert w.counts() == Counts(1, 2, 0, 2)
    same = widgets.ThresholdSlider([True, False], [7, 7])
    assert same.counts() == Counts(1, 0, 1, 0)
    assert "in 50.0% of all pairs" in same._says.value
    assert same.picture()
    assert widgets.ThresholdSlider().state.fields["threshold"].high == 1  # others are not touched


@pytest.mark.parametrize(
    ("y", "scores", "message"),
    [
        ([0, 1], None, "ThresholdSlider expects y_true and scores together, but got only y_true."),
        (None, [0, 1], "ThresholdSlider expects y_true and scores together, but got only scores."),
        (
            [1],
            [0.5],
            "ThresholdSlider expects y_true of shape (N,), N from 2 to 100,000, but got int64 array of shape (1,).",
        ),
        (
            [0, 1],
            [[0.1, 0.9], [0.2, 0.8]],
            "ThresholdSlider expects scores of y_true's shape (2,), but got float64 array of shape (2, 2). Scores of one "
            "column: scores.reshape(-1). Of two classes: the column of class 1, scores[:, 1].",
        ),
        (
            [0, 1],
            [0.1, 0.2, 0.3],
            "ThresholdSlider expects scores of y_true's shape (2,), but got float64 array of shape (3,).",
        ),
        ([0, 2], [0.1, 0.2], "ThresholdSlider expects labels 0 and 1 in y_true, but got 2."),
        ([1, 1], [0.1, 0.2], "ThresholdSlider expects both classes in y_true, but got 1 only."),
        ([0, 1], [0.1, np.nan], "ThresholdSlider expects finite numbers in scores, but got nan."),
    ],
)
def test_wrong_labels_and_scores_are_refused(y, scores, message):
    with pytest.raises((TypeError, ValueError)) as error:
        widgets.ThresholdSlider(y, scores)
    assert str(error.value) == message
