"""Exercises, questions and predictions of notebook 22_gates."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from nnbook.activations import sigmoid
from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.showing import show

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "22_gates"


# lstm_step -----------------------------------------------------------------------------------------------------------


def lstm_step(x, h, c, W, U, b):
    """One step of an LSTM: (N, D), (N, H), (N, H), (D, 4H), (H, 4H), (4H,) -> h, c, both (N, H)."""
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, g, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
    c = f * c + i * g
    return o * np.tanh(c), c


def _lstm_step(
    x,
    h,
    c,
    W,
    U,
    b,
    *,
    exchanged=False,
    squeezed=False,
    never_forgets=False,
    old_cell=False,
    not_bent=False,
):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
    if exchanged:
        i, f = f, i
    i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
    g = sigmoid(g) if squeezed else np.tanh(g)
    new = (1 if never_forgets else f) * c + i * g
    shown = c if old_cell else new
    return o * (shown if not_bent else np.tanh(shown)), new


def _lstm_step_cases():
    rng = np.random.default_rng(0)
    return [
        (
            rng.standard_normal((n, d)),
            rng.uniform(-0.9, 0.9, (n, hidden)),
            rng.uniform(-2, 2, (n, hidden)),
            rng.uniform(-1, 1, (d, 4 * hidden)),
            rng.uniform(-1, 1, (hidden, 4 * hidden)),
            rng.uniform(-1, 1, 4 * hidden),
        )
        for n, d, hidden in ((1, 2, 1), (2, 3, 2), (4, 2, 3))
    ]


def _worked_lstm(case, where):
    x, h, c, W, U, b = case
    i, f, g, o = np.split(x[0] @ W + h[0] @ U + b, 4)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    new = f * c[0] + i * g
    return (
        f"for example 0, i is {show(i)}, f {show(f)}, g {show(g)} and o {show(o)}. The cell held {show(c[0])}; now it "
        f"holds f c + i g = {show(new)}, and h is o times tanh of that, {show(o * np.tanh(new))}."
    )


LSTM_STEP = Exercise(
    id="gates.lstm_step",
    notebook=NOTEBOOK,
    title="One step of an LSTM",
    prompt="""
For a whole batch: `x` (N, D) is what is read, `h` and `c`, both (N, H), are what the layer said a step ago and what its
cells hold. The weights of all four parts stand side by side, in the order i, f, g, o: `W` (D, 4H), `U` (H, 4H), `b` (4H,).
The gates i, f, o go through a sigmoid, the proposal g through tanh, and then

> c ← f c + i g, and after it h ← o tanh(c)

Write `lstm_step(x, h, c, W, U, b)` and return the new h and the new c, in this order, both (N, H).
""",
    starter="""
def lstm_step(x, h, c, W, U, b):  # (N, D), (N, H), (N, H), (D, 4H), (H, 4H), (4H,) -> h, c, both (N, H)
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)  # four parts of (N, H), not yet bent
    ...
""",
    reference=lstm_step,
    faulty=_lstm_step,
    cases=_lstm_step_cases,
    returns=("h", "c"),
    expects="two arrays: h and c",
    hints=(
        "First bend the four parts: three of them by 1 / (1 + np.exp(-z)), one by np.tanh. Then make the new c of the old "
        "one, and h of the new c.",
        "`c = f * c + i * g`, entry by entry: no matrix product here. Then `return o * np.tanh(c), c`.",
    ),
    next="What do h and c become if f is 1 and i is 0? And what does h become if o is 0?",
    wrong=(
        Mistake(
            name="exchanged",
            title="Close: i and f have changed places.",
            seen="Your c is {your_c}, asked was {right_c}.",
            why="The order is i, f, g, o. The second part, f, multiplies what the cell holds; the first, i, multiplies what "
            "is proposed. They have the same shape, so nothing complains.",
        ),
        Mistake(
            name="squeezed",
            title="Close: the proposal has been made a gate.",
            seen="Your c is {your_c}, asked was {right_c}.",
            why="g is no gate: it is *what* may be written, and goes through tanh, so that it can be negative. With a "
            "sigmoid a cell could be raised and never lowered.",
        ),
        Mistake(
            name="never_forgets",
            title="Close: the forget gate has not been asked.",
            seen="Your c is {your_c}, asked was {right_c}.",
            why="Yours is c + i g, which is the LSTM of 1997. The cell keeps everything for ever; the forget gate f came "
            "three years later: f c + i g.",
        ),
        Mistake(
            name="old_cell",
            title="Close: what is shown is a step old.",
            seen="Your h is {your_h}, asked was {right_h}.",
            why="h shows the *new* cell: first c, then h. Yours shows what the cell held before this step.",
        ),
        Mistake(
            name="not_bent",
            title="Close: the cell is shown without tanh.",
            seen="Your h is {your_h}, asked was {right_h}.",
            why="c may grow with each thing that is added. Before the layer says it, tanh brings it between −1 and 1: h is "
            "o tanh(c).",
        ),
    ),
    worked=_worked_lstm,
)


# kept ----------------------------------------------------------------------------------------------------------------


def kept(f):
    """What is left at the end of what each step has written: (T, H) -> (T, H)."""
    left = [np.ones(f.shape[1])]
    for gate in f[:0:-1]:
        left.append(left[-1] * gate)
    return np.array(left[::-1])


def _kept(f, *, own_gate=False, from_start=False, other_way=False, averaged=False):
    gate = 1 - f if other_way else f
    steps = len(f)
    rows = []
    for t in range(steps):
        if from_start:
            met = gate[: t + own_gate]
        else:
            met = gate[t + (not own_gate) :]
        if averaged:
            rows.append(met.mean(axis=0) if len(met) else np.ones(f.shape[1]))
        else:
            rows.append(np.prod(met, axis=0))
    return np.array(rows)


def _kept_cases():
    rng = np.random.default_rng(1)
    return [
        (np.array([[0.5, 0.9], [0.1, 0.8], [0.25, 0.7]]),),
        (rng.uniform(0.05, 0.95, (5, 3)),),
        (rng.uniform(0.3, 0.95, (4, 1)),),
    ]


def _worked_kept(case, where):
    (f,) = case
    return (
        f"what the last step wrote is there whole: {show(np.ones(f.shape[1]))}. What the step before it wrote has met one "
        f"forget gate since, that of the last step, {show(f[-1])}. The one before that has met two: {show(f[-1] * f[-2])}."
    )


KEPT = Exercise(
    id="gates.kept",
    notebook=NOTEBOOK,
    title="What is left of it at the end?",
    prompt="""
Each step multiplies what a cell holds by its forget gate, and only then adds something: c ← f c + i g. So what was
written early has met many gates by the end.

Write `kept(f)`: `f` holds the forget gates of one sequence, (T, H), row t for step t. Return an array of the same shape:
in row t the share of what step t *wrote* that is still there after the last step. The last row is 1: nothing has
happened to it since.
""",
    starter="""
def kept(f):  # (T, H) -> (T, H)
    ...
""",
    reference=kept,
    faulty=_kept,
    cases=_kept_cases,
    hints=(
        "Begin at the end, with a row of ones, and go back. Which gate does a thing meet that was written a step earlier?",
        "`share = np.ones(H)` belongs to row T − 1. Row T − 2 is that times `f[T - 1]`, row T − 3 that times `f[T - 2]`, "
        "and so on. The gate of step 0 is not needed at all.",
    ),
    next="Which share is left after fifty steps if every gate is 0.5? And 0.99? What gate leaves half?",
    wrong=(
        Mistake(
            name="own_gate",
            title="Close: one gate too many.",
            seen="You gave {yours}, asked was {right}.",
            why="Step t multiplies by its forget gate *before* it writes. What it writes meets the gates of the later steps "
            "only.",
        ),
        Mistake(
            name="from_start",
            title="Close: you counted from the wrong end.",
            seen="You gave {yours}, asked was {right}.",
            why="Asked is what has happened to it *since*: the gates of the later steps. The gates of earlier steps were "
            "over before it was written.",
        ),
        Mistake(
            name="other_way",
            title="Close: the gate is read the wrong way round.",
            seen="You gave {yours}, asked was {right}.",
            why="The name misleads many people. A *forget* gate of 1 keeps everything and one of 0 forgets: c is multiplied "
            "by f, not by 1 − f.",
        ),
        Mistake(
            name="averaged",
            title="Close: the gates are averaged.",
            seen="You gave {yours}, asked was {right}.",
            why="At each gate a share of *what is left* goes on. Shares of shares are multiplied.",
        ),
    ),
    worked=_worked_kept,
)


# gru_step ------------------------------------------------------------------------------------------------------------


def gru_step(x, h, W, U, b, b_h):
    """One step of a GRU: (N, D), (N, H), (D, 3H), (H, 3H), (3H,), (3H,) -> (N, H)."""
    x_r, x_z, x_n = np.split(x @ W + b, 3, axis=1)
    h_r, h_z, h_n = np.split(h @ U + b_h, 3, axis=1)
    r, z = 1 / (1 + np.exp(-x_r - h_r)), 1 / (1 + np.exp(-x_z - h_z))
    n = np.tanh(x_n + r * h_n)
    return z * h + (1 - z) * n


def _gru_step(
    x, h, W, U, b, b_h, *, z_turned=False, other_order=False, reset_before=False, bias_outside=False
):
    hidden = h.shape[1]
    x_r, x_z, x_n = np.split(x @ W + b, 3, axis=1)
    h_r, h_z, h_n = np.split(h @ U, 3, axis=1)
    b_r, b_z, b_n = np.split(b_h, 3)
    r, z = sigmoid(x_r + h_r + b_r), sigmoid(x_z + h_z + b_z)
    if other_order:
        r, z = z, r
    seen = (r * h) @ U[:, 2 * hidden :] if reset_before else r * h_n
    n = np.tanh(x_n + seen + (b_n if bias_outside else r * b_n))
    return z * n + (1 - z) * h if z_turned else z * h + (1 - z) * n


def _gru_step_cases():
    rng = np.random.default_rng(2)
    return [
        (
            rng.standard_normal((n, d)),
            rng.uniform(-0.9, 0.9, (n, hidden)),
            rng.uniform(-1, 1, (d, 3 * hidden)),
            rng.uniform(-2, 2, (hidden, 3 * hidden)),
            rng.uniform(-1, 1, 3 * hidden),
            rng.uniform(-1, 1, 3 * hidden),
        )
        for n, d, hidden in ((1, 2, 2), (2, 3, 3), (4, 2, 5))
    ]


def _worked_gru(case, where):
    x, h, W, U, b, b_h = case
    x_r, x_z, x_n = np.split(x[0] @ W + b, 3)
    h_r, h_z, h_n = np.split(h[0] @ U + b_h, 3)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    return (
        f"for example 0, r is {show(r)} and z is {show(z)}. The proposal n is {show(n)}, the old state {show(h[0])}, and "
        f"z h + (1 − z) n is {show(z * h[0] + (1 - z) * n)}."
    )


GRU_STEP = Exercise(
    id="gates.gru_step",
    notebook=NOTEBOOK,
    title="One step of a GRU",
    prompt="""
For a whole batch: `x` (N, D) is what is read, `h` (N, H) the state a step ago. The weights stand side by side in the order
r, z, n: `W` (D, 3H), `U` (H, 3H), and two biases, `b` for the input's part and `b_h` for the state's part, both (3H,).
Write x_r, x_z, x_n for the three parts of x W + b, and h_r, h_z, h_n for those of h U + b_h. Then

> r = σ(x_r + h_r), z = σ(x_z + h_z), n = tanh(x_n + r h_n), and h ← z h + (1 − z) n

with all products entry by entry. Write `gru_step(x, h, W, U, b, b_h)` and return the new h, (N, H).
""",
    starter="""
def gru_step(x, h, W, U, b, b_h):  # (N, D), (N, H), (D, 3H), (H, 3H), (3H,), (3H,) -> (N, H)
    ...
""",
    reference=gru_step,
    faulty=_gru_step,
    cases=_gru_step_cases,
    hints=(
        "Two products, each split in three: `np.split(x @ W + b, 3, axis=1)`, and the same with h, U and b_h. Keep the two "
        "kinds of parts apart, because n needs r between them.",
        "`n = np.tanh(x_n + r * h_n)`, where h_n holds its share of b_h already. Then `z * h + (1 - z) * n`.",
    ),
    next="Set b so that z is nearly 1. How does the state change now, whatever is read?",
    wrong=(
        Mistake(
            name="z_turned",
            title="Close: z is read the other way round.",
            seen="You gave {yours}, asked was {right}.",
            why="Here z says how much *stays*: z h + (1 − z) n, as in PyTorch and Keras. Some papers write z for what is "
            "replaced; both work, but not with each other's weights.",
        ),
        Mistake(
            name="other_order",
            title="Close: r and z have changed places.",
            seen="You gave {yours}, asked was {right}.",
            why="The order is r, z, n. (Keras stores z first: whoever copies weights from there has to move them.)",
        ),
        Mistake(
            name="reset_before",
            title="Close: r comes a product too early.",
            seen="You gave {yours}, asked was {right}.",
            why="You gave U the state after r has been applied: (r h) U. That is the GRU as first published. Here and in "
            "PyTorch r multiplies what comes *out* of U.",
        ),
        Mistake(
            name="bias_outside",
            title="Close: r has not met the state's bias.",
            seen="You gave {yours}, asked was {right}.",
            why="The third part of b_h belongs to h U, so r multiplies it too: r (h U + b_h). If it stood outside, one bias "
            "would do.",
        ),
    ),
    worked=_worked_gru,
)


# last_states ---------------------------------------------------------------------------------------------------------


def last_states(x, size, W, U, b):
    """The last state of each of N rows, read in batches: (N, T, D), a number, (D, H), (H, H), (H,) -> (N, H)."""
    states = []
    for start in range(0, len(x), size):
        rows = x[start : start + size]
        h = np.zeros((len(rows), len(b)))
        for t in range(x.shape[1]):
            h = np.tanh(rows[:, t] @ W + h @ U + b)
        states.append(h)
    return np.concatenate(states)


def _last_states(
    x, size, W, U, b, *, state_kept=False, rest_dropped=False, no_loop=False, one_short=False, listed=False
):
    states = []
    h = np.zeros((size, len(b)))
    for start in range(0, len(x), size):
        rows = x[start : start + size]
        if rest_dropped and len(rows) < size:
            break
        h = h[: len(rows)] if state_kept else np.zeros((len(rows), len(b)))
        for t in range(x.shape[1] - one_short):
            h = np.tanh(rows[:, t] @ W + (0 * h if no_loop else h) @ U + b)
        states.append(h)
    return states if listed else np.concatenate(states)


def _last_states_cases():
    rng = np.random.default_rng(3)
    return [
        (
            rng.standard_normal((n, steps, d)),
            size,
            rng.uniform(-1, 1, (d, hidden)),
            rng.uniform(-1, 1, (hidden, hidden)),
            rng.uniform(-0.5, 0.5, hidden),
        )
        for n, steps, d, hidden, size in ((3, 2, 1, 2, 2), (5, 3, 2, 3, 2), (7, 4, 2, 1, 3))
    ]


def _worked_states(case, where):
    x, size, W, U, b = case
    first = last_states(x[size : size + 1], 1, W, U, b)[0]
    return (
        f"row {size} is the first of the second batch. It begins with a state of zeros, as row 0 did, and after its "
        f"{x.shape[1]} steps the state is {show(first)}."
    )


LAST_STATES = Exercise(
    id="gates.last_states",
    notebook=NOTEBOOK,
    title="One batch after the other",
    prompt="""
N rows that have nothing to do with each other, `x` of shape (N, T, D), are too many to be read at once. So they are read in
batches of `size` rows; the last batch may be smaller. The layer is a tanh RNN, h ← tanh(x W + h U + b), with `W` (D, H),
`U` (H, H), `b` (H,).

Write `last_states(x, size, W, U, b)`: return the state of each row after *its* last step, (N, H), in the order of the rows.
""",
    starter="""
def last_states(x, size, W, U, b):  # (N, T, D), a number, (D, H), (H, H), (H,) -> (N, H)
    states = []
    for start in range(0, len(x), size):
        rows = x[start : start + size]  # (size, T, D), or fewer rows at the end
        ...
""",
    reference=last_states,
    faulty=_last_states,
    cases=_last_states_cases,
    hints=(
        "With which state does a row begin? Does it matter which rows were read before it?",
        "In the loop over batches: `h = np.zeros((len(rows), len(b)))`, then the T steps, then `states.append(h)`. At the "
        "end `np.concatenate(states)`.",
    ),
    next="Call it with size 1 and with size N. Are the states the same? If not, something leaks from row to row.",
    wrong=(
        Mistake(
            name="state_kept",
            title="Close: the state is kept across batches.",
            seen="You gave {yours}, asked was {right}.",
            why="Your second batch begins in the state that the first one left. Its rows have nothing to do with those, and "
            "the answer for a row now depends on who was read before it. Begin each batch with zeros. (Only if a batch "
            "*continues* the rows of the one before, as in a long text, does the state go on.)",
        ),
        Mistake(
            name="rest_dropped",
            title="Close: the last, smaller batch is missing.",
            seen="Your answer has the shape {your_shape}, asked was {right_shape}.",
            why="Where N is not a multiple of the size, a few rows are left over at the end. They want to be read as well.",
        ),
        Mistake(
            name="no_loop",
            title="Close: each step begins with zeros.",
            seen="You gave {yours}, asked was {right}.",
            why="The state is reset *between rows*, not between the steps of a row. Without what was there a step ago a row "
            "is forgotten while it is read.",
        ),
        Mistake(
            name="one_short",
            title="Close: the last step has not been read.",
            seen="You gave {yours}, asked was {right}.",
            why="All T steps of a row are read, `range(T)`, and asked is the state after the last of them.",
        ),
        Mistake(
            name="listed",
            title="Close: the batches still lie one by one in a list.",
            seen="You gave a list with an array for each batch; asked was one array of shape {right_shape}.",
            why="`np.concatenate(states)` puts the batches under each other, in the order of the rows.",
        ),
    ),
    worked=_worked_states,
)


# shorten -------------------------------------------------------------------------------------------------------------


def shorten(dW, dU, db, limit):
    """Shorten three gradients together, if they are longer than the limit: -> dW, dU, db."""
    length = np.sqrt(np.sum(dW**2) + np.sum(dU**2) + np.sum(db**2))
    factor = min(1, limit / length)
    return factor * dW, factor * dU, factor * db


def _shorten(dW, dU, db, limit, *, number_by_number=False, each_alone=False, always=False, no_root=False):
    parts = [np.array(dW), np.array(dU), np.array(db)]
    if number_by_number:
        return tuple(np.clip(part, -limit, limit) for part in parts)
    squares = [np.sum(part**2) for part in parts]
    lengths = [s if each_alone else sum(squares) for s in squares]
    lengths = [s if no_root else np.sqrt(s) for s in lengths]
    factors = [limit / s if always else min(1, limit / s) for s in lengths]
    return tuple(factor * part for factor, part in zip(factors, parts, strict=True))


def _shorten_cases():
    rng = np.random.default_rng(4)
    cases = [(np.array([[3.0]]), np.array([[0.0]]), np.array([4.0]), 1.0)]
    for d, hidden, size, limit in ((2, 3, 2.0, 1.5), (3, 2, 0.05, 1.5), (1, 4, 0.4, 0.5), (4, 2, 0.2, 0.9)):
        cases.append(
            (
                size * rng.standard_normal((d, hidden)),
                size * rng.standard_normal((hidden, hidden)),
                size * rng.standard_normal(hidden),
                limit,
            )
        )
    return cases


def _worked_shorten(case, where):
    dW, dU, db, limit = case
    length = float(np.sqrt(np.sum(dW**2) + np.sum(dU**2) + np.sum(db**2)))
    then = (
        f"longer than {limit:g}, so everything is multiplied by {limit:g} / {length:.4g} = {limit / length:.4g}"
        if length > limit
        else f"not longer than {limit:g}, so nothing is changed"
    )
    return f"all the squares of the three arrays together, and the root of their sum: {length:.4g}. That is {then}."


SHORTEN = Exercise(
    id="gates.shorten",
    notebook=NOTEBOOK,
    title="Clip a gradient",
    prompt="""
A gradient is all of `dW` (D, H), `dU` (H, H) and `db` (H,) together. Its length is the root of the sum of all their squares.
If it is longer than `limit`, shorten it to `limit` and keep its direction: multiply everything by limit / length. If it
is not, leave it as it is.

Write `shorten(dW, dU, db, limit)` and return the three arrays, in this order. Make new ones: do not change those that
you were given.
""",
    starter="""
def shorten(dW, dU, db, limit):  # (D, H), (H, H), (H,), a number -> dW, dU, db
    ...
""",
    reference=shorten,
    faulty=_shorten,
    cases=_shorten_cases,
    returns=("dW", "dU", "db"),
    expects="three arrays: dW, dU, db",
    hints=(
        "One length for all three: `np.sum(dW**2)` and so on, added up, then the root.",
        "One factor for all three, and never above 1: `min(1, limit / length)`.",
    ),
    next="What does yours do with a gradient of length 0? And if one number in it is NaN, is there anything to shorten?",
    wrong=(
        Mistake(
            name="number_by_number",
            title="Close: each number is cut off by itself.",
            seen="Your dW is {your_dW}, asked was {right_dW}.",
            why="Cutting each number off at the limit turns the gradient into another *direction*, and leaves it as long as "
            "it pleases if there are many numbers. (It exists: `clip_grad_value`.) Asked is one factor for all.",
        ),
        Mistake(
            name="each_alone",
            title="Close: each array is shortened by itself.",
            seen="Your dW is {your_dW}, asked was {right_dW}.",
            why="With a length and a factor for each array, the largest is shortened and the others are not: the direction "
            "changes. They are one gradient, so one length is taken over all.",
        ),
        Mistake(
            name="always",
            title="Close: short gradients are made long.",
            seen="Your dW is {your_dW}, asked was {right_dW}.",
            why="A gradient below the limit is to be left alone. Yours gets the length `limit` in any case, so near the "
            "minimum the steps would never become small.",
        ),
        Mistake(
            name="no_root",
            title="Close: the root is missing.",
            seen="Your dW is {your_dW}, asked was {right_dW}.",
            why="The length is the *root* of the sum of the squares. Without it a gradient of length 5 counts as 25, and is "
            "made five times too short.",
        ),
    ),
    worked=_worked_shorten,
)


# make_memory ---------------------------------------------------------------------------------------------------------


def make_memory():
    """One cell that takes what is marked, drops what it held, and shows it ten times too small."""
    W = np.array([[0.0, 0.0, 0.1, 0.0], [20.0, -20.0, 0.0, 0.0]])  # columns i, f, g, o
    b = np.array([-10.0, 10.0, 0.0, 10.0])
    return W, b, 10.0


_STEPS = 60
_NEAR = 0.1


def _notes():
    """Rows (60, 60, 2), 20 marked at the last step, 20 once before it, 20 several times; and the answers, (60,)."""
    rng = np.random.default_rng(5)
    x = np.zeros((60, _STEPS, 2))
    x[:, :, 0] = rng.uniform(-1, 1, (60, _STEPS))
    x[:20, -1, 1] = 1
    x[np.arange(20, 40), np.arange(0, 40, 2), 1] = 1
    for row in range(40, 60):
        x[row, rng.choice(_STEPS - 5, 3, replace=False), 1] = 1
    last = _STEPS - 1 - x[:, ::-1, 1].argmax(axis=1)
    return x, x[np.arange(60), last, 0]


def _parts(output):
    """W, b and the scale as floating numbers, or a Finding that says why not."""
    if not isinstance(output, (tuple, list)) or len(output) != 3:
        return Finding(f"Asked were two arrays and a number, W, b and scale; you gave {show(output)}.")
    try:
        W, b, scale = (np.array(part, dtype=float) for part in output)
    except (TypeError, ValueError):
        return Finding(f"W and b should hold numbers, and scale be one; you gave {show(output)}.")
    if W.shape != (2, 4) or b.shape != (4,) or scale.size != 1:
        return Finding(
            f"The shapes should be (2, 4) and (4,), and scale one number; yours are {W.shape}, {b.shape} and {scale.shape}."
        )
    if not (np.isfinite(W).all() and np.isfinite(b).all() and np.isfinite(scale).all()):
        return Finding("One of your numbers is not finite.")
    return W, b, float(scale.reshape(()))


def _judge_memory(output):
    parts = _parts(output)
    if isinstance(parts, Finding):
        return parts
    W, b, scale = parts
    x, right = _notes()
    c = np.zeros(len(x))
    for t in range(_STEPS):
        with np.errstate(over="ignore"):
            z = np.clip(x[:, t] @ W + b, -500, 500)
        i, f, g, o = sigmoid(z[:, 0]), sigmoid(z[:, 1]), np.tanh(z[:, 2]), sigmoid(z[:, 3])
        c = f * c + i * g
    says = scale * o * np.tanh(c)
    off = np.abs(says - right)
    now, once, often = slice(0, 20), slice(20, 40), slice(40, 60)

    def example(rows):
        worst = rows.start + int(off[rows].argmax())
        return f"Where {show(right[worst], 3)} was to be said, your cell says {show(says[worst], 3)}."

    spread = np.std(says[now]) > 1e-6
    if off[now].max() > _NEAR:
        told = spread and np.corrcoef(says[now], right[now])[0, 1] > 0.9
        text = f"Here the mark is at the last step. {example(now)}"
        return Finding(text, "bent" if told else "")
    if off[once].max() > _NEAR:
        latest = x[once, -1, 0]
        if np.abs(says[once] - latest).max() < np.abs(says[once] - right[once]).max() / 2:
            return Finding(f"Here one number was marked, some time ago. {example(once)}", "takes_everything")
        return Finding(f"Here one number was marked, some time ago. {example(once)}", "fades")
    if off[often].max() > _NEAR:
        marked = np.sum(x[often, :, 0] * x[often, :, 1], axis=1)
        adds = np.corrcoef(says[often], marked)[0, 1] > 0.95
        text = f"Here three numbers were marked, one after the other. {example(often)}"
        return Finding(text, "adds_up" if adds else "")
    return None


MAKE_MEMORY = Exercise(
    id="gates.make_memory",
    notebook=NOTEBOOK,
    title="Make: a notepad of one line",
    prompt="""
An open task. At each of 60 steps an LSTM of *one* cell reads two numbers: a value between −1 and 1, and a mark, which is 1
at a few steps and else 0. After the last step it should say the value that was marked *last*, to within 0.1, however long
ago that was. Set its weights by hand; leave U at zero, so that it does not hear itself except through its cell.

Write `make_memory()`, without arguments: return the triple `W, b, scale`. `W` (2, 4) has a row for the value and one for
the mark, and columns for i, f, g, o; `b` is (4,); the answer is `scale` times the last h, where c ← f c + i g and h is
o tanh(c).
""",
    starter="""
def make_memory():  # nothing -> W (2, 4), b (4,), scale
    ...
""",
    reference=make_memory,
    judge=_judge_memory,
    cases=lambda: [()],
    expects="two arrays and a number: W, b and scale",
    hints=(
        "Say in words what each gate should do where there is a mark, and where there is none. A gate that should jump from "
        "0 to 1 with the mark has a large weight on it, such as 20, and a bias of −10.",
        "At a mark: i open, f *closed*, so that the old line is wiped. Elsewhere: i closed, f open. The output gate may "
        "stay open.",
        "Two tanh stand between the value and the answer. Near 0 tanh changes nothing: let g be tanh of a *tenth* of the "
        "value, and read ten times h.",
    ),
    next="Now let it say the *sum* of all marked values. Which single number has to change?",
    wrong=(
        Mistake(
            name="adds_up",
            title="Close: it adds where it should replace.",
            why="Your forget gate stays open at a mark, so the new value is added to the old one. To replace, close it "
            "where the mark is: a large negative weight from the mark to f.",
            version=lambda: (
                np.array([[0.0, 0, 0.1, 0], [20, 0, 0, 0]]),
                np.array([-10.0, 10, 0, 10]),
                10.0,
            ),
        ),
        Mistake(
            name="fades",
            title="Close: it takes the right value, and loses it.",
            why="Between the marks nothing should change: f has to be 1 to three decimals or more, and i as near to 0, or "
            "fifty steps eat the value up or bury it. A bias of 1 makes f no more than 0.73; one of 10 will do.",
            version=lambda: (
                np.array([[0.0, 0, 0.1, 0], [20, -20, 0, 0]]),
                np.array([-10.0, 2, 0, 10]),
                10.0,
            ),
        ),
        Mistake(
            name="takes_everything",
            title="Close: it takes what is not marked, too.",
            why="Your cell holds the last value read, mark or no mark. The input gate should be closed, and the forget gate "
            "open, unless the mark is there: both need a weight on the mark.",
            version=lambda: (
                np.array([[0.0, 0, 0.1, 0], [0, 0, 0, 0]]),
                np.array([10.0, -10, 0, 10]),
                10.0,
            ),
        ),
        Mistake(
            name="bent",
            title="Close: the right value, and the wrong size.",
            why="Larger values give larger answers, but not in proportion, or not the right one. The value goes through "
            "tanh twice, once on its way in and once on its way out. Let it in small, and make up for it by the scale.",
            version=lambda: (
                np.array([[0.0, 0, 1, 0], [20, -20, 0, 0]]),
                np.array([-10.0, 10, 0, 10]),
                1.0,
            ),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="gates.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of loops, of sigmoids, and of Adam?",
    kind="quiz",
    questions=(
        Question(
            "One tanh unit hears itself with the weight 4 and holds on to 0.999, firmly (notebook 21). A hair's change in "
            "that state is worth how much one step later?",
            (
                Option(
                    "About four times as much: the weight is 4.",
                    "The weight is only one of two factors. At 0.999 tanh is nearly flat.",
                ),
                Option(
                    "About as much: it holds on to it.",
                    "It holds on to the *value*. A change is something else: pushed aside a little, it returns.",
                ),
                Option(
                    "About 0.008 of it.",
                    "(1 − 0.999²) · 4. The firmer it holds, the less of a change gets through, and of the blame as well.",
                    True,
                ),
                Option(
                    "About 0.25 of it.",
                    "That would be 1/4. The weight multiplies, and then tanh's slope does, which is tiny here.",
                ),
            ),
        ),
        Question(
            "A sigmoid unit (notebook 03) has the weight 20 on an input that is 0 or 1, and the bias −10. It gives …",
            (
                Option(
                    "nearly 0 for 0 and nearly 1 for 1.",
                    "σ(−10) is 0.00005 and σ(10) is 0.99995: a switch. You will need it in a few minutes.",
                    True,
                ),
                Option(
                    "½ for 0 and 1 for 1.",
                    "Without a bias, yes: σ(0) is ½. The bias of −10 pulls it down.",
                ),
                Option(
                    "−10 for 0 and 10 for 1.",
                    "Those are its sums. The sigmoid squeezes them into the range from 0 to 1.",
                ),
                Option(
                    "nearly −1 for 0 and nearly 1 for 1.",
                    "That would be a tanh unit. A sigmoid is never negative.",
                ),
            ),
        ),
        Question(
            "For a while the gradient of a weight has been 1. Then, for one step, it is 1000. What does that one gradient "
            "do to Adam (notebook 12)?",
            (
                Option(
                    "A step a thousand times as long.",
                    "That is SGD. Adam divides by the root of a running mean of squares, and the spike is in that mean.",
                ),
                Option(
                    "Nothing: Adam looks at signs only.",
                    "It nearly does, while gradients stay of one size. This one does not.",
                ),
                Option(
                    "It stops: the bias correction has run out.",
                    "The correction matters in the first steps only, and it stops nothing.",
                ),
                Option(
                    "One step somewhat longer, and then very short ones for a long time.",
                    "The mean of squares has swallowed a million and forgets a thousandth of it at each step. Section 5 "
                    "counts how long that takes.",
                    True,
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="gates.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“The LSTM was built so that the blame does not fade on its way back. So in an LSTM it does not fade.”",
            (
                Option(
                    "True: its cells are only added to.",
                    "Added to, and before that multiplied by the forget gate, which is about ½ in a fresh LSTM. Over "
                    "forty-nine steps that leaves less than a millionth.",
                ),
                Option(
                    "True, but only up to the length that it has seen in training.",
                    "No length is stored anywhere. What counts is how near to 1 the forget gates are.",
                ),
                Option(
                    "False: a product of fifty factors fades in any network.",
                    "Not if the factors are near 1, and after training the ones that matter are: there the blame arrived.",
                ),
                Option(
                    "False: it can learn not to let it fade.",
                    "Fresh, it fades as in any RNN. The gates are what it learns, and after training the blame crosses "
                    "fifty steps.",
                    True,
                ),
            ),
        ),
    ),
)

GAP = Quiz(
    id="gates.predict_gap",
    notebook=NOTEBOOK,
    title="Predict: five times as far",
    kind="predict",
    questions=(
        Question(
            "A tanh RNN of 32 units learns to add two marked numbers in rows of 10, down to an error below 0.02, where "
            "always saying 1 has 0.16. The same network, for as many steps, on rows of 50?",
            (
                Option(
                    "Below 0.02 as well: the task is the same.",
                    "The task is, the distance is not. Blame from the last step has to reach a mark that may be 49 steps "
                    "back.",
                ),
                Option(
                    "About 0.05 to 0.1: five times as hard, five times the error.",
                    "That would be the case if difficulty grew in proportion. What gets through shrinks by a factor per "
                    "step.",
                ),
                Option(
                    "No better than always saying 1.",
                    "Below 0.16 nothing is reached. It has learnt the mean of the answers, for which nobody has to look "
                    "at the row.",
                    True,
                ),
                Option(
                    "It gets worse and worse: the gradient explodes.",
                    "It is clipped, and at this size of weights it fades rather than explodes.",
                ),
            ),
        ),
    ),
)

PARAMETERS = Quiz(
    id="gates.predict_parameters",
    notebook=NOTEBOOK,
    title="Predict: the price",
    kind="predict",
    questions=(
        Question(
            "A tanh RNN that reads 2 numbers and has 32 units has 1,120 parameters. An LSTM with 32 cells that reads the "
            "same has …",
            (
                Option(
                    "1,120: the gates compute, they do not learn.",
                    "Each gate is a layer with weights of its own. That is how it can learn when to open.",
                ),
                Option(
                    "2,240: it has two states instead of one.",
                    "States are not parameters. Count who has weights.",
                ),
                Option(
                    "3,360: there are three gates.",
                    "And the proposal g, which is what the RNN had already.",
                ),
                Option(
                    "4,480.",
                    "Three gates and a proposal, each with a W, a U and a b of the RNN's size.",
                    True,
                ),
            ),
        ),
    ),
)

RACE = Quiz(
    id="gates.predict_race",
    notebook=NOTEBOOK,
    title="Predict: three networks, 1,000 steps",
    kind="predict",
    questions=(
        Question(
            "RNN, LSTM and GRU, 32 units each, rows of 50, the same 1,000 steps. Which of them get below an error of 0.01, "
            "and which is there first?",
            (
                Option(
                    "None: 1,000 steps are too few for fifty steps' distance.",
                    "Without gates, it seems so. With them, they are plenty.",
                ),
                Option(
                    "LSTM and GRU; the GRU first.",
                    "Both. The GRU was there after fewer steps than the LSTM, in both runs. On other tasks it is the other "
                    "way round; nobody has found a rule.",
                    True,
                ),
                Option(
                    "LSTM and GRU; the LSTM first.",
                    "Both get there. But here the LSTM sits on its hands for some hundred steps: you will see why.",
                ),
                Option(
                    "The LSTM only: the GRU has lost the cell.",
                    "The GRU has no cell of its own, but its state is a line too: where z is 1, it is kept as it is.",
                ),
            ),
        ),
    ),
)

CELLS = Quiz(
    id="gates.predict_cells",
    notebook=NOTEBOOK,
    title="Predict: how many remember?",
    kind="predict",
    questions=(
        Question(
            "The trained LSTM has 32 cells. Take a cell for a *memory* if its forget gate is above 0.95 on average, where "
            "nothing is marked. How many are there?",
            (
                Option(
                    "All 32.",
                    "Nobody told them to. Where something has to be kept, it is enough if one does it.",
                ),
                Option(
                    "About half.",
                    "Most forget gates are still near ½, where they began, or below.",
                ),
                Option(
                    "One, two or three.",
                    "One does it, and what is written into it at a mark is more than ten times what is written elsewhere: "
                    "training has found your hand-made cell.",
                    True,
                ),
                Option(
                    "None: the memory is spread over all cells a little.",
                    "One might expect it. But a cell whose gate is ½ has lost everything after some steps, and thirty-two "
                    "such cells as well.",
                ),
            ),
        ),
    ),
)

WALL = Quiz(
    id="gates.predict_wall",
    notebook=NOTEBOOK,
    title="Predict: at the wall",
    kind="predict",
    questions=(
        Question(
            "The best bias is −0.153. Descent starts at −0.3, to the left of the wall, and creeps up to it with a rate of "
            "0.02. Where is it after the step that begins *on* the wall?",
            (
                Option(
                    "A little to the right, near the best bias.",
                    "That is where a short step would have taken it. The gradient on the wall is more than a hundred times "
                    "what it is beside it.",
                ),
                Option(
                    "Back on the left: it bounces off.",
                    "The wall falls towards the right, so the step goes to the right as well. The question is how far.",
                ),
                Option(
                    "Far to the right, where it is flat.",
                    "Thrown from −0.2 to above 1, in a single step. Out there the unit is saturated, the slope is nearly "
                    "nothing, and the way back is long.",
                    True,
                ),
                Option(
                    "Nowhere: the gradient is infinite there.",
                    "It is steep, not vertical: 73, so the step is 1.5 long.",
                ),
            ),
        ),
    ),
)

EXERCISES = (LSTM_STEP, KEPT, GRU_STEP, LAST_STATES, SHORTEN, MAKE_MEMORY)
QUIZZES = (WARMUP, IS_THIS_TRUE, GAP, PARAMETERS, RACE, CELLS, WALL)
