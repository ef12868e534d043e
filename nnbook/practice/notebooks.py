"""Exercises in notebooks: the cells that carry them, and the same notebook with the solutions filled in."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

from nnbook.errors import describe, explain
from nnbook.practice.catalog import Exercise, Quiz, find
from nnbook.practice.replies import as_markdown

__all__ = ["cells", "fill", "tagged"]

_TAG = "exercise:"


def cells(id: str) -> list[dict[str, Any]]:
    """The cells that carry an exercise, a quiz or a prediction.

    Parameters
    ----------
    id : str

    Returns
    -------
    list of dict
        With ``cell_type``, ``source`` and ``metadata``; for an exercise the prompt, the starter (tagged
        ``exercise:<id>``) and the check.

    Examples
    --------
    >>> [cell["source"].splitlines()[0] for cell in cells("neuron.fold_bias")]
    ['### Exercise: Fold the threshold into the weights',
    'def fold_bias(weights, threshold):  # (D,), one number -> (D + 1,)',
    'practice.exercise("neuron.fold_bias").check(fold_bias)']
    """
    entry = find("practice.cells", id, ("exercise", "quiz", "predict", "vote"))
    if isinstance(entry, Quiz):
        verb = "quiz" if entry.kind == "quiz" else "predict"
        return [_cell("code", f'practice.{verb}("{id}")')]
    return [
        _cell("markdown", f"### Exercise: {_heading(entry)}\n\n{as_markdown(entry.prompt.strip())}"),
        _cell("code", entry.starter.strip(), [_TAG + id]),
        _cell("code", f'practice.exercise("{id}").check({entry.function})'),
    ]


def _heading(exercise: Exercise) -> str:
    return exercise.title[:1].upper() + exercise.title[1:]


def _cell(kind: str, source: str, tags: list[str] | None = None) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": {"tags": tags} if tags else {}}


def tagged(notebook: Any) -> Iterator[tuple[str, Any]]:
    """Each exercise cell of a notebook (as nbformat or json read it), with its identifier."""
    for cell in notebook["cells"]:
        for tag in cell.get("metadata", {}).get("tags", ()):
            if tag.startswith(_TAG):
                yield tag.removeprefix(_TAG), cell


def fill(notebook: Any, *, nonsense: bool = False) -> Any:
    """A copy of a notebook with the solution in the place of every starter.

    Parameters
    ----------
    notebook : dict or NotebookNode
    nonsense : bool
        Put ``lambda *arguments: None`` there instead.

    Returns
    -------
    The same type; its exercise cells are changed, nothing else is.

    Raises
    ------
    ValueError
        If a tagged cell does not define its exercise's function at the top level, or there is no such exercise.
    """
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        fix = "Read it first: json.loads(path.read_text())."
        raise TypeError(explain("practice.fill", "a notebook, a dict with cells", describe(notebook), fix))
    filled = copy.deepcopy(notebook)
    for id, cell in tagged(filled):
        exercise = find("practice.fill", id, ("exercise",))
        assert isinstance(exercise, Exercise)
        text = "".join(cell["source"])
        cell["source"] = _replaced(exercise, text, nonsense)
    return filled


def _replaced(exercise: Exercise, text: str, nonsense: bool) -> str:
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == exercise.function:
            new = f"{exercise.function} = lambda *arguments: None" if nonsense else exercise.source
            lines[node.lineno - 1 : node.end_lineno] = new.splitlines()
            return "\n".join(lines)
    expected = f"`def {exercise.function}` at the top level of the cell tagged {_TAG}{exercise.id}"
    raise ValueError(explain("practice.fill", expected, repr(text)))
