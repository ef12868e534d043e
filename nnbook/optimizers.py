"""How weights move: each step a little downhill, and nine ideas about what "a little" should mean.

The gradient g says how the loss changes with each weight w, and gradient descent goes against it (notebook 06):

    w ← w − η g                                       SGD, η the learning rate

The rest of this file is one story (notebook 12), each rule answering what the one before it lacked:

    v ← μ v + g             w ← w − η v               momentum: a ravine is crossed, not bounced through
    the same, with          g + μ v for v             Nesterov: look where momentum is about to carry you
    s ← s + g²              w ← w − η g / (√s + ε)    Adagrad: each weight a rate of its own
    s ← α s + (1 − α) g²    w ← w − η g / (√s + ε)    RMSprop: a rate that forgets, and so does not die out
    Δ = √(u + ε) / √(s + ε) · g                       Adadelta: and whose unit is that of the weight
    m ← β₁ m + (1 − β₁) g   w ← w − η m̂ / (√ŝ + ε)    Adam: momentum and RMSprop, both unbiased from the start
    w ← (1 − η λ) w         and then Adam             AdamW: decay beside the division, not through it

*Penalties.* ``weight_decay`` λ adds ½ λ Σ w² to the loss (L2), ``l1`` adds l₁ Σ |w|; both act through the gradient,
g + λ w + l₁ sign(w), and on everything that the optimiser is given, biases too: put what shall be spared into a
parameter group of its own.

What all rules share, groups, penalties and the long arrays in which the parameters lie, is in `nnbook.flat`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nnbook.arrays import Array
from nnbook.errors import check_number, explain
from nnbook.flat import Optimizer, as_parameters
from nnbook.module import Parameter

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "clip_grad_norm",
    "clip_grad_value",
]


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum and Nesterov's look ahead if wanted.

        w ← w − η g

    *Momentum* answers what plain descent lacks: in a ravine it bounces from wall to wall and creeps along the floor.
    A velocity sums the gradients up, so that what changes sign cancels and what persists grows, up to 1 / (1 − μ)-fold:

        v ← μ v + g             w ← w − η v

    *Nesterov* answers that momentum brakes only after it has overshot: it takes the gradient as if the velocity had
    already carried the weights one step further (in the form that needs no second gradient):

        v ← μ v + g             w ← w − η (g + μ v)

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        ``model.parameters()``, or parameter groups; see `Optimizer`.
    lr : float
        η, above 0.
    momentum : float
        μ, how much of the velocity stays from step to step; 0.9 is usual. The rate stands outside the velocity, as in
        PyTorch; Keras has v ← μ v − η g, which is the same until η changes.
    nesterov : bool
        Whether to look ahead; needs momentum.
    weight_decay, l1 : float
        Strength of the L2 and L1 penalties.

    Notes
    -----
    Robbins & Monro 1951; Polyak 1964; Nesterov 1983, in the form of Sutskever, Martens, Dahl & Hinton 2013.

    Examples
    --------
    >>> weight = Parameter(np.array([1.0, 2.0]))
    >>> optimizer = SGD([weight], lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     weight.grad = [1.0, -1.0]
    ...     optimizer.step()
    >>> weight.data  # a step of 0.1, then one of 0.19
    array([0.71, 2.29])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
    ) -> None:
        options = {"momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay, "l1": l1}
        super().__init__(params, lr=lr, **options)

    def _checked(self, options: dict[str, Any]) -> dict[str, Any]:
        options = super()._checked(options)
        if options["nesterov"] and not options["momentum"]:
            fix = "Pass momentum=0.9: looking ahead needs a velocity."
            raise ValueError(explain(self._name, "momentum above 0 with nesterov=True", "momentum=0", fix))
        return options

    def state_names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        """The velocity, where there is momentum."""
        return ("velocity",) if group["momentum"] else ()

    def update(self, w: Array, g: Array, state: dict[str, Array], group: Mapping[str, Any], t: int) -> None:
        """v ← μ v + g; w ← w − η v."""
        momentum = group["momentum"]
        if momentum:
            v = state["velocity"]
            v *= momentum
            v += g
            g = g + momentum * v if group["nesterov"] else v
        w -= group["lr"] * g


class Adagrad(Optimizer):
    """A rate for each weight: large for those that rarely hear anything, small for those that always do.

        s ← s + g²              w ← w − η g / (√s + ε)

    What momentum lacked: it still moves all weights at one rate, though a word that occurs once in a thousand
    sentences needs longer steps than one that occurs in each. The sum of squares s divides each gradient by its own
    size so far.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        ``model.parameters()``, or parameter groups; see `Optimizer`.
    lr : float
        η, above 0.
    eps : float
        ε, outside the square root.
    weight_decay, l1 : float
        Strength of the L2 and L1 penalties.

    Notes
    -----
    Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization".

    Examples
    --------
    >>> weight = Parameter(np.array([1.0, 2.0]))
    >>> optimizer = Adagrad([weight], lr=0.1)
    >>> weight.grad = [1000.0, -0.001]
    >>> optimizer.step()  # both move by the rate, one down, one up
    >>> weight.data.round(4)
    array([0.9, 2.1])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, eps=eps, weight_decay=weight_decay, l1=l1)

    def state_names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        """The sum of all g² so far."""
        return ("total",)

    def update(self, w: Array, g: Array, state: dict[str, Array], group: Mapping[str, Any], t: int) -> None:
        """s ← s + g²; w ← w − η g / (√s + ε)."""
        s = state["total"]
        s += g * g
        w -= group["lr"] * (g / (np.sqrt(s) + group["eps"]))


class RMSprop(Optimizer):
    """Adagrad with a memory that fades, so that its steps do not die out.

        s ← α s + (1 − α) g²    w ← w − η g / (√s + ε)

    What Adagrad lacked: its sum only grows, so its steps only shrink, in a long training to nothing. A running mean
    forgets the steep slopes of long ago.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        ``model.parameters()``, or parameter groups; see `Optimizer`.
    lr : float
        η, above 0.
    alpha : float
        α, how much of the mean stays from step to step: at 0.99 it looks back about a hundred steps. Keras calls it
        ``rho``, and takes 0.9.
    eps : float
        ε, outside the square root, as in PyTorch; Keras puts it inside.
    weight_decay, l1 : float
        Strength of the L2 and L1 penalties.

    Notes
    -----
    Tieleman & Hinton 2012, lecture 6.5 of "Neural networks for machine learning"; never published otherwise.

    Examples
    --------
    >>> weight = Parameter(np.array([1.0, 2.0]))
    >>> optimizer = RMSprop([weight], lr=0.1)
    >>> weight.grad = [1000.0, -0.001]
    >>> optimizer.step()  # the mean begins at 0, so the first step is 1 / √(1 − α) = 10 rates long: Adam mends that
    >>> weight.data.round(2)
    array([0., 3.])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, l1=l1)

    def state_names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        """The running mean of g²."""
        return ("square",)

    def update(self, w: Array, g: Array, state: dict[str, Array], group: Mapping[str, Any], t: int) -> None:
        """s ← α s + (1 − α) g²; w ← w − η g / (√s + ε)."""
        s = state["square"]
        s *= group["alpha"]
        s += (1 - group["alpha"]) * (g * g)
        w -= group["lr"] * (g / (np.sqrt(s) + group["eps"]))


class Adadelta(Optimizer):
    """RMSprop with a second mean that sets the length of the steps, so that hardly a rate is needed.

        s ← ρ s + (1 − ρ) g²
        Δ = √(u + ε) / √(s + ε) · g
        u ← ρ u + (1 − ρ) Δ²
        w ← w − η Δ

    What Adagrad and RMSprop lacked: their step is a pure number, g / √s, and η has to bring the unit of the weight. If a
    weight is in metres, so should be its steps. u, the mean of the squared steps so far, is in metres²; ε gets it off
    the ground.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        ``model.parameters()``, or parameter groups; see `Optimizer`.
    lr : float
        η, above 0; 1 is the paper's rule.
    rho : float
        ρ, how much of both means stays from step to step.
    eps : float
        ε, here inside the square roots, in the paper as in PyTorch.
    weight_decay, l1 : float
        Strength of the L2 and L1 penalties.

    Notes
    -----
    Zeiler 2012, "ADADELTA: an adaptive learning rate method".

    Examples
    --------
    >>> weight = Parameter(np.array([1.0]))
    >>> optimizer = Adadelta([weight])
    >>> weight.grad = [1000.0]
    >>> optimizer.step()  # √1e-6 / √(0.1 · 1000²) · 1000: a careful beginning
    >>> weight.data.round(4)
    array([0.9968])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, l1=l1)

    def state_names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        """The running means of g² and of Δ²."""
        return ("square", "change")

    def update(self, w: Array, g: Array, state: dict[str, Array], group: Mapping[str, Any], t: int) -> None:
        """The step is the gradient, brought from its own usual size to that of the steps so far."""
        s, u = state["square"], state["change"]
        rho, eps = group["rho"], group["eps"]
        s *= rho
        s += (1 - rho) * (g * g)
        delta = np.sqrt((u + eps) / (s + eps)) * g
        u *= rho
        u += (1 - rho) * (delta * delta)
        w -= group["lr"] * delta


class Adam(Optimizer):
    """Momentum and a rate for each weight, both running means, both unbiased from the first step on.

        m ← β₁ m + (1 − β₁) g           m̂ = m / (1 − β₁ᵗ)
        s ← β₂ s + (1 − β₂) g²          ŝ = s / (1 − β₂ᵗ)
        w ← w − η m̂ / (√ŝ + ε)

    What RMSprop lacked: momentum, and an honest start. Running means that begin at 0 are too small at first, s far
    longer than m, and the first steps come out too large; dividing by 1 − βᵗ, the weight that the gradients have had
    so far, mends it. The first step then has length η in every direction.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        ``model.parameters()``, or parameter groups; see `Optimizer`.
    lr : float
        η, above 0; about how far a weight moves in one step.
    betas : (float, float)
        β₁ and β₂, each at least 0 and below 1: how much of the running means stays from step to step.
    eps : float
        ε, outside the square root, as in PyTorch; with 1e-2 it tames steps where gradients are tiny.
    weight_decay, l1 : float
        Strength of the L2 and L1 penalties. They go through the division by √ŝ, which makes them weaker for weights
        with large gradients: see `AdamW`.

    Notes
    -----
    Kingma & Ba 2015, "Adam: a method for stochastic optimization".

    Examples
    --------
    >>> weight = Parameter(np.array([1.0, 2.0]))
    >>> optimizer = Adam([weight], lr=0.1)
    >>> weight.grad = [1000.0, -0.001]
    >>> optimizer.step()
    >>> weight.data.round(4)
    array([0.9, 2.1])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, l1=l1)

    def state_names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        """The running means of g and g²."""
        return ("mean", "square")

    def update(self, w: Array, g: Array, state: dict[str, Array], group: Mapping[str, Any], t: int) -> None:
        """Both means move a little towards g and g²; the weights go by their ratio."""
        m, s = state["mean"], state["square"]
        beta1, beta2 = group["betas"]
        m *= beta1
        m += (1 - beta1) * g
        square = g * g
        square *= 1 - beta2
        s *= beta2
        s += square
        correction = math.sqrt(1 - beta2**t)
        root = np.sqrt(s, out=square)
        root += correction * group["eps"]  # √ŝ + ε, times the correction: divided out in the step
        step = np.divide(m, root, out=root)
        step *= group["lr"] * correction / (1 - beta1**t)
        w -= step


class AdamW(Adam):
    """Adam with weight decay beside it: the weights shrink by a fixed share, whatever their gradients are.

        w ← (1 − η λ) w         and then Adam's step, for the gradient without λ w

    What Adam lacked: its λ w goes through the division by √ŝ like everything else, so that weights with large
    gradients, which need it most, decay least.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        ``model.parameters()``, or parameter groups; see `Optimizer`.
    lr : float
        η, above 0.
    betas : (float, float)
        β₁ and β₂, each at least 0 and below 1.
    eps : float
        ε, outside the square root.
    weight_decay : float
        λ; each step takes the share η λ of every weight.
    l1 : float
        Strength of the L1 penalty, which goes through the gradient as in Adam.

    Notes
    -----
    Loshchilov & Hutter 2019, "Decoupled weight decay regularization".

    Examples
    --------
    >>> weight = Parameter(np.array([1.0, 2.0]))
    >>> AdamW([weight], lr=0.1, weight_decay=0.5).step()  # no gradient: only the decay of 0.1 · 0.5
    >>> weight.data
    array([0.95, 1.9 ])
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        *,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, l1=l1)

    def penalise(self, w: Array, g: Array, group: Mapping[str, Any]) -> Array:
        """The gradient of the loss with the L1 penalty alone."""
        return super().penalise(w, g, {"weight_decay": 0.0, "l1": group["l1"]})

    def update(self, w: Array, g: Array, state: dict[str, Array], group: Mapping[str, Any], t: int) -> None:
        """w ← (1 − η λ) w, then Adam."""
        w *= 1 - group["lr"] * group["weight_decay"]
        super().update(w, g, state, group, t)


def clip_grad_norm(parameters: Iterable[Parameter], max_norm: float) -> float:
    """Shorten all gradients together, if they are longer than `max_norm` as one vector; their direction stays.

        ‖g‖ = √(Σ g²) over all parameters            g ← g · max_norm / (‖g‖ + 1e-6)   if that makes it shorter

    Parameters
    ----------
    parameters : iterable of Parameter
        ``model.parameters()``. Frozen ones neither count nor change.
    max_norm : float
        Above 0.

    Returns
    -------
    float
        ‖g‖ as it was before. If it is NaN or infinite the gradients are left as they are.

    Notes
    -----
    Between ``model.backward`` and ``optimizer.step()``. Pascanu, Mikolov & Bengio 2013, "On the difficulty of training
    recurrent neural networks".

    Examples
    --------
    >>> weight, bias = Parameter(np.zeros(1)), Parameter(np.zeros(1))
    >>> weight.grad, bias.grad = [3.0], [4.0]
    >>> clip_grad_norm([weight, bias], 1.0)
    5.0
    >>> weight.grad.round(3), bias.grad.round(3)
    (array([0.6]), array([0.8]))
    """
    gradients = _gradients("clip_grad_norm", parameters)
    max_norm = check_number("clip_grad_norm", "max_norm", max_norm, above=0)
    norm = math.hypot(*(_norm(gradient) for gradient in gradients))
    factor = max_norm / (norm + 1e-6)
    if factor < 1 and math.isfinite(norm):
        for gradient in gradients:
            gradient *= factor
    return norm


def clip_grad_value(parameters: Iterable[Parameter], clip_value: float) -> None:
    """Cut every single gradient off at −clip_value and clip_value; their common direction changes.

    Parameters
    ----------
    parameters : iterable of Parameter
        ``model.parameters()``. Frozen ones do not change.
    clip_value : float
        Above 0.

    Examples
    --------
    >>> weight = Parameter(np.zeros(3))
    >>> weight.grad = [0.5, -7.0, 7.0]
    >>> clip_grad_value([weight], 1.0)
    >>> weight.grad
    array([ 0.5, -1. ,  1. ])
    """
    gradients = _gradients("clip_grad_value", parameters)
    clip_value = check_number("clip_grad_value", "clip_value", clip_value, above=0)
    for gradient in gradients:
        np.clip(gradient, -clip_value, clip_value, out=gradient)


def _gradients(who: str, parameters: Any) -> list[Array]:
    return [parameter.grad for parameter in as_parameters(who, parameters) if parameter.requires_grad]


def _norm(gradient: Array) -> float:
    """√(Σ g²), also where g² is too large for the dtype."""
    flat = gradient.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        square = float(np.dot(flat, flat))
    largest = float(np.abs(flat).max()) if math.isinf(square) else 1.0
    if 1.0 < largest < math.inf:
        flat = flat / largest
        return largest * math.sqrt(float(np.dot(flat, flat)))
    return math.sqrt(square) if square == square else math.nan
