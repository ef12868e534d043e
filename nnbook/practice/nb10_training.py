"""Exercises, questions and predictions of notebook 10_training."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

from functools import cache, partial

import numpy as np

import nnbook
from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.sharing import share_read

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "10_training"


# one_hot -------------------------------------------------------------------------------------------------------------


def one_hot(labels, classes):
    """A row of zeros with a single 1 at the label: (N,) -> (N, classes)."""
    table = np.zeros((len(labels), classes))
    table[np.arange(len(labels)), labels] = 1
    return table


def _one_hot(
    labels,
    classes,
    *,
    turned=False,
    from_one=False,
    from_data=False,
    minus_ones=False,
    every_row=False,
    thermometer=False,
    all_hot=False,
):
    count = int(labels.max()) + 1 if from_data else classes
    table = np.zeros((len(labels), count))
    places = labels - 1 if from_one else labels
    if all_hot:
        table[:] = 1
    elif every_row:
        table[:, places] = 1
    elif thermometer:
        table[np.arange(count) <= places[:, None] % count] = 1
    else:
        table[np.arange(len(labels)), places] = 1
    if minus_ones:
        table = 2 * table - 1
    return table.T if turned else table


def _one_hot_cases():
    rng = np.random.default_rng(0)
    return [
        (np.array([2, 0]), 3),
        (np.array([1, 3, 0, 1, 2]), 6),
        (rng.integers(0, 10, 12), 10),
        (np.array([0, 4, 4]), 5),
        (np.array([1, 0, 1, 2]), 7),
    ]


def _worked_one_hot(case, where):
    labels, classes = case
    n = where[0] if where else 0
    row = ", ".join(str(int(k == labels[n])) for k in range(classes))
    return (
        f"label {n} is {labels[n]}, so row {n} is ({row}), a single 1 in place {labels[n]}, counting from 0."
    )


ONE_HOT = Exercise(
    id="training.one_hot",
    notebook=NOTEBOOK,
    title="A label as a row",
    prompt="""
The network's output has one place for each class. To compare a label with it, the label is written as a row
of zeros with a single 1 in its place: **one-hot**. With three classes, 2 becomes (0, 0, 1).

Write `one_hot(labels, classes)`: `labels` is an array of N whole numbers from 0 to classes − 1. Return an
array of shape (N, classes). Some classes may not occur among the labels.
""",
    starter="""
def one_hot(labels, classes):  # (N,), one number -> (N, classes)
    ...
""",
    reference=one_hot,
    faulty=_one_hot,
    cases=_one_hot_cases,
    hints=(
        "Begin with zeros of the right shape: `np.zeros((len(labels), classes))`. In row n the place "
        "`labels[n]` becomes 1; a loop is fine.",
        "Without a loop: `table[np.arange(len(labels)), labels] = 1` sets one place in each row.",
        "Shorter still: `np.eye(classes)[labels]` takes, for each label, that row of the identity matrix.",
    ),
    next="Which NumPy function leads back, from the table to the labels? You used it on scores in notebook "
    "00.",
    wrong=(
        Mistake(
            name="turned",
            title="Close: it lies on its side.",
            seen="You returned shape {your_shape}, asked was {right_shape}.",
            why="The first axis counts the examples: a *row* for each label.",
        ),
        Mistake(
            name="from_one",
            title="Close: off by one.",
            seen="For the labels {labels} you gave {yours}, asked was {right}.",
            why="The first class is 0, and its place is the first. With `labels - 1` class 0 slips to −1, "
            "which in Python is the *last* place, without a word of warning.",
        ),
        Mistake(
            name="from_data",
            title="Close: a class is missing.",
            seen="You returned {your_columns} columns, asked was {classes}.",
            why="The largest label in this batch is not the last class. A batch, or a test set, need not "
            "contain every class; take the number that is given.",
        ),
        Mistake(
            name="minus_ones",
            title="Close: the places that are off must be 0.",
            seen="For the labels {labels} you gave {yours}, asked was {right}.",
            why="−1 and +1 suit some losses (the hinge). One-hot rows are 0 and 1, so that each can be "
            "read as probabilities.",
        ),
        Mistake(
            name="every_row",
            title="Close: each row has got the labels of all.",
            seen="For the labels {labels} you gave {yours}, asked was {right}.",
            why="`table[:, labels] = 1` sets those columns in *every* row. To set one place in each row, "
            "say which row goes with which label: `table[np.arange(len(labels)), labels] = 1`.",
        ),
        Mistake(
            name="thermometer",
            title="Close: only one place is hot.",
            seen="For the labels {labels} you gave {yours}, asked was {right}.",
            why="You filled all places up to the label. Classes are names and not amounts: a 9 does not "
            "contain an 8. Only the label's own place is 1.",
        ),
        Mistake(
            name="all_hot",
            title="Every place is hot.",
            seen="For the labels {labels} you gave {yours}, asked was {right}.",
            why="`table[n] = 1` fills the whole row. Name the place in it as well: `table[n, labels[n]] = 1`.",
        ),
    ),
    numbers=lambda case, output: {"your_columns": np.shape(output)[-1] if np.ndim(output) else "no"},
    worked=_worked_one_hot,
)


# standardise ---------------------------------------------------------------------------------------------------------


def standardise(train, test):
    """Both with the mean and standard deviation of `train`, feature by feature."""
    mean = train.mean(axis=0)
    deviation = train.std(axis=0)
    deviation = np.where(deviation == 0, 1, deviation)
    return (train - mean) / deviation, (test - mean) / deviation


def _standardise(
    train,
    test,
    *,
    own_statistics=False,
    pooled=False,
    one_for_all=False,
    along_examples=False,
    only_centred=False,
    variance=False,
    sample_deviation=False,
    unguarded=False,
    too_late=False,
    min_max=False,
    no_brackets=False,
):
    def numbers(data):
        axis = None if one_for_all else 1 if along_examples else 0
        if min_max:
            lowest, highest = data.min(axis=axis, keepdims=True), data.max(axis=axis, keepdims=True)
            span = highest - lowest
            return lowest, span if unguarded else np.where(span == 0, 1, span)
        mean = data.mean(axis=axis, keepdims=True)
        deviation = data.std(axis=axis, keepdims=True, ddof=1 if sample_deviation else 0)
        if variance:
            deviation = deviation**2
        if only_centred:
            deviation = np.ones_like(deviation)
        return mean, deviation if unguarded else np.where(deviation == 0, 1, deviation)

    source = np.concatenate([train, test]) if pooled else train
    if along_examples:
        first, second = numbers(train), numbers(test)
    else:
        first = numbers(source)
        second = numbers(test) if own_statistics else first
    if no_brackets:
        return train - first[0] / first[1], test - second[0] / second[1]
    train = (train - first[0]) / first[1]
    if too_late and not along_examples:
        second = numbers(train)
    return train, (test - second[0]) / second[1]


def _standardise_cases():
    rng = np.random.default_rng(1)
    cases = [
        (np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 80.0]]), np.array([[3.0, 50.0], [7.0, 20.0]])),
    ]
    for n, m, d in ((6, 4, 3), (9, 5, 4), (7, 3, 5)):
        scale, shift = rng.uniform(0.5, 9, d), rng.uniform(-5, 5, d)
        train, test = (
            rng.standard_normal((n, d)) * scale + shift,
            rng.standard_normal((m, d)) * scale * 1.4 + shift + 1,
        )
        if d > 3:
            train[:, 2] = test[:, 2] = d - 4.0
        cases.append((train, test))
    return cases


def _worked_standardise(case, where):
    train, test = case
    column = where[-1] if where else 0
    mean, deviation = train[:, column].mean(), train[:, column].std() or 1.0
    return (
        f"feature {column} of `train` has the mean {mean:.4g} and the deviation {deviation:.4g} (1 in place of 0), "
        f"for both. So {train[0, column]:.4g} becomes {(train[0, column] - mean) / deviation:.4g}, and in `test` "
        f"{test[0, column]:.4g} becomes {(test[0, column] - mean) / deviation:.4g}."
    )


STANDARDISE = Exercise(
    id="training.standardise",
    notebook=NOTEBOOK,
    title="One scale, and whose?",
    prompt="""
To standardise a feature is to subtract its mean and divide by its standard deviation. Where the two
numbers come from is the point of this exercise: from the training data *only*, for the test data stand for
what has not been seen yet.

Write `standardise(train, test)`: `train` has shape (N, D), `test` (M, D), one example to a row, one feature
to a column. Return the pair `train, test`, both standardised feature by feature with the mean and standard
deviation (NumPy's `std`, which divides by N) of `train`. A feature that never changes in `train` has the
deviation 0; divide by 1 there.
""",
    starter="""
def standardise(train, test):  # (N, D), (M, D) -> the same shapes
    ...
    return train, test
""",
    reference=standardise,
    faulty=_standardise,
    cases=_standardise_cases,
    returns=("train", "test"),
    expects="a pair of arrays: the training data and the test data, standardised",
    hints=(
        "A mean for each column: `train.mean(axis=0)`, of shape (D,). Broadcasting subtracts it from every "
        "row.",
        "Use the same two arrays, `mean` and `deviation`, for `test` as well; never ask `test` for anything.",
        "`deviation = np.where(deviation == 0, 1, deviation)` takes care of features that never change, "
        "such as the corner pixels of the digits.",
    ),
    next="What are the mean and deviation of the standardised *test* data? Not 0 and 1: why is that all "
    "right?",
    wrong=(
        Mistake(
            name="own_statistics",
            title="Close: the test data were measured with a rule of their own.",
            seen="`train` is right. Your `test` is {your_test}, asked was {right_test}.",
            why="With the test data's own mean and deviation, the same example would look different in "
            "different company, and a single new example could not be standardised at all. Use the "
            "training data's numbers for both.",
        ),
        Mistake(
            name="pooled",
            title="The test data have leaked.",
            seen="Your `train` is {your_train}, asked was {right_train}.",
            why="You took mean and deviation from both together. The effect is mostly small, and the habit "
            "costs dearly: what is tested has then had a hand in the training. Take them from `train` "
            "alone.",
        ),
        Mistake(
            name="one_for_all",
            title="Close: one mean for all features.",
            seen="Your `train` is {your_train}, asked was {right_train}.",
            why="A height in metres and a weight in grams should not share a mean. Go down the columns, "
            "feature by feature: `axis=0`.",
        ),
        Mistake(
            name="along_examples",
            title="Close: you went along the rows.",
            seen="Your `train` is {your_train}, asked was {right_train}.",
            why="`axis=1` takes the mean over the features of each *example*, and mixes metres with grams. "
            "Over the examples, for each feature, is `axis=0`.",
        ),
        Mistake(
            name="only_centred",
            title="Halfway: the mean is gone, the scale is not.",
            seen="Your `train` is {your_train}, asked was {right_train}.",
            why="After subtracting the mean, divide by the standard deviation, so that all features spread "
            "about equally.",
        ),
        Mistake(
            name="variance",
            title="Close: that is the variance.",
            seen="Your `train` is {your_train}, asked was {right_train}.",
            why="Divide by the standard deviation, the *root* of the variance: `std`, not `var`. The "
            "variance has the wrong unit, metres squared.",
        ),
        Mistake(
            name="sample_deviation",
            title="Close: you divided by N − 1 in the deviation.",
            seen="Your `train` is {your_train}, asked was {right_train}.",
            why="That is the statistician's estimate for a whole population, and PyTorch's default. Asked "
            "was NumPy's `std`, which divides by N, as scikit-learn's StandardScaler does. For many "
            "examples they hardly differ.",
        ),
        Mistake(
            name="unguarded",
            title="A feature that never changes has become NaN.",
            seen="Elsewhere it is right. There the deviation is 0, and 0 / 0 makes NaN, which spreads "
            "through everything.",
            why="The corner pixels of the digits are such features. Divide by 1 there: `np.where(deviation "
            "== 0, 1, deviation)`.",
        ),
        Mistake(
            name="too_late",
            title="Close: you asked `train` for its mean when it had none left.",
            seen="`train` is right. Your `test` is {your_test}, asked was {right_test}: it came back as it "
            "was.",
            why="After `train` has been standardised, its mean is 0 and its deviation 1, so nothing happens to "
            "`test`. Take both numbers first, then use them twice.",
        ),
        Mistake(
            name="min_max",
            title="That is another scaling, from 0 to 1.",
            seen="Your `train` is {your_train}, asked was {right_train}.",
            why="You used the smallest and the largest value. That is a sound way too, but one outlier sets the "
            "whole scale. To standardise is to subtract the mean and divide by the standard deviation.",
        ),
        Mistake(
            name="no_brackets",
            title="Close: brackets.",
            seen="Your `train` is {your_train}, asked was {right_train}.",
            why="`x - mean / deviation` divides the mean alone, because division goes first. Subtract "
            "first: `(x - mean) / deviation`.",
        ),
    ),
    worked=_worked_standardise,
)


# accuracy ------------------------------------------------------------------------------------------------------------


def accuracy(logits, labels):
    """The share of examples whose largest logit stands at their label."""
    return np.mean(logits.argmax(axis=1) == labels)


def _accuracy(
    logits,
    labels,
    *,
    not_chosen=False,
    counted=False,
    percent=False,
    errors=False,
    probability=False,
    smallest=False,
    softmax_down=False,
    whole_table=False,
):
    if softmax_down:
        logits = np.exp(logits) / np.exp(logits).sum(axis=0)
    if whole_table:
        chosen = logits.max() if not_chosen else logits.argmin() if smallest else logits.argmax()
        hits = (chosen != labels) if errors else (chosen == labels)
        return (hits.sum() if counted else hits.mean()) * (100 if percent else 1)
    if probability:
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.mean((weights / weights.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels])
    chosen = (
        logits.max(axis=1) if not_chosen else logits.argmin(axis=1) if smallest else logits.argmax(axis=1)
    )
    hits = (chosen != labels) if errors else (chosen == labels)
    return (hits.sum() if counted else hits.mean()) * (100 if percent else 1)


def _more_logits():
    rng = np.random.default_rng(5)
    cases = []
    for n, k in ((6, 4), (8, 5), (11, 7), (13, 6)):
        logits = (
            np.round(rng.standard_normal((n, k)) + 2 * rng.standard_normal(k))
            + 0.1 * rng.permuted(np.arange(n * k)).reshape(n, k) / k
        )
        labels = np.where(rng.random(n) < 0.6, logits.argmax(axis=1), rng.integers(0, k, n))
        logits[0] = np.minimum(logits[0], k - 2)
        # a largest logit that is its own label, to tell max from argmax
        logits[0, k - 1] = labels[0] = k - 1
        cases.append((logits, labels))
    return cases


def _accuracy_cases():
    rng = np.random.default_rng(2)
    logits = rng.standard_normal((12, 10))
    labels = np.where(rng.random(12) < 0.7, logits.argmax(axis=1), 3)
    competing = rng.standard_normal((9, 6)) + 2 * rng.standard_normal(6)
    return [
        (
            np.array([[2.0, -1.0, 3.0], [0.25, 0.5, 2.0], [-1.0, -2.0, -3.0], [1.0, 1.5, 0.0]]),
            np.array([2, 2, 1, 1]),
        ),
        (rng.standard_normal((5, 4)), np.array([3, 1, 0, 2, 2])),
        (competing, competing.argmax(axis=1)),
        (logits, labels),
        *_more_logits(),
    ]


ACCURACY = Exercise(
    id="training.accuracy",
    notebook=NOTEBOOK,
    title="Accuracy, straight from the logits",
    prompt="""
Write `accuracy(logits, labels)`: `logits` is what the network gives for N examples, of shape (N, K), and
`labels` holds the N true classes. Return the share of examples that it gets right, from 0 to 1. No softmax
is needed: think about why.
""",
    starter="""
def accuracy(logits, labels):  # (N, K), (N,) -> one number
    ...
""",
    reference=accuracy,
    faulty=_accuracy,
    cases=_accuracy_cases,
    hints=(
        "First the answers, then their share. Softmax keeps the order of the logits, so where the largest "
        "stands does not change.",
        "`logits.argmax(axis=1)` gives the answers; compare them with the labels.",
        "`np.mean(logits.argmax(axis=1) == labels)`",
    ),
    next="Top-5 accuracy counts an answer as right if the label is among the five largest. Which NumPy "
    "function helps?",
    wrong=(
        Mistake(
            name="not_chosen",
            title="You compare a logit with a label.",
            seen="You gave {yours}, asked was {right}.",
            why="`max` says how large the largest logit is, and that is never a class. `argmax` says where "
            "it stands.",
        ),
        Mistake(
            name="counted",
            title="You counted; now divide.",
            seen="You gave {yours}; out of {count} that is {right}.",
            why="A share can be compared between batches of different sizes, a count cannot.",
        ),
        Mistake(
            name="percent",
            title="That is in per cent.",
            seen="You gave {yours}, asked was {right}.",
            why="Here accuracy runs from 0 to 1. Multiply when you print it.",
        ),
        Mistake(
            name="errors",
            title="Close: that is the error rate.",
            seen="You gave {yours}, asked was {right}.",
            why="You counted the wrong ones. Accuracy is 1 − error rate.",
        ),
        Mistake(
            name="probability",
            title="That is how sure it is of the truth, on average.",
            seen="You gave {yours}, asked was {right}.",
            why="The mean probability of the true class is a good thing to know (its logarithm is the "
            "cross-entropy). Accuracy asks only whether the true class has the *largest* one, yes or "
            "no.",
        ),
        Mistake(
            name="smallest",
            title="Those are the classes that it believes in least.",
            seen="You gave {yours}, asked was {right}.",
            why="The answer stands at the largest logit: `argmax`. (For a distance it would be the smallest.)",
        ),
        Mistake(
            name="softmax_down",
            title="The softmax went down the columns.",
            seen="You gave {yours}, asked was {right}.",
            why="Along axis 0 it makes the *examples* compete for each class, and that changes who wins in a row. "
            "Over the classes of each example is axis 1; and for the accuracy it is not needed at all, because it "
            "keeps their order.",
        ),
        Mistake(
            name="whole_table",
            title="One answer for everybody.",
            seen="You gave {yours}, asked was {right}.",
            why="Without an axis, `argmax` looks through the whole table and gives one place, which was then "
            "compared with every label. One answer for each row: `axis=1`.",
        ),
    ),
    numbers=lambda case, output: {"count": len(case[1])},
    worked=lambda case, where: (
        f"the largest logits stand at {', '.join(map(str, case[0].argmax(axis=1)))}; the labels are "
        f"{', '.join(map(str, case[1]))}: {np.sum(case[0].argmax(axis=1) == case[1])} of {len(case[1])}."
    ),
)


# train_step ----------------------------------------------------------------------------------------------------------


def train_step(model, loss_fn, optimizer, x, y):
    """One step of training on one batch; returns the loss before the step."""
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    model.backward(loss_fn.backward())
    optimizer.step()
    return loss


def _train_step(
    model,
    loss_fn,
    optimizer,
    x,
    y,
    *,
    no_zero_grad=False,
    no_step=False,
    loss_not_returned=False,
    swapped=False,
    loss_after=False,
    twice=False,
):
    for _ in range(2 if twice else 1):
        if not no_zero_grad:
            optimizer.zero_grad()
        prediction = model(x)
        loss = loss_fn(y, prediction) if swapped else loss_fn(prediction, y)
        model.backward(loss_fn.backward())
        if not no_step:
            optimizer.step()
    if loss_after:
        loss = loss_fn(model(x), y)
    return None if loss_not_returned else loss


def _use_train_step(train_step, model, loss_fn, optimizer, batches):
    return [train_step(model, loss_fn, optimizer, x, y) for x, y in batches]


def _view_train_step(losses, model, loss_fn, optimizer, batches):
    weights = np.concatenate([parameter.data.ravel() for parameter in model.parameters()])
    return {"losses": None if losses[0] is None else np.array(losses, dtype=float), "weights": weights}


def _train_step_cases():
    cases = []
    for seed, (d, h, k) in enumerate(((2, 3, 1), (4, 5, 3), (3, 2, 1), (2, 4, 3))):
        rng = np.random.default_rng(seed)
        model = nnbook.Sequential(
            nnbook.Linear(d, h, rng=rng, dtype=np.float64),
            nnbook.Tanh(),
            nnbook.Linear(h, k, rng=rng, dtype=np.float64),
        )
        loss_fn = nnbook.MSELoss() if k == 1 else nnbook.CrossEntropyLoss()
        optimizer = nnbook.SGD(model.parameters(), lr=0.3)
        batches = [
            (rng.standard_normal((n, d)), rng.standard_normal((n, 1)) if k == 1 else rng.integers(0, k, n))
            for n in (6, 4, 5)
        ]
        cases.append((model, loss_fn, optimizer, batches))
    return cases


def _train_step_numbers(case, output):
    model, batches = case[0], case[-1]
    moved = any(parameter.grad.any() for parameter in model.parameters())
    return {
        "batches": len(batches),
        "gradients": "The gradients are there, and nobody uses them: `optimizer.step()` is missing, or it stands "
        "before `backward`."
        if moved
        else "The gradients are all zero: either `model.backward(loss_fn.backward())` is missing, or "
        "`zero_grad` stands between it and `step`.",
    }


def _worked_train_step(case, where):
    model, loss_fn, optimizer, batches = case
    before = float(model[0].weight.data[0, 0])
    train_step(model, loss_fn, optimizer, *batches[0])
    gradient = float(model[0].weight.grad[0, 0])
    after = float(model[0].weight.data[0, 0])
    return (
        f"on the first batch the very first weight has the gradient {gradient:.4g}, and the optimizer takes it from "
        f"{before:.4g} to {after:.4g}. The second batch begins with gradients of 0 again."
    )


TRAIN_STEP = Exercise(
    id="training.train_step",
    notebook=NOTEBOOK,
    title="The heart of the loop",
    prompt="""
Write `train_step(model, loss_fn, optimizer, x, y)`: one step of training on one batch, with nnbook's own
pieces. It changes the model's parameters, and returns the loss of the batch as it was *before* the step.

The pieces: `model(x)` goes forward, `loss_fn(prediction, y)` gives the loss, `loss_fn.backward()` the
gradient of the prediction, `model.backward(…)` adds up the parameters' gradients, `optimizer.zero_grad()`
clears them, `optimizer.step()` moves the parameters. It will be called on three batches, one after the
other.
""",
    starter="""
def train_step(model, loss_fn, optimizer, x, y):  # -> the loss, one number
    ...
""",
    reference=train_step,
    faulty=_train_step,
    cases=_train_step_cases,
    use=_use_train_step,
    view=_view_train_step,
    expects="the loss, one number",
    hints=(
        "Four acts: forward to the loss, backward to the gradients, the step; and something that must "
        "happen once per batch before the gradients are added up.",
        "Gradients *add*: what the last batch left would be counted again. So begin with "
        "`optimizer.zero_grad()`.",
        "`optimizer.zero_grad()`, `loss = loss_fn(model(x), y)`, `model.backward(loss_fn.backward())`, "
        "`optimizer.step()`, `return loss`",
    ),
    next="Put it into two loops, over epochs and over batches, and you have written the heart of "
    "`nnbook.fit`.",
    wrong=(
        Mistake(
            name="no_zero_grad",
            title="Close: the gradients of earlier batches are still in there.",
            seen="The first of {batches} batches is right, then you drift: your losses are {your_losses}, "
            "asked was {right_losses}.",
            why="Gradients add up, on purpose (a parameter that was used twice is to blame twice). Between batches "
            "somebody has to clear them: `optimizer.zero_grad()` before `backward`. Without it each step also "
            "repeats all the earlier ones; it may even seem to learn, like momentum gone wild.",
        ),
        Mistake(
            name="no_step",
            title="The weights have not moved.",
            seen="After {batches} batches they are what they were. {gradients}",
            why="Backward *computes* the gradients and changes no weight; `optimizer.step()` uses them. "
            "The order is: clear, forward, backward, step.",
        ),
        Mistake(
            name="loss_not_returned",
            title="The loss did not come back.",
            seen="The weights are right, and your function returned None.",
            why="Whoever calls it wants to draw a curve: `return loss` at the end.",
        ),
        Mistake(
            name="swapped",
            title="The loss has its arguments the other way round.",
            seen="With the squared loss this gives the same loss and the opposite gradient: the weights "
            "walk uphill. (With cross-entropy it is refused, because labels are no scores.)",
            why="`loss_fn(prediction, target)`: what the network says first, what is true second. Its "
            "`backward()` is the gradient of the *first*.",
        ),
        Mistake(
            name="loss_after",
            title="Close: that is the loss after the step.",
            seen="The weights are right. Your losses are {your_losses}, asked was {right_losses}.",
            why="You went forward once more after the step and returned that loss; it costs a pass, and leaves a "
            "forward that nothing undoes. Return the loss that you had before.",
        ),
        Mistake(
            name="twice",
            title="One step too many.",
            seen="Your losses are {your_losses}, asked was {right_losses}.",
            why="Each batch was used for two steps. One call, one step; the loop around it decides how "
            "often a batch comes back.",
        ),
    ),
    numbers=_train_step_numbers,
    worked=_worked_train_step,
)


# early_stop ----------------------------------------------------------------------------------------------------------


def early_stop(losses, patience):
    """The epoch with the best validation loss, and the epoch in which training stops."""
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch - best == patience:
            return best, epoch
    return best, len(losses) - 1


def _early_stop(
    losses,
    patience,
    *,
    against_previous=False,
    too_late=False,
    too_early=False,
    never_reset=False,
    last_kept=False,
    looked_ahead=False,
    hindsight=False,
    equal_counts=False,
    no_patience=False,
    never_stops=False,
):
    if hindsight:
        lowest = int(np.argmin(losses))
        return lowest, min(lowest + patience, len(losses) - 1)
    if never_stops:
        return int(np.argmin(losses)), len(losses) - 1
    if no_patience:
        rises = [epoch for epoch in range(1, len(losses)) if losses[epoch] > losses[epoch - 1]]
        stopped = rises[0] if rises else len(losses) - 1
        return stopped if last_kept or not rises else stopped - 1, stopped
    limit = patience + (1 if too_late else -1 if too_early else 0)
    best, waited, stopped = 0, 0, len(losses) - 1
    for epoch in range(1, len(losses)):
        before = losses[epoch - 1 if against_previous else best]
        improved = losses[epoch] < before or (equal_counts and losses[epoch] == before)
        if losses[epoch] < losses[best] or (equal_counts and losses[epoch] == losses[best]):
            best = epoch
        if not improved:
            waited += 1
        elif not never_reset:
            waited = 0
        if not improved and waited >= max(limit, 1):
            stopped = epoch
            break
    if looked_ahead:
        best = int(np.argmin(losses))
    return stopped if last_kept else best, stopped


def _wobbling_losses():
    rng = np.random.default_rng(3)
    cases = []
    for length, patience in ((9, 2), (14, 3), (20, 4), (16, 2), (22, 3), (18, 5), (25, 4), (12, 2)):
        turn = length // 2
        trend = np.abs(np.arange(length) - turn) / length
        cases.append(
            ([round(float(loss), 2) for loss in trend + 0.12 * rng.standard_normal(length) + 0.5], patience)
        )
    return cases


def _early_stop_cases():
    return [
        ([0.9, 0.7, 0.8, 0.75, 0.6], 2),
        ([1.0, 0.8, 0.9, 0.85, 0.87, 0.5], 3),
        ([0.9, 0.8, 0.7, 0.65, 0.6], 2),
        ([1.0, 0.9, 0.95, 0.85, 0.9, 0.8, 0.82, 0.79, 0.81, 0.83, 0.84, 0.7], 3),
        ([0.5, 0.6, 0.55, 0.58, 0.57, 0.4], 4),
        ([0.8, 0.6, 0.7, 0.65, 0.61, 0.62], 3),
        ([0.8, 0.6, 0.6, 0.7, 0.65, 0.5], 3),
        ([0.9, 0.7, 0.7, 0.7], 4),
        *_wobbling_losses(),
    ]


def _worked_early_stop(case, where):
    losses, patience = case
    best, stopped = early_stop(losses, patience)
    end = (
        f"by then {patience} epochs have brought nothing better"
        if stopped - best >= patience
        else "there the list ends"
    )
    return (
        f"epoch {best} with {losses[best]:g} stays the best until epoch {stopped}; {end}: {best}, {stopped}."
    )


EARLY_STOP = Exercise(
    id="training.early_stop",
    notebook=NOTEBOOK,
    title="When to stop",
    prompt="""
While the training loss falls, the validation loss falls, turns, and rises. **Early stopping** watches it:
after each epoch it compares with the *best so far*, and once `patience` epochs in a row have brought
nothing better, it stops and goes back to the best.

Write `early_stop(losses, patience)`: `losses` lists the validation loss of epochs 0, 1, 2, …; `patience` is
at least 2. Return the pair `best, stopped`: the epoch that it goes back to (the lowest loss seen until it
stopped, the first of equals) and the epoch after which it stopped. If it never has to stop, `stopped` is
the last epoch. For the losses 0.9, 0.7, 0.8, 0.75, 0.6 and patience 2 the answer is 1, 3.
""",
    starter="""
def early_stop(losses, patience):  # a list, one number -> best, stopped
    ...
""",
    reference=early_stop,
    faulty=_early_stop,
    cases=_early_stop_cases,
    returns=("best", "stopped"),
    expects="a pair of whole numbers: the best epoch, and the epoch after which it stopped",
    hints=(
        "Walk through the epochs and remember one thing: which epoch is the best so far.",
        "How many epochs have brought nothing better? `epoch - best`. When that reaches `patience`, stop.",
        "In the loop: `if losses[epoch] < losses[best]: best = epoch`, then `if epoch - best == patience: "
        "return best, epoch`. After it: `return best, len(losses) - 1`.",
    ),
    next="In the example the loss at epoch 4 was better still. Is stopping early a mistake, then? What does "
    "more patience cost?",
    wrong=(
        Mistake(
            name="against_previous",
            title="Close: you compare with the epoch before.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="A loss that falls a little after a bad epoch is no progress; only something better than "
            "the *best so far* is. With noisy losses the comparison with the epoch before hardly ever "
            "stops.",
        ),
        Mistake(
            name="too_late",
            title="Close: one epoch too late.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="Patience 2 means: after two epochs without anything better it is over. Compare with `==` "
            "or `>=`, not `>`.",
        ),
        Mistake(
            name="too_early",
            title="Close: one epoch too early.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="The best epoch itself does not count as one without progress. Count from the one after it.",
        ),
        Mistake(
            name="never_reset",
            title="Close: the patience must grow back.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="*In a row*: whenever an epoch brings a new best, counting begins again at 0.",
        ),
        Mistake(
            name="last_kept",
            title="Close: it stops in time, and keeps the wrong epoch.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="When it stops, the best epoch lies `patience` epochs back. The weights of that one are "
            "wanted, not those of the last.",
        ),
        Mistake(
            name="looked_ahead",
            title="Close: it looked into the future.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="The lowest loss of the whole list may lie after the stop, and those epochs were never "
            "trained. Only what was seen until then counts.",
        ),
        Mistake(
            name="hindsight",
            title="It knew the lowest loss beforehand.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="The lowest of the whole list, and `patience` epochs more: but in the middle of training nobody "
            "knows what is still to come. Walk through the epochs one by one, with the best *so far*.",
        ),
        Mistake(
            name="equal_counts",
            title="Close: what about a loss that is only equal?",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="An epoch that equals the best has brought nothing better: compare with `<`, so that the first of "
            "equals stays the best.",
        ),
        Mistake(
            name="no_patience",
            title="No patience at all.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="It stops at the first epoch that is worse than the one before. Validation losses wobble: wait for "
            "`patience` epochs in a row that are no better than the best so far.",
        ),
        Mistake(
            name="never_stops",
            title="It trains to the end and looks back.",
            seen="For {losses} with patience {patience} you gave {yours}, asked was {right}.",
            why="The point of stopping early is not to train the epochs that bring nothing: once `patience` epochs "
            "in a row were no better, it is over, and what comes later in the list is never seen.",
        ),
    ),
    worked=_worked_early_stop,
)


# make ----------------------------------------------------------------------------------------------------------------

BOUND = 0.93


@cache
def _digits():
    return nnbook.datasets.digits(flat=True)


def train_reader(x_train, y_train, x_test, rng):
    """Train a network on the digits and return its answers for `x_test`."""
    model = nnbook.Sequential(nnbook.Linear(64, 64, rng=rng), nnbook.ReLU(), nnbook.Linear(64, 10, rng=rng))
    loss_fn = nnbook.CrossEntropyLoss()
    optimizer = nnbook.Adam(model.parameters(), lr=3e-3)
    for _ in range(15):
        order = rng.permutation(len(x_train))
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            optimizer.zero_grad()
            loss_fn(model(x_train[batch]), y_train[batch])
            model.backward(loss_fn.backward())
            optimizer.step()
    return model.predict(x_test).argmax(axis=1)


def _judge_train_reader(answers, x_train, y_train, x_test, rng):
    share = share_read(answers, _digits()[3])
    if isinstance(share, Finding):
        return share
    if share >= BOUND:
        return None
    if len(np.unique(answers)) == 1:
        return Finding(f"It answers {answers[0]:g} to all {len(answers)} pictures.", "one_answer")
    said = f"It reads {100 * share:.1f} % of the test pictures"
    if share < 0.05:
        return Finding(
            f"{said}, less than guessing would: something is turned round. The smallest score or the largest "
            "distance, perhaps, or labels that are moved by one."
        )
    if share < 0.25:
        return Finding(f"{said}; guessing reads 10 %.", "chance")
    return Finding(f"{said}; asked were {100 * BOUND:.0f} %.", "unfinished")


def _train_reader_with(
    x_train, y_train, x_test, rng, *, epochs=15, shuffled_apart=False, rate=0.1, logits=False
):
    """The wrong versions: a linear network with something gone wrong."""
    weight, bias = np.zeros((64, 10)), np.zeros(10)
    y_train = y_train[rng.permutation(len(y_train))] if shuffled_apart else y_train
    for _ in range(epochs):
        z = x_train @ weight + bias
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(p)), y_train] -= 1
        weight -= rate * x_train.T @ p / len(p)
        bias -= rate * p.mean(axis=0)
    scores = x_test @ weight + bias
    return scores if logits else scores.argmax(axis=1)


TRAIN_READER = Exercise(
    id="training.make_reader",
    notebook=NOTEBOOK,
    title="Make: a reader of digits, from nothing",
    prompt="""
An open task. Write `train_reader(x_train, y_train, x_test, rng)`: `x_train` holds 1,347 digits as rows of
64 numbers from 0 to 1, `y_train` their labels, `x_test` 450 others. Train any network that you like, draw
everything random from the generator `rng`, and return its answers for `x_test`, whole numbers of shape
(450,).

It must read at least 93 % of the test pictures, whose labels you do not get. All of it may take 20 seconds;
one second is enough.
""",
    starter="""
def train_reader(x_train, y_train, x_test, rng):  # (1347, 64), (1347,), (450, 64) -> (450,)
    ...
""",
    reference=train_reader,
    cases=lambda: [(*(part.copy() for part in _digits()[:3]), np.random.default_rng(0))],
    judge=_judge_train_reader,
    expects="the answers, an array of whole numbers of shape (450,)",
    seconds=20.0,
    hints=(
        "The notebook's own loop does it: a network 64-64-10 with ReLU, cross-entropy, Adam, batches of "
        "64, some 15 epochs.",
        "Shuffle the rows and their labels *together*: `order = rng.permutation(len(x_train))`, then "
        "`x_train[order]` and `y_train[order]`.",
        "At the end, `model.predict(x_test).argmax(axis=1)`. With `nnbook.fit` the loop is one line.",
    ),
    next="What is the smallest network that still reads 93 %? And how would you know, without looking at "
    "the test pictures each time?",
    wrong=(
        Mistake(
            name="not_decided",
            title="Close: those are scores, not answers.",
            why="For each picture, the answer is where its largest score stands: `.argmax(axis=1)`.",
            version=partial(_train_reader_with, logits=True),
        ),
        Mistake(
            name="one_answer",
            title="It says the same to everything.",
            why="It has not learnt from the pixels. Do the weights move at all (is `optimizer.step()` "
            "called, is the gradient zero)? Is the rate so large that everything is saturated or NaN?",
            version=lambda x_train, y_train, x_test, rng: np.full(len(x_test), 3),
        ),
        Mistake(
            name="chance",
            title="It guesses.",
            why="Print the loss while it trains; it starts near ln 10 = 2.30. If it hardly moves, there has hardly "
            "been any training: more steps, a larger rate, and scores as they are (CrossEntropyLoss does the softmax "
            "itself). If it falls well below, training ran on nonsense: most often the pictures were shuffled and "
            "their labels were not.",
            version=partial(_train_reader_with, shuffled_apart=True),
        ),
        Mistake(
            name="unfinished",
            title="It has begun to read.",
            why="Look at the loss: if it still falls, train longer or raise the rate a little. If it has "
            "come to rest, give the network a hidden layer, or a wider one.",
            version=partial(_train_reader_with, epochs=12),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="training.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of back-propagation?",
    kind="quiz",
    questions=(
        Question(
            "What does `model.backward(…)` change?",
            (
                Option(
                    "The weights.",
                    "Not one of them. It computes how the error feels each; moving them is the optimiser's "
                    "`step`.",
                ),
                Option(
                    "The gradients of the parameters.",
                    "It adds to them. That is why somebody has to clear them before the next batch.",
                    True,
                ),
                Option(
                    "The loss.",
                    "The loss belongs to the forward pass and is known by then. Backward asks how it "
                    "*would* change.",
                ),
                Option(
                    "The data.",
                    "Gradients of the data can be computed (to fool a network, for instance), but the data "
                    "stay as they are.",
                ),
            ),
        ),
        Question(
            "The gradient of a hidden unit's weight is nearly zero for every example. Which reason is "
            "*not* a good one?",
            (
                Option(
                    "The unit is saturated: its activation is flat where it is.",
                    "That is a good reason: the slope of the activation is a factor of the gradient. Look "
                    "for the one that is not.",
                ),
                Option(
                    "The weights from the unit to the outputs are nearly zero.",
                    "That is a good reason: blame comes back through those weights. Look for the one that "
                    "is not.",
                ),
                Option(
                    "The weight itself is nearly zero.",
                    "That is no reason: the weight is not a factor of its own gradient. What came in times "
                    "what came back: the weight's own size does not appear.",
                    True,
                ),
                Option(
                    "The input that the weight multiplies is nearly zero.",
                    "That is a good reason: what came in is a factor of the gradient. Look for the one "
                    "that is not.",
                ),
            ),
        ),
        Question(
            "For a mean over N examples, the gradient of a bias is …",
            (
                Option(
                    "the delta of the last example.",
                    "Each example has a say. The bias was added to all of them, so it collects from all of "
                    "them.",
                ),
                Option(
                    "the sum of the deltas, which carry the 1/N already.",
                    "Divided once, at the start of the way back, and summed at the bias.",
                    True,
                ),
                Option(
                    "the mean of the deltas, which carry the 1/N already.",
                    "Then the division would happen twice. Divide once.",
                ),
                Option(
                    "zero, because a bias has no input.",
                    "Its input is the constant 1: its gradient is what comes back, added over the examples.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="training.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“Once training has reached the minimum of the loss, the network has learnt the right weights, "
            "and it will also recognise pictures that it has never seen.”",
            (
                Option(
                    "True: the lowest loss is the best network.",
                    "The lowest loss *on the training data*. A hundred pictures whose labels were drawn by "
                    "lot can be learnt by heart, with a loss near zero, and of all other pictures the "
                    "network then reads no more than a guess would.",
                ),
                Option(
                    "False: a low loss on the training data promises nothing about other data.",
                    "A loss near zero says that the training pictures have been learnt, not how. It was "
                    "reached on a hundred right labels and on a hundred drawn by lot; one of the two "
                    "networks reads nine in ten new pictures, the other guesses. What a network does on "
                    "unseen data has to be measured on unseen data.",
                    True,
                ),
                Option(
                    "True, provided it is the global minimum and not a local one.",
                    "No loss lies deeper than zero, and the network that learnt labels drawn by lot came "
                    "as near to it as you like. The question is not how deep, but on which data.",
                ),
            ),
        ),
    ),
)

FIRST_LOSS = Quiz(
    id="training.predict_first_loss",
    notebook=NOTEBOOK,
    title="Predict: before the first step",
    kind="predict",
    questions=(
        Question(
            "A fresh network with ten classes has small random weights. What is its cross-entropy before "
            "the first step, about?",
            (
                Option(
                    "0: it has made no error yet.",
                    "It makes errors at once, nine times in ten. A loss of 0 would be certainty, always "
                    "right.",
                ),
                Option(
                    "0.9: it is wrong nine times in ten.",
                    "That is the error rate. Cross-entropy is minus the logarithm of the probability that "
                    "the truth was given.",
                ),
                Option(
                    "2.3.",
                    "With nothing learnt each class gets about 1/10, and −ln 0.1 = ln 10 = 2.3026. A first "
                    "loss far from it is a sign of a bug.",
                    True,
                ),
                Option(
                    "10: one for each class.",
                    "Only the true class counts: −ln of its probability, and that is about 1/10.",
                ),
            ),
        ),
    ),
)

TWENTY = Quiz(
    id="training.predict_twenty",
    notebook=NOTEBOOK,
    title="Predict: twenty pictures",
    kind="predict",
    questions=(
        Question(
            "You train the network 64-128-10 on 20 pictures only, for as long as you like. On those 20 it "
            "will …",
            (
                Option(
                    "learn nothing: 20 are too few.",
                    "Too few to read *other* digits as well as with a thousand. But 9,610 parameters learn "
                    "20 pictures by heart without effort.",
                ),
                Option(
                    "reach about 97 %, as on the full data.",
                    "The fewer, the easier to learn by heart: on 20 it reaches all.",
                ),
                Option(
                    "go up and down without end.",
                    "With batches of a few pictures it may wobble. But nothing contradicts anything among "
                    "20 pictures: it settles at zero errors.",
                ),
                Option(
                    "be right on all 20, with a loss near 0.",
                    "This is a test of your *code*, before any real training: a network that cannot learn "
                    "twenty pictures by heart has a bug.",
                    True,
                ),
            ),
        ),
    ),
)

CURVES = Quiz(
    id="training.predict_curves",
    notebook=NOTEBOOK,
    title="Predict: two curves",
    kind="predict",
    questions=(
        Question(
            "You train on 100 pictures for 300 epochs, and after each epoch you measure the loss on the "
            "training and on the validation pictures. After the first epochs, the two curves …",
            (
                Option(
                    "fall together to zero.",
                    "The training loss does. The validation pictures were never shown, and what helps to "
                    "learn the others by heart does not help them.",
                ),
                Option(
                    "part: training goes to zero, validation stops falling well above it.",
                    "The gap between them is what does not carry over; here the validation loss even climbs "
                    "again from its lowest point. It is the honest curve, and the one to stop by.",
                    True,
                ),
                Option(
                    "part: validation falls lower, because it is not disturbed by the steps.",
                    "It may lie lower for an epoch or two (it is measured *after* the steps). In the long "
                    "run the pictures that it trained on win.",
                ),
                Option(
                    "both rise: too many epochs wear the network out.",
                    "Nothing wears out: each step lowers the loss of its own batch. It is only on the "
                    "others that it may rise.",
                ),
            ),
        ),
    ),
)

PEEK = Quiz(
    id="training.predict_peek",
    notebook=NOTEBOOK,
    title="Predict: the best of a hundred",
    kind="predict",
    questions=(
        Question(
            "A hundred “models” answer yes or no by tossing a coin. You test all of them on the same 20 "
            "questions and keep the best. What does the best one score on these 20, and then on 20 new "
            "ones?",
            (
                Option(
                    "Nearly 80 % on these, and about 50 % on new ones.",
                    "Whoever chooses by the test set measures luck: the best of a hundred coins has 77 % on "
                    "average. So choose by validation data, and open the test set once, at the end.",
                    True,
                ),
                Option(
                    "About 50 % on both: a coin is a coin.",
                    "On the new ones, yes. But the best of a hundred was chosen *because* it was lucky on "
                    "these 20, and that luck shows.",
                ),
                Option(
                    "Nearly 80 % on both: the best is the best.",
                    "It was the luckiest. Luck does not carry over to new questions, and that is what goes "
                    "wrong when a model is tuned on its test set.",
                ),
                Option(
                    "100 % on these, and about 50 % on new ones.",
                    "The idea is right. But even among a hundred, twenty hits in twenty would be a chance "
                    "of one in ten thousand.",
                ),
            ),
        ),
    ),
)

LOT = Quiz(
    id="training.predict_lot",
    notebook=NOTEBOOK,
    title="Predict: labels by lot",
    kind="predict",
    questions=(
        Question(
            "The hundred pictures get new labels, drawn by lot: there is nothing in them to be understood. "
            "The same network trains on them for 300 epochs. Its training loss …",
            (
                Option(
                    "stays near ln 10 = 2.3.",
                    "There is no rule to be found. But no two of the hundred pictures are alike, and 9,610 "
                    "parameters can remember for each of them what it was called.",
                ),
                Option(
                    "falls a little and comes to rest at about 1.",
                    "It would if the network had too few parameters to tell all the pictures apart. With "
                    "9,610 for a hundred pictures it learns every one by heart.",
                ),
                Option(
                    "falls to nearly zero, as with the right labels.",
                    "Learning by heart needs no rule. That is why the training loss alone cannot tell you "
                    "whether anything has been understood.",
                    True,
                ),
                Option(
                    "rises, because the labels contradict the pictures.",
                    "To the network nothing is contradicted: it has never heard of digits. Each step lowers "
                    "the loss of its batch, whatever the labels say.",
                ),
            ),
        ),
    ),
)

WRITERS = Quiz(
    id="training.predict_writers",
    notebook=NOTEBOOK,
    title="Predict: other people's handwriting",
    kind="predict",
    questions=(
        Question(
            "Until now training and test pictures were drawn from one heap. Take the last quarter of the "
            "file for the test instead, as it lies there: then training has seen little of the people who "
            "wrote it. Same network, same recipe. The test accuracy will be …",
            (
                Option(
                    "the same: digits are digits.",
                    "To you they are. The network has learnt how *these people* write digits, and others "
                    "cross their sevens elsewhere.",
                ),
                Option(
                    "some points lower.",
                    "Of strangers' digits it misreads more than twice as many. Which of the two tests is "
                    "the right one depends on whose writing the network will meet.",
                    True,
                ),
                Option(
                    "about half of what it was.",
                    "Shapes carry over from person to person, most of them. It loses some points, and not "
                    "half.",
                ),
                Option(
                    "higher: an ordered file is easier.",
                    "The order plays no part in the test. What counts is whether the test resembles what "
                    "was trained on, and here it does so less.",
                ),
            ),
        ),
    ),
)

FORGOTTEN = Quiz(
    id="training.predict_forgotten",
    notebook=NOTEBOOK,
    title="Predict: the forgotten scale",
    kind="predict",
    questions=(
        Question(
            "A colleague loads your network and shows it the validation pictures as they come from the "
            "file, with ink from 0 to 1, without standardising them. What happens?",
            (
                Option(
                    "An error: the numbers are on the wrong scale.",
                    "Shapes and types of numbers can be checked. What the numbers *mean* nobody can see from "
                    "outside: 64 of them come in, and all is in order.",
                ),
                Option(
                    "It reads one in ten: it guesses.",
                    "The strokes are still where they were, only paler, and most answers survive that. It "
                    "would be better if it failed: you would notice.",
                ),
                Option(
                    "Nothing changes: a picture is a picture.",
                    "Its weights and biases were fitted to numbers around 0, and now the paper counts as 0 "
                    "where it was −0.8. Some answers tip over.",
                ),
                Option(
                    "It gets worse by some points, and nothing says so.",
                    "One of the commonest faults in practice, and one of the quietest: what was done to the "
                    "data in training has to be done to them ever after.",
                    True,
                ),
            ),
        ),
    ),
)

EXERCISES = (ONE_HOT, STANDARDISE, ACCURACY, TRAIN_STEP, EARLY_STOP, TRAIN_READER)
QUIZZES = (WARMUP, IS_THIS_TRUE, PEEK, FIRST_LOSS, TWENTY, CURVES, LOT, WRITERS, FORGOTTEN)
