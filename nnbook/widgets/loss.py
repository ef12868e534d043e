"""Three losses over one guess: an outlier is dragged away, and each shows how far its best guess goes along."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from nnbook.arrays import Array
from nnbook.losses import (
    huber_loss,
    huber_loss_backward,
    l1_loss,
    l1_loss_backward,
    mse_loss,
    mse_loss_backward,
)
from nnbook.plots.style import BLACK, BLUE, GREEN, GREY, ORANGE, RED
from nnbook.widgets.fields import Number, Numbers
from nnbook.widgets.scene import Dots, Handle, Line, Mark, Panel, Write
from nnbook.widgets.shared import numbered
from nnbook.widgets.stage import Live

__all__ = ["LossExplorer"]

_DAYS = (8.0, 9.0, 10.0, 11.0, 62.0)  # notebook 05: minutes to the bus, with somebody's typo
_LATEST = 70.0
_GUESSES = np.linspace(0, _LATEST, 141)
_X = (-22.0, 102.0)  # minutes, with room for names on the left and numbers on the right
_NEAR = 30.0  # minutes from its best guess at which a curve has filled its lane
_LOOKS = {"squared": (BLUE, "", "o"), "absolute": (RED, "7 4", "s"), "Huber": (GREEN, "9 3 2 3", "^")}
_UNITS = {"squared": "min²", "absolute": "min", "Huber": "min²"}


@functools.lru_cache(maxsize=64)
def _losses(days: tuple[float, ...], delta: float) -> dict[str, tuple[float, float, Array]]:
    """Of each loss: its best guess, the mean loss there, and the mean loss of every guess."""
    target = np.array(days)
    options = {"delta": delta}
    pairs: dict[str, tuple[Callable[..., float], Callable[..., Array], dict[str, float]]] = {
        "squared": (mse_loss, mse_loss_backward, {}),
        "absolute": (l1_loss, l1_loss_backward, {}),
        "Huber": (huber_loss, huber_loss_backward, options),
    }
    found = {}
    for name, (loss, backward, more) in pairs.items():
        low, high = min(days), max(days)
        # halved until the slope changes sign: one guess for five days, so their slopes are added up
        for _ in range(50):
            middle = (low + high) / 2
            if backward(1.0, np.full(len(days), middle), target, **more).sum() > 0:
                high = middle
            else:
                low = middle
        curve = np.array([loss(np.full(len(days), guess), target, **more) for guess in _GUESSES])
        best = (low + high) / 2
        found[name] = best, loss(np.full(len(days), best), target, **more), curve
    return found


class LossExplorer(Live):
    """Drag a day away from the others, and see how far the best guess of each loss goes along.

    Five walks to the bus, in minutes, and one guess for all of them. Below, the mean squared, absolute and Huber loss of
    every guess, each upwards from its own lowest value.

    Parameters
    ----------
    state : dict, optional
        days: five numbers of minutes from 0 to 70; delta: of Huber's loss, in minutes.
    hide : list of str, optional
        Any of "delta", "days", "curves", "reset", "code", "says".

    Examples
    --------
    >>> w = LossExplorer(state={"days": [8, 9, 10, 11, 12]})
    >>> w.best()
    {'squared': 10.0, 'absolute': 10.0, 'Huber': 10.0}
    """

    title = "Where each loss puts its best guess"
    caption = (
        "Drag the square, the last day, to and fro, and watch the three best guesses below; "
        "the other days can be dragged too. The slider sets the error from which Huber's loss pulls no harder."
    )
    fields: ClassVar = {
        "days": Numbers(default=_DAYS, low=0, high=_LATEST, shape=(5,)),
        "delta": Number(
            default=4.0, low=0.1, high=100, step=0.02, log=True, unit="min", label="Huber's delta"
        ),
    }

    def best(self) -> dict[str, float]:
        """The guess at which each loss is lowest, in minutes."""
        return {name: round(found[0], 6) for name, found in self._found().items()}

    def _found(self) -> dict[str, tuple[float, float, Array]]:
        return _losses(self.state["days"], self.state["delta"])

    def panels(self) -> list[Panel]:
        return [self._days(), self._curves()]

    def _days(self) -> Panel:
        days = self.state["days"]
        last = len(days)
        marks: list[Mark] = []
        for i, minutes in enumerate(days, 1):
            y = last - i
            words = f"{minutes:.1f} min"
            marks += [
                Line(x=[0, _LATEST], y=[y, y], color=GREY, width=1, opacity=0.4),
                Write(x=-3, y=y, text=f"day {i}", anchor="end", size=15),
                Write(x=_LATEST + 3, y=y, text=words, anchor="start", size=15, bold=i == last),
                Handle(
                    name=f"day {i}",
                    x=minutes,
                    y=y,
                    along="x",
                    step=1,
                    label=f"day {i}",
                    says=words,
                    color=ORANGE if i == last else "#FFFFFF",
                    shape="s" if i == last else "o",
                    size=17 if i == last else 14,
                ),
            ]
        return Panel(
            name="days",
            label="The five days, each at its minutes",
            x=_X,
            y=(-0.6, last - 0.4),
            marks=marks,
            width=860,
            height=180,
            ticks=False,
        )

    def _curves(self) -> Panel:
        found = self._found()
        marks: list[Mark] = []
        for minutes in range(0, int(_LATEST) + 1, 10):
            marks += [
                Line(x=[minutes, minutes], y=[-0.08, 2.95], color=GREY, width=1, opacity=0.3),
                Write(x=minutes, y=-0.27, text=str(minutes), size=15),
            ]
        marks.append(Write(x=_LATEST / 2, y=-0.56, text="guess ŷ (minutes)", size=15))
        for level, (name, (best, lowest, curve)) in enumerate(found.items()):
            color, dash, shape = _LOOKS[name]
            base = 2 - level
            rise = curve - lowest
            x = np.append(_GUESSES, best)  # with the lowest point itself, which may lie between two guesses
            order = np.argsort(x)
            lane = max(np.interp(best + side, _GUESSES, rise) for side in (-_NEAR, _NEAR))
            heights = 0.9 * np.append(rise, 0.0)[order] / lane
            heights = base + np.where(heights <= 0.9, heights, np.nan)
            marks += [
                Line(x=[0, _LATEST], y=[base, base], color=GREY, width=1),
                Line(x=x[order], y=heights, color=color, width=2.5, dash=dash),
                Line(x=[best, best], y=[base, 3.0], color=color, width=1.5, dash=dash, opacity=0.7),
                Dots(x=[best], y=[base], color=color, shape=shape, size=14, edge=BLACK),
                Write(x=-1.5, y=base + 0.35, text=name, anchor="end", size=15, color=color, bold=True),
                Write(
                    x=_LATEST + 1.5,
                    y=base + 0.48,
                    text=f"best {best:.1f}",
                    anchor="start",
                    size=15,
                    bold=True,
                ),
                Write(x=_LATEST + 1.5, y=base + 0.2, text=_amount(lowest, name), anchor="start", size=15),
            ]
        return Panel(
            name="curves",
            label="The mean loss of every guess, for three losses, each with its lowest point",
            x=_X,
            y=(-0.7, 3.0),
            marks=marks,
            width=860,
            height=400,
            ticks=False,
        )

    def says(self) -> str:
        found, days, delta = self._found(), np.array(self.state["days"]), self.state["delta"]
        squared, absolute, huber = (found[name][0] for name in _LOOKS)
        far = np.flatnonzero(np.abs(days - huber) > delta + 1e-6) + 1
        if not len(far):
            reach = f"no day lies farther than delta = {delta:.3g} minutes from it, so it is the mean"
        else:
            who = f"day {far[0]} lies" if len(far) == 1 else f"{len(far)} days lie"
            so = (
                "pulls no harder however far it goes"
                if len(far) == 1
                else "pull no harder however far they go"
            )
            reach = f"{who} farther than delta = {delta:.3g} minutes from it, and {so}"
        return (
            f"With {days[-1]:.1f} minutes on day 5, the best guess is {squared:.1f} by the squared error (the mean), "
            f"{absolute:.1f} by the absolute one (the median) and {huber:.1f} by Huber's: {reach}."
        )

    def on_move(self, name: str, x: float, y: float) -> None:
        what, i = numbered(name)
        days = list(self.state["days"])
        if what == "day" and 1 <= i <= len(days):
            days[i - 1] = round(x, 1)
            self.state.nudge(days=days)

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("the days as they were", {"days": (*_DAYS[:-1], 12.0)}),
            ("62 for 12", {}),
        ]


def _amount(loss: float, name: str) -> str:
    """A mean loss with its unit."""
    return f"loss {loss:.3g} {_UNITS[name]}" if loss < 1000 else f"loss {loss:.0f} {_UNITS[name]}"
