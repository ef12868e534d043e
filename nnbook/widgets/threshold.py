"""One threshold on a score: what it finds, what it misses, what it accuses wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure, FigureBase
from matplotlib.patches import Rectangle

from nnbook.activations import sigmoid
from nnbook.errors import check_array, describe, explain
from nnbook.plots.style import BLACK, BLUE, GREY, LIGHT, ORANGE
from nnbook.widgets.explore import Explore
from nnbook.widgets.fields import Choice, Field, Number
from nnbook.widgets.shared import minus

__all__ = ["ThresholdSlider"]

Array = npt.NDArray[np.float64]

_MOST = 100_000
_BINS = 25


class ThresholdSlider(Explore):
    """Move the threshold above which a score counts as "yes", and watch the four counts and the rates made of them.

    Parameters
    ----------
    y_true : array_like of shape (N,), optional
        What is true: 1 for yes, 0 for no; both must occur.
    scores : array_like of shape (N,), optional
        What a model says, larger for a surer yes: probabilities, or any finite numbers.
    state : dict, optional
        threshold: a score of this or more counts as yes; curve: "ROC" or "precision-recall".
    hide : list of str, optional
        Either of those, "reset", "code", "says".

    Raises
    ------
    ValueError, TypeError
        If the two are not of one length, a label is neither 0 nor 1, one of the classes is missing, or a score is not
        finite.

    Examples
    --------
    >>> w = ThresholdSlider([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], state={"threshold": 0.3})
    >>> w.counts()
    Counts(hits=2, missed=0, alarms=1, rest=1)
    """

    fields: ClassVar[Mapping[str, Field]] = {
        "threshold": Number(default=0.5, low=0, high=1, step=0.01, label="threshold"),
        "curve": Choice(default="ROC", options=["ROC", "precision-recall"], label="curve"),
    }

    def __init__(
        self,
        y_true: npt.ArrayLike | None = None,
        scores: npt.ArrayLike | None = None,
        *,
        state: Mapping[str, Any] | None = None,
        hide: Iterable[str] = (),
    ) -> None:
        self._own = y_true is not None or scores is not None
        self._y, self._scores = _checked(y_true, scores) if self._own else generated()
        fields = dict(self.fields)
        low, high = float(self._scores.min()), float(self._scores.max())
        if low < 0 or high > 1:  # no probabilities: as far as the scores go, and a little further
            room = 0.05 * (high - low) or 0.5
            start = 0.0 if low < 0 < high else (low + high) / 2
            step = (high - low + 2 * room) / 200
            stops = np.ceil((start - low + room) / step)  # below the start, which is one itself
            fields["threshold"] = Number(
                default=start,
                low=float(start - stops * step),
                high=high + room,
                step=step,
                label="threshold",
            )
        threshold = fields["threshold"]
        third = np.quantile(self._scores, 0.7)
        super().__init__(
            self._draw_counts,
            fields,
            title="Where to draw the line",
            caption="Move the threshold: a score of this or more counts as yes. What do you gain by lowering it, and "
            "what does it cost?",
            stills=[
                ("as it starts", {"threshold": threshold.default, "curve": "ROC"}),
                ("another threshold", {"threshold": float(f"{third:.2g}"), "curve": "precision-recall"}),
            ],
            size=(6.6, 4.8),
            state=state,
            hide=hide,
        )

    def _arguments(self) -> list[str]:
        return ["y_true", "scores"] if self._own else []

    def counts(self) -> Counts:
        """How many of each kind there are at the threshold.

        Returns
        -------
        Counts
            hits (yes and called yes), missed (yes, called no), alarms (no, called yes), rest (no and called no).
        """
        return count(self._y, self._scores, self.state["threshold"])

    def _draw_counts(self, figure: FigureBase) -> Callable[..., str]:
        y, scores = self._y, self._scores
        axes: dict[str, Any] = figure.subplot_mosaic(
            [["scores", "scores"], ["table", "curve"]], height_ratios=[1, 1.9]
        )
        bars, table, plane = axes["scores"], axes["table"], axes["curve"]
        field = self.state.fields["threshold"]
        assert isinstance(field, Number)
        low, high = field.low, field.high
        edges = np.linspace(low, high, _BINS + 1)
        for label, color, sign in ((1, ORANGE, 1), (0, BLUE, -1)):
            heights = np.histogram(scores[y == label], edges)[0]
            share = heights / heights.max()
            bars.bar(
                edges[:-1], sign * share, np.diff(edges), align="edge", color=color, edgecolor="white", lw=0.5
            )
        bars.axhline(0, color=BLACK, lw=0.8)
        line = bars.axvline(0, color=BLACK, lw=2, clip_on=False)
        bars.set(xlim=(low, high), ylim=(-1.15, 1.15), xlabel="score")
        bars.set_yticks([-0.5, 0.5], ["truly no", "truly yes"])
        bars.tick_params(axis="y", length=0)
        bars.spines["left"].set_visible(False)
        cells = _cells(table)
        (drawn,) = plane.plot([], [], color=BLUE, lw=1.8)
        (chance,) = plane.plot([], [], ":", color=GREY, lw=1.4)
        (dot,) = plane.plot([], [], "o", color=BLACK, ms=9)
        plane.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        rates = roc(y, scores)
        lines = {"ROC": rates, "precision-recall": precision_recall(y, scores)}
        area = float(np.sum(np.diff(rates[0]) * (rates[1][1:] + rates[1][:-1]) / 2))
        frozen: list[str] = []

        def update(threshold: float, curve: str) -> str:
            if isinstance(figure, Figure):  # finding a layout takes as long as drawing
                figure.set_layout_engine("none" if frozen == [curve] else "constrained")
                frozen[:] = [curve]
            c = count(y, scores, threshold)
            line.set_xdata([threshold, threshold])
            for text, number in zip(cells, c, strict=True):
                text.set_text(f"{number:,}")
            drawn.set_data(*lines[curve])
            yes, no = c.hits + c.missed, c.alarms + c.rest
            recall, called = c.hits / yes, c.hits + c.alarms
            if curve == "ROC":
                plane.set(xlabel="false-alarm rate", ylabel="recall")
                dot.set_data([c.alarms / no], [recall])
                chance.set_data([0, 1], [0, 1])
            else:
                plane.set(xlabel="recall", ylabel="precision")
                dot.set_data([recall] if called else [], [c.hits / called] if called else [])
                chance.set_data([0, 1], [yes / len(y)] * 2)
            return _says(c, threshold, area if curve == "ROC" else None)

        return update


class Counts(NamedTuple):
    """The four cells of a confusion matrix of two classes."""

    hits: int
    missed: int
    alarms: int
    rest: int


def count(y: npt.NDArray[Any], scores: Array, threshold: float) -> Counts:
    """The four counts where a score of `threshold` or more is called yes."""
    called = scores >= threshold
    yes, hits, both = int((y == 1).sum()), int((called & (y == 1)).sum()), int(called.sum())
    return Counts(hits, yes - hits, both - hits, len(y) - yes - (both - hits))


def _at_every_score(y: npt.NDArray[Any], scores: Array) -> tuple[Array, Array]:
    """Hits and false alarms for a threshold at each score that occurs, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)  # of each group of equal scores
    hits, alarms = (np.cumsum(y[order] == label)[last].astype(float) for label in (1, 0))
    return hits, alarms


def roc(y: npt.NDArray[Any], scores: Array) -> tuple[Array, Array]:
    """The share of no that is called yes, and of yes that is, for every threshold.

    Examples
    --------
    >>> roc(np.array([0, 1]), np.array([0.2, 0.7]))
    (array([0., 0., 1.]), array([0., 1., 1.]))
    """
    hits, alarms = _at_every_score(y, scores)
    return np.append(0.0, alarms / alarms[-1]), np.append(0.0, hits / hits[-1])


def precision_recall(y: npt.NDArray[Any], scores: Array) -> tuple[Array, Array]:
    """Recall, and the share of yes among what is called yes, for every threshold that calls something yes."""
    hits, alarms = _at_every_score(y, scores)
    return hits / hits[-1], hits / (hits + alarms)


def generated() -> tuple[npt.NDArray[Any], Array]:
    """300 examples, 45 of them yes, and the probabilities of a middling model; the same in every run."""
    rng = np.random.default_rng(5)
    y = np.repeat([1, 0], [45, 255])
    return y, sigmoid(np.where(y == 1, 0.9, -1.7) + 1.3 * rng.standard_normal(300))


def _says(c: Counts, threshold: float, area: float | None) -> str:
    yes, total, called, errors = c.hits + c.missed, sum(c), c.hits + c.alarms, c.missed + c.alarms
    precision = f"{c.hits / called:.3f} ({c.hits:,} of {called:,})" if called else "has nothing to divide by"
    words = (
        f"From {threshold:.3g} on: precision {precision}, recall {c.hits / yes:.3f} ({c.hits:,} of {yes:,}), error rate "
        f"{errors / total:.1%} ({errors:,} of {total:,})."
    )
    if not called:
        words = words.replace(": precision", ", nothing is called yes: precision")
    rarer, name = min((yes, "no"), (total - yes, "yes"))
    words += f" Whoever says {name} to all errs in {rarer / total:.1%}."
    if area is not None:
        words += f" A yes is scored above a no in {area:.1%} of all pairs, wherever the threshold stands."
    return minus(words)


def _cells(ax: Any) -> list[Any]:
    """The table of the four counts; returns the texts, to be filled."""
    texts = []
    ax.set_axis_off()
    ax.set(xlim=(-0.4, 2), ylim=(-0.05, 2.6))
    for column, name in enumerate(("called\nyes", "called\nno")):
        ax.text(column + 0.5, 2.1, name, ha="center", va="bottom", fontsize=9)
    for row, truth in enumerate(("truly\nyes", "truly\nno")):
        ax.text(-0.04, 1.5 - row, truth, ha="right", va="center", fontsize=9)
        for column, name in enumerate((("hits", "missed"), ("alarms", "rest"))[row]):
            right = row == column
            face = LIGHT[row == 0] if right else "white"
            ax.add_patch(
                Rectangle((column + 0.02, 1.02 - row), 0.96, 0.96, fc=face, ec=BLACK, lw=1 if right else 1.8)
            )
            ax.text(column + 0.5, 1.24 - row, name, ha="center", va="center", fontsize=9)
            texts.append(
                ax.text(column + 0.5, 1.66 - row, "", ha="center", va="center", fontsize=12, weight="bold")
            )
    return texts


def _checked(y_true: Any, scores: Any) -> tuple[npt.NDArray[Any], Array]:
    who = "ThresholdSlider"
    if y_true is None or scores is None:
        raise TypeError(
            explain(who, "y_true and scores together", f"only {'scores' if y_true is None else 'y_true'}")
        )
    y, s = check_array(who, "y_true", y_true), check_array(who, "scores", scores)
    if y.ndim != 1 or not 2 <= len(y) <= _MOST:
        raise ValueError(explain(who, f"y_true of shape (N,), N from 2 to {_MOST:,}", describe(y)))
    if s.shape != y.shape:
        fix = "Scores of one column: scores.reshape(-1). Of two classes: the column of class 1, scores[:, 1]."
        raise ValueError(
            explain(who, f"scores of y_true's shape {y.shape}", describe(s), fix if s.ndim == 2 else "")
        )
    if not np.isin(y, (0, 1)).all():
        raise ValueError(explain(who, "labels 0 and 1 in y_true", f"{y[~np.isin(y, (0, 1))][0]}"))
    if len(np.unique(y)) < 2:
        raise ValueError(explain(who, "both classes in y_true", f"{int(y[0])} only"))
    if not np.isfinite(s).all():
        raise ValueError(explain(who, "finite numbers in scores", f"{s[~np.isfinite(s)][0]}"))
    return y.astype(int), s.astype(float)
