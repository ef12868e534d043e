"""Exercises, questions and predictions of notebook 02_perceptron."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "02_perceptron"


# update --------------------------------------------------------------------------------------------------------------


def update(w, x, y):
    """One correction by Rosenblatt's rule, if one is due."""
    if y * (w @ x) <= 0:
        return w + y * x
    return w


def _update(
    w,
    x,
    y,
    *,
    always=False,
    tie_is_right=False,
    away=False,
    unsigned=False,
    doubled=False,
    label_alone=False,
    by_the_sum=False,
):
    total = w @ x
    wrong = y * total < 0 if tie_is_right else y * total <= 0
    if not wrong and not always:
        return w.copy()
    push = 1.0 if unsigned else float(y)
    if doubled:
        push *= 2
    if by_the_sum:
        push *= abs(total)
    if away:
        push = -push
    return w + push * (np.ones_like(x) if label_alone else x)


def _update_cases():
    rng = np.random.default_rng(0)
    cases = [
        (np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0]), -1),
        (np.array([2.0, 1.0, -3.0]), np.array([1.0, 1.0, 1.0]), 1),
        (np.array([2.0, 1.0, -2.0]), np.array([0.0, 1.0, 1.0]), -1),
        (np.array([-1.0, 2.0]), np.array([2.0, 1.0]), -1),
    ]
    for size in (3, 4, 5, 2, 3, 4, 5, 6):
        w, x = rng.integers(-3, 4, size).astype(float), rng.integers(-2, 3, size).astype(float)
        cases.append((w, x, int(rng.choice([-1, 1]))))
    return cases


def _worked_update(case, where):
    w, x, y = case
    total = float(w @ x)
    if y * total > 0:
        return f"the sum w · x is {total:g} and y is {y:+d}: the same side, so nothing changes."
    side = "on the fence" if total == 0 else "on the wrong side"
    return f"the sum w · x is {total:g} and y is {y:+d}: {side}, so {'add x to w' if y > 0 else 'take x from w'}."


UPDATE = Exercise(
    id="perceptron.update",
    notebook=NOTEBOOK,
    title="One correction",
    prompt="""
Rosenblatt's rule for one example. `w` holds the weights, and `x` the inputs, both of shape (D,); the bias is
folded in, so the last entry of `x` is often 1. `y` is the label, +1 or −1.

The neuron is right if the sum w · x is positive where y is +1, and negative where y is −1. A sum of exactly 0
counts as a mistake, for both labels.

Write `update(w, x, y)`: return the weights after this example, of shape (D,). After a mistake, x is added to
w where y is +1, and taken from it where y is −1. Without a mistake, w stays as it is. Do not write into `w`.
""",
    starter="""
def update(w, x, y):  # (D,), (D,), +1 or -1 -> (D,)
    ...
""",
    reference=update,
    faulty=_update,
    cases=_update_cases,
    hints=(
        "First ask whether it was a mistake. The product y · (w · x) is positive exactly if sum and label "
        "have the same sign.",
        "`if y * (w @ x) <= 0:` then return `w + y * x`: with y = −1 that takes x away.",
        "`return w + y * x if y * (w @ x) <= 0 else w`",
    ),
    next="Apply it to the same example again and again. How many corrections can one example need at most, "
    "in terms of its sum and of x · x?",
    wrong=(
        Mistake(
            name="always",
            title="Close: it corrects where nothing was wrong.",
            seen="The sum is {total} and y is {y}: no mistake, so w stays {right}. You gave {yours}.",
            why="Rosenblatt's neuron learns from mistakes *only*. Corrected on every example, w grows for "
            "ever, and the crowd of points that were never in doubt drowns the few that matter. Ask first: "
            "`if y * (w @ x) <= 0`.",
        ),
        Mistake(
            name="tie_is_right",
            title="Close: on the fence counts as wrong.",
            seen="The sum is {total} and y is {y}: asked was {right}, you gave {yours}.",
            why="A sum of exactly 0 speaks for neither side. And learning starts at w = 0, where every sum "
            "is 0: with `<` in place of `<=` there would never be a first correction.",
        ),
        Mistake(
            name="away",
            title="Close: the correction goes the wrong way.",
            seen="Asked was {right}, you gave {yours}.",
            why="Where y is +1 the sum was too small, so x is *added*: the sum then grows by x · x. With "
            "the sign turned, each correction makes the mistake worse.",
        ),
        Mistake(
            name="unsigned",
            title="Close: the label is missing from the step.",
            seen="With y = {y} asked was {right}, you gave {yours}.",
            why="`w + x` always raises the sum. Where y is −1 it must sink: `w + y * x`.",
        ),
        Mistake(
            name="doubled",
            title="Close: twice the step.",
            seen="Asked was {right}, you gave {yours}.",
            why="Some texts write the step as (y − answer) x, and with answers of ±1 that is 2 y x. It "
            "works as well (a factor for all steps changes no decision), but asked was y x.",
        ),
        Mistake(
            name="label_alone",
            title="Close: every weight got the same step.",
            seen="x is {x}; asked was {right}, you gave {yours}.",
            why="`w + y` moves all weights alike, also those whose input was 0 and who had no part in the "
            "sum. Each weight moves by y times *its own* input: `w + y * x`.",
        ),
        Mistake(
            name="by_the_sum",
            title="Close: the step must not depend on how wrong it was.",
            seen="The sum is {total}; asked was {right}, you gave {yours}.",
            why="You multiplied the step by the sum's size. Rosenblatt's rule sees only *that* the answer "
            "was wrong, and always moves by x. (A rule that looks at how far the sum was off is in the Lab.)",
        ),
    ),
    numbers=lambda case, output: {"total": float(case[0] @ case[1])},
    worked=_worked_update,
)


# learn ---------------------------------------------------------------------------------------------------------------


def learn(X, labels, passes):
    """Rosenblatt's rule, from zero, a number of passes over all examples."""
    w = np.zeros(X.shape[1])
    for _ in range(passes):
        for x, label in zip(X, labels, strict=True):
            y = 2 * label - 1  # 0 becomes -1, 1 stays 1
            if y * (w @ x) <= 0:
                w = w + y * x
    return w


def _learn(
    X,
    labels,
    passes,
    *,
    zero_one=False,
    always=False,
    tie_is_right=False,
    tie_is_zero=False,
    one_pass=False,
    judged_early=False,
    upside_down=False,
):
    signs = labels if zero_one else 2 * labels - 1
    if upside_down:
        signs = -signs
    w = np.zeros(X.shape[1])
    for _ in range(1 if one_pass else passes):
        before = w
        for x, y in zip(X, signs, strict=True):
            product = y * ((before if judged_early else w) @ x)
            tie_passes = tie_is_right or (tie_is_zero and y < 0)
            if always or (product < 0 if tie_passes else product <= 0):
                w = w + y * x
    return w


def _learn_cases():
    rng = np.random.default_rng(1)
    gate = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    cases = [
        (gate.copy(), np.array([0, 0, 0, 1]), 2),
        (gate, np.array([1, 1, 1, 0]), 5),
    ]
    for n, d, passes in ((7, 3, 4), (12, 4, 3), (9, 5, 6)):
        X = np.column_stack([rng.integers(-3, 4, (n, d - 1)), np.ones(n)]).astype(float)
        cases.append((X, rng.integers(0, 2, n), passes))
    return cases


LEARN = Exercise(
    id="perceptron.learn",
    notebook=NOTEBOOK,
    title="A neuron that learns",
    prompt="""
Now the whole of it, for data as they mostly come: with labels 0 and 1.

Write `learn(X, labels, passes)`: `X` has shape (N, D), one example to a row, its last column ones for the
bias; `labels` has shape (N,) and holds 0s and 1s; `passes` is a whole number. Start with all weights at 0. Go
through the examples in their order, as many times as `passes` says, and correct the weights after each
mistake by Rosenblatt's rule with y = −1 for label 0 and y = +1 for label 1. A sum of exactly 0 is a mistake.
Return the weights, of shape (D,).
""",
    starter="""
def learn(X, labels, passes):  # (N, D), (N,) of 0 and 1, a whole number -> (D,)
    w = np.zeros(X.shape[1])
    ...
    return w
""",
    reference=learn,
    faulty=_learn,
    cases=_learn_cases,
    hints=(
        "Two loops, one in the other: passes outside, examples inside. The inner one sees the newest w each "
        "time.",
        "`y = 2 * label - 1` turns 0 into −1 and leaves 1. `for x, label in zip(X, labels):` walks over the "
        "examples.",
        "Inside: `if y * (w @ x) <= 0: w = w + y * x`. Nothing else.",
    ),
    next="Stop as soon as a whole pass goes by without a mistake, and return the number of passes too.",
    wrong=(
        Mistake(
            name="zero_one",
            title="Close: the labels 0 and 1 were used as they are.",
            seen="Your weights are {yours}, asked was {right}.",
            why="With y = 0 the step y · x is nothing, so examples of class 0 never teach anything: each counts as "
            "a mistake for ever and changes no weight. The rule needs y = −1 and +1: `y = 2 * label - 1`.",
        ),
        Mistake(
            name="always",
            title="Close: it learns from examples that were no mistakes.",
            seen="Your weights are {yours}, asked was {right}.",
            why="A correction is due only where y · (w · x) is 0 or less. Without the question, each pass adds the "
            "same sum to w, whatever the neuron knows already.",
        ),
        Mistake(
            name="tie_is_right",
            title="Close: it never gets off the ground.",
            seen="Your weights are {yours}, asked was {right}.",
            why="At w = 0 every sum is 0. If that is not a mistake, nothing is ever corrected: `<= 0`, not `< 0`.",
        ),
        Mistake(
            name="tie_is_zero",
            title="Close: a tie passes where the label is 0.",
            seen="Your weights are {yours}, asked was {right}.",
            why="Answer 1 where the sum is above 0, else 0, correct what is wrong: that learns too. But then a sum of "
            "exactly 0 is right for label 0, and asked was that it is a mistake for both labels: `y * (w @ x) <= 0`.",
        ),
        Mistake(
            name="one_pass",
            title="Close: that is the work of a single pass.",
            seen="With {passes} passes asked was {right}, you gave {yours}.",
            why="A correction for one example can spoil another, so one round is rarely enough. Does your `return` "
            "stand inside the outer loop? Or the line with the zeros, so that every pass begins by forgetting?",
        ),
        Mistake(
            name="judged_early",
            title="Close: it judges with old weights.",
            seen="Your weights are {yours}, asked was {right}.",
            why="Each example must be judged with the weights as they are *now*, after all corrections so far. You "
            "took the sums of a whole pass before the first correction.",
        ),
        Mistake(
            name="upside_down",
            title="Close: the two classes are exchanged.",
            seen="Your weights are {yours}, asked was {right}.",
            why="Label 1 is y = +1, and label 0 is y = −1: the sum is to be positive for class 1. "
            "`y = 2 * label - 1`. (Turned round, or subtracting y x in place of adding it, every weight changes its "
            "sign.)",
        ),
    ),
)


# bound ---------------------------------------------------------------------------------------------------------------


def bound(X, y, u):
    """Novikoff's ceiling on the number of mistakes: (R / gamma)²."""
    R = np.linalg.norm(X, axis=1).max()
    gamma = (y * (X @ u)).min() / np.linalg.norm(u)
    return (R / gamma) ** 2


def _bound(
    X,
    y,
    u,
    *,
    not_unit=False,
    labels_forgotten=False,
    mean_margin=False,
    mean_length=False,
    unsquared=False,
    upside_down=False,
    largest_entry=False,
):
    lengths = np.abs(X).max(axis=1) if largest_entry else np.linalg.norm(X, axis=1)
    R = lengths.mean() if mean_length else lengths.max()
    sums = X @ u if labels_forgotten else y * (X @ u)
    gamma = sums.mean() if mean_margin else sums.min()
    if not not_unit:
        gamma = gamma / np.linalg.norm(u)
    ratio = gamma / R if upside_down else R / gamma
    return ratio if unsquared else ratio**2


def _bound_cases():
    rng = np.random.default_rng(2)
    cases = [
        (
            np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]),
            np.array([-1, -1, -1, 1]),
            np.array([2.0, 2.0, -3.0]),
        )
    ]
    for n, d in ((6, 3), (9, 4), (8, 2)):
        X, u = rng.standard_normal((n, d)) * 2, rng.standard_normal(d) * 3
        y = np.where(X @ u > 0, 1, -1)
        cases.append((X, y, u))
    return cases


def _worked_bound(case, where):
    X, y, u = case
    sums = y * (X @ u)
    return (
        f"the longest row has the length R = {np.linalg.norm(X, axis=1).max():.4g}. The sums y · (x · u) are at "
        f"least {sums.min():.4g}, and u has the length {np.linalg.norm(u):.4g}, so γ = "
        f"{sums.min() / np.linalg.norm(u):.4g}. Divide, and square."
    )


BOUND = Exercise(
    id="perceptron.bound",
    notebook=NOTEBOOK,
    title="How many mistakes at most?",
    prompt="""
Novikoff's ceiling for the number of mistakes is (R/γ)². R is the length of the longest example. γ is the gap
that a separating direction of length 1 leaves: the smallest value of y (x · u) over all examples.

Write `bound(X, y, u)`: `X` has shape (N, D), `y` of shape (N,) holds −1 and +1, and `u` of shape (D,) is a
direction that separates the two classes: y (x · u) is positive for every example. Its length is *not* 1 as a
rule; divide it away. Return the ceiling, one number.
""",
    starter="""
def bound(X, y, u):  # (N, D), (N,) of -1 and +1, (D,) -> one number
    ...
""",
    reference=bound,
    faulty=_bound,
    cases=_bound_cases,
    hints=(
        "`np.linalg.norm(X, axis=1)` gives the length of each row, `np.linalg.norm(u)` that of u.",
        "`y * (X @ u)` holds the N values y (x · u). Take the smallest, and divide it by the length of u: "
        "that is γ.",
        "`(R / gamma) ** 2`, with R the largest of the rows' lengths.",
    ),
    next="Multiply all of X by 10. What becomes of R, of γ, and of the ceiling?",
    wrong=(
        Mistake(
            name="not_unit",
            title="Close: the length of u was left in.",
            seen="Asked was {right}, you gave {yours}.",
            why="Doubling u would double your γ, and the ceiling would sink for nothing. The gap is measured "
            "with a direction of length 1: divide by `np.linalg.norm(u)`.",
        ),
        Mistake(
            name="labels_forgotten",
            title="Close: the labels are missing.",
            seen="Asked was {right}, you gave {yours}.",
            why="x · u is negative for the examples of class −1, as it should be, and the smallest of all is "
            "then the *most certain* of them. Multiplied by y, the right side is positive for both classes.",
        ),
        Mistake(
            name="mean_margin",
            title="Close: the gap is the smallest, and not the mean.",
            seen="Asked was {right}, you gave {yours}.",
            why="The proof needs a gain of at least γ from *every* correction, also from the example "
            "nearest to the boundary. `min`, where you took `mean`.",
        ),
        Mistake(
            name="mean_length",
            title="Close: R is the longest, and not the mean.",
            seen="Asked was {right}, you gave {yours}.",
            why="The proof needs that *no* correction makes w longer than promised, also not the longest "
            "example. `max`, where you took `mean`.",
        ),
        Mistake(
            name="unsquared",
            title="Close: the square is missing.",
            seen="Asked was {right}, you gave {yours}.",
            why="From k γ ≤ √k R follows √k ≤ R/γ. To get at k, square both sides.",
        ),
        Mistake(
            name="upside_down",
            title="Close: the fraction stands on its head.",
            seen="Asked was {right}, you gave {yours}.",
            why="A narrower gap makes it harder, so γ belongs underneath: R / γ.",
        ),
        Mistake(
            name="largest_entry",
            title="Close: R is a length, and not the largest entry.",
            seen="Asked was {right}, you gave {yours}.",
            why="The length of (3, 4) is √(9 + 16) = 5, and not 4. `np.linalg.norm(X, axis=1)` takes it "
            "row by row.",
        ),
    ),
    worked=_worked_bound,
)


# pocket --------------------------------------------------------------------------------------------------------------


def pocket(X, y, passes):
    """Rosenblatt's rule, and the best weights on the way kept in the pocket."""
    w = np.zeros(X.shape[1])
    best, fewest = w, len(X)  # at zero every sum is 0, and so everything is wrong
    for _ in range(passes):
        for n in range(len(X)):
            if y[n] * (w @ X[n]) <= 0:
                w = w + y[n] * X[n]
                wrong = np.sum(y * (X @ w) <= 0)
                if wrong < fewest:
                    best, fewest = w, wrong
    return best, fewest


def _pocket(
    X,
    y,
    passes,
    *,
    last=False,
    alias=False,
    last_of_equals=False,
    worst=False,
    counted_before=False,
    end_of_pass=False,
    right_counted=False,
):
    w = np.zeros(X.shape[1])
    best, fewest = w, -1 if worst else len(X)
    now = len(X)
    for _ in range(passes):
        for n in range(len(X)):
            if y[n] * (w @ X[n]) > 0:
                if not (end_of_pass and n == len(X) - 1):
                    continue
                corrected = w
            else:
                corrected = w + y[n] * X[n]
            before = int(np.sum(y * (X @ w) <= 0))
            w = corrected
            now = int(np.sum(y * (X @ w) <= 0))
            if end_of_pass and n < len(X) - 1:
                continue
            wrong = before if counted_before else now
            better = wrong > fewest if worst else wrong <= fewest if last_of_equals else wrong < fewest
            if better:
                best, fewest = w, wrong
    if last:
        best, fewest = w, now
    if alias:
        best = w
    return best, len(X) - fewest if right_counted else fewest


def _pocket_cases():
    rng = np.random.default_rng(5)
    cases = [
        (
            np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]),
            np.array([-1, 1, 1, -1]),
            3,
        )
    ]
    for n, d, passes in ((9, 3, 3), (14, 3, 4), (11, 4, 5), (13, 3, 2)):
        X = np.column_stack([rng.integers(-3, 4, (n, d - 1)), np.ones(n)]).astype(float)
        y = np.where(X @ rng.standard_normal(d) > 0, 1, -1)
        y[rng.integers(0, n, 2)] *= -1
        cases.append((X, y, passes))
    return cases


POCKET = Exercise(
    id="perceptron.pocket",
    notebook=NOTEBOOK,
    title="Put the best one in your pocket",
    prompt="""
Where no line is right everywhere, the last weights are an accident. Gallant's pocket keeps the best.

Write `pocket(X, y, passes)`: `X` has shape (N, D), its last column ones; `y` of shape (N,) holds −1 and +1.
Start at w = 0, with that w in the pocket and N mistakes noted beside it. Go through the examples in order,
`passes` times, with Rosenblatt's rule. After each correction, count how many of *all* N examples the new w
gets wrong (a sum of exactly 0 is wrong). If they are fewer than noted, put the new w and its count into the
pocket; if they are equal, the older w stays there. Return the pair `best, fewest`: the weights in the pocket,
of shape (D,), and their count.
""",
    starter="""
def pocket(X, y, passes):  # (N, D), (N,) of -1 and +1, a whole number -> (D,), a whole number
    w = np.zeros(X.shape[1])
    best, fewest = w, len(X)
    ...
    return best, fewest
""",
    reference=pocket,
    faulty=_pocket,
    cases=_pocket_cases,
    returns=("best", "fewest"),
    expects="a pair, `best, fewest`: an array of D weights, and a whole number",
    hints=(
        "Begin with the two loops of the exercise before, with labels that are ±1 already. What is new happens "
        "right after a correction.",
        "`np.sum(y * (X @ w) <= 0)` counts the mistakes of w on all examples at once.",
        "`if wrong < fewest: best, fewest = w, wrong`. And correct with `w = w + …`: `w += …` would change "
        "the array in the pocket as well.",
    ),
    next="Counting after each correction costs a product with all of X. When could one afford to look less "
    "often, and what might be missed?",
    wrong=(
        Mistake(
            name="last",
            title="Close: those are the last weights.",
            seen="You gave {your_best} with {your_fewest} mistakes, the best were {right_best} with {right_fewest}.",
            why="Where corrections never end, the last weights are wherever the clock stopped. Keep a copy of "
            "the best ones beside the ones that go on learning.",
        ),
        Mistake(
            name="alias",
            title="Close: there is a hole in the pocket.",
            seen="Your `fewest` belongs to {right_best}, your `best` is {your_best}.",
            why="`best = w` gives the same array a second name, and `w += …` then changes it under both. Make "
            "a new array at each correction, `w = w + …`, or store `w.copy()`.",
        ),
        Mistake(
            name="last_of_equals",
            title="Close: an equal replaced the older one.",
            seen="You gave {your_best}, asked was {right_best}.",
            why="Asked was *fewer*, `<`. With `<=` the pocket changes with each tie, and gains nothing.",
        ),
        Mistake(
            name="worst",
            title="The comparison is turned round: it keeps the worst.",
            seen="Yours makes {your_fewest} mistakes; {right_fewest} were possible.",
            why="The pocket is for fewer mistakes: `if wrong < fewest`.",
        ),
        Mistake(
            name="counted_before",
            title="Close: counted with the weights before the correction.",
            seen="You gave {your_best}, asked was {right_best}.",
            why="The count in the pocket must belong to the weights beside it. Correct first, count then.",
        ),
        Mistake(
            name="end_of_pass",
            title="Close: it looks only at the end of each pass.",
            seen="You gave {your_fewest} mistakes, the best on the way had {right_fewest}; asked for were the "
            "weights {right_best}, and yours are {your_best}.",
            why="Good weights may live for a few corrections in the middle of a pass. Count after *each* correction.",
        ),
        Mistake(
            name="right_counted",
            title="Close: the count is of those that it gets right.",
            seen="You gave {your_fewest}, asked was {right_fewest}.",
            why="`fewest` is a number of mistakes: examples where y · (w · x) is 0 or less.",
        ),
    ),
)


# adaline -------------------------------------------------------------------------------------------------------------


def adaline(w, x, target, rate):
    """One step of Widrow and Hoff's rule: a fraction of the error is taken away."""
    error = target - w @ x
    return w + rate * error * x / (x @ x)


def _adaline(
    w,
    x,
    target,
    rate,
    *,
    stepped=False,
    uphill=False,
    only_mistakes=False,
    undivided=False,
    by_length=False,
    rate_forgotten=False,
    label_only=False,
):
    total = w @ x
    if only_mistakes and target * total > 0:
        return w.copy()
    said = (1.0 if total >= 0 else -1.0) if stepped else total
    error = target if label_only else target - said
    if uphill:
        error = -error
    power = 1.0 if undivided else np.sqrt(x @ x) if by_length else x @ x
    return w + (1.0 if rate_forgotten else rate) * error * x / power


def _adaline_cases():
    rng = np.random.default_rng(4)
    cases = [
        (np.array([1.0, -1.0, 0.5]), np.array([2.0, 1.0, 1.0]), 1.0, 0.5),
        (np.array([0.5, 1.5]), np.array([3.0, -1.0]), -2.0, 0.25),
    ]
    for size in (3, 5, 4, 6, 2):
        cases.append(
            (
                rng.standard_normal(size),
                rng.standard_normal(size) * 1.5,
                round(float(rng.standard_normal()), 3),
                round(float(rng.uniform(0.1, 0.9)), 2),
            )
        )
    return cases


def _worked_adaline(case, where):
    w, x, target, rate = case
    total = float(w @ x)
    return (
        f"the sum is {total:.4g}, so the error is {target:g} − ({total:.4g}) = {target - total:.4g}. "
        f"A share of {rate:g} of it is to go, and x · x is {x @ x:.4g}: add {rate * (target - total) / (x @ x):.4g} "
        "times x."
    ).replace("− (-", "+ (")


ADALINE = Exercise(
    id="perceptron.adaline",
    notebook=NOTEBOOK,
    title="Widrow and Hoff's step",
    prompt="""
The ADALINE compares its *sum* with the target, before any threshold, and each step takes away a fixed share of
the difference.

Write `adaline(w, x, target, rate)`: `w` and `x` have shape (D,); `target` is the number that the sum w · x should
have been; `rate` is the share, such as 0.5. Return new weights of shape (D,), by

> w + rate · error · x / (x · x), where error = target − w · x.

There is no question whether it was a mistake. Do not write into `w`.
""",
    starter="""
def adaline(w, x, target, rate):  # (D,), (D,), one number, one number -> (D,)
    ...
""",
    reference=adaline,
    faulty=_adaline,
    cases=_adaline_cases,
    hints=(
        "Two lines: the error first, then the new weights.",
        "`error = target - w @ x`, and `x @ x` is the sum of the squares of x.",
        "`return w + rate * error * x / (x @ x)`",
    ),
    next="Call it with rate = 1 and look at the new sum. And with rate = 2?",
    wrong=(
        Mistake(
            name="stepped",
            title="Close: the threshold came first.",
            seen="The sum is {total}; asked was {right}, you gave {yours}.",
            why="You compared the target with ±1, the answer after the threshold. The ADALINE looks at the sum "
            "itself: it knows not only *that* it was off but *by how much*.",
        ),
        Mistake(
            name="uphill",
            title="Close: the step goes the wrong way.",
            seen="Asked was {right}, you gave {yours}.",
            why="The error is target − sum: where the sum is too small, it must grow. With sum − target each step "
            "would enlarge the difference.",
        ),
        Mistake(
            name="only_mistakes",
            title="That question belongs to Rosenblatt.",
            seen="The sum {total} has the sign of the target {target}, and yet asked was {right}: you gave {yours}.",
            why="The perceptron rests when the side is right. The ADALINE is never content with a side: it corrects "
            "until the *number* is right.",
        ),
        Mistake(
            name="undivided",
            title="Close: nothing was divided by x · x.",
            seen="x · x is {power}; asked was {right}, you gave {yours}.",
            why="Adding c · x to w changes the sum by c (x · x). To take away a share of the error, whatever "
            "the loudness of x, divide by x · x.",
        ),
        Mistake(
            name="by_length",
            title="Close: divided by the length, and not by its square.",
            seen="x · x is {power}; asked was {right}, you gave {yours}.",
            why="The length of x counts twice: once in the step, and once more when the new weights meet x. So it is "
            "x · x, without a root.",
        ),
        Mistake(
            name="rate_forgotten",
            title="Close: the whole error was taken away.",
            seen="With the rate {rate} asked was {right}, you gave {yours}.",
            why="The `rate` is missing. A step that trusts each example fully also learns all of its noise.",
        ),
        Mistake(
            name="label_only",
            title="Close: the sum does not appear in the error.",
            seen="The sum is {total}; asked was {right}, you gave {yours}.",
            why="You moved by the target alone. Then the weights would go on growing when the sum has long been "
            "reached: error = target − w · x.",
        ),
    ),
    numbers=lambda case, output: {"total": float(case[0] @ case[1]), "power": float(case[1] @ case[1])},
    worked=_worked_adaline,
)


# make_eyes -----------------------------------------------------------------------------------------------------------


def eyes(points):
    """The two coordinates, their product, and the square of the distance from the middle."""
    x1, x2 = points[:, 0], points[:, 1]
    return np.column_stack([x1, x2, x1 * x2, x1**2 + x2**2])


def _eyes_cases():
    rng = np.random.default_rng(6)
    points = rng.uniform(-2, 2, (1200, 2))
    radius = np.hypot(points[:, 0], points[:, 1])
    clear = (np.abs(points).min(axis=1) > 0.15) & (np.abs(radius - 1.4) > 0.1)
    return [(points[clear][:600],)]


def _tasks(points):
    crosswise = np.where(points[:, 0] * points[:, 1] > 0, 1, -1)
    inside = np.where(np.hypot(points[:, 0], points[:, 1]) < 1.4, 1, -1)
    return crosswise, inside


def _share_right(features, y):
    """Learnt on the first 200 by Rosenblatt's rule, tried on the others."""
    X = np.column_stack([features, np.ones(len(features))])
    w = np.zeros(X.shape[1])
    for _ in range(200):
        mistakes = 0
        for x, t in zip(X[:200], y[:200], strict=True):
            if t * (w @ x) <= 0:
                w = w + t * x
                mistakes += 1
        if not mistakes:
            break
    return float(np.mean(y[200:] * (X[200:] @ w) > 0))


def _judge_eyes(output, points):
    features = np.asarray(output, dtype=float)
    if features.ndim != 2 or len(features) != len(points) or not 1 <= features.shape[1] <= 100:
        raise ValueError
    if not np.isfinite(features).all():
        return Finding(
            "There are infinite numbers or NaN among your features. A logarithm or a division by 0?"
        )
    crosswise, inside = (_share_right(features, y) for y in _tasks(points))
    seen = f"On new points it was right in {crosswise:.1%} (crosswise) and {inside:.1%} (inside)."
    if crosswise >= 0.95 and inside >= 0.95:
        return None
    if crosswise >= 0.95:
        return Finding(seen, "ring_missing")
    if inside >= 0.95:
        return Finding(seen, "crosswise_missing")
    if np.ptp(features, axis=0).max() == 0:
        return Finding(seen, "blind")
    return Finding(seen, "as_they_are")


EYES = Exercise(
    id="perceptron.make_eyes",
    notebook=NOTEBOOK,
    title="Make: better eyes for the same neuron",
    prompt="""
An open task. The neuron can only draw straight lines through what it *sees*. So give it more to see.

Write `eyes(points)`: `points` has shape (N, 2). Return an array of shape (N, K): for each point the K numbers
that the neuron is to get as inputs, K from 1 to 100, as you like. The column of ones for the bias is added for
you. Only the point's own x₁ and x₂ may go into its row.

With the *same* eyes a perceptron is then trained twice, 200 passes over 200 points of the square from −2 to 2:
once for **crosswise** (y is +1 where x₁ and x₂ have the same sign: XOR's pattern), once for **inside** (y is +1
where the distance to the origin is below 1.4). On 400 new points it must be right in at least 95 of 100, both times.
""",
    starter="""
def eyes(points):  # (N, 2) -> (N, K)
    x1, x2 = points[:, 0], points[:, 1]  # (N,) each
    return ...
""",
    reference=eyes,
    cases=_eyes_cases,
    judge=_judge_eyes,
    expects="an array of shape (N, K), a row of K numbers for each of the N points, K from 1 to 100",
    hints=(
        "What is positive in two opposite quarters of the plane, and negative in the other two? What is small in "
        "the middle, and large outside, in all directions?",
        "x₁ · x₂ does the first, x₁² + x₂² the second. `np.column_stack([a, b, c])` puts arrays of shape (N,) side by "
        "side.",
        "`np.column_stack([x1, x2, x1 * x2, x1**2 + x2**2])`",
    ),
    next="Rosenblatt did not choose his machine's features: they were wired at random. Try 100 columns of "
    "`points @ A + b >= 0` with random A and b, and see how far that goes.",
    seconds=20.0,
    wrong=(
        Mistake(
            name="as_they_are",
            title="Neither task can be learnt with these eyes.",
            why="Whatever columns are weighted sums of x₁ and x₂ (the points themselves among them) leave a straight "
            "line in the plane a straight line, and both tasks need a bent one. Add a column in which the two "
            "coordinates are multiplied, or squared.",
            version=lambda points: points,
        ),
        Mistake(
            name="ring_missing",
            title="Halfway: crosswise is learnt, inside is not.",
            why="For *inside* the neuron needs a number that grows in all directions from the middle. Both "
            "coordinates squared and added do that.",
            version=lambda points: np.column_stack([points, points[:, 0] * points[:, 1]]),
        ),
        Mistake(
            name="crosswise_missing",
            title="Halfway: inside is learnt, crosswise is not.",
            why="For *crosswise* the neuron needs a number whose sign tells whether x₁ and x₂ have the same sign. "
            "Squares have lost the signs; a product keeps them.",
            version=lambda points: np.column_stack([points, points**2]),
        ),
        Mistake(
            name="blind",
            title="These eyes see the same everywhere.",
            why="No column of yours changes from point to point, so all points look alike to the neuron.",
            version=lambda points: np.ones((len(points), 2)),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="perceptron.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of notebook 01?",
    kind="quiz",
    questions=(
        Question(
            "A neuron has the weights (2, −1) and the bias −1. What does it say to the point (1, 1)?",
            (
                Option(
                    "It is silent: the sum is 0, and 0 is not positive.",
                    "The sum is 0, that is right. But in notebook 01 a neuron fires if its sum *reaches* 0.",
                ),
                Option(
                    "It is silent: the sum is −1.",
                    "2 · 1 − 1 · 1 is 1, and the bias takes that 1 away again: 0.",
                ),
                Option(
                    "It fires: the sum is exactly 0, and reaching 0 is enough.",
                    "2 − 1 − 1 = 0, a tie. Keep an eye on ties: they will matter today.",
                    True,
                ),
            ),
        ),
        Question(
            "How do you get rid of the bias without changing any answer?",
            (
                Option(
                    "Add it to each of the weights.",
                    "Then it would count once for each input that is on, and not at all where all are 0.",
                ),
                Option(
                    "Give every example one more input that is always 1; the bias is its weight.",
                    "One more column of ones in X, one more entry in w, and the sum is w · x alone.",
                    True,
                ),
                Option(
                    "Scale the weights until it is 0.",
                    "Scaling all three numbers keeps the boundary, but a bias that is not 0 stays a bias that is "
                    "not 0.",
                ),
                Option(
                    "Compare the answer with it after the step.",
                    "That was notebook 01's false claim: after the step only 0 and 1 are left to compare with.",
                ),
            ),
        ),
        Question(
            "The weights of a neuron, drawn as an arrow, point …",
            (
                Option(
                    "to the side that fires, at right angles to the boundary.",
                    "Along the arrow the sum grows fastest.",
                    True,
                ),
                Option(
                    "along the boundary.",
                    "Along the boundary the sum does not change at all; along the arrow it grows fastest.",
                ),
                Option(
                    "to the nearest example.",
                    "The arrow says what the neuron asks for, and not where the data are. Today that will "
                    "change a little.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="perceptron.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“A neuron that learns from its mistakes and makes too many of them takes steps that are too large. Multiply "
            "each correction by a small number, 0.01 say, and it will make fewer.”",
            (
                Option(
                    "True: small steps are careful steps.",
                    "So they will be with other rules. Here, from w = 0, all weights are 100 times smaller, so is every "
                    "sum, and not one sum changes its sign: the same mistakes, at the same examples.",
                ),
                Option(
                    "False: it must be a large number, to get there sooner.",
                    "A factor of 1,000 does what a factor of 0.001 does: nothing. Only the proportions of the "
                    "weights decide, and all of them are scaled alike.",
                ),
                Option(
                    "False: from w = 0, no such number changes a single decision.",
                    "The weights are a sum of corrections, and multiplying each by the same number multiplies them "
                    "all. Doubling everything changes nothing: notebook 01 had it already.",
                    True,
                ),
            ),
        ),
    ),
)

CORRECTION = Quiz(
    id="perceptron.predict_correction",
    notebook=NOTEBOOK,
    title="Predict: after a correction",
    kind="predict",
    questions=(
        Question(
            "The neuron gets one of 40 points wrong, and corrects its weights. Then it is asked about all 40 again. The "
            "number of points that it gets wrong …",
            (
                Option(
                    "always falls: one mistake fewer.",
                    "Not even the point itself must be right after one correction. And the 39 others had no say in it.",
                ),
                Option(
                    "stays or falls, but never rises.",
                    "That would need a rule that looks at all the points. This one looks at a single point and moves "
                    "the line for everybody.",
                ),
                Option(
                    "may fall or stay; it may also rise, even threefold.",
                    "The line moves for one point's sake, and sweeps over others. That it ends well all the same is "
                    "the surprise of section 3.",
                    True,
                ),
                Option(
                    "rises as often as it falls, so nothing is gained.",
                    "It does rise now and then. But there is a hidden quantity in which every correction gains: "
                    "section 3.",
                ),
            ),
        ),
    ),
)

LABELS = Quiz(
    id="perceptron.predict_labels",
    notebook=NOTEBOOK,
    title="Predict: 0 and 1 in place of −1 and +1",
    kind="predict",
    questions=(
        Question(
            "Somebody trains AND, but leaves the labels at 0 and 1 and uses the rule as it stands: if y (w · x) ≤ 0, "
            "then w + y x. No error comes up. What has the neuron learnt after 20 passes over the four cases?",
            (
                Option(
                    "The same line: 0 and −1 are both not positive.",
                    "For asking, perhaps. But the step is y x, and with y = 0 that is nothing.",
                ),
                Option(
                    "To say 1 to every case.",
                    "Only class 1 ever moves the weights, and every move says *more*.",
                    True,
                ),
                Option(
                    "To say 0 to every case.",
                    "Only the case with the label 1 moves the weights (0 times x is nothing), and it pulls towards 1.",
                ),
                Option(
                    "Nothing at all: the weights are still 0.",
                    "For class 0 every correction is nothing. Class 1 does push, though, and nobody pushes back.",
                ),
            ),
        ),
    ),
)

POINTS = Quiz(
    id="perceptron.predict_points",
    notebook=NOTEBOOK,
    title="Predict: a thousand times as many points",
    kind="predict",
    questions=(
        Question(
            "Two classes with an empty strip between them. Once they have 30 points together, once 30,000, in the same "
            "square and with a strip of the same width. With 30,000, until it is right everywhere, the neuron makes …",
            (
                Option(
                    "about 1,000 times as many mistakes.",
                    "It is *asked* a thousand times as often. But a line that has learnt the strip is right on "
                    "thousands of points that it has never been corrected on.",
                ),
                Option(
                    "about 30 times as many: the root of 1,000.",
                    "Roots of the number of points turn up in statistics, but not here: the number of points "
                    "plays no part in the ceiling at all.",
                ),
                Option(
                    "no more than a few times as many.",
                    "There is a ceiling, and it knows the strip's width and the size of the square. How many points "
                    "there are does not come into it.",
                    True,
                ),
                Option(
                    "fewer: it has more to learn from.",
                    "More points cannot make the strip easier to hit; now and then there are a few mistakes more, "
                    "because more points crowd along its edges.",
                ),
            ),
        ),
    ),
)

CARDS = Quiz(
    id="perceptron.predict_weights",
    notebook=NOTEBOOK,
    title="Predict: the weights as a picture",
    kind="predict",
    questions=(
        Question(
            "The neuron has learnt to tell cards marked on the left (−1) from cards marked on the right (+1). Show its 400 "
            "weights as a picture of 20 by 20. You will see …",
            (
                Option(
                    "negative numbers in the left half, positive ones in the right half.",
                    "Nobody told it where the middle is. Cards of the left half were only ever taken away, those of "
                    "the right half only ever added.",
                    True,
                ),
                Option(
                    "a vertical line in the middle, where the two halves meet.",
                    "That is what *you* would draw to explain the task. But an eye on the middle line sees nothing of a "
                    "block at the edge. Each eye has to vote.",
                ),
                Option(
                    "one typical block on each side, both positive.",
                    "Positive weights on both sides would push every card towards +1. A vote *against* needs a "
                    "minus sign.",
                ),
                Option(
                    "noise: 400 weights cannot be learnt from so few mistakes.",
                    "Each mistake changes only the weights that were lit, and it changes them in the right direction. "
                    "A few dozen blocks cover the card.",
                ),
            ),
        ),
    ),
)

XOR = Quiz(
    id="perceptron.predict_xor",
    notebook=NOTEBOOK,
    title="Predict: Rosenblatt's rule on XOR",
    kind="predict",
    questions=(
        Question(
            "The four cases of XOR are shown to the neuron over and over, in the same order, starting from w = 0. What "
            "do its weights do?",
            (
                Option(
                    "They settle on a line that gets three of the four right.",
                    "A line with three right exists. But one mistake is left, and as long as a mistake is left the "
                    "rule will not rest.",
                ),
                Option(
                    "They grow without end.",
                    "Every correction seems to add something. But a correction is made only where the sum is on the "
                    "wrong side, and there x pulls *against* w.",
                ),
                Option(
                    "They wander about and never come back to where they were.",
                    "They are whole numbers, and they stay small. There are not many places to wander to.",
                ),
                Option(
                    "They go round in a circle.",
                    "And a small one: four corrections, and the weights are back where they started.",
                    True,
                ),
            ),
        ),
    ),
)

BOTH_TALK = Quiz(
    id="perceptron.predict_both_talk",
    notebook=NOTEBOOK,
    title="Predict: both talk at once",
    kind="predict",
    questions=(
        Question(
            "The echo is gone, and the ADALINE goes on learning. Now the near person starts to talk as well, for a second "
            "and a half. Meanwhile the echo that gets through …",
            (
                Option(
                    "stays as weak as before: it has learnt the line, and the line is the same.",
                    "It *had* learnt it. But it corrects its weights at every step, and to it the near voice is an "
                    "error that must be its own fault.",
                ),
                Option(
                    "grows louder than it was with no ADALINE at all.",
                    "The near voice is no function of the far one, so each correction is a step in a senseless "
                    "direction, 8,000 times a second.",
                    True,
                ),
                Option(
                    "becomes weaker still: more sound, more to learn from.",
                    "Learning needs sound that tells something about the line. The near voice tells nothing about it.",
                ),
                Option(
                    "stays the same, but the near voice is cancelled too.",
                    "It cannot be: the ADALINE hears only the far voice, and the near one cannot be computed from that.",
                ),
            ),
        ),
    ),
)

EXERCISES = (UPDATE, LEARN, BOUND, POCKET, ADALINE, EYES)
QUIZZES = (WARMUP, IS_THIS_TRUE, CORRECTION, LABELS, POINTS, CARDS, XOR, BOTH_TALK)
