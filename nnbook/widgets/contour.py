"""Gradient descent on a map: the start is dragged, rate and momentum are turned, and the path says how it fares."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from nnbook.arrays import Array
from nnbook.optimizers import SGD
from nnbook.plots.style import BLACK, RED
from nnbook.widgets.fields import Choice, Number, Numbers, Whole
from nnbook.widgets.scene import Button, Dots, Line, Panel
from nnbook.widgets.shared import minus
from nnbook.widgets.stage import Live
from nnbook.widgets.surfaces import SURFACES, Surface, Walk, Walker, map_panel

__all__ = ["ContourPath"]

_USUAL, _MOST = 40, 100  # steps


@functools.lru_cache(maxsize=64)
def _walker(surface: str, start: tuple[float, float], rate: float, momentum: float) -> Walker:
    return Walker(SURFACES[surface], start, lambda p: SGD([p], lr=rate, momentum=momentum))


class ContourPath(Live):
    """Gradient descent on a map of the loss: drag the start, turn the rate, and see where the path leads.

    Each step is one of `nnbook.SGD`. The taxi rides are notebook 06's: a linear unit with a weight and a bias.

    Parameters
    ----------
    state : dict, optional
        surface ("taxi rides", "bowl", "ravine", "saddle" or "two minima"), start (two numbers), rate, momentum, steps.
    hide : list of str, optional
        Any of those, "map", "losses", "walk", "more", "reset", "code", "says".

    Examples
    --------
    >>> w = ContourPath(state={"rate": 0.087})
    >>> w.path()[1].round(3)  # the place after one step, w and b
    array([1.181, 0.304])
    """

    title = "Downhill on a map"
    caption = (
        "Drag the round handle to begin elsewhere, and turn the rate: how far can you go before the path flies off? "
        "Every dot is a step; the curve beside the map is the loss."
    )
    fields: ClassVar = {
        "surface": Choice(default="taxi rides", options=list(SURFACES), label="surface"),
        "rate": Number(default=0.04, low=0.001, high=2, step=0.01, log=True, label="rate η"),
        "momentum": Number(default=0.0, low=0, high=0.99, step=0.01, label="momentum"),
        "steps": Whole(default=_USUAL, low=0, high=_MOST, label="steps"),
        "start": Numbers(default=(4.0, 1.0), low=-3, high=8, shape=(2,)),
    }
    _goal = 0

    def path(self) -> Array:
        """All places in order, the start first: (steps + 1, 2), or fewer if the walk was stopped."""
        return self._walked().places.copy()

    @property
    def _ground(self) -> Surface:
        return SURFACES[self.state["surface"]]

    def _walked(self) -> Walk:
        start = self._ground.clip(*self.state["start"])
        walker = _walker(self.state["surface"], start, self.state["rate"], self.state["momentum"])
        return walker.walk(self.state["steps"])

    def panels(self) -> list[Panel]:
        return [self._map(), self._losses()]

    def _map(self) -> Panel:
        places = self._walked().places
        x, y, shown, out = self._ground.seen(places)
        start, end = places[0], places[-1:][shown[-1:]]
        marks = [
            Line(x=x[out - 1 :], y=y[out - 1 :], color=RED, width=1, opacity=0.3),
            Line(x=x[:out], y=y[:out], color=RED, width=1.6),
            Dots(x=x[shown], y=y[shown], color=RED, size=5, edge=RED),
            Dots(x=end[:, 0], y=end[:, 1], color=RED, shape="s", size=12, edge=BLACK),
        ]
        label = "A map of the loss with its contours, and the path from the start, step by step"
        return map_panel(self.state["surface"], (start[0], start[1]), marks, label, width=450, height=430)

    def _losses(self) -> Panel:
        ground, walk = self._ground, self._walked()
        steps = np.arange(len(walk.heights))
        endless = ground.endless
        y = walk.heights if endless else np.maximum(walk.heights - ground.lowest, 1e-9)
        limits = (-3.2, 3.2) if endless else (1e-4, 1e3 if np.max(y) < 1e3 else 1e9)
        inside = (y >= limits[0]) & (y <= limits[1])
        return Panel(
            name="losses",
            label="The loss after each step",
            x=(0, max(10, self.state["steps"])),
            y=limits,
            marks=[
                Line(x=steps, y=y, color=RED, width=1.6),
                Dots(x=steps[inside], y=y[inside], color=RED, size=4, edge=RED),
            ],
            width=370,
            height=430,
            xlabel="step",
            ylabel="height" if endless else "loss above its lowest value",
            log=not endless,
        )

    def says(self) -> str:
        ground, walk = self._ground, self._walked()
        count = walk.steps
        if walk.lost:
            at = f"Stopped after {count} steps, more than a million away. "
        else:
            u, v = np.round(walk.places[-1], 3) + 0.0  # no minus before a zero
            what = "height" if "saddle" in ground.places else "loss"
            value = f"{walk.heights[-1]:.4g}" if abs(walk.heights[-1]) >= 5e-5 else "0.0000"
            after = f"After {count} step{'s' * (count != 1)}" if count else "At the start"
            at = f"{after}: {ground.names[0]} = {u:.3f}, {ground.names[1]} = {v:.3f}, {what} {value}. "
        if ground.valley:
            fate = self._in_valley(walk)
        elif ground.endless:
            fate = self._on_saddle(walk)
        else:
            fate = self._between_minima(walk)
        return minus(at + fate).strip()

    def _limit(self, place: tuple[float, float]) -> tuple[float, str]:
        """The largest stable rate at a minimum, and how it comes about."""
        curved, momentum = float(self._ground.curvatures(place)[-1]), self.state["momentum"]
        limit = 2 * (1 + momentum) / curved
        if momentum:
            words = f"2 · {1 + momentum:.2f} / {curved:.2f} = {limit:.4f} (with momentum {momentum:.2f})"
        else:
            words = f"2 / {curved:.2f} = {limit:.4f} (2 divided by the steepest curvature)"
        return limit, words

    def _in_valley(self, walk: Walk) -> str:
        rate = self.state["rate"]
        limit, words = self._limit(self._ground.places["lowest"])
        if np.isclose(rate, limit, rtol=1e-6):
            return f"The rate is the limit itself, {words}: across the valley it swings for ever and comes no nearer."
        if rate > limit:
            above = f"the rate {rate:.4g} is above the limit {words}"
            higher = np.flatnonzero(walk.heights > walk.heights[0])
            if len(higher):
                return f"It diverges: {above}, and at step {higher[0]} the loss is above the start's."
            return f"No lasting luck: {above}, and the least swing across the valley grows."
        return f"The rate {rate:.4g} is below the limit {words}. {_turned(walk)}"

    def _between_minima(self, walk: Walk) -> str:
        ground, end = self._ground, walk.places[-1]
        if walk.lost:
            return (
                "It flew off: the walls grow steeper with every step up, "
                "so the higher the start, the smaller the rate must be."
            )
        name = min(("deep", "shallow"), key=lambda name: float(np.linalg.norm(end - ground.places[name])))
        away = float(np.linalg.norm(end - ground.places[name]))
        if away < 0.05:
            other = " Lower ground lies beyond the saddle, and every way there begins uphill." * (
                name == "shallow"
            )
            return f"It has arrived in the {name} minimum.{other} {_turned(walk)}"
        limit, words = self._limit(ground.places[name])
        if self.state["rate"] > limit:
            return f"It cannot settle in the {name} minimum: the rate is above the limit there, {words}. {_turned(walk)}"
        return f"It is {away:.2f} away from the {name} minimum. {_turned(walk)}"

    def _on_saddle(self, walk: Walk) -> str:
        if walk.places[0, 1] == 0:
            return (
                "It began exactly on the ridge, where nothing pulls to the sides: "
                "this path leads to the saddle and ends there."
            )
        away = np.linalg.norm(walk.places, axis=1)
        nearest = int(away.argmin())
        if nearest == len(away) - 1:
            more = ", and still coming nearer" if nearest else ""
            return f"It is {away[-1]:.2f} away from the saddle, where the ground is level{more}."
        return (
            f"At step {nearest} it was {away[nearest]:.2f} away from the saddle, where the ground is nearly level "
            "and steps are short; then it slid down along v, where there is no lowest place."
        )

    def buttons(self) -> list[Button]:
        return [
            Button(name="walk", label="Stop" if self.playing else "Walk", primary=True),
            Button(name="more", label="One step more", enabled=self.state["steps"] < _MOST),
        ]

    def on_press(self, name: str) -> None:
        if name == "more":
            self.stop()
            self.state.nudge(steps=self.state["steps"] + 1)
        elif name == "walk" and self.playing:
            self.stop()
        elif name == "walk":
            self.play(self._step, rate=10)
            if not 0 < self.state["steps"] < self._goal:  # else it was stopped on its way, and goes on
                self._goal = self.state["steps"] or _USUAL
                self.state.nudge(steps=0)

    def _step(self) -> bool:
        self.state.nudge(steps=self.state["steps"] + 1)
        return bool(self.state["steps"] < self._goal)

    def on_set(self, name: str, value: Any) -> None:
        super().on_set(name, value)
        if name == "surface":  # each has a place and a rate that are good to begin with
            self.state.nudge(start=self._ground.start, rate=self._ground.rate)
        elif name == "steps":
            self.stop()
            self._goal = 0

    def reset(self) -> None:
        self._goal = 0
        super().reset()

    def on_move(self, name: str, x: float, y: float) -> None:
        if name == "start":
            self.state.nudge(start=self._ground.clip(x, y))

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("rate 0.04", {}),
            ("momentum 0.8 as well", {"momentum": 0.8}),
            ("rate 0.086", {"rate": 0.086}),
        ]


def _turned(walk: Walk) -> str:
    """How often a step turned back against the one before."""
    moves = np.diff(walk.places, axis=0)
    back = (moves[1:] * moves[:-1]).sum(axis=1) < 0
    seen = np.linalg.norm(moves[1:], axis=1) > 1e-3  # what is too small to be seen does not count
    if not len(seen):
        return ""
    turns = np.count_nonzero(back & seen)
    if not turns:
        return "No step turned back against the one before."
    return f"{turns} of {walk.steps} steps turned back against the one before."
