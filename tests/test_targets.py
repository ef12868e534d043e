"""Every wrong thing that a loss can be given, with the whole message, for the layer and for the function."""

import math

import numpy as np
import pytest

import nnbook
from nnbook import losses, targets
from nnbook.arrays import batch_first

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 3))
IMAGES = RNG.standard_normal((2, 3, 4, 5))
LOG_P = np.log(np.full((4, 3), 1 / 3))
FUNCTION_OF = {
    nnbook.MSELoss: losses.mse_loss,
    nnbook.L1Loss: losses.l1_loss,
    nnbook.HuberLoss: losses.huber_loss,
    nnbook.HingeLoss: losses.hinge_loss,
    nnbook.BCEWithLogitsLoss: losses.binary_cross_entropy_with_logits,
    nnbook.KLDivLoss: losses.kl_div,
    nnbook.CrossEntropyLoss: losses.cross_entropy,
    nnbook.NLLLoss: losses.nll_loss,
    nnbook.MultiMarginLoss: losses.multi_margin_loss,
}
FIRST = {
    nnbook.BCEWithLogitsLoss: "logits",
    nnbook.KLDivLoss: "log_probabilities",
    nnbook.CrossEntropyLoss: "logits",
    nnbook.NLLLoss: "log_probabilities",
}
PAIRWISE = (nnbook.MSELoss, nnbook.L1Loss, nnbook.HuberLoss, nnbook.HingeLoss, nnbook.BCEWithLogitsLoss)
BY_CLASS = (nnbook.CrossEntropyLoss, nnbook.NLLLoss, nnbook.MultiMarginLoss)


def check_refusal(make, prediction, target, error, message, **options):
    """Layer and function refuse in the same words, each by its own name, and the layer keeps nothing."""
    layer, function = make(**options), FUNCTION_OF[make]
    with pytest.raises(error) as raised:
        layer(prediction, target)
    assert str(raised.value) == message.replace("WHO", repr(layer))
    assert layer._contexts is None
    with pytest.raises(error) as raised:
        function(prediction, target, **options)
    assert str(raised.value) == message.replace("WHO", function.__name__)


def rows(*cases):
    """One row for each loss of each case, with the name that the loss gives to its prediction."""
    table = []
    for makes, prediction, target, error, message in cases:
        for make in makes:
            said = message.replace("NAME", FIRST.get(make, "prediction"))
            table.append((make, prediction, target, error, said))
    return table


@pytest.mark.parametrize(
    ("make", "prediction", "target", "error", "message"),
    rows(
        (
            PAIRWISE,
            np.ones((5, 1)),
            np.ones(5),
            ValueError,
            "WHO expects target of the NAME's shape (5, 1), but got shape (5,). NumPy would compare every one with "
            "every other. Bring them together: target.reshape(-1, 1).",
        ),
        (
            PAIRWISE,
            np.ones(5),
            np.ones((5, 1)),
            ValueError,
            "WHO expects target of the NAME's shape (5,), but got shape (5, 1). NumPy would compare every one with "
            "every other. Bring them together: target.reshape(-1).",
        ),
        (
            PAIRWISE,
            np.ones((5, 3)),
            np.ones((5, 2)),
            ValueError,
            "WHO expects target of the NAME's shape (5, 3), but got shape (5, 2). Each number needs a target of its own.",
        ),
        (
            PAIRWISE,
            np.ones((5, 3)),
            np.array([0, 1, 2, 1, 0]),
            ValueError,
            "WHO expects target of the NAME's shape (5, 3), but got shape (5,). If these are class indices, use "
            "CrossEntropyLoss.",
        ),
        (
            (*PAIRWISE, nnbook.KLDivLoss),
            np.array([[1, 2]]),
            np.ones((1, 2)),
            TypeError,
            "WHO expects floating numbers in NAME, but got int64 array of shape (1, 2). "
            "Convert it first: NAME.astype(np.float32).",
        ),
        (
            (*PAIRWISE, nnbook.KLDivLoss),
            np.ones((1, 2)),
            np.array([["cat", "dog"]]),
            TypeError,
            "WHO expects numbers as target, but got <U3 array of shape (1, 2).",
        ),
        (
            (*PAIRWISE, nnbook.KLDivLoss),
            np.ones((0, 2)),
            np.ones((0, 2)),
            ValueError,
            "WHO expects at least one example, but got NAME of shape (0, 2). A mean over nothing is no number: skip "
            "empty batches.",
        ),
        (
            [nnbook.BCEWithLogitsLoss],
            X[0],
            np.array([1, -1, 1]),
            ValueError,
            "WHO expects targets between 0 and 1, but got -1 at position 1. Labels of -1 and 1 become 0 and 1 by "
            "(target + 1) / 2.",
        ),
        (
            [nnbook.BCEWithLogitsLoss],
            X,
            np.array([[0, 1, 0], [0, 1, 0], [1, 2, 0], [0, 3, 1]]),
            ValueError,
            "WHO expects targets between 0 and 1, but got 2 at position (2, 1). For more than two classes use "
            "CrossEntropyLoss.",
        ),
        (
            [nnbook.BCEWithLogitsLoss],
            X[0],
            np.array([0.0, 1.0, np.nan]),
            ValueError,
            "WHO expects targets between 0 and 1, but got nan at position 2. For more than two classes use "
            "CrossEntropyLoss.",
        ),
        (
            [nnbook.HingeLoss],
            X[0],
            np.array([1, 0, 1]),
            ValueError,
            "WHO expects targets of -1 and 1, but got 0 at position 1. Labels of 0 and 1 become -1 and 1 by "
            "2.0 * target - 1.",
        ),
        (
            [nnbook.HingeLoss],
            X[0],
            np.array([True, True, False]),
            ValueError,
            "WHO expects targets of -1 and 1, but got 0 at position 2. Labels of 0 and 1 become -1 and 1 by "
            "2.0 * target - 1.",
        ),
        (
            [nnbook.HingeLoss],
            X[0],
            np.array([1, 0, 2]),
            ValueError,
            "WHO expects targets of -1 and 1, but got 0 at position 1. For class indices use MultiMarginLoss.",
        ),
        (
            [nnbook.HingeLoss],
            X[0],
            np.array([1.0, -1.0, -0.5]),
            ValueError,
            "WHO expects targets of -1 and 1, but got -0.5 at position 2. Make it -1 for no and 1 for yes.",
        ),
        (
            [nnbook.KLDivLoss],
            LOG_P,
            np.array([0, 1, 2, 0]),
            ValueError,
            "WHO expects target of the NAME's shape (4, 3), but got shape (4,). If these are class indices, use "
            "CrossEntropyLoss.",
        ),
        (
            [nnbook.KLDivLoss],
            LOG_P[0],
            np.exp(LOG_P[0]),
            ValueError,
            "WHO expects a batch of two axes or more, but got shape (3,). Add the batch's axis: x[np.newaxis].",
        ),
        (
            [nnbook.KLDivLoss],
            LOG_P,
            LOG_P,
            ValueError,
            "WHO expects probabilities as target, but got -1.09861 at position (0, 0). Only the prediction comes as "
            "logarithms; a target in logarithms becomes np.exp(target).",
        ),
        (
            [nnbook.KLDivLoss],
            LOG_P,
            np.array([[0.5, 0.5, 0]] * 3 + [[0, 7, 1]]),
            ValueError,
            "WHO expects probabilities as target, but got 7 at position (3, 1). Divide each row by its sum.",
        ),
        (
            [nnbook.KLDivLoss],
            np.exp(LOG_P),
            np.exp(LOG_P),
            ValueError,
            "WHO expects log-probabilities, none above 0, but got 0.333333 at position (0, 0). Scores need LogSoftmax "
            "before this loss, probabilities np.log.",
        ),
        (
            [nnbook.NLLLoss],
            np.array([[-1.0, 0.0], [-1.0, 2.5]]),
            np.array([0, 1]),
            ValueError,
            "WHO expects log-probabilities, none above 0, but got 2.5 at position (1, 1). Scores need LogSoftmax "
            "before this loss, probabilities np.log.",
        ),
    ),
)
def test_refuses_amounts(make, prediction, target, error, message):
    check_refusal(make, prediction, target, error, message)


@pytest.mark.parametrize(
    ("make", "prediction", "target", "error", "message"),
    rows(
        (
            BY_CLASS,
            -np.ones((4, 3)),
            np.array([0, 1, 3, 2]),
            ValueError,
            "WHO expects class indices from 0 to 2 as target, but got 3 at position 2. The NAME have 3 classes; for "
            "these labels the last layer needs 4 outputs.",
        ),
        (
            BY_CLASS[:2],
            -np.ones((4, 3)),
            np.array([0, 1, -2, 2]),
            ValueError,
            "WHO expects class indices from 0 to 2 as target, but got -2 at position 2. If -2 marks padding, pass "
            "ignore_index=-2.",
        ),
        (
            [nnbook.MultiMarginLoss],  # has no ignore_index
            -np.ones((4, 3)),
            np.array([0, 1, -2, 2]),
            ValueError,
            "WHO expects class indices from 0 to 2 as target, but got -2 at position 2. Classes count from 0.",
        ),
        (
            BY_CLASS,
            -np.ones((4, 3)),
            np.array([3, 1, 2, 2]),
            ValueError,
            "WHO expects class indices from 0 to 2 as target, but got 3 at position 0. They seem to count from 1: "
            "target - 1.",
        ),
        (
            BY_CLASS,
            -np.ones((2, 2, 3)),
            np.array([[0, 1], [7, 2]]),
            ValueError,
            "WHO expects class indices from 0 to 2 as target, but got 7 at position (1, 0). The NAME have 3 classes; "
            "for these labels the last layer needs 8 outputs.",
        ),
        (
            BY_CLASS,
            -np.ones((4, 3)),
            np.eye(3)[[0, 1, 2, 0]],
            ValueError,
            "WHO expects class indices of shape (4,) as target, but got float64 array of shape (4, 3). One-hot rows "
            "become indices by target.argmax(axis=1).",
        ),
        (
            BY_CLASS,
            -np.ones((4, 3)),
            np.eye(3, dtype=int)[[0, 1, 2, 0]],
            ValueError,
            "WHO expects class indices of shape (4,) as target, but got int64 array of shape (4, 3). One-hot rows "
            "become indices by target.argmax(axis=1).",
        ),
        (
            BY_CLASS,
            -np.ones((2, 4, 3)),
            np.zeros((2, 4, 3)),
            ValueError,
            "WHO expects class indices of shape (2, 4) as target, but got float64 array of shape (2, 4, 3). One-hot "
            "rows become indices by target.argmax(axis=2).",
        ),
        (
            BY_CLASS,
            -np.ones((2, 3)),
            np.array([[0.2, 0.8, 0.0], [0.1, 0.1, 0.8]]),
            ValueError,
            "WHO expects class indices of shape (2,) as target, but got float64 array of shape (2, 3). Shares among "
            "the classes go with KLDivLoss, after a LogSoftmax.",
        ),
        (
            BY_CLASS,
            -np.ones((4, 3)),
            np.array([[0], [1], [2], [0]]),
            ValueError,
            "WHO expects class indices of shape (4,) as target, but got int64 array of shape (4, 1). Drop the last "
            "axis: target[:, 0].",
        ),
        (
            BY_CLASS,
            -np.ones((4, 3)),
            np.array([0, 1, 2]),
            ValueError,
            "WHO expects class indices of shape (4,) as target, but got int64 array of shape (3,). Each example needs "
            "one label.",
        ),
        (
            BY_CLASS,
            -np.ones((2, 3, 5)),
            np.zeros((2, 5), int),
            ValueError,
            "WHO expects class indices of shape (2, 3) as target, but got int64 array of shape (2, 5). PyTorch has "
            "classes second, here they come last: np.moveaxis(NAME, 1, -1).",
        ),
        (
            BY_CLASS,
            -np.ones((3, 3)),
            np.array([0.0, 1.0, 2.0]),
            TypeError,
            "WHO expects class indices of shape (3,) as target, but got float64 array of shape (3,). They are whole "
            "numbers of a floating dtype: target.astype(int).",
        ),
        (
            BY_CLASS,
            -np.ones((3, 3)),
            np.array([0.0, 1.5, 2.0]),
            TypeError,
            "WHO expects class indices of shape (3,) as target, but got float64 array of shape (3,). Targets that are "
            "amounts, not classes, go with MSELoss.",
        ),
        (
            BY_CLASS,
            -np.ones((3, 3)),
            np.array([True, False, True]),
            TypeError,
            "WHO expects class indices of shape (3,) as target, but got bool array of shape (3,). No is class 0 and "
            "yes is class 1: target.astype(int).",
        ),
        (
            BY_CLASS,
            -np.ones((3, 3)),
            np.array(["a", "b", "a"]),
            TypeError,
            "WHO expects class indices of shape (3,) as target, but got <U1 array of shape (3,). Number the names "
            "first: names, target = np.unique(target, return_inverse=True).",
        ),
        (
            BY_CLASS,
            -np.ones((0, 3)),
            np.zeros(0, int),
            ValueError,
            "WHO expects at least one example, but got NAME of shape (0, 3). A mean over nothing is no number: skip "
            "empty batches.",
        ),
        (
            BY_CLASS,
            -np.ones((4, 1)),
            np.zeros(4, int),
            ValueError,
            "WHO expects NAME of two classes or more in the last axis, but got shape (4, 1). One score that says yes "
            "or no goes with BCEWithLogitsLoss.",
        ),
        (
            BY_CLASS,
            np.array(-1.0),
            np.array(0),
            ValueError,
            "WHO expects NAME of two classes or more in the last axis, but got shape (). One score that says yes or "
            "no goes with BCEWithLogitsLoss.",
        ),
        (
            BY_CLASS,
            np.array([1, 0, 2]),
            -np.ones((3, 3)),
            TypeError,
            "WHO expects floating numbers in NAME, but got int64 array of shape (3,). The two look swapped: the "
            "prediction comes first, the target second.",
        ),
        (
            BY_CLASS,
            np.array([[1, 0, 2]]),
            np.array([1]),
            TypeError,
            "WHO expects floating numbers in NAME, but got int64 array of shape (1, 3). Convert it first: "
            "NAME.astype(np.float32).",
        ),
    ),
)
def test_refuses_labels(make, prediction, target, error, message):
    check_refusal(make, prediction, target, error, message)


WITH_OPTIONS = (nnbook.CrossEntropyLoss, nnbook.NLLLoss)


@pytest.mark.parametrize("make", WITH_OPTIONS)
@pytest.mark.parametrize(
    ("options", "target", "error", "message"),
    [
        (
            {"ignore_index": 9},
            [9, 9, 9, 9],
            ValueError,
            "WHO expects at least one label that is not ignore_index=9, but got only 9 in target of shape (4,). A mean "
            "over nothing is no number: skip batches of padding alone.",
        ),
        (
            {"ignore_index": -1},
            [-1, 0, -2, 1],
            ValueError,
            "WHO expects class indices from 0 to 2 as target, but got -2 at position 2. Classes count from 0.",
        ),
        (
            {"ignore_index": 0},
            [0, 1, 3, 0],
            ValueError,
            "WHO expects class indices from 0 to 2 as target, but got 3 at position 2. They seem to count from 1: "
            "target - 1.",
        ),
        (
            {"ignore_index": 9},
            [0, 9, 5, 1],
            ValueError,
            "WHO expects class indices from 0 to 2 as target, but got 5 at position 2. The NAME have 3 classes; for "
            "these labels the last layer needs 6 outputs.",
        ),
        (
            {"weight": [1.0, 2.0]},
            [0, 1, 2, 1],
            ValueError,
            "WHO expects weight of shape (3,), one number for each class, but got shape (2,).",
        ),
        (
            {"weight": [0.0, 1.0, 1.0]},
            [0, 0, 0, 0],
            ValueError,
            "WHO expects an example of a class whose weight is above 0, but got 4 examples of weight 0. A mean over "
            "nothing is no number: raise a weight, or skip such batches.",
        ),
    ],
)
def test_refuses_what_options_rule_out(make, options, target, error, message):
    message = message.replace("NAME", FIRST[make])
    check_refusal(make, LOG_P, np.array(target), error, message, **options)


@pytest.mark.parametrize("make", WITH_OPTIONS)
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"weight": [[1.0, 2.0]]},
            ValueError,
            "WHO expects weight of shape (C,), one number for each class, but got shape (1, 2).",
        ),
        (
            {"weight": []},
            ValueError,
            "WHO expects weight of shape (C,), one number for each class, but got shape (0,).",
        ),
        (
            {"weight": [1.0, -2.0]},
            ValueError,
            "WHO expects finite class weights of at least 0, but got -2 at position 1.",
        ),
        (
            {"weight": [1.0, math.inf, 1.0]},
            ValueError,
            "WHO expects finite class weights of at least 0, but got inf at position 1.",
        ),
        (
            {"weight": [math.nan, 1.0]},
            ValueError,
            "WHO expects finite class weights of at least 0, but got nan at position 0.",
        ),
        (
            {"weight": "balanced"},
            TypeError,
            "WHO expects numbers as class weights, but got <U8 array of shape ().",
        ),
        (
            {"ignore_index": 1.5},
            TypeError,
            "WHO expects a whole number ignore_index of at least -2147483648, but got the float 1.5.",
        ),
        (
            {"ignore_index": "pad"},
            TypeError,
            "WHO expects a whole number ignore_index of at least -2147483648, but got the str 'pad'.",
        ),
    ],
)
def test_refuses_options(make, options, error, message):
    with pytest.raises(error) as raised:
        make(**options)
    assert str(raised.value) == message.replace("WHO", make.__name__)
    function = FUNCTION_OF[make]
    with pytest.raises(error) as raised:
        function(LOG_P, np.array([0, 1, 2, 0]), **options)
    expected = message.replace("WHO", function.__name__).replace("(C,)", "(3,)")
    if "(3,)" in expected or "finite" not in expected or len(options["weight"]) == 3:
        assert str(raised.value) == expected


@pytest.mark.parametrize(
    ("smoothing", "error", "got"),
    [
        (-0.1, ValueError, "label_smoothing=-0.1"),
        (1.1, ValueError, "label_smoothing=1.1"),
        (math.nan, ValueError, "label_smoothing=nan"),
        ("0.1", TypeError, "the str '0.1'"),
        (None, TypeError, "None"),
    ],
)
def test_refuses_smoothing(smoothing, error, got):
    message = f" expects a finite number label_smoothing of at least 0 and of at most 1, but got {got}."
    with pytest.raises(error) as raised:
        nnbook.CrossEntropyLoss(label_smoothing=smoothing)
    assert str(raised.value) == "CrossEntropyLoss" + message
    with pytest.raises(error) as raised:
        losses.cross_entropy(X, np.array([0, 1, 2, 0]), label_smoothing=smoothing)
    assert str(raised.value) == "cross_entropy" + message


def test_the_layer_is_named_with_its_options():
    with pytest.raises(
        ValueError, match=r"^HuberLoss\(delta=0\.5\) expects target of the prediction's shape"
    ) as raised:
        nnbook.HuberLoss(0.5)(np.ones(3), np.ones(2))
    assert raised.value.__suppress_context__
    assert "huber_loss" not in str(raised.value)


def test_probabilities_as_logits_are_not_refused():
    assert nnbook.CrossEntropyLoss()(np.exp(LOG_P), np.array([0, 1, 2, 0])) > 0


def test_logarithms_may_be_above_zero_by_rounding():
    assert nnbook.NLLLoss()(np.array([[5e-7, -20.0]], np.float32), np.array([0])) < 1e-6


def test_an_error_of_another_kind_passes_unchanged():
    class Broken(nnbook.Loss):
        def forward(self, prediction, target):
            raise ValueError("Broken by design")

    with pytest.raises(ValueError, match=r"^Broken by design$"):
        Broken()(X, X)

    class Nameless(nnbook.Loss):
        function = staticmethod(lambda prediction, target: [][0])

    with pytest.raises(IndexError, match="list index out of range"):
        Nameless()(X, X)


def test_what_goes_wrong_leaves_nothing_behind():
    loss_fn = nnbook.CrossEntropyLoss()
    loss_fn(X, np.array([0, 1, 2, 0]))
    with pytest.raises(ValueError, match="position 3"):
        loss_fn(X, np.array([0, 1, 2, 3]))
    with pytest.raises(IndexError) as raised:
        loss_fn.backward()
    assert str(raised.value) == (
        "CrossEntropyLoss().backward expects one call of the layer, with recording on, for each backward, but got "
        "nothing left to undo. Call the layer first (model.train(); y = model(x)), then backward once."
    )


@pytest.mark.parametrize("make", FUNCTION_OF)
def test_a_backward_takes_nothing_and_needs_a_forward(make):
    with pytest.raises(IndexError, match="nothing left to undo"):
        make().backward()
    with pytest.raises(TypeError):
        make().backward(1.0)


def test_alike_brings_the_target_to_the_prediction():
    prediction = batch_first(IMAGES.astype(np.float32))
    target = RNG.standard_normal(prediction.shape)
    same, brought = targets.alike("mse_loss", prediction, target)
    assert same is prediction
    assert brought.dtype == np.float32
    assert brought.strides == prediction.strides
    np.testing.assert_array_equal(brought, target.astype(np.float32))
    assert targets.alike("mse_loss", target, target)[1] is target


def test_examples_are_rows_and_labels():
    logits, labels = RNG.standard_normal((2, 5, 3)), np.array([[0, 1, 2, 2, 1], [1, 1, 0, 0, 2]], np.uint8)
    rows, flat, kept = targets.examples("cross_entropy", logits, labels)
    assert rows.base is logits
    assert flat.dtype == np.intp
    np.testing.assert_array_equal(flat, labels.ravel())
    assert kept is None
    rows, flat, kept = targets.examples("cross_entropy", logits, labels, ignore_index=1)
    np.testing.assert_array_equal(rows, logits[labels != 1])
    np.testing.assert_array_equal(flat, labels[labels != 1])
    np.testing.assert_array_equal(kept, labels.ravel() != 1)


@pytest.mark.parametrize("kind", [np.uint8, np.uint64])
def test_the_largest_unsigned_label_is_out_of_range(kind):
    largest = int(np.iinfo(kind).max)
    with pytest.raises(ValueError, match=f"got {largest} at position 0. .* needs {largest + 1} outputs"):
        losses.cross_entropy(X[:1], np.array([largest], kind))
