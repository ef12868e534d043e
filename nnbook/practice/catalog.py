"""What an exercise, a question and a known mistake are, as data, and where each is found.

Every notebook has one file of them beside this one: notebook 01_neuron's is nb01_neuron.py, and its identifiers begin
with ``neuron.``. A file is read when the first of its identifiers is asked for, so that importing practice costs nothing.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nnbook.errors import check_choice, check_integer, explain
from nnbook.practice import judging, questions
from nnbook.practice.replies import Note, Reply

__all__ = [
    "NOTEBOOKS",
    "Exercise",
    "Finding",
    "Mistake",
    "Option",
    "Question",
    "Quiz",
    "every",
    "find",
    "prefixes",
]

NOTEBOOKS = {
    "start": "00_start_here",
    "neuron": "01_neuron",
    "perceptron": "02_perceptron",
    "activations": "03_activations",
    "layers": "04_layers",
    "losses": "05_losses",
    "descent": "06_gradient_descent",
    "backprop": "07_backpropagation",
    "clinic": "08_bug_clinic",
    "autograd": "09_autograd",
    "training": "10_training",
    "optimizers": "12_optimizers",
    "convolution": "18_convolution",
    "cnn": "19_cnn",
    "recurrence": "21_recurrence",
    "gates": "22_gates",
}
"""Which notebook the identifiers with a prefix belong to. Its exercises live in nb<notebook>.py."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A wrong answer that people give, and what a good teacher says to it.

    Parameters
    ----------
    name : str
        Short, in_lower_case: the switch of `Exercise.faulty` that makes this mistake.
    title : str
        One line that says what is right and names what is not: "Close: your gradient points uphill."
    seen : str
        What can be seen in the learner's numbers; a template (see `Exercise.wrong`). Empty: yours beside the right one.
    why : str
        The cause and the reason, without numbers: it also serves when two mistakes come together.
    version : callable, optional
        For an exercise with a `judge`: a whole wrong answer that makes this mistake.
    """

    name: str
    title: str
    seen: str = ""
    why: str
    version: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Finding:
    """What a judge of an open task objects to: a known mistake by name, or its own words.

    Parameters
    ----------
    text : str
        One or two sentences with the learner's numbers.
    mistake : str
        The name of a `Mistake` of the exercise; empty if it is none of them.
    """

    text: str
    mistake: str = ""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise: what is asked, the solution, and the mistakes that are known.

    Parameters
    ----------
    id : str
        ``prefix.name``; the prefix is its notebook's (`NOTEBOOKS`).
    notebook : str
        Such as ``"01_neuron"``.
    title : str
    prompt : str
        What is asked, in Markdown, with names, shapes and what is returned.
    starter : str
        Source of the cell that the learner sees: the function, and the lines that it needs.
    reference : callable
        The solution. Its source is what `solution` shows, so it needs no name but np and nnbook.
    cases : callable
        Returns a fresh list of argument tuples, the smallest first: seeded, sizes unequal, biases not zero, N above 1.
    wrong : sequence of Mistake
        Two or more. Their `seen` may use ``{yours}``, ``{right}``, each argument's name, ``{your_shape}``,
        ``{right_shape}``, ``{your_NAME}`` and ``{right_NAME}`` for the outputs named in `returns`, and what `numbers` adds.
    faulty : callable, optional
        The reference again, with one keyword-only switch for each mistake, so that two can be set together.
    hints : sequence of str
        From a nudge to nearly everything.
    next : str
        What to try next, shown with *right*.
    returns : sequence of str
        Names of the outputs where there are several; where they are gradients, the reply says which one is wrong.
    expects : str
        What is to be returned, in words, for answers that cannot be read at all.
    tolerance : float
        Relative. Loose enough for float32.
    use : callable, optional
        ``use(answer, *case)``, instead of ``answer(*case)``: for functions that are called several times.
    view : callable, optional
        ``view(output, *case)``: what is compared instead of the output, where many outputs are right.
    judge : callable, optional
        ``judge(output, *case) -> Finding or None``, instead of comparing: for open tasks.
    numbers : callable, optional
        ``numbers(case, output) -> dict`` of further values for the templates.
    worked : callable, optional
        ``worked(case, where) -> str``: the right answer to a case worked out by hand, in a sentence or two, for replies
        that can name no mistake. `where` is the index of the first wrong entry, or empty.
    seconds : float
        Time limit for all cases together.

    Examples
    --------
    >>> import numpy as np
    >>> from nnbook import practice
    >>> ex = practice.exercise("neuron.fold_bias")
    >>> ex.check(lambda weights, threshold: np.append(weights, -threshold)).kind
    'right'
    >>> ex.hint()
    Hint 1 of 3: ...
    """

    id: str
    notebook: str
    title: str
    prompt: str
    starter: str
    reference: Callable[..., Any]
    cases: Callable[[], Sequence[tuple[Any, ...]]]
    wrong: Sequence[Mistake]
    hints: Sequence[str]
    next: str
    faulty: Callable[..., Any] | None = None
    returns: Sequence[str] = ()
    expects: str = ""
    tolerance: float = 1e-4
    use: Callable[..., Any] | None = None
    view: Callable[..., Any] | None = None
    judge: Callable[..., Finding | None] | None = None
    numbers: Callable[[tuple[Any, ...], Any], Mapping[str, Any]] | None = None
    worked: Callable[[tuple[Any, ...], tuple[int, ...]], str] | None = None
    seconds: float = 5.0

    @property
    def function(self) -> str:
        """The name of the function that is asked for."""
        return self.reference.__name__

    def check(self, answer: Any) -> Reply:
        """Try an answer, and say what is right or wrong with it. Never raises, never changes anything of the learner's."""
        return judging.check(self, answer)

    def hint(self, number: int = 1) -> Note:
        """One hint; higher numbers tell more."""
        which = check_integer(f"hint of {self.id}", "number", number)
        if which > len(self.hints):
            raise ValueError(
                explain(
                    f"hint of {self.id}",
                    f"a number up to {len(self.hints)}",
                    str(number),
                    f'See it all: practice.exercise("{self.id}").solution().',
                )
            )
        return Note(f"Hint {which} of {len(self.hints)}", self.hints[which - 1])

    def solution(self) -> Note:
        """One way to do it, as code."""
        return Note(f"One solution of {self.id}", "", code=self.source)

    @functools.cached_property
    def source(self) -> str:
        """The solution's source."""
        return textwrap.dedent(inspect.getsource(self.reference)).rstrip()

    def __repr__(self) -> str:
        return self._note().text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self._note()._repr_mimebundle_()

    def _note(self) -> Note:
        return Note(f"{self.title} ({self.id})", self.prompt)


@dataclass(frozen=True)
class Option:
    """One answer to choose, and what is said to whoever chooses it."""

    text: str
    reply: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with its options."""

    text: str
    options: Sequence[Option]


@dataclass(frozen=True, kw_only=True)
class Quiz:
    """One or more questions.

    Parameters
    ----------
    id, notebook, title : str
    kind : {"quiz", "predict", "vote"}
        A quiz is answered at once. A prediction and a vote on *Is this true?* are noted, then run, then answered.
    questions : sequence of Question
    """

    id: str
    notebook: str
    title: str
    kind: str
    questions: Sequence[Question]

    def answer(self, *letters: str, question: int | None = None) -> Reply:
        """Answer without buttons.

        Parameters
        ----------
        *letters : str
            One for each question, in order; or one for `question`.
        question : int, optional
            Which one, counted from 1.

        Raises
        ------
        ValueError
            If there is no such option or question.

        Examples
        --------
        >>> from nnbook import practice
        >>> practice.predict("neuron.predict_double").answer("c").kind
        'right'
        """
        return questions.answer(self, letters, question)

    def __repr__(self) -> str:
        return questions.plain(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return questions.bundle(self)


def prefixes() -> dict[str, str]:
    """Each prefix with its notebook, in the course's order."""
    return dict(sorted(NOTEBOOKS.items(), key=lambda item: item[1]))


@functools.cache
def _of(prefix: str) -> dict[str, Exercise | Quiz]:
    module = importlib.import_module(f"nnbook.practice.nb{NOTEBOOKS[prefix]}")
    return {entry.id: entry for entry in (*module.EXERCISES, *module.QUIZZES)}


def every(prefix: str | None = None) -> list[Exercise | Quiz]:
    """All exercises and quizzes, or those of one notebook.

    Examples
    --------
    >>> [entry.id for entry in every("neuron")][:2]
    ['neuron.fires', 'neuron.nand']
    """
    chosen = list(prefixes()) if prefix is None else [prefix]
    return [entry for each in chosen for entry in _of(each).values()]


def find(who: str, id: str, kinds: tuple[str, ...]) -> Exercise | Quiz:
    """The exercise or quiz with an id, or an error that offers the nearest.

    Parameters
    ----------
    who : str
        The caller, for the error's words.
    id : str
    kinds : tuple of str
        Which kinds the caller serves: ``"exercise"`` or those of `Quiz`.

    Raises
    ------
    TypeError
        If the id is not a string.
    ValueError
        If there is no such id, or it is of another kind.
    """
    if not isinstance(id, str):
        check_choice(who, "id", id, prefixes())
    prefix = id.split(".")[0]
    if prefix not in NOTEBOOKS:
        near = difflib.get_close_matches(prefix.lower(), list(NOTEBOOKS), n=1)
        if not near:
            known = [f"{each}.…" for each in prefixes()]
            check_choice(who, "id", id, known)
        prefix = near[0]
    entries = _of(prefix)
    of_kind = [each for each, entry in entries.items() if _kind(entry) in kinds]
    if id in entries and id not in of_kind:
        kind = {"vote": "predict"}.get(_kind(entries[id]), _kind(entries[id]))
        verb = {"exercise": "an exercise", "quiz": "a quiz", "predict": "a prediction"}[kind]
        raise ValueError(
            explain(
                who,
                f"id to be one of {', '.join(map(repr, of_kind))}",
                repr(id),
                f'That is {verb}: practice.{kind}("{id}").',
            )
        )
    return entries[check_choice(who, "id", id, of_kind)]


def _kind(entry: Exercise | Quiz) -> str:
    return entry.kind if isinstance(entry, Quiz) else "exercise"
