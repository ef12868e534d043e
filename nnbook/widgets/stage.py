"""The stage of the widgets that follow the hand: Python computes, the browser draws and listens.

A subclass of `Live` declares its state (`fields`) and says what is to be seen as a function of that state (`panels`,
`says`). Whatever a hand does, by mouse or key, arrives in one of four methods (`on_set`, `on_move`, `on_press`,
`on_stroke`), changes the state, and the stage is drawn again. Because all that is seen follows from the state, a line
of Python (`code()`) brings it back, a reset is exact, and the picture for readers without a kernel is the widget itself.

The browser's half is stage.js, one plain ES module: it knows marks and controls, and no widget.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import anywidget
import numpy as np
import traitlets

from nnbook.errors import explain
from nnbook.widgets.fields import Choice, Field, Flag, Number, State, Text, Whole, check_hidden
from nnbook.widgets.scene import Button, Panel, packed
from nnbook.widgets.shared import call, kernel_runs, minus

__all__ = ["Live"]

_HERE = pathlib.Path(__file__).parent


class Live(anywidget.AnyWidget):
    """A widget on the common stage.

    Parameters
    ----------
    state : dict, optional
        Where to begin; `code()` writes one.
    hide : list of str, optional
        Names of controls, panels and buttons that are not shown; also "reset", "code", "says".

    Raises
    ------
    TypeError, ValueError
        If a name or a value in `state`, or a name in `hide`, is none that the widget has.

    Notes
    -----
    A subclass gives `title`, `caption` (one sentence: what to do), `fields`, `panels` and `says`. Both read `self.state`
    and the constructor's arguments only. ``self.state.nudge(name=value)`` changes the state, within its bounds. Panels,
    marks and buttons are in `nnbook.widgets.scene`.

    Examples
    --------
    >>> from nnbook.widgets.fields import Number
    >>> from nnbook.widgets.scene import Handle, Line, Panel
    >>> class Slope(Live):
    ...     title, caption = "A line", "Drag the dot, or move the slider."
    ...     fields = {"slope": Number(default=0.5, low=-1, high=1, label="slope")}
    ...
    ...     def panels(self):
    ...         y = self.state["slope"]
    ...         marks = [Line(x=[0, 1], y=[0, y]), Handle(name="end", x=1, y=y, along="y", label="end of the line")]
    ...         return [Panel(name="plane", label="The line", x=(0, 1.2), y=(-1, 1), marks=marks)]
    ...
    ...     def says(self):
    ...         return f"At 1 the line is at {self.state['slope']:.2f}."
    ...
    ...     def on_move(self, name, x, y):
    ...         self.state.nudge(slope=y)
    >>> Slope(state={"slope": 0.25}).says()
    'At 1 the line is at 0.25.'
    """

    _esm = _HERE / "stage.js"
    _css = _HERE / "stage.css"
    scene = traitlets.Dict().tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)

    title: ClassVar[str] = ""
    caption: ClassVar[str] = ""
    fields: ClassVar[Mapping[str, Field]] = {}
    _running: asyncio.Task[None] | None = None

    def __init__(self, *, state: Mapping[str, Any] | None = None, hide: Iterable[str] = ()) -> None:
        self.state = State(type(self).__name__, self.fields, state)
        self._trouble = ""
        self._code_shown = False
        self._calm = False  # the reader asked for less motion
        names = [*self.fields, *(panel.name for panel in self.panels()), *(b.name for b in self.buttons())]
        self.hide = check_hidden(type(self).__name__, hide, [*names, "reset", "code", "says"])
        super().__init__()
        self.on_msg(lambda _, content, buffers: self.receive(content))
        self.refresh()

    # What a subclass says

    def panels(self) -> list[Panel]:
        """What is to be seen in this state."""
        raise NotImplementedError(f"{type(self).__name__} has to say what is to be seen: def panels(self).")

    def says(self) -> str:
        """What this state means, in a sentence or two with its numbers: shown below, and read aloud when it changes."""
        return ""

    def buttons(self) -> list[Button]:
        """Buttons of the widget's own, before Reset and Code."""
        return []

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        """States that the picture shows side by side: a title, and what differs from the start."""
        return [("", {})]

    def still_panels(self) -> Sequence[str] | None:
        """Names of the panels that the picture shows; None: all."""
        return None

    def arguments(self) -> list[str]:
        """What stands before ``state=`` in `code()`, as Python: "model", say."""
        return []

    def shown(self, name: str) -> bool:
        """Whether a field's control is of use in this state."""
        return True

    # What a hand does; a subclass overrides what it needs

    def on_set(self, name: str, value: Any) -> None:
        """A control was moved."""
        self.state.nudge(**{name: value})

    def on_move(self, name: str, x: float, y: float) -> None:
        """A handle was dragged to (x, y)."""

    def on_press(self, name: str) -> None:
        """A button, or a box with a name, was pressed."""

    def on_stroke(self, name: str, points: np.ndarray) -> None:
        """A line was drawn through points (n, 2); one of a single point is a dot."""

    # What everybody has

    def reset(self) -> None:
        """Back to where it began, to the last digit."""
        self.stop()
        self.state.reset()
        self._trouble = ""
        self.refresh()

    def code(self) -> str:
        """The line of Python that makes this widget in this state.

        Returns
        -------
        str
            Such as ``widgets.NeuronExplorer(state={'bias': -1.5})``.
        """
        return call(type(self).__name__, self.arguments(), self.state, self.hide)

    def refresh(self) -> None:
        """Draw the stage anew."""
        with np.errstate(all="ignore"):
            self.scene = self._scene()

    def play(self, frame: Callable[[], bool], rate: float = 20.0) -> None:
        """Call `frame` `rate` times a second, drawing after each, until it returns False or `stop` is called.

        For a reader who asked for less motion it is drawn twice a second, as far along.
        """
        self.stop()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise ValueError(explain(type(self).__name__, "a running notebook to play in", "none")) from None
        self._running = loop.create_task(self._play(frame, rate))

    async def _play(self, frame: Callable[[], bool], rate: float) -> None:
        strides = max(1, round(rate / 2)) if self._calm else 1
        going = True
        while going:
            with self._explaining():
                for _ in range(strides):
                    going = going and frame()
            going = going and not self._trouble
            if not going:
                self._running = None
            self._redraw()
            await asyncio.sleep(strides / rate)

    def stop(self) -> None:
        """Stop what `play` began."""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    @property
    def playing(self) -> bool:
        """Whether `play` is at work."""
        return self._running is not None

    def close(self) -> None:
        """Stop, and leave the page."""
        self.stop()
        super().close()

    def receive(self, event: Mapping[str, Any]) -> None:
        """One event from the browser: what happened, and where. Whatever is wrong with it is said on the stage."""
        if event.get("kind") == "heard":  # nothing happened; stage.js says what it is for
            return
        self._trouble = ""
        with self._explaining():
            self._dispatch(event)
        with self.hold_sync():
            self._redraw()
            self.answered += 1

    def _dispatch(self, event: Mapping[str, Any]) -> None:
        kind, name = event.get("kind"), str(event.get("name", ""))
        if kind == "set" and name in self.fields:
            self.on_set(name, event.get("value"))
        elif kind == "move":
            x, y = float(event["x"]), float(event["y"])
            if np.isfinite([x, y]).all():
                self.on_move(name, x, y)
        elif kind == "stroke":
            points = np.asarray(event["points"], dtype=float).reshape(-1, 2)
            if len(points) and np.isfinite(points).all():
                self.on_stroke(name, points)
        elif kind == "calm":
            self._calm = bool(event.get("value"))
        elif kind == "press" and name == "reset":
            self.reset()
        elif kind == "press" and name == "code":
            self._code_shown = not self._code_shown
        elif kind == "press":
            self.on_press(name)

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        """What does not work is undone, and said on the stage."""
        before = dict(self.state)
        try:
            with np.errstate(all="ignore"):
                yield
        except Exception as error:  # a learner's own model may raise anything
            self.state.update(**before)
            self._trouble = f"That did not work, and nothing was changed: {error}"

    def _redraw(self) -> None:
        """Draw the stage anew; where that fails, it is said on the last scene."""
        try:
            self.refresh()
        except Exception as error:  # as above
            self.scene = self.scene | {"says": f"That cannot be drawn: {error}", "trouble": True}

    def _scene(self) -> dict[str, Any]:
        buttons = [*self.buttons()]
        buttons.append(Button(name="reset", label="Reset"))
        buttons.append(Button(name="code", label="Code", pressed=self._code_shown))
        return {
            "name": type(self).__name__,
            "title": self.title,
            "caption": self.caption,
            "panels": [packed(panel) for panel in self.panels() if panel.name not in self.hide],
            "controls": [
                _control(name, field, self.state[name])
                for name, field in self.fields.items()
                if field.label and name not in self.hide and self.shown(name)
            ],
            "buttons": [vars(button) for button in buttons if button.name not in self.hide],
            "says": self._trouble or ("" if "says" in self.hide else self.says()),
            "trouble": bool(self._trouble),
            "playing": self.playing,
            "code": self.code() if self._code_shown else "",
        }

    def told(self) -> str:
        """The widget as text: its title, and what it says in each state of its picture."""
        lines = [f"{type(self).__name__}: {self.title}." if self.title else type(self).__name__]
        for title, values in self.stills():
            with self._as(values):
                said = self.says()
            lines.append(": ".join(part for part in (title, said) if part))
        return "\n".join(lines)

    @contextlib.contextmanager
    def _as(self, values: Mapping[str, Any]) -> Iterator[None]:
        """In another state for a moment, without showing it."""
        kept = self.state
        self.state = State(type(self).__name__, self.fields, {**kept.start, **values})
        try:
            with np.errstate(all="ignore"):
                yield
        finally:
            self.state = kept

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        from nnbook.widgets import still

        png = base64.b64encode(still.picture(self)).decode()
        shown: dict[str, Any] = {"text/plain": self.told(), "image/png": png}
        if not kernel_runs():
            return shown, {}
        view, metadata = super()._repr_mimebundle_(**kwargs)
        return {**view, **shown}, metadata


def _control(name: str, field: Field, value: Any) -> dict[str, Any]:
    """One control, as the browser needs it."""
    about = {"name": name, "label": field.label}
    if isinstance(field, Number) and field.log:
        low, high, at = (float(np.log10(number)) for number in (field.low, field.high, value))
        says = f"{value:.{3 + (value >= 1000)}g} {field.unit}"
        return about | _slider(low, high, field.step or 0.05, at, says, log=True)
    if isinstance(field, Number):
        step = field.step or (field.high - field.low) / 100
        return about | _slider(field.low, field.high, step, value, f"{value:.4g} {field.unit}")
    if isinstance(field, Whole):
        return about | _slider(field.low, field.high, 1, value, f"{value} {field.unit}")
    if isinstance(field, Choice):
        return about | {"kind": "choice", "options": list(field.options), "value": value}
    if isinstance(field, Flag):
        return about | {"kind": "flag", "value": value}
    if isinstance(field, Text):
        return about | {"kind": "text", "value": value, "longest": field.longest}
    raise TypeError(f"{type(field).__name__} has no control: give it no label")


def _slider(
    low: float, high: float, step: float, value: float, says: str, *, log: bool = False
) -> dict[str, Any]:
    where = {"low": low, "high": high, "step": step, "value": value, "log": log}
    return {"kind": "slider", **where, "says": minus(says.strip())}
