import numpy as np
import pytest

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
