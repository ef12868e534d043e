"""Exercises, questions and predictions of notebook 06_gradient_descent."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.sharing import Told
from nnbook.practice.showing import show

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "06_gradient_descent"


_BOWL = "a function: loss(w) is w₀² + w₀·w₁ + 2·w₁²"
_CURVED = "a function: loss(w) is (w₀ − w₁ + w₂)³ + w₀·w₁·w₂"
_SUM = "a function: loss(w) is exp(w₀ + w₁) + w₁²"


# partial_derivatives -------------------------------------------------------------------------------------------------


def partial_derivatives(loss, w, h):
    """The slope of the loss along each weight, found by wiggling that weight alone."""
    slopes = np.zeros(len(w))
    for i in range(len(w)):
        up, down = w.copy(), w.copy()
        up[i] += h
        down[i] -= h
        slopes[i] = (loss(up) - loss(down)) / (2 * h)
    return slopes


def _partial_derivatives(
    loss,
    w,
    h,
    *,
    left_moved=False,
    one_sided=False,
    half_forgotten=False,
    not_divided=False,
    all_at_once=False,
    turned=False,
    bracket_missing=False,
):
    w = np.array(w, dtype=float)
    slopes = np.zeros(len(w))
    moved = w.copy()
    for i in range(len(w)):
        at = moved if left_moved else w
        which = slice(None) if all_at_once else i
        up, down = at.copy(), at.copy()
        up[which] += h
        if not one_sided:
            down[which] -= h
        width = h if one_sided or half_forgotten else 2 * h
        if bracket_missing:
            width = width / h**2
        slopes[i] = (loss(up) - loss(down)) / (1 if not_divided else width) * (-1 if turned else 1)
        moved = up if one_sided else down
    return slopes


def _partial_derivatives_cases():
    bowl = Told(_BOWL, lambda w: w[0] ** 2 + w[0] * w[1] + 2 * w[1] ** 2)
    curved = Told(_CURVED, lambda w: (w[0] - w[1] + w[2]) ** 3 + w[0] * w[1] * w[2])
    rising = Told(_SUM, lambda w: np.exp(w[0] + w[1]) + w[1] ** 2)
    return [
        (bowl, np.array([1.0, 2.0]), 0.1),
        (curved, np.array([0.5, -1.0, 2.0]), 0.2),
        (rising, np.array([0.3, 0.6]), 0.5),
        (curved, np.array([-0.7, 0.4, 1.1]), 0.1),
    ]


def _worked_partial(case, where):
    loss, w, h = case
    i = where[0] if where else 0
    up, down = np.array(w, dtype=float), np.array(w, dtype=float)
    up[i] += h
    down[i] -= h
    return (
        f"for weight {i} the loss is {loss(up):.6g} at w = {show(up)} and {loss(down):.6g} at w = {show(down)}. The "
        f"difference over {2 * h:.4g} is {(loss(up) - loss(down)) / (2 * h):.6g}."
    )


PARTIALS = Exercise(
    id="descent.wiggle",
    notebook=NOTEBOOK,
    title="Wiggle them all",
    prompt="""
Write `partial_derivatives(loss, w, h)`: `loss` is a function that takes an array of weights and returns one
number, `w` is such an array, of shape (D,), and `h` a small number. Wiggle each weight in turn, up by h and
down by h, while all the others stand still. Return the D partial derivatives, [loss above − loss below] /
(2 h), as an array of shape (D,). Leave `w` itself as it was.
""",
    starter="""
def partial_derivatives(loss, w, h):  # a function, (D,), one number -> (D,)
    ...
""",
    reference=partial_derivatives,
    faulty=_partial_derivatives,
    cases=_partial_derivatives_cases,
    hints=(
        "A loop over the weights. In each round, two copies of `w`: `up = w.copy()` and `down = w.copy()`. "
        "Which entry of each has to change?",
        "`up[i] += h`, `down[i] -= h`; then the loss of each.",
        "`slopes[i] = (loss(up) - loss(down)) / (2 * h)`, with `slopes = np.zeros(len(w))` before the loop.",
    ),
    next="How often did you call the loss? For a network of 800,000 weights that is a long evening; "
    "notebook 07 finds a shorter way.",
    wrong=(
        Mistake(
            name="left_moved",
            title="Close: the weights were not put back.",
            seen="You gave {yours}, the partial derivatives are {right}.",
            why="After its wiggle a weight has to return to where it stood, before the next one moves. *Partial* "
            "means: one moves, the others stand still where they were. Begin each round with a fresh `w.copy()`.",
        ),
        Mistake(
            name="one_sided",
            title="Close: you wiggled to one side only.",
            seen="You gave {yours}, with both sides it is {right}.",
            why="(loss(w + h) − loss(w)) / h is the slope between here and a little further up, and on a curve that "
            "leans to one side. Up and down by the same h, the lean cancels. The smaller h, the less it matters; "
            "here h is large on purpose.",
        ),
        Mistake(
            name="half_forgotten",
            title="Close: the distance is 2 h.",
            seen="You gave {yours}, the partial derivatives are {right}.",
            why="From w − h to w + h it is twice h. A slope is the rise over the whole distance.",
        ),
        Mistake(
            name="not_divided",
            title="Those are differences, not slopes.",
            seen="You gave {yours}, the partial derivatives are {right}.",
            why="How much the loss changed depends on how far you moved the weight. The slope is the change for "
            "*each unit* of weight: divide by the distance, 2 h.",
        ),
        Mistake(
            name="all_at_once",
            title="All the weights moved together.",
            seen="You gave {yours}, the partial derivatives are {right}.",
            why="`w + h` adds h to every entry of the array. That gives one slope, the one along the diagonal, and "
            "nobody can tell from it which weight did what. Change a single entry: `up[i] += h`.",
        ),
        Mistake(
            name="turned",
            title="Close: the difference is the wrong way round.",
            seen="You gave {yours}, the partial derivatives are {right}.",
            why="Loss above minus loss below. A slope is positive where the loss grows as the weight grows.",
        ),
        Mistake(
            name="bracket_missing",
            title="Close: 2 * h lacks its brackets.",
            seen="You gave {yours}, the partial derivatives are {right}.",
            why="Python works from left to right: `/ 2 * h` divides by 2, and then *multiplies* by h. Write "
            "`/ (2 * h)`.",
        ),
    ),
    worked=_worked_partial,
)


# loss_gradient -------------------------------------------------------------------------------------------------------


def loss_gradient(X, y, w, b):
    """The gradient of the mean squared error of a linear unit: dw (D,) and db, one number."""
    error = X @ w + b - y
    dw = 2 * X.T @ error / len(y)
    db = 2 * np.mean(error)
    return dw, db


def _loss_gradient(
    X,
    y,
    w,
    b,
    *,
    turned=False,
    summed=False,
    two_forgotten=False,
    bias_left_out=False,
    inputs_forgotten=False,
    squared=False,
):
    error = X @ w + (0 if bias_left_out else b) - y
    if turned:
        error = -error
    if squared:
        error = error**2
    factor = (1 if two_forgotten else 2) / (1 if summed else len(y))
    met = np.ones_like(X) if inputs_forgotten else X
    return factor * met.T @ error, factor * np.sum(error)


def _loss_gradient_cases():
    rng = np.random.default_rng(1)
    cases = [
        (np.array([[1.0, 4.0], [3.0, 2.0], [2.0, 2.0]]), np.array([8.0, 8.5, 4.0]), np.array([1.0, 0.5]), 2.0)
    ]
    for n, d in ((4, 2), (5, 3), (3, 4)):
        cases.append(
            (
                rng.standard_normal((n, d)),
                rng.standard_normal(n),
                rng.standard_normal(d),
                float(rng.uniform(0.5, 2)),
            )
        )
    return cases


def _worked_loss_gradient(case, where):
    X, y, w, b = case
    error = X @ w + b - y
    return (
        f"the errors, prediction minus truth, are {show(error)}. Times the inputs of column 0, {show(X[:, 0])}, the "
        f"mean of the products is {np.mean(error * X[:, 0]):.4g}; doubled, it is the first entry of dw. The mean of "
        f"the errors themselves is {error.mean():.4g}; doubled, it is db."
    )


GRADIENT = Exercise(
    id="descent.gradient",
    notebook=NOTEBOOK,
    title="The gradient, for any number of inputs",
    prompt="""
A linear unit with D inputs predicts ŷ = X w + b, and its loss is the mean squared error: the mean of (ŷ − y)²
over N examples.

Write `loss_gradient(X, y, w, b)`: `X` has the shape (N, D), `y` (N,), `w` (D,), and `b` is one number. Return
`dw, db`: the partial derivatives with respect to the weights, of shape (D,), and to the bias, one number.
No wiggling this time: use the formulas.
""",
    starter="""
def loss_gradient(X, y, w, b):  # (N, D), (N,), (D,), one number -> dw, db
    error = ...  # (N,)
    ...
""",
    reference=loss_gradient,
    faulty=_loss_gradient,
    cases=_loss_gradient_cases,
    returns=("dw", "db"),
    expects="a pair: dw, of shape (D,), and db, one number",
    hints=(
        "First the N errors: prediction minus truth. The bias's derivative is twice their mean.",
        "For weight j each error is multiplied by what weight j met, `X[:, j]`, before the mean is taken.",
        "All j at once: `X.T @ error` adds up error times input for each column. Then times 2, divided by N.",
    ),
    next="Check it with `partial_derivatives`: put w and b into one array and wiggle all of them.",
    wrong=(
        Mistake(
            name="turned",
            title="Close: your gradient points downhill.",
            seen="You gave dw = {your_dw}, asked was {right_dw}: as large, the other way.",
            why="You took *truth − prediction*. The squared error grows when the prediction moves away from the "
            "truth on the side where it stands: prediction − truth. The minus sign belongs to the *step*, not to the "
            "gradient.",
        ),
        Mistake(
            name="summed",
            title="Close: a sum where the loss is a mean.",
            seen="You gave dw = {your_dw}, asked was {right_dw}.",
            why="The gradient follows the loss to the letter: a mean over N examples carries 1/N. With a sum, the "
            "steps would grow with the number of examples.",
        ),
        Mistake(
            name="two_forgotten",
            title="Close: half of what it should be.",
            seen="You gave dw = {your_dw}, asked was {right_dw}.",
            why="The slope of u² is 2 u. Only a loss with ½ in front would cancel the 2, and this one has "
            "none.",
        ),
        Mistake(
            name="bias_left_out",
            title="Close: the prediction lacks its bias.",
            seen="You gave dw = {your_dw}, asked was {right_dw}.",
            why="The errors are those of X w + b. Without b you measured another unit's errors.",
        ),
        Mistake(
            name="inputs_forgotten",
            title="Every weight was given the bias's derivative.",
            seen="You gave dw = {your_dw}, asked was {right_dw}.",
            why="A weight is multiplied by its input, so raising it moves a prediction by that input: each error "
            "counts as often as its input is large. Only the bias, whose input is always 1, gets the plain mean.",
        ),
        Mistake(
            name="squared",
            title="Those are squares; the slope has the error itself.",
            seen="You gave dw = {your_dw}, asked was {right_dw}.",
            why="The loss has the square of the error; its slope has twice the error, with its sign. A square has "
            "forgotten which way.",
        ),
    ),
    worked=_worked_loss_gradient,
)


# walk ----------------------------------------------------------------------------------------------------------------


def walk(slope, start, rate, steps):
    """All the places of a descent, the first one included: (steps + 1, D)."""
    w = start
    path = [w]
    for _ in range(steps):
        w = w - rate * slope(w)
        path.append(w)
    return np.array(path)


def _walk(
    slope,
    start,
    rate,
    steps,
    *,
    plus=False,
    one_array=False,
    start_missing=False,
    asked_once=False,
    rate_forgotten=False,
    last_only=False,
):
    w = np.array(start, dtype=float)
    path = [w.copy()]
    for _ in range(steps):
        here = np.array(start, dtype=float) if asked_once else w
        step = (1 if rate_forgotten else rate) * slope(here)
        w = w + step if plus else w - step
        path.append(w)
    places = np.array(path)
    if one_array:
        places[:] = w
    if start_missing:
        places = places[1:]
    return w if last_only else places


def _walk_cases():
    bowl = Told(
        "a function: slope(w) is (2 w₀ + w₁, w₀ + 4 w₁)",
        lambda w: np.array([2 * w[0] + w[1], w[0] + 4 * w[1]]),
    )
    curved = Told("a function: slope(w) is 3 w² − 1", lambda w: 3 * np.square(w) - 1)
    return [
        (bowl, np.array([1.0, 2.0]), 0.1, 2),
        (curved, np.array([0.9, 0.2, 0.4]), 0.05, 4),
        (bowl, np.array([-2.0, 0.5]), 0.3, 5),
    ]


def _worked_walk(case, where):
    slope, start, rate, _ = case
    first = start - rate * slope(start)
    return (
        f"at {show(start)} the gradient is {show(slope(start))}. Rate times that is {show(rate * slope(start))}; "
        f"taken away, the next place is {show(first)}. There the gradient is another one: {show(slope(first))}."
    )


WALK = Exercise(
    id="descent.walk",
    notebook=NOTEBOOK,
    title="Walk, and remember the way",
    prompt="""
Write `walk(slope, start, rate, steps)`: `slope` is a function that takes the weights, an array of shape (D,),
and returns the gradient there, of shape (D,). `start` is where you begin, of shape (D,), `rate` is the learning
rate and `steps` the number of steps. Take that many steps of gradient descent, and return *all* the places in
order, the start first: an array of shape (steps + 1, D). Leave `start` itself as it was.
""",
    starter="""
def walk(slope, start, rate, steps):  # a function, (D,), two numbers -> (steps + 1, D)
    ...
""",
    reference=walk,
    faulty=_walk,
    cases=_walk_cases,
    hints=(
        "Keep a list: `path = [start]`. In a loop, compute where you go from where you stand, and append it.",
        "`w = w - rate * slope(w)` makes a new array. `w -= …` would change the one that is in the list "
        "already.",
        "At the end `np.array(path)` makes one array of shape (steps + 1, D) of the list.",
    ),
    next="Give it the gradient of the taxi's loss, and draw the path over the contours: `ax.plot(*path.T, "
    "'o-')`.",
    wrong=(
        Mistake(
            name="plus",
            title="Close: a plus where a minus belongs.",
            seen="You gave {yours}, asked was {right}.",
            why="The gradient points to where the loss *grows*. Adding it is gradient ascent: each step makes things "
            "worse, and the next gradient larger. `w = w - rate * slope(w)`.",
        ),
        Mistake(
            name="one_array",
            title="All rows are the last place.",
            seen="You gave {yours}, asked was {right}.",
            why="`w -= …` changes the array itself, and a list keeps no copies: every entry of your list is that "
            "same array. `w = w - …` makes a new one for each step.",
        ),
        Mistake(
            name="start_missing",
            title="Close: the place where you began is missing.",
            seen="Asked was the shape {right_shape}, yours is {your_shape}.",
            why="A walk of four steps has five places. Put `start` into the list before the loop.",
        ),
        Mistake(
            name="asked_once",
            title="Close: you asked for the way only once.",
            seen="You gave {yours}, asked was {right}.",
            why="Every step went along the gradient of the *start*. The ground changes under your feet: ask again at "
            "each place, inside the loop.",
        ),
        Mistake(
            name="rate_forgotten",
            title="Close: the rate is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="The gradient says which way, and how steep it is. How far to go is the rate's business: rate times "
            "gradient.",
        ),
        Mistake(
            name="last_only",
            title="That is where you arrived. Asked was the whole way.",
            seen="Asked was the shape {right_shape}, yours is {your_shape}.",
            why="Append each place to a list as you go, and return `np.array(path)`.",
        ),
    ),
    worked=_worked_walk,
)


# iterations ----------------------------------------------------------------------------------------------------------


def iterations(examples, batch_size, epochs):
    """How many steps an epoch has, and how many there are in all."""
    per_epoch = -(-examples // batch_size)  # rounded up: the last batch may be smaller
    return per_epoch, per_epoch * epochs


def _iterations(
    examples,
    batch_size,
    epochs,
    *,
    epoch_for_iteration=False,
    last_batch_lost=False,
    over_the_border=False,
    examples_counted=False,
    batch_size_itself=False,
):
    per_epoch = examples // batch_size if last_batch_lost else -(-examples // batch_size)
    if batch_size_itself:
        per_epoch = batch_size
    if epoch_for_iteration:
        per_epoch = 1
    total = per_epoch * epochs
    if over_the_border:
        total = -(-examples * epochs // batch_size)
    if examples_counted:
        total = examples * epochs
    return per_epoch, total


def _worked_iterations(case, where):
    examples, batch_size, epochs = case
    full, rest = divmod(examples, batch_size)
    more = f", and one more with the remaining {rest}" if rest else ", and nothing is left over"
    per_epoch = full + bool(rest)
    return (
        f"{examples:,} examples make {full:,} full batches of {batch_size:,}{more}: {per_epoch:,} steps for each of "
        f"{epochs:,} epochs, {per_epoch * epochs:,} in all."
    )


ITERATIONS = Exercise(
    id="descent.iterations",
    notebook=NOTEBOOK,
    title="How many steps is that?",
    prompt="""
Write `iterations(examples, batch_size, epochs)`, three whole numbers. Every epoch goes through all examples
once, in batches of `batch_size`; when they do not come out even, the last batch of the epoch is smaller, and a step
is taken with it all the same. Return two whole numbers: the iterations of one epoch, and those of the whole
training.
""",
    starter="""
def iterations(examples, batch_size, epochs):  # three whole numbers -> per_epoch, total
    ...
""",
    reference=iterations,
    faulty=_iterations,
    cases=lambda: [(10, 4, 3), (12, 5, 2), (1_000_000, 10_000, 2), (1077, 64, 30), (50, 50, 4)],
    returns=("per_epoch", "total"),
    expects="a pair of whole numbers: iterations of an epoch, and in all",
    tolerance=1e-9,
    hints=(
        "Ten examples in batches of four: four, four, and two. How many steps?",
        "Divide and round *up*: `-(-a // b)`, or `math.ceil(a / b)`, or `(a + b - 1) // b`.",
        "`per_epoch = -(-examples // batch_size)`, and the whole training has `per_epoch * epochs`.",
    ),
    next="`len(nnbook.DataLoader(x, batch_size=4))` counts the same. With `drop_last=True` it rounds down.",
    wrong=(
        Mistake(
            name="epoch_for_iteration",
            title="You counted epochs.",
            seen="You gave {yours}, asked was {right}.",
            why="An *iteration* is one step, with one batch. An *epoch* is once through all the examples, and takes "
            "as many iterations as there are batches. They are the same number only when one batch holds everything.",
        ),
        Mistake(
            name="last_batch_lost",
            title="Close: the last, smaller batch was lost.",
            seen="You gave {yours}, asked was {right}.",
            why="`//` rounds down, and what does not fill a batch is forgotten: in every epoch. Round up.",
        ),
        Mistake(
            name="over_the_border",
            title="Close: a batch does not reach into the next epoch.",
            seen="You gave {yours}, asked was {right}.",
            why="You divided the examples of all epochs at once. But each epoch ends with its own smaller batch, and "
            "the next begins anew: round up for one epoch first, then multiply.",
        ),
        Mistake(
            name="examples_counted",
            title="That is how many examples are looked at.",
            seen="You gave {yours}, asked was {right}.",
            why="A whole batch makes one step. Counting examples would be right for batches of one.",
        ),
        Mistake(
            name="batch_size_itself",
            title="The batch size is how many examples a step sees.",
            seen="You gave {yours}, asked was {right}.",
            why="The number of batches is another thing: the examples divided by the batch size. Larger batches, "
            "fewer steps.",
        ),
    ),
    worked=_worked_iterations,
)


# unscale -------------------------------------------------------------------------------------------------------------


def unscale(w_scaled, b_scaled, mean, deviation):
    """From weights for (X − mean) / deviation to weights for X."""
    w = w_scaled / deviation
    b = b_scaled - np.sum(w_scaled * mean / deviation)
    return w, b


def _unscale(
    w_scaled,
    b_scaled,
    mean,
    deviation,
    *,
    multiplied=False,
    bias_left=False,
    bias_added=False,
    deviation_skipped=False,
    one_term=False,
):
    w = w_scaled * deviation if multiplied else w_scaled / deviation
    shift = w_scaled * mean if deviation_skipped else w * mean
    moved = shift[0] if one_term else np.sum(shift)
    if bias_left:
        moved = 0.0
    return w, b_scaled + moved if bias_added else b_scaled - moved


def _unscale_cases():
    rng = np.random.default_rng(2)
    cases = [(np.array([2.7, -4.0]), 9.0, np.array([3.0, 40.0]), np.array([1.5, 8.0]))]
    for d in (3, 2, 5):
        cases.append(
            (
                rng.standard_normal(d),
                float(rng.uniform(1, 3)),
                rng.uniform(1, 5, d),
                rng.uniform(1.5, 4, d),
            )
        )
    return cases


def _worked_unscale(case, where):
    w, b, mean, deviation = case
    return (
        f"input 0 enters as (x − {mean[0]:.4g}) / {deviation[0]:.4g}, times {w[0]:.4g}. Multiplied out, that is "
        f"{w[0] / deviation[0]:.4g} x, and a constant {-w[0] * mean[0] / deviation[0]:.4g} that belongs to the bias. "
        f"All inputs together: bias {b - np.sum(w * mean / deviation):.4g}."
    )


UNSCALE = Exercise(
    id="descent.unscale",
    notebook=NOTEBOOK,
    title="Back to kilometres",
    prompt="""
A linear unit was trained on standardised inputs: column by column, the mean was subtracted and the result divided by
the deviation. So it predicts ŷ = Σ w_scaled · (x − mean) / deviation + b_scaled, added up over the D inputs. People
want to give it the inputs as they are.

Write `unscale(w_scaled, b_scaled, mean, deviation)`: `w_scaled`, `mean` and `deviation` have the shape (D,), and
`b_scaled` is one number. Return `w, b`, of shape (D,) and one number, such that ŷ = Σ w · x + b gives the same
predictions for raw inputs x.
""",
    starter="""
def unscale(w_scaled, b_scaled, mean, deviation):  # (D,), one number, (D,), (D,) -> w, b
    ...
""",
    reference=unscale,
    faulty=_unscale,
    cases=_unscale_cases,
    returns=("w", "b"),
    expects="a pair: w, of shape (D,), and b, one number",
    hints=(
        "Multiply out for one input: w_scaled · (x − mean) / deviation is something times x, minus something "
        "without x.",
        "What stands before x is the new weight. What stands without x belongs to the bias, for every input.",
        "`w = w_scaled / deviation`, and from the bias take away `np.sum(w * mean)`.",
    ),
    next="Do it backwards: given w and b for raw inputs, which weights does the standardised unit need?",
    wrong=(
        Mistake(
            name="multiplied",
            title="Close: divide, do not multiply.",
            seen="You gave w = {your_w}, asked was {right_w}.",
            why="The input was divided by the deviation on its way in. The weight takes that division over.",
        ),
        Mistake(
            name="bias_left",
            title="Close: the bias stayed as it was.",
            seen="You gave b = {your_b}, asked was {right_b}.",
            why="Subtracting the mean shifts every prediction by a constant. For raw inputs nobody subtracts it any "
            "more, so the bias has to.",
        ),
        Mistake(
            name="bias_added",
            title="Close: the bias was moved the wrong way.",
            seen="You gave b = {your_b}, asked was {right_b}.",
            why="The mean is *subtracted* from x, so its share comes off the bias.",
        ),
        Mistake(
            name="deviation_skipped",
            title="Close: the means went into the bias without being scaled.",
            seen="You gave b = {your_b}, asked was {right_b}.",
            why="The whole bracket (x − mean) is divided by the deviation, the mean as much as x.",
        ),
        Mistake(
            name="one_term",
            title="Close: the other inputs shift the bias too.",
            seen="You gave b = {your_b}, asked was {right_b}.",
            why="Each of the D inputs had a mean of its own taken away. Add up all of them: `np.sum`.",
        ),
    ),
    worked=_worked_unscale,
)


# make ----------------------------------------------------------------------------------------------------------------


def _flats(rng):
    """Flats: square metres, distance to the station in metres, age in years; a rent a month."""
    area = rng.normal(70, 22, 240).clip(18)
    distance = rng.normal(1500, 700, 240).clip(50)
    age = rng.normal(45, 25, 240).clip(0)
    rent = 11 * area - 0.12 * distance - 2.5 * age + 420 + rng.normal(0, 60, 240)
    return np.stack([area, distance, age], axis=1), rent


def fit_rents(X, y, rng):
    """A linear unit for data in any units, by mini-batches on standardised inputs."""
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    Z = (X - mean) / deviation
    w, b, rate = np.zeros(X.shape[1]), 0.0, 0.1
    for _ in range(100):
        order = rng.permutation(len(y))
        for begin in range(0, len(y), 24):
            rows = order[begin : begin + 24]
            error = Z[rows] @ w + b - y[rows]
            w = w - rate * 2 * Z[rows].T @ error / len(rows)
            b = b - rate * 2 * np.mean(error)
        rate = rate * 0.95
    return w / deviation, b - np.sum(w * mean / deviation)


def _rents_by(X, y, *, scaled=True, back=True, steps=300, rate=0.2, sign=-1.0, bias=True):
    """The wrong versions: full-batch descent with something gone wrong."""
    mean, deviation = (X.mean(axis=0), X.std(axis=0)) if scaled else (np.zeros(3), np.ones(3))
    Z, w, b = (X - mean) / deviation, np.zeros(3), 0.0
    with np.errstate(all="ignore"):
        for _ in range(steps):
            error = Z @ w + b - y
            w, b = w + sign * rate * 2 * Z.T @ error / len(y), b + sign * rate * 2 * np.mean(error)
        if not back:
            return w, b
        return w / deviation, b - np.sum(w * mean / deviation) if bias else b


_ENOUGH = 1.02


def _judge_rents(output, X, y, rng):
    w, b = (np.asarray(part, dtype=float) for part in output)
    if w.size != X.shape[1] or b.size != 1:
        return Finding(
            f"`w` must have the shape (3,) and `b` be one number; yours have {w.shape} and {b.shape}.",
            "shapes",
        )
    w, b = w.reshape(-1), float(b.reshape(()) if b.ndim == 0 else b.reshape(-1)[0])
    if not (np.isfinite(w).all() and np.isfinite(b)):
        return Finding("Some of your numbers are NaN or infinite.", "ran_away")
    A = np.c_[X, np.ones(len(y))]
    best = float(np.mean((A @ np.linalg.lstsq(A, y, rcond=None)[0] - y) ** 2))

    def loss(X, b):
        with np.errstate(over="ignore"):
            return float(np.mean((X @ w + b - y) ** 2))

    mine = loss(X, b)
    if mine <= _ENOUGH * best:
        return None
    seen = f"Your mean squared error is {mine:.6g}; the lowest that any w and b reach is {best:.6g}."
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    if loss(Z, b) <= 1.1 * best:
        return Finding(seen, "still_scaled")
    if loss(X, float(np.mean(y - X @ w))) <= 1.1 * best:
        return Finding(seen, "bias_off")
    if mine > 4 * float(np.mean(y**2)):
        return Finding(seen, "ran_away")
    return Finding(seen, "not_there")


RENTS = Exercise(
    id="descent.make_rents",
    notebook=NOTEBOOK,
    title="Make: rents, in anybody's units",
    prompt="""
An open task. 240 flats: square metres, metres to the station, years of age, and the rent a month. Three columns in three
units, and the rate that suits one of them is poison for another.

Write `fit_rents(X, y, rng)`: `X` has the shape (240, 3), `y` (240,), and `rng` is a random generator, in case you want
one for shuffling. Find a linear unit by gradient descent and return its `w`, of shape (3,), and `b`, one number, **for raw
inputs**: the predictions are X @ w + b. Full batch, mini-batches, rate, number of steps: you choose.

It is run on two different towns. Each time your mean squared error must come within 2 % of the lowest that is possible.
All of it together may take 5 seconds.
""",
    starter="""
def fit_rents(X, y, rng):  # (240, 3), (240,), a generator -> w (3,), b
    ...
""",
    reference=fit_rents,
    cases=lambda: [(*_flats(np.random.default_rng(seed)), np.random.default_rng(seed)) for seed in (0, 1)],
    judge=_judge_rents,
    expects="a pair: `w`, of shape (3,), and `b`, one number",
    hints=(
        "Standardise first, each column with its own mean and deviation. Then a rate of 0.1 or 0.2 will do.",
        "Print the loss every hundred steps. When it stands still, you are there; when it grows, lower the "
        "rate.",
        "What you have found belongs to standardised inputs. The exercise before this one turns it into weights for "
        "raw ones.",
    ),
    next="Do it without standardising. How small must the rate be so that nothing explodes, and how far does the "
    "bias get in 10,000 steps?",
    wrong=(
        Mistake(
            name="ran_away",
            title="It ran away.",
            why="Each step overshoots by more than it corrects. With raw columns the metres to the station make the "
            "landscape so steep that only a rate near 10⁻⁷ survives: standardise first. If it still runs away, look "
            "for a plus where the step needs a minus.",
            version=lambda X, y, rng: _rents_by(X, y, sign=1.0),
        ),
        Mistake(
            name="still_scaled",
            title="Nearly: these weights are for standardised inputs.",
            why="On standardised columns they do well. Asked are w and b for square metres, metres and years: divide "
            "each weight by its deviation, and let the bias take over the means.",
            version=lambda X, y, rng: _rents_by(X, y, back=False),
        ),
        Mistake(
            name="bias_off",
            title="Close: the weights do well, the bias does not.",
            why="With another constant your predictions would be about as good as any. Either the means that were "
            "subtracted have not come off the bias, or the bias was not trained, or not for long enough, or a large "
            "rate still throws it about.",
            version=lambda X, y, rng: _rents_by(X, y, bias=False),
        ),
        Mistake(
            name="not_there",
            title="It has not arrived yet.",
            why="Too few steps, or too small a rate; a rate that suits the steepest column lets the others creep. "
            "(With mini-batches: a rate that stays large lets the weights jump about near the end.)",
            version=lambda X, y, rng: _rents_by(X, y, scaled=False, rate=1e-7, steps=2000),
        ),
        Mistake(
            name="shapes",
            title="The shapes do not fit.",
            why="Three weights, one for each column, and one bias.",
            version=lambda X, y, rng: (np.zeros(2), 0.0),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="descent.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of slopes, layers and losses?",
    kind="quiz",
    questions=(
        Question(
            "At x = 2 a curve has the value 5 and the slope −3. What is its value at x = 2.01, about?",
            (
                Option(
                    "2.",
                    "That is 5 − 3: the change for a whole unit of x. You moved by a hundredth of a unit.",
                ),
                Option(
                    "4.97.",
                    "The slope is the change for each unit: −3 times 0.01 is −0.03. You will make many such small "
                    "moves today.",
                    True,
                ),
                Option(
                    "5.03.",
                    "The size is right. But a negative slope means that the curve falls as x grows.",
                ),
                Option(
                    "That cannot be told without the curve.",
                    "Not to the last digit. But nearby a smooth curve hardly differs from its slope's straight line, "
                    "and that is all that learning will need.",
                ),
            ),
        ),
        Question(
            "A layer has 3 inputs and 1 unit, and meets 5 examples at once: Y = XW + b. Which shapes are "
            "those of X and W?",
            (
                Option("X (5, 3), W (3, 1).", "Examples in rows, inputs in columns; W is (in, out).", True),
                Option(
                    "X (3, 5), W (1, 3).",
                    "That is the other convention, W X, which some books use. Here each example is a row: "
                    "X W.",
                ),
                Option(
                    "X (5, 3), W (5, 1).",
                    "Then every example would have a weight of its own. A weight belongs to an input, "
                    "whoever comes by.",
                ),
                Option(
                    "X (5, 1), W (1, 3).",
                    "That would be one input and three units.",
                ),
            ),
        ),
        Question(
            "Two predictions are off by 1 and by 3. What is the mean squared error?",
            (
                Option("2.", "That is the mean of the distances, the mean absolute error. Square first."),
                Option("4.", "You took the mean first and squared it. Each error is squared by itself."),
                Option("5.", "(1 + 9) / 2. The larger error makes nine tenths of it.", True),
                Option("10.", "That is the sum of the squares. The mean divides by the number of them."),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="descent.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“The learning rate is a value from 0 to 1.”",
            (
                Option(
                    "True: 1 is a full step, and more than that must overshoot.",
                    "A full step of what? The gradient is no distance. On taxi rides in thousands of kilometres a "
                    "rate of 50,000 learnt well, on the same rides in metres a rate of a millionth was too large.",
                ),
                Option(
                    "True for data that were brought to a common scale.",
                    "A good thought: scaling does tame the rate. But the neuron with cross-entropy stood on "
                    "standardised data, and learnt fastest at 5.",
                ),
                Option(
                    "False: it has to be above 0, and how large it may be depends on the loss and the data.",
                    "The limit is 2 divided by the steepest curvature. Change the unit of the data, and the limit is "
                    "another number: 1 has no special meaning.",
                    True,
                ),
            ),
        ),
    ),
)

BOTH = Quiz(
    id="descent.predict_both",
    notebook=NOTEBOOK,
    title="Predict: both knobs at once",
    kind="predict",
    questions=(
        Question(
            "Wiggling w changes the loss by −61.6 for each unit, wiggling b by −18. Now raise *both* by 0.001. The "
            "loss changes by about …",
            (
                Option(
                    "−0.0616: the stronger one counts.",
                    "The weaker one does not fall silent. Its own −0.018 comes on top.",
                ),
                Option(
                    "−0.0398: the mean of the two.",
                    "A mean would do if each moved half as far. Both moved the whole 0.001.",
                ),
                Option(
                    "nothing predictable: they disturb each other.",
                    "They do, a little: it is what is left over in the last digits. For small moves the disturbance "
                    "is far smaller than the effects themselves.",
                ),
                Option(
                    "−0.0796: the sum of the two.",
                    "For small moves the effects add up. So the partial derivatives, one for each weight, say what "
                    "*any* small move will do.",
                    True,
                ),
            ),
        ),
    ),
)

TOWARDS = Quiz(
    id="descent.predict_towards",
    notebook=NOTEBOOK,
    title="Predict: where does the arrow point?",
    kind="predict",
    questions=(
        Question(
            "You stand at w = 0, b = 0, and look in the direction in which the loss falls fastest. Is that the "
            "direction of the minimum?",
            (
                Option(
                    "Yes: downhill leads to the bottom, so steepest downhill leads straight to it.",
                    "It would in a round bowl. In this long valley the steepest way leads across, to the floor, and "
                    "the minimum lies along: the two directions differ by 44 degrees.",
                ),
                Option(
                    "Not in general: the steepest way here need not be the way to the minimum.",
                    "They differ by 44 degrees. The gradient knows the ground under your feet and nothing "
                    "else.",
                    True,
                ),
                Option(
                    "No: it points away from the minimum.",
                    "The gradient itself points uphill. The direction of fastest fall is its opposite, and it does "
                    "bring you nearer, though not straight.",
                ),
            ),
        ),
    ),
)

TWICE = Quiz(
    id="descent.predict_twice",
    notebook=NOTEBOOK,
    title="Predict: twice the rate",
    kind="predict",
    questions=(
        Question(
            "From 0, with rate 0.5, one step lands exactly in the minimum at 3. What happens with rate 1?",
            (
                Option(
                    "It lands at 3 as well, only sooner.",
                    "It cannot be sooner than one step, and a step of twice the length goes twice as far.",
                ),
                Option(
                    "It overshoots to 6, and comes in from there, in smaller and smaller steps.",
                    "At 6 the slope is as steep as at 0. So the next step is as long as the first, back "
                    "again.",
                ),
                Option(
                    "It jumps to 6, back to 0, to 6, for ever.",
                    "Twice the rate, twice the way: 6. There the slope is as large, with the other sign: back to 0. "
                    "Nothing is ever lost or won.",
                    True,
                ),
                Option(
                    "It flies off, farther with each step.",
                    "That takes a rate above 1. At exactly 1 the distance to the minimum stays 3.",
                ),
            ),
        ),
    ),
)

EPOCH = Quiz(
    id="descent.predict_epoch",
    notebook=NOTEBOOK,
    title="Predict: everybody has looked once",
    kind="predict",
    questions=(
        Question(
            "All three look at each of the 1,000 examples once, at the same rate of 0.05. Who is then *farthest* "
            "from the minimum?",
            (
                Option(
                    "All of them at once: one step with the gradient of the whole.",
                    "The most careful of them has taken one step. The others have moved 50 and 1,000 times for the "
                    "same number of looks, and small errors in the direction cost them little.",
                    True,
                ),
                Option(
                    "One at a time: 1,000 steps that all point somewhere else.",
                    "They point somewhere else, and on average the right way. Even so it stands fifteen times nearer "
                    "than whoever took one exact step.",
                ),
                Option(
                    "Twenty at a time: neither exact nor frequent.",
                    "It is the best of the three here: often enough to arrive, and exact enough to stay.",
                ),
                Option(
                    "None: they have all seen the same examples.",
                    "The same examples, but not the same number of steps. What moves the weights is steps.",
                ),
            ),
        ),
    ),
)

HIDDEN = Quiz(
    id="descent.predict_hidden",
    notebook=NOTEBOOK,
    title="Predict: three examples",
    kind="predict",
    questions=(
        Question(
            "A linear unit with three weights and no bias starts at zero and descends on these three examples, a "
            "thousand steps at rate 0.01. What will its weights be?",
            (
                Option(
                    "Some that fit the three examples, and quite different from 2, −1, 5.",
                    "If there were others that fit, it could have found those. But three examples that differ enough "
                    "leave three weights no choice.",
                ),
                Option(
                    "2, −1, 5.",
                    "Three examples are three equations for three unknowns, and these have one solution only. Where "
                    "the loss is zero, the hidden function is found.",
                    True,
                ),
                Option(
                    "Something halfway: three examples are far too few to learn from.",
                    "For a network of eleven parameters they are. For three weights and no noise they are "
                    "exactly enough.",
                ),
                Option(
                    "Those at the bottom of whichever hollow is nearest to the start.",
                    "The mean squared error of a linear unit is a bowl in every direction. It has one "
                    "bottom.",
                ),
            ),
        ),
    ),
)

SADDLE = Quiz(
    id="descent.predict_saddle",
    notebook=NOTEBOOK,
    title="Predict: the gradient is zero",
    kind="predict",
    questions=(
        Question(
            "Somewhere both partial derivatives are exactly 0. What do you know about that place?",
            (
                Option(
                    "It is the lowest place of all.",
                    "The gradient knows the ground under your feet. This landscape is level at three places, and one "
                    "of them is the lowest.",
                ),
                Option(
                    "It is the lowest place of its surroundings.",
                    "It may be. It may as well be a summit, or a pass: level, and yet downhill to two sides. "
                    "This landscape has one of those.",
                ),
                Option(
                    "The ground is level there, and a step of descent stays where it is.",
                    "That and no more. Whether it is a valley floor, a summit or a pass, the gradient "
                    "alone does not say.",
                    True,
                ),
            ),
        ),
    ),
)

EXERCISES = (PARTIALS, GRADIENT, WALK, ITERATIONS, UNSCALE, RENTS)
QUIZZES = (WARMUP, IS_THIS_TRUE, BOTH, TOWARDS, TWICE, EPOCH, HIDDEN, SADDLE)
