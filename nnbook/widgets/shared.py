"""What the widgets have in common: the line of Python that makes one, what they refuse, and how numbers are written."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from nnbook.errors import explain
from nnbook.module import Module
from nnbook.widgets.fields import State

__all__ = ["call", "check_weights", "fixed", "kernel_runs", "minus", "numbered", "plain", "short"]


def call(name: str, arguments: Sequence[str], state: State, hide: Iterable[str]) -> str:
    """The line of Python that makes a widget in this state."""
    inside = list(arguments)
    if (values := state.code()) != "{}":
        inside.append(f"state={values}")
    if hide:
        inside.append(f"hide={sorted(hide)!r}")
    return f"widgets.{name}({', '.join(inside)})"


def kernel_runs() -> bool:
    """Whether this is a kernel that a browser may be connected to."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


def check_weights(who: str, what: str, model: Module) -> None:
    """Refuse a model (`what` says in a word what it is) with a weight that is not finite."""
    for name, parameter in model.named_parameters():
        if not np.isfinite(parameter.data).all():
            worst = parameter.data[~np.isfinite(parameter.data)][0]
            fix = "Its training diverged: try a smaller lr."
            raise ValueError(explain(who, f"a {what} of finite weights", f"{worst} in {name}", fix))


def minus(text: str) -> str:
    """With proper minus signs, and none before zero.

    Examples
    --------
    >>> minus("-0.5 x, -0.000 y")
    '−0.5 x, 0.000 y'
    """
    return re.sub(r"(?<![\w.])-(?=0(\.0+)?(?!\w|\.\d))", "", text).replace("-", "−")


def short(value: float) -> str:
    """A number in four digits, with a proper minus sign, and none before zero.

    Examples
    --------
    >>> short(-0.0380982365), short(14.0), short(-5.7e-05), short(-0.0)
    ('−0.0381', '14', '−5.7e−05', '0')
    """
    return minus(f"{value:.4g}")


def fixed(value: float | np.floating[Any], places: int) -> str:
    """A number with so many places after the point, or a power of ten from 100,000 on; a dash for what is not finite.

    Examples
    --------
    >>> fixed(-1.25, 1), fixed(-0.04, 1), fixed(4.331e61, 1), fixed(float("nan"), 1)
    ('−1.2', '0.0', '4.3e+61', '–')
    """
    if not math.isfinite(value):
        return "–"
    return minus(f"{value:.{places}f}" if -1e5 < value < 1e5 else f"{value:.2g}")


def plain(value: float | np.floating[Any], digits: int) -> str:
    """A number in so many digits, without a power of ten up to a million.

    Examples
    --------
    >>> plain(-123.4, 2), plain(0.0567, 2), plain(1.0, 2)
    ('−120', '0.057', '1')
    """
    return minus(f"{float(f'{value:.{digits}g}'):g}")


def numbered(name: str) -> tuple[str, int]:
    """The name of a handle or a box, such as "point 3", as its word and its number; 0 where there is none.

    Examples
    --------
    >>> numbered("point 3"), numbered("weights"), numbered("point ²")
    (('point', 3), ('weights', 0), ('point', 0))
    """
    word, _, number = name.partition(" ")
    return word, int(number) if number.isdecimal() else 0
