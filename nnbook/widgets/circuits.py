"""What is stepped through: a formula, and where its boxes and arrows stand.

An expression that was typed lies in columns, as `nnbook.plots.plot_graph` draws it. The two networks of notebook 07 are
drawn as networks are: each weight on the road from the signal that it meets to the unit that it feeds. There a weighted
sum is one entry, and so is the error; both are the package's own pairs, `linear` and `mse_loss`, registered on the tape.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nnbook import autograd
from nnbook.arrays import Array
from nnbook.linear import linear, linear_backward
from nnbook.losses import mse_loss, mse_loss_backward
from nnbook.plots.graph import layout
from nnbook.widgets.formula import OPERATIONS, Entry, Formula, parse

__all__ = ["ENDS", "EXAMPLES", "LETTERS", "MAZUR", "NETS", "SEED", "WEIGHTS", "WIDE", "Circuit", "typed"]

LETTERS = ("a", "b", "c", "d", "e", "f")
"""What an expression may use."""

WIDE = 84
"""Of a box, in pixels."""


def _unit(*inputs: Any) -> Any:
    x, w, b = _parts(inputs)
    return linear(x, w, b)[0, 0]  # (1, n) @ (n, 1) -> (1, 1)


def _unit_backward(dy: Array, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    x, w, _ = _parts(inputs)
    gradients = linear_backward(np.reshape(dy, (1, 1)), x, w)
    return tuple(np.concatenate([np.ravel(gradient) for gradient in gradients]))


def _parts(inputs: Sequence[Any]) -> tuple[Array, Array, Array]:
    half = len(inputs) // 2
    x, w, b = inputs[:half], inputs[half:-1], inputs[-1:]
    return np.array([x], dtype=float), np.array(w, dtype=float)[:, None], np.array(b, dtype=float)


def _error(*inputs: Any) -> float:
    return mse_loss(*np.reshape(np.array(inputs, dtype=float), (2, -1)))


def _error_backward(dy: Array, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    gradient = mse_loss_backward(float(dy), *np.reshape(np.array(inputs, dtype=float), (2, -1)))
    return (*gradient, *-gradient)


OPERATIONS["unit"] = autograd.register(_unit, _unit_backward)
OPERATIONS["error"] = autograd.register(_error, _error_backward)


Point = tuple[float, float]


class Circuit(NamedTuple):
    """A formula to step through.

    Attributes
    ----------
    formula : Formula
    places : dict of int to (float, float)
        Where the middle of each entry's box is, in pixels; some have none.
    roads : list of (int, int, list of (float, float))
        From which entry to which, and the points in between.
    size : (int, int)
        In pixels.
    constants : dict of str to float
        What is given and never changed.
    """

    formula: Formula
    places: Mapping[int, Point]
    roads: Sequence[tuple[int, int, Sequence[Point]]]
    size: tuple[int, int]
    constants: Mapping[str, float]


@functools.lru_cache(maxsize=128)
def typed(text: str) -> Circuit:
    """An expression as a circuit; raises as `parse` does."""
    formula = parse(text, LETTERS, who="the expression", most=9)
    edges = formula.edges
    (columns, rows), spots, stops = layout(len(formula.entries), edges)
    apart, high = min(124.0, (940 - WIDE) / max(columns - 1, 1)), max(2, rows) * 84 + 8
    places = {i: (WIDE / 2 + 6 + apart * x, high / 2 + 84 * y) for i, (x, y) in spots.items()}
    roads = []
    for (source, reader), group in itertools.groupby(sorted(edges)):
        for k, _ in enumerate(twice := list(group)):
            bend = 9.0 * (2 * k - len(twice) + 1)
            between = [(places[stop][0], places[stop][1]) for stop in stops[source, reader]]
            if bend and not between:
                (x0, y0), (x1, y1) = places[source], places[reader]
                between = [((x0 + x1) / 2, (y0 + y1) / 2 + bend)]
            roads.append((source, reader, between))
    return Circuit(formula, places, roads, (int(12 + WIDE + apart * (columns - 1)), high), {})


def _net(
    inputs: Sequence[str],
    hidden: Mapping[str, Sequence[str]],
    outputs: Mapping[str, Sequence[str]],
    targets: Sequence[str],
    activations: tuple[str, str],
    biases: tuple[float, float],
    high: int,
) -> Circuit:
    """Two layers; each unit with the names of its weights."""
    entries: list[Entry] = []
    at: dict[str, int] = {}
    places: dict[int, tuple[float, float]] = {}
    roads: list[tuple[int, int, list[Point]]] = []

    def add(entry: Entry, x: float, row: float, rows: int) -> None:
        at[entry.name] = len(entries)
        places[len(entries)] = (x, high * (1 - (row + 0.5) / rows))
        entries.append(entry)

    def layer(
        units: Mapping[str, Sequence[str]], sources: Sequence[str], activation: str, bias: str, x: float
    ) -> None:
        names = [name for weights in units.values() for name in weights]
        for row, name in reversed(list(enumerate(names))):
            add(Entry(name), x, row, len(names))
        for row, (unit, weights) in reversed(list(enumerate(units.items()))):
            parts = tuple(at[name] for name in (*sources, *weights, bias))
            total = f"z({unit})" if activation else unit
            add(Entry(total, "unit", parts), x + 108, row, len(units))
            for source, weight in zip(sources, weights, strict=True):
                x_weight, y_weight = places[at[weight]]
                ends = [(x_weight - WIDE / 2, y_weight), (x_weight + WIDE / 2, y_weight)]
                roads.append((at[source], at[total], ends))
        for row, unit in reversed(list(enumerate(units))):
            if activation:
                add(Entry(unit, activation, (at[f"z({unit})"],)), x + 206, row, len(units))
                roads.append((at[f"z({unit})"], at[unit], []))

    for row, name in enumerate(inputs):
        add(Entry(name, learns=False), 38, row, len(inputs))
    for row, name in enumerate(targets):
        add(Entry(name, learns=False), 0, row, len(targets))
    for name in ("b(h)", "b(o)"):
        at[name] = len(entries)
        entries.append(Entry(name, learns=False))
    layer(hidden, inputs, activations[0], "b(h)", 140)
    layer(outputs, list(hidden), activations[1], "b(o)", 450)
    wide = 856 if activations[1] else 758
    sources = tuple(at[name] for name in (*outputs, *targets))
    add(Entry("E", "error", sources), wide - 48, 0, 1)
    for row, name in enumerate(targets):
        places[at[name]] = (wide - 48, high - 30 if row == 0 else 30)
    roads += [(source, at["E"], []) for source in sources]
    constants = dict(zip(("b(h)", "b(o)"), biases, strict=True))
    return Circuit(Formula(tuple(entries)), places, roads, (wide, high), constants)


MAZUR = "2-2-2 net"
SEED = "3-2-1 net"
EXAMPLES = ((4.0, 9.0, 1.0, 4.0), (2.0, 5.0, 6.0, 29.0), (1.0, 8.0, 3.0, 9.0))  # x₁, x₂, x₃, target
NETS = {
    MAZUR: _net(
        ["x1", "x2"],
        {"h1": ["w1", "w2"], "h2": ["w3", "w4"]},
        {"o1": ["w5", "w6"], "o2": ["w7", "w8"]},
        ["t1", "t2"],
        ("sigmoid", "sigmoid"),
        (0.35, 0.60),
        400,
    ),
    SEED: _net(
        ["x1", "x2", "x3"],
        {"h1": ["u1", "u2", "u3"], "h2": ["v1", "v2", "v3"]},
        {"y": ["p1", "p2"]},
        ["t"],
        ("tanh", ""),
        (1.0, 1.0),
        500,
    ),
}
WEIGHTS = {
    MAZUR: {f"w{i}": (i + 2) * 0.05 if i < 5 else (i + 3) * 0.05 for i in range(1, 9)},
    SEED: {
        **dict.fromkeys(("u1", "u2", "u3"), 0.5),
        **dict.fromkeys(("v1", "v2", "v3"), 0.1),
        "p1": 1.0,
        "p2": 1.0,
    },
}
ENDS = {"x1": 0.05, "x2": 0.10, "t1": 0.01, "t2": 0.99}
