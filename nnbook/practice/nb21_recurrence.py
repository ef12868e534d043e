"""Exercises, questions and predictions of notebook 21_recurrence."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.showing import show

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "21_recurrence"


# wire ----------------------------------------------------------------------------------------------------------------


def wire(connections, units):
    """The matrix of who sends to whom: row = from, column = to."""
    U = np.zeros((units, units))
    for source, target, weight in connections:
        U[source, target] += weight
    return U


def _wire(connections, units, *, transposed=False, overwritten=False, no_self=False):
    U = np.zeros((units, units))
    for source, target, weight in connections:
        if no_self and source == target:
            continue
        place = (target, source) if transposed else (source, target)
        U[place] = weight if overwritten else U[place] + weight
    return U


def _wire_cases():
    return [
        ([(0, 0, 0.5), (0, 1, 2.0), (0, 1, 0.5)], 2),
        ([(0, 2, 1.0), (2, 0, -0.8), (1, 1, 0.25), (1, 1, 0.5), (0, 1, 3.0)], 3),
        ([(3, 1, -1.5), (2, 2, 0.75), (0, 3, 1.25), (3, 1, 0.25)], 4),
    ]


def _worked_wire(case, where):
    source, target = where or (0, 0)
    along = [weight for start, end, weight in case[0] if (start, end) == (source, target)]
    listed = " and ".join(f"{weight:g}" for weight in along) or "none"
    return (
        f"row {source}, column {target} is for what unit {source} sends to unit {target}. In the list, the weights of "
        f"connections from {source} to {target} are: {listed}. Together {sum(along):g}."
    )


WIRE = Exercise(
    id="recurrence.wire",
    notebook=NOTEBOOK,
    title="From a drawing to a matrix",
    prompt="""
Whatever loops a drawing has, one matrix U holds them: the entry in row i, column j is the weight with which unit j
hears what unit i said a step ago.

Write `wire(connections, units)`: `connections` is a list of triples `(source, target, weight)`, with units numbered from
0; `units` is how many there are. Return U, an array of shape (units, units), with 0 where there is no connection. If
two connections run from the same unit to the same unit, their weights add up.
""",
    starter="""
def wire(connections, units):  # a list of (source, target, weight), a number -> (units, units)
    U = np.zeros((units, units))
    ...
    return U
""",
    reference=wire,
    faulty=_wire,
    cases=_wire_cases,
    hints=(
        "Go through the list with `for source, target, weight in connections:` and change one entry of U each time.",
        "Row = who speaks, column = who hears: `U[source, target]`. And `+=`, for connections that come twice.",
    ),
    next="Which loops does a U have in which only entries above the diagonal are not 0? Follow a signal, and see where it "
    "can still go.",
    wrong=(
        Mistake(
            name="transposed",
            title="Close: rows and columns are exchanged.",
            seen="You gave {yours}, asked was {right}.",
            why="Row = from, column = to. The state is a row, and h @ U multiplies it from the left: entry j of the result "
            "collects U[i, j] times what unit i said. With U turned round every connection runs backwards.",
        ),
        Mistake(
            name="overwritten",
            title="Close: the second connection has replaced the first.",
            seen="You gave {yours}, asked was {right}.",
            why="Two wires from one unit to the same other one deliver both of their signals: use `+=` where you have "
            "`=`.",
        ),
        Mistake(
            name="no_self",
            title="Close: no unit hears itself.",
            seen="You gave {yours}, asked was {right}.",
            why="A connection from a unit to itself is a loop like the others. Its place is on the diagonal.",
        ),
    ),
    worked=_worked_wire,
)


# read_all ------------------------------------------------------------------------------------------------------------


def read_all(x, h0, W, U, b):
    """All states of an RNN: (N, T, D), (N, H), (D, H), (H, H), (H,) -> (N, T, H)."""
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1)


def _read_all(
    x,
    h0,
    W,
    U,
    b,
    *,
    not_handed_on=False,
    one_late=False,
    transposed=False,
    no_bend=False,
    no_bias=False,
    bent_before=False,
    time_first=False,
    start_too=False,
):
    h, states = h0, [h0] if start_too else []
    for t in range(x.shape[1]):
        old = h0 if not_handed_on else h
        from_h = old @ (U.T if transposed else U)
        z = x[:, t] @ W + (0 if no_bias else b)
        if bent_before:
            new = (z if no_bend else np.tanh(z)) + from_h
        else:
            new = z + from_h if no_bend else np.tanh(z + from_h)
        states.append(h if one_late else new)
        h = new
    return np.stack(states, axis=0 if time_first else 1)


def _read_all_cases():
    rng = np.random.default_rng(0)
    cases = []
    for n, steps, d, h in ((2, 3, 1, 2), (1, 4, 3, 2), (3, 5, 2, 4)):
        cases.append(
            (
                rng.standard_normal((n, steps, d)),
                rng.uniform(-1, 1, (n, h)),
                rng.uniform(-1, 1, (d, h)),
                rng.uniform(-1, 1, (h, h)),
                rng.uniform(-0.5, 0.5, h),
            )
        )
    return cases


def _read_all_numbers(case, output):
    right, mine = read_all(*case), np.asarray(output)
    return {
        "mine": mine[0, 1] if mine.shape == right.shape else mine,
        "asked": right[0, 1],
        "shape": str(mine.shape),
        "right_shape": str(right.shape),
    }


def _worked_read(case, where):
    x, h0, W, U, b = case
    z = x[0, 0] @ W + h0[0] @ U + b
    return (
        f"in the first step, example 0 reads {show(x[0, 0])} in the state {show(h0[0])}. x @ W + h @ U + b is {show(z)}, "
        f"and tanh makes of it the state {show(np.tanh(z))}. The second step begins with that."
    )


READ_ALL = Exercise(
    id="recurrence.read_all",
    notebook=NOTEBOOK,
    title="Read a whole batch",
    prompt="""
Write `read_all(x, h0, W, U, b)`: `x` holds N sequences of T steps with D numbers each, shape (N, T, D); `h0` is the state
of H numbers with which each sequence begins, (N, H); the weights are `W` (D, H), `U` (H, H), `b` (H,). At each step

> [[h ← tanh(x W + h U + b)||h \\leftarrow \\tanh(x\\,W + h\\,U + b)]]

where x is what is read at this step, and h on the right is the state after the step before. Return the states after
*every* step, of shape (N, T, H).
""",
    starter="""
def read_all(x, h0, W, U, b):  # (N, T, D), (N, H), (D, H), (H, H), (H,) -> (N, T, H)
    ...
""",
    reference=read_all,
    faulty=_read_all,
    cases=_read_all_cases,
    hints=(
        "One loop over the T steps is enough: a matrix product serves all N sequences at once. `x[:, t]` is what all of "
        "them read at step t, of shape (N, D).",
        "Begin with `h = h0` and an empty list. In the loop: make the new `h` of the old one, and append it. At the "
        "end `np.stack(states, axis=1)` puts the T arrays (N, H) side by side as (N, T, H).",
    ),
    next="Read the sequences backwards, `x[:, ::-1]`. Are the last states the same? Should they be?",
    wrong=(
        Mistake(
            name="not_handed_on",
            title="Close: each step begins with the first state.",
            seen="After two steps your example 0 is in the state {mine}; asked was {asked}.",
            why="Each of your states was made from `h0`. Then a step knows nothing of the steps before it, and the loop is "
            "not there: hand the new state on with `h = ...`.",
        ),
        Mistake(
            name="one_late",
            title="Close: you noted the state before the step.",
            seen="After two steps your example 0 is in the state {mine}; asked was {asked}.",
            why="Asked are the states *after* each step. Yours begin with `h0`, and the last one is missing: append `h` "
            "when it has been made anew.",
        ),
        Mistake(
            name="transposed",
            title="Close: U is used the wrong way round.",
            seen="After two steps your example 0 is in the state {mine}; asked was {asked}.",
            why="Forward it is `h @ U`: row = from, column = to. U is square, so nothing complains about `U.T`.",
        ),
        Mistake(
            name="no_bend",
            title="Close: tanh is missing.",
            seen="After two steps your example 0 is in the state {mine}; asked was {asked}.",
            why="Without tanh a step is one matrix product and T steps are one matrix product too (notebook 04), and the "
            "state can grow without bound.",
        ),
        Mistake(
            name="no_bias",
            title="Close: the bias is missing.",
            seen="After two steps your example 0 is in the state {mine}; asked was {asked}.",
            why="`b` is added at every step, before tanh.",
        ),
        Mistake(
            name="bent_before",
            title="Close: tanh ends too early.",
            seen="After two steps your example 0 is in the state {mine}; asked was {asked}.",
            why="The old state's part belongs *inside* tanh, with the input's: np.tanh(x W + h U + b). Added outside, it "
            "lets the state leave the range from −1 to 1.",
        ),
        Mistake(
            name="time_first",
            title="Close: time comes first.",
            seen="Your result has the shape {shape}; asked was {right_shape}.",
            why="A list of T arrays (N, H) becomes an array (T, N, H). Asked is (N, T, H): `np.stack(states, axis=1)` puts "
            "the steps on the second axis. (A `reshape` would mix the sequences up.)",
        ),
        Mistake(
            name="start_too",
            title="Close: the state before the first step is in it.",
            seen="Your result has the shape {shape}; asked was {right_shape}.",
            why="Asked are the T states *after* the steps. `h0` came before all of them: begin with an empty list.",
        ),
    ),
    numbers=_read_all_numbers,
    worked=_worked_read,
)


# bptt ----------------------------------------------------------------------------------------------------------------


def bptt(x, h, dh, U):
    """Back-propagation through time: (N, T, D), (N, T + 1, H), (N, T, H), (H, H) -> dW, dU, db."""
    dW, dU, db = 0, 0, 0
    from_later = 0
    for t in reversed(range(x.shape[1])):
        dz = (dh[:, t] + from_later) * (1 - h[:, t + 1] ** 2)  # (N, H)
        dW = dW + x[:, t].T @ dz
        dU = dU + h[:, t].T @ dz
        db = db + dz.sum(axis=0)
        from_later = dz @ U.T  # (N, H)
    return dW, dU, db


def _bptt(
    x,
    h,
    dh,
    U,
    *,
    last_step_only=False,
    overwritten=False,
    no_way_back=False,
    last_word_only=False,
    slope_forgotten=False,
    slope_before=False,
    transposed=False,
    state_after=False,
):
    steps, d, H = x.shape[1], x.shape[2], h.shape[2]
    dW, dU, db = np.zeros((d, H)), np.zeros((H, H)), np.zeros(H)
    from_later = np.zeros_like(dh[:, 0])
    for t in reversed(range(steps)):
        own = 0 if last_word_only and t < steps - 1 else dh[:, t]
        slope = 1 - (h[:, t] if slope_before else h[:, t + 1]) ** 2
        dz = (own + from_later) * (1 if slope_forgotten else slope)
        shares = x[:, t].T @ dz, (h[:, t + 1] if state_after else h[:, t]).T @ dz, dz.sum(axis=0)
        if overwritten:
            dW, dU, db = shares
        elif not last_step_only or t == steps - 1:
            dW, dU, db = dW + shares[0], dU + shares[1], db + shares[2]
        from_later = 0 * dz if no_way_back else dz @ (U if transposed else U.T)
    return dW, dU, db


def _bptt_cases():
    rng = np.random.default_rng(1)
    cases = []
    for n, steps, d, hidden in ((1, 3, 1, 2), (2, 4, 3, 2), (3, 5, 2, 4)):
        x, W, U, b = (
            rng.standard_normal((n, steps, d)),
            rng.uniform(-1, 1, (d, hidden)),
            rng.uniform(-1, 1, (hidden, hidden)),
            rng.uniform(-0.5, 0.5, hidden),
        )
        h = np.empty((n, steps + 1, hidden))
        h[:, 0] = rng.uniform(-0.8, 0.8, (n, hidden))
        for t in range(steps):
            h[:, t + 1] = np.tanh(x[:, t] @ W + h[:, t] @ U + b)
        cases.append((x, h, rng.standard_normal((n, steps, hidden)), U))
    return cases


def _worked_bptt(case, where):
    _, h, dh, U = case
    last = dh[:, -1] * (1 - h[:, -1] ** 2)
    return (
        f"in the last step, dz is {show(last)}: what the loss says, times 1 − h² of the state that this step made. To the "
        f"state before it goes {show(last @ U.T)}, and there it is added to what the loss says of that state. Do you have "
        "these on your way?"
    )


BPTT = Exercise(
    id="recurrence.bptt",
    notebook=NOTEBOOK,
    title="Back through time, as matrices",
    prompt="""
Forward, each step was h ← tanh(x W + h U + b). All that is needed for the way back has been kept.

Write `bptt(x, h, dh, U)`: `x` is what was read, (N, T, D). `h` holds the states *from before the first step* on, (N, T + 1,
H), so that step t read `x[:, t]`, found `h[:, t]`, and left `h[:, t + 1]`. `dh`, of shape (N, T, H), is what the loss says
directly of each state that was left: `dh[:, t]` belongs to `h[:, t + 1]`. `U` is (H, H).

Return the three gradients `dW, dU, db`, of the shapes (D, H), (H, H), (H,). Nothing is divided by N: that is in dh already.
""",
    starter="""
def bptt(x, h, dh, U):  # (N, T, D), (N, T + 1, H), (N, T, H), (H, H) -> dW, dU, db
    ...
""",
    reference=bptt,
    faulty=_bptt,
    cases=_bptt_cases,
    returns=("dW", "dU", "db"),
    expects="three arrays: dW, dU, db",
    hints=(
        "Go through the steps in the order T − 1, …, 1, 0: `for t in reversed(range(x.shape[1])):`. What comes to a state "
        "is what the loss says of it, plus what the step after it hands back (nothing, for the last one).",
        "One step: `dz = (dh[:, t] + from_later) * (1 - h[:, t + 1] ** 2)`. It is a layer with two inputs, so its "
        "shares are `x[:, t].T @ dz`, `h[:, t].T @ dz` and `dz.sum(axis=0)`.",
        "Add the shares of all steps up, starting from 0, and hand back `from_later = dz @ U.T`.",
    ),
    next="What would you return beside these to find out how the loss depends on the inputs, and on the first state?",
    wrong=(
        Mistake(
            name="last_step_only",
            title="Close: only the last step has been asked.",
            seen="Your dU is {your_dU}, asked was {right_dU}.",
            why="The same weights were used at every step, so each step has its share in their gradient, and the shares "
            "*add up* (roads that meet). You returned the share of the last step alone.",
        ),
        Mistake(
            name="overwritten",
            title="Close: only the first step's share is left.",
            seen="Your dU is {your_dU}, asked was {right_dU}.",
            why="You went back through all steps and let each share replace the one before. W, U and b were read at every "
            "step, so their gradients gather: + where you have =.",
        ),
        Mistake(
            name="no_way_back",
            title="Close: nothing goes from step to step.",
            seen="Your dU is {your_dU}, asked was {right_dU}.",
            why="Each of your steps hears what the loss says of its own state, and nothing of the harm that this state did "
            "*later*. Hand `dz @ U.T` to the step before.",
        ),
        Mistake(
            name="last_word_only",
            title="Close: the loss has been heard at the last state only.",
            seen="Your dU is {your_dU}, asked was {right_dU}.",
            why="The loss looks at the state after *every* step. On the way back, add `dh[:, t]` at each of them to what "
            "comes from later.",
        ),
        Mistake(
            name="slope_forgotten",
            title="Close: tanh has not taken its cut.",
            seen="Your dU is {your_dU}, asked was {right_dU}.",
            why="What comes to a state is its gradient *after* tanh. Before it reaches W, U, b and the state before, it "
            "goes through the slope, 1 − h², at every step.",
        ),
        Mistake(
            name="slope_before",
            title="Close: the slope is that of another step.",
            seen="Your dU is {your_dU}, asked was {right_dU}.",
            why="Step t found `h[:, t]` and left `h[:, t + 1]`. Its tanh gave the one that it *left*: the slope is "
            "1 − h[:, t + 1]².",
        ),
        Mistake(
            name="transposed",
            title="Close: U is used in the forward direction.",
            seen="Your dU is {your_dU}, asked was {right_dU}.",
            why="Forward `h @ U`, backward `dz @ U.T`: the same connections, walked the other way. U is square, so no "
            "shape complains.",
        ),
        Mistake(
            name="state_after",
            title="Close: U's signal in is taken a step too late.",
            seen="Your dU is {your_dU}, asked was {right_dU}.",
            why="A weight's gradient is the signal that *came in*, times dz. What came in through U at step t is the state "
            "that it found, `h[:, t]`, not the one that it left.",
        ),
    ),
    worked=_worked_bptt,
)


# reach ---------------------------------------------------------------------------------------------------------------


def reach(h, U, g):
    """How long the gradient is, 0, 1, … T − 1 steps back: (T, H), (H, H), (H,) -> (T,)."""
    norms = [np.linalg.norm(g)]
    for state in h[:0:-1]:
        g = (g * (1 - state**2)) @ U.T
        norms.append(np.linalg.norm(g))
    return np.array(norms)


def _reach(
    h, U, g, *, slope_forgotten=False, slope_before=False, transposed=False, squared=False, turned=False
):
    norms = [g @ g if squared else np.linalg.norm(g)]
    for t in range(len(h) - 1, 0, -1):
        state = h[t - 1] if slope_before else h[t]
        g = (g if slope_forgotten else g * (1 - state**2)) @ (U if transposed else U.T)
        norms.append(g @ g if squared else np.linalg.norm(g))
    return np.array(norms[::-1] if turned else norms)


def _reach_cases():
    rng = np.random.default_rng(2)
    return [
        (rng.uniform(-0.9, 0.9, (t, h)), rng.uniform(-1, 1, (h, h)), rng.standard_normal(h))
        for t, h in ((3, 2), (6, 3), (4, 5))
    ]


def _worked_reach(case, where):
    h, U, g = case
    one = (g * (1 - h[-1] ** 2)) @ U.T
    return (
        f"at the last state the gradient is {show(g)}, of length {np.linalg.norm(g):.4g}. Through tanh, whose slopes there "
        f"are {show(1 - h[-1] ** 2)}, and back over U it is {show(one)}, of length {np.linalg.norm(one):.4g}: that is one "
        "step back."
    )


REACH = Exercise(
    id="recurrence.reach",
    notebook=NOTEBOOK,
    title="How far does it reach?",
    prompt="""
Write `reach(h, U, g)`: `h` holds the states after the T steps of one sequence, (T, H), made by h ← tanh(x W + h U + b);
`U` is (H, H); `g`, of shape (H,), is the gradient of the loss with respect to the *last* state. The loss looks at no
other state.

Return T numbers: the length of the gradient with respect to the last state, to the one before, and so on back to the
first. (The length, or norm, of an array is the root of the sum of its squares: `np.linalg.norm`.)
""",
    starter="""
def reach(h, U, g):  # (T, H), (H, H), (H,) -> (T,)
    ...
""",
    reference=reach,
    faulty=_reach,
    cases=_reach_cases,
    hints=(
        "From a state's gradient to that of the state before: through tanh, and then back over U. Two factors, as in the "
        "exercise before.",
        "`g = (g * (1 - h[t] ** 2)) @ U.T` leads from state t to state t − 1. Note the length before you begin, and "
        "after each of the T − 1 steps.",
    ),
    next="Double U. Are the lengths doubled at each step back? Keep the states as they are, and then ask "
    "yourself whether they would be.",
    wrong=(
        Mistake(
            name="slope_forgotten",
            title="Close: tanh has not taken its cut.",
            seen="You gave {yours}, asked was {right}.",
            why="On the way from a state to the one before, the gradient goes back through tanh first: times 1 − h², entry "
            "by entry. Then comes U.",
        ),
        Mistake(
            name="slope_before",
            title="Close: the slope is that of the wrong state.",
            seen="You gave {yours}, asked was {right}.",
            why="The way back starts at the *later* state, which is what tanh gave. So its slope is told from the later "
            "state, not from the one that you arrive at.",
        ),
        Mistake(
            name="transposed",
            title="Close: U is used in the forward direction.",
            seen="You gave {yours}, asked was {right}.",
            why="Forward `h @ U`, backward `g @ U.T`. U is square, so no shape complains.",
        ),
        Mistake(
            name="squared",
            title="Close: the root is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="A length is the *root* of the sum of the squares. Without it everything below 1 looks smaller, and "
            "everything above 1 larger, than it is.",
        ),
        Mistake(
            name="turned",
            title="Close: the order is turned round.",
            seen="You gave {yours}, asked was {right}.",
            why="Asked is by distance: first the last state, at distance 0, and last the first state.",
        ),
    ),
    worked=_worked_reach,
)


# carry_on ------------------------------------------------------------------------------------------------------------


def carry_on(x, W, U, b, V, c, steps):
    """Read x, then go on with what was predicted: -> (steps,)."""
    h = np.zeros(len(b))
    for value in x:
        h = np.tanh(value * W + h @ U + b)
    made = [h @ V + c]
    for _ in range(steps - 1):
        h = np.tanh(made[-1] * W + h @ U + b)
        made.append(h @ V + c)
    return np.array(made)


def _carry_on(
    x, W, U, b, V, c, steps, *, stuck=False, state_lost=False, one_skipped=False, last_repeated=False
):
    h = np.zeros(len(b))
    for value in x:
        h = np.tanh(value * W + h @ U + b)
    made = [h @ V + c]
    for _ in range(steps):
        old = 0 * h if state_lost else h
        h = np.tanh((x[-1] if stuck else made[-1]) * W + old @ U + b)
        made.append(h @ V + c)
    made = made[one_skipped:]
    if last_repeated:
        made = [x[-1], *made]
    return np.array(made[:steps])


def _carry_on_cases():
    rng = np.random.default_rng(3)
    cases = []
    for length, hidden, steps in ((2, 2, 3), (6, 3, 4), (4, 5, 7)):
        cases.append(
            (
                rng.uniform(-1, 1, length),
                rng.uniform(-1, 1, hidden),
                rng.uniform(-1, 1, (hidden, hidden)),
                rng.uniform(-0.3, 0.3, hidden),
                rng.uniform(-1, 1, hidden),
                0.25,
                steps,
            )
        )
    return cases


def _worked_carry(case, where):
    x, W, U, b, V, c, _ = case
    first = float(carry_on(x, W, U, b, V, c, 1)[0])
    return (
        f"when all {len(x)} values have been read, the network says {first:.4g}: that is the first number asked. It is "
        "read as if it had come from outside, in the state that is there, and gives "
        f"{float(carry_on(x, W, U, b, V, c, 2)[1]):.4g}, the second."
    )


CARRY_ON = Exercise(
    id="recurrence.carry_on",
    notebook=NOTEBOOK,
    title="Close the loop",
    prompt="""
A trained network reads one number at each step, and says what the next one will be. Its state and its prediction are

> [[h ← tanh(x W + h U + b)||h \\leftarrow \\tanh(x\\,W + h\\,U + b)]]

> [[h · V + c||h \\cdot V + c]]

Where the data end, it can go on alone: it reads what it has said.

Write `carry_on(x, W, U, b, V, c, steps)`: `x` is one sequence of numbers, of shape (T,); `W`, `b` and `V` are of shape
(H,), `U` of (H, H), `c` is one number. Begin with a state of zeros, read all of x, and return the next `steps` numbers, an
array of shape (steps,). The first of them is what the network predicts when it has read the last of x.
""",
    starter="""
def carry_on(x, W, U, b, V, c, steps):  # (T,), (H,), (H, H), (H,), (H,), 2 numbers -> (steps,)
    h = np.zeros(len(b))
    ...
""",
    reference=carry_on,
    faulty=_carry_on,
    cases=_carry_on_cases,
    hints=(
        "Two loops: one over the values of x, in which nothing but the state is kept; and one that makes numbers.",
        "After the first loop `made = [h @ V + c]`. In the second, read `made[-1]`, and append the new prediction.",
    ),
    next="Add 0.001 to the first number of x. How far apart are the two continuations after 10 steps, and after 100?",
    wrong=(
        Mistake(
            name="stuck",
            title="Close: it keeps reading the last number of x.",
            seen="You gave {yours}, asked was {right}.",
            why="After x has ended, what is read is what was *predicted*, a new number at each step. Yours hears the same "
            "one again and again.",
        ),
        Mistake(
            name="state_lost",
            title="Close: the state is forgotten while it goes on.",
            seen="You gave {yours}, asked was {right}.",
            why="Each prediction was read in a state of zeros, as if nothing had come before. One number does not tell "
            "whether the wave is rising or falling; the state does.",
        ),
        Mistake(
            name="one_skipped",
            title="Close: the first prediction is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="When the last of x has been read, the network makes a prediction already. That is the first number of the "
            "continuation; you begin with the second.",
        ),
        Mistake(
            name="last_repeated",
            title="Close: the last number of x is counted once more.",
            seen="You gave {yours}, asked was {right}.",
            why="The continuation begins *after* x: its first number is the first prediction.",
        ),
    ),
    worked=_worked_carry,
)


# make_latch ----------------------------------------------------------------------------------------------------------


def make_latch():
    """One unit that hears itself loudly, and a call that is louder still."""
    return np.array([[8.0]]), np.array([[4.0]]), np.array([-1.2])


_STEPS = 60


def _lines():
    """Sequences: 20 in which nobody calls, 20 with a call at the end, 20 with one anywhere; and the place of each."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-0.1, 0.1, (60, _STEPS))
    places = np.concatenate([np.full(20, _STEPS - 1), np.arange(0, _STEPS, 3)])
    x[np.arange(20, 60), places] = 1
    return x, places


def _parts(output):
    """W, U, b as floating arrays, or a Finding that says why not."""
    if not isinstance(output, (tuple, list)) or len(output) != 3:
        return Finding(f"Asked were three arrays, W, U and b; you gave {show(output)}.")
    try:
        W, U, b = (np.array(part, dtype=float) for part in output)
    except (TypeError, ValueError):
        return Finding(f"W, U and b should hold numbers; you gave {show(output)}.")
    if b.ndim != 1 or not 1 <= len(b) <= 64 or W.shape != (1, len(b)) or U.shape != (len(b), len(b)):
        return Finding(
            f"For H units the shapes should be (1, H), (H, H) and (H,), with H from 1 to 64; yours are {W.shape}, "
            f"{U.shape} and {b.shape}."
        )
    if not (np.isfinite(W).all() and np.isfinite(U).all() and np.isfinite(b).all()):
        return Finding("One of your weights is no finite number.")
    return W, U, b


def _judge_latch(output):
    parts = _parts(output)
    if isinstance(parts, Finding):
        return parts
    W, U, b = parts
    x, places = _lines()
    h = np.zeros((len(x), len(b)))
    for t in range(_STEPS):
        with np.errstate(over="ignore", invalid="ignore"):
            h = np.tanh(np.clip(x[:, t, np.newaxis] @ W + h @ U + b, -1e3, 1e3))
    says = h[:, 0] > 0
    quiet, now, earlier = says[:20], says[20:40], says[40:]
    if quiet.any():
        return Finding(
            f"In {quiet.sum()} of 20 sequences nobody called, and after {_STEPS} steps unit 0 says that somebody did.",
            "false_alarm",
        )
    if not now.all():
        return Finding(
            f"In 20 sequences the call comes at the last step. Unit 0 is positive after {now.sum()} of them.",
            "deaf",
        )
    if not earlier.all():
        since = _STEPS - 1 - places[20:][~earlier].max()
        return Finding(
            f"A call that came {since} steps before the end has been forgotten: unit 0 is not positive any more.",
            "fades",
        )
    return None


MAKE_LATCH = Exercise(
    id="recurrence.make_latch",
    notebook=NOTEBOOK,
    title="Make: a memory that lasts",
    prompt="""
An open task. Someone calls once, a single 1, or never; all the other numbers are noise between −0.1 and 0.1. Set the
weights of an RNN by hand so that it still knows after 60 steps whether it was called.

Write `make_latch()`, without arguments: return the triple `W, U, b` of shapes (1, H), (H, H), (H,), with as many units H as
you like (one will do). The network begins with a state of zeros and computes h ← tanh(x W + h U + b) at each step. After
the last step unit 0 must be positive if there was a call, wherever it was, and negative or 0 if there was none.
""",
    starter="""
def make_latch():  # nothing -> W (1, H), U (H, H), b (H,)
    ...
""",
    reference=make_latch,
    judge=_judge_latch,
    cases=lambda: [()],
    expects="three arrays: W, U and b",
    hints=(
        "One unit that hears itself. How large must u be, so that a state near 1 stays near 1, and one near −1 near −1? "
        "Look at tanh(u h): for u = 0.5 everything runs to 0, for u = 3 it does not.",
        "The noise must not start it: −b has to be more than 0.1 w. The call must turn it from −1 to 1: w − u + b above 0, "
        "clearly. And once it is up, it must stay there: u + b − 0.1 w above 0, clearly.",
        "`return np.array([[8.0]]), np.array([[4.0]]), np.array([-1.2])`",
    ),
    next="How much of a gradient gets from the last state to the call, 50 steps before? Multiply the factors (1 − h²) u. "
    "Would descent have found your weights?",
    wrong=(
        Mistake(
            name="fades",
            title="Close: it hears the call, and forgets it.",
            why="Your unit repeats to itself what it knows, too softly: with each step less is left. Once up, near 1, it "
            "has to stay there: u + b − 0.1 w clearly above 0. So raise its weight to itself well above 1, or let the bias "
            "pull down less.",
            version=lambda: (np.array([[2.0]]), np.array([[0.5]]), np.array([-0.3])),
        ),
        Mistake(
            name="false_alarm",
            title="Close: noise is taken for a call.",
            why="With a strong loop the smallest push from 0 grows, upwards or downwards. Give the unit a bias that holds "
            "it down: a negative b that no noise of 0.1 w can lift.",
            version=lambda: (np.array([[4.0]]), np.array([[3.0]]), np.array([0.0])),
        ),
        Mistake(
            name="deaf",
            title="Close: the call is not heard.",
            why="The unit sits near −1 and tells itself so, with its weight u. A call has to be louder: w must exceed u and "
            "the bias together.",
            version=lambda: (np.array([[2.0]]), np.array([[4.0]]), np.array([-1.2])),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="recurrence.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of shared weights and of the way back?",
    kind="quiz",
    questions=(
        Question(
            "A kernel of 3 × 3 weights (notebook 18) slides over a picture and is used at 36 places. The gradient of one "
            "of its weights is …",
            (
                Option(
                    "that of the last place it was used at.",
                    "Every place used the weight, so every place has a complaint about it.",
                ),
                Option(
                    "the mean over the 36 places.",
                    "A mean would listen to each place less, the more places there are. Raise the weight, and all 36 "
                    "places feel the whole of it.",
                ),
                Option(
                    "the sum over the 36 places.",
                    "One weight, 36 roads from it to the loss; where roads meet, gradients add. Keep it in mind: it will be "
                    "needed today.",
                    True,
                ),
                Option(
                    "36 numbers, one for each place.",
                    "There are 36 shares, but one weight, and a step can move it only once.",
                ),
            ),
        ),
        Question(
            "A tanh unit gives 0.8. How steep is tanh there?",
            (
                Option(
                    "0.36.",
                    "1 − h² = 1 − 0.64. No other number is needed than what it gave.",
                    True,
                ),
                Option("0.16.", "0.8 · 0.2 would be the slope of a sigmoid. That of tanh is 1 − h²."),
                Option(
                    "0.66.",
                    "That is tanh of 0.8, the bend taken once more. The unit's output has been through it already.",
                ),
                Option(
                    "0.64.",
                    "That is h². It is what the slope lacks of 1.",
                ),
            ),
        ),
        Question(
            "A tape (notebook 09) is played backwards. Why in that order?",
            (
                Option(
                    "Because the last operations matter most.",
                    "They need not. The order has nothing to do with how much anything matters.",
                ),
                Option(
                    "So that every value has heard from all who read it before it hands anything on.",
                    "Its readers all came later, so they have had their turn.",
                    True,
                ),
                Option(
                    "Any order would do, since sums do not depend on the order.",
                    "The shares may be added in any order, but they must be complete before the sum is handed on.",
                ),
                Option(
                    "To save memory.",
                    "It needs what the forward pass kept, in whatever order it goes.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="recurrence.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“In a recurrent network the state is handed on at every step. So whatever it has read, however long ago, still "
            "has its say in the last answer.”",
            (
                Option(
                    "True: it is handed on, so it cannot get lost.",
                    "Handed on, and each time multiplied and bent. In section 4 two sequences that begin differently left "
                    "the same state behind, to the last digit that the machine can tell.",
                ),
                Option(
                    "True if the state has as many numbers as the sequence is long.",
                    "Room is not the trouble. A state of 32 numbers had room enough for one of them, and it was lost all "
                    "the same.",
                ),
                Option(
                    "False: whether it does depends on the weights.",
                    "With weights as they are drawn at the start, nothing is left after a hundred steps. With others, which "
                    "you set by hand in the last exercise, one bit stays for as long as you like.",
                    True,
                ),
                Option(
                    "False: no recurrent network remembers more than a few steps.",
                    "Many do not. But one unit that hears itself loudly enough keeps one bit for as long as you like: you "
                    "build it in the last exercise.",
                ),
            ),
        ),
    ),
)

PULSE = Quiz(
    id="recurrence.predict_pulse",
    notebook=NOTEBOOK,
    title="Predict: one pulse",
    kind="predict",
    questions=(
        Question(
            "Unit a reads 1 once, and from then on zeros. It hears itself, with the weight 0.5, a step late (no bias, no "
            "bend). What does it say ten steps after the pulse?",
            (
                Option(
                    "0: nothing comes in any more.",
                    "Nothing comes from outside. But it still hears itself, and has something to repeat.",
                ),
                Option(
                    "1: it keeps what it heard.",
                    "It would with the weight 1. With 0.5 each round leaves half.",
                ),
                Option(
                    "About 0.001.",
                    "Half of a half of a half, ten times: 1/1024. Fading, and never quite gone.",
                    True,
                ),
                Option(
                    "About 2: the halves add up.",
                    "They would if a 1 came in at *every* step: 1 + ½ + ¼ + … = 2. Here it came once.",
                ),
            ),
        ),
    ),
)

PARAMETERS = Quiz(
    id="recurrence.predict_parameters",
    notebook=NOTEBOOK,
    title="Predict: how many weights?",
    kind="predict",
    questions=(
        Question(
            "A layer that reads 3 numbers at each step and keeps a state of 4 has 32 parameters for sequences of 5 steps. "
            "How many for sequences of 500?",
            (
                Option(
                    "32.",
                    "W (3, 4), U (4, 4), b (4,): the same at every step, and nowhere does a T appear.",
                    True,
                ),
                Option(
                    "3,200: a layer for each step.",
                    "Laid out along time it looks like 500 layers. But they are one and the same layer, used 500 times.",
                ),
                Option(
                    "1,517: 495 more inputs, three weights each.",
                    "The inputs do not arrive side by side. At each step 3 numbers come in, through the same W.",
                ),
                Option(
                    "It refuses: a layer has a fixed number of inputs.",
                    "Fixed is how much it reads at *one* step. How many steps there are is up to the loop.",
                ),
            ),
        ),
    ),
)

SHARES = Quiz(
    id="recurrence.predict_shares",
    notebook=NOTEBOOK,
    title="Predict: the last step and all steps",
    kind="predict",
    questions=(
        Question(
            "Take only the last step, as if nothing lay before it: it says that the loss grows by about 0.29 per unit of u, "
            "so turn u down. And all steps together?",
            (
                Option(
                    "The same: earlier steps are over and cannot change anything.",
                    "Had u been different then, the state that the last step found would have been different. That is how "
                    "the past counts.",
                ),
                Option(
                    "The same direction, and stronger: each step adds its part.",
                    "Each does add its part, but parts have signs.",
                ),
                Option(
                    "The opposite: turn u up.",
                    "The second step's share is −0.40, more than the last one's 0.29. Who listens to the last step alone "
                    "turns u the wrong way.",
                    True,
                ),
                Option(
                    "Exactly 0: they cancel.",
                    "They pull in opposite directions, and one of them pulls harder.",
                ),
            ),
        ),
    ),
)

FAR = Quiz(
    id="recurrence.predict_far",
    notebook=NOTEBOOK,
    title="Predict: fifty steps back",
    kind="predict",
    questions=(
        Question(
            "Each step back multiplies the length of the gradient by 0.9 in one network, by 1.1 in another. It starts with "
            "length 1. How long is it fifty steps back?",
            (
                Option(
                    "About 0.9 and about 1.1.",
                    "That is one step back. The factors come again at every step.",
                ),
                Option(
                    "About 0.005 and about 117.",
                    "0.9⁵⁰ and 1.1⁵⁰. A tenth to either side, and the blame is a whisper here and a shout there.",
                    True,
                ),
                Option(
                    "About 0.1 and about 6: fifty steps of a tenth.",
                    "1 + 50 · 0.1 = 6 is how it would grow if each step *added* a tenth. Each multiplies.",
                ),
                Option(
                    "About 0.5 and about 2.",
                    "That is what is left after seven steps. There are forty-three more.",
                ),
            ),
        ),
    ),
)

ALONE = Quiz(
    id="recurrence.predict_alone",
    notebook=NOTEBOOK,
    title="Predict: alone",
    kind="predict",
    questions=(
        Question(
            "The network predicts the next value of a wave well. Now the data end, and it reads its own predictions, fifty "
            "times. Its continuation …",
            (
                Option(
                    "stays as close to the true wave as its single predictions were.",
                    "Each of its values is read as if it were true, so every small mistake is carried into the next "
                    "prediction, and they pile up.",
                ),
                Option(
                    "goes flat within a few steps.",
                    "It would, if it had learnt to hedge. But the state holds where in the wave it is, and goes on turning.",
                ),
                Option(
                    "grows out of bounds.",
                    "tanh keeps the state between −1 and 1, and with it what can be read from it.",
                ),
                Option(
                    "goes on waving, and is soon out of step with the true wave.",
                    "A small mistake in a period is a small mistake in the next value, and after fifty steps a large one.",
                    True,
                ),
            ),
        ),
    ),
)

CUT = Quiz(
    id="recurrence.predict_cut",
    notebook=NOTEBOOK,
    title="Predict: cut off",
    kind="predict",
    questions=(
        Question(
            "The blame is cut off after *one* step: each step learns from its own mistake only, and nobody is told what "
            "their state did later. The state itself is still handed on. Trained so on the waves, the network's error is …",
            (
                Option(
                    "that of saying the last value again: it cannot learn to use its memory.",
                    "Nobody *taught* it what to remember. But even a state that was never taught keeps a good deal of the "
                    "recent past, and how to read it out is learnt at every step.",
                ),
                Option(
                    "a little higher than with the whole way back.",
                    "For waves, the recent past is nearly all that counts, and an untaught state holds that. (Not for every "
                    "task: notebook 22 has one for which it would be hopeless.)",
                    True,
                ),
                Option(
                    "lower: shorter ways, cleaner gradients.",
                    "The cut gradient is not that of the loss. In the run it did a little worse, as one should expect.",
                ),
                Option(
                    "undefined: without the way back there is no gradient.",
                    "Each step still has a layer's gradient: what came in, times its own delta.",
                ),
            ),
        ),
    ),
)

EXERCISES = (WIRE, READ_ALL, BPTT, REACH, CARRY_ON, MAKE_LATCH)
QUIZZES = (WARMUP, IS_THIS_TRUE, PULSE, PARAMETERS, SHARES, FAR, ALONE, CUT)
