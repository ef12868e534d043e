"""Exercises, questions and predictions of notebook 18_convolution."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import functools

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "18_convolution"


def _entries(right, output):
    """The first entry that differs, for templates: where it is, the learner's, and the right one."""
    yours = np.asarray(output, dtype=float)
    if yours.shape != right.shape:
        return {"where": "", "your_entry": "", "right_entry": ""}
    wrong = np.argwhere(~np.isclose(yours, right, rtol=1e-4, atol=1e-6))
    where = tuple(int(i) for i in wrong[0]) if len(wrong) else (0,) * right.ndim
    return {"where": where, "your_entry": float(yours[where]), "right_entry": float(right[where])}


# sizes ---------------------------------------------------------------------------------------------------------------


def sizes(size, layers):
    """The size after each layer: one window at the start, and one more for each whole step."""
    result = []
    for kernel, stride, padding in layers:
        size = (size + 2 * padding - kernel) // stride + 1
        result.append(size)
    return result


def _sizes(
    size,
    layers,
    *,
    off_by_one=False,
    one_side=False,
    rounded_up=False,
    kernel_ignored=False,
    from_the_start=False,
    last_only=False,
):
    result, before = [], size
    for kernel, stride, padding in layers:
        last_start = before + (1 if one_side else 2) * padding - (1 if kernel_ignored else kernel)
        steps = -(-last_start // stride) if rounded_up else last_start // stride
        result.append(steps + (0 if off_by_one else 1))
        before = size if from_the_start else result[-1]
    return result[-1] if last_only else result


def _worked_sizes(case, where):
    size, layers = case
    lines = []
    for kernel, stride, padding in layers:
        after = (size + 2 * padding - kernel) // stride + 1
        lines.append(f"({size} + 2 · {padding} − {kernel}) // {stride} + 1 = {after}")
        size = after
    return "; ".join(lines) + "."


SIZES = Exercise(
    id="convolution.sizes",
    notebook=NOTEBOOK,
    title="Smaller and smaller",
    prompt="""
A picture of `size` × `size` pixels goes through several layers, one after the other. Each one lays `padding` zeros on
every side, and slides a square window of `kernel` × `kernel` pixels over what it gets, in steps of `stride`.

Write `sizes(size, layers)`: `size` is a whole number, `layers` a list of triples `(kernel, stride, padding)`. Return a
list with the height of the map after each layer, as long as `layers`. With 28 and `[(5, 2, 0), (3, 1, 1)]` that is
`[12, 12]`.
""",
    starter="""
def sizes(size, layers):  # 28, [(5, 2, 0), (3, 1, 1)] -> [12, 12]
    ...
""",
    reference=sizes,
    faulty=_sizes,
    cases=lambda: [
        (8, [(3, 1, 0)]),
        (28, [(5, 2, 0), (3, 1, 1)]),
        (7, [(3, 2, 1), (2, 1, 0)]),
        (32, [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)]),
        (40, [(4, 3, 2), (3, 1, 1), (3, 2, 1)]),
        (29, [(2, 4, 1), (3, 3, 2)]),
    ],
    expects="a list of whole numbers, one for each layer",
    hints=(
        "One layer first. Where could the last window start? Its end must not stick out of the picture with its zeros. "
        "And mind that 0 is a start too.",
        "What one layer gives is what the next one gets: keep the size in a variable and overwrite it.",
        "`size = (size + 2 * padding - kernel) // stride + 1`, and append it to the list.",
    ),
    next="The fourth picture that was tried is LeNet of 1998: 32, then 28, 14, 10, 5. Its two layers of stride 2 are "
    "poolings, whose windows of 2 × 2 lie side by side; section 3 has them.",
    wrong=(
        Mistake(
            name="off_by_one",
            title="Close: one window is missing.",
            seen="From {size} by {layers} you gave {yours}, asked was {right}.",
            why="You have counted the steps. There is one window more than there are steps, as there is one fence post "
            "more than there are gaps.",
        ),
        Mistake(
            name="one_side",
            title="Close: zeros on one side only.",
            seen="From {size} by {layers} you gave {yours}, asked was {right}.",
            why="Padding goes on both ends of a row, so the row grows by twice as much.",
        ),
        Mistake(
            name="rounded_up",
            title="Close: a window that does not fit is counted.",
            seen="From {size} by {layers} you gave {yours}, asked was {right}.",
            why="Where the stride does not come out even, the last step would push the window over the end. It is not "
            "taken, and the pixels that are left over are never seen: round down.",
        ),
        Mistake(
            name="kernel_ignored",
            title="Close: as if the window were one pixel wide.",
            seen="From {size} by {layers} you gave {yours}, asked was {right}.",
            why="A window needs room for all of its pixels, so the last one starts that much earlier. Size divided by "
            "stride is true of a window of a single pixel only.",
        ),
        Mistake(
            name="from_the_start",
            title="Close: every layer sees the first picture.",
            seen="From {size} by {layers} you gave {yours}, asked was {right}.",
            why="The layers stand one behind the other: each slides over the map that the one before has made.",
        ),
        Mistake(
            name="last_only",
            title="Close: one size, where a list is asked.",
            seen="From {size} by {layers} you gave {yours}, asked was {right}.",
            why="Keep the size after *every* layer: append each to a list, and return the list.",
        ),
    ),
    worked=_worked_sizes,
)


# convolve ------------------------------------------------------------------------------------------------------------


def convolve(picture, kernel, stride, padding):
    """The window's weighted sum at every place that the stride reaches."""
    padded = np.pad(picture, padding)
    (height, width), (kh, kw) = padded.shape, kernel.shape
    result = np.zeros(((height - kh) // stride + 1, (width - kw) // stride + 1))
    for row in range(result.shape[0]):
        for column in range(result.shape[1]):
            top, left = row * stride, column * stride
            result[row, column] = np.sum(kernel * padded[top : top + kh, left : left + kw])
    return result


def _convolve(
    picture,
    kernel,
    stride,
    padding,
    *,
    off_by_one=False,
    flipped=False,
    stride_forgotten=False,
    one_side=False,
    averaged=False,
):
    padded = np.pad(picture, ((padding, 0), (padding, 0)) if one_side else padding)
    (height, width), (kh, kw) = padded.shape, kernel.shape
    if flipped:
        kernel = kernel[::-1, ::-1]
    more = 0 if off_by_one else 1
    result = np.zeros(((height - kh) // stride + more, (width - kw) // stride + more))
    step = 1 if stride_forgotten else stride
    for row, column in np.ndindex(result.shape):
        top, left = row * step, column * step
        result[row, column] = np.sum(kernel * padded[top : top + kh, left : left + kw])
    return result / kernel.size if averaged else result


def _whole_numbers(rng, shape):
    return np.round(rng.normal(0, 2, shape)) + 0.0  # which makes 0 of −0


def _convolve_cases():
    rng = np.random.default_rng(0)
    cases = []
    for size, window, stride, padding in (
        ((4, 5), (2, 3), 1, 0),
        ((6, 5), (2, 3), 2, 1),
        ((7, 9), (3, 3), 2, 0),
        ((5, 7), (3, 2), 1, 2),
        ((8, 10), (3, 4), 3, 1),
    ):
        picture, kernel = _whole_numbers(rng, size), _whole_numbers(rng, window) / 2
        cases.append((picture, kernel, stride, padding))
    return cases


def _worked_convolve(case, where):
    picture, kernel, stride, padding = case
    if len(where) != 2:
        return ""
    row, column = where
    padded = np.pad(picture, padding)
    top, left = row * stride, column * stride
    window = padded[top : top + kernel.shape[0], left : left + kernel.shape[1]]
    terms = " + ".join(f"({k:g})({p:g})" for k, p in zip(kernel.ravel(), window.ravel(), strict=True))
    total = np.sum(kernel * window)
    return (
        f"entry ({row}, {column}) belongs to the window whose top left pixel is ({top}, {left}) of the padded picture: "
        f"{terms} = {total:g}."
    )


CONVOLVE = Exercise(
    id="convolution.convolve",
    notebook=NOTEBOOK,
    title="Slide, with stride and padding",
    prompt="""
Write `convolve(picture, kernel, stride, padding)`: `picture` has shape (H, W), `kernel` (kh, kw); `stride` and
`padding` are whole numbers, for both directions. Lay `padding` rows or columns of zeros on all four sides, slide the
kernel over the result in steps of `stride`, and return the map of weighted sums, of shape (OH, OW). As in section 1,
the kernel is not turned.

(Change neither of the arrays that you are given. `np.pad(picture, 1)` returns a larger copy with one ring of zeros.)
""",
    starter="""
def convolve(picture, kernel, stride, padding):  # (H, W), (kh, kw), two whole numbers -> (OH, OW)
    ...
""",
    reference=convolve,
    faulty=_convolve,
    cases=_convolve_cases,
    expects="an array of shape (OH, OW)",
    hints=(
        "Pad first; from then on H and W are those of the padded picture. OH and OW are what the formula says.",
        "Entry (row, column) of the map looks at the window whose top left pixel is (row · stride, column · stride).",
        "`np.sum(kernel * padded[top : top + kh, left : left + kw])`, with `top = row * stride` and "
        "`left = column * stride`.",
    ),
    next="Give it a stride of 1, a padding of 1 and a kernel of 3 × 3 that is 0 but for a 1 in the middle. And now "
    "move that 1 to a corner.",
    wrong=(
        Mistake(
            name="off_by_one",
            title="Close: the last row and the last column are missing.",
            seen="Your map has the shape {your_shape}, asked was {right_shape}.",
            why="The window fits once more than it makes steps: (H − kh) // stride + 1, with the + 1.",
        ),
        Mistake(
            name="flipped",
            title="Close: your kernel is turned by half a turn.",
            seen="Your map is {yours}, asked was {right}.",
            why="That is what mathematicians call convolution. Networks leave the kernel as it is: kernel[i, j] meets "
            "pixel (top + i, left + j).",
        ),
        Mistake(
            name="stride_forgotten",
            title="Close: the window moves on by one pixel only.",
            seen="With stride {stride} your map is {yours}, asked was {right}.",
            why="The stride makes the map smaller, and it also says where each window begins: at row · stride and "
            "column · stride.",
        ),
        Mistake(
            name="one_side",
            title="Close: zeros above and left only.",
            seen="Your map has the shape {your_shape}, asked was {right_shape}.",
            why="Padding goes on all four sides, so that the last pixels are seen as often as the first.",
        ),
        Mistake(
            name="averaged",
            title="Close: you took the mean of the products.",
            seen="Your map is {yours}, asked was {right}.",
            why="A window is looked at as a neuron looks at its inputs: a weighted *sum*. Whoever wants a mean puts it "
            "into the weights.",
        ),
    ),
    worked=_worked_convolve,
)


# all_maps ------------------------------------------------------------------------------------------------------------


def all_maps(x, weight, bias):
    """Each kernel reads all channels and gives one map."""
    kernels, _, kh, kw = weight.shape
    result = np.zeros((kernels, x.shape[1] - kh + 1, x.shape[2] - kw + 1))
    for o in range(kernels):
        for top in range(result.shape[1]):
            for left in range(result.shape[2]):
                window = x[:, top : top + kh, left : left + kw]  # (C, kh, kw)
                result[o, top, left] = np.sum(weight[o] * window) + bias[o]
    return result


def _all_maps(
    x,
    weight,
    bias,
    *,
    not_summed=False,
    first_only=False,
    averaged=False,
    bias_each=False,
    bias_forgotten=False,
):
    kernels, channels, kh, kw = weight.shape
    result = np.zeros((kernels, channels, x.shape[1] - kh + 1, x.shape[2] - kw + 1))
    for o, c, top, left in np.ndindex(result.shape):
        result[o, c, top, left] = np.sum(weight[o, c] * x[c, top : top + kh, left : left + kw])
    if averaged:
        result = result / channels
    if first_only:
        result = result[:, :1]
    if not not_summed:
        result = result.sum(axis=1)
    times = 0 if bias_forgotten else channels if bias_each else 1
    return result + times * bias.reshape(-1, *(1,) * (result.ndim - 1))


def _all_maps_cases():
    rng = np.random.default_rng(1)
    cases = []
    for channels, size, kernels, window in (
        (3, (2, 3), 2, (2, 2)),
        (3, (4, 5), 2, (2, 3)),
        (4, (5, 6), 5, (3, 2)),
        (2, (6, 4), 4, (3, 3)),
    ):
        x, weight = _whole_numbers(rng, (channels, *size)), _whole_numbers(rng, (kernels, channels, *window))
        cases.append((x, weight, np.round(rng.uniform(1, 5, kernels)) + 0.5))
    return cases


def _worked_all_maps(case, where):
    x, weight, bias = case
    if len(where) != 3:
        return ""
    o, top, left = where
    _, channels, kh, kw = weight.shape
    sums = [np.sum(weight[o, c] * x[c, top : top + kh, left : left + kw]) for c in range(channels)]
    listed = " + ".join(f"({value:g})" for value in sums)
    return (
        f"kernel {o} at ({top}, {left}): its {channels} channels give {listed}, and with the bias {bias[o]:g} that is "
        f"{sum(sums) + bias[o]:g}."
    )


ALL_MAPS = Exercise(
    id="convolution.all_maps",
    notebook=NOTEBOOK,
    title="All kernels, all channels",
    prompt="""
One picture with C channels meets O kernels, stride 1, no padding.

Write `all_maps(x, weight, bias)`: `x` has shape (C, H, W), `weight` (O, C, kh, kw), `bias` (O,). Return the O maps,
an array of shape (O, OH, OW).
""",
    starter="""
def all_maps(x, weight, bias):  # (C, H, W), (O, C, kh, kw), (O,) -> (O, OH, OW)
    ...
""",
    reference=all_maps,
    faulty=_all_maps,
    cases=_all_maps_cases,
    expects="an array of shape (O, OH, OW)",
    hints=(
        "One number of the answer comes from one kernel, `weight[o]` of shape (C, kh, kw), and one window of the same "
        "shape.",
        "`x[:, top : top + kh, left : left + kw]` is that window, through all channels at once.",
        "`result[o, top, left] = np.sum(weight[o] * window) + bias[o]` in three loops.",
    ),
    next="A kernel of 1 × 1 has one weight for each channel. What is a convolution with O such kernels, seen from a "
    "single pixel? (You have met it in notebook 04.)",
    wrong=(
        Mistake(
            name="not_summed",
            title="Close: the channels are not summed.",
            seen="Your answer has the shape {your_shape}, asked was {right_shape}.",
            why="A kernel is one neuron that reads a window through *all* channels: their sums are added up to a single "
            "number. O kernels give O maps, however many channels came in.",
        ),
        Mistake(
            name="first_only",
            title="Close: only the first channel is read.",
            seen="At {where} you gave {your_entry}, asked was {right_entry}.",
            why="A kernel has weights for each channel, and the sum runs over all of them.",
        ),
        Mistake(
            name="averaged",
            title="Close: you took the mean over the channels.",
            seen="At {where} you gave {your_entry}, asked was {right_entry}.",
            why="It is a weighted sum, as in any neuron, through all channels.",
        ),
        Mistake(
            name="bias_each",
            title="Close: the bias is added once for each channel.",
            seen="At {where} you gave {your_entry}, asked was {right_entry}.",
            why="A kernel has one bias. It is added when the channels have been summed, once.",
        ),
        Mistake(
            name="bias_forgotten",
            title="Close: the bias is missing.",
            seen="At {where} you gave {your_entry}, asked was {right_entry}.",
            why="Each kernel adds its own bias to every entry of its map.",
        ),
    ),
    numbers=lambda case, output: _entries(all_maps(*case), output),
    worked=_worked_all_maps,
)


# pool_gradient -------------------------------------------------------------------------------------------------------


def pool_gradient(dy, x):
    """Each number goes to the pixel that was the largest of its window."""
    dx = np.zeros(x.shape)
    for row in range(dy.shape[0]):
        for column in range(dy.shape[1]):
            window = x[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            i, j = np.unravel_index(window.argmax(), window.shape)
            dx[2 * row + i, 2 * column + j] = dy[row, column]
    return dx


def _pool_gradient(dy, x, *, shared=False, everyone=False, top_left=False, times_value=False):
    dx = np.zeros(x.shape)
    for row, column in np.ndindex(dy.shape):
        window = x[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        i, j = (0, 0) if top_left else np.unravel_index(window.argmax(), window.shape)
        given = dy[row, column] * (window.max() if times_value else 1)
        if everyone or shared:
            dx[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = given / (4 if shared else 1)
        else:
            dx[2 * row + i, 2 * column + j] = given
    return dx


def _pool_gradient_cases():
    rng = np.random.default_rng(2)
    cases = []
    for rows, columns in ((1, 2), (2, 3), (3, 2), (4, 5)):
        x = rng.permutation(4 * rows * columns).reshape(2 * rows, 2 * columns) - rows * columns + 0.5
        cases.append((np.round(rng.normal(0, 3, (rows, columns)), 1) + 0.05, x))
    return cases


POOL_GRADIENT = Exercise(
    id="convolution.pool_gradient",
    notebook=NOTEBOOK,
    title="Back through a max pooling",
    prompt="""
A max pooling kept the largest number of every 2 × 2 window, side by side. On the way back it is told, for each number
that it kept, how the loss depends on it.

Write `pool_gradient(dy, x)`: `x` of shape (2R, 2S) is what went in, `dy` of shape (R, S) the gradient of the loss with
respect to what came out. Return the gradient with respect to `x`, of the shape of `x`. (No window here has two largest
numbers.)
""",
    starter="""
def pool_gradient(dy, x):  # (R, S), (2R, 2S) -> (2R, 2S)
    ...
""",
    reference=pool_gradient,
    faulty=_pool_gradient,
    cases=_pool_gradient_cases,
    expects="an array of the shape of x",
    numbers=lambda case, output: _entries(pool_gradient(*case), output),
    hints=(
        "Nudge a pixel that is not the largest of its window, by a hair. Does what came out change? So what is its "
        "gradient?",
        "Nudge the largest: what came out moves by as much. So it takes over the entry of dy as it is.",
        "`i, j = np.unravel_index(window.argmax(), window.shape)` says where in the window the largest stands.",
    ),
    next="What would you change for windows that overlap? (One sign in one line.)",
    wrong=(
        Mistake(
            name="shared",
            title="Close: you share it out equally.",
            seen="At pixel {where} you gave {your_entry}, asked was {right_entry}.",
            why="That is the way back of *average* pooling, where each of four pixels counts a quarter. Of a maximum "
            "only the largest has a say.",
        ),
        Mistake(
            name="everyone",
            title="Close: every pixel of the window gets all of it.",
            seen="At pixel {where} you gave {your_entry}, asked was {right_entry}.",
            why="Nudge a pixel that is not the largest, and the maximum stays as it is: its gradient is 0.",
        ),
        Mistake(
            name="top_left",
            title="Close: it always goes to the same corner.",
            seen="At pixel {where} you gave {your_entry}, asked was {right_entry}.",
            why="It goes where the maximum came from, and that is another place in each window. So x is needed to find "
            "it.",
        ),
        Mistake(
            name="times_value",
            title="Close: multiplied by the number itself.",
            seen="At pixel {where} you gave {your_entry}, asked was {right_entry}.",
            why="The maximum moves by as much as its largest pixel does: the slope is 1, whatever the pixel's value.",
        ),
    ),
)


# gradients -----------------------------------------------------------------------------------------------------------


def gradients(dy, x, weight, stride):
    """Forward read upwards: whatever was multiplied gets the other factor, and everything adds up."""
    dx, dweight = np.zeros(x.shape), np.zeros(weight.shape)
    for place in range(len(dy)):
        for i in range(len(weight)):
            dx[place * stride + i] += dy[place] * weight[i]
            dweight[i] += dy[place] * x[place * stride + i]
    return dx, dweight


def _gradients(
    dy,
    x,
    weight,
    stride,
    *,
    overwritten=False,
    pixels_overwritten=False,
    stride_forgotten=False,
    flipped=False,
    averaged=False,
):
    dx, dweight = np.zeros(x.shape), np.zeros(weight.shape)
    step = 1 if stride_forgotten else stride
    for place, i in np.ndindex(len(dy), len(weight)):
        pixel, tap = place * step + i, -1 - i if flipped else i
        if overwritten or pixels_overwritten:
            dx[pixel] = 0
        if overwritten:
            dweight[i] = 0
        dx[pixel] += dy[place] * weight[tap]
        dweight[i] += dy[place] * x[pixel]
    return dx, dweight / len(dy) if averaged else dweight


def _gradients_cases():
    rng = np.random.default_rng(3)
    cases = []
    for length, taps, stride in ((5, 2, 1), (9, 3, 2), (8, 4, 1), (12, 4, 3), (11, 5, 2)):
        places = (length - taps) // stride + 1
        dy, x, weight = (np.round(rng.normal(0, 2, size), 1) + 0.05 for size in (places, length, taps))
        cases.append((dy, x, weight, stride))
    return cases


GRADIENTS = Exercise(
    id="convolution.gradients",
    notebook=NOTEBOOK,
    title="Backward, in one dimension",
    prompt="""
In one dimension a picture is a row: `x` has shape (L,), the kernel `weight` (k,), and with the stride s the map is
y[p] = weight[0] · x[p s] + weight[1] · x[p s + 1] + … + weight[k − 1] · x[p s + k − 1].

Write `gradients(dy, x, weight, stride)`: `dy`, of the shape (P,) of the map, is the gradient of the loss with respect
to it, and `stride` a whole number. Return the pair `dx, dweight`, of shapes (L,) and (k,). Two loops do.
""",
    starter="""
def gradients(dy, x, weight, stride):  # (P,), (L,), (k,), a whole number -> (L,), (k,)
    ...
""",
    reference=gradients,
    faulty=_gradients,
    cases=_gradients_cases,
    returns=("dx", "dweight"),
    expects="a pair: dx of shape (L,), dweight of shape (k,)",
    hints=(
        "Write the forward pass as two loops with one line inside: `y[p] += weight[i] * x[p * stride + i]`. Every such "
        "line is one product.",
        "In a product each factor's gradient is the other factor, times what comes from above: dy[p].",
        "Inside the same two loops: `dx[p * stride + i] += dy[p] * weight[i]` and `dweight[i] += dy[p] * x[p * "
        "stride + i]`.",
    ),
    next="Write dx for stride 1 as a convolution: of dy, with zeros around it, by the kernel read backwards. How many "
    "zeros?",
    wrong=(
        Mistake(
            name="overwritten",
            title="Close: = where += belongs.",
            seen="Your dx is {your_dx}, asked was {right_dx}; your dweight {your_dweight}, asked was {right_dweight}.",
            why="Windows overlap, so a pixel gets something from each of them, and a weight from every place. The last "
            "one must not wipe out the others (notebook 09, once more).",
        ),
        Mistake(
            name="pixels_overwritten",
            title="Close: in dx there is = where += belongs.",
            seen="Your dx is {your_dx}, asked was {right_dx}.",
            why="Windows overlap, so most pixels get something from several of them. The last one must not wipe out the "
            "others.",
        ),
        Mistake(
            name="stride_forgotten",
            title="Close: the stride is missing on the way back.",
            seen="With stride {stride} your dx is {your_dx}, asked was {right_dx}.",
            why="Place p looked at the pixels from p · stride on, so it is these that it gives back to.",
        ),
        Mistake(
            name="flipped",
            title="Close: dx with the kernel turned round.",
            seen="Your dx is {your_dx}, asked was {right_dx}.",
            why="Weight i has met pixel p · stride + i, and brings its share back to that pixel. A turned kernel comes "
            "in when dx is written as a *sliding* of the kernel over dy; in these loops nothing is turned.",
        ),
        Mistake(
            name="averaged",
            title="Close: dweight is divided by the number of places.",
            seen="Your dweight is {your_dweight}, asked was {right_dweight}.",
            why="A shared weight collects from every place that used it: a sum. (If the loss is a mean, its division "
            "is in dy already.)",
        ),
    ),
)


# make_finder ---------------------------------------------------------------------------------------------------------


def make_finder():
    """Ink wanted along two sides, and no ink wanted elsewhere."""
    return np.array([[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [1.0, -1.0, -1.0]])


CORNER = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
SHAPES = {
    "the corner": CORNER,
    "the opposite corner": CORNER[::-1, ::-1],
    "a mirrored corner": CORNER[:, ::-1],
    "another mirrored corner": CORNER[::-1],
    "a block": np.ones((3, 3)),
    "a ring": np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]]),
    "a cross": np.array([[0.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0]]),
    "a bar": np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]),
    "a post": np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]),
}


@functools.cache
def _puzzles():
    """100 pictures (100, 18, 18), each with all nine shapes, and where their middles are (100, 9, 2)."""
    rng = np.random.default_rng(4)
    pictures, middles = rng.normal(0, 0.05, (100, 18, 18)), np.zeros((100, 9, 2), int)
    for n in range(100):
        for shape, cell in enumerate(rng.permutation(9)):
            top, left = np.array(divmod(cell, 3)) * 6 + rng.integers(1, 3, 2)
            pictures[n, top : top + 3, left : left + 3] += list(SHAPES.values())[shape]
            middles[n, shape] = top + 1, left + 1
    return pictures, middles


def _peaks(kernel):
    """For each picture the shape at whose middle the map is largest, 9 where it is none's."""
    pictures, middles = _puzzles()
    view = np.lib.stride_tricks.sliding_window_view(pictures, kernel.shape, axis=(1, 2))
    maps = np.einsum("nhwij,ij->nhw", view, kernel)
    half = len(kernel) // 2
    rows, columns = np.divmod(maps.reshape(100, -1).argmax(axis=1), maps.shape[2])
    hit = (middles == np.stack([rows, columns], axis=1)[:, None] + half).all(axis=2)  # (100, 9)
    return np.where(hit.any(axis=1), hit.argmax(axis=1), 9)


def _judge_finder(output):
    kernel = np.asarray(output, dtype=float)
    if kernel.ndim != 2:
        raise ValueError
    if kernel.shape not in ((3, 3), (5, 5)):
        return Finding(f"Asked was a kernel of shape (3, 3) or (5, 5); yours has the shape {kernel.shape}.")
    if not np.isfinite(kernel).all():
        return Finding("Some of your numbers are NaN or infinite.")
    peaks = _peaks(kernel)
    found = int(np.sum(peaks == 0))
    if found == 100:
        return None
    counts = np.bincount(peaks[peaks > 0], minlength=10)
    most = int(counts.argmax())
    instead = [*SHAPES, "no shape's middle"][most]
    seen = (
        f"In {found} of 100 pictures your map is largest at the corner's middle. Where it is not, it is largest at "
        f"{instead} most often, {counts[most]} times."
    )
    if np.mean(_peaks(-kernel) == 0) == 1:
        return Finding(seen, "negated")
    if (kernel >= 0).all():
        return Finding(seen, "no_negatives")
    if counts[1] == 100:
        return Finding(seen, "flipped")
    if counts[2] + counts[3] == 100:
        return Finding(seen, "mirrored")
    return Finding(seen)


MAKE_FINDER = Exercise(
    id="convolution.make_finder",
    notebook=NOTEBOOK,
    title="Make: a kernel that finds corners",
    prompt="""
An open task. Pictures of 18 × 18 pixels hold nine shapes each, drawn with ink of about 1 on ground of about 0: a block
of 3 × 3, a ring, a cross, a bar, a post, and the four corners. One of these is the *upper left* corner:

> 1 1 1 \\
> 1 0 0 \\
> 1 0 0

Write `make_finder()`, which takes nothing and returns a kernel by hand, of shape (3, 3) or (5, 5). It will be slid over
100 such pictures, stride 1, no padding. In every one the largest number of the map must stand where the window lies
with its middle on the middle of the upper left corner's 3 × 3 pixels.
""",
    starter="""
def make_finder():  # -> (3, 3) or (5, 5)
    kernel = ...
    return kernel
""",
    reference=make_finder,
    cases=lambda: [()],
    judge=_judge_finder,
    expects="an array of shape (3, 3) or (5, 5)",
    hints=(
        "Write the shape itself as a kernel, and compute by hand what it answers to the shape, and to a full block.",
        "The block has ink where the shape has it, and more. What must a weight be where ink would speak *against* the "
        "shape?",
        "Positive where the corner has ink, negative where it has none.",
    ),
    next="Find a kernel that answers to the block, and to nothing else. And one for *all four* corners: does a single "
    "kernel do, or is it a matter for several, with a ReLU and another layer?",
    wrong=(
        Mistake(
            name="no_negatives",
            title="Close: the block likes your kernel too.",
            why="With no negative weight, more ink can never do harm: a full block answers at least as loudly as any "
            "shape within it. A kernel must also say what it does *not* want to see.",
            version=lambda: CORNER.copy(),
        ),
        Mistake(
            name="flipped",
            title="Close: that is the opposite corner.",
            why="Your kernel is upside down and left is right. A network's convolution does not flip it: kernel[0, 0] "
            "meets the upper left pixel of the window, so the kernel looks like what it seeks.",
            version=lambda: make_finder()[::-1, ::-1],
        ),
        Mistake(
            name="mirrored",
            title="Close: that is a corner, and another one.",
            why="Rows go from top to bottom and columns from left to right, in the kernel as in the picture. Upper left "
            "means ink in the first row and in the first column.",
            version=lambda: make_finder()[:, ::-1],
        ),
        Mistake(
            name="negated",
            title="Close: every sign is turned.",
            why="At the corner your map is at its *smallest*. Ink that is wanted needs a positive weight.",
            version=lambda: -make_finder(),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="convolution.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of layers, of their way back, and of optimisers?",
    kind="quiz",
    questions=(
        Question(
            "Notebook 04: pictures of 28 × 28 pixels go into a fully connected layer of 1,000 units. How many weights "
            "does it have?",
            (
                Option("1,784.", "That is pixels *plus* units. Each unit has a weight for each pixel."),
                Option(
                    "784,000.",
                    "784 for each of 1,000 units; with the biases it is 785,000 numbers.",
                    True,
                ),
                Option(
                    "1,000.",
                    "Those are the biases. A unit has a weight for every pixel that it reads.",
                ),
                Option(
                    "28,000.",
                    "28 is the width alone. A unit reads all 28 · 28 pixels.",
                ),
            ),
        ),
        Question(
            "Notebook 07: a layer computes Y = XW + b, and the gradient dY comes from above. What is dX?",
            (
                Option(
                    "Xᵀ dY",
                    "That has the shape of W, and is dW: the weights see dY through the inputs.",
                ),
                Option(
                    "The sum of dY over its rows.",
                    "That is the gradient of the bias, which was added to every row.",
                ),
                Option(
                    "dY W",
                    "The shapes refuse, (N, M) @ (D, M), unless D = M; and then the numbers are wrong. The way back "
                    "needs the transpose.",
                ),
                Option("dY Wᵀ", "The inputs see dY through the weights, (N, M) @ (M, D).", True),
            ),
        ),
        Question(
            "Notebook 12: what does Adam do that plain gradient descent does not?",
            (
                Option(
                    "It gives each parameter a step size of its own, from its recent gradients.",
                    "And it smooths the gradients. That is why you meet it below without a search for the rate.",
                    True,
                ),
                Option(
                    "It computes the gradients more exactly.",
                    "The gradients are those of back-propagation in both. Adam only decides what to do with them.",
                ),
                Option(
                    "It finds the lowest minimum there is.",
                    "No optimiser promises that. Adam takes other steps; where they lead is another matter.",
                ),
                Option(
                    "It needs no learning rate.",
                    "It has one, 0.001 unless you say otherwise. It is less touchy about it.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="convolution.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“A convolutional layer can compute things that no fully connected layer can.”",
            (
                Option(
                    "True: it looks at neighbourhoods, and a fully connected layer cannot.",
                    "A fully connected layer looks at everything, and may ignore most of it: with weights of 0. Section 4 "
                    "writes the convolution as such a layer, and the answers agree.",
                ),
                Option(
                    "True, as soon as there is more than one channel.",
                    "More channels make a larger matrix, and no other kind of thing. Section 4 writes the convolution as "
                    "a fully connected layer, and the answers agree.",
                ),
                Option(
                    "False: it is a fully connected layer, with most weights 0 and the others shared.",
                    "Section 4 builds that layer, and the answers agree. A convolution can do *less*, and that is its "
                    "strength.",
                    True,
                ),
                Option(
                    "False: both can compute exactly the same things.",
                    "One direction holds. The other does not: in section 4 a layer of 2,304 free weights is to be made "
                    "from 9.",
                ),
            ),
        ),
    ),
)

SHUFFLED = Quiz(
    id="convolution.predict_shuffled",
    notebook=NOTEBOOK,
    title="Predict: shuffled pixels",
    kind="predict",
    questions=(
        Question(
            "Before training, the 64 pixels of each digit are shuffled, all pictures in the same way. To you they are "
            "noise. A fully connected 64-64-10 is trained on them, and tested on shuffled test pictures. Of these it "
            "reads …",
            (
                Option(
                    "about one in ten: it guesses.",
                    "Nothing has been taken away: each pixel stands in the same new place in every picture. The network "
                    "learns which weights belong there.",
                ),
                Option(
                    "clearly fewer than of the pictures as they were.",
                    "That would mean that it had made use of what lies beside what. It has never known: its inputs are a "
                    "list.",
                ),
                Option(
                    "as many as of the pictures as they were, give or take a few.",
                    "Renumber the inputs, and the rows of W₁ are renumbered with them. Everything else is as before.",
                    True,
                ),
                Option(
                    "more: shuffling prevents overfitting.",
                    "One fixed shuffle is only another order. It makes nothing harder to learn by heart.",
                ),
            ),
        ),
    ),
)

SIZE = Quiz(
    id="convolution.predict_size",
    notebook=NOTEBOOK,
    title="Predict: the size of the map",
    kind="predict",
    questions=(
        Question(
            "A picture of 28 × 28 pixels, a kernel of 5 × 5. The window moves by 2 pixels at a time, and must stay "
            "inside. The map is …",
            (
                Option("11 × 11.", "(28 − 5) / 2 is 11 and a half: you have counted the steps. The window stood somewhere "
                       "before the first one."),
                Option("12 × 12.", "It starts at 0, 2, 4, … 22: twelve places. Starting at 24 it would stick out.", True),
                Option("13 × 13.", "The thirteenth window would start at 24 and need the pixels 24 to 28. The last one "
                       "there is has number 27."),
                Option("14 × 14.", "Half of 28, as if a window were one pixel wide. The last ones would stick out."),
                Option("24 × 24.", "That is with steps of one pixel: 28 − 5 + 1."),
            ),
        ),
    ),
)  # fmt: skip

CHANNELS = Quiz(
    id="convolution.predict_channels",
    notebook=NOTEBOOK,
    title="Predict: how many maps?",
    kind="predict",
    questions=(
        Question(
            "A colour picture is three grey ones: red, green and blue. A convolutional layer with 16 kernels reads it. "
            "How many maps come out?",
            (
                Option(
                    "48: each kernel makes a map of each colour.",
                    "Each kernel has weights of its own for each colour, and their three sums are added up to one "
                    "number.",
                ),
                Option(
                    "3: as many as came in.",
                    "What comes out is counted in kernels. There may be more or fewer of them than colours.",
                ),
                Option(
                    "19: the 16 maps and the three colours.",
                    "The colours have been read, and are gone. What comes out are the kernels' answers.",
                ),
                Option("16: one for each kernel.", "Each of them reads all three colours.", True),
            ),
        ),
    ),
)

SPEED = Quiz(
    id="convolution.predict_speed",
    notebook=NOTEBOOK,
    title="Predict: how much faster?",
    kind="predict",
    questions=(
        Question(
            "The seven loops multiply 172,800 times for this batch. The matrix product multiplies exactly as often, and "
            "has to copy the windows into columns besides. How much faster is it?",
            (
                Option(
                    "Not at all: it does the same work and more.",
                    "It does more work, and still needs a small fraction of the time. The loops spend theirs on other "
                    "things than multiplying.",
                ),
                Option(
                    "About 3 times.",
                    "That is about what a cleverer loop brings in a language that is compiled. Python pays for every "
                    "single step of a loop far more than for its multiplication.",
                ),
                Option(
                    "About 20 times.",
                    "A good guess for one thing: NumPy instead of loops for an easy operation. A matrix product does "
                    "better, because it uses each number many times while it has it at hand.",
                ),
                Option(
                    "More than 100 times.",
                    "Per multiplication Python spends tens or hundreds of nanoseconds on looking up, checking and "
                    "counting. The product does several multiplications in one nanosecond.",
                    True,
                ),
            ),
        ),
    ),
)

CORNER_PIXEL = Quiz(
    id="convolution.predict_corner",
    notebook=NOTEBOOK,
    title="Predict: who listens to a corner?",
    kind="predict",
    questions=(
        Question(
            "A picture of 8 × 8, a kernel of 3 × 3, no padding: a map of 36 numbers. On how many of them does the pixel "
            "in the corner have an influence, and on how many a pixel in the middle?",
            (
                Option("1 and 9.", "The corner lies in one window only, the middle in every window that starts at most two "
                       "pixels above it and left of it.", True),
                Option("9 and 9.", "Nine is right for the middle. Near the edge most of those windows would stick out."),
                Option("3 and 9.", "Three is the number for a pixel on the edge, away from the corners."),
                Option("36 and 36.", "That is a fully connected layer, in which everybody hears everybody."),
                Option("1 and 4.", "Four would be right for a kernel of 2 × 2."),
            ),
        ),
    ),
)  # fmt: skip

LAYOUT = Quiz(
    id="convolution.predict_layout",
    notebook=NOTEBOOK,
    title="Predict: only the order",
    kind="predict",
    questions=(
        Question(
            "Two arrays hold the same 64 pictures. In one, the pixels of a picture lie side by side in memory, picture "
            "after picture. In the other, the 64 pictures' first pixels lie side by side, then their second pixels … "
            "Copying all windows of 5 × 5 out of the second takes …",
            (
                Option(
                    "as long: the same numbers are copied.",
                    "As many, yes. What differs is how they can be fetched: in many short runs or in few long ones.",
                ),
                Option(
                    "longer: the pixels of a picture are scattered.",
                    "They are, and nobody minds, because what is fetched at once is one pixel of *all* pictures.",
                ),
                Option(
                    "less: the copies are longer runs of memory.",
                    "A row of one picture's window is 24 numbers. A row of 64 pictures' windows is 24 · 64, in one "
                    "piece.",
                    True,
                ),
            ),
        ),
    ),
)

EXERCISES = (SIZES, CONVOLVE, ALL_MAPS, POOL_GRADIENT, GRADIENTS, MAKE_FINDER)
QUIZZES = (WARMUP, IS_THIS_TRUE, SHUFFLED, SIZE, CHANNELS, SPEED, CORNER_PIXEL, LAYOUT)
