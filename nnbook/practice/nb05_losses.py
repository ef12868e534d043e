"""Exercises, questions and predictions of notebook 05_losses."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

from functools import partial

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.showing import kind_of

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "05_losses"


# huber ---------------------------------------------------------------------------------------------------------------


def huber(prediction, target, delta):
    """The mean Huber loss."""
    far = np.abs(prediction - target)
    near = far <= delta
    return np.mean(np.where(near, far**2 / 2, delta * (far - delta / 2)))


def _huber(
    prediction,
    target,
    delta,
    *,
    sum_for_mean=False,
    no_half=False,
    jump=False,
    with_sign=False,
    flat=False,
    line_near=False,
):
    far = prediction - target
    if not with_sign:
        far = np.abs(far)
    near = far <= delta
    parabola = far**2 if no_half else far**2 / 2
    line = delta * far if jump else delta * (far - delta / 2)
    if flat:
        line = np.full_like(far, delta**2 / 2)
    cost = np.where(~near, parabola, line) if line_near else np.where(near, parabola, line)
    return np.sum(cost) if sum_for_mean else np.mean(cost)


def _huber_cases():
    rng = np.random.default_rng(0)
    return [
        (np.array([10.0, 10.0, 10.0]), np.array([9.5, 10.0, 14.0]), 1.0),
        (rng.normal(0, 3, 5), rng.normal(0, 3, 5), 1.5),
        (rng.normal(0, 3, (4, 3)), rng.normal(0, 3, (4, 3)), 2.0),
        (rng.normal(2, 1, 6), rng.normal(-2, 1, 6), 0.7),
    ]


def _worked_huber(case, where):
    prediction, target, delta = case
    d = prediction.ravel()[0] - target.ravel()[0]
    far = abs(d)
    if far <= delta:
        by = f"{far:.4g} is at most {delta:.4g}, so it costs ½ · {far:.4g}² = {far**2 / 2:.4g}"
    else:
        cost = delta * (far - delta / 2)
        by = (
            f"{far:.4g} is more than {delta:.4g}, so it costs {delta:.4g} · ({far:.4g} − {delta / 2:.4g}) = "
            f"{cost:.4g}"
        )
    return f"the first error is {d:.4g}. {by}. Then take the mean of all {prediction.size}."


HUBER = Exercise(
    id="losses.huber",
    notebook=NOTEBOOK,
    title="Squared near, straight far",
    prompt="""
Write `huber(prediction, target, delta)`: two arrays of one shape, and the number `delta` at which the curve
turns straight. An error d costs ½ d² if |d| ≤ delta, and delta · (|d| − ½ delta) if it is larger. Return
the *mean* cost, one number.
""",
    starter="""
def huber(prediction, target, delta):  # one shape, the same, one number -> one number
    ...
""",
    reference=huber,
    faulty=_huber,
    cases=_huber_cases,
    expects="one number",
    hints=(
        "First the distances, without sign: `far = np.abs(prediction - target)`.",
        "`np.where(condition, a, b)` takes, in each place, from a where the condition holds, else from b.",
        "`np.mean(np.where(far <= delta, far**2 / 2, delta * (far - delta / 2)))`",
    ),
    next="Which loss do you get as delta grows without bound, and which, divided by delta, as it goes to 0?",
    wrong=(
        Mistake(
            name="sum_for_mean",
            title="Close: a sum where a mean was asked.",
            seen="You gave {yours}, asked was {right}: yours is {count} times as large, once for each number.",
            why="A sum grows with the number of examples, a mean does not. With a sum, twice the data would "
            "look twice as wrong, and every slope would be twice as steep.",
        ),
        Mistake(
            name="no_half",
            title="Close: the ½ of the near part is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="With d² instead of ½ d² the two parts no longer meet: at delta the one would be at delta², "
            "the other at ½ delta². The ½ makes them meet, in height and in slope.",
        ),
        Mistake(
            name="jump",
            title="Close: the straight part begins too high.",
            seen="You gave {yours}, asked was {right}.",
            why="delta · |d| alone would jump, at |d| = delta, from ½ delta² to delta². The − ½ delta "
            "lowers the line until it meets the parabola.",
        ),
        Mistake(
            name="with_sign",
            title="Close: errors below zero are taken for small ones.",
            seen="You gave {yours}, asked was {right}.",
            why="An error of −4 is as far off as one of +4. Compare |d| with delta, and let |d| run along "
            "the line: `np.abs`.",
        ),
        Mistake(
            name="flat",
            title="Close: beyond delta the cost must go on rising.",
            seen="You gave {yours}, asked was {right}.",
            why="You stopped at ½ delta². Then an error of 5 costs what one of 50 costs, and nobody is told "
            "which way to go. Huber's line goes on, with slope delta.",
        ),
        Mistake(
            name="line_near",
            title="Close: near and far have changed places.",
            seen="You gave {yours}, asked was {right}.",
            why="`np.where(condition, a, b)` takes a where the condition *holds*. Near, |d| ≤ delta, is the "
            "parabola.",
        ),
    ),
    numbers=lambda case, output: {"count": case[0].size},
    worked=_worked_huber,
)


# softmax -------------------------------------------------------------------------------------------------------------


def softmax(scores):
    """Each row of scores as shares that sum to 1."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _softmax(
    scores,
    *,
    whole_table=False,
    down_columns=False,
    no_exponential=False,
    unguarded=False,
    highest_of_all=False,
    by_largest=False,
):
    axis = None if whole_table else 0 if down_columns else 1
    level = scores.max(axis=0 if down_columns else 1, keepdims=True)
    if highest_of_all:
        level = scores.max()
    if unguarded:
        level = 0
    e = scores if no_exponential else np.exp(scores - level)
    if by_largest:
        return e / e.max(axis=axis, keepdims=True)
    return e / e.sum(axis=axis, keepdims=True)


def _softmax_cases():
    rng = np.random.default_rng(1)
    return [
        (np.array([[2.0, 1.0, -1.0], [0.5, 0.0, 3.0]]),),
        (rng.normal(0, 2, (4, 3)),),
        (rng.normal(0, 2, (3, 5)),),
        (np.array([[1000.0, 1001.0, 998.0], [-1000.0, -1002.0, -999.5]]),),
        (rng.normal(0, 2, (3, 4)) + np.array([[2000.0], [0.0], [-1500.0]]),),
    ]


def _worked_softmax(case, where):
    row = case[0][where[0] if len(where) == 2 else 0]
    top = row.max()
    powers = np.exp(row - top)
    return (
        f"take the row's largest score, {top:.4g}, from each of the row; e to the power of what is left is "
        f"{', '.join(f'{each:.4g}' for each in powers)}; that sums to {powers.sum():.4g}; divide: "
        f"{', '.join(f'{each:.4f}' for each in powers / powers.sum())}."
    )


SOFTMAX = Exercise(
    id="losses.softmax",
    notebook=NOTEBOOK,
    title="Scores into shares, without overflow",
    prompt="""
Write `softmax(scores)`: an array of shape (N, K), a row of K scores for each of N examples. Return the
shares, in the same shape: every *row* sums to 1. It must also work for scores such as 1,000 or −1,000, where
`np.exp` alone gives infinity or nothing but zeros.
""",
    starter="""
def softmax(scores):  # (N, K) -> (N, K)
    ...
""",
    reference=softmax,
    faulty=_softmax,
    cases=_softmax_cases,
    hints=(
        "Adding the same number to all scores of a row changes no share. So you may take away, in each row, "
        "whatever makes the exponentials harmless.",
        "Take away the row's largest score: `scores.max(axis=1, keepdims=True)` has shape (N, 1), and so "
        "fits beside (N, K). Then no power is above e⁰ = 1, and the largest is 1.",
        "`e = np.exp(scores - scores.max(axis=1, keepdims=True))`, then `e / e.sum(axis=1, keepdims=True)`",
    ),
    next="What becomes of the shares if you double every score? And if you divide every score by 100?",
    wrong=(
        Mistake(
            name="whole_table",
            title="Close: the whole table sums to 1, not each row.",
            seen="You gave {yours}, asked was {right}.",
            why="Each row is an example of its own, with its own shares. Say which way to sum: `axis=1`, "
            "with `keepdims=True`.",
        ),
        Mistake(
            name="down_columns",
            title="Close: the sum runs down the columns.",
            seen="You gave {yours}, asked was {right}.",
            why="`axis=0` runs over the examples, so that the pictures would compete for a class. The "
            "classes should compete for each picture: `axis=1`.",
        ),
        Mistake(
            name="no_exponential",
            title="Close: the exponential is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="Scores may be negative, and a share may not. e to the power of a score is positive for "
            "every score, and that is its whole task here.",
        ),
        Mistake(
            name="unguarded",
            title="Close: it breaks on large scores.",
            seen="For scores of a thousand you gave {yours}, asked was {right}.",
            why="e¹⁰⁰⁰ is more than a float64 can hold, and e⁻¹⁰⁰⁰ is rounded to 0. Take the row's largest "
            "score away first: the shares stay the same, and nothing overflows.",
        ),
        Mistake(
            name="highest_of_all",
            title="Close: the largest score of each *row* is needed.",
            seen="You gave {yours}, asked was {right}.",
            why="You took away the largest score of the whole table. A row that lies a thousand below it "
            "becomes e⁻¹⁰⁰⁰ throughout: zeros, divided by their sum, 0. Give `max` an axis as well.",
        ),
        Mistake(
            name="by_largest",
            title="Close: divide by the sum, not by the largest.",
            seen="You gave {yours}, asked was {right}.",
            why="Yours makes the largest share 1 each time. Shares must sum to 1: `e.sum(...)`.",
        ),
    ),
    worked=_worked_softmax,
)


# cross_entropy -------------------------------------------------------------------------------------------------------


def cross_entropy(scores, labels):
    """The mean of −ln of the share that the right class gets."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = e / e.sum(axis=1, keepdims=True)
    right = shares[np.arange(len(labels)), labels]
    return -np.mean(np.log(right))


def _shares(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _cross_entropy(
    scores,
    labels,
    *,
    softmax_twice=False,
    sum_for_mean=False,
    sign=False,
    bits=False,
    log_of_mean=False,
    over_all_classes=False,
    no_softmax=False,
    own_favourite=False,
):
    n, k = scores.shape
    picked = scores.argmax(axis=1) if own_favourite else labels
    if no_softmax:
        logs = scores[np.arange(n), picked]
    else:
        shares = _shares(_shares(scores)) if softmax_twice else _shares(scores)
        logs = np.log(shares[np.arange(n), picked])
    if bits:
        logs = logs / np.log(2)
    if log_of_mean:
        loss = -np.log(np.mean(np.exp(logs)))
        if sum_for_mean:
            loss = loss * n
    else:
        loss = -logs.sum() if sum_for_mean else -logs.mean()
    if over_all_classes:
        loss = loss / k
    return -loss if sign else loss


def _classes_cases():
    rng = np.random.default_rng(2)
    return [
        (np.array([[2.0, 1.0, -1.0], [0.5, 0.0, 3.0]]), np.array([0, 1])),
        (rng.normal(0, 2, (5, 3)), rng.integers(0, 3, 5)),
        (rng.normal(0, 2, (3, 4)), np.array([3, 0, 0])),
        (rng.normal(0, 3, (6, 5)), rng.integers(0, 5, 6)),
    ]


def _worked_cross_entropy(case, where):
    scores, labels = case
    share = _shares(scores)[0, labels[0]]
    return (
        f"in the first row the right class is {labels[0]}. Its share is {share:.4f}, and −ln {share:.4f} = "
        f"{-np.log(share):.4f}. So for each row, and then the mean of {len(labels)}."
    )


CROSS_ENTROPY = Exercise(
    id="losses.cross_entropy",
    notebook=NOTEBOOK,
    title="From scores to the loss",
    prompt="""
Write `cross_entropy(scores, labels)`: `scores` of shape (N, K), any numbers; `labels`, N whole numbers from
0 to K − 1, the right classes. Turn each row into shares by softmax, take −ln of the share of the right
class, and return the mean over the rows: one number. (Your softmax from above will do; so will
`softmax_of_row`, row by row.)
""",
    starter="""
def cross_entropy(scores, labels):  # (N, K), (N,) -> one number
    ...
""",
    reference=cross_entropy,
    faulty=_cross_entropy,
    cases=_classes_cases,
    expects="one number",
    hints=(
        "Three steps: shares, (N, K); of each row the share at the label's place, (N,); the mean of −ln.",
        "`shares[np.arange(len(labels)), labels]` takes from row 0 the place labels[0], from row 1 the place "
        "labels[1], and so on. `np.log` is ln.",
        "`-np.mean(np.log(shares[np.arange(len(labels)), labels]))`",
    ),
    next="How large is it if all scores are 0? Does it matter what the labels are?",
    wrong=(
        Mistake(
            name="softmax_twice",
            title="Close: the softmax is in there twice.",
            seen="You gave {yours}, asked was {right}.",
            why="Shares went through a softmax once more, as if they were scores. Shares lie between 0 and 1, "
            "so the second softmax finds them all nearly equal: it can no longer say that it is sure, and the "
            "loss never comes near 0. Once is right; where a loss says *from logits*, its softmax is inside.",
        ),
        Mistake(
            name="sum_for_mean",
            title="Close: a sum where a mean was asked.",
            seen="You gave {yours}, asked was {right}: yours is {count} times as large.",
            why="A sum grows with the number of rows. A mean can be compared between a batch of 10 and one of "
            "10,000, and keeps the size of the slopes.",
        ),
        Mistake(
            name="sign",
            title="Close: the minus sign is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="The logarithm of a share is never above 0. A loss is to be 0 when all is well and to grow "
            "with the wrong: hence −ln.",
        ),
        Mistake(
            name="bits",
            title="Close: in bits, where nats were asked.",
            seen="You gave {yours}, asked was {right}.",
            why="`np.log2` counts in powers of 2. It is the same loss in another unit, 1.4427 times as large. "
            "Asked was ln, `np.log`.",
        ),
        Mistake(
            name="log_of_mean",
            title="Close: the logarithm comes before the mean.",
            seen="You gave {yours}, asked was {right}.",
            why="You took the mean of the shares, then its logarithm. That forgives: one share near 0 hardly "
            "moves the mean. The logarithm of a *product* is the sum of logarithms, so each share gets its "
            "own.",
        ),
        Mistake(
            name="over_all_classes",
            title="Close: the mean runs over the classes as well.",
            seen="You gave {yours}, asked was {right}: yours is smaller by the number of classes, {classes}.",
            why="A mean over the whole (N, K) table counts K numbers for each row, of which K − 1 are 0 "
            "because y is. Each *example* counts once: divide by N.",
        ),
        Mistake(
            name="no_softmax",
            title="Close: those are scores, not shares.",
            seen="You gave {yours}, asked was {right}.",
            why="You took the right class's score as if it were the logarithm of its share. It is only "
            "after ln Σ eˣ of its row has been taken away: that is the softmax.",
        ),
        Mistake(
            name="own_favourite",
            title="Close: that is the share of the largest score, not of the right class.",
            seen="You gave {yours}, asked was {right}.",
            why="The loss asks what the *truth* got. A network that is sure and wrong would look excellent by "
            "your number.",
        ),
    ),
    numbers=lambda case, output: {"count": len(case[1]), "classes": case[0].shape[1]},
    worked=_worked_cross_entropy,
)


# score_slopes --------------------------------------------------------------------------------------------------------


def score_slopes(scores, labels):
    """(p − y) / N: how the mean cross-entropy moves per unit of each score."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    slopes = e / e.sum(axis=1, keepdims=True)
    slopes[np.arange(len(labels)), labels] -= 1
    return slopes / len(labels)


def _score_slopes(
    scores,
    labels,
    *,
    right_class_only=False,
    uphill=False,
    sum_for_mean=False,
    slope_again=False,
    shares_only=False,
    label_as_number=False,
    divided_by_all=False,
):
    shares = _shares(scores)
    n, k = scores.shape
    y = np.zeros((n, k))
    y[np.arange(n), labels] = 1
    truth = np.asarray(labels, dtype=float)[:, np.newaxis] if label_as_number else y
    slopes = shares - (0 if shares_only else truth)
    if right_class_only:
        slopes = slopes * y
    if slope_again:
        slopes = slopes * shares * (1 - shares)
    if uphill:
        slopes = -slopes
    count = 1 if sum_for_mean else n
    return slopes / (count * k if divided_by_all else count)


def _worked_slopes(case, where):
    scores, labels = case
    n, k = where if len(where) == 2 else (0, 0)
    share, y = _shares(scores)[n, k], int(labels[n] == k)
    return (
        f"row {n}, class {k}: its share is {share:.4f}, it should be {y}, so the slope of this row's loss is "
        f"{share:.4f} − {y}; as one of {len(labels)} rows it counts {(share - y) / len(labels):.4f}."
    )


SCORE_SLOPES = Exercise(
    id="losses.score_slopes",
    notebook=NOTEBOOK,
    title="What every score is told",
    prompt="""
Write `score_slopes(scores, labels)`: `scores` of shape (N, K); `labels`, N whole numbers from 0 to K − 1.
Return, in the shape (N, K), the slope of the *mean* cross-entropy along each score: how much the loss moves
per unit of that score.
""",
    starter="""
def score_slopes(scores, labels):  # (N, K), (N,) -> (N, K)
    ...
""",
    reference=score_slopes,
    faulty=_score_slopes,
    cases=_classes_cases,
    hints=(
        "For one row it is p − y: the share that each class has, less the share that it should have.",
        "y is 1 at the label's place and 0 elsewhere. So begin with the shares and take 1 away there: "
        "`slopes[np.arange(len(labels)), labels] -= 1`.",
        "The loss is a mean over N rows, so each row's slopes count one N-th: divide by `len(labels)`.",
    ),
    next="Sum each row of your result. Why must it be 0, whatever the scores are?",
    wrong=(
        Mistake(
            name="right_class_only",
            title="Close: only the right class has been told.",
            seen="You gave {yours}, the slopes are {right}.",
            why="Raising a *wrong* score takes share away from the right class, so the loss feels that too. "
            "p − y reaches every output: the others are told to come down, each by the share that it holds.",
        ),
        Mistake(
            name="uphill",
            title="Close: your slopes point the other way.",
            seen="Every entry is −1 × the right one: you gave {yours}, the slopes are {right}.",
            why="You took y − p. Raising the right score lowers the loss, so its slope is negative: p − y. "
            "The minus sign of a step downhill comes later, in notebook 06.",
        ),
        Mistake(
            name="sum_for_mean",
            title="Close: these are the slopes of the sum, not of the mean.",
            seen="You gave {yours}, the slopes are {right}: yours are {count} times as steep.",
            why="The slope follows the loss to the letter. A mean over N rows divides by N, and so do its "
            "slopes.",
        ),
        Mistake(
            name="slope_again",
            title="One factor too many.",
            seen="You gave {yours}, the slopes are {right}.",
            why="You multiplied by p (1 − p), the slope of a sigmoid. In the cross-entropy it has been "
            "cancelled by the logarithm already; with the squared error it would stay.",
        ),
        Mistake(
            name="shares_only",
            title="Close: the truth is missing.",
            seen="You gave {yours}, the slopes are {right}.",
            why="Shares alone are positive, and would tell every class to come down, the right one too. Take "
            "1 away at the label's place.",
        ),
        Mistake(
            name="label_as_number",
            title="Close: a label is a name, not an amount.",
            seen="You gave {yours}, the slopes are {right}.",
            why="You took the label itself from the shares. y is a row: 1 in the label's place, 0 elsewhere.",
        ),
        Mistake(
            name="divided_by_all",
            title="Close: divided by the classes as well.",
            seen="You gave {yours}, the slopes are {right}.",
            why="The mean runs over the N rows. `scores.size` is N · K; `len(labels)` is N.",
        ),
    ),
    numbers=lambda case, output: {"count": len(case[1])},
    worked=_worked_slopes,
)


# divergence ----------------------------------------------------------------------------------------------------------


def divergence(p, q):
    """KL(p ‖ q) in nats: what it costs to believe q where p is true."""
    seen = p > 0
    return np.sum(p[seen] * np.log(p[seen] / q[seen]))


def _divergence(
    p,
    q,
    *,
    turned_round=False,
    symmetrised=False,
    not_less_entropy=False,
    sign=False,
    mean_for_sum=False,
    nothing_times_infinity=False,
    unweighted=False,
):
    def one_way(p, q):
        seen = np.full(p.shape, True) if nothing_times_infinity else p > 0
        p, q = p[seen], q[seen]
        ratio = -np.log(q) if not_less_entropy else np.log(p / q)
        if nothing_times_infinity and not_less_entropy:
            ratio = ratio + 0 * np.log(p)
        return np.sum(ratio if unweighted else p * ratio)

    if turned_round:
        p, q = q, p
    value = (one_way(p, q) + one_way(q, p)) / 2 if symmetrised else one_way(p, q)
    if mean_for_sum:
        value = value / p.size
    return -value if sign else value


def _divergence_cases():
    rng = np.random.default_rng(3)
    cases = [(np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.125, 0.625]))]
    for k in (4, 3, 5):
        cases.append((rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(k))))
    cases.append((np.array([0.5, 0.0, 0.5]), np.array([0.2, 0.5, 0.3])))
    cases.append((np.array([0.0, 1.0, 0.0, 0.0]), np.array([0.1, 0.4, 0.2, 0.3])))
    return cases


def _worked_divergence(case, where):
    p, q = case
    i = int(np.argmax(p))
    return (
        f"the largest term is that of place {i}: {p[i]:.4g} · ln({p[i]:.4g} / {q[i]:.4g}) = "
        f"{p[i] * np.log(p[i] / q[i]):.4f}. Sum over all places; where p is 0 the term is 0."
    )


DIVERGENCE = Exercise(
    id="losses.divergence",
    notebook=NOTEBOOK,
    title="What a wrong belief costs",
    prompt="""
Write `divergence(p, q)`: two arrays of shape (K,), each a list of K probabilities that sum to 1; p is the
truth, q the belief. Return KL(p ‖ q) = Σ p ln(p / q), in nats, one number. Entries of p may be 0; such a term
counts 0. Entries of q are all above 0.
""",
    starter="""
def divergence(p, q):  # (K,), (K,) -> one number
    ...
""",
    reference=divergence,
    faulty=_divergence,
    cases=_divergence_cases,
    expects="one number",
    hints=(
        "Without zeros in p it is one line: `np.sum(p * np.log(p / q))`.",
        "In NumPy 0 · ln 0 is NaN. So leave such places out: `seen = p > 0` is an array of True and False, and "
        "`p[seen]` holds the places where it is True.",
        "`np.sum(p[seen] * np.log(p[seen] / q[seen]))`",
    ),
    next="What would it be if q had a 0 where p has none? What does that say to a network that is sure?",
    wrong=(
        Mistake(
            name="turned_round",
            title="Close: p and q have changed places.",
            seen="You gave {yours}, asked was {right}.",
            why="KL(p ‖ q) and KL(q ‖ p) are two numbers: the divergence is no distance. What counts is how "
            "often a thing *really* happens, so the p outside the logarithm is the truth, and it is on top of "
            "the fraction.",
        ),
        Mistake(
            name="symmetrised",
            title="You have taken the mean of both directions.",
            seen="You gave {yours}, asked was {right}.",
            why="That is a number worth having (Jeffreys used it), but not this one. KL is not symmetric: "
            "believing q where p is true costs something else than believing p where q is true.",
        ),
        Mistake(
            name="not_less_entropy",
            title="Close: that is the cross-entropy.",
            seen="You gave {yours}, asked was {right}.",
            why="−Σ p ln q is all the surprise there is, also that which even the truth would bring. The "
            "divergence counts only the excess: ln(p / q) in place of −ln q. It is 0 when q = p.",
        ),
        Mistake(
            name="sign",
            title="Close: the sign is wrong.",
            seen="You gave {yours}, asked was {right}.",
            why="A wrong belief costs something: the sum is never below 0. With p on top of the fraction "
            "there is no minus sign; with q on top there is one.",
        ),
        Mistake(
            name="mean_for_sum",
            title="Close: here a sum was asked, not a mean.",
            seen="You gave {yours}, asked was {right}: yours is smaller by the number of places, {count}.",
            why="The weights p are the mean already: they sum to 1. Dividing by K once more gives a number "
            "that depends on how finely the possibilities are counted.",
        ),
        Mistake(
            name="nothing_times_infinity",
            title="Close: what never happens must cost nothing.",
            seen="You gave {yours}, asked was {right}.",
            why="ln 0 is −∞, and NumPy makes NaN of 0 · −∞. Leave the places out where p is 0, before "
            "the logarithm.",
        ),
        Mistake(
            name="unweighted",
            title="Close: each place must count as often as it happens.",
            seen="You gave {yours}, asked was {right}.",
            why="The factor p before the logarithm is missing: a possibility of 1 in 100 would count as much "
            "as one of 99 in 100.",
        ),
    ),
    numbers=lambda case, output: {"count": case[0].size},
    worked=_worked_divergence,
)


# make_bus_loss -------------------------------------------------------------------------------------------------------


def bus_loss(prediction, target):
    """A minute too few costs 3, a minute too many costs 1; the mean, and its slopes."""
    error = prediction - target
    cost = np.where(error < 0, -3 * error, error)
    slope = np.where(error < 0, -3.0, 1.0)
    return cost.mean(), slope / error.size


_ERRORS = np.linspace(-8, 8, 257)
_FAR = (-100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 100.0)


def _use_bus_loss(answer, prediction, target):
    singles = [(prediction[i : i + 1].copy(), target[i : i + 1].copy()) for i in range(len(prediction))]
    whole = answer(prediction, target)
    if whole is None:
        return None
    true = np.array([12.0])
    return {
        "whole": whole,
        "singles": [answer(*single) for single in singles],
        "along": [answer(true + error, true.copy()) for error in _ERRORS],
        "far": [answer(true + error, true.copy()) for error in _FAR],
    }


def _read_bus_loss(pair, count):
    loss, slopes = pair
    loss, slopes = np.asarray(loss, dtype=float), np.asarray(slopes, dtype=float)
    if loss.size != 1 or slopes.shape != (count,):
        raise ValueError("other shapes")
    return float(loss.reshape(())), slopes


def _bus_loss_form(pair, count):
    """What keeps an answer from being read as a loss and its slopes, in words; empty if nothing does."""
    asked = f"Asked were two things, `return loss, slopes`: one number, and an array of shape ({count},)."
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        what = "one number" if isinstance(pair, (int, float, np.number)) else kind_of(pair)
        return f"You returned {what}. {asked}"
    try:
        loss, slopes = (np.asarray(part, dtype=float) for part in pair)
    except (TypeError, ValueError):
        return f"You returned {kind_of(pair[0])} and {kind_of(pair[1])}. {asked}"
    if loss.size != 1:
        return f"Your loss is {loss.size} numbers, one for each prediction; the loss is their mean. {asked}"
    if slopes.shape != (count,):
        return f"Your slopes have the shape {slopes.shape}; each of the {count} predictions has one. {asked}"
    return ""


def _judge_bus_loss(output, prediction, target):
    count = len(prediction)
    if form := _bus_loss_form(output["whole"], count):
        return Finding(form)
    loss, slopes = _read_bus_loss(output["whole"], count)
    singles = [_read_bus_loss(pair, 1) for pair in output["singles"]]
    along = [_read_bus_loss(pair, 1) for pair in output["along"]]
    far = {d: _read_bus_loss(pair, 1) for d, pair in zip(_FAR, output["far"], strict=True)}
    single_losses = np.array([single[0] for single in singles])
    single_slopes = np.array([single[1][0] for single in singles])
    costs = np.array([each[0] for each in along])
    steep = np.array([each[1][0] for each in along])
    if not (np.isfinite([loss, *slopes, *costs, *steep]).all()):
        return Finding(
            "Somewhere your loss or a slope is NaN or infinite; for ordinary errors it should be a number."
        )
    worst = int(costs.argmin())
    if costs[worst] < -1e-6:
        return Finding(f"For an error of {_ERRORS[worst]:.4g} your loss is {costs[worst]:.4g}.", "below_zero")
    if abs(far[0.0][0]) > 1e-6:
        return Finding(f"A perfect prediction costs {far[0.0][0]:.4g} by your loss; it should cost 0.")
    for d in (1.0, 10.0):
        low, high = far[-d][0], far[d][0]
        text = f"An error of −{d:.0f} costs {low:.4g}, one of +{d:.0f} costs {high:.4g}."
        if high <= 0 or low <= 0:
            return Finding(f"{text} Every error should cost something, in both directions.")
        if np.isclose(low, high, rtol=1e-3):
            return Finding(text, "even_handed")
        if low < high:
            return Finding(text, "wrong_way")
        if low < 2 * high * (1 - 1e-4):
            return Finding(f"{text} The first should be at least twice the second.")
    if not np.isclose(loss, single_losses.mean(), rtol=1e-3):
        text = (
            f"For {count} numbers you gave {loss:.4g}; the mean of what they cost alone is "
            f"{single_losses.mean():.4g}."
        )
        return Finding(text, "sum_for_mean" if np.isclose(loss, single_losses.sum(), rtol=1e-3) else "")
    finding = _judge_bus_slopes(costs, steep)
    if finding:
        return finding
    if not np.allclose(slopes, single_slopes / count, rtol=1e-3, atol=1e-6):
        text = (
            f"The loss is a mean over {count} numbers. Alone, the first has the slope {single_slopes[0]:.4g}; "
            f"among {count} you gave {slopes[0]:.4g}."
        )
        same = np.allclose(slopes, single_slopes, rtol=1e-3, atol=1e-6)
        return Finding(text, "slope_of_the_sum" if same else "")
    for side in (-1.0, 1.0):
        near, away = abs(far[side][1][0]), abs(far[100 * side][1][0])
        if away > 10 * near * (1 + 1e-4):
            text = f"An error of {100 * side:.0f} pulls with {away:.4g}, one of {side:.0f} with {near:.4g}."
            return Finding(text, "outlier_rules")
    return None


def _judge_bus_slopes(costs, steep):
    """Between two errors one minute apart the loss must move by the mean of the slopes there, kinks or no kinks."""
    per = 16
    moved = costs[per::per] - costs[:-per:per]  # (16,) from minute to minute
    means = np.array(
        [
            (steep[i : i + per] + steep[i + 1 : i + per + 1]).sum() / (2 * per)
            for i in range(0, len(costs) - 1, per)
        ]
    )
    allowed = 0.02 * np.abs(moved).max() + 0.1 * np.abs(moved)
    if (np.abs(means - moved) <= allowed).all():
        return None
    i = int(np.argmax(np.abs(means - moved)))
    start = _ERRORS[i * per]
    text = (
        f"From an error of {start:.0f} to one of {start + 1:.0f} your loss moves by {moved[i]:.4g}, and your "
        f"slopes there say {means[i]:.4g}."
    )
    opposite = (np.abs(means + moved) <= allowed).all()
    return Finding(text, "slopes_turned" if opposite else "slopes_do_not_fit")


def _bus_loss_with(
    prediction,
    target,
    *,
    low=3.0,
    high=1.0,
    squared=False,
    sign=1.0,
    summed=False,
    slopes_summed=False,
    shift=0.0,
):
    error = prediction - target
    cost = np.where(error < 0, -low * error, high * error)
    slope = np.where(error < 0, -low, high)
    if squared:
        slope = 2 * np.where(error < 0, low, high) * error
        cost = np.where(error < 0, low, high) * error**2
    loss = cost.sum() if summed else cost.mean()
    return loss - shift, sign * slope / (1 if slopes_summed else error.size)


def _bus_cases():
    rng = np.random.default_rng(4)
    cases = []
    for count in (3, 5):
        target = rng.uniform(8, 20, count)
        error = rng.uniform(0.5, 6, count) * np.where(np.arange(count) % 2, 1, -1)
        cases.append((target + error, target))
    return cases


MAKE = Exercise(
    id="losses.make_bus_loss",
    notebook=NOTEBOOK,
    title="Make: a loss that knows what lateness costs",
    prompt="""
An open task: a loss of your own. A network predicts how many minutes it takes to walk to the bus. Predict too
much, and you stand about for a while. Predict too little, and the bus is gone. No loss of this notebook
knows the difference.

Write `bus_loss(prediction, target)`: two arrays of shape (N,), in minutes. Return two things: the loss, one
number, and its slopes, of shape (N,): how the loss moves per unit of each prediction. What you do is up to
you, within five rules. A perfect prediction costs 0, and nothing costs less. Of two errors of the same size,
the prediction that is too *low* costs at least twice as much. The loss is the mean of what each
of the N errors costs. The slopes are its slopes. And an error of 100 minutes pulls at most 10 times as
hard as an error of 1.
""",
    starter="""
def bus_loss(prediction, target):  # (N,), (N,) -> one number, (N,)
    error = prediction - target  # (N,) negative: too low, the bus is gone
    ...
    return loss, slopes
""",
    reference=bus_loss,
    cases=_bus_cases,
    use=_use_bus_loss,
    judge=_judge_bus_loss,
    expects="two things, `loss, slopes`: one number, and an array of shape (N,)",
    hints=(
        "Begin with the absolute error, and charge one side more: `np.where(error < 0, ..., ...)` picks, in "
        "each place, the one or the other.",
        "If a minute too few costs 3 and a minute too many costs 1, the cost is −3 · error on the one side "
        "and error on the other. Its slopes are −3 and +1.",
        "The loss is a mean, so each prediction has one N-th of its slope: `slope / error.size`.",
    ),
    next="Which single guess has the lowest loss for the notebook's days, and how many of the days does it stay "
    "above? With costs of 3 and 1, look for three quarters.",
    wrong=(
        Mistake(
            name="even_handed",
            title="Close: it is as hard on the early as on the late.",
            why="Standing about and missing the bus cost the same by this loss. Treat negative errors "
            "differently: `np.where(error < 0, ..., ...)`.",
            version=partial(_bus_loss_with, low=1.0),
        ),
        Mistake(
            name="wrong_way",
            title="Close: it punishes the wrong side.",
            why="error = prediction − target is *negative* when you predicted too few minutes, and that is "
            "when the bus is gone.",
            version=partial(_bus_loss_with, low=1.0, high=3.0),
        ),
        Mistake(
            name="below_zero",
            title="A loss below zero?",
            why="An error that earns something will be sought: training walks towards whatever lowers the "
            "number. Mind the sign on the negative side, where −3 · error is positive.",
            version=partial(_bus_loss_with, low=-3.0),
        ),
        Mistake(
            name="sum_for_mean",
            title="Close: a sum where a mean was asked.",
            why="With a sum, a month of days looks thirty times as bad as one day.",
            version=partial(_bus_loss_with, summed=True, slopes_summed=True),
        ),
        Mistake(
            name="slope_of_the_sum",
            title="Close: the slopes are those of the sum.",
            why="The loss is a mean, so one prediction moves it by one N-th of its own cost: divide the slopes "
            "by N as well.",
            version=partial(_bus_loss_with, slopes_summed=True),
        ),
        Mistake(
            name="slopes_turned",
            title="Close: the slopes point the wrong way.",
            why="A slope says how the loss moves when the prediction *rises*. On the low side the loss falls "
            "then, so the slope is negative there.",
            version=partial(_bus_loss_with, sign=-1.0),
        ),
        Mistake(
            name="slopes_do_not_fit",
            title="The loss and its slopes tell two stories.",
            why="Nudge one prediction by a hair and watch the loss: that is the slope it must have. If you "
            "changed the cost, change the slope with it.",
            version=lambda prediction, target: (
                bus_loss(prediction, target)[0],
                (prediction - target) / prediction.size,
            ),
        ),
        Mistake(
            name="outlier_rules",
            title="Close: one wild day would drown all others.",
            why="The squared error's pull grows with the error, without end. Let the far part be straight, as "
            "Huber did, or all of it.",
            version=partial(_bus_loss_with, squared=True),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="losses.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: activations and layers",
    kind="quiz",
    questions=(
        Question(
            "A sigmoid unit says 0.98. Its weighted sum rises by 0.1. Its output rises by about …",
            (
                Option(
                    "0.1: what goes in comes out.",
                    "Only the identity does that. The sigmoid's slope is at most ¼, and much less near its ends.",
                ),
                Option(
                    "0.025: a quarter of it.",
                    "¼ is the slope in the middle, at an output of ½. At 0.98 the unit is nearly saturated.",
                ),
                Option(
                    "0.002: it hardly listens any more.",
                    "The slope is y (1 − y) = 0.98 · 0.02 = 0.0196, and a tenth of that is 0.002. Remember this number; "
                    "it will matter in section 5.",
                    True,
                ),
                Option(
                    "Nothing: it is saturated.",
                    "Nearly nothing. A sigmoid never becomes quite flat, it only takes longer and longer.",
                ),
            ),
        ),
        Question(
            "How many parameters has a layer of 10 units that looks at 64 inputs?",
            (
                Option(
                    "650: each unit has 64 weights and a bias.",
                    "10 · (64 + 1). In matrices: W is (64, 10), b is (10,).",
                    True,
                ),
                Option(
                    "640: one for each line in the picture.",
                    "Those are the weights. Each of the ten units has a bias besides.",
                ),
                Option(
                    "74: the inputs and the units.",
                    "Every unit looks at *every* input, with a weight of its own: the numbers multiply.",
                ),
                Option(
                    "704: a bias for every input, too.",
                    "Inputs are given, and have no bias. Only the ten units that add something up have one.",
                ),
            ),
        ),
        Question(
            "A network that reads digits has ten output units, one for each class. Why not one that says 0 to 9?",
            (
                Option(
                    "One unit cannot reach 9: its output ends at 1.",
                    "A linear unit reaches any number. The trouble is what the number would mean.",
                ),
                Option(
                    "Because a digit's name is no amount: 8 is not nearly a 9.",
                    "One number would place the 8 beside the 9 and far from the 3, which it looks like. With a unit "
                    "for each class, none is the neighbour of any other.",
                    True,
                ),
                Option(
                    "Ten units are faster than one.",
                    "They are ten times the work. What they buy is a separate say for each class.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="losses.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“Train one copy of a network with the squared error and another with the cross-entropy. The one whose "
            "loss ends at the lower number has learnt more.”",
            (
                Option(
                    "True: the loss says how wrong a network is, so lower is better.",
                    "Within one loss, yes. Two losses are two rulers. In section 5's run the squared error ends at 0.0044, "
                    "the cross-entropy at 0.0117, and the neuron with the *larger* number is eight times closer to its "
                    "target.",
                ),
                Option(
                    "True, as long as both start at the same output.",
                    "Both start at 0.8176 in section 5's run. It is not the start that differs, it is what the numbers "
                    "count: the one counts squared distances, the other surprise.",
                ),
                Option(
                    "False: the two numbers cannot be compared at all.",
                    "Two rulers with different marks. Compare what both can be asked for: the output, the share of right "
                    "answers, or either loss, computed for *both* networks.",
                    True,
                ),
            ),
        ),
    ),
)

OUTLIER = Quiz(
    id="losses.predict_outlier",
    notebook=NOTEBOOK,
    title="Predict: one wild day",
    kind="predict",
    questions=(
        Question(
            "The last day's 12 becomes 62. The guess with the lowest *squared* loss moves from 10 to 20. Where is the "
            "guess with the lowest *absolute* loss now?",
            (
                Option(
                    "At 10, where it was.",
                    "Two days lie above 10 and two below. How far above does not matter to the absolute error: each "
                    "day pulls with the same strength.",
                    True,
                ),
                Option(
                    "At 15: it moves half as far.",
                    "It does not move less, it does not move at all: a day that was above stays above, and pulls "
                    "as before.",
                ),
                Option(
                    "At 20 as well: both weigh the same five days.",
                    "They weigh them differently. Squared, a day pulls in proportion to its distance; absolute, all "
                    "days pull alike.",
                ),
                Option(
                    "At 11: the next of the days.",
                    "For that, one more day would have to lie above than below. Moving one that is above already "
                    "changes no count.",
                ),
            ),
        ),
    ),
)

PRODUCT = Quiz(
    id="losses.predict_product",
    notebook=NOTEBOOK,
    title="Predict: two thousand days",
    kind="predict",
    questions=(
        Question(
            "A forecaster gave ½ to what happened, on each of 2,000 days. The computer multiplies: 0.5 · 0.5 · 0.5 · … "
            "It says …",
            (
                Option(
                    "0.5: the mean of equal numbers.",
                    "That would be the mean. This is the chance that *all* of it came true together, and each "
                    "day halves it.",
                ),
                Option(
                    "a number with some six hundred zeros behind the point.",
                    "That is what mathematics says, 10⁻⁶⁰². But a float64 ends near 10⁻³²⁴; below that there is only "
                    "one number.",
                ),
                Option(
                    "an error: the number is too small.",
                    "NumPy complains about neither. It quietly takes the nearest number that it has.",
                ),
                Option(
                    "exactly 0.",
                    "Below about 10⁻³²⁴ a float64 has nothing else. All forecasters would look equally bad, "
                    "whatever they said.",
                    True,
                ),
            ),
        ),
    ),
)

SHIFT = Quiz(
    id="losses.predict_shift",
    notebook=NOTEBOOK,
    title="Predict: a hundred more for everyone",
    kind="predict",
    questions=(
        Question(
            "Add 100 to all three scores. The shares …",
            (
                Option(
                    "become nearly equal: beside 100 the differences are small.",
                    "So it would be if a share were score / sum. The exponential turns *differences* into ratios, "
                    "and the differences have not changed.",
                ),
                Option(
                    "stay exactly what they were.",
                    "e to the power of 2 + 100 is e² times e¹⁰⁰, and so for each class; the factor stands above and below "
                    "the line, and cancels.",
                    True,
                ),
                Option(
                    "go to the largest one: e¹⁰² is enormous.",
                    "It is, and so are e¹⁰¹ and e⁹⁹. All three have grown by the same factor, e¹⁰⁰.",
                ),
            ),
        ),
    ),
)

START = Quiz(
    id="losses.predict_start",
    notebook=NOTEBOOK,
    title="Predict: before anything is learnt",
    kind="predict",
    questions=(
        Question(
            "A network for 1,000 classes has learnt nothing: to every picture it gives every class the same share. Its "
            "cross-entropy is …",
            (
                Option(
                    "0.999: it is wrong 999 times of 1,000.",
                    "That is its share of wrong *answers*. The loss asks what the truth got, a thousandth, and how "
                    "surprising that is.",
                ),
                Option(
                    "1,000.",
                    "One divided by the share, without the logarithm. The logarithm counts how many times it must be "
                    "multiplied.",
                ),
                Option(
                    "about 2.3.",
                    "That is for ten classes: ln 10. A thousand is ten times ten times ten.",
                ),
                Option(
                    "about 6.9.",
                    "The truth gets 1/1000, and −ln(1/1000) = ln 1000 = 3 · ln 10. Remember it: it is the first test "
                    "of any network.",
                    True,
                ),
            ),
        ),
    ),
)

PULL = Quiz(
    id="losses.predict_pull",
    notebook=NOTEBOOK,
    title="Predict: who is told to move?",
    kind="predict",
    questions=(
        Question(
            "The shares are 0.705, 0.259 and 0.035, and the truth is the *second* class. The loss is −ln 0.259. Which "
            "scores, when nudged, move it?",
            (
                Option(
                    "Only the second: no other share stands in the formula.",
                    "No other *share*. But the second share is e^(second score) divided by a sum in which all three "
                    "scores stand.",
                ),
                Option(
                    "The first and the second: the first is the one that is wrongly ahead.",
                    "The third holds share as well, if little. Whoever holds some has taken it from the truth.",
                ),
                Option(
                    "All three.",
                    "Raising any score takes share from all others. The slope is p − y, and it reaches every output.",
                    True,
                ),
            ),
        ),
    ),
)

DIRECTION = Quiz(
    id="losses.predict_kl",
    notebook=NOTEBOOK,
    title="Predict: there and back",
    kind="predict",
    questions=(
        Question(
            "One coin is fair, the other shows heads 99 times of 100. Is it as costly to take the bent coin for fair as "
            "to take the fair coin for bent?",
            (
                Option(
                    "The same: it is the distance between two coins.",
                    "KL looks like a distance and is none. It depends on which of the two is really tossed.",
                ),
                Option(
                    "Taking the fair coin for bent costs more.",
                    "Half of its tosses are tails, to which that belief gave 1 in 100: surprise after surprise.",
                    True,
                ),
                Option(
                    "Taking the bent coin for fair costs more.",
                    "Then each toss costs ln 2, and would have cost next to nothing. Dear, but never a shock.",
                ),
            ),
        ),
    ),
)

EXERCISES = (HUBER, SOFTMAX, CROSS_ENTROPY, SCORE_SLOPES, DIVERGENCE, MAKE)
QUIZZES = (WARMUP, IS_THIS_TRUE, OUTLIER, PRODUCT, SHIFT, START, PULL, DIRECTION)
