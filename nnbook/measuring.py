"""What is measured: the loss, the share of right answers, and how both went, epoch by epoch.

A training's own numbers come from its batches, added up with the weight that each batch has in the mean of all (a
`Tally`): so an epoch's loss is that of its examples, whatever the sizes of its batches. Those of other data come from
`evaluate`, as at prediction.

An answer is right, where the loss is one of classification,

    CrossEntropy, NLL, MultiMargin      if the highest score is that of the example's class
    BCEWithLogits, Hinge                if the score is above 0 just where the target says yes
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from nnbook.datasets.loader import DataLoader, pad_sequences
from nnbook.errors import check_choice, describe, explain
from nnbook.losses import BCEWithLogitsLoss, CrossEntropyLoss, HingeLoss, MultiMarginLoss, NLLLoss
from nnbook.module import Module

__all__ = ["Evaluation", "History", "Tally", "evaluate"]

MEASURES = ("loss", "accuracy", "val_loss", "val_accuracy")
BY_CLASS = (CrossEntropyLoss, NLLLoss, MultiMarginLoss)  # one score for each class, and the class's index
BY_SIGN = (BCEWithLogitsLoss, HingeLoss)  # one score: above 0 it says yes


class History:
    """What a training measured: one number an epoch in each of four lists.

    Attributes
    ----------
    loss, accuracy : list of float
        Of the training batches, averaged over the epoch's examples.
    val_loss, val_accuracy : list of float
        Of the validation data after each epoch.
    interrupted : bool
        Whether Ctrl-C ended it before its time.

    Notes
    -----
    A list stays empty where there is nothing to measure: accuracy in regression, val_loss without validation data.
    An epoch that was interrupted is not in the lists, though its steps are in the weights.

    Examples
    --------
    >>> history = History()
    >>> history.append(loss=0.9, val_loss=1.0)
    >>> history.append(loss=0.5, val_loss=0.75)
    >>> history
    History(2 epochs: loss 0.5, val_loss 0.75)
    >>> len(history), history.best("val_loss")
    (2, 2)
    """

    def __init__(self) -> None:
        self.loss: list[float] = []
        self.accuracy: list[float] = []
        self.val_loss: list[float] = []
        self.val_accuracy: list[float] = []
        self.interrupted = False

    def append(self, **measures: float | None) -> None:
        """Note an epoch's numbers by name; None is left out."""
        for name, value in measures.items():
            check_choice("History.append", "the measure", name, MEASURES)
            if value is not None:
                getattr(self, name).append(float(value))

    def best(self, measure: str = "val_loss") -> int:
        """Which epoch was the best by `measure`, counting from 1: lowest loss or highest accuracy, the first of equals."""
        values = getattr(self, check_choice("History.best", "measure", measure, MEASURES))
        if not values:
            raise ValueError(
                explain(
                    "History.best",
                    f"a training that measured {measure}",
                    f"{self!r}",
                    "Pass fit(..., validation=(x_val, y_val)) to measure val_loss and val_accuracy.",
                )
            )
        return 1 + values.index((max if measure.endswith("accuracy") else min)(values))

    def to_dict(self) -> dict[str, list[float]]:
        """The lists that were measured, by name: ready for ``pandas.DataFrame(history.to_dict())``."""
        return {name: list(getattr(self, name)) for name in MEASURES if getattr(self, name)}

    def plot(self, ax: Any = None) -> Any:
        """Draw the learning curves; returns the matplotlib Figure."""
        from nnbook.plots import plot_history

        return plot_history(self, ax=ax)

    def __len__(self) -> int:
        return len(self.loss)

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.to_dict().items())
        epochs = f"{len(self)} epoch{'' if len(self) == 1 else 's'}"
        return f"History({epochs}{': ' if last else ''}{last}{', interrupted' if self.interrupted else ''})"


class Evaluation(NamedTuple):
    """What `evaluate` measured: the loss, and the share of right answers (None in regression)."""

    loss: float
    accuracy: float | None


def evaluate(model: Module, data: Any, loss_fn: Any) -> Evaluation:
    """Measure a model on data, as at prediction: nothing is learnt, kept or changed.

    Parameters
    ----------
    model : Module
    data : DataLoader or (x, y)
        A loader is not run through, only its arrays are looked at: no random number is drawn, nothing is dropped.
    loss_fn : Loss

    Returns
    -------
    Evaluation
        ``.loss``, and ``.accuracy``: the share of examples (of labels, where an example has several) whose highest
        score is that of their class, or whose single score has the right sign; None for losses of regression.

    Examples
    --------
    >>> import nnbook
    >>> model = nnbook.Linear(1, 2, rng=0)
    >>> model.weight.data, model.bias.data = [[1.0, -1.0]], [0.0, 0.0]
    >>> result = evaluate(model, (np.array([[2.0], [-2.0]]), np.array([0, 0])), nnbook.CrossEntropyLoss())
    >>> result.accuracy
    0.5
    """
    check_parts("evaluate", model, loss_fn)
    *inputs, target = whole(as_loader("evaluate", "data", data))
    prediction = model.predict(*inputs)
    tally = Tally()
    tally.add(loss_fn, loss_only(loss_fn, prediction, target), prediction, target)
    return Evaluation(tally.mean_loss, tally.accuracy)


class Tally:
    """The sums behind an epoch's mean loss and accuracy, batch by batch."""

    def __init__(self) -> None:
        self.loss, self.weight, self.right, self.labels = 0.0, 0.0, 0, 0

    def add(self, loss_fn: Any, loss: float, prediction: Any, target: Any) -> None:
        """Note a batch."""
        weight = weight_of(loss_fn, target)
        self.loss += float(loss) * weight
        self.weight += weight
        if isinstance(loss_fn, BY_CLASS):
            right = prediction.argmax(axis=-1) == target
            ignored = getattr(loss_fn, "ignore_index", None)
            if ignored is not None:
                right = right[np.asarray(target) != ignored]
        elif isinstance(loss_fn, BY_SIGN):
            right = (prediction > 0) == (target > 0.5)  # yes is 1, no is 0 or -1
        else:
            return
        self.right += int(np.count_nonzero(right))
        self.labels += right.size

    @property
    def mean_loss(self) -> float:
        return self.loss / self.weight

    @property
    def accuracy(self) -> float | None:
        return self.right / self.labels if self.labels else None


def weight_of(loss_fn: Any, target: Any) -> float:
    """What a batch counts in a mean of batches: its examples, or whatever else its own mean was divided by."""
    weight, ignored = getattr(loss_fn, "weight", None), getattr(loss_fn, "ignore_index", None)
    if not isinstance(loss_fn, BY_CLASS) or (weight is None and ignored is None):
        return float(len(target))
    labels = np.asarray(target) if ignored is None else target[target != ignored]
    return float(labels.size if weight is None else np.asarray(weight)[labels].sum())


# -- what training shares ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def flags_kept(root: Any) -> Iterator[None]:
    """Put `training` and `recording` of every part back afterwards."""
    flags = [(module, module.training, module.recording) for module in modules_of(root)]
    try:
        yield
    finally:
        for module, training, recording in flags:
            module.training, module.recording = training, recording


def loss_only(loss_fn: Any, prediction: Any, target: Any) -> float:
    """The loss, with nothing kept for a way back."""
    with flags_kept(loss_fn):
        for module in modules_of(loss_fn):
            module.recording = False
        return float(loss_fn(prediction, target))


def modules_of(root: Any) -> list[Module]:
    """All modules below and including `root`; none if it is a loss that somebody wrote without Module."""
    return list(root.modules()) if isinstance(root, Module) else []


def flat(inputs: list[Any]) -> list[Any]:
    """A (padded, mask) pair is two arguments to the model."""
    return [part for x in inputs for part in (x if isinstance(x, tuple) else (x,))]


def whole(loader: DataLoader) -> list[Any]:
    """All examples of a loader at once, in their own order: inputs, then target."""
    return flat([pad_sequences(x) if isinstance(x, list) else x for x in loader.arrays])


def check_parts(who: str, model: Any, loss_fn: Any) -> None:
    """Refuse what is no model, or no loss with a way back."""
    if not isinstance(model, Module):
        fix = f"Make one: {model.__name__}(...)." if isinstance(model, type) else ""
        raise TypeError(explain(who, "a Module as model", describe(model), fix))
    if isinstance(loss_fn, type) or not callable(loss_fn) or not callable(getattr(loss_fn, "backward", None)):
        name = loss_fn.__name__ if isinstance(loss_fn, type) else "nnbook.CrossEntropyLoss"
        expected = "a loss with a backward as loss_fn"
        raise TypeError(explain(who, expected, describe(loss_fn), f"Make one: {name}()."))


def as_loader(who: str, name: str, data: Any, *, shuffle: bool = False) -> DataLoader:
    """The loader itself, or one around a pair (x, y)."""
    if isinstance(data, (tuple, list)) and len(data) >= 2:
        data = DataLoader(*data, batch_size=64, shuffle=shuffle, rng=0)
    if not isinstance(data, DataLoader) or len(data.arrays) < 2:
        got = f"a DataLoader of {len(data.arrays)} array" if isinstance(data, DataLoader) else describe(data)
        expected = f"a DataLoader of inputs and targets, or a pair (x, y), as {name}"
        raise TypeError(explain(who, expected, got, f"Pass {name}=nnbook.DataLoader(x, y)."))
    return data
