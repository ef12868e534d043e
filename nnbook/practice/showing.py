"""Values in words: short enough for a sentence, safe whatever the value's own code does."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = [
    "as_code",
    "capital",
    "cut",
    "kind_of",
    "listed",
    "minus",
    "number",
    "shape",
    "shape_text",
    "show",
    "show_both",
    "with_shape",
]


def show(value: Any, digits: int = 4) -> str:
    """A value, short enough for a sentence.

    Examples
    --------
    >>> show(np.array([-0.7414, 0.2171])), show(np.zeros((12, 10))), show((1, 2.5))
    ('(−0.7414, 0.2171)', 'an array of shape (12, 10)', '(1, 2.5)')
    """
    try:
        return _show(value, digits)
    except BaseException:  # a learner's own __repr__ may do anything
        return f"a {type(value).__name__}"


def _show(value: Any, digits: int) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return cut(str(int(value)).replace("-", "−"))
    if isinstance(value, (float, np.floating)):
        return number(float(value), digits)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        if value.ndim == 0:
            return _show(value[()], digits)
        if value.ndim == 1:
            entries = [_show(entry, digits) for entry in value[:8]]
            return f"({', '.join(entries)}{', …' if len(value) > 8 else ''}{',' if len(value) == 1 else ''})"
        if value.ndim == 2 and value.size <= 12:
            return f"[{', '.join(_show(row, digits) for row in value)}]"
        return f"an array of shape {value.shape}"
    if isinstance(value, np.random.Generator):
        return "a random generator"
    if isinstance(value, (tuple, list)):
        entries = [_show(entry, digits) for entry in value[:12]]
        body = ", ".join(entries) + (", …" if len(value) > 12 else "")
        return f"[{body}]" if isinstance(value, list) else f"({body}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_show(entry, digits)}" for key, entry in list(value.items())[:6])
    return cut(repr(value))


def cut(text: str, most: int = 60) -> str:
    """A text on one line, cut off after `most` characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "…"


def number(value: float, digits: int) -> str:
    """A number with so many significant digits, and a true minus sign."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value + 0.0:.{digits}g}".replace("-", "−")


def minus(text: str) -> str:
    """The same text with a true minus sign before every number.

    Examples
    --------
    >>> minus("-2 well-known, 1e-05")
    '−2 well-known, 1e−05'
    """
    return re.sub(r"-(?=[\d.]|inf)", "−", text)


def show_both(yours: Any, right: Any) -> tuple[str, str]:
    """Both with as many digits as it takes to tell them apart."""
    for digits in (4, 6, 8, 10, 12):
        texts = show(yours, digits), show(right, digits)
        if texts[0] != texts[1]:
            break
    return texts


def kind_of(value: Any) -> str:
    """What a value is, in words: "a list", "an array of shape (3,)"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        entries = {"U": " of texts", "O": " of objects"}.get(value.dtype.kind, "")
        return f"an array{entries} of shape {value.shape}"
    if isinstance(value, np.generic):
        value = value.item()
    if inspect.isgenerator(value):
        return "a generator"
    if inspect.iscoroutine(value):
        value.close()
        return "a coroutine"
    name = {
        "int": "a whole number",
        "float": "a number",
        "bool": "True or False",
        "str": "a text",
        "tuple": "a tuple",
        "list": "a list",
        "dict": "a dictionary",
        "function": "a function",
    }.get(type(value).__name__)
    return name or f"an object of the class {type(value).__name__}"


def shape(value: Any) -> str:
    """The shape as text, whatever the value is."""
    try:
        return str(np.shape(value))
    except Exception:
        return "?"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape, with a word for the empty one."""
    return "() (one number)" if shape == () else str(shape)


def listed(names: Sequence[str]) -> str:
    """Names of arguments in a sentence: "`a`, `b` and `c`"."""
    *some, last = (f"`{name}`" for name in names)
    return f"{', '.join(some)} and {last}" if some else last


def with_shape(value: Any) -> str:
    """A part of an output: the shape of an array, the kind of anything else."""
    if isinstance(value, np.ndarray):
        return f"shape {value.shape}"
    return kind_of(value)


def as_code(value: Any) -> str:
    """A value as one would type it, if it is small."""
    if isinstance(value, np.ndarray):
        if value.size <= 16:
            text = np.array2string(
                value, separator=", ", precision=4, suppress_small=True, max_line_width=10_000
            )
            shape = f"  # {value.shape}" if value.ndim > 1 else ""
            return f"np.array({' '.join(text.split())}){shape}"
        return f"an array of shape {value.shape}"
    if isinstance(value, (bool, int, float, str)):
        return f"{value:.6g}" if isinstance(value, float) else repr(value)
    return cut(show(value), 90)


def capital(text: str) -> str:
    """The same text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
