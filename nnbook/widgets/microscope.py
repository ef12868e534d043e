"""A deep network under the microscope: how large activations and gradients are, layer by layer, on one batch."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from nnbook import activations, init
from nnbook.arrays import Array
from nnbook.datasets import digits
from nnbook.errors import check_array, describe, explain
from nnbook.linear import Linear
from nnbook.losses import CrossEntropyLoss
from nnbook.module import Module
from nnbook.normalization import BatchNorm1d, LayerNorm
from nnbook.plots.style import BLACK, BLUE, GREY, ORANGE
from nnbook.widgets.fields import Choice, Number, Whole
from nnbook.widgets.scene import Bars, Dots, Handle, Line, Mark, Panel, Write, apart
from nnbook.widgets.shared import minus, plain
from nnbook.widgets.stage import Live

__all__ = ["GradientMicroscope"]

_MOST = 20  # hidden layers
_WIDEST = 128  # units in each
_ROWS = 200  # examples that are looked at
_ACTIVATIONS: dict[str, tuple[type[Module], str]] = {  # and what `init.calculate_gain` calls them
    "ReLU": (activations.ReLU, "relu"),
    "leaky ReLU": (activations.LeakyReLU, "leaky_relu"),
    "tanh": (activations.Tanh, "tanh"),
    "sigmoid": (activations.Sigmoid, "sigmoid"),
    "none": (activations.Identity, "linear"),
}
_BOUNDS = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
_INITS = ["zeros", "uniform ±1", "normal", "Xavier", "Kaiming"]
_NORMS: dict[str, Any] = {"none": None, "batch norm": BatchNorm1d, "layer norm": LayerNorm}
_EDGE, _FINE = 100, 8  # sizes from 1e-100 to 1e100 are told apart, in so many bins a decade
_LARGEST = 3.4e38  # of float32


class _Look(NamedTuple):
    """What one pass forwards and backwards left in each hidden layer: (depth, N, width) each."""

    outputs: Array
    """The activations a."""
    deltas: Array
    """δ, the gradient of the loss with respect to the sums z."""
    loss: float
    classes: int

    @property
    def dead(self) -> int:
        """Units that answer 0 to every example."""
        return int((self.outputs == 0).all(axis=1).sum())


def _weights(kind: str, std: float, gain_of: str, shape: tuple[int, int], rng: np.random.Generator) -> Array:
    f64 = np.float64
    if kind == "zeros":
        return init.zeros(shape, dtype=f64)
    if kind == "uniform ±1":
        return init.uniform(shape, 1.0, rng=rng, dtype=f64)
    if kind == "normal":
        return init.normal(shape, std, rng=rng, dtype=f64)
    if kind == "Xavier":
        return init.xavier_normal(shape, rng=rng, dtype=f64)
    return init.kaiming_normal(shape, gain_of, rng=rng, dtype=f64)


def _look(x: Array, y: Array, state: Mapping[str, Any]) -> _Look:
    """Build the network layer by layer, and go through it once, there and back."""
    rng = np.random.default_rng(state["seed"])
    activate, gain_of = _ACTIVATIONS[state["activation"]]
    normalise = _NORMS[state["normalization"]]
    width, classes = state["width"], int(y.max()) + 1
    a, outputs = x, []
    layers: list[list[Module]] = []
    for wide, above in [(width, gain_of)] * state["depth"] + [(classes, "linear")]:
        layer = Linear(a.shape[1], wide, dtype=np.float64)
        layer.weight.data = _weights(state["init"], state["std"], above, (a.shape[1], wide), rng)
        block: list[Module] = [layer]
        if len(layers) < state["depth"]:
            block += [normalise(wide, dtype=np.float64)] if normalise else []
            block.append(activate())
        for part in block:
            a = part(a)
        layers.append(block)
        outputs.append(a)
    loss_fn = CrossEntropyLoss()
    loss = loss_fn(outputs.pop(), y)
    dy = loss_fn.backward()
    deltas = []
    for block in reversed(layers):
        for part in reversed(block):
            dy = part.backward(dy)
            if part is block[-1] and len(block) > 1:
                deltas.append(dy)  # after the activation's backward: with respect to what it was given
    return _Look(np.array(outputs), np.array(deltas[::-1]), loss, classes)


def _rms(values: Array) -> Array:  # (depth, N, width) -> (depth,)
    top = np.abs(values).max(axis=(1, 2), keepdims=True)
    scale = np.where(top > 0, top, 1.0)  # squares of 1e-200 would be 0
    return np.sqrt(((values / scale) ** 2).mean(axis=(1, 2))) * scale[:, 0, 0]


class _Sizes(NamedTuple):
    """Of each layer: how many of its numbers are of which size, the share of exact zeros, and the root mean square."""

    counts: Array  # (depth, 2 · _EDGE · _FINE)
    zeros: Array  # (depth,)
    rms: Array  # (depth,)


def _sizes(values: Array) -> _Sizes:
    flat = np.abs(values).reshape(len(values), -1)
    logs = np.log10(np.where(flat > 0, flat, 1.0))
    bins = np.clip((logs + _EDGE) * _FINE, 0, 2 * _EDGE * _FINE - 1).astype(int)
    bins += np.arange(len(flat))[:, None] * 2 * _EDGE * _FINE
    counts = np.bincount(bins.ravel(), flat.ravel() > 0, minlength=len(flat) * 2 * _EDGE * _FINE)
    return _Sizes(counts.reshape(len(flat), -1), (flat == 0).mean(axis=1), _rms(values))


@functools.cache
def _digits() -> tuple[Array, Array]:
    """A hundred of the course's digits, brought to mean 0 and variance 1 over all their pixels."""
    x, y, _, _ = digits(flat=True)
    x = x[:100].astype(float)
    return (x - x.mean()) / x.std(), y[:100]


class GradientMicroscope(Live):
    """Look into a deep network before its first step: how large are activations and gradients in each layer?

    A perceptron of `Linear` layers with one activation is built by the functions of `nnbook.init`, biases 0, and taken
    through one batch, forwards and backwards. Gradients are δ, of the mean cross-entropy with respect to the sums z
    of each hidden layer.

    Parameters
    ----------
    x : array_like of shape (N, D), optional
        A batch of your own; a hundred of the course's digits, standardised, if none is given. Two to 200 rows.
    y : array_like of shape (N,), optional
        Its classes, 0 to K − 1.
    state : dict, optional
        depth (hidden layers), width, init ("zeros", "uniform ±1", "normal", "Xavier", "Kaiming"), std of "normal",
        activation ("ReLU", "leaky ReLU", "tanh", "sigmoid", "none"), normalization ("none", "batch norm", "layer norm"),
        seed; layer: the one that is looked at closely.
    hide : list of str, optional
        Any of those, "activations", "gradients", "close", "reset", "code", "says".

    Raises
    ------
    TypeError, ValueError
        If `x` and `y` are no such batch.

    Examples
    --------
    >>> w = GradientMicroscope(state={"init": "Kaiming"})
    >>> bool(w.gradients()[0] > 0.3 * w.gradients()[-1])  # the root mean square of δ in the first and the last layer
    True
    """

    title = "A deep network under the microscope"
    caption = (
        "Choose a start of the weights with which the black dots run level in both pictures: then the last layer hears "
        "the input, and the first hears the loss. Each column is a layer, grey its exact zeros; drag the triangle to "
        "look at one closely."
    )
    fields: ClassVar = {
        "init": Choice(default="normal", options=_INITS, label="start of weights"),
        "std": Number(default=0.01, low=0.001, high=10, step=0.05, log=True, label="its σ"),
        "activation": Choice(default="ReLU", options=list(_ACTIVATIONS), label="activation"),
        "depth": Whole(default=10, low=1, high=_MOST, label="hidden layers"),
        "width": Whole(default=64, low=2, high=_WIDEST, label="units in each"),
        "normalization": Choice(default="none", options=list(_NORMS), label="normalisation"),
        "seed": Whole(default=0, low=0, high=20, label="seed"),
        "layer": Whole(default=1, low=1, high=_MOST, label="look at layer"),
    }

    def __init__(
        self,
        x: npt.ArrayLike | None = None,
        y: npt.ArrayLike | None = None,
        *,
        state: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        self._own = x is not None or y is not None
        self._x, self._y = _checked(x, y) if self._own else _digits()
        self._known: dict[Any, tuple[_Look, _Sizes, _Sizes]] = {}
        super().__init__(state=state, hide=hide)

    def arguments(self) -> list[str]:
        return ["x", "y"] if self._own else []

    def activations(self) -> Array:
        """The root mean square of the activations of each hidden layer, the first one first."""
        return self._seen()[1].rms.copy()

    def gradients(self) -> Array:
        """The root mean square of δ in each hidden layer, the first one first."""
        return self._seen()[2].rms.copy()

    def _seen(self) -> tuple[_Look, _Sizes, _Sizes]:
        about = {name: value for name, value in self.state.items() if name != "layer"}
        key = tuple(about.values())
        if key not in self._known:
            self._known.clear()
            look = _look(self._x, self._y, about)
            self._known[key] = (look, _sizes(look.outputs), _sizes(look.deltas))
        return self._known[key]

    @property
    def _layer(self) -> int:
        return int(min(self.state["layer"], self.state["depth"]))

    def panels(self) -> list[Panel]:
        look, outputs, deltas = self._seen()
        depth = self.state["depth"]
        activations = _columns(outputs, "activations", "size of activations |a|", BLUE, self._layer)
        activations.marks.append(
            Handle(
                name="layer",
                x=self._layer,
                y=activations.y[0],
                label="the layer that is looked at closely",
                says=f"layer {self._layer} of {depth}",
                along="x",
                shape="^",
                size=15,
                step=1,
            )
        )
        gradients = _columns(deltas, "gradients", "size of gradients |δ|", ORANGE, self._layer)
        return [activations, gradients, self._close(look)]

    def _close(self, look: _Look) -> Panel:
        values = look.outputs[self._layer - 1].ravel()
        low, high = _BOUNDS.get(self.state["activation"], (values.min(), values.max()))
        if not high > low:
            low, high = low - 1.0, high + 1.0
        room = 0.04 * (high - low)
        counts, edges = np.histogram(values, bins=31, range=(low - room / 2, high + room / 2))
        share = 100 * counts / len(values)
        return Panel(
            name="close",
            label=f"A histogram of the activations of layer {self._layer}",
            x=(low - room, high + room),
            y=(0, 1.1 * float(share.max())),
            marks=[
                Bars(x=(edges[1:] + edges[:-1]) / 2, y=share, width=float(edges[1] - edges[0]), color=BLUE)
            ],
            width=274,
            height=330,
            xlabel="activation a",
            ylabel="share, in %",
            title=f"layer {self._layer} closely",
        )

    def says(self) -> str:
        look, outputs, deltas = self._seen()
        depth, size = self.state["depth"], outputs.rms
        said = []
        if not size.any():
            said.append("All activations are exactly 0.")
        else:
            said.append(f"Activations {_course(size, 1, depth)}.")
            spread = float(look.outputs[-1].std(axis=0).max())
            if spread < 1e-12 * size[-1]:
                said.append(f"But layer {depth} answers the same to every example.")
            elif spread < 0.01 * size[-1]:
                said.append(
                    f"But no unit of layer {depth} tells the examples apart by more than {spread:.1g}."
                )
        if not deltas.rms.any():
            said.append("Gradients: not one reaches a hidden layer, δ is exactly 0 in all of them.")
        else:
            said.append(f"Gradients {_course(deltas.rms[::-1], depth, 1)}.")
        said.append(self._shares(look))
        if self.state["init"] == "zeros":
            said.append("With zeros all units of a layer are alike, and would stay so.")
        if max(np.abs(look.outputs).max(), np.abs(look.deltas).max()) > _LARGEST:
            said.append(
                "In float32, which ends at 3.4e38, these numbers would be infinite, and the next ones NaN."
            )
        said.append(
            f"Loss {plain(look.loss, 4)}, where guessing has ln {look.classes} = {np.log(look.classes):.4g}."
        )
        return minus(" ".join(part for part in said if part))

    def _shares(self, look: _Look) -> str:
        units = look.outputs.shape[0] * look.outputs.shape[2]
        if self.state["activation"] == "ReLU":
            return f"{look.dead} of {units} units are dead: 0 for every example."
        if self.state["activation"] in _BOUNDS:
            low, high = _BOUNDS[self.state["activation"]]
            near = 0.01 * (high - low) / 2
            at_end = (look.outputs < low + near) | (look.outputs > high - near)
            return f"Saturated, within {near:g} of the ends: {at_end.mean():.0%} of all activations."
        return ""

    def shown(self, name: str) -> bool:
        return name != "std" or self.state["init"] == "normal"

    def on_set(self, name: str, value: Any) -> None:
        super().on_set(name, value)
        if name in ("layer", "depth"):
            self.state.nudge(layer=self._layer)

    def on_move(self, name: str, x: float, y: float) -> None:
        if name == "layer":
            self.on_set("layer", round(x))

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("normal, σ = 0.01", {}),
            ("uniform ±1", {"init": "uniform ±1"}),
            ("Kaiming", {"init": "Kaiming"}),
        ]

    def still_panels(self) -> list[str]:
        return ["activations", "gradients"]


def _course(size: Array, first: int, last: int) -> str:
    """How a row of sizes goes on from the first layer to the last, in words, and by what factor a layer."""
    begins, ends = (plain(one, 2) for one in size[[0, -1]])
    back = " on their way back" if first > last else ""
    if len(size) == 1:
        return f"are of size {begins} in the one hidden layer"
    from_to = f"{back}: {begins} in layer {first}, {ends} in layer {last}"
    if not size[0]:
        return f"are there{from_to}"
    if not size[-1]:
        return f"vanish{from_to}, exactly"
    logs = np.log10(size[-1]) - np.log10(size[0])
    words = ["vanish", "shrink", "roughly keep their size", "grow", "explode"]
    word = words[np.searchsorted([-2, -0.5, 0.5, 2], logs)]
    return f"{word}{from_to} (× {plain(10 ** (logs / (len(size) - 1)), 2)} a layer)"


def _columns(sizes: _Sizes, name: str, words: str, color: str, chosen: int) -> Panel:
    """Each layer a column: the wider at a height, the more of its numbers are of that size; dots: the root mean square."""
    depth = len(sizes.rms)
    columns = np.arange(1, depth + 1)
    per_layer = sizes.counts.sum(axis=1, keepdims=True)
    filled = per_layer[:, 0] > 0
    below = np.cumsum(sizes.counts, axis=1) / np.maximum(per_layer, 1)
    if filled.any():
        low = int(np.floor((below[filled] > 0.01).argmax(axis=1).min() / _FINE))
        high = int(np.ceil((1 + (below[filled] > 0.9999).argmax(axis=1).max()) / _FINE))
    else:
        low, high = _EDGE - 3, _EDGE
    high = max(high, low + 3)
    group = next(g for g in (1, 2, 4, 8, 16, 32, 64) if (high - low) * _FINE / g <= 48)
    if rest := (high - low) * _FINE % group:
        high += (group - rest) // _FINE
    inside = sizes.counts[:, low * _FINE : high * _FINE].copy()
    inside[:, 0] += sizes.counts[:, : low * _FINE].sum(axis=1)  # the smallest few
    inside = inside.reshape(depth, -1, group).sum(axis=2)
    edges = np.linspace(low, high, inside.shape[1] + 1) - _EDGE
    middles = 10 ** ((edges[1:] + edges[:-1]) / 2)
    half = 0.44 * inside / np.maximum(inside.max(axis=1, keepdims=True), 1)
    layer, row = np.nonzero(half > 0.004)
    wide = half[layer, row]
    floor, height = 10.0 ** (low - _EDGE), 330
    zeros = bool(sizes.zeros.any())
    decades = (high - low) * (1.14 if zeros else 1.06)
    bottom = 10.0 ** (high - decades - _EDGE)
    thick = 0.93 * (height - 72) * (edges[1] - edges[0]) / decades
    left = 0.4 - (0.14 * depth if zeros else 0.0)
    marks: list[Mark] = [
        Line(x=[chosen, chosen], y=[bottom, 10.0 ** (high - _EDGE)], color=GREY, width=1, dash="3 3"),
        Line(
            x=apart(layer + 1 - wide, layer + 1 + wide),
            y=apart(middles[row], middles[row]),
            color=color,
            width=float(thick),
            opacity=0.75,
        ),
    ]
    if zeros:
        place = floor * 10 ** (-0.05 * (high - low))
        wide = 0.44 * sizes.zeros
        marks += [
            Line(x=apart(columns - wide, columns + wide), y=np.full(3 * depth, place), color=GREY, width=9),
            Write(x=left, y=place, text=" = 0", anchor="start", size=12),
        ]
    trend = np.where(sizes.rms > 0, sizes.rms, np.nan)
    marks += [
        Line(x=columns, y=trend, color=BLACK, width=1.5),
        Dots(x=columns, y=trend, color=BLACK, size=5, edge=BLACK),
    ]
    return Panel(
        name=name,
        label=f"{words} in each layer, on a scale of powers of ten; the dots are their root mean square",
        x=(left, depth + 0.6),
        y=(bottom, 10.0 ** (high - _EDGE)),
        marks=marks,
        width=274,
        height=height,
        xlabel="hidden layer",
        ylabel=" ",  # room for the numbers
        title=words,
        log=True,
    )


def _checked(x: Any, y: Any) -> tuple[Array, Array]:
    who = "GradientMicroscope"
    if x is None or y is None:
        raise TypeError(explain(who, "x and y together", f"only {'y' if x is None else 'x'}"))
    x, y = check_array(who, "x", x), check_array(who, "y", y)
    if x.ndim != 2 or not 2 <= len(x) <= _ROWS or not 1 <= x.shape[1] <= 1000:
        fix = "Take a batch: x[:100]." if x.ndim == 2 and len(x) > _ROWS else ""
        raise ValueError(
            explain(who, f"x of shape (N, D), N from 2 to {_ROWS}, D from 1 to 1000", describe(x), fix)
        )
    if (wild := ~(np.abs(x) <= 1e6)).any():
        raise ValueError(explain(who, "finite numbers from -1e6 to 1e6 in x", f"{x[wild][0]}"))
    if y.shape != (len(x),) or y.dtype.kind not in "iu":
        raise ValueError(explain(who, f"y of {len(x)} whole numbers, a class for each row of x", describe(y)))
    if y.min() < 0 or not 1 <= y.max() < 1000:
        raise ValueError(
            explain(who, "classes from 0 to K − 1 in y, K from 2 to 1000", f"{y.min()} to {y.max()}")
        )
    return x.astype(float), y.astype(int)
