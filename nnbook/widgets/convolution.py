"""A window over a picture: nine products, added up, are one number of the feature map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from nnbook import datasets
from nnbook.convolution import conv2d
from nnbook.errors import describe, explain
from nnbook.plots.style import BLACK, ORANGE
from nnbook.widgets.fields import Choice, Flag, Numbers, Whole
from nnbook.widgets.scene import Button, Handle, Heat, Mark, Panel, Rect, Write, diverging, greys, grid
from nnbook.widgets.shared import minus
from nnbook.widgets.stage import Live

__all__ = ["ConvolutionStepper"]

SEVEN = np.array(
    [[0, 0, 0, 0, 0, 0], [0, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 0], [0, 0, 1, 1, 0, 0], [0, 0, 1, 1, 0, 0]],
    float,
)
"""The picture of notebook 18."""

_LEFT = np.array([[-1.0, 0, 1]] * 3)
KERNELS = {
    "left edge": _LEFT,
    "upper edge": _LEFT.T,
    "blur": np.full((3, 3), 1 / 9),
    "any edge": np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
}
OWN = "your own"
_PICTURES = ("the seven", "a digit")
_TESTS = 450
_MOST = 12  # pixels in a row


class ConvolutionStepper(Live):
    """Drag a window over a picture; its nine pixels times the nine weights, added up, are one number of the map.

    Parameters
    ----------
    picture : ndarray, shape (H, W), optional
        A picture of your own, 3 × 3 to 12 × 12 pixels. Without one: the seven of notebook 18, or a test digit of 8 × 8
        pixels, ink from 0 to 16.
    state : dict, optional
        picture ("the seven" or "a digit"), digit (which one, 1 to 450), kernel ("left edge", "upper edge", "blur", "any
        edge" or "your own"), weights (3 × 3, those of your own kernel), stride, padding, row and column (which number of
        the map, from 0), whole (whether all of the map is shown).
    hide : list of str, optional
        Any of those, "image", "products", "map", "play", "back", "next", "reset", "code", "says".

    Examples
    --------
    >>> w = ConvolutionStepper(state={"row": 2, "column": 1})
    >>> w.says()
    'Window 10 of 12. Row by row its products are (0 + 0 + 1) + (0 + 0 + 1) + (0 + 0 + 1) = 3. The map: 3 × 4 numbers.'
    """

    title = "A window over a picture"
    caption = (
        "Drag the window by its orange corner, or press Next; press a weight to change it. "
        "Nine products, added up, are one number of the map."
    )
    fields: ClassVar = {
        "picture": Choice(default="the seven", options=_PICTURES, label="picture"),
        "digit": Whole(default=4, low=1, high=_TESTS, label="which digit"),
        "kernel": Choice(default="left edge", options=[*KERNELS, OWN], label="kernel"),
        "stride": Whole(default=1, low=1, high=3, label="stride"),
        "padding": Whole(default=0, low=0, high=2, label="padding"),
        "whole": Flag(default=False, label="whole map"),
        "weights": Numbers(default=_LEFT.tolist(), low=-9, high=9, shape=(3, 3)),
        "row": Whole(default=0, low=0, high=_MOST + 1),
        "column": Whole(default=0, low=0, high=_MOST + 1),
    }

    def __init__(
        self,
        picture: np.ndarray | None = None,
        *,
        state: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        self._given = None if picture is None else _check(picture)
        super().__init__(state=state, hide=hide)

    def arguments(self) -> list[str]:
        return [] if self._given is None else ["picture"]

    def shown(self, name: str) -> bool:
        if name == "digit":
            return self._given is None and self.state["picture"] == "a digit"
        return name != "picture" or self._given is None

    # What the state means

    def picture(self) -> np.ndarray:
        """What the window moves over, without zeros around it: (H, W)."""
        if self._given is not None:
            return self._given
        if self.state["picture"] == "the seven":
            return SEVEN
        return 16 * datasets.digits()[2][self.state["digit"] - 1, 0].astype(float)

    def weights(self) -> np.ndarray:
        """The kernel: (3, 3)."""
        name = self.state["kernel"]
        return np.array(self.state["weights"]) if name == OWN else KERNELS[name]

    def map(self) -> np.ndarray:
        """The feature map: (OH, OW)."""
        x, weight = self.picture()[None, None], self.weights()[None, None]
        y: np.ndarray = conv2d(x, weight, stride=self.state["stride"], padding=self.state["padding"])[0, 0]
        return np.where(np.abs(y) < 1e-12, 0.0, y)

    def place(self) -> tuple[int, int]:
        """Which number of the map the window makes."""
        rows, columns = self.map().shape
        return min(self.state["row"], rows - 1), min(self.state["column"], columns - 1)

    def _padded(self) -> np.ndarray:
        return np.pad(self.picture(), self.state["padding"])

    def window(self) -> np.ndarray:
        """The nine pixels under the window: (3, 3)."""
        top, left = (self.state["stride"] * at for at in self.place())
        return self._padded()[top : top + 3, left : left + 3]

    # What is to be seen

    def panels(self) -> list[Panel]:
        return [self._image(), self._products(), self._map()]

    def _image(self) -> Panel:
        pixels, padding = self._padded(), self.state["padding"]
        rows, columns = pixels.shape
        low, high = min(pixels.min(), 0.0), max(pixels.max(), 1e-9)
        colors = greys(255 - 110 * (pixels - low) / (high - low))
        top, left = (self.state["stride"] * at for at in self.place())
        frame, cell = _square(rows, columns, 300)
        marks: list[Mark] = [
            Heat(colors=colors, extent=(0, columns, rows, 0)),
            grid(range(columns + 1), range(rows + 1)),
            Rect(x=padding, y=padding, w=columns - 2 * padding, h=rows - 2 * padding, edge=BLACK, width=1.5),
            Rect(x=left, y=top, w=3, h=3, edge=ORANGE, width=4),
        ]
        size = _fitting(map(_tell, pixels.flat), cell)
        for (i, j), value in np.ndenumerate(pixels):
            real = padding <= i < rows - padding and padding <= j < columns - padding
            marks.append(_number(i, j, _tell(value), size, color=BLACK if real else "#6B6B6B"))
        row, column = self.place()
        marks.append(
            Handle(
                name="window",
                x=left,
                y=top,
                shape="s",
                label="window, by its upper left corner",
                says=f"row {row + 1}, column {column + 1} of the map",
                step=self.state["stride"],
            )
        )
        around = f", in {padding} ring{'s' * (padding > 1)} of zeros" if padding else ""
        return Panel(
            name="image",
            label="The picture as numbers, with the window on it",
            title=f"picture {rows - 2 * padding} × {columns - 2 * padding}{around}",
            marks=marks,
            ticks=False,
            **frame,
        )

    def _products(self) -> Panel:
        """The kernel to press, and under it each pixel times its weight."""
        weights, window = self.weights(), self.window()
        limit = max(float(np.abs(weights).max()), 1e-9)
        colors = diverging(weights, limit=1.6 * limit)
        marks: list[Mark] = [
            Write(x=1.5, y=-0.4, text=f"kernel: {self.state['kernel']}", size=13, bold=True),
            Heat(colors=colors, extent=(0, 3, 3, 0)),
            grid(range(4), range(4)),
            Write(x=1.5, y=3.6, text="pixel · weight", size=13, bold=True),
            grid(range(4), range(4, 8)),
        ]
        for (i, j), weight in np.ndenumerate(weights):
            said = _tell(weight)
            marks += [
                Write(x=j + 0.5, y=i + 0.5, text=said, size=15),
                Rect(
                    x=j,
                    y=i,
                    w=1,
                    h=1,
                    edge="none",
                    name=f"weight {i} {j}",
                    label=f"weight in row {i + 1}, column {j + 1}: {said}; press to change it",
                ),
                Write(
                    x=j + 0.5,
                    y=i + 4.3,
                    text=f"{_tell(window[i, j])} · {f'({said})' if weight < 0 else said}",
                    size=12,
                    color="#444444",
                ),
                Write(x=j + 0.5, y=i + 4.72, text=_tell(weight * window[i, j]), size=14, bold=True),
            ]
        row, column = self.place()
        total = f"added up: {_tell(self.map()[row, column])}"
        marks.append(Write(x=1.5, y=7.45, text=total, size=15, bold=True, color="#8A5F00"))
        return Panel(
            name="products",
            label="The kernel's nine weights, the nine products, and their sum",
            x=(-0.05, 3.05),
            y=(7.8, -0.8),
            marks=marks,
            width=212,
            height=322,
            ticks=False,
        )

    def _map(self) -> Panel:
        values = self.map()
        rows, columns = values.shape
        row, column = self.place()
        known = np.arange(rows * columns).reshape(values.shape) <= row * columns + column
        known |= self.state["whole"]
        limit = max(float(np.abs(values).max()), 1e-9)
        frame, cell = _square(rows, columns, 300)
        size = _fitting(map(_tell, values.flat), cell)
        colors = diverging(np.where(known, values, 0.0), limit=1.6 * limit)
        marks: list[Mark] = [
            Heat(colors=colors, extent=(0, columns, rows, 0)),
            grid(range(columns + 1), range(rows + 1)),
        ]
        marks += [
            _number(i, j, _tell(values[i, j]), size, bold=(i, j) == (row, column))
            for i, j in np.argwhere(known)
        ]
        marks.append(Rect(x=column, y=row, w=1, h=1, edge=ORANGE, width=4))
        return Panel(
            name="map",
            label="The feature map as numbers, as far as the window has come",
            title=f"map {rows} × {columns}",
            marks=marks,
            ticks=False,
            **frame,
        )

    def says(self) -> str:
        values, (row, column) = self.map(), self.place()
        rows, columns = values.shape
        padded, stride = self._padded().shape, self.state["stride"]
        products = self.weights() * self.window()
        parts = [" + ".join(_tell(p) for p in line).replace("+ −", "− ") for line in products]
        listed = " + ".join(f"({part})" for part in parts)
        said = f"Window {row * columns + column + 1} of {values.size}. "
        said += f"Row by row its products are {listed} = {_tell(values[row, column])}. "
        said += f"The map: {rows} × {columns} numbers."
        unseen = [
            f"the last {f'{left} {name}s' if left > 1 else name} {where}"
            for size, name, where in (
                (padded[0], "row", "at the bottom"),
                (padded[1], "column", "at the right"),
            )
            if (left := (size - 3) % stride)
        ]
        if unseen:
            said += f" No window ever covers {' and '.join(unseen)}."
        return said

    # What a hand does

    def buttons(self) -> list[Button]:
        rows, columns = self.map().shape
        row, column = self.place()
        at = row * columns + column
        return [
            Button(name="play", label="Stop" if self.playing else "Play", primary=True),
            Button(name="back", label="Back", enabled=at > 0),
            Button(name="next", label="Next", enabled=at < rows * columns - 1),
        ]

    def _go(self, at: int) -> bool:
        """To a number of the map, in reading order; returns whether there is a further one."""
        rows, columns = self.map().shape
        at = min(max(at, 0), rows * columns - 1)
        self.state.nudge(row=at // columns, column=at % columns)
        return at < rows * columns - 1

    def _at(self) -> int:
        row, column = self.place()
        return row * self.map().shape[1] + column

    def on_press(self, name: str) -> None:
        kind, *where = name.split(" ")
        if name == "play":
            if self.playing:
                self.stop()
            else:
                if self._at() == self.map().size - 1:
                    self._go(0)
                self.play(lambda: self._go(self._at() + 1), rate=2)
        elif name in ("back", "next"):
            self.stop()
            self._go(self._at() + (1 if name == "next" else -1))
        elif kind == "weight" and len(where) == 2 and all(part in "012" for part in where):
            i, j = map(int, where)
            weights = self.weights().copy()
            weights[i, j] = np.floor(weights[i, j]) + 1 if -2 <= weights[i, j] < 2 else -2
            self.state.nudge(kernel=OWN, weights=weights)

    def on_move(self, name: str, x: float, y: float) -> None:
        if name == "window":
            self.stop()
            rows, columns = self.map().shape
            down, across = (int(np.clip(np.rint(v / self.state["stride"]), 0, _MOST)) for v in (y, x))
            self.state.nudge(row=min(down, rows - 1), column=min(across, columns - 1))

    def on_set(self, name: str, value: Any) -> None:
        if name == "kernel" and value == OWN:  # begins as the one that was there
            self.state.nudge(kernel=OWN, weights=self.weights())
            return
        super().on_set(name, value)
        row, column = self.place()
        self.state.nudge(row=row, column=column)

    def stills(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("the second window", {"column": 1}),
            ("another kernel", {"kernel": "upper edge", "row": 1, "column": 2}),
            ("a digit", {"picture": "a digit", "row": 3, "column": 2, "whole": True}),
        ]


def _square(rows: int, columns: int, width: int) -> tuple[dict[str, Any], float]:
    """Limits and size of a panel in which cells are squares; and how many pixels wide one is."""
    side = max(rows, columns, 3) + 0.5
    x, y = (columns - side) / 2, (rows - side) / 2
    frame = {"x": (x, x + side), "y": (y + side, y), "width": width, "height": width + 22}
    return frame, (width - 8) / side


def _number(i: int, j: int, text: str, size: float, color: str = BLACK, bold: bool = False) -> Write:
    return Write(x=j + 0.5, y=i + 0.5, text=text, size=size, color=color, bold=bold)


def _fitting(texts: Iterable[str], cell: float) -> float:
    """The size at which all of them fit into their cells."""
    return min(16.0, 0.5 * cell, 1.6 * cell / max(len(text) for text in texts))


def _tell(value: Any) -> str:
    """A number in at most three digits, with a proper minus sign."""
    places = int(np.clip(2 - np.floor(np.log10(max(abs(value), 1))), 0, 2))
    return minus(f"{round(float(value), places):g}" if abs(value) < 1e5 else f"{value:.2g}")


def _check(picture: Any) -> np.ndarray:
    who, expected = "ConvolutionStepper", f"picture (H, W) of 3 × 3 to {_MOST} × {_MOST} finite numbers"
    try:
        pixels = np.array(picture, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(explain(who, expected, describe(picture))) from None
    if pixels.ndim != 2 or min(pixels.shape) < 3 or max(pixels.shape) > _MOST:
        fix = ""
        if pixels.ndim > 2 and pixels.size and pixels.shape[-1] > 2:
            fix = f"Take one picture of one channel: picture[{', '.join('0' * (pixels.ndim - 2))}]."
        raise ValueError(explain(who, expected, f"shape {pixels.shape}", fix))
    if not np.isfinite(pixels).all():
        raise ValueError(explain(who, expected, f"{pixels[~np.isfinite(pixels)][0]} among them"))
    if np.abs(pixels).max() > 1e6:
        raise ValueError(explain(who, f"{expected} of at most 1e6", f"{np.abs(pixels).max():g}"))
    return pixels
