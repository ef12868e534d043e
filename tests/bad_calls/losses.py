"""Losses: predictions and targets that do not speak of the same thing, options out of range, a dy that is no number."""

import numpy as np

import nnbook
import nnbook.functional as F
from tests.bad_calls.rows import RAGGED, Bad, call, numbers

LABELS = np.array([1, 0, 2, 1])
_, crossed = F.cross_entropy(numbers(4, 3), LABELS)
logs = F.log_softmax(numbers(4, 3))
shares = F.softmax(numbers(4, 3))
signs = np.array([1.0, -1.0, 1.0])
yes = np.array([1.0, 0.0, 1.0])

ROWS = [
    Bad(F.cross_entropy, call(F.cross_entropy, numbers(4, 3), np.array([1, 0, 3, 1])), ValueError,
        "cross_entropy expects class indices from 0 to 2 as target, but got 3 at position 2. The logits have 3 "
        "classes; for these labels the last layer needs 4 outputs."),
    Bad(F.cross_entropy, call(F.cross_entropy, numbers(4, 3), np.eye(3)[LABELS]), ValueError,
        "cross_entropy expects class indices of shape (4,) as target, but got float64 array of shape (4, 3). "
        "One-hot rows become indices by target.argmax(axis=1)."),
    Bad(F.cross_entropy, call(F.cross_entropy, numbers(4, 3), LABELS.astype(float)), TypeError,
        "cross_entropy expects class indices of shape (4,) as target, but got float64 array of shape (4,). They "
        "are whole numbers of a floating dtype: target.astype(int)."),
    Bad(F.cross_entropy, call(F.cross_entropy, numbers(4, 3), LABELS, label_smoothing=1.5), ValueError,
        "cross_entropy expects a finite number label_smoothing of at least 0 and of at most 1, but got "
        "label_smoothing=1.5."),
    Bad(F.cross_entropy, call(F.cross_entropy, numbers(4, 3), LABELS, weight=[1.0, 2.0]), ValueError,
        "cross_entropy expects weight of shape (3,), one number for each class, but got shape (2,)."),
    Bad(F.cross_entropy, call(F.cross_entropy, LABELS, numbers(4, 3)), TypeError,
        "cross_entropy expects floating numbers in logits, but got int64 array of shape (4,). The two look "
        "swapped: the prediction comes first, the target second."),
    Bad(F.cross_entropy, call(F.cross_entropy, numbers(4, 3), None), TypeError,
        "cross_entropy expects an array as target, but got None."),
    Bad(F.cross_entropy, call(F.cross_entropy, RAGGED, LABELS), TypeError,
        "cross_entropy expects an array as logits, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(F.cross_entropy_backward, call(F.cross_entropy_backward, None, LABELS, crossed), TypeError,
        "cross_entropy_backward expects a finite number dy, but got None."),
    Bad(F.cross_entropy_backward, call(F.cross_entropy_backward, 1.0, LABELS[:3], crossed), ValueError,
        "cross_entropy_backward expects the 4 labels of forward as target, but got shape (3,)."),
    Bad(F.cross_entropy_backward, call(F.cross_entropy_backward, 1.0, LABELS, crossed.probabilities), TypeError,
        "cross_entropy_backward expects the CrossEntropySaved that cross_entropy returned as saved, but got "
        "float64 array of shape (3, 4). It comes second: y, saved = cross_entropy(...)."),
    Bad(F.cross_entropy_backward, call(F.cross_entropy_backward, 1.0, LABELS, crossed, weight=[1.0, 2.0]), ValueError,
        "cross_entropy_backward expects weight of shape (3,), one number for each class, but got shape (2,)."),
    Bad(F.cross_entropy_backward,
        call(F.cross_entropy_backward, 1.0, LABELS, crossed, label_smoothing=-1), ValueError,
        "cross_entropy_backward expects a finite number label_smoothing of at least 0 and of at most 1, but got "
        "label_smoothing=-1."),
    Bad(F.nll_loss, call(F.nll_loss, shares, LABELS), ValueError,
        "nll_loss expects log-probabilities, none above 0, but got 0.290204 at position (0, 0). Scores need "
        "LogSoftmax before this loss, probabilities np.log."),
    Bad(F.nll_loss, call(F.nll_loss, logs, LABELS[:, np.newaxis]), ValueError,
        "nll_loss expects class indices of shape (4,) as target, but got int64 array of shape (4, 1). Drop the "
        "last axis: target[:, 0]."),
    Bad(F.nll_loss, call(F.nll_loss, logs, LABELS, ignore_index=0.5), TypeError,
        "nll_loss expects a whole number ignore_index of at least -2147483648, but got the float 0.5."),
    Bad(F.nll_loss, call(F.nll_loss, logs, np.full(4, -1), ignore_index=-1), ValueError,
        "nll_loss expects at least one label that is not ignore_index=-1, but got only -1 in target of shape "
        "(4,). A mean over nothing is no number: skip batches of padding alone."),
    Bad(F.nll_loss_backward, call(F.nll_loss_backward, "1", logs, LABELS), TypeError,
        "nll_loss_backward expects a finite number dy, but got the str '1'."),
    Bad(F.nll_loss_backward, call(F.nll_loss_backward, 1.0, logs, LABELS + 1), ValueError,
        "nll_loss expects class indices from 0 to 2 as target, but got 3 at position 2. They seem to count from "
        "1: target - 1."),
    Bad(F.nll_loss_backward, call(F.nll_loss_backward, 1.0, logs, LABELS, weight=np.ones(2)), ValueError,
        "nll_loss expects weight of shape (3,), one number for each class, but got shape (2,)."),
    Bad(F.binary_cross_entropy_with_logits, call(F.binary_cross_entropy_with_logits, numbers(3), signs), ValueError,
        "binary_cross_entropy_with_logits expects targets between 0 and 1, but got -1 at position 1. Labels of -1 "
        "and 1 become 0 and 1 by (target + 1) / 2."),
    Bad(F.binary_cross_entropy_with_logits, call(F.binary_cross_entropy_with_logits, numbers(3, 1), yes), ValueError,
        "binary_cross_entropy_with_logits expects target of the logits's shape (3, 1), but got shape (3,). NumPy "
        "would compare every one with every other. Bring them together: target.reshape(-1, 1)."),
    Bad(F.binary_cross_entropy_with_logits, call(F.binary_cross_entropy_with_logits, numbers(3), None), TypeError,
        "binary_cross_entropy_with_logits expects an array as target, but got None."),
    Bad(F.binary_cross_entropy_with_logits_backward,
        call(F.binary_cross_entropy_with_logits_backward, 1.0, numbers(3, 1), yes), ValueError,
        "binary_cross_entropy_with_logits expects target of the logits's shape (3, 1), but got shape (3,). NumPy "
        "would compare every one with every other. Bring them together: target.reshape(-1, 1)."),
    Bad(F.binary_cross_entropy_with_logits_backward,
        call(F.binary_cross_entropy_with_logits_backward, numbers(3), numbers(3), yes), TypeError,
        "binary_cross_entropy_with_logits_backward expects a finite number dy, but got float64 array of shape (3,)."),
    Bad(F.binary_cross_entropy_with_logits_backward,
        call(F.binary_cross_entropy_with_logits_backward, 1.0, np.arange(3), yes), TypeError,
        "binary_cross_entropy_with_logits expects floating numbers in logits, but got int64 array of shape (3,). "
        "Convert it first: logits.astype(np.float32)."),
    Bad(F.kl_div, call(F.kl_div, shares, shares), ValueError,
        "kl_div expects log-probabilities, none above 0, but got 0.290204 at position (0, 0). Scores need "
        "LogSoftmax before this loss, probabilities np.log."),
    Bad(F.kl_div, call(F.kl_div, logs, logs), ValueError,
        "kl_div expects probabilities as target, but got -1.23717 at position (0, 0). Only the prediction comes "
        "as logarithms; a target in logarithms becomes np.exp(target)."),
    Bad(F.kl_div, call(F.kl_div, logs[0], shares[0]), ValueError,
        "kl_div expects a batch of two axes or more, but got shape (3,). Add the batch's axis: x[np.newaxis]."),
    Bad(F.kl_div, call(F.kl_div, logs, LABELS), ValueError,
        "kl_div expects target of the log_probabilities's shape (4, 3), but got shape (4,). If these are class "
        "indices, use CrossEntropyLoss."),
    Bad(F.kl_div_backward, call(F.kl_div_backward, None, logs, shares), TypeError,
        "kl_div_backward expects a finite number dy, but got None."),
    Bad(F.kl_div_backward, call(F.kl_div_backward, 1.0, logs, shares.T), ValueError,
        "kl_div expects target of the log_probabilities's shape (4, 3), but got shape (3, 4). Each number needs a "
        "target of its own."),
    Bad(F.kl_div_backward, call(F.kl_div_backward, 1.0, logs, "shares"), TypeError,
        "kl_div expects numbers as target, but got <U6 array of shape ()."),
    Bad(F.hinge_loss, call(F.hinge_loss, numbers(3), yes), ValueError,
        "hinge_loss expects targets of -1 and 1, but got 0 at position 1. Labels of 0 and 1 become -1 and 1 by "
        "2.0 * target - 1."),
    Bad(F.hinge_loss, call(F.hinge_loss, numbers(3), signs, margin=-1), ValueError,
        "hinge_loss expects a finite number margin of at least 0, but got margin=-1."),
    Bad(F.hinge_loss, call(F.hinge_loss, numbers(3, 1), signs), ValueError,
        "hinge_loss expects target of the prediction's shape (3, 1), but got shape (3,). NumPy would compare "
        "every one with every other. Bring them together: target.reshape(-1, 1)."),
    Bad(F.hinge_loss_backward, call(F.hinge_loss_backward, 1.0, numbers(3, 1), signs), ValueError,
        "hinge_loss expects target of the prediction's shape (3, 1), but got shape (3,). NumPy would compare "
        "every one with every other. Bring them together: target.reshape(-1, 1)."),
    Bad(F.hinge_loss_backward, call(F.hinge_loss_backward, None, numbers(3), signs), TypeError,
        "hinge_loss_backward expects a finite number dy, but got None."),
    Bad(F.hinge_loss_backward, call(F.hinge_loss_backward, 1.0, numbers(3), signs, margin="1"), TypeError,
        "hinge_loss_backward expects a finite number margin of at least 0, but got the str '1'."),
    Bad(F.multi_margin_loss, call(F.multi_margin_loss, numbers(4, 3), LABELS - 1), ValueError,
        "multi_margin_loss expects class indices from 0 to 2 as target, but got -1 at position 1. Classes count "
        "from 0."),
    Bad(F.multi_margin_loss, call(F.multi_margin_loss, numbers(4, 3), LABELS, margin=float("nan")), ValueError,
        "multi_margin_loss expects a finite number margin of at least 0, but got margin=nan."),
    Bad(F.multi_margin_loss, call(F.multi_margin_loss, numbers(4, 1), np.zeros(4, int)), ValueError,
        "multi_margin_loss expects prediction of two classes or more in the last axis, but got shape (4, 1). One "
        "score that says yes or no goes with BCEWithLogitsLoss."),
    Bad(F.multi_margin_loss_backward, call(F.multi_margin_loss_backward, 1.0, numbers(4, 3), LABELS[:2]), ValueError,
        "multi_margin_loss expects class indices of shape (4,) as target, but got int64 array of shape (2,). Each "
        "example needs one label."),
    Bad(F.multi_margin_loss_backward, call(F.multi_margin_loss_backward, "up", numbers(4, 3), LABELS), TypeError,
        "multi_margin_loss_backward expects a finite number dy, but got the str 'up'."),
    Bad(F.multi_margin_loss_backward,
        call(F.multi_margin_loss_backward, 1.0, numbers(4, 3), LABELS, margin=-0.5), ValueError,
        "multi_margin_loss_backward expects a finite number margin of at least 0, but got margin=-0.5."),
    Bad(F.huber_loss, call(F.huber_loss, numbers(3), numbers(3), delta=0), ValueError,
        "huber_loss expects a finite number delta above 0, but got delta=0."),
    Bad(F.huber_loss_backward, call(F.huber_loss_backward, 1.0, numbers(3), numbers(3), delta=-1.0), ValueError,
        "huber_loss_backward expects a finite number delta above 0, but got delta=-1.0."),
    Bad(nnbook.CrossEntropyLoss, call(nnbook.CrossEntropyLoss, [1.0, -1.0]), ValueError,
        "CrossEntropyLoss expects finite class weights of at least 0, but got -1 at position 1."),
    Bad(nnbook.CrossEntropyLoss, call(nnbook.CrossEntropyLoss, RAGGED), TypeError,
        "CrossEntropyLoss expects numbers as class weights, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(nnbook.CrossEntropyLoss, call(nnbook.CrossEntropyLoss, label_smoothing="0.1"), TypeError,
        "CrossEntropyLoss expects a finite number label_smoothing of at least 0 and of at most 1, but got the str "
        "'0.1'."),
    Bad(nnbook.CrossEntropyLoss, call(nnbook.CrossEntropyLoss(), numbers(4, 3), LABELS + 1), ValueError,
        "CrossEntropyLoss() expects class indices from 0 to 2 as target, but got 3 at position 2. They seem to "
        "count from 1: target - 1."),
    Bad(nnbook.CrossEntropyLoss, call(nnbook.CrossEntropyLoss(), numbers(4, 3), np.eye(3)[LABELS]), ValueError,
        "CrossEntropyLoss() expects class indices of shape (4,) as target, but got float64 array of shape (4, 3). "
        "One-hot rows become indices by target.argmax(axis=1)."),
    Bad(nnbook.CrossEntropyLoss, call(nnbook.CrossEntropyLoss(), np.zeros((0, 3)), np.zeros(0, int)), ValueError,
        "CrossEntropyLoss() expects at least one example, but got logits of shape (0, 3). A mean over nothing is "
        "no number: skip empty batches."),
    Bad(nnbook.CrossEntropyLoss, call(nnbook.CrossEntropyLoss().backward), IndexError,
        "CrossEntropyLoss().backward expects one call of the layer, with recording on, for each backward, but got "
        "nothing left to undo. Call the layer first (model.train(); y = model(x)), then backward once."),
    Bad(nnbook.NLLLoss, call(nnbook.NLLLoss, ignore_index=1.5), TypeError,
        "NLLLoss expects a whole number ignore_index of at least -2147483648, but got the float 1.5."),
    Bad(nnbook.NLLLoss, call(nnbook.NLLLoss(), shares, LABELS), ValueError,
        "NLLLoss() expects log-probabilities, none above 0, but got 0.290204 at position (0, 0). Scores need "
        "LogSoftmax before this loss, probabilities np.log."),
    Bad(nnbook.NLLLoss, call(nnbook.NLLLoss(), logs, LABELS > 0), TypeError,
        "NLLLoss() expects class indices of shape (4,) as target, but got bool array of shape (4,). No is class 0 "
        "and yes is class 1: target.astype(int)."),
    Bad(nnbook.BCEWithLogitsLoss, call(nnbook.BCEWithLogitsLoss(), numbers(3), signs), ValueError,
        "BCEWithLogitsLoss() expects targets between 0 and 1, but got -1 at position 1. Labels of -1 and 1 become "
        "0 and 1 by (target + 1) / 2."),
    Bad(nnbook.BCEWithLogitsLoss, call(nnbook.BCEWithLogitsLoss(), numbers(3, 1), yes), ValueError,
        "BCEWithLogitsLoss() expects target of the logits's shape (3, 1), but got shape (3,). NumPy would compare "
        "every one with every other. Bring them together: target.reshape(-1, 1)."),
    Bad(nnbook.BCEWithLogitsLoss, call(nnbook.BCEWithLogitsLoss(), numbers(0), numbers(0)), ValueError,
        "BCEWithLogitsLoss() expects at least one example, but got logits of shape (0,). A mean over nothing is "
        "no number: skip empty batches."),
    Bad(nnbook.KLDivLoss, call(nnbook.KLDivLoss(), logs, logs), ValueError,
        "KLDivLoss() expects probabilities as target, but got -1.23717 at position (0, 0). Only the prediction "
        "comes as logarithms; a target in logarithms becomes np.exp(target)."),
    Bad(nnbook.KLDivLoss, call(nnbook.KLDivLoss(), numbers(4, 3) + 3, shares), ValueError,
        "KLDivLoss() expects log-probabilities, none above 0, but got 3.12573 at position (0, 0). Scores need "
        "LogSoftmax before this loss, probabilities np.log."),
    Bad(nnbook.KLDivLoss, call(nnbook.KLDivLoss().backward), IndexError,
        "KLDivLoss().backward expects one call of the layer, with recording on, for each backward, but got "
        "nothing left to undo. Call the layer first (model.train(); y = model(x)), then backward once."),
    Bad(nnbook.HingeLoss, call(nnbook.HingeLoss, -1), ValueError,
        "HingeLoss expects a finite number margin of at least 0, but got margin=-1."),
    Bad(nnbook.HingeLoss, call(nnbook.HingeLoss(), numbers(3), yes), ValueError,
        "HingeLoss() expects targets of -1 and 1, but got 0 at position 1. Labels of 0 and 1 become -1 and 1 by "
        "2.0 * target - 1."),
    Bad(nnbook.HingeLoss, call(nnbook.HingeLoss(), numbers(3), np.array([0, 2, 1])), ValueError,
        "HingeLoss() expects targets of -1 and 1, but got 0 at position 0. For class indices use MultiMarginLoss."),
    Bad(nnbook.MultiMarginLoss, call(nnbook.MultiMarginLoss, "wide"), TypeError,
        "MultiMarginLoss expects a finite number margin of at least 0, but got the str 'wide'."),
    Bad(nnbook.MultiMarginLoss, call(nnbook.MultiMarginLoss(), numbers(4, 3), LABELS - 1), ValueError,
        "MultiMarginLoss() expects class indices from 0 to 2 as target, but got -1 at position 1. Classes count "
        "from 0."),
    Bad(nnbook.MultiMarginLoss, call(nnbook.MultiMarginLoss(), numbers(4, 3), numbers(4)), TypeError,
        "MultiMarginLoss() expects class indices of shape (4,) as target, but got float64 array of shape (4,). "
        "Targets that are amounts, not classes, go with MSELoss."),
    Bad(nnbook.HuberLoss, call(nnbook.HuberLoss, 0), ValueError,
        "HuberLoss expects a finite number delta above 0, but got delta=0."),
    Bad(nnbook.HuberLoss, call(nnbook.HuberLoss, None), TypeError,
        "HuberLoss expects a finite number delta above 0, but got None."),
    Bad(nnbook.Loss, call(nnbook.Loss(), numbers(3), numbers(3)), NotImplementedError,
        "Loss has no function: name a pair, or write forward and backward"),
    Bad(nnbook.Loss, call(nnbook.Loss().predict, numbers(3), numbers(2)), ValueError,
        "Loss.predict expects inputs with the same number of examples along axis 0, but got float64 array of "
        "shape (3,), float64 array of shape (2,)."),
    Bad(nnbook.Loss, call(nnbook.Loss().backward), IndexError,
        "Loss().backward expects one call of the layer, with recording on, for each backward, but got nothing "
        "left to undo. Call the layer first (model.train(); y = model(x)), then backward once."),
]  # fmt: skip

for name, kind in (("mse", nnbook.MSELoss), ("l1", nnbook.L1Loss), ("huber", nnbook.HuberLoss)):
    f, f_backward, who = (
        getattr(F, f"{name}_loss"),
        getattr(F, f"{name}_loss_backward"),
        f"{name}_loss expects",
    )
    fix = "NumPy would compare every one with every other. Bring them together: target.reshape(-1, 1)."
    shape = f"target of the prediction's shape (4, 1), but got shape (4,). {fix}"
    ints = "floating numbers in prediction, but got int64 array of shape (4,). Convert it first: prediction.astype(np.float32)."
    ROWS += [
        Bad(f, call(f, numbers(4, 1), numbers(4)), ValueError, f"{who} {shape}"),
        Bad(f, call(f, np.arange(4), np.arange(4)), TypeError, f"{who} {ints}"),
        Bad(f, call(f, numbers(4), ["a"] * 4), TypeError, f"{who} numbers as target, but got <U1 array of shape (4,)."),
        Bad(f_backward, call(f_backward, None, numbers(4), numbers(4)), TypeError,
            f"{name}_loss_backward expects a finite number dy, but got None."),
        Bad(f_backward, call(f_backward, 1.0, numbers(4, 1), numbers(4)), ValueError, f"{who} {shape}"),
        Bad(f_backward, call(f_backward, 1.0, None, numbers(4)), TypeError,
            f"{who} an array as prediction, but got None."),
        Bad(kind, call(kind(), numbers(4, 1), numbers(4)), ValueError, f"{kind.__name__}() expects {shape}"),
        Bad(kind, call(kind(), np.arange(4), np.arange(4)), TypeError, f"{kind.__name__}() expects {ints}"),
        Bad(kind, call(kind(), numbers(4), RAGGED), TypeError,
            f"{kind.__name__}() expects an array as target, but got the list [[1.0], [1.0, 2.0]]."),
    ]  # fmt: skip
