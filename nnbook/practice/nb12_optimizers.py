"""Exercises, questions and predictions of notebook 12_optimizers."""

# The references are shown to learners as the solutions, so they carry no annotations that a notebook could not read.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from nnbook.practice.catalog import Exercise, Finding, Mistake, Option, Question, Quiz
from nnbook.practice.showing import show

__all__ = ["EXERCISES", "QUIZZES"]

NOTEBOOK = "12_optimizers"


# momentum ------------------------------------------------------------------------------------------------------------


def momentum_step(w, g, v, rate, mu):
    """One step with momentum: the new weights and the new velocity."""
    v = mu * v + g
    return w - rate * v, v


def _momentum_step(
    w,
    g,
    v,
    rate,
    mu,
    *,
    uphill=False,
    old_velocity=False,
    plain_step=False,
    nothing_kept=False,
    mean_kept=False,
    rate_inside=False,
    share_on_gradient=False,
    signed=False,
):
    if signed:
        new = mu * v - rate * g
        return (w - new if uphill else w + new), new
    new = (0 if nothing_kept else v if share_on_gradient else mu * v) + (
        g * (rate if rate_inside else 1) * (1 - mu if mean_kept else 1) * (mu if share_on_gradient else 1)
    )
    move = g if plain_step else v if old_velocity else new
    move = move if rate_inside and not (plain_step or old_velocity) else rate * move
    return (w + move if uphill else w - move), new


def _momentum_cases():
    rng = np.random.default_rng(0)
    cases = [(np.array([1.0, 2.0]), np.array([1.0, -1.0]), np.array([1.0, 0.5]), 0.1, 0.9)]
    for d, rate, mu in ((3, 0.05, 0.8), (5, 0.3, 0.6)):
        cases.append((*rng.normal(size=(3, d)), rate, mu))
    return cases


def _worked_momentum(case, where):
    w, g, v, rate, mu = case
    i = where[-1] if where else 0
    new = mu * v[i] + g[i]
    return (
        f"the weight {w[i]:.4g} has the velocity {v[i]:.4g} and the gradient {g[i]:.4g}. Of the velocity "
        f"{mu:g} stays: v = {mu:g} · ({v[i]:.4g}) + ({g[i]:.4g}) = {new:.4g}. Then w = {w[i]:.4g} − {rate:g} "
        f"· ({new:.4g}) = {w[i] - rate * new:.4g}."
    )


MOMENTUM = Exercise(
    id="optimizers.momentum",
    notebook=NOTEBOOK,
    title="A step with momentum",
    prompt="""
Write `momentum_step(w, g, v, rate, mu)`: `w` holds the weights, `g` their gradient and `v` the velocity so far, all
of shape (D,); `rate` is η and `mu` is μ, two numbers. Take one step, v ← μ v + g and then w ← w − η v, and return
the new weights and the new velocity, `w, v`, both of shape (D,). Leave the arrays that you were given as they are.
""",
    starter="""
def momentum_step(w, g, v, rate, mu):  # (D,), (D,), (D,), two numbers -> w, v, both (D,)
    ...
""",
    reference=momentum_step,
    faulty=_momentum_step,
    cases=_momentum_cases,
    returns=("w", "v"),
    expects="a pair of arrays of shape (D,): the new weights and the new velocity",
    hints=(
        "Two lines, one for each arrow. The velocity comes first: what it was, times μ, plus the gradient.",
        "`v = mu * v + g` makes a *new* array; `v += g` would change the one that you were given.",
        "Then `return w - rate * v, v`, with the new v.",
    ),
    next="With μ = 0, which rule is it? And with μ = 1, what would a ball do in a bowl?",
    wrong=(
        Mistake(
            name="uphill",
            title="Close: the step goes uphill.",
            seen="Your w is {your_w}, asked was {right_w}.",
            why="The velocity is made of gradients, and they point to where the loss *grows*. The minus "
            "belongs to the step: w − η v.",
        ),
        Mistake(
            name="old_velocity",
            title="Close: the step was taken with the old velocity.",
            seen="Your w is {your_w}, asked was {right_w}.",
            why="The velocity first takes up the new gradient, and then moves the weights. In the other "
            "order every gradient acts one step late.",
        ),
        Mistake(
            name="plain_step",
            title="Close: the velocity is computed and not used.",
            seen="Your w is {your_w}, asked was {right_w}.",
            why="You moved the weights by −η g, which is plain descent. With momentum the weights go with "
            "the velocity, w − η v.",
        ),
        Mistake(
            name="nothing_kept",
            title="Nothing of the old velocity is left.",
            seen="From the velocity {v} and the gradient {g} you made {your_v}, asked was {right_v}.",
            why="Without μ v there is no memory, and you are back at plain descent: the velocity must keep "
            "the share μ of what it was.",
        ),
        Mistake(
            name="mean_kept",
            title="Close: that velocity is a running mean.",
            seen="From the velocity {v} and the gradient {g} you made {your_v}, asked was {right_v}.",
            why="You gave the gradient the weight 1 − μ. That is how Adam keeps its mean (section 4). "
            "Momentum adds the whole gradient, so that its velocity can grow to 1 / (1 − μ) gradients.",
        ),
        Mistake(
            name="rate_inside",
            title="Close: the rate went into the velocity.",
            seen="Your v is {your_v}, asked was {right_v}.",
            why="As long as η stays the same, both walk alike. Here, as in PyTorch, v is made of gradients alone and "
            "the rate stands in front of it.",
        ),
        Mistake(
            name="share_on_gradient",
            title="Close: μ stands at the wrong place.",
            seen="From the velocity {v} and the gradient {g} you made {your_v}, asked was {right_v}.",
            why="You kept all of the velocity and took the share μ of the gradient. Then nothing is ever "
            "forgotten, and the walker never comes to rest. It is the *old velocity* that fades by μ.",
        ),
        Mistake(
            name="signed",
            title="Close: the rate and the minus went into the velocity.",
            seen="Your v is {your_v}, asked was {right_v}.",
            why="v ← μ v − η g and w ← w + v is another good way to write it, and Keras's. Here, as in PyTorch, "
            "v is made of gradients alone: v ← μ v + g. The minus and the rate wait for the step.",
        ),
    ),
    worked=_worked_momentum,
)


# adagrad -------------------------------------------------------------------------------------------------------------


def adagrad_moves(gradients, rate, eps):
    """What Adagrad adds to the weights in each step: (T, D) -> (T, D)."""
    s = np.zeros(gradients.shape[1])
    moves = np.zeros(gradients.shape)
    for t, g in enumerate(gradients):
        s = s + g**2
        moves[t] = -rate * g / (np.sqrt(s) + eps)
    return moves


def _adagrad_moves(
    gradients,
    rate,
    eps,
    *,
    uphill=False,
    no_root=False,
    late=False,
    averaged=False,
    shared=False,
    unsquared=False,
    never_summed=False,
):
    squares = np.abs(gradients) if unsquared else gradients**2
    if shared:
        squares = np.broadcast_to(squares.sum(axis=1, keepdims=True), squares.shape)
    s = squares.copy() if never_summed else np.cumsum(squares, axis=0)
    if averaged:
        s = s / np.arange(1, len(s) + 1)[:, None]
    if late:
        s = np.concatenate([np.zeros_like(s[:1]), s[:-1]])
    root = s if no_root else np.sqrt(s)
    return (1 if uphill else -1) * rate * gradients / (root + eps)


def _adagrad_cases():
    rng = np.random.default_rng(1)
    return [
        (np.array([[3.0, 0.1], [4.0, -0.1]]), 0.5, 1e-2),
        (rng.normal(size=(4, 3)) * [1, 10, 0.5], 0.1, 0.05),
        (rng.normal(size=(7, 2)), 0.3, 0.1),
    ]


def _worked_adagrad(case, where):
    gradients, rate, eps = case
    t, i = where if len(where) == 2 else (0, 0)
    so_far = gradients[: t + 1, i]
    s = np.sum(so_far**2)
    terms = " + ".join(f"({g:.3g})²" for g in so_far)
    return (
        f"weight {i} in step {t}: s = {terms} = {s:.4g}, and the move is −{rate:g} · ({so_far[-1]:.4g}) / "
        f"({np.sqrt(s):.4g} + {eps:g}) = {-rate * so_far[-1] / (np.sqrt(s) + eps):.4g}."
    )


ADAGRAD = Exercise(
    id="optimizers.adagrad",
    notebook=NOTEBOOK,
    title="The moves of Adagrad",
    prompt="""
An optimiser turns gradients into moves. Write `adagrad_moves(gradients, rate, eps)`: `gradients` has the shape (T, D),
the gradients of D weights in T steps, in order. Begin with s = 0 for each weight. In every step s ← s + g², and the move
is −η g / (√s + ε). Return all moves, of shape (T, D): what is *added* to the weights in each step.
""",
    starter="""
def adagrad_moves(gradients, rate, eps):  # (T, D), two numbers -> (T, D)
    s = np.zeros(gradients.shape[1])  # (D,)
    moves = np.zeros(gradients.shape)  # (T, D)
    for t, g in enumerate(gradients):  # g: (D,)
        ...
    return moves
""",
    reference=adagrad_moves,
    faulty=_adagrad_moves,
    cases=_adagrad_cases,
    expects="an array of shape (T, D): a row of moves for each step",
    hints=(
        "In each step, first let s take up the square of the new gradient, then divide by its root.",
        "`s = s + g**2`: squares of D numbers, one for each weight. No weight looks at another's.",
        "`moves[t] = -rate * g / (np.sqrt(s) + eps)`",
    ),
    next="How long is the first move of each weight, whatever its gradient? And what does that mean for a "
    "weight whose gradient is nothing but noise?",
    wrong=(
        Mistake(
            name="uphill",
            title="Close: the moves go uphill.",
            seen="You gave {yours}, asked was {right}.",
            why="A move is what is *added* to the weight, and it goes against the gradient: it needs a minus.",
        ),
        Mistake(
            name="no_root",
            title="Close: the square root is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="g / s divides by a square: a gradient twice as large would then give *half* the step. With "
            "the root, g / √s, the gradient's size cancels.",
        ),
        Mistake(
            name="late",
            title="Close: the newest gradient is not yet in s.",
            seen="You gave {yours}, asked was {right}.",
            why="In the first step s is then still 0, and the step is divided by ε alone: a leap. First s "
            "takes up g², then comes the division.",
        ),
        Mistake(
            name="averaged",
            title="Close: you took the mean of the squares.",
            seen="You gave {yours}, asked was {right}.",
            why="Adagrad *sums*. That makes its steps shorter and shorter, which is its strength with noise "
            "and its weakness in long trainings (section 3).",
        ),
        Mistake(
            name="shared",
            title="Close: all weights share one s.",
            seen="You gave {yours}, asked was {right}.",
            why="The point of Adagrad is that each weight divides by its *own* gradients. Summed over the "
            "weights, the loud ones set the rate for the quiet ones again.",
        ),
        Mistake(
            name="unsquared",
            title="Close: sizes were summed where squares were asked.",
            seen="You gave {yours}, asked was {right}.",
            why="With |g| in the sum and a root around it, the units no longer cancel: all gradients times "
            "100 would make the steps ten times as long.",
        ),
        Mistake(
            name="never_summed",
            title="Nothing is summed up.",
            seen="You gave {yours}, asked was {right}.",
            why="With s made of the newest gradient alone, g / √s is the sign of g, and every step is a full "
            "one. s must live on from step to step.",
        ),
    ),
    worked=_worked_adagrad,
)


# adam ----------------------------------------------------------------------------------------------------------------


def adam_moves(gradients, rate, beta1, beta2, eps):
    """What Adam adds to the weights in each step: (T, D) -> (T, D)."""
    m = np.zeros(gradients.shape[1])
    s = np.zeros(gradients.shape[1])
    moves = np.zeros(gradients.shape)
    for t, g in enumerate(gradients):
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        fair_m = m / (1 - beta1 ** (t + 1))  # the first step is number 1
        fair_s = s / (1 - beta2 ** (t + 1))
        moves[t] = -rate * fair_m / (np.sqrt(fair_s) + eps)
    return moves


def _adam_moves(
    gradients,
    rate,
    beta1,
    beta2,
    eps,
    *,
    from_zero=False,
    uncorrected=False,
    m_uncorrected=False,
    s_uncorrected=False,
    no_power=False,
    root_forgotten=False,
    eps_inside=False,
    swapped=False,
    uphill=False,
    kept_fair=False,
):
    if swapped:
        beta1, beta2 = beta2, beta1
    m = s = np.zeros(gradients.shape[1])
    moves = np.zeros(gradients.shape)
    with np.errstate(all="ignore"):
        for t, g in enumerate(gradients):
            m = beta1 * m + (1 - beta1) * g
            s = beta2 * s + (1 - beta2) * g**2
            number = 1 if no_power else t if from_zero else t + 1
            fair_m = m if uncorrected or m_uncorrected else m / np.float64(1 - beta1**number)
            fair_s = s if uncorrected or s_uncorrected else s / np.float64(1 - beta2**number)
            if root_forgotten:
                below = fair_s + eps
            else:
                below = np.sqrt(fair_s + eps) if eps_inside else np.sqrt(fair_s) + eps
            moves[t] = (rate if uphill else -rate) * fair_m / below
            if kept_fair:
                m, s = fair_m, fair_s
    return moves


def _adam_cases():
    rng = np.random.default_rng(2)
    return [
        (np.array([[2.0, -0.1], [2.0, 0.1], [1.0, 0.1]]), 0.1, 0.9, 0.99, 1e-2),
        (rng.normal(size=(4, 3)) * [1, 10, 0.5], 0.01, 0.8, 0.95, 0.1),
        (rng.normal(size=(6, 2)) + 1, 0.5, 0.9, 0.999, 0.05),
    ]


def _worked_adam(case, where):
    gradients, rate, beta1, beta2, eps = case
    i = where[-1] if where else 0
    g = gradients[0, i]
    m, s = (1 - beta1) * g, (1 - beta2) * g**2
    return (
        f"weight {i} in its first step, number 1: m = {1 - beta1:.4g} · ({g:.4g}) = {m:.4g}, and made fair "
        f"{m:.4g} / (1 − {beta1:g}) = {g:.4g}. s = {1 - beta2:.4g} · ({g:.4g})² = {s:.4g}, and made fair "
        f"{s:.4g} / (1 − {beta2:g}) = {g**2:.4g}. The move is −{rate:g} · ({g:.4g}) / ({abs(g):.4g} + "
        f"{eps:g}) = {-rate * g / (abs(g) + eps):.4g}."
    )


ADAM = Exercise(
    id="optimizers.adam",
    notebook=NOTEBOOK,
    title="The moves of Adam",
    prompt="""
Write `adam_moves(gradients, rate, beta1, beta2, eps)`: `gradients` has the shape (T, D), the gradients of D weights in T
steps, in order; the rest are numbers. Both means begin at 0. In step number t, and the first step is number 1,

* m ← β₁ m + (1 − β₁) g and s ← β₂ s + (1 − β₂) g²: both means take up the new gradient,
* m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ): they are made fair, for this step's use,
* and the move is −η m̂ / (√ŝ + ε).

Return all moves, of shape (T, D): what is *added* to the weights in each step.
""",
    starter="""
def adam_moves(gradients, rate, beta1, beta2, eps):  # (T, D), four numbers -> (T, D)
    m = np.zeros(gradients.shape[1])  # (D,)
    s = np.zeros(gradients.shape[1])  # (D,)
    moves = np.zeros(gradients.shape)  # (T, D)
    for t, g in enumerate(gradients):  # t: 0, 1, 2, ...   g: (D,)
        ...
    return moves
""",
    reference=adam_moves,
    faulty=_adam_moves,
    cases=_adam_cases,
    expects="an array of shape (T, D): a row of moves for each step",
    hints=(
        "Five lines: both means, both made fair, the move. The means live on from step to step; what is made "
        "fair does not.",
        "`enumerate` counts 0, 1, 2. The formula's t counts 1, 2, 3.",
        "`fair_m = m / (1 - beta1 ** (t + 1))`, the same for s, and `moves[t] = -rate * fair_m / "
        "(np.sqrt(fair_s) + eps)`",
    ),
    next="How long are the moves if the gradient is always 5? And if it is +5 and −5 in turn?",
    wrong=(
        Mistake(
            name="from_zero",
            title="Close: the steps are counted from 0.",
            seen="You gave {yours}, asked was {right}.",
            why="β⁰ is 1, so at t = 0 both means are divided by 1 − 1: nothing divided by nothing, NaN. The "
            "first step is number 1, and `enumerate` calls it 0: use `t + 1`. (In a program whose first NaN "
            "is hidden somehow, all later corrections would come one step late.)",
        ),
        Mistake(
            name="uncorrected",
            title="Close: the means are not made fair.",
            seen="You gave {yours}, asked was {right}.",
            why="Both begin at 0 and are too small at first, s far longer than m. Divide m by 1 − β₁ᵗ and s "
            "by 1 − β₂ᵗ before you use them.",
        ),
        Mistake(
            name="m_uncorrected",
            title="Close: m is not made fair.",
            seen="You gave {yours}, asked was {right}.",
            why="m begins at 0 and is too small in the first steps: divide it by 1 − β₁ᵗ.",
        ),
        Mistake(
            name="s_uncorrected",
            title="Close: s is not made fair.",
            seen="You gave {yours}, asked was {right}.",
            why="s begins at 0 and is too small for about 1 / (1 − β₂) steps: divide it by 1 − β₂ᵗ.",
        ),
        Mistake(
            name="no_power",
            title="Close: the correction never fades.",
            seen="You gave {yours}, asked was {right}.",
            why="You divide by 1 − β in every step. That is what step 1 needs. In step t the gradients so "
            "far have the weight 1 − βᵗ, β to the *power* t, which comes near 1 as time goes on.",
        ),
        Mistake(
            name="root_forgotten",
            title="Close: the square root is missing.",
            seen="You gave {yours}, asked was {right}.",
            why="s is a mean of *squares*. Without the root a gradient twice as large would give half the "
            "step; with it the size cancels.",
        ),
        Mistake(
            name="eps_inside",
            title="Close: ε stands inside the root.",
            seen="You gave {yours}, asked was {right}.",
            why="√(ŝ + ε) is what Adadelta has. In Adam ε is added to the root: √ŝ + ε. For ε = 10⁻⁸ the "
            "difference is that between 10⁻⁴ and 10⁻⁸ where gradients are tiny.",
        ),
        Mistake(
            name="swapped",
            title="Close: β₁ and β₂ are swapped.",
            seen="You gave {yours}, asked was {right}.",
            why="β₁, the smaller one, belongs to the mean of the gradients, β₂ to that of their squares.",
        ),
        Mistake(
            name="uphill",
            title="Close: the moves go uphill.",
            seen="You gave {yours}, asked was {right}.",
            why="A move is what is *added* to the weight, and it goes against the gradient: it needs a minus.",
        ),
        Mistake(
            name="kept_fair",
            title="Close: the fair means were kept.",
            seen="You gave {yours}, asked was {right}.",
            why="From the second step on they are corrected twice. m̂ and ŝ serve one step; what is carried on "
            "to the next are m and s as they were, so give the fair ones names of their own.",
        ),
    ),
    worked=_worked_adam,
)


# adamw ---------------------------------------------------------------------------------------------------------------


def adamw_step(w, g, m, s, t, rate, decay):
    """One step of AdamW: the new weights and both new means."""
    m = 0.9 * m + 0.1 * g
    s = 0.999 * s + 0.001 * g**2
    fair_m, fair_s = m / (1 - 0.9**t), s / (1 - 0.999**t)
    w = (1 - rate * decay) * w
    return w - rate * fair_m / (np.sqrt(fair_s) + 1e-8), m, s


def _adamw_step(
    w,
    g,
    m,
    s,
    t,
    rate,
    decay,
    *,
    through_gradient=False,
    without_rate=False,
    no_decay=False,
    grows=False,
    decayed_late=False,
    uncorrected=False,
):
    if through_gradient:
        g = g + decay * w
    m = 0.9 * m + 0.1 * g
    s = 0.999 * s + 0.001 * g**2
    fair_m, fair_s = (m, s) if uncorrected else (m / (1 - 0.9**t), s / (1 - 0.999**t))
    share = 0 if no_decay or through_gradient else decay if without_rate else rate * decay
    factor = 1 + share if grows else 1 - share
    step = rate * fair_m / (np.sqrt(fair_s) + 1e-8)
    return (factor * (w - step) if decayed_late else factor * w - step), m, s


def _adamw_cases():
    rng = np.random.default_rng(3)
    cases = [(np.array([2.0, -3.0]), np.array([10.0, 0.1]), np.zeros(2), np.zeros(2), 1, 0.1, 0.5)]
    for d, t, rate, decay in ((3, 2, 0.2, 0.3), (4, 7, 0.05, 0.8)):
        w, g, m = rng.normal(size=(3, d)) + np.array([[2.0], [0.0], [0.0]])
        cases.append((w, g, 0.3 * m, 0.02 * rng.uniform(0.5, 1, d) + 0.01 * m**2, t, rate, decay))
    return cases


def _worked_adamw(case, where):
    w, g, m, s, t, rate, decay = case
    i = where[-1] if where else 0
    new_m, new_s = 0.9 * m[i] + 0.1 * g[i], 0.999 * s[i] + 0.001 * g[i] ** 2
    step = rate * (new_m / (1 - 0.9**t)) / np.sqrt(new_s / (1 - 0.999**t))
    return (
        f"the weight {w[i]:.4g} loses the share {rate:g} · {decay:g} of itself, which leaves "
        f"{(1 - rate * decay) * w[i]:.4g}. Adam's step in its direction, from the gradient {g[i]:.4g} alone, "
        f"is {step:.4g}. So w = {(1 - rate * decay) * w[i]:.4g} − ({step:.4g}) = "
        f"{(1 - rate * decay) * w[i] - step:.4g}."
    )


ADAMW = Exercise(
    id="optimizers.adamw",
    notebook=NOTEBOOK,
    title="A step of AdamW",
    prompt="""
Write `adamw_step(w, g, m, s, t, rate, decay)`: `w` holds the weights, `g` the gradient of the loss, *without* any
penalty, `m` and `s` the running means of g and g² before this step, all of shape (D,). `t` is the number of this step,
1 for the first; `rate` is η and `decay` is λ. Take β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸. Return `w, m, s` after the step,
each of shape (D,). Leave the arrays that you were given as they are.
""",
    starter="""
def adamw_step(w, g, m, s, t, rate, decay):  # four times (D,), three numbers -> w, m, s, each (D,)
    m = 0.9 * m + 0.1 * g
    s = 0.999 * s + 0.001 * g**2
    ...
""",
    reference=adamw_step,
    faulty=_adamw_step,
    cases=_adamw_cases,
    returns=("w", "m", "s"),
    expects="three arrays of shape (D,): the new weights and both new means",
    hints=(
        "It is Adam's step with one line more. Where does that line stand, and does it touch m or s?",
        "Make m and s fair as in Adam. Then let every weight lose the share η λ of itself: `w = (1 - rate * "
        "decay) * w`.",
        "Last, `w - rate * fair_m / (np.sqrt(fair_s) + 1e-8)`, from the w that has decayed.",
    ),
    next="Which weights of a network would you rather not let decay? Think of what a bias is for.",
    wrong=(
        Mistake(
            name="through_gradient",
            title="Close: that is Adam with an L2 penalty.",
            seen="You gave the weights {your_w}, asked was {right_w}.",
            why="You added λ w to the gradient. So it goes into m and s, and through the division by √ŝ: "
            "weights with large gradients hardly decay. In AdamW the decay stands *beside* the division, `w "
            "* (1 - rate * decay)`, and the means see the loss alone.",
        ),
        Mistake(
            name="without_rate",
            title="Close: the decay has lost its rate.",
            seen="You gave the weights {your_w}, asked was {right_w}.",
            why="Each step takes the share η λ of a weight. With λ alone there is next to nothing left of it "
            "after a few steps, and a schedule that lowers η would not lower the decay.",
        ),
        Mistake(
            name="no_decay",
            title="Close: that is Adam, and nothing decays.",
            seen="You gave the weights {your_w}, asked was {right_w}.",
            why="The W is missing: before the step every weight is multiplied by 1 − η λ.",
        ),
        Mistake(
            name="grows",
            title="Close: the weights grow where they should decay.",
            seen="You gave the weights {your_w}, asked was {right_w}.",
            why="A share is taken *away*: 1 − η λ, not 1 + η λ.",
        ),
        Mistake(
            name="decayed_late",
            title="Close: the step has decayed as well.",
            seen="You gave the weights {your_w}, asked was {right_w}.",
            why="You moved first and shrank afterwards, so that a share of the new step was lost too. The "
            "paper and PyTorch take the share of the *old* weight: first the decay, then the step.",
        ),
        Mistake(
            name="uncorrected",
            title="Close: the means are not made fair.",
            seen="You gave the weights {your_w}, asked was {right_w}.",
            why="As in Adam: divide m by 1 − β₁ᵗ and s by 1 − β₂ᵗ before they go into the step. (What you "
            "return are the means as they are.)",
        ),
    ),
    worked=_worked_adamw,
)


# clip ----------------------------------------------------------------------------------------------------------------


def clip_together(dW, db, max_norm):
    """Shorten two gradients together, if they are longer than max_norm as one vector."""
    norm = np.sqrt(np.sum(dW**2) + np.sum(db**2))
    factor = min(1, max_norm / norm)
    return dW * factor, db * factor


def _clip_together(
    dW,
    db,
    max_norm,
    *,
    each_number=False,
    each_alone=False,
    always=False,
    norms_added=False,
    root_forgotten=False,
    largest=False,
    only_first=False,
):
    parts = [dW, db]
    if each_number:
        return tuple(np.clip(part, -max_norm, max_norm) for part in parts)
    squares = [float(np.sum(part**2)) for part in parts]
    peaks = [float(np.abs(part).max()) for part in parts]
    if each_alone:
        norms = peaks if largest else squares if root_forgotten else [np.sqrt(each) for each in squares]
    elif largest:
        norms = [max(peaks)] * 2
    elif norms_added:
        norms = [sum(squares) if root_forgotten else sum(np.sqrt(each) for each in squares)] * 2
    else:
        norms = [sum(squares) if root_forgotten else np.sqrt(sum(squares))] * 2
    factors = [max_norm / norm if always else min(1, max_norm / norm) for norm in norms]
    if only_first:
        factors[1] = 1
    return tuple(part * factor for part, factor in zip(parts, factors, strict=True))


def _clip_cases():
    rng = np.random.default_rng(4)
    return [
        (np.array([[3.0, 0.0], [0.0, 1.0]]), np.array([4.0, 0.5]), 1.0),
        (rng.normal(size=(3, 2)), rng.normal(size=2), 10.0),
        (2 * rng.normal(size=(4, 3)), 3 * rng.normal(size=3), 2.0),
        (0.05 * rng.normal(size=(2, 3)), 0.1 * rng.normal(size=3), 0.7),
    ]


def _worked_clip(case, where):
    dW, db, max_norm = case
    norm = float(np.sqrt(np.sum(dW**2) + np.sum(db**2)))
    if norm <= max_norm:
        return f"as one vector they are {norm:.4g} long, which is at most {max_norm:g}: nothing is to be changed."
    return (
        f"the squares of all {dW.size + db.size} numbers add up to {norm**2:.4g}, so as one vector they are "
        f"{norm:.4g} long. To make that {max_norm:g}, multiply every number by {max_norm / norm:.4g}."
    )


CLIP = Exercise(
    id="optimizers.clip",
    notebook=NOTEBOOK,
    title="Shorten, and keep the direction",
    prompt="""
A layer has two gradients, `dW` of shape (D, M) and `db` of shape (M,). Think of all their numbers as *one* vector; its
length, the norm, is the root of the sum of all their squares.

Write `clip_together(dW, db, max_norm)`: if that vector is longer than `max_norm`, return both gradients multiplied by one
factor, such that it is exactly `max_norm` long. If it is not longer, return them as they are. The result is a pair,
`dW, db`, of the same shapes.
""",
    starter="""
def clip_together(dW, db, max_norm):  # (D, M), (M,), one number -> dW (D, M), db (M,)
    ...
""",
    reference=clip_together,
    faulty=_clip_together,
    cases=_clip_cases,
    returns=("dW", "db"),
    expects="a pair of arrays: dW of shape (D, M) and db of shape (M,)",
    hints=(
        "One norm for both: `np.sqrt(np.sum(dW**2) + np.sum(db**2))`.",
        "The factor is `max_norm / norm`, and never above 1: whatever is short enough stays as it is.",
        "`factor = min(1, max_norm / norm)`, and `return dW * factor, db * factor`",
    ),
    next="Adam divides by the size of its gradients anyway. What does clipping still do for it? Think of the "
    "steps *after* the loud one.",
    wrong=(
        Mistake(
            name="each_number",
            title="Close: each number was cut off by itself.",
            seen="Your dW is {your_dW} and your db {your_db}; asked was {right_dW} and {right_db}.",
            why="That is clipping by *value*. It changes the direction: the large numbers shrink, the small "
            "ones stay, and the step no longer goes down the steepest way. Here all numbers share one factor.",
        ),
        Mistake(
            name="each_alone",
            title="Close: dW and db were shortened each by itself.",
            seen="Your dW is {your_dW} and your db {your_db}; asked was {right_dW} and {right_db}.",
            why="With a norm and a factor for each array the balance between weights and biases changes, and "
            "with it the direction. One norm over all numbers, and one factor.",
        ),
        Mistake(
            name="always",
            title="Close: short gradients were made longer.",
            seen="Your dW is {your_dW} and your db {your_db}; asked was {right_dW} and {right_db}.",
            why="Near the minimum gradients are short, and should be. Clipping shortens what is too long and "
            "leaves the rest alone: the factor is at most 1.",
        ),
        Mistake(
            name="norms_added",
            title="Close: two lengths were added.",
            seen="Your dW is {your_dW} and your db {your_db}; asked was {right_dW} and {right_db}.",
            why="Lengths at a right angle do not add, their squares do: 3 and 4 make 5. Add all squares "
            "first, then take one root.",
        ),
        Mistake(
            name="root_forgotten",
            title="Close: the norm lacks its root.",
            seen="Your dW is {your_dW} and your db {your_db}; asked was {right_dW} and {right_db}.",
            why="The sum of the squares is the *square* of the length.",
        ),
        Mistake(
            name="largest",
            title="Close: you measured the largest number, not the length.",
            seen="Your dW is {your_dW} and your db {your_db}; asked was {right_dW} and {right_db}.",
            why="Many middling numbers make a long vector together. The norm is the root of the sum of all "
            "squares.",
        ),
        Mistake(
            name="only_first",
            title="Close: db was left as it was.",
            seen="Your db is {your_db}, asked was {right_db}.",
            why="Both gradients belong to one vector and share one factor; else the direction changes.",
        ),
    ),
    worked=_worked_clip,
)


# make ----------------------------------------------------------------------------------------------------------------

BOUND = 0.02
LOUDNESS = (1.0, 1000.0, 0.001)


def my_step(w, g, memory):
    """One step: Adam at the rate 0.3, with its means in the memory."""
    t = memory["t"] = memory.get("t", 0) + 1
    m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
    s = memory["s"] = 0.999 * memory.get("s", 0) + 0.001 * g**2
    fair_m, fair_s = m / (1 - 0.9**t), s / (1 - 0.999**t)
    return w - 0.3 * fair_m / (np.sqrt(fair_s) + 1e-8)


def _ravine(seed, loud):
    """A ravine that curves fifty times as strongly across as along, turned by lot: its slope, its floor, a start."""
    rng = np.random.default_rng(seed)
    angle, around = rng.uniform(0.3, 1.2), rng.uniform(0, 2 * np.pi)
    axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    curvature = loud * axes @ np.diag([1.0, 50.0]) @ axes.T
    floor = rng.uniform(-2, 2, 2)
    return curvature, floor, floor + 2 * np.array([np.cos(around), np.sin(around)])


def _walk(answer, seed, loud, steps):
    """How far from the floor a walk ends, or None where nothing was returned, or a text that says what was."""
    curvature, floor, w = _ravine(seed, loud)
    memory = {}
    for _ in range(steps):
        new = answer(w.copy(), curvature @ (w - floor), memory)
        if new is None or new is ...:
            return None
        try:
            new = np.asarray(new, dtype=float)
        except (TypeError, ValueError):
            return show(new)
        if new.shape != (2,):
            return f"an array of shape {new.shape}"
        if not np.isfinite(new).all() or np.abs(new).max() > 1e6:
            return float("inf")
        w = new
    return float(np.linalg.norm(w - floor))


def _use_my_step(answer, seed, steps):
    ends = {}
    for loud in LOUDNESS:
        with np.errstate(all="ignore"):
            ends[loud] = _walk(answer, seed, loud, steps)
        if not isinstance(ends[loud], float):
            return ends[loud]
    return ends


def _judge_my_step(output, seed, steps):
    if not isinstance(output, dict):
        return Finding(f"You returned {output}; asked were the new weights, an array of shape (2,).")
    ends = [output[loud] for loud in LOUDNESS]
    if max(ends) <= BOUND:
        return None
    told = ", ".join(
        f"{end:.3g} on the one with slopes × {loud:g}" if np.isfinite(end) else f"out of sight × {loud:g}"
        for loud, end in output.items()
    )
    seen = f"Each walk begins 2 away from the floor. After {steps} steps yours is away by: {told}."
    if all(abs(end - 2) < 0.02 for end in ends):
        return Finding(seen, "stands_still")
    if min(ends) > 2:
        return Finding(seen, "climbs")
    if max(ends) > 5 * min(ends) + 0.1:
        return Finding(seen, "one_loudness")
    return Finding(f"{seen} Asked was {BOUND:g}.", "not_there")


def _adam_at(rate, sign=-1.0):
    def my_step(w, g, memory):
        t = memory["t"] = memory.get("t", 0) + 1
        m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        s = memory["s"] = 0.999 * memory.get("s", 0) + 0.001 * g**2
        return w + sign * rate * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)

    return my_step


MAKE = Exercise(
    id="optimizers.make_step",
    notebook=NOTEBOOK,
    title="Make: an optimiser of your own",
    prompt="""
An open task. Write `my_step(w, g, memory)`: one step of *your* optimiser. `w` are the weights and `g` is their gradient,
both of shape (2,). `memory` is a dictionary that is empty before the first step and comes back in every later one: put
into it whatever you want to remember. Return the new weights, of shape (2,).

Your step is tried in ravines that curve fifty times as strongly across as along, turned by some angle, with their lowest
place somewhere near the origin. Each walk begins 2 away from it, takes 500 steps, and must end within 0.02 of it. And each
ravine is walked three times: as it is, with all slopes times 1,000, and with all slopes times 0.001. You are not told
which one it is, and all your numbers, the rate for one, are the same in all of them.
""",
    starter="""
def my_step(w, g, memory):  # (2,), (2,), a dictionary -> new weights (2,)
    t = memory["t"] = memory.get("t", 0) + 1  # remembers how many steps there were: 1, 2, 3, ...
    ...
""",
    reference=my_step,
    cases=lambda: [(0, 500), (1, 500), (5, 500)],
    use=_use_my_step,
    judge=_judge_my_step,
    expects="the new weights, an array of shape (2,)",
    hints=(
        "A rate that suits slopes of 1 is a thousand times too large for slopes of 1,000. Which of the eight "
        "rules do not care how loud the gradients are?",
        "All that divide by the size of the gradients so far: Adagrad, RMSprop, Adam. Put their s into the "
        "memory: "
        '`memory["s"] = memory.get("s", 0) + g**2`.',
        "The distance is 2, so the rate should be a sizeable part of it: try 0.1, 0.3, 1. A step that does "
        "not get shorter towards the end cannot come to rest.",
    ),
    next="Can you do with fewer steps? Or without any rate: think of where Adadelta takes its steps' length "
    "from, and of how to begin.",
    wrong=(
        Mistake(
            name="one_loudness",
            title="It suits one loudness and not the others.",
            why="The size of your steps follows the size of the gradients, and the same valley can be steep "
            "or flat, depending on the unit of the loss. Divide by what the gradients have been like so far, "
            "and the unit cancels.",
            version=lambda w, g, memory: w - 0.02 * g,
        ),
        Mistake(
            name="stands_still",
            title="It does not move.",
            why="Are the new weights returned, or the old ones? And is the rate so small that 500 steps lead "
            "nowhere?",
            version=lambda w, g, memory: w + 0.0 * g,
        ),
        Mistake(
            name="climbs",
            title="It ends farther away than it began.",
            why="Either the sign is wrong, a step goes *against* the gradient, or the steps are so long that "
            "each one leaps over the valley.",
            version=_adam_at(0.1, sign=1.0),
        ),
        Mistake(
            name="not_there",
            title="It is on its way.",
            why="It goes in the right direction on every ground, whatever the loudness, and does not arrive. "
            "Steps that are too short are still walking along the floor; steps that never get shorter leap "
            "to and fro about the lowest place. Try other rates first, by factors of three.",
            version=_adam_at(0.01),
        ),
    ),
)


# questions -----------------------------------------------------------------------------------------------------------

WARMUP = Quiz(
    id="optimizers.warmup",
    notebook=NOTEBOOK,
    title="Warm-up: what do you remember of walking downhill?",
    kind="quiz",
    questions=(
        Question(
            "Notebook 06: a valley curves by 1 along its floor and by 100 across. What limits the rate of "
            "gradient descent?",
            (
                Option(
                    "The flat direction: there it has the longest way to go.",
                    "That is who *suffers* from the limit. A large rate would be welcome there, and the "
                    "walls do not allow it.",
                ),
                Option(
                    "The mean of both, 50.5: the rate must stay below 2 / 50.5.",
                    "A step knows no means. At 2 / 50.5 each jump across is longer than the last, and the "
                    "walker flies off.",
                ),
                Option(
                    "The steep direction: the rate must stay below 2 / 100.",
                    "2 divided by the steepest curvature. And the flat direction pays for it: there each "
                    "step takes at most a fiftieth of what is left.",
                    True,
                ),
                Option(
                    "Nothing, if the gradient is exact.",
                    "The gradient is exact at one place, and a step leads to another. Too long a step climbs "
                    "the opposite wall.",
                ),
            ),
        ),
        Question(
            "Notebook 06: how does the gradient of a mini-batch differ from that of all examples?",
            (
                Option(
                    "It is right on average, and differs from batch to batch.",
                    "It is the full gradient plus noise. You will meet that noise again in this notebook: "
                    "some rules average it away.",
                    True,
                ),
                Option(
                    "It is shorter, in proportion to the size of the batch.",
                    "The loss is a mean, so the size of the batch cancels. What changes is how noisy it is.",
                ),
                Option(
                    "It points to the minimum of the batch.",
                    "No gradient points to a minimum. It points where the loss of this batch grows fastest, "
                    "here.",
                ),
                Option(
                    "It does not differ, if the batches are drawn by lot.",
                    "Drawing by lot makes it right *on average*. Each single one is off, now to one side, "
                    "now to the other.",
                ),
            ),
        ),
        Question(
            "Notebook 10: you try five learning rates and keep the best. By which pictures do you choose?",
            (
                Option(
                    "The training pictures: nobody has to be kept from them.",
                    "They say how well the weights fit what they were fitted to. A rate that learns by heart "
                    "would win.",
                ),
                Option(
                    "The validation pictures.",
                    "They are there to choose by. You will choose many rates in section 5, and the test "
                    "pictures stay in their drawer.",
                    True,
                ),
                Option(
                    "The test pictures: they were not trained on.",
                    "Whatever you choose by flatters you. The test pictures are asked once, at the very end.",
                ),
            ),
        ),
    ),
)

IS_THIS_TRUE = Quiz(
    id="optimizers.is_this_true",
    notebook=NOTEBOOK,
    title="Is this true?",
    kind="vote",
    questions=(
        Question(
            "“Adam finds a rate for each weight by itself. Whoever uses it need not choose one.”",
            (
                Option(
                    "True: that is what adaptive means.",
                    "What adapts is how the rate is *shared out* among the weights. η still says how far a "
                    "step goes, and from 0.0001 to 1 it made all the difference between slow, good and "
                    "hopeless.",
                ),
                Option(
                    "False: its rate has to be chosen, and at least as carefully as that of plain descent.",
                    "Chosen, yes. But less carefully: the same 0.01 read the digits well in all three "
                    "dresses. Of the same five rates, plain descent had none that did.",
                ),
                Option(
                    "False: its rate has to be chosen, but a good guess serves more often.",
                    "The division takes the gradients' loudness out of the matter. What is left, how far a "
                    "weight should move in a step, varies less from task to task, and it is still yours to "
                    "choose.",
                    True,
                ),
            ),
        ),
    ),
)

VELOCITY = Quiz(
    id="optimizers.predict_velocity",
    notebook=NOTEBOOK,
    title="Predict: the same gradient again and again",
    kind="predict",
    questions=(
        Question(
            "A velocity begins at 0 and follows v ← 0.9 v + g. The gradient is 1 in every step. After a "
            "hundred steps v is about …",
            (
                Option(
                    "1: that is the gradient, and nothing else comes in.",
                    "In the first step. In the second, 0.9 of it is still there when the next 1 arrives: 1.9.",
                ),
                Option(
                    "1.9: the gradient, and 0.9 of the last one.",
                    "That is step two. Of the step before the last 0.81 is left as well, and of the one "
                    "before that 0.729 …",
                ),
                Option(
                    "10: a tenth of it is lost in each step, and 1 comes in.",
                    "At 10 both are equal, so there it stays. In general it is 1 / (1 − μ).",
                    True,
                ),
                Option(
                    "100: it has summed a hundred gradients.",
                    "So it would be with μ = 1. With 0.9, what came in fifty steps ago has faded to 0.5 "
                    "percent.",
                ),
            ),
        ),
    ),
)

LOUDER = Quiz(
    id="optimizers.predict_louder",
    notebook=NOTEBOOK,
    title="Predict: a thousand times louder",
    kind="predict",
    questions=(
        Question(
            "Somebody measures the loss in cents where it was in tens of euros: every gradient is 1,000 "
            "times as large. The rate stays as it is. What happens to the path of Adagrad?",
            (
                Option(
                    "It stays the same, step by step.",
                    "g / √s: both grow a thousandfold, and it cancels. Plain descent would take steps 1,000 "
                    "times as long.",
                    True,
                ),
                Option(
                    "Its steps are 1,000 times as long.",
                    "So it is with plain descent and momentum. Adagrad divides by the root of the sum of its "
                    "squared gradients, which has grown as much.",
                ),
                Option(
                    "Its steps are 1,000 times as short: it divides by something larger.",
                    "What it divides is larger as well. The two thousands cancel.",
                ),
                Option(
                    "Its steps are about 32 times as long: the root of 1,000.",
                    "The root is taken of *squares*, and they have grown by a million. Its root is 1,000 "
                    "again.",
                ),
            ),
        ),
    ),
)

HUNDREDTH = Quiz(
    id="optimizers.predict_hundredth",
    notebook=NOTEBOOK,
    title="Predict: the hundredth step",
    kind="predict",
    questions=(
        Question(
            "The gradient of a weight is 1 in every step. How long is Adagrad's hundredth step, measured in "
            "its first?",
            (
                Option(
                    "As long: the gradient has not changed.",
                    "The gradient has not, but s has: a hundred squares are in it, and it is divided by "
                    "their root.",
                ),
                Option(
                    "A hundredth: it divides by a sum of a hundred.",
                    "It divides by the *root* of the sum.",
                ),
                Option(
                    "Nothing worth mentioning: by then the steps have died out.",
                    "They do die out, but slowly, as 1 / √t. Give it ten thousand steps.",
                ),
                Option(
                    "A tenth: it divides by the root of a hundred.",
                    "s = 100, √s = 10. And after ten thousand steps it will be a hundredth.",
                    True,
                ),
            ),
        ),
    ),
)

FIRST = Quiz(
    id="optimizers.predict_first",
    notebook=NOTEBOOK,
    title="Predict: the first step",
    kind="predict",
    questions=(
        Question(
            "The means begin at 0: m ← 0.9 m + 0.1 g and s ← 0.999 s + 0.001 g². Somebody takes the step η m "
            "/ √s without any correction. The first gradient is 1. How long is the first step?",
            (
                Option(
                    "0.1 η: m has taken up a tenth of the gradient.",
                    "It has. But s has taken up still less, a thousandth, and you divide by its root.",
                ),
                Option(
                    "η: both began at 0, so both are too small alike.",
                    "Both are too small, and not alike: m by a factor of 10, √s by a factor of √1000, nearly "
                    "32.",
                ),
                Option(
                    "About 3.2 η: √s is too small by more than m is.",
                    "0.1 / √0.001 = 3.16. And it becomes worse before it becomes better.",
                    True,
                ),
                Option(
                    "100 η: 0.1 divided by 0.001.",
                    "There is a root: √0.001 is about 0.032.",
                ),
            ),
        ),
    ),
)

DECAY = Quiz(
    id="optimizers.predict_decay",
    notebook=NOTEBOOK,
    title="Predict: who decays?",
    kind="predict",
    questions=(
        Question(
            "Two groups of weights, all at 1. The gradients of the loud ones are noise of size 10, those of "
            "the quiet ones noise of size 0.1; neither says which way to go. The penalty adds 0.1 w to every "
            "gradient, and Adam takes 1,000 steps. Who has come nearer to 0?",
            (
                Option(
                    "The quiet ones; the loud ones have hardly moved.",
                    "The penalty's gradient is divided by √ŝ with all the rest: for the loud by 10, for the "
                    "quiet by 0.1. It was a request for all, and it was heard where nobody else was speaking.",
                    True,
                ),
                Option(
                    "The loud ones: their steps are larger.",
                    "Adam's steps are not larger for larger gradients; it divides by their size. And that "
                    "division is what makes the penalty faint.",
                ),
                Option(
                    "Both alike: the penalty is the same for all.",
                    "It is the same when it enters. Then it is divided by a √ŝ that differs a hundredfold.",
                ),
            ),
        ),
    ),
)

RACE = Quiz(
    id="optimizers.predict_race",
    notebook=NOTEBOOK,
    title="Predict: the digits",
    kind="predict",
    questions=(
        Question(
            "The network of notebook 10, 170 steps, five seeds for each of the eight, each at the rate that "
            "was best for it. How do they stand, in validation pictures read right?",
            (
                Option(
                    "In the order of their invention: the newest ahead by several points.",
                    "Each mended something that the one before lacked. This task, with its tidy data and its "
                    "small network, hardly suffers from any of it.",
                ),
                Option(
                    "Adam and AdamW ahead of all others, in every seed.",
                    "Many expect that, for they are what everybody uses. Look at the spread over the seeds.",
                ),
                Option(
                    "Plain descent fails; the other seven are close together.",
                    "At a rate that was chosen for somebody else it may. At its own, which is a large one, "
                    "it reads as well as the others.",
                ),
                Option(
                    "All means lie within two points, about as far apart as the seeds of a single one.",
                    "Once each has its own rate, luck with the start and the order of the pictures moves the "
                    "result about as much as the rule does.",
                    True,
                ),
            ),
        ),
    ),
)

LOUD_RIDE = Quiz(
    id="optimizers.predict_loud_ride",
    notebook=NOTEBOOK,
    title="Predict: one loud ride",
    kind="predict",
    questions=(
        Question(
            "One of 1,000 rides has been noted with a length a thousand times too large. Once in each epoch "
            "it brings a gradient of about a million. What does that do to Adam?",
            (
                Option(
                    "It flies off, as plain descent does.",
                    "Its steps are divided by √ŝ, so no step is much longer than the rate, whatever happens.",
                ),
                Option(
                    "Nothing: it divides by the size of the gradient, and so it does not notice.",
                    "In that one step, yes. But the million stays in ŝ, and for a thousand steps all the "
                    "others are divided by it.",
                ),
                Option(
                    "It nearly comes to a halt: the loud gradient stays in ŝ for a long time.",
                    "β₂ = 0.999 remembers about a thousand steps, and the ride comes round every fifty.",
                    True,
                ),
            ),
        ),
    ),
)

EXERCISES = (MOMENTUM, ADAGRAD, ADAM, ADAMW, CLIP, MAKE)
QUIZZES = (WARMUP, IS_THIS_TRUE, VELOCITY, LOUDER, HUNDREDTH, FIRST, DECAY, RACE, LOUD_RIDE)
