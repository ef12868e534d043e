"""What is typed into a widget: read safely, put on the tape, explained where it cannot be."""

import contextlib
import itertools
import math

import numpy as np
import pytest

pytest.importorskip("anywidget")

import nnbook
from nnbook.widgets.formula import FUNCTIONS, Entry, Formula, number, parse, trace
from nnbook.widgets.shared import short

LETTERS = ("a", "b", "c", "d", "e", "f")
GIVEN = dict(zip(LETTERS, (1.3, 2.1, -0.7, 0.4, -1.9, 0.6), strict=True))
ONLY = (
    "formula expects only a, b, c, d, e, f, numbers, + - * / **, brackets, exp, log, relu, sigmoid, softplus and tanh, "
    "but got "
)


def by_python(text):
    """The same by Python itself, for texts of this file only."""
    own = {
        "exp": math.exp,
        "log": math.log,
        "tanh": math.tanh,
        "relu": lambda x: max(x, 0.0),
        "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
        "softplus": lambda x: math.log1p(math.exp(x)),
    }
    return eval(text, {"__builtins__": {}}, {**own, **GIVEN})


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "(a * b + c) ** 2",
        "a - b / c",
        "-a ** 2 + -b",
        "a * a * a + a",
        "2 * 3 * a - 1 / 4",
        "a ** -1.5 + a ** 0",
        "+a / (b - c) / 2",
        *(f"{name}(b * d) * a" for name in FUNCTIONS),
    ],
)
def test_values_gradients_and_slopes(text):
    formula = parse(text, LETTERS)
    t = trace(formula, GIVEN)
    assert t.trouble == ""
    assert t.values[-1] == pytest.approx(by_python(text), rel=1e-12)
    learns = [entry.number is None or bool(entry.operation) for entry in formula.entries]
    assert [gradient is not None for gradient in t.gradients] == learns
    assert all(math.isclose(g, n, rel_tol=1e-6, abs_tol=1e-9) for g, n in zip(t.gradients, t.nudged, strict=True) if g is not None)  # fmt: skip
    assert t.gradients[-1] == 1
    for i, gradient in enumerate(
        t.gradients[:-1]
    ):  # the two rules: multiply along a road, add where roads meet
        if gradient is not None:
            shares = [t.gradients[reader] * t.slopes[reader][place] for reader, place in formula.readers(i)]
            assert gradient == pytest.approx(sum(shares), rel=1e-12)


def test_the_nudged_gradient_is_of_the_result_with_one_letter_changed():
    formula = parse("(a * b + c) ** 2 / a", LETTERS)
    t = trace(formula, GIVEN)
    at = {entry.name: i for i, entry in enumerate(formula.entries)}
    for letter in "abc":
        changed = nnbook.numerical_gradient(
            lambda v, letter=letter: trace(formula, {**GIVEN, letter: float(v)}).values[-1], GIVEN[letter]
        )
        assert t.nudged[at[letter]] == pytest.approx(float(changed), rel=1e-6)


def test_entries_stand_after_what_they_read_and_letters_once():
    formula = parse("a * b + a * 2", LETTERS)
    assert formula.names == ("a", "b")
    assert all(source < reader for source, reader in formula.edges)
    assert [entry.symbol for entry in formula.entries if entry.operation] == ["×", "×", "+"]
    assert formula.readers(0) == [(2, 0), (4, 0)]
    assert parse("a * a", LETTERS).edges == [(0, 1), (0, 1)]
    assert Entry("a").given
    assert Formula((Entry("a"),)).edges == []


@pytest.mark.parametrize(
    ("text", "same"),
    [("a×b − c²", "a * b - c ** 2"), ("a ^ 3 ÷ 2", "a ** 3 / 2"), ("  a·b ", "a * b"), ("a³", "a ** 3")],
)
def test_signs_that_mathematicians_write(text, same):
    assert trace(parse(text, LETTERS), GIVEN).values[-1] == pytest.approx(by_python(same), rel=1e-14)


CANNOT = (
    "formula expects an expression that can be read, but got {}. Mind the brackets, and write 2 * a for 2a."
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "formula expects an expression such as a * b + a, but got nothing."),
        ("   ", "formula expects an expression such as a * b + a, but got nothing."),
        ("2a", CANNOT.format("2a")),
        ("(a + b", CANNOT.format("(a + b")),
        ("a = b", CANNOT.format("a = b")),
        ("a; b", CANNOT.format("a; b")),
        ("a\0b", CANNOT.format("a\0b")),
        ("import os", CANNOT.format("import os")),
        ("(" * 110 + "a", CANNOT.format("(" * 37 + "...")),
        ("a" * 121, "formula expects an expression of at most 120 characters, but got 121 characters."),
        ("a.real", ONLY + "a.real."),
        ("a.__class__.__bases__", ONLY + "a.__class__.__bases__."),
        ("a.__class__()", ONLY + "a.__class__()."),
        ("__import__('os')", ONLY + "__import__('os')."),
        ("open('x')", ONLY + "open('x')."),
        ("(lambda: a)()", ONLY + "(lambda: a)()."),
        ("exp(exp)(a)", ONLY + "exp(exp)(a)."),
        ("exp", ONLY + "exp."),
        ("g + a", ONLY + "g."),
        ("a[0]", ONLY + "a[0]."),
        ("[a for a in b]", ONLY + "[a for a in b]."),
        ("a if b else c", ONLY + "a if b else c."),
        ("a and b", ONLY + "a and b."),
        ("a < b", ONLY + "a < b."),
        ("a @ b", ONLY + "a @ b."),
        ("a // b", ONLY + "a // b."),
        ("a << 99", ONLY + "a << 99."),
        ("~a", ONLY + "~a."),
        ("(a := 3)", ONLY + "a := 3."),
        ("f'{a}'", ONLY + "f'{a}'."),
        ("'a' * 3", ONLY + "'a'."),
        ("True + a", ONLY + "True."),
        ("3j * a", ONLY + "3j."),
        ("a + ...", ONLY + "...."),
        ("(a, b)", ONLY + "(a, b)."),
        ("exp(a, b)", "formula expects one number in exp(…), but got exp(a, b)."),
        ("exp(*a)", ONLY + "*a."),
        ("exp(x=a)", "formula expects one number in exp(…), but got exp(x=a)."),
        ("a ** b", "formula expects a plain number after **, but got b. Only then is the slope n · xⁿ⁻¹."),
        ("a ** 11", "formula expects an exponent from −10 to 10, but got 11."),
        ("a ** -10.5", "formula expects an exponent from −10 to 10, but got -10.5."),
        ("9 ** 9 ** 9 * a", "formula expects numbers that stay finite and below 1,000,000, but got 9 ** 9."),
        ("a ** 2 ** 9", "formula expects an exponent from −10 to 10, but got 2 ** 9."),
        ("99999 ** 9 * a", "formula expects numbers that stay finite and below 1,000,000, but got 99999 ** 9."),
        ("1 / 0 + a", "formula expects numbers that stay finite and below 1,000,000, but got 1 / 0."),
        ("log(-1) * a", "formula expects numbers that stay finite and below 1,000,000, but got log(-1)."),
        ("(-8) ** 0.5 * a", "formula expects numbers that stay finite and below 1,000,000, but got (-8) ** 0.5."),
        ("a + 1e999", "formula expects numbers up to 1,000,000, but got 1e999."),
        ("a * " + "9" * 90, "formula expects numbers up to 1,000,000, but got " + "9" * 37 + "...."),
        ("3 * 2", "formula expects an expression with a letter in it, but got the number 6. Put in one of a, b, c, d, e, f."),
        ("+".join("a" * 14), "formula expects at most 12 operations, but got more. Leave something out."),
    ],
)  # fmt: skip
def test_hostile_and_mistyped(text, message):
    with pytest.raises(ValueError) as error:
        parse(text, LETTERS)
    assert str(error.value) == message


def test_deep_nesting_is_no_crash():
    for text in (
        "-" * 119 + "a",
        "+" * 119 + "a",
        "exp(" * 40 + "a",
        "~" * 100 + "a",
        "(" * 59 + "a" + ")" * 59,
    ):
        if text.startswith(("+", "(")):
            assert parse(text, LETTERS).names == ("a",)
        else:
            with pytest.raises(ValueError, match=r"^formula expects "):
                parse(text, LETTERS)


def test_what_is_no_text():
    with pytest.raises(TypeError) as error:
        parse(3, LETTERS)
    assert str(error.value) == "formula expects an expression as text, but got the int 3."


def test_nothing_that_was_typed_is_ever_run(monkeypatch):
    import builtins

    def never(*_, **__):
        raise AssertionError("it was run")

    for name in ("eval", "exec", "compile", "__import__"):
        if name != "compile":  # ast.parse is a compile that stops at the tree
            monkeypatch.setattr(builtins, name, never)
    for text in ("__import__('os').system('true')", "eval('1')", "exec('1')", "a * b"):
        with contextlib.suppress(ValueError):
            parse(text, LETTERS)


@pytest.mark.parametrize(
    ("text", "given", "trouble"),
    [
        ("a / b", {"b": 0.0}, "a / b has no finite value here (from 1.3 and 0): it divides by 0. Change an input."),
        ("a + b / (a - a)", {}, "b / (a - a) has no finite value here (from 2.1 and 0): it divides by 0. Change an input."),
        ("log(c)", {}, "log(c) has no finite value here (from −0.7): a logarithm needs a number above 0. Change an input."),
        ("c ** 0.5", {}, "c ** 0.5 has no finite value here (from −0.7): this power does not exist for such a number. Change an input."),
        ("a ** -1", {"a": 0.0}, "a ** -1 has no finite value here (from 0): this power does not exist for such a number. Change an input."),
        ("exp(exp(exp(a)))", {"a": 5.0}, "exp(exp(exp(a))) has no finite value here (from 2.851e+64): the result is too large to be held. Change an input."),
        ("a ** 0.5", {"a": 0.0}, "At a = 0 the slope is not finite. Change an input."),
    ],
)  # fmt: skip
def test_what_is_not_finite_is_explained(text, given, trouble):
    assert trace(parse(text, LETTERS), {**GIVEN, **given}).trouble == trouble


@pytest.mark.parametrize(
    ("text", "value"), [("2", 2), ("−3", -3), ("2 * 7", 14), ("0,25", 0.25), ("1/4", 0.25), ("1e-3", 0.001)]
)
def test_a_number_may_be_worked_out(text, value):
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["a", "", "nan", "()", "1/0", "9**9**9", "os.getcwd()"])
def test_what_is_no_number(text):
    with pytest.raises(ValueError, match=r"^answer expects "):
        number(text)


def test_short():
    numbers = (0.0, -0.0, 14.0, -0.0380982, 1e-9, 148.413, np.float64(2.5))
    assert [short(x) for x in numbers] == ["0", "0", "14", "−0.0381", "1e−09", "148.4", "2.5"]


def test_every_pair_of_operations_agrees_with_nudging():
    inner = ["a * b", "a / b", "a - b", "tanh(a)", "a ** 3"]
    outer = ["({}) * c", "c / ({})", "exp({}) - c", "({}) ** 2", "softplus({})", "({}) * ({})"]
    for first, second in itertools.product(inner, outer):
        t = trace(parse(second.replace("{}", first), LETTERS), GIVEN)
        for gradient, nudged in zip(t.gradients, t.nudged, strict=True):
            if gradient is not None:
                assert gradient == pytest.approx(nudged, rel=1e-6, abs=1e-8), (first, second)
