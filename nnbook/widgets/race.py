"""A race downhill: every optimiser from the same start, and who is first across the line."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from nnbook.arrays import Array
from nnbook.module import Parameter
from nnbook.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from nnbook.plots.style import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED
from nnbook.widgets.fields import Choice, Flag, Number, Numbers, Whole
from nnbook.widgets.scene import Button, Dots, Line, Mark, Panel, Write
from nnbook.widgets.shared import minus
from nnbook.widgets.stage import Live
from nnbook.widgets.surfaces import SURFACES, Surface, Walk, Walker, map_panel

__all__ = ["DescentRace"]

_MOST = 120  # steps
_SHARE = 0.01  # of the start's loss: the finishing line
_DEEP = -1.0  # and where there is no lowest place


class _Kind(NamedTuple):
    """One that may run: how it is made from a rate, the rate that it begins with, whether it runs, and its look."""

    make: Callable[[Parameter, float], Optimizer]
    rate: float
    runs: bool
    color: str
    dash: str
    shape: str


_KINDS = {
    "SGD": _Kind(lambda p, lr: SGD([p], lr), 0.04, True, BLACK, "", "o"),
    "momentum": _Kind(lambda p, lr: SGD([p], lr, momentum=0.9), 0.02, True, BLUE, "", "s"),
    "Nesterov": _Kind(lambda p, lr: SGD([p], lr, 0.9, nesterov=True), 0.02, False, GREEN, "7 3", "^"),
    "Adagrad": _Kind(lambda p, lr: Adagrad([p], lr), 0.5, False, PINK, "", "o"),
    "Adadelta": _Kind(lambda p, lr: Adadelta([p], lr), 1.0, False, GREY, "2 3", "s"),
    "RMSprop": _Kind(lambda p, lr: RMSprop([p], lr), 0.05, True, ORANGE, "", "^"),
    "Adam": _Kind(lambda p, lr: Adam([p], lr), 0.1, True, RED, "7 3", "s"),
    "AdamW": _Kind(lambda p, lr: AdamW([p], lr), 0.1, False, "#5B2A86", "2 3", "o"),
}


@functools.lru_cache(maxsize=64)
def _runner(surface: str, start: tuple[float, float], kind: str, rate: float) -> Walker:
    return Walker(SURFACES[surface], start, lambda p: _KINDS[kind].make(p, rate))


class DescentRace(Live):
    """Optimisers race downhill from one start: who is first below a hundredth of the loss, and who flies off?

    Every runner is a class of nnbook: `SGD` plain, with momentum 0.9, and with Nesterov's look ahead; `Adagrad`, `Adadelta`,
    `RMSprop`, `Adam`, and `AdamW` with its usual decay of 0.01. All else but the rate is as those classes have it.

    Parameters
    ----------
    state : dict, optional
        surface ("taxi rides", "bowl", "ravine", "saddle" or "two minima"), start (two numbers), step; rates ("each its own"
        or "one for all") and rate, the one for all. By the name of a runner ("SGD", "momentum", "Nesterov",
        "Adagrad", "Adadelta", "RMSprop", "Adam", "AdamW") whether it runs, by rate_SGD and so on its own rate.
    hide : list of str, optional
        Any of those, "map", "losses", "play", "next", "back", "reset", "code", "says".

    Examples
    --------
    >>> w = DescentRace(state={"step": 30})
    >>> w.path("Adam")[1].round(3)  # the first step of Adam has the rate's length in every direction
    array([-2.1,  0.9])
    """

    title = "A race downhill"
    caption = (
        "Guess who is first below the dashed line, then press Play. Drag the round start, turn a rate, or press a name "
        "to let it run or rest, and race again."
    )
    fields: ClassVar = {
        "surface": Choice(default="ravine", options=list(SURFACES), label="surface"),
        "step": Whole(default=0, low=0, high=_MOST, label="step"),
        "rates": Choice(default="each its own", options=["each its own", "one for all"], label="rates"),
        "rate": Number(default=0.05, low=0.001, high=10, step=0.02, log=True, label="rate η for all"),
        **{
            f"rate_{name}": Number(
                default=kind.rate, low=0.001, high=10, step=0.02, log=True, label=f"η of {name}"
            )
            for name, kind in _KINDS.items()
        },
        **{name: Flag(default=kind.runs) for name, kind in _KINDS.items()},
        "start": Numbers(default=SURFACES["ravine"].start, low=-3, high=8, shape=(2,)),
    }

    def path(self, name: str) -> Array:
        """All places of one runner so far, the start first: (step + 1, 2), or fewer if it was stopped."""
        return self._walk(name).places.copy()

    @property
    def _ground(self) -> Surface:
        return SURFACES[self.state["surface"]]

    def _walk(self, name: str) -> Walk:
        rate = self.state["rate" if self.state["rates"] == "one for all" else f"rate_{name}"]
        start = self._ground.clip(*self.state["start"])
        return _runner(self.state["surface"], start, name, rate).walk(self.state["step"])

    def _walks(self) -> dict[str, Walk]:
        return {name: self._walk(name) for name in _KINDS if self.state[name]}

    def _start(self) -> float:
        """How high the start is, above the lowest."""
        ground = self._ground
        return ground.height(np.array(ground.clip(*self.state["start"]))) - ground.lowest

    def _line(self) -> float:
        """The height, above the lowest, that is to be crossed."""
        return _DEEP if self._ground.endless else _SHARE * self._start()

    def panels(self) -> list[Panel]:
        walks = self._walks()
        return [self._map(walks), self._losses(walks)]

    def _map(self, walks: Mapping[str, Walk]) -> Panel:
        ground = self._ground
        x0, x1, y0, y1 = ground.extent
        high = y1 - y0
        marks: list[Mark] = []
        ends: list[tuple[str, float, float]] = []
        for name, walk in walks.items():
            kind = _KINDS[name]
            look: dict[str, Any] = {"color": kind.color, "shape": kind.shape}
            x, y, inside, out = ground.seen(walk.places)
            dots = np.flatnonzero(inside[:out])
            marks.append(Line(x=x[:out], y=y[:out], color=kind.color, width=1.8, dash=kind.dash))
            marks.append(Dots(x=x[dots], y=y[dots], size=4.5, edge=kind.color, **look))
            if inside[-1]:
                marks.append(Dots(x=x[-1:], y=y[-1:], size=11, edge=BLACK, **look))
            last = int(np.flatnonzero(inside)[-1])
            ends.append((name, float(x[last]), (y[last] - y0) / high))
        wide = 0.32 * (x1 - x0)  # beside the map, for the names
        for name, at, share, place in _spread(ends) if self.state["step"] else []:
            marks += _label(name, at, y0 + share * high, x1 + 0.12 * wide, y0 + place * high, 0.1 * wide)
        label = "A map of the loss with its contours, and the path of each optimiser from the start"
        start = ground.clip(*self.state["start"])
        return map_panel(self.state["surface"], start, marks, label, width=424, height=440, beside=wide)

    def _losses(self, walks: Mapping[str, Walk]) -> Panel:
        line, endless, lowest = self._line(), self._ground.endless, self._ground.lowest
        span = next(end for end in (20, 40, 80, _MOST) if end >= self.state["step"])
        limits = (-3.2, 3.2) if endless else (1e-4, 1e3)
        marks: list[Mark] = [Line(x=[0, span], y=[line, line], color=BLACK, width=1.5, dash="6 4")]
        ends: list[tuple[str, float, float]] = []
        for name, walk in walks.items():
            kind = _KINDS[name]
            steps = np.arange(walk.steps + 1)
            y = walk.heights if endless else np.maximum(walk.heights - lowest, 1e-12)
            y = np.where(np.abs(y) < 1e12, y, np.nan)
            marks.append(Line(x=steps, y=y, color=kind.color, width=1.8, dash=kind.dash))
            inside = np.flatnonzero((y >= limits[0]) & (y <= limits[1]))
            few = inside[:: max(1, span // 20)]
            marks.append(Dots(x=few, y=y[few], color=kind.color, shape=kind.shape, size=5, edge=kind.color))
            end = float(np.clip(np.nan_to_num(y[-1], nan=np.inf), *limits))
            ends.append((name, float(walk.steps), _share(end, limits, not endless)))
        for name, at, share, place in _spread(ends) if self.state["step"] else []:
            own, high = (_unshare(s, limits, not endless) for s in (share, place))
            marks += _label(name, at, own if 0 < share < 1 else np.nan, span * 1.05, high, span * 0.03)
        return Panel(
            name="losses",
            label="The loss of each optimiser after each step, and the line that is to be crossed",
            x=(0, span * 1.34),
            y=limits,
            marks=marks,
            width=406,
            height=440,
            xlabel="step",
            ylabel="height" if endless else "loss above its lowest value",
            title="dashed: the finishing line",
            log=not endless,
        )

    def says(self) -> str:
        walks, step = self._walks(), self.state["step"]
        start, line, endless = self._start(), self._line(), self._ground.endless
        if not walks:
            return "Nobody runs: press a name below to let it run."
        if not endless and start < 1e-9:
            return "The start is the lowest place: there is nothing to race for. Drag it away."
        what = "height" if endless else "loss"
        finish = f"{line:.3g}" if endless else f"{line:.3g}, a hundredth of it"
        if step == 0:
            return minus(
                f"At the start: {what} {start:.3g}{'' if endless else ' above the lowest'}. "
                f"The finishing line is at {finish}. {_and(list(walks))} will run: who is first?"
            )
        above = {name: walk.heights - self._ground.lowest for name, walk in walks.items()}
        across = {name: int(np.argmax(h < line)) for name, h in above.items() if (h < line).any()}
        order = sorted(across, key=across.__getitem__)
        said = f"After {step} step{'s' * (step > 1)}: "
        if order:
            best = [name for name in order if across[name] == across[order[0]]]
            rest = [f"{name} ({across[name]})" for name in order[len(best) :]]
            said += f"first below {line:.3g} {'was' if len(best) == 1 else 'were'} {_and(best)}, at step {across[order[0]]}"
            said += f"; then {', '.join(rest)}. " if rest else ". "
        else:
            said += f"nobody has been below {line:.3g}. "
        lost = [name for name, walk in walks.items() if above[name][-1] > max(start, 0) and walk.lost]
        if lost:
            told = [f"{name}, more than a million away after {walks[name].steps} steps" for name in lost]
            said += f"Diverged: {'; '.join(told)}. "
        higher = [name for name in walks if name not in lost and above[name][-1] > start]
        if higher:
            said += f"Higher than at the start: {_list(higher, above)}. "
        shallow = [name for name in walks if name not in across and self._in_shallow(walks[name])]
        if shallow:
            said += f"In the shallow minimum, which is not low enough: {_list(shallow, above)}. "
        others = [name for name in walks if name not in {*order, *lost, *higher, *shallow}]
        if others:
            said += f"Still on the way: {_list(others, above)}. "
        return minus(said.strip())

    def _in_shallow(self, walk: Walk) -> bool:
        place = self._ground.places.get("shallow")
        return place is not None and bool(np.linalg.norm(walk.places[-1] - place) < 0.1)

    def shown(self, name: str) -> bool:
        own = self.state["rates"] == "each its own"
        if name.startswith("rate_"):
            return bool(own and self.state[name.removeprefix("rate_")])
        return not (own and name == "rate")

    def buttons(self) -> list[Button]:
        step = self.state["step"]
        return [
            Button(name="play", label="Stop" if self.playing else "Play", primary=True),
            Button(name="back", label="One step back", enabled=step > 0),
            Button(name="next", label="One step on", enabled=step < _MOST),
            *(Button(name=name, label=name, pressed=self.state[name]) for name in _KINDS),
        ]

    def on_press(self, name: str) -> None:
        if name in _KINDS:
            self.state.nudge(**{name: not self.state[name]})
        elif name == "play" and not self.playing:
            self.play(self._step, rate=12)
            if self.state["step"] == _MOST:
                self.state.nudge(step=0)
        elif name in ("play", "next", "back"):
            self.stop()
            self.state.nudge(step=self.state["step"] + {"next": 1, "back": -1}.get(name, 0))

    def _step(self) -> bool:
        self.state.nudge(step=self.state["step"] + 1)
        return bool(self.state["step"] < _MOST)

    def on_set(self, name: str, value: Any) -> None:
        super().on_set(name, value)
        if name == "surface":
            self.state.nudge(start=self._ground.start)
        elif name == "step":
            self.stop()

    def on_move(self, name: str, x: float, y: float) -> None:
        if name == "start":
            self.state.nudge(start=self._ground.clip(x, y))

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("each with a rate of its own", {"step": 60}),
            ("the rate 0.1 for all", {"step": 60, "rates": "one for all", "rate": 0.1}),
        ]


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _list(names: list[str], above: Mapping[str, Array]) -> str:
    return ", ".join(f"{name} ({above[name][-1]:.3g})" for name in names)


def _share(y: float, limits: tuple[float, float], log: bool) -> float:
    low, high = np.log10(limits) if log else limits
    return float(((np.log10(y) if log else y) - low) / (high - low))


def _unshare(share: float, limits: tuple[float, float], log: bool) -> float:
    low, high = np.log10(limits) if log else limits
    y = low + share * (high - low)
    return float(10**y if log else y)


def _spread(ends: list[tuple[str, float, float]]) -> Iterator[tuple[str, float, float, float]]:
    """The ends from the lowest up, each with a height for its label: near, in order, and apart."""
    gap = 0.048
    ends = sorted(ends, key=lambda end: end[2])
    places: list[float] = []
    for _, _, share in ends:
        places.append(max([share, 0.03, *(place + gap for place in places[-1:])]))
    ceiling = 0.975
    for i in reversed(range(len(places))):
        places[i] = min(places[i], ceiling)
        ceiling = places[i] - gap
    for end, place in zip(ends, places, strict=True):
        yield *end, place


def _label(name: str, x: float, y: float, to_x: float, to_y: float, pad: float) -> list[Mark]:
    """A name with its mark at (to_x, to_y), and a thin line to it from the path's end."""
    kind = _KINDS[name]
    return [
        Line(x=[x, to_x], y=[y, to_y], color=kind.color, width=0.8, opacity=0.6),
        Dots(x=[to_x], y=[to_y], color=kind.color, shape=kind.shape, size=8, edge=BLACK),
        Write(x=to_x + pad, y=to_y, text=name, anchor="start", size=12),
    ]
