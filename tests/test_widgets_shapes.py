"""The shape stepper against NumPy itself."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("anywidget")

from nnbook import widgets
from nnbook.widgets.shapes import meet, read_shape

shapes = st.lists(st.integers(0, 4), max_size=5).map(tuple)
related = st.one_of(
    st.tuples(shapes, shapes),
    # mostly alike, so that many are taken
    st.lists(st.sampled_from([(3, 3), (1, 3), (3, 1), (1, 1), (2, 2), (0, 1), (2, 1)]), max_size=5).flatmap(
        lambda pairs: st.tuples(
            st.integers(0, len(pairs)).map(lambda k: tuple(a for a, _ in pairs[k:])),
            st.integers(0, len(pairs)).map(lambda k: tuple(b for _, b in pairs[k:])),
        )
    ),
)
DOES = {"+": np.add, "-": np.subtract, "*": np.multiply, "@": np.matmul}


def numpy_does(first, operation, second):
    try:
        return DOES[operation](np.ones(first), np.ones(second)).shape
    except ValueError:
        return None


@settings(max_examples=300, deadline=None)
@given(related, st.sampled_from(list(DOES)))
def test_numpy_agrees(pair, operation):
    first, second = pair
    m = meet(first, operation, second)
    assert m.shape == numpy_does(first, operation, second)
    refused = [said for said in m.said if "Refused" in said]
    assert len(refused) == (m.shape is None)
    if refused:
        assert refused[0] == m.said[-1]
        assert "NumPy says: “" in refused[0]
    else:
        assert m.said[-1].startswith(f"Result: {m.shape}, {np.prod(m.shape, dtype=int):,} number")
    assert len(m.said) <= 8  # the last is step 7


def test_every_small_pair_is_judged_as_numpy_judges():
    small = [shape for axes in range(4) for shape in itertools.product((1, 2, 3), repeat=axes)]
    for first, second in itertools.product(small, small):
        for operation in "+@":
            assert meet(first, operation, second).shape == numpy_does(first, operation, second)


def test_the_steps_of_two_that_are_stretched():
    m = meet((3, 1), "+", (4,))
    assert m.said == [
        "(3, 1) + (4,): which shape will the result have, if there is one?",
        "Lined up at their right ends. (4,) has fewer axes; a missing one counts as 1.",
        "Last axis: 1 and 4. The first is stretched to 4.",
        "Last axis but one: 3 and none. The second is stretched to 3.",
        "Result: (3, 4), 12 numbers from 3 and 4. Both were stretched, so it is larger than either.",
    ]
    assert (m.first, m.second, m.result) == ([3, 1], [None, 4], [3, 4])
    assert m.settled == [3, 2]


def test_a_refusal_says_where_and_quotes_numpy():
    m = meet((2, 3), "+", (2,))
    with pytest.raises(ValueError, match="broadcast") as error:
        np.ones((2, 3)) + np.ones(2)
    assert m.said[2:] == [
        f"Last axis: 3 and 2. Refused: they differ, and neither is 1. NumPy says: “{str(error.value).strip()}”"
    ]
    m = meet((2, 1), "@", (3, 4))
    assert m.said[2].startswith(
        "The first's last axis and the second's last but one: 1 and 3. Refused: a row and a column must be "
        "equally long. Here nothing is stretched, not even a 1. NumPy says: “matmul: Input operand 1 has a mismatch"
    )
    assert (
        meet((5, 2, 3), "@", (4, 3, 2))
        .said[-1]
        .startswith(
            "Third axis from the right: 5 and 4. Refused: they differ, and neither is 1. NumPy says: “operands could"
        )
    )


def test_a_product_reads_one_axis_as_a_row_or_a_column():
    assert meet((3,), "@", (3, 2)).said[1:] == [
        "A matrix product: rows of the first times columns of the second. (3,) is read as one row, (1, 3).",
        "The first's last axis and the second's last but one: 3 and 3. Equal: they are multiplied in pairs and "
        "added up, and vanish.",
        "Result: (2,), 2 numbers, each a sum of 3 products. What was added to make a row or a column is gone again.",
    ]
    assert meet((3,), "@", (3,)).said[-1].startswith("Result: (), 1 number, a sum of 3 products.")
    assert (
        meet((), "@", (3,))
        .said[-1]
        .startswith(
            "Refused: @ multiplies rows by columns, and a single number has neither. NumPy says: “matmul: "
        )
    )


def test_sizes_that_no_memory_holds_are_only_talked_about():
    big = (99_999,) * 5
    assert meet(big, "+", (1,)).shape == big
    assert meet(big, "+", (3,)).said[-1] == "Last axis: 99999 and 3. Refused: they differ, and neither is 1."
    assert meet((99_999, 99_999), "@", (99_999, 99_999)).shape == (99_999, 99_999)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("(3, 1)", (3, 1)),
        ("(4,)", (4,)),
        (" 4 ", (4,)),
        ("(4)", (4,)),
        ("[2 3]", (2, 3)),
        ("2,3,", (2, 3)),
        ("()", ()),
        ("(0, 1)", (0, 1)),
    ],
)
def test_shapes_are_read_as_people_type_them(text, shape):
    assert read_shape(text) == shape


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "A shape is missing: type one such as (3, 1), or () for a single number."),
        ("(N, D)", "“(N, D)” is no shape: type whole numbers and commas, such as (3, 1) or (4,)."),
        ("(-1, 2)", "“(-1, 2)” is no shape: type whole numbers and commas, such as (3, 1) or (4,)."),
        ("(2.5,)", "“(2.5,)” is no shape: type whole numbers and commas, such as (3, 1) or (4,)."),
        ("(", "“(” is no shape: type whole numbers and commas, such as (3, 1) or (4,)."),
        ("(²,)", "“(²,)” is no shape: type whole numbers and commas, such as (3, 1) or (4,)."),
        (
            "(1, 1, 1, 1, 1, 1)",
            "“(1, 1, 1, 1, 1, 1)” is too large here: at most 5 axes, none longer than 99,999.",
        ),
        ("9" * 60, f"“{'9' * 19}…” is too large here: at most 5 axes, none longer than 99,999."),
        (
            "__import__('os').getpid()",
            "“__import__('os').ge…” is no shape: type whole numbers and commas, such as (3, 1) or (4,).",
        ),
    ],
)
def test_what_is_no_shape_is_explained(text, message):
    with pytest.raises(ValueError, match=r"shape|large") as error:
        read_shape(text)
    assert str(error.value) == message
    assert widgets.ShapeStepper(state={"first": text}).told()  # and drawn all the same


def test_what_people_type_is_escaped_and_never_run():
    w = widgets.ShapeStepper(state={"first": "<b>$\\frac"})
    assert "&lt;b&gt;$\\frac" in w._says.value
    assert "<b>" not in w._says.value
    assert "cannot be drawn" not in w._says.value


def test_the_slider_ends_with_the_last_step():
    w = widgets.ShapeStepper()
    assert w._controls["step"].max == 4
    w._controls["step"].value = 4
    assert w.state["step"] == 4
    assert "Result: (3, 4), 12 numbers" in w._says.value
    w._controls["second"].value = "(2,)"  # another question, whose answer is not shown before it is asked for
    assert (w._controls["step"].max, w.state["step"]) == (4, 0)
    assert "which shape will the result have" in w._says.value
    w._controls["step"].value = 4
    assert "Result: (3, 2), 6 numbers" in w._says.value
    w._controls["first"].value = "(3,)"  # refused at step 2, so the slider ends there
    w.state.update(step=4)
    assert (w._controls["step"].max, w._controls["step"].value) == (2, 2)
    assert "Refused" in w._says.value
    w._controls["operation"].value = "*"
    assert w.state["step"] == 0
    w._controls["first"].value = "nonsense"
    assert "is no shape" in w._says.value
    w._controls["operation"].value = "@"
    w._controls["first"].value = "(7, 5, 4, 2, 3)"
    w._controls["second"].value = "(7, 5, 1, 3, 2)"
    w._controls["step"].value = 99
    assert w._controls["step"].max == 6
    assert "Result: (7, 5, 4, 2, 2), 560 numbers, each a sum of 3 products." in w._says.value


def words(w, place):
    return [text.get_text() for text in w._figure.axes[place].texts]


def test_the_picture_shows_what_is_said():
    w = widgets.ShapeStepper()
    assert words(w, 0) == ["first", "+  second", "result", "3", "1", "4"]
    w.state.update(step=4)
    assert [text for text in words(w, 0) if "→" in text] == ["1 → 3", "1 → 4"]
    numbers = np.array([int(text) for text in words(w, 1) if text.isdigit()])
    a, b = np.arange(10, 40, 10).reshape(3, 1), np.arange(1, 5)
    table = (3, 4)
    expected = [np.broadcast_to(a, table), np.broadcast_to(b, table), a + b]
    np.testing.assert_array_equal(numbers, np.concatenate([each.ravel() for each in expected]))
    w.state.update(first="(2, 3)", operation="@", second="(3,)", step=7)
    assert [text for text in words(w, 0) if "Σ" in text or text == "gone"] == ["3 Σ", "3 Σ", "gone"]
    np.testing.assert_array_equal([int(text) for text in words(w, 1)[-2:]], [1 + 4 + 9, 4 + 10 + 18])
    w.state.update(second="(4,)")
    assert words(w, 0).count("✗") == 2
