"""An expression as a graph: values there, gradients back, in the order in which a tape is played back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import FigureBase

from nnbook.autograd import Node
from nnbook.plots.graph import plot_graph
from nnbook.plots.style import BLACK, LIGHT
from nnbook.widgets.explore import Explore
from nnbook.widgets.fields import Field, Number, Text, Whole
from nnbook.widgets.formula import Formula, Trace, parse, trace
from nnbook.widgets.shared import short

__all__ = ["ExpressionGraph"]

_LETTERS = ("x", "w", "b")
_MOST = 6  # operations: so many fit side by side
_ROOM = 26  # characters under a box


class ExpressionGraph(Explore):
    """Type an expression, set its inputs, and play its tape back: which operation hands what to whom, and what adds up.

    Parameters
    ----------
    state : dict, optional
        expression (of x, w and b), x, w, b, step: how many operations have handed their gradient on.
    hide : list of str, optional
        Any of those, "reset", "code", "says".

    Examples
    --------
    >>> w = ExpressionGraph(state={"expression": "(w * x + b) ** 2", "step": 1})
    >>> w.code()
    "widgets.ExpressionGraph(state={'expression': '(w * x + b) ** 2', 'step': 1})"
    """

    fields: ClassVar[dict[str, Field]] = {
        "expression": Text(default="x * x + x", longest=80, label="expression"),
        "x": Number(default=3.0, low=-5, high=5, step=0.1, label="x"),
        "w": Number(default=2.0, low=-5, high=5, step=0.1, label="w"),
        "b": Number(default=-1.0, low=-5, high=5, step=0.1, label="b"),
        "step": Whole(default=0, low=0, high=_MOST, label="step back"),
    }

    def __init__(self, *, state: Mapping[str, Any] | None = None, hide: Iterable[str] = ()) -> None:
        super().__init__(
            _draw,
            self.fields,
            title="There and back",
            caption="Type an expression of x, w and b, followed by Enter, and set its inputs. Before you move the step "
            "slider, say who hands what to whom.",
            stills=[("one step back", {"step": 1}), ("all of them", {"step": _MOST})],
            size=(7.4, 3.4),
            state=state,
            hide=hide,
        )

    def _ends(self) -> Mapping[str, int]:
        read = _read(self.state["expression"])
        operations = 0 if isinstance(read, str) else sum(bool(entry.operation) for entry in read.entries)
        return {"step": max(1, operations)}

    def _anew(self, name: str) -> Mapping[str, Any]:
        return {"step": 0} if name == "expression" else {}

    def _show(self) -> None:
        super()._show()
        read = _read(self.state["expression"])
        used = _LETTERS if isinstance(read, str) else read.names
        for name in _LETTERS:
            if name in self._controls:
                self._controls[name].layout.display = "" if name in used else "none"


def _read(text: str) -> Formula | str:
    """The formula, or why there is none."""
    try:
        return parse(text, _LETTERS, who="the expression", most=_MOST)
    except ValueError as error:
        return str(error)


def _draw(figure: FigureBase) -> Callable[..., str]:
    ax = figure.subplots()

    def update(expression: str, step: int, **given: float) -> str:
        ax.clear()
        ax.set_axis_off()
        formula = _read(expression)
        if isinstance(formula, str):
            return formula
        t = trace(formula, given)
        if t.trouble:
            plot_graph(*_nodes(formula, t, [None] * len(t.values)), ax=ax)
            return t.trouble
        operations = [i for i, entry in enumerate(formula.entries) if entry.operation][::-1]
        done = operations[:step]
        gradients, heard = _played_back(formula, t, done)
        plot_graph(*_nodes(formula, t, gradients), ax=ax)
        left, right = ax.get_xlim()
        ax.set_xlim(left - 0.1, right + 0.1)  # long numbers in the first box and the last
        boxes = [(text, patch) for text in ax.texts if (patch := text.get_bbox_patch()) is not None]
        for i, (box, patch) in enumerate(boxes):
            if heard[i] and len(formula.readers(i)) > 1:
                waits = len(heard[i]) < len(formula.readers(i))
                patch.set_facecolor(LIGHT[1] if waits else "white")
                words = " + ".join(map(_signed, heard[i])) + " + …" * waits
                if len(words) > _ROOM:
                    words = f"{len(heard[i])} of {len(formula.readers(i))} shares"
                side, x = (
                    ("left", -20) if formula.entries[i].given else ("center", 0)
                )  # given: at the picture's edge
                note = ax.annotate(
                    words, box.get_position(), (x, -29), textcoords="offset points", ha=side, fontsize=9
                )
                note.set_in_layout(False)  # so that the boxes stay where they are
        if done and len(done) < len(operations):
            boxes[done[-1]][1].set(edgecolor=BLACK, linewidth=2.5)
        return _told(formula, t, done, len(operations), gradients, heard)

    return update


def _played_back(formula: Formula, t: Trace, done: list[int]) -> tuple[list[float | None], list[list[float]]]:
    """The gradients when so many operations have handed theirs on, and the shares of which each is the sum."""
    heard: list[list[float]] = [[] for _ in formula.entries]
    heard[-1] = [1.0]
    for i in done:
        for source, slope in zip(formula.entries[i].sources, t.slopes[i], strict=True):
            heard[source].append(sum(heard[i]) * slope)
    learns = [gradient is not None for gradient in t.gradients]
    heard = [shares if learnt else [] for shares, learnt in zip(heard, learns, strict=True)]
    return [sum(shares) if shares else None for shares in heard], heard


def _nodes(
    formula: Formula, t: Trace, gradients: list[float | None]
) -> tuple[list[Node], list[tuple[int, int]]]:
    nodes = [
        Node(
            entry.name if entry.given else "",
            entry.operation,
            (),
            value,
            None if gradient is None else np.asarray(gradient),
        )
        for entry, value, gradient in zip(formula.entries, t.values, gradients, strict=True)
    ]
    return nodes, formula.edges


def _told(
    formula: Formula,
    t: Trace,
    done: list[int],
    all_of_them: int,
    gradients: list[float | None],
    heard: list[list[float]],
) -> str:
    result = f"{formula.entries[-1].name} = {short(t.values[-1])}"
    shared = [
        f"{entry.name} is read {count} times"
        for i, entry in enumerate(formula.entries)
        if (count := len(formula.readers(i))) > 1 and t.gradients[i] is not None
    ]
    if not done:
        more = f" {', '.join(shared)}: that many shares will add up." if shared else ""
        return f"{result}. The way back starts at the result, with a gradient of 1.{more}"
    if len(done) == all_of_them:
        sums = [
            f"{entry.name}: "
            + (f"{' + '.join(map(_signed, heard[i]))} = " if len(heard[i]) > 1 else "")
            + short(gradients[i] or 0.0)
            + f" (by nudging {short(t.nudged[i] or 0.0)})"
            for i, entry in enumerate(formula.entries)
            if entry.given
        ]
        return f"{result}. All have reported. {'; '.join(sums)}."
    i = done[-1]
    entry = formula.entries[i]
    shares = [
        f"{_signed(gradients[i] or 0.0)} × {_signed(slope)} = {short((gradients[i] or 0.0) * slope)} to "
        f"{formula.entries[source].name}"
        for source, slope in zip(entry.sources, t.slopes[i], strict=True)
        if t.gradients[source] is not None
    ]
    waiting = [
        f"{formula.entries[k].name} has {len(heard[k])} of {count} shares and waits"
        for k in dict.fromkeys(entry.sources)
        if t.gradients[k] is not None and len(heard[k]) < (count := len(formula.readers(k)))
    ]
    more = f" {', '.join(waiting)}." if waiting else ""
    return f"{entry.name} has its whole gradient, {short(gradients[i] or 0.0)}. It hands {', and '.join(shares)}.{more}"


def _signed(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)
