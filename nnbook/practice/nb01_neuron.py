"""Exercises, questions and predictions of notebook 01_neuron."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

from functools import partial

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "01_neuron"


# fires ---------------------------------------------------------------------------------------------------------------


def fires(inputs, weights, threshold):
    """1 if the weighted sum reaches the threshold, else 0."""
    return 1 if np.sum(weights * inputs) >= threshold else 0


def _fires(
    inputs,
    weights,
    threshold,
    *,
    strict=False,
    unweighted=False,
    sum_returned=False,
    inverted=False,
    one_alone=False,
    first_only=False,
    not_zero=False,
    each_alone=False,
    added=False,
):
    weighted = inputs if unweighted else weights * inputs
    if added:
        threshold = -threshold
    if first_only:
        weighted = weighted[:1]
    if sum_returned:
        return weighted.sum()
    if each_alone:
        reached = weighted > threshold if strict else weighted >= threshold
        return int(bool(reached.all()) != inverted)
    if not_zero:
        return int((weighted.sum() != threshold) != inverted)
    total = weighted.max() if one_alone else weighted.sum()
    fired = total > threshold if strict else total >= threshold
    return int(fired != inverted)


def _fires_cases():
    rng = np.random.default_rng(0)
    cases = [
        (np.array([1, 0, 1]), np.array([1, 1, 1]), 2),
        (np.array([1, 1]), np.array([1, -1]), 1),
        (np.array([1, 1, 0]), np.array([2, 3, 4]), 4),
        (np.array([1, 1, 1]), np.array([1, 2, -4]), 0),
    ]
    for _ in range(24):
        size = int(rng.integers(2, 6))
        inputs, weights = rng.integers(0, 2, size), rng.integers(-3, 4, size)
        cases.append((inputs, weights, int(np.sum(inputs * weights)) + int(rng.integers(-2, 3))))
    return cases


def _worked_sum(inputs, weights):
    return " + ".join(f"{weight:.4g} · {value:.4g}" for weight, value in zip(weights, inputs, strict=True))


def _worked_fires(case, where):
    inputs, weights, threshold = case
    total = int(np.sum(inputs * weights))
    reaches = "that reaches" if total >= threshold else "that does not reach"
    return f"{_worked_sum(inputs, weights)} = {total}; {reaches} {threshold}."


FIRES = Exercise(
    id="neuron.fires",
    notebook=NOTEBOOK,
    title="Does it fire?",
    prompt="""
A neuron in the manner of McCulloch and Pitts (1943): each input is multiplied by its weight, the products
are added, and if the sum **reaches** the threshold, the neuron fires.

Write `fires(inputs, weights, threshold)`: `inputs` and `weights` are arrays of D numbers. Return 1 if the
weighted sum is at least `threshold`, else 0.
""",
    starter="""
def fires(inputs, weights, threshold):  # (D,), (D,), one number -> 0 or 1
    ...
""",
    reference=fires,
    faulty=_fires,
    cases=_fires_cases,
    hints=(
        "Three steps: multiply, add, compare. NumPy multiplies two arrays entry by entry with `*`.",
        "`np.sum(weights * inputs)` is the weighted sum; `weights @ inputs` says the same. *At least* is "
        "`>=`.",
        "`return 1 if np.sum(weights * inputs) >= threshold else 0`",
    ),
    next="Which weights and threshold make a neuron that fires when at least three of five inputs are on?",
    wrong=(
        Mistake(
            name="strict",
            title="Close: what if the sum is exactly the threshold?",
            seen="Here the weighted sum is {total} and the threshold is {threshold}: you gave {yours}, "
            "asked was {right}.",
            why="*Reaches* includes equality: `>=`, not `>`. With inputs of 0 and 1 a tie is nothing rare.",
        ),
        Mistake(
            name="unweighted",
            title="Close: the weights have no say yet.",
            seen="The inputs add up to {plain}, but weighted they make {total}: you gave {yours}, asked was "
            "{right}.",
            why="You added the inputs as they are. Each input is first multiplied by its weight; a "
            "negative weight makes it hold the neuron back.",
        ),
        Mistake(
            name="sum_returned",
            title="A sum came back; now decide.",
            seen="You returned {yours}. The threshold is {threshold}, so the neuron's answer is {right}.",
            why="A neuron of this kind says all or nothing: compare the sum with the threshold, and return "
            "1 or 0.",
        ),
        Mistake(
            name="inverted",
            title="Close: it fires when it should be silent.",
            seen="The weighted sum is {total}, the threshold {threshold}: you gave {yours}, asked was "
            "{right}.",
            why="The comparison is turned round. It fires if the sum is *at least* the threshold.",
        ),
        Mistake(
            name="one_alone",
            title="You ask whether one input alone is strong enough.",
            seen="The largest product does not decide, their sum does: {total} against {threshold}. You "
            "gave {yours}, asked was {right}.",
            why="Inputs work together: two weak ones can fire a neuron that neither could fire alone, and a negative "
            "one can silence it. Add first, compare once. (`np.any(weights * inputs >= threshold)` compares each by "
            "itself.)",
        ),
        Mistake(
            name="first_only",
            title="Only the first input had a say.",
            seen="All products together make {total}, the threshold is {threshold}: you gave {yours}, asked "
            "was {right}.",
            why="A `return` inside the loop ends the function in the first round. Add up in the loop, and compare "
            "after it, one step further to the left.",
        ),
        Mistake(
            name="not_zero",
            title="To Python, every number but 0 counts as true.",
            seen="The weighted sum minus the threshold is {above}: you gave {yours}, asked was {right}.",
            why="`if total - threshold` asks whether the difference is *not zero*, and a negative one is not zero "
            "either. Write the comparison out: `total >= threshold`.",
        ),
        Mistake(
            name="each_alone",
            title="You ask each input by itself.",
            seen="Each product was compared with {threshold}; their sum is {total}. You gave {yours}, asked "
            "was {right}.",
            why="Two weak inputs can fire a neuron together that neither could fire alone. Add first, compare once. "
            "(`np.all(weights * inputs >= threshold)` compares each by itself.)",
        ),
        Mistake(
            name="added",
            title="Close: the threshold was added to the sum.",
            seen="The weighted sum is {total}, the threshold {threshold}: you gave {yours}, asked was {right}.",
            why="A threshold is what the sum must reach: compare the two, `total >= threshold`. Added to the sum "
            "it would make firing easier the higher it is.",
        ),
    ),
    numbers=lambda case, output: {
        "total": int(np.sum(case[0] * case[1])),
        "plain": int(np.sum(case[0])),
        "above": int(np.sum(case[0] * case[1])) - case[2],
    },
    worked=_worked_fires,
)


# nand ----------------------------------------------------------------------------------------------------------------

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def nand():
    """Weights and bias of a neuron that is silent only when both inputs are on."""
    weights = np.array([-1.0, -1.0])
    bias = 1.5
    return weights, bias


def _nand(*, is_and=False, is_nor=False, is_or=False, never=False, always=False):
    if is_and:
        return np.array([1.0, 1.0]), -1.5
    if is_nor:
        return np.array([-1.0, -1.0]), 0.5
    if is_or:
        return np.array([1.0, 1.0]), -0.5
    if never:
        return np.array([-1.0, -1.0]), -1.5
    if always:
        return np.array([-1.0, -1.0]), 2.0
    return nand()


def _sums(output):
    weights, bias = output
    weights = np.asarray(weights, dtype=float)
    bias = np.asarray(bias, dtype=float)
    if (
        weights.shape != (2,)
        or bias.size != 1
        or not (np.isfinite(weights).all() and np.isfinite(bias).all())
    ):
        raise ValueError
    return CORNERS @ weights + bias.reshape(())


def _nand_numbers(case, output):
    return {"sums": np.round(_sums(output), 10)}


NAND = Exercise(
    id="neuron.nand",
    notebook=NOTEBOOK,
    title="A gate: not both",
    prompt="""
NAND means *not both*: its output is 0 if both inputs are 1, and 1 in the three other cases. Find two
weights and a bias for it. The neuron fires if

> w₁ x₁ + w₂ x₂ + b ≥ 0

Write `nand()`, which takes nothing and returns `weights, bias`: an array of two numbers, and one number.
There are many right answers.
""",
    starter="""
def nand():
    weights = ...  # two numbers: np.array([w1, w2])
    bias = ...  # one number
    return weights, bias
""",
    reference=nand,
    faulty=_nand,
    cases=lambda: [()],
    view=lambda output: (_sums(output) >= 0).astype(int),
    expects="a pair: an array of two weights, and one number, the bias",
    hints=(
        "With both inputs at 0 the sum is the bias alone, and the neuron must fire. What does that say "
        "about the bias?",
        "So the bias is positive; each input that is on must pull the sum down. One alone must not pull it "
        "below 0, two together must.",
        "With weights of −1 and −1 the sums are b, b − 1, b − 1 and b − 2. Which b makes the first three "
        "at least 0 and the last negative?",
    ),
    next="NOR fires only when both inputs are 0. Which of your three numbers has to move, and how far may it?",
    wrong=(
        Mistake(
            name="is_and",
            title="Upside down: that is AND.",
            seen="For the inputs 00, 01, 10, 11 your sums are {sums}: it fires for 11 alone.",
            why="NAND is the opposite of AND in every case. Turn the sign of both weights *and* of the bias.",
        ),
        Mistake(
            name="is_nor",
            title="Close: that is NOR, *neither*.",
            seen="For the inputs 00, 01, 10, 11 your sums are {sums}: one input that is on is already "
            "enough to silence it.",
            why="The bias is too small. A single input may pull the sum down, but not below 0; only both "
            "together may.",
        ),
        Mistake(
            name="is_or",
            title="That is OR.",
            seen="For the inputs 00, 01, 10, 11 your sums are {sums}: it fires as soon as one input is on.",
            why="In NAND the inputs hold the neuron back: with nothing on it fires. So the bias is "
            "positive and the weights are negative.",
        ),
        Mistake(
            name="never",
            title="It never fires: look at the sign of the bias.",
            seen="For the inputs 00, 01, 10, 11 your sums are {sums}, all below 0.",
            why="With both inputs at 0 only the bias is left, and the neuron must fire, so the bias must not be "
            "negative. A bias is minus the threshold: the threshold −1.5 (fire if the sum is at least −1.5) is the "
            "bias +1.5.",
        ),
        Mistake(
            name="always",
            title="Close: it always fires.",
            seen="For the inputs 00, 01, 10, 11 your sums are {sums}; not one is below 0.",
            why="A sum of exactly 0 still fires. Both inputs together must pull the sum below 0: make the "
            "bias a little smaller, or the weights more negative.",
        ),
    ),
    numbers=_nand_numbers,
)


# fold_bias -----------------------------------------------------------------------------------------------------------


def fold_bias(weights, threshold):
    """The weights with the bias as one more weight, on an input that is always 1."""
    return np.append(weights, -threshold)


def _fold_bias(weights, threshold, *, sign=False, front=False, added=False, one_appended=False):
    bias = threshold if sign else -threshold
    if added:
        return weights + bias
    if one_appended:
        bias = -1.0 if sign else 1.0
    return np.insert(weights.astype(float), 0 if front else len(weights), bias)


def _fold_bias_cases():
    rng = np.random.default_rng(1)
    return [
        (np.array([2.0, -1.0]), 1.5),
        (np.array([0.5, 1.0, -2.0]), -0.25),
        (rng.standard_normal(5), 0.75),
    ]


FOLD_BIAS = Exercise(
    id="neuron.fold_bias",
    notebook=NOTEBOOK,
    title="Fold the threshold into the weights",
    prompt="""
“Fire if the weighted sum reaches θ” is the same as “fire if the weighted sum − θ reaches 0”. The number −θ
is called the bias, and it is a weight like the others, on an input that is always 1.

Write `fold_bias(weights, threshold)`: `weights` has shape (D,). Return an array of shape (D + 1,): the
weights, and after them the weight for one more input that is always **1**, so that the new neuron fires if
its weighted sum is at least 0, exactly when the old one fires.
""",
    starter="""
def fold_bias(weights, threshold):  # (D,), one number -> (D + 1,)
    ...
""",
    reference=fold_bias,
    faulty=_fold_bias,
    cases=_fold_bias_cases,
    hints=(
        "Bring the threshold to the other side: w₁x₁ + … ≥ θ becomes w₁x₁ + … − θ ≥ 0. What multiplies the 1?",
        "The new weight is −θ. `np.append(array, number)` returns a new array with one entry more.",
        "`np.append(weights, -threshold)`",
    ),
    next="Some texts use a constant input of −1 instead of 1. What would the last weight be then, and which of the "
    "two forms would you rather explain?",
    wrong=(
        Mistake(
            name="sign",
            title="Close: the last weight has the wrong sign.",
            seen="You gave {yours}, asked was {right}.",
            why="The threshold changes sides, so it changes its sign: Σ w x ≥ θ becomes Σ w x − θ ≥ 0. With +θ a "
            "neuron that was hard to fire would fire easily. (On an input that is always −1 your weight would be "
            "right; here it is always 1.)",
        ),
        Mistake(
            name="front",
            title="Close: the bias stands first.",
            seen="You gave {yours}, asked was {right}.",
            why="The constant input was put after the others, so its weight must stand last. Either place "
            "works, as long as inputs and weights agree on it; here they would not.",
        ),
        Mistake(
            name="added",
            title="The bias is not shared out among the weights.",
            seen="You gave {yours}, asked was {right}.",
            why="Adding −θ to every weight would count it once for each input that is on, and not at all "
            "when none is. It needs a weight of its own, on an input that is always 1: `np.append`.",
        ),
        Mistake(
            name="one_appended",
            title="Close: that is the constant input, not its weight.",
            seen="You gave {yours}, asked was {right}.",
            why="The 1 goes to the *inputs*. The weight that meets it carries the threshold: −θ.",
        ),
    ),
    worked=lambda case, where: (
        f"the old neuron fires if Σ w x ≥ {case[1]:g}, so the new one adds {-case[1]:g} to the sum, by a weight that "
        "meets the constant 1; the others stay as they are."
    ),
)


# boundary ------------------------------------------------------------------------------------------------------------


def boundary(weights, bias):
    """Slope and intercept of the line on which the weighted sum plus the bias is 0."""
    slope = -weights[0] / weights[1]
    intercept = -bias / weights[1]
    return slope, intercept


def _boundary(
    weights,
    bias,
    *,
    parallel=False,
    slope_sign=False,
    upside_down=False,
    intercept_sign=False,
    wrong_axis=False,
    undivided=False,
):
    w1, w2 = weights
    slope = -w1 / w2
    if upside_down:
        slope = -w2 / w1
    if slope_sign:
        slope = w1 / w2
    if parallel:
        slope = w2 / w1
    divisor = w1 if wrong_axis else 1 if undivided else w2
    return slope, (bias if intercept_sign else -bias) / divisor


def _boundary_cases():
    return [
        (np.array([3.0, 2.0]), -4.0),
        (np.array([-1.0, 4.0]), 2.0),
        (np.array([2.5, -0.5]), 3.0),
        (np.array([-1.5, -2.0]), -0.75),
    ]


def _worked_boundary(case, where):
    (w1, w2), bias = case
    rest = f"{w2:g} x₂ {'−' if bias < 0 else '+'} {abs(bias):g} = 0, so x₂ is"
    return (
        f"at x₁ = 0 the equation is {rest} {-bias / w2:.4g}; at x₁ = 1 it is {w1:g} + {rest} "
        f"{-(w1 + bias) / w2:.4g}. Your line must go through both."
    )


BOUNDARY = Exercise(
    id="neuron.boundary",
    notebook=NOTEBOOK,
    title="Where does it change its mind?",
    prompt="""
A neuron with two inputs changes its answer on the line where w₁ x₁ + w₂ x₂ + b = 0. To draw that line, you
want it as x₂ = slope · x₁ + intercept.

Write `boundary(weights, bias)`: `weights` holds w₁ and w₂, of which w₂ is not 0; `bias` is b. Return the
pair `slope, intercept`.
""",
    starter="""
def boundary(weights, bias):  # (2,), one number -> slope, intercept
    ...
""",
    reference=boundary,
    faulty=_boundary,
    cases=_boundary_cases,
    returns=("slope", "intercept"),
    expects="a pair of numbers: slope and intercept",
    hints=(
        "Solve the equation for x₂: first bring everything else to the other side.",
        "w₂ x₂ = −w₁ x₁ − b. Then divide by w₂, every term.",
        "`slope = -weights[0] / weights[1]`, `intercept = -bias / weights[1]`",
    ),
    next="Multiply slope by w₂ / w₁, the slope of the arrow w itself. It is always −1: what does that say "
    "about the angle between them?",
    wrong=(
        Mistake(
            name="parallel",
            title="Your line runs along the weights; the boundary runs across them.",
            seen="Your slope is {your_slope}, asked was {right_slope}. The arrow (w₁, w₂) = {weights} "
            "itself has your slope.",
            why="Walking along the arrow of the weights changes the sum fastest. On the boundary the sum "
            "must *not* change, so the line stands at right angles to the arrow: slope −w₁ / w₂.",
        ),
        Mistake(
            name="slope_sign",
            title="Close: the slope has the wrong sign.",
            seen="Your slope is {your_slope}, asked was {right_slope}.",
            why="w₁ x₁ changes sides on the way to x₂, and so its sign: w₂ x₂ = −w₁ x₁ − b.",
        ),
        Mistake(
            name="upside_down",
            title="Close: the slope is upside down.",
            seen="Your slope is {your_slope}, asked was {right_slope}.",
            why="You solved for x₂, so divide by w₂, the number that stands at x₂: −w₁ / w₂.",
        ),
        Mistake(
            name="intercept_sign",
            title="Close: the intercept has the wrong sign.",
            seen="Your intercept is {your_intercept}, asked was {right_intercept}.",
            why="The bias changes sides on the way to x₂, and so its sign: w₂ x₂ = −w₁ x₁ − b.",
        ),
        Mistake(
            name="wrong_axis",
            title="Close: that is where the line meets the other axis.",
            seen="Your intercept is {your_intercept}, asked was {right_intercept}.",
            why="−b / w₁ is where x₂ is 0. The intercept is the height where x₁ is 0: −b / w₂.",
        ),
        Mistake(
            name="undivided",
            title="Close: the bias was not divided.",
            seen="Your intercept is {your_intercept}, asked was {right_intercept}.",
            why="To free x₂, *every* term is divided by w₂, the bias too.",
        ),
    ),
    worked=_worked_boundary,
)


# neuron --------------------------------------------------------------------------------------------------------------


def neuron(x, weights, bias):
    """1 for each example whose weighted sum plus the bias is at least 0, else 0: (N, D) -> (N,)."""
    return (x @ weights + bias >= 0).astype(int)


def _neuron(
    x,
    weights,
    bias,
    *,
    bias_after=False,
    bias_subtracted=False,
    bias_forgotten=False,
    bias_per_arc=False,
    strict=False,
    undecided=False,
    everything_added=False,
    bias_each_time=False,
    plus_minus=False,
    signed=False,
):
    if bias_forgotten:
        bias = 0.0
    if bias_subtracted:
        bias = -bias
    if bias_per_arc:
        total = (x + bias) @ weights
    else:
        total = x @ weights + (0 if bias_after else bias) * (x.shape[1] if bias_each_time else 1)
    if everything_added:
        total = total.sum()
    if undecided:
        return total
    if signed:
        return np.sign(total)
    fired = (total > 0 if strict else total >= 0) * 1
    fired = (fired + bias >= 0) * 1 if bias_after else fired
    return 2 * fired - 1 if plus_minus else fired


def _neuron_cases():
    rng = np.random.default_rng(2)
    return [
        (np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), np.array([1.0, -2.0]), -0.5),
        (np.array([[2.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0]]), np.array([1.0, 0.5, -1.0]), 0.5),
        (rng.standard_normal((30, 4)), rng.standard_normal(4), 0.8),
        (rng.standard_normal((25, 3)), rng.standard_normal(3) - 0.5, -0.6),
        (np.array([[1.0, 2.0], [3.0, -1.0], [0.0, -2.0]]), np.array([1.0, 1.0]), -3.0),
        *(
            (rng.standard_normal((40, d)), 2 * rng.standard_normal(d), b)
            for d, b in ((2, -1.4), (3, 1.3), (5, -0.3))
        ),
        *(
            (rng.integers(-2, 3, (30, d)).astype(float), rng.integers(-2, 3, d) + 0.5, b)
            for d, b in ((3, -0.5), (2, 1.0))
        ),
    ]


def _worked_neuron(case, where):
    x, weights, bias = case
    row = where[0] if where else 0
    total = x[row] @ weights + bias
    side = "at least 0: 1" if total >= 0 else "below 0: 0"
    return f"for row {row}, {_worked_sum(x[row], weights)} + {bias:.4g} = {total:.4g}, {side}."


NEURON = Exercise(
    id="neuron.neuron",
    notebook=NOTEBOOK,
    title="One neuron, many examples",
    prompt="""
Write the whole neuron, for a batch: `neuron(x, weights, bias)`. `x` has shape (N, D), one example to a row;
`weights` has shape (D,); `bias` is one number. For each example add up the weighted inputs and the bias,
and return 1 where that is at least 0, else 0: an array of shape (N,). No loop is needed.
""",
    starter="""
def neuron(x, weights, bias):  # (N, D), (D,), one number -> (N,)
    ...
""",
    reference=neuron,
    faulty=_neuron,
    cases=_neuron_cases,
    hints=(
        "`x @ weights` takes the weighted sum of every row at once: (N, D) @ (D,) → (N,).",
        "Add the bias to the sums *before* you compare with 0. A comparison of arrays gives True and "
        "False, and `.astype(int)` makes 1 and 0 of them.",
        "`(x @ weights + bias >= 0).astype(int)`",
    ),
    next="Multiply weights and bias by 10. Does any answer change? Then multiply by −1.",
    wrong=(
        Mistake(
            name="bias_after",
            title="The bias came too late.",
            seen="You gave {yours}, asked was {right}.",
            why="You compared the bare sum with 0 first, and used the bias on the result. After the step "
            "only 0 and 1 are left, so a bias that is compared then can no longer move the "
            "boundary. It belongs in the sum, before the activation.",
        ),
        Mistake(
            name="bias_subtracted",
            title="Close: the bias is taken away instead of added.",
            seen="With the bias {bias} you gave {yours}, asked was {right}.",
            why="A *threshold* is subtracted. The bias is minus the threshold, so it is added: a positive "
            "bias makes the neuron fire more easily.",
        ),
        Mistake(
            name="bias_forgotten",
            title="Close: the bias is missing.",
            seen="With the bias {bias} you gave {yours}, asked was {right}.",
            why="Without it the boundary always goes through the origin, and an example of zeros always "
            "fires.",
        ),
        Mistake(
            name="bias_per_arc",
            title="One neuron, one bias.",
            seen="You gave {yours}, asked was {right}.",
            why="The bias was added to each input, so the weights multiplied it, D times over. Some texts "
            "do draw a bias on every connection; but all of them together make only one number that is "
            "added to the sum, and that number is the neuron's bias.",
        ),
        Mistake(
            name="strict",
            title="Close: what if the sum is exactly 0?",
            seen="You gave {yours}, asked was {right}.",
            why="*At least 0* includes 0: `>=`.",
        ),
        Mistake(
            name="undecided",
            title="Sums came back; now decide.",
            seen="You gave {yours}, asked was {right}.",
            why="Compare each sum with 0: 1 where it is at least 0, else 0.",
        ),
        Mistake(
            name="everything_added",
            title="The examples have run together.",
            seen="You gave {yours}; asked was one answer for each example: {right}.",
            why="The sum went over the whole table. Add up along each row only: `x @ weights`, or `(x * "
            "weights).sum(axis=1)`.",
        ),
        Mistake(
            name="bias_each_time",
            title="Close: the bias was added once for each input.",
            seen="With {inputs} inputs to an example you gave {yours}, asked was {right}.",
            why="`(x * weights + bias).sum(axis=1)` adds it to every product before they are summed up, D times in "
            "all. Sum first, then add the bias, once: it belongs to the neuron and not to its connections.",
        ),
        Mistake(
            name="plus_minus",
            title="Close: this neuron answers 1 and 0.",
            seen="You gave {yours}, asked was {right}.",
            why="You gave 1 and −1. Both conventions live: Rosenblatt's rule in notebook 02 likes ±1. Here "
            "silence is 0.",
        ),
        Mistake(
            name="signed",
            title="Close: a sign has three values.",
            seen="You gave {yours}, asked was {right}.",
            why="`np.sign` answers −1, 0 or 1, and 0 where the sum is exactly 0. This neuron has two answers: 1 "
            "where the sum is at least 0, else 0.",
        ),
    ),
    numbers=lambda case, output: {"inputs": case[0].shape[1]},
    worked=_worked_neuron,
)


# xor -----------------------------------------------------------------------------------------------------------------


class _Nand:
    """NAND as a neuron, for numbers and arrays of 0 and 1; knows again what it gave."""

    def __init__(self):
        self.given = []

    def __call__(self, a, b):
        self.given.append((1.5 - np.asarray(a) - np.asarray(b) >= 0).astype(int))
        return self.given[-1]

    def __repr__(self):
        return "nand"


def xor(a, b, nand):
    """1 where exactly one of a and b is 1, made of nothing but NANDs."""
    both_not = nand(a, b)
    return nand(nand(a, both_not), nand(b, both_not))


def _xor(
    a,
    b,
    nand,
    *,
    without_nand=False,
    xnor=False,
    is_or=False,
    is_and=False,
    one_sided=False,
    last_missing=False,
):
    if last_missing:
        return nand(a, nand(a, b))
    if without_nand:
        a, b = np.asarray(a) == 1, np.asarray(b) == 1
        result = a | b if is_or else a & b if is_and else a & ~b if one_sided else a ^ b
        return (~result if xnor else result).astype(int)
    if is_or:
        result = nand(nand(a, a), nand(b, b))
    elif is_and:
        result = nand(nand(a, b), nand(a, b))
    elif one_sided:
        result = nand(nand(a, nand(a, b)), 1)
    else:
        result = xor(a, b, nand)
    return nand(result, result) if xnor else result


def _xor_cases():
    rng = np.random.default_rng(3)
    return [
        (CORNERS[:, 0].copy(), CORNERS[:, 1].copy(), _Nand()),
        (rng.integers(0, 2, 9), rng.integers(0, 2, 9), _Nand()),
    ]


XOR = Exercise(
    id="neuron.xor",
    notebook=NOTEBOOK,
    title="What one neuron cannot, a few NANDs can",
    prompt="""
XOR is *one or the other, but not both*. No single neuron can do it, but from NAND neurons alone everything
can be built.

Write `xor(a, b, nand)`: `a` and `b` are arrays of 0 and 1 of one shape, and `nand` is a function: `nand(p,
q)` is 0 where both p and q are 1, and 1 elsewhere. Return 1 where exactly one of `a` and `b` is 1, else 0,
using nothing but `nand`. You may use it as often as you like; four times is enough.
""",
    starter="""
def xor(a, b, nand):  # (N,), (N,), a function -> (N,)
    ...
""",
    reference=xor,
    faulty=_xor,
    cases=_xor_cases,
    view=lambda output, a, b, nand: {
        "xor": output,
        "made of nand": any(np.array_equal(output, given) for given in nand.given),
    },
    hints=(
        "First build what you know: `nand(a, a)` is *not a*. Then AND is a NAND turned round, and OR is a "
        "NAND of two turned inputs.",
        "XOR = (a OR b) AND (a NAND b). That takes six NANDs. For four, begin with `m = nand(a, b)` and "
        "use m twice.",
        "`m = nand(a, b)`, then `nand(nand(a, m), nand(b, m))`. Work it out for a = 1, b = 0.",
    ),
    next="Draw your XOR as neurons with arrows between them. How many layers has it?",
    wrong=(
        Mistake(
            name="without_nand",
            title="Not made of NANDs alone.",
            seen="The answers are those of XOR, but what you returned did not come from `nand` (calls: {calls}).",
            why="Python can do it with `^`, `!=` or a subtraction, of course. The point of the exercise is that "
            "neurons can: let every step be a `nand`, the last one too.",
        ),
        Mistake(
            name="xnor",
            title="Close: exactly upside down.",
            seen="For a = {a}, b = {b} you gave {yours}; XOR is {right}.",
            why="Yours says whether the two are *equal* (XNOR): one inversion too many or too few. "
            "`nand(p, p)` turns p round.",
        ),
        Mistake(
            name="is_or",
            title="Close: that is OR.",
            seen="For a = {a}, b = {b} you gave {yours}; XOR is {right}.",
            why="OR agrees with XOR in three of four cases. It also fires when both are 1; XOR does not. Let "
            "`nand(a, b)` have a word in it: it is 0 in just that case.",
        ),
        Mistake(
            name="is_and",
            title="That is AND.",
            seen="For a = {a}, b = {b} you gave {yours}; XOR is {right}.",
            why="AND fires when *both* are 1, the case in which XOR is silent.",
        ),
        Mistake(
            name="one_sided",
            title="Halfway: it sees only one of the two cases.",
            seen="For a = {a}, b = {b} you gave {yours}; XOR is {right}.",
            why="Yours fires for “a but not b”. XOR is that, or “b but not a”. Build the other half in the "
            "same way, and join them by a last NAND.",
        ),
        Mistake(
            name="last_missing",
            title="Halfway: one of two halves.",
            seen="For a = {a}, b = {b} you gave {yours}; XOR is {right}.",
            why="`nand(a, nand(a, b))` is 0 only for “a but not b”. Build its twin for b, `nand(b, nand(a, b))`, and "
            "ask for “not both 1”: a last NAND of the two.",
        ),
    ),
    numbers=lambda case, output: {"calls": len(case[2].given)},
    worked=lambda case, where: "for 00, 01, 10, 11 the answers are 0, 1, 1, 0.",
)


# triangle ------------------------------------------------------------------------------------------------------------


def triangle():
    """Three neurons for the sides, and one that asks for all three."""
    #               bottom   right   left
    w1 = np.array([[-1.0, -1.0, 4.0], [4.0, -1.0, -1.0]])
    b1 = np.array([-3.0, 7.0, -3.0])
    w2 = np.array([1.0, 1.0, 1.0])
    b2 = -2.5
    return w1, b1, w2, b2


def _triangle_read(output):
    w1, b1, w2, b2 = (np.asarray(part, dtype=float) for part in output)
    if w1.ndim != 2 or w1.shape[0] != 2 or b1.shape != w1.shape[1:] or w2.shape != b1.shape or b2.size != 1:
        raise ValueError
    return w1, b1, w2, b2.reshape(())


def _triangle_points():
    """Points in the square, none within 0.05 of a side, and which lie inside each side."""
    points = np.random.default_rng(4).uniform(0, 6, (2000, 2))
    w1, b1, _, _ = triangle()
    sums = points @ w1 + b1
    clear = (np.abs(sums) / np.linalg.norm(w1, axis=0) > 0.05).all(axis=1)
    return points[clear], sums[clear] >= 0


def _judge_triangle(output):
    w1, b1, w2, b2 = _triangle_read(output)
    points, sides = _triangle_points()
    hidden = points @ w1 + b1 >= 0
    fired, inside = hidden @ w2 + b2 >= 0, sides.all(axis=1)
    if (fired == inside).all():
        return None
    share = np.mean(fired == inside)
    wrong = points[fired != inside][0]
    is_inside = inside[fired != inside][0]
    where = f"({wrong[0]:.2f}, {wrong[1]:.2f})"
    seen = (
        f"At {where}, {'inside' if is_inside else 'outside'} the triangle, your network says {int(not is_inside)}. "
        f"It is right at {share:.0%} of {len(points)} points."
    )
    constant = not fired.any() or fired.all()
    if constant:
        seen = f"Your network says {int(fired[0])} everywhere."
    elif (fired != inside).all():
        return Finding(seen, "complement")
    names = ("from (1, 1) to (5, 2)", "from (5, 2) to (2, 5)", "from (2, 5) to (1, 1)")
    match = [(hidden == side[:, None]).all(axis=0).any() for side in sides.T]
    turned = [(hidden != side[:, None]).all(axis=0).any() for side in sides.T]
    if all(match) and constant:
        return Finding(seen, "always" if fired.all() else "never")
    if all(match):
        return Finding(seen, "joined_wrongly")
    if any(turned) and all(m or t for m, t in zip(match, turned, strict=True)):
        which = " and ".join(name for name, t, m in zip(names, turned, match, strict=True) if t and not m)
        several = sum(t and not m for t, m in zip(turned, match, strict=True)) > 1
        text = "The sides {} are in the right place, and their neurons fire outside. {}"
        if not several:
            text = "The side {} is in the right place, and its neuron fires outside. {}"
        return Finding(text.format(which, seen), "turned_side")
    missing = [name for name, m, t in zip(names, match, turned, strict=True) if not (m or t)]
    text = f"No neuron of yours has its boundary along the side {' or '.join(missing)}."
    sides = triangle()[0]
    across = np.abs(w1[0][:, None] * sides[1] - w1[1][:, None] * sides[0])  # 0 where the directions agree
    parallel = (across < 1e-6 * np.linalg.norm(w1, axis=0)[:, None]).any(axis=0)
    if all(p or m or t for p, m, t in zip(parallel, match, turned, strict=True)):
        text += (
            " But all directions are right: look at the biases, they say where the lines lie. Put a corner "
            "in: on its two sides the sum must be 0."
        )
    return Finding(f"{text} {seen}")


def _triangle_with(*, turned=False, joined=False, complement=False, silent=False, eager=False):
    w1, b1, w2, b2 = triangle()
    if turned:
        w1[:, 1], b1[1] = -w1[:, 1], -b1[1]
    if joined:
        b2 = -1.5
    if complement:
        w2, b2 = -w2, 2.5
    if silent:
        b2 = -3.5
    if eager:
        b2 = 0.0
    return w1, b1, w2, b2


TRIANGLE = Exercise(
    id="neuron.make_triangle",
    notebook=NOTEBOOK,
    title="Make: a network that knows a triangle",
    prompt="""
An open task. A neuron with two inputs fires on one side of a line. A triangle is where three such sides
overlap. Build a network of two layers, by hand, that fires inside the triangle with the corners (1, 1), (5,
2) and (2, 5), and nowhere else.

Write `triangle()`, which returns `w1, b1, w2, b2`. The hidden neurons fire where `points @ w1 + b1 >= 0`,
with `w1` of shape (2, H), one column to a neuron, and `b1` of shape (H,). The output fires where `hidden @
w2 + b2 >= 0`, with `w2` of shape (H,) and one number `b2`. H is yours to choose; 3 is enough. It will be
tried at some 2,000 points of the square from (0, 0) to (6, 6).
""",
    starter="""
def triangle():
    w1 = ...  # (2, H), one column for each hidden neuron
    b1 = ...  # (H,)
    w2 = ...  # (H,)
    b2 = ...  # one number
    return w1, b1, w2, b2
""",
    reference=triangle,
    cases=lambda: [()],
    judge=_judge_triangle,
    expects="four things, `w1, b1, w2, b2`, of shapes (2, H), (H,), (H,) and one number",
    hints=(
        "Take one side: the line through (1, 1) and (5, 2). It is x₂ = ¼ x₁ + ¾, or −x₁ + 4 x₂ − 3 = 0. On "
        "which side of it lies the third corner?",
        "At (2, 5) that expression is 15, positive: so weights (−1, 4) and bias −3 fire on the inner side. "
        "Treat the other two sides in the same way, turning all signs where the third corner comes out "
        "negative.",
        "The output neuron must fire only if all three hidden neurons do: weights of 1, and a bias between "
        "−3 and −2.",
    ),
    next="Try a star, or the inside of a ring. What can *no* network with a single hidden layer of three "
    "such neurons enclose?",
    wrong=(
        Mistake(
            name="joined_wrongly",
            title="The three sides are right; they are joined wrongly.",
            why="Inside means that *all three* hidden neurons fire. With weights of 1 their sum is then 3, and "
            "otherwise at most 2: the bias must lie between −3 and −2. With −1.5, two of them would be enough.",
            version=partial(_triangle_with, joined=True),
        ),
        Mistake(
            name="turned_side",
            title="Close: a side is turned round.",
            why="A line has two sides. Put the corner that does *not* lie on it into the neuron's sum: it "
            "must come out positive. If it does not, turn the sign of both weights and of the bias.",
            version=partial(_triangle_with, turned=True),
        ),
        Mistake(
            name="complement",
            title="Close: exactly upside down.",
            why="It fires outside and is silent inside. Turn the sign of all of `w2` and of `b2`.",
            version=partial(_triangle_with, complement=True),
        ),
        Mistake(
            name="never",
            title="The three sides are right, and it never fires.",
            why="The output's bias is too low: all three hidden neurons at once must lift its sum to 0 or "
            "more.",
            version=partial(_triangle_with, silent=True),
        ),
        Mistake(
            name="always",
            title="The three sides are right, and it always fires.",
            why="The output neuron's bias is too high. If one hidden neuron that fires is enough for it (OR), it "
            "fires everywhere: each point of the plane lies on the inner side of at least one line. It must ask for "
            "all three.",
            version=partial(_triangle_with, eager=True),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="neuron.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of notebook 00?",
    kind="quiz",
    questions=(
        Question(
            "The digit network gives ten scores. What is its answer?",
            (
                Option(
                    "The sum of the scores.",
                    "The sum says nothing about which digit. Each score speaks for one digit, and they "
                    "compete.",
                ),
                Option(
                    "The digit whose score is largest.",
                    "`scores.argmax()`. Where the largest stands, not how large it is.",
                    True,
                ),
                Option(
                    "The largest score, rounded.",
                    "That is how large the score is (`max`). The answer is *where* it stands (`argmax`).",
                ),
                Option(
                    "The first score above one half.",
                    "Scores are no percentages, and may all be negative or all be large. Only their order "
                    "counts.",
                ),
            ),
        ),
        Question(
            "You repaired one misread picture by changing one weight, on the way from a unit to the true "
            "digit. Why was a unit with a large output the best choice?",
            (
                Option(
                    "Because its weight was large already.",
                    "How large the weight was plays no part. A *change* of the weight counts as many times "
                    "as the unit's output says.",
                ),
                Option(
                    "Because large outputs are always right.",
                    "Large is not right. The unit is loud for this picture, that is all, and a loud unit "
                    "passes on a change of its weight loudly.",
                ),
                Option(
                    "Because the change reaches the score multiplied by that output.",
                    "A weight multiplies what comes in: where much comes in, a small change does much.",
                    True,
                ),
                Option(
                    "Because other pictures do not use that unit.",
                    "They do, all of them, and that is why a few of them were read differently afterwards.",
                ),
            ),
        ),
        Question(
            "Pictures of shape (450, 8, 8) are to become rows. What shape do the rows have?",
            (
                Option(
                    "(450, 64)", "The first axis counts the pictures, and 8 · 8 pixels stand in a row.", True
                ),
                Option(
                    "(64, 450)",
                    "That has a picture to a *column*. In this course the first axis always counts the "
                    "examples.",
                ),
                Option(
                    "(28800,)",
                    "All the numbers are there, but nobody knows any more where one picture ends.",
                ),
                Option(
                    "(450, 8)",
                    "That leaves 8 numbers of each picture's 64. Reshaping never loses numbers: 8 · 8 are 64.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="neuron.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“The bias can be used as a threshold that is compared with the data *after* the activation "
            "function has been applied.”",
            (
                Option(
                    "True: first activate, then compare with the bias.",
                    "After a step only 0 and 1 are left, and comparing those with a number can at most pass them on, "
                    "or answer the same to everything. The boundary stays where it was, through the origin. A bias "
                    "works before the activation, inside the sum.",
                ),
                Option(
                    "False: the bias belongs in the sum, before the activation.",
                    "Inside the sum it moves the boundary. After a step, only 0 and 1 are left to compare "
                    "with, and the boundary cannot move any more.",
                    True,
                ),
                Option(
                    "It makes no difference.",
                    "It makes all the difference: added before the step, the bias moves the boundary; "
                    "compared after it, the boundary stays in the origin, whatever the bias is.",
                ),
            ),
        ),
    ),
)

BIAS = Quiz(
    id="neuron.predict_bias",
    notebook=NOTEBOOK,
    title="Predict: raise the bias",
    kind="predict",
    questions=(
        Question(
            "A neuron with two inputs fires where w₁x₁ + w₂x₂ + b ≥ 0. You raise b and leave the weights "
            "alone. The boundary …",
            (
                Option(
                    "turns about the origin.",
                    "Turning is the weights' work: they give the line its direction. Their ratio has not "
                    "changed.",
                ),
                Option(
                    "moves in parallel, and more points fire.",
                    "The direction belongs to the weights, the place to the bias; and a larger sum is at "
                    "least 0 more often.",
                    True,
                ),
                Option(
                    "moves in parallel, and fewer points fire.",
                    "The direction is right. But raising the bias raises *every* sum, so more of them "
                    "reach 0. You may have thought of a threshold: raising that makes firing harder.",
                ),
                Option(
                    "stays: only the weights can move it.",
                    "Without a bias the boundary could only go through the origin. It is the bias that "
                    "carries it elsewhere.",
                ),
            ),
        ),
    ),
)

DOUBLE = Quiz(
    id="neuron.predict_double",
    notebook=NOTEBOOK,
    title="Predict: everything doubled",
    kind="predict",
    questions=(
        Question(
            "You double both weights *and* the bias. What happens to the boundary?",
            (
                Option(
                    "It moves twice as far from the origin.",
                    "It would if the bias alone were doubled. With the weights doubled too, 2·(w₁x₁ + w₂x₂ "
                    "+ b) is 0 exactly where it was before.",
                ),
                Option(
                    "It gets steeper.",
                    "The slope is −w₁ / w₂, and doubling both leaves their ratio.",
                ),
                Option(
                    "Nothing.",
                    "Twice a number is at least 0 exactly if the number is. Only the proportions of w and "
                    "b count, as long as the activation is a step.",
                    True,
                ),
                Option(
                    "It comes closer to the origin.",
                    "It would if the weights alone were doubled. The bias was doubled too, and the two "
                    "cancel.",
                ),
            ),
        ),
    ),
)

DIRECTION = Quiz(
    id="neuron.predict_direction",
    notebook=NOTEBOOK,
    title="Predict: the arrow and the line",
    kind="predict",
    questions=(
        Question(
            "You draw the weights as an arrow from the origin to (w₁, w₂) = (2, 1), and the neuron's "
            "boundary as a line. How do they lie?",
            (
                Option(
                    "At right angles.",
                    "The arrow points to where the sum grows, into the side that fires; the boundary is "
                    "where it does not change.",
                    True,
                ),
                Option(
                    "In parallel: the line goes where the arrow points.",
                    "Along the arrow the sum grows fastest; on the boundary it must not change at all. So "
                    "the line cannot go that way.",
                ),
                Option(
                    "At an angle that depends on the bias.",
                    "The bias moves the line without turning it. The angle is the same for every bias.",
                ),
                Option(
                    "At 45 degrees.",
                    "That would need a reason that lies in the numbers, and (2, 1) gives none. Look where "
                    "the sum does not change.",
                ),
            ),
        ),
    ),
)

FOUR_POINTS = Quiz(
    id="neuron.predict_xor",
    notebook=NOTEBOOK,
    title="Predict: the best at XOR",
    kind="predict",
    questions=(
        Question(
            "A hundred thousand neurons with weights and bias drawn at random try XOR. How many of its "
            "four cases does the best of them get right?",
            (
                Option(
                    "All four: among so many one must be lucky.",
                    "No luck helps where nothing is to be found: no straight line separates the two "
                    "corners that fire from the two that do not.",
                ),
                Option(
                    "Two: it is no better than guessing.",
                    "One can do better: OR is right in three of the four cases.",
                ),
                Option(
                    "It depends on the random numbers.",
                    "For so many it does not. Three is reached by every OR-like neuron, and four by none "
                    "that exists.",
                ),
                Option(
                    "Three.",
                    "OR, AND and NAND each agree with XOR in three cases; no line gets the fourth.",
                    True,
                ),
            ),
        ),
    ),
)

EXERCISES = (FIRES, NAND, FOLD_BIAS, BOUNDARY, NEURON, XOR, TRIANGLE)
QUIZZES = (WARMUP, IS_THIS_TRUE, BIAS, DOUBLE, DIRECTION, FOUR_POINTS)
