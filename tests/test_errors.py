from typing import NamedTuple

import numpy as np
import pytest

import nnbook
from nnbook import errors


def test_a_message_says_who_expects_what_and_how_to_mend_it():
    assert errors.explain("Adam", "lr above 0", "lr=-1", "Try lr=1e-3.") == (
        "Adam expects lr above 0, but got lr=-1. Try lr=1e-3."
    )
    assert errors.explain("Adam", "lr above 0", "lr=-1") == "Adam expects lr above 0, but got lr=-1."


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((2, 3), np.int64), "int64 array of shape (2, 3)"),
        (None, "None"),
        ("x" * 100, "the str '" + "x" * 56 + "..."),
        (3, "the int 3"),
    ],
)
def test_describe(value, words):
    assert errors.describe(value) == words


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), 1])
def test_numbers_pass(value):
    assert errors.check_number("f", "p", value, at_least=0, at_most=1) == value


@pytest.mark.parametrize(
    ("value", "bounds", "error", "message"),
    [
        (0, {"above": 0}, ValueError, "Adam expects a finite number lr above 0, but got lr=0. Try 1e-3."),
        (-1.0, {"at_least": 0}, ValueError, "Adam expects a finite number lr of at least 0, but got lr=-1.0. Try 1e-3."),
        (1.0, {"at_least": 0, "below": 1}, ValueError, "Adam expects a finite number lr of at least 0 and below 1, but got lr=1.0. "
         "Try 1e-3."),
        (2, {"at_most": 1}, ValueError, "Adam expects a finite number lr of at most 1, but got lr=2. Try 1e-3."),
        (float("nan"), {}, ValueError, "Adam expects a finite number lr, but got lr=nan. Try 1e-3."),
        (float("inf"), {}, ValueError, "Adam expects a finite number lr, but got lr=inf. Try 1e-3."),
        ("0.1", {}, TypeError, "Adam expects a finite number lr, but got the str '0.1'. Try 1e-3."),
        (True, {}, TypeError, "Adam expects a finite number lr, but got the bool True. Try 1e-3."),
        (None, {}, TypeError, "Adam expects a finite number lr, but got None. Try 1e-3."),
    ],
)  # fmt: skip
def test_numbers_are_refused(value, bounds, error, message):
    with pytest.raises(error) as raised:
        errors.check_number("Adam", "lr", value, fix="Try 1e-3.", **bounds)
    assert str(raised.value) == message


def test_whole_numbers():
    assert errors.check_integer("f", "n", np.int32(4)) == 4
    for value in (0, -1):
        with pytest.raises(ValueError, match=f"f expects a whole number n of at least 1, but got n={value}"):
            errors.check_integer("f", "n", value)
    for value in (1.0, True, "1", None):
        with pytest.raises(TypeError, match="f expects a whole number n of at least 1, but got"):
            errors.check_integer("f", "n", value)


def test_an_unknown_name_is_offered_the_nearest_one():
    with pytest.raises(ValueError) as raised:
        errors.check_choice("digits", "split", "Tial", ["random", "tail"])
    assert str(raised.value) == (
        "digits expects split to be one of 'random', 'tail', but got 'Tial'. Did you mean 'tail'?"
    )
    with pytest.raises(ValueError) as raised:
        errors.check_choice("digits", "split", "zzz", ["random", "tail"])
    assert str(raised.value) == "digits expects split to be one of 'random', 'tail', but got 'zzz'."
    with pytest.raises(TypeError) as raised:
        errors.check_choice("digits", "split", 3, ["random", "tail"])
    assert str(raised.value) == "digits expects split to be one of 'random', 'tail', but got the int 3."


RAGGED = [[1.0], [1.0, 2.0]]


@pytest.mark.parametrize("value", [np.arange(3), np.ones(2, bool), [0.5, 1], 2.0, np.float32(1)])
def test_arrays_of_numbers_pass(value):
    np.testing.assert_array_equal(errors.check_array("f", "x", value), value)
    floats = errors.check_floats("f", "x", value)
    np.testing.assert_array_equal(floats, value)
    assert floats.dtype == (np.float32 if isinstance(value, np.float32) else np.float64)


def test_an_array_that_fits_is_passed_on_uncopied():
    x = np.ones(3, np.float32)
    assert (
        errors.check_array("f", "x", x)
        is errors.check_floats("f", "x", x)
        is errors.check_shape("f", "x", x, (3,))
        is x
    )
    dy, y = errors.check_gradient("f", x, x)
    assert dy is y is x


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("x", "the str 'x'."),
        (None, "None."),
        (RAGGED, "the list [[1.0], [1.0, 2.0]]."),
        (1j, "the complex 1j."),
        (
            nnbook.Parameter(np.ones(2)),
            "the Parameter Parameter(shape=(2,), dtype=float64). Its numbers are in x.data.",
        ),
    ],
)
def test_what_is_no_array_of_numbers(value, got):
    for check in (errors.check_array, errors.check_floats):
        with pytest.raises(TypeError) as raised:
            check("f", "x", value)
        assert str(raised.value) == f"f expects an array of numbers as x, but got {got}"
    with pytest.raises(TypeError) as raised:
        errors.check_shapes("f", "y (N); x (N)", np.ones(2), value)
    mend = " Make it one: np.array(x)." if isinstance(value, list) else ""
    assert str(raised.value) == f"f expects an array of numbers as x, but got {got}{mend}"


def test_gradients_parts_and_what_was_saved():
    class Kept(NamedTuple):
        mask: int

    class Other(NamedTuple):
        mask: int

    calls = [
        (ValueError, "f expects dy of x's shape (3,), but got shape (2,).",
         lambda: errors.check_gradient("f", np.ones(2), np.ones(3), "x")),
        (ValueError, "f expects bias of shape (3,), but got shape (1,). One each.",
         lambda: errors.check_shape("f", "bias", np.ones(1), (3,), "One each.")),
        (TypeError, "f expects a tuple (dh, dc) as dy, but got a tuple of 1.",
         lambda: errors.check_parts("f", (1,), ("dh", "dc"))),
        (TypeError, "f expects a tuple (dh, dc) as dy, but got None.", lambda: errors.check_parts("f", None, ("dh", "dc"))),
        (TypeError, "f_backward expects the Kept that f returned as saved, but got None. It comes second: y, saved = f(...).",
         lambda: errors.check_saved("f_backward", None, Kept)),
        (TypeError, "f_backward expects the Kept that f returned as saved, but got another one's, Other. "
         "It comes second: y, saved = f(...).", lambda: errors.check_saved("f_backward", Other(1), Kept)),
    ]  # fmt: skip
    for error, message, wrong in calls:
        with pytest.raises(error) as raised:
            wrong()
        assert str(raised.value) == message
    errors.check_saved("f_backward", Kept(1), Kept)
    errors.check_parts("f", (1, 2), ("dh", "dc"))


@pytest.mark.parametrize(
    ("spec", "shapes", "message"),
    [
        ("x (..., D); w (D, M); b? (M)", [(5, 4, 3), (3, 2), None], None),
        ("x (..., D); w (D, M); b? (M)", [(3,), (3, 2), (2,)], None),
        ("x (N, C, ...); y (N, C, ...)", [(2, 3, 4, 5), (2, 3, 4, 5)], None),
        ("h (N, H); u (H, 4H); b (4H)", [(2, 3), (3, 12), (12,)], None),
        ("x (N, H); y (N, H)", [(0, 3), (0, 3)], None),
        ("x (..., D); w (D, M)", [(5, 3), (2, 3)], "w of shape (D, M) with D = 3 as in x, but got shape (2, 3)."),
        ("x (..., D); w (D, M)", [(), (2, 3)], "x of shape (..., D), but got shape ()."),
        ("x (..., D); y (..., E)", [(5, 3), (4, 3)], "y of shape (..., E) with ... = (5,) as in x, but got shape (4, 3)."),
        ("x (N); y (N)", [(5,), (5, 1)], "y of shape (N,) with N = 5 as in x, but got shape (5, 1)."),
        ("h (N, H); b (4H)", [(2, 3), (13,)], "b of shape (4H,) with H = 3 as in h, but got shape (13,)."),
        ("w (H, H)", [(3, 4)], "w of shape (H, H), but got shape (3, 4)."),
        ("x (N, C, ...); y (N, C, ...)", [(2, 3), (2, 4)],
         "y of shape (N, C, ...) with N = 2 as in x, C = 3 as in x, but got shape (2, 4)."),
    ],
)  # fmt: skip
def test_shapes_that_fit_each_other_or_not(spec, shapes, message):
    arrays = [None if shape is None else np.zeros(shape) for shape in shapes]
    for _ in range(2):  # what fitted, or not, is remembered
        if message is None:
            errors.check_shapes("f", spec, *arrays)
        else:
            with pytest.raises(ValueError) as raised:
                errors.check_shapes("f", spec, *arrays)
            assert str(raised.value) == f"f expects {message}"


def test_text_of_the_right_shape_is_refused():
    with pytest.raises(TypeError) as raised:
        errors.check_shapes("f", "x (N); y (N)", np.ones(2), np.array(["a", "b"]))
    assert str(raised.value) == "f expects an array of numbers as y, but got <U1 array of shape (2,)."
