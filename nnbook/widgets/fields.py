"""What a widget's state is made of: numbers within bounds, choices, switches, arrays.

A widget declares its state as a dict of fields. From that one declaration come its sliders and menus, the check of
``state=``, what a drag may do, and the line of Python that ``code()`` writes.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnbook.errors import check_choice, check_integer, check_number, describe, explain

__all__ = ["Choice", "Field", "Flag", "Number", "Numbers", "State", "Text", "Whole"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One entry of a state.

    Parameters
    ----------
    default : object
        Where it starts, and where a reset leads back.
    label : str
        What stands beside its control; empty: it has no control of its own (a point is dragged, for example).
    """

    default: Any
    label: str = ""

    def check(self, who: str, name: str, value: Any) -> Any:
        """The value as it is kept, or an error in the package's form."""
        raise NotImplementedError

    def clip(self, value: Any) -> Any:
        """The nearest value that `check` accepts: for a hand that drags beyond the edge."""
        return value


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A number on a slider from `low` to `high`; with `log` in equal ratios rather than equal steps."""

    default: float
    low: float
    high: float
    step: float = 0.0
    log: bool = False
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            expected = "0 < low < high where log is set" if self.log else "low < high"
            raise ValueError(explain("Number", expected, f"low={self.low}, high={self.high}"))

    def check(self, who: str, name: str, value: Any) -> float:
        return check_number(who, name, value, at_least=self.low, at_most=self.high)

    def clip(self, value: Any) -> float:
        if not isinstance(value, numbers.Real) or value != value:
            return self.default
        return float(min(max(float(value), self.low), self.high))


@dataclass(frozen=True, kw_only=True)
class Whole(Field):
    """A whole number on a slider from `low` to `high`."""

    default: int
    low: int
    high: int
    unit: str = ""

    def check(self, who: str, name: str, value: Any) -> int:
        value = check_integer(who, name, value, at_least=self.low)
        if value > self.high:
            raise ValueError(
                explain(who, f"a whole number {name} from {self.low} to {self.high}", f"{name}={value}")
            )
        return value

    def clip(self, value: Any) -> int:
        if not isinstance(value, numbers.Real) or value != value:
            return self.default
        return int(min(max(float(value), self.low), self.high))


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few names."""

    default: str
    options: Sequence[str]

    def check(self, who: str, name: str, value: Any) -> str:
        return check_choice(who, name, value, self.options)

    def clip(self, value: Any) -> str:
        return value if value in self.options else self.default


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """On or off."""

    default: bool

    def check(self, who: str, name: str, value: Any) -> bool:
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(explain(who, f"{name} to be True or False", describe(value)))
        return bool(value)

    def clip(self, value: Any) -> bool:
        return bool(value)


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """A line that people type, up to `longest` characters."""

    default: str
    longest: int = 200

    def check(self, who: str, name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(explain(who, f"{name} to be text", describe(value)))
        if len(value) > self.longest:
            raise ValueError(
                explain(who, f"{name} of at most {self.longest} characters", f"{len(value)} characters")
            )
        return value

    def clip(self, value: Any) -> str:
        return str(value)[: self.longest]


@dataclass(frozen=True, kw_only=True)
class Numbers(Field):
    """An array of finite numbers, kept as nested tuples so that a state can be compared and written down.

    Parameters
    ----------
    shape : tuple of (int or None)
        None stands for any length, up to `longest`.
    low, high : float
        What each entry is held between.
    """

    default: Sequence[Any]
    low: float
    high: float
    shape: tuple[int | None, ...] = (None, 2)
    longest: int = 500

    def check(self, who: str, name: str, value: Any) -> tuple[Any, ...]:
        wanted = " × ".join("any" if size is None else str(size) for size in self.shape)
        expected = f"{name} to hold {wanted} finite numbers from {self.low:g} to {self.high:g}"
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise TypeError(explain(who, expected, describe(value))) from None
        if array.size == 0 and self.shape[0] is None:
            return ()
        fits = array.ndim == len(self.shape) and all(
            want in (None, size) for want, size in zip(self.shape, array.shape, strict=True)
        )
        if not fits or len(array) > max(self.longest, self.shape[0] or 0):
            raise ValueError(explain(who, expected, describe(array)))
        if not np.isfinite(array).all() or array.min() < self.low or array.max() > self.high:
            worst = array.flat[np.argmax(np.where(np.isfinite(array), np.abs(array), np.inf))]
            raise ValueError(explain(who, expected, f"{worst} among them"))
        return _tuples(array)

    def clip(self, value: Any) -> tuple[Any, ...]:
        array = np.asarray(value, dtype=float)
        return _tuples(np.clip(np.nan_to_num(array), self.low, self.high))


def _tuples(array: np.ndarray) -> tuple[Any, ...]:
    return tuple(_tuples(row) if row.ndim else float(f"{row:.6g}") for row in array)


class State(Mapping[str, Any]):
    """The values of the fields; it can be read as a dict, is changed by `update`, and is never half changed.

    Parameters
    ----------
    who : str
        The widget's name, for its errors.
    fields : dict of str to Field
    given : dict of str to object, optional
        Where it starts, where it is not to start at the defaults.
    changed : callable, optional
        Called with nothing after each change.

    Raises
    ------
    TypeError, ValueError
        If a name is not among the fields, or a value is not one of its field.
    """

    def __init__(
        self,
        who: str,
        fields: Mapping[str, Field],
        given: Mapping[str, Any] | None = None,
        changed: Callable[[], None] | None = None,
    ) -> None:
        self._who = who
        given_fields = list(fields.values()) if isinstance(fields, Mapping) else [fields]
        for field in given_fields:
            if not isinstance(field, Field):
                fix = 'Such as {"slope": widgets.Number(default=1.0, low=-2, high=2, label="slope")}.'
                raise TypeError(explain(who, "fields as a dict of names to fields", describe(field), fix))
        self.fields = dict(fields)
        self._changed = changed or (lambda: None)
        self.start: dict[str, Any] = {
            name: field.check(who, name, field.default) for name, field in self.fields.items()
        }
        if given is not None and not isinstance(given, Mapping):
            raise TypeError(
                explain(who, "state as a dict of names to values", describe(given), "code() writes one.")
            )
        self.start |= self.checked(given or {})
        self._values = dict(self.start)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as they would be kept; raises if one is wrong, and changes nothing."""
        for name in values:
            check_choice(self._who, "a name in state", name, self.fields)
        return {name: self.fields[name].check(self._who, name, value) for name, value in values.items()}

    def update(self, **values: Any) -> None:
        """Change some values, all of them checked before the first is changed."""
        self._values |= self.checked(values)
        self._changed()

    def nudge(self, **values: Any) -> None:
        """Change some values, each brought within its bounds: what a hand on the screen does."""
        for name in values:
            check_choice(self._who, "a name in state", name, self.fields)
        self.update(**{name: self.fields[name].clip(value) for name, value in values.items()})

    def reset(self) -> None:
        """Back to where the widget started."""
        self._values = dict(self.start)
        self._changed()

    def code(self) -> str:
        """The values that are not the fields' defaults, as a dict in Python."""
        changed = {
            name: value
            for name, value in self._values.items()
            if value != self.fields[name].check(self._who, name, self.fields[name].default)
        }
        return "{" + ", ".join(f"{name!r}: {written(value)}" for name, value in changed.items()) + "}"


def written(value: Any) -> str:
    """A value as Python, numbers to six digits."""
    if isinstance(value, (tuple, list)):
        inside = ", ".join(written(entry) for entry in value)
        return f"[{inside}]"
    if isinstance(value, float):
        return f"{value:.6g}"
    return repr(value)


def check_hidden(who: str, hide: Iterable[str], names: Iterable[str]) -> frozenset[str]:
    """The parts to hide, each a name that the widget has."""
    if isinstance(hide, str):
        raise TypeError(explain(who, "hide as a list of names", describe(hide), f"Write hide=[{hide!r}]."))
    names = list(names)
    return frozenset(check_choice(who, "a name in hide", name, names) for name in hide)
