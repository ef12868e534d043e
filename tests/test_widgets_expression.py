"""The expression graph: what each step back hands to whom, and that the shares add up."""

import numpy as np
import pytest

pytest.importorskip("anywidget")

from nnbook import widgets
from nnbook.plots.style import LIGHT
from nnbook.widgets.expression import _played_back
from nnbook.widgets.formula import parse, trace


def says(widget):
    return widget._says.value


def texts(widget):
    return [text.get_text() for text in widget._figure.axes[0].texts if text.get_alpha() != 0]


def test_x_times_x_plus_x():
    w = widgets.ExpressionGraph()
    assert says(w) == (
        "x * x + x = 12. The way back starts at the result, with a gradient of 1. x is read 3 times: that many shares "
        "will add up."
    )
    w.state.update(step=1)
    assert says(w) == (
        "x * x + x has its whole gradient, 1. It hands 1 × 1 = 1 to x * x, and 1 × 1 = 1 to x. x has 1 of 3 shares and waits."
    )
    assert "1 + …" in texts(w)
    boxes = [patch for text in w._figure.axes[0].texts if (patch := text.get_bbox_patch()) is not None]
    colored = [np.allclose(patch.get_facecolor()[:3], [int(LIGHT[1][k : k + 2], 16) / 255 for k in (1, 3, 5)]) for patch in boxes]  # fmt: skip
    assert colored == [True, False, False]
    w.state.update(step=2)
    assert says(w) == "x * x + x = 12. All have reported. x: 1 + 3 + 3 = 7 (by nudging 7)."
    assert "1 + 3 + 3" in texts(w)
    w.state.update(step=6)
    assert says(w).endswith("x: 1 + 3 + 3 = 7 (by nudging 7).")


@pytest.mark.parametrize(
    "text", ["x * x + x", "(w * x + b) ** 2", "tanh(w * x) * x - b * exp(x)", "x / w / x - -b"]
)
def test_at_the_end_the_shares_are_the_gradients_of_the_tape(text):
    formula = parse(text, "xwb")
    t = trace(formula, {"x": 1.3, "w": -0.6, "b": 0.8})
    operations = [i for i, entry in enumerate(formula.entries) if entry.operation][::-1]
    gradients, heard = _played_back(formula, t, operations)
    assert [g is None for g in gradients] == [g is None for g in t.gradients]
    for i, gradient in enumerate(gradients[:-1]):
        if gradient is not None:
            assert gradient == pytest.approx(t.gradients[i], rel=1e-12)
            assert len(heard[i]) == len(formula.readers(i))
    for k in range(len(operations)):  # an operation that hands on has its whole gradient
        so_far, _ = _played_back(formula, t, operations[:k])
        assert so_far[operations[k]] == pytest.approx(t.gradients[operations[k]], rel=1e-12)


def test_another_expression_begins_at_its_result_and_another_input_does_not():
    w = widgets.ExpressionGraph(state={"step": 2})
    w._controls["x"].value = 2.0
    assert w.state["step"] == 2
    w._controls["expression"].value = "x * x"
    assert w.state["step"] == 0
    assert says(w).startswith("x * x = 4. The way back starts at the result")


@pytest.mark.parametrize(
    ("text", "note"), [("x*x*x*x*x*x*x", "7 of 7 shares"), ("x*w*x*b*x*w*x", "2599 + 2599 + 2599 + 2599")]
)
def test_many_long_shares_neither_leave_the_picture_nor_push_the_boxes_together(text, note):
    w = widgets.ExpressionGraph(state={"expression": text, "x": -4.9, "w": 4.7})
    (ax,) = w._figure.axes
    before = ax.get_position().bounds
    w.state.update(step=6)
    assert note in texts(w)
    assert ax.get_position().bounds == pytest.approx(before, abs=0.02)
    edge = w._figure.bbox
    for text in ax.texts:
        box = (text.get_bbox_patch() or text).get_window_extent()
        assert edge.x0 <= box.x0 <= box.x1 <= edge.x1, text.get_text()


@pytest.mark.parametrize(("text", "end"), [("x * x + x", 2), ("x", 1), ("x +", 1), ("x*w*b*x*w*b*x", 6)])
def test_the_slider_ends_where_all_have_reported(text, end):
    w = widgets.ExpressionGraph(state={"expression": text})
    assert w._controls["step"].max == end
    w._controls["step"].value = 6
    assert w.state["step"] == end


def test_only_the_letters_in_use_have_sliders():
    w = widgets.ExpressionGraph()
    visible = lambda: [name for name in "xwb" if w._controls[name].layout.display != "none"]  # noqa: E731
    assert visible() == ["x"]
    w._controls["expression"].value = "(w * x + b) ** 2"
    assert visible() == ["x", "w", "b"]
    assert says(w).startswith("(w * x + b) ** 2 = 25.")
    w._controls["x"].value = -1.0
    assert w.state["x"] == -1
    assert says(w).startswith("(w * x + b) ** 2 = 9.")
    assert widgets.ExpressionGraph(hide=["w"])._controls.keys() == {"expression", "x", "b", "step"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression expects an expression such as a * b + a, but got nothing."),
        ("x.__class__", "the expression expects only x, w, b, numbers, + - * / **, brackets, exp, log, relu, sigmoid, softplus and tanh, but got x.__class__."),
        ("x+x+x+x+x+x+x+x", "the expression expects at most 6 operations, but got more. Leave something out."),
        ("w / (x - x)", "w / (x - x) has no finite value here (from 2 and 0): it divides by 0. Change an input."),
        ("<b>x</b>", "the expression expects an expression that can be read, but got &lt;b&gt;x&lt;/b&gt;. Mind the brackets, and write 2 * a for 2a."),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_explained(text, message):
    w = widgets.ExpressionGraph(state={"expression": text, "step": 2})
    assert says(w) == message
    w.state.update(expression="x * w")
    assert says(w).startswith("x * w = 6.")
