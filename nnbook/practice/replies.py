"""What practice says, and how it looks: rich in JupyterLab, plain in a terminal.

A text is written once, in a little Markdown: paragraphs, ``**bold**``, ``*emphasis*``, backticks for code, ``> `` for
a formula of its own, and ``[[plain||LaTeX]]`` for mathematics. From a learner come code, error messages and printed
lines: they are shown as `Code`, which is escaped and never read as Markdown, HTML or mathematics.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["KINDS", "Block", "Code", "Note", "Reply", "Table", "as_html", "as_markdown", "as_plain"]

KINDS = ("not started", "right", "known mistake", "different")

_SIGNS = {"not started": "○", "right": "✓", "known mistake": "≈", "different": "≠"}
_COLOURS = {
    "not started": "var(--jp-border-color1, #757575)",
    "right": "var(--jp-success-color1, #2e7d32)",
    "known mistake": "var(--jp-warn-color1, #b35900)",
    "different": "var(--jp-error-color1, #c62828)",
}
_WIDTH = 88
_MATHEMATICS = re.compile(r"\[\[(.+?)\|\|(.+?)\]\]")


@dataclass(frozen=True)
class Code:
    """Lines that are shown as they are, such as a learner's own."""

    text: str


@dataclass(frozen=True)
class Table:
    """A small table of texts."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = str | Code | Table


def as_plain(text: str) -> str:
    """A text for a terminal: signs of bold and emphasis gone, code kept in backticks.

    Examples
    --------
    >>> as_plain("Use **`a * b`**, [[½ x²||\\\\tfrac12 x^2]] is *not* it.")
    'Use `a * b`, ½ x² is not it.'
    """
    pieces = re.split(r"(`[^`]*`)", _MATHEMATICS.sub(r"\1", text).replace("**", ""))
    return "".join(piece if piece[:1] == "`" else re.sub(r"\*(\S[^*]*)\*", r"\1", piece) for piece in pieces)


def as_markdown(text: str) -> str:
    """A text for a Markdown cell: mathematics as LaTeX between dollar signs.

    Examples
    --------
    >>> as_markdown("The slope is [[y (1 − y)||y\\\\,(1-y)]].")
    'The slope is $y\\\\,(1-y)$.'
    """
    return _MATHEMATICS.sub(lambda match: f"${match[2]}$", text)


def as_html(text: str) -> str:
    """A text of one paragraph as HTML, everything in it escaped.

    Examples
    --------
    >>> as_html("**Close:** `a < b`")
    '<strong>Close:</strong> <code>a &lt; b</code>'
    """
    pieces = []
    for piece in re.split(r"(`[^`]*`|\[\[.+?\|\|.+?\]\])", text):
        if len(piece) > 1 and piece[0] == "`":
            pieces.append(f"<code>{html.escape(piece[1:-1])}</code>")
        elif piece.startswith("[[") and "||" in piece:
            pieces.append(f"${html.escape(piece[2:-2].split('||')[1])}$")
        else:
            pieces.append(html.escape(piece).replace("$", "&#36;"))
    joined = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", "".join(pieces))
    return re.sub(r"(?<![\w*])\*([^\s*](?:[^*<>]*[^\s*])?)\*(?![\w*])", r"<em>\1</em>", joined)


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.strip().split("\n\n") if part.strip()]


def _wrap(text: str, indent: str = "") -> str:
    return textwrap.fill(
        " ".join(text.split()),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain_blocks(blocks: Iterable[Block]) -> str:
    parts = []
    for block in blocks:
        if isinstance(block, Code):
            parts.append(textwrap.indent(block.text, "    "))
        elif isinstance(block, Table):
            rows = [list(block.header), *map(list, block.rows)]
            widths = [max(len(row[column]) for row in rows) for column in range(len(block.header))]
            lines = [
                "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
            ]
            lines.insert(1, "  ".join("-" * width for width in widths))
            parts.append("\n".join("    " + line.rstrip() for line in lines))
        else:
            for paragraph in _paragraphs(block):
                quoted = paragraph.startswith("> ")
                parts.append(_wrap(as_plain(paragraph.removeprefix("> ")), "    " if quoted else ""))
    return "\n\n".join(parts)


def _html_blocks(blocks: Iterable[Block]) -> str:
    parts = []
    for block in blocks:
        if isinstance(block, Code):
            parts.append(f'<pre style="margin: 0.3em 0 0.3em 1em;">{html.escape(block.text)}</pre>')
        elif isinstance(block, Table):
            header = "".join(f'<th scope="col">{as_html(cell)}</th>' for cell in block.header)
            rows = "".join(
                f"<tr>{''.join(f'<td>{as_html(cell)}</td>' for cell in row)}</tr>" for row in block.rows
            )
            parts.append(
                f'<table style="margin: 0.3em 0 0.3em 1em;"><thead><tr>{header}</tr></thead>'
                f"<tbody>{rows}</tbody></table>"
            )
        else:
            parts += [f'<p style="margin: 0.3em 0;">{as_html(part)}</p>' for part in _paragraphs(block)]
    return "".join(parts)


@dataclass(frozen=True, repr=False)
class Reply:
    """What practice says to an answer.

    Attributes
    ----------
    kind : str
        ``"not started"``, ``"right"``, ``"known mistake"`` or ``"different"``.
    title : str
        One line.
    blocks : sequence of str, Code or Table
        The rest.
    mistakes : tuple of str
        The names of the known mistakes that were found.
    sign : str
        Shown before the title, so that kinds do not differ by colour alone; each kind has its own.
    text : str
        The blocks, plain.

    Examples
    --------
    >>> Reply("right", "Right.", ["On to the *next*."])
    ✓ Right.
    <BLANKLINE>
    On to the next.
    """

    kind: str
    title: str
    blocks: Sequence[Block] = ()
    mistakes: tuple[str, ...] = field(default=())
    sign: str = ""

    @property
    def text(self) -> str:
        """All but the title, as plain text."""
        return _plain_blocks(self.blocks)

    def __repr__(self) -> str:
        title = _wrap(f"{self.sign or _SIGNS[self.kind]} {as_plain(self.title)}")
        return f"{title}\n\n{self.text}" if self.blocks else title

    def _repr_html_(self) -> str:
        return (
            f'<div class="nnbook-reply" data-kind="{self.kind}" role="status" style="border-left: 4px solid '
            f'{_COLOURS[self.kind]}; padding: 0.2em 0.9em; max-width: 60em; color: var(--jp-content-font-color1, inherit);">'
            f'<p style="margin: 0.3em 0;"><span aria-hidden="true">{self.sign or _SIGNS[self.kind]} </span>'
            f"<strong>{as_html(self.title)}</strong></p>{_html_blocks(self.blocks)}</div>"
        )


@dataclass(frozen=True, repr=False)
class Note:
    """A prompt, a hint or a solution.

    Attributes
    ----------
    title : str
    body : str
        In the little Markdown of this module.
    code : str
        Python source, if there is any.
    text : str
        All of it, plain.

    Examples
    --------
    >>> Note("Hint 1 of 2", "Divide.")
    Hint 1 of 2: Divide.
    """

    title: str
    body: str
    code: str = ""

    @property
    def text(self) -> str:
        """All of it, as plain text."""
        parts = _paragraphs(self.body)
        if len(parts) == 1:
            start = _wrap(as_plain(f"{self.title}: {parts[0]}"))
        else:
            start = "\n\n".join(filter(None, [as_plain(self.title), _plain_blocks(parts)]))
        return f"{start}\n\n{self.code}" if self.code else start

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        code = f"```python\n{self.code}\n```" if self.code else ""
        parts = [f"**{self.title}**", as_markdown(self.body.strip()), code]
        return {"text/plain": self.text, "text/markdown": "\n\n".join(filter(None, parts))}
