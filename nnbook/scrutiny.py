"""Scrutiny: what cannot be right is said before training begins, and where it went wrong when it does.

*Before.* A NaN among a million numbers, a label that no output stands for, one-hot rows where indices belong: each
would show hours later, or never. So `fit` looks through all data once, and tries model and loss on the first examples.

*While it runs.* A loss or gradient that is no number any more makes every parameter NaN with the next step. So it is
looked at before each step; then a copy of the model runs once more, layer by layer, to see who began it.
"""

from __future__ import annotations

import contextlib
import math
import numbers
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from nnbook.arrays import Array
from nnbook.callbacks import MOMENTS
from nnbook.datasets.loader import DataLoader, pad_sequences
from nnbook.errors import describe, explain
from nnbook.losses import BCEWithLogitsLoss, HingeLoss
from nnbook.measuring import BY_CLASS, flat, loss_only, weight_of
from nnbook.module import Module, Parameter

if TYPE_CHECKING:
    from nnbook.training import Training

__all__ = ["check_callbacks", "check_gradients_finite", "check_loss", "check_optimizer", "scan"]

_TRIAL = 64  # so many examples are tried before anything changes


def check_optimizer(optimizer: Any, model: Module) -> None:
    """Refuse what is no optimiser, or one that would move another model."""
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


def check_callbacks(callbacks: Any) -> None:
    """Refuse what would never be called."""
    if not isinstance(callbacks, (list, tuple)):
        fix = "Put it in a list: callbacks=[...]."
        raise TypeError(explain("fit", "a list of callbacks", describe(callbacks), fix))
    for callback in callbacks:
        has_method = any(callable(getattr(callback, moment, None)) for moment in MOMENTS)
        if isinstance(callback, type) or not (has_method or callable(callback)):
            expected = (
                f"callbacks that are functions, or objects with {', '.join(MOMENTS[:-1])} or {MOMENTS[-1]}"
            )
            fix = f"Make one: {callback.__name__}(...)." if isinstance(callback, type) else ""
            raise TypeError(explain("fit", expected, describe(callback), fix))


def scan(who: str, model: Module, loss_fn: Any, loader: DataLoader, kind: str) -> None:
    """Look through all the data once: NaN, infinities, labels that no output stands for."""
    *inputs, target = loader.arrays
    for i, data in enumerate(inputs):
        name = f"{kind}x" if len(inputs) == 1 else f"{kind}input {i}"
        for row, array in enumerate(data) if isinstance(data, list) else [(None, data)]:
            _check_finite(who, name if row is None else f"{name}[{row}]", array)
    if isinstance(target, list):
        return
    _check_finite(who, f"{kind}y", target)
    first = flat([pad_sequences(x[:_TRIAL]) if isinstance(x, list) else x[:_TRIAL] for x in inputs])
    scores = model.predict(*first)  # what the model or the loss refuses in shape or dtype, it refuses now
    if weight_of(loss_fn, target[:_TRIAL]) > 0:
        loss_only(loss_fn, scores, target[:_TRIAL])
    if isinstance(loss_fn, BY_CLASS):
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


def check_loss(training: Training, loss: Any, inputs: list[Any]) -> None:
    """Refuse a loss that is no finite number, and say which layer began it."""
    if not isinstance(loss, numbers.Real):
        raise TypeError(explain("fit", "a loss_fn that returns a number", describe(loss)))
    if not math.isfinite(loss):
        where = (
            _first_not_finite(training.model, inputs)
            or "The model's outputs are finite: the loss itself is not."
        )
        raise ValueError(_went_wrong(training, "a finite loss", f"{float(loss)}", where, training.batch + 1))


def check_gradients_finite(training: Training, named: list[tuple[str, Parameter]]) -> None:
    """Refuse gradients that are not finite, before a step is taken with them."""
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
