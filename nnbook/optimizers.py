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

*One long array.* A step over many small arrays is mostly the overhead of NumPy's calls. So an optimiser moves its
parameters into one flat array each for values, gradients and state, of which they are views from then on; large ones
are worked through in blocks that stay in the processor's cache. ``parameter.data`` is always the right array; one
that was taken out of it before the optimiser was made (``w = parameter.data``) is a copy from then on.
"""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from nnbook.arrays import Array
from nnbook.errors import check_integer, check_number, describe, explain
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

_BLOCK = 1 << 16
"""So many numbers are worked on at a time: with state and intermediate results they fit the cache of one core."""


class Optimizer:
    """The base of every optimiser: parameters in groups, penalties, flat arrays, state that can be saved.

    A subclass writes `update`, and names its state arrays in `state_names`.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        ``model.parameters()``. Or groups: dicts with their ``params`` and options of their own, such as
        ``[{"params": weights, "weight_decay": 1e-4}, {"params": biases, "lr": 0.01}]``.
    **options
        The options of every group that does not say otherwise: ``lr``, ``weight_decay``, ``l1`` and the subclass' own.

    Attributes
    ----------
    param_groups : list of dict
        Each group's ``params`` and options. Options may be set at any time: ``optimizer.param_groups[0]["lr"] = 0.01``.

    Notes
    -----
    Frozen parameters (``requires_grad`` False) are left alone, their state too, and taken up again once they are
    unfrozen. Two optimisers may share parameters, a model may be copied, or loaded into: each step first looks
    whether every parameter is still where it was put, and fetches it if not.

    Examples
    --------
    The plainest rule of all, as a learner's own:

    >>> class Signs(Optimizer):
    ...     def __init__(self, params, lr):
    ...         super().__init__(params, lr=lr)
    ...     def update(self, w, g, state, group, t):
    ...         w -= group["lr"] * np.sign(g)
    >>> weight = Parameter(np.array([1.0, -2.0]))
    >>> optimizer = Signs([weight], lr=0.5)
    >>> weight.grad = [3.0, -0.1]
    >>> optimizer.step()
    >>> weight.data
    array([ 0.5, -1.5])
    """

    def __init__(self, params: Iterable[Any], *, lr: float, **options: Any) -> None:
        self.defaults = self._checked({"lr": lr, "weight_decay": 0.0, "l1": 0.0, **options})
        self.param_groups: list[dict[str, Any]] = []
        self._flats: list[_Flat] = []
        self._resting: dict[Parameter, _Memory] = {}  # what is frozen, with its state
        for group in _as_groups(self._name, params):
            self._append(group)
        self._arrange()

    # -- what a rule writes -------------------------------------------------------------------------------------------

    def state_names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        """The arrays, one number for each weight, that `update` keeps from step to step for this group."""
        return ()

    def update(self, w: Array, g: Array, state: dict[str, Array], group: Mapping[str, Any], t: int) -> None:
        """Move the weights `w` in place.

        Parameters
        ----------
        w, g : ndarray, shape (P,)
            Weights, and the gradient with its penalties; `g` may be the parameters' own, so it is not to be changed.
        state : dict of ndarray, shape (P,)
            The arrays of `state_names`, zeros at first, changed in place.
        group : dict
            The options.
        t : int
            How many steps these weights have taken, this one included.
        """
        raise NotImplementedError(
            f"{self._name} has no update: write def update(self, w, g, state, group, t)"
        )

    def penalise(self, w: Array, g: Array, group: Mapping[str, Any]) -> Array:
        """The gradient of the loss with its penalties: g + weight_decay · w + l1 · sign(w)."""
        if group["weight_decay"]:
            g = g + group["weight_decay"] * w
        if group["l1"]:
            g = g + group["l1"] * np.sign(w)
        return g

    # -- what a training loop calls -----------------------------------------------------------------------------------

    def zero_grad(self) -> None:
        """Set every gradient to zero, those of frozen parameters too."""
        self._gather()
        for flat in self._flats:
            flat.grad.fill(0)
        for parameter in self._resting:
            parameter.grad.fill(0)

    def step(self) -> None:
        """Move every parameter that is not frozen, once."""
        self._gather()
        for flat in self._flats:
            flat.steps += 1
            for w, g, state in flat.blocks:
                self.update(w, self.penalise(w, g, flat.group), state, flat.group, flat.steps)

    @property
    def lr(self) -> float:
        """The learning rate (of the first group). Setting it sets every group's, if they have had the same."""
        return self.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value: float) -> None:
        value = check_number(self._name, "lr", value, above=0, fix=_MEND["lr"])
        rates = [group["lr"] for group in self.param_groups]
        if len(set(rates)) > 1:
            got = f"groups with lr {', '.join(f'{rate:g}' for rate in rates)}"
            fix = 'Set each one: optimizer.param_groups[0]["lr"] = ...'
            raise ValueError(explain(f"{self._name}.lr", "groups with one rate", got, fix))
        for group in self.param_groups:
            group["lr"] = value
            group.pop("initial_lr", None)  # schedules that are made from now on begin here

    @property
    def params(self) -> list[Parameter]:
        """All parameters, group after group."""
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def add_param_group(self, group: dict[str, Any]) -> None:
        """Take on further parameters: a dict with ``params`` and, where they differ, options.

        Examples
        --------
        >>> first, second = Parameter(np.ones(2)), Parameter(np.ones(3))
        >>> optimizer = SGD([first], lr=0.1)
        >>> optimizer.add_param_group({"params": [second], "lr": 0.01})
        >>> optimizer
        SGD(lr=0.1; lr=0.01)
        """
        (group,) = _as_groups(self._name, [group])
        self._append(group)
        self._arrange()

    # -- what is kept -------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that the next steps depend on, besides the parameters themselves: options and state.

        Returns
        -------
        dict
            In PyTorch's form. ``optimizer``: the class's name. ``param_groups``: each one's options, with the places of
            its ``params`` in `params`. ``state``: for the place of each parameter that has moved yet, its ``steps`` and
            its state arrays (copies, in the parameter's shape).
        """
        memories = self._memories()
        place = {parameter: i for i, parameter in enumerate(self.params)}
        return {
            "optimizer": self._name,
            "param_groups": [
                {**group, "params": [place[parameter] for parameter in group["params"]]}
                for group in self.param_groups
            ],
            "state": {
                i: {"steps": memories[parameter].steps, **memories[parameter].state}
                for parameter, i in place.items()
                if memories[parameter].steps
            },
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over options and state, so that the next step is the one that would have come next.

        Parameters
        ----------
        state : dict
            What `state_dict` returned, of an optimiser of the same class, over parameters of the same shapes.

        Raises
        ------
        TypeError, ValueError
            If it is of another optimiser or damaged. This one is then as it was.

        Examples
        --------
        >>> first, second = (Adam([Parameter(np.ones(3))], lr=rate) for rate in (0.1, 0.2))
        >>> first.step()
        >>> second.load_state_dict(first.state_dict())
        >>> second
        Adam(lr=0.1)
        """
        groups, memories = self._read(state)
        for group, options in zip(self.param_groups, groups, strict=True):
            group.pop("initial_lr", None)
            group.update(options)
        self._arrange(memories)

    def _read(self, state: Any) -> tuple[list[dict[str, Any]], dict[Parameter, _Memory]]:
        """The groups' options and the parameters' memories in a state, or an error."""
        who = f"{self._name}.load_state_dict"
        if not isinstance(state, Mapping) or set(state) != {"optimizer", "param_groups", "state"}:
            got = (
                f"a dict of {', '.join(map(repr, state))}" if isinstance(state, Mapping) else describe(state)
            )
            raise TypeError(explain(who, "the dict that state_dict returned", got))
        if state["optimizer"] != self._name:
            raise ValueError(explain(who, f"the state of {self._name}", f"that of {state['optimizer']}"))
        mine, theirs = (
            [len(group["params"]) for group in groups]
            for groups in (self.param_groups, state["param_groups"])
        )
        if mine != theirs:
            raise ValueError(explain(who, f"groups of {mine} parameters", f"{theirs}"))
        groups = [self._read_options(who, group) for group in state["param_groups"]]
        names = [
            self.state_names(options) for options, size in zip(groups, mine, strict=True) for _ in range(size)
        ]
        params, memories = self.params, {}
        for i, entry in state["state"].items():
            if i not in range(len(params)):
                raise ValueError(
                    explain(who, f"state of parameters 0 to {len(params) - 1}", f"that of {i!r}")
                )
            memories[params[i]] = _read_memory(who, i, params[i], names[i], entry)
        return groups, memories

    def _read_options(self, who: str, group: Mapping[str, Any]) -> dict[str, Any]:
        options = {name: group[name] for name in group if name not in ("params", "initial_lr")}
        if set(options) != set(self.defaults):
            raise ValueError(explain(who, f"the options {', '.join(self.defaults)}", ", ".join(options)))
        rates = {name: group[name] for name in ("lr", "initial_lr") if name in group}
        for name, rate in rates.items():
            check_number(who, name, rate, at_least=0)  # a schedule may have gone down to 0
        return {**self._checked({**options, "lr": 1.0}), **rates}

    def __getstate__(self) -> dict[str, Any]:
        """Copies and pickles carry state by parameter: their flat arrays are made anew."""
        return {**self.__dict__, "_flats": [], "_resting": self._memories()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._arrange()

    def __repr__(self) -> str:
        shown = inspect.signature(type(self).__init__).parameters
        texts = []
        for group in self.param_groups:
            texts.append(
                ", ".join(
                    f"{name}={value:g}" if isinstance(value, float) else f"{name}={value!r}"
                    for name, value in group.items()
                    if name == "lr"
                    or (name in self.defaults and name in shown and value != shown[name].default)
                )
            )
        return f"{self._name}({'; '.join(texts)})"

    # -- behind the scenes --------------------------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _append(self, group: dict[str, Any]) -> None:
        known = {id(parameter) for parameter in self.params}
        for i, parameter in enumerate(group["params"]):
            if id(parameter) in known:
                got = f"parameter {i} of group {len(self.param_groups)}, of shape {parameter.shape}, twice"
                fix = "model.parameters() lists shared weights once."
                raise ValueError(explain(self._name, "each parameter once", got, fix))
            known.add(id(parameter))
        options = {name: value for name, value in group.items() if name != "params"}
        for name in options:
            if name not in self.defaults:
                near = difflib.get_close_matches(name, self.defaults, n=1)
                expected = f"groups with the options {', '.join(self.defaults)}"
                fix = f"Did you mean {near[0]!r}?" if near else ""
                raise ValueError(explain(self._name, expected, repr(name), fix))
        self.param_groups.append({"params": group["params"], **self._checked({**self.defaults, **options})})

    def _checked(self, options: dict[str, Any]) -> dict[str, Any]:
        return {
            name: _CHECKS[name](self._name, name, value) if name in _CHECKS else value
            for name, value in options.items()
        }

    def _gather(self) -> None:
        """See that every parameter is where this optimiser put it, as fast as can be where it is so."""
        for flat in self._flats:
            for parameter, data, grad in flat.places:
                if parameter.data is not data or parameter.grad is not grad or not parameter.requires_grad:
                    return self._arrange()
            if flat.state_names != self.state_names(flat.group):
                return self._arrange()
        for parameter in self._resting:
            if parameter.requires_grad:
                return self._arrange()
        return None

    def _arrange(self, memories: dict[Parameter, _Memory] | None = None) -> None:
        """Put the parameters of one group, dtype and age into one flat array, with the state that they have."""
        memories = self._memories() if memories is None else memories
        self._flats, self._resting = [], {}
        for group in self.param_groups:
            kinds: dict[Any, list[Parameter]] = {}
            for parameter in group["params"]:
                memory = memories.get(parameter, _NEW)
                if parameter.requires_grad:
                    kinds.setdefault((parameter.data.dtype, memory.steps), []).append(parameter)
                else:
                    self._resting[parameter] = memory
            for (dtype, steps), members in kinds.items():
                self._flats.append(_Flat(group, self.state_names(group), dtype, steps, members, memories))

    def _memories(self) -> dict[Parameter, _Memory]:
        """Each parameter's steps and state (copies), wherever they are kept."""
        return {parameter: memory for flat in self._flats for parameter, memory in flat.memories()} | (
            self._resting
        )


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
        s *= beta2
        s += (1 - beta2) * (g * g)
        root = np.sqrt(s)
        root /= math.sqrt(1 - beta2**t)
        root += group["eps"]
        w -= group["lr"] / (1 - beta1**t) * (m / root)


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
    return [parameter.grad for parameter in _as_parameters(who, parameters) if parameter.requires_grad]


def _norm(gradient: Array) -> float:
    """√(Σ g²), also where g² is too large for the dtype."""
    flat = gradient.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        square = float(np.dot(flat, flat))
    if math.isinf(square) and np.isfinite(flat).all():
        return float(np.sqrt(np.sum(np.square(flat, dtype=np.longdouble))))
    return math.sqrt(square) if square == square else math.nan


# -- where it all lies ------------------------------------------------------------------------------------------------


class _Memory:
    """What an optimiser knows of one parameter: how many steps it took, and its state by name."""

    __slots__ = ("state", "steps")

    def __init__(self, steps: int, state: dict[str, Array]) -> None:
        self.steps, self.state = steps, state


_NEW = _Memory(0, {})


def _read_memory(
    who: str, i: int, parameter: Parameter, names: tuple[str, ...], entry: Mapping[str, Any]
) -> _Memory:
    """A parameter's memory from a state, checked; its arrays are copied when they are put in place."""
    steps = check_integer(who, f"steps of parameter {i}", entry.get("steps"))
    for name in names:
        if name not in entry or np.shape(entry[name]) != parameter.shape:
            expected = f"{name} of shape {parameter.shape} for parameter {i}"
            raise ValueError(explain(who, expected, describe(entry.get(name))))
    return _Memory(steps, {name: np.array(entry[name]) for name in names})


class _Flat:
    """Parameters of one group, dtype and age in one array: values, gradients, state; and views of blocks of them."""

    def __init__(
        self,
        group: dict[str, Any],
        state_names: tuple[str, ...],
        dtype: np.dtype[Any],
        steps: int,
        members: list[Parameter],
        memories: Mapping[Parameter, _Memory],
    ) -> None:
        size = sum(parameter.size for parameter in members)
        self.group, self.steps, self.state_names = group, steps, state_names
        self.data, self.grad = np.empty(size, dtype), np.empty(size, dtype)
        self.state = {name: np.zeros(size, dtype) for name in state_names}
        self.places: list[tuple[Parameter, Array, Array]] = []
        self.spans: list[tuple[Parameter, slice]] = []
        start = 0
        for parameter in members:
            span = slice(start, start + parameter.size)
            start = span.stop
            data, grad = (flat[span].reshape(parameter.shape) for flat in (self.data, self.grad))
            parameter.move_into(data, grad)
            self.places.append((parameter, data, grad))
            self.spans.append((parameter, span))
            for name, array in memories.get(parameter, _NEW).state.items():
                if name in self.state:
                    self.state[name][span] = array.ravel()
        cuts = [slice(start, start + _BLOCK) for start in range(0, size, _BLOCK)]
        self.blocks = [
            (self.data[cut], self.grad[cut], {name: array[cut] for name, array in self.state.items()})
            for cut in cuts
        ]

    def memories(self) -> list[tuple[Parameter, _Memory]]:
        return [
            (
                parameter,
                _Memory(
                    self.steps,
                    {name: array[span].reshape(parameter.shape).copy() for name, array in self.state.items()},
                ),
            )
            for parameter, span in self.spans
        ]


# -- what is refused --------------------------------------------------------------------------------------------------

_MEND = {"lr": "Try lr=1e-3.", "betas": "PyTorch's and the paper's are (0.9, 0.999)."}


def _bounded(**bounds: float) -> Callable[[str, str, Any], float]:
    def check(who: str, name: str, value: Any) -> float:
        return check_number(who, name, value, fix=_MEND.get(name, ""), **bounds)

    return check


def _check_betas(who: str, name: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(explain(who, "two numbers as betas", describe(value), _MEND["betas"]))
    first, second = (
        check_number(who, f"{name}[{i}]", beta, at_least=0, below=1, fix=_MEND["betas"])
        for i, beta in enumerate(value)
    )
    return first, second


def _check_flag(who: str, name: str, value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(explain(who, f"{name} to be True or False", describe(value)))
    return bool(value)


_CHECKS: dict[str, Callable[[str, str, Any], Any]] = {
    "lr": _bounded(above=0),
    "momentum": _bounded(at_least=0),
    "nesterov": _check_flag,
    "weight_decay": _bounded(at_least=0),
    "l1": _bounded(at_least=0),
    "betas": _check_betas,
    "eps": _bounded(at_least=0),
    "alpha": _bounded(at_least=0, below=1),
    "rho": _bounded(at_least=0, below=1),
}


def _as_parameters(who: str, params: Any) -> list[Parameter]:
    """A list of one or more Parameters, from any iterable of them."""
    fix = ""
    if isinstance(params, Module):
        fix = "Pass its parameters: model.parameters()."
    elif isinstance(params, Parameter):
        fix = "Put it in a list: [parameter]."
    if fix or isinstance(params, (str, np.ndarray, Mapping)) or not isinstance(params, Iterable):
        got = f"the Module {type(params).__name__}" if isinstance(params, Module) else describe(params)
        if isinstance(params, Mapping):
            fix = 'Groups come as a list: [{"params": ...}].'
        raise TypeError(explain(who, "parameters in a list", got, fix))
    found = list(params)
    for i, parameter in enumerate(found):
        if not isinstance(parameter, Parameter):
            fix = ""
            if isinstance(parameter, Module):
                fix = "Gather theirs: [p for layer in layers for p in layer.parameters()]."
            elif isinstance(parameter, tuple):
                fix = "Names are not needed: model.parameters()."
            got = f"{type(parameter).__name__} at place {i}" if fix else f"{describe(parameter)} at place {i}"
            raise TypeError(explain(who, "nothing but Parameters", got, fix))
    return found


def _as_groups(who: str, params: Any) -> list[dict[str, Any]]:
    """Groups as dicts with a tuple of one or more ``params`` each."""
    if isinstance(params, Iterable) and not isinstance(params, (Mapping, Module, str)):
        params = list(params)
        if params and isinstance(params[0], Mapping):
            for group in params:
                if not isinstance(group, Mapping) or "params" not in group:
                    fix = 'Write {"params": [...], "lr": 0.01}.'
                    raise TypeError(explain(who, "groups that are dicts with 'params'", describe(group), fix))
            groups = [dict(group) for group in params]
            for i, group in enumerate(groups):
                group["params"] = tuple(_as_parameters(f"{who}, in group {i},", group["params"]))
        else:
            groups = [{"params": tuple(_as_parameters(who, params))}]
    else:
        groups = [{"params": tuple(_as_parameters(who, params))}]
    for i, group in enumerate(groups or [{"params": ()}]):
        if not group["params"]:
            where = f" in group {i}" if len(groups) > 1 else ""
            fix = "Does the model keep its layers in attributes, lists or dicts? Only there they are found."
            raise ValueError(explain(who, f"one parameter or more{where}", "none", fix))
    return groups
