"""Callbacks: what happens beside the training, after each epoch or before each step.

A callback is a function of the `Training` under way, called after each epoch, or an object with any of four methods:

    before_fit(training)       once, before the first step
    before_step(training)      the gradients are there, the step is not yet taken: to clip them, or look at them
    after_epoch(training)      the epoch is in training.history
    after_fit(training)        once, at the end, whatever ended it but an error

To end the training it sets ``training.stop = True``. One with ``state_dict`` and ``load_state_dict`` is kept in
checkpoints. The schedules of the learning rate are callbacks too.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nnbook import files
from nnbook.arrays import Array
from nnbook.errors import check_choice, check_integer, check_number, explain
from nnbook.measuring import BY_CLASS, BY_SIGN, MEASURES
from nnbook.module import Module

if TYPE_CHECKING:
    from nnbook.training import Training

__all__ = ["Checkpoint", "EarlyStopping"]

MOMENTS = ("before_fit", "before_step", "after_epoch", "after_fit")


class EarlyStopping:
    """A callback that ends the training when a measure has not improved for a while.

    Parameters
    ----------
    patience : int
        How many epochs in a row may pass without a new best.
    min_delta : float
        By how much a value must beat the best one to count as better.
    restore_best : bool
        Whether the parameters and running statistics of the best epoch are put back when the training ends, for
        whatever reason except Ctrl-C.
    monitor : str
        ``"val_loss"``, ``"val_accuracy"``, ``"loss"`` or ``"accuracy"``; a loss is to fall, an accuracy to rise.

    Attributes
    ----------
    best : float
        The best value so far.
    best_epoch : int
        When that was, counting from 1; 0 before any.

    Notes
    -----
    Stopping on the test data would be a way of training on them: stop on validation data (notebook 15).
    Prechelt 1998, "Early stopping, but when?".

    Examples
    --------
    >>> EarlyStopping(patience=3)
    EarlyStopping(patience=3)
    """

    def __init__(
        self,
        patience: int = 5,
        min_delta: float = 0.0,
        restore_best: bool = True,
        monitor: str = "val_loss",
    ) -> None:
        self.patience = check_integer("EarlyStopping", "patience", patience)
        self.min_delta = check_number("EarlyStopping", "min_delta", min_delta, at_least=0)
        self.restore_best = bool(restore_best)
        self.monitor = check_choice("EarlyStopping", "monitor", monitor, MEASURES)
        self._forget()

    def _forget(self) -> None:
        self.best_epoch = 0
        self.best = -math.inf if self.monitor.endswith("accuracy") else math.inf
        self._arrays: dict[str, Array] = {}

    def before_fit(self, training: Training) -> None:
        """Begin anew; refuse a measure that this training will not take."""
        if self.monitor.startswith("val_") and training.validation is None:
            fix = "Pass fit(..., validation=(x_val, y_val)), or watch monitor='loss'."
            raise ValueError(
                explain(self, f"validation data to measure {self.monitor}", "validation=None", fix)
            )
        if self.monitor.endswith("accuracy") and not isinstance(training.loss_fn, BY_CLASS + BY_SIGN):
            fix = f"Watch monitor='{self.monitor.replace('accuracy', 'loss')}'."
            raise ValueError(
                explain(self, "a loss of classification to measure accuracy", f"{training.loss_fn!r}", fix)
            )
        self._forget()

    def after_epoch(self, training: Training) -> None:
        """Compare the newest value with the best one."""
        value = getattr(training.history, self.monitor)[-1]
        gain = value - self.best if self.monitor.endswith("accuracy") else self.best - value
        if gain > self.min_delta:
            self.best, self.best_epoch = value, training.epoch
            if self.restore_best:
                self._arrays = {name: array.copy() for name, array in arrays_of(training.model)}
        elif training.epoch - self.best_epoch >= self.patience:
            training.stop = True

    def after_fit(self, training: Training) -> None:
        """Put the best epoch's parameters back."""
        if self._arrays and not training.history.interrupted:
            for name, array in arrays_of(training.model):
                array[...] = self._arrays[name]

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"best": self.best, "best_epoch": self.best_epoch, "arrays": dict(self._arrays)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what a checkpoint kept."""
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self._arrays = dict(state["arrays"])

    def __repr__(self) -> str:
        parts = [f"patience={self.patience}"]
        parts += [f"min_delta={self.min_delta:g}"] if self.min_delta else []
        parts += [] if self.restore_best else ["restore_best=False"]
        parts += [f"monitor={self.monitor!r}"] if self.monitor != "val_loss" else []
        return f"EarlyStopping({', '.join(parts)})"


class Checkpoint:
    """A callback that writes down where the training stands, so that ``fit(..., resume=path)`` can go on from there.

    Parameters
    ----------
    path : str or path
        A ``.npz`` file, written over each time, in one stroke: see `nnbook.save`.
    every : int
        After how many epochs. It also writes after the last one, and when Ctrl-C ends the training.

    Notes
    -----
    The file holds the model (``nnbook.load(path)`` reads it), the optimiser's state, the epoch's order and place in
    it, the states of the other callbacks, and of every random generator that model, loss, optimiser, loader or
    callbacks keep in an attribute. What it cannot see is randomness of your own that is kept elsewhere. On another
    machine, with another BLAS kernel (the file names it), sums are rounded otherwise: the training goes on just as well,
    but not bit for bit.

    Examples
    --------
    >>> import numpy as np
    >>> import nnbook, tempfile, os
    >>> x, y = np.arange(20.0).reshape(10, 2), np.arange(10) % 2
    >>> def run(epochs, **options):
    ...     model = nnbook.Linear(2, 2, rng=0)
    ...     optimizer = nnbook.Adam(model.parameters())
    ...     loss_fn = nnbook.CrossEntropyLoss()
    ...     return nnbook.fit(model, (x, y), loss_fn, optimizer, epochs=epochs, progress=False, **options)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "run.npz")
    ...     half = run(2, callbacks=[Checkpoint(path)])
    ...     whole = run(4, callbacks=[Checkpoint(path)], resume=path)
    >>> whole.loss == run(4).loss
    True
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        self.path = path
        self.every = check_integer("Checkpoint", "every", every)

    def before_fit(self, training: Training) -> None:
        """Refuse a path that could not be written to, before an hour has passed."""
        files.check_target("Checkpoint", self.path)

    def after_epoch(self, training: Training) -> None:
        """Write, if it is time."""
        if training.epoch % self.every == 0 or training.epoch == training.epochs or training.stop:
            self.save(training)

    def after_fit(self, training: Training) -> None:
        """Write, if Ctrl-C ended it."""
        if training.history.interrupted:
            self.save(training)

    def save(self, training: Training) -> None:
        """Write now."""
        files.save(self.path, training.model, state=training.state_dict())

    def __repr__(self) -> str:
        return f"Checkpoint({str(self.path)!r}{f', every={self.every}' if self.every > 1 else ''})"


def arrays_of(model: Module) -> Iterator[tuple[str, Array]]:
    """The arrays that make a model what it is: parameters and buffers by name."""
    yield from ((name, parameter.data) for name, parameter in model.named_parameters())
    yield from ((name, buffer.data) for name, buffer in model.named_buffers())
