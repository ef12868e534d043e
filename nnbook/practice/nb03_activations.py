"""Exercises, questions and predictions of notebook 03_activations."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from nnbook.activations import sigmoid
from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.sharing import Told
from nnbook.practice.showing import show

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "03_activations"


# slope ---------------------------------------------------------------------------------------------------------------

_CUBE = Told("u³", lambda u: u**3)
_FALLING = Told("e⁻ᵘ", lambda u: np.exp(-u))
_SIGMOID = Told("1 / (1 + e⁻ᵘ)", sigmoid)


def slope(f, x, hair):
    """How steep f is at x, measured by a nudge up and a nudge down."""
    return (f(x + hair) - f(x - hair)) / (2 * hair)


def _slope(
    f,
    x,
    hair,
    *,
    one_sided=False,
    undivided=False,
    half_divided=False,
    unbracketed=False,
    sign=False,
    nudged_outside=False,
    own_hair=False,
):
    if own_hair:
        hair = 1e-6
    if nudged_outside:
        rise = (f(x) + hair) - (f(x) - hair)
    else:
        rise = f(x + hair) - (f(x) if one_sided else f(x - hair))
    if sign:
        rise = -rise
    if undivided:
        return rise
    if unbracketed:
        return rise / 2 * hair
    return rise / hair if one_sided or half_divided else rise / (2 * hair)


def _slope_cases():
    rng = np.random.default_rng(0)
    return [
        (_CUBE, np.array([1.0, 2.0]), 0.1),
        (_FALLING, np.array([0.0, 1.5, -1.0]), 0.05),
        (_CUBE, rng.uniform(-2, 2, (2, 3)), 0.01),
        (_SIGMOID, rng.uniform(0.5, 2, 4), 0.2),
    ]


def _worked_slope(case, where):
    f, x, hair = case
    at = float(x[where or (0,) * x.ndim])
    up, down = float(f(at + hair)), float(f(at - hair))
    return (
        f"for {f!r} at {at:.4g}: up at {at + hair:.4g} it is {up:.6f}, down at {at - hair:.4g} it is {down:.6f}. "
        f"The rise is {up - down:.6f} over a run of {2 * hair:g}: {(up - down) / (2 * hair):.4f}."
    )


SLOPE = Exercise(
    id="activations.slope",
    notebook=NOTEBOOK,
    title="Measure a slope",
    prompt="""
Write `slope(f, x, hair)`: `f` is a function that takes an array and returns one of the same shape, each number
by itself; `x` is an array of any shape; `hair` is a small number. Return the slope of `f` at each entry of `x`, in
x's shape, nudged both ways: up by `hair`, down by `hair`, rise over run.
""",
    starter="""
def slope(f, x, hair):  # a function, any shape, one number -> the shape of x
    ...
""",
    reference=slope,
    faulty=_slope,
    cases=_slope_cases,
    hints=(
        "Two calls of `f`, one a little above x and one a little below. How far apart are the two places?",
        "The rise is `f(x + hair) - f(x - hair)`, the run is 2 hairs.",
        "`(f(x + hair) - f(x - hair)) / (2 * hair)`",
    ),
    next="Try it on `np.sin` at 0, and on `np.abs` at 0. The second answer is a number, and a lie: why?",
    wrong=(
        Mistake(
            name="one_sided",
            title="Close: nudged to one side only.",
            seen="For {f} at x = {x}, with a hair of {hair}, you gave {yours}; both ways it is {right}.",
            why="One nudge up is compared with x itself. On a curve that bends, that leans to one side, by an "
            "amount in proportion to the hair. A nudge each way lets the two leanings cancel.",
        ),
        Mistake(
            name="undivided",
            title="Halfway: that is the rise. The run is missing.",
            seen="For {f} at x = {x}, with a hair of {hair}, you gave {yours}; per unit it is {right}.",
            why="A slope is rise *over run*. Without the division it depends on the hair, and goes to 0 with it.",
        ),
        Mistake(
            name="half_divided",
            title="Close: twice too steep.",
            seen="For {f} at x = {x} you gave {yours}, the slope is {right}.",
            why="From one hair below to one hair above is *two* hairs: the run is `2 * hair`.",
        ),
        Mistake(
            name="unbracketed",
            title="Is a pair of brackets missing?",
            seen="For {f} at x = {x}, with a hair of {hair}, you gave {yours}; the slope is {right}.",
            why="Python reads `rise / 2 * hair` from left to right: half the rise, *times* the hair. "
            "`rise / (2 * hair)` divides by both.",
        ),
        Mistake(
            name="sign",
            title="Close: the sign is turned.",
            seen="For {f} at x = {x} you gave {yours}, the slope is {right}.",
            why="Up minus down: a curve that rises to the right has a positive slope.",
        ),
        Mistake(
            name="nudged_outside",
            title="The nudge came too late.",
            seen="For {f} at x = {x} you gave {yours}, the slope is {right}.",
            why="`f(x) + hair` moves what *comes out*, and that says nothing about f: every function would have "
            "the same slope. Nudge what goes in: `f(x + hair)`.",
        ),
        Mistake(
            name="own_hair",
            title="Close: another hair than the one you were given.",
            seen="For {f} at x = {x}, with a hair of {hair}, you gave {yours}; with that hair it is {right}.",
            why="A hair of your own choice, or the slope from a formula, gives another number: nearer to the slope "
            "on paper, and not what was asked. Measure with `hair`, however coarse it is.",
        ),
    ),
    worked=_worked_slope,
)


# sigmoid_and_slope ---------------------------------------------------------------------------------------------------


def sigmoid_and_slope(z):
    """The sigmoid of each sum, and how steep it is there."""
    y = 1 / (1 + np.exp(-z))
    return y, y * (1 - y)


def _sigmoid_and_slope(
    z,
    *,
    output_twice=False,
    sum_for_output=False,
    of_tanh=False,
    half=False,
    exponent_sign=False,
    slope_sign=False,
):
    y = sigmoid(z if not exponent_sign else -z)
    at = z if sum_for_output else sigmoid(y) if output_twice else y
    slope = 1 - at if half else 1 - at**2 if of_tanh else at * (1 - at)
    return y, -slope if slope_sign else slope


def _sigmoid_and_slope_cases():
    rng = np.random.default_rng(1)
    return [
        (np.array([0.0, 1.0, -2.0]),),
        (rng.normal(0, 2, (3, 2)),),
        (np.array([4.0, -4.0, 0.5, 3.0]),),
    ]


def _worked_sigmoid(case, where):
    z = float(case[0].flat[0] if len(where) < case[0].ndim else case[0][where[-case[0].ndim :]])
    y = float(sigmoid(z))
    return f"at z = {z:.4g} the sigmoid is y = {y:.4f}, and its slope is {y:.4f} · {1 - y:.4f} = {y * (1 - y):.4f}."


SIGMOID_AND_SLOPE = Exercise(
    id="activations.sigmoid_and_slope",
    notebook=NOTEBOOK,
    title="The sigmoid and its slope",
    prompt="""
Write `sigmoid_and_slope(z)`: `z` is an array of sums, of any shape (none of them is large). Return the pair
`y, slope`, two arrays of z's shape: the sigmoid of each sum, and the sigmoid's slope at that sum.
""",
    starter="""
def sigmoid_and_slope(z):  # any shape -> y, slope: both of that shape
    ...
    return y, slope
""",
    reference=sigmoid_and_slope,
    faulty=_sigmoid_and_slope,
    cases=_sigmoid_and_slope_cases,
    returns=("y", "slope"),
    expects="two arrays: the outputs and the slopes",
    hints=(
        "First y, from the formula at the head of the section. Then the slope: can you write it with y alone?",
        "The slope is y (1 − y), and y is what you have computed already: do not send it through the sigmoid again.",
        "`y = 1 / (1 + np.exp(-z))`, `slope = y * (1 - y)`",
    ),
    next="Which z has a slope of a tenth of the steepest? Find it to two digits by trying, then say what y is there.",
    wrong=(
        Mistake(
            name="output_twice",
            title="Close: the output went through the sigmoid a second time.",
            seen="For z = {z} your slopes are {your_slope}; they should be {right_slope}.",
            why="In y (1 − y) the y is the *output*. If the formula is written with a function, σ(z) (1 − σ(z)), "
            "it must be fed the sum z, not y: σ(y) (1 − σ(y)) feeds the output twice. It gives slopes between 0.19 "
            "and 0.25 everywhere, as though no unit were ever saturated, and nothing crashes. That is why this slip "
            "lives so long.",
        ),
        Mistake(
            name="sum_for_output",
            title="Close: the formula wants the output, and got the sum.",
            seen="For z = {z} your slopes are {your_slope}; they should be {right_slope}.",
            why="z (1 − z) is the right formula with the wrong letter. A sum may be −2, and the 'slope' would be "
            "−6, of a curve that rises everywhere. Put y in.",
        ),
        Mistake(
            name="of_tanh",
            title="That is another curve's slope.",
            seen="For z = {z} your slopes are {your_slope}; they should be {right_slope}.",
            why="1 − y² belongs to tanh. The sigmoid has y (1 − y): at y = ½ that is ¼, the steepest it ever gets.",
        ),
        Mistake(
            name="half",
            title="Halfway: a factor is missing.",
            seen="For z = {z} your slopes are {your_slope}; they should be {right_slope}.",
            why="1 − y alone is largest far on the left, where the sigmoid lies flat on the floor. Times y.",
        ),
        Mistake(
            name="exponent_sign",
            title="Close: your sigmoid falls.",
            seen="For z = {z} your outputs are {your_y}; they should be {right_y}.",
            why="With e⁺ᶻ below the line the output goes to 0 where the sum is large. It is 1 / (1 + e⁻ᶻ): a minus "
            "in the exponent.",
        ),
        Mistake(
            name="slope_sign",
            title="Close: the slope's sign is turned.",
            seen="For z = {z} your slopes are {your_slope}; they should be {right_slope}.",
            why="The sigmoid rises everywhere, so its slope is positive everywhere.",
        ),
    ),
    worked=_worked_sigmoid,
)


# leaky_and_slope -----------------------------------------------------------------------------------------------------


def leaky_and_slope(z, a):
    """Leaky ReLU of each sum, and its slope there."""
    y = np.where(z > 0, z, a * z)
    slope = np.where(z > 0, 1.0, a)
    return y, slope


def _leaky_and_slope(
    z,
    a,
    *,
    wrong_side=False,
    leak_forgotten=False,
    leak_turned=False,
    floor_at_a=False,
    slope_zero=False,
    slope_one=False,
):
    leak = 0.0 if leak_forgotten else -a if leak_turned else a
    above = z <= 0 if wrong_side else z > 0
    if floor_at_a:
        y, slope = np.maximum(z, leak), np.where(z > leak, 1.0, 0.0)
    else:
        y, slope = np.where(above, z, leak * z), np.where(above, 1.0, leak)
    if slope_zero:
        slope = np.where(above, 1.0, 0.0)
    if slope_one:
        slope = np.ones_like(z)
    return y, slope


def _leaky_cases():
    rng = np.random.default_rng(2)
    return [
        (np.array([2.0, -2.0]), 0.1),
        (np.array([0.5, -3.0, 4.0, -0.05]), 0.3),
        (rng.normal(0, 2, (3, 4)), 0.01),
    ]


def _worked_leaky(case, where):
    z, a = case
    at = float(z.flat[0] if len(where) < z.ndim else z[where[-z.ndim :]])
    if at > 0:
        return f"{at:.4g} is above 0 and passes as it is, with slope 1."
    return f"{at:.4g} is below 0: {a:g} · {at:.4g} = {a * at:.4g}, with slope {a:g}."


LEAKY_AND_SLOPE = Exercise(
    id="activations.leaky_and_slope",
    notebook=NOTEBOOK,
    title="Where does it leak?",
    prompt="""
Write `leaky_and_slope(z, a)`: `z` is an array of sums, of any shape; `a` is the leak, one number between 0 and 1.
Return the pair `y, slope`, two arrays of z's shape: the leaky ReLU of each sum, and its slope there. (No sum is
exactly 0.)
""",
    starter="""
def leaky_and_slope(z, a):  # any shape, one number -> y, slope: both of z's shape
    ...
    return y, slope
""",
    reference=leaky_and_slope,
    faulty=_leaky_and_slope,
    cases=_leaky_cases,
    returns=("y", "slope"),
    expects="two arrays: the outputs and the slopes",
    hints=(
        "Two branches, and the sign of z says which. What passes unchanged, what is made small?",
        "`np.where(condition, this, that)` chooses entry by entry. It serves for y and for the slope.",
        "`np.where(z > 0, z, a * z)` and `np.where(z > 0, 1.0, a)`",
    ),
    next="What does it become at a = 0, and at a = 1? And at a = −1?",
    wrong=(
        Mistake(
            name="wrong_side",
            title="Close: the leak is on the wrong side.",
            seen="For z = {z} and a = {a} you gave {your_y}, asked was {right_y}.",
            why="What is above 0 passes in full; *below* 0, where a plain ReLU would stop everything, a little leaks "
            "through. `np.where(z > 0, z, a * z)`; and the minimum of z and a z is not the maximum. With the leak on "
            "the right the unit listens best when it should be silent.",
        ),
        Mistake(
            name="leak_forgotten",
            title="That is ReLU: nothing leaks.",
            seen="For z = {z} and a = {a} you gave {your_y}, asked was {right_y}.",
            why="Below 0 both the output and the slope must keep a trace: a z, and a. Else the unit can die.",
        ),
        Mistake(
            name="leak_turned",
            title="Close: it leaks upwards.",
            seen="For z = {z} and a = {a} you gave {your_y}, asked was {right_y}.",
            why="Below 0 the output is a z with z's own sign, so it is negative and the curve rises everywhere. "
            "With −a z it falls and then rises: a V with one lazy arm.",
        ),
        Mistake(
            name="floor_at_a",
            title="Close: a is a slope, not a floor.",
            seen="For z = {z} and a = {a} you gave {your_y}, asked was {right_y}.",
            why="`np.maximum(z, a)` stops everything at the height a. The leak is a *times z*: the maximum of z and "
            "a z.",
        ),
        Mistake(
            name="slope_zero",
            title="Close: the slope has no leak.",
            seen="For z = {z} and a = {a} your slopes are {your_slope}, asked was {right_slope}.",
            why="Below 0 the slope is a, not 0. That is the whole point: the output hardly differs from a ReLU's, "
            "but a nudge is still felt.",
        ),
        Mistake(
            name="slope_one",
            title="Close: the slope is 1 on one side only.",
            seen="For z = {z} and a = {a} your slopes are {your_slope}, asked was {right_slope}.",
            why="Below 0 the output moves by a for each unit of z: that is the slope there.",
        ),
    ),
    worked=_worked_leaky,
)


# dead_units ----------------------------------------------------------------------------------------------------------


def dead_units(Z):
    """Which ReLUs are silent for every example: (N, M) -> (M,)."""
    return (Z <= 0).all(axis=0)


def _dead_units(
    Z,
    *,
    by_example=False,
    sometimes=False,
    alive=False,
    on_average=False,
    zero_fires=False,
):
    axis = 1 if by_example else 0
    if on_average:
        dead = Z.mean(axis=axis) < 0 if zero_fires else Z.mean(axis=axis) <= 0
    else:
        silent = Z < 0 if zero_fires else Z <= 0
        dead = silent.any(axis=axis) if sometimes else silent.all(axis=axis)
    return ~dead if alive else dead


def _dead_cases():
    rng = np.random.default_rng(3)
    cases = [
        (np.array([[1.0, -1.0, -2.0], [3.0, -0.5, 4.0]]),),
        (np.array([[-1.0, 0.0, 2.0, -3.0], [-2.0, -1.0, -5.0, -3.0], [-1.0, 0.0, 1.0, 5.0]]),),
        (np.array([[0.0, -1.0], [0.0, 2.0], [-1.0, -9.0]]),),
    ]
    for n, m in ((5, 4), (3, 7), (4, 4)):
        z = rng.normal(-1, 1.5, (n, m))
        z[:, 1] = -np.abs(z[:, 1])
        z[0, :] = -np.abs(z[0, :])
        z[0, 0] = 3.0
        cases.append((z,))
    return cases


def _worked_dead(case, where):
    unit = where[0] if where and where[0] < case[0].shape[1] else 0
    column = case[0][:, unit]
    above = int(np.sum(column > 0))
    return (
        f"unit {unit} has the sums {show(column)}; {above} of {len(column)} "
        f"{'is' if above == 1 else 'are'} above 0, so it is {'alive' if above else 'dead'}."
    )


DEAD_UNITS = Exercise(
    id="activations.dead_units",
    notebook=NOTEBOOK,
    title="Count the silent",
    prompt="""
A layer of M ReLU units has seen N examples. `Z`, of shape (N, M), holds their weighted sums *before* the ReLU: a row
for each example, a column for each unit.

Write `dead_units(Z)`: return an array of shape (M,) of True and False. A unit is dead on these examples if none of
them gives it a sum above 0 (a sum of exactly 0 is silent too).
""",
    starter="""
def dead_units(Z):  # (N, M) -> (M,) of True and False
    ...
""",
    reference=dead_units,
    faulty=_dead_units,
    cases=_dead_cases,
    expects="an array of shape (M,) of True and False",
    hints=(
        "`Z <= 0` is an array of True and False, in Z's shape. A unit is a column: which axis are the examples?",
        "`.all(axis=0)` asks down each column whether all entries are True.",
        "`(Z <= 0).all(axis=0)`",
    ),
    next="How many of the examples does the *laziest living* unit answer to? What would you say about a unit that "
    "fires for all of them?",
    wrong=(
        Mistake(
            name="by_example",
            title="Close: you asked the examples, not the units.",
            seen="For Z = {Z} you gave {yours}, asked was {right}.",
            why="Units are columns. `axis=1` runs along a row, through all units of one example; to run through all "
            "examples of one unit, go down the column: `axis=0`.",
        ),
        Mistake(
            name="sometimes",
            title="Close: silent once is not dead.",
            seen="For Z = {Z} you gave {yours}, asked was {right}.",
            why="A ReLU that is silent for *some* examples does its work: it tells them from the others. It is dead "
            "if it is silent for *all*: `.all`, not `.any`.",
        ),
        Mistake(
            name="alive",
            title="Close: you found the living.",
            seen="For Z = {Z} you gave {yours}, asked was {right}.",
            why="True was to mark a unit that never fires; yours marks one that does.",
        ),
        Mistake(
            name="on_average",
            title="Close: the average is not what counts.",
            seen="For Z = {Z} you gave {yours}, asked was {right}.",
            why="A unit whose mean sum is negative may still fire for a few examples, and learns from those. Units "
            "like that are often the most useful ones.",
        ),
        Mistake(
            name="zero_fires",
            title="Close: what about a sum of exactly 0?",
            seen="For Z = {Z} you gave {yours}, asked was {right}.",
            why="At 0 the ReLU gives 0, and the prompt counts that as silent: `<=`, not `<`.",
        ),
    ),
    worked=_worked_dead,
)


# safe_softplus -------------------------------------------------------------------------------------------------------


def safe_softplus(z):
    """log(1 + eᶻ), for sums of any size."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _safe_softplus(
    z, *, overflows=False, abs_forgotten=False, sign=False, corner=False, wrong_corner=False, log_ten=False
):
    size = z if abs_forgotten else np.abs(z)
    size = size if sign else -size
    if overflows:
        y = np.log1p(np.exp(z))
    else:
        y = np.minimum(z, 0) if wrong_corner else np.maximum(z, 0)
        if not corner:
            y = y + np.log1p(np.exp(size))
    return y / np.log(10) if log_ten else y


def _softplus_cases():
    rng = np.random.default_rng(4)
    return [
        (np.array([0.0, 2.0, -2.0]),),
        (rng.normal(0, 3, (2, 3)),),
        (np.array([30.0, -30.0, 1000.0, -1000.0]),),
        (np.array([[800.0, -3.0], [5.0, -800.0]]),),
    ]


def _worked_softplus(case, where):
    z = float(case[0][where or (0,) * case[0].ndim])
    small = float(np.exp(-abs(z)))
    return (
        f"for z = {z:g}: max(z, 0) is {max(z, 0):g}, e to the −|z| is {small:.4g}, and log(1 + {small:.4g}) is "
        f"{np.log1p(small):.4g}."
    )


SAFE_SOFTPLUS = Exercise(
    id="activations.safe_softplus",
    notebook=NOTEBOOK,
    title="Never overflowing",
    prompt="""
Write `safe_softplus(z)`: `z` is an array of sums of any shape and *any size*, 1,000 and −1,000 included. Return
log(1 + eᶻ) for each (the natural logarithm), in z's shape. Take exponentials of numbers that are at most 0 only.
""",
    starter="""
def safe_softplus(z):  # any shape -> the same
    ...
""",
    reference=safe_softplus,
    faulty=_safe_softplus,
    cases=_softplus_cases,
    hints=(
        "For large z the 1 hardly matters, and log(eᶻ) is z. So write the result as ReLU, plus a correction that is "
        "small on both sides.",
        "For z > 0: log(1 + eᶻ) = log(eᶻ (e⁻ᶻ + 1)) = z + log(1 + e⁻ᶻ). For z ≤ 0 it may stay as it is. Both have the "
        "same exponent: −|z|.",
        "`np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))`, where `np.log1p(u)` is log(1 + u).",
    ),
    next="How large is the correction at z = 0, and from which z on can a float64 not see it any more?",
    wrong=(
        Mistake(
            name="overflows",
            title="Right for small sums; it breaks on large ones.",
            seen="For z = {z} you gave {yours}, asked was {right}.",
            why="That is the formula as it stands, and e¹⁰⁰⁰ is more than a computer's numbers can hold: it becomes "
            "∞. Take z out of the logarithm where it is positive: max(z, 0) + log(1 + e to the −|z|).",
        ),
        Mistake(
            name="abs_forgotten",
            title="Close: the exponent must never be positive.",
            seen="For z = {z} you gave {yours}, asked was {right}.",
            why="On one side of 0 the exponent is a large positive number, and the exponential overflows or the "
            "correction is wrong. −|z| is at most 0 on both sides.",
        ),
        Mistake(
            name="sign",
            title="Close: the exponent's sign is turned.",
            seen="For z = {z} you gave {yours}, asked was {right}.",
            why="The correction must vanish where |z| is large, so it needs e to the *minus* |z|. With a plus it "
            "grows without bounds.",
        ),
        Mistake(
            name="corner",
            title="Halfway: that is the corner without the rounding.",
            seen="For z = {z} you gave {yours}, asked was {right}.",
            why="max(z, 0) is ReLU. Softplus lies a little above it, by log 2 at 0 and by less elsewhere: add "
            "log(1 + e to the −|z|).",
        ),
        Mistake(
            name="wrong_corner",
            title="Close: the corner is turned round.",
            seen="For z = {z} you gave {yours}, asked was {right}.",
            why="`np.minimum(z, 0)` keeps the negative side. Softplus follows z where z is *positive*: "
            "`np.maximum(z, 0)`.",
        ),
        Mistake(
            name="log_ten",
            title="Close: another logarithm.",
            seen="For z = {z} you gave {yours}, asked was {right}.",
            why="Asked was the natural logarithm, `np.log` and `np.log1p`; `np.log10` undoes powers of ten.",
        ),
    ),
    worked=_worked_softplus,
)


# make_squash ---------------------------------------------------------------------------------------------------------


def squash(z):
    """Softsign: squeezes into (−1, 1), and listens longer than tanh."""
    y = z / (1 + np.abs(z))
    slope = 1 / (1 + np.abs(z)) ** 2
    return y, slope


_GRID = np.linspace(-12.0, 12.0, 4801)


def _squash_cases():
    return [(np.array([-1e6, -1000.0, 1000.0, 1e6]),), (_GRID.copy(),)]


def _judge_squash(output, z):
    y, slope = (np.asarray(part, dtype=float) for part in output)
    if y.shape != z.shape or slope.shape != z.shape:
        return Finding(
            f"Both arrays must have z's shape, {z.shape}; yours have {y.shape} and {slope.shape}.", "shapes"
        )
    if not (np.isfinite(y).all() and np.isfinite(slope).all()):
        at = z[~(np.isfinite(y) & np.isfinite(slope))][0]
        return Finding(f"At z = {show(at)} you gave y = {show(y[z == at][0])}.", "overflow")
    if np.abs(y).max() > 1:
        at = z[np.abs(y).argmax()]
        return Finding(f"At z = {show(at)} you gave y = {show(np.abs(y).max())} in size.", "too_wide")
    if len(z) < len(_GRID):
        return None
    middle = len(z) // 2
    rise = np.diff(y)
    if rise.min() < -1e-12:
        return Finding(f"Near z = {show(z[rise.argmin()])} your y falls.", "falls")
    measured = (y[2:] - y[:-2]) / (z[2:] - z[:-2])
    off = np.abs(measured - slope[1:-1])
    if off.max() > 0.02 and np.sum(off > 0.02) > 20:
        at = 1 + int(off.argmax())
        return Finding(
            f"At z = {show(z[at])} a nudge measures a slope of {show(measured[at - 1])}; you gave {show(slope[at])}.",
            "slope_off",
        )
    if abs(y[middle]) > 1e-6 or abs(slope[middle] - 1) > 0.02:
        return Finding(
            f"At z = 0 your y is {show(y[middle])} and your slope {show(slope[middle])}; asked was 0 and 1.",
            "not_centred",
        )
    ends = min(slope[z == -10.0][0], slope[z == 10.0][0])
    if ends < 0.0005:
        return Finding(f"At z = ±10 your slope is {show(ends)}; asked was 0.0005 at least.", "deaf")
    return None


def _tanh_squash(z):
    y = np.tanh(z)
    return y, 1 - y**2


def _sigmoid_squash(z):
    y = np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
    return y, y * (1 - y)


def _wide_squash(z):
    return np.arcsinh(z), 1 / np.sqrt(1 + z * z)


def _unsquared_squash(z):
    return z / (1 + np.abs(z)), 1 / (1 + np.abs(z))


def _waving_squash(z):
    return np.sin(z), np.cos(z)


def _overflowing_squash(z):
    with np.errstate(all="ignore"):
        up, down = np.exp(z), np.exp(-z)
        y = (up - down) / (up + down)
    return y, 1 - y**2


MAKE_SQUASH = Exercise(
    id="activations.make_squash",
    notebook=NOTEBOOK,
    title="Make: a squasher that listens longer",
    prompt="""
An open task: invent an activation. Like tanh it shall squeeze any sum into −1 … 1, give 0 at 0 with a slope of 1,
and never fall. But tanh is all but deaf at z = ±10, where its slope is 0.000000008. Yours shall still have a slope of
**0.0005 or more** there.

Write `squash(z)`: `z` is an array of shape (N,), with sums up to a million in size, positive and negative. Return the
pair `y, slope`, both of shape (N,). The slope is compared with a nudge.
""",
    starter="""
def squash(z):  # (N,) -> y, slope: (N,) and (N,)
    ...
    return y, slope
""",
    reference=squash,
    cases=_squash_cases,
    judge=_judge_squash,
    expects="two arrays of z's shape: the outputs and the slopes",
    hints=(
        "Exponentials run to their ends in a hurry. What else grows from 0 and never passes 1? Think of a fraction: "
        "2 out of 3, 10 out of 11, 100 out of 101 …",
        "z / (1 + |z|). For z > 0, measure its slope at 1, 2 and 3 with a nudge: ¼, ¹⁄₉, ¹⁄₁₆. What is the rule?",
        "The slope is `1 / (1 + np.abs(z)) ** 2`. (`np.arctan(z * np.pi / 2) * 2 / np.pi` would do as well.)",
    ),
    next="Yours has a name in PyTorch if it is z / (1 + |z|): Softsign. Is it cheaper than tanh? Time it as in this "
    "section.",
    wrong=(
        Mistake(
            name="deaf",
            title="A fine squasher, but it stops listening too soon.",
            why="Exponentials approach their limit in a hurry. Something whose distance from 1 shrinks like 1/z "
            "instead of like a power of e keeps a slope far longer.",
            version=_tanh_squash,
        ),
        Mistake(
            name="not_centred",
            title="The middle is not where it should be.",
            why="Asked was 0 at z = 0, and a slope of 1 there: shift it, stretch it.",
            version=_sigmoid_squash,
        ),
        Mistake(
            name="too_wide",
            title="It does not squeeze.",
            why="The output must stay within −1 … 1 for every sum. What grows slowly, as a logarithm or a root does, "
            "still grows beyond every bound.",
            version=_wide_squash,
        ),
        Mistake(
            name="slope_off",
            title="The slope does not belong to the curve.",
            why="A nudge up and a nudge down measure another slope than the one you return. Take your formula, and "
            "measure it at z = 1, 2 and 3, before you write the slope down.",
            version=_unsquared_squash,
        ),
        Mistake(
            name="falls",
            title="It falls somewhere.",
            why="A larger sum must never give a smaller output, or two different sums answer alike.",
            version=_waving_squash,
        ),
        Mistake(
            name="overflow",
            title="It breaks on large sums.",
            why="Some exponential or power has grown beyond what a computer's numbers hold, and ∞ / ∞ is NaN. Write "
            "it so that nothing grows.",
            version=_overflowing_squash,
        ),
        Mistake(
            name="shapes",
            title="The shapes do not fit.",
            why="One output and one slope for each sum.",
            version=lambda z: (np.zeros((len(z), 1)), np.zeros(len(z))),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="activations.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of the neuron and the perceptron?",
    kind="quiz",
    questions=(
        Question(
            "Two neurons with a step at the end: the sum of the first is 0.001, of the second 1,000. What do they "
            "send on?",
            (
                Option(
                    "0.001 and 1,000.",
                    "Those are the sums. The step comes after them, and looks at nothing but the sign.",
                ),
                Option(
                    "0 and 1: the first is as good as nothing.",
                    "Small, but above 0, and the step knows no *nearly*.",
                ),
                Option(
                    "1 and 1.",
                    "Both are above 0, and how far has been forgotten. Whether that is a pity is today's subject.",
                    True,
                ),
                Option(
                    "0.5 and 1.",
                    "A smooth curve might say something like that. The step has two answers only.",
                ),
            ),
        ),
        Question(
            "Rosenblatt's rule meets an example that the perceptron gets right already. What does it change?",
            (
                Option(
                    "Nothing.",
                    "It moves on mistakes only. Whether the answer was a narrow or a wide one makes no difference "
                    "to it: after the step, nobody can tell.",
                    True,
                ),
                Option(
                    "It moves the weights a little further the same way.",
                    "It would never stop then. The rule moves on mistakes only.",
                ),
                Option(
                    "It moves the bias, and leaves the weights.",
                    "The bias is a weight on an input of 1: it moves when the others do, and on mistakes only.",
                ),
                Option(
                    "It makes all weights smaller.",
                    "Doing less of what works would be odd. (Shrinking weights has its use: notebook 15, to come.)",
                ),
            ),
        ),
        Question(
            "One neuron cannot do XOR, and three can. What did the two in the middle do?",
            (
                Option(
                    "They remembered the four cases.",
                    "Two outputs of 0 or 1 cannot keep four cases apart, and need not: XOR wants the same "
                    "of two of them.",
                ),
                Option(
                    "They moved the points, until one line was enough for the third.",
                    "OR and NAND turn the square's corners into three places, and a line parts those. It works because "
                    "they bend: today you learn what bends are to be had.",
                    True,
                ),
                Option(
                    "They drew a circle around the two cases that count.",
                    "Each drew one straight line. The strip between two lines did the rest.",
                ),
                Option(
                    "They made the sums larger, so that the threshold is reached.",
                    "One neuron could do that with larger weights. It is not strength that was missing, but a second line.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="activations.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“ReLU has a corner at 0, and a corner has no slope. So a method that learns by slopes cannot, strictly "
            "speaking, be used with it.”",
            (
                Option(
                    "True: what has no slope cannot be followed.",
                    "At that one point there is none. But a sum hardly ever lands there, to the last of sixteen digits; "
                    "and where it does, any number from 0 to 1 serves.",
                ),
                Option(
                    "True, and that is why leaky ReLU was invented.",
                    "Leaky ReLU has a corner at the same place. It was invented against something else: dead units.",
                ),
                Option(
                    "False: the slope at 0 is ½, halfway between the two sides.",
                    "A nudge both ways measures ½ there, but a hair to either side it is 0 or 1: there is no slope at "
                    "the corner. One has to choose a number, and the run shows how much hangs on it.",
                ),
                Option(
                    "False: a sum is hardly ever exactly 0, and where it is, a choice between 0 and 1 will do.",
                    "Not one sum of more than a million was 0, and where all the sums *were* 0 each choice "
                    "learnt.",
                    True,
                ),
            ),
        ),
    ),
)

STEP = Quiz(
    id="activations.predict_step",
    notebook=NOTEBOOK,
    title="Predict: a nudge",
    kind="predict",
    questions=(
        Question(
            "The sum is −0.8 and the answer should be 1. You raise the sum by 0.001. The step's output …",
            (
                Option(
                    "rises by 0.001.",
                    "That is what the sum does. The step looks at its sign alone.",
                ),
                Option(
                    "stays exactly where it is.",
                    "Still 0. It will jump to 1 all at once when the sum passes 0, and until then nothing tells you "
                    "that you are on the right way.",
                    True,
                ),
                Option(
                    "rises, by less than 0.001.",
                    "A smooth curve would do that. The step is flat, and a nudge on a flat floor lifts nothing.",
                ),
                Option(
                    "jumps to 1.",
                    "Only a nudge across 0 does that, and from −0.8 it is a long way.",
                ),
            ),
        ),
    ),
)

SATURATION = Quiz(
    id="activations.predict_saturation",
    notebook=NOTEBOOK,
    title="Predict: ten times as sure",
    kind="predict",
    questions=(
        Question(
            "At z = 0 the sigmoid's slope is 0.25. At z = 10 it is …",
            (
                Option(
                    "still 0.25: the sigmoid rises everywhere.",
                    "It rises everywhere, but there is only 0.5 left to rise from 0 on, for all sums up to a million. "
                    "It has to slow down.",
                ),
                Option(
                    "about 0.025, a tenth.",
                    "That would be so if it fell in proportion. It falls exponentially: by a factor of e with each "
                    "unit of z.",
                ),
                Option(
                    "exactly 0: it has arrived at 1.",
                    "Nearly. On paper it never arrives; in a computer's numbers it does, from about z = 37 on.",
                ),
                Option(
                    "about 0.000045.",
                    "About e⁻¹⁰: some five thousand times flatter than in the middle. So a nudge of the sum is "
                    "felt five thousand times less.",
                    True,
                ),
            ),
        ),
    ),
)

DEAD = Quiz(
    id="activations.predict_dead",
    notebook=NOTEBOOK,
    title="Predict: a bad start",
    kind="predict",
    questions=(
        Question(
            "The ReLU neuron starts with a sum below 0 on all eleven examples, so it answers 0 to everything. It "
            "takes 3,000 steps against the slope of its error. In the end …",
            (
                Option(
                    "its weight and its bias are exactly what they were.",
                    "On the flat side a nudge changes nothing, so both slopes are 0, so the step is 0, so the sums "
                    "stay where they are. It is dead.",
                    True,
                ),
                Option(
                    "it has learnt the line, only later than from a good start.",
                    "To be late it would have to move. Its slope is not small, it is 0, and 3,000 times nothing is "
                    "nothing.",
                ),
                Option(
                    "the bias has risen until the sums are positive, and then it has learnt.",
                    "That is what it *should* do. But nothing tells it so: with the bias a hair higher, all answers "
                    "are still 0 and the error is still the same.",
                ),
                Option(
                    "its weights have run away to −∞.",
                    "To run away there must be a push. There is none in either direction.",
                ),
            ),
        ),
    ),
)

OVERFLOW = Quiz(
    id="activations.predict_overflow",
    notebook=NOTEBOOK,
    title="Predict: two spellings of one formula",
    kind="predict",
    questions=(
        Question(
            "1 / (1 + e⁻ᶻ) and eᶻ / (1 + eᶻ) are the same number on paper (multiply above and below by eᶻ). In NumPy, "
            "at z = −1,000 for the first and z = +1,000 for the second, they give …",
            (
                Option(
                    "0 and 1, the right values, both.",
                    "The first does, by luck: 1 / ∞ is 0. The second meets ∞ / ∞, and nobody knows what that is.",
                ),
                Option(
                    "NaN and NaN.",
                    "The second, yes. The first meets 1 / (1 + ∞), and dividing by ∞ has an answer: 0.",
                ),
                Option(
                    "0 and NaN.",
                    "In both, one exponential becomes ∞. 1 / ∞ is 0, which happens to be right; ∞ / ∞ is NaN, not a "
                    "number, and whatever it touches becomes NaN as well.",
                    True,
                ),
                Option(
                    "an error that stops the program, both.",
                    "Python's own `math.exp(1000)` does that. NumPy's arrays go on with ∞, and warn at most.",
                ),
            ),
        ),
    ),
)

TIMED = Quiz(
    id="activations.predict_timed",
    notebook=NOTEBOOK,
    title="Predict: the bill",
    kind="predict",
    questions=(
        Question(
            "A layer with 784 inputs and 1,000 units answers to one picture: a thousand sums first, then a sigmoid on each "
            "of them. The thousand sigmoids take …",
            (
                Option(
                    "far longer than the sums: exponentials are expensive.",
                    "Each costs as much as a few dozen multiplications, that is true. But for each of them the sums "
                    "need 784.",
                ),
                Option(
                    "about as long as the sums.",
                    "There is one sigmoid for each sum, but behind each sum stand 784 multiplications.",
                ),
                Option(
                    "clearly less than the sums.",
                    "There are 784 multiplications behind each sum, and one exponential after it. What the activation "
                    "costs matters less than its name for being cheap or expensive suggests.",
                    True,
                ),
                Option(
                    "no time that could be measured.",
                    "It can be measured well: the figure shows it beside ReLU.",
                ),
            ),
        ),
    ),
)

LINEAR = Quiz(
    id="activations.predict_linear",
    notebook=NOTEBOOK,
    title="Predict: who reads digits?",
    kind="predict",
    questions=(
        Question(
            "The digit network of notebook 00 is trained again, seven times, each time with another activation in the "
            "middle. How does the *linear* one do, which bends nothing?",
            (
                Option(
                    "As well as the best of them, to within two or three pictures in a hundred.",
                    "Surprising, but so it is: straight boundaries part these ten digits well. A bend is worth "
                    "nothing where nothing needs bending.",
                    True,
                ),
                Option(
                    "No better than guessing: without a bend there is no learning.",
                    "It learns as any other does: its slope is 1 everywhere. The question is only what straight lines "
                    "can part, and these digits they can.",
                ),
                Option(
                    "Somewhere behind, at 85 or 90%.",
                    "One of the seven ends there, and it is another one.",
                ),
                Option(
                    "Its loss runs away to infinity, because nothing keeps its outputs small.",
                    "ReLU does not keep them small either. With a sensible rate both stay calm.",
                ),
            ),
        ),
    ),
)

EXERCISES = (SLOPE, SIGMOID_AND_SLOPE, LEAKY_AND_SLOPE, DEAD_UNITS, SAFE_SOFTPLUS, MAKE_SQUASH)
QUIZZES = (WARMUP, IS_THIS_TRUE, STEP, SATURATION, DEAD, OVERFLOW, TIMED, LINEAR)
