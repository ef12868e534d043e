"""What `Live` and `Explore` have in common."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from nnbook.widgets.fields import State

__all__ = ["call", "kernel_runs"]


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
