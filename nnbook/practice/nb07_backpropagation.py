"""Exercises, questions and predictions of notebook 07_backpropagation."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import itertools
from functools import partial

import numpy as np

from nnbook.activations import sigmoid
from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.sharing import parameters_by_hand
from nnbook.practice.showing import show

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "07_backpropagation"


# sigmoid_slope -------------------------------------------------------------------------------------------------------


def sigmoid_slope(y):
    """The slope of the sigmoid, from its output."""
    return y * (1 - y)


def _sigmoid_slope(
    y,
    *,
    activated_twice=False,
    of_tanh=False,
    squared=False,
    half=False,
    sign=False,
    sigmoid_itself=False,
    unbracketed=False,
):
    if sigmoid_itself:
        return sigmoid(y)
    if activated_twice:
        y = sigmoid(y)
    slope = y * (1 - y)
    if of_tanh:
        slope = 1 - y**2
    if squared:
        slope = (1 - y) ** 2
    if half:
        slope = 1 - y
    if unbracketed:
        slope = y - y
    return -slope if sign else slope


def _sigmoid_slope_cases():
    rng = np.random.default_rng(0)
    return [(np.array([0.7514, 0.5, 0.01]),), (rng.uniform(0.02, 0.98, (4, 3)),), (sigmoid(np.array(-1.7)),)]


def _worked_slope(case, where):
    y = float(case[0][where or (0,) * case[0].ndim])
    z = np.log(y / (1 - y))
    above = sigmoid(z + 0.001)
    return (
        f"the output {y:.4g} comes of the sum z = {z:.4g}. At z + 0.001 the sigmoid is {above:.8f} instead of "
        f"{y:.8f}: {(above - y) / 0.001:.4f} for each unit of z."
    )


SIGMOID_SLOPE = Exercise(
    id="backprop.sigmoid_slope",
    notebook=NOTEBOOK,
    title="The slope, from the output alone",
    prompt="""
The sigmoid, y = 1 / (1 + e⁻ᶻ), has a slope that can be told from its *output*: no exponential is needed on
the way back.

Write `sigmoid_slope(y)`: `y` is an array of outputs of the sigmoid, of any shape. Return the slope dy/dz at
each of them, in the same shape.
""",
    starter="""
def sigmoid_slope(y):  # any shape -> the same; y has been through the sigmoid already
    ...
""",
    reference=sigmoid_slope,
    faulty=_sigmoid_slope,
    cases=_sigmoid_slope_cases,
    hints=(
        "Where the unit is undecided, y = ½, the slope is largest: ¼. Where it is sure, y near 0 or 1, the "
        "slope is near 0. Which simple formula does that?",
        "dy/dz = e⁻ᶻ / (1 + e⁻ᶻ)². One factor is y itself; show that the other is 1 − y.",
        "`y * (1 - y)`",
    ),
    next="At which output is a unit least willing to learn? Multiply four slopes of at most ¼: that is what "
    "reaches the first of four layers.",
    wrong=(
        Mistake(
            name="activated_twice",
            title="Close: y has been through the sigmoid already.",
            seen="For y = {y} you gave {yours}, the slope is {right}.",
            why="You applied the sigmoid to y once more, and took the slope there. `y` is the *output*; "
            "the formula y (1 − y) needs nothing else. This slip gives slopes near ¼ everywhere, and a "
            "network that learns, badly.",
        ),
        Mistake(
            name="of_tanh",
            title="That is the slope of tanh.",
            seen="For y = {y} you gave {yours}, the slope is {right}.",
            why="tanh has 1 − y², the sigmoid y (1 − y). They are related, tanh is a sigmoid stretched to "
            "−1 … 1, but not the same.",
        ),
        Mistake(
            name="squared",
            title="Close: a factor y has become 1 − y.",
            seen="For y = {y} you gave {yours}, the slope is {right}.",
            why="The slope is the same for y and for 1 − y, since the sigmoid is symmetric. Yours is not: "
            "y (1 − y).",
        ),
        Mistake(
            name="half",
            title="Halfway: a factor is missing.",
            seen="For y = {y} you gave {yours}, the slope is {right}.",
            why="With 1 − y alone a unit at 0 would have the steepest slope of all. But there the sigmoid "
            "is flat: multiply by y as well.",
        ),
        Mistake(
            name="sign",
            title="Close: the sign is wrong.",
            seen="For y = {y} you gave {yours}, the slope is {right}.",
            why="The sigmoid rises everywhere, so its slope is positive everywhere. In the derivation, the "
            "minus of −z and the minus of the quotient cancel.",
        ),
        Mistake(
            name="sigmoid_itself",
            title="That is the sigmoid once more, not its slope.",
            seen="For y = {y} you gave {yours}, the slope is {right}.",
            why="`y` is what the sigmoid gave already. Asked is how steep it is at that place.",
        ),
        Mistake(
            name="unbracketed",
            title="Is a pair of brackets missing?",
            seen="For y = {y} you gave {yours}, the slope is {right}.",
            why="`y * 1 - y` multiplies first, and y − y is 0 everywhere. `y * (1 - y)` subtracts first.",
        ),
    ),
    worked=_worked_slope,
)


# output_gradient -----------------------------------------------------------------------------------------------------


def output_gradient(output, target):
    """The gradient of E = ½ Σ (output − target)² with respect to the outputs."""
    return output - target


def _output_gradient(
    output,
    target,
    *,
    uphill=False,
    doubled=False,
    averaged=False,
    through_sigmoid=False,
    error_itself=False,
    each_error=False,
    sign_only=False,
):
    error = target - output if uphill else output - target
    if error_itself:
        return np.sum(error**2) / 2
    if each_error:
        error = error**2 / 2
    if sign_only:
        error = np.sign(error)
    slope = output * (1 - output) if through_sigmoid else 1
    return error * slope * (2 if doubled else 1) / (output.size if averaged else 1)


def _output_gradient_cases():
    rng = np.random.default_rng(1)
    return [
        (np.array([0.75136507, 0.77292847]), np.array([0.01, 0.99])),
        (rng.random(3), rng.random(3)),
        (rng.random((4, 3)), rng.random((4, 3))),
    ]


def _worked_gradient(case, where):
    output, target = case
    where = where or (0,) * output.ndim
    o, t = float(output[where]), float(target[where])
    before, after = (o - t) ** 2 / 2, (o + 0.001 - t) ** 2 / 2
    return (
        f"raise the output {o:.4g}, whose target is {t:.4g}, by 0.001. Its part of E goes from {before:.7f} to "
        f"{after:.7f}: {(after - before) / 0.001:.4f} for each unit."
    )


OUTPUT_GRADIENT = Exercise(
    id="backprop.output_gradient",
    notebook=NOTEBOOK,
    title="How wrong is each output?",
    prompt="""
The error is E = ½ Σ (output − target)², summed over all outputs. The way back begins with one question: if
an output rises a little, how does E change?

Write `output_gradient(output, target)`: two arrays of one shape. Return ∂E/∂output, in that shape.
""",
    starter="""
def output_gradient(output, target):  # one shape -> the same
    ...
""",
    reference=output_gradient,
    faulty=_output_gradient,
    cases=_output_gradient_cases,
    hints=(
        "Look at one output only: E contains ½ (o − t)² for it. What is the derivative of ½ u² with "
        "respect to u?",
        "It is u: the ½ is there to cancel the 2. And u = o − t grows exactly as o does.",
        "`output - target`",
    ),
    next="With E = Σ |output − target| instead, what would the gradient be? What does it no longer tell?",
    wrong=(
        Mistake(
            name="uphill",
            title="Close: your gradient points downhill.",
            seen="Every entry is −1 × the right one: you gave {yours}, the gradient is {right}.",
            why="You took *target − output*. The error is [[½ (output − "
            "target)²||\\tfrac12\\,(\\text{output} - \\text{target})^2]], so its slope is output − "
            "target: a gradient points to where the error *grows*. The minus sign belongs to the "
            "*step*, `w -= rate * gradient`. With both minus signs, a step against your gradient points uphill "
            "and the error grows, as it does in one of the texts that this course grew from: you will meet "
            "it in notebook 08.",
        ),
        Mistake(
            name="doubled",
            title="Close: twice too large.",
            seen="You gave {yours}, the gradient is {right}.",
            why="The derivative of u² is 2u, and the ½ in front of the sum cancels the 2. It is there for "
            "no other reason.",
        ),
        Mistake(
            name="averaged",
            title="Close: you took a mean where the error is a sum.",
            seen="You gave {yours}, the gradient is {right}: yours is smaller by the number of outputs, "
            "{count}.",
            why="This E adds up all outputs and divides by nothing but 2. Where a loss is a *mean*, as in "
            "nnbook.MSELoss, its gradient carries 1 / count as well: the gradient follows the loss, to "
            "the letter.",
        ),
        Mistake(
            name="through_sigmoid",
            title="One link too far.",
            seen="You gave {yours}, asked was {right}.",
            why="You have multiplied by the sigmoid's slope already: that is ∂E/∂z, the gradient *before* "
            "the activation. Asked is ∂E/∂output, the first link alone; the slope comes next.",
        ),
        Mistake(
            name="error_itself",
            title="That is the error, not its gradient.",
            seen="You gave {yours}, one number; asked was one for each output: {right}.",
            why="The error says how wrong the whole is. The gradient says for each output which way, and "
            "how strongly, it would change the error.",
        ),
        Mistake(
            name="each_error",
            title="Those are the shares of the error, not their slopes.",
            seen="You gave {yours}, the gradient is {right}.",
            why="½ (o − t)² says how much each output adds to the error. Asked is how that *changes* when the output "
            "rises: its derivative, o − t. A gradient has a sign; a square has lost it.",
        ),
        Mistake(
            name="sign_only",
            title="Always the same strength.",
            seen="Every sign is right, and no size: you gave {yours}, the gradient is {right}.",
            why="±1 is the slope of |output − target|. The square's slope, output − target, also says *how far* off "
            "an output is: a small error pushes softly, a large one hard.",
        ),
    ),
    numbers=lambda case, output: {"count": case[0].size},
    worked=_worked_gradient,
)


# hidden_gradient -----------------------------------------------------------------------------------------------------


def hidden_gradient(delta, weight, h):
    """From ∂E/∂z of the output layer to ∂E/∂z of the hidden layer: (N, M), (H, M), (N, H) -> (N, H)."""
    return delta @ weight.T * h * (1 - h)


def _hidden_gradient(
    delta,
    weight,
    h,
    *,
    untransposed=False,
    slope_forgotten=False,
    slope_of_output=False,
    slope_of_tanh=False,
    weights_forgotten=False,
    slope_misplaced=False,
    half_slope=False,
    unbracketed=False,
):
    if slope_misplaced:
        return (delta * h * (1 - h)) @ weight.T
    back = delta @ (weight if untransposed else weight.T)
    if weights_forgotten:
        back = delta.sum(axis=1, keepdims=True) * np.ones_like(h)
    if slope_of_output:
        slope = sigmoid(h) * (1 - sigmoid(h))
    elif slope_of_tanh:
        slope = 1 - h**2
    elif half_slope:
        slope = 1 - h
    else:
        slope = h * (1 - h)
    if unbracketed:
        return back * h - h
    return back if slope_forgotten else back * slope


def _hidden_gradient_cases():
    rng = np.random.default_rng(2)
    cases = [
        (
            np.array([[0.13849856, -0.03809824]]),
            np.array([[0.40, 0.50], [0.45, 0.55]]),
            np.array([[0.59326999, 0.59688438]]),
        )
    ]
    for n, h, m in ((2, 3, 3), (5, 3, 2), (4, 2, 6)):
        cases.append(
            (rng.standard_normal((n, m)), rng.standard_normal((h, m)), rng.uniform(0.05, 0.95, (n, h)))
        )
    return cases


def _worked_hidden(case, where):
    delta, weight, h = case
    n, unit = where or (0, 0)
    terms = " + ".join(f"({d:.4g})({w:.4g})" for d, w in zip(delta[n], weight[unit], strict=True))
    back = delta[n] @ weight[unit]
    return (
        f"hidden unit {unit} of example {n} gets {terms} = {back:.4g} back through its weights. Its slope, from its "
        f"output {h[n, unit]:.4g}, is {h[n, unit] * (1 - h[n, unit]):.4g}. Together: "
        f"{back * h[n, unit] * (1 - h[n, unit]):.4g}."
    )


HIDDEN_GRADIENT = Exercise(
    id="backprop.hidden_gradient",
    notebook=NOTEBOOK,
    title="Passing the blame back",
    prompt="""
The output layer has its share of the error: `delta`, of shape (N, M), is ∂E/∂z for its M units and N
examples. It was fed by H hidden units through `weight`, of shape (H, M): the outputs' sums are z = h @
weight + bias. The hidden units are sigmoids, and `h`, of shape (N, H), are their outputs.

Write `hidden_gradient(delta, weight, h)`: return ∂E/∂z for the *hidden* units, before their sigmoid, of
shape (N, H).
""",
    starter="""
def hidden_gradient(delta, weight, h):  # (N, M), (H, M), (N, H) -> (N, H)
    ...
""",
    reference=hidden_gradient,
    faulty=_hidden_gradient,
    cases=_hidden_gradient_cases,
    hints=(
        "Two links. First: how does E feel a hidden unit's *output* h? It feels it through each of the M "
        "sums that it feeds, so add M products.",
        "Those sums are a matrix product: `delta @ weight.T`, (N, M) @ (M, H) → (N, H). Second link: from "
        "the output h back through the sigmoid.",
        "`delta @ weight.T * h * (1 - h)`",
    ),
    next="If every weight to the outputs were 0, what would the hidden layer learn in the first step? "
    "(Notebook 13 comes back to it.)",
    wrong=(
        Mistake(
            name="untransposed",
            title="Close: the weights are used in the forward direction.",
            seen="Where H and M are equal it runs, and gives {yours} instead of {right}. Where they differ, "
            "the shapes refuse.",
            why="Forward, `h @ weight` goes from H units to M. Backward the same connections are walked "
            "from M to H: `delta @ weight.T`. Try your formulas on unequal sizes: square ones hide "
            "this.",
        ),
        Mistake(
            name="slope_forgotten",
            title="Close: the sigmoid has not taken its cut.",
            seen="You gave {yours}, asked was {right}.",
            why="`delta @ weight.T` is ∂E/∂h, for the hidden units' *outputs*. To get before their "
            "activation, multiply by its slope, h (1 − h). Without it a saturated unit would learn "
            "as fast as one that listens.",
        ),
        Mistake(
            name="slope_of_output",
            title="Close: the slope is taken in the wrong place.",
            seen="You gave {yours}, asked was {right}.",
            why="You took the sigmoid's slope at h, as if h were the sum z. But h has been through the "
            "sigmoid already: from the output, the slope is h (1 − h), with no further sigmoid.",
        ),
        Mistake(
            name="slope_of_tanh",
            title="Close: these units are sigmoids.",
            seen="You gave {yours}, asked was {right}.",
            why="1 − h² is the slope of tanh, from its output. The sigmoid's is h (1 − h).",
        ),
        Mistake(
            name="weights_forgotten",
            title="Blame travels along the weights.",
            seen="You gave {yours}, asked was {right}.",
            why="You passed the same sum of all deltas to every hidden unit. A unit is to blame as far as "
            "it was heard: each delta comes back multiplied by the weight that it came through.",
        ),
        Mistake(
            name="slope_misplaced",
            title="Close: the slope stands on the wrong side of the weights.",
            seen="Where H and M are equal it runs, and gives {yours} instead of {right}. Where they differ, the "
            "shapes refuse.",
            why="`delta` belongs to the M outputs, h (1 − h) to the H hidden units. First carry the blame back over "
            "the weights, `delta @ weight.T`, and only then, among the hidden units, multiply by their slopes.",
        ),
        Mistake(
            name="half_slope",
            title="Close: half of the slope is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="The sigmoid's slope has two factors, h *and* 1 − h: flat at both ends.",
        ),
        Mistake(
            name="unbracketed",
            title="Close: a pair of brackets is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="`… * h * 1 - h` multiplies first and then takes h away. `… * h * (1 - h)` subtracts first.",
        ),
    ),
    worked=_worked_hidden,
)


# backward ------------------------------------------------------------------------------------------------------------


def backward(x, h, y, target, w2):
    """All gradients of a network of two sigmoid layers: E = ½ Σ (y − target)² / N."""
    delta2 = (y - target) * y * (1 - y) / len(x)  # (N, M)
    dw2, db2 = h.T @ delta2, delta2.sum(axis=0)
    delta1 = delta2 @ w2.T * h * (1 - h)  # (N, H)
    dw1, db1 = x.T @ delta1, delta1.sum(axis=0)
    return dw1, db1, dw2, db2


def _backward(
    x,
    h,
    y,
    target,
    w2,
    *,
    uphill=False,
    mean_forgotten=False,
    output_slope_forgotten=False,
    hidden_slope_forgotten=False,
    bias_averaged=False,
    transposed=False,
    averaged_over_all=False,
    slope_of_output=False,
    doubled=False,
    slope_of_tanh=False,
):
    def slope(y):
        return sigmoid(y) * (1 - sigmoid(y)) if slope_of_output else y * (1 - y)

    count = y.size if averaged_over_all else 1 if mean_forgotten else len(x)
    delta2 = (target - y if uphill else y - target) / count
    if doubled:
        delta2 = delta2 * 2
    if not output_slope_forgotten:
        delta2 = delta2 * slope(y)
    delta1 = delta2 @ w2.T * (1 if hidden_slope_forgotten else 1 - h**2 if slope_of_tanh else slope(h))
    collect = np.mean if bias_averaged else np.sum
    dw1, db1, dw2, db2 = x.T @ delta1, collect(delta1, axis=0), h.T @ delta2, collect(delta2, axis=0)
    return (dw1.T, db1, dw2.T, db2) if transposed else (dw1, db1, dw2, db2)


def _backward_cases():
    rng = np.random.default_rng(3)
    cases = []
    for n, d, hidden, m in ((2, 3, 2, 1), (5, 4, 3, 2), (3, 2, 5, 4)):
        x, target = rng.standard_normal((n, d)), rng.random((n, m))
        w1, b1 = rng.standard_normal((d, hidden)), rng.standard_normal(hidden)
        w2, b2 = rng.standard_normal((hidden, m)), rng.standard_normal(m)
        h = sigmoid(x @ w1 + b1)
        cases.append((x, h, sigmoid(h @ w2 + b2), target, w2))
    return cases


def _worked_backward(case, where):
    x, h, y, target, w2 = case
    delta2 = (y - target) * y * (1 - y) / len(x)
    delta1 = delta2 @ w2.T * h * (1 - h)
    return (
        f"the gradient before the output's sigmoid, delta2, is {show(delta2)}; before the hidden sigmoids, delta1, "
        f"it is {show(delta1)}. Do you have these on your way? Each weight's gradient is what came in times these, "
        "added over the examples."
    )


BACKWARD = Exercise(
    id="backprop.backward",
    notebook=NOTEBOOK,
    title="The whole way back, as matrices",
    prompt="""
A network of two sigmoid layers has gone forward:

> [[h = σ(x w₁ + b₁)||h = \\sigma(x\\,w_1 + b_1)]], of shape (N, H)

> [[y = σ(h w₂ + b₂)||y = \\sigma(h\\,w_2 + b_2)]], of shape (N, M)

> [[E = ½ Σ (y − target)² / N||E = \\tfrac{1}{2N}\\sum (y - \\text{target})^2]]

E is summed over the M outputs and averaged over the N examples. Write `backward(x, h, y, target, w2)`, with
`x` of shape (N, D), `h` (N, H), `y` and `target` (N, M), `w2` (H, M). Return the four gradients `dw1, db1,
dw2, db2`, each of the shape of what it is the gradient of: (D, H), (H,), (H, M), (M,).
""",
    starter="""
def backward(x, h, y, target, w2):  # (N, D), (N, H), (N, M), (N, M), (H, M) -> dw1, db1, dw2, db2
    ...
""",
    reference=backward,
    faulty=_backward,
    cases=_backward_cases,
    returns=("dw1", "db1", "dw2", "db2"),
    expects="four arrays: dw1, db1, dw2, db2",
    hints=(
        "Begin at the end: `delta2`, the gradient before the output's sigmoid, is (y − target) · y (1 − y) "
        "/ N. You have written each piece in the exercises before.",
        "A weight's gradient is *what came in* times *what came back*, added over the examples: `h.T @ "
        "delta2`. A bias saw a constant 1 come in: `delta2.sum(axis=0)`.",
        "`delta1 = delta2 @ w2.T * h * (1 - h)`; then `x.T @ delta1` and `delta1.sum(axis=0)`.",
    ),
    next="Check it without anybody's solution: nudge one weight by 10⁻⁶ and see how E moves. Notebook 08 "
    "makes a method of it.",
    wrong=(
        Mistake(
            name="uphill",
            title="Close: all four gradients point downhill.",
            seen="Every entry is −1 × the right one: your db2 is {your_db2}, asked was {right_db2}.",
            why="The slope of ½ (y − target)² is y − target, so a gradient points to where the error "
            "*grows*. The minus sign belongs to the step, `w -= rate * gradient`; with two of them the error "
            "would grow.",
        ),
        Mistake(
            name="mean_forgotten",
            title="Close: the mean is missing.",
            seen="All four are {count} times too large, the number of examples: your db2 is {your_db2}, "
            "asked was {right_db2}.",
            why="E is divided by N, so its gradients are too. Divide once, at the start, and everything "
            "after inherits it. Without it a larger batch would mean a larger step.",
        ),
        Mistake(
            name="output_slope_forgotten",
            title="Close: the output's sigmoid was skipped.",
            seen="Your db2 is {your_db2}, asked was {right_db2}.",
            why="y − target is the gradient *after* the output's sigmoid. On the way to w2 and b2 it "
            "passes through it: multiply by y (1 − y). (Without it would be right for cross-entropy, "
            "where the slope cancels: notebook 05.)",
        ),
        Mistake(
            name="hidden_slope_forgotten",
            title="Close: the hidden sigmoid was skipped.",
            seen="dw2 and db2 are right. Your db1 is {your_db1}, asked was {right_db1}.",
            why="`delta2 @ w2.T` is the gradient of the hidden units' outputs h. Before it reaches w1 and "
            "b1, it goes back through their sigmoid: multiply by h (1 − h).",
        ),
        Mistake(
            name="bias_averaged",
            title="Close: the biases were averaged once too often.",
            seen="Your db2 is {your_db2}, asked was {right_db2}.",
            why="The 1/N of the error is in the deltas already. A bias was added to every example, so it "
            "collects from every example: `sum`, not `mean`.",
        ),
        Mistake(
            name="transposed",
            title="Close: the weights' gradients lie on their sides.",
            seen="Your dw1 has the shape {your_dw1_shape}, asked was {right_dw1_shape}.",
            why="A gradient has the shape of its weight, so that `w -= rate * dw` fits. Here weights are "
            "(in, out): `x.T @ delta1`, not `delta1.T @ x`.",
        ),
        Mistake(
            name="averaged_over_all",
            title="Close: you divided by too much.",
            seen="All four are {outputs} times too small, the number of outputs: your db2 is {your_db2}, "
            "asked was {right_db2}.",
            why="This E is a *sum* over the outputs and a mean over the examples, so only N divides. `np.mean` and "
            "`.size` count the outputs as well. (nnbook.MSELoss means it so: always look which mean a loss is.)",
        ),
        Mistake(
            name="slope_of_output",
            title="Close: the slopes are taken in the wrong place.",
            seen="Your db2 is {your_db2}, asked was {right_db2}.",
            why="You took the sigmoid's slope at h and y as if they were the sums. They have been through the "
            "sigmoid already: from the outputs the slopes are h (1 − h) and y (1 − y), with no further sigmoid.",
        ),
        Mistake(
            name="doubled",
            title="Close: twice too large.",
            seen="All four are 2 times too large: your db2 is {your_db2}, asked was {right_db2}.",
            why="The mean of squares in the table has a 2 in its gradient. This E has a ½ in front, and the two "
            "cancel: (y − target) / N. A gradient follows its loss to the letter.",
        ),
        Mistake(
            name="slope_of_tanh",
            title="Close: these hidden units are sigmoids.",
            seen="dw2 and db2 are right. Your db1 is {your_db1}, asked was {right_db1}.",
            why="1 − h² is the slope of tanh, as in the network of the table. The sigmoid's is h (1 − h).",
        ),
    ),
    numbers=lambda case, output: {"count": len(case[0]), "outputs": case[2].shape[1]},
    worked=_worked_backward,
)


# step ----------------------------------------------------------------------------------------------------------------


def step(x, target, w, v, rate):
    """One step of gradient descent for a chain of two sigmoid units."""
    h = 1 / (1 + np.exp(-w * x))
    y = 1 / (1 + np.exp(-v * h))
    delta_y = (y - target) * y * (1 - y)
    delta_h = delta_y * v * h * (1 - h)
    return w - rate * delta_h * x, v - rate * delta_y * h


def _step(
    x,
    target,
    w,
    v,
    rate,
    *,
    updated_early=False,
    uphill=False,
    output_slope_forgotten=False,
    hidden_slope_forgotten=False,
    slope_of_output=False,
    inputs_forgotten=False,
    gradients_returned=False,
    weight_forgotten=False,
):
    def slope(y):
        return sigmoid(y) * (1 - sigmoid(y)) if slope_of_output else y * (1 - y)

    h = sigmoid(w * x)
    y = sigmoid(v * h)
    sign = -1 if uphill else 1
    came_in = (1, 1) if inputs_forgotten else (x, h)
    delta_y = (y - target) * (1 if output_slope_forgotten else slope(y))
    dv = sign * delta_y * came_in[1]
    new_v = v - rate * dv
    carried = 1 if weight_forgotten else new_v if updated_early else v
    delta_h = delta_y * carried * (1 if hidden_slope_forgotten else slope(h))
    dw = sign * delta_h * came_in[0]
    return (dw, dv) if gradients_returned else (w - rate * dw, new_v)


def _step_cases():
    rng = np.random.default_rng(4)
    cases = [(1.5, 0.0, 0.5, -1.0, 2.0)]
    for _ in range(4):
        x, w, v = rng.standard_normal(3)
        cases.append((float(x), float(rng.random()), float(w), float(v), float(rng.uniform(1, 4))))
    return cases


def _worked_step(case, where):
    x, target, w, v, _ = case
    h = sigmoid(w * x)
    y = sigmoid(v * h)
    delta_y = (y - target) * y * (1 - y)
    delta_h = delta_y * v * h * (1 - h)
    return (
        f"h = {h:.4g}, y = {y:.4g}; before the output's sigmoid the gradient is {delta_y:.4g}, before the hidden one "
        f"{delta_h:.4g}; ∂E/∂v = {delta_y * h:.4g}, ∂E/∂w = {delta_h * x:.4g}. Which of these is the first that you "
        "do not have?"
    )


STEP = Exercise(
    id="backprop.step",
    notebook=NOTEBOOK,
    title="One step, both weights",
    prompt="""
The smallest deep network: one input, one hidden unit, one output, no biases.

> [[h = σ(w x)||h = \\sigma(w\\,x)]]

> [[y = σ(v h)||y = \\sigma(v\\,h)]]

> [[E = ½ (y − target)²||E = \\tfrac12\\,(y - \\text{target})^2]]

Write `step(x, target, w, v, rate)`, all plain numbers: go forward, go back, and return the new `w, v` after
**one** step of gradient descent with the given rate.
""",
    starter="""
def step(x, target, w, v, rate):  # five numbers -> new w, new v
    h = 1 / (1 + np.exp(-w * x))
    y = 1 / (1 + np.exp(-v * h))
    ...
""",
    reference=step,
    faulty=_step,
    cases=_step_cases,
    returns=("w", "v"),
    expects="a pair of numbers: the new w and the new v",
    hints=(
        "First find both gradients, and change nothing yet. Begin with `delta_y = (y - target) * y * (1 - "
        "y)`, the gradient before the output's sigmoid.",
        "∂E/∂v = delta_y · h. To reach w: `delta_h = delta_y * v * h * (1 - h)`, with the *old* v, then "
        "∂E/∂w = delta_h · x.",
        "`return w - rate * delta_h * x, v - rate * delta_y * h`",
    ),
    next="Call it a thousand times and print E now and then. Then add a third unit to the chain: only one "
    "more line goes back.",
    wrong=(
        Mistake(
            name="updated_early",
            title="Close: v was changed before w had asked it.",
            seen="Your v is right. Your w is {your_w}, asked was {right_w}.",
            why="Both gradients belong to the *same* point: the weights that the network had when it made "
            "its error. The way back to w leads over the old v; you used the new one. A well-known "
            "page slips right here (see the Lab). So: all gradients first, then all updates.",
        ),
        Mistake(
            name="uphill",
            title="Close: the step goes uphill.",
            seen="You gave w = {your_w}, v = {your_v}; asked was w = {right_w}, v = {right_v}: as far, the "
            "other way.",
            why="The gradient points to where the error *grows*, so the step goes against it: `w -= rate * "
            "gradient`, with gradient (y − target) · … Two minus signs make a plus: look for `target - "
            "y` as well.",
        ),
        Mistake(
            name="output_slope_forgotten",
            title="Close: the output's sigmoid was skipped.",
            seen="You gave w = {your_w}, v = {your_v}; asked was w = {right_w}, v = {right_v}.",
            why="y − target is the gradient after the output's sigmoid. Before it reaches v, multiply by "
            "the slope y (1 − y).",
        ),
        Mistake(
            name="hidden_slope_forgotten",
            title="Close: the hidden sigmoid was skipped.",
            seen="Your v is right. Your w is {your_w}, asked was {right_w}.",
            why="On its way to w the gradient passes through the hidden unit's sigmoid too: multiply by h "
            "(1 − h).",
        ),
        Mistake(
            name="slope_of_output",
            title="Close: the slopes are taken in the wrong place.",
            seen="You gave w = {your_w}, v = {your_v}; asked was w = {right_w}, v = {right_v}.",
            why="You took the sigmoid's slope at its *output*, as if that were the sum. From the output "
            "the slope is y (1 − y), with no further sigmoid; from the sum z it is σ(z) (1 − σ(z)), "
            "the same number.",
        ),
        Mistake(
            name="inputs_forgotten",
            title="Close: what came in is missing.",
            seen="You gave w = {your_w}, v = {your_v}; asked was w = {right_w}, v = {right_v}.",
            why="`delta_y` and `delta_h` are the gradients of the *sums*. A weight's own gradient is that times what "
            "the weight multiplies: h for v, x for w.",
        ),
        Mistake(
            name="gradients_returned",
            title="Those are gradients. Now take the step.",
            seen="You gave {your_w} and {your_v}; the new weights are {right_w} and {right_v}.",
            why="The new weight is the old one minus rate times its gradient.",
        ),
        Mistake(
            name="weight_forgotten",
            title="Close: the way back to w skipped the weight v.",
            seen="Your v is right. Your w is {your_w}, asked was {right_w}.",
            why="The output hears the hidden unit through v, so the blame comes back through v: delta_h = "
            "delta_y · v · h (1 − h).",
        ),
    ),
    worked=_worked_step,
)


# passes --------------------------------------------------------------------------------------------------------------


def passes(sizes):
    """How many passes through the network all gradients cost: by nudging, by back-propagation."""
    parameters = 0
    for layer in range(1, len(sizes)):
        inputs, outputs = sizes[layer - 1], sizes[layer]
        parameters += inputs * outputs + outputs
    return parameters + 1, 2


def _passes(
    sizes,
    *,
    biases_forgotten=False,
    no_first=False,
    both_sides=False,
    units_counted=False,
    one_pass=False,
    inputs_biased=False,
):
    parameters = sum(
        inputs * outputs + (0 if biases_forgotten else outputs)
        for inputs, outputs in itertools.pairwise(sizes)
    )
    if inputs_biased:
        parameters += sizes[0]
    if units_counted:
        parameters = sum(sizes)
    nudging = 2 * parameters if both_sides else parameters if no_first else parameters + 1
    return nudging, 1 if one_pass else 2


def _worked_passes(case, where):
    terms, total = parameters_by_hand(case[0])
    return f"P = {terms} = {total} weights and biases."


PASSES = Exercise(
    id="backprop.passes",
    notebook=NOTEBOOK,
    title="What does it cost?",
    prompt="""
You want the gradient of every weight and every bias. *By nudging*: one pass with the network as it is, then
one more for each of the P parameters, with that one nudged. *By back-propagation*: one pass forward and one
back, however many there are.

Write `passes(sizes)`: `sizes` lists the units of each layer from the input on, such as `(2, 2, 2)`. Every
layer after the input has weights from all units before it, and a bias for each unit. Return the pair
`by_nudging, by_backprop`, two whole numbers.
""",
    starter="""
def passes(sizes):  # such as (784, 1000, 10) -> by_nudging, by_backprop
    ...
""",
    reference=passes,
    faulty=_passes,
    cases=lambda: [((2, 2, 2),), ((3, 2, 1),), ((64, 128, 10),), ((784, 1000, 10),), ((5, 4, 3, 2),)],
    returns=("by_nudging", "by_backprop"),
    expects="a pair of whole numbers: by nudging, by back-propagation",
    hints=(
        "How many parameters has one layer with 3 inputs and 2 units? Six weights, and how many biases?",
        "inputs · outputs + outputs. Add that over all neighbouring pairs of sizes: `zip(sizes[:-1], "
        "sizes[1:])`.",
        "By nudging it is that sum + 1; by back-propagation it is 2.",
    ),
    next="The network 784-1000-10 needs about a millisecond for a pass of one picture. How long would *one* "
    "gradient take by nudging?",
    wrong=(
        Mistake(
            name="biases_forgotten",
            title="Close: the biases want gradients too.",
            seen="For the sizes {sizes} you gave {your_by_nudging}, asked was {right_by_nudging}.",
            why="Each unit after the input has one bias, so a layer has inputs · outputs + outputs "
            "parameters.",
        ),
        Mistake(
            name="no_first",
            title="Close: one pass is missing.",
            seen="For the sizes {sizes} you gave {your_by_nudging}, asked was {right_by_nudging}.",
            why="A change needs something to be compared with: one pass with nothing nudged comes first. P "
            "+ 1.",
        ),
        Mistake(
            name="both_sides",
            title="That is another way of nudging.",
            seen="For the sizes {sizes} you gave {your_by_nudging}, asked was {right_by_nudging}.",
            why="You counted a nudge up and a nudge down for each parameter: central differences, 2 P "
            "passes, which notebook 08 uses because they are more exact. Here each parameter is nudged "
            "once and compared with one common pass: P + 1.",
        ),
        Mistake(
            name="units_counted",
            title="Those are the units. What learns is the weights.",
            seen="For the sizes {sizes} you gave {your_by_nudging}, asked was {right_by_nudging}.",
            why="What is nudged are weights and biases: between two layers there is a weight for every "
            "*pair* of units, inputs · outputs, and a bias for each unit after the input.",
        ),
        Mistake(
            name="one_pass",
            title="Close: the way back needs the way there.",
            seen="For back-propagation you gave {your_by_backprop}, asked was {right_by_backprop}.",
            why="The pass back uses what the pass forward has computed, so there are two: one forward, one "
            "back.",
        ),
        Mistake(
            name="inputs_biased",
            title="Close: the inputs have no biases.",
            seen="For the sizes {sizes} you gave {your_by_nudging}, asked was {right_by_nudging}.",
            why="A bias belongs to a unit that adds something up. The inputs only hand on the data: the "
            "first size gets none.",
        ),
    ),
    worked=_worked_passes,
)


# train_xor -----------------------------------------------------------------------------------------------------------

XOR_X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_Y = np.array([[0.0], [1.0], [1.0], [0.0]])


def train_xor(rng):
    """Weights of a network of two sigmoid layers that has learnt XOR by gradient descent."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    target = np.array([[0.0], [1.0], [1.0], [0.0]])
    w1, b1 = rng.normal(0, 1, (2, 8)), np.zeros(8)
    w2, b2 = rng.normal(0, 1, (8, 1)), np.zeros(1)
    for _ in range(1000):
        h = 1 / (1 + np.exp(-(x @ w1 + b1)))
        y = 1 / (1 + np.exp(-(h @ w2 + b2)))
        delta2 = (y - target) * y * (1 - y)
        delta1 = delta2 @ w2.T * h * (1 - h)
        w2 -= 2.0 * h.T @ delta2
        b2 -= 2.0 * delta2.sum(axis=0)
        w1 -= 2.0 * x.T @ delta1
        b1 -= 2.0 * delta1.sum(axis=0)
    return w1, b1, w2, b2


def _judge_train_xor(output, rng):
    w1, b1, w2, b2 = (np.asarray(part, dtype=float) for part in output)
    if w1.ndim != 2 or w1.shape[0] != 2 or w2.shape != (w1.shape[1], 1):
        return Finding(
            f"w1 must have the shape (2, H) and w2 (H, 1); yours have {w1.shape} and {w2.shape}.", "shapes"
        )
    if b1.size not in (1, w1.shape[1]) or b2.size != 1:
        return Finding(
            f"b1 must have the shape (H,) and b2 (1,); yours have {b1.shape} and {b2.shape}.", "shapes"
        )
    parts = (w1, b1.reshape(-1), w2, b2.reshape(-1))
    if not all(np.isfinite(part).all() for part in parts):
        return Finding("Some of your weights are NaN or infinite.", "diverged")
    with np.errstate(over="ignore"):
        y = sigmoid(sigmoid(XOR_X @ w1 + parts[1]) @ w2 + parts[3]).ravel()
    shown = ", ".join(f"{value:.3f}" for value in y)
    seen = f"For 00, 01, 10, 11 your network says {shown}; the targets are 0, 1, 1, 0."
    target = XOR_Y.ravel()
    if np.abs(y - target).max() <= 0.25:
        return None
    if np.abs(y - (1 - target)).max() < 0.25:
        return Finding(seen, "upside_down")
    if np.ptp(y) < 0.2 and (y.min() > 0.9 or y.max() < 0.1):
        return Finding(seen, "at_the_wall")
    if np.ptp(y) < 0.2:
        return Finding(seen, "undecided")
    if np.abs(y - target).max() < 0.5:
        return Finding(f"{seen} All four are on the right side of ½, and not yet within 0.25.", "too_short")
    if np.sum(np.abs(y - target) < 0.4) in (2, 3):
        return Finding(seen, "stuck")
    return Finding(seen)


def _train_xor_with(
    rng, *, zeros=False, steps=1000, rate=2.0, hidden=8, sign=1.0, target=None, transposed=False
):
    """The wrong versions: the same training with something gone wrong."""
    goal = XOR_Y if target is None else np.array(target, dtype=float).reshape(4, 1)
    w1, w2 = rng.normal(0, 0 if zeros else 1, (2, hidden)), rng.normal(0, 0 if zeros else 1, (hidden, 1))
    b1, b2 = np.zeros(hidden), np.zeros(1)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            h = sigmoid(XOR_X @ w1 + b1)
            y = sigmoid(h @ w2 + b2)
            delta2 = sign * (y - goal) * y * (1 - y)
            delta1 = delta2 @ w2.T * h * (1 - h)
            w2 -= rate * h.T @ delta2
            b2 -= rate * delta2.sum(axis=0)
            w1 -= rate * XOR_X.T @ delta1
            b1 -= rate * delta1.sum(axis=0)
    return (w1.T, b1, w2.T, b2) if transposed else (w1, b1, w2, b2)


TRAIN_XOR = Exercise(
    id="backprop.make_xor",
    notebook=NOTEBOOK,
    title="Make: teach it XOR",
    prompt="""
An open task: put everything together. Write `train_xor(rng)`: draw the weights of a network of two sigmoid
layers from the generator `rng`, train it on the four cases of XOR by gradient descent, and return `w1, b1,
w2, b2`, of shapes (2, H), (H,), (H, 1), (1,). How many hidden units, which rate, how many steps: you
choose.

It is run with two different generators. Each time the outputs σ(σ(x w₁ + b₁) w₂ + b₂) must come within 0.25
of the targets 0, 1, 1, 0. All of it together may take 5 seconds.
""",
    starter="""
def train_xor(rng):
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    target = np.array([[0.0], [1.0], [1.0], [0.0]])
    ...
    return w1, b1, w2, b2
""",
    reference=train_xor,
    cases=lambda: [(np.random.default_rng(seed),) for seed in (0, 1)],
    judge=_judge_train_xor,
    expects="four arrays, `w1, b1, w2, b2`, of shapes (2, H), (H,), (H, 1) and (1,)",
    hints=(
        "Take the matrices from the exercise before: forward, the two deltas, four gradients, four updates; in a "
        "loop of a thousand steps or more. Draw the weights, with `rng.normal(0, 1, (2, H))`, so that the hidden "
        "units differ from the start.",
        "With two hidden units some starts get stuck. Eight are plenty. A rate of about 2 suits sigmoids "
        "and squares here: their slopes are small.",
        "All gradients first, then all updates: `w2 -= rate * h.T @ delta2` comes after `delta1` has been "
        "computed with the old w2.",
    ),
    next="With two hidden units, how many of 100 starts succeed? What do the others say for the four cases?",
    wrong=(
        Mistake(
            name="undecided",
            title="It says nearly the same to all four.",
            why="Three causes are common. All weights start at 0 (or equal): then all hidden units get the same "
            "gradient and stay one and the same unit. Or the rate is so small, or the steps so few, that nothing has "
            "happened yet. Or it is so large that all units are saturated and no gradient comes back. Print the "
            "error every 500 steps: it should fall.",
            version=partial(_train_xor_with, zeros=True),
        ),
        Mistake(
            name="at_the_wall",
            title="It has been driven against a wall.",
            why="All four outputs stand at one end of the sigmoid, where no gradient comes back any more. Two things "
            "do that: steps *uphill* (`target - y` with `-=`, or `y - target` with `+=`), and a rate that is far too "
            "large.",
            version=partial(_train_xor_with, sign=-1.0),
        ),
        Mistake(
            name="too_short",
            title="It is on its way: train on.",
            why="All four lean to the right side. More steps, or a somewhat larger rate, will bring them "
            "home.",
            version=partial(_train_xor_with, steps=60),
        ),
        Mistake(
            name="stuck",
            title="It gets some cases right, and others not.",
            why="This is what one line can do (OR, AND), and where training sometimes gets stuck when there are few "
            "hidden units: the two lines that XOR needs have fallen together. Give it more hidden units, or check "
            "that every weight has its own gradient and that the biases learn too.",
            version=partial(_train_xor_with, target=(0, 1, 1, 1)),
        ),
        Mistake(
            name="upside_down",
            title="Close: exactly upside down.",
            why="It has learnt the opposite. Look at the targets, and at the sign of y − target.",
            version=partial(_train_xor_with, target=(1, 0, 0, 1)),
        ),
        Mistake(
            name="diverged",
            title="The weights ran away.",
            why="NaN is what is left when numbers have grown beyond all bounds: mostly a rate that is far "
            "too large, or a step uphill (`+=` where `-=` belongs).",
            version=lambda rng: tuple(part * np.nan for part in _train_xor_with(rng, steps=1)),
        ),
        Mistake(
            name="shapes",
            title="The shapes do not fit together.",
            why="Here weights are (in, out), so that a layer reads x @ w + b: `w1` is (2, H), `b1` is "
            "(H,), `w2` is (H, 1), `b2` is (1,).",
            version=partial(_train_xor_with, steps=1, transposed=True),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="backprop.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of losses and descent?",
    kind="quiz",
    questions=(
        Question(
            "A weight's entry in the gradient is +0.3. What does a step of gradient descent do to that weight?",
            (
                Option(
                    "It raises it: the gradient is positive.",
                    "A positive entry says that raising the weight raises the *loss*. So the step goes "
                    "the other way: w −= rate · gradient.",
                ),
                Option("It lowers it.", "Against the gradient, w −= rate · gradient.", True),
                Option(
                    "It sets it to 0.3.",
                    "The gradient is no weight; it says how the loss changes per unit of weight. The "
                    "weight moves by rate · 0.3.",
                ),
                Option(
                    "That depends on the weight's own sign.",
                    "Only on the gradient's. The loss does not care where zero is, only which way is down "
                    "from here.",
                ),
            ),
        ),
        Question(
            "What is a partial derivative, ∂E/∂w, in terms of wiggling?",
            (
                Option(
                    "The change of E per unit, when w alone is moved a little.",
                    "All the others stand still while w moves.",
                    True,
                ),
                Option(
                    "The change of E when all the weights are moved a little.",
                    "That is a step along some direction, and mixes all of them. *Partial* means: one "
                    "moves, the others stand still.",
                ),
                Option(
                    "The part of E that comes from w.",
                    "E cannot be cut up into shares; weights work together. The derivative says how E "
                    "would *change*.",
                ),
                Option(
                    "The value of w at which E is smallest.",
                    "There the derivative is 0. But the derivative exists everywhere, and says which way "
                    "is up.",
                ),
            ),
        ),
        Question(
            "A loss is a *mean* over a batch of N examples. You double the batch with the same examples "
            "once more. Its gradient …",
            (
                Option(
                    "doubles: there are twice as many terms.",
                    "That would be a sum. A mean divides by twice as many terms as well.",
                ),
                Option(
                    "halves.",
                    "Dividing by twice as many is only half of the story: there are twice as many terms to "
                    "divide.",
                ),
                Option(
                    "stays the same.",
                    "That is why losses are means: the size of a step does not depend on the size of the "
                    "batch.",
                    True,
                ),
                Option(
                    "becomes zero.",
                    "A gradient is zero at a minimum, not because examples repeat.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="backprop.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“The optimisation method, also known as back-propagation, changes the weights.”",
            (
                Option(
                    "True: back-propagation is how the weights are changed.",
                    "Back-propagation *computes* the gradient and changes nothing. What is done with the "
                    "gradient is another's choice: a plain step, momentum, Adam … (notebook 12).",
                ),
                Option(
                    "False: it computes the gradient; something else moves the weights.",
                    "Two jobs, two names: back-propagation says how the error feels each weight, and an "
                    "optimiser decides how far to move.",
                    True,
                ),
                Option(
                    "True, and it works only together with gradient descent.",
                    "It works alone: it is the chain rule, and its gradient is the same number that "
                    "nudging finds. Descent is one thing that can be done with it.",
                ),
            ),
        ),
    ),
)

NUDGE = Quiz(
    id="backprop.nudge",
    notebook=NOTEBOOK,
    title="Predict: a nudge",
    kind="predict",
    questions=(
        Question(
            "If you raise `w5` by 0.001, the error will …",
            (
                Option(
                    "rise by about 0.00008.",
                    "By 0.0822 for each unit of nudge. Three links have each taken their cut.",
                    True,
                ),
                Option(
                    "fall by about 0.00008.",
                    "The size is right. But the first output is too high already (0.75 for 0.01), its "
                    "input h1 is positive, and so a larger w5 lifts it further from its target.",
                ),
                Option(
                    "rise by 0.001.",
                    "You were thinking of the weight itself. The error feels it only after h1, the "
                    "sigmoid's slope and the output's own share of the error have each taken their cut.",
                ),
                Option(
                    "not move: the other weights make up for it.",
                    "Nobody has told them. During a nudge all other weights stand still; that is what "
                    "*partial* means.",
                ),
            ),
        ),
    ),
)

EARLY = Quiz(
    id="backprop.predict_early",
    notebook=NOTEBOOK,
    title="Predict: too early",
    kind="predict",
    questions=(
        Question(
            "Someone changes the output layer's weights first, and then computes the hidden layer's "
            "gradient with the *new* ones. After one step, the error of their network …",
            (
                Option(
                    "is exactly the same: order does not matter.",
                    "It matters: the hidden layer was blamed by a network that had not made the error. But "
                    "so little that nobody notices, and that is what makes such slips dangerous.",
                ),
                Option(
                    "differs in the seventh digit.",
                    "0.291027924 instead of 0.291027774. It still goes down, it still learns, and it is "
                    "wrong. Only a comparison of numbers finds such a slip (notebook 08).",
                    True,
                ),
                Option(
                    "is about twice as large.",
                    "The weights moved by a few hundredths, so the blame that travels over them is off by "
                    "as little. Wrong code seldom announces itself.",
                ),
                Option(
                    "grows instead of falling.",
                    "The direction is almost right, so the error falls almost as it should. A wrong *sign* "
                    "would make it grow; this slip hides.",
                ),
            ),
        ),
    ),
)

SATURATED = Quiz(
    id="backprop.predict_saturated",
    notebook=NOTEBOOK,
    title="Predict: who learns?",
    kind="predict",
    questions=(
        Question(
            "In the 3-2-1 network the two hidden tanh units get sums of about 8 (unit 1) and about 2.4 "
            "(unit 2). Both send their output through the same weight, 1. Compare the gradients of their "
            "weights:",
            (
                Option(
                    "Unit 1's are larger: its sum is larger, so it has more to say.",
                    "It does say more, by very little (1.0000 against 0.984). But for learning it counts "
                    "how its output *changes* when its sum does, and at 8 tanh is flat.",
                ),
                Option(
                    "They are about equal: both feed the output through the same weight.",
                    "The blame that reaches their outputs is equal. Then each multiplies it by its own "
                    "slope, and the slopes differ by a factor of more than 10,000.",
                ),
                Option(
                    "Unit 2's are larger, by a factor of more than 10,000.",
                    "The slope of tanh is 1 − h²: about 0.03 to 0.05 for unit 2, and below 0.000004 for "
                    "unit 1. It is saturated, and next to deaf.",
                    True,
                ),
                Option(
                    "Unit 2's are about three times larger, as 8 is to 2.4.",
                    "That would be so if the slope fell in proportion. It falls exponentially: at 8 hardly "
                    "anything is left.",
                ),
            ),
        ),
    ),
)

COST = Quiz(
    id="backprop.predict_cost",
    notebook=NOTEBOOK,
    title="Predict: the bill",
    kind="predict",
    questions=(
        Question(
            "The network 784-1000-10 has 795,010 parameters. All its gradients by nudging cost 795,011 "
            "passes. By back-propagation they cost about …",
            (
                Option(
                    "795,010: one for each parameter, without the first.",
                    "That is the point of it: the parameters share their way. What is computed for a unit "
                    "serves all the weights that lead to it.",
                ),
                Option(
                    "1,010: one for each unit.",
                    "Units share as well: one matrix product passes the blame of a whole layer back at once.",
                ),
                Option(
                    "2 layers · 2 = 4.",
                    "A pass goes through all layers at once. One forward and one back, whatever the depth.",
                ),
                Option(
                    "2: one forward, one back.",
                    "The one back is at most twice the work of the one forward. Without this, nobody would "
                    "train networks.",
                    True,
                ),
            ),
        ),
    ),
)

CHAIN = Quiz(
    id="backprop.predict_chain",
    notebook=NOTEBOOK,
    title="Predict: two gears",
    kind="predict",
    questions=(
        Question(
            "u = 3x + 1 and v = u². At x = 2, u is 7 and moves 3 times as fast as x; there v moves 14 "
            "times as fast as u. How fast does v move, per unit of x?",
            (
                Option(
                    "17 times as fast: the rates add.",
                    "There is one way from x to v, and it leads through u: each step of x is first made three "
                    "times as large, and what comes of it fourteen times as large again.",
                ),
                Option(
                    "42 times as fast: the rates multiply.",
                    "3 × 14. The same holds for any number of links in a chain.",
                    True,
                ),
                Option(
                    "14 times as fast: only the last link counts.",
                    "v feels x only through u, and u has already moved three times as far as x did.",
                ),
                Option(
                    "49 times as fast: v is 49 there.",
                    "49 is where v stands. How fast it moves is another question, as a car's place is not "
                    "its speed.",
                ),
            ),
        ),
    ),
)

ROADS = Quiz(
    id="backprop.predict_roads",
    notebook=NOTEBOOK,
    title="Predict: two roads",
    kind="predict",
    questions=(
        Question(
            "By output 1 alone, the error would move by +0.0554 per unit of h1; by output 2 alone, by "
            "−0.0190. Both roads are open. The error moves, per unit of h1, by …",
            (
                Option(
                    "+0.0554: the stronger one decides.",
                    "Nobody decides: the error is a sum over both outputs, and it feels what happens at "
                    "each of them.",
                ),
                Option(
                    "+0.0182: their mean.",
                    "A mean would let each output feel only half of the push, for having company. Each feels "
                    "all of it, and the error is the sum of what happens at both.",
                ),
                Option(
                    "+0.0364: their sum.",
                    "A push on h1 is felt at output 1 *and* at output 2, and the error is the sum of what "
                    "happens at both.",
                    True,
                ),
                Option(
                    "−0.0011: their product.",
                    "Rates multiply along *one* road, link after link. These are two roads side by side.",
                ),
            ),
        ),
    ),
)

XOR = Quiz(
    id="backprop.predict_xor",
    notebook=NOTEBOOK,
    title="Predict: XOR",
    kind="predict",
    questions=(
        Question(
            "Nobody tells the four hidden units what to look for; they start at random. After 2,000 steps "
            "of gradient descent the network …",
            (
                Option(
                    "gets three of the four cases right, as a single line can.",
                    "A single neuron draws one line and stops at three. The hidden units are four lines, "
                    "and the gradient bends them together.",
                ),
                Option(
                    "gets all four right, each with a probability within 0.01 of its target.",
                    "The gradient tells each hidden unit, through its own weights, what would have helped, "
                    "and that is all the telling it needs.",
                    True,
                ),
                Option(
                    "still says about ½ to everything: random units have nothing in common.",
                    "At the start it does. But no two units start alike, so each hears a different "
                    "complaint and moves its own way.",
                ),
                Option(
                    "has learnt OR: the hidden layer must be set by hand for XOR.",
                    "In notebook 01 you set it by hand because nothing was learning yet. The gradient "
                    "reaches hidden weights as well as any others.",
                ),
            ),
        ),
    ),
)

EXERCISES = (SIGMOID_SLOPE, OUTPUT_GRADIENT, HIDDEN_GRADIENT, BACKWARD, STEP, PASSES, TRAIN_XOR)
QUIZZES = (WARMUP, IS_THIS_TRUE, NUDGE, CHAIN, ROADS, SATURATED, XOR, COST, EARLY)
