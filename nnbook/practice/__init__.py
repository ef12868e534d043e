"""Exercises that understand your mistake, questions with a reply to every answer, and what you have done so far.

    from nnbook import practice

    ex = practice.exercise("neuron.fold_bias")       # shows what is asked
    ex.check(fold_bias)                              # a Reply: not started, right, known mistake, different
    ex.hint(), ex.hint(2), ex.solution()

    practice.quiz("neuron.warmup")                   # a widget where a kernel runs, text elsewhere
    practice.predict("neuron.predict_bias")          # a guess before a run, answered after it
    practice.predict("neuron.predict_bias").answer("b")      # in a terminal

    practice.progress()                              # what is done; .clear() forgets it

An answer is judged by what it *does* on inputs that were chosen so that faults show, never by how it is written. It
runs apart, with a time limit, and whatever it does, `check` returns a `Reply` and no traceback. Known mistakes are
code: a wrong version of the solution for each, run on the same inputs, alone and in pairs.

**How a notebook uses it.** `practice.cells(id)` returns the cells, so that nothing is written twice:

- an exercise is three cells: a Markdown cell with its title and prompt; a code cell tagged ``exercise:<id>`` that holds
  exactly the starter, in which the function is a top-level ``def``; then a code cell with the check,
  ``practice.exercise("neuron.fold_bias").check(fold_bias)``;
- a quiz, a vote or a prediction is one code cell: ``practice.quiz("neuron.warmup")``;
- all exercises of a notebook appear in it, in any order, and no other cell depends on a learner's function;
- in the repository the cells hold the starters, so the stored output of every check is *not started*.

`practice.fill(notebook)` puts the solutions in the starters' places (or nonsense, with ``nonsense=True``) by the tags;
the tests run every notebook both ways.

**What there is**

00_start_here (``start.``)
    as_rows (pictures as rows) · scale (grey, from 0 to 1) · decide (from scores to an answer) · accuracy · repair (which
    weight to repair) · make_fool (open: five pixels to fool it)
01_neuron (``neuron.``)
    fires · nand (weights and bias of a gate) · fold_bias · boundary · neuron (a whole batch) · xor (from NANDs) ·
    make_triangle (open)
02_perceptron (``perceptron.``)
    update (one correction) · learn (from labels 0 and 1) · bound (on the mistakes) · pocket · adaline (Widrow and
    Hoff's step) · make_eyes (open: features)
03_activations (``activations.``)
    slope (measured by a nudge) · sigmoid_and_slope · leaky_and_slope · dead_units · safe_softplus (never overflowing) ·
    make_squash (open: an activation of your own)
04_layers (``layers.``)
    stack (neurons into a matrix) · forward (two layers) · collapse (many layers into one) · parity (three switches, by
    hand) · bump (a tower of two units) · count (weights and biases) · make_curve (open)
05_losses (``losses.``)
    huber · softmax (without overflow) · cross_entropy · score_slopes (p − y) · divergence (Kullback–Leibler) ·
    make_bus_loss (open)
06_gradient_descent (``descent.``)
    wiggle (all partial derivatives) · gradient (of a linear unit) · walk (the path of a descent) · iterations (and
    epochs) · unscale (weights for raw inputs) · make_rents (open: data in any units)
07_backpropagation (``backprop.``)
    sigmoid_slope · output_gradient · hidden_gradient · backward (two layers, as matrices) · step (two weights; updated
    too early?) · passes (what it costs) · make_xor (open: train it)
08_bug_clinic (``clinic.``)
    numerical_gradient · check_pair (asked with random numbers) · softmax_backward (mended) · best_step (the best
    nudge) · is_right (open: your own clinic)
09_autograd (``autograd.``)
    quotient_slopes · in_order (who was computed from whom) · gradients_of_tape (= for +=?) · gain_offset_backward
    (broadcasting undone) · make_pair (open: an operation of your own)
10_training (``training.``)
    one_hot · standardise · accuracy · train_step (with zero_grad) · early_stop · make_reader (open: digits)
12_optimizers (``optimizers.``)
    momentum · adagrad (moves from gradients) · adam (with its correction) · adamw (decay beside the division) · clip (and
    keep the direction) · make_step (open: an optimiser of your own)
18_convolution (``convolution.``)
    sizes (of the maps) · convolve (with stride and padding) · all_maps (channels summed) · pool_gradient (of the
    largest) · gradients (backward in one dimension) · make_finder (open: a kernel that finds corners)
19_cnn (``cnn.``)
    count (what a LeNet learns) · drop_units (dropout) · receptive_field · occlusion · shift (over the edge) ·
    make_mover (open: moved digits)
21_recurrence (``recurrence.``)
    wire (from a drawing to a matrix) · read_all (a whole batch) · bptt (back through time) · reach (how far?) ·
    carry_on (close the loop) · make_latch (open: a memory that lasts)
22_gates (``gates.``)
    lstm_step · kept (what is left at the end) · gru_step · last_states (batch after batch) · shorten (clip a gradient) ·
    make_memory (open: a notepad of one line)

Each notebook has a quiz, ``warmup``, a vote, ``is_this_true``, and predictions. A vote is shown with `practice.predict`,
noted first and answered after the run. `nnbook.practice.catalog.every("neuron")` lists all of a notebook's.
"""

from __future__ import annotations

from typing import cast

from nnbook.practice.catalog import Exercise, Quiz, find
from nnbook.practice.notebooks import cells, fill
from nnbook.practice.replies import Reply
from nnbook.practice.summary import Progress, progress

__all__ = [
    "Exercise",
    "Progress",
    "Quiz",
    "Reply",
    "cells",
    "exercise",
    "fill",
    "predict",
    "progress",
    "quiz",
]


def exercise(id: str) -> Exercise:
    """The exercise with an id such as ``"neuron.fold_bias"``.

    Raises
    ------
    ValueError
        If there is none; the nearest is offered.

    Examples
    --------
    >>> exercise("neuron.fold_bias").title
    'Fold the threshold into the weights'
    """
    return cast(Exercise, find("practice.exercise", id, ("exercise",)))


def quiz(id: str) -> Quiz:
    """The quiz with an id such as ``"neuron.warmup"``: each question is answered at once.

    Raises
    ------
    ValueError
        If there is none; the nearest is offered.

    Examples
    --------
    >>> len(quiz("neuron.warmup").questions)
    3
    """
    return cast(Quiz, find("practice.quiz", id, ("quiz",)))


def predict(id: str) -> Quiz:
    """The prediction or vote with an id such as ``"backprop.nudge"``: noted first, answered after the run.

    Raises
    ------
    ValueError
        If there is none; the nearest is offered.

    Examples
    --------
    >>> predict("backprop.nudge").questions[0].text
    'If you raise `w5` by 0.001, the error will …'
    """
    return cast(Quiz, find("practice.predict", id, ("predict", "vote")))
