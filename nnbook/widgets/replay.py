"""Rosenblatt's rule, correction by correction: the point, the line before and after, and the ceiling of mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure, FigureBase

from nnbook.errors import check_array, describe, explain
from nnbook.plots.style import BLACK, BLUE, GREY, LIGHT, ORANGE
from nnbook.widgets.explore import Explore
from nnbook.widgets.fields import Choice, Field, Number, Whole
from nnbook.widgets.shared import minus

__all__ = ["PerceptronReplay"]

Array = npt.NDArray[np.float64]

_MOST = 300  # corrections that are kept
_MOST_POINTS = 2000
_GATE = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])  # (4, 3)
_GATES = {  # labels, and the direction with the widest margin
    "AND": ([-1, -1, -1, 1], [2, 2, -3]),
    "OR": ([-1, 1, 1, 1], [2, 2, -1]),
}
_HIDDEN = np.array([2.0, 1.0, -1.0])


class PerceptronReplay(Explore):
    """Step through the corrections that a perceptron makes until it makes no more mistakes.

    Parameters
    ----------
    x : array_like of shape (N, 2) or (N, 3), optional
        Points of your own, in the order in which they are shown; a third column must be ones, for the bias.
    y : array_like of shape (N,), optional
        Their labels, −1 or +1.
    state : dict, optional
        data ("points", "AND", "OR", "yours"), gap and seed of the points, update: how many corrections have been made.
    hide : list of str, optional
        Any of those, "reset", "code", "says".

    Raises
    ------
    ValueError, TypeError
        If `x` or `y` is of another shape, holds what is not finite, or a label is neither −1 nor +1.

    Examples
    --------
    >>> PerceptronReplay(state={"data": "AND", "update": 18}).told().splitlines()[0]
    'PerceptronReplay: A perceptron learns.'
    """

    fields: ClassVar[Mapping[str, Field]] = {
        "update": Whole(default=0, low=0, high=_MOST, label="corrections"),
        "data": Choice(default="points", options=["points", *_GATES], label="data"),
        "gap": Number(default=0.2, low=0.02, high=0.5, step=0.02, label="gap of the points"),
        "seed": Whole(default=4, low=0, high=30, label="seed of the points"),
    }

    def __init__(
        self,
        x: npt.ArrayLike | None = None,
        y: npt.ArrayLike | None = None,
        *,
        state: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        fields = dict(self.fields)
        self._known: dict[Any, Run] = {}  # the run that is shown
        self._yours = None if x is None and y is None else _checked(x, y)
        stills: list[tuple[str, dict[str, Any]]] = [
            ("40 points", {"data": "points", "update": 3, "gap": 0.2, "seed": 4}),
            ("AND", {"data": "AND", "update": 18}),
        ]
        if self._yours is not None:
            fields["data"] = Choice(default="yours", options=["yours", "points", *_GATES], label="data")
            yours: dict[str, Any] = {"data": "yours"}
            stills = [
                ("the first correction", yours | {"update": 1}),
                ("the last", yours | {"update": _MOST}),
            ]
        super().__init__(
            self._draw_run,
            fields,
            title="A perceptron learns",
            caption="Each step of the first slider is one correction: for the ringed point the line moves from the "
            "dashed to the solid one. The thin ring is the point that comes next: which way will the line turn?",
            stills=stills,
            size=(7.6, 4.2),
            state=state,
            hide=hide,
        )

    def _run(self, data: str, gap: float, seed: int) -> Run:
        key = data, gap, seed
        if key not in self._known:
            self._known.clear()
            if data == "points":
                run = Run(*separated(40, gap, seed), _HIDDEN)
            elif data == "yours" and self._yours is not None:
                run = Run(*self._yours)
            else:
                labels, direction = _GATES[data]
                run = Run(_GATE, np.array(labels), np.array(direction, dtype=float))
            self._known[key] = run
        return self._known[key]

    def _ends(self) -> Mapping[str, int]:
        run = self._run(self.state["data"], self.state["gap"], self.state["seed"])
        return {"update": max(1, len(run.corrected))}

    def _anew(self, name: str) -> Mapping[str, Any]:
        return {} if name == "update" else {"update": 0}

    def _show(self) -> None:
        super()._show()
        for name in self._controls.keys() & {"gap", "seed"}:
            self._controls[name].layout.display = "" if self.state["data"] == "points" else "none"

    def _arguments(self) -> list[str]:
        return [] if self._yours is None else ["x", "y"]

    def _draw_run(self, figure: FigureBase) -> Callable[..., str]:
        axes: dict[str, Any] = figure.subplot_mosaic(
            [["plane", "wrong"], ["plane", "length"]], width_ratios=[1.25, 1]
        )
        plane, wrong, length = axes["plane"], axes["wrong"], axes["length"]
        ground = plane.imshow(
            np.zeros((1, 1)), ListedColormap([LIGHT[0], "white", LIGHT[1]]), vmin=-1, vmax=1, origin="lower",
            aspect="auto", interpolation="nearest",
        )  # fmt: skip
        (before,) = plane.plot([], [], "--", color=GREY, lw=1.6)
        (after,) = plane.plot([], [], color=BLACK, lw=2)
        marks = [
            plane.plot([], [], marker, color=color, ms=6, mec="white", mew=0.5)[0]
            for marker, color in (("o", BLUE), ("s", ORANGE))
        ]
        (missed,) = plane.plot([], [], "x", color=BLACK, ms=7, mew=1.4)
        (ring,) = plane.plot([], [], "o", ms=16, mfc="none", mec=BLACK, mew=1.8)
        (coming,) = plane.plot([], [], "o", ms=15, mfc="none", mec="0.4", mew=0.9)
        plane.set(xlabel="x₁", ylabel="x₂")
        (count,) = wrong.plot([], [], color=BLUE, lw=1.5)
        (now,) = wrong.plot([], [], "o", color=BLACK, ms=6)
        wrong.set(ylabel="wrong")
        wrong.set_xticklabels([])
        (most,) = length.plot([], [], "--", color=BLUE, lw=1.3, label="√k · R")
        (reached,) = length.plot([], [], "o-", color=BLUE, ms=3, lw=1.2, label="|w|")
        (along,) = length.plot([], [], "s-", color=ORANGE, ms=3, lw=1.2, label="u · w")
        (least,) = length.plot([], [], "--", color=ORANGE, lw=1.3, label="k · γ")
        length.legend(fontsize=8, loc="upper left", ncols=2, handlelength=1.6, columnspacing=0.8, borderpad=0)
        length.set(xlabel="corrections k", ylabel="length")
        shown: list[Any] = []

        def update(update: int, data: str, gap: float, seed: int) -> str:
            run = self._run(data, gap, seed)
            k, total = min(update, len(run.corrected)), len(run.corrected)
            if isinstance(figure, Figure):  # finding a layout takes as long as drawing
                figure.set_layout_engine("none" if shown == [run] else "constrained")
            if shown != [run]:
                shown[:] = [run]
                low, high = run.x[:, :2].min(axis=0), run.x[:, :2].max(axis=0)
                room = 0.18 * np.maximum(high - low, 1e-9)
                for ax, place in ((plane.set_xlim, 0), (plane.set_ylim, 1)):
                    ax(low[place] - room[place], high[place] + room[place])
                ground.set_extent((*plane.get_xlim(), *plane.get_ylim()))
                for artist, label in zip(marks, (-1, 1), strict=True):
                    artist.set_data(*run.x[run.y == label, :2].T)
                steps = np.arange(total + 1)
                most.set_data(steps, np.sqrt(steps) * run.reach)
                least.set_data(steps, steps * (run.margin or np.nan))
            end = max(total if run.done else k, 5)  # one that does not end is shown as far as one has come
            for ax in (wrong, length):
                ax.set_xlim(-0.02 * end, 1.03 * end)
            wrong.set_ylim(-0.04 * len(run.x), 1.08 * len(run.x))
            length.set_ylim(0, 1.7 * np.sqrt(end) * run.reach)
            ground.set_data(_sides(run.path[k], plane.get_xlim(), plane.get_ylim()))
            for line, w in ((before, run.path[max(k - 1, 0)]), (after, run.path[k])):
                line.set_data(*_boundary(w))
            missed.set_data(*run.x[run.wrong(k), :2].T)
            ring.set_data(*(run.x[[run.corrected[k - 1]], :2].T if k else ([], [])))
            coming.set_data(*run.x[run.corrected[k : k + 1], :2].T)
            counts = [int(run.wrong(i).sum()) for i in range(k + 1)]
            count.set_data(range(k + 1), counts)
            now.set_data([k], counts[-1:])
            reached.set_data(range(k + 1), np.linalg.norm(run.path[: k + 1], axis=1))
            along.set_data(
                range(k + 1), run.path[: k + 1] @ run.u if run.u is not None else [np.nan] * (k + 1)
            )
            return run.says(k)

        return update


class Run:
    """One perceptron from w = 0 until it makes no more mistakes, or has been corrected often enough.

    Parameters
    ----------
    x : ndarray of shape (N, 3)
        The examples, the last column ones, in the order in which they are shown again and again.
    y : ndarray of shape (N,)
        Labels, −1 or +1.
    direction : ndarray of shape (3,), optional
        One that is right everywhere; without it the weights at the end are taken, if they are.

    Attributes
    ----------
    path : ndarray of shape (k + 1, 3)
        The weights at the start and after each correction.
    corrected : list of int
        Which example each correction was for.
    done : bool
        Whether no mistake is left.
    """

    def __init__(self, x: Array, y: npt.NDArray[Any], direction: Array | None = None) -> None:
        self.x, self.y = x, y
        w = np.zeros(x.shape[1])
        path, place = [w], 0
        self.corrected: list[int] = []
        order = np.arange(len(x))
        while len(self.corrected) <= _MOST:
            ahead = np.roll(order, -place)
            mistakes = y[ahead] * (x[ahead] @ w) <= 0
            if not mistakes.any() or len(self.corrected) == _MOST:
                break
            n = int(ahead[mistakes.argmax()])
            w = w + y[n] * x[n]
            path.append(w)
            self.corrected.append(n)
            place = n + 1
        self.path = np.array(path)
        self.done = not self.wrong(len(path) - 1).any()
        self.reach = float(np.linalg.norm(x, axis=1).max())
        if direction is None and self.done:
            direction = w
        self.u = None if direction is None else direction / np.linalg.norm(direction)
        self.margin = None if self.u is None else float((y * (x @ self.u)).min())

    def wrong(self, k: int) -> npt.NDArray[np.bool_]:
        """Which examples are wrong after k corrections; a sum of 0 is."""
        wrong: npt.NDArray[np.bool_] = self.y * (self.x @ self.path[k]) <= 0
        return wrong

    def says(self, k: int) -> str:
        if self.margin is None:
            most = f"After {_MOST} corrections it is still not right: no ceiling is known."
        else:
            most = f"The ceiling (R/γ)² is {int((self.reach / self.margin) ** 2 + 1e-9):,}."
        if k == 0:
            return f"All weights are 0, so all sums are 0 and all {len(self.x)} points wrong. {most}".replace(
                "-", "−"
            )
        n = self.corrected[k - 1]
        old, new = (float(self.path[i] @ self.x[n]) for i in (k - 1, k))
        kind, wants = ("square", "above 0") if self.y[n] > 0 else ("circle", "below 0")
        was, now = (int(self.wrong(i).sum()) for i in (k - 1, k))
        words = (
            f"Correction {k}: the {kind} at ({self.x[n, 0]:.4g}, {self.x[n, 1]:.4g}) should have a sum {wants}; it goes "
            f"from {old:.4g} to {new:.4g}. Points wrong: {was} before, {now} after. {most}"
        )
        if k == len(self.corrected) and self.done:
            words += f" No mistake is left: it stops at {k}."
        return minus(words)


def separated(n: int, gap: float, seed: int) -> tuple[Array, npt.NDArray[Any]]:
    """The points of notebook 02: n of a square, none of them nearer to a hidden line than the gap, and their labels."""
    hidden = _HIDDEN / np.linalg.norm(_HIDDEN)
    points = np.random.default_rng(seed).uniform(-2, 2, (6 * n + 200, 2))
    x = np.column_stack([points, np.ones(len(points))])
    x = x[np.abs(x @ hidden) >= gap][:n]
    return x, np.sign(x @ hidden).astype(int)


def _sides(w: Array, across: tuple[float, float], up: tuple[float, float]) -> Array:
    """−1, 0 or +1 for each place of a grid."""
    x1, x2 = ((np.arange(121) + 0.5) / 121 * (high - low) + low for low, high in (across, up))
    signs: Array = np.sign(w[0] * x1 + w[1] * x2[:, None] + w[2])
    return signs


def _boundary(w: Array) -> tuple[list[float], list[float]]:
    """Two far points of the line where the sum is 0; none if there is no such line."""
    size2 = float(w[:2] @ w[:2])
    if size2 == 0:
        return [], []
    foot, along = -w[2] * w[:2] / size2, np.array([-w[1], w[0]]) / np.sqrt(size2)
    far = 1e3 * max(1.0, float(np.abs(foot).max()))
    return [foot[0] - far * along[0], foot[0] + far * along[0]], [
        foot[1] - far * along[1],
        foot[1] + far * along[1],
    ]


def _checked(x: Any, y: Any) -> tuple[Array, npt.NDArray[Any]]:
    who = "PerceptronReplay"
    if x is None or y is None:
        raise TypeError(explain(who, "x and y together", f"only {'y' if x is None else 'x'}"))
    x, y = check_array(who, "x", x), check_array(who, "y", y)
    if x.ndim != 2 or x.shape[1] not in (2, 3) or not 1 <= len(x) <= _MOST_POINTS:
        raise ValueError(
            explain(who, f"x of shape (N, 2) or (N, 3), N from 1 to {_MOST_POINTS}", describe(x))
        )
    if x.shape[1] == 3 and not (x[:, 2] == 1).all():
        fix = "It stands for the bias. A plane has no third input."
        raise ValueError(explain(who, "ones in the third column of x", f"{x[x[:, 2] != 1][0, 2]}", fix))
    if not np.isfinite(x).all():
        raise ValueError(explain(who, "finite numbers in x", f"{x[~np.isfinite(x)][0]}"))
    if y.shape != (len(x),):
        raise ValueError(explain(who, f"y of shape ({len(x)},), a label for each row of x", describe(y)))
    if not np.isin(y, (-1, 1)).all():
        fix = "Labels 0 and 1 become −1 and +1 by 2 * y - 1."
        raise ValueError(explain(who, "labels −1 and +1 in y", f"{y[~np.isin(y, (-1, 1))][0]}", fix))
    ones = np.ones(len(x))
    return np.column_stack([x[:, :2], ones]).astype(float), y.astype(int)
