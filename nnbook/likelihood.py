"""Likelihood: the losses that ask what chance the model gave to what came true.

A model that gives the right answers the chances p₁, p₂, … makes all of them come true together with the chance
p₁ · p₂ · …, its *likelihood*. The best model makes it largest. A logarithm turns the product into a sum, a minus sign
turns largest into smallest, and the mean makes it the same for every number of examples (notebook 05):

    loss = mean of −log p[what came true]

0 for certainty that was right, log 2 for a coin, without bound for certainty that was wrong. The chances come from
scores, the logits x, by `softmax` for one of C classes or by `sigmoid` for yes or no. Taken together with them the
gradient is as plain as can be, what was said less what was true, and never fades because a unit is saturated:

    cross_entropy, binary_cross_entropy_with_logits            dx = (p − y) / N

Three more names for the same: `nll_loss` is cross-entropy that is given log p; `kl_div` is cross-entropy against
shares instead of labels, less what cannot be avoided; and perplexity is exp(loss), the number of classes among which
the model seems to guess. In nats; divide by log 2 for bits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nnbook import targets
from nnbook.activations import sigmoid
from nnbook.arrays import Array
from nnbook.errors import check_integer, check_number, check_saved, explain
from nnbook.targets import Loss

__all__ = [
    "BCEWithLogitsLoss", "CrossEntropyLoss", "CrossEntropySaved", "KLDivLoss", "NLLLoss",
    "binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits_backward", "cross_entropy",
    "cross_entropy_backward", "kl_div", "kl_div_backward", "nll_loss", "nll_loss_backward",
]  # fmt: skip


class CrossEntropySaved(NamedTuple):
    """What `cross_entropy` keeps for its way back, of the M examples that count.

    Attributes
    ----------
    probabilities : ndarray, shape (C, M)
        softmax(logits), classes first.
    labels : ndarray, shape (M,)
        The right class of each.
    places : ndarray, shape (M,)
        Where the right classes' shares lie in the flattened probabilities.
    kept : ndarray of bool, or None
        Which of all examples count; None if all do.
    total : float
        What the sum was divided by: M, or the examples' summed weights.
    """

    probabilities: Array
    labels: Array
    places: Array
    kept: Array | None
    total: float


def cross_entropy(
    logits: Array,
    target: Array,
    *,
    weight: npt.ArrayLike | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
) -> tuple[float, CrossEntropySaved]:
    """The mean of −log p of the right classes, p = softmax(logits), and what its backward needs (saved).

    Computed as −log p[target] = log Σⱼ exp(xⱼ) − x[target]: no logarithm of a share that has become 0.

    Parameters
    ----------
    logits : ndarray, shape (..., C)
        Scores of any size, *not* probabilities: the softmax is in here. Classes are last, also for sequences
        (N, T, C); PyTorch has them second, (N, C, T).
    target : ndarray of int, shape (...)
        The right classes, from 0 to C − 1. (Keras's CategoricalCrossentropy takes one-hot rows instead.)
    weight : array_like, shape (C,), optional
        How much each class matters; the sum is divided by the examples' summed weights.
    label_smoothing : float
        ε in [0, 1], spread evenly over all classes so that no certainty is asked for. Szegedy et al. 2016.
    ignore_index : int, optional
        A label that marks padding: such examples neither count nor get a gradient. (PyTorch's default is −100.)

    Returns
    -------
    loss : float
        In nats; log C when all logits are equal.
    saved : CrossEntropySaved

    Raises
    ------
    TypeError, ValueError
        If labels are no integers, one is no class, none counts, or an option is out of its range.

    Examples
    --------
    >>> loss, saved = cross_entropy(np.zeros((2, 10)), np.array([3, 7]))
    >>> round(loss, 4)  # log 10
    2.3026
    """
    rows, labels, kept = targets.examples("cross_entropy", logits, target, ignore_index)
    count, classes = rows.shape
    places = np.arange(count) + labels * count
    # Classes first: NumPy takes maxima and sums across long rows of memory far faster than within short ones.
    x = rows.T.copy()
    x -= x.max(axis=0, initial=np.finfo(x.dtype).min)
    own = x.reshape(-1)[places]
    p = np.exp(x)
    sums = np.maximum(p.sum(axis=0), 1)  # at least exp(0) = 1, or 0 where all logits were −inf
    p /= sums
    logs = np.log(sums)
    losses, total = logs - own, float(count)
    if weight is not None:
        weight = targets.class_weights("cross_entropy", weight, classes, x.dtype)
        losses *= weight[labels]
        total = targets.summed("cross_entropy", weight[labels])
    loss = float(losses.sum())
    if label_smoothing != 0:
        check_number("cross_entropy", "label_smoothing", label_smoothing, at_least=0, at_most=1)
        every = logs - x if weight is None else (logs - x) * weight[:, np.newaxis]
        loss = (1 - label_smoothing) * loss + label_smoothing / classes * float(every.sum())
    return loss / total, CrossEntropySaved(p, labels, places, kept, total)


def cross_entropy_backward(
    dy: float,
    target: Array,
    saved: CrossEntropySaved,
    *,
    weight: npt.ArrayLike | None = None,
    label_smoothing: float = 0.0,
) -> Array:
    """Gradient of `cross_entropy`: (p − y) / N, each share less what it should have been.

    Exponentials and logarithms cancel, and what is left reaches *every* class: the right one is pulled up by what it
    lacks, each other is pushed down by what it has. With smoothing, y is 1 − ε + ε/C for the right class and ε/C for
    the others; with weights, w stands before each −log p, and N is the examples' summed weights.

    Examples
    --------
    >>> loss, saved = cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> cross_entropy_backward(1.0, np.array([2]), saved)
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """
    who = "cross_entropy_backward"
    dy = targets.upstream(who, dy)
    check_saved(who, saved, CrossEntropySaved)
    p, labels, places, kept, total = saved
    examples = len(labels if kept is None else kept)
    if (target.size if type(target) is np.ndarray else np.size(target)) != examples:
        raise ValueError(
            explain(who, f"the {examples} labels of forward as target", f"shape {np.shape(target)}")
        )
    if label_smoothing != 0:
        check_number(who, "label_smoothing", label_smoothing, at_least=0, at_most=1)
    right: Any = (1 - label_smoothing) * dy / total
    spread: Any = label_smoothing / len(p) * dy / total
    both: Any = dy / total
    if weight is not None:
        weight = targets.class_weights(who, weight, len(p), p.dtype)
        right, spread = right * weight[labels], spread * weight[:, np.newaxis]
        both = right + spread.sum()
    dx = p * both
    dx.reshape(-1)[places] -= right
    if label_smoothing:
        dx -= spread
    return _put_back(dx.T, kept, np.shape(target))


def _put_back(dx: Array, kept: Array | None, shape: tuple[int, ...]) -> Array:  # (M, C) -> (*shape, C)
    """Give the gradients of the examples that count their places among all; the others get 0."""
    if kept is not None:
        some, dx = dx, np.zeros((len(kept), dx.shape[1]), dx.dtype)
        dx[kept] = some
    return dx if len(shape) == 1 else dx.reshape(*shape, dx.shape[1])


def nll_loss(
    log_probabilities: Array,
    target: Array,
    *,
    weight: npt.ArrayLike | None = None,
    ignore_index: int | None = None,
) -> float:
    """Negative log-likelihood: the mean of −log p of the right classes, given log p.

    After `log_softmax` it is the same as `cross_entropy`.

    Parameters
    ----------
    log_probabilities : ndarray, shape (..., C)
        None above 0, else a ValueError: then they are scores, or probabilities.
    target : ndarray of int, shape (...)
    weight, ignore_index : optional
        As for `cross_entropy`.

    Examples
    --------
    >>> round(nll_loss(np.log([[0.25, 0.75], [0.5, 0.5]]), np.array([1, 0])), 4)  # (0.2877 + 0.6931) / 2
    0.4904
    """
    rows, labels, _ = targets.examples(
        "nll_loss", log_probabilities, target, ignore_index, "log_probabilities"
    )
    targets.check_logarithms("nll_loss", rows)
    own = rows[np.arange(len(rows)), labels]
    if weight is None:
        return -float(own.sum()) / len(own)
    shares = targets.class_weights("nll_loss", weight, rows.shape[1], rows.dtype)[labels]
    return -float(shares @ own) / targets.summed("nll_loss", shares)


def nll_loss_backward(
    dy: float,
    log_probabilities: Array,
    target: Array,
    *,
    weight: npt.ArrayLike | None = None,
    ignore_index: int | None = None,
) -> Array:
    """Gradient of `nll_loss`: −1 / N for the right class, with weights −w / Σ w; 0 for all others.

    Examples
    --------
    >>> nll_loss_backward(1.0, np.log([[0.25, 0.75], [0.5, 0.5]]), np.array([1, 0]))
    array([[ 0. , -0.5],
           [-0.5,  0. ]])
    """
    dy = targets.upstream("nll_loss_backward", dy)
    rows, labels, kept = targets.examples(
        "nll_loss", log_probabilities, target, ignore_index, "log_probabilities"
    )
    shares = np.ones(len(rows), rows.dtype)
    if weight is not None:
        shares = targets.class_weights("nll_loss", weight, rows.shape[1], rows.dtype)[labels]
    dx = np.zeros(rows.shape, rows.dtype)
    dx[np.arange(len(rows)), labels] = shares * (-dy / float(shares.sum()))
    return _put_back(dx, kept, np.shape(target))


def binary_cross_entropy_with_logits(logits: Array, target: Array) -> float:
    """Cross-entropy for yes or no: the mean of −t log p − (1 − t) log(1 − p), p = σ(logit), in nats.

    Computed as max(x, 0) − x t + log(1 + exp(−|x|)), which neither overflows nor takes the logarithm of 0. When all
    logits are 0 it is log 2.

    Parameters
    ----------
    logits : ndarray, any shape
        Scores of any size, *not* probabilities: the sigmoid is in here.
    target : ndarray, the same shape
        From 0 (no) to 1 (yes), else a ValueError. Each is a question of its own: an image may show a cat and a dog.

    Examples
    --------
    >>> round(binary_cross_entropy_with_logits(np.array([0.0, 10000.0]), np.array([1.0, 1.0])), 4)
    0.3466
    """
    logits, target = targets.alike("binary_cross_entropy_with_logits", logits, target, "logits")
    targets.check_yes_or_no("binary_cross_entropy_with_logits", target)
    return (
        float((np.log1p(np.exp(-np.abs(logits))) + np.maximum(logits, 0) - logits * target).sum())
        / logits.size
    )


def binary_cross_entropy_with_logits_backward(dy: float, logits: Array, target: Array) -> Array:
    """Gradient of `binary_cross_entropy_with_logits`: (p − target) / n, as for the softmax.

    Examples
    --------
    >>> binary_cross_entropy_with_logits_backward(1.0, np.array([0.0, 0.0]), np.array([1.0, 0.0]))
    array([-0.25,  0.25])
    """
    dy = targets.upstream("binary_cross_entropy_with_logits_backward", dy)
    logits, target = targets.alike("binary_cross_entropy_with_logits", logits, target, "logits")
    return (sigmoid(logits) - target) * (dy / logits.size)


def kl_div(log_probabilities: Array, target: Array) -> float:
    """Kullback–Leibler divergence KL(t ‖ p), in nats: the mean over examples of Σ t (log t − log p), given log p.

    What it costs to believe p where t is true: 0 only if they agree, without bound if p rules out what t allows.
    It is no distance, as KL(t ‖ p) ≠ KL(p ‖ t): fitted in this direction p covers all that t allows, in the other it
    seeks one peak of t. It is the cross-entropy less t's own entropy, so both have the same gradient.

    Parameters
    ----------
    log_probabilities : ndarray, shape (N, ...)
        log p, as from `log_softmax`, none above 0, else a ValueError. It comes first, as in PyTorch, though p is
        written second. (Keras's KLDivergence takes the target first, and p itself.)
    target : ndarray, the same shape
        t, probabilities (not logarithms), else a ValueError. Where t is 0 the term is 0.

    Returns
    -------
    float
        Divided by N: PyTorch's "batchmean". (Its "mean" divides by the classes too, and is no divergence.)

    Examples
    --------
    >>> round(kl_div(np.log([[0.5, 0.5]]), np.array([[1.0, 0.0]])), 4)  # one bit
    0.6931
    """
    log_probabilities, target = targets.alike("kl_div", log_probabilities, target, "log_probabilities")
    targets.check_logarithms("kl_div", log_probabilities)
    targets.check_distributions("kl_div", target)
    seen = target > 0
    t = target[seen]
    return float(t @ (np.log(t) - log_probabilities[seen])) / len(target)


def kl_div_backward(dy: float, log_probabilities: Array, target: Array) -> Array:
    """Gradient of `kl_div`: −target / N. Through a log-softmax it becomes (p − t) / N.

    Examples
    --------
    >>> kl_div_backward(1.0, np.log([[0.5, 0.5]]), np.array([[0.25, 0.75]]))
    array([[-0.25, -0.75]])
    """
    dy = targets.upstream("kl_div_backward", dy)
    log_probabilities, target = targets.alike("kl_div", log_probabilities, target, "log_probabilities")
    return target * (-dy / len(target))


# -- the losses as modules --------------------------------------------------------------------------------------------


class NLLLoss(Loss):
    """−log of the right class's share, given log-shares: after a `LogSoftmax`. See `nll_loss`.

    Parameters
    ----------
    weight : array_like, shape (C,), optional
        How much each class matters.
    ignore_index : int, optional
        The label that marks padding.

    Examples
    --------
    >>> loss_fn = NLLLoss()
    >>> round(loss_fn(np.log([[0.25, 0.75]]), np.array([1])), 4), loss_fn.backward()
    (0.2877, array([[ 0., -1.]]))
    """

    function, gradient = staticmethod(nll_loss), staticmethod(nll_loss_backward)

    def __init__(self, weight: npt.ArrayLike | None = None, *, ignore_index: int | None = None) -> None:
        self.weight, self.ignore_index = _checked("NLLLoss", weight, ignore_index)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {"weight": self.weight, "ignore_index": self.ignore_index}


class CrossEntropyLoss(Loss):
    """Softmax and −log of the right class's share in one: after a Linear layer. See `cross_entropy`.

    Takes logits (..., C), classes last, and class indices (...).

    Parameters
    ----------
    weight : array_like, shape (C,), optional
        How much each class matters.
    label_smoothing : float
        ε in [0, 1], spread evenly over all classes.
    ignore_index : int, optional
        The label that marks padding.

    Examples
    --------
    >>> loss_fn = CrossEntropyLoss()
    >>> round(loss_fn(np.zeros((1, 4)), np.array([2])), 4)  # log 4
    1.3863
    >>> loss_fn.backward()
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """

    function, gradient = staticmethod(cross_entropy), staticmethod(cross_entropy_backward)

    def __init__(
        self,
        weight: npt.ArrayLike | None = None,
        *,
        label_smoothing: float = 0.0,
        ignore_index: int | None = None,
    ) -> None:
        self.weight, self.ignore_index = _checked("CrossEntropyLoss", weight, ignore_index)
        name = "label_smoothing"
        self.label_smoothing = check_number("CrossEntropyLoss", name, label_smoothing, at_least=0, at_most=1)

    def forward(self, prediction: npt.ArrayLike, target: npt.ArrayLike) -> float:
        """How wrong the logits (..., C) are about the class indices (...)."""
        prediction, target = np.asarray(prediction), np.asarray(target)
        loss, saved = cross_entropy(
            prediction,
            target,
            weight=self.weight,
            label_smoothing=self.label_smoothing,
            ignore_index=self.ignore_index,
        )
        self.save(target, saved)
        return loss

    def backward(self) -> Array:
        """The gradient of the loss with respect to the logits, (..., C)."""
        target, saved = self.saved()
        weight, smoothing = self.weight, self.label_smoothing
        return cross_entropy_backward(1.0, target, saved, weight=weight, label_smoothing=smoothing)

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {
            "weight": self.weight,
            "label_smoothing": self.label_smoothing,
            "ignore_index": self.ignore_index,
        }


def _checked(
    who: str, weight: npt.ArrayLike | None, ignore_index: int | None
) -> tuple[list[float] | None, int | None]:
    """The two options as a loss keeps them."""
    weights = None if weight is None else targets.class_weights(who, weight, None, np.float64).tolist()
    if ignore_index is not None:
        ignore_index = check_integer(who, "ignore_index", ignore_index, at_least=-(2**31))
    return weights, ignore_index


class BCEWithLogitsLoss(Loss):
    """Sigmoid and cross-entropy for yes or no in one: after a Linear layer. See `binary_cross_entropy_with_logits`.

    Examples
    --------
    >>> loss_fn = BCEWithLogitsLoss()
    >>> round(loss_fn(np.array([0.0, 0.0]), np.array([1.0, 0.0])), 4), loss_fn.backward()  # log 2
    (0.6931, array([-0.25,  0.25]))
    """

    function = staticmethod(binary_cross_entropy_with_logits)
    gradient = staticmethod(binary_cross_entropy_with_logits_backward)


class KLDivLoss(Loss):
    """KL(target ‖ p) given log p: after a `LogSoftmax`, for targets that are shares. See `kl_div`.

    Examples
    --------
    >>> loss_fn = KLDivLoss()
    >>> round(loss_fn(np.log([[0.5, 0.5]]), np.array([[0.25, 0.75]])), 4), loss_fn.backward()
    (0.1308, array([[-0.25, -0.75]]))
    """

    function, gradient = staticmethod(kl_div), staticmethod(kl_div_backward)
