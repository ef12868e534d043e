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

*What stands elsewhere.* What is measured: measuring.py. What else may happen, `EarlyStopping` and `Checkpoint` among
it: callbacks.py. What is refused, and how a NaN is traced: scrutiny.py. Memory and the matrix product: machine.py.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import numpy as np

from nnbook import files
from nnbook.callbacks import MOMENTS, Checkpoint, EarlyStopping
from nnbook.datasets.loader import DataLoader
from nnbook.errors import check_integer, explain
from nnbook.machine import keep_memory, kernel, show_config
from nnbook.measuring import (
    Evaluation,
    History,
    Tally,
    as_loader,
    check_parts,
    evaluate,
    flags_kept,
    flat,
    modules_of,
    weight_of,
)
from nnbook.module import Module, Sequential
from nnbook.scrutiny import check_callbacks, check_gradients_finite, check_loss, check_optimizer, scan

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
    tally: Tally = field(default_factory=lambda: Tally())

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
            "callbacks": [c.state_dict() if has_state(c) else None for c in self.callbacks],
            "generators": {name: generator.bit_generator.state for name, generator in self._generators()},
            "kernel": kernel()[0],
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
            elif moment == "after_epoch" and not any(hasattr(callback, other) for other in MOMENTS):
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
            elif is_part or isinstance(value, Module) or has_state(value):
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
        See nnbook.callbacks.
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
    check_parts("fit", model, loss_fn)
    check_optimizer(optimizer, model)
    loader = as_loader("fit", "train", train, shuffle=True)
    held_out = None if validation is None else as_loader("fit", "validation", validation)
    check_callbacks(callbacks)
    scan("fit", model, loss_fn, loader, "")
    if held_out is not None:
        scan("fit", model, loss_fn, held_out, "validation ")
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
                        check_loss(training, loss, inputs)
                        gradient = loss_fn.backward()
                        model.backward(gradient if share == 1 else gradient * share)
                        training.tally.add(loss_fn, loss, prediction, target)
                        training.batch += 1
                    check_gradients_finite(training, parameters)
                    training.tell("before_step")
                    optimizer.step()
                    bar.advance(len(batches))
                    if training.batch < len(loader):  # else the epoch is brought to its end first
                        interrupt.check()
                measured = None if held_out is None else evaluate(model, held_out, loss_fn)
                history.append(loss=training.tally.mean_loss, accuracy=training.tally.accuracy)
                if measured is not None:
                    history.append(val_loss=measured.loss, val_accuracy=measured.accuracy)
                training.batch, training.tally = 0, Tally()
                bar.show()
                training.tell("after_epoch")
        except _Interrupted:
            history.interrupted = True
        training.tell("after_fit")
    return history


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


def has_state(value: Any) -> bool:
    return hasattr(value, "state_dict") and hasattr(value, "load_state_dict")


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
    with flags_kept(model), flags_kept(loss_fn):
        asked = True if first is None else first.input_grad
        try:
            model.train()
            for module in modules_of(loss_fn):
                module.training = module.recording = True
            if first is not None:
                first.input_grad = False
            yield
        finally:
            if first is not None:
                first.input_grad = asked
            model.clear()
            for module in modules_of(loss_fn):
                module.clear()


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
        batches.append((flat(inputs), target))
        if len(batches) == size:
            yield _with_shares(batches, loss_fn)
            batches = []
    if batches:
        yield _with_shares(batches, loss_fn)


def _with_shares(batches: list[tuple[list[Any], Any]], loss_fn: Any) -> list[tuple[list[Any], Any, float]]:
    if len(batches) == 1:
        return [(*batches[0], 1.0)]
    weights = [weight_of(loss_fn, target) for _, target in batches]
    return [(*batch, weight / sum(weights)) for batch, weight in zip(batches, weights, strict=True)]
