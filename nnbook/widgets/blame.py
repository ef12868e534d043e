"""Questions on the way back: what the gradient at one place of a formula is, and which slip leads to which wrong answer.

At each place the same two rules hold: along a road rates multiply, where roads meet they add. A road leads from a value to
one of its readers. So the gradient is the sum, over the readers, of *their* gradient times *their* slope; and each known
mistake is that same sum with one thing left out or exchanged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from nnbook.widgets.formula import Formula, Trace
from nnbook.widgets.shared import short

__all__ = ["Road", "Verdict", "choices", "judge", "question", "reckoned", "result_name", "roads", "rule"]

BEGINNING = "The way back starts here: "
"""What the first question begins with."""


class Road(NamedTuple):
    """To one reader: which, as which of its sources, its own gradient, and how fast it moves with what it read."""

    reader: int
    place: int
    above: float
    slope: float


class Verdict(NamedTuple):
    """On an answer: whether it is right, and what to say."""

    right: bool
    says: str


def roads(formula: Formula, t: Trace, i: int) -> list[Road]:
    """All roads from entry i that lead on towards the result, the last reader first: it reports first."""
    return [
        Road(reader, place, gradient, t.slopes[reader][place])
        for reader, place in reversed(formula.readers(i))
        if (gradient := t.gradients[reader]) is not None
    ]


def result_name(formula: Formula) -> str:
    """What a sentence calls the last entry."""
    name = formula.entries[-1].name
    return name if len(name) < 3 else "the result"


def reckoned(formula: Formula, t: Trace, i: int) -> str:
    """The gradient at entry i as a sum of products, with its numbers."""
    gradient = short(t.gradients[i] or 0.0)
    ways = roads(formula, t, i)
    if not ways:
        return f"per unit of itself {result_name(formula)} moves by 1"
    products = " + ".join(f"{_signed(road.above)} × {_signed(road.slope)}" for road in ways)
    return f"{products} = {gradient}"


def _signed(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)


def _added(values: list[float]) -> str:
    return " + ".join(map(_signed, values)) if len(values) > 1 else short(values[0])


def rule(formula: Formula, t: Trace, road: Road) -> str:
    """How one operation hands a gradient on, in words."""
    entry = formula.entries[road.reader]
    sources = [t.values[source] for source in entry.sources]
    y = t.values[road.reader]
    if entry.operation == "multiply":
        return f"a product hands it on times the other factor, {short(sources[1 - road.place])}"
    if entry.operation == "unit":
        half = (len(sources) - 1) // 2
        partner = sources[road.place + half if road.place < half else road.place - half]
        what = "the weight" if road.place < half else "the signal that came in"
        return f"a weighted sum hands it on times {what}, {short(partner)}"
    if entry.operation == "subtract" and road.place == 1:
        return "a difference hands it on with the sign changed to what is subtracted"
    if entry.operation == "divide":
        by = short(sources[1])
        upper = f"a quotient hands it on divided by {by} to what is divided"
        lower = f"to the divisor b a quotient a / b hands it on times −a / b², with b = {by}"
        return lower if road.place else upper
    return {
        "add": "a sum hands it on as it is",
        "subtract": "a difference hands it on as it is to what it is subtracted from",
        "power": f"the slope of uⁿ is n uⁿ⁻¹, with n = {short(entry.number or 0.0)} and u = {short(sources[0])}",
        "sigmoid": f"the slope of the sigmoid is y (1 − y), with its output y = {short(y)}",
        "tanh": f"the slope of tanh is 1 − y², with its output y = {short(y)}",
        "relu": f"the slope of relu is 1 where its input is above 0, else 0; here that is {short(sources[0])}",
        "exp": f"the slope of exp is its own output, {short(y)}",
        "log": f"the slope of log is 1 / u, with u = {short(sources[0])}",
        "softplus": f"the slope of softplus is the sigmoid of its input, {short(sources[0])}",
        "error": "the slope of ½ u² is u, and of u² is 2u, with u = output − target",
    }[entry.operation]


def question(formula: Formula, i: int) -> str:
    """What is asked."""
    name = formula.entries[i].name
    if i == len(formula.entries) - 1:
        return f"{BEGINNING}how much does {result_name(formula)} move per unit of itself?"
    return f"How much does {result_name(formula)} move per unit of {name}?"


def _others(formula: Formula, t: Trace, i: int) -> list[tuple[float, str]]:
    """Wrong answers with a known cause, the likelier first."""
    ways = roads(formula, t, i)
    own = t.values[i]
    if not ways:
        return [
            (own, "That is its value. The question is how far it moves per unit of itself."),
            (0.0, "When it moves by a unit, it does not stand still."),
            (-1.0, "When it rises by a unit, it does not fall."),
        ]
    right = sum(road.above * road.slope for road in ways)
    found: list[tuple[float, str]] = []
    alone = [
        (
            road.above * road.slope,
            f"That is the share of one road, through {formula.entries[road.reader].name}. "
            f"{len(ways)} roads lead on from here, and where roads meet, they add.",
        )
        for road in ways
    ]
    if len(ways) > 1:
        found.append(alone[0])
    above = _added([road.above for road in ways])
    found.append(
        (
            sum(road.above for road in ways),
            f"That is the gradient from above, {above}, handed on as it is: the slope on the way is forgotten. "
            f"Here {rule(formula, t, ways[0])}.",
        )
    )
    found.append((-right, "The size is right, the sign is not: does it rise or fall?"))
    found += _exchanged(formula, t, i, ways)
    slopes = _added([road.slope for road in ways])
    found.append(
        (
            sum(road.slope for road in ways),
            f"That is the slope on the way, {slopes}. Rates multiply along a road: times the gradient from above, {above}.",
        )
    )
    found += alone[1:] if len(ways) > 1 else []
    found.append((own, f"That is the value that {formula.entries[i].name} has, found on the way there."))
    return found


def _exchanged(formula: Formula, t: Trace, i: int, ways: list[Road]) -> list[tuple[float, str]]:
    """Slopes of one operation that are easily taken for another."""
    own = t.values[i]
    first = formula.entries[ways[0].reader]
    n = first.number or 0.0

    def with_slope(operation: str, slope: Callable[[Road], float]) -> float:
        return sum(
            road.above * (slope(road) if formula.entries[road.reader].operation == operation else road.slope)
            for road in ways
        )

    if first.operation in ("multiply", "unit"):
        words = f"That takes its own value, {short(own)}; but {rule(formula, t, ways[0])}."
        return [(with_slope(first.operation, lambda road: own), words)]
    if first.operation in ("sigmoid", "tanh"):
        slope = own * (1 - own) if first.operation == "sigmoid" else 1 - own**2
        formula_of = "y (1 − y)" if first.operation == "sigmoid" else "1 − y²"
        words = (
            f"That puts in what goes into {first.operation}, {short(own)}. In {formula_of}, y is what comes out: "
            f"{short(t.values[ways[0].reader])}."
        )
        return [(with_slope(first.operation, lambda road: slope), words)]
    if first.operation == "power" and own:
        not_down = with_slope("power", lambda road: own ** (n - 1))
        not_less = with_slope("power", lambda road: n * own**n)
        return [
            (not_down, f"The exponent {short(n)} comes down as a factor: that is missing."),
            (not_less, f"The exponent is one less on the way back: {short(n - 1)}, not {short(n)}."),
        ]
    if first.operation == "divide" and ways[0].place == 1:
        words = f"That treats the divisor like what is divided; but {rule(formula, t, ways[0])}."
        return [(with_slope("divide", lambda road: 1 / own), words)]
    if first.operation == "error":
        pairs = len(first.sources) // 2
        factor, words = (
            (2.0, "The ½ cancels the 2 of the square.")
            if pairs == 2
            else (0.5, "No ½ here, so the 2 of the square stays.")
        )
        return [(factor * with_slope("error", lambda road: road.slope), words)]
    return []


def _known(formula: Formula, t: Trace, i: int) -> list[tuple[float, str]]:
    """The right answer, and after it the wrong ones that can be told from it and from each other."""
    known = [(t.gradients[i] or 0.0, "")]
    for value, words in _others(formula, t, i):
        if math.isfinite(value) and not any(_near(value, other, 0.03) for other, _ in known):
            known.append((value, words))
    return known


def _near(a: float, b: float, part: float) -> bool:
    return abs(a - b) <= part * max(abs(a), abs(b), 1e-12)


def choices(formula: Formula, t: Trace, i: int) -> list[float]:
    """The right answer among up to three wrong ones, by size."""
    return sorted(value for value, _ in _known(formula, t, i)[:4])


def judge(formula: Formula, t: Trace, i: int, answer: float) -> Verdict:
    """What to say to an answer; within a hundredth it counts as the same."""
    known = _known(formula, t, i)
    value, words = min(known, key=lambda pair: abs(pair[0] - answer))
    if not _near(value, answer, 0.01):
        ways = roads(formula, t, i)
        if not ways:
            return Verdict(False, "No. It is asked about itself: moved by one unit, it moves by how much?")
        gradients = " and ".join(
            f"{short(road.above)} at {formula.entries[road.reader].name}" for road in ways
        )
        rules = "; ".join(dict.fromkeys(rule(formula, t, road) for road in ways))
        return Verdict(False, f"No. From above comes {gradients}; {rules}.")
    if words:
        return Verdict(False, f"No. {words}")
    return Verdict(True, f"Right: {reckoned(formula, t, i)}; by nudging {short(t.nudged[i] or 0.0)}.")
