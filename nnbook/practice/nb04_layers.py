"""Exercises, questions and predictions of notebook 04_layers."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import itertools
from functools import partial

import numpy as np

from nnbook.activations import sigmoid
from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.sharing import parameters_by_hand

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "04_layers"


# stack ---------------------------------------------------------------------------------------------------------------


def stack(neurons):
    """The weights and biases of a layer, from neurons given one by one with their thresholds."""
    weights = np.stack([w for w, threshold in neurons], axis=1)
    bias = np.array([-threshold for w, threshold in neurons])
    return weights, bias


def _stack(neurons, *, transposed=False, sign=False, one_bias=False):
    weights = np.stack([w for w, _ in neurons], axis=0 if transposed else 1)
    bias = np.array([threshold if sign else -threshold for _, threshold in neurons])
    return weights, bias.sum(keepdims=True) if one_bias else bias


def _stack_cases():
    rng = np.random.default_rng(0)
    cases = [([(np.array([3.0, 2.0, -4.0]), 2.0), (np.array([-1.0, 2.0, 3.0]), 4.0)],)]
    for inputs, units in ((4, 3), (3, 3), (2, 5)):
        cases.append(
            (
                [
                    (np.round(rng.standard_normal(inputs), 2), float(np.round(rng.standard_normal(), 2)))
                    for _ in range(units)
                ],
            )
        )
    return cases


STACK = Exercise(
    id="layers.stack",
    notebook=NOTEBOOK,
    title="From neurons to a layer",
    prompt="""
M neurons look at the same D inputs. They come one by one, in the manner of 1943: each as a pair `(w,
threshold)`, with `w` of shape (D,), and it fires where its weighted sum reaches its threshold.

Write `stack(neurons)`: `neurons` is a list of M such pairs. Return the pair `weights, bias`, of shapes (D, M)
and (M,), so that the entries of `x @ weights + bias` are the M sums that are compared with **0**.
""",
    starter="""
def stack(neurons):  # a list of M pairs (w, threshold), w of shape (D,) -> (D, M), (M,)
    ...
""",
    reference=stack,
    faulty=_stack,
    cases=_stack_cases,
    returns=("weights", "bias"),
    expects="a pair: weights of shape (D, M), bias of shape (M,)",
    hints=(
        "Each neuron becomes a *column*: its D weights stand below each other. `np.stack(list_of_arrays, axis=1)` "
        "puts arrays side by side as columns.",
        "A threshold changes its sign when it becomes a bias (notebook 01, section 2).",
        "`np.stack([w for w, threshold in neurons], axis=1)` and `np.array([-threshold for w, threshold in neurons])`",
    ),
    next="What would `x @ weights` say if two of the columns were the same? How many *different* things can such a "
    "layer see?",
    wrong=(
        Mistake(
            name="transposed",
            title="Close: the weights are transposed.",
            seen="Your weights have the shape {your_weights_shape}, asked was {right_weights_shape}, (inputs, units).",
            why="A neuron is a *column* of W, because `x @ W` takes a row of x times a column of W. With the neurons "
            "in rows the product refuses, and if there are as many inputs as units it does not even do that: it "
            "gives other numbers without a word.",
        ),
        Mistake(
            name="sign",
            title="Close: the thresholds have not changed sides.",
            seen="Your bias is {your_bias}, asked was {right_bias}.",
            why="Sum ≥ θ becomes sum − θ ≥ 0, so the bias is −θ. A neuron that was hard to please would be eager.",
        ),
        Mistake(
            name="one_bias",
            title="Close: one bias for the whole layer.",
            seen="Your bias is {your_bias}, asked was one for each unit: {right_bias}.",
            why="Each unit has a threshold of its own, so there are M biases. NumPy would add a single one to every "
            "column and say nothing.",
        ),
    ),
)


# forward -------------------------------------------------------------------------------------------------------------


def forward(x, w1, b1, w2, b2):
    """Two layers, the first with a ReLU."""
    h = np.maximum(0, x @ w1 + b1)
    return h @ w2 + b2


def _forward(
    x,
    w1,
    b1,
    w2,
    b2,
    *,
    transposed=False,
    biases_forgotten=False,
    no_activation=False,
    activated_output=False,
    late_bias=False,
):
    if biases_forgotten:
        b1, b2 = 0 * b1, 0 * b2
    z = x @ (w1.T if transposed else w1)
    if no_activation:
        h = z + b1
    elif late_bias:
        h = np.maximum(0, z) + b1
    else:
        h = np.maximum(0, z + b1)
    y = h @ (w2.T if transposed else w2) + b2
    return np.maximum(0, y) if activated_output else y


def _forward_cases():
    rng = np.random.default_rng(1)
    cases = []
    for n, d, h, k in ((2, 2, 2, 2), (4, 3, 3, 3), (5, 3, 4, 2), (3, 2, 6, 1)):
        shapes = ((n, d), (d, h), (h,), (h, k), (k,))
        cases.append(tuple(np.round(rng.normal(0, 1.5, shape), 1) for shape in shapes))
    return cases


def _worked_forward(case, where):
    x, w1, b1, w2, b2 = case
    n, unit = where or (0, 0)
    z = x[n] @ w1 + b1
    h = np.maximum(0, z)

    def listed(values):
        return ", ".join(f"{v:.4g}" for v in values)

    return (
        f"the hidden sums of example {n} are {listed(z)}, after the ReLU {listed(h)}. Output {unit} takes "
        f"{' + '.join(f'({a:.4g})({b:.4g})' for a, b in zip(h, w2[:, unit], strict=True))} + ({b2[unit]:.4g}) = "
        f"{h @ w2[:, unit] + b2[unit]:.4g}."
    )


FORWARD = Exercise(
    id="layers.forward",
    notebook=NOTEBOOK,
    title="A whole network in two lines",
    prompt="""
A network of two layers. The hidden layer has H units with the ReLU of notebook 03, max(0, z). The output layer
has K units and *no* activation: it returns its sums as they are.

Write `forward(x, w1, b1, w2, b2)`: `x` has shape (N, D), `w1` (D, H), `b1` (H,), `w2` (H, K), `b2` (K,). Return
the outputs, of shape (N, K).
""",
    starter="""
def forward(x, w1, b1, w2, b2):  # (N, D), (D, H), (H,), (H, K), (K,) -> (N, K)
    ...
""",
    reference=forward,
    faulty=_forward,
    cases=_forward_cases,
    hints=(
        "What the first layer gives is what the second one reads. Call it h, of shape (N, H).",
        "`np.maximum(0, z)` replaces every negative number of an array by 0. The bias is added before it.",
        "`h = np.maximum(0, x @ w1 + b1)`, then `h @ w2 + b2`",
    ),
    next="Write it for any number of layers: a loop over pairs of weights and biases, with a ReLU after all but the "
    "last.",
    wrong=(
        Mistake(
            name="transposed",
            title="Close: the weights are transposed.",
            seen="Where D, H and K are equal it runs, and gives {yours} instead of {right}. Where they differ, the "
            "shapes refuse.",
            why="With W of shape (in, out) the layer is `x @ w`, without `.T`. (PyTorch keeps (out, in), and writes "
            "the transpose.) Square matrices hide the slip: try your code on unequal sizes.",
        ),
        Mistake(
            name="biases_forgotten",
            title="Close: the biases are missing.",
            seen="You gave {yours}, asked was {right}.",
            why="Each unit adds its own bias after the sum: `+ b1` before the ReLU, `+ b2` at the end.",
        ),
        Mistake(
            name="no_activation",
            title="Close: nothing bends between the layers.",
            seen="You gave {yours}, asked was {right}.",
            why="Without the ReLU the two layers are one, and the hidden units are of no use.",
        ),
        Mistake(
            name="activated_output",
            title="Close: one ReLU too many.",
            seen="You gave {yours}, asked was {right}.",
            why="The output layer has no activation here. A ReLU at the end would turn every negative score into 0.",
        ),
        Mistake(
            name="late_bias",
            title="Close: the bias comes after the activation.",
            seen="You gave {yours}, asked was {right}.",
            why="The bias belongs into the sum: max(0, z + b), not max(0, z) + b. Added late it no longer decides "
            "where the unit bends (notebook 01's claim, with another activation).",
        ),
    ),
    worked=_worked_forward,
)


# collapse ------------------------------------------------------------------------------------------------------------


def collapse(weights, biases):
    """One layer that does what several do that have no activation between them."""
    weight, bias = weights[0], biases[0]
    for w, b in zip(weights[1:], biases[1:]):  # noqa: B905
        weight = weight @ w
        bias = bias @ w + b
    return weight, bias


def _collapse(
    weights,
    biases,
    *,
    biases_dropped=False,
    last_bias=False,
    first_carried_only=False,
    reversed_order=False,
    not_carried=False,
):
    weight, bias = weights[0], biases[0]
    for w, b in zip(weights[1:], biases[1:], strict=True):
        weight = w @ weight if reversed_order else weight @ w
        carried = bias if not_carried else bias @ w
        bias = carried + (0 if first_carried_only else b)
    if biases_dropped:
        bias = 0 * bias
    if last_bias:
        bias = biases[-1]
    return weight, bias


def _collapse_cases():
    rng = np.random.default_rng(2)
    cases = []
    for sizes in ((2, 2, 2), (3, 3, 3, 3), (3, 4, 2), (2, 5, 3, 1)):
        weights = [np.round(rng.normal(0, 1.5, pair), 1) for pair in itertools.pairwise(sizes)]
        biases = [np.round(rng.normal(0, 1.5, size), 1) for size in sizes[1:]]
        cases.append((weights, biases))
    return cases


COLLAPSE = Exercise(
    id="layers.collapse",
    notebook=NOTEBOOK,
    title="Many layers into one",
    prompt="""
A network has L layers, L at least 2, and no activation anywhere: each layer is `x @ w + b`, and reads what the
one before it gives.

Write `collapse(weights, biases)`: `weights` is a list of L arrays of shapes (D, H₁), (H₁, H₂), …, (…, M), and
`biases` a list of L arrays of shapes (H₁,), (H₂,), …, (M,). Return the pair `weight, bias`, of shapes (D, M) and
(M,), of the *single* layer that gives the same outputs for every x. (Change none of the arrays that you are
given.)
""",
    starter="""
def collapse(weights, biases):  # two lists of L arrays -> (D, M), (M,)
    ...
""",
    reference=collapse,
    faulty=_collapse,
    cases=_collapse_cases,
    returns=("weight", "bias"),
    expects="a pair: weight of shape (D, M), bias of shape (M,)",
    hints=(
        "Two layers first: (x W₁ + b₁) W₂ + b₂. Multiply out: what stands next to x, and what stands alone?",
        "x (W₁ W₂) + (b₁ W₂ + b₂). Now that is a single layer again, and the third one meets it in the same way: a "
        "loop.",
        "`weight, bias = weight @ w, bias @ w + b` for each further layer, starting from the first.",
    ),
    next="A 2-50-50-1 network without activations has 2,751 numbers. How many of them would you store?",
    wrong=(
        Mistake(
            name="biases_dropped",
            title="Close: the biases have got lost.",
            seen="Your bias is {your_bias}, asked was {right_bias}.",
            why="Put x = 0 in: the single layer then gives its bias, and the network gives what its biases have made "
            "of each other on the way.",
        ),
        Mistake(
            name="last_bias",
            title="Close: only the last bias has survived.",
            seen="Your bias is {your_bias}, asked was {right_bias}.",
            why="An earlier bias is added before the later weights, so it goes through them: b₁ W₂ + b₂.",
        ),
        Mistake(
            name="first_carried_only",
            title="Close: only the first bias has survived.",
            seen="Your bias is {your_bias}, asked was {right_bias}.",
            why="The first bias goes through all later weights, and each further layer adds its own on top: "
            "`bias @ w + b`.",
        ),
        Mistake(
            name="reversed_order",
            title="Close: the product is in the wrong order.",
            seen="Where the sizes are equal it runs and gives the weight {your_weight} instead of {right_weight}; "
            "else the shapes refuse.",
            why="x meets the first layer first, and x stands on the left: x W₁ W₂. Matrices must not change places: "
            "A B and B A are different things.",
        ),
        Mistake(
            name="not_carried",
            title="Close: the biases are added up as they are.",
            seen="Where the sizes are equal it runs and gives the bias {your_bias} instead of {right_bias}; else the "
            "shapes refuse.",
            why="An earlier bias is added before the later weights, so it goes through them like everything else that "
            "arrives: `bias @ w`, and then the next bias on top.",
        ),
    ),
)


# parity --------------------------------------------------------------------------------------------------------------

SWITCHES = np.array(list(np.ndindex(2, 2, 2)))
ODD = SWITCHES.sum(axis=1) % 2


def parity():
    """1 if an odd number of three inputs is on: a zigzag of their sum, with three bends."""
    w1 = np.ones((3, 3))
    b1 = np.array([0.0, -1.0, -2.0])
    w2 = np.array([1.0, -2.0, 2.0])
    b2 = 0.0
    return w1, b1, w2, b2


def _judge_parity(output):
    w1, b1, w2, b2 = (np.asarray(part, dtype=float) for part in output)
    w2 = w2.reshape(-1)  # a column is welcome too
    if w1.ndim != 2 or b1.shape != w1.shape[1:] or w2.shape != b1.shape or b2.size != 1:
        raise ValueError
    if w1.shape[0] != 3:
        text = f"w1 must have a row for each of the 3 inputs; yours has the shape {w1.shape}."
        return Finding(text, "transposed" if w1.shape[1] == 3 else "")
    if not all(np.isfinite(part).all() for part in (w1, b1, w2, b2)):
        return Finding("Some of your numbers are NaN or infinite.")
    y = np.maximum(0, SWITCHES @ w1 + b1) @ w2 + b2.reshape(())
    if np.abs(y - ODD).max() <= 0.01:
        return None
    shown = ", ".join(f"{value:.3g}" for value in y)
    seen = f"For 000, 001, 010, 011, 100, 101, 110, 111 your network says {shown}; asked was 0, 1, 1, 0, 1, 0, 0, 1."

    def says(wanted):
        return np.allclose(y, wanted, atol=0.01)

    if says(1 - ODD):
        return Finding(seen, "complement")
    if np.allclose(y[:-1], ODD[:-1], atol=0.01):
        return Finding(seen, "three_forgotten")
    if says(SWITCHES.any(axis=1)):
        return Finding(seen, "at_least_one")
    if (b1 >= 0).all() and (w1 >= 0).all():
        return Finding(seen, "no_biases")
    return Finding(f"{seen} It is right in {np.sum(np.abs(y - ODD) <= 0.01)} of 8 cases.")


def _parity_with(*, complement=False, two_bends=False, never_turns=False, no_biases=False, transposed=False):
    w1, b1, w2, b2 = parity()
    if complement:
        w2, b2 = -w2, 1.0
    if two_bends:
        w1, b1, w2 = w1[:, :2], b1[:2], w2[:2]
    if never_turns:
        w1, b1, w2 = w1[:, :2], b1[:2], np.array([1.0, -1.0])
    if no_biases:
        b1 = 0 * b1
    if transposed:
        w1, b1, w2 = np.ones((2, 3)), np.zeros(3), np.ones(3)
    return w1, b1, w2, b2


PARITY = Exercise(
    id="layers.parity",
    notebook=NOTEBOOK,
    title="Three switches on one lamp",
    prompt="""
A staircase lamp with three switches: it is lit if an *odd* number of switches is on. That is XOR for three inputs:
0 for 000, 1 for 001, 010 and 100, 0 for 011, 101 and 110, 1 for 111.

Write `parity()`, which takes nothing and returns `w1, b1, w2, b2`, by hand: a hidden layer of H ReLU units, `w1`
of shape (3, H) and `b1` (H,), and one output without activation, `w2` of shape (H,) and one number `b2`. So the
network is `np.maximum(0, x @ w1 + b1) @ w2 + b2`. In all eight cases the output must be within 0.01 of 0 or 1.
H is yours to choose; 3 is enough.
""",
    starter="""
def parity():
    w1 = ...  # (3, H), one column for each hidden unit
    b1 = ...  # (H,)
    w2 = ...  # (H,)
    b2 = ...  # one number
    return w1, b1, w2, b2
""",
    reference=parity,
    cases=lambda: [()],
    judge=_judge_parity,
    expects="four things, `w1, b1, w2, b2`, of shapes (3, H), (H,), (H,) and one number",
    hints=(
        "Only the *number* of switches that are on counts: give every unit the weights 1, 1, 1. Then all units see "
        "that number, s, and differ in their biases only.",
        "Draw the output against s: 0 at s = 0, 1 at 1, 0 at 2, 1 at 3. A zigzag. It changes its slope at s = 0, 1 "
        "and 2: a ReLU for each, with the biases 0, −1 and −2.",
        "The slopes are 1, then −1, then 1 again. Each unit adds its output weight to the slope from its bend on: 1, "
        "then −2 …",
    ),
    next="And for D switches? How many hidden units does a zigzag with D teeth take, and how does that compare with "
    "one unit for each of the 2ᴰ cases (notebook 01's Lab)?",
    wrong=(
        Mistake(
            name="three_forgotten",
            title="Close: seven of eight. What about all three?",
            why="Up to two switches on, your zigzag is the right one. At two it must turn upwards once more, from "
            "the slope −1 to +1: a third bend.",
            version=partial(_parity_with, two_bends=True),
        ),
        Mistake(
            name="complement",
            title="Close: exactly upside down.",
            why="It is on for an even number. Turn the sign of all of `w2`, and let the output start from the other "
            "end: 1 − y is 1 minus each term.",
            version=partial(_parity_with, complement=True),
        ),
        Mistake(
            name="at_least_one",
            title="That is *at least one*.",
            why="After the first bend your output goes flat and stays at 1. To get down to 0 again the slope has to "
            "become −1: from +1 that is a step of −2, not −1.",
            version=partial(_parity_with, never_turns=True),
        ),
        Mistake(
            name="no_biases",
            title="All cases lie on one side of the bends.",
            why="A ReLU bends where its sum is 0. With biases and weights that are not negative, no sum of yours is ever "
            "below 0: all units bend where no switch is on, or before that, and from there on the output is a straight "
            "line. With the weights 1, 1, 1 a bend at one switch takes the bias −1.",
            version=partial(_parity_with, no_biases=True),
        ),
        Mistake(
            name="transposed",
            title="Are the weights transposed?",
            why="`x @ w1` reads a row of three inputs, so `w1` has three rows, and a column for each hidden unit.",
            version=partial(_parity_with, transposed=True),
        ),
    ),
)


# bump ----------------------------------------------------------------------------------------------------------------


def bump(left, right, height, steepness):
    """A tower of two sigmoid units: up at the left, down again at the right."""
    w1 = np.array([[steepness, steepness]])
    b1 = np.array([-steepness * left, -steepness * right])
    w2 = np.array([[height], [-height]])
    return w1, b1, w2


def _bump(
    left,
    right,
    height,
    steepness,
    *,
    bias_unscaled=False,
    bias_sign=False,
    never_down=False,
    upside_down=False,
    height_forgotten=False,
):
    scale = 1 if bias_unscaled else steepness
    b1 = (1 if bias_sign else -1) * scale * np.array([left, right])
    if height_forgotten:
        height = 1.0
    w2 = np.array([[height], [height if never_down else -height]])
    return np.array([[steepness, steepness]]), b1, -w2 if upside_down else w2


def _bump_cases():
    return [
        (0.4, 0.6, 0.8, 100.0),
        (-0.25, 0.5, -1.5, 60.0),
        (0.3, 0.9, 2.0, 40.0),
        (-0.8, -0.2, 0.5, 200.0),
    ]


def _bump_view(output, left, right, height, steepness):
    w1, b1, w2 = (np.asarray(part, dtype=float) for part in output)
    if w1.shape != (1, 2) or b1.shape != (2,) or w2.shape != (2, 1):
        raise ValueError
    return (sigmoid(_bump_places(left, right)[:, None] @ w1 + b1) @ w2)[:, 0].round(6)


def _bump_places(left, right):
    middle = (left + right) / 2
    return np.array([left - 0.5, left - 0.02, left, middle, right, right + 0.02, right + 0.5]).round(4)


BUMP = Exercise(
    id="layers.bump",
    notebook=NOTEBOOK,
    title="A tower of two units",
    prompt="""
One input x, two hidden *sigmoid* units, one output without activation and without bias: `sigmoid(x @ w1 + b1) @
w2`. The output shall be 0 left of `left`, `height` between `left` and `right`, and 0 again right of `right`, as
in Figure 6: halfway up at `left`, halfway down at `right`.

Write `bump(left, right, height, steepness)`, with four numbers, left < right and steepness > 0. Both hidden units
have the weight `steepness`. Return `w1, b1, w2`, of shapes (1, 2), (2,) and (2, 1).
""",
    starter="""
def bump(left, right, height, steepness):  # four numbers -> w1 (1, 2), b1 (2,), w2 (2, 1)
    ...
""",
    reference=bump,
    faulty=_bump,
    cases=_bump_cases,
    view=_bump_view,
    expects="three arrays, `w1, b1, w2`, of shapes (1, 2), (2,) and (2, 1)",
    tolerance=1e-3,
    numbers=lambda case, output: {"places": _bump_places(*case[:2])},
    hints=(
        "A unit with weight w and bias b is halfway up where w x + b = 0. Put x = left in, and solve for b.",
        "The first unit goes up at `left`, the second at `right`. What must the output do with the second one, so "
        "that the sum comes down again?",
        "`b1 = np.array([-steepness * left, -steepness * right])`; the output weights are `height` and `-height`.",
    ),
    next="Two towers side by side share a wall. How many hidden units do ten towers in a row need, if neighbours share?",
    wrong=(
        Mistake(
            name="bias_unscaled",
            title="Close: the bias is not the place.",
            seen="At x = {places} your network says {yours}; asked was {right}.",
            why="The unit is halfway up where w x + b = 0, that is at x = −b / w. For a place you need b = −w · place: "
            "the steeper the unit, the larger the bias.",
        ),
        Mistake(
            name="bias_sign",
            title="Close: a sign is wrong in the bias.",
            seen="At x = {places} your network says {yours}; asked was {right}.",
            why="w x + b is 0 at x = −b / w, with a minus. Your walls stand mirrored at zero.",
        ),
        Mistake(
            name="never_down",
            title="Close: it goes up twice.",
            seen="At x = {places} your network says {yours}; asked was {right}.",
            why="The second unit has to take away what the first has given: its output weight is the first one's, "
            "with the other sign.",
        ),
        Mistake(
            name="upside_down",
            title="Close: a pit instead of a tower.",
            seen="At x = {places} your network says {yours}; asked was {right}.",
            why="The first unit, which rises at the left, carries `height`, and the second one takes it away.",
        ),
        Mistake(
            name="height_forgotten",
            title="Close: the height is always 1.",
            seen="At x = {places} your network says {yours}; asked was {right}.",
            why="A sigmoid goes from 0 to 1, whatever its weight. The tower's height is the output weight.",
        ),
    ),
)


# count ---------------------------------------------------------------------------------------------------------------


def count(sizes):
    """Weights and biases of a fully connected network."""
    total = 0
    for layer in range(1, len(sizes)):
        inputs, units = sizes[layer - 1], sizes[layer]
        total += inputs * units + units
    return total


def _count(
    sizes,
    *,
    biases_uncounted=False,
    inputs_biased=False,
    bias_per_arc=False,
    one_bias=False,
    units_counted=False,
):
    if units_counted:
        return sum(sizes)
    layers = list(itertools.pairwise(sizes))
    weights = sum(inputs * units for inputs, units in layers)
    biases = weights if bias_per_arc else len(layers) if one_bias else sum(sizes[1:])
    if biases_uncounted:
        biases = 0
    return weights + biases + (sizes[0] if inputs_biased else 0)


def _worked_count(case, where):
    terms, total = parameters_by_hand(case[0])
    return f"{terms} = {total}."


COUNT = Exercise(
    id="layers.count",
    notebook=NOTEBOOK,
    title="How many numbers?",
    prompt="""
In a fully connected network every unit after the input has a weight from each unit of the layer before, and one
bias.

Write `count(sizes)`: `sizes` lists the units of each layer from the input on, such as `(3, 4, 2)`. Return how
many weights and biases there are together, one whole number.
""",
    starter="""
def count(sizes):  # such as (3, 4, 2) -> one whole number
    ...
""",
    reference=count,
    faulty=_count,
    cases=lambda: [((3, 4, 2),), ((2, 2, 1),), ((64, 64, 10),), ((7, 5, 6, 4),), ((300, 100, 100, 3),)],
    expects="one whole number",
    hints=(
        "Between 3 units and 4 units there are 3 · 4 weights. How many biases do the 4 units have?",
        "inputs · units + units, added up over neighbouring sizes: `zip(sizes[:-1], sizes[1:])` gives the pairs.",
        "For (3, 4, 2): (3 · 4 + 4) + (4 · 2 + 2) = 26.",
    ),
    next="For (100, H, 10): which H gives about as many numbers as (100, 30, 30, 10)? Which of the two would you "
    "expect to bend more often?",
    wrong=(
        Mistake(
            name="biases_uncounted",
            title="Close: the biases are not counted.",
            seen="For the sizes {sizes} you gave {yours}, asked was {right}.",
            why="Those are the weights alone. Every unit after the input has a bias as well.",
        ),
        Mistake(
            name="inputs_biased",
            title="Close: the inputs have no biases.",
            seen="For the sizes {sizes} you gave {yours}, asked was {right}.",
            why="A bias belongs to a unit that adds something up. The input layer only holds the data.",
        ),
        Mistake(
            name="bias_per_arc",
            title="Close: a bias for each connection.",
            seen="For the sizes {sizes} you gave {yours}, asked was {right}.",
            why="Biases that enter the same sum come to one number. So there is one bias for each *unit* after the "
            "input, not for each weight.",
        ),
        Mistake(
            name="one_bias",
            title="Close: one bias for each layer.",
            seen="For the sizes {sizes} you gave {yours}, asked was {right}.",
            why="Each unit has a bias of its own: a layer of M units has M of them.",
        ),
        Mistake(
            name="units_counted",
            title="Those are the units.",
            seen="For the sizes {sizes} you gave {yours}, asked was {right}.",
            why="What a network has learnt stands on its connections: a weight for every *pair* of neighbouring units, "
            "inputs · units, and a bias for each unit after the input.",
        ),
    ),
    worked=_worked_count,
)


# make_curve ----------------------------------------------------------------------------------------------------------


def make_curve():
    """Steps up and down at 40 places: each adds what the goal has gained since the last one."""
    edges = np.arange(40) / 40
    goal = edges + 1 / 80 + np.sin(9 * (edges + 1 / 80)) / 3
    steepness = 2000.0
    w1 = np.full((1, 40), steepness)
    b1 = -steepness * edges
    b1[0] = steepness
    w2 = np.diff(goal, prepend=0)[:, None]
    b2 = 0.0
    return w1, b1, w2, b2


def _goal(x):
    return x + np.sin(9 * x) / 3


def _judge_curve(output):
    w1, b1, w2, b2 = (np.asarray(part, dtype=float) for part in output)
    if w1.ndim != 2 or b1.ndim != 1 or w2.ndim not in (1, 2) or b2.size != 1 or not b1.size:
        raise ValueError
    if w2.ndim == 1:
        w2 = w2[:, None]
    units = b1.size
    if w1.shape != (1, units) or w2.shape != (units, 1):
        text = f"With {units} biases, w1 must have the shape (1, {units}) and w2 ({units}, 1); yours have "
        return Finding(f"{text}{w1.shape} and {w2.shape}.", "transposed")
    if not all(np.isfinite(part).all() for part in (w1, b1, w2, b2)):
        return Finding("Some of your numbers are NaN or infinite.")
    if units > 60:
        return Finding(f"You use {units} hidden units; 60 are allowed.")
    x = np.linspace(0, 1, 401)
    y = (sigmoid(x[:, None] @ w1 + b1) @ w2)[:, 0] + b2.reshape(())
    off = np.abs(y - _goal(x))
    worst = int(off.argmax())
    seen = (
        f"With {units} hidden units your curve is off by {off[worst]:.3g} at worst: at x = {x[worst]:.3g} it is "
        f"{y[worst]:.3g}, and the goal {_goal(x[worst]):.3g}. 0.1 is allowed."
    )
    if off[worst] <= 0.1:
        return None
    stepping = w1[0] != 0
    places = -b1[stepping] / w1[0][stepping]
    if places.size > 2 and places.max() - places.min() < 0.05:
        return Finding(f"All your units step near x = {places.mean():.2g}. {seen}", "crowded")
    if places.size > 2 and np.mean(places < 0) > 0.7:
        return Finding(f"Most of your units step left of x = 0, where nobody looks. {seen}", "mirrored")
    if (off[5:-5] <= 0.1).all():
        return Finding(f"{seen} Everywhere from 0.02 to 0.98 it is close enough.", "half_at_the_end")
    if (w2 >= 0).all() and y[-1] > 2 * _goal(1.0):
        return Finding(seen, "never_down")
    if units < 20 and off.mean() < 0.15:
        return Finding(seen, "too_coarse")
    return Finding(seen)


def _curve_with(
    *, half_at_the_end=False, crowded=False, mirrored=False, never_down=False, coarse=False, transposed=False
):
    w1, b1, w2, b2 = make_curve()
    if half_at_the_end:
        edges = np.linspace(0, 1, 31)
        heights = _goal((edges[1:] + edges[:-1]) / 2)
        w1, b1 = np.full((1, 60), 2000.0), -2000.0 * np.concatenate([edges[:-1], edges[1:]])
        w2 = np.concatenate([heights, -heights])[:, None]
    if crowded:
        b1 = -np.arange(40) / 40
    if mirrored:
        b1 = -b1
    if never_down:
        w2 = _goal((np.arange(40) + 0.5) / 40)[:, None]
    if coarse:
        edges = np.arange(6) / 6
        w1, b1 = np.full((1, 6), 2000.0), -2000.0 * edges
        b1[0], w2 = 2000.0, np.diff(_goal(edges + 1 / 12), prepend=0)[:, None]
    if transposed:
        w1 = w1.T
    return w1, b1, w2, b2


MAKE_CURVE = Exercise(
    id="layers.make_curve",
    notebook=NOTEBOOK,
    title="Make: your own curve",
    prompt="""
An open task. Build, by hand or by a loop, a network with one input x, one hidden layer of H *sigmoid* units and
one output without activation, that follows the curve

> goal(x) = x + sin(9x) / 3

from x = 0 to x = 1, and is nowhere off by more than 0.1. H is at most 60.

Write `make_curve()`, which takes nothing and returns `w1, b1, w2, b2`, of shapes (1, H), (H,), (H, 1) and one
number: the network is `sigmoid(x @ w1 + b1) @ w2 + b2`. It will be tried at 401 points.
""",
    starter="""
def make_curve():
    w1 = ...  # (1, H), one column for each hidden unit
    b1 = ...  # (H,)
    w2 = ...  # (H, 1)
    b2 = ...  # one number
    return w1, b1, w2, b2
""",
    reference=make_curve,
    cases=lambda: [()],
    judge=_judge_curve,
    expects="four things, `w1, b1, w2, b2`, of shapes (1, H), (H,), (H, 1) and one number",
    hints=(
        "Cut the way from 0 to 1 into n pieces. A tower on each piece, as high as the goal in its middle, takes 2n "
        "units; then H = 60 gives 30 towers.",
        "Cheaper: one *step* at each edge, by as much as the goal has gained since the piece before. "
        "`np.diff(heights, prepend=0)` gives those differences, and n pieces take n units.",
        "Let the first step stand well left of 0, so that it is up already where the curve begins: "
        "`b1[0] = steepness`. The others: `b1 = -steepness * edges`.",
    ),
    next="How few units can you do with? Soft steps that overlap do better than steep ones: try a steepness of "
    "about 4 / (width of a piece).",
    wrong=(
        Mistake(
            name="crowded",
            title="All the steps stand at one place.",
            why="A unit steps at x = −b / w. Put the weight into the bias as well: b = −w · place.",
            version=partial(_curve_with, crowded=True),
        ),
        Mistake(
            name="mirrored",
            title="Close: the places are mirrored.",
            why="A unit steps at x = −b / w, so with a positive weight the bias must be negative for a place right of "
            "0: b = −w · place.",
            version=partial(_curve_with, mirrored=True),
        ),
        Mistake(
            name="never_down",
            title="It climbs and climbs.",
            why="Each step stays up for all that follows. Either take every tower down again with a second unit of the "
            "opposite output weight, or step only by the *difference* to the piece before.",
            version=partial(_curve_with, never_down=True),
        ),
        Mistake(
            name="half_at_the_end",
            title="Nearly: a wall stands on the edge.",
            why="A unit is *halfway* up at its place. So a wall at exactly 0 or 1 lets the curve begin or end at half "
            "its height. Move the outermost walls well outside, as `towers` did in section 4.",
            version=partial(_curve_with, half_at_the_end=True),
        ),
        Mistake(
            name="too_coarse",
            title="Close: right in shape, and too coarse.",
            why="On each piece a staircase is off by up to half of what the goal gains there. More, narrower pieces: "
            "the error shrinks in proportion.",
            version=partial(_curve_with, coarse=True),
        ),
        Mistake(
            name="transposed",
            title="Close: are the weights transposed?",
            why="One input and H hidden units: `w1` is (in, out), that is (1, H), and `w2` is (H, 1).",
            version=partial(_curve_with, transposed=True),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="layers.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of neurons and their activations?",
    kind="quiz",
    questions=(
        Question(
            "Notebook 01: a neuron fires where w · x + b ≥ 0. What does its bias do to the boundary?",
            (
                Option(
                    "It turns it.",
                    "Turning is the work of the weights: the boundary stands at right angles to them. The bias moves "
                    "it in parallel.",
                ),
                Option(
                    "It moves it, without turning it.",
                    "It adds the same to every sum, so the line where the sum is 0 moves, and keeps its direction.",
                    True,
                ),
                Option(
                    "It makes it sharper.",
                    "Sharpness is a matter of size: larger weights, with the bias in proportion. The bias alone moves "
                    "the boundary.",
                ),
                Option(
                    "Nothing: it is added after the activation.",
                    "It is added before, in the sum. After a step it could not move anything any more.",
                ),
            ),
        ),
        Question(
            "Notebook 02: you set Rosenblatt's rule to learn XOR. What happens?",
            (
                Option(
                    "It finds weights after more updates than for AND.",
                    "There is nothing to find: no straight line has those two corners on one side. However many "
                    "updates you allow, one case stays wrong.",
                ),
                Option(
                    "It stops with three of four cases right.",
                    "The rule stops only when there is no mistake left, and for XOR there always is one.",
                ),
                Option(
                    "It goes on for ever.",
                    "Some case is always wrong, and each mistake moves the weights again. The bound on mistakes needs "
                    "a line that separates, and there is none.",
                    True,
                ),
                Option(
                    "Its weights grow without limit.",
                    "They do not even do that: for XOR they go round in circles.",
                ),
            ),
        ),
        Question(
            "Notebook 03: what does a ReLU make of −3, of 0 and of 2?",
            (
                Option("0, 0 and 2.", "max(0, z): a straight line with one bend, at 0.", True),
                Option(
                    "0, 0 and 1.",
                    "That is the step, which forgets *how far* above 0 a sum is. The ReLU keeps it.",
                ),
                Option(
                    "−0.03, 0 and 2.",
                    "That is the leaky ReLU, which lets a hundredth of a negative sum through. The plain one lets "
                    "none.",
                ),
                Option(
                    "0.05, 0.5 and 0.88.",
                    "That is the sigmoid: from 0 to 1, with ½ in the middle.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="layers.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“For each arc between nodes there may be a bias.” (An arc is a connection, a node is a unit.) Suppose "
            "every connection of a network has a bias of its own, besides its weight. What can such a network do?",
            (
                Option(
                    "More than one with a bias for each unit: it has many more numbers to adjust.",
                    "Numbers that enter the same sum cannot be told apart. All the biases on the way into one unit are "
                    "added up, and only their total is ever felt: one number for each unit.",
                ),
                Option(
                    "Less: so many biases get in each other's way.",
                    "They add up in peace. Whatever total you want for a unit, some choice of them gives it, so "
                    "nothing is lost. Nothing is gained either.",
                ),
                Option(
                    "Exactly the same.",
                    "Biases on the way into one unit are all added up: a single number does the same work. So a bias "
                    "belongs to a unit, and is counted once for each.",
                    True,
                ),
            ),
        ),
    ),
)

TRANSPOSED = Quiz(
    id="layers.predict_transposed",
    notebook=NOTEBOOK,
    title="Predict: the wrong way round",
    kind="predict",
    questions=(
        Question(
            "A third plan is made, so W is now (3, 3): three friends, three plans. Someone writes `X @ W.T` for `X @ "
            "W`, W with its rows written as columns. What does NumPy do?",
            (
                Option(
                    "It refuses: the shapes do not fit.",
                    "(4, 3) @ (3, 3) fits perfectly, transposed or not. With two plans it would have refused; now "
                    "nothing looks wrong.",
                ),
                Option(
                    "It gives the same numbers in another order.",
                    "The products themselves are others: the votes of an evening now meet the weights of one *friend*, for "
                    "all plans, instead of the weights of all friends for one plan.",
                ),
                Option(
                    "It gives the transposed result.",
                    "That would be `(X @ W).T`, of shape (3, 4). To transpose one factor alone is something else.",
                ),
                Option(
                    "It gives other numbers, and says nothing.",
                    "The shape is right and every number is suspect. That is why this course tests with unequal sizes.",
                    True,
                ),
            ),
        ),
    ),
)

LINEAR = Quiz(
    id="layers.predict_linear",
    notebook=NOTEBOOK,
    title="Predict: a hundred hidden units",
    kind="predict",
    questions=(
        Question(
            "Two thousand networks with 2 inputs, two hidden layers of 50 units each and one output, all numbers drawn "
            "at random, *no activation* on the hidden layers. The output fires where its sum is at least 0. How many "
            "of XOR's four cases does the best of them get right?",
            (
                Option(
                    "All four: a hidden layer was what XOR needed.",
                    "In notebook 01 the hidden neurons *stepped*. These pass their sums on as they are, and something "
                    "is missing.",
                ),
                Option(
                    "Three.",
                    "As many as a single neuron. A hundred hidden units have not gained a single case.",
                    True,
                ),
                Option(
                    "Two: with 2,751 random numbers it can only guess.",
                    "Guessers differ, and among two thousand of them the best does better than the average one. Three "
                    "is within the reach of any straight line.",
                ),
                Option(
                    "All four, but only if there are more units than cases.",
                    "A hundred units for four cases are plenty. It is not their number that is wanting.",
                ),
            ),
        ),
    ),
)

FOLD = Quiz(
    id="layers.predict_fold",
    notebook=NOTEBOOK,
    title="Predict: two units, the same weights",
    kind="predict",
    questions=(
        Question(
            "For XOR, two hidden ReLU units shall have the *same* weights, 1 and 1, so that both see x₁ + x₂. Only "
            "their biases differ: 0 and −1. The output is a weighted sum of the two. Can that be XOR?",
            (
                Option(
                    "Yes: they bend at different places.",
                    "One bends where the sum is 0, the other where it is 1. Up by the first, down again by the second: "
                    "0, 1, 0 for the sums 0, 1, 2.",
                    True,
                ),
                Option(
                    "No: two units with the same weights are one unit.",
                    "If their biases were the same too. A ReLU bends where its sum is 0, and the bias says where that "
                    "is.",
                ),
                Option(
                    "No: x₁ + x₂ does not tell (0, 1) from (1, 0).",
                    "It does not, and it need not: XOR wants the same answer for both. That the two are merged is the "
                    "very thing that helps.",
                ),
                Option(
                    "Only with a step or a sigmoid at the output.",
                    "Two sums with a bend in each are enough: the output can be a plain weighted sum.",
                ),
            ),
        ),
    ),
)

TOWERS = Quiz(
    id="layers.predict_towers",
    notebook=NOTEBOOK,
    title="Predict: twice as many towers",
    kind="predict",
    questions=(
        Question(
            "A smooth curve is imitated by 40 towers, each as high as the curve in its middle. With 80 towers instead, "
            "half as wide, the worst error is about …",
            (
                Option(
                    "the same: a staircase stays a staircase.",
                    "The steps stay, but each of them becomes lower: between two neighbouring towers the curve has "
                    "only half as much time to climb.",
                ),
                Option(
                    "zero: 80 towers cannot be told from the curve.",
                    "By eye perhaps. On each tower's roof the curve still climbs a little, and the roof is flat.",
                ),
                Option(
                    "half as large.",
                    "On half the width the curve climbs half as far. As many towers as you like: the error goes below "
                    "any bound, and never to 0.",
                    True,
                ),
                Option(
                    "a quarter.",
                    "That is what straight pieces with bends would give, as you will see next. A flat roof misses what "
                    "the curve climbs on it, and that shrinks with the width itself.",
                ),
            ),
        ),
    ),
)

NUMBERS = Quiz(
    id="layers.predict_count",
    notebook=NOTEBOOK,
    title="Predict: how many numbers?",
    kind="predict",
    questions=(
        Question(
            "A network reads pictures of 28 × 28 = 784 pixels, with 1,000 hidden units and 10 outputs, all fully "
            "connected. How many numbers does it have to learn?",
            (
                Option(
                    "1,794: one for each unit.",
                    "Those are the units. A unit of the hidden layer alone has 784 weights: one for each pixel.",
                ),
                Option(
                    "794,000.",
                    "784 · 1,000 + 1,000 · 10: all the weights, and no biases. Each of the 1,000 + 10 units has one as "
                    "well.",
                ),
                Option(
                    "795,794.",
                    "You have given biases to the 784 inputs too. Inputs add nothing up, so they have none.",
                ),
                Option(
                    "795,010.",
                    "784 · 1,000 + 1,000 · 10 = 794,000 weights, and a bias for each of 1,000 + 10 units.",
                    True,
                ),
                Option(
                    "1,588,000.",
                    "That is a bias for each weight. Biases that enter the same sum are one bias: one for each unit "
                    "after the input.",
                ),
            ),
        ),
    ),
)

IMPORTANCE = Quiz(
    id="layers.predict_importance",
    notebook=NOTEBOOK,
    title="Predict: a thousandfold",
    kind="predict",
    questions=(
        Question(
            "In a trained network with one hidden ReLU layer, all weights *into* one hidden unit and its bias are "
            "multiplied by 1,000, and all weights *out of* it are divided by 1,000. The answers …",
            (
                Option(
                    "change: the unit now counts a thousand times as much.",
                    "It shouts a thousand times as loud, and is listened to with a thousandth of the attention. What "
                    "arrives is the same.",
                ),
                Option(
                    "stay exactly as they were.",
                    "A ReLU of a sum a thousand times as large is a thousand times as large, and then divided again. "
                    "So the size of a weight alone says nothing.",
                    True,
                ),
                Option(
                    "stay the same for most pictures.",
                    "The unit's contribution to every output is unchanged, so it is all pictures, but for the last "
                    "digit of rounding.",
                ),
                Option(
                    "change, because the bend has moved.",
                    "It bends where its sum is 0, and a thousand times 0 is 0: the bias was multiplied too.",
                ),
            ),
        ),
    ),
)

EXERCISES = (STACK, FORWARD, COLLAPSE, PARITY, BUMP, COUNT, MAKE_CURVE)
QUIZZES = (WARMUP, IS_THIS_TRUE, TRANSPOSED, LINEAR, FOLD, TOWERS, NUMBERS, IMPORTANCE)
