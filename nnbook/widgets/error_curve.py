"""A measured slope against the true one, for every step size: bending on one side, rounding on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import FigureBase

from nnbook.activations import relu, relu_backward, tanh, tanh_backward
from nnbook.errors import describe, explain
from nnbook.gradients import numerical_gradient
from nnbook.plots.style import BLUE, GREY, RED
from nnbook.widgets.explore import Explore
from nnbook.widgets.fields import Choice, Field, Flag, Number
from nnbook.widgets.shared import minus

__all__ = ["ErrorCurve"]

Function = Callable[[Any], Any]

_STEPS = 10.0 ** (np.arange(-16 * 12, 1) / 12)  # 1e-16 to 1, twelve to a power of ten
_LOW, _HIGH = 1e-17, 1e4  # of the errors that are drawn
_TYPES: dict[str, Any] = {"64": np.float64, "32": np.float32}
_DIGITS = {"64": 17, "32": 9}  # that tell any two of their numbers apart
_STRONG = "#9A6A00"  # orange that can be read on white


def _one(f: Function) -> Function:
    """A function of arrays as one of a number."""
    return lambda x: f(np.reshape(x, 1))[0]


_FUNCTIONS: dict[str, tuple[Function, Function]] = {
    "sin(x)": (np.sin, np.cos),
    "1000 + sin(x)": (lambda x: 1000 + np.sin(x), np.cos),
    "exp(x)": (np.exp, np.exp),
    "x**2": (lambda x: x**2, lambda x: 2 * x),
    "x**3": (lambda x: x**3, lambda x: 3 * x**2),
    "tanh(x)": (_one(tanh), _one(lambda x: tanh_backward(np.ones(1), tanh(x)))),
    "relu(x)": (_one(relu), _one(lambda x: relu_backward(np.ones(1), relu(x)))),
}


class ErrorCurve(Explore):
    """How far a numerical slope is off, for each step h: choose the function, the place, the sides, the bits.

    Parameters
    ----------
    f : callable, optional
        A function of one number to measure as well, under the name "yours". Where 32 bits are chosen it is given a
        32-bit number; what it makes of that is its own affair.
    slope : callable, optional
        Its true slope, a function of the place.
    state : dict, optional
        function, x, sides ("one" or "two"), bits ("64" or "32"), h, costs (True: draw what bending and rounding cost).
    hide : list of str, optional
        Any of those, "reset", "code", "says".

    Raises
    ------
    TypeError
        If `f` or `slope` is no function, comes without the other, or returns something else than one number.

    Examples
    --------
    >>> ErrorCurve(state={"bits": "32", "h": 0.01}).code()
    "widgets.ErrorCurve(state={'bits': '32', 'h': 0.01})"
    """

    fields: ClassVar[Mapping[str, Field]] = {
        "function": Choice(default="sin(x)", options=list(_FUNCTIONS), label="function"),
        "x": Number(default=1.0, low=-3, high=3, step=0.05, label="place x"),
        "sides": Choice(default="two", options=["one", "two"], label="sides"),
        "bits": Choice(default="64", options=["64", "32"], label="bits"),
        "h": Number(default=0.1, low=1e-16, high=1.0, log=True, step=0.125, label="step h"),
        "costs": Flag(default=False, label="draw the two costs"),
    }

    def __init__(
        self,
        f: Function | None = None,
        slope: Function | None = None,
        *,
        state: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        self._functions = dict(_FUNCTIONS)
        fields = dict(self.fields)
        self._own = f is not None or slope is not None
        if self._own:
            self._functions["yours"] = _checked("f", f, "slope"), _checked("slope", slope, "f")
            options = ["yours", *_FUNCTIONS]
            fields["function"] = Choice(default="yours", options=options, label="function")
        first = {"function": fields["function"].default, "x": 1.0, "costs": True, "h": 1e-3}
        super().__init__(
            self._draw_curve,
            fields,
            title="Step size against error",
            caption="Drag h: the dot shows how far the measured slope is off, the curve shows it for every h. Find the "
            "valley. Then choose another function, place, side or number of bits: what moves the valley?",
            stills=[
                ("two sides, 64 bits", {**first, "sides": "two", "bits": "64"}),
                ("one side, 64 bits", {**first, "sides": "one", "bits": "64"}),
                ("two sides, 32 bits", {**first, "sides": "two", "bits": "32", "h": 1e-9}),
            ],
            size=(7.0, 4.6),
            state=state,
            hide=hide,
        )

    def _arguments(self) -> list[str]:
        return ["f", "slope"] if self._own else []

    def _draw_curve(self, figure: FigureBase) -> Callable[..., str]:
        above, ax = figure.subplots(2, 1, height_ratios=[1, 4])
        above.set(xlim=(0, 1), ylim=(0, 2))
        narrow = figure.bbox.width < 400  # type: ignore[attr-defined]
        above.set_axis_off()
        mono: dict[str, Any] = {"family": "monospace", "fontsize": 9, "va": "center", "in_layout": False}
        rows = [[above.text(-0.09, y, "", color=c, **mono) for c in ("0.4", _STRONG)] for y in (1.5, 0.5)]
        (curve,) = ax.loglog(_STEPS, np.ones_like(_STEPS), color=BLUE, lw=1.3)
        prices = [
            (
                *ax.loglog([], [], style, color=color, lw=1.8),
                ax.text(1, 1, "", color=color, fontsize=9, ha=side),
            )
            for style, color, side in (("--", _STRONG, "right"), (":", RED, "left"))
        ]
        here = ax.axvline(1.0, color=GREY, lw=0.8)
        (dot,) = ax.loglog([], [], "o", color="black", ms=8)
        ax.set(xlim=(5e-17, 2), ylim=(_LOW, _HIGH), xlabel="step h", ylabel="slope off by")
        for axis, powers in ((ax.xaxis, range(-16, 1, 8 if narrow else 4)), (ax.yaxis, range(-16, 5, 4))):
            axis.set_ticks([10.0**power for power in powers], [minus(f"1e{power}") for power in powers])
        ax.minorticks_off()
        known: dict[Any, Any] = {}  # the last curve

        def update(function: str, x: float, sides: str, bits: str, h: float, costs: bool) -> str:
            key = function, x, sides, bits
            if key not in known:
                known.clear()
                known[key] = _Curve(*self._functions[function], x, sides, bits)
            c = known[key]
            curve.set_ydata(np.maximum(c.errors, _LOW))
            dot.set_data([h], [np.clip(c.off(h), _LOW, _HIGH)])
            here.set_xdata([h, h])
            for row, name, parts in zip(rows, c.names, c.split(h), strict=True):
                begin = f"{name:8} = {parts[0]}"
                row[0].set_text(begin)
                row[1].set_text(" " * len(begin) + parts[1])
            for (line, text), (name, at, ys) in zip(prices, c.costs, strict=True):
                line.set_data(_STEPS, ys)
                line.set_visible(costs)
                place = 5 * float(np.interp(at, _STEPS, ys))
                text.set(
                    text=name.split()[-1] if narrow else name,
                    x=at,
                    y=place,
                    visible=costs and _LOW < place < _HIGH / 10,
                )
            return c.says(h) + (f" {c.says_costs(h)}" if costs else "")

        return update


class _Curve:
    """The errors of one function at one place, for every step."""

    def __init__(self, f: Function, slope: Function, x: float, sides: str, bits: str) -> None:
        self.f, self.x, self.sides, self.bits = f, x, sides, bits
        self.slope = float(np.reshape(slope(np.float64(x)), ()))
        self.power = 2 if sides == "two" else 1
        self.names = ("f(x + h)", "f(x − h)" if sides == "two" else "f(x)")
        self.errors = np.array([self.off(h) for h in _STEPS])
        size = abs(value(f, x, "64")) + abs(x * self.slope)  # f(x) is rounded, and so is x
        self._round = np.finfo(_TYPES[bits]).eps * size / self.power
        self._bend = self._bending(size)
        self.costs = (
            (f"bending ∝ {'h²' if self.power == 2 else 'h'}", 0.5, self._bend * _STEPS**self.power),
            ("rounding ∝ 1/h", 2e-15, self._round / _STEPS),
        )

    def measured(self, h: float, bits: str) -> float:
        if self.sides == "one":
            return (value(self.f, self.x + h, bits) - value(self.f, self.x, bits)) / h
        return float(numerical_gradient(lambda place: value(self.f, place[0], bits), [self.x], h=h)[0])

    def off(self, h: float) -> float:
        return abs(self.measured(h, self.bits) - self.slope)

    def _bending(self, size: float) -> float:
        """The error at a step where it is nothing but bending, divided by h or h²; 0 if there is none to be seen, NaN if
        it does not go with h or h²."""
        h = 1e-2 if self.power == 2 else 1e-4
        error, nearer = (abs(self.measured(step, "64") - self.slope) for step in (h, h / 4))
        if error <= 10 * np.finfo(float).eps * size / h:
            return 0.0
        return error / h**self.power if 0.5 < error / (nearer * 4**self.power + 1e-300) < 2 else np.nan

    def pair(self, h: float) -> tuple[float, float]:
        """The two values whose difference is taken."""
        other = self.x - h if self.sides == "two" else self.x
        return value(self.f, self.x + h, self.bits) + 0.0, value(self.f, other, self.bits) + 0.0  # no −0

    def split(self, h: float) -> list[tuple[str, str]]:
        """The two values as text: what both begin with, and the rest."""
        texts = [digits(each, self.bits) for each in self.pair(h)]
        alike = [a == b for a, b in zip(*texts, strict=False)]
        same = [*alike, False].index(False)
        return [(text[:same], text[same:]) for text in texts]

    def says(self, h: float) -> str:
        found, off = self.measured(h, self.bits), self.off(h)
        if not np.isfinite(off):
            return f"At x = {self.x:.4g} the function or its slope is no finite number: nothing can be compared.".replace(
                "-", "−"
            )
        (same, rest), _ = self.split(h)
        exact = "and that is exact" if off == 0 else f"off by {off:.1e}"
        words = f"h = {h:.2g}: measured {found:.10g}, true {self.slope:.10g}, {exact}."
        if not rest and off == 0:
            words += " The two values are the same number, as they should be: the slope is 0."
        elif not rest:
            words += " The two values are the same number: so small a step is not seen, and the slope comes out as 0."
        else:
            alike, of = sum(map(str.isdigit, same.lstrip("−0."))), _DIGITS[self.bits]
            a, b = self.pair(h)
            near = min(int(np.log10(max(abs(a), abs(b))) - np.log10(abs(a - b))), of)  # 1.0001 and 0.9999: 3
            alike, how = (near, "agree to") if near > alike + 1 else (alike, "share")
            words += f" The two values {how} {alike} of {of} digits; {of - alike} are left to tell the slope."
        return minus(words)

    def says_costs(self, h: float) -> str:
        bend, rounding = np.nan_to_num(self._bend) * h**self.power, self._round / h
        costs = f"about {bend:.0e}" if bend else "nothing"
        up_to = f"up to about {rounding:.0e}" if rounding else "nothing"
        said = f"Bending costs {costs}, rounding {up_to}."
        if self.off(h) > 10 * (bend + rounding + np.finfo(_TYPES[self.bits]).eps * (1 + abs(self.slope))):
            law = "h²" if self.power == 2 else "h"
            said = f"Rounding costs {up_to}; the rest of the error does not go with {law} here."
        return minus(said)


def _checked(name: str, f: Any, other: str) -> Function:
    if not callable(f):
        fix = f"{other} alone is not enough: ErrorCurve(f, slope)." if f is None else ""
        raise TypeError(explain("ErrorCurve", f"{name} to be a function of one number", describe(f), fix))
    got = f(np.float64(1.0))
    if isinstance(got, (str, bytes)) or np.size(got) != 1 or np.asarray(got).dtype.kind not in "iuf":
        raise TypeError(explain("ErrorCurve", f"{name} to return one number", describe(got)))
    return f


def value(f: Function, x: float, bits: str) -> float:
    """f at x, both in numbers of so many bits."""
    return float(np.reshape(f(_TYPES[bits](x)), ()))


def digits(number: float, bits: str) -> str:
    """A number in as many digits as tell it from its neighbours.

    Examples
    --------
    >>> digits(0.1, "64"), digits(0.1, "32")
    ('0.10000000000000001', '0.100000001')
    """
    kind, most = _TYPES[bits](number), _DIGITS[bits]
    if number and not 1e-4 <= abs(number) < 1e6:
        return minus(f"{kind:.{most - 1}e}")
    return minus(np.format_float_positional(kind, unique=False, fractional=False, precision=most))
