"""Sliders beside a picture of your own: one function that draws, and the fields that it takes.

    def draw(figure):
        ax = figure.subplots()
        x = np.linspace(-4, 4, 200)
        (line,) = ax.plot(x, x)

        def update(slope):
            line.set_ydata(slope * x)
            return f"At slope {slope:.2f} the line reaches {4 * slope:.2f}."

        return update

    widgets.Explore(draw, {"slope": widgets.Number(default=1.0, low=-2, high=2, label="slope")})

`draw` is called once and makes the artists; what it returns moves them, whenever a slider does. That is three times as
fast as drawing everything anew.
"""

from __future__ import annotations

import base64
import html
import io
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import anywidget
import ipywidgets as W
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, FigureBase

from nnbook.errors import describe, explain
from nnbook.plots import style
from nnbook.widgets.fields import Choice, Field, Flag, Number, State, Text, Whole, check_hidden
from nnbook.widgets.shared import call, kernel_runs

__all__ = ["Explore"]

Draw = Callable[[FigureBase], Callable[..., str | None]]

_DPI = 90
_NOTE = 9.0  # points
_WIDEST = "calc(100% - 4px)"  # ipywidgets put 2 px around everything; more than 100% would be scrolled


class _Manners(anywidget.AnyWidget):
    """What ipywidgets leave out: keys that JupyterLab would take (an arrow in a menu means the next cell to it), spoken
    names, and a place that stays where it is and is read aloud whenever its words change."""

    _esm = """
    // JupyterLab looks for the mark on the very element that has the focus.
    const mark = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
    function name(home) {
      const title = home.querySelector(".nnbook-caption strong")?.textContent;
      home.querySelector(".nnbook-picture")?.setAttribute("alt", title || "picture");
      const says = home.querySelector(".nnbook-says .widget-html-content");
      says?.setAttribute("role", "status");
      says?.setAttribute("aria-live", "polite");
      for (const part of home.querySelectorAll(".noUi-handle, .widget-readout")) {
        const label = part.closest(".widget-inline-hbox")?.querySelector(".widget-label");
        if (label) part.setAttribute("aria-label", label.textContent);
      }
    }
    // To noUiSlider the End key means the end that the slider had when it was made.
    function end(event) {
      const slider = event.key === "End" && event.target.closest(".noUi-target")?.noUiSlider;
      if (!slider) return;
      event.preventDefault();
      event.stopPropagation();
      slider.set(Infinity);
    }
    export default {
      render({ el }) {
        let home = null;
        let wanted = true;
        const focus = (event) => {
          mark(event);
          name(home); // sliders are made anew at times
        };
        const seek = () => {
          home = el.closest(".nnbook-explore");
          if (home) {
            home.addEventListener("focusin", focus);
            home.addEventListener("keydown", end, true);
            name(home);
          } else if (wanted) requestAnimationFrame(seek); // not on the page yet
        };
        seek();
        return () => {
          wanted = false;
          home?.removeEventListener("focusin", focus);
          home?.removeEventListener("keydown", end, true);
        };
      },
    };
    """
    _css = """
    .nnbook-explore :is(.nnbook-caption, .nnbook-says) .widget-html-content {
      max-width: 60em;
      line-height: 1.4;
    }
    .nnbook-explore .nnbook-says .widget-html-content {
      min-height: 2.8em;
    }
    """


class Explore:
    """Controls and a matplotlib picture that follows them.

    Parameters
    ----------
    draw : callable
        ``draw(figure)`` draws once and returns ``update(**values)``, which changes the artists and may return a sentence
        that says what is to be seen, with its numbers.
    fields : dict of str to Field
        What `update` takes; those with a label get a control.
    title, caption : str, optional
        What it is, and what to do.
    stills : list of (str, dict), optional
        States that the picture shows side by side where no kernel runs: a title, and what differs from the start.
    size : tuple of float
        Of the picture, in inches.
    state : dict, optional
        Where to begin.
    hide : list of str, optional
        Names of fields, "reset", "code", "says".

    Raises
    ------
    TypeError, ValueError
        If `draw` returns no function, or `state` or `hide` name what is not there.
    """

    def __init__(
        self,
        draw: Draw,
        fields: Mapping[str, Field],
        *,
        title: str = "",
        caption: str = "",
        stills: Sequence[tuple[str, Mapping[str, Any]]] = (("", {}),),
        size: tuple[float, float] = (6.5, 3.6),
        state: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        who = type(self).__name__
        self.title, self.caption, self.size = title, caption, size
        self._draw, self._stills = draw, list(stills)
        self.state = State(who, fields, state, changed=self._show)
        self.hide = check_hidden(who, hide, [*fields, "reset", "code", "says"])
        self._code_shown = False
        self._busy = False
        with style.context():
            self._figure = Figure(figsize=size, dpi=_DPI, layout="constrained", facecolor="white")
            self._update = self._begin(self._figure)
        self._make_controls()
        self._show()

    def _begin(self, figure: FigureBase) -> Callable[..., str | None]:
        update = self._draw(figure)
        if not callable(update):
            raise TypeError(
                explain(
                    type(self).__name__,
                    "draw(figure) to return the function that updates the picture",
                    describe(update),
                    "End draw with: return update.",
                )
            )
        return update

    def _said(self, said: str | None) -> str:
        if isinstance(said, str) or said is None:
            return said or ""
        expected = "update to return a sentence, or nothing"
        raise TypeError(explain(type(self).__name__, expected, describe(said)))

    def _make_controls(self) -> None:
        self._controls = {
            name: _control(name, field, self.state[name])
            for name, field in self.state.fields.items()
            if field.label and name not in self.hide
        }
        for name, widget in self._controls.items():
            widget.observe(lambda change, name=name: self._moved(name, change["new"]), "value")
        self._picture = W.Image(
            format="png", layout=W.Layout(width=f"{self.size[0] * _DPI:.0f}px", max_width=_WIDEST)
        )
        self._picture.add_class("nnbook-picture")
        self._says = _words("", "nnbook-says")
        self._written = _words("", "nnbook-code")
        buttons = []
        if "reset" not in self.hide:
            buttons.append(_button("Reset", "reset", lambda _: self.reset()))
        if "code" not in self.hide:
            buttons.append(_button("Code", "code", lambda _: self._toggle_code()))
        head = [
            _words(
                f"<strong>{html.escape(self.title)}</strong><br>{html.escape(self.caption)}", "nnbook-caption"
            )
        ]
        self.view = W.VBox(
            [
                *(head if self.title or self.caption else []),
                self._picture,
                *([] if "says" in self.hide else [self._says]),
                *self._controls.values(),
                W.HBox(buttons),
                self._written,
                _Manners(layout=W.Layout(display="none")),
            ]
        )
        self.view.add_class("nnbook-explore")
        self.view.add_class(f"nnbook-{type(self).__name__}")

    def _moved(self, name: str, value: Any) -> None:
        if self._busy or self._stands(name, value):
            return
        value = float(f"{value:.6g}") if isinstance(value, float) else value  # as `code()` writes it
        self.state.nudge(**{name: value, **self._anew(name)})

    def _stands(self, name: str, value: Any) -> bool:
        """Whether a slider says what it was told: it puts a number on its nearest stop and sends that back."""
        field, now = self.state.fields[name], self.state[name]
        if not isinstance(field, Number):
            return bool(value == now)
        at, to = np.log10([now, value]) if field.log else (now, value)
        return bool(abs(at - to) < 0.501 * self._controls[name].step)

    def _anew(self, name: str) -> Mapping[str, Any]:
        """What else begins anew when this control is moved: a subclass says it."""
        return {}

    def _show(self) -> None:
        """Bring the controls and the picture to the state."""
        self._busy = True
        try:
            ends = self._ends()
            for name, widget in self._controls.items():
                if name in ends:
                    widget.max = ends[name]
                if not self._stands(
                    name, widget.value
                ):  # else it would be sent back under a hand that has moved on
                    widget.value = self.state[name]
        finally:
            self._busy = False
        try:
            with np.errstate(all="ignore"), style.context():
                said = self._said(self._update(**self.state))
                self._picture.value = _png(self._figure)
        except (ValueError, TypeError, IndexError, ArithmeticError) as error:
            said = f"That cannot be drawn: {error}"
        except Exception as error:  # anyone's function may raise anything
            if not self._picture.value:  # it never worked: whoever writes it wants the traceback
                raise
            said = f"That cannot be drawn: {type(error).__name__}: {error}"
        self._says.value = html.escape(said)
        code = f"<pre>{html.escape(self.code())}</pre>" if self._code_shown else ""
        self._written.value = code

    def _ends(self) -> Mapping[str, int]:
        """Where sliders end in this state, if before their fields do: a subclass says it. The picture shows no more then."""
        return {}

    def _toggle_code(self) -> None:
        self._code_shown = not self._code_shown
        self._show()

    def reset(self) -> None:
        """Back to where it began, to the last digit."""
        self.state.reset()

    def code(self) -> str:
        """The line of Python that makes this widget in this state."""
        return call(type(self).__name__, self._arguments(), self.state, self.hide)

    def _arguments(self) -> list[str]:
        return ["draw", "fields"] if type(self) is Explore else []

    def told(self) -> str:
        """The widget as text: its title, and what it says in each state of its picture."""
        name = type(self).__name__
        return "\n".join([f"{name}: {self.title}." if self.title else name, *self._draw_stills()[1]])

    def picture(self) -> bytes:
        """The stills, side by side, as a PNG on an opaque white ground."""
        return _png(self._draw_stills()[0])

    def _draw_stills(self) -> tuple[Figure, list[str]]:
        count = len(self._stills)
        width = 7.8
        each = width / count
        high = min(self.size[1] + 0.6, max(1.1 * self.size[1] * each / self.size[0], 2.2) + 0.9)
        lines, longest = [], 0
        with style.context(), np.errstate(all="ignore"):
            figure = Figure(figsize=(width, high), dpi=_DPI, layout="constrained", facecolor="white")
            parts = np.atleast_1d(np.array(figure.subfigures(1, count)))
            for part, (title, values) in zip(parts, self._stills, strict=True):
                update = self._begin(part)
                chosen = State(type(self).__name__, self.state.fields, {**self.state.start, **values})
                said = self._said(update(**chosen))
                said = "" if "says" in self.hide else said
                if title and count > 1:
                    part.suptitle(title, fontsize=10.5, fontweight="bold")
                lines.append(": ".join(words for words in (title, said) if words))
                note = textwrap.fill(said, int(each * 72 / (0.57 * _NOTE)))
                longest = max(longest, note.count("\n") + 1)
                part.supxlabel(note, x=0.02, ha="left", fontsize=_NOTE)
            figure.set_figheight(high + max(0, longest - 3) * 1.25 * _NOTE / 72)
        return figure, lines

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"text/plain": self.told(), "image/png": base64.b64encode(self.picture()).decode()}
        return {**self.view._repr_mimebundle_(**kwargs), **shown} if kernel_runs() else shown


def _png(figure: Figure) -> bytes:
    written = io.BytesIO()
    FigureCanvasAgg(figure).print_png(written)  # drawn once, where savefig draws twice
    return written.getvalue()


def _words(content: str, name: str) -> W.HTML:
    words = W.HTML(content)
    words.add_class(name)
    return words


def _button(label: str, name: str, pressed: Callable[[Any], None]) -> W.Button:
    button = W.Button(description=label, layout=W.Layout(width="auto"))
    button.add_class(f"nnbook-{name}")
    button.on_click(pressed)
    return button


def _control(name: str, field: Field, value: Any) -> W.Widget:
    about = {
        "description": field.label,
        "value": value,
        "style": {"description_width": "11em"},
        "layout": W.Layout(width="42em", max_width=_WIDEST),
    }
    if isinstance(field, Number) and field.log:
        bounds = {"min": np.log10(field.low), "max": np.log10(field.high), "step": field.step or 0.05}
        widget: Any = W.FloatLogSlider(**about, **bounds, readout_format=".3g")
    elif isinstance(field, Number):
        step = field.step or (field.high - field.low) / 100
        bounds = {"min": field.low, "max": field.high, "step": step}
        widget = W.FloatSlider(**about, **bounds, readout_format=_as_fine_as(step))
    elif isinstance(field, Whole):
        widget = W.IntSlider(**about, min=field.low, max=field.high)
    elif isinstance(field, Choice):
        widget = W.Dropdown(**about, options=list(field.options))
    elif isinstance(field, Flag):
        widget = W.Checkbox(**about, indent=True)
    elif isinstance(field, Text):
        widget = W.Text(**about, continuous_update=False)
    else:
        raise TypeError(explain("Explore", "fields with a control", describe(field), "Give it no label."))
    widget.add_class(f"nnbook-field-{name}")
    return widget


def _as_fine_as(step: float) -> str:
    """How a slider of such steps shows its number."""
    written = f"{step:.6g}"
    places = len(written.partition(".")[2])
    return f".{places}f" if "e" not in written and places <= 3 else ".4g"
