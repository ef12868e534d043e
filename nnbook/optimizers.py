"""How weights move: the gradient says which way is up, an optimiser decides on the step.

Each rule was found from what the one before lacked (notebook 12). With g the gradient of a weight w, and η the rate:

    SGD        w ← w − η g                           goes straight downhill, and zigzags across a ravine
    momentum   v ← μ v + g,      w ← w − η v         rolls on: what alternates cancels, what agrees adds up
    Nesterov   w ← w − η (g + μ v)                   looks where momentum will carry it, and brakes earlier
    Adagrad    s ← s + g²,       w ← w − η g / √s    a rate for each weight; but s only grows, so it stops too early
    RMSprop    s ← α s + (1 − α) g²                  … forgets the past, and so keeps moving
    Adadelta   w ← w − √(u / s) g                    … takes its units from the steps themselves: no rate to choose
    Adam       m ← β₁ m + (1 − β₁) g,  w ← w − η m̂ / √ŝ   momentum and RMSprop, corrected for their start at 0
    AdamW      … and weights decay beside that, not through the gradient

Formulas and defaults are PyTorch's, eps outside the root.

*Why it is fast.* The parameters of a group are moved into one long vector, and become views of it. So a step is a few
operations on whole vectors, however many layers there are; long vectors are worked through in blocks that stay in
cache while the rule passes over them several times.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from nnbook.arrays import Array
from nnbook.errors import check_number, describe, explain
from nnbook.module import Module, Parameter

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

Group: TypeAlias = dict[str, Any]
BLOCK = 16_384  # numbers: four vectors of them in float32 fit a level-2 cache with room to spare


class Optimizer:
    """What all rules share: groups of parameters, one long vector for each, decay, and what is kept between steps.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        What moves: ``model.parameters()``; or groups with settings of their own, in PyTorch's form:
        ``[{"params": body.parameters(), "lr": 1e-4}, {"params": head.parameters()}]``.
    **settings : float
        Defaults of every group, by name; each is checked by `check_setting`.

    Attributes
    ----------
    param_groups : list of dict
        ``params`` and the settings, which may be changed between steps.
    lr : float
        The rate of the first group; setting it sets every group's.

    Notes
    -----
    ``weight_decay`` λ adds λ w to the gradient (the gradient of ½ λ w²: L2), ``l1`` adds l1 · sign(w). Parameters that are frozen
    (``requires_grad`` False) stay as they are, and go on where they stopped when they are thawed.
    """

    keeps: tuple[str, ...] = ()  # the names of what a rule remembers, an array of the parameters' size each

    def __init__(self, params: Iterable[Parameter] | Iterable[Group], **settings: Any) -> None:
        self.param_groups = _groups(type(self).__name__, params, settings)
        for group in self.param_groups:
            for name in settings:
                group[name] = self.check_setting(name, group[name], group)
        self._memory: dict[int, dict[str, Any]] = {}
        self._vectors: list[list[_Vector]] = [[] for _ in self.param_groups]
        self._arrange()

    # -- what a rule writes -------------------------------------------------------------------------------------------

    def update(self, w: Array, g: Array, kept: dict[str, Array], group: Group, t: int) -> None:
        """Move `w` in place. All arrays are blocks of the same length; `t` counts steps from 1."""
        raise NotImplementedError(f"{type(self).__name__} has no update")

    def check_setting(self, name: str, value: Any, group: Group) -> Any:
        """Return a valid setting, or raise."""
        who = type(self).__name__
        if name == "lr":
            return check_number(who, name, value, above=0, fix="Try lr=1e-3.")
        if name == "betas":
            if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
                raise TypeError(explain(who, "a pair betas such as (0.9, 0.999)", describe(value)))
            return tuple(check_number(who, "beta", beta, at_least=0, below=1) for beta in value)
        if name in ("momentum", "alpha", "rho"):
            return check_number(who, name, value, at_least=0, below=1)
        if name == "nesterov":
            if value and not group["momentum"]:
                raise ValueError(
                    explain(who, "momentum above 0 with nesterov=True", "momentum=0", "Try momentum=0.9.")
                )
            return bool(value)
        return check_number(who, name, value, at_least=0)

    # -- what a training loop calls -----------------------------------------------------------------------------------

    def step(self) -> None:
        """Move every parameter by one step, by the gradients that backward passes have added up."""
        if any(vector.is_stale() for vectors in self._vectors for vector in vectors) or self._thawed():
            self._arrange()
        for group, vectors in zip(self.param_groups, self._vectors, strict=True):
            decay, l1 = group["weight_decay"], group["l1"]
            for vector in vectors:
                vector.t += 1
                for w, g, kept in vector.blocks:
                    if decay and not self._decoupled:
                        g = g + decay * w
                    if l1:
                        g = g + l1 * np.sign(w)
                    self.update(w, g, kept, group, vector.t)

    _decoupled = False  # AdamW: decay is its own step

    def zero_grad(self) -> None:
        """Set every gradient to zero, before the next backward pass adds to it."""
        for vectors in self._vectors:
            for vector in vectors:
                vector.grad.fill(0)
        for parameter in self._elsewhere:
            parameter.grad.fill(0)

    @property
    def lr(self) -> float:
        rate: float = self.param_groups[0]["lr"]
        return rate

    @lr.setter
    def lr(self, value: float) -> None:
        for group in self.param_groups:
            group["lr"] = self.check_setting("lr", value, group)

    @property
    def params(self) -> list[Parameter]:
        """Every parameter of every group."""
        return [parameter for group in self.param_groups for parameter in group["params"]]

    # -- what lasts ---------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Settings by group, and what is remembered of each parameter, by position: arrays are copies."""
        self._remember()
        settings = [{k: v for k, v in group.items() if k != "params"} for group in self.param_groups]
        memory = [self._memory.get(id(parameter), {"t": 0}) for parameter in self.params]
        return {
            "class": type(self).__name__,
            "groups": settings,
            "parameters": [{k: np.copy(v) if k != "t" else v for k, v in entry.items()} for entry in memory],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another optimiser of the same class and parameters stood.

        Raises
        ------
        ValueError
            If class, groups, or shapes differ; nothing is changed then.
        """
        who = f"{type(self).__name__}.load_state_dict"
        if state.get("class") != type(self).__name__:
            raise ValueError(
                explain(who, f"the state of a {type(self).__name__}", f"one of {state.get('class')}")
            )
        groups, entries = state["groups"], state["parameters"]
        if len(groups) != len(self.param_groups) or len(entries) != len(self.params):
            expected = f"{len(self.param_groups)} group(s) and {len(self.params)} parameters"
            raise ValueError(explain(who, expected, f"{len(groups)} and {len(entries)}"))
        memory: dict[int, dict[str, Any]] = {}
        for i, (parameter, entry) in enumerate(zip(self.params, entries, strict=True)):
            for name in self.keeps if entry["t"] else ():
                if np.shape(entry.get(name)) != parameter.shape:
                    expected = f"{name} of shape {parameter.shape} for parameter {i}"
                    raise ValueError(explain(who, expected, describe(entry.get(name))))
            memory[id(parameter)] = {"t": int(entry["t"])} | {
                name: np.array(entry[name], parameter.data.dtype) for name in self.keeps if entry["t"]
            }
        checked = [
            {name: self.check_setting(name, values[name], values) for name in group if name != "params"}
            for group, values in zip(self.param_groups, groups, strict=True)
        ]
        for group, values in zip(self.param_groups, checked, strict=True):
            group.update(values)
        self._memory, self._vectors = memory, [[] for _ in self.param_groups]
        self._arrange()

    # -- behind the scenes --------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        """Note what is kept of each parameter, by identity, so that vectors can be laid out anew."""
        for vectors in self._vectors:
            for vector in vectors:
                self._memory.update(vector.memories())

    def _arrange(self) -> None:
        """Move the parameters that learn into vectors: one for each group, dtype and number of steps taken."""
        self._remember()
        self._elsewhere = [p for p in self.params if not p.requires_grad]
        self._vectors = []
        for group in self.param_groups:
            alike: dict[tuple[str, int], list[Parameter]] = {}
            for parameter in group["params"]:
                if parameter.requires_grad:
                    t = self._memory.get(id(parameter), {"t": 0})["t"]
                    alike.setdefault((parameter.data.dtype.name, t), []).append(parameter)
            self._vectors.append([_Vector(members, self.keeps, self._memory) for members in alike.values()])

    def _thawed(self) -> bool:
        return any(parameter.requires_grad for parameter in self._elsewhere)

    def __repr__(self) -> str:
        first = {k: v for k, v in self.param_groups[0].items() if k != "params"}
        settings = ", ".join(f"{name}={value!r}" for name, value in first.items())
        return f"{type(self).__name__}({len(self.params)} parameters, {settings})"


class _Vector:
    """Parameters side by side in one array, which they become views of; their gradients, and what a rule keeps, beside."""

    def __init__(
        self, parameters: list[Parameter], keeps: tuple[str, ...], memory: dict[int, dict[str, Any]]
    ) -> None:
        self.parameters = parameters
        dtype = parameters[0].data.dtype
        sizes = [parameter.size for parameter in parameters]
        self.ends = np.cumsum(sizes).tolist()
        total = self.ends[-1]
        self.data, self.grad = np.empty(total, dtype), np.empty(total, dtype)
        self.kept = {name: np.zeros(total, dtype) for name in keeps}
        self.t = 0
        for parameter, place in zip(parameters, self._places(), strict=True):
            parameter.move_into(
                self.data[place].reshape(parameter.shape), self.grad[place].reshape(parameter.shape)
            )
            past = memory.get(id(parameter), {"t": 0})
            self.t = past["t"]
            for name in keeps if self.t else ():
                self.kept[name][place] = past[name].ravel()
        self.views = [(parameter, parameter.data, parameter.grad) for parameter in parameters]
        cuts = [slice(start, start + BLOCK) for start in range(0, total, BLOCK)]
        self.blocks = [(self.data[c], self.grad[c], {k: v[c] for k, v in self.kept.items()}) for c in cuts]

    def _places(self) -> Iterator[slice]:
        return map(slice, [0, *self.ends[:-1]], self.ends)

    def is_stale(self) -> bool:
        """Whether a parameter was frozen, or lives elsewhere by now: a second optimiser took it, say."""
        for parameter, data, grad in self.views:
            if parameter._data is not data or parameter._grad is not grad or not parameter.requires_grad:
                return True
        return False

    def memories(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """What is kept of each parameter, by its identity."""
        for parameter, place in zip(self.parameters, self._places(), strict=True):
            kept = {name: values[place].reshape(parameter.shape).copy() for name, values in self.kept.items()}
            yield id(parameter), {"t": self.t} | kept


def _groups(who: str, params: Any, settings: dict[str, Any]) -> list[Group]:
    if isinstance(params, Module):
        fix = "Pass its parameters: model.parameters()."
        raise TypeError(explain(who, "parameters", f"the {type(params).__name__} itself", fix))
    if isinstance(params, Parameter):
        raise TypeError(
            explain(who, "a list of parameters", "one Parameter", "Put it in a list: [parameter].")
        )
    if isinstance(params, Mapping) or not isinstance(params, Iterable):
        raise TypeError(explain(who, "a list of parameters, or of groups", describe(params)))
    entries = list(params)
    if not entries:
        raise ValueError(
            explain(who, "one parameter or more", "none", "Has the model any? See model.parameters().")
        )
    groups = entries if all(isinstance(entry, Mapping) for entry in entries) else [{"params": entries}]
    made, seen = [], set()
    for i, group in enumerate(groups):
        unknown = sorted(set(group) - {"params", *settings})
        if "params" not in group or unknown:
            expected = f"'params' and any of {', '.join(settings)} in group {i}"
            raise ValueError(explain(who, expected, ", ".join(unknown) or "no 'params'"))
        members = list(group["params"])
        for parameter in members:
            if not isinstance(parameter, Parameter):
                raise TypeError(explain(who, f"Parameters in group {i}", describe(parameter)))
            if id(parameter) in seen:
                raise ValueError(
                    explain(who, "each parameter once", f"{parameter!r} a second time, in group {i}")
                )
            seen.add(id(parameter))
        if not members:
            raise ValueError(explain(who, f"one parameter or more in group {i}", "none"))
        made.append({"params": members} | settings | {k: v for k, v in group.items() if k != "params"})
    return made


# -- the rules --------------------------------------------------------------------------------------------------------


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum and Nesterov's if wanted.

    w ← w − η g; with momentum μ: v ← μ v + g (v ← g in the first step), w ← w − η v; Nesterov: w ← w − η (g + μ v).

    Parameters
    ----------
    params : iterable of Parameter, or of dict
    lr : float
        The rate η.
    momentum : float
        μ, in [0, 1). The rate multiplies v here, as in PyTorch; others put it inside, v ← μ v + η g, which differs when
        the rate changes on the way.
    nesterov : bool
    weight_decay, l1 : float
        See `Optimizer`.

    Notes
    -----
    Robbins & Monro 1951; Polyak 1964; Nesterov 1983, in the form of Sutskever et al. 2013.

    Examples
    --------
    >>> w = Parameter([1.0])
    >>> optimizer = SGD([w], lr=0.1)
    >>> w.grad += 2.0
    >>> optimizer.step()
    >>> w.data
    array([0.8])
    """

    keeps = ("velocity",)

    def __init__(
        self,
        params: Iterable[Parameter] | Iterable[Group],
        lr: float = 1e-3,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(
            params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay, l1=l1
        )

    def update(self, w: Array, g: Array, kept: dict[str, Array], group: Group, t: int) -> None:
        """One step."""
        momentum = group["momentum"]
        if momentum:
            v = kept["velocity"]
            v *= momentum
            v += g
            g = g + momentum * v if group["nesterov"] else v
        w -= group["lr"] * g


class Adagrad(Optimizer):
    """s ← s + g²; w ← w − η g / (√s + ε): a weight that has moved much moves less.

    Parameters
    ----------
    params, lr, weight_decay, l1
        As for `SGD`.
    eps : float
        ε keeps the quotient finite where s is 0.

    Notes
    -----
    Duchi, Hazan & Singer 2011.
    """

    keeps = ("square_sum",)

    def __init__(
        self,
        params: Iterable[Parameter] | Iterable[Group],
        lr: float = 1e-2,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, eps=eps, weight_decay=weight_decay, l1=l1)

    def update(self, w: Array, g: Array, kept: dict[str, Array], group: Group, t: int) -> None:
        """One step."""
        s = kept["square_sum"]
        s += g * g
        w -= group["lr"] * g / (np.sqrt(s) + group["eps"])


class RMSprop(Optimizer):
    """s ← α s + (1 − α) g²; w ← w − η g / (√s + ε): Adagrad that forgets.

    Parameters
    ----------
    params, lr, weight_decay, l1
        As for `SGD`.
    alpha : float
        α, in [0, 1): about 1 / (1 − α) steps are remembered.
    eps : float

    Notes
    -----
    Tieleman & Hinton 2012, lecture 6.5 of their course.
    """

    keeps = ("square_mean",)

    def __init__(
        self,
        params: Iterable[Parameter] | Iterable[Group],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, l1=l1)

    def update(self, w: Array, g: Array, kept: dict[str, Array], group: Group, t: int) -> None:
        """One step."""
        s = _moving_mean(kept["square_mean"], g * g, group["alpha"])
        w -= group["lr"] * g / (np.sqrt(s) + group["eps"])


class Adadelta(Optimizer):
    """s ← ρ s + (1 − ρ) g²; d = g √(u + ε) / √(s + ε); u ← ρ u + (1 − ρ) d²; w ← w − η d.

    Steps have the units of the weights, so that η = 1 serves; ε is inside both roots, and starts the motion.

    Parameters
    ----------
    params, lr, weight_decay, l1
        As for `SGD`.
    rho : float
        ρ, in [0, 1).
    eps : float

    Notes
    -----
    Zeiler 2012.
    """

    keeps = ("square_mean", "step_mean")

    def __init__(
        self,
        params: Iterable[Parameter] | Iterable[Group],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, l1=l1)

    def update(self, w: Array, g: Array, kept: dict[str, Array], group: Group, t: int) -> None:
        """One step."""
        rho, eps = group["rho"], group["eps"]
        s = _moving_mean(kept["square_mean"], g * g, rho)
        d = g * np.sqrt(kept["step_mean"] + eps) / np.sqrt(s + eps)
        _moving_mean(kept["step_mean"], d * d, rho)
        w -= group["lr"] * d


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g; s ← β₂ s + (1 − β₂) g²; w ← w − η m̂ / (√ŝ + ε).

    m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) make up for the start at 0: t counts from 1.

    Parameters
    ----------
    params, lr, l1
        As for `SGD`.
    betas : (float, float)
        β₁ and β₂, each in [0, 1).
    eps : float
        ε, outside the root.
    weight_decay : float
        Through the gradient (L2); for decay beside it, see `AdamW`.

    Notes
    -----
    Kingma & Ba 2015.

    Examples
    --------
    >>> w = Parameter([1.0, 1.0])
    >>> optimizer = Adam([w], lr=0.1)
    >>> w.grad += [100.0, 0.01]
    >>> optimizer.step()
    >>> w.data.round(4)  # the first step is lr, whatever the size of the gradient
    array([0.9, 0.9])
    """

    keeps = ("mean", "square_mean")

    def __init__(
        self,
        params: Iterable[Parameter] | Iterable[Group],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, l1=l1)

    def update(self, w: Array, g: Array, kept: dict[str, Array], group: Group, t: int) -> None:
        """One step."""
        beta1, beta2 = group["betas"]
        if self._decoupled:
            w *= 1 - group["lr"] * group["weight_decay"]
        m = _moving_mean(kept["mean"], g, beta1)
        s = _moving_mean(kept["square_mean"], g * g, beta2)
        root = np.sqrt(s)
        root /= math.sqrt(1 - beta2**t)
        root += group["eps"]
        np.divide(m, root, out=root)
        root *= group["lr"] / (1 - beta1**t)
        w -= root


class AdamW(Adam):
    """Adam with the decay beside it: w ← (1 − η λ) w, then Adam's step.

    In `Adam` the decay goes through the gradient and is divided by √ŝ with it, so that weights with large gradients hardly decay.

    Parameters
    ----------
    params, lr, betas, eps, l1
        As for `Adam`.
    weight_decay : float
        λ.

    Notes
    -----
    Loshchilov & Hutter 2019.
    """

    _decoupled = True

    def __init__(
        self,
        params: Iterable[Parameter] | Iterable[Group],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        l1: float = 0.0,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, l1)


def _moving_mean(mean: Array, value: Array, decay: float) -> Array:
    """mean ← decay · mean + (1 − decay) · value, in place."""
    mean *= decay
    mean += (1 - decay) * value
    return mean


# -- gradients that are too large -------------------------------------------------------------------------------------


def clip_grad_norm(parameters: Iterable[Parameter], max_norm: float) -> float:
    """Shorten all gradients together so that their joint length is at most `max_norm`; their direction stays.

    Returns
    -------
    float
        The length before.

    Examples
    --------
    >>> w = Parameter([0.0, 0.0])
    >>> w.grad += [3.0, 4.0]
    >>> clip_grad_norm([w], 1.0), w.grad
    (5.0, array([0.6, 0.8]))
    """
    max_norm = check_number("clip_grad_norm", "max_norm", max_norm, above=0)
    gradients = [p.grad for p in _checked("clip_grad_norm", parameters) if p.requires_grad]
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in gradients))
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
    return norm


def clip_grad_value(parameters: Iterable[Parameter], max_value: float) -> None:
    """Cut each entry of each gradient to [−max_value, max_value]; the direction changes."""
    max_value = check_number("clip_grad_value", "max_value", max_value, above=0)
    for parameter in _checked("clip_grad_value", parameters):
        np.clip(parameter.grad, -max_value, max_value, out=parameter.grad)


def _checked(who: str, parameters: Any) -> list[Parameter]:
    group: list[Parameter] = _groups(who, parameters, {})[0]["params"]
    return group
