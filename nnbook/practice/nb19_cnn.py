"""Exercises, questions and predictions of notebook 19_cnn."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import functools

import numpy as np

import nnbook
from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.sharing import Told, share_read

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "19_cnn"


# count ---------------------------------------------------------------------------------------------------------------


def count(input_shape, channels, kernel_size, classes):
    """How many numbers a LeNet learns; each convolution keeps the size, each pooling halves it."""
    below, height, width = input_shape
    total = 0
    for maps in channels:
        total += maps * below * kernel_size**2 + maps  # kernels and their biases
        total += 2 * maps  # gain and shift
        below, height, width = maps, height // 2, width // 2
    return total + below * height * width * classes + classes


def _count(
    input_shape,
    channels,
    kernel_size,
    classes,
    *,
    channels_unsummed=False,
    biases_uncounted=False,
    norm_uncounted=False,
    running_counted=False,
    unpooled=False,
    one_map=False,
):
    below, height, width = input_shape
    total = 0
    bias = not biases_uncounted
    for maps in channels:
        total += maps * (1 if channels_unsummed else below) * kernel_size**2 + bias * maps
        total += 0 if norm_uncounted else (4 if running_counted else 2) * maps
        below = maps
        if not unpooled:
            height, width = height // 2, width // 2
    return total + (1 if one_map else below) * height * width * classes + bias * classes


def _worked_count(case, where):
    (below, height, width), channels, kernel, classes = case
    terms = []
    for maps in channels:
        terms.append(f"({maps} · {below} · {kernel}² + {maps}) + 2 · {maps}")
        below, height, width = maps, height // 2, width // 2
    terms.append(f"({below} · {height} · {width} · {classes} + {classes})")
    return f"{' + '.join(terms)} = {count(*case)}."


COUNT = Exercise(
    id="cnn.count",
    notebook=NOTEBOOK,
    title="How many numbers does it learn?",
    prompt="""
A network is built as above. For each number in `channels` there is a convolution with that many output maps and
square kernels, which keeps height and width, then batch norm, ReLU, and pooling that halves height and width
(rounded down). At the end, one linear layer reads all numbers of all maps.

Write `count(input_shape, channels, kernel_size, classes)`: `input_shape` is (C, H, W) of a picture, `channels`
such as `(16, 32)`, `kernel_size` and `classes` one whole number each. Return how many parameters it **learns**,
one whole number. All biases count.
""",
    starter="""
def count(input_shape, channels, kernel_size, classes):  # (1, 8, 8), (16, 32), 3, 10 -> a number
    below, height, width = input_shape
    ...
""",
    reference=count,
    faulty=_count,
    cases=lambda: [
        ((1, 8, 8), (4,), 3, 10),
        ((1, 8, 8), (16, 32), 3, 10),
        ((3, 12, 20), (6, 5, 7), 5, 4),
        ((2, 28, 28), (8, 32), 5, 10),
        ((3, 9, 6), (4, 5), 3, 2),
    ],
    expects="one whole number",
    hints=(
        "Go from layer to layer and remember three things: how many maps come in, and their height and width.",
        "A convolution has maps · below · kernel_size² weights and maps biases; batch norm after it has a gain and a "
        "shift for each map.",
        "The linear layer has below · height · width · classes weights, with what is left after the last pooling, "
        "and classes biases.",
    ),
    next="Which term grows when the pictures become larger, and which do not? Compare with a network of fully "
    "connected layers.",
    wrong=(
        Mistake(
            name="channels_unsummed",
            title="Close: each kernel reads one map only.",
            seen="For {input_shape} and {channels} you gave {yours}, asked was {right}.",
            why="A kernel has a slice of kernel_size² weights for *every* map that comes in, and adds up what they "
            "find. So there are maps · below · kernel_size² weights.",
        ),
        Mistake(
            name="biases_uncounted",
            title="Close: the biases are missing.",
            seen="For {input_shape} and {channels} you gave {yours}, asked was {right}.",
            why="Each output map has one bias, the same at every place, and each class has one.",
        ),
        Mistake(
            name="norm_uncounted",
            title="Close: batch norm learns something too.",
            seen="For {input_shape} and {channels} you gave {yours}, asked was {right}.",
            why="After it has made mean 0 and deviation 1 it multiplies by a gain and adds a shift: two learnt numbers "
            "for each map.",
        ),
        Mistake(
            name="running_counted",
            title="Close: four numbers for each map in batch norm, where two are learnt.",
            seen="For {input_shape} and {channels} you gave {yours}, asked was {right}.",
            why="Running mean and running variance are stored with the network, but they are measured, not learnt: no "
            "gradient moves them. Gain and shift are the learnt ones.",
        ),
        Mistake(
            name="unpooled",
            title="Close: the pooling is forgotten.",
            seen="For {input_shape} and {channels} you gave {yours}, asked was {right}.",
            why="Each pooling halves height and width, so the linear layer at the end reads far fewer numbers. (The "
            "convolutions do not notice: their weights know nothing of the picture's size.)",
        ),
        Mistake(
            name="one_map",
            title="Close: the linear layer reads one map only.",
            seen="For {input_shape} and {channels} you gave {yours}, asked was {right}.",
            why="Flatten lays *all* maps of the last pooling side by side: below · height · width numbers, each with a "
            "weight for each class.",
        ),
    ),
    worked=_worked_count,
)


# drop_units ----------------------------------------------------------------------------------------------------------


def drop_units(x, keep, p):
    """Dropout in training: the dropped are 0, the others make up for them."""
    return x * keep / (1 - p)


def _drop_units(x, keep, p, *, not_scaled=False, wrong_share=False, weakened=False, kept_dropped=False):
    mask = ~keep if kept_dropped else keep
    if weakened:
        return x * mask * (1 - p)
    if wrong_share:
        return x * mask / p
    return x * mask / (1 if not_scaled else 1 - p)


def _drop_units_cases():
    rng = np.random.default_rng(0)
    cases = [(np.array([[2.0, 3.0, 1.0, 4.0]]), np.array([[True, False, True, True]]), 0.25)]
    for shape, p in (((3, 5), 0.4), ((4, 6), 0.2), ((2, 7), 0.7)):
        keep = rng.random(shape) >= p
        keep[0, 0], keep[0, 1] = True, False
        cases.append((rng.standard_normal(shape), keep, p))
    return cases


def _worked_drop(case, where):
    x, keep, p = case
    where = where or (0, 0)
    if keep[where]:
        return (
            f"the {x[where]:.4g} stays, and counts {x[where]:.4g} / {1 - p:.4g} = {x[where] / (1 - p):.4g}."
        )
    return f"the {x[where]:.4g} is dropped: 0."


DROP_UNITS = Exercise(
    id="cnn.drop_units",
    notebook=NOTEBOOK,
    title="Drop some, keep the sum",
    prompt="""
In training, dropout sets each number to 0 with probability p. The next layer must not notice on average: what
stays is made larger, so that the expected sum is what it would be without dropout.

Write `drop_units(x, keep, p)`: `x` has shape (N, D), `keep` has the same shape and is True where a number stays,
and `p`, from 0 to less than 1, is the probability with which it was dropped. Return the numbers after dropout, (N, D).
""",
    starter="""
def drop_units(x, keep, p):  # (N, D), (N, D) of True and False, a number -> (N, D)
    ...
""",
    reference=drop_units,
    faulty=_drop_units,
    cases=_drop_units_cases,
    hints=(
        "True counts 1 and False counts 0, so `x * keep` has the zeros in place.",
        "Of many numbers a share of 1 − p stays. By what must each be multiplied, so that the sum is as before?",
        "`x * keep / (1 - p)`",
    ),
    next="What does the layer have to do at prediction, when nothing is dropped? (Nothing at all: that is the beauty "
    "of it.)",
    wrong=(
        Mistake(
            name="not_scaled",
            title="Close: what stays does not make up for what went.",
            seen="You gave {yours}, asked was {right}.",
            why="With p = 0.5 the next layer would get half the sum in training, and twice as much at prediction as it "
            "is used to. Divide by the share that stays, 1 − p.",
        ),
        Mistake(
            name="wrong_share",
            title="Close: divided by the wrong share.",
            seen="You gave {yours}, asked was {right}.",
            why="p is the share that goes. What stays is 1 − p, and that is what the sum has shrunk to. (At p = 0.5 the "
            "two are the same, and nobody would notice.)",
        ),
        Mistake(
            name="weakened",
            title="Multiplied where a division is due.",
            seen="You gave {yours}, asked was {right}.",
            why="× (1 − p) makes the sum smaller still. (The first paper on dropout did multiply by it, but at "
            "*prediction*, and left training unscaled.)",
        ),
        Mistake(
            name="kept_dropped",
            title="The wrong ones went.",
            seen="You gave {yours}, asked was {right}.",
            why="`keep` is True where a number *stays*.",
        ),
    ),
    worked=_worked_drop,
)


# receptive_field -----------------------------------------------------------------------------------------------------


def receptive_field(kernels, strides):
    """How many pixels wide a unit of the last layer sees."""
    size, step = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        size += (kernel - 1) * step
        step *= stride  # neighbours in this layer are so many pixels apart
    return size


def _receptive_field(
    kernels,
    strides,
    *,
    strides_ignored=False,
    stride_too_early=False,
    overlap_forgotten=False,
    multiplied=False,
    last_stride_only=False,
):
    if multiplied:
        return int(np.prod(kernels))
    size, step = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        if strides_ignored:
            stride = 1
        following = stride if last_stride_only else step * stride
        reach = kernel if overlap_forgotten else kernel - 1
        size += reach * (following if stride_too_early else step)
        step = following
    return size


def _worked_field(case, where):
    size, step, steps = 1, 1, []
    for kernel, stride in zip(*case, strict=True):
        size += (kernel - 1) * step
        steps.append(f"+ {kernel - 1} · {step} = {size}")
        step *= stride
    return f"1 {', then '.join(steps)}."


RECEPTIVE_FIELD = Exercise(
    id="cnn.receptive_field",
    notebook=NOTEBOOK,
    title="How far does a unit see?",
    prompt="""
A unit of the first convolution sees `kernel` pixels in a row. A unit of a later layer sees `kernel` *units* of the
layer before it, each of which sees some pixels; these overlap. And after a stride of 2, neighbouring units stand two
pixels apart.

Write `receptive_field(kernels, strides)`: two sequences of equal length, one entry for each convolution or
pooling from the picture up, such as `(3, 2, 3)` and `(1, 2, 1)`. Return how many pixels in a row a unit of the last
layer sees, one whole number.
""",
    starter="""
def receptive_field(kernels, strides):  # two sequences of whole numbers -> one whole number
    size = 1  # a pixel sees itself
    step = 1  # pixels between neighbours of the layer reached so far
    ...
""",
    reference=receptive_field,
    faulty=_receptive_field,
    cases=lambda: [
        ((3, 2, 3), (1, 2, 1)),
        ((3, 2, 3, 2), (1, 2, 1, 2)),
        ((5, 2, 5, 2, 5), (1, 2, 1, 2, 1)),
        ((7, 3, 3, 4), (2, 2, 3, 1)),
        ((3, 3, 3), (1, 1, 1)),
        ((4,), (3,)),
    ],
    expects="one whole number",
    hints=(
        "Two 3-wide kernels, one above the other, stride 1: the upper one sees three units that together see five "
        "pixels. Each layer adds kernel − 1 steps.",
        "A step is as many pixels as neighbours of the layer *below* are apart: the product of all strides so far, "
        "without the layer's own.",
        "For each layer: `size += (kernel - 1) * step`, and after that `step *= stride`.",
    ),
    next="How many 3-wide convolutions of stride 1 does it take to see 28 pixels? And with a 2 × 2 pooling after each?",
    wrong=(
        Mistake(
            name="strides_ignored",
            title="Close: the strides play no part yet.",
            seen="For kernels {kernels} and strides {strides} you gave {yours}, asked was {right}.",
            why="After a stride of 2, neighbouring units stand two pixels apart, so each further step of a kernel above "
            "reaches two pixels further.",
        ),
        Mistake(
            name="stride_too_early",
            title="Close: a layer's own stride comes too early.",
            seen="For kernels {kernels} and strides {strides} you gave {yours}, asked was {right}.",
            why="A layer's stride says how far apart *its* units stand. What one of them sees depends on how far apart "
            "the units *below* stand. Add first, multiply after.",
        ),
        Mistake(
            name="overlap_forgotten",
            title="Close: the first of each kernel's units is counted twice.",
            seen="For kernels {kernels} and strides {strides} you gave {yours}, asked was {right}.",
            why="From the first to the last of a kernel's units there are kernel − 1 steps. What the first one sees is "
            "in `size` already.",
        ),
        Mistake(
            name="multiplied",
            title="Multiplied, where the fields overlap.",
            seen="For kernels {kernels} and strides {strides} you gave {yours}, asked was {right}.",
            why="Three neighbours that see 3 pixels each do not see 9: at stride 1 they share most of them and see 5.",
        ),
        Mistake(
            name="last_stride_only",
            title="Close: only the last stride is remembered.",
            seen="For kernels {kernels} and strides {strides} you gave {yours}, asked was {right}.",
            why="Strides multiply: after two poolings with stride 2, neighbouring units stand four pixels apart.",
        ),
    ),
    worked=_worked_field,
)


# occlusion -----------------------------------------------------------------------------------------------------------


def occlusion(score, picture, size):
    """How far the score falls when a square of paper covers each place."""
    _, height, width = picture.shape
    drop = np.empty((height - size + 1, width - size + 1))
    before = score(picture[np.newaxis])[0]
    for i in range(drop.shape[0]):
        for j in range(drop.shape[1]):
            covered = picture.copy()
            covered[:, i : i + size, j : j + size] = 0
            drop[i, j] = before - score(covered[np.newaxis])[0]
    return drop


def _occlusion(
    score,
    picture,
    size,
    *,
    sign=False,
    off_by_one=False,
    not_taken_off=False,
    score_itself=False,
    one_pixel=False,
    one_channel=False,
):
    _, height, width = picture.shape
    edge = 0 if off_by_one else 1
    drop = np.empty((height - size + edge, width - size + edge))
    before = 0 if score_itself else score(picture[np.newaxis])[0]
    covered = picture.copy()
    for i in range(drop.shape[0]):
        for j in range(drop.shape[1]):
            if not not_taken_off:
                covered = picture.copy()
            reach = 1 if one_pixel else size
            covered[: 1 if one_channel else None, i : i + reach, j : j + reach] = 0
            after = score(covered[np.newaxis])[0]
            if score_itself:
                drop[i, j] = after
            else:
                drop[i, j] = after - before if sign else before - after
    return drop


def _score(weights, bias):
    """A made-up score: a weighted sum of all pixels, bent."""
    return Told("score", lambda pictures: np.exp(bias + 0.5 * np.sum(pictures * weights, axis=(1, 2, 3))))


def _occlusion_cases():
    rng = np.random.default_rng(3)
    cases = []
    for shape, size in (((1, 3, 4), 2), ((1, 5, 4), 2), ((2, 4, 6), 3), ((3, 3, 4), 2)):
        picture = rng.uniform(0.2, 1, shape)
        cases.append((_score(rng.standard_normal(shape), 0.7), picture, size))
    return cases


OCCLUSION = Exercise(
    id="cnn.occlusion",
    notebook=NOTEBOOK,
    title="Cover and ask again",
    prompt="""
What in a picture does a network's answer rest on? Cover a small square with paper (the number 0) and ask again. Where
the score falls far, something mattered.

Write `occlusion(score, picture, size)`: `score` is a function that takes pictures (N, C, H, W) and returns one number
for each, (N,); `picture` is one picture (C, H, W); `size` is the square's side. Put the square at every place where it
fits, over all C channels, and ask for one covered picture at a time. Return how far the score **falls** there, score
before − score after, of shape (H − size + 1, W − size + 1).
""",
    starter="""
def occlusion(score, picture, size):  # function, (C, H, W), a number -> (H - size + 1, W - size + 1)
    _, height, width = picture.shape
    before = score(picture[np.newaxis])[0]  # the batch's axis in front, and one answer comes out
    ...
""",
    reference=occlusion,
    faulty=_occlusion,
    cases=_occlusion_cases,
    hints=(
        "Two loops, over the rows and columns at which the square can begin: how many are there?",
        "Each time take a fresh `picture.copy()`, set `[:, i : i + size, j : j + size]` to 0, and ask for its score.",
        "`drop[i, j] = before - score(covered[np.newaxis])[0]`, with `drop = np.empty((height - size + 1, width - "
        "size + 1))`",
    ),
    next="All covered pictures could go through the network as one batch. How much memory would that take for a photo "
    "of 1,000 × 1,000 pixels?",
    wrong=(
        Mistake(
            name="sign",
            title="Close: the sign is turned round.",
            seen="You gave {yours}, asked was {right}.",
            why="Asked is how far the score *falls*: before − after. So a place that speaks for the answer comes out "
            "positive.",
        ),
        Mistake(
            name="off_by_one",
            title="Close: the square fits at one place more in each direction.",
            seen="Your result has shape {your_shape}, asked was {right_shape}.",
            why="A square of 2 fits into a row of 4 at three places: it begins at 0, 1 or 2. That is H − size + 1.",
        ),
        Mistake(
            name="not_taken_off",
            title="Close: the square is not taken off again.",
            seen="You gave {yours}, asked was {right}.",
            why="Each question is about one square only. Take a fresh copy of the picture inside both loops.",
        ),
        Mistake(
            name="score_itself",
            title="Those are the scores, not how far they fall.",
            seen="You gave {yours}, asked was {right}.",
            why="Subtract them from the score of the picture as it is: before − after.",
        ),
        Mistake(
            name="one_pixel",
            title="Close: the square is a single pixel.",
            seen="You gave {yours}, asked was {right}.",
            why="`[:, i : i + size, j : j + size] = 0` covers size × size pixels; `[:, i, j]` only one.",
        ),
        Mistake(
            name="one_channel",
            title="Close: only the first channel is covered.",
            seen="You gave {yours}, asked was {right}.",
            why="A colour picture has three, and paper lies over all of them: begin the index with `:`.",
        ),
    ),
)


# shift ---------------------------------------------------------------------------------------------------------------


def shift(pictures, across, down):
    """Pictures pushed over their sheet: what leaves it is lost, what is laid bare is paper."""
    height, width = pictures.shape[2:]
    pushed = np.zeros_like(pictures)
    pushed[:, :, max(down, 0) : height + min(down, 0), max(across, 0) : width + min(across, 0)] = pictures[
        :, :, max(-down, 0) : height + min(-down, 0), max(-across, 0) : width + min(-across, 0)
    ]
    return pushed


def _shift(
    pictures,
    across,
    down,
    *,
    wrapped=False,
    other_way=False,
    upwards=False,
    axes_swapped=False,
    left_over=False,
):
    if axes_swapped:
        across, down = down, across
    if other_way:
        across, down = -across, -down
    if upwards:
        down = -down
    if wrapped:
        return np.roll(pictures, (down, across), axis=(2, 3))
    height, width = pictures.shape[2:]
    pushed = pictures.copy() if left_over else np.zeros_like(pictures)
    pushed[:, :, max(down, 0) : height + min(down, 0), max(across, 0) : width + min(across, 0)] = pictures[
        :, :, max(-down, 0) : height + min(-down, 0), max(-across, 0) : width + min(-across, 0)
    ]
    return pushed


def _shift_cases():
    rng = np.random.default_rng(4)
    cases = []
    for shape, across, down in (
        ((1, 1, 2, 3), 1, 0),
        ((2, 1, 3, 2), 0, 1),
        ((3, 1, 5, 4), -1, 2),
        ((2, 3, 6, 5), 2, -1),
        ((2, 1, 4, 6), -3, -2),
        ((2, 1, 5, 3), 0, 0),
    ):
        cases.append((rng.uniform(0.1, 1, shape), across, down))
    return cases


def _sheets(case, output):
    """The first sheet, as it is and as it should be: four axes would not be shown."""
    given = np.asarray(output)
    return {
        "your_sheet": given[0, 0] if given.ndim == 4 and given.size else output,
        "right_sheet": shift(*case)[0, 0],
    }


SHIFT = Exercise(
    id="cnn.shift",
    notebook=NOTEBOOK,
    title="Push it over the sheet",
    prompt="""
Write `shift(pictures, across, down)`: `pictures` has shape (N, C, H, W); `across` and `down` are whole numbers of
pixels, smaller than the picture: so far to the right, and so far down. A negative one pushes to the left, or up. Return
the pushed pictures, of the same shape. What is pushed over the edge is lost, and what is laid bare is paper: 0.
""",
    starter="""
def shift(pictures, across, down):  # (N, C, H, W), two whole numbers -> (N, C, H, W)
    ...
""",
    reference=shift,
    faulty=_shift,
    cases=_shift_cases,
    hints=(
        "Begin with a blank sheet, `np.zeros_like(pictures)`, and copy the part that stays visible to its new place.",
        "For one to the right it is `pushed[:, :, :, 1:] = pictures[:, :, :, :-1]`; columns are the last axis, rows "
        "the one before. `max(across, 0)` and `width + min(across, 0)` are the edges for either sign.",
        "Or lay it on a larger sheet with `np.pad` and cut out H × W again, at the right place.",
    ),
    next="Which digits lose ink when all are pushed one pixel down, and which when pushed to the side? Look at the "
    "edges of the training pictures.",
    wrong=(
        Mistake(
            name="wrapped",
            title="Close: what leaves on one side comes in on the other.",
            seen="The first sheet became {your_sheet}, asked was {right_sheet}.",
            why="`np.roll` treats the sheet as a ring. A digit whose right edge appears at the left is no digit any "
            "more: what leaves is lost, and paper, 0, comes in.",
        ),
        Mistake(
            name="other_way",
            title="Close: it went the other way.",
            seen="The first sheet became {your_sheet}, asked was {right_sheet}.",
            why="Pushed to the right, a pixel's *column number grows*: what stood in column 0 stands in column 1. Rows "
            "are counted from the top, so down is plus too.",
        ),
        Mistake(
            name="upwards",
            title="Close: down went up.",
            seen="The first sheet became {your_sheet}, asked was {right_sheet}.",
            why="Rows are counted from the top, as in every array: pushed down, a pixel's row number *grows*.",
        ),
        Mistake(
            name="axes_swapped",
            title="Close: across and down have changed places.",
            seen="The first sheet became {your_sheet}, asked was {right_sheet}.",
            why="The axes are (N, C, H, W): the last one counts columns and belongs to `across`, the one before counts "
            "rows and belongs to `down`.",
        ),
        Mistake(
            name="left_over",
            title="Close: the strip laid bare still holds the old picture.",
            seen="The first sheet became {your_sheet}, asked was {right_sheet}.",
            why="A copy of the picture keeps its ink where nothing new is written. Begin with a blank sheet.",
        ),
    ),
    numbers=_sheets,
)


# make_mover ---------------------------------------------------------------------------------------------------------

BOUND = 0.93


@functools.cache
def _moved_digits():
    x_train, y_train, x_test, y_test = nnbook.datasets.digits()
    wide = np.pad(x_test, ((0, 0), (0, 0), (1, 1), (1, 1)))
    moved = np.empty_like(x_test)
    for i, (top, left) in enumerate(np.random.default_rng(5).integers(0, 3, (len(x_test), 2))):
        moved[i] = wide[i, :, top : top + 8, left : left + 8]
    return x_train, y_train, moved, y_test


def train_mover(x_train, y_train, x_test, rng):
    """A network that reads digits which do not stand where it saw them."""
    model = nnbook.models.lenet(
        (1, 8, 8), 10, channels=(16, 32), kernel_size=3, padding=1, batch_norm=True, rng=rng
    )
    loss_fn, optimizer = nnbook.CrossEntropyLoss(), nnbook.Adam(model.parameters(), lr=0.005)
    schedule = nnbook.CosineAnnealingLR(optimizer, 14)
    for _ in range(14):
        for x, y in nnbook.DataLoader(x_train, y_train, batch_size=32, shuffle=True, rng=rng):
            wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))  # (n, 1, 10, 10)
            top, left = rng.integers(0, 3, 2)  # another place for each batch
            loss_fn(model(wide[:, :, top : top + 8, left : left + 8]), y)
            model.backward(loss_fn.backward())
            optimizer.step()
            optimizer.zero_grad()
        schedule.step()
    return model.predict(x_test).argmax(axis=1)


def _judge_train_mover(answers, x_train, y_train, x_test, rng):
    share = share_read(answers, _moved_digits()[3])
    if isinstance(share, Finding):
        return share
    if share >= BOUND:
        return None
    said = f"It reads {100 * share:.1f} % of the moved test pictures"
    asked = f"{said}; asked were {100 * BOUND:.0f} %."
    if share < 0.25:
        return Finding(f"{said}; guessing reads 10 %.", "chance")
    if share < 0.85:
        return Finding(asked, "trained_in_place")
    return Finding(asked, "unfinished")


def _nearest(x, y, x_test, *, pushed=False):
    """The wrong versions: the nearest of a few training pictures, which takes no time."""
    if pushed:
        wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        x = np.concatenate([wide[:, :, i : i + 8, j : j + 8] for i in range(3) for j in range(3)])
        y = np.tile(y, 9)
    rows, asked = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    return y[(np.sum(rows**2, axis=1) - 2 * asked @ rows.T).argmin(axis=1)]


TRAIN_MOVER = Exercise(
    id="cnn.make_mover",
    notebook=NOTEBOOK,
    title="Make: a reader that does not mind where",
    prompt="""
An open task. Write `train_mover(x_train, y_train, x_test, rng)`: `x_train` holds 1,347 digits, (1347, 1, 8, 8), with ink
from 0 to 1, as they were written, `y_train` their labels. `x_test` holds 450 others, (450, 1, 8, 8), and each of these
has been pushed by up to one pixel to the side and up to one pixel up or down, each in its own direction, over the edge
of the sheet. Build and train whatever you like, draw everything random from the generator `rng`, and return the answers
for `x_test`, whole numbers of shape (450,).

It must read at least 93 % of them. All of it may take a minute; one or two seconds are enough.
""",
    starter="""
def train_mover(x_train, y_train, x_test, rng):  # (1347, 1, 8, 8), (1347,), (450, 1, 8, 8) -> (450,)
    ...
""",
    reference=train_mover,
    cases=lambda: [(*(part.copy() for part in _moved_digits()[:3]), np.random.default_rng(0))],
    judge=_judge_train_mover,
    expects="the answers, an array of whole numbers of shape (450,)",
    seconds=60.0,
    hints=(
        "A convolution alone will not do: you have seen what a push costs it. What would the network have to see in "
        "training?",
        "Before each step, push the batch by a random amount: `across, down = rng.integers(-1, 2, 2)`, and your "
        "`shift` does the rest. The labels stay as they are.",
        "That is a training loop of your own in place of `fit` (notebook 10); the network of section 1, some 14 "
        "epochs, Adam with a rate of 0.005 that falls.",
    ),
    next="Does the nearest neighbour, given each training picture at all nine places, do better or worse than your "
    "network? What does it cost in memory and time?",
    wrong=(
        Mistake(
            name="not_decided",
            title="Close: those are scores, not answers.",
            why="For each picture, the answer is where its largest score stands: `.argmax(axis=1)`.",
            version=lambda x_train, y_train, x_test, rng: np.eye(10)[_nearest(x_train, y_train, x_test)],
        ),
        Mistake(
            name="trained_in_place",
            title="It reads, but only where it is used to.",
            why="If training saw every digit in its own place only, nothing asked the network to read it elsewhere. Push "
            "the training pictures too, anew at each step, with paper coming in at the edge. (Or did you build it in? A "
            "global average wants no pooling before it, which odd pushes upset, and a rim of paper around the sheet.)",
            version=lambda x_train, y_train, x_test, rng: _nearest(x_train, y_train, x_test),
        ),
        Mistake(
            name="chance",
            title="It guesses.",
            why="Print the loss while it trains: it starts near ln 10 = 2.30. If it stays there, do the weights move at "
            "all? If it falls, were pictures and labels shuffled together, and is the network asked in `eval` mode "
            "(`predict` sees to that)?",
            version=lambda x_train, y_train, x_test, rng: rng.integers(0, 10, len(x_test)),
        ),
        Mistake(
            name="unfinished",
            title="It has got the idea.",
            why="It reads most moved digits. Train longer, let the rate fall towards the end, use all training pictures, "
            "or give it more maps.",
            version=lambda x_train, y_train, x_test, rng: _nearest(
                x_train[:100], y_train[:100], x_test, pushed=True
            ),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="cnn.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of convolution, and of steps?",
    kind="quiz",
    questions=(
        Question(
            "A convolution reads 16 maps and writes 32, with kernels of 3 × 3. How many weights has it, biases "
            "not counted?",
            (
                Option(
                    "288: a kernel of nine for each output map.",
                    "Each output map looks at all 16 maps that come in, with nine weights for each of them.",
                ),
                Option(
                    "432: 16 + 32 kernels of nine.",
                    "Each *pair* of an input and an output map has its nine weights: multiply, do not add.",
                ),
                Option(
                    "4,608.",
                    "32 · 16 · 3 · 3. An output map adds up what its kernel finds in every one of the 16 maps.",
                    True,
                ),
                Option(
                    "It depends on the size of the pictures.",
                    "How often the kernels are used depends on it. The same weights serve every place.",
                ),
            ),
        ),
        Question(
            "An 8 × 8 picture goes through a 3 × 3 convolution (padding 1, stride 1) and then 2 × 2 pooling (stride "
            "2). What size comes out?",
            (
                Option(
                    "3 × 3.",
                    "Without padding, yes: 8 − 3 + 1 = 6, and half of it. Padding 1 adds a pixel on every side.",
                ),
                Option(
                    "4 × 4.", "8 + 2 − 3 + 1 = 8: the padding keeps the size; the pooling halves it.", True
                ),
                Option(
                    "7 × 7.",
                    "That is pooling with stride 1. With stride 2 its windows do not overlap, and the size is "
                    "halved.",
                ),
                Option(
                    "8 × 8.",
                    "After the convolution, yes. Then the pooling keeps one number out of each block of four.",
                ),
            ),
        ),
        Question(
            "A schedule lets the learning rate fall to nearly 0 towards the end of training. What for?",
            (
                Option(
                    "Each batch pulls a little differently; with small last steps the weights come to rest amid "
                    "the pulls.",
                    "With a rate that stays large they go on jumping about the place where they should be, and where "
                    "they stand at the end is luck.",
                    True,
                ),
                Option(
                    "To save time.",
                    "A small step costs as much as a large one. What is saved is the wobble at the end.",
                ),
                Option(
                    "To keep the gradients from vanishing.",
                    "The rate does not enter the gradient. It only says how far to go along it.",
                ),
                Option(
                    "Because Adam does not work with a constant rate.",
                    "It does, and notebook 10 used one. A falling rate gets a little closer.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="cnn.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“A convolutional network recognises a thing wherever it stands in the picture.”",
            (
                Option(
                    "True: the same kernels look at every place.",
                    "They do, and what they find moves along with the thing. But then a linear layer reads the maps, "
                    "with a weight of its own for each place, and it has learnt only the places that it saw. On a "
                    "wide sheet, four pixels from the middle, the network of this notebook read less than a third.",
                ),
                Option(
                    "True, thanks to the pooling.",
                    "Pooling forgives a step of one pixel now and then, depending on where its windows begin. Four "
                    "pixels away from the middle the network with two poolings read less than a third.",
                ),
                Option(
                    "False: its maps move along with the thing, and what happens then depends on the layers above, "
                    "and on the training.",
                    "The two properties have names: *equivariance* (the maps move along) and *invariance* (the "
                    "answer does not change). A convolution has the first. The second has to be built, with a global "
                    "average, or taught, with moved examples; and strides leave even the built one imperfect.",
                    True,
                ),
                Option(
                    "False: it is no better at this than a fully connected network.",
                    "It is much better: pushed by one pixel the fully connected network lost more than half of the "
                    "digits, the convolutional one about a fifth. Better is not everywhere, though.",
                ),
            ),
        ),
    ),
)

COST = Quiz(
    id="cnn.predict_cost",
    notebook=NOTEBOOK,
    title="Predict: numbers and work",
    kind="predict",
    questions=(
        Question(
            "The fully connected network of notebook 10, 64-128-10, learns 9,610 numbers and needs 9,472 "
            "multiplications for a picture. Compared with it, the network above learns …",
            (
                Option(
                    "fewer numbers, and needs fewer multiplications.",
                    "Fewer numbers, yes. But each of them is used at many places: 64 in the first layer, 16 in "
                    "the second.",
                ),
                Option(
                    "fewer numbers, and needs more multiplications.",
                    "A weight that is shared between places is learnt once and used at each of them. Convolution "
                    "trades memory for work.",
                    True,
                ),
                Option(
                    "more numbers, and needs more multiplications.",
                    "It has more *layers*. But its kernels have nine weights for each pair of maps, whatever the "
                    "size of the picture.",
                ),
                Option(
                    "more numbers, and needs fewer multiplications.",
                    "The other way round. A kernel is small, and is used again and again.",
                ),
            ),
        ),
    ),
)

TABLE = Quiz(
    id="cnn.predict_table",
    notebook=NOTEBOOK,
    title="Predict: four readers",
    kind="predict",
    questions=(
        Question(
            "Four readers learn from the same 1,347 digits: three nearest neighbours (no training at all), a support "
            "vector machine, the fully connected network, the convolutional one. On the 450 test pictures …",
            (
                Option(
                    "the two networks are ahead of the two older methods.",
                    "The fully connected network comes last of the four. On small, clean, centred pictures the older "
                    "methods are very good.",
                ),
                Option(
                    "the convolutional network is ahead of the rest, by several points.",
                    "By several points it beats one of them, the fully connected network. The other two read as well "
                    "as it does, within what 450 pictures can tell.",
                ),
                Option(
                    "all four are within half a point.",
                    "Three of them are. One lags by more than a point, and it is the one that has to learn from "
                    "1,347 pictures what a neighbour is.",
                ),
                Option(
                    "the convolutional network is about level with the two older methods, and the fully "
                    "connected one is last.",
                    "On these data a convolutional network is a good reader among good readers. Its reasons to exist "
                    "are larger pictures, and things that move.",
                    True,
                ),
            ),
        ),
    ),
)

ALONE = Quiz(
    id="cnn.predict_alone",
    notebook=NOTEBOOK,
    title="Predict: left in training mode",
    kind="predict",
    questions=(
        Question(
            "Somebody calls `model.train()` and forgets `model.eval()`. The trained network then gets the 450 test "
            "pictures one at a time. It reads …",
            (
                Option(
                    "two or three points fewer, and nothing says so.",
                    "Batch norm now takes its mean and deviation from the one picture that it sees, and dropout goes "
                    "on dropping. No error, no warning, worse answers, and other ones each time.",
                    True,
                ),
                Option(
                    "as many as before: the weights are the same.",
                    "The weights are. But two layers behave differently in training: one measures the batch, the "
                    "other rolls dice.",
                ),
                Option(
                    "one in ten: batch norm turns a single picture into zeros.",
                    "It would if each map were a single number. Here a map has many places, and their mean and "
                    "deviation still mean something.",
                ),
                Option(
                    "none: nnbook refuses.",
                    "It would refuse a single number for a map, which has no spread. A map of 8 × 8 has one, so "
                    "everything is in order as far as shapes go.",
                ),
            ),
        ),
    ),
)

FIELD = Quiz(
    id="cnn.predict_field",
    notebook=NOTEBOOK,
    title="Predict: how far it sees",
    kind="predict",
    questions=(
        Question(
            "A unit of the second convolution reads 3 × 3 units of the pooled maps. How many pixels of the "
            "picture can move it?",
            (
                Option(
                    "3 × 3.",
                    "Three by three *units*. Each of them has looked at more than one pixel itself.",
                ),
                Option(
                    "5 × 5.",
                    "That would be two 3 × 3 convolutions directly one above the other. Between these two lies a "
                    "pooling, which puts neighbours two pixels apart.",
                ),
                Option(
                    "8 × 8.",
                    "A pooled unit sees 4 × 4 pixels (3, and one more for the second of its two), and its neighbours "
                    "stand two pixels apart: 4 + 2 + 2 = 8.",
                    True,
                ),
                Option(
                    "12 × 12.",
                    "Three times four, if the three neighbours saw different pixels. They stand two apart and see "
                    "four each, so they share half.",
                ),
            ),
        ),
    ),
)

PUSH = Quiz(
    id="cnn.predict_push",
    notebook=NOTEBOOK,
    title="Predict: one pixel to the right",
    kind="predict",
    questions=(
        Question(
            "In notebook 00, one pixel to the right cost a fully connected network more than half of the digits. The "
            "convolutional network, which has never seen a moved digit either, reads of the pushed pictures …",
            (
                Option(
                    "as many as before: it does not care about the place.",
                    "Its kernels do not. Its last layer does: it has a weight for every place of the smallest maps.",
                ),
                Option(
                    "nearly all, two or three points fewer.",
                    "The poolings forgive some of the push, but not nearly all of it.",
                ),
                Option(
                    "about half, like the fully connected network.",
                    "It is far ahead. What it finds in a picture moves along by one pixel, and pooling swallows "
                    "part of that.",
                ),
                Option(
                    "about four in five.",
                    "Better by far, and not unmoved. Its kernels find the same strokes, one place further; the "
                    "layers above were trained on the old places.",
                    True,
                ),
            ),
        ),
    ),
)

FAR = Quiz(
    id="cnn.predict_far",
    notebook=NOTEBOOK,
    title="Predict: further than any training picture",
    kind="predict",
    questions=(
        Question(
            "A third network has a *global average* in place of Flatten: of each map only the mean over all places "
            "reaches the last layer. All three learn digits in the middle of a sheet of 16 × 16, and are shown "
            "digits pushed by 0 to 4 pixels. How does the third one do?",
            (
                Option(
                    "It reads equally well at every distance.",
                    "That is the idea, and nearly what happens. But its two poolings take one of every two rows and "
                    "columns; whether a stroke falls on the first or the second makes a difference.",
                ),
                Option(
                    "It reads well at 0, 2 and 4 pixels, and less well at 1 and 3.",
                    "Two poolings of 2: a push by four moves their maps by a whole place, and an average over all places "
                    "does not notice. A push by two cuts the windows of the second pooling elsewhere, an odd one of both.",
                    True,
                ),
                Option(
                    "It gets worse with distance like the others, only more slowly.",
                    "The average has no weight for any place, so distance as such means nothing to it.",
                ),
                Option(
                    "It reads badly at every distance: an average throws away where things are.",
                    "It does throw that away, and pays with a little accuracy in the middle. But *which* strokes "
                    "were found, and how much of each, is enough to tell digits apart.",
                ),
            ),
        ),
    ),
)

EXERCISES = (COUNT, DROP_UNITS, RECEPTIVE_FIELD, OCCLUSION, SHIFT, TRAIN_MOVER)
QUIZZES = (WARMUP, IS_THIS_TRUE, COST, TABLE, ALONE, FIELD, PUSH, FAR)
