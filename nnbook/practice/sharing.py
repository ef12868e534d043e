"""What the exercises of several notebooks share: functions that say what they are, and judges of the same thing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnbook.practice.catalog import Finding

__all__ = ["Told", "parameters_by_hand", "share_read"]


@dataclass(frozen=True)
class Told:
    """A function that says what it is where a reply shows the input.

    Examples
    --------
    >>> Told("u³", lambda u: u**3), Told("u³", lambda u: u**3)(2)
    (u³, 8)
    """

    said: str
    call: Callable[..., Any]

    def __call__(self, *arguments: Any) -> Any:
        return self.call(*arguments)

    def __repr__(self) -> str:
        return self.said


def parameters_by_hand(sizes: Sequence[int]) -> tuple[str, int]:
    """The weights and biases of a fully connected network, counted layer by layer.

    Examples
    --------
    >>> parameters_by_hand((3, 4, 2))
    ('(3 · 4 + 4) + (4 · 2 + 2)', 26)
    """
    layers = list(itertools.pairwise(sizes))
    return " + ".join(f"({a} · {b} + {b})" for a, b in layers), sum(a * b + b for a, b in layers)


def share_read(answers: Any, labels: np.ndarray) -> float | Finding:
    """The share of pictures of digits that were read rightly, or what is wrong with the form of the answers.

    Examples
    --------
    >>> share_read([3, 5], np.array([3, 4]))
    0.5
    """
    answers = np.asarray(answers)
    if answers.shape == (len(labels), 10):
        text = f"You returned an array of shape {answers.shape}; asked was {labels.shape}."
        return Finding(text, "not_decided")
    if answers.shape != labels.shape:
        return Finding(
            f"Return one digit for each test picture, shape {labels.shape}; yours has {answers.shape}."
        )
    lost = int((~np.isfinite(answers)).sum())
    if lost:
        return Finding(f"{lost} of your {len(labels)} answers are NaN or infinite, and no digits.")
    return float(np.mean(answers == labels))
