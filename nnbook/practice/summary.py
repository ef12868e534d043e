"""What is done, notebook by notebook."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnbook.practice import catalog, store

__all__ = ["Progress", "Stand", "progress"]


@dataclass(frozen=True)
class Stand:
    """How far one notebook is.

    Attributes
    ----------
    done, exercises : int
        Exercises that were right once, of how many.
    answered, questions : int
        Questions, votes and predictions that were answered, of how many.
    """

    done: int
    exercises: int
    answered: int
    questions: int


class Progress:
    """What is done.

    Attributes
    ----------
    notebooks : dict of str to Stand
        For each notebook with exercises, in the course's order.
    file : Path or None
        Where it is kept; None if it is not kept (in tests).
    """

    @property
    def notebooks(self) -> dict[str, Stand]:
        done = store.read()
        return {notebook: _stand(prefix, done) for prefix, notebook in catalog.prefixes().items()}

    @property
    def file(self) -> Any:
        return store.place()

    def clear(self) -> None:
        """Forget everything that was done."""
        store.clear()

    def __repr__(self) -> str:
        stands = self.notebooks
        width = max(map(len, stands))
        lines = [f"{'notebook'.ljust(width)}   exercises   questions"]
        for notebook, stand in stands.items():
            exercises = f"{stand.done} of {stand.exercises}"
            questions = f"{stand.answered} of {stand.questions}"
            finished = "  ✓" if stand.done == stand.exercises and stand.answered == stand.questions else ""
            lines.append(f"{notebook.ljust(width)}   {exercises:<9}   {questions:<9}{finished}".rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(notebook)}</td><td>{stand.done} of "
            f"{stand.exercises}</td><td>{stand.answered} of {stand.questions}</td></tr>"
            for notebook, stand in self.notebooks.items()
        )
        return (
            "<table class='nnbook-progress'><thead><tr><th scope='col'>notebook</th><th "
            f"scope='col'>exercises</th><th scope='col'>questions</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def _stand(prefix: str, done: Mapping[str, Mapping[str, Any]]) -> Stand:
    entries = catalog.every(prefix)
    exercises = [entry for entry in entries if isinstance(entry, catalog.Exercise)]
    quizzes = [entry for entry in entries if isinstance(entry, catalog.Quiz)]
    right = sum(done.get(each.id, {}).get("state") == "right" for each in exercises)
    answered = 0
    for each in quizzes:
        known = done.get(each.id, {}).get("answered")
        if isinstance(known, dict):
            answered += sum(str(i + 1) in known for i in range(len(each.questions)))
    return Stand(right, len(exercises), answered, sum(len(each.questions) for each in quizzes))


def progress() -> Progress:
    """What is done so far, kept on this machine only.

    Returns
    -------
    Progress
        Shows a table; `.notebooks` has the numbers, `.clear()` forgets them.

    Examples
    --------
    >>> progress().notebooks["01_neuron"].exercises
    7
    """
    return Progress()
