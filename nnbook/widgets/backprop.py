"""Back-propagation by hand: values forward, gradients back, one step at a time, and a question at each step back.

A formula, typed or a network of notebook 07, lies on the stage as boxes and arrows. Forward each box gets its value; back,
its gradient, which is asked before it is shown: the reply to a wrong number names the slip behind it. All of it comes from
the tape of `nnbook.autograd`; beside each gradient stands the one found by nudging.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from nnbook.plots.style import BLACK, BLUE, GREY, LIGHT
from nnbook.widgets import blame
from nnbook.widgets.circuits import ENDS, EXAMPLES, LETTERS, MAZUR, NETS, SEED, WEIGHTS, WIDE, Circuit, typed
from nnbook.widgets.fields import Choice, Field, Number, Text, Whole
from nnbook.widgets.formula import Trace, number, trace
from nnbook.widgets.scene import Arrow, Button, Line, Mark, Panel, Rect, Write
from nnbook.widgets.shared import numbered, short
from nnbook.widgets.stage import Live

__all__ = ["BackpropStepper"]

BACK = "#9A4A00"  # gradients, as in plot_graph: dark orange
DIM = "#444444"
_ROW = 15  # pixels: a line in a box


ITEMS = {name: start for weights in WEIGHTS.values() for name, start in weights.items()}


def _fields() -> dict[str, Field]:
    fields: dict[str, Field] = {
        "what": Choice(default="expression", options=["expression", *NETS], label="step through"),
        "expression": Text(default="(a * b + c) ** 2", longest=120, label="expression"),
    }
    for letter, start in zip(LETTERS, (2.0, 3.0, -1.0, 1.0, -2.0, 0.5), strict=True):
        fields[letter] = Number(default=start, low=-5, high=5, step=0.1, label=letter)
    fields["example"] = Whole(default=1, low=1, high=3, label="example")
    for name, start in ENDS.items():
        fields[name] = Number(default=start, low=0, high=1, step=0.01, label=name)
    for name, start in ITEMS.items():
        fields[name] = Number(default=start, low=-5, high=5, step=0.05, label=f"weight {name}")
    fields["picked"] = Choice(default="", options=["", *ENDS, *ITEMS])
    fields["answer"] = Text(default="", longest=40, label="your answer")
    fields["step"] = Whole(default=0, low=0, high=40)
    return fields


class _Now(NamedTuple):
    """Where a reader stands."""

    circuit: Circuit
    t: Trace
    there: list[int]  # what is computed on the way there
    back: list[int]  # what is asked on the way back
    step: int  # how many of both are done

    @property
    def asked(self) -> int | None:
        """Which entry's gradient is asked for."""
        k = self.step - len(self.there)
        return self.back[k] if 0 <= k < len(self.back) else None

    @property
    def coming(self) -> int | None:
        """Which entry is next, on either way."""
        return self.there[self.step] if self.step < len(self.there) else self.asked


class BackpropStepper(Live):
    """Step through an expression or a small network: values forward, then gradients back, each asked before it is shown.

    Parameters
    ----------
    state : dict, optional
        what ("expression", "2-2-2 net" or "3-2-1 net"), expression, a to f (its letters), step (how many values and
        gradients are shown), answer; of the 2-2-2 net x1, x2, t1, t2, w1 to w8; of the 3-2-1 net example, u1 to u3 and v1
        to v3 (weights into its hidden units), p1, p2; picked: which of them has a slider.
    hide : list of str, optional
        Any of those, "question", "graph", "back", "next", "all", "reset", "code", "says".

    Examples
    --------
    >>> w = BackpropStepper(state={"expression": "a * b + a", "step": 2})
    >>> w.says()
    'All values are known: the result is 8. The way back starts here: how much does the result move per unit of itself?'
    >>> w.on_set("answer", "8")
    >>> w.says()
    'No. That is its value. The question is how far it moves per unit of itself. Try again, or press Step to see it.'
    """

    title = "Values forward, gradients back"
    caption = (
        "Press Step to compute the next value. On the way back, choose or type each gradient before it is shown; "
        "change any input (in a network, press its box first) and see what follows."
    )
    fields: ClassVar = _fields()

    # What the state means

    def _circuit(self) -> Circuit | str:
        """What is stepped through, or why it cannot be."""
        if self.state["what"] != "expression":
            return NETS[self.state["what"]]
        try:
            return typed(self.state["expression"])
        except ValueError as error:
            return str(error)

    def _given(self, example: int) -> dict[str, Any]:
        chosen = dict(zip(("x1", "x2", "x3", "t"), EXAMPLES[example - 1], strict=True))
        return {**self.state, **chosen} if self.state["what"] == SEED else {**self.state}

    def _now(self, circuit: Circuit) -> _Now:
        t = trace(circuit.formula, {**self._given(self.state["example"]), **circuit.constants})
        there = [i for i, entry in enumerate(circuit.formula.entries) if entry.operation]
        back = [i for i in reversed(range(len(t.values))) if t.gradients[i] is not None]
        if t.trouble:  # as far as there are numbers
            lost = [k for k, i in enumerate(there) if not np.isfinite(t.values[i])]
            there, back = there[: lost[0] + 1] if lost else there, []
        return _Now(circuit, t, there, back, min(self.state["step"], len(there) + len(back)))

    def _verdict(self, now: _Now) -> blame.Verdict | None:
        """On the answer, if one was given."""
        if now.asked is None or not self.state["answer"].strip():
            return None
        try:
            answer = number(self.state["answer"], who="your answer")
        except ValueError as error:
            return blame.Verdict(False, str(error))
        return blame.judge(now.circuit.formula, now.t, now.asked, answer)

    def _numbers(self) -> list[str]:
        """What can be changed in this network."""
        what = self.state["what"]
        return [*WEIGHTS.get(what, {}), *(ENDS if what == MAZUR else ())]

    def _picked(self) -> str:
        """Which of them has a slider."""
        mine = self._numbers()
        return self.state["picked"] if self.state["picked"] in mine else next(iter(mine), "")

    # What is to be seen

    def shown(self, name: str) -> bool:
        circuit, typing = self._circuit(), self.state["what"] == "expression"
        if name == "expression":
            return typing
        if name == "example":
            return self.state["what"] == SEED
        if name == "answer":
            return not isinstance(circuit, str) and self._now(circuit).asked is not None
        if name in LETTERS:
            return typing and not isinstance(circuit, str) and name in circuit.formula.names
        return name == self._picked() if name in (*ENDS, *ITEMS) else True

    def panels(self) -> list[Panel]:
        circuit = self._circuit()
        if isinstance(circuit, str):
            lines = textwrap.fill(circuit, 90)
            words = Write(x=10, y=40, text=lines, anchor="start")
            size: dict[str, Any] = {"x": (0, 700), "y": (0, 80), "width": 700, "height": 88, "ticks": False}
            return [
                Panel(name="graph", label="No graph", marks=[words], **size),
                Panel(name="question", label="No question", **size | {"height": 20}),
            ]
        now = self._now(circuit)
        return [self._graph(now), self._question(now)]

    def _graph(self, now: _Now) -> Panel:
        circuit = now.circuit
        marks: list[Mark] = []
        blamed: list[tuple[int, int]] = []
        if now.asked is not None:
            blamed = [(now.asked, road.reader) for road in blame.roads(circuit.formula, now.t, now.asked)]
        drawn = {(source, reader) for source, reader, _ in circuit.roads}
        for source, reader, between in circuit.roads:
            marks += self._road(circuit, source, reader, between, (source, reader) in blamed)
        for source, reader in blamed:  # from a weight's box, where the signal's road leads through
            if (source, reader) not in drawn:
                marks += self._road(circuit, source, reader, [], True)
        for i in circuit.places:
            if i < len(circuit.formula.entries):
                marks += self._box(now, i)
        wide, high = circuit.size
        legend = "→ value  ·  ← gradient  ·  ± by nudging"
        if circuit.constants:
            hidden, output = (short(bias) for bias in circuit.constants.values())
            legend += f"  ·  z: weighted sum, with a bias of {hidden} (hidden) or {output} (output)"
        marks.append(Write(x=8, y=-12, text=legend, anchor="start", size=12, color=DIM))
        wide = max(wide, 380)
        return Panel(
            name="graph",
            label=f"Boxes and arrows: {now.step} of {len(now.there) + len(now.back)} steps done",
            x=(0, wide),
            y=(-24, high),
            marks=marks,
            width=wide + 8,
            height=high + 32,
            ticks=False,
        )

    def _road(self, circuit: Circuit, source: int, reader: int, between: Any, backwards: bool) -> list[Mark]:
        (x0, y0), (x1, y1) = circuit.places[source], circuit.places[reader]
        if abs(x0 - x1) < 1:  # a target, above or below the error
            up = 1 if y1 > y0 else -1
            ends = [(x0, y0 + 13 * up), (x1, y1 - 34 * up)]
        else:
            ends = [(x0 + _half(circuit, source), y0), (x1 - _half(circuit, reader), y1)]
        points = [ends[0], *between, ends[1]]
        look: dict[str, Any] = {"color": BACK, "width": 3.0} if backwards else {"color": GREY, "width": 1.3}
        if backwards:
            points.reverse()
        marks: list[Mark] = [
            Line(x=[a[0], b[0]], y=[a[1], b[1]], **look) for a, b in itertools.pairwise(points[:-1])
        ]
        (x, y), (to_x, to_y) = points[-2:]
        return [*marks, Arrow(x=x, y=y, to_x=to_x, to_y=to_y, **look)]

    def _box(self, now: _Now, i: int) -> list[Mark]:
        circuit, t = now.circuit, now.t
        entry, gradient = circuit.formula.entries[i], t.gradients[i]
        verdict = self._verdict(now)
        right = verdict is not None and verdict.right
        lines = [(_heading(circuit, t, i), BLACK, True)]
        if entry.operation:
            valued = i in now.there[: now.step]
            lines.append((f"→ {_fitted(t.values[i])}" if valued else "→", BLUE, False))
        if gradient is not None:
            graded = i in now.back[: max(0, now.step - len(now.there))] or (right and i == now.asked)
            lines.append(
                (f"← {_fitted(gradient)}" if graded else "← ?" if i == now.asked else "←", BACK, False)
            )
            lines.append((f"± {_fitted(t.nudged[i] or 0.0)}" if graded else "", DIM, False))
        (x, y), half, high = circuit.places[i], _half(circuit, i), _ROW * len(lines) + 8
        pickable = entry.name if not entry.operation and entry.name in self._numbers() else ""
        strong = i == now.coming or (pickable and pickable == self._picked())
        box = Rect(
            x=x - half,
            y=y - high / 2,
            w=2 * half,
            h=high,
            fill=LIGHT[1] if i == now.coming else "#FFFFFF",
            edge=BLACK if entry.operation or strong else BLUE,
            width=2.5 if strong else 1.3,
            name=pickable,
            label=f"{lines[0][0]}: give it a slider" if pickable else "",
        )
        top = y + (len(lines) - 1) * _ROW / 2
        written = [
            Write(x=x, y=top - k * _ROW, text=text, size=12, color=color, bold=bold)
            for k, (text, color, bold) in enumerate(lines)
            if text
        ]
        return [box, *written]

    def _question(self, now: _Now) -> Panel:
        marks: list[Mark] = []
        if now.asked is None:
            text = (
                "Press Step." if now.coming is not None else "Done." if now.back else "No way back from here."
            )
        else:
            asked = blame.question(now.circuit.formula, now.asked)
            asked = asked.removeprefix(blame.BEGINNING)  # it has its place in `says`
            text = f"{now.step - len(now.there) + 1} of {len(now.back)} on the way back: {asked[0].upper()}{asked[1:]}"
            verdict = self._verdict(now)
            for k, value in enumerate(blame.choices(now.circuit.formula, now.t, now.asked)):
                mine = verdict is not None and self.state["answer"] == _kept(value)
                sign = "" if verdict is None or not mine else "  ✓" if verdict.right else "  ✗"
                words = f"{short(value)}{sign}"
                look: dict[str, Any] = (
                    {"fill": LIGHT[0], "edge": BLACK} if mine else {"fill": "#FFFFFF", "edge": BLUE}
                )
                left = 10 + 150 * k
                marks.append(Rect(x=left, y=8, w=136, h=32, **look, name=f"choice {k + 1}", label=words))
                marks.append(Write(x=left + 68, y=24, text=words, size=14))
        lines = "\n".join(textwrap.wrap(text, 86, max_lines=2, placeholder=" …"))
        marks.append(Write(x=10, y=64, text=lines, anchor="start", size=14, bold=True))
        label = f"The question of this step, and answers to choose from. {text}"
        size: dict[str, Any] = {"x": (0, 740), "y": (0, 84), "width": 748, "height": 92, "ticks": False}
        return Panel(name="question", label=label, marks=marks, **size)

    def says(self) -> str:
        circuit = self._circuit()
        if isinstance(circuit, str):
            return circuit
        now = self._now(circuit)
        if (verdict := self._verdict(now)) is not None:
            return verdict.says + (
                " Press Step." if verdict.right else " Try again, or press Step to see it."
            )
        return " ".join(part for part in (self._last(now), self._next(now)) if part)

    def _last(self, now: _Now) -> str:
        """What the last step has shown."""
        formula, t, step = now.circuit.formula, now.t, now.step
        if step == 0:
            return ""
        if step <= len(now.there):
            i = now.there[step - 1]
            if step == len(now.there) and not t.trouble:
                return f"All values are known: {blame.result_name(formula)} is {short(t.values[i])}."
            return f"{formula.entries[i].name} is {short(t.values[i])}." if np.isfinite(t.values[i]) else ""
        i = now.back[step - len(now.there) - 1]
        nudged, gradient = t.nudged[i] or 0.0, t.gradients[i] or 0.0
        edge = ""
        if abs(nudged - gradient) > 1e-4 * max(1.0, abs(nudged)):
            edge = " The two differ: there is an edge here, and nudging reaches over it."
        return (
            f"{formula.entries[i].name}: {blame.reckoned(formula, t, i)}; by nudging {short(nudged)}.{edge}"
        )

    def _next(self, now: _Now) -> str:
        formula = now.circuit.formula
        if now.asked is not None:
            return blame.question(formula, now.asked)
        if now.coming is not None:
            return f"Step {now.step + 1} of {len(now.there)} forward: what is {formula.entries[now.coming].name}?"
        if now.t.trouble:
            return now.t.trouble
        more = f" {self._mean()}" if self.state["what"] == SEED else ""
        found = f"All {len(now.back)} gradients are found." if len(now.back) > 1 else "The gradient is found."
        return f"{found}{more} Change an input, or go back."

    def _mean(self) -> str:
        """What notebook 07 has found with all three examples at once."""
        seed = NETS[SEED]
        names = [entry.name for entry in seed.formula.entries]
        every = [trace(seed.formula, {**self._given(k), **seed.constants}).gradients for k in (1, 2, 3)]
        first, second = (
            short(float(np.mean([gradients[i] for gradients in every])))
            for i in map(names.index, ("p1", "p2"))
        )
        return f"The mean over the three examples is {first} for p1 and {second} for p2."

    def buttons(self) -> list[Button]:
        circuit = self._circuit()
        now = None if isinstance(circuit, str) else self._now(circuit)
        on = now is not None and now.coming is not None
        return [
            Button(name="back", label="Back", enabled=now is not None and now.step > 0),
            Button(name="next", label="Step", enabled=on, primary=True),
            Button(name="all", label="All", enabled=on),
        ]

    # What a hand does

    def on_set(self, name: str, value: Any) -> None:
        if name in ("expression", "what"):
            self.state.nudge(**{name: value}, step=0, answer="")  # what cannot be read stays, to be mended
        elif name == "answer":
            self.state.nudge(answer=value)
        else:
            self.state.nudge(**{name: value}, answer="")

    def on_press(self, name: str) -> None:
        circuit = self._circuit()
        if name in ENDS or name in ITEMS:
            self.state.nudge(picked=name)
        if isinstance(circuit, str):
            return
        now = self._now(circuit)
        forward, end = len(now.there), len(now.there) + len(now.back)
        kind, which = numbered(name)
        if name == "next":
            self.state.nudge(step=min(now.step + 1, end), answer="")
        elif name == "back":
            self.state.nudge(step=max(now.step - 1, 0), answer="")
        elif name == "all":
            self.state.nudge(step=forward if now.step < forward else end, answer="")
        elif kind == "choice" and now.asked is not None:
            choices = blame.choices(circuit.formula, now.t, now.asked)
            if 1 <= which <= len(choices):
                self.state.nudge(answer=_kept(choices[which - 1]))

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        circuit = self._circuit()
        if isinstance(circuit, str):
            return [("", {})]
        now = self._now(circuit)
        half, end = len(now.there) + (len(now.back) + 1) // 2, len(now.there) + len(now.back)
        if self.state["what"] != "expression" or circuit.size[0] > 600:
            return [("", {"step": end})]
        return [("half of the way back", {"step": half}), ("all of it", {"step": end})]

    def still_panels(self) -> list[str]:
        return ["graph"]


def _half(circuit: Circuit, i: int) -> float:
    """Half the width of a box: what never learns has a small one."""
    entry = circuit.formula.entries[i]
    return 36.0 if not entry.operation and not entry.learns else WIDE / 2


def _heading(circuit: Circuit, t: Trace, i: int) -> str:
    entry = circuit.formula.entries[i]
    if not entry.operation:
        return short(t.values[i]) if entry.number is not None else f"{entry.name} = {short(t.values[i])}"
    if not circuit.constants:
        return entry.symbol
    return {"sigmoid": f"{entry.name} = σ", "tanh": f"{entry.name} = tanh"}.get(entry.operation, entry.name)


def _fitted(value: float) -> str:
    """In as many digits, four at most, as a box has room for."""
    if not np.isfinite(value):
        return "no number" if np.isnan(value) else "too large"
    texts = [short(float(f"{value:.{digits}g}")) for digits in (4, 3, 2, 1)]
    return next((text for text in texts if len(text) < 9), texts[-1])


def _kept(value: float) -> str:
    """A choice, as the state has it."""
    return f"{value:.6g}"
