"""An activation under the finger: what comes out, how steep it is there, and what a unit with it can learn."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from nnbook.activations import (
    ELU,
    GELU,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Step,
    Tanh,
)
from nnbook.errors import check_integer
from nnbook.linear import Linear
from nnbook.losses import MSELoss
from nnbook.module import Module, Sequential
from nnbook.optimizers import SGD
from nnbook.plots.style import BLACK, BLUE, ORANGE
from nnbook.widgets.fields import Choice, Number, Whole
from nnbook.widgets.scene import Button, Dots, Handle, Line, Mark, Panel, Rect, Write
from nnbook.widgets.shared import minus
from nnbook.widgets.stage import Live

__all__ = ["ActivationExplorer"]

_REACH = 6.0
_DEAF = 0.05  # below this slope the ground is grey
_RATE, _AT_ONCE, _LONG = 0.5, 5, 400  # learning rate, steps in a frame, steps for each press of Learn
_FUNCTIONS: dict[str, type[Module]] = {
    "step": Step,
    "linear": Identity,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "ReLU": ReLU,
    "leaky ReLU": LeakyReLU,
    "softplus": Softplus,
    "ELU": ELU,
    "GELU": GELU,
    "SiLU": SiLU,
}
_X = np.linspace(0, 1, 11)[:, None]  # (11, 1): the unit's inputs
_TARGET = 0.1 + 0.8 * _X  # (11, 1): every range has room for it
_LEFT, _RIGHT = np.linspace(-_REACH, 0, 121), np.linspace(0, _REACH, 121) + 1e-9
_GRID = np.concatenate([_LEFT, _RIGHT])  # (242,): both sides of 0, where some break


def _layer(function: str, leak: float) -> Module:
    return LeakyReLU(leak) if function == "leaky ReLU" else _FUNCTIONS[function]()


def _value_and_slope(function: str, leak: float, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As the layer goes forward, and as it goes back with ones."""
    layer = _layer(function, leak)
    return layer(z), layer.backward(np.ones_like(z))


@functools.lru_cache(maxsize=32)
def _curves(function: str, leak: float) -> tuple[np.ndarray, np.ndarray]:
    """Values and slopes at _GRID."""
    return _value_and_slope(function, leak, _GRID)


def _broken(values: np.ndarray) -> np.ndarray:
    """Where a line over _GRID is to be broken: between the two sides of 0."""
    return np.insert(values, len(_LEFT), np.nan)


class ActivationExplorer(Live):
    """Drag a sum along an activation: its value, its slope, where it is deaf; and let a unit with it learn.

    The unit below has one input, eleven examples, and the mean squared error; it learns by plain gradient descent. Its
    eleven sums are the small triangles on the curves.

    Parameters
    ----------
    state : dict, optional
        function ("step", "linear", "sigmoid", "tanh", "ReLU", "leaky ReLU", "softplus", "ELU", "GELU", "SiLU"), z, leak
        (of the leaky ReLU), w, b (weight and bias of the unit), steps (that it has learnt for).
    hide : list of str, optional
        Any of those, "curve", "slope", "unit", "learn", "one", "bad", "reset", "code", "says".

    Examples
    --------
    >>> w = ActivationExplorer(state={"function": "ReLU", "w": -1, "b": -0.5})
    >>> w.learn(400)
    >>> w.state["w"], w.state["b"]
    (-1.0, -0.5)
    """

    title = "An activation, its slope, and a unit that has it"
    caption = (
        "Drag the round point along the curve: the dashed line is as steep as the curve is there; on grey ground it is "
        "nearly level. The triangles are the sums of the unit below: give it a bad start, and let it learn."
    )
    fields: ClassVar = {
        "function": Choice(default="sigmoid", options=list(_FUNCTIONS), label="activation"),
        "z": Number(default=1, low=-_REACH, high=_REACH, step=0.05, label="sum z"),
        "w": Number(default=1, low=-6, high=6, step=0.05, label="unit's weight w"),
        "b": Number(default=0, low=-10, high=10, step=0.05, label="unit's bias b"),
        "leak": Number(default=0.1, low=0, high=1, step=0.01, label="leak a"),
        "steps": Whole(default=0, low=0, high=1_000_000),
    }

    # the unit

    def _model(self) -> Sequential:
        linear = Linear(1, 1, rng=0, dtype=np.float64)
        weight, bias = linear.parameters()
        weight.data, bias.data = np.array([[self.state["w"]]]), np.array([self.state["b"]])
        return Sequential(linear, _layer(self.state["function"], self.state["leak"]))

    def learn(self, steps: int = 1) -> None:
        """Let the unit take steps of gradient descent on its eleven examples.

        Parameters
        ----------
        steps : int

        Raises
        ------
        TypeError, ValueError
            If it is no whole number of at least 1.
        """
        self._take(check_integer("ActivationExplorer.learn", "steps", steps))
        self.refresh()

    def _take(self, steps: int) -> None:
        model, loss_fn = self._model(), MSELoss()
        optimizer = SGD(model.parameters(), lr=_RATE)
        for _ in range(steps):
            loss_fn(model(_X), _TARGET)
            model.backward(loss_fn.backward())
            optimizer.step()
            optimizer.zero_grad()
        w, b = (float(parameter.data.item()) for parameter in model.parameters())
        self.state.nudge(w=w, b=b, steps=self.state["steps"] + steps)

    def error(self) -> float:
        """The unit's mean squared error on its eleven examples."""
        return MSELoss()(self._model().predict(_X), _TARGET)

    def _sums(self) -> np.ndarray:
        return self.state["w"] * _X[:, 0] + self.state["b"]  # (11,)

    def _here(self, z: Any) -> tuple[np.ndarray, np.ndarray]:
        return _value_and_slope(
            self.state["function"], self.state["leak"], np.atleast_1d(np.asarray(z, float))
        )

    # what is seen

    def panels(self) -> list[Panel]:
        return [self._curve(), self._slope(), self._unit()]

    def _ground(self, y: tuple[float, float]) -> list[Mark]:
        """Grey where the slope is small, and the two axes."""
        deaf = np.abs(_curves(self.state["function"], self.state["leak"])[1]) < _DEAF
        edges = np.flatnonzero(np.diff(np.concatenate([[0], deaf, [0]])))
        runs = [(_GRID[a], _GRID[b - 1]) for a, b in edges.reshape(-1, 2)]
        return [
            *(
                Rect(x=a, y=y[0], w=b - a, h=y[1] - y[0], fill="#E3E3E3", edge="none", width=0)
                for a, b in runs
            ),
            Line(x=[-_REACH, _REACH], y=[0, 0], color="#888888", width=1),
            Line(x=[0, 0], y=y, color="#888888", width=1),
        ]

    def _curve(self) -> Panel:
        function, z = self.state["function"], self.state["z"]
        (y,), (slope,) = self._here(z)
        values, _ = _curves(function, self.state["leak"])
        squashes = values.max() <= 1
        limits = (-1.5, 1.5) if squashes else (min(-1.5, 1.05 * float(values.min())), 1.05 * _REACH)
        run = 1.6
        tangent = Line(
            x=[z - run, z + run], y=[y - run * slope, y + run * slope], color=BLACK, width=2, dash="6 4"
        )
        grip = Handle(
            name="sum",
            x=z,
            y=y,
            along="x",
            color=ORANGE,
            label="sum z on the curve",
            says=minus(f"z {z:.2f}, output {y:.3f}, slope {slope:.3f}"),
            step=0.05,
        )
        label = f"The curve of {function} with its tangent at the sum z, and the unit's sums as triangles"
        return self._plot("curve", f"output {y:.3f}", limits, BLUE, tangent, grip, label, function)

    def _slope(self) -> Panel:
        function, z = self.state["function"], self.state["z"]
        _, (slope,) = self._here(z)
        height = Line(x=[z, z], y=[0, slope], color=BLACK, width=2, dash="6 4")
        dot = Dots(x=[z], y=[slope], color=ORANGE, size=14, edge=BLACK)
        label = f"The slope of {function}, at the sum z and at the unit's sums"
        title = f"how steep {function} is"
        return self._plot("slope", f"slope {slope:.3f}", (-0.25, 1.3), ORANGE, height, dot, label, title)

    def _plot(
        self,
        name: str,
        words: str,
        limits: tuple[float, float],
        color: str,
        line: Line,
        grip: Mark,
        label: str,
        title: str,
    ) -> Panel:
        """Values or slopes over z, the unit's sums as triangles on them; `line` and `grip` stand at the sum to drag."""
        which = int(name == "slope")
        sums = self._sums()
        sums = sums[np.abs(sums) <= _REACH]
        curve = _curves(self.state["function"], self.state["leak"])[which]
        low, high = limits
        return Panel(
            name=name,
            label=label,
            x=(-_REACH, _REACH),
            y=limits,
            marks=[
                *self._ground(limits),
                Line(x=_broken(_GRID), y=_broken(curve), color=color, width=3),
                line,
                Dots(x=sums, y=self._here(sums)[which], shape="^", size=9, color="#FFFFFF", edge=BLACK),
                grip,
                Write(
                    x=-_REACH + 0.2,
                    y=low + 0.93 * (high - low),
                    text=minus(words),
                    anchor="start",
                    size=14,
                    bold=True,
                ),
            ],
            width=405,
            height=330,
            xlabel="sum z",
            ylabel=words.split()[0],
            title=title,
        )

    def _unit(self) -> Panel:
        x, target = _X[:, 0], _TARGET[:, 0]
        y = self._model().predict(_X)[:, 0]
        low, high = limits = (-1.1, 1.5)
        aside: dict[str, Any] = {"x": 1.02, "anchor": "start"}
        if abs(y[-1] - target[-1]) < 0.25:
            names = [Write(y=target[-1], text="wanted, and\nits answer", color=BLACK, **aside)]
        else:
            names = [
                Write(y=target[-1], text="wanted", color="#8A5F00", **aside),
                Write(y=float(np.clip(y[-1], low, high)), text="its answer", color=BLUE, **aside),
            ]
        return Panel(
            name="unit",
            label="The unit's answers to eleven inputs, beside the wanted ones",
            x=(-0.03, 1.14),
            y=limits,
            marks=[
                Line(x=x, y=target, color=ORANGE, width=2, dash="5 4"),
                Dots(x=x, y=target, color=ORANGE, shape="s", size=9),
                Line(x=x, y=y, color=BLUE, width=2),
                Dots(x=x, y=np.where((y >= low) & (y <= high), y, np.nan), color=BLUE, size=8),
                *names,
                Write(x=0.0, y=1.3, text=f"mean squared error {self.error():.4f}", anchor="start", bold=True),
            ],
            width=818,
            height=230,
            xlabel="the unit's input x",
            ylabel="output",
            title=f"the unit {self.state['function']}({_written(self.state['w'], self.state['b'])})",
        )

    def says(self) -> str:
        return f"{self._says_point()} {self._says_unit()}"

    def _says_point(self) -> str:
        function, z = self.state["function"], self.state["z"]
        (y,), (slope,) = self._here(z)
        at = minus(f"{function} at z = {z:.2f}: output {y:.3f}, slope {slope:.3f}")
        if z == 0 and function == "step":
            return f"{at}: a jump, which has no slope; nnbook takes 0."
        left, right = (float(side) for side in self._here([-1e-9, 1e-9])[1])
        if z == 0 and abs(right - left) > 1e-6:
            return f"{at}: a corner, {left:g} on its left and {right:g} on its right; nnbook takes {slope:g}."
        if slope == 0:
            return f"{at}: level, and deaf to every nudge."
        if abs(slope) < _DEAF:
            word = "nearly level" if function in ("GELU", "SiLU") else "saturated"
            return f"{at}: {word}, as good as deaf."
        moved = minus(f"{0.1 * slope:+.3f}")
        return f"{at}: raise z by 0.1, and the output changes by about {moved}."

    def _says_unit(self) -> str:
        sums, done = self._sums(), self.state["steps"]
        slopes = self._here(sums)[1]
        after = f" after {done} step{'' if done == 1 else 's'} of learning" if done else ""
        about = f"The unit's error is {self.error():.4f}{after}"
        at = f"its 11 sums, from {sums.min():.2f} to {sums.max():.2f},"
        if not slopes.any():
            dead = "" if self.state["function"] == "step" else "it is dead, "
            return minus(f"{about}; {at} all meet the slope 0: {dead}no step can move it.")
        low, high = slopes.min(), slopes.max()
        feels = f"slopes from {low:.3f} to {high:.3f}" if high - low > 5e-4 else f"a slope of {high:.3f}"
        creeps = ": as good as deaf, it will creep" if max(abs(low), abs(high)) < _DEAF else ""
        return minus(f"{about}; {at} meet {feels}{creeps}.")

    def shown(self, name: str) -> bool:
        return name != "leak" or self.state["function"] == "leaky ReLU"

    # what a hand does

    def buttons(self) -> list[Button]:
        return [
            Button(
                name="learn", label="Stop" if self.playing else "Learn", pressed=self.playing, primary=True
            ),
            Button(name="one", label="One step"),
            Button(name="bad", label="Bad start"),
        ]

    def on_set(self, name: str, value: Any) -> None:
        self.state.nudge(**{name: value})
        if name in ("w", "b"):
            self.state.nudge(steps=0)

    def on_move(self, name: str, x: float, y: float) -> None:
        if name == "sum":
            self.state.nudge(z=round(np.clip(x, -_REACH, _REACH) * 20) / 20)

    def on_press(self, name: str) -> None:
        if name == "one":
            self._take(1)
        elif name == "bad":
            self.state.nudge(w=-1, b=-0.5, steps=0)
        elif name == "learn" and self.playing:
            self.stop()
        elif name == "learn":
            left = iter(range(_LONG // _AT_ONCE - 1, -1, -1))

            def frame() -> bool:
                self._take(_AT_ONCE)
                return next(left) > 0

            self.play(frame)

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        bad = {"z": -2, "w": -1, "b": -0.5}
        return [
            ("saturated", {"z": 4.5}),
            ("dead", {"function": "ReLU", **bad}),
            ("a leak keeps it alive", {"function": "leaky ReLU", **bad}),
        ]

    def still_panels(self) -> Sequence[str] | None:
        return ["curve", "slope"]


def _written(w: float, b: float) -> str:
    return minus(f"{w:.2f} x {'-' if round(b, 2) < 0 else '+'} {abs(b):.2f}")
