"""Training: the loop that you wrote by hand, with everything around it that a long run needs.

Notebook 10 writes the loop in six lines, and `fit` is these six lines still:

    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            model.backward(loss_fn.backward())
            optimizer.step()

Around them: the data are looked through once for NaN and impossible labels, a loss that turns NaN stops with the
layer's name, Ctrl-C stops between two steps and keeps what was learnt, and each epoch's numbers go into a `History`.

*Where numbers are measured.* The training loss and accuracy of an epoch come from the batches themselves, each before
its step and with dropout at work: they cost nothing, and lag a little behind. Those of the validation data come from
`evaluate`, after the epoch, as at prediction.

*Callbacks* are told what happens. One is a function of the `Training` under way, called after each epoch, or an object
with any of four methods: ``before_fit(training)``, ``before_step(training)`` (the gradients are there, the step is not
yet taken: the place to clip them or look at them), ``after_epoch(training)`` and ``after_fit(training)``. To end the
training it sets ``training.stop = True``. One with ``state_dict`` and ``load_state_dict`` is kept in checkpoints.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import numbers
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from nnbook import files
from nnbook.arrays import Array
from nnbook.datasets.loader import DataLoader, pad_sequences
from nnbook.errors import check_choice, check_integer, check_number, describe, explain
from nnbook.losses import BCEWithLogitsLoss, CrossEntropyLoss, HingeLoss, MultiMarginLoss, NLLLoss
from nnbook.module import Module, Parameter, Sequential

__all__ = [
    "Checkpoint",
    "EarlyStopping",
    "Evaluation",
    "History",
    "Training",
    "evaluate",
    "fit",
    "keep_memory",
    "show_config",
]

_MEASURES = ("loss", "accuracy", "val_loss", "val_accuracy")
_MOMENTS = ("before_fit", "before_step", "after_epoch", "after_fit")
_BY_CLASS = (CrossEntropyLoss, NLLLoss, MultiMarginLoss)  # one score for each class, and the class's index
_BY_SIGN = (BCEWithLogitsLoss, HingeLoss)  # one score: above 0 it says yes
_TRIAL = 64  # so many examples are tried before anything changes


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
            check_choice("History.append", "the measure", name, _MEASURES)
            if value is not None:
                getattr(self, name).append(float(value))

    def best(self, measure: str = "val_loss") -> int:
        """Which epoch was the best by `measure`, counting from 1: lowest loss or highest accuracy, the first of equals."""
        values = getattr(self, check_choice("History.best", "measure", measure, _MEASURES))
        if not values:
            raise ValueError(
                explain("History.best", f"a training that measured {measure}", f"{self!r}", _MEND_MEASURE)
            )
        return 1 + values.index((max if measure.endswith("accuracy") else min)(values))

    def to_dict(self) -> dict[str, list[float]]:
        """The lists that were measured, by name: ready for ``pandas.DataFrame(history.to_dict())``."""
        return {name: list(getattr(self, name)) for name in _MEASURES if getattr(self, name)}

    def plot(self, ax: Any = None) -> Any:
        """Draw the learning curves; returns the matplotlib Axes."""
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


@dataclass(repr=False)
class Training:
    """A training under way: what `fit` works on, and what callbacks are given.

    Attributes
    ----------
    model, loss_fn, optimizer, loader, validation, callbacks, epochs, accumulate
        What `fit` was given.
    history : History
        The epochs that are complete.
    epoch, batch : int
        Where it stands: the epoch under way, counting from 1, and how many of its batches are done.
    stop : bool
        Set it to True, and the training ends after this epoch.
    """

    model: Module
    loss_fn: Any
    optimizer: Any
    loader: DataLoader
    validation: DataLoader | None
    callbacks: list[Any]
    epochs: int
    accumulate: int
    history: History = field(default_factory=History)
    epoch: int = 0
    batch: int = 0
    stop: bool = False
    tally: _Tally = field(default_factory=lambda: _Tally())

    def state_dict(self) -> dict[str, Any]:
        """All that it takes, beside the model's arrays, to go on from here as if nothing had been."""
        return {
            "setup": self._setup(),
            "batch": self.batch,
            "stop": self.stop,
            "history": self.history.to_dict(),
            "tally": dict(vars(self.tally)),
            "optimizer": self._by_name(self.optimizer.state_dict()),
            "loader": self.loader.state_dict(),
            "callbacks": [c.state_dict() if _has_state(c) else None for c in self.callbacks],
            "generators": {name: generator.bit_generator.state for name, generator in self._generators()},
            "kernel": _kernel()[0],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state of a training set up in the same way; refused, with every difference, from any other."""
        then, now = state["setup"], self._setup()
        lines = [
            f"{name}: {then.get(name, 'none')} in the checkpoint, {now.get(name, 'none')} here"
            for name in {**then, **now}
            if then.get(name) != now.get(name)
        ]
        if lines:
            got = f"one with {len(lines)} difference{'' if len(lines) == 1 else 's'}:\n    " + "\n    ".join(
                lines
            )
            raise ValueError(explain("fit", "the training that is to be resumed", got).removesuffix("."))
        self.optimizer.load_state_dict(self._by_position(state["optimizer"]))
        self.loader.load_state_dict(state["loader"])
        for callback, kept in zip(self.callbacks, state["callbacks"], strict=True):
            if kept is not None:
                callback.load_state_dict(kept)
        for name, generator in self._generators():
            generator.bit_generator.state = state["generators"][name]
        self.history.loss.clear()
        for name, values in state["history"].items():
            setattr(self.history, name, values)
        vars(self.tally).update(state["tally"])
        self.batch, self.stop = state["batch"], state["stop"]

    def tell(self, moment: str) -> None:
        """Call whoever listens for this moment; a bare function listens for the end of an epoch."""
        for callback in self.callbacks:
            method = getattr(callback, moment, None)
            if method is not None:
                method(self)
            elif moment == "after_epoch" and not any(hasattr(callback, other) for other in _MOMENTS):
                callback(self)

    def _setup(self) -> dict[str, str]:
        """What must be the same when it goes on, in words."""
        return {
            "loss": repr(self.loss_fn),
            "optimizer": type(self.optimizer).__name__,
            "its parameters": ", ".join(sorted(self._parameter_names())),
            "data": repr(self.loader),
            "accumulate": str(self.accumulate),
            "callbacks": ", ".join(type(callback).__name__ for callback in self.callbacks) or "none",
            "random generators": ", ".join(
                f"{name} ({type(generator.bit_generator).__name__})" for name, generator in self._generators()
            ),
        }

    def _by_name(self, state: dict[str, Any]) -> dict[str, Any]:
        """The optimiser's state with names in place of its parameters' positions: a file should be read by people too."""
        names = self._parameter_names()
        kept = state.get("state")
        if not isinstance(kept, dict) or not all(key in range(len(names)) for key in kept):
            return state
        return state | {"state": {names[i]: entry for i, entry in kept.items()}}

    def _by_position(self, state: dict[str, Any]) -> dict[str, Any]:
        places = {name: i for i, name in enumerate(self._parameter_names())}
        kept = state.get("state")
        if not isinstance(kept, dict) or not all(key in places for key in kept):
            return state
        return state | {"state": {places[name]: entry for name, entry in kept.items()}}

    def _parameter_names(self) -> list[str]:
        names = {id(parameter): name for name, parameter in self.model.named_parameters()}
        return [
            names.get(id(p), f"elsewhere.{i}") for i, p in enumerate(getattr(self.optimizer, "params", ()))
        ]

    def _generators(self) -> list[tuple[str, np.random.Generator]]:
        """Every random generator of model, loss, optimizer, data and callbacks, with a name."""
        found: list[tuple[str, np.random.Generator]] = []
        seen: set[int] = set()

        def visit(name: str, value: Any, is_part: bool) -> None:
            if id(value) in seen:
                return
            seen.add(id(value))
            if isinstance(value, np.random.Generator):
                found.append((name, value))
            elif isinstance(value, dict):
                for key, child in value.items():
                    visit(f"{name}.{key}", child, False)
            elif isinstance(value, (list, tuple)):
                for i, child in enumerate(value):
                    visit(f"{name}.{i}", child, False)
            elif is_part or isinstance(value, Module) or _has_state(value):
                for key, child in vars(value).items() if hasattr(value, "__dict__") else ():
                    visit(f"{name}.{key}", child, False)

        for name in ("model", "loss_fn", "optimizer", "loader"):
            visit(name, getattr(self, name), True)
        for i, callback in enumerate(self.callbacks):
            visit(f"callbacks.{i}", callback, True)
        return found

    def __repr__(self) -> str:
        return f"Training(epoch {self.epoch} of {self.epochs}, {self.batch} batches done)"


def fit(
    model: Module,
    train: Any,
    loss_fn: Any,
    optimizer: Any,
    *,
    epochs: int,
    validation: Any = None,
    callbacks: Sequence[Any] = (),
    progress: bool | None = None,
    accumulate: int = 1,
    resume: str | os.PathLike[str] | None = None,
) -> History:
    """Train a model: for each batch, forward, loss, backward, step.

    Parameters
    ----------
    model : Module
        It is trained in place. Its flags (`train`, `eval`) are as before afterwards; what is frozen stays so.
    train : DataLoader or (x, y)
        The training data. A pair is wrapped in a DataLoader of batches of 64, shuffled anew in each epoch by a
        generator of seed 0, so that the same call gives the same numbers. A loader's last array is the target, those
        before it go to the model; a list of sequences arrives at the model as two arguments, padded and mask.
    loss_fn : Loss
        Such as ``nnbook.CrossEntropyLoss()``.
    optimizer : Optimizer
        Such as ``nnbook.Adam(model.parameters())``.
    epochs : int
        How many times through the data.
    validation : DataLoader or (x, y), optional
        Measured after each epoch, never learnt from.
    callbacks : list of callables or objects
        See the head of this module.
    progress : bool, optional
        Whether to show a bar. None shows it in notebooks and terminals, and nowhere else.
    accumulate : int
        How many batches' gradients are gathered before each step: the step is that of one batch so many times as
        large, in the memory of a small one. (Layers that look at a whole batch, as batch norm does, still see the
        small one.) What is left at the end of an epoch makes a step of its own.
    resume : path, optional
        A file that `Checkpoint` wrote. With everything else as it was then (only `epochs` may differ) the training goes
        on from there, and ends with the same bits, on the same machine, as if it had never stopped.

    Returns
    -------
    History
        Loss and, for classification, accuracy of each epoch.

    Raises
    ------
    TypeError, ValueError, IndexError
        If the arguments or the data cannot be right; nothing has changed then. ValueError if the loss or a gradient
        turns NaN: the parameters are as they were before that batch.

    Notes
    -----
    *Ctrl-C* (the square in JupyterLab) stops after the step under way and returns what was learnt so far, with
    ``history.interrupted`` True; a second one interrupts at once, as usual.

    The gradient with respect to the data is not computed, for nobody asks for it: `fit` sets `input_grad` False on
    the first layer that learns, for as long as it runs. It also calls `keep_memory`.

    Examples
    --------
    >>> import nnbook
    >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array([0, 1, 1, 0])
    >>> rng = np.random.default_rng(0)
    >>> model = nnbook.Sequential(nnbook.Linear(2, 8, rng=rng), nnbook.Tanh(), nnbook.Linear(8, 2, rng=rng))
    >>> optimizer = nnbook.Adam(model.parameters(), lr=0.1)
    >>> history = fit(model, (x, y), nnbook.CrossEntropyLoss(), optimizer, epochs=50, progress=False)
    >>> history.accuracy[-1]
    1.0
    """
    epochs = check_integer("fit", "epochs", epochs)
    accumulate = check_integer("fit", "accumulate", accumulate)
    _check_parts("fit", model, loss_fn)
    _check_optimizer(optimizer, model)
    loader = _as_loader("fit", "train", train, shuffle=True)
    held_out = None if validation is None else _as_loader("fit", "validation", validation)
    _check_callbacks(callbacks)
    _scan("fit", model, loss_fn, loader, "")
    if held_out is not None:
        _scan("fit", model, loss_fn, held_out, "validation ")
    keep_memory()

    told = sorted(
        callbacks, key=lambda callback: isinstance(callback, Checkpoint)
    )  # it notes what others did
    training = Training(model, loss_fn, optimizer, loader, held_out, told, epochs, accumulate)
    history, parameters = training.history, list(model.named_parameters())
    training.tell("before_fit")
    if resume is not None:
        _resume(training, resume)
    with _prepared(model, loss_fn), _Interrupt() as interrupt, _Progress(training, progress) as bar:
        try:
            for training.epoch in range(len(history) + 1, epochs + 1):
                interrupt.check()
                if training.stop:
                    break
                for batches in _groups(loader, accumulate, loss_fn):
                    optimizer.zero_grad()
                    for inputs, target, share in batches:
                        prediction = model(*inputs)
                        loss = loss_fn(prediction, target)
                        _check_loss(training, loss, inputs)
                        gradient = loss_fn.backward()
                        model.backward(gradient if share == 1 else gradient * share)
                        training.tally.add(loss_fn, loss, prediction, target)
                        training.batch += 1
                    _check_gradients(training, parameters)
                    training.tell("before_step")
                    optimizer.step()
                    bar.advance(len(batches))
                    if training.batch < len(loader):  # else the epoch is brought to its end first
                        interrupt.check()
                measured = None if held_out is None else evaluate(model, held_out, loss_fn)
                history.append(loss=training.tally.mean_loss, accuracy=training.tally.accuracy)
                if measured is not None:
                    history.append(val_loss=measured.loss, val_accuracy=measured.accuracy)
                training.batch, training.tally = 0, _Tally()
                bar.show()
                training.tell("after_epoch")
        except _Interrupted:
            history.interrupted = True
        training.tell("after_fit")
    return history


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
    _check_parts("evaluate", model, loss_fn)
    *inputs, target = _whole(_as_loader("evaluate", "data", data))
    prediction = model.predict(*inputs)
    tally = _Tally()
    tally.add(loss_fn, _loss_only(loss_fn, prediction, target), prediction, target)
    return Evaluation(tally.mean_loss, tally.accuracy)


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
        self.monitor = check_choice("EarlyStopping", "monitor", monitor, _MEASURES)
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
        if self.monitor.endswith("accuracy") and not isinstance(training.loss_fn, _BY_CLASS + _BY_SIGN):
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
                self._arrays = {name: array.copy() for name, array in _arrays(training.model)}
        elif training.epoch - self.best_epoch >= self.patience:
            training.stop = True

    def after_fit(self, training: Training) -> None:
        """Put the best epoch's parameters back."""
        if self._arrays and not training.history.interrupted:
            for name, array in _arrays(training.model):
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
    >>> import nnbook, tempfile, os
    >>> x, y = np.arange(20.0).reshape(10, 2), np.arange(10) % 2
    >>> def run(epochs, **options):
    ...     model = nnbook.Linear(2, 2, rng=0)
    ...     optimizer = nnbook.Adam(model.parameters())
    ...     return fit(model, (x, y), nnbook.CrossEntropyLoss(), optimizer, epochs=epochs, progress=False, **options)
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


def _resume(training: Training, path: str | os.PathLike[str]) -> None:
    """Bring a training to where a checkpoint stands: first the looking through, then the writing."""
    contents = files.Contents("fit", path)
    contents.check(training.model)
    state = contents.state()
    if not isinstance(state, dict) or "setup" not in state:
        fix = "It holds a model alone: nnbook.load(path, into=model), then fit without resume."
        raise ValueError(
            explain("fit", "a file that Checkpoint wrote as resume", f"{contents.path.name!r}", fix)
        )
    training.load_state_dict(state)
    contents.fill(training.model)


def _has_state(value: Any) -> bool:
    return hasattr(value, "state_dict") and hasattr(value, "load_state_dict")


# -- the machine underneath -------------------------------------------------------------------------------------------

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_memory_is_kept = False


def keep_memory() -> bool:
    """Ask the C library to keep the memory of large arrays for the next ones, instead of giving it back each time.

    A training step makes large arrays and drops them, and the next step makes the same ones again. glibc gives each of
    them back to the operating system, which has to clear every page of the new one: a LeNet step spent two thirds of
    its time there (notebook 18). With two thresholds raised the pages stay. The price is that the process keeps its
    largest size until it ends. `fit` calls it; calling it again is free.

    Returns
    -------
    bool
        Whether it holds: False where the C library is not glibc (macOS, Windows, Alpine), which need no such advice
        or take none.

    Examples
    --------
    >>> keep_memory() in (True, False)
    True
    """
    global _memory_is_kept
    with contextlib.suppress(AttributeError, OSError, TypeError):
        libc = ctypes.CDLL(None)
        libc.gnu_get_libc_version  # noqa: B018  (other libraries have a mallopt that means something else)
        large = libc.mallopt(_M_MMAP_THRESHOLD, 1 << 30) or libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        _memory_is_kept = bool(large and libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1))
    return _memory_is_kept


def show_config() -> None:
    """Print what decides how fast nnbook runs here: versions, the matrix product's library and kernel, memory.

    `OPENBLAS_CORETYPE` and `OPENBLAS_L2_SIZE`, where they are set, can halve the speed of every matrix product; numbers
    in the last places depend on the kernel. No path is printed: the text can be pasted into a report as it is.

    Examples
    --------
    >>> show_config()
    nnbook ...
    numpy ...
    """
    print("\n".join(f"{name:<8} {text}" for name, text in _config().items()))


def _config() -> dict[str, str]:
    import nnbook

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    kernel, threads = _kernel()
    settings = {k: v for k, v in sorted(os.environ.items()) if k.startswith(("OPENBLAS_", "MKL_", "OMP_"))}
    shown = [f"{k}={v}{_CAPS if k in _CAPPING else ''}" for k, v in settings.items() if _is_plain(v)]
    shown += [f"{k} (set)" for k, v in settings.items() if not _is_plain(v)]
    return {
        "nnbook": nnbook.__version__,
        "numpy": np.__version__,
        "python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "BLAS": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".rstrip(),
        "kernel": kernel or "unknown",
        "threads": f"{threads or 'unknown'} of {os.cpu_count()} processors",
        "set": ", ".join(shown) or "no OPENBLAS_*, MKL_* or OMP_* variable",
        "memory": "kept between steps (keep_memory)"
        if _memory_is_kept
        else "not kept: call nnbook.keep_memory()",
    }


_CAPPING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
_CAPS = " (can halve the speed: unset it)"


def _is_plain(value: str) -> bool:
    return not any(sign in value for sign in "/\\")


def _kernel() -> tuple[str | None, int | None]:
    """The name of the BLAS kernel that runs, and its number of threads; None for what cannot be found out."""
    with contextlib.suppress(Exception):  # whatever is not as expected here, training does not depend on it
        library = ctypes.CDLL(np._core._multiarray_umath.__file__)  # type: ignore[attr-defined]
        for name in (
            "scipy_openblas_get_{}64_",
            "scipy_openblas_get_{}",
            "openblas_get_{}64_",
            "openblas_get_{}",
        ):
            if hasattr(library, name.format("corename")):
                core = library[name.format("corename")]
                core.restype = ctypes.c_char_p
                return core().decode("ascii"), int(library[name.format("num_threads")]())
    with contextlib.suppress(Exception):
        import threadpoolctl  # type: ignore[import-untyped]

        found = [info for info in threadpoolctl.threadpool_info() if info["user_api"] == "blas"]
        return found[0].get("architecture"), found[0]["num_threads"]
    return None, None


# -- behind the scenes ------------------------------------------------------------------------------------------------

_MEND_MEASURE = "Pass fit(..., validation=(x_val, y_val)) to measure val_loss and val_accuracy."


class _Interrupted(Exception):
    """Ctrl-C was pressed; raised between steps only."""


class _Interrupt:
    """Listens for Ctrl-C while fit runs: the first one is noted, the second has its usual effect."""

    def __init__(self) -> None:
        self.asked = False
        self.previous: Any = None

    def __enter__(self) -> _Interrupt:
        if threading.current_thread() is threading.main_thread() and callable(
            signal.getsignal(signal.SIGINT)
        ):
            self.previous = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, self.previous)

    def check(self) -> None:
        if self.asked:
            raise _Interrupted

    def __exit__(self, *_: object) -> None:
        if self.previous is not None:
            signal.signal(signal.SIGINT, self.previous)


class _Tally:
    """The sums behind an epoch's mean loss and accuracy."""

    def __init__(self) -> None:
        self.loss, self.weight, self.right, self.labels = 0.0, 0.0, 0, 0

    def add(self, loss_fn: Any, loss: float, prediction: Any, target: Any) -> None:
        weight = _weight(loss_fn, target)
        self.loss += float(loss) * weight
        self.weight += weight
        if isinstance(loss_fn, _BY_CLASS):
            right = prediction.argmax(axis=-1) == target
            ignored = getattr(loss_fn, "ignore_index", None)
            if ignored is not None:
                right = right[np.asarray(target) != ignored]
        elif isinstance(loss_fn, _BY_SIGN):
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


def _weight(loss_fn: Any, target: Any) -> float:
    """What a batch counts in a mean of batches: its examples, or whatever else its own mean was divided by."""
    weight, ignored = getattr(loss_fn, "weight", None), getattr(loss_fn, "ignore_index", None)
    if not isinstance(loss_fn, _BY_CLASS) or (weight is None and ignored is None):
        return float(len(target))
    labels = np.asarray(target) if ignored is None else target[target != ignored]
    return float(labels.size if weight is None else np.asarray(weight)[labels].sum())


class _Progress:
    """A bar of all steps by tqdm, or a line an epoch where tqdm is not installed, or nothing."""

    def __init__(self, training: Training, wanted: bool | None) -> None:
        self.training = training
        self.wanted = (sys.stderr.isatty() or _in_notebook()) if wanted is None else bool(wanted)
        self.bar: Any = None

    def __enter__(self) -> _Progress:
        if self.wanted:
            with contextlib.suppress(ImportError):
                from tqdm.auto import tqdm

                batches = len(self.training.loader)
                done = len(self.training.history) * batches + self.training.batch
                self.bar = tqdm(total=self.training.epochs * batches, initial=done, unit="batch")
        return self

    def advance(self, batches: int) -> None:
        if self.bar is not None:
            self.bar.update(batches)

    def show(self) -> None:
        if not self.wanted:
            return
        numbers_now = {name: f"{v[-1]:.4g}" for name, v in self.training.history.to_dict().items()}
        place = f"epoch {self.training.epoch}/{self.training.epochs}"
        if self.bar is not None:
            self.bar.set_description(place, refresh=False)
            self.bar.set_postfix(numbers_now, refresh=False)
        else:
            print(place, *(f"{name} {value}" for name, value in numbers_now.items()), sep="  ", flush=True)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextlib.contextmanager
def _prepared(model: Module, loss_fn: Any) -> Iterator[None]:
    """Everything set for training, nobody asked for the data's gradient; all as it was afterwards, stacks empty."""
    first = _first_layer(model)
    with _flags_kept(model), _flags_kept(loss_fn):
        asked = True if first is None else first.input_grad
        try:
            model.train()
            for module in _modules(loss_fn):
                module.training = module.recording = True
            if first is not None:
                first.input_grad = False
            yield
        finally:
            if first is not None:
                first.input_grad = asked
            model.clear()
            for module in _modules(loss_fn):
                module.clear()


@contextlib.contextmanager
def _flags_kept(root: Any) -> Iterator[None]:
    flags = [(module, module.training, module.recording) for module in _modules(root)]
    try:
        yield
    finally:
        for module, training, recording in flags:
            module.training, module.recording = training, recording


def _loss_only(loss_fn: Any, prediction: Any, target: Any) -> float:
    """The loss, with nothing kept for a way back."""
    with _flags_kept(loss_fn):
        for module in _modules(loss_fn):
            module.recording = False
        return float(loss_fn(prediction, target))


def _modules(root: Any) -> list[Module]:
    """All modules below and including `root`; none if it is a loss that somebody wrote without Module."""
    return list(root.modules()) if isinstance(root, Module) else []


def _first_layer(model: Module) -> Module | None:
    """The first layer that learns, if it occurs once: no layer before it needs a gradient, so its input needs none."""

    def chain(module: Module) -> Iterator[Module]:
        if type(module) is Sequential:
            for layer in module.layers:
                yield from chain(layer)
        else:
            yield module

    layers = list(chain(model))
    for layer in layers:
        if any(parameter.requires_grad for parameter in layer.parameters()):
            uses = [id(module) for other in layers for module in other.modules()]
            return layer if all(uses.count(id(module)) == 1 for module in layer.modules()) else None
    return None


def _groups(loader: DataLoader, size: int, loss_fn: Any) -> Iterator[list[tuple[list[Any], Any, float]]]:
    """As many batches as make one step, each as (inputs, target, its share in their mean)."""
    batches: list[tuple[list[Any], Any]] = []
    for *inputs, target in loader:
        batches.append((_flat(inputs), target))
        if len(batches) == size:
            yield _with_shares(batches, loss_fn)
            batches = []
    if batches:
        yield _with_shares(batches, loss_fn)


def _with_shares(batches: list[tuple[list[Any], Any]], loss_fn: Any) -> list[tuple[list[Any], Any, float]]:
    if len(batches) == 1:
        return [(*batches[0], 1.0)]
    weights = [_weight(loss_fn, target) for _, target in batches]
    return [(*batch, weight / sum(weights)) for batch, weight in zip(batches, weights, strict=True)]


def _flat(inputs: list[Any]) -> list[Any]:
    """A (padded, mask) pair is two arguments to the model."""
    return [part for x in inputs for part in (x if isinstance(x, tuple) else (x,))]


def _whole(loader: DataLoader) -> list[Any]:
    """All examples of a loader at once, in their own order: inputs, then target."""
    return _flat([pad_sequences(x) if isinstance(x, list) else x for x in loader.arrays])


def _arrays(model: Module) -> Iterator[tuple[str, Array]]:
    """The arrays that make a model what it is: parameters and buffers by name."""
    yield from ((name, parameter.data) for name, parameter in model.named_parameters())
    yield from ((name, buffer.data) for name, buffer in model.named_buffers())


# -- what is refused --------------------------------------------------------------------------------------------------


def _check_parts(who: str, model: Any, loss_fn: Any) -> None:
    if not isinstance(model, Module):
        fix = f"Make one: {model.__name__}(...)." if isinstance(model, type) else ""
        raise TypeError(explain(who, "a Module as model", describe(model), fix))
    if isinstance(loss_fn, type) or not callable(loss_fn) or not callable(getattr(loss_fn, "backward", None)):
        name = loss_fn.__name__ if isinstance(loss_fn, type) else "nnbook.CrossEntropyLoss"
        expected = "a loss with a backward as loss_fn"
        raise TypeError(explain(who, expected, describe(loss_fn), f"Make one: {name}()."))


def _check_optimizer(optimizer: Any, model: Module) -> None:
    has_both = callable(getattr(optimizer, "step", None)) and callable(getattr(optimizer, "zero_grad", None))
    if isinstance(optimizer, type) or not has_both:
        name = optimizer.__name__ if isinstance(optimizer, type) else "nnbook.Adam"
        fix = f"Make one: {name}(model.parameters())."
        raise TypeError(explain("fit", "an optimizer with zero_grad and step", describe(optimizer), fix))
    mine = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not mine:
        fix = "Let some learn: model.unfreeze()." if model.parameters() else ""
        raise ValueError(explain("fit", "a model with parameters that learn", "none", fix))
    theirs = getattr(optimizer, "params", None)
    if isinstance(theirs, list) and not {id(p) for p in mine} & {id(p) for p in theirs}:
        got = "an optimizer of other parameters"
        fix = f"Make one for this model: {type(optimizer).__name__}(model.parameters())."
        raise ValueError(explain("fit", "an optimizer of the model's own parameters", got, fix))


def _check_callbacks(callbacks: Any) -> None:
    if not isinstance(callbacks, (list, tuple)):
        fix = "Put it in a list: callbacks=[...]."
        raise TypeError(explain("fit", "a list of callbacks", describe(callbacks), fix))
    for callback in callbacks:
        has_method = any(callable(getattr(callback, moment, None)) for moment in _MOMENTS)
        if isinstance(callback, type) or not (has_method or callable(callback)):
            expected = (
                f"callbacks that are functions, or objects with {', '.join(_MOMENTS[:-1])} or {_MOMENTS[-1]}"
            )
            fix = f"Make one: {callback.__name__}(...)." if isinstance(callback, type) else ""
            raise TypeError(explain("fit", expected, describe(callback), fix))


def _as_loader(who: str, name: str, data: Any, *, shuffle: bool = False) -> DataLoader:
    if isinstance(data, (tuple, list)) and len(data) >= 2:
        data = DataLoader(*data, batch_size=64, shuffle=shuffle, rng=0)
    if not isinstance(data, DataLoader) or len(data.arrays) < 2:
        got = f"a DataLoader of {len(data.arrays)} array" if isinstance(data, DataLoader) else describe(data)
        expected = f"a DataLoader of inputs and targets, or a pair (x, y), as {name}"
        raise TypeError(explain(who, expected, got, f"Pass {name}=nnbook.DataLoader(x, y)."))
    return data


def _scan(who: str, model: Module, loss_fn: Any, loader: DataLoader, kind: str) -> None:
    """Look through all the data once: NaN, infinities, labels that no output stands for."""
    *inputs, target = loader.arrays
    for i, data in enumerate(inputs):
        name = f"{kind}x" if len(inputs) == 1 else f"{kind}input {i}"
        for row, array in enumerate(data) if isinstance(data, list) else [(None, data)]:
            _check_finite(who, name if row is None else f"{name}[{row}]", array)
    if isinstance(target, list):
        return
    _check_finite(who, f"{kind}y", target)
    first = _flat([pad_sequences(x[:_TRIAL]) if isinstance(x, list) else x[:_TRIAL] for x in inputs])
    scores = model.predict(*first)  # what the model or the loss refuses in shape or dtype, it refuses now
    if _weight(loss_fn, target[:_TRIAL]) > 0:
        _loss_only(loss_fn, scores, target[:_TRIAL])
    if isinstance(loss_fn, _BY_CLASS):
        classes = scores.shape[-1]
        wrong = (target < 0) | (target >= classes)
        ignored = getattr(loss_fn, "ignore_index", None)
        if ignored is not None:
            wrong &= target != ignored
        _refuse_entries(who, f"{kind}y", target, wrong, f"labels from 0 to {classes - 1}")
    elif isinstance(loss_fn, BCEWithLogitsLoss):
        _refuse_entries(who, f"{kind}y", target, (target < 0) | (target > 1), "targets between 0 and 1")
    elif isinstance(loss_fn, HingeLoss):
        _refuse_entries(who, f"{kind}y", target, abs(target) != 1, "targets of -1 and 1")


def _check_finite(who: str, name: str, array: Array) -> None:
    if array.dtype.kind not in "fc":
        return
    with np.errstate(all="ignore"):
        if np.isfinite(array.sum()):  # one pass without a second array; what overflows is looked at closely
            return
    _refuse_entries(who, name, array, ~np.isfinite(array), "finite numbers", "Drop or mend such rows first.")


def _refuse_entries(who: str, name: str, array: Array, wrong: Array, expected: str, fix: str = "") -> None:
    count = int(np.count_nonzero(wrong))
    if count:
        index = tuple(map(int, np.argwhere(wrong)[0]))
        place = f"{name}[{', '.join(map(str, index))}]"
        more = f", the first of {count} such entries" if count > 1 else ""
        raise ValueError(explain(who, f"{expected} in {name}", f"{array[index]} at {place}{more}", fix))


def _check_loss(training: Training, loss: Any, inputs: list[Any]) -> None:
    if not isinstance(loss, numbers.Real):
        raise TypeError(explain("fit", "a loss_fn that returns a number", describe(loss)))
    if not math.isfinite(loss):
        where = (
            _first_not_finite(training.model, inputs)
            or "The model's outputs are finite: the loss itself is not."
        )
        raise ValueError(_went_wrong(training, "a finite loss", f"{float(loss)}", where, training.batch + 1))


def _check_gradients(training: Training, named: list[tuple[str, Parameter]]) -> None:
    with np.errstate(all="ignore"):
        if all(math.isfinite(np.vdot(parameter.grad, parameter.grad)) for _, parameter in named):
            return
    for name, parameter in reversed(named):
        if not np.isfinite(parameter.grad).all():
            where = f"The first such gradient on the way back is that of {name}."
            raise ValueError(
                _went_wrong(training, "finite gradients", "some that are not", where, training.batch)
            )


def _went_wrong(training: Training, expected: str, got: str, where: str, batch: int) -> str:
    rate = getattr(training.optimizer, "lr", None)
    mend = (
        f"Often the steps are too large{f' (lr is {rate:g})' if isinstance(rate, numbers.Real) else ''}: try a tenth "
        "of the rate. The parameters are as before this batch."
    )
    return explain("fit", expected, f"{got} in epoch {training.epoch}, batch {batch}", f"{where} {mend}")


def _first_not_finite(model: Module, inputs: list[Any]) -> str:
    """Run a copy of the model again, layer by layer, and say where NaN or infinity first comes out."""
    for name, parameter in model.named_parameters():
        if not np.isfinite(parameter.data).all():
            return f"The parameter {name} is not finite."
    found: list[str] = []

    def watched(name: str, module: Module) -> Callable[..., Any]:
        forward = module.forward

        def run(*args: Any, **options: Any) -> Any:
            y = forward(*args, **options)
            if not _all_finite(y):
                layer = repr(module).splitlines()[0].rstrip("(")
                found.append(
                    f"The first numbers that are not finite come out of {name or 'the model'}, {layer}."
                )
            return y

        return run

    twin = model.copy()
    for name, module in list(twin.named_modules()):
        module.__dict__["forward"] = watched(
            name, module
        )  # an inner layer ends, and speaks, before an outer one
    with contextlib.suppress(Exception), np.errstate(all="ignore"):
        twin(*inputs)
    return found[0] if found else ""


def _all_finite(y: Any) -> bool:
    return all(map(_all_finite, y)) if isinstance(y, tuple) else bool(np.isfinite(y).all())
