"""Exercises, questions and predictions of notebook 08_bug_clinic."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

import nnbook
from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.sharing import Told

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "08_bug_clinic"


@dataclass(frozen=True, repr=False)
class _Backward(Told):
    """A backward function in the clinic, ill or healthy."""

    ill: bool


def _softmax_rows(x):
    exp = np.exp(x - x.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def _softmax_rows_backward(dy, x):
    return softmax_backward(dy, _softmax_rows(x))


# numerical_gradient --------------------------------------------------------------------------------------------------


def numerical_gradient(f, x, h):
    """The gradient of f at x, by nudging each entry both ways."""
    point = np.array(x, dtype=float)  # a copy: x stays as it is
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        centre = point[index]
        point[index] = centre + h
        up = f(point)
        point[index] = centre - h
        down = f(point)
        point[index] = centre  # put it back before the next one moves
        gradient[index] = (up - down) / (2 * h)
    return gradient


def _numerical_gradient(
    f,
    x,
    h,
    *,
    one_sided=False,
    not_halved=False,
    all_at_once=False,
    not_put_back=False,
    sign=False,
    entry_alone=False,
    brackets=False,
    same_array=False,
):
    point = np.array(x, dtype=float)
    if same_array:
        return np.zeros(point.shape)
    between = h if one_sided or not_halved else 2 * h
    if brackets:
        between = 2 / h
    if sign:
        between = -between
    if all_at_once:
        return (f(point + h) - f(point if one_sided else point - h)) / between
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        centre = point[index]
        if entry_alone:
            gradient[index] = (f(centre + h) - f(centre if one_sided else centre - h)) / between
            continue
        point[index] = centre if one_sided else centre - h
        down = f(point)
        point[index] = centre + h
        up = f(point)
        if not not_put_back:
            point[index] = centre
        gradient[index] = (up - down) / between
    return gradient


def _numerical_gradient_cases():
    rng = np.random.default_rng(0)
    product = Told("the product of all entries times their sum", lambda v: float(np.prod(v) * np.sum(v)))
    cube = Told("the cube of the sum, over ten", lambda v: float(np.sum(v) ** 3 / 10))
    bowl = Told(
        "the exponential of a tenth of the squares' sum, plus the first entry times the last",
        lambda v: float(np.exp(np.sum(v**2) / 10) + v.flat[0] * v.flat[-1]),
    )
    return [
        (product, np.array([1.0, 2.0]), 0.1),
        (cube, rng.uniform(0.2, 1, (2, 3)), 0.05),
        (bowl, rng.uniform(0.5, 1.5, 4) * [1, -1, 1, -1], 0.2),
    ]


NUMERICAL_GRADIENT = Exercise(
    id="clinic.numerical_gradient",
    notebook=NOTEBOOK,
    title="Nudge every entry, both ways",
    prompt="""
Write `numerical_gradient(f, x, h)`: `f` is a function that takes an array of the shape of `x` and returns one
number; `x` is an array of any shape; `h` is the size of the nudge. Return an array of the shape of `x`: for each
entry the slope of `f`, measured from h below to h above, while all other entries stand still. Leave `x` itself
as it was.
""",
    starter="""
def numerical_gradient(f, x, h):  # function, any shape, a number -> the shape of x
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):  # every place in x: (0, 0), (0, 1), ...
        ...
    return gradient
""",
    reference=numerical_gradient,
    faulty=_numerical_gradient,
    cases=_numerical_gradient_cases,
    hints=(
        "For one entry: a copy of x with that entry raised by h, another with it lowered by h; run f on both.",
        "The two points are 2h apart, so the difference of the two results is divided by 2h.",
        "`up, down = x.copy(), x.copy()`, then `up[index] += h`, `down[index] -= h`, then `gradient[index] = "
        "(f(up) - f(down)) / (2 * h)`",
    ),
    next="How many times is f run for an array of 10,000 entries? That is why nobody trains like this, and why "
    "one checks small networks.",
    wrong=(
        Mistake(
            name="one_sided",
            title="Close: you nudge to one side only.",
            seen="For x = {x} and h = {h} you gave {yours}, asked was {right}.",
            why="From x to x + h is one side. It measures the slope half a nudge too far to the right, so its error "
            "shrinks only as fast as h. From x − h to x + h the errors of the two sides cancel, and what is "
            "left shrinks as fast as h².",
        ),
        Mistake(
            name="not_halved",
            title="Close: twice too steep.",
            seen="For x = {x} and h = {h} you gave {yours}, asked was {right}.",
            why="From x − h to x + h is a way of 2h, and you divided by h. A checker that is off by a factor "
            "of two will accuse every gradient that is right.",
        ),
        Mistake(
            name="all_at_once",
            title="All entries moved together.",
            seen="For x = {x} you gave {yours}; asked was one slope for each entry: {right}.",
            why="`x + h` moves every entry of the array. That measures the slope along one direction, with all "
            "nudges mixed. A gradient asks each entry alone: a loop.",
        ),
        Mistake(
            name="not_put_back",
            title="Close: a nudged entry stays nudged.",
            seen="For x = {x} and h = {h} you gave {yours}, asked was {right}.",
            why="When the second entry is nudged, the first still stands h away from its place, so each slope is "
            "measured a little further off the mark. Put the entry back before the next one moves, or nudge "
            "a fresh copy each time.",
        ),
        Mistake(
            name="sign",
            title="Close: every slope has the wrong sign.",
            seen="For x = {x} you gave {yours}, asked was {right}.",
            why="The slope is f above minus f below. The other way round a hill becomes a valley.",
        ),
        Mistake(
            name="entry_alone",
            title="The other entries have gone missing.",
            seen="For x = {x} you gave {yours}, asked was {right}.",
            why="`f(x[index] + h)` hands over one number, and f sees an array with nothing else in it. The other entries "
            "stand still, but they have to be there: nudge one entry of a whole copy of x.",
        ),
        Mistake(
            name="brackets",
            title="Close: brackets are missing.",
            seen="For x = {x} and h = {h} you gave {yours}, asked was {right}.",
            why="Python goes from left to right: `/ 2 * h` divides by 2 and then *multiplies* by h. Write `/ (2 * h)`.",
        ),
        Mistake(
            name="same_array",
            title="Every slope is 0.",
            seen="For x = {x} you gave {yours}, asked was {right}.",
            why="Is `gradient[index]` set at all? If so, look for two names of one array: after `up = x` and `down = x` "
            "what raises the one raises the other, and x as well. Let each be a copy, `x.copy()`.",
        ),
    ),
)


# softmax_backward ----------------------------------------------------------------------------------------------------


def softmax_backward(dy, y):
    """From the gradient of softmax's output to that of its input; y is the output: (N, K), (N, K) -> (N, K)."""
    return y * (dy - np.sum(dy * y, axis=1, keepdims=True))


def _softmax_backward(
    dy,
    y,
    *,
    diagonal_only=False,
    over_everything=False,
    wrong_axis=False,
    plus=False,
    unweighted=False,
):
    if diagonal_only:
        return dy * y * (1 - y)
    product = dy if unweighted else dy * y
    axis = None if over_everything else 0 if wrong_axis else 1
    total = np.sum(product, axis=axis, keepdims=True)
    return y * (dy + total if plus else dy - total)


def _softmax_backward_cases():
    rng = np.random.default_rng(1)
    cases = [(np.array([[1.0, 0.0, 0.0], [0.0, 2.0, -1.0]]), np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]]))]
    for shape in ((4, 4), (5, 2)):
        cases.append((rng.standard_normal(shape), _softmax_rows(rng.standard_normal(shape))))
    return cases


def _worked_softmax(case, where):
    dy, y = case
    n, k = where or (0, 0)
    mean = float(np.sum(dy[n] * y[n]))
    away = f"({mean:.4g})" if mean < 0 else f"{mean:.4g}"
    return (
        f"in row {n}, the mean of dy, weighted by y, is {mean:.4g}. Entry {k} has dy = {dy[n, k]:.4g}, "
        f"so it gets y (dy − mean) = {y[n, k]:.4g} × ({dy[n, k]:.4g} − {away}) = "
        f"{y[n, k] * (dy[n, k] - mean):.4g}."
    )


SOFTMAX_BACKWARD = Exercise(
    id="clinic.softmax_backward",
    notebook=NOTEBOOK,
    title="Mend patient 5",
    prompt="""
For one row y = softmax(x) of K shares, raising one input raises its own share and lowers all the others:

> ∂yⱼ / ∂xₖ = yₖ (1 − yₖ) for j = k

> ∂yⱼ / ∂xₖ = −yⱼ yₖ for j ≠ k

The roads from xₖ lead to all K shares, and they add. Write `softmax_backward(dy, y)`: `dy` is the gradient of the
loss with respect to the shares and `y` the shares themselves, both of shape (N, K), one example in each row.
Return the gradient with respect to the inputs, of shape (N, K).
""",
    starter="""
def softmax_backward(dy, y):  # (N, K), (N, K) -> (N, K)
    ...
""",
    reference=softmax_backward,
    faulty=_softmax_backward,
    cases=_softmax_backward_cases,
    hints=(
        "For one entry k of a row: dyₖ yₖ (1 − yₖ) by its own road, and −dyⱼ yⱼ yₖ by each of the others. Take "
        "yₖ out of all the terms.",
        "What is left in the bracket is dyₖ minus the sum of dyⱼ yⱼ over *all* j of the row: dy minus its "
        "weighted mean.",
        "`y * (dy - np.sum(dy * y, axis=1, keepdims=True))`",
    ),
    next="What comes out if every entry of dy is the same, and why must it be so? (Section 4 has met this number.)",
    wrong=(
        Mistake(
            name="diagonal_only",
            title="That is patient 5 as it was brought in.",
            seen="For dy = {dy} and y = {y} you gave {yours}, the gradient is {right}.",
            why="y (1 − y) is only the road from an input to its *own* share. When it rises, the other shares "
            "of the row fall, since together they must make 1. Those roads carry −yⱼ yₖ each.",
        ),
        Mistake(
            name="over_everything",
            title="Close: the rows have been mixed.",
            seen="For dy = {dy} and y = {y} you gave {yours}, the gradient is {right}.",
            why="`np.sum` without an axis adds over the whole batch. Each example has a softmax of its own: "
            "sum along its row, `axis=1`.",
        ),
        Mistake(
            name="wrong_axis",
            title="Close: the sum runs down the batch.",
            seen="For dy = {dy} and y = {y} you gave {yours}, the gradient is {right}.",
            why="`axis=0` adds over the examples, which have nothing to do with each other here. The shares that "
            "compete stand side by side in a row: `axis=1`.",
        ),
        Mistake(
            name="plus",
            title="Close: the other roads have the wrong sign.",
            seen="For dy = {dy} and y = {y} you gave {yours}, the gradient is {right}.",
            why="When one share rises the others fall: −yⱼ yₖ. So the weighted mean of dy is taken *away*.",
        ),
        Mistake(
            name="unweighted",
            title="Close: all roads count alike in your sum.",
            seen="For dy = {dy} and y = {y} you gave {yours}, the gradient is {right}.",
            why="You took away the plain sum of dy. A large share loses more than a small one: each dyⱼ comes "
            "with its yⱼ.",
        ),
    ),
    worked=_worked_softmax,
)


# check_pair ----------------------------------------------------------------------------------------------------------


def check_pair(f, f_backward, x, r):
    """What a backward function claims, and what nudging measures, for the loss Σ r f(x)."""
    claimed = f_backward(r, x)
    measured = nnbook.numerical_gradient(lambda v: np.sum(r * f(v)), x)
    return claimed, measured


def _check_pair(
    f, f_backward, x, r, *, all_ones=False, unweighted=False, ones_upstream=False, averaged=False
):
    ones = np.ones_like(r)
    claimed = f_backward(ones if all_ones or ones_upstream else r, x)
    weights = ones if all_ones or unweighted else r
    add_up = np.mean if averaged else np.sum
    return claimed, nnbook.numerical_gradient(lambda v: add_up(weights * f(v)), x)


def _check_pair_cases():
    rng = np.random.default_rng(2)
    square = Told("v²", lambda v: v**2), Told("dy · 2x", lambda dy, x: dy * 2 * x)
    softmax = (
        Told("softmax of each row", _softmax_rows),
        Told("softmax's own backward", _softmax_rows_backward),
    )
    relu = (
        Told("max(v, 0)", lambda v: np.maximum(v, 0)),
        Told("1 where x > 0, else 0", lambda dy, x: (x > 0) * 1.0),
    )
    energy = (
        Told("half the sum of the squares of each row", lambda v: np.sum(v**2, axis=1) / 2),
        Told("dy (N, 1) · x", lambda dy, x: dy[:, np.newaxis] * x),
    )
    return [
        (*square, np.array([1.0, -2.0]), np.array([0.5, 3.0])),
        (*softmax, rng.standard_normal((3, 4)), rng.standard_normal((3, 4))),
        (*relu, rng.choice([-1, 1], (4, 2)) * rng.uniform(0.5, 2, (4, 2)), rng.standard_normal((4, 2))),
        (*energy, rng.standard_normal((2, 3)), rng.standard_normal(2)),
    ]


CHECK_PAIR = Exercise(
    id="clinic.check_pair",
    notebook=NOTEBOOK,
    title="Check a pair",
    prompt="""
A pair to be checked: `f(x)` takes an array and returns an array; `f_backward(dy, x)` takes the gradient of the loss
with respect to f's output, and x, and returns the gradient with respect to x. The loss for the check is
Σ r ⊙ f(x): every output times a number of its own, added up.

Write `check_pair(f, f_backward, x, r)`: `x` is an array of any shape, `r` an array of the shape of f's output.
Return two arrays of the shape of `x`: `claimed`, what `f_backward` says, and `measured`, what nudging says.
`nnbook.numerical_gradient(g, x)` measures the gradient of a function `g` that takes an array like `x` and returns
one number.
""",
    starter="""
def check_pair(f, f_backward, x, r):  # -> claimed, measured: two arrays of x's shape
    ...
""",
    reference=check_pair,
    faulty=_check_pair,
    cases=_check_pair_cases,
    returns=("claimed", "measured"),
    hints=(
        "What is the gradient of Σ r ⊙ y with respect to y? That is the dy for which `f_backward` is asked.",
        "It is r. So the claim is `f_backward(r, x)`.",
        "The other side nudges the whole loss: `nnbook.numerical_gradient(lambda v: np.sum(r * f(v)), x)`.",
    ),
    next="One of the four pairs that were tried is ill, and no answer of yours was wrong for it. Which one, and how "
    "do you tell from your two arrays?",
    wrong=(
        Mistake(
            name="all_ones",
            title="All outputs count alike in your check.",
            seen="You gave claimed = {your_claimed} and measured = {your_measured}; with r they are {right_claimed} "
            "and {right_measured}.",
            why="You asked with a dy of ones, and nudged the plain sum. The two sides agree on the question, but it is not "
            "the one that was asked: the loss here is Σ r ⊙ f(x), and its gradient with respect to f's output is "
            "r. What is wrong with ones comes next in the notebook.",
        ),
        Mistake(
            name="unweighted",
            title="The two sides answer different questions.",
            seen="You gave measured = {your_measured}; for the loss Σ r ⊙ f(x) it is {right_measured}.",
            why="The claim was asked for the loss Σ r ⊙ f(x), but the nudging measured the plain sum of f(x). "
            "Multiply f's output by r before adding up.",
        ),
        Mistake(
            name="ones_upstream",
            title="The two sides answer different questions: look at dy.",
            seen="You gave claimed = {your_claimed}; with dy = r it is {right_claimed}.",
            why="The nudging measured Σ r ⊙ f(x), but `f_backward` was asked with a dy of ones. The gradient of "
            "that loss with respect to f's output is r.",
        ),
        Mistake(
            name="averaged",
            title="Your loss is a mean; asked was a sum.",
            seen="You gave measured = {your_measured}; for the loss Σ r ⊙ f(x) it is {right_measured}.",
            why="The nudging measured the *mean* of r ⊙ f(x), which divides by the number of outputs. The claim, "
            "with dy = r, belongs to the sum. The two sides have to speak of one loss.",
        ),
    ),
)


# best_step -----------------------------------------------------------------------------------------------------------


def best_step(f, x, slope, steps):
    """The nudge with which the two-sided slope comes nearest to the true one."""
    errors = [abs((f(x + h) - f(x - h)) / (2 * h) - slope) for h in steps]
    return steps[int(np.argmin(errors))]


def _best_step(f, x, slope, steps, *, smallest=False, largest=False, one_sided=False, position=False):
    if smallest or largest:
        chosen = min(steps) if smallest else max(steps)
        return steps.index(chosen) if position else chosen
    errors = [
        abs((f(x + h) - (f(x) if one_sided else f(x - h))) / (h if one_sided else 2 * h) - slope)
        for h in steps
    ]
    place = int(np.argmin(errors))
    return place if position else steps[place]


def _best_step_cases():
    steps = [1e-3, 1e-13, 1e-1, 1e-5, 1e-8]
    return [
        (Told("sin", np.sin), 1.0, float(np.cos(1.0)), steps),
        (Told("exp", np.exp), 0.5, float(np.exp(0.5)), [1e-4, 1e-2, 1e-9, 1e-3, 1e-1]),
        (Told("tanh", np.tanh), 0.4, float(1 - np.tanh(0.4) ** 2), [steps[i] for i in (1, 3, 0, 4, 2)]),
    ]


BEST_STEP = Exercise(
    id="clinic.best_step",
    notebook=NOTEBOOK,
    title="The best nudge",
    prompt="""
Write `best_step(f, x, slope, steps)`: `f` is a function of one number, `x` a number, `slope` the true slope of f
at x, and `steps` a list of nudges h, in any order. Return that h of the list with which the *two-sided* slope at x
has the smallest absolute error.
""",
    starter="""
def best_step(f, x, slope, steps):  # function, two numbers, a list -> one of the list
    ...
""",
    reference=best_step,
    faulty=_best_step,
    cases=_best_step_cases,
    expects="one of the numbers in `steps`",
    hints=(
        "Measure the slope with each h, and compare it with the true one: how far off, whichever way?",
        "`abs((f(x + h) - f(x - h)) / (2 * h) - slope)` for each h; then the h whose error is smallest.",
        "`return min(steps, key=lambda h: abs((f(x + h) - f(x - h)) / (2 * h) - slope))`",
    ),
    next="Which h wins for a one-sided slope? Theory says about the square root of the rounding, 10⁻⁸.",
    wrong=(
        Mistake(
            name="smallest",
            title="The smallest nudge is not the best one.",
            seen="You chose h = {yours}, best is {right}.",
            why="On paper the slope gets better as h shrinks. In a computer f(x + h) and f(x − h) agree in more and "
            "more digits, the difference keeps only the last few, and dividing by a tiny h blows their "
            "rounding up.",
        ),
        Mistake(
            name="largest",
            title="The largest nudge is not the best one.",
            seen="You chose h = {yours}, best is {right}.",
            why="With a large h the curve bends between the two points, and the line through them has another "
            "slope.",
        ),
        Mistake(
            name="one_sided",
            title="Close: that is the best for a one-sided slope.",
            seen="You chose h = {yours}, for the two-sided slope it is {right}.",
            why="One-sided, the error of bending is larger, so it pays to take a smaller h and accept more "
            "rounding. Asked was from h below to h above.",
        ),
        Mistake(
            name="position",
            title="Close: that is its place in the list.",
            seen="You gave {yours}, asked was the nudge itself, {right}.",
            why="`np.argmin` says *where* the smallest stands. `steps[...]` of it is the nudge.",
        ),
    ),
)


# is_right: open ------------------------------------------------------------------------------------------------------


def is_right(forward, backward, x):
    """Whether a backward function belongs to a forward function, at x."""
    x = np.array(x, dtype=float)
    r = np.random.default_rng(0).standard_normal(np.shape(forward(x)))
    claimed = backward(r, x)
    measured = nnbook.numerical_gradient(lambda v: np.sum(r * forward(v)), x)
    return nnbook.gradients.relative_error(claimed, measured) < 1e-5


def _ward():
    """Pairs, healthy and ill, each with an input; the order decides which mistake is named."""
    rng = np.random.default_rng(3)
    w = rng.standard_normal((3, 2))
    away = rng.choice([-1, 1], (3, 4)) * rng.uniform(0.5, 2, (3, 4))  # from the corner of ReLU
    tanh, relu, rows = np.tanh, lambda v: np.maximum(v, 0), _softmax_rows
    pairs = [
        ("tanh", tanh, lambda dy, x: dy * (1 - np.tanh(x) ** 2), False, rng.standard_normal((2, 3))),
        ("tanh", tanh, lambda dy, x: dy * (np.tanh(x) ** 2 - 1), True, rng.standard_normal((2, 3))),
        ("x @ W", lambda v: v @ w, lambda dy, x: dy @ w.T, False, rng.standard_normal((4, 3))),
        ("ReLU", relu, lambda dy, x: (x > 0) * 1.0, True, away),
        ("softmax", rows, lambda dy, x: dy * rows(x) * (1 - rows(x)), True, rng.standard_normal((3, 4))),
        ("softmax", rows, _softmax_rows_backward, False, rng.standard_normal((2, 5))),
        ("x³", lambda v: v**3, lambda dy, x: dy * 3.06 * x**2, True, rng.standard_normal((2, 4))),
        ("a tiny x²", lambda v: 1e-10 * v**2, lambda dy, x: dy * 3e-10 * x, True, rng.standard_normal(5)),
        ("a huge x²", lambda v: 1e7 * v**2, lambda dy, x: dy * 2e7 * x, False, rng.standard_normal(5)),
    ]
    return [
        (Told(name, forward), _Backward(f"a backward of {name}", backward, ill), x)
        for name, forward, backward, ill, x in pairs
    ]


def _judge_is_right(output, forward, backward, x):
    if not isinstance(output, (bool, np.bool_)):
        return Finding("The function returned something else than True or False.", "no_verdict")
    if bool(output) is not backward.ill:
        return None
    if not backward.ill:
        if "huge" in forward.said:
            return Finding("A healthy pair with slopes of twenty million was called ill.", "absolute")
        return Finding(f"A healthy pair, {forward.said}, was called ill.", "strict")
    if forward.said == "ReLU":
        return Finding("A ReLU whose backward ignores dy was called right.", "all_ones")
    if forward.said == "x³":
        return Finding("A cube whose slope is 2 % too large was called right.", "lenient")
    if "tiny" in forward.said:
        return Finding(
            "A pair with tiny slopes, each half as large again as it should be, was called right.", "absolute"
        )
    return Finding(f"A pair that is wrong in every entry, {forward.said}, was called right.", "asleep")


def _clinic(forward, backward, x, *, ones=False, h=1e-5, tolerance=1e-5, absolute=False):
    r = np.random.default_rng(0).standard_normal(np.shape(forward(x)))
    r = np.ones_like(r) if ones else r
    measured = nnbook.numerical_gradient(lambda v: np.sum(r * forward(v)), x, h=h)
    claimed = backward(r, x)
    error = (
        np.abs(claimed - measured).max() if absolute else nnbook.gradients.relative_error(claimed, measured)
    )
    return bool(error < tolerance)


IS_RIGHT = Exercise(
    id="clinic.is_right",
    notebook=NOTEBOOK,
    title="Make: your own clinic",
    prompt="""
Build the instrument that you would want beside you. Nine pairs will be brought in, some healthy and some ill, of
all sizes: slopes of 0.0000000002, slopes of 20,000,000, outputs of another shape than their inputs.

Write `is_right(forward, backward, x)`: `forward(x)` takes a float array and returns one; `backward(dy, x)` takes a
`dy` of the shape of forward's output, and `x`, and returns an array of the shape of `x`. Return `True` if backward
belongs to forward at this x, else `False`. How you nudge, with which `h`, which `dy` you ask with, and how close is
close enough, are yours to choose. `nnbook.numerical_gradient(f, x)` and `nnbook.gradients.relative_error(a, b)` are there
to be used.
""",
    starter="""
def is_right(forward, backward, x):  # two functions, an array -> True or False
    ...
""",
    reference=is_right,
    cases=_ward,
    judge=_judge_is_right,
    expects="True or False",
    hints=(
        "Four decisions: a random `r` of the shape of `forward(x)`; the claim `backward(r, x)`; the measurement of "
        "Σ r ⊙ forward(x); and how to compare.",
        "Compare by the relative error, so that tiny and huge slopes are treated alike. With h = 1e-5, right ones "
        "stay far below 1e-6, and wrong ones far above 1e-3.",
        "`r = np.random.default_rng(0).normal(size=forward(x).shape)`, then `measured = "
        "nnbook.numerical_gradient(lambda v: np.sum(r * forward(v)), x)`, then compare with `backward(r, x)` by "
        "`nnbook.gradients.relative_error`.",
    ),
    next="Now play the other side: write an ill pair that your clinic sends home. Ties, corners and in-place "
    "changes are good places to begin.",
    wrong=(
        Mistake(
            name="strict",
            title="It calls the healthy ill.",
            why="Two numbers that were computed in different ways never agree to the last digit. Is your h so "
            "small that rounding drowns the slope (1e-5 is about right), or your tolerance stricter than "
            "nudging can be?",
            version=partial(_clinic, h=1e-13),
        ),
        Mistake(
            name="asleep",
            title="It sends the ill home.",
            why="Every entry of that gradient is wrong, by sign or by a large part. Does the verdict depend on the "
            "comparison at all, and the right way round?",
            version=lambda forward, backward, x: True,
        ),
        Mistake(
            name="all_ones",
            title="It cannot see a backward that forgets dy.",
            why="With an upstream gradient of ones, *dy times the slope* and *the slope alone* are one and the "
            "same. Ask with random numbers.",
            version=partial(_clinic, ones=True),
        ),
        Mistake(
            name="lenient",
            title="It lets small errors pass.",
            why="Two per cent is a real bug: a gradient that is right agrees to seven digits or more. Tighten the "
            "tolerance to 1e-5 or so.",
            version=partial(_clinic, tolerance=0.05),
        ),
        Mistake(
            name="absolute",
            title="It judges by the plain difference.",
            why="A difference of 0.00000001 is nothing beside a slope of twenty million, and everything beside a "
            "slope of 0.0000000002. Divide by the size of the numbers: a relative error.",
            version=partial(_clinic, absolute=True),
        ),
        Mistake(
            name="no_verdict",
            title="Asked was a verdict.",
            why="Return `True` or `False`: the error compared with a tolerance, such as `error < 1e-5`.",
            version=lambda forward, backward, x: 0.5,
        ),
    ),
)

# questions -----------------------------------------------------------------------------------------------------------


def _predict(name, title, text, *options):
    return Quiz(
        id=f"clinic.{name}",
        notebook=NOTEBOOK,
        title=title,
        kind="predict",
        questions=(Question(text, options),),
    )


WARMUP = Quiz(
    id="clinic.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of gradients?",
    kind="quiz",
    questions=(
        Question(
            "A loss is 0.5000. Raise one weight by 0.001, and it is 0.5003. About what is the gradient with respect "
            "to this weight?",
            (
                Option(
                    "0.0003: that is by how much the loss moved.",
                    "It moved by 0.0003 for a nudge of 0.001. The gradient is the change *per unit* of nudge.",
                ),
                Option(
                    "3.3: the nudge, divided by the change.",
                    "The other way round: change of the loss, divided by the nudge.",
                ),
                Option("0.3.", "0.0003 / 0.001: change of the loss per unit of nudge.", True),
                Option(
                    "−0.3, since the weight should go down.",
                    "The *step* goes down. The gradient says where the loss grows, and has a plus sign here.",
                ),
            ),
        ),
        Question(
            "The network 784-1000-10 has 795,010 parameters. Nudge each of them both ways: how many forward passes "
            "for one gradient?",
            (
                Option(
                    "2.",
                    "That is back-propagation: one pass forward, one back. Nudging asks each parameter alone.",
                ),
                Option(
                    "1,590,020.",
                    "Two for each parameter. So nudging is for checking small networks, and back-propagation for "
                    "training large ones.",
                    True,
                ),
                Option(
                    "795,011.",
                    "That is the bill for nudging one way: a pass as it is, and one for each parameter. Both ways "
                    "takes two for each.",
                ),
                Option(
                    "20: two for each output.",
                    "It is the parameters that are nudged, and each nudge needs a run of the whole network.",
                ),
            ),
        ),
        Question(
            "A number reaches the loss by two roads. By the first alone, its gradient would be +0.4, by the second "
            "alone −0.1. Its gradient is …",
            (
                Option("0.3.", "Along a road rates multiply; where roads meet, they add.", True),
                Option("−0.04.", "That would be so *along* one road. These two lie side by side."),
                Option("0.4: the larger one wins.", "Both roads are open at once, and the loss feels both."),
                Option("0.15: the mean.", "Nothing is divided: each road feels the whole nudge."),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="clinic.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“The loss goes down, step after step. So the gradient is right.”",
            (
                Option(
                    "True: with a wrong gradient it would go up, or nowhere.",
                    "Three of the first four patients went down all the way. Any direction that leans downhill, however "
                    "crooked, lowers the loss.",
                ),
                Option(
                    "True, if it goes down nearly to zero.",
                    "Two of the patients got there as well, one of them as fast as the right gradient.",
                ),
                Option(
                    "False: it can go down with a gradient that is wrong.",
                    "Downhill is half of all directions. Only a comparison of numbers tells the right one from a "
                    "crooked one.",
                    True,
                ),
            ),
        ),
    ),
)

TWO_SIDED = _predict(
    "predict_two_sided",
    "Predict: a smaller nudge",
    "The slope from w to w + h was 10 times nearer to the truth for a nudge 10 times smaller. Now measure from w − h to "
    "w + h. With a nudge 10 times smaller, the error becomes …",
    Option(
        "10 times smaller as well.",
        "The error that shrank like h is the bending of the curve, and it has opposite signs on the two sides: "
        "it cancels. What is left shrinks faster.",
    ),
    Option(
        "5 times smaller: the two points lie twice as far apart.",
        "Twice as far apart, but with the true place in the middle. That is what counts: errors of the two sides "
        "cancel.",
    ),
    Option(
        "zero.",
        "For a parabola it would be: there the two sides cancel exactly. Any other curve leaves a rest.",
    ),
    Option(
        "100 times smaller.",
        "The error goes like h²: the largest part, like h, cancels between the two sides.",
        True,
    ),
)

CLIMB = _predict(
    "predict_patient_1",
    "Predict: a hundred steps",
    "Read the code of `patient_1`. After 100 of its steps at a rate of 0.001, the loss of 238.12 has become …",
    Option(
        "about 150: on its way down.",
        "So it would be with the gradient that section 1 has checked. Follow the signs once more, from `y - Y` to the "
        "minus of the last two lines.",
    ),
    Option(
        "more than 1,000.",
        "From 238 to 240 in one step, and on to 1,026. What the step goes against points the wrong way.",
        True,
    ),
    Option(
        "238.12 still: the units are saturated.",
        "One hidden unit is. The output's weights are not, and they move all the more.",
    ),
    Option(
        "NaN: it overflows.",
        "With a larger rate, or more steps, it might. A hundred steps of 0.001 are too few for that.",
    ),
)

DIAGNOSE_1 = _predict(
    "diagnose_1",
    "Diagnose: patient 1",
    "All eleven ratios are −1.5, whichever layer, weight or bias. Where do you look first?",
    Option(
        "In the slope of tanh.",
        "That touches the hidden layer only, and each unit differently. The output layer's three numbers would be "
        "right.",
    ),
    Option(
        "In the transposes: one matrix is the wrong way round.",
        "That would mix entries up, each with a ratio of its own, or fail by its shape.",
    ),
    Option(
        "At the end: the rate is too large.",
        "The ratio was taken after dividing by the rate. And a rate has no sign.",
    ),
    Option(
        "At the very beginning of the way back: in the gradient of the loss.",
        "Everything that goes back is multiplied by it. One factor that is the same everywhere comes from the one "
        "place through which everything passes.",
        True,
    ),
)

DIAGNOSE_2 = _predict(
    "diagnose_2",
    "Diagnose: patient 2",
    "W2 and b2 are right. W1 and b1 are about ten times too large for unit 2, and for the saturated unit 1 more than "
    "a hundred thousand times. The fault sits …",
    Option(
        "between the output layer and the hidden layer's sums: in the line of dZ1.",
        "What comes before it is right, and all that comes after it is wrong. And the saturated unit suffers most: "
        "it is about a slope.",
        True,
    ),
    Option(
        "in the line of dW1: X should not be transposed.",
        "Then b1, which never meets X, would be right. It is as wrong as W1.",
    ),
    Option(
        "in the line of dY: the 2/N.",
        "dW2 is made from dY and is right, so dY is right.",
    ),
    Option(
        "in the forward pass.",
        "The check compares with the same forward pass, whatever it does. If that were wrong, both sides would be "
        "wrong together.",
    ),
)

DIAGNOSE_3 = _predict(
    "diagnose_3",
    "Diagnose: patient 3",
    "The output layer is right at every rate. The hidden layer's gradient depends on the *rate*: ten times the rate, "
    "ten times the error, or nearly. What can do that?",
    Option(
        "Rounding: small rates lose digits.",
        "Then the error would grow when the rate shrinks. It does the opposite, and is far larger than any rounding.",
    ),
    Option(
        "The slope of tanh is wrong, as in patient 2.",
        "A slope knows nothing of the rate. It would be wrong by the same amount at each of them.",
    ),
    Option(
        "A number that has already been moved by the step is used to compute a gradient.",
        "Gradients belong to the network that made the error, and that one has no rate. The only way for a rate to get "
        "in is through a weight that was changed with it.",
        True,
    ),
    Option(
        "The rate is too large for this landscape.",
        "That may spoil a step, but not a gradient: the check runs before anything is gained or lost by it.",
    ),
)

DIAGNOSE_4 = _predict(
    "diagnose_4",
    "Diagnose: patient 4",
    "W is right. b is wrong, and the claim is the same number, 0, for all three classes. Look at the line of db. What "
    "does it add up?",
    Option(
        "The classes only.",
        "Then 60 numbers would come out, one for each example. It is a single number.",
    ),
    Option(
        "The examples and the classes, everything.",
        "And the three entries p − y of a row add up to 0, since the shares make 1 and the truth does too. So the "
        "claim is 0 whatever the data, and b never moves.",
        True,
    ),
    Option(
        "The examples only, but the mean over the batch was forgotten.",
        "The mean is taken in the line of dZ. And without it the claim would be 60 times too large, not 0.",
    ),
    Option(
        "The examples only, but the sign is flipped.",
        "Then claim and measurement would be each other's negative. Here the claim is 0 for all three.",
    ),
)

ONES = _predict(
    "predict_ones",
    "Predict: asked with ones",
    "Four pairs will be asked with a dy of ones: a right and a wrong ReLU, a right and a wrong softmax. How many of the "
    "four verdicts will be fair?",
    Option(
        "All four: a gradient is right or wrong, whatever it is asked.",
        "A backward is a whole function of dy. Ones are a single question, and some wrong functions know the answer "
        "to it.",
    ),
    Option(
        "Three: one ill pair will slip through.",
        "One does. But someone healthy is accused as well: the true answer for softmax is 0, and 0 cannot be matched "
        "to any digit.",
    ),
    Option(
        "Two: one ill pair slips through, one healthy pair is accused.",
        "The wrong ReLU passes, since dy times the slope is the slope when dy is 1. The right softmax fails, since its "
        "true gradient is 0, and two roundings of 0 have nothing in common.",
        True,
    ),
    Option(
        "None of them.",
        "The right ReLU is acquitted and the wrong softmax convicted, as they should be. Half of the verdicts hold.",
    ),
)

DIAGNOSE_5 = _predict(
    "diagnose_5",
    "Diagnose: patient 5",
    "For a single row with shares 0.7, 0.2, 0.1 and dy = (1, 0, 0), patient 5 claims (0.21, 0, 0); measured is "
    "(0.21, −0.14, −0.07). What is missing?",
    Option(
        "The roads from an input to the *other* shares.",
        "Raise the second input, and the first share falls, since all three must make 1. The formula y (1 − y) knows "
        "only the road from each input to its own share.",
        True,
    ),
    Option(
        "A mean over the batch.",
        "There is one row only, and the first entry is right as it stands.",
    ),
    Option(
        "A minus sign.",
        "Zero has no sign. Two entries are not wrong by a sign; they are not there.",
    ),
    Option(
        "Nothing: an input whose dy is 0 gets a gradient of 0.",
        "dy belongs to the *outputs*. The second input moves the first output too, and that one's dy is 1. Nudging says "
        "so: −0.14.",
    ),
)

DIAGNOSE_6 = _predict(
    "diagnose_6",
    "Diagnose: patient 6",
    "Asked with ones, patient 6 is right everywhere. Asked with dy = (2, −3), at x = (1, 1), it claims (1, 1); measured "
    "is (2, −3). The fault is …",
    Option(
        "the corner of ReLU at 0.",
        "x is 1, far from the corner. And there the two would differ with ones as well.",
    ),
    Option(
        "the mask: `x > 0` should be `x >= 0`.",
        "That matters only where x is exactly 0.",
    ),
    Option(
        "the sign of the second entry.",
        "The first entry is wrong too: 1 instead of 2. Neither sign nor size of dy comes through.",
    ),
    Option(
        "that dy is thrown away.",
        "It answers with its own slope, 0 or 1, whatever comes from above. A backward function has to *multiply* dy by "
        "the slope.",
        True,
    ),
)

DIAGNOSE_7 = _predict(
    "diagnose_7",
    "Diagnose: patient 7",
    "Tanh alone: right. Tripled alone: right. One after the other: wrong, and some entries even have the wrong sign. What "
    "can two healthy layers do to each other?",
    Option(
        "Their gradients come back in the wrong order.",
        "`Sequential` goes back from the last to the first, and it was right for all other chains.",
    ),
    Option(
        "Three is too large a factor: tanh is saturated.",
        "The factor comes *after* tanh. It makes gradients three times as large, which is right.",
    ),
    Option(
        "The second changes an array that the first one still needs.",
        "`x *= 3` writes into the very array that tanh has kept for its slope, 1 − y². On the way back, tanh finds 3y "
        "there, and 1 − 9y² is often negative.",
        True,
    ),
    Option(
        "Rounding adds up along the chain.",
        "Rounding stays below a billionth here. This is an error of 100 %.",
    ),
)

DIAGNOSE_8 = _predict(
    "diagnose_8",
    "Diagnose: patient 8",
    "Four equal numbers. Raise all four together by h, and the maximum rises by h: a slope of 1. Patient 8's gradient "
    "promises 4. Why?",
    Option(
        "Four numbers moved, so 4 is right, and the measurement is off.",
        "The maximum of 0.5, 0.5, 0.5, 0.5 is 0.5, and that of four times 0.51 is 0.51. It rose by as much as each of "
        "them, once.",
    ),
    Option(
        "Each of the four is declared the only maximum.",
        "`x == x.max()` is true in four places, and each gets the whole dy. The blame for one output is handed out four "
        "times.",
        True,
    ),
    Option(
        "The nudge h is too large.",
        "The measured slope is 1 for any h: all four rise together.",
    ),
    Option(
        "The maximum has no gradient at all, so any answer is wrong.",
        "At a tie the entries' own slopes are indeed undefined. But along this direction the slope is 1 without any "
        "doubt, and a sensible answer has to add up to it.",
    ),
)

NINTH = _predict(
    "predict_ninth",
    "Predict: the ninth patient",
    "“ReLU's slope is 0 for all x *below* 0 too, but this code clears only `Z == 0`. The result will be wrong.” Will the "
    "gradient check find it wrong?",
    Option(
        "Yes: negative x keep their dy, and should not.",
        "Z is what comes *out* of ReLU. No negative number does: every x below 0 has become a 0, and is cleared.",
    ),
    Option(
        "Yes, but only where x is exactly 0.",
        "There the slope is 0 by agreement, and the code clears it. Negative x have become 0 as well by then.",
    ),
    Option(
        "No: Z has been through ReLU already.",
        "The report took Z for the input. Nothing below 0 comes out of a ReLU, so `Z == 0` is all that is needed.",
        True,
    ),
    Option(
        "No, but only because a network seldom has negative sums.",
        "It has them all the time, half of the random numbers here are negative. They have all become 0 in Z.",
    ),
)

SMALLER = _predict(
    "predict_smaller",
    "Predict: the best nudge",
    "Two-sided slopes in ordinary (64-bit) numbers, with nudges from 0.1 down to 0.000000000000001, which is 10⁻¹⁵. "
    "Which is the most exact?",
    Option(
        "10⁻¹⁵: the smaller the nudge, the nearer to the true slope.",
        "On paper. In a computer the two losses then agree in all digits but the last one or two, and their difference "
        "is mostly rounding.",
    ),
    Option(
        "About 10⁻⁵ or 10⁻⁶.",
        "There the error of bending, like h², and that of rounding, like 10⁻¹⁶/h, are about equal.",
        True,
    ),
    Option(
        "About 10⁻¹¹.",
        "There five digits are left, at most: rounding, about 10⁻¹⁶, is divided by 10⁻¹¹.",
    ),
    Option(
        "They are all the same, since the function is smooth.",
        "From 0.1 to 10⁻⁵ the error falls by a factor of a hundred million, and then it rises again.",
    ),
)

EXERCISES = (NUMERICAL_GRADIENT, CHECK_PAIR, SOFTMAX_BACKWARD, BEST_STEP, IS_RIGHT)
QUIZZES = (
    WARMUP,
    IS_THIS_TRUE,
    TWO_SIDED,
    CLIMB,
    DIAGNOSE_1,
    DIAGNOSE_2,
    DIAGNOSE_3,
    DIAGNOSE_4,
    ONES,
    DIAGNOSE_5,
    DIAGNOSE_6,
    DIAGNOSE_7,
    DIAGNOSE_8,
    NINTH,
    SMALLER,
)
