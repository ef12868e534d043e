"""One neuron in the plane: its weights are an arrow, its bias moves the boundary, its loss follows the hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from nnbook.activations import sigmoid, step
from nnbook.losses import binary_cross_entropy_with_logits
from nnbook.plots.style import BLACK, BLUE, ORANGE
from nnbook.widgets.fields import Choice, Number, Numbers
from nnbook.widgets.scene import Arrow, Bars, Button, Handle, Heat, Line, Panel, Write, diverging
from nnbook.widgets.shared import minus, numbered
from nnbook.widgets.stage import Live

__all__ = ["NeuronExplorer"]

_BLUE = [(-1.6, 0.4), (-0.9, -1.2), (-0.4, 1.1), (0.3, -0.6)]
_ORANGE = [(-0.2, 2.0), (0.9, 0.7), (1.6, -0.9), (1.9, 1.7)]
_EDGE = 3.0
_MOST = 10  # points of a class


class NeuronExplorer(Live):
    """Drag a neuron's weights, its boundary and the points that it should part; watch each point's loss.

    Parameters
    ----------
    state : dict, optional
        w1, w2, bias, activation ("sigmoid" or "step"), blue, orange: rows of x₁, x₂, the points of class 0 and of class 1.
    hide : list of str, optional
        Any of those, "plane", "losses", "add blue", "add orange", "less blue", "less orange", "reset", "code", "says".

    Examples
    --------
    >>> w = NeuronExplorer(state={"bias": -1.5})
    >>> w.code()
    "widgets.NeuronExplorer(state={'bias': -1.5})"
    """

    title = "One neuron in the plane"
    caption = (
        "Drag the arrow's tip to change the weights, the white square to move the boundary, "
        "the points to change the task."
    )
    fields: ClassVar = {
        "w1": Number(default=0.3, low=-5, high=5, step=0.05, label="weight w₁"),
        "w2": Number(default=1.0, low=-5, high=5, step=0.05, label="weight w₂"),
        "bias": Number(default=-0.8, low=-6, high=6, step=0.05, label="bias b"),
        "activation": Choice(default="sigmoid", options=["sigmoid", "step"], label="activation"),
        "blue": Numbers(default=_BLUE, low=-_EDGE, high=_EDGE, longest=_MOST),
        "orange": Numbers(default=_ORANGE, low=-_EDGE, high=_EDGE, longest=_MOST),
    }

    def _sum(self, x: np.ndarray) -> np.ndarray:
        return x @ np.array([self.state["w1"], self.state["w2"]]) + self.state["bias"]  # (..., 2) -> (...)

    def _points(self) -> tuple[np.ndarray, np.ndarray]:
        blue, orange = (np.array(self.state[name]).reshape(-1, 2) for name in ("blue", "orange"))
        return np.concatenate([blue, orange]), np.repeat([0.0, 1.0], [len(blue), len(orange)])

    def _losses(self) -> np.ndarray:
        """Of each point: cross-entropy of the sigmoid, or one for a point on the wrong side of the step."""
        x, y = self._points()
        z = self._sum(x)
        if self.state["activation"] == "step":
            return (step(z) != y).astype(float)
        return np.array([binary_cross_entropy_with_logits(z[i : i + 1], y[i : i + 1]) for i in range(len(y))])

    def _part(self) -> float:
        """How much of the weights' arrow has room in the plane; 1: all of it."""
        w = np.array([self.state["w1"], self.state["w2"]])
        foot = np.clip(-self.state["bias"] * w / max(float(w @ w), 1e-12), -_EDGE, _EDGE)
        room = np.where(w > 0, _EDGE - foot, _EDGE + foot)
        return float(np.min(room / np.maximum(np.abs(w), 1e-12), initial=1.0))

    def panels(self) -> list[Panel]:
        return [self._plane(), self._bars()]

    def _plane(self) -> Panel:
        side = np.linspace(-_EDGE, _EDGE, 81)[:-1] + _EDGE / 80
        grid = np.stack(np.meshgrid(side, side[::-1]), axis=-1)
        f = step if self.state["activation"] == "step" else sigmoid
        w = np.array([self.state["w1"], self.state["w2"]])
        size2 = float(w @ w)
        marks: list[Any] = [
            Heat(
                colors=diverging(2 * f(self._sum(grid)) - 1, limit=1.6),
                extent=(-_EDGE, _EDGE, -_EDGE, _EDGE),
                smooth=True,
            )
        ]
        for name, color, shape in (("blue", BLUE, "o"), ("orange", ORANGE, "s")):
            marks += [
                Handle(
                    name=f"{name} {i}",
                    x=x1,
                    y=x2,
                    color=color,
                    shape=shape,
                    size=14,
                    label=f"{name} point {i}",
                    says=minus(f"{x1:.2f}, {x2:.2f}"),
                )
                for i, (x1, x2) in enumerate(self.state[name], 1)
            ]
        if size2 > 1e-6:
            foot = -self.state["bias"] * w / size2
            along = np.array([-w[1], w[0]]) / np.sqrt(size2)
            ends = np.stack([foot - 9 * along, foot + 9 * along])
            foot = np.clip(foot, -_EDGE, _EDGE)
            tip = foot + self._part() * w
            marks += [
                Line(x=ends[:, 0], y=ends[:, 1], color=BLACK, width=2.5),
                Arrow(x=foot[0], y=foot[1], to_x=tip[0], to_y=tip[1]),
                Handle(
                    name="boundary",
                    x=foot[0],
                    y=foot[1],
                    color="#FFFFFF",
                    shape="s",
                    size=13,
                    label="boundary",
                    says=minus(f"bias {self.state['bias']:.2f}"),
                ),
                Handle(
                    name="weights",
                    x=tip[0],
                    y=tip[1],
                    color=BLACK,
                    shape="^",
                    size=14,
                    label="tip of the weights' arrow",
                    says=minus(f"weights {w[0]:.2f} and {w[1]:.2f}"),
                ),
            ]
        return Panel(
            name="plane",
            label="The plane of the two inputs, coloured by the neuron's output, with its boundary and the points",
            x=(-_EDGE, _EDGE),
            y=(-_EDGE, _EDGE),
            marks=marks,
            width=440,
            height=430,
            xlabel="input x₁",
            ylabel="input x₂",
        )

    def _bars(self) -> Panel:
        losses = self._losses()
        _, y = self._points()
        places = np.arange(1, len(y) + 1)
        top = max(2.0, float(losses.max(initial=0.0)) * 1.1)
        marks: list[Any] = [
            Bars(x=places, y=losses, width=0.7, color=[ORANGE if label else BLUE for label in y]),
        ]
        if len(y):
            mean = float(losses.mean())
            marks += [
                Line(x=[0.4, len(y) + 0.6], y=[mean, mean], color=BLACK, dash="6 4"),
                Write(x=len(y) + 0.5, y=mean + 0.045 * top, text=f"mean {mean:.3f}", anchor="end", halo=True),
            ]
        return Panel(
            name="losses",
            label="The loss of each point, as bars",
            x=(0.4, max(len(y), 4) + 0.6),
            y=(0, top),
            marks=marks,
            width=380,
            height=430,
            xlabel="point",
            ylabel="loss" if self.state["activation"] == "sigmoid" else "wrong (1) or right (0)",
        )

    def says(self) -> str:
        x, y = self._points()
        w1, w2, bias = self.state["w1"], self.state["w2"], self.state["bias"]
        formula = minus(f"z = {w1:.2f} x₁ {w2:+.2f} x₂ {bias:+.2f}")
        if w1 == w2 == 0:
            return (
                f"{formula}: with both weights at 0 there is no boundary; every point gets the same answer."
            )
        if not len(y):
            return f"{formula}. There are no points: add some."
        right = int((step(self._sum(x)) == y).sum())
        name = "cross-entropy" if self.state["activation"] == "sigmoid" else "share of wrong points"
        longer = "" if self._part() > 0.999 else " The arrow is longer than the plane shows."
        mean = self._losses().mean()
        return f"{formula}. {right} of {len(y)} points on their side; mean {name} {mean:.3f}.{longer}"

    def buttons(self) -> list[Button]:
        counts = {name: len(self.state[name]) for name in ("blue", "orange")}
        more = [
            Button(name=f"add {name}", label=f"Add {words} point", enabled=counts[name] < _MOST)
            for name, words in (("blue", "a blue"), ("orange", "an orange"))
        ]
        less = [
            Button(name=f"less {name}", label=f"Remove {words}", enabled=counts[name] > 0)
            for name, words in (("blue", "a blue one"), ("orange", "an orange one"))
        ]
        return more + less

    def on_press(self, name: str) -> None:
        what, _, color = name.partition(" ")
        if color not in ("blue", "orange"):
            return
        points = list(self.state[color])
        if what == "less":
            self.state.nudge(**{color: points[:-1]})
        elif what == "add" and len(points) < _MOST:
            # the golden angle: new points do not cover one another
            # the golden angle: new points do not cover one another, and those of one class not the other's
            angle = 2.4 * (len(points) + _MOST * (color == "orange"))
            self.state.nudge(**{color: [*points, (2 * np.cos(angle), 2 * np.sin(angle))]})

    def on_move(self, name: str, x: float, y: float) -> None:
        w = np.array([self.state["w1"], self.state["w2"]])
        size2 = float(w @ w)
        foot = np.clip(-self.state["bias"] * w / size2, -_EDGE, _EDGE) if size2 else np.zeros(2)
        if name == "boundary":
            self.state.nudge(bias=-float(w @ [x, y]))
        elif name == "weights":  # the foot stays where it is: the bias turns with the weights
            w = np.array([x, y]) - foot
            self.state.nudge(w1=w[0], w2=w[1], bias=-float(w @ foot))
        else:
            color, i = numbered(name)
            if color in ("blue", "orange") and 1 <= i <= len(self.state[color]):
                points = [list(point) for point in self.state[color]]
                points[i - 1] = [x, y]
                self.state.nudge(**{color: points})

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("as it starts", {}),
            ("another bias", {"bias": 0.45}),
            ("other weights", {"w1": 1.0, "w2": 0.6, "bias": -0.6}),
        ]
