"""How the learning rate changes while training goes on: large steps to get near, small ones to arrive.

A schedule says what η is after t of its steps, given the rate η₀ that the optimiser began with (notebook 12):

    StepLR              η₀ γ^⌊t / s⌋                          stairs: a tenth of the rate every s steps
    ExponentialLR       η₀ γᵗ                                 a little less each time
    CosineAnnealingLR   η₁ + ½ (η₀ − η₁) (1 + cos π t / T)    slowly, then quickly, then slowly down to η₁
    LinearLR            η₀ (a + (b − a) t / T) until T        warm-up: begin small, while Adam's means are noise
    OneCycleLR          up to a large rate, and far down      few epochs, a rate that would not last longer
    SequentialLR        one schedule after another            warm-up, then cosine
    ReduceLROnPlateau   a tenth when the loss stands still    waits to see

Names and values are PyTorch's. Make the optimiser, then the schedule, and call ``schedule.step()`` after each epoch
(OneCycleLR: after each batch), after ``optimizer.step()``:

    for epoch in range(20):
        …
        schedule.step()

With `nnbook.fit` pass it as a callback, ``callbacks=[schedule]``: it is then stepped where it should be, and kept in
checkpoints.

Each one is a formula in t, so that ``schedule.rates(20)`` draws it before anything is trained. One schedule at a time
governs an optimiser: it refuses to step where somebody else has set another rate meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nnbook.errors import check_choice, check_integer, check_number, describe, explain
from nnbook.flat import Optimizer

__all__ = [
    "CosineAnnealingLR",
    "ExponentialLR",
    "LinearLR",
    "OneCycleLR",
    "ReduceLROnPlateau",
    "Schedule",
    "SequentialLR",
    "StepLR",
]


class Schedule:
    """The base of the schedules that are a formula in t. A subclass writes `rate`.

    Parameters
    ----------
    optimizer : Optimizer
        Its groups' rates at this moment are the η₀ of the formula; where another schedule was there before, those
        that it began with. The rates of t = 0 are set at once.

    Attributes
    ----------
    t : int
        How many steps were taken.
    base_lrs : list of float
        η₀ of each group.

    Examples
    --------
    >>> from nnbook import Parameter, SGD
    >>> import numpy as np
    >>> class Inverse(Schedule):
    ...     def rate(self, base, t):
    ...         return base / (1 + t)
    >>> optimizer = SGD([Parameter(np.ones(1))], lr=0.6)
    >>> schedule = Inverse(optimizer)
    >>> schedule.step()
    >>> optimizer.lr
    0.3
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = _check_optimizer(self, optimizer)
        self.base_lrs = [group.get("initial_lr", group["lr"]) for group in optimizer.param_groups]
        self.t = 0
        self._set_rates()
        for group, base in zip(optimizer.param_groups, self.base_lrs, strict=True):
            group["initial_lr"] = base

    def rate(self, base: float, t: int) -> float:
        """The rate after t steps of a group that began with `base`."""
        raise NotImplementedError(f"{type(self).__name__} has no rate: write def rate(self, base, t)")

    def settings(self) -> dict[str, Any]:
        """The numbers of the formula: what must agree between a schedule and a state that it loads."""
        return {name: value for name, value in vars(self).items() if name not in _NOT_SETTINGS}

    def step(self) -> None:
        """Go on to t + 1 and set the optimiser's rates."""
        self._check_groups()
        for group, lr in zip(self.optimizer.param_groups, self._lrs, strict=True):
            if group["lr"] != lr:
                fix = "One schedule at a time: chain several by SequentialLR; after setting optimizer.lr make a new one."
                raise ValueError(
                    explain(
                        f"{type(self).__name__}.step",
                        f"the rate that it set, {lr:g}",
                        f"{group['lr']:g}",
                        fix,
                    )
                )
        self.t += 1
        self._set_rates()

    def rates(self, steps: int) -> list[float]:
        """The first group's rates for t = 0 … steps − 1, to be drawn; nothing changes.

        Examples
        --------
        >>> from nnbook import Parameter, SGD
        >>> import numpy as np
        >>> StepLR(SGD([Parameter(np.ones(1))], lr=0.5), step_size=2, gamma=0.5).rates(5)
        [0.5, 0.5, 0.25, 0.25, 0.125]
        """
        steps = check_integer(f"{type(self).__name__}.rates", "steps", steps, at_least=0)
        return [self.rate(self.base_lrs[0], t) for t in range(steps)]

    def after_epoch(self, training: Any) -> None:
        """Step: what `nnbook.fit` calls."""
        self.step()

    def state_dict(self) -> dict[str, Any]:
        """Where it stands, with the settings that it has."""
        return {
            "schedule": type(self).__name__,
            "settings": self.settings(),
            "base_lrs": list(self.base_lrs),
            "t": self.t,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Stand where `state` says, and set the optimiser's rates accordingly.

        Raises
        ------
        TypeError, ValueError
            If the state is of another schedule, or of other settings. Nothing has changed then.
        """
        who = f"{type(self).__name__}.load_state_dict"
        _check_state(self, state, ("schedule", "settings", "base_lrs", "t"))
        bases, groups = state["base_lrs"], self.optimizer.param_groups
        if not isinstance(bases, (list, tuple)) or len(bases) != len(groups):
            raise ValueError(explain(who, f"base_lrs of {len(groups)} group(s)", f"{bases}"))
        t = check_integer(who, "t", state["t"], at_least=0)
        self.base_lrs = [check_number(who, "base_lrs", base, at_least=0) for base in bases]
        self.t = t
        self._check_groups()
        self._set_rates()
        for group, base in zip(groups, self.base_lrs, strict=True):
            group["initial_lr"] = base

    def _set_rates(self) -> None:
        self._lrs = [self.rate(base, self.t) for base in self.base_lrs]
        for group, lr in zip(self.optimizer.param_groups, self._lrs, strict=True):
            group["lr"] = lr

    def _check_groups(self) -> None:
        if len(self.optimizer.param_groups) != len(self.base_lrs):
            got = f"{len(self.optimizer.param_groups)}"
            fix = "Make the schedule after the last add_param_group."
            raise ValueError(
                explain(type(self).__name__, f"{len(self.base_lrs)} parameter group(s)", got, fix)
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.settings().items())})"


_NOT_SETTINGS = ("optimizer", "base_lrs", "t", "_lrs", "_begun")


class StepLR(Schedule):
    """Stairs: every `step_size` steps the rate becomes `gamma` times what it was, η = η₀ γ^⌊t / step_size⌋.

    Parameters
    ----------
    optimizer : Optimizer
    step_size : int
        How many steps a stair is long.
    gamma : float
        Above 0.

    Examples
    --------
    >>> from nnbook import Parameter, SGD
    >>> import numpy as np
    >>> schedule = StepLR(SGD([Parameter(np.ones(1))], lr=0.1), step_size=30)
    >>> schedule.rates(31)[29:]
    [0.1, 0.010000000000000002]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size = check_integer(type(self).__name__, "step_size", step_size)
        self.gamma = check_number(type(self).__name__, "gamma", gamma, above=0)
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """η₀ γ^⌊t / step_size⌋."""
        return base * self.gamma ** (t // self.step_size)


class ExponentialLR(Schedule):
    """A little less each time: η = η₀ γᵗ.

    Parameters
    ----------
    optimizer : Optimizer
    gamma : float
        Above 0; 0.955 is a tenth in fifty steps.

    Examples
    --------
    >>> from nnbook import Parameter, SGD
    >>> import numpy as np
    >>> ExponentialLR(SGD([Parameter(np.ones(1))], lr=1.0), gamma=0.5).rates(4)
    [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = check_number(type(self).__name__, "gamma", gamma, above=0)
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """η₀ γᵗ."""
        return base * self.gamma**t


class CosineAnnealingLR(Schedule):
    """Half a wave of a cosine down: η = η₁ + ½ (η₀ − η₁) (1 + cos π t / T_max).

    Parameters
    ----------
    optimizer : Optimizer
    T_max : int
        How many steps it takes to the bottom: the whole training. After that it climbs again, as in PyTorch.
    eta_min : float
        η₁, the rate at the bottom.

    Notes
    -----
    Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts".

    Examples
    --------
    >>> from nnbook import Parameter, SGD
    >>> import numpy as np
    >>> schedule = CosineAnnealingLR(SGD([Parameter(np.ones(1))], lr=1.0), T_max=4)
    >>> [round(rate, 4) for rate in schedule.rates(5)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max = check_integer(type(self).__name__, "T_max", T_max)
        self.eta_min = check_number(type(self).__name__, "eta_min", eta_min, at_least=0)
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """η₁ + ½ (η₀ − η₁) (1 + cos π t / T_max)."""
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class LinearLR(Schedule):
    """A straight line from start_factor · η₀ to end_factor · η₀ in `total_iters` steps, then level: a warm-up.

    Parameters
    ----------
    optimizer : Optimizer
    start_factor : float
        Above 0 and at most 1.
    end_factor : float
        From 0 to 1.
    total_iters : int
        How many steps the line takes.

    Notes
    -----
    Goyal et al. 2017, "Accurate, large minibatch SGD"; what follows the warm-up: `SequentialLR`.

    Examples
    --------
    >>> from nnbook import Parameter, SGD
    >>> import numpy as np
    >>> LinearLR(SGD([Parameter(np.ones(1))], lr=1.0), start_factor=0.25, total_iters=3).rates(5)
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        who = type(self).__name__
        self.start_factor = check_number(who, "start_factor", start_factor, above=0, at_most=1)
        self.end_factor = check_number(who, "end_factor", end_factor, at_least=0, at_most=1)
        self.total_iters = check_integer(who, "total_iters", total_iters)
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """η₀ times the place on the line."""
        share = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


class SequentialLR(Schedule):
    """One schedule after another: the next one begins, at its own t = 0, at each milestone.

    Parameters
    ----------
    optimizer : Optimizer
    schedulers : list of Schedule
        Made for the same optimiser; only their formulas are used.
    milestones : list of int
        When the second one begins, the third …: rising, one fewer than schedules.

    Examples
    --------
    >>> from nnbook import Parameter, SGD
    >>> import numpy as np
    >>> optimizer = SGD([Parameter(np.ones(1))], lr=1.0)
    >>> warm_up, decay = LinearLR(optimizer, 0.5, total_iters=2), ExponentialLR(optimizer, 0.5)
    >>> SequentialLR(optimizer, [warm_up, decay], milestones=[2]).rates(5)
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[Schedule], milestones: Sequence[int]
    ) -> None:
        who = type(self).__name__
        _check_optimizer(self, optimizer)
        if not isinstance(schedulers, (list, tuple)) or len(schedulers) < 1:
            raise TypeError(explain(who, "a list of schedules", describe(schedulers)))
        for schedule in schedulers:
            if isinstance(schedule, ReduceLROnPlateau):
                fix = "It waits for the loss: step it by itself."
                raise TypeError(explain(who, "schedules that are a formula in t", "ReduceLROnPlateau", fix))
            if not isinstance(schedule, Schedule):
                raise TypeError(explain(who, "schedules", describe(schedule)))
            if schedule.optimizer is not optimizer:
                raise ValueError(
                    explain(who, "schedules of its own optimizer", f"{schedule!r} of another one")
                )
        if not isinstance(milestones, (list, tuple)):
            raise TypeError(explain(who, "a list of milestones", describe(milestones)))
        steps = [check_integer(who, "milestone", milestone) for milestone in milestones]
        if len(steps) != len(schedulers) - 1 or sorted(set(steps)) != steps:
            expected = f"{len(schedulers) - 1} rising milestone(s) for {len(schedulers)} schedules"
            raise ValueError(explain(who, expected, f"{list(milestones)}"))
        self.schedulers, self.milestones = list(schedulers), steps
        super().__init__(optimizer)

    def settings(self) -> dict[str, Any]:
        """The schedules by their settings, and the milestones."""
        inner = [{"schedule": type(s).__name__, **s.settings()} for s in self.schedulers]
        return {"schedulers": inner, "milestones": self.milestones}

    def rate(self, base: float, t: int) -> float:
        """What the schedule says whose turn it is."""
        turn = sum(t >= milestone for milestone in self.milestones)
        return self.schedulers[turn].rate(base, t - (self.milestones[turn - 1] if turn else 0))

    def __repr__(self) -> str:
        return f"SequentialLR({self.schedulers!r}, milestones={self.milestones})"


class OneCycleLR(Schedule):
    """Up to a large rate, and then far down, once: stepped after each *batch*, not each epoch.

    The rate begins at max_lr / div_factor, is at max_lr after the share `pct_start` of all steps, and ends at
    max_lr / (div_factor · final_div_factor). Momentum goes the other way: it is small where the rate is large.

    Parameters
    ----------
    optimizer : Optimizer
    max_lr : float or list of float
        The rate at the top; a list has one for each parameter group. The optimiser's own ``lr`` plays no part.
    total_steps : int
        How many batches in all: ``epochs * len(loader)``.
    pct_start : float
        Where the top is; at least 0 and below 1.
    anneal_strategy : str
        ``"cos"`` or ``"linear"``: how it goes between the three rates.
    cycle_momentum : bool
        Whether momentum (β₁ for Adam) is cycled too; as in PyTorch, it is unless told otherwise.
    base_momentum, max_momentum : float
        Momentum at the top of the rate, and at both ends.
    div_factor, final_div_factor : float
        Above 0; see above.

    Notes
    -----
    Smith & Topin 2018, "Super-convergence". PyTorch's ``three_phase`` is not here.

    Examples
    --------
    >>> from nnbook import Parameter, SGD
    >>> import numpy as np
    >>> optimizer = SGD([Parameter(np.ones(1))], lr=1.0)
    >>> schedule = OneCycleLR(optimizer, max_lr=1.0, total_steps=10, cycle_momentum=False)
    >>> [round(rate, 3) for rate in schedule.rates(10)]
    [0.04, 0.52, 1.0, 0.95, 0.812, 0.611, 0.389, 0.188, 0.05, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        who = type(self).__name__
        groups = _check_optimizer(self, optimizer).param_groups
        tops: list[Any] = list(max_lr) if isinstance(max_lr, (list, tuple)) else [max_lr] * len(groups)
        if len(tops) != len(groups):
            raise ValueError(explain(who, f"{len(groups)} rates in max_lr, one a group", f"{len(tops)}"))
        tops = [check_number(who, "max_lr", top, above=0) for top in tops]
        self.total_steps = check_integer(who, "total_steps", total_steps)
        self.pct_start = check_number(who, "pct_start", pct_start, at_least=0, below=1)
        self.anneal_strategy = check_choice(who, "anneal_strategy", anneal_strategy, ["cos", "linear"])
        self.cycle_momentum = bool(cycle_momentum)
        self.base_momentum = check_number(who, "base_momentum", base_momentum, at_least=0, below=1)
        self.max_momentum = check_number(who, "max_momentum", max_momentum, at_least=0, below=1)
        self.div_factor = check_number(who, "div_factor", div_factor, above=0)
        self.final_div_factor = check_number(who, "final_div_factor", final_div_factor, above=0)
        if self.cycle_momentum and not all(group.get("momentum") or "betas" in group for group in groups):
            fix = "Pass cycle_momentum=False, or give the optimizer momentum=0.9."
            raise ValueError(explain(who, "an optimizer with momentum to cycle", repr(optimizer), fix))
        self._begun = False
        for group, top in zip(groups, tops, strict=True):
            group["initial_lr"] = top / self.div_factor
        super().__init__(optimizer)

    def rate(self, base: float, t: int) -> float:
        """From base up to base · div_factor, and down to base / final_div_factor."""
        return self._between(t, base, base * self.div_factor, base / self.final_div_factor)

    def momentum(self, t: int) -> float:
        """The momentum after t steps, if it is cycled."""
        return self._between(t, self.max_momentum, self.base_momentum, self.max_momentum)

    def _between(self, t: int, first: float, top: float, last: float) -> float:
        peak, end = self.pct_start * self.total_steps - 1, self.total_steps - 1
        if t <= peak:
            return self._anneal(first, top, t / peak if peak > 0 else 1.0)
        return self._anneal(top, last, min(1.0, (t - peak) / (end - peak)))

    def _anneal(self, start: float, end: float, share: float) -> float:
        if self.anneal_strategy == "linear":
            return start + (end - start) * share
        return end + (start - end) * (1 + math.cos(math.pi * share)) / 2

    def step(self) -> None:
        """Go on by one batch; at most `total_steps` times."""
        if self.t >= self.total_steps:
            fix = "total_steps is the number of batches in all epochs: epochs * len(loader)."
            raise ValueError(
                explain(f"{type(self).__name__}.step", f"{self.total_steps} steps", "one more", fix)
            )
        super().step()

    def after_epoch(self, training: Any) -> None:
        """Nothing: it is stepped batch by batch."""

    def before_step(self, training: Any) -> None:
        """Step, but before the first batch: what `nnbook.fit` calls."""
        if self._begun:
            self.step()
        self._begun = True

    def state_dict(self) -> dict[str, Any]:
        """Where it stands, with the settings that it has."""
        return {**super().state_dict(), "begun": self._begun}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Stand where `state` says, and set the optimiser's rates accordingly."""
        rest = (
            {name: value for name, value in state.items() if name != "begun"}
            if isinstance(state, Mapping)
            else state
        )
        super().load_state_dict(rest)
        self._begun = bool(state.get("begun", self.t > 0))

    def _set_rates(self) -> None:
        super()._set_rates()
        if self.cycle_momentum:
            momentum = self.momentum(self.t)
            for group in self.optimizer.param_groups:
                if "betas" in group:
                    group["betas"] = (momentum, group["betas"][1])
                else:
                    group["momentum"] = momentum


class ReduceLROnPlateau:
    """Multiply the rate by `factor` when a measure has not improved for more than `patience` steps.

    Parameters
    ----------
    optimizer : Optimizer
    mode : str
        ``"min"`` for a loss, ``"max"`` for an accuracy.
    factor : float
        Above 0 and below 1.
    patience : int
        How many steps without improvement are put up with.
    threshold : float
        By how much a value must beat the best one to count as better.
    threshold_mode : str
        ``"rel"``: by that share of the best one; ``"abs"``: by that amount.
    cooldown : int
        How many steps after a reduction are not counted.
    min_lr : float
        The rate never goes below.
    eps : float
        Reductions smaller than this are left out.

    Attributes
    ----------
    best : float
        The best value so far.

    Examples
    --------
    >>> from nnbook import Parameter, SGD
    >>> import numpy as np
    >>> optimizer = SGD([Parameter(np.ones(1))], lr=1.0)
    >>> schedule = ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in (0.5, 0.4, 0.41, 0.42):
    ...     schedule.step(loss)
    >>> optimizer.lr
    0.1
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        who = type(self).__name__
        self.optimizer = _check_optimizer(self, optimizer)
        self.mode = check_choice(who, "mode", mode, ["min", "max"])
        self.factor = check_number(who, "factor", factor, above=0, below=1)
        self.patience = check_integer(who, "patience", patience, at_least=0)
        self.threshold = check_number(who, "threshold", threshold, at_least=0)
        self.threshold_mode = check_choice(who, "threshold_mode", threshold_mode, ["rel", "abs"])
        self.cooldown = check_integer(who, "cooldown", cooldown, at_least=0)
        self.min_lr = check_number(who, "min_lr", min_lr, at_least=0)
        self.eps = check_number(who, "eps", eps, at_least=0)
        self.best = math.inf if mode == "min" else -math.inf
        self._bad, self._cooling = 0, 0

    def step(self, metric: float) -> None:
        """Look at the newest value of the measure, and reduce the rate if it is time.

        Raises
        ------
        TypeError, ValueError
            If the value is not a finite number.
        """
        fix = "Pass the loss: schedule.step(loss)."
        metric = check_number(f"{type(self).__name__}.step", "metric", metric, fix=fix)
        if self._is_better(metric):
            self.best, self._bad = metric, 0
        else:
            self._bad += 1
        if self._cooling > 0:
            self._cooling, self._bad = self._cooling - 1, 0
        if self._bad > self.patience:
            for group in self.optimizer.param_groups:
                lower = max(group["lr"] * self.factor, self.min_lr)
                if group["lr"] - lower > self.eps:
                    group["lr"] = lower
            self._cooling, self._bad = self.cooldown, 0

    def _is_better(self, metric: float) -> bool:
        if not math.isfinite(self.best):
            return True
        margin = self.threshold * (self.best if self.threshold_mode == "rel" else 1.0)
        return metric < self.best - margin if self.mode == "min" else metric > self.best + margin

    def after_epoch(self, training: Any) -> None:
        """Step with the validation loss, or the training loss where there is none (``mode="max"``: the accuracy)."""
        name = "loss" if self.mode == "min" else "accuracy"
        history = training.history
        values = getattr(history, f"val_{name}") or getattr(history, name)
        if not values:
            fix = 'Regression has no accuracy: mode="min" watches the loss.'
            raise ValueError(
                explain(type(self).__name__, f"a training that measures {name}", f"{history!r}", fix)
            )
        self.step(values[-1])

    def settings(self) -> dict[str, Any]:
        """What must agree between a schedule and a state that it loads."""
        return {name: value for name, value in vars(self).items() if name not in _NOT_PLATEAU_SETTINGS}

    def state_dict(self) -> dict[str, Any]:
        """Where it stands; the rates themselves are in the optimiser's state."""
        return {
            "schedule": type(self).__name__,
            "settings": self.settings(),
            "best": self.best,
            "bad": self._bad,
            "cooling": self._cooling,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Stand where `state` says; refused, before anything changes, from another schedule or other settings."""
        _check_state(self, state, ("schedule", "settings", "best", "bad", "cooling"))
        self.best, self._bad, self._cooling = float(state["best"]), int(state["bad"]), int(state["cooling"])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.settings().items())})"


_NOT_PLATEAU_SETTINGS = ("optimizer", "best", "_bad", "_cooling")


def _check_optimizer(schedule: Any, optimizer: Any) -> Optimizer:
    if not isinstance(optimizer, Optimizer):
        fix = f"Make one: {optimizer.__name__}(model.parameters())." if isinstance(optimizer, type) else ""
        who = type(schedule).__name__
        raise TypeError(explain(who, "an optimizer first", describe(optimizer), fix))
    return optimizer


def _check_state(schedule: Any, state: Any, names: tuple[str, ...]) -> None:
    who = f"{type(schedule).__name__}.load_state_dict"
    if not isinstance(state, Mapping) or set(state) != set(names):
        got = (
            f"a dict of {', '.join(map(repr, state))}"
            if state and isinstance(state, Mapping)
            else describe(state)
        )
        raise TypeError(explain(who, "the dict that state_dict returned", got))
    if state["schedule"] != type(schedule).__name__:
        raise ValueError(
            explain(who, f"the state of {type(schedule).__name__}", f"that of {state['schedule']}")
        )
    mine, theirs = schedule.settings(), state["settings"]
    if not isinstance(theirs, Mapping) or set(theirs) != set(mine):
        raise ValueError(explain(who, f"the settings {', '.join(mine)}", describe(theirs)))
    if mine != theirs:
        differing = [name for name in mine if mine[name] != theirs[name]]
        expected = ", ".join(f"{name}={mine[name]!r}" for name in differing)
        raise ValueError(explain(who, expected, ", ".join(f"{n}={theirs[n]!r}" for n in differing)))
