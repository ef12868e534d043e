"""Questions: buttons where a kernel runs, text elsewhere, and a reply to every option.

What is stored in a notebook is the question and its options, never an answer, and never what somebody chose: so the
stored output is the same for everyone. The buttons stand over it in JupyterLab while a kernel runs; they are reached
with Tab and pressed with the space bar.
"""

from __future__ import annotations

import html
import string
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nnbook.errors import check_choice, check_integer, explain
from nnbook.practice import store
from nnbook.practice.replies import Block, Reply, as_html, as_plain

if TYPE_CHECKING:
    from nnbook.practice.catalog import Question, Quiz

__all__ = ["answer", "as_buttons", "bundle", "plain"]


def _letters(question: Question) -> str:
    return string.ascii_lowercase[: len(question.options)]


def _call(quiz: Quiz) -> str:
    verb = "quiz" if quiz.kind == "quiz" else "predict"
    return f'practice.{verb}("{quiz.id}")'


def plain(quiz: Quiz) -> str:
    """The questions and options as text, without their answers."""
    lines = [quiz.title, ""]
    for number, question in enumerate(quiz.questions, 1):
        lines.append(f"{number}. " * (len(quiz.questions) > 1) + as_plain(question.text))
        lines += [
            f"   {letter}) {as_plain(option.text)}"
            for letter, option in zip(_letters(question), question.options, strict=True)
        ]
        lines.append("")
    places = ", ".join('"?"' for _ in quiz.questions)
    each = ", a letter for each question" if len(quiz.questions) > 1 else ", with a letter for the ?"
    lines.append(f"Without buttons: {_call(quiz)}.answer({places}){each}")
    return "\n".join(lines)


def _static(quiz: Quiz) -> str:
    parts = [f'<div class="nnbook-quiz-text"><p><strong>{html.escape(quiz.title)}</strong></p>']
    for number, question in enumerate(quiz.questions, 1):
        count = f"{number}. " * (len(quiz.questions) > 1)
        options = "".join(  # letters in the text: many pages number every list 1, 2, 3
            f"<li>({letter}) {as_html(option.text)}</li>"
            for letter, option in zip(_letters(question), question.options, strict=True)
        )
        parts.append(f'<p>{count}{as_html(question.text)}</p><ul style="list-style: none;">{options}</ul>')
    parts.append("<p><em>Buttons appear here while a kernel runs.</em></p></div>")
    return "".join(parts)


def answer(quiz: Quiz, letters: Sequence[str], question: int | None) -> Reply:
    """The reply to one answer, or to several in order; see `Quiz.answer`."""
    who = _call(quiz)
    first = 1
    if question is not None:
        first = check_integer(who, "question", question)
    elif len(letters) == 1 and isinstance(letters[0], str) and len(letters[0]) == len(quiz.questions):
        letters = list(letters[0])
    if not letters or first + len(letters) - 1 > len(quiz.questions):
        count = len(quiz.questions)
        raise ValueError(
            explain(
                who,
                f"{'one answer, a letter' if count == 1 else f'up to {count} answers, a letter for each question'}",
                f"{len(letters)} answer{'s' * (len(letters) != 1)}"
                + (f" from question {first} on" if question is not None else ""),
            )
        )
    chosen = []
    for number, letter in enumerate(letters, first):
        asked = quiz.questions[number - 1]
        name = "answer" if len(quiz.questions) == 1 else f"answer {number}"
        letter = check_choice(
            who, name, letter.lower() if isinstance(letter, str) else letter, _letters(asked)
        )
        chosen.append((number, letter, asked.options[_letters(asked).index(letter)]))
    for number, letter, _ in chosen:
        store.record_answer(quiz.id, number, letter)
    right = sum(option.right for _, _, option in chosen)
    kind = "right" if right == len(chosen) else "known mistake"
    if len(chosen) == 1:
        _, letter, option = chosen[0]
        title = f"({letter}) Right." if option.right else f"({letter}) No."
        return Reply(kind, title, [option.reply], sign="" if option.right else "✗")
    blocks: list[Block] = [
        f"**{number}. ({letter}) {'Right.' if option.right else 'No.'}** {option.reply}"
        for number, letter, option in chosen
    ]
    return Reply(kind, f"{right} of {len(chosen)} right.", blocks)


def bundle(quiz: Quiz) -> dict[str, Any]:
    """What a notebook stores and shows."""
    shown: dict[str, Any] = {"text/plain": plain(quiz), "text/html": _static(quiz)}
    if _kernel_runs():
        try:
            widget = as_buttons(quiz)
        except ImportError:
            return shown
        shown = {**widget._repr_mimebundle_(), **shown}
    return shown


def _kernel_runs() -> bool:
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


_STYLE = """<style>
.nnbook-quiz .nnbook-option { height: auto; min-height: 32px; width: auto; max-width: 60em; white-space: normal;
  text-align: left; line-height: 1.4; padding: 4px 12px; margin: 3px 0; }
.nnbook-quiz .nnbook-option:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px; }
.nnbook-quiz .nnbook-chosen { font-weight: 600; border: 1px solid var(--jp-content-font-color1, #333); }
.nnbook-quiz .nnbook-question { color: var(--jp-content-font-color1, inherit); max-width: 60em; line-height: 1.4; }
</style>"""


def as_buttons(quiz: Quiz) -> Any:
    """The questions as a widget.

    Returns
    -------
    ipywidgets.VBox
        Class names: ``nnbook-quiz``, in it ``nnbook-question``, ``nnbook-option``, ``nnbook-answer``.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    """
    import ipywidgets as W

    children: list[Any] = [W.HTML(_STYLE), _text(W, f"<strong>{html.escape(quiz.title)}</strong>")]
    for number, question in enumerate(quiz.questions, 1):
        children += _one_as_buttons(W, quiz, number, question)
    box = W.VBox(children)
    box.add_class("nnbook-quiz")
    return box


def _text(W: Any, content: str, name: str = "nnbook-question") -> Any:
    text = W.HTML(content)
    text.add_class(name)
    return text


def _one_as_buttons(W: Any, quiz: Quiz, number: int, question: Question) -> list[Any]:
    count = f"{number}. " * (len(quiz.questions) > 1)
    reply = _text(W, _spoken(""), "nnbook-answer")
    buttons = []
    for letter, option in zip(_letters(question), question.options, strict=True):
        button = W.Button(
            description=f"({letter}) {as_plain(option.text).replace('`', '')}", layout=W.Layout(width="auto")
        )
        button.add_class("nnbook-option")
        buttons.append(button)
    reveal = W.Button(
        description="I have run it: what about my guess?", layout=W.Layout(display="none", width="auto")
    )
    reveal.add_class("nnbook-reveal")
    state = {"letter": ""}

    def choose(letter: str, pressed: Any) -> None:
        state["letter"] = letter
        for button in buttons:
            button.remove_class("nnbook-chosen")
            button.icon = ""
        pressed.add_class("nnbook-chosen")
        if quiz.kind == "quiz":
            said = answer(quiz, [letter], number)
            pressed.icon = "check" if said.kind == "right" else "times"
            reply.value = _spoken(said._repr_html_())
        else:
            store.record_answer(quiz.id, number, letter)
            pressed.icon = "circle"
            what = "guess" if quiz.kind == "predict" else "vote"
            where = (
                "Run the next cell and look."
                if quiz.kind == "predict"
                else "The notebook will settle it with a run."
            )
            reveal.description = f"I have seen the run: what about my {what}?"
            reveal.layout.display = ""
            reply.value = _spoken(f"Noted: ({letter}). {where}")

    def show_reply(_: Any) -> None:
        reply.value = _spoken(answer(quiz, [state["letter"]], number)._repr_html_())

    for letter, button in zip(_letters(question), buttons, strict=True):
        button.on_click(lambda pressed, letter=letter: choose(letter, pressed))
    reveal.on_click(show_reply)
    text = _text(W, count + as_html(question.text))
    return [text, W.VBox(buttons), reply] + ([reveal] if quiz.kind != "quiz" else [])


def _spoken(content: str) -> str:
    return f'<div role="status" aria-live="polite">{content}</div>'
