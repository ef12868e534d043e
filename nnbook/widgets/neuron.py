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
from nnbook.widgets.stage import Live

__all__ = ["NeuronExplorer"]

_POINTS = [
    (-1.6, 0.4, 0),
    (-0.9, -1.2, 0),
    (-0.4, 1.1, 0),
    (0.3, -0.6, 0),
    (-0.2, 2.0, 1),
    (0.9, 0.7, 1),
    (1.6, -0.9, 1),
    (1.9, 1.7, 1),
]
_EDGE = 3.0
_MOST = 20  # points


class NeuronExplorer(Live):
    """Drag a neuron's weights, its boundary and the points that it should part; watch each point's loss.

    Parameters
    ----------
    state : dict, optional
        w1, w2, bias, activation ("sigmoid" or "step"), points: rows of x₁, x₂, class (0 or 1).
    hide : list of str, optional
        Any of those, "plane", "losses", "add 0", "add 1", "remove", "reset", "code", "says".

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
        "w1": Number(default=1.0, low=-5, high=5, step=0.05, label="weight w₁"),
        "w2": Number(default=0.5, low=-5, high=5, step=0.05, label="weight w₂"),
        "bias": Number(default=0.5, low=-6, high=6, step=0.05, label="bias b"),
        "activation": Choice(default="sigmoid", options=["sigmoid", "step"], label="activation"),
        "points": Numbers(default=_POINTS, low=-_EDGE, high=_EDGE, shape=(None, 3), longest=_MOST),
    }

    def _sum(self, x: np.ndarray) -> np.ndarray:
        return x @ np.array([self.state["w1"], self.state["w2"]]) + self.state["bias"]  # (..., 2) -> (...)

    def _points(self) -> tuple[np.ndarray, np.ndarray]:
        rows = np.array(self.state["points"]).reshape(-1, 3)
        return rows[:, :2], rows[:, 2]

    def _losses(self) -> np.ndarray:
        """Of each point: cross-entropy of the sigmoid, or one for a point on the wrong side of the step."""
        x, y = self._points()
        z = self._sum(x)
        if self.state["activation"] == "step":
            return (step(z) != y).astype(float)
        return np.array([binary_cross_entropy_with_logits(z[i : i + 1], y[i : i + 1]) for i in range(len(y))])

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
        x, y = self._points()
        for i, ((x1, x2), label) in enumerate(zip(x, y, strict=True)):
            marks.append(
                Handle(
                    name=f"point {i + 1}",
                    x=x1,
                    y=x2,
                    color=ORANGE if label else BLUE,
                    shape="s" if label else "o",
                    size=14,
                    label=f"point {i + 1}, class {label:.0f}",
                    says=f"{x1:.2f}, {x2:.2f}",
                )
            )
        if size2 > 1e-6:
            foot = -self.state["bias"] * w / size2
            along = np.array([-w[1], w[0]]) / np.sqrt(size2)
            ends = np.stack([foot - 9 * along, foot + 9 * along])
            tip = np.clip(foot, -_EDGE, _EDGE) + w
            foot = np.clip(foot, -_EDGE, _EDGE)
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
                    says=f"bias {self.state['bias']:.2f}",
                ),
                Handle(
                    name="weights",
                    x=tip[0],
                    y=tip[1],
                    color=BLACK,
                    shape="^",
                    size=14,
                    label="tip of the weights' arrow",
                    says=f"weights {w[0]:.2f} and {w[1]:.2f}",
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
                Write(x=len(y) + 0.5, y=mean + 0.045 * top, text=f"mean {mean:.3f}", anchor="end"),
            ]
        return Panel(
            name="losses",
            label="The loss of each point, as bars",
            x=(0.4, max(len(y), 1) + 0.6),
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
        formula = f"z = {w1:.2f} x₁ {w2:+.2f} x₂ {bias:+.2f}".replace("-", "−")
        if w1 == w2 == 0:
            return (
                f"{formula}: with both weights at 0 there is no boundary; every point gets the same answer."
            )
        right = int((step(self._sum(x)) == y).sum())
        name = "cross-entropy" if self.state["activation"] == "sigmoid" else "share of wrong points"
        mean = f"; mean {name} {self._losses().mean():.3f}" if len(y) else ""
        return f"{formula}. {right} of {len(y)} points on their side{mean}."

    def buttons(self) -> list[Button]:
        count = len(self.state["points"])
        return [
            Button(name="add 0", label="Add a blue point (0)", enabled=count < _MOST),
            Button(name="add 1", label="Add an orange point (1)", enabled=count < _MOST),
            Button(name="remove", label="Remove the last point", enabled=count > 0),
        ]

    def on_press(self, name: str) -> None:
        points = list(self.state["points"])
        if name == "remove":
            self.state.nudge(points=points[:-1])
        elif name in ("add 0", "add 1") and len(points) < _MOST:
            angle = 2.4 * len(points)  # the golden angle: new points do not cover one another
            label = float(name[-1])
            self.state.nudge(points=[*points, (2 * np.cos(angle), 2 * np.sin(angle), label)])

    def on_move(self, name: str, x: float, y: float) -> None:
        w = np.array([self.state["w1"], self.state["w2"]])
        size2 = float(w @ w)
        foot = np.clip(-self.state["bias"] * w / size2, -_EDGE, _EDGE) if size2 else np.zeros(2)
        if name == "boundary":
            self.state.nudge(bias=-float(w @ [x, y]))
        elif name == "weights":  # the foot stays where it is: the bias turns with the weights
            w = np.array([x, y]) - foot
            self.state.nudge(w1=w[0], w2=w[1], bias=-float(w @ foot))
        elif name.startswith("point "):
            points = [list(point) for point in self.state["points"]]
            points[int(name.split()[1]) - 1][:2] = x, y
            self.state.nudge(points=points)

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("as it starts", {}),
            ("bias −1", {"bias": -1.0}),
            ("w = (1.5, 2), bias −2.5", {"w1": 1.5, "w2": 2.0, "bias": -2.5}),
        ]
