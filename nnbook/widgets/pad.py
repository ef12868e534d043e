"""A sheet to draw a digit on: a network answers while the pen moves, and shows what reached it."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from nnbook import datasets
from nnbook.errors import describe, explain
from nnbook.functional import softmax
from nnbook.losses import CrossEntropyLoss
from nnbook.models import mlp
from nnbook.module import Module
from nnbook.optimizers import Adam
from nnbook.plots.style import BLACK, ORANGE
from nnbook.training import fit
from nnbook.widgets.fields import Flag, Whole
from nnbook.widgets.scene import Button, Heat, Mark, Pad, Panel, Rect, Write, greys, grid
from nnbook.widgets.shared import check_weights
from nnbook.widgets.shares import percent, shares_panel
from nnbook.widgets.sheet import PEN, SIDE, TESTS, Fitted, Sheet, arrives, drawn, pictures, stroked, written
from nnbook.widgets.stage import Live

__all__ = ["DrawingPad"]

_UPPER = [(9, 7), (13, 5), (17, 6), (18, 9), (16, 12), (13, 13)]
_LOWER = [(16, 14), (19, 17), (18, 21), (14, 23), (9, 21)]
_THREE = _UPPER + _LOWER


_PALE = "#9DB4C0"


@functools.cache
def _reader() -> Module:
    """The network that reads where none is given: 64-64-10, trained on the training digits in a moment."""
    x, y, _, _ = datasets.digits(flat=True)
    rng = np.random.default_rng(1)
    model = mlp(64, 64, 10, rng=rng, dtype=np.float64)
    fit(model, (x, y), CrossEntropyLoss(), Adam(model.parameters(), lr=3e-3), epochs=20, progress=False)
    return model


class DrawingPad(Live):
    """Draw a digit: the network answers while you draw, and beside it stands what it sees.

    Parameters
    ----------
    model : Module, optional
        Any network for the digits: it takes pictures (N, 64) or (N, 1, 8, 8) with ink from 0 to 1 and gives ten scores
        each. It is asked as it is at that moment, so that what you change in it shows. Without one, a small
        network is trained.
    prepare : callable, optional
        What was done to the pictures before training: called with them, it returns what the model is given, such as
        ``lambda ink: (ink - mean) / deviation``.
    state : dict, optional
        fit: whether a drawing is brought into the form of the data; digit: a test picture on the sheet, 1 to 450, or 0;
        drawing: the sheet, 32 × 32 dots as 256 hexadecimal digits.
    hide : list of str, optional
        Any of "fit", "sheet", "seen", "answer", "clear", "undo", "test", "misread", "reset", "code", "says".

    Raises
    ------
    TypeError, ValueError
        If the model is none, takes other pictures, gives anything but ten scores, or has a weight that is not a number.

    Examples
    --------
    >>> pad = DrawingPad(state={"digit": 5})
    >>> pad.says()
    'The network reads 4 (over 99 %). Test picture 5 of 450, already in the form of the data; its writer meant 4.'
    """

    title = "A sheet for one digit"
    caption = (
        "Draw a digit on the sheet, with the mouse, a finger, or arrow keys (the space bar sets the pen down and lifts "
        "it), and watch what reaches the network and what it answers."
    )
    fields: ClassVar = {
        "fit": Flag(default=True, label="fit like the data"),
        "digit": Whole(default=0, low=0, high=TESTS),
        "drawing": Sheet(default="", longest=256),
    }

    def __init__(
        self,
        model: Module | None = None,
        *,
        prepare: Callable[[np.ndarray], Any] | None = None,
        state: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        self.network = copy.deepcopy(_reader()) if model is None else model
        self.prepare = prepare
        self._given = model is not None
        self._past: list[dict[str, Any]] = []  # the sheets that Undo leads back to
        self._pen: tuple[float, ...] | None = None  # where the stroke that is being drawn has arrived
        self._shape, self._shares = _check_model(self.network, prepare)
        super().__init__(state=state, hide=hide)

    def arguments(self) -> list[str]:
        name = getattr(self.prepare, "__name__", "prepare")
        prepare = [f"prepare={name if name.isidentifier() else 'prepare'}"] if self.prepare else []
        return ["model"] * self._given + prepare

    def _asked(self, counts: np.ndarray) -> np.ndarray:
        """The share of each digit, for counts (N, 8, 8): (N, 10); NaN where a score is not finite."""
        scores = _scores(self.network, self.prepare, counts, self._shape)
        scores = np.where(np.isfinite(scores).all(axis=1, keepdims=True), scores, np.nan)
        return scores if self._shares else softmax(scores, axis=1)

    def _arrives(self) -> tuple[np.ndarray, Fitted | None, np.ndarray]:
        return arrives(self.state["drawing"], self.state["digit"], self.state["fit"])

    def panels(self) -> list[Panel]:
        return [self._sheet(), self._seen(), self._answer()]

    def _sheet(self) -> Panel:
        dots, made, _ = self._arrives()
        every_block = range(0, SIDE + 1, 4)
        marks: list[Mark] = [
            Heat(colors=greys(np.where(dots, 40, 255)), extent=(0, SIDE, SIDE, 0)),
            grid(every_block, every_block, _PALE),
        ]
        if made is not None:
            left, top, wide, high = made.box
            marks.append(Rect(x=left, y=top, w=wide, h=high, edge=ORANGE, width=2.5))
        label = "Sheet to draw a digit on, 32 by 32 dots."
        marks.append(
            Pad(name="sheet", label=label, extent=(0, SIDE, 0, SIDE), thick=2 * PEN, color="#282828")
        )
        return _square("sheet", "the sheet", label, marks, SIDE)

    def _seen(self) -> Panel:
        counts = self._arrives()[2]
        marks: list[Mark] = [
            Heat(colors=greys(255 - counts * (215 / 16)), extent=(0, 8, 8, 0)),
            grid(range(9), range(9), _PALE),
        ]
        marks += [
            Write(
                x=column + 0.5,
                y=row + 0.5,
                text=str(counts[row, column]),
                size=13,
                color="#FFFFFF" if counts[row, column] > 10 else BLACK,
            )
            for row, column in np.argwhere(counts)
        ]
        label = "What the network sees: how many of the 16 dots of each block are black, in 8 rows of 8"
        return _square("seen", "what the network sees", label, marks, 8)

    def _answer(self) -> Panel:
        dots, _, counts = self._arrives()
        shares = self._asked(counts[None])[0] if dots.any() else np.full(10, np.nan)
        label = "How sure the network is of each of the ten digits, in per cent, as bars"
        return shares_panel(shares, label, width=274, height=296)

    def says(self) -> str:
        dots, made, counts = self._arrives()
        if not dots.any():
            return "Nothing is drawn yet, so it has not been asked."
        shares = self._asked(counts[None])[0]
        if not np.isfinite(shares).all():
            said = "The network's scores are not finite numbers (NaN or infinity), so there is no answer"
            return f"{said}: look at its weights."
        first, second = (-shares).argsort(kind="stable")[:2]
        then = f", then {second} ({percent(shares[second])})" if shares[second] >= 0.005 else ""
        return f"The network reads {first} ({percent(shares[first])}){then}. {self._done(made)}"

    def _done(self, made: Fitted | None) -> str:
        """What came before the counting."""
        if digit := self.state["digit"]:
            form = "with your strokes on it" if self.state["drawing"] else "already in the form of the data"
            return f"Test picture {digit} of {TESTS}, {form}; its writer meant {pictures()[1][digit - 1]}."
        if made is None:
            return "It was counted as you drew it."
        *_, wide, high = made.box
        said = f"First the box of {wide} × {high} dots was stretched to 20 × 32 dots"
        if made.turns:
            dots = "one dot" if abs(made.turns) == 1 else "two dots"
            said += f", its strokes made {'thicker' if made.turns > 0 else 'thinner'} by {dots} all round"
        if made.slant:
            side = "right" if made.slant > 0 else "left"
            said += f", its foot pushed {abs(made.slant)} dots to the {side}, under the left end of its head"
        return said + "."

    def buttons(self) -> list[Button]:
        drawn = bool(self.state["drawing"] or self.state["digit"])
        return [
            Button(name="clear", label="Clear", enabled=drawn),
            Button(name="undo", label="Undo", enabled=bool(self._past)),
            Button(name="test", label="Put a test picture here"),
            Button(name="misread", label="… one that it misreads"),
        ]

    def _change(self, **values: Any) -> None:
        self._past = [*self._past[-99:], {name: self.state[name] for name in ("drawing", "digit")}]
        self.state.nudge(**values)

    def on_press(self, name: str) -> None:
        self._pen = None
        if name == "clear":
            self._change(drawing="", digit=0)
        elif name == "undo" and self._past:
            self.state.update(**self._past.pop())
        elif name in ("test", "misread"):
            counts, labels, _ = pictures()
            wanted = np.ones(TESTS, dtype=bool)
            if name == "misread":
                wanted = self._asked(counts).argmax(axis=1) != labels
                if not wanted.any():
                    raise ValueError(
                        explain("DrawingPad", "a test picture that is misread", "none: all 450 are read")
                    )
            following = np.roll(np.arange(TESTS), -self._last())
            self._change(drawing="", digit=int(following[wanted[following]][0]) + 1)

    def _last(self) -> int:
        """The test picture that is on the sheet, or was last."""
        return next((s["digit"] for s in [self.state, *self._past[::-1]] if s["digit"]), 0)

    def on_stroke(self, name: str, points: np.ndarray) -> None:
        if name != "sheet":
            return
        drawing = written(stroked(self._arrives()[0], points))
        if self._pen == tuple(points[0]):  # more of the same stroke
            self.state.nudge(drawing=drawing)
        else:
            self._change(drawing=drawing)
        self._pen = tuple(points[-1])

    def reset(self) -> None:
        """Back to where it began, to the last dot."""
        self._past, self._pen = [], None
        super().reset()

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        counts, labels, _ = pictures()
        right = self._asked(counts).argmax(axis=1) == labels
        shown: list[tuple[str, Mapping[str, Any]]] = [("a drawing", {"digit": 0, "drawing": drawn(_THREE)})]
        for title, ones in (("a test picture", right), ("one that it misreads", ~right)):
            if ones.any():
                shown.append((title, {"digit": int(ones.argmax()) + 1, "drawing": ""}))
        return shown


def _square(name: str, title: str, label: str, marks: list[Mark], side: int) -> Panel:
    look: dict[str, Any] = {"width": 274, "height": 296, "ticks": False}
    return Panel(name=name, title=title, label=label, marks=marks, x=(0, side), y=(side, 0), **look)


def _scores(model: Module, prepare: Any, counts: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """What the model says to counts (N, 8, 8)."""
    ink = (counts / 16).astype(np.float32).reshape(len(counts), *shape)
    with np.errstate(all="ignore"):  # scores that are not finite are told in words
        return np.asarray(model.predict(ink if prepare is None else np.asarray(prepare(ink))))


def _check_model(model: Any, prepare: Any) -> tuple[tuple[int, ...], bool]:
    """The shape of a picture as the model takes it, and whether it gives shares already; raises if it reads no digits."""
    who = "DrawingPad"
    if not isinstance(model, Module):
        fix = f"Make one: {model.__name__}(...)." if isinstance(model, type) else ""
        raise TypeError(explain(who, "a Module as model", describe(model), fix))
    if prepare is not None and not callable(prepare):
        fix = "Write prepare=lambda ink: (ink - mean) / deviation."
        raise TypeError(explain(who, "a function as prepare", describe(prepare), fix))
    check_weights(who, "model", model)
    counts = pictures()[0][:20]
    complaints, given = [], None
    for shape in ((64,), (1, 8, 8)):
        try:
            given = _scores(model, prepare, counts, shape)
        except Exception as error:  # a learner's own module may raise anything
            said = str(error).split(". ")[0].rstrip(".")
            complaints.append(f"For {'(N, 64)' if shape == (64,) else '(N, 1, 8, 8)'} it says: {said}.")
            continue
        if given.shape == (20, 10):
            shares = bool((given >= 0).all() and np.allclose(given.sum(axis=1), 1, atol=1e-3))
            return shape, shares
    if given is None:
        expected = "a model that takes pictures of 64 numbers, as (N, 64) or (N, 1, 8, 8)"
        raise ValueError(
            explain(who, expected, f"{type(model).__name__}, which takes neither", " ".join(complaints))
        )
    expected = "a model that gives ten scores for each picture, (20, 10) for 20"
    raise ValueError(explain(who, expected, f"shape {given.shape}", "Its last layer needs 10 outputs."))
