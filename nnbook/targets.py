"""What a loss is given, looked at before it counts: prediction and target must speak of the same thing.

A loss whose target has the wrong shape or the wrong kind of labels seldom stops by itself. It goes on, silently
wrong: (N,) less (N, 1) is an N × N table of differences, label −1 is the last class to NumPy, and probabilities
where logits belong only make learning slow. So each loss brings both here first; each refusal names what came,
where, the likely cause, and the line that mends it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, as_floating, in_order_of
from nnbook.errors import as_array, check_integer, check_number, describe, explain
from nnbook.module import Module

__all__ = [
    "Loss",
    "alike",
    "check_distributions",
    "check_logarithms",
    "check_signs",
    "check_yes_or_no",
    "class_weights",
    "examples",
    "summed",
    "upstream",
]

_NO_MEAN = "A mean over nothing is no number"


class Loss(Module):
    """The base of every loss: called with prediction and target it returns a float; `backward` takes nothing.

    A loss of your own names such a pair of functions, or writes `forward` and `backward` as any module does.

    Examples
    --------
    >>> class HalfSquares(Loss):
    ...     function = staticmethod(lambda prediction, target: float(((prediction - target) ** 2).sum() / 2))
    ...     gradient = staticmethod(lambda dy, prediction, target: dy * (prediction - target))
    >>> loss_fn = HalfSquares()
    >>> loss_fn(np.array([3.0, 5.0]), np.array([1.0, 1.0])), loss_fn.backward()
    (10.0, array([2., 4.]))
    """

    function: ClassVar[Callable[..., Any]]
    gradient: ClassVar[Callable[..., Array]]

    def __call__(self, prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
        try:
            return super().__call__(prediction, target)
        except (TypeError, ValueError) as error:
            name, message = getattr(getattr(self, "function", None), "__name__", ""), str(error)
            if not message.startswith(f"{name} expects"):
                raise
            # The function refused, but who called a layer should read the layer's name.
            raise type(error)(message.replace(name, repr(self), 1)) from None

    def forward(self, prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
        """How wrong the prediction is."""
        if not hasattr(self, "function"):
            name = type(self).__name__
            raise NotImplementedError(f"{name} has no function: name a pair, or write forward and backward")
        prediction, target = _array(self, "prediction", prediction), _array(self, "target", target)
        loss: float = self.function(prediction, target, **self.config())
        self.save(prediction, target)
        return loss

    def backward(self) -> Array:
        """The gradient of the loss with respect to the prediction, in its shape."""
        context = self.saved()
        return self.gradient(1.0, *context, **self.config())


# -- the checks -------------------------------------------------------------------------------------------------------


def alike(
    who: str, prediction: npt.ArrayLike, target: npt.ArrayLike, name: str = "prediction"
) -> tuple[Array, Array]:
    """Both as floating arrays of one shape, one dtype (the prediction's) and one order in memory.

    Examples
    --------
    >>> alike("mse_loss", np.array([0.5, 1.5], np.float32), [0, 1])[1]
    array([0., 1.], dtype=float32)
    """
    target = _array(who, "target", target)
    prediction = _floating(who, prediction, target, name)
    if target.dtype.kind not in "fiub":
        raise TypeError(explain(who, "numbers as target", describe(target)))
    if target.shape != prediction.shape:
        fix = "Each number needs a target of its own."
        if target.shape == prediction.shape[:-1] and target.dtype.kind in "iu":
            fix = "If these are class indices, use CrossEntropyLoss."
        if target.size == prediction.size and target.ndim != prediction.ndim:
            sizes = ", ".join(map(str, (-1, *prediction.shape[1:])))
            fix = f"NumPy would compare every one with every other. Bring them together: target.reshape({sizes})."
        expected = f"target of the {name}'s shape {prediction.shape}"
        raise ValueError(explain(who, expected, f"shape {target.shape}", fix))
    if prediction.size == 0:
        _refuse_nothing(who, name, prediction)
    return prediction, in_order_of(prediction, target.astype(prediction.dtype, copy=False))


def examples(
    who: str,
    logits: npt.ArrayLike,
    target: npt.ArrayLike,
    ignore_index: int | None = None,
    name: str = "logits",
) -> tuple[Array, Array, Array | None]:
    """The M examples that count, as rows (M, C) and labels (M,), and a mask of which they are (None if all).

    Examples
    --------
    >>> rows, labels, kept = examples("cross_entropy", np.zeros((2, 3, 5)), [[4, 0, 9], [1, 9, 9]], 9)
    >>> rows.shape, labels, kept
    ((3, 5), array([4, 0, 1]), array([ True,  True, False,  True, False, False]))
    """
    target = _array(who, "target", target)
    logits = _floating(who, logits, target, name)
    if target.shape != logits.shape[:-1] or target.dtype.kind not in "iu" or logits.size <= target.size:
        _refuse_labels(who, logits, target, name)
    classes = logits.shape[-1]
    rows, labels, kept = logits, target.astype(np.intp, copy=False), None
    if target.ndim != 1:
        rows, labels = rows.reshape(-1, classes), labels.reshape(-1)
    if ignore_index is not None:
        check_integer(who, "ignore_index", ignore_index, at_least=-(2**31))
        kept = labels != ignore_index
        rows, labels = rows[kept], labels[kept]
        if len(labels) == 0:
            expected = f"at least one label that is not ignore_index={ignore_index}"
            got = f"only {ignore_index} in target of shape {target.shape}"
            raise ValueError(explain(who, expected, got, f"{_NO_MEAN}: skip batches of padding alone."))
    if labels.view(np.uintp).max() >= classes:  # read as unsigned, a negative label is a very large one
        _refuse_range(who, classes, target, ignore_index, name)
    return rows, labels, kept


def upstream(who: str, dy: float) -> float:
    """dy of a loss, a number: 1.0, unless the loss is part of a larger sum.

    Examples
    --------
    >>> upstream("mse_loss_backward", 1)
    1.0
    """
    if type(dy) is float:
        return dy
    return check_number(who, "dy", dy.item() if isinstance(dy, np.ndarray) and dy.ndim == 0 else dy)


def class_weights(who: str, weight: npt.ArrayLike, classes: int | None, dtype: npt.DTypeLike) -> Array:
    """One weight for each class, (C,), in `dtype`.

    Examples
    --------
    >>> class_weights("cross_entropy", [1, 2], 2, np.float64)
    array([1., 2.])
    """
    given, weight = weight, as_array(weight)
    if weight.dtype.kind not in "fiu":
        got = describe(given if weight.dtype.kind == "O" else weight)
        raise TypeError(explain(who, "numbers as class weights", got))
    if weight.ndim != 1 or len(weight) != (classes or len(weight)) or len(weight) == 0:
        expected = f"weight of shape ({'C' if classes is None else classes},), one number for each class"
        raise ValueError(explain(who, expected, f"shape {weight.shape}"))
    wrong = ~((weight >= 0) & (weight < np.inf))
    if wrong.any():
        raise ValueError(explain(who, "finite class weights of at least 0", _first(weight, wrong)))
    return weight.astype(dtype, copy=False)


def summed(who: str, shares: Array) -> float:
    """The sum of the examples' weights, by which the loss is divided.

    Examples
    --------
    >>> summed("cross_entropy", np.array([1.0, 2.0, 2.0]))
    5.0
    """
    total = float(shares.sum())
    if total == 0:
        expected = "an example of a class whose weight is above 0"
        got = f"{len(shares)} examples of weight 0"
        raise ValueError(explain(who, expected, got, f"{_NO_MEAN}: raise a weight, or skip such batches."))
    return total


def check_logarithms(who: str, x: Array) -> None:
    """Refuse what cannot be a log-probability, because it is above 0 by more than rounding.

    Examples
    --------
    >>> check_logarithms("nll_loss", np.array([-0.5, 0.0]))
    """
    if x.max() > 1e-3:
        fix = "Scores need LogSoftmax before this loss, probabilities np.log."
        raise ValueError(explain(who, "log-probabilities, none above 0", _first(x, x > 1e-3), fix))


def check_yes_or_no(who: str, target: Array) -> None:
    """Refuse targets outside [0, 1].

    Examples
    --------
    >>> check_yes_or_no("binary_cross_entropy_with_logits", np.array([0.0, 0.9, 1.0]))
    """
    if not (target.min() >= 0 and target.max() <= 1):
        fix = "For more than two classes use CrossEntropyLoss."
        if target.min() == -1 and target.max() <= 1:
            fix = "Labels of -1 and 1 become 0 and 1 by (target + 1) / 2."
        wrong = ~((target >= 0) & (target <= 1))
        raise ValueError(explain(who, "targets between 0 and 1", _first(target, wrong), fix))


def check_signs(who: str, target: Array) -> None:
    """Refuse targets that are neither −1 nor 1.

    Examples
    --------
    >>> check_signs("hinge_loss", np.array([1.0, -1.0]))
    """
    wrong = np.abs(target) != 1
    if wrong.any():
        fix = "Make it -1 for no and 1 for yes."
        if target.min() >= 0 and target.max() <= 1:
            fix = "Labels of 0 and 1 become -1 and 1 by 2.0 * target - 1."
        elif target.min() >= 0:
            fix = "For class indices use MultiMarginLoss."
        raise ValueError(explain(who, "targets of -1 and 1", _first(target, wrong), fix))


def check_distributions(who: str, target: Array) -> None:
    """Refuse targets that are not a batch of probabilities.

    Examples
    --------
    >>> check_distributions("kl_div", np.array([[0.2, 0.8]]))
    """
    if target.ndim < 2:
        fix = "Add the batch's axis: x[np.newaxis]."
        raise ValueError(explain(who, "a batch of two axes or more", f"shape {target.shape}", fix))
    wrong = ~((target >= 0) & (target <= 1))
    if wrong.any():
        fix = "Divide each row by its sum."
        if target.min() < 0:
            fix = "Only the prediction comes as logarithms; a target in logarithms becomes np.exp(target)."
        raise ValueError(explain(who, "probabilities as target", _first(target, wrong), fix))


# -- what is wrong, and how to mend it --------------------------------------------------------------------------------


def _array(who: Any, name: str, x: npt.ArrayLike) -> Array:
    array = as_array(x)
    if array.dtype.kind == "O" and not isinstance(x, np.ndarray):
        raise TypeError(explain(who, f"an array as {name}", describe(x)))
    return array


def _floating(who: str, prediction: npt.ArrayLike, target: npt.ArrayLike, name: str) -> Array:
    x = _array(who, name, prediction)
    if x.dtype.kind in "iub" and np.asarray(target).dtype.kind == "f" and np.ndim(target) > x.ndim:
        fix = "The two look swapped: the prediction comes first, the target second."
        raise TypeError(explain(who, f"floating numbers in {name}", describe(x), fix))
    return as_floating(who, x, name=name)


def _refuse_nothing(who: str, name: str, x: Array) -> NoReturn:
    fix = f"{_NO_MEAN}: skip empty batches."
    raise ValueError(explain(who, "at least one example", f"{name} of shape {x.shape}", fix))


def _refuse_labels(who: str, logits: Array, target: Array, name: str) -> NoReturn:
    """Say what is wrong with the shapes, or with the kind of labels."""
    shape = logits.shape[:-1]
    expected = f"class indices of shape {shape} as target"
    if logits.ndim == 0 or logits.shape[-1] < 2:
        expected = f"{name} of two classes or more in the last axis"
        fix = "One score that says yes or no goes with BCEWithLogitsLoss."
        raise ValueError(explain(who, expected, f"shape {logits.shape}", fix))
    if target.shape != shape:
        fix = "Each example needs one label."
        if target.shape == logits.shape:
            fix = f"One-hot rows become indices by target.argmax(axis={target.ndim - 1})."
            if target.dtype.kind == "f" and not ((target == 0) | (target == 1)).all():
                fix = "Shares among the classes go with KLDivLoss, after a LogSoftmax."
        elif target.shape == (*shape, 1):
            fix = f"Drop the last axis: target[{':, ' * len(shape)}0]."
        elif logits.ndim > 2 and target.shape == (logits.shape[0], *logits.shape[2:]):
            fix = f"PyTorch has classes second, here they come last: np.moveaxis({name}, 1, -1)."
        raise ValueError(explain(who, expected, describe(target), fix))
    if target.size == 0:
        _refuse_nothing(who, name, logits)
    fix = "Number the names first: names, target = np.unique(target, return_inverse=True)."
    if target.dtype.kind == "b":
        fix = "No is class 0 and yes is class 1: target.astype(int)."
    elif target.dtype.kind == "f" and (target == np.floor(target)).all():
        fix = "They are whole numbers of a floating dtype: target.astype(int)."
    elif target.dtype.kind == "f":
        fix = "Targets that are amounts, not classes, go with MSELoss."
    raise TypeError(explain(who, expected, describe(target), fix))


def _refuse_range(who: str, classes: int, target: Array, ignore_index: int | None, name: str) -> NoReturn:
    """Say which label is no class, and where."""
    counted = np.ones(target.shape, bool) if ignore_index is None else target != ignore_index
    low, high = int(target[counted].min()), int(target[counted].max())
    if low == 1 and high == classes:
        fix = "They seem to count from 1: target - 1."
    elif low >= 0:
        fix = f"The {name} have {classes} classes; for these labels the last layer needs {high + 1} outputs."
    elif ignore_index is None and name != "prediction":  # of scores by a margin none is ignored
        fix = f"If {low} marks padding, pass ignore_index={low}."
    else:
        fix = "Classes count from 0."
    wrong = counted & ((target < 0) | (target >= classes))
    raise ValueError(
        explain(who, f"class indices from 0 to {classes - 1} as target", _first(target, wrong), fix)
    )


def _first(values: Array, wrong: Array) -> str:
    """The first value that is wrong, and its position."""
    position = tuple(map(int, np.argwhere(wrong)[0]))
    value = values[position].item()
    shown = f"{value:g}" if isinstance(value, float) else value
    return f"{shown} at position {position[0] if len(position) == 1 else position}"
