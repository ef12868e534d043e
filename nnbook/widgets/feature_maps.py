"""What a convolutional network makes of a picture: its feature maps, the kernels behind them, and how far a unit sees."""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from nnbook import activations, datasets
from nnbook.activations import softmax
from nnbook.convolution import Conv2d
from nnbook.dropout import Dropout
from nnbook.errors import describe, explain
from nnbook.losses import CrossEntropyLoss
from nnbook.models import lenet
from nnbook.module import Module, Sequential
from nnbook.normalization import BatchNorm2d
from nnbook.optimizers import Adam
from nnbook.plots.style import BLACK, GREY, ORANGE
from nnbook.pooling import AvgPool2d, MaxPool2d
from nnbook.training import fit
from nnbook.widgets.fields import Choice, Field, Numbers, Whole
from nnbook.widgets.scene import Button, Handle, Heat, Mark, Panel, Rect, Write, diverging, greys, grid
from nnbook.widgets.shared import check_weights, fixed, numbered
from nnbook.widgets.shares import percent, shares_panel
from nnbook.widgets.stage import Live
from nnbook.windows import Pair, check_pair, paddings

__all__ = ["FeatureMaps"]

WHO = "FeatureMaps"
_MOST = 64  # maps of a layer that are shown
_ACTIVATIONS = tuple(
    each
    for each in vars(activations).values()
    if isinstance(each, type) and each.__module__ == activations.__name__ and issubclass(each, Module)
)


@functools.cache
def _reader() -> Sequential:
    """The network that is shown where none is given: a LeNet of 8 and 16 maps, trained on the digits in a moment."""
    x, y, _, _ = datasets.digits()
    model = lenet(
        (1, 8, 8), 10, channels=(8, 16), kernel_size=3, padding=1, batch_norm=True, rng=0, dtype=np.float64
    )
    fit(model, (x, y), CrossEntropyLoss(), Adam(model.parameters(), lr=5e-3), epochs=5, progress=False)
    return model


class FeatureMaps(Live):
    """Choose a picture, a layer and a map of it: its kernel, what one unit sees of the picture, and the network's answer.

    Parameters
    ----------
    model : Sequential, optional
        A convolutional network for pictures of one channel. It is asked as it is at that moment, so that what you
        change in it shows. Without one, a small LeNet is trained on the digits.
    pictures : ndarray, shape (N, 1, H, W), optional
        What it is to look at; without, the 450 test digits.
    state : dict, optional
        picture (which, from 1), layer (such as "2 ReLU": its place in the model, and its kind), map (which, from 1), unit
        ([[row, column]] from 0, or [] for the strongest of the map).
    hide : list of str, optional
        Any of those, "image", "maps", "one", "kernels", "answer", "strongest", "reset", "code", "says".

    Examples
    --------
    >>> w = FeatureMaps(state={"layer": "4 Conv2d", "unit": [[1, 2]]})
    >>> w.field()  # rows and columns of the picture: the first, and the one after the last
    (0, 7, 1, 8)
    """

    title = "What a convolutional network sees"
    caption = (
        "Choose a picture and a layer, and press a map. The orange square in the picture is all that "
        "the marked unit of that map can see; drag the mark."
    )
    fields: ClassVar[Mapping[str, Field]] = {}

    def __init__(
        self,
        model: Sequential | None = None,
        pictures: np.ndarray | None = None,
        *,
        state: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        self.network = copy.deepcopy(_reader()) if model is None else model
        self._arguments = ["model"] * (model is not None)
        self._labels: np.ndarray | None = None
        if pictures is None:
            pictures, self._labels = datasets.digits()[2:]
        else:
            self._arguments.append("pictures" if model is not None else "pictures=pictures")
        self._pictures = _check_pictures(pictures)
        self._depths = _check_model(self.network, self._pictures[:1])
        names = list(self._depths)
        start = next((name for name in names if name.endswith(" ReLU")), names[0])
        self.fields = {  # type: ignore[misc]  # its own: they depend on the model
            "picture": Whole(
                default=min(7, len(self._pictures)), low=1, high=len(self._pictures), label="picture"
            ),
            "layer": Choice(default=start, options=names, label="layer"),
            "map": Whole(default=1, low=1, high=_MOST),
            "unit": Numbers(default=[], low=0, high=999, longest=1),
        }
        super().__init__(state=state, hide=hide)

    def arguments(self) -> list[str]:
        return self._arguments

    # What the state means

    def picture(self) -> np.ndarray:
        """What the network looks at: (1, H, W)."""
        return self._pictures[self.state["picture"] - 1]

    def maps(self) -> np.ndarray:
        """What leaves the layer: (C, h, w)."""
        return np.asarray(Sequential(*self._layers()).predict(self.picture()[None]))[0]

    def _layers(self) -> list[Module]:
        """Those up to the chosen one."""
        return list(self.network)[: self._depths[self.state["layer"]] + 1]

    def _chosen(self, maps: np.ndarray) -> tuple[int, int, int]:
        """Map, row and column, each from 0."""
        number = min(self.state["map"], len(maps), _MOST) - 1
        if not self.state["unit"]:
            strength = np.nan_to_num(maps[number], nan=-np.inf)
            return (number, *map(int, np.unravel_index(strength.argmax(), strength.shape)))
        row, column = (int(v) for v in self.state["unit"][0])
        return number, min(row, maps.shape[1] - 1), min(column, maps.shape[2] - 1)

    def field(self) -> tuple[int, int, int, int]:
        """The part of the picture that can move the unit: its top and bottom row, left and right column, end excluded."""
        top, bottom, left, right = self._reach()
        height, width = self.picture().shape[1:]
        return max(top, 0), min(bottom, height), max(left, 0), min(right, width)

    def _reach(self) -> tuple[int, int, int, int]:
        """The same, with what it sees of the zeros around the picture."""
        _, row, column = self._chosen(self.maps())
        (top, bottom), (left, right) = (row, row + 1), (column, column + 1)
        for layer in reversed(self._layers()):
            if isinstance(layer, (Conv2d, MaxPool2d, AvgPool2d)):
                (kh, kw), (sh, sw), (ph, pw) = _window(layer)
                top, bottom = top * sh - ph, (bottom - 1) * sh - ph + kh
                left, right = left * sw - pw, (right - 1) * sw - pw + kw
        return top, bottom, left, right

    def kernels(self) -> np.ndarray:
        """Of the last convolution up to this layer, the kernel of the map: (channels below, kh, kw)."""
        last = [layer for layer in self._layers() if isinstance(layer, Conv2d)][-1]
        return np.asarray(last.weight.data[self._chosen(self.maps())[0]])

    def answer(self) -> np.ndarray:
        """The share of each class: (K,)."""
        scores = np.asarray(self.network.predict(self.picture()[None]), dtype=float)[0]
        sure = scores.min() >= 0 and abs(scores.sum() - 1) < 1e-3
        return scores if sure else softmax(scores[None])[0]

    # What is to be seen

    def panels(self) -> list[Panel]:
        maps = self.maps()
        return [self._image(), self._maps(maps), self._one(maps), self._kernels(), self._answer()]

    def _image(self) -> Panel:
        picture = self.picture()[0]
        rows, columns = picture.shape
        top, bottom, left, right = self.field()
        marks: list[Mark] = [
            Heat(colors=_inked(picture, picture.max()), extent=(0, columns, rows, 0)),
            Rect(x=0, y=0, w=columns, h=rows, edge=GREY),
            Rect(x=left, y=top, w=right - left, h=bottom - top, edge=BLACK, width=6),
            Rect(x=left, y=top, w=right - left, h=bottom - top, edge=ORANGE, width=3.5),
        ]
        label = "The picture, with the part of it that the unit can see"
        return _panel("image", label, f"picture {self.state['picture']}", marks, rows, columns, 240)

    def _maps(self, maps: np.ndarray) -> Panel:
        shown = maps[:_MOST]
        across = _columns(len(shown), maps.shape[1], maps.shape[2])
        down = math.ceil(len(shown) / across)
        chosen = self._chosen(maps)[0]
        gap = 0.12
        marks: list[Mark] = []
        for k, each in enumerate(shown):
            y, x = (1 + gap) * (k // across), (1 + gap) * (k % across)
            label = f"map {k + 1}, at most {fixed(np.max(each), 1)}{', chosen' if k == chosen else ''}"
            edge, width = (ORANGE, 4.0) if k == chosen else (GREY, 1.0)
            marks += [
                Heat(colors=_shades(each, _signed(maps)), extent=(x, x + 1, y + 1, y)),
                Rect(x=x, y=y, w=1, h=1, edge=edge, width=width, name=f"map {k + 1}", label=label),
            ]
        size = (1 + gap) * max(across / 2.25, down)
        _, height, width = maps.shape
        title = f"{self.state['layer']}: {len(maps)} maps of {height} × {width}"
        title += f" (the first {_MOST})" if len(maps) > _MOST else ""
        label = "The feature maps, each with a scale of its own; press one"
        return Panel(
            name="maps",
            label=label,
            title=title,
            marks=marks,
            width=568,
            height=266,
            ticks=False,
            x=(-gap, 2.25 * size),
            y=(size, -gap),
        )

    def _one(self, maps: np.ndarray) -> Panel:
        number, row, column = self._chosen(maps)
        values = maps[number]
        rows, columns = values.shape
        marks: list[Mark] = [
            Heat(colors=_shades(values, _signed(maps)), extent=(0, columns, rows, 0)),
            grid(range(columns + 1), range(rows + 1)),
        ]
        cell = 232 / max(rows, columns)
        if cell >= 24:
            peak = max(float(np.abs(values).max()), 1e-12)
            marks += [
                Write(
                    x=j + 0.5,
                    y=i + 0.5,
                    text=fixed(value, 1).removesuffix(".0"),
                    size=min(14, 0.42 * cell),
                    color="#FFFFFF" if value > 0.6 * peak and not _signed(maps) else BLACK,
                )
                for (i, j), value in np.ndenumerate(values)
            ]
        marks += [
            Rect(x=column, y=row, w=1, h=1, edge=ORANGE, width=4),
            Handle(
                name="unit",
                x=column + 0.9,
                y=row + 0.9,
                size=12,
                label="unit",
                says=f"row {row + 1}, column {column + 1}: {fixed(values[row, column], 1)}",
                step=1,
            ),
        ]
        return _panel("one", "The chosen map, with its units", f"map {number + 1}", marks, rows, columns, 240)

    def _kernels(self) -> Panel:
        kernels = self.kernels()
        count, kh, kw = kernels.shape
        limit = max(float(np.abs(kernels).max()), 1e-12)
        across = math.ceil(math.sqrt(count))
        down = math.ceil(count / across)
        gap = 0.5 if count > 1 else 0.0
        marks: list[Mark] = []
        for k, kernel in enumerate(kernels):
            y, x = (kh + gap) * (k // across), (kw + gap) * (k % across)
            marks += [
                Heat(colors=diverging(kernel, limit=1.3 * limit), extent=(x, x + kw, y + kh, y)),
                Rect(x=x, y=y, w=kw, h=kh, edge=GREY),
            ]
            if count == 1:
                marks += [
                    Write(x=j + 0.5, y=i + 0.5, text=fixed(value, 1).removesuffix(".0"), size=15)
                    for (i, j), value in np.ndenumerate(kernel)
                ]
        title = "its kernel" if count == 1 else f"its kernel: {count} slices"
        high, wide = (kh + gap) * down - gap, (kw + gap) * across - gap
        label = "The weights of the chosen map's kernel, a slice for each map below"
        return _panel("kernels", label, title, marks, high, wide, 240)

    def _answer(self) -> Panel:
        label = "How sure the network is of each class, in per cent, as bars"
        return shares_panel(self.answer(), label, width=320, height=266)

    def says(self) -> str:
        maps = self.maps()
        number, row, column = self._chosen(maps)
        shares = self.answer()
        if not (np.isfinite(maps).all() and np.isfinite(shares).all()):
            return (
                "There are numbers in the network that are not finite (NaN or infinity): look at its weights."
            )
        which = "The strongest unit" if not self.state["unit"] else "The unit"
        value = fixed(maps[number, row, column], 1)
        said = f"{which} of map {number + 1} (row {row + 1}, column {column + 1}) says {value}. "
        if not maps[number].any():
            said = f"Map {number + 1} is 0 everywhere: what it looks for is not in this picture. "
        (top, bottom, left, right), inside = self._reach(), self.field()
        said += f"It sees {bottom - top} × {right - left} pixels"
        if inside != (top, bottom, left, right):
            said += f", {inside[1] - inside[0]} × {inside[3] - inside[2]} of them in the picture"
        best = int(shares.argmax())
        said += f". The network reads {best} ({percent(shares[best])})"
        if self._labels is not None:
            said += f"; the writer meant {self._labels[self.state['picture'] - 1]}"
        return said + "."

    # What a hand does

    def buttons(self) -> list[Button]:
        return [Button(name="strongest", label="Strongest unit", enabled=bool(self.state["unit"]))]

    def on_press(self, name: str) -> None:
        kind, number = numbered(name)
        if name == "strongest":
            self.state.nudge(unit=[])
        elif kind == "map" and 1 <= number <= len(self.maps()):
            self.state.nudge(map=number)

    def on_set(self, name: str, value: Any) -> None:
        super().on_set(name, value)
        if name == "layer":
            self.state.nudge(unit=[])
        self.state.nudge(map=self._chosen(self.maps())[0] + 1)

    def on_move(self, name: str, x: float, y: float) -> None:
        if name == "unit":
            _, rows, columns = self.maps().shape
            row, column = (int(np.clip(np.floor(v), 0, n - 1)) for v, n in ((y, rows), (x, columns)))
            self.state.nudge(unit=[[row, column]])

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        deepest = [name for name in self._depths if name.endswith(" ReLU")][-1:] or list(self._depths)[-1:]
        return [("an early layer", {}), ("another map", {"map": 7}), ("a late layer", {"layer": deepest[0]})]

    def still_panels(self) -> list[str]:
        return ["image", "maps", "kernels"]


# The model


def _window(layer: Conv2d | MaxPool2d | AvgPool2d) -> tuple[Pair, Pair, Pair]:
    """Kernel, stride and padding above and left, each down and across."""
    kernel = check_pair(WHO, "kernel_size", layer.kernel_size)
    stride = kernel if layer.stride is None else check_pair(WHO, "stride", layer.stride)
    padding = layer.padding if isinstance(layer, Conv2d) else 0
    (above, _), (left, _) = paddings(WHO, padding, kernel, stride)
    return kernel, stride, (above, left)


def _check_model(model: Any, picture: np.ndarray) -> dict[str, int]:
    """Of each layer that gives maps its name and place; raises if there is none."""
    if not isinstance(model, Sequential):
        fix = f"Make one: {model.__name__}(...)." if isinstance(model, type) else ""
        raise TypeError(explain(WHO, "a Sequential as model", describe(model), fix))
    check_weights(WHO, "model", model)
    if not isinstance(model[0], Conv2d):
        got = f"{type(model[0]).__name__} as its first layer"
        raise ValueError(explain(WHO, "a model that begins with Conv2d", got))
    places: dict[str, int] = {}
    try:
        for depth, layer in enumerate(model):
            y = np.asarray(model[: depth + 1].predict(picture))
            if y.ndim != 4 or not _known(layer):
                break
            places[f"{depth} {type(layer).__name__}"] = depth
        y = np.asarray(model.predict(picture))
    except Exception as error:  # a learner's own module may raise anything
        expected = f"a model that takes pictures of shape {picture.shape[1:]}"
        raise ValueError(explain(WHO, expected, f"one that says: {error}")) from None
    if y.ndim != 2 or y.shape[1] < 2:
        expected = "a model that gives two scores or more for each picture, (1, K) for one"
        raise ValueError(explain(WHO, expected, f"shape {y.shape}"))
    return places


def _known(layer: Module) -> bool:
    """Whether it is known how far a unit of this layer sees: it has a window, or it keeps places apart."""
    return isinstance(layer, (Conv2d, MaxPool2d, AvgPool2d, BatchNorm2d, Dropout, *_ACTIVATIONS))


def _check_pictures(pictures: Any) -> np.ndarray:
    expected = "pictures (N, 1, H, W) of finite numbers"
    try:
        array = np.asarray(pictures, dtype=np.float32)
    except (TypeError, ValueError):
        raise TypeError(explain(WHO, expected, describe(pictures))) from None
    if array.ndim != 4 or array.shape[1] != 1 or not array.size:
        fix = "Add the channels' axis: pictures[:, np.newaxis]." if array.ndim == 3 and array.size else ""
        raise ValueError(explain(WHO, expected, f"shape {array.shape}", fix))
    if not np.isfinite(array).all():
        raise ValueError(explain(WHO, expected, f"{array[~np.isfinite(array)][0]} among them"))
    return array


# How it looks


def _inked(values: np.ndarray, peak: float) -> np.ndarray:
    """White for 0, nearly black for the peak."""
    return greys(255 - 225 * np.clip(np.nan_to_num(values) / max(float(peak), 1e-12), 0, 1))


def _signed(maps: np.ndarray) -> bool:
    """Whether a layer's maps go below 0: all of them are coloured alike then."""
    return bool(np.nan_to_num(maps).min() < 0)


def _shades(values: np.ndarray, signed: bool) -> np.ndarray:
    """Blue to orange where a layer goes below 0, greys for others; each map has a scale of its own."""
    peak = float(np.nanmax(np.abs(values), initial=0.0))
    if not signed:
        return _inked(values, peak)
    return diverging(values, limit=1.25 * max(peak, 1e-12))


def _columns(count: int, height: int, width: int) -> int:
    """How many maps beside each other make them largest, on a panel 2.25 times as wide as high."""
    return max(range(1, count + 1), key=lambda n: (min(2.25 / n, 1 / math.ceil(count / n)), -n))


def _panel(
    name: str, label: str, title: str, marks: list[Mark], rows: float, columns: float, width: int
) -> Panel:
    side = 1.04 * max(rows, columns)
    x, y = (columns - side) / 2, (rows - side) / 2
    return Panel(
        name=name,
        label=label,
        title=title,
        marks=marks,
        width=width,
        height=width + 26,
        ticks=False,
        x=(x, x + side),
        y=(y + side, y),
    )
