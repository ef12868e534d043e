"""What all optimisers share: parameters in groups, laid side by side in long arrays, and state that can be saved.

*One long array.* A step over many small arrays is mostly the overhead of NumPy's calls: for a network 2-8-2 it takes
four times as long as the arithmetic. So an optimiser moves its parameters into one flat array each for values,
gradients and state, of which they are views from then on:

    data   [ weight 1 ........ | bias 1 .. | weight 2 ........ | bias 2 . ]
    grad   [ ................. | ......... | ................. | ........ ]
    state  [ ................. | ......... | ................. | ........ ]

A rule then works on whole arrays, however many layers there are, in blocks short enough to stay in the processor's
cache while it passes over them. ``parameter.data`` is always the right array; one that was taken out of it before the
optimiser was made (``w = parameter.data``) is a copy from then on.

*Nothing goes stale.* Others may move a parameter too: a second optimiser, say. So each step first looks whether every
parameter is still where it was put (comparing identities, a tenth of a microsecond each), and fetches it if not.
Parameters of one group, dtype and number of steps share an array: one that was frozen for a while has an array of its
own afterwards, because rules such as Adam's count steps.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from nnbook.arrays import Array
from nnbook.errors import as_array, check_integer, check_number, describe, explain
from nnbook.module import Module, Parameter

__all__ = ["Optimizer", "as_parameters"]

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

    def __init__(
        self, params: Iterable[Any], *, lr: float, weight_decay: float = 0.0, l1: float = 0.0, **options: Any
    ) -> None:
        self.defaults = self._checked({"lr": lr, **options, "weight_decay": weight_decay, "l1": l1})
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
        >>> from nnbook import SGD
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
        >>> from nnbook import Adam
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
                f"a dict of {', '.join(map(repr, state))}"
                if state and isinstance(state, Mapping)
                else describe(state)
            )
            raise TypeError(explain(who, "the dict that state_dict returned", got))
        if not _is_whole(state):
            raise TypeError(explain(who, "the dict that state_dict returned", "one of another build"))
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

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make flat arrays anew: in a copy or a pickle, parameters are no longer views of them."""
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


# -- where it all lies ------------------------------------------------------------------------------------------------


class _Memory:
    """What an optimiser knows of one parameter: how many steps it took, and its state by name."""

    __slots__ = ("state", "steps")

    def __init__(self, steps: int, state: dict[str, Array]) -> None:
        self.steps, self.state = steps, state


_NEW = _Memory(0, {})


def _is_whole(state: Mapping[str, Any]) -> bool:
    """Whether groups and parameters' states are built as `Optimizer.state_dict` builds them."""
    groups, entries = state["param_groups"], state["state"]
    return (
        isinstance(groups, (list, tuple))
        and all(isinstance(group, Mapping) for group in groups)
        and all(isinstance(group.get("params"), (list, tuple)) for group in groups)
        and isinstance(entries, Mapping)
        and all(isinstance(entry, Mapping) for entry in entries.values())
    )


def _read_memory(
    who: str, i: int, parameter: Parameter, names: tuple[str, ...], entry: Mapping[str, Any]
) -> _Memory:
    """A parameter's memory from a state, checked; its arrays are copied when they are put in place."""
    steps = check_integer(who, f"steps of parameter {i}", entry.get("steps"))
    arrays = {name: as_array(entry.get(name)) for name in names}
    for name, array in arrays.items():
        if array.shape != parameter.shape or array.dtype.kind not in "fiub":
            expected = f"{name} of shape {parameter.shape} for parameter {i}"
            raise ValueError(explain(who, expected, describe(entry.get(name))))
    return _Memory(steps, {name: array.copy() for name, array in arrays.items()})


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


def as_parameters(who: str, params: Any) -> list[Parameter]:
    """Bring an iterable of Parameters to a list; refuse what is none.

    Examples
    --------
    >>> import nnbook
    >>> len(as_parameters("Adam", nnbook.Linear(2, 3).parameters()))
    2
    """
    if isinstance(params, Module):
        fix = "Pass its parameters: model.parameters()."
        raise TypeError(explain(who, "parameters", f"the Module {type(params).__name__}", fix))
    if isinstance(params, Parameter):
        raise TypeError(
            explain(who, "a list of parameters", describe(params), "Put it in a list: [parameter].")
        )
    if isinstance(params, (str, np.ndarray, Mapping, set)) or not isinstance(params, Iterable):
        fix = "A set has no order: pass a list." if isinstance(params, set) else "Pass model.parameters()."
        raise TypeError(explain(who, "a list of parameters", describe(params), fix))
    found = list(params)
    for i, parameter in enumerate(found):
        if isinstance(parameter, Module):
            fix = "Gather theirs: [p for layer in layers for p in layer.parameters()]."
            raise TypeError(
                explain(who, "parameters", f"the Module {type(parameter).__name__} at place {i}", fix)
            )
        if not isinstance(parameter, Parameter):
            fix = "Names are not needed: pass model.parameters()." if isinstance(parameter, tuple) else ""
            raise TypeError(explain(who, "parameters", f"{describe(parameter)} at place {i}", fix))
    return found


def _as_groups(who: str, params: Any) -> list[dict[str, Any]]:
    """Groups as dicts with a tuple of one or more ``params`` each."""
    if isinstance(params, Iterator):
        params = list(params)
    groups: list[dict[str, Any]] = []
    if isinstance(params, (list, tuple)) and params and isinstance(params[0], Mapping):
        for i, group in enumerate(params):
            if not isinstance(group, Mapping) or "params" not in group:
                fix = 'Write {"params": [...], "lr": 0.01}.'
                raise TypeError(explain(who, "groups that are dicts with 'params'", describe(group), fix))
            groups.append({**group, "params": tuple(as_parameters(f"{who}, group {i},", group["params"]))})
    else:
        groups.append({"params": tuple(as_parameters(who, params))})
    for i, group in enumerate(groups):
        if not group["params"]:
            where = f" in group {i}" if len(groups) > 1 else ""
            fix = "Does the model keep its layers in attributes, lists or dicts? Only there they are found."
            raise ValueError(explain(who, f"one parameter or more{where}", "none", fix))
    return groups
