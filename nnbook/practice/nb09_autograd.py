"""Exercises, questions and predictions of notebook 09_autograd."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.showing import show

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "09_autograd"


# quotient_slopes -----------------------------------------------------------------------------------------------------


def quotient_slopes(a, b):
    """The two slopes of y = a / b: per unit of a, per unit of b."""
    return 1 / b, -a / b**2


def _quotient_slopes(a, b, *, sign=False, unsquared=False, without_a=False, swapped=False, of_product=False):
    to_a, to_b = (b, a) if of_product else (1 / b, -(1 if without_a else a) / (b if unsquared else b**2))
    if sign:
        to_b = -to_b
    return (to_b, to_a) if swapped else (to_a, to_b)


def _worked_quotient(case, where):
    a, b = case
    y, up_a, up_b = a / b, (a + 0.001) / b, a / (b + 0.001)
    return (
        f"a / b is {y:.6g}. With a raised by 0.001 it is {up_a:.6g}: {(up_a - y) / 0.001:.4g} per unit. With b "
        f"raised by 0.001 it is {up_b:.6g}: {(up_b - y) / 0.001:.4g} per unit, nearly."
    )


QUOTIENT_SLOPES = Exercise(
    id="autograd.quotient_slopes",
    notebook=NOTEBOOK,
    title="A new operation",
    prompt="""
The tape knows + and ×. What must be written down for a third operation, y = a / b?

Write `quotient_slopes(a, b)`: two numbers, b not 0. Return the pair `slope_a, slope_b`: how fast y moves when
a alone does, and how fast when b alone does.
""",
    starter="""
def quotient_slopes(a, b):  # two numbers -> the slope for a, the slope for b
    ...
""",
    reference=quotient_slopes,
    faulty=_quotient_slopes,
    cases=lambda: [(6.0, 3.0), (-2.0, 4.0), (1.7, -0.6), (5.0, 0.4), (-3.1, -2.2)],
    returns=("slope_a", "slope_b"),
    expects="a pair of numbers: the slope for a and the slope for b",
    hints=(
        "Six metres of ribbon among three people. One metre more is shared as well: what does each get of it?",
        "y = a · b⁻¹. For a, b⁻¹ is a constant factor. For b, the slope of b⁻¹ is −b⁻².",
        "`1 / b, -a / b**2`",
    ),
    next="With it, give `Number` a method `__truediv__`, and the tape can divide. Three lines are enough.",
    wrong=(
        Mistake(
            name="sign",
            title="Close: a sign is wrong.",
            seen="For a = {a}, b = {b} your slope for b is {your_slope_b}, asked was {right_slope_b}.",
            why="Share among more people, and each gets less: for positive a and b the quotient falls when b "
            "rises, so the slope for b is negative.",
        ),
        Mistake(
            name="unsquared",
            title="Close: b counts twice.",
            seen="For a = {a}, b = {b} your slope for b is {your_slope_b}, asked was {right_slope_b}.",
            why="The slope of 1/b is −1/b²: the larger b already is, the less one more matters.",
        ),
        Mistake(
            name="without_a",
            title="Close: a has gone missing from the slope for b.",
            seen="For a = {a}, b = {b} your slope for b is {your_slope_b}, asked was {right_slope_b}.",
            why="−1/b² is the slope of 1/b. In a / b that is multiplied by a, and so is its slope.",
        ),
        Mistake(
            name="swapped",
            title="Close: the two have changed places.",
            seen="For a = {a}, b = {b} you gave ({your_slope_a}, {your_slope_b}), asked was ({right_slope_a}, "
            "{right_slope_b}).",
            why="The order is that of the arguments: first what belongs to a, then what belongs to b. A tape "
            "would send each share to the wrong address.",
        ),
        Mistake(
            name="of_product",
            title="Those are the slopes of a product.",
            seen="For a = {a}, b = {b} you gave ({your_slope_a}, {your_slope_b}), asked was ({right_slope_a}, "
            "{right_slope_b}).",
            why="In a · b each factor's slope is the other one. In a / b, a is multiplied by 1/b, so 1/b is its "
            "slope, and b stands below the line.",
        ),
    ),
    worked=_worked_quotient,
)


# in_order ------------------------------------------------------------------------------------------------------------


def in_order(sources, result):
    """The names behind a result, each once and after all that it was computed from."""
    order = []

    def add(name):
        if name not in order:
            for source in sources[name]:
                add(source)
            order.append(name)

    add(result)
    return order


def _in_order_cases():
    ladder = {"x0": []} | {f"x{i}": [f"x{i - 1}", f"x{i - 1}"] for i in range(1, 13)}
    return [
        ({"y": ["p", "x"], "p": ["x", "x"], "x": []}, "y"),
        ({"loss": ["b", "a"], "a": ["b", "c"], "c": ["b"], "b": [], "spare": ["loss", "a"]}, "loss"),
        ({"k": [], "q": ["k"], "w": [], "s": ["w", "t"], "t": ["w", "u"], "u": ["w"], "v": ["q", "s"]}, "s"),
        (dict(reversed(ladder.items())), "x12"),
    ]


def _behind(sources, result):
    found, waiting = set(), [result]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(sources[name])
    return found


def _too_early(order, sources):
    """The first name that stands before one that it was computed from, and that one."""
    place = {name: i for i, name in enumerate(order)}
    return next(((n, s) for n in order for s in sources[n] if place[s] > place[n]), None)


def _judge_in_order(output, sources, result):
    if not isinstance(output, (list, tuple)) or not all(isinstance(name, str) for name in output):
        return Finding(f"Asked was a list of names; you gave {show(output)}.")
    graph = "; ".join(
        f"{name} from {', '.join(read)}" if read else f"{name} given" for name, read in sources.items()
    )
    asked = f"In the graph “{graph}” you gave for {result} the list {', '.join(output)}."
    if len(asked) > 500:
        asked = f"For a ladder of {len(sources)} names you gave a list of {len(output)}."
    behind = _behind(sources, result)
    if strange := [name for name in output if name not in sources]:
        return Finding(f"{asked} {strange[0]!r} is no name of this graph.")
    if len(set(output)) < len(output):
        name = max(output, key=list(output).count)
        return Finding(f"{asked} {name!r} is there {list(output).count(name)} times.", "twice")
    if extra := [name for name in output if name not in behind]:
        return Finding(f"{asked} The result does not come from {extra[0]!r}.", "too_many")
    if missing := [name for name in sources if name in behind and name not in output]:
        return Finding(f"{asked} {missing[0]!r} is missing, and the result does come from it.")
    early = _too_early(output, sources)
    if early is None:
        return None
    seen = f"{asked} {early[0]!r} stands before {early[1]!r}, which it was computed from."
    return Finding(seen, "backwards" if _too_early(output[::-1], sources) is None else "by_distance")


def _in_order_twice(sources, result):
    return [name for source in sources[result] for name in _in_order_twice(sources, source)] + [result]


def _in_order_too_many(sources, result):
    order = []
    for name in sources:
        order += [each for each in in_order(sources, name) if each not in order]
    return order


def _in_order_by_distance(sources, result):
    found = [result]
    for name in found:
        found += [source for source in dict.fromkeys(sources[name]) if source not in found]
    return found[::-1]


IN_ORDER = Exercise(
    id="autograd.in_order",
    notebook=NOTEBOOK,
    title="In which order?",
    prompt="""
Suppose that nobody noted the time. All that is known of a graph is who was computed from whom, as a
dictionary: `{"y": ["p", "x"], "p": ["x", "x"], "x": []}` says that y was computed from p and x, p from x and x, and
that x was given.

Write `in_order(sources, result)`: `sources` is such a dictionary, in which every name is a key; `result` is one of
its names. Return a list of the names that the result comes from, itself included: each once, and each
*after* all that it was computed from. For the example and "y" that is `["x", "p", "y"]`. Where several orders
do, any of them is right.
""",
    starter="""
def in_order(sources, result):  # a dictionary, a name -> a list of names
    ...
""",
    reference=in_order,
    judge=_judge_in_order,
    cases=_in_order_cases,
    expects="a list of names",
    hints=(
        "A name may be appended when all its sources stand in the list already.",
        "A function that calls itself does it: `add(name)` returns at once if the name is in the list; else it "
        "calls `add` for each of the name's sources, and *then* appends the name.",
        "`order = []`; `def add(name):` `if name not in order:` `for source in sources[name]: add(source)`, then "
        "`order.append(name)`; at the end `add(result)` and `return order`.",
    ),
    next="A function that calls itself would give up in a chain of 20,000. How does `behind` in the notebook avoid "
    "that? And why does nobody need to fear a circle, in which a was computed from b and b from a?",
    wrong=(
        Mistake(
            name="backwards",
            title="Close: the list runs the other way.",
            why="Yours goes from the result to what was given: that is the order in which the tape is played "
            "*back*. Asked was the order in which it was recorded.",
            version=lambda sources, result: in_order(sources, result)[::-1],
        ),
        Mistake(
            name="twice",
            title="Close: some come more than once.",
            why="A value that was read twice is still one value. Visit it again, and everything behind it is "
            "visited again as well: in a ladder of n steps that makes 2ⁿ visits. Ask first whether the name is "
            "in the list.",
            version=_in_order_twice,
        ),
        Mistake(
            name="too_many",
            title="Close: some have nothing to do with the result.",
            why="A program computes more than what ends in one result. What the result does not come from gets "
            "no gradient from it, so begin at the result and follow the sources.",
            version=_in_order_too_many,
        ),
        Mistake(
            name="by_distance",
            title="Close: near is not the same as late.",
            why="You sorted by how few steps lead back from the result. But a value can be read by the result "
            "*and*, before that, by something else on the way: it must wait for the longest way, not for the "
            "shortest.",
            version=_in_order_by_distance,
        ),
    ),
)


# gradients_of_tape ---------------------------------------------------------------------------------------------------


def gradients_of_tape(tape):
    """The gradient of the last value on a tape with respect to each."""
    gradients = np.zeros(len(tape))
    gradients[-1] = 1.0
    for i in reversed(range(len(tape))):
        for j, slope in tape[i]:
            gradients[j] += slope * gradients[i]
    return gradients


def _gradients_of_tape(
    tape, *, assigned=False, forwards=False, unseeded=False, slope_forgotten=False, added=False
):
    gradients = np.zeros(len(tape))
    gradients[-1] = 0.0 if unseeded else 1.0
    places = range(len(tape))
    for i in places if forwards else reversed(places):
        for j, slope in tape[i]:
            share = gradients[i] if slope_forgotten else slope * gradients[i]
            if added and not slope_forgotten:
                share = slope + gradients[i]
            gradients[j] = share if assigned else gradients[j] + share
    return gradients


def _tape_cases():
    rng = np.random.default_rng(6)
    cases = [
        ([[], [(0, 3.0), (0, 3.0)], [(1, 1.0), (0, 1.0)]],),
        ([[], [(0, 2.0)], [(1, 5.0), (0, -1.0)], [(2, 0.5), (1, 3.0), (0, 4.0)]],),
    ]
    for length in (5, 7, 9):
        tape = [[], []]
        for i in range(2, length):
            read = [i - 1, *rng.integers(0, i, 2)]
            tape.append([(int(j), float(rng.uniform(0.5, 2) * rng.choice([-1, 1]))) for j in read])
        cases.append((tape,))
    return cases


def _worked_tape(case, where):
    (tape,) = case
    i = where[0] if where else 0
    gradients = gradients_of_tape(tape)
    terms = [f"({s:.4g})({gradients[k]:.4g})" for k, entry in enumerate(tape) for j, s in entry if j == i]
    if not terms:
        return "the last value moves by 1 per unit of itself, and that is where the way back begins."
    return (
        f"value {i} was read {len(terms)} times. Slope times gradient of the reader, for each reading: "
        f"{' + '.join(terms)} = {gradients[i]:.4g}."
    )


GRADIENTS_OF_TAPE = Exercise(
    id="autograd.gradients_of_tape",
    notebook=NOTEBOOK,
    title="Play it back",
    prompt="""
Here is a tape in its barest form, without any class: a list with one entry for each value, in the order in which
they were computed. Entry i is a list of pairs `(j, slope)`: value i was computed from value j, and moves `slope` times
as fast. What was given has an empty entry. So x = 3, p = x · x, y = p + x is the tape
`[[], [(0, 3.0), (0, 3.0)], [(1, 1.0), (0, 1.0)]]`.

Write `gradients_of_tape(tape)`: return an array of shape (len(tape),) that holds, for each value, the gradient of
the *last* value with respect to it.
""",
    starter="""
def gradients_of_tape(tape):  # a list of lists of (j, slope) -> an array (len(tape),)
    ...
""",
    reference=gradients_of_tape,
    faulty=_gradients_of_tape,
    cases=_tape_cases,
    expects="an array of numbers, one for each entry of the tape",
    hints=(
        "Begin with zeros, and one number that you know for certain: how fast does the last value move per unit "
        "of itself?",
        "Take the entries from the last to the first. When the turn of i comes, all that read it have been there: "
        "its gradient is complete, and can be handed on.",
        "`for i in reversed(range(len(tape))):` `for j, slope in tape[i]:` `gradients[j] += slope * gradients[i]`",
    ),
    next="Which entries could be forgotten as soon as their turn has passed? Frameworks do, to save memory.",
    wrong=(
        Mistake(
            name="assigned",
            title="Close: a share was overwritten where it should have been added.",
            seen="You gave {yours}, asked was {right}.",
            why="`=` keeps the last share that arrives and forgets the others: a value that was read twice is blamed "
            "once. Where roads meet, gradients add: `+=`.",
        ),
        Mistake(
            name="forwards",
            title="Close: the tape was played in the wrong direction.",
            seen="You gave {yours}, asked was {right}.",
            why="From the first entry to the last, each hands on a gradient that it has not got yet. Go from the last "
            "to the first: then all that read a value have had their turn.",
        ),
        Mistake(
            name="unseeded",
            title="Close: nobody started it.",
            seen="You gave {yours}, asked was {right}.",
            why="Every gradient is a multiple of the one at the end. That one is 1: the last value moves by one per unit "
            "of itself. If it is 0, so is everything.",
        ),
        Mistake(
            name="slope_forgotten",
            title="Close: the slopes were not used.",
            seen="You gave {yours}, asked was {right}.",
            why="You counted the roads. But along a road rates multiply: what is handed on from i to j is the gradient "
            "of i times the slope.",
        ),
        Mistake(
            name="added",
            title="Close: along a road rates multiply.",
            seen="You gave {yours}, asked was {right}.",
            why="You added the slope to the gradient that came from above. Adding is for roads that meet; along one "
            "road it is slope *times* gradient.",
        ),
    ),
    worked=_worked_tape,
)


# gain_offset_backward ------------------------------------------------------------------------------------------------


def gain_offset_backward(dy, x, gain):
    """The gradients of y = x · gain + offset: (N, M), (N, M), (M,) -> (N, M), (M,), (N, 1)."""
    return dy * gain, (dy * x).sum(axis=0), dy.sum(axis=1, keepdims=True)


def _gain_offset_backward(
    dy, x, gain, *, unsummed=False, averaged=False, x_forgotten=False, gain_forgotten=False, flattened=False
):
    collect = np.mean if averaged else np.sum
    dx = dy if gain_forgotten else dy * gain
    dgain = dy if x_forgotten else dy * x
    if unsummed:
        return dx, dgain, dy
    return dx, collect(dgain, axis=0), collect(dy, axis=1, keepdims=not flattened)


def _gain_offset_cases():
    rng = np.random.default_rng(8)
    cases = [(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), np.array([[2.0, 0.0, 1.0], [1.0, 3.0, 4.0]]),
              np.array([0.5, 2.0, -1.0]))]  # fmt: skip
    for n, m in ((4, 3), (3, 3), (2, 5)):
        cases.append((rng.standard_normal((n, m)), rng.standard_normal((n, m)), rng.standard_normal(m)))
    return cases


def _worked_gain(case, where):
    dy, x, _ = case
    terms = " + ".join(f"({d:.4g})({v:.4g})" for d, v in zip(dy[:, 0], x[:, 0], strict=True))
    return (
        f"gain[0] was multiplied into column 0, once for each example: {terms} = {dy[:, 0] @ x[:, 0]:.4g}. "
        f"offset[0] was added along row 0, once for each column: {show(dy[0])} add up to {dy[0].sum():.4g}."
    )


GAIN_OFFSET_BACKWARD = Exercise(
    id="autograd.gain_offset_backward",
    notebook=NOTEBOOK,
    title="Undo two broadcasts",
    prompt="""
N photographs of M pixels each are the rows of `x`, of shape (N, M). Every pixel has its own gain, the same for all
photographs: `gain`, of shape (M,). Every photograph has its own offset, the same for all its pixels: `offset`, of shape
(N, 1). NumPy copies both to the full shape, and y = x · gain + offset is (N, M).

Write `gain_offset_backward(dy, x, gain)`: `dy`, of shape (N, M), is the gradient of the loss with respect to y. Return
`dx, dgain, doffset`, of shapes (N, M), (M,) and (N, 1). (The offset itself is not needed.)
""",
    starter="""
def gain_offset_backward(dy, x, gain):  # (N, M), (N, M), (M,) -> dx (N, M), dgain (M,), doffset (N, 1)
    ...
""",
    reference=gain_offset_backward,
    faulty=_gain_offset_backward,
    cases=_gain_offset_cases,
    returns=("dx", "dgain", "doffset"),
    expects="three arrays: dx, dgain, doffset",
    hints=(
        "First forget about copies. If gain and offset were (N, M) like x, what would the three gradients be? A "
        "product gives each factor the other one, a sum hands on.",
        "`dy * gain`, `dy * x`, `dy`, all (N, M). Now each number of gain collects from its N copies, down its "
        "column, and each number of offset from its M copies, along its row.",
        "`(dy * x).sum(axis=0)` and `dy.sum(axis=1, keepdims=True)`",
    ),
    next="If offset had the shape (1,), one for all photographs and pixels, what would its gradient be?",
    wrong=(
        Mistake(
            name="unsummed",
            title="Close: the copies have not been gathered.",
            seen="Your dgain has the shape {your_dgain_shape}, asked was {right_dgain_shape}; your doffset has "
            "{your_doffset_shape}, asked was {right_doffset_shape}.",
            why="A gradient has the shape of what it belongs to. Broadcasting made copies of gain and offset; each "
            "copy has its own share of the blame, and the original answers for all of them: sum.",
        ),
        Mistake(
            name="averaged",
            title="Close: gathered, but then divided.",
            seen="Your dgain is {your_dgain}, asked was {right_dgain}.",
            why="Raise the original, and *every* copy rises by as much. So the effects add up, undivided. If the loss "
            "is a mean, its division is in dy already.",
        ),
        Mistake(
            name="x_forgotten",
            title="Close: what gain was multiplied with is missing.",
            seen="Your dgain is {your_dgain}, asked was {right_dgain}.",
            why="In a product each factor's slope is the other one. Before the sum, dy meets x.",
        ),
        Mistake(
            name="gain_forgotten",
            title="Close: x was multiplied on its way.",
            seen="Your dx is {your_dx}, asked was {right_dx}.",
            why="x reaches y through gain, so the gradient comes back through gain: dy · gain. NumPy copies gain for you "
            "once more.",
        ),
        Mistake(
            name="flattened",
            title="Close: an axis has gone missing.",
            seen="Your doffset has the shape {your_doffset_shape}, asked was {right_doffset_shape}.",
            why="`sum(axis=1)` drops the axis. offset is a column, so its gradient must be a column too: "
            "`keepdims=True`. Otherwise `offset - rate * doffset` would broadcast to a square, in silence.",
        ),
    ),
    worked=_worked_gain,
)


# make_pair -----------------------------------------------------------------------------------------------------------


def make_pair():
    """A pair of one's own: a bump, and its way back."""

    def bump(x):
        return np.exp(-(x**2))

    def bump_backward(dy, x):
        return dy * -2 * x * np.exp(-(x**2))

    return bump, bump_backward


def _judge_pair(output):
    from nnbook import autograd

    if not isinstance(output, (tuple, list)) or len(output) != 2 or not all(map(callable, output)):
        return Finding(f"Asked were two functions, f and f_backward; you gave {show(output)}.")
    f, f_backward = output
    rng = np.random.default_rng(11)
    x, dy = rng.uniform(-2, 2, (3, 4)), rng.uniform(0.5, 2, (3, 4)) * rng.choice([-1, 1], (3, 4))
    y = np.asarray(f(x.copy()))
    if y.shape != x.shape:
        return Finding(f"For x of shape (3, 4) your f gave the shape {y.shape}; it must work entry by entry.")
    if y.dtype.kind not in "fiu" or not np.isfinite(y).all():
        where = x[~np.isfinite(np.asarray(y, float))][0] if y.dtype.kind in "fiu" else x[0, 0]
        return Finding(f"At x = {where:.4g} your f is no finite number.")
    if not np.allclose(y[:2, 1:], f(x[:2, 1:].copy())):
        return Finding(
            "Your f gives another answer for a part of the same array; it must work entry by entry."
        )
    line = np.asarray(f(np.linspace(-2, 2, 41)))
    if np.abs(np.diff(line, 2)).max() < 1e-9 * (1 + np.abs(line).max()):
        ends = f"from {line[0]:.4g} to {line[-1]:.4g}"
        return Finding(f"On the way from −2 to 2 your f goes {ends} in a straight line.", "straight")
    try:
        pair = autograd.register(f, f_backward)
        t = autograd.Tensor(x, requires_grad=True)
        pair(t).backward(dy)
    except (TypeError, ValueError) as error:
        return Finding(f"`register` or `backward` refused it: {error}")

    def slope(at):
        hair = 1e-6
        return (np.asarray(f(at + hair)) - np.asarray(f(at - hair))) / (2 * hair)

    mine, right = t.grad, dy * slope(x)
    worst = np.unravel_index(np.abs(mine - right).argmax(), x.shape)
    seen = (
        f"At x = {x[worst]:.4g}, with dy = {dy[worst]:.4g}, your way back gives {mine[worst]:.4g}; nudging says "
        f"{right[worst]:.4g}."
    )
    for gradient, name in (
        (right, None),
        (slope(x), "dy_forgotten"),
        (-right, "sign"),
        (dy * slope(y), "at_y"),
    ):
        if np.allclose(mine, gradient, rtol=1e-4, atol=1e-6):
            return None if name is None else Finding(seen, name)
    return Finding(seen)


def _wave(x):
    return np.sin(x)


MAKE_PAIR = Exercise(
    id="autograd.make_pair",
    notebook=NOTEBOOK,
    title="Make: an operation of your own",
    prompt="""
An open task. Think of a function that you have not seen in this course: a bump, a wave that dies away, a curve with
two humps. It takes an array, works entry by entry, and gives a finite number wherever x lies between −2 and 2. Only a
straight line is not allowed.

Write `make_pair()`, without arguments: define two functions inside it (a `def` within a `def`), and return them,
`f, f_backward`. The first is called as `f(x)` and gives
an array of x's shape. The second is called as `f_backward(dy, x)`, or as `f_backward(dy, y)` if its formula is shorter
from the output, with `dy` of the same shape, and gives the gradient with respect to x.

Your pair is registered, put on the tape, and compared with nudging.
""",
    starter="""
def make_pair():  # nothing -> f, f_backward
    ...
""",
    reference=make_pair,
    judge=_judge_pair,
    cases=lambda: [()],
    expects="two functions: f and f_backward",
    hints=(
        "Choose something whose slope you can find: a product of two functions u · v has the slope u′ v + u v′; a "
        "function of a function, f(u(x)), has the slope f′(u) · u′(x).",
        "In `f_backward`, write the slope at x, and multiply it by dy. Then `return f, f_backward`, without "
        "parentheses: the functions themselves.",
        "For a bump: `np.exp(-x**2)`, and on the way back `dy * -2 * x * np.exp(-x**2)`.",
    ),
    next="Use it as an activation in the network of section 4: does the loss still fall?",
    wrong=(
        Mistake(
            name="dy_forgotten",
            title="Close: what comes from above is missing.",
            why="Your way back gives the slope of f. But f stands in the middle of a road: what its reader hands "
            "back, dy, has to be multiplied by that slope.",
            version=lambda: (_wave, lambda dy, x: np.cos(x)),
        ),
        Mistake(
            name="sign",
            title="Close: the sign is wrong.",
            why="Every entry has the right size and the opposite sign. Is there a minus in f whose derivative is "
            "missing, or one too many?",
            version=lambda: (_wave, lambda dy, x: -dy * np.cos(x)),
        ),
        Mistake(
            name="at_y",
            title="Close: the slope is taken in the wrong place.",
            why="You took the slope at the *output*, as if y were x. In `f_backward(dy, x)` the slope is that of f at "
            "x, where the forward pass stood.",
            version=lambda: (_wave, lambda dy, y: dy * np.cos(y)),
        ),
        Mistake(
            name="straight",
            title="That is a straight line.",
            why="Its slope is the same everywhere, so nothing can go wrong, and nothing can be learnt from it: layers "
            "with a straight line between them are one layer (notebook 04). Bend it.",
            version=lambda: ((lambda x: 3 * x + 1), (lambda dy, x: 3 * dy)),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="autograd.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of back-propagation and of checking it?",
    kind="quiz",
    questions=(
        Question(
            "Why must the forward pass run before the backward pass can?",
            (
                Option(
                    "Because the weights must be updated in between.",
                    "They must not be: all gradients belong to the weights that made the error. Updates come last.",
                ),
                Option(
                    "Because each slope is taken where the forward pass stood.",
                    "The slope of u² is 2u, so u must be known. Whoever wants gradients must run forward, and "
                    "remember.",
                    True,
                ),
                Option(
                    "Because the loss must be small enough first.",
                    "A gradient exists wherever the loss does, large or small.",
                ),
                Option(
                    "It need not: gradients depend on the weights alone.",
                    "Also on the data, and on every value on the way. In dW = Xᵀδ the data themselves stand.",
                ),
            ),
        ),
        Question(
            "A layer of 3 inputs and 5 units has seen a batch of 8. Which shape has the gradient of its weights W?",
            (
                Option("(3, 5), that of W.", "A gradient has the shape of what it belongs to, whatever the "
                       "batch.", True),
                Option("(8, 5): a delta for each example and unit.", "That is the shape of δ. The product Xᵀδ sums "
                       "over the 8 examples."),
                Option("(8, 3, 5): one matrix for each example.", "Each example has such a share, but the loss is one "
                       "number for all of them, and their shares are summed."),
                Option("(5, 3): the way back is transposed.", "Then `W -= rate * dW` would not fit. Here weights are "
                       "(in, out), and their gradients too."),
            ),
        ),
        Question(
            "To check a backward pass by nudging, the outputs are added up with random factors instead of all ones. "
            "What for?",
            (
                Option(
                    "To make the check faster.",
                    "It costs the same. The factors are there for what they reveal.",
                ),
                Option(
                    "Because random numbers are never exactly zero.",
                    "Nor are ones. But equal factors are too polite to tell outputs apart.",
                ),
                Option(
                    "With all ones, a way back that ignores what comes from above would pass.",
                    "Patient 6 passed like that: times dy, or without it, is the same if dy is 1. And a healthy softmax "
                    "was accused, since with ones its true gradient is 0.",
                    True,
                ),
                Option(
                    "To imitate the noise of real data.",
                    "No data are involved: dy stands for whatever might come from above.",
                ),
            ),
        ),
    ),
)  # fmt: skip

IS_THIS_TRUE = Quiz(
    id="autograd.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“To find a derivative a program needs a formula. A piece of code with a loop that runs until it is "
            "satisfied has none, so no program can give you its exact slope.”",
            (
                Option(
                    "True: only formulas have derivatives.",
                    "The loop ran, and what it did were additions, multiplications and divisions, one after the other. "
                    "Each of them has a slope, and the chain rule needs nothing else.",
                ),
                Option(
                    "True, unless the number of rounds is fixed before it starts.",
                    "The loop in section 5 decided by itself when to stop. By the time the way back begins, that "
                    "is settled: the tape holds what was done.",
                ),
                Option(
                    "False: the operations that were carried out are enough.",
                    "What happened is a list, however it came about: loops, ifs and calls have left no trace in it. "
                    "Played back, it gave the slope of the root to all ten digits shown.",
                    True,
                ),
            ),
        ),
    ),
)

BILL = Quiz(
    id="autograd.predict_bill",
    notebook=NOTEBOOK,
    title="Predict: which knob?",
    kind="predict",
    questions=(
        Question(
            "Total = (3 pizzas · 8 each + 6 delivery) · 1.2. Raise one of the four numbers by a small amount, the same "
            "for each. Which moves the total most?",
            (
                Option(
                    "The number of pizzas, 3.",
                    "It reaches the total through 8 and through 1.2: by 9.6 per unit. Another is louder.",
                ),
                Option(
                    "The price, 8.",
                    "It reaches the total through 3 and through 1.2: by 3.6 per unit.",
                ),
                Option(
                    "The delivery, 6: it is added last.",
                    "It is multiplied after that, but only by 1.2.",
                ),
                Option(
                    "The factor for the tip, 1.2.",
                    "The smallest number of all meets everything else, 30. How large a number is says nothing about "
                    "how much it matters.",
                    True,
                ),
            ),
        ),
    ),
)

VISITS = Quiz(
    id="autograd.predict_visits",
    notebook=NOTEBOOK,
    title="Predict: eighteen additions",
    kind="predict",
    questions=(
        Question(
            "`y = x`, and then 18 times `y = y + y`. There are 19 numbers now. How many visits does `visit(y)` "
            "make?",
            (
                Option(
                    "19: one for each number.",
                    "It would be, if a visit knew that somebody has been there before. Look at the two lines: "
                    "nobody asks.",
                ),
                Option(
                    "37: two for each addition, and the first.",
                    "There are 36 arrows. But each arrival starts the whole way below once more.",
                ),
                Option(
                    "324: 18 times 18.",
                    "It is worse: each step does not add to the visits, it doubles them.",
                ),
                Option(
                    "About half a million.",
                    "1 + 2 + 4 + … + 2¹⁸. The function walks every road from y to x separately, and each addition "
                    "doubles their number.",
                    True,
                ),
            ),
        ),
    ),
)

ASSIGN = Quiz(
    id="autograd.predict_assign",
    notebook=NOTEBOOK,
    title="Predict: one character",
    kind="predict",
    questions=(
        Question(
            "y = x · x + x at x = 3. The tape is played back with `=` instead of `+=`. Which gradient is left "
            "in x?",
            (
                Option(
                    "7, as it should be.",
                    "Three shares arrive at x, and each of them pushes the one before out.",
                ),
                Option(
                    "3: the share that comes last.",
                    "The sum y comes first and leaves 1. Then the product leaves 3, and once more 3.",
                    True,
                ),
                Option(
                    "1: the share that comes first.",
                    "It arrives first, from the sum, and is overwritten twice.",
                ),
                Option(
                    "6: the product's two shares.",
                    "They are 3 and 3, but written to the same place one after the other, not added.",
                ),
            ),
        ),
    ),
)

UNSUMMED = Quiz(
    id="autograd.predict_unsummed",
    notebook=NOTEBOOK,
    title="Predict: a gradient that is too large",
    kind="predict",
    questions=(
        Question(
            "Someone takes dY, of shape (4, 3), as the gradient of b, of shape (3,), and trains with "
            "`b = b - rate * dY`. What happens?",
            (
                Option(
                    "NumPy refuses: the shapes (3,) and (4, 3) do not match.",
                    "They do, by the same rule that made b fit in X @ W + b. (`b -= rate * dY` would have been "
                    "refused: it must put the result back into three numbers.)",
                ),
                Option(
                    "It runs and trains as it should, only slower.",
                    "It trains something else: look at the shape of b afterwards.",
                ),
                Option(
                    "It runs, and the loss falls lower than it does with the right gradient.",
                    "b has become (4, 3): a bias of its own for every example. That is learning by heart, and it looks "
                    "like success.",
                    True,
                ),
                Option(
                    "It runs, and the loss rises.",
                    "Each copy takes a step in its own right direction, so the loss falls. That is what makes this "
                    "slip so hard to see.",
                ),
            ),
        ),
    ),
)

SESSION = Quiz(
    id="autograd.predict_session",
    notebook=NOTEBOOK,
    title="Predict: an if in a plan",
    kind="predict",
    questions=(
        Question(
            "A plan is made with `if x > zero: y = x * three` and `else: y = x * one`. It is then run twice: for "
            "x = 2 and for x = −2. What comes out?",
            (
                Option(
                    "6 and −6.",
                    "When the `if` was asked, x had no value yet. It was asked once, one branch went into the plan, and "
                    "that one is run for ever.",
                    True,
                ),
                Option(
                    "6 and −2.",
                    "That is what define-by-run gives. Here `if` was asked when the plan was made, and the plan knows of "
                    "one branch only.",
                ),
                Option(
                    "2 and −2.",
                    "One branch for both runs: that much is so. But an object that stands for a comparison counts as true "
                    "in Python, so it is the first one.",
                ),
            ),
        ),
    ),
)

EXERCISES = (QUOTIENT_SLOPES, IN_ORDER, GRADIENTS_OF_TAPE, GAIN_OFFSET_BACKWARD, MAKE_PAIR)
QUIZZES = (WARMUP, IS_THIS_TRUE, BILL, VISITS, ASSIGN, UNSUMMED, SESSION)
