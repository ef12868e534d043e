"""A recurrent cell, laid out along time: states forward, step by step, and how much of the gradient comes back."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnbook.activations import relu_backward, tanh_backward
from nnbook.errors import describe, explain
from nnbook.plots.style import BLACK, BLUE, GREEN, GREY, LIGHT, ORANGE
from nnbook.recurrent import (
    GRU,
    LSTM,
    RNN,
    gru_cell,
    gru_cell_backward,
    lstm_cell,
    lstm_cell_backward,
    rnn_cell,
    rnn_cell_backward,
)
from nnbook.widgets.fields import Choice, Flag, Number, Numbers, Whole
from nnbook.widgets.scene import (
    Bars,
    Button,
    Dots,
    Handle,
    Heat,
    Line,
    Mark,
    Panel,
    Rect,
    Write,
    diverging,
    grid,
)
from nnbook.widgets.shared import check_weights, fixed, numbered, plain
from nnbook.widgets.stage import Live

__all__ = ["RecurrenceStepper"]

WHO = "RecurrenceStepper"
STEPS = 12
UNITS = 4
CELLS = {"rnn": 1, "lstm": 4, "gru": 3}
"""The cells, and how many blocks of columns their weights have."""
_PULSE = (1.0,) + (0.0,) * (STEPS - 1)
_NOISE = tuple(np.random.default_rng(3).normal(0, 0.7, STEPS).clip(-2, 2).round(2).tolist())
_WAVE = tuple((1.2 * np.sin(2 * np.pi * np.arange(STEPS) / 6)).round(2).tolist())
_SEQUENCES = {"pulse": _PULSE, "noise": _NOISE, "wave": _WAVE}
_LOW, _HIGH = 1e-6, 1e2  # lengths of gradients that are drawn
_WIDE, _TALL = 412, 210  # of every panel, in pixels
_LOOKS = {"rnn": (BLUE, "o", ""), "lstm": (ORANGE, "s", "6 3"), "gru": (GREEN, "^", "2 3")}


@dataclass(frozen=True)
class Weights:
    """What a cell computes with, and which."""

    cell: str
    arrays: tuple[np.ndarray, ...]
    bend: str = "tanh"


@dataclass(frozen=True)
class Run:
    """A sequence read to its end, and the way back.

    h and c (T, H), c None but for the LSTM; gates: name -> (T, H), for the RNN the slopes of its bend; lengths (T,): of the
    gradient with respect to the whole state, 0, 1, ... steps back from the last.
    """

    h: np.ndarray
    c: np.ndarray | None
    gates: dict[str, np.ndarray]
    lengths: np.ndarray


class RecurrenceStepper(Live):
    """Step through a sequence with an RNN, an LSTM or a GRU, and back: how much of the gradient arrives how far back.

    Parameters
    ----------
    layer : RNN, LSTM or GRU, optional
        One that reads one number at each step, of your own. Without one: four units whose recurrent weights only turn
        the state (each block of U is orthogonal), before they are multiplied by `scale`.
    state : dict, optional
        cell ("rnn", "lstm" or "gru"), scale (what the recurrent weights are multiplied by), keep (what is added to the
        bias of the LSTM's f or the GRU's z), compare (whether the other cells' gradients are shown), inputs (12 numbers),
        step (0 to 12 on the way there, 13 to 24 on the way back).
    hide : list of str, optional
        Any of those, "sequence", "states", "gates", "gradient", "play", "back", "next", "pulse", "noise", "wave", "reset",
        "code", "says".

    Examples
    --------
    >>> w = RecurrenceStepper(state={"scale": 0.5, "step": 1})
    >>> w.says()
    'Step 1 of 12: the cell reads 1, and its state is now of length 1.2.'
    """

    title = "A recurrent cell, laid out along time"
    caption = (
        "Press Play: the cell reads the sequence, then the gradient comes back. Drag what it reads; change the "
        "factor of the recurrent weights U and see how far back the gradient reaches."
    )
    fields: ClassVar = {
        "cell": Choice(default="rnn", options=list(CELLS), label="cell"),
        "scale": Number(default=0.6, low=0, high=3, step=0.05, label="factor of U"),
        "keep": Number(default=0.0, low=-4, high=6, step=0.25, label="bias of f or z"),
        "compare": Flag(default=False, label="compare cells"),
        "step": Whole(default=2 * STEPS, low=0, high=2 * STEPS, label="step"),
        "inputs": Numbers(default=_PULSE, low=-2, high=2, shape=(STEPS,)),
    }

    def __init__(
        self, layer: Any = None, *, state: Mapping[str, Any] | None = None, hide: Iterable[str] = ()
    ) -> None:
        self.layer = layer
        self._runs: dict[str, tuple[Any, Run]] = {}  # the last of each cell, after what it was made of
        if layer is not None:
            _check(layer)
        super().__init__(state=state, hide=hide)

    def arguments(self) -> list[str]:
        return [] if self.layer is None else ["layer"]

    def shown(self, name: str) -> bool:
        if name in ("cell", "compare"):
            return self.layer is None
        return name != "keep" or self.cell() != "rnn" or bool(self.state["compare"])

    # What the state means

    def cell(self) -> str:
        """Which cell it is."""
        return str(self.state["cell"]) if self.layer is None else type(self.layer).__name__.lower()

    def weights(self, cell: str) -> Weights:
        """What a cell computes with: W, U and the biases, U times `scale`, `keep` added to the gate that keeps."""
        if self.layer is None:
            w, u, *biases = _drawn(cell)
        else:
            names = ["weight_ih", "weight_hh", *(["bias_ih", "bias_hh"] if cell == "gru" else ["bias"])]
            w, u, *biases = (getattr(self.layer, name).data.astype(float) for name in names)
        if cell != "rnn":
            block = len(u)
            biases[0] = biases[0] + self.state["keep"] * np.repeat(np.arange(CELLS[cell]) == 1, block)
        return Weights(
            cell, (w, self.state["scale"] * u, *biases), getattr(self.layer, "nonlinearity", "tanh")
        )

    def run(self, cell: str | None = None) -> Run:
        """The whole way there and back, whatever step is shown."""
        weights, inputs = self.weights(cell or self.cell()), self.state["inputs"]
        made_of = (weights.bend, inputs, *(array.tobytes() for array in weights.arrays))
        if self._runs.get(weights.cell, (None,))[0] != made_of:
            with np.errstate(all="ignore"):  # what grows beyond all bounds is told in words
                self._runs[weights.cell] = made_of, _run(weights, inputs)
        return self._runs[weights.cell][1]

    def _there(self) -> int:
        return min(self.state["step"], STEPS)

    def _back(self) -> int:
        """How many gradients are known."""
        return max(self.state["step"] - STEPS, 0)

    # What is to be seen

    def panels(self) -> list[Panel]:
        run = self.run()
        return [self._sequence(), self._gradient(run), self._states(run), self._gates(run)]

    def _sequence(self) -> Panel:
        inputs, places = np.array(self.state["inputs"]), np.arange(1, STEPS + 1)
        read = places <= self._there()
        marks: list[Mark] = [
            *self._now(-2.3, 4.6),
            Line(x=[0.5, STEPS + 0.5], y=[0, 0], color=BLACK, width=1),
            Bars(x=places, y=inputs, width=0.3, color=[BLUE if known else LIGHT[0] for known in read]),
            Write(x=0.3, y=0, text="x", anchor="end", size=14, bold=True),
        ]
        marks += [
            Write(x=t, y=-2.75, text=str(t), size=12, bold=t == self._at()) for t in range(1, STEPS + 1)
        ]
        marks += [
            Handle(
                name=f"input {t}",
                x=t,
                y=value,
                along="y",
                color=BLUE,
                size=12,
                step=0.1,
                label=f"what is read at step {t}",
                says=plain(value, 2),
            )
            for t, value in enumerate(self.state["inputs"], 1)
        ]
        label = "What is read at each step, as bars to drag"
        return _timeline("sequence", label, "what is read", marks, (-3.1, 2.3))

    def _states(self, run: Run) -> Panel:
        rows = {f"h{k + 1}": row for k, row in enumerate(run.h.T)}
        if run.c is not None:
            rows = {f"c{k + 1}": row for k, row in enumerate(run.c.T)} | rows
        kinds = "the state: c, and h made of it" if run.c is not None else "the state"
        return self._rows("states", "The state after each step, a row for each unit", kinds, rows)

    def _gates(self, run: Run) -> Panel:
        rows = {name: values.mean(axis=1) for name, values in run.gates.items()}
        what = f"slope of {self.weights('rnn').bend}" if self.cell() == "rnn" else "gates"
        title = f"{what}, mean of the units"
        return self._rows("gates", "From 0 to 1 at each step", title, rows)

    def _rows(self, name: str, label: str, title: str, rows: dict[str, np.ndarray]) -> Panel:
        values = np.array(list(rows.values()))
        values[:, self._there() :] = np.nan
        values[~np.isfinite(values)] = np.nan
        many = len(values)
        limit = max(1.0, float(np.nanmax(np.abs(values), initial=0.0)))
        colors = diverging(values, limit=1.5 * limit)
        colors[:, self._there() :] = 255
        marks: list[Mark] = [Heat(colors=colors, extent=(0.5, STEPS + 0.5, many, 0))]
        marks.append(grid(np.arange(STEPS + 1) + 0.5, [0, many] if many > 2 * UNITS else range(many + 1)))
        size = min(12.0, 0.75 * (_TALL - 40) / many)
        if many <= 2 * UNITS:
            marks += [
                Write(x=t + 1, y=k + 0.5, text=fixed(float(values[k, t]), 1), size=size - 1)
                for k, t in np.ndindex(many, self._there())
            ]
        names = list(rows) if many <= 2 * UNITS else [f"{many}"]
        marks += [
            Write(
                x=0.3,
                y=many * (k + 0.5) / len(names),
                text=text,
                anchor="end",
                size=min(13, size + 1),
                bold=True,
            )
            for k, text in enumerate(names)
        ]
        marks += self._now(0, many)
        return _timeline(name, label, title, marks, (many + 0.05, -0.05))

    def _at(self) -> int:
        """The step that is being taken, there or back; 0 before the first."""
        return self.state["step"] if self._back() == 0 else STEPS + 1 - self._back()

    def _now(self, y: float, high: float) -> list[Mark]:
        if not self._at():
            return []
        return [Rect(x=self._at() - 0.5, y=y, w=1, h=high, edge=ORANGE, width=3)]

    def _gradient(self, run: Run) -> Panel:
        marks: list[Mark] = [Line(x=[-0.5, STEPS + 1.2], y=[1, 1], color=GREY, width=1, dash="4 4")]
        others = CELLS if self.layer is None and self.state["compare"] else [self.cell()]
        back = np.arange(STEPS) < self._back()
        names: list[tuple[float, float, str]] = []
        for cell in others:
            color, shape, dash = _LOOKS[cell]
            lengths = (run if cell == self.cell() else self.run(cell)).lengths
            drawn = np.where(back & np.isfinite(lengths), np.clip(lengths, _LOW, _HIGH), np.nan)
            mine = cell == self.cell()
            marks.append(Line(x=np.arange(STEPS), y=drawn, color=color, width=3 if mine else 1.5, dash=dash))
            marks.append(Dots(x=np.arange(STEPS), y=drawn, color=color, shape=shape, size=10 if mine else 7))
            if known := int(np.isfinite(drawn).sum()):
                names.append((float(drawn[known - 1]), known - 0.6, cell))
        apart = 0.0
        for height, x, cell in sorted(names):  # from below, none on top of another
            apart = max(height, 8 * apart)
            marks.append(Write(x=x, y=apart, text=cell, anchor="start", size=13, bold=cell == self.cell()))
        return Panel(
            name="gradient",
            label="The length of the gradient with respect to the state, by how many steps back that state lies",
            title="how much gradient comes back",
            x=(-0.5, STEPS + 1.2),
            y=(_LOW, _HIGH),
            marks=marks,
            width=_WIDE,
            height=_TALL,
            xlabel="steps back from the last",
            ylabel="length",
            log=True,
        )

    def says(self) -> str:
        run, at, back = self.run(), self._at(), self._back()
        if not np.isfinite(run.h).all() or not np.isfinite(run.lengths).all():
            return (
                "The numbers have grown beyond what a computer can hold: the recurrent weights blow the state up at "
                "each step. Make them smaller."
            )
        if not at:
            return "Nothing is read yet: the state is 0. Press Next."
        if not back:
            said = f"Step {at} of {STEPS}: the cell reads {plain(self.state['inputs'][at - 1], 2)}, and its state is now"
            return f"{said} of length {plain(np.linalg.norm(run.h[at - 1]), 2)}."
        if back == 1:
            return f"The state after step {STEPS} is judged, by a gradient of length 1. Now it goes back."
        length = run.lengths[back - 1]
        said = (
            f"{back - 1} step{'s' * (back > 2)} back, at the state after step {at}, the gradient's length is"
        )
        said += f" {plain(length, 2)}."
        if back == STEPS:
            factor = length ** (1 / (STEPS - 1))
            said += f" On average each step multiplied it by {plain(factor, 2)}."
            size = np.linalg.norm(run.h[-1])
            said += f" The state at the end has the length {plain(size, 2)}."
        return said

    # What a hand does

    def buttons(self) -> list[Button]:
        step = self.state["step"]
        return [
            Button(name="play", label="Stop" if self.playing else "Play", primary=True),
            Button(name="back", label="Back", enabled=step > 0),
            Button(name="next", label="Next", enabled=step < 2 * STEPS),
            Button(name="pulse", label="Read a pulse"),
            Button(name="noise", label="Read noise"),
            Button(name="wave", label="Read a wave"),
        ]

    def _step(self) -> bool:
        self.state.nudge(step=self.state["step"] + 1)
        return bool(self.state["step"] < 2 * STEPS)

    def on_press(self, name: str) -> None:
        if name == "play" and self.playing:
            self.stop()
        elif name == "play":
            if self.state["step"] == 2 * STEPS:
                self.state.nudge(step=0)
            self.play(self._step, rate=3)
        elif name in ("back", "next"):
            self.stop()
            self.state.nudge(step=self.state["step"] + (1 if name == "next" else -1))
        elif name in _SEQUENCES:
            self.state.nudge(inputs=_SEQUENCES[name])

    def on_move(self, name: str, x: float, y: float) -> None:
        kind, t = numbered(name)
        if kind == "input" and 1 <= t <= STEPS:
            inputs = list(self.state["inputs"])
            inputs[t - 1] = round(y, 2)
            self.state.nudge(inputs=inputs)

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        if self.layer is not None:
            return [
                ("as it is", {}),
                ("recurrent weights doubled", {"scale": min(3, 2 * self.state["scale"])}),
            ]
        cell, scale = self.state.start["cell"], self.state.start["scale"]
        as_it_starts: tuple[str, Mapping[str, Any]] = (f"{cell}, recurrent weights × {scale:g}", {})
        if self.hide & {"cell", "keep"}:
            return [as_it_starts, (f"{cell}, recurrent weights × 2", {"scale": 2.0})]
        keeper = "lstm" if cell == "rnn" else cell
        title = f"{keeper}, bias of {'z' if keeper == 'gru' else 'f'} at 4"
        return [as_it_starts, (title, {"cell": keeper, "keep": 4})]

    def still_panels(self) -> list[str]:
        return ["sequence", "states", "gates", "gradient"]


@functools.lru_cache(maxsize=3)
def _drawn(cell: str) -> tuple[np.ndarray, ...]:
    """W (1, G·H), U (H, G·H) of orthogonal blocks, and biases of 0."""
    rng, blocks = np.random.default_rng(5), CELLS[cell]
    u = np.hstack([np.linalg.qr(rng.normal(size=(UNITS, UNITS)))[0] for _ in range(blocks)])
    w = np.random.default_rng(1).uniform(-1, 1, (1, blocks * UNITS))
    return (w, u, *[np.zeros(blocks * UNITS)] * (2 if cell == "gru" else 1))


def _run(weights: Weights, inputs: Sequence[float]) -> Run:
    """There and back with the package's cells, one step at a time."""
    cell, bend = weights.cell, weights.bend
    w, u = weights.arrays[:2]
    units = len(u)
    h, c = np.zeros((1, units)), np.zeros((1, units))
    kept: list[Any] = []
    for value in inputs:
        x = np.array([[value]])
        before = (x, h, c)
        saved: Any
        if cell == "rnn":
            h = saved = rnn_cell(x, h, *weights.arrays, nonlinearity=bend)
        elif cell == "lstm":
            (h, c), saved = lstm_cell(x, h, c, *weights.arrays)
        else:
            h, saved = gru_cell(x, h, *weights.arrays)
        kept.append((*before, saved, h, c))
    dh, dc = np.full((1, units), units**-0.5), np.zeros((1, units))
    lengths = []
    for x, h_before, c_before, saved, *_ in reversed(kept):
        lengths.append(float(np.hypot(np.linalg.norm(dh), np.linalg.norm(dc))))
        if cell == "rnn":
            _, dh, *_ = rnn_cell_backward(dh, x, h_before, w, u, saved, nonlinearity=bend)
        elif cell == "lstm":
            _, dh, dc, *_ = lstm_cell_backward((dh, dc), x, h_before, c_before, w, u, saved)
        else:
            _, dh, *_ = gru_cell_backward(dh, x, h_before, w, u, saved)
    states = np.concatenate([step[4] for step in kept])
    if cell == "rnn":
        slope = {"tanh": tanh_backward, "relu": relu_backward}[bend]
        gates = {"slope": slope(np.ones_like(states), states)}
    else:
        names = "ifo" if cell == "lstm" else "rz"
        gates = {name: np.concatenate([getattr(step[3], name) for step in kept]) for name in names}
    lines = np.concatenate([step[5] for step in kept]) if cell == "lstm" else None
    return Run(states, lines, gates, np.array(lengths))


def _check(layer: Any) -> None:
    expected = "an RNN, LSTM or GRU that reads one number at each step"
    if not isinstance(layer, (RNN, LSTM, GRU)):
        fix = f"Make one: {layer.__name__}(1, 8)." if isinstance(layer, type) else ""
        raise TypeError(explain(WHO, expected, describe(layer), fix))
    if layer.input_size != 1 or layer.bidirectional or layer.reverse:
        raise ValueError(explain(WHO, f"{expected}, in one direction", repr(layer)))
    check_weights(WHO, "layer", layer)


def _timeline(name: str, label: str, title: str, marks: list[Mark], y: tuple[float, float]) -> Panel:
    return Panel(
        name=name,
        label=label,
        title=title,
        x=(-1.2, STEPS + 0.55),
        y=y,
        marks=marks,
        width=_WIDE,
        height=_TALL,
        ticks=False,
    )
