"""A curve built by hand: towers of two hidden units each, pulled up until they cover the goal."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from nnbook.activations import ReLU, Sigmoid, Step
from nnbook.errors import explain
from nnbook.linear import Linear
from nnbook.losses import l1_loss
from nnbook.module import Sequential
from nnbook.plots.style import BLACK, BLUE, GREY, LIGHT, ORANGE, RED, SKY
from nnbook.widgets.fields import Choice, Number, Numbers, Whole
from nnbook.widgets.scene import Button, Dots, Handle, Line, Panel, Rect, Write
from nnbook.widgets.shared import numbered, short
from nnbook.widgets.stage import Live

__all__ = ["TowerBuilder"]

_MOST = 8  # towers
_X = (np.arange(400) + 0.5) / 400  # (400,): between hundredths, so that no wall stands on one of them
_NARROWEST = 0.01
_COLUMNS = (0.14, 0.4, 0.67, 0.97)  # where the columns of the numbers end
_EDGES, _Y = (-0.03, 1.03), (-0.35, 1.3)
_UNITS = {"sigmoid": Sigmoid, "step": Step, "ReLU": ReLU}

Towers = tuple[tuple[float, float, float], ...]
"""Left edge, right edge, height of each."""


def _goal(name: str, x: np.ndarray) -> np.ndarray:
    if name == "skyline":
        return np.select([x < 0.15, x < 0.4, x < 0.7, x < 0.9], [0.0, 0.7, 0.35, 0.9], 0.0)
    if name == "roof":
        return np.interp(x, [0, 0.35, 0.6, 1], [0.1, 0.9, 0.4, 0.8])
    return 0.55 * np.exp(-(((x - 0.27) / 0.11) ** 2)) + 0.9 * np.exp(-(((x - 0.68) / 0.14) ** 2))


def _numbers(towers: Towers, unit: str, steepness: float, floor: float) -> tuple[np.ndarray, ...]:
    """Weights and biases of 2k units and of the output: (1, 2k), (2k,), (2k, 1), (1,); a left wall, its right wall, …"""
    left, right, height = np.array(towers).reshape(-1, 3).T  # (k,) each
    weight = steepness if unit == "sigmoid" else 1.0
    out = height / (right - left) if unit == "ReLU" else height  # (k,): a ramp climbs by its slope
    walls = np.stack([left, right], axis=1).ravel()  # (2k,)
    w2 = np.stack([out, -out], axis=1).reshape(-1, 1)  # (2k, 1)
    return np.full((1, len(walls)), weight), -weight * walls, w2, np.array([floor])


def _network(towers: Towers, unit: str, steepness: float, floor: float) -> Sequential:
    """The same as layers."""
    units = 2 * len(towers)
    first, last = (Linear(*sizes, rng=0, dtype=np.float64) for sizes in ((1, units), (units, 1)))
    model = Sequential(first, _UNITS[unit](), last)
    for parameter, value in zip(model.parameters(), _numbers(towers, unit, steepness, floor), strict=True):
        parameter.data = value
    return model


@functools.lru_cache(maxsize=64)
def _curve(towers: Towers, unit: str, steepness: float, floor: float, goal: str) -> tuple[Any, ...]:
    """What the network says at _X, how far it is off on average, at worst, and where that is."""
    y = np.full(_X.shape, floor)
    if towers:
        y = _network(towers, unit, steepness, floor).predict(_X[:, None])[:, 0]
    wanted = _goal(goal, _X)
    off = np.abs(y - wanted)
    return y, l1_loss(y, wanted), float(off.max()), int(off.round(9).argmax())  # of equals the first


@functools.lru_cache(maxsize=8)
def _even(goal: str, ramps: bool) -> tuple[float, ...]:
    """The mean error of 1 … _MOST pieces of equal width: towers as high as the goal is there on average, or ramps from one
    point of the goal to the next."""
    errors = []
    for k in range(1, _MOST + 1):
        edges = np.linspace(0, 1, k + 1)
        piece = (_X * k).astype(int)  # (400,)
        at = _goal(goal, edges)
        heights = np.diff(at) if ramps else np.bincount(piece, _goal(goal, _X)) / np.bincount(piece)
        towers = tuple(zip(edges[:-1].tolist(), edges[1:].tolist(), heights.tolist(), strict=True))
        how = ("ReLU", 1.0, float(at[0])) if ramps else ("step", 1.0, 0.0)
        errors.append(_curve(towers, *how, goal)[1])
    return tuple(errors)


class TowerBuilder(Live):
    """Build towers out of two hidden units each, and pull them about until they cover a goal.

    Two sigmoid or step units make a tower, which stands from its left edge to its right edge. Two ReLUs make a ramp: it
    climbs from its left edge to its right edge, and stays up. All of them together are one network, 1-2k-1, which
    `network()` hands over.

    Parameters
    ----------
    state : dict, optional
        goal ("hills", "skyline", "roof"), unit ("sigmoid", "step", "ReLU"), steepness (of the sigmoid), floor (the output's
        bias), towers: rows of left edge, right edge, height; chosen: the number of the tower that "Remove" takes.
    hide : list of str, optional
        Any of those with a control, "curve", "numbers", "score", "add", "remove", "reset", "code", "says".

    Examples
    --------
    >>> w = TowerBuilder(state={"unit": "step", "towers": [(0.25, 0.5, 0.8)]})
    >>> w.network().predict(np.array([[0.1], [0.3], [0.7]])).ravel()
    array([0. , 0.8, 0. ])
    >>> [parameter.shape for parameter in w.network().parameters()]
    [(1, 2), (2,), (2, 1), (1,)]
    """

    title = "Towers of two hidden units each"
    caption = (
        "Pull the round tops up and sideways and the square walls along, until the black curve covers the orange one; "
        "add towers where they are missing. Each costs two units."
    )
    fields: ClassVar = {
        "goal": Choice(default="hills", options=["hills", "skyline", "roof"], label="goal"),
        "unit": Choice(default="sigmoid", options=list(_UNITS), label="hidden units"),
        "steepness": Number(default=200, low=2, high=2000, log=True, label="sigmoid's weight"),
        "floor": Number(default=0, low=-0.3, high=1, step=0.01, label="output's bias"),
        "towers": Numbers(
            default=[(0.08, 0.22, 0.2), (0.48, 0.66, 0.3)], low=-1.5, high=1.5, shape=(None, 3), longest=_MOST
        ),
        "chosen": Whole(default=1, low=1, high=_MOST),
    }

    def _towers(self) -> Towers:
        """With the left edge on the left, and a little room between the two."""
        ordered = [(min(a, b), max(a, b), height) for a, b, height in self.state["towers"]]
        return tuple((left, max(right, left + _NARROWEST), height) for left, right, height in ordered)

    def _built(self) -> tuple[Towers, str, float, float]:
        return self._towers(), self.state["unit"], self.state["steepness"], self.state["floor"]

    def _result(self) -> tuple[Any, ...]:
        return _curve(*self._built(), self.state["goal"])

    def _at(self, x: float, towers: Towers) -> float:
        """What the network of these towers says at x."""
        _, unit, steepness, floor = self._built()
        return (
            float(_network(towers, unit, steepness, floor).predict(np.array([[x]]))[0, 0])
            if towers
            else floor
        )

    def network(self) -> Sequential:
        """What you have built, as a network of nnbook's layers.

        Returns
        -------
        Sequential
            Linear(1, 2k), the units, Linear(2k, 1), in float64; units 2i − 1 and 2i are tower i.

        Raises
        ------
        ValueError
            If there is no tower.
        """
        if not self.state["towers"]:
            raise ValueError(explain("TowerBuilder.network", "at least one tower", "none", "Press Add."))
        return _network(*self._built())

    def score(self) -> tuple[float, int]:
        """How far off it is on average from x = 0 to x = 1, and how many hidden units it has."""
        return self._result()[1], 2 * len(self.state["towers"])

    def panels(self) -> list[Panel]:
        return [self._curve_panel(), self._numbers_panel(), self._score()]

    def _curve_panel(self) -> Panel:
        goal, floor, unit = self.state["goal"], self.state["floor"], self.state["unit"]
        y, _, worst, place = self._result()
        towers = self._towers()
        marks: list[Any] = [Line(x=_X, y=_goal(goal, _X), color=ORANGE, width=6, opacity=0.8)]
        for tower in towers:
            own = _curve((tower,), unit, self.state["steepness"], floor, goal)[0]
            marks.append(Line(x=_X[::2], y=own[::2], color=SKY, width=1.5, dash="4 3"))
        marks.append(Line(x=_X, y=y, color=BLACK, width=2))
        at, wanted = _X[place], _goal(goal, _X)[place]
        if worst >= 0.02:
            marks += [
                Line(x=[at, at], y=[y[place], wanted], color=RED, width=3),
                Write(
                    x=min(at + 0.015, 0.9),
                    y=float(np.clip(0.3 * y[place] + 0.7 * wanted, *_Y)),
                    text=f"{worst:.2f} off",
                    anchor="start",
                    color="#A84300",
                    halo=True,
                ),
            ]
        for i, tower in enumerate(towers, 1):
            marks += self._handles(i, tower)
        return Panel(
            name="curve",
            label="The goal as a wide line, what the network says as a thin black one, and the towers to drag",
            x=_EDGES,
            y=_Y,
            marks=marks,
            width=500,
            height=400,
            xlabel="input x",
            ylabel="output",
        )

    def _handles(self, i: int, tower: tuple[float, float, float]) -> list[Any]:
        left, right, height = tower
        floor, ramp = self.state["floor"], self.state["unit"] == "ReLU"
        middle = right if ramp else (left + right) / 2
        walls = [floor + height / 2] * 2
        top = floor + height
        if ramp:  # on the curve itself: its ramps stand one upon the other
            walls, top = [self._at(left, self._towers())], self._at(right, self._towers())
        left, middle, right = np.clip([left, middle, right], *_EDGES)
        *walls, top = np.clip([*walls, top], *_Y)
        color = BLUE if i == self.state["chosen"] else "#FFFFFF"
        marks: list[Any] = [
            Handle(
                name=f"{side} {i}",
                x=x,
                y=y,
                label=f"{side} edge of tower {i}",
                says=f"x {x:.2f}",
                along="x",
                shape="s",
                size=11,
                color=color,
                step=0.01,
            )
            for side, x, y in zip(("left", "right"), (left, right), walls, strict=False)
        ]
        marks.append(
            Handle(
                name=f"top {i}",
                x=middle,
                y=top,
                label=f"end of ramp {i}" if ramp else f"top of tower {i}",
                says=f"{tower[2]:.2f} high, from {tower[0]:.2f} to {tower[1]:.2f}",
                size=15,
                color=color,
                step=0.01,
            )
        )
        above = -0.09 if top > _Y[1] - 0.12 or (height < 0 and top > _Y[0] + 0.12) else 0.09
        bold = i == self.state["chosen"]
        marks.append(Write(x=middle, y=top + above, text=f"{i}", bold=bold, halo=True))
        return marks

    def _numbers_panel(self) -> Panel:
        towers = self._towers()
        marks: list[Any] = [
            Write(x=x, y=0, text=head, anchor="end", size=12, bold=True)
            for x, head in zip(_COLUMNS, ("unit", "weight", "bias", "weight out"), strict=True)
        ]
        if towers:
            w1, b1, w2, _ = _numbers(*self._built())
            rows = zip(w1[0], b1, w2[:, 0], strict=True)
            for i in range(1, len(towers) + 1):
                chosen = i == self.state["chosen"]
                marks.append(
                    Rect(
                        x=0.01,
                        y=2 * i - 1.5,
                        w=0.98,
                        h=2,
                        fill=LIGHT[0] if chosen else "#FFFFFF",
                        edge="#CCCCCC",
                        name=f"choose {i}",
                        label=f"choose tower {i}, units {2 * i - 1} and {2 * i}",
                    )
                )
            for row, numbers in enumerate(rows, 1):
                for x, text in zip(_COLUMNS, (f"{row}", *map(short, numbers)), strict=True):
                    marks.append(Write(x=x, y=row, text=text, anchor="end", size=12))
        end = 2 * len(towers) + 1.2
        marks.append(
            Write(x=0.97, y=end, text=f"output's bias  {short(self.state['floor'])}", anchor="end", size=12)
        )
        return Panel(
            name="numbers",
            label="The numbers of the network: weight, bias and the output's weight of each hidden unit",
            x=(0, 1),
            y=(18.2, -0.8),
            marks=marks,
            width=310,
            height=400,
            title=f"the network 1-{2 * len(towers)}-1 in numbers" if towers else "no hidden unit yet",
            ticks=False,
        )

    def _score(self) -> Panel:
        mean, units = self.score()
        even = _even(self.state["goal"], self.state["unit"] == "ReLU")
        top = max(0.4, 1.15 * mean)
        word = "ramps" if self.state["unit"] == "ReLU" else "towers"
        places = np.arange(2, 2 * _MOST + 1, 2)
        marks: list[Any] = [
            Line(x=places, y=even, color=GREY, width=1.5),
            Dots(x=places, y=even, color=GREY, shape="s", size=7),
            Write(
                x=15.9,
                y=max(even[-3:]) + 0.14 * top,
                text=f"{word} of equal width",
                anchor="end",
                color="#555555",
            ),
            Dots(x=[units], y=[mean], color=BLUE, size=13, edge=BLACK),
            Write(x=units + 0.35, y=mean + 0.07 * top, text=f"you: {mean:.3f}", anchor="start", bold=True),
        ]
        return Panel(
            name="score",
            label="Units paid for against the mean error: yours, and that of pieces of equal width",
            x=(-0.4, 18.4),
            y=(0, top),
            marks=marks,
            width=818,
            height=190,
            xlabel="hidden units paid for",
            ylabel="mean error",
        )

    def says(self) -> str:
        _, mean, worst, place = self._result()
        k, ramp = len(self.state["towers"]), self.state["unit"] == "ReLU"
        if not k:
            return f"No hidden unit: off by {mean:.3f} on average. Press Add."
        word = ("ramp" if ramp else "tower") + ("" if k == 1 else "s")
        off = f"{k} {word}, paid for by {2 * k} hidden units: off by {mean:.3f} on average, at worst by {worst:.2f}"
        even = _even(self.state["goal"], ramp)[k - 1]
        if mean < 0.002:
            return f"{off}. The goal is covered."
        than = f"{k} {word} of equal width: {even:.3f}"
        verdict = f"Better than {than}." if mean < even else f"Not yet as good as {than}."
        hint = " Two ReLUs make a ramp: it climbs from edge to edge, and stays up." if ramp else ""
        return f"{off}, at x = {_X[place]:.2f}. {verdict}{hint}"

    def buttons(self) -> list[Button]:
        k = len(self.state["towers"])
        word = "ramp" if self.state["unit"] == "ReLU" else "tower"
        chosen = min(self.state["chosen"], k)
        return [
            Button(name="add", label=f"Add a {word}", enabled=k < _MOST, primary=True),
            Button(name="remove", label=f"Remove {word} {chosen}" if k else f"Remove {word}", enabled=k > 0),
        ]

    def on_press(self, name: str) -> None:
        towers = [list(tower) for tower in self.state["towers"]]
        what, i = numbered(name)
        if what == "choose" and 1 <= i <= len(towers):
            self.state.nudge(chosen=i)
        elif name == "add" and len(towers) < _MOST:
            place = round(float(_X[self._result()[3]]), 2)  # where it is missed most
            walls = np.array([wall for tower in towers for wall in tower[:2]])
            places = np.arange(0, 0.881, 0.01)
            both = np.array([places, places + 0.12])  # (2, 89): its own walls
            apart = np.abs(both[:, :, None] - walls).min(axis=(0, 2), initial=1.0)  # (89,)
            free = places[apart >= min(0.029, apart.max())]  # no handle lies upon another
            left = round(float(free[np.abs(free - (place - 0.06)).argmin()]), 2)
            self.state.nudge(towers=[*towers, (left, left + 0.12, 0.2)], chosen=len(towers) + 1)
        elif name == "remove" and towers:
            gone = min(self.state["chosen"], len(towers))
            del towers[gone - 1]
            self.state.nudge(towers=towers, chosen=max(1, min(gone, len(towers))))

    def on_move(self, name: str, x: float, y: float) -> None:
        part, i = numbered(name)
        towers = [list(tower) for tower in self._towers()]
        if part not in ("left", "right", "top") or not 1 <= i <= len(towers):
            return
        left, right, height = towers[i - 1]
        x = min(max(x, _EDGES[0]), _EDGES[1])
        if part == "left":
            left = min(x, right - _NARROWEST)
        elif part == "right":
            right = max(x, left + _NARROWEST)
        elif self.state["unit"] == "ReLU":
            right = max(x, left + _NARROWEST)
            others = tuple((a, b, h) for a, b, h in towers[: i - 1] + towers[i:])
            height = y - self._at(right, others)
        else:
            half = (right - left) / 2
            left = round(x - half, 2)
            right = left + 2 * half
            height = y - self.state["floor"]
        towers[i - 1] = [round(left, 2), round(right, 2), round(height, 2)]
        self.state.nudge(towers=towers, chosen=i)

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("as it starts", {}),
            ("three towers", {"towers": _STILL_TOWERS}),
            ("four ramps", {"unit": "ReLU", "towers": _STILL_RAMPS}),
        ]

    def still_panels(self) -> Sequence[str] | None:
        return ["curve"]


_STILL_TOWERS = [(0.16, 0.38, 0.44), (0.49, 0.87, 0.3), (0.58, 0.78, 0.51)]
_STILL_RAMPS = [(0.12, 0.25, 0.56), (0.29, 0.42, -0.53), (0.47, 0.65, 0.87), (0.72, 0.9, -0.88)]
