"""An expression that somebody typed, read safely and put on the tape: every value, every gradient, every local slope.

`parse` reads the text with Python's own grammar and lets through what is arithmetic: letters that were agreed upon,
numbers, + - * / ** and a few functions. Nothing is ever executed as Python. What comes of it, a `Formula`, is a list of
entries, each after those that it was computed from; `trace` runs it on `nnbook.autograd`, and beside each gradient of
the tape sets the one that is found by nudging (`nnbook.numerical_gradient`).
"""

from __future__ import annotations

import ast
import functools
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nnbook import autograd
from nnbook.arrays import Array
from nnbook.errors import describe, explain
from nnbook.gradients import numerical_gradient
from nnbook.plots.graph import SYMBOLS
from nnbook.widgets.shared import short

__all__ = ["FUNCTIONS", "Entry", "Formula", "Trace", "number", "parse", "trace"]

LONGEST = 120  # characters
MOST = 12  # operations: more would not fit a picture
_BIGGEST, _STEEPEST = 1e6, 10  # of a number that is typed, and of an exponent


def _exp(x: Array) -> Array:
    return np.exp(x)


def _exp_backward(dy: Array, y: Array) -> Array:
    return dy * y


def _log(x: Array) -> Array:
    return np.log(x)


def _log_backward(dy: Array, x: Array) -> Array:
    return dy / x


_own = {"exp": autograd.register(_exp, _exp_backward), "log": autograd.register(_log, _log_backward)}
_known = ("sigmoid", "tanh", "relu", "softplus", "add", "subtract", "multiply", "divide", "power")
OPERATIONS: dict[str, Callable[..., Any]] = {
    name: getattr(autograd.functional, name) for name in _known
} | _own
"""What an entry may do, as functions on Tensors; their ``__wrapped__`` is the same on numbers."""

FUNCTIONS = ("exp", "log", "relu", "sigmoid", "softplus", "tanh")
"""What may be called in an expression."""

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
_TYPED = str.maketrans({"×": "*", "·": "*", "−": "-", "÷": "/", "^": "**", "²": "**2", "³": "**3"})


class Entry(NamedTuple):
    """One value of a formula: given (a name alone), written down (a number), or computed (an operation, from sources).

    `number` is also the exponent of a power. What does not learn is sent no gradient.
    """

    name: str = ""
    operation: str = ""
    sources: tuple[int, ...] = ()
    number: float | None = None
    learns: bool = True

    @property
    def given(self) -> bool:
        return not self.operation and self.number is None

    @property
    def symbol(self) -> str:
        """What is written for its operation."""
        if self.operation == "power":
            return f"** {short(self.number or 0.0)}"
        return SYMBOLS.get(self.operation, self.operation)


class Formula(NamedTuple):
    """Entries, each after those that it was computed from; the last is the result."""

    entries: tuple[Entry, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What must be given."""
        return tuple(entry.name for entry in self.entries if entry.given)

    @property
    def edges(self) -> list[tuple[int, int]]:
        """From which entry to which; one that was read twice by the same operation has two."""
        return [(source, i) for i, entry in enumerate(self.entries) for source in entry.sources]

    def readers(self, i: int) -> list[tuple[int, int]]:
        """Who reads an entry, and as which of its sources."""
        return [
            (reader, place)
            for reader, entry in enumerate(self.entries)
            for place, source in enumerate(entry.sources)
            if source == i
        ]


def parse(text: str, names: Sequence[str], *, who: str = "formula", most: int = MOST) -> Formula:
    """Read an expression.

    Parameters
    ----------
    text : str
        Such as ``"(a * b + c) ** 2"``. Signs that mathematicians write (×, −, ÷, ², ^) are understood.
    names : sequence of str
        The letters that it may use.
    who : str, optional
        Whose expression it is, for the errors.
    most : int, optional
        How many operations it may have.

    Returns
    -------
    Formula

    Raises
    ------
    TypeError, ValueError
        If it is no text, cannot be read, has no letter in it, is too long, or asks for anything but arithmetic.

    Examples
    --------
    >>> parse("a * b + a", ["a", "b"]).edges
    [(0, 2), (1, 2), (2, 3), (0, 3)]
    >>> parse("3 * 2", ["a", "b"])
    Traceback (most recent call last):
    ...
    ValueError: formula expects an expression with a letter in it, but got the number 6. Put in one of a, b.
    """
    source, tree = _tree(text, who)
    reader = _Reader(source, names, who, most)
    place = reader.visit(tree)
    if isinstance(place, float):
        fix = f"Put in one of {', '.join(names)}."
        raise ValueError(explain(who, "an expression with a letter in it", f"the number {short(place)}", fix))
    return Formula(tuple(reader.entries))


def number(text: str, *, who: str = "answer") -> float:
    """A number that was typed, which may be worked out first: ``"2 * 7"``.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> number("−3"), number("1 / 4"), number("0,5")
    (-3.0, 0.25, 0.5)
    """
    source, tree = _tree(text.replace(",", "."), who)
    place = _Reader(source, [], who, MOST).visit(tree)
    assert isinstance(place, float)  # without letters everything is worked out
    return place


def _tree(text: str, who: str) -> tuple[str, ast.expr]:
    """What was typed, in Python's own signs, and how it is built."""
    if not isinstance(text, str):
        raise TypeError(explain(who, "an expression as text", describe(text)))
    if not text.strip():
        raise ValueError(explain(who, "an expression such as a * b + a", "nothing"))
    if len(text) > LONGEST:
        raise ValueError(
            explain(who, f"an expression of at most {LONGEST} characters", f"{len(text)} characters")
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as: 1if is not nicely spaced
            source = text.translate(_TYPED).strip()
            return source, ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        fix = "Mind the brackets, and write 2 * a for 2a."
        raise ValueError(explain(who, "an expression that can be read", _shown(text), fix)) from None


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


class _Reader:
    """Turns a tree into entries: the place of what it visited, or its value where it is a plain number."""

    def __init__(self, source: str, names: Sequence[str], who: str, most: int) -> None:
        self.source, self.names, self.who, self.most = source, list(names), who, most
        self.entries: list[Entry] = []

    def visit(self, node: ast.expr) -> int | float:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return self._written(node)
        if isinstance(node, ast.Name) and node.id in self.names:
            return self._place(Entry(node.id))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
            return self.visit(node.operand)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self._computed(node, "multiply", -1.0, self.visit(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            left = self.visit(node.left)
            return self._computed(node, _SIGNS[type(node.op)], left, self.visit(node.right))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            return self._raised(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            if len(node.args) == 1 and not node.keywords:
                return self._computed(node, node.func.id, self.visit(node.args[0]))
            raise ValueError(explain(self.who, f"one number in {node.func.id}(…)", self._text(node)))
        allowed = [*self.names, "numbers", "+ - * / **", "brackets", *FUNCTIONS]
        expected = f"only {', '.join(allowed[:-1])} and {allowed[-1]}"
        raise ValueError(explain(self.who, expected, self._text(node)))

    def _written(self, node: ast.Constant) -> float:
        value: Any = node.value
        if not value <= _BIGGEST:
            raise ValueError(explain(self.who, f"numbers up to {_BIGGEST:,.0f}", self._text(node)))
        return float(value)

    def _raised(self, node: ast.BinOp) -> int | float:
        base, exponent = self.visit(node.left), self.visit(node.right)
        if not isinstance(exponent, float):
            fix = "Only then is the slope n · xⁿ⁻¹."
            raise ValueError(explain(self.who, "a plain number after **", self._text(node.right), fix))
        if abs(exponent) > _STEEPEST:
            expected = f"an exponent from −{_STEEPEST} to {_STEEPEST}"
            raise ValueError(explain(self.who, expected, self._text(node.right)))
        return self._computed(node, "power", base, exponent=exponent)

    def _computed(
        self, node: ast.expr, operation: str, *operands: int | float, exponent: float | None = None
    ) -> int | float:
        if all(isinstance(operand, float) for operand in operands):
            with np.errstate(all="ignore"):
                value = float(_done(operation, [np.float64(x) for x in operands], exponent))
            if not abs(value) <= _BIGGEST:
                expected = f"numbers that stay finite and below {_BIGGEST:,.0f}"
                raise ValueError(explain(self.who, expected, self._text(node)))
            return value
        if sum(bool(entry.operation) for entry in self.entries) >= self.most:
            raise ValueError(
                explain(self.who, f"at most {self.most} operations", "more", "Leave something out.")
            )
        sources = tuple(self._place(Entry(number=x)) if isinstance(x, float) else int(x) for x in operands)
        return self._place(Entry(self._text(node), operation, sources, exponent))

    def _place(self, entry: Entry) -> int:
        if entry.given and entry in self.entries:
            return self.entries.index(entry)
        self.entries.append(entry)
        return len(self.entries) - 1

    def _text(self, node: ast.expr) -> str:
        return _shown(ast.get_source_segment(self.source, node) or "something else")


def _done(operation: str, inputs: Sequence[Any], exponent: float | None) -> Any:
    """An operation on plain numbers."""
    f = OPERATIONS[operation].__wrapped__  # type: ignore[attr-defined]
    return f(*inputs) if exponent is None else f(*inputs, exponent=exponent)


class Trace(NamedTuple):
    """What a formula computed, forward and back.

    Attributes
    ----------
    values : tuple of float
        Of each entry.
    gradients : tuple of (float or None)
        Of the result with respect to each entry, by the tape; None for what does not learn.
    slopes : tuple of tuple of float
        How fast each entry moves with each of its sources.
    nudged : tuple of (float or None)
        The gradients once more, by central differences.
    trouble : str
        What went wrong, as a sentence, if not all of it is finite.
    """

    values: tuple[float, ...]
    gradients: tuple[float | None, ...]
    slopes: tuple[tuple[float, ...], ...]
    nudged: tuple[float | None, ...]
    trouble: str


def trace(formula: Formula, given: Mapping[str, float]) -> Trace:
    """Run a formula, and read the tape backwards.

    Examples
    --------
    >>> t = trace(parse("a * b + a", ["a", "b"]), {"a": 3.0, "b": 2.0})
    >>> t.values, t.gradients
    ((3.0, 2.0, 6.0, 9.0), (3.0, 3.0, 1.0, 1.0))
    """
    return _traced(formula, tuple(float(given[name]) for name in formula.names))


@functools.lru_cache(maxsize=512)
def _traced(formula: Formula, numbers: tuple[float, ...]) -> Trace:
    given = dict(zip(formula.names, numbers, strict=True))
    tensors: list[autograd.Tensor] = []
    slopes = []
    with np.errstate(all="ignore"):
        for entry in formula.entries:
            if entry.operation:
                inputs = [tensors[i] for i in entry.sources]
                options = {} if entry.number is None else {"exponent": entry.number}
                tensors.append(OPERATIONS[entry.operation](*inputs, **options))
            else:
                value = given[entry.name] if entry.number is None else entry.number
                learns = entry.learns and entry.number is None
                tensors.append(autograd.Tensor(value, requires_grad=learns, name=entry.name))
            operation = tensors[-1].operation
            one = np.ones_like(tensors[-1].data)
            slopes.append(tuple(map(float, operation.undo([one]))) if operation else ())
        values = tuple(tensor.item() for tensor in tensors)
        tensors[-1].backward()
        gradients = tuple(
            float(tensor.grad) if tensor.requires_grad and tensor.grad is not None else None
            for tensor in tensors
        )
        nudged = tuple(
            None if gradient is None else _nudged(formula, values, i) for i, gradient in enumerate(gradients)
        )
    return Trace(values, gradients, tuple(slopes), nudged, _trouble(formula, values, gradients, nudged))


def _nudged(formula: Formula, values: tuple[float, ...], i: int) -> float:
    def result(value: Array) -> float:
        changed = [np.float64(x) for x in values]
        changed[i] = np.float64(value)
        for k in range(i + 1, len(changed)):
            entry = formula.entries[k]
            if entry.operation:
                inputs = [changed[source] for source in entry.sources]
                changed[k] = np.float64(_done(entry.operation, inputs, entry.number))
        return float(changed[-1])

    return float(numerical_gradient(result, values[i]))


_WHY = {
    "divide": "it divides by 0",
    "log": "a logarithm needs a number above 0",
    "power": "this power does not exist for such a number",
}


def _trouble(
    formula: Formula,
    values: Sequence[float],
    gradients: Sequence[float | None],
    nudged: Sequence[float | None],
) -> str:
    for entry, value in zip(formula.entries, values, strict=True):
        if not math.isfinite(value):
            sources = [values[i] for i in entry.sources]
            at_fault = (
                (entry.operation == "divide" and sources[1] == 0)
                or (entry.operation == "log" and sources[0] <= 0)
                or (entry.operation == "power" and (sources[0] == 0 or math.isnan(value)))
            )
            why = _WHY[entry.operation] if at_fault else "the result is too large to be held"
            given = " and ".join(short(x) for x in sources)
            return f"{entry.name} has no finite value here (from {given}): {why}. Change an input."
    for i, gradient in enumerate(gradients):
        if gradient is not None and not math.isfinite(gradient):
            return (
                f"At {formula.entries[i].name} = {short(values[i])} the slope is not finite. Change an input."
            )
    return ""
