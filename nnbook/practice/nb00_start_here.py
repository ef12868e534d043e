"""Exercises, questions and predictions of notebook 00_start_here."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "00_start_here"


# as_rows -------------------------------------------------------------------------------------------------------------


def as_rows(images):
    """Each image as one row: (N, H, W) -> (N, H * W)."""
    return images.reshape(len(images), -1)


def _as_rows(images, *, one_long_row=False, turned=False, down_columns=False, counts_swapped=False):
    if down_columns:
        images = images.transpose(0, 2, 1)
    if one_long_row:
        return images.reshape(-1)
    if counts_swapped:
        return images.reshape(-1, len(images))
    rows = images.reshape(len(images), -1)
    return rows.T if turned else rows


def _as_rows_cases():
    rng = np.random.default_rng(0)
    return [
        (np.arange(12.0).reshape(2, 2, 3),),
        (rng.standard_normal((3, 4, 5)),),
        (rng.standard_normal((5, 3, 2)),),
        (rng.standard_normal((1, 8, 8)),),
    ]


def _worked_rows(case, where):
    lines = [", ".join(f"{value:.4g}" for value in line) for line in case[0][0]]
    return f"the first picture, line by line, is {'; then '.join(lines)}; all of that is the first row."


AS_ROWS = Exercise(
    id="start.as_rows",
    notebook=NOTEBOOK,
    title="Pictures as rows",
    prompt="""
The network reads a picture as one row of numbers. Write `as_rows(images)`: it takes `images` of shape (N,
H, W), N pictures of H rows and W columns, and returns an array of shape (N, H · W), one picture to a row,
each read line by line as you read a page. For digits that is (N, 8, 8) → (N, 64).
""",
    starter="""
def as_rows(images):  # (N, H, W) -> (N, H * W)
    ...
""",
    reference=as_rows,
    faulty=_as_rows,
    cases=_as_rows_cases,
    hints=(
        "An array can be given another shape without changing its numbers: `images.reshape(...)`.",
        "The first size stays N, which is `len(images)`. NumPy works out one size by itself if you write "
        "`-1` for it.",
        "`images.reshape(len(images), -1)`",
    ),
    next="Turn the rows back into pictures: `rows.reshape(-1, 8, 8)`. Are they the ones you began with?",
    wrong=(
        Mistake(
            name="one_long_row",
            title="All the numbers are there, and the pictures have run together.",
            seen="You returned one row of shape {your_shape}; asked was {right_shape}, a row for each "
            "picture.",
            why="`reshape(-1)`, `ravel` and `flatten` forget where one picture ends and the next begins. Keep the "
            "first size: `reshape(len(images), -1)`. The network reads many pictures at once, one to a row.",
        ),
        Mistake(
            name="turned",
            title="Close: your pictures stand in columns.",
            seen="You returned shape {your_shape}; asked was {right_shape}.",
            why="In this course, and in PyTorch and scikit-learn, the first axis counts the examples: one picture to "
            "a *row*. Leave out the transposition.",
        ),
        Mistake(
            name="down_columns",
            title="Close: you read each picture downwards.",
            seen="The shape is right. Your first row is not: you gave {yours}, line by line it is {right}.",
            why="The pixels come column by column, as after a transposition or with `order='F'`. No number is lost, "
            "but a network that learnt from lines would see every picture mirrored along its diagonal.",
        ),
        Mistake(
            name="counts_swapped",
            title="The shape is turned round, and the pictures are mixed.",
            seen="You returned shape {your_shape}; asked was {right_shape}.",
            why="`reshape(-1, len(images))` makes N the *second* size. Reshaping deals the numbers out in reading "
            "order, so each of your rows holds only N numbers, bits of one picture. N belongs first: "
            "`reshape(len(images), -1)`.",
        ),
    ),
    worked=_worked_rows,
)


# scale ---------------------------------------------------------------------------------------------------------------


def scale(grey):
    """Grey values from 0 to 16 as numbers from 0 to 1."""
    return grey / 16


def _scale(
    grey,
    *,
    batch_maximum=False,
    own_maximum=False,
    by_255=False,
    floored=False,
    seventeen=False,
    standardised=False,
):
    if standardised:
        return (grey - grey.mean()) / grey.std()
    if by_255:
        return grey / 255
    divisor = 17 if seventeen else 16
    if batch_maximum:
        divisor = grey.max()
    if own_maximum:
        divisor = grey.reshape(len(grey), -1).max(axis=1).reshape(-1, *[1] * (grey.ndim - 1))
    return grey // divisor if floored else grey / divisor


def _scale_cases():
    rng = np.random.default_rng(1)
    return [
        (np.array([[0, 4, 8], [2, 12, 6]]),),
        (rng.integers(0, 17, (4, 5)),),
        (rng.integers(0, 15, (3, 4, 5)),),
        (rng.integers(0, 16, (6, 3)),),
    ]


SCALE = Exercise(
    id="start.scale",
    notebook=NOTEBOOK,
    title="Grey, from 0 to 1",
    prompt="""
The scans came as whole numbers from 0 (paper) to 16 (full ink). Networks learn best from numbers of size
about one. Write `scale(grey)`: it takes an array of such whole numbers, of shape (N, …), and returns them
on the scale from 0 to 1, so that full ink is 1 in *every* picture.
""",
    starter="""
def scale(grey):  # whole numbers, 0 ... 16 -> fractions, 0 ... 1
    ...
""",
    reference=scale,
    faulty=_scale,
    cases=_scale_cases,
    hints=(
        "Paper stays 0. What turns a 16 into a 1, and an 8 into ½?",
        "Divide. NumPy divides a whole array by one number at once.",
        "`grey / 16`",
    ),
    next="What would a network that learnt from these see in a photograph with grey values up to 255? "
    "Divide by what there?",
    wrong=(
        Mistake(
            name="batch_maximum",
            title="Close: you divide by the darkest pixel that happens to be there.",
            seen="The largest number in this batch is {largest}, so your scale ends there: you gave "
            "{yours}, asked was {right}.",
            why="Full ink is 16, whether or not a picture in the batch reaches it. With a scale that depends on the "
            "company, the same picture would look different to the network in another batch.",
        ),
        Mistake(
            name="own_maximum",
            title="Close: each of your pictures has a scale of its own.",
            seen="You gave {yours}, asked was {right}: a pale picture became as dark as the others.",
            why="Each picture was divided by its own darkest pixel. That is sometimes wanted (it evens out the "
            "pens), but here full ink, 16, is 1 in every picture.",
        ),
        Mistake(
            name="by_255",
            title="That is the scale of other pictures.",
            seen="You gave {yours}, asked was {right}.",
            why="255 is full ink in pictures of 8 bits a pixel, such as photographs and MNIST. These scans "
            "go from 0 to 16.",
        ),
        Mistake(
            name="floored",
            title="The greys are lost.",
            seen="You gave {yours}, asked was {right}.",
            why="Everything short of full ink has turned to paper, because the fractions were dropped. `//` does "
            "that, and so does writing into an array of whole numbers. `/` alone keeps them, in a new array.",
        ),
        Mistake(
            name="seventeen",
            title="Close: off by one.",
            seen="You gave {yours}, asked was {right}.",
            why="From 0 to 16 there are 17 different values, but the largest of them is 16, and that is "
            "what must become 1.",
        ),
        Mistake(
            name="standardised",
            title="That is another scaling.",
            seen="You gave {yours}, asked was {right}.",
            why="You took away the mean and divided by the standard deviation: that is standardising, and you will "
            "use it in notebook 10. Here paper stays 0 and full ink becomes 1, in every batch alike.",
        ),
    ),
    numbers=lambda case, output: {"largest": int(case[0].max())},
    worked=lambda case, where: (
        f"full ink, 16, becomes 1, and {case[0].flat[1]} becomes {case[0].flat[1] / 16:.4g}."
    ),
)


# decide --------------------------------------------------------------------------------------------------------------


def decide(scores):
    """The class with the largest score, for each example: (N, K) -> (N,)."""
    return scores.argmax(axis=1)


def _decide(scores, *, whole_table=False, down=False, value=False, smallest=False, size=False, marked=False):
    axis = None if whole_table else 0 if down else 1
    if size:
        scores = np.abs(scores)
    if marked:
        best = scores.min(axis=axis, keepdims=True) if smallest else scores.max(axis=axis, keepdims=True)
        return scores == best
    if value:
        return scores.min(axis=axis) if smallest else scores.max(axis=axis)
    return scores.argmin(axis=axis) if smallest else scores.argmax(axis=axis)


def _decide_cases():
    rng = np.random.default_rng(2)
    return [
        (np.array([[0.5, 2.0, -3.0], [1.5, -2.5, 0.25]]),),
        (rng.standard_normal((4, 10)),),
        (rng.standard_normal((9, 10)) - 3,),
        (rng.standard_normal((6, 4)) - 1,),
        (rng.standard_normal((5, 6)) + 0.5,),
    ]


def _worked_decision(case, where):
    row = case[0][where[0] if where else 0]
    scores = ", ".join(f"{score:.4g}" for score in row)
    return f"in the row {scores} the largest score stands at place {row.argmax()}, counting from 0."


DECIDE = Exercise(
    id="start.decide",
    notebook=NOTEBOOK,
    title="From scores to an answer",
    prompt="""
For each picture the network gives ten scores, one for each digit; its answer is the digit with the largest.
Write `decide(scores)`: it takes `scores` of shape (N, K), a row of K scores for each of N pictures, and
returns the N answers, whole numbers from 0 to K − 1, as an array of shape (N,).
""",
    starter="""
def decide(scores):  # (N, K) -> (N,)
    ...
""",
    reference=decide,
    faulty=_decide,
    cases=_decide_cases,
    hints=(
        "You want not the largest score, but *where* in its row it stands. NumPy calls that `argmax`.",
        "`argmax` takes an `axis`: along which axis should it look? Along each row, from class to class.",
        "`scores.argmax(axis=1)`",
    ),
    next="How would you find the network's second choice? Look up `np.argsort`.",
    wrong=(
        Mistake(
            name="whole_table",
            title="One answer for everybody.",
            seen="You returned {yours}; asked was one answer for each row: {right}.",
            why="Without an axis, `argmax` looks through the whole table and counts on from row to row. "
            "Tell it to look along each row: `axis=1`.",
        ),
        Mistake(
            name="down",
            title="You looked down the columns.",
            seen="You returned {yours}, one number for each class; asked was one for each picture: {right}.",
            why="`axis=0` runs from picture to picture, and so tells which *picture* has the highest score for each "
            "digit. From class to class is `axis=1`. The axis that you name is the one that disappears.",
        ),
        Mistake(
            name="value",
            title="Close: that is how large the score is, not whose it is.",
            seen="You returned {yours}; the digits are {right}.",
            why="`max` gives the largest score, `argmax` where it stands, and where it stands is the digit.",
        ),
        Mistake(
            name="smallest",
            title="Those are the digits that the network believes in least.",
            seen="You returned {yours}; the largest scores stand at {right}.",
            why="The higher a score, the more the network leans to that digit: look for the largest.",
        ),
        Mistake(
            name="size",
            title="Close: you let the sign go.",
            seen="You returned {yours}, asked was {right}.",
            why="A score of −3 is large in size and speaks loudly *against* its digit. Compare the scores "
            "as they are, without `abs` or squares.",
        ),
        Mistake(
            name="marked",
            title="You marked the places; asked was to name them.",
            seen="You returned shape {your_shape}, True and False; asked was {right_shape}: {right}.",
            why="A comparison with the maximum says for every score whether it is the largest. `argmax` gives the "
            "number of the place, one for each row.",
        ),
    ),
    worked=_worked_decision,
)


# accuracy ------------------------------------------------------------------------------------------------------------


def accuracy(predicted, labels):
    """The share of right answers, from 0 to 1."""
    return np.mean(predicted == labels)


def _accuracy(
    predicted,
    labels,
    *,
    counted=False,
    percent=False,
    errors=False,
    all_or_nothing=False,
    distance=False,
    first_only=False,
):
    if first_only:
        return float((predicted == labels).any())
    if distance:
        return np.mean(np.abs(predicted - labels))
    hits = (predicted != labels) if errors else (predicted == labels)
    if all_or_nothing:
        return float(hits.all())
    return (hits.sum() if counted else hits.mean()) * (100 if percent else 1)


def _accuracy_cases():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 10, 20)
    return [
        (np.array([3, 1, 4, 9]), np.array([3, 1, 4, 5])),
        (np.array([7, 0, 2]), np.array([7, 0, 2])),
        (np.array([2, 2, 9, 5, 1]), np.array([3, 7, 2, 2, 0])),
        (np.where(rng.random(20) < 0.3, 0, labels), labels),
    ]


ACCURACY = Exercise(
    id="start.accuracy",
    notebook=NOTEBOOK,
    title="How often is it right?",
    prompt="""
Write `accuracy(predicted, labels)`: both are arrays of N whole numbers, the network's answers and the true
digits. Return the **accuracy**, the share of answers that are right: 1 if all are, 0 if none is.
""",
    starter="""
def accuracy(predicted, labels):  # (N,), (N,) -> one number from 0 to 1
    ...
""",
    reference=accuracy,
    faulty=_accuracy,
    cases=_accuracy_cases,
    hints=(
        "`predicted == labels` compares entry by entry and gives an array of True and False.",
        "NumPy counts True as 1 and False as 0. Count them, and divide by how many there are; or do both "
        "at once.",
        "`np.mean(predicted == labels)`",
    ),
    next="A network that always answers 3: what accuracy has it, about, on digits that are equally "
    "frequent? Is 0.9 always good?",
    wrong=(
        Mistake(
            name="counted",
            title="You counted; now divide.",
            seen="You returned {yours}; {yours} out of {count} is {right}.",
            why="A share does not depend on how many were tried, so that results on 450 pictures and on "
            "10,000 can be compared.",
        ),
        Mistake(
            name="percent",
            title="That is in per cent.",
            seen="You returned {yours}, asked was {right}.",
            why="Here and in every library that you will meet, accuracy runs from 0 to 1. Multiply when "
            "you print it, not before.",
        ),
        Mistake(
            name="errors",
            title="Close: that is the share of wrong answers.",
            seen="You returned {yours}, asked was {right}.",
            why="You counted where the two differ. That is the *error rate*, 1 − accuracy.",
        ),
        Mistake(
            name="all_or_nothing",
            title="You ask for perfection.",
            seen="You returned {yours}, asked was {right}.",
            why="`all` and `np.array_equal` are satisfied only by perfection. Wanted is the share of right "
            "answers: the mean of the comparisons.",
        ),
        Mistake(
            name="distance",
            title="You measured how far off the digits are.",
            seen="You returned {yours}, asked was {right}.",
            why="A 9 that was read as 4 is not five times as wrong as a 5 that was read as 4: digits are names here, "
            "not amounts. An answer is right or it is not.",
        ),
        Mistake(
            name="first_only",
            title="It stops at the first hit.",
            seen="You returned {yours}, asked was {right}.",
            why="A `return` inside the loop ends the function there and then. Count in the loop, and divide after "
            "it. (`any` does the same: one right answer is enough for it.)",
        ),
    ),
    numbers=lambda case, output: {"count": len(case[0])},
    worked=lambda case, where: (
        f"{np.sum(case[0] == case[1])} of the {len(case[0])} answers equal their labels, so the share is "
        f"{np.sum(case[0] == case[1])} / {len(case[0])}."
    ),
)


# repair --------------------------------------------------------------------------------------------------------------


def repair(h, weight, bias, truth):
    """Which of the weights to digit `truth` to change, and by how much, so that it wins by 1."""
    scores = h @ weight + bias
    rival = np.delete(scores, truth).max()
    unit = h.argmax()
    return unit, (rival - scores[truth] + 1) / h[unit]


def _repair(
    h,
    weight,
    bias,
    truth,
    *,
    largest_weight=False,
    brightness_forgotten=False,
    tie=False,
    downwards=False,
    new_weight=False,
    largest_share=False,
    bias_forgotten=False,
):
    scores = h @ weight + (0 if bias_forgotten else bias)
    rival = np.delete(scores, truth).max()
    unit = np.abs(weight[:, truth]).argmax() if largest_weight else h.argmax()
    if largest_share:
        unit = (h * weight[:, scores.argmax()]).argmax()
    change = rival - scores[truth] + (0 if tie else 1)
    change = (-1 if downwards else 1) * change / (1 if brightness_forgotten else h[unit])
    return unit, weight[unit, truth] + change if new_weight else change


def _repair_cases():
    rng = np.random.default_rng(4)
    cases = [
        (
            np.array([0.5, 2.0, 1.0]),
            np.array([[1.0, -1.0], [0.5, 0.25], [0.0, -2.0]]),
            np.array([0.25, -0.5]),
            1,
        )
    ]
    for units, classes in ((5, 3), (7, 10), (12, 10)):
        h = rng.uniform(0.1, 3, units)
        weight, bias = rng.standard_normal((units, classes)), rng.standard_normal(classes)
        quietest, *_, second, _ = np.argsort(h)
        weight[quietest] += 4  # the largest weights hang on the quietest unit, where they do little,
        weight[second] += 3  # and the largest shares of the scores come through the second loudest
        cases.append((h, weight, bias, int((h @ weight + bias).argsort()[-2])))
    return cases


def _worked_repair(case, where):
    h, weight, bias, truth = case
    scores = h @ weight + bias
    rival = np.delete(scores, truth).max()
    return (
        f"digit {truth} has the score {scores[truth]:.4g}, the best of the others {rival:.4g}, so it lacks "
        f"{rival - scores[truth] + 1:.4g}. The loudest unit is {h.argmax()}, with h = {h.max():.4g}: there a change "
        f"of 1 in the weight moves the score by {h.max():.4g}."
    )


REPAIR = Exercise(
    id="start.repair",
    notebook=NOTEBOOK,
    title="Which weight to repair",
    prompt="""
A picture is misread. Its true digit is `truth`, but another digit has a higher score. `h`, of shape (D,),
is what D units send on, here all of it positive; `weight` has shape (D, K) and `bias` has shape (K,). The
score of digit k is `bias[k]` plus the sum of `h[unit] * weight[unit, k]` over all units; `h @ weight +
bias` gives all K of them.

Write `repair(h, weight, bias, truth)`. You may change **one** weight, and it must be one of those that lead
to the true digit: `weight[unit, truth]`. Choose the `unit` for which the smallest change is enough, and
return the pair `unit, change`: adding `change` to that weight must make the true digit's score exactly 1
higher than the best of the others.
""",
    starter="""
def repair(h, weight, bias, truth):  # (D,), (D, K), (K,), one whole number -> unit, change
    scores = h @ weight + bias
    ...
""",
    reference=repair,
    faulty=_repair,
    cases=_repair_cases,
    returns=("unit", "change"),
    expects="a pair: the number of the unit, and the change of its weight",
    hints=(
        "If `weight[unit, truth]` rises by 1, by how much does `scores[truth]` rise? Through which unit "
        "does a change get furthest?",
        "It rises by `h[unit]`: so take the largest `h`. The score must rise by (best of the others − its "
        "own + 1).",
        "`rival = np.delete(scores, truth).max()`, `unit = h.argmax()`, and the change is `(rival - "
        "scores[truth] + 1) / h[unit]`.",
    ),
    next="After the repair, how many *other* pictures are read differently? Nothing in the change asked them.",
    wrong=(
        Mistake(
            name="largest_weight",
            title="Close: a large weight is not a loud one.",
            seen="You chose unit {your_unit}; through unit {right_unit} a smaller change is enough.",
            why="What a weight adds to a score is the weight times what comes in, `h[unit]`. A large weight on a "
            "quiet unit says little. A *change* of a weight counts `h[unit]` times over, whatever the weight was: "
            "choose the largest `h`.",
        ),
        Mistake(
            name="brightness_forgotten",
            title="Close: you changed the weight by what the score needs.",
            seen="The unit is right. You gave a change of {your_change}, asked was {right_change}.",
            why="The change reaches the score multiplied by `h[unit]`. So divide what the score needs by "
            "`h[unit]`.",
        ),
        Mistake(
            name="tie",
            title="Close: that makes a tie.",
            seen="You gave a change of {your_change}, asked was {right_change}.",
            why="With it the two scores are equal. The prompt asks for a lead of exactly 1: add it before "
            "you divide.",
        ),
        Mistake(
            name="downwards",
            title="Close: the other way.",
            seen="You gave a change of {your_change}, asked was {right_change}.",
            why="The true digit must win, so its score must rise; all of `h` is positive, so its weight "
            "must rise too.",
        ),
        Mistake(
            name="new_weight",
            title="Close: that is what the weight becomes.",
            seen="You gave {your_change} for unit {your_unit}; asked was the change alone, {right_change}.",
            why="Asked was by how much it changes: what is *added* to the weight that stands there.",
        ),
        Mistake(
            name="largest_share",
            title="Close: you took the unit that speaks loudest for the wrong digit.",
            seen="You chose unit {your_unit}; through unit {right_unit} a smaller change is enough.",
            why="How much a unit adds to a score depends on its old weight as well. How much a *change* of its "
            "weight adds depends on `h[unit]` alone.",
        ),
        Mistake(
            name="bias_forgotten",
            title="Close: the scores are missing their biases.",
            seen="The unit is right. You gave a change of {your_change}, asked was {right_change}.",
            why="Part of each digit's score is its bias, whatever the picture shows: `scores = h @ weight + bias`. "
            "Without it the gap between the two is another one.",
        ),
    ),
    worked=_worked_repair,
)


# fool ----------------------------------------------------------------------------------------------------------------


def fool(image, weight, bias):
    """The picture with at most five pixels changed, so that the answer changes."""
    scores = image @ weight + bias
    said = scores.argmax()
    best = None
    for other in range(len(scores)):
        if other == said:
            continue
        pull = weight[:, other] - weight[:, said]  # what a unit of ink does for the other digit
        target = np.where(pull > 0, 1.0, 0.0)  # ink where it helps, paper where it harms
        gain = pull * (target - image)
        pixels = np.argsort(gain)[-5:]
        lead = scores[other] + gain[pixels].sum() - scores[said]
        if best is None or lead > best[0]:
            best = lead, pixels, target
    changed = image.copy()
    changed[best[1]] = best[2][best[1]]
    return changed


def _fool_cases():
    cases = []
    for seed in (5, 6, 7):
        rng = np.random.default_rng(seed)
        weight, bias = 0.4 * rng.standard_normal((64, 10)), 0.3 * rng.standard_normal(10)
        cases.append((rng.random(64) * (rng.random(64) < 0.6), weight, bias))
    return cases


def _judge_fool(changed, image, weight, bias):
    changed = np.asarray(changed, dtype=float)
    if changed.shape != image.shape:
        return Finding(
            f"Return the changed picture, of shape {image.shape}; yours has shape {changed.shape}."
        )
    if not np.isfinite(changed).all():
        return Finding("Some of your pixels are NaN or infinite.")
    if changed.min() < -1e-6 or changed.max() > 1 + 1e-6:
        worst = changed.max() if changed.max() > 1 else changed.min()
        return Finding(f"One of your pixels is {worst:.4g}; ink goes from 0 to 1.", "out_of_range")
    count = int((np.abs(changed - image) > 1e-6).sum())
    if count > 5:
        return Finding(f"You changed {count} pixels; five are allowed.", "too_many")
    before, after = (image @ weight + bias).argmax(), (changed @ weight + bias).argmax()
    if before == after:
        return Finding(
            f"You changed {count} pixel{'s' * (count != 1)}, and the network still says {after}.",
            "not_fooled",
        )
    return None


FOOL = Exercise(
    id="start.make_fool",
    notebook=NOTEBOOK,
    title="Make: five pixels to fool it",
    prompt="""
An open task, on the smallest network there is: no units in the middle, one weight for each pixel and digit.
Digit k's score is `bias[k]` plus the sum of `image[p] * weight[p, k]` over all pixels p. The starter has
all ten scores at once: that is what `@` does.

Write `fool(image, weight, bias)`: `image` is a row of 64 pixels from 0 to 1, `weight` has shape (64, 10)
and `bias` has shape (10,). Return a changed copy (`image.copy()`) that differs in **at most five pixels**,
stays within 0 to 1, and is read as *another* digit. Any other digit will do. Three networks and pictures
will be tried.
""",
    starter="""
def fool(image, weight, bias):  # (64,), (64, 10), (10,) -> (64,)
    scores = image @ weight + bias  # (10,)
    ...
""",
    reference=fool,
    cases=_fool_cases,
    judge=_judge_fool,
    expects="the changed picture, an array of shape (64,)",
    hints=(
        "Call the digit that the network says `said`, and choose another, such as the one with the second-highest "
        "score. What does a little ink on pixel p do to the *difference* of their scores?",
        "It moves it by `weight[p, other] - weight[p, said]`. Where that is positive, ink helps you; where it is "
        "negative, take ink away. How much there is to gain depends on how far the pixel is from 1 or from 0.",
        "`pull = weight[:, other] - weight[:, said]`, `target = np.where(pull > 0, 1.0, 0.0)`, and "
        "`np.argsort(pull * (target - image))[-5:]` are the five pixels to set to their `target`. Should "
        "one `other` not be enough, try all of them in a loop.",
    ),
    next="How few pixels are enough? And can you make the picture say a digit of *your* choice?",
    wrong=(
        Mistake(
            name="not_fooled",
            title="The network is not fooled yet.",
            why="Five pixels are few: each must work as hard as it can. Take those where the difference of "
            "two digits' weights is largest, and go all the way, to full ink or to paper. If the "
            "digit in second place cannot be reached, another one may.",
            version=lambda image, weight, bias: image.copy(),
        ),
        Mistake(
            name="too_many",
            title="It is fooled perhaps, but with too much ink.",
            why="A nudge to every pixel fools nearly any network, and notebooks on such attacks begin "
            "there. Here the point is to find the few that matter: sort by gain, keep five.",
            version=lambda image, weight, bias: 1 - image,
        ),
        Mistake(
            name="out_of_range",
            title="No pen can draw that.",
            why="A pixel is at most full ink, 1, and at least paper, 0. `np.clip(changed, 0, 1)` keeps the "
            "picture a picture; then five of them have to do.",
            version=lambda image, weight, bias: np.where(
                np.arange(64) == (weight[:, 1] - weight[:, 0]).argmax(), 99.0, image
            ),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="start.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you expect?",
    kind="quiz",
    questions=(
        Question(
            "A network reads handwritten digits. Where does it know from what a 7 looks like?",
            (
                Option(
                    "A person wrote rules: a stroke across, then a stroke down.",
                    "People tried that for decades, and every handwriting broke a rule. In a network "
                    "nobody writes the rules: numbers are adjusted until the examples come out right.",
                ),
                Option(
                    "From numbers inside it, adjusted on many examples.",
                    "Those numbers are its weights, and adjusting them is called training. You will change "
                    "one by hand in this notebook.",
                    True,
                ),
                Option(
                    "It keeps all the pictures that it has seen, and looks for the most similar one.",
                    "There is a method that does that (nearest neighbours, notebook 19), and it is a good "
                    "one. A network throws the pictures away and keeps only its weights.",
                ),
                Option(
                    "It looks it up on the web.",
                    "It works without a connection, as this whole course does. All that it knows is in its "
                    "weights.",
                ),
            ),
        ),
        Question(
            "Which of these contains the others?",
            (
                Option(
                    "Deep learning: it has grown to cover everything.",
                    "It is the loudest, and the innermost: learning with networks of many layers is one "
                    "kind of machine learning.",
                ),
                Option(
                    "Neural networks: all artificial intelligence runs on them.",
                    "Route finders, chess programs of the last century and spam filters that count words "
                    "do without. Networks are one way among many.",
                ),
                Option(
                    "Machine learning: without learning there is no artificial intelligence.",
                    "Much of artificial intelligence is search and rules that nobody trained. Machine "
                    "learning is the part that adjusts itself to data.",
                ),
                Option(
                    "Artificial intelligence.",
                    "Artificial intelligence ⊃ machine learning ⊃ neural networks ⊃ deep learning.",
                    True,
                ),
            ),
        ),
        Question(
            "What does the network get to see of a grey picture of 8 by 8 pixels?",
            (
                Option(
                    "64 numbers.",
                    "How much ink, pixel by pixel. It is not even told which of them are neighbours.",
                    True,
                ),
                Option(
                    "The strokes, in the order in which they were drawn.",
                    "That would help it a great deal. It sees only how much ink lies where, once all is "
                    "drawn.",
                ),
                Option(
                    "Shapes: circles, bars, corners.",
                    "Those are what *you* see. If a network sees shapes, it has had to find them itself in "
                    "the numbers (notebook 19 looks inside).",
                ),
                Option(
                    "The file's name and format.",
                    "Those are gone once the picture is loaded. What is left is how much ink each pixel has.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="start.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“It can tell you with what percentage it believes that the picture shows a cat.” So when a "
            "network says 99 %, it is right 99 times in 100.",
            (
                Option(
                    "True: that is what a percentage means.",
                    "It is what a percentage *should* mean. The network made its own from scores, by a "
                    "formula that always adds up to 100 %. Section 3 puts them to the test.",
                ),
                Option(
                    "False: the number can be high where the network knows nothing.",
                    "The percentages come from a formula that makes any ten scores add up to 100 %. They "
                    "are fair at best on pictures like those that it learnt from. Section 3 shows it "
                    "pictures of another kind.",
                    True,
                ),
                Option(
                    "True, if the network is large enough.",
                    "Size does not help: larger networks tend to be *more* sure of themselves than they "
                    "should be. Section 3 puts a small one to the test.",
                ),
            ),
        ),
    ),
)

BLANK = Quiz(
    id="start.predict_blank",
    notebook=NOTEBOOK,
    title="Predict: an empty sheet",
    kind="predict",
    questions=(
        Question(
            "You give the digit network an empty picture, all zeros. What does it answer?",
            (
                Option(
                    "Nothing: it notices that there is no digit.",
                    "It cannot notice. Nobody gave it an eleventh answer for “no digit”, and the largest "
                    "of ten scores always exists.",
                ),
                Option(
                    "One of the ten digits, like for any picture.",
                    "With no ink at all only its biases speak, numbers that it adds whatever the picture shows; and "
                    "one of ten scores is always the largest.",
                    True,
                ),
                Option(
                    "An error: its sum is zero.",
                    "Zero times a weight is a perfectly good number. What is left are the biases, numbers that it "
                    "adds whatever the picture shows, and from them come ten scores as always.",
                ),
                Option(
                    "0, because zeros look like a 0.",
                    "The number zero, no ink, and the digit 0, a ring of ink, have only their name in "
                    "common. What it says depends on its biases, numbers that it adds whatever the picture "
                    "shows.",
                ),
            ),
        ),
    ),
)

SHIFT = Quiz(
    id="start.predict_shift",
    notebook=NOTEBOOK,
    title="Predict: one pixel to the right",
    kind="predict",
    questions=(
        Question(
            "The network reads 98 of 100 test pictures. You push every picture one pixel to the right. How "
            "many of 100 does it read now?",
            (
                Option(
                    "98, as before: a 3 stays a 3 wherever it stands.",
                    "To you it does. The network has a weight for each *place*, and after the push other "
                    "weights meet the ink. To it each pixel is a question of its own.",
                ),
                Option(
                    "About 90: a little worse.",
                    "Much worse than that. One pixel is an eighth of the picture's width, and every place "
                    "has weights of its own.",
                ),
                Option(
                    "About half.",
                    "It has a weight for each place and never learnt that places next to each "
                    "other belong together. Notebooks 18 and 19 build a network that knows.",
                    True,
                ),
                Option(
                    "About 10: no better than guessing.",
                    "That takes two pixels. After one, some ink still falls on the places that it learnt, "
                    "and about half are read.",
                ),
            ),
        ),
    ),
)

ONE_WEIGHT = Quiz(
    id="start.predict_one_weight",
    notebook=NOTEBOOK,
    title="Predict: the repair",
    kind="predict",
    questions=(
        Question(
            "You change one weight of the last layer so that one misread picture is read rightly. What "
            "happens to the 449 other test pictures?",
            (
                Option(
                    "Nothing: the change was made for this picture only.",
                    "The weight is shared by all pictures. It was chosen for one, and it speaks in every "
                    "score of that digit from now on.",
                ),
                Option(
                    "A few are read differently, some of them wrongly now.",
                    "All pictures share the weight, and nobody asked the others. That is why training asks "
                    "*all* the examples before it moves a weight.",
                    True,
                ),
                Option(
                    "Most of them are misread: such a network is a house of cards.",
                    "It is sturdier than that. One weight among thousands adds a little to one score, and "
                    "most decisions are not close enough to turn.",
                ),
                Option(
                    "They are all read better, because the network has learnt something.",
                    "It has been pushed, for one picture's sake. Whether the others gain or lose is luck, "
                    "until somebody asks them too: that is training.",
                ),
            ),
        ),
    ),
)

NEGATIVE = Quiz(
    id="start.predict_negative",
    notebook=NOTEBOOK,
    title="Predict: white on black",
    kind="predict",
    questions=(
        Question(
            "You turn every test picture into its negative: ink becomes paper, paper becomes ink. You can "
            "still read all of them. The network …",
            (
                Option(
                    "still reads nearly all: the shapes are the same.",
                    "It never saw shapes, only how much ink lies where; and that has been turned round "
                    "everywhere.",
                ),
                Option(
                    "reads about one in ten, as if it guessed.",
                    "Worse: a guess would be right one time in ten. It is steered away from the true "
                    "digit, whose places are now empty.",
                ),
                Option(
                    "gets nearly all wrong, and is sure of itself.",
                    "The ink now lies where the true digit has none, so nearly every answer is wrong; and "
                    "with so much ink the scores, and with them its certainty, are large.",
                    True,
                ),
                Option(
                    "gets many wrong, and is unsure of itself.",
                    "Wrong, yes; unsure, no. So much ink makes large scores, and large scores make high "
                    "percentages. How sure it is tells nothing of what it knows.",
                ),
            ),
        ),
    ),
)

EXERCISES = (AS_ROWS, SCALE, DECIDE, ACCURACY, REPAIR, FOOL)
QUIZZES = (WARMUP, IS_THIS_TRUE, BLANK, SHIFT, ONE_WEIGHT, NEGATIVE)
