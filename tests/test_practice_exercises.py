"""Proofs over all exercises: each is judged as its author meant, and nothing that a learner does breaks it."""

import ast
import copy
import functools
import inspect
import itertools
import math
import re

import numpy as np
import pytest

import nnbook
from nnbook import practice
from nnbook.practice import catalog, judging
from nnbook.practice.comparing import alike
from nnbook.practice.replies import KINDS, as_plain

EXERCISES = [entry for entry in catalog.every() if isinstance(entry, catalog.Exercise)]
QUIZZES = [entry for entry in catalog.every() if isinstance(entry, catalog.Quiz)]
WITH_SWITCHES = [exercise for exercise in EXERCISES if exercise.faulty]

each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
each_with_switches = pytest.mark.parametrize("exercise", WITH_SWITCHES, ids=lambda exercise: exercise.id)


def defined(source, name):
    space = {"np": np, "nnbook": nnbook}
    exec(compile(source, f"<{name}>", "exec"), space)
    return space[name]


def with_switches(exercise, *names):
    @functools.wraps(exercise.reference)
    def wrong(*arguments):
        return exercise.faulty(*arguments, **dict.fromkeys(names, True))

    return wrong


def plain(text):
    return " ".join(as_plain(text).split())


def said(reply):
    """All that a reply says, on one line."""
    return " ".join(repr(reply).split())


@each
def test_the_starter_is_not_started(exercise):
    reply = exercise.check(defined(exercise.starter, exercise.function))
    assert reply.kind == "not started"
    assert repr(reply) == repr(exercise.check(defined(exercise.starter, exercise.function)))
    assert exercise.function in reply.text


@each
@pytest.mark.parametrize(
    "body", ["pass", "...", "raise NotImplementedError", "return None", "return ...", "'''Words.'''"]
)
def test_a_body_that_does_nothing_is_not_started(exercise, body):
    arguments = ", ".join(inspect.signature(exercise.reference).parameters)
    source = f"def {exercise.function}({arguments}):\n    {body}\n"
    assert exercise.check(defined(source, exercise.function)).kind == "not started"


@each
def test_the_solution_is_right_as_it_is_shown(exercise):
    reply = exercise.check(defined(exercise.source, exercise.function))
    assert reply.kind == "right", reply
    assert plain(exercise.next) in said(reply)
    assert exercise.source in exercise.solution().text


def in_float32(value):
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def in_fortran_order(value):
    return np.asfortranarray(value) if isinstance(value, np.ndarray) and value.ndim > 1 else value


def read_only(value):
    if isinstance(value, np.ndarray):
        value = value.copy()
        value.flags.writeable = False
    return value


def strided(value):
    if not isinstance(value, np.ndarray) or not value.ndim:
        return value
    wide = np.repeat(value, 2, axis=-1)
    return wide[..., ::2]


@each
@pytest.mark.parametrize("change", [in_float32, in_fortran_order, read_only, strided])
def test_the_solution_is_right_however_the_arrays_lie(exercise, change):
    @functools.wraps(exercise.reference)
    def changed(*arguments):
        return exercise.reference(*map(change, arguments))

    reply = exercise.check(changed)
    assert reply.kind == "right", reply


@each
def test_each_wrong_version_gets_its_own_message(exercise):
    for mistake in exercise.wrong:
        reply = exercise.check(mistake.version or with_switches(exercise, mistake.name))
        assert reply.kind == "known mistake", (mistake.name, reply)
        assert reply.mistakes == (mistake.name,)
        assert reply.title == mistake.title
        assert plain(mistake.why) in said(reply)
        assert not re.search(r"[{}]", said(reply))
        for other in exercise.wrong:
            assert other is mistake or plain(other.why) not in said(reply)


@each_with_switches
def test_two_inputs_or_more_tell_each_mistake_from_right_and_from_every_other(exercise):
    """Else an answer that is wrong in another way could pass for it."""
    if len(exercise.cases()) == 1:
        pytest.skip("has one input")
    versions = [judging._expected(exercise.id, names) for names in [(), *((m.name,) for m in exercise.wrong)]]
    for one, other in itertools.combinations(versions, 2):
        different = 0
        for a, b in zip(one, other, strict=True):
            if isinstance(a, Exception) or isinstance(b, Exception):
                different += isinstance(a, Exception) != isinstance(b, Exception)
            else:
                different += not alike(a.viewed, b.viewed, exercise.tolerance)
        assert different >= 2


@each_with_switches
def test_a_message_shows_what_came_and_what_was_asked(exercise):
    for mistake in exercise.wrong:
        reply = exercise.check(with_switches(exercise, mistake.name))
        pattern = re.sub(r"\\{(\w+)\\}", r"(.+?)", re.escape(plain(mistake.seen)))
        names = re.findall(r"{(\w+)}", mistake.seen)
        values = re.search(f"{pattern} {re.escape(plain(mistake.why))}", said(reply))
        assert values, reply
        shown = dict(zip(names, values.groups(), strict=True))
        for name in names:
            theirs = name.replace("yours", "right").replace("your_", "right_")
            assert name == theirs or theirs not in names or shown[name] != shown[theirs], reply


@each_with_switches
def test_titles_and_reasons_stay_true_when_mistakes_come_in_pairs(exercise):
    """What the rest of the answer is like may stand in `seen` only, which pairs do not show."""
    for mistake in exercise.wrong:
        assert not re.search(r"\b(is|are) (all )?right[,;.]", mistake.title), mistake.title
        assert not re.search(r"^(Your |The )?`?\w+`? (is|are) right\b", mistake.why), mistake.why
        assert "{" not in plain(mistake.title + mistake.why)


@each_with_switches
def test_without_a_switch_the_wrong_version_is_the_solution(exercise):
    assert exercise.check(with_switches(exercise)).kind == "right"


@each_with_switches
def test_pairs_of_mistakes_are_explained_exactly(exercise):
    """The mistakes that a reply names do on every case what the answer does; mostly they are the very two."""
    found = 0
    for first, second in itertools.combinations(exercise.wrong, 2):
        reply = exercise.check(with_switches(exercise, first.name, second.name))
        assert reply.kind == "known mistake", (first.name, second.name, reply)
        true = judging._expected(exercise.id, (first.name, second.name))
        named = judging._expected(exercise.id, reply.mistakes)
        for mine, theirs in zip(true, named, strict=True):
            if isinstance(theirs, Exception):
                assert isinstance(mine, Exception)
            else:
                assert alike(mine.viewed, theirs.viewed, exercise.tolerance)
        if reply.mistakes == (first.name, second.name):
            found += 1
            assert reply.title == "Two things at once."
            assert plain(first.why) in said(reply)
            assert plain(second.why) in said(reply)
    assert found or exercise.id == "neuron.nand", "no two mistakes can be made together"


def takes_apart(weights, biases):
    weight, bias = weights.pop(0), biases.pop(0)
    while weights:
        w, b = weights.pop(0), biases.pop(0)
        weight, bias = weight @ w, bias @ w + b
    return weight, bias


UNLISTED = [
    (
        "neuron.fires",
        lambda i, w, t: "1" if i @ w >= t else "0",
        "The result is a text; asked was a whole number.",
    ),
    (
        "neuron.boundary",
        lambda w, b: -w[0] / w[1],
        "You returned a number; asked were 2 things, `slope, intercept`.",
    ),
    ("neuron.nand", lambda: (np.array([np.nan, 1]), 1), "Some of the numbers are NaN or infinite."),
    ("neuron.xor", lambda a, b, nand: (nand(a, b), a ^ b)[1], "did not come from `nand` (calls: 1)."),
    (
        "layers.collapse",
        takes_apart,
        "`.append`, `.pop`, `.sort`, `weights[0] = …`, and `+=` on one of its entries change the thing itself.",
    ),
    (
        "losses.cross_entropy",
        lambda scores, labels: nnbook.functional.cross_entropy(scores, labels),
        "The result is a tuple; asked was one number. By hand",
    ),
    (
        "activations.slope",
        lambda f, x, hair: abs(f(x + hair) - f(x - hair)) / (2 * hair),
        "Every number has the wrong sign",
    ),
    (
        "clinic.numerical_gradient",
        lambda f, x, h: abs(practice.exercise("clinic.numerical_gradient").reference(f, x, h)),
        "2 of 4 numbers differ",
    ),
    (
        "training.train_step",
        lambda model, loss_fn, optimizer, x, y: model(x),
        "Asked was the loss, one number. Call by call you returned: shape (6, 1); shape (4, 1); shape (5, 1).",
    ),
    ("clinic.best_step", lambda f, x, slope, steps: 1e-5, "It is right on 2 of the 3 inputs"),
    ("clinic.is_right", lambda forward, backward, x: x / None, "backward = a backward of tanh x = np.array"),
    (
        "training.make_reader",
        lambda *case: np.full(450, np.nan),
        "450 of your 450 answers are NaN or infinite",
    ),
    ("cnn.make_mover", lambda *case: np.full(450, np.nan), "450 of your 450 answers are NaN or infinite"),
    (
        "optimizers.momentum",
        lambda w, g, v, rate, mu: w - rate * (mu * v + g),
        "You returned an array of shape (2,); asked were 2 things, `w, v`.",
    ),
    (
        "optimizers.clip",
        lambda dW, db, max_norm: None if np.linalg.norm(dW) > max_norm else (dW, db),
        "Does every way through your function end with a `return`?",
    ),
    (
        "convolution.convolve",
        lambda *case: practice.exercise("convolution.convolve").reference(*case).astype(int),
        "the fractions are cut off",
    ),
    (
        "convolution.all_maps",
        lambda *case: practice.exercise("convolution.all_maps").reference(*case).astype(int),
        "the fractions are cut off",
    ),
    (
        "recurrence.read_all",
        lambda x, h0, W, U, b: [np.tanh(x[:, t] @ W + h0 @ U + b) for t in range(x.shape[1])],
        "asked was an array of shape (2, 3, 2).",
    ),
    (
        "gates.shorten",
        lambda dW, dU, db, limit: [np.multiply(each, 2, out=each) for each in (dW, dU, db)],
        "Besides, your function changes `dW`, `dU` and `db` in place",
    ),
]


@pytest.mark.parametrize(("id", "answer", "words"), UNLISTED, ids=[id for id, *_ in UNLISTED])
def test_what_no_list_of_mistakes_foresaw_is_answered_truly(id, answer, words):
    reply = practice.exercise(id).check(answer)
    assert reply.kind in ("different", "known mistake")
    assert words in said(reply), reply


NONSENSE = {
    "None": lambda *a: None,
    "an empty tuple": lambda *a: (),
    "a text": lambda *a: "forty-two",
    "NaN": lambda *a: math.nan,
    "zero": lambda *a: 0,
    "a long list": lambda *a: [1.5] * 1000,
    "four Nones": lambda *a: (None,) * 4,
    "four texts": lambda *a: ("a",) * 4,
    "two arrays of no size": lambda *a: (np.zeros(0), np.zeros(0)),
    "a huge array": lambda *a: np.zeros((300, 300)),
    "its arguments": lambda *a: a,
    "its first argument": lambda *a: a[0],
    "itself": lambda *a: NONSENSE["itself"],
    "a set": lambda *a: {1, 2},
    "a dictionary": lambda *a: {"losses": 1},
    "a class": lambda *a: int,
    "a generator": lambda *a: (b for b in a),
    "complex numbers": lambda *a: np.ones(3) * 1j,
    "ragged lists": lambda *a: [[1], [1, 2]],
    "an array of objects": lambda *a: np.array([None, "a"], dtype=object),
    "an error": lambda *a: 1 / 0,
    "strange shapes": lambda *a: (np.zeros((2, 1)), np.zeros((0, 3)), np.zeros(()), np.zeros((1, 1, 1, 1))),
    "infinite parts": lambda *a: (
        np.full((2, 3), np.inf),
        np.full(3, np.nan),
        np.full((3, 1), -np.inf),
        np.zeros(1),
    ),
}


@each
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_answered_and_never_raises(exercise, nonsense):
    reply = exercise.check(NONSENSE[nonsense])
    assert reply.kind in KINDS
    assert reply.kind != "right"
    assert "Practice could not make sense" not in reply.title
    assert len(repr(reply)) < 4000
    assert reply._repr_html_()


@each
@pytest.mark.parametrize(
    "answer", [None, ..., 3, 2.5, "f", [], np.zeros(3), int, object(), np.sum, math.sin, print]
)
def test_what_is_no_such_function_is_answered(exercise, answer):
    reply = exercise.check(answer)
    assert reply.kind in ("different", "not started", "known mistake")
    assert "Practice could not make sense" not in reply.title


@each_with_switches
def test_the_answer_to_one_input_is_not_right_for_all(exercise):
    if len(exercise.cases()) == 1 or exercise.use:
        pytest.skip("has one input, or many calls")
    answers = [exercise.reference(*case) for case in exercise.cases()]
    for answer in answers:
        assert exercise.check(lambda *arguments, answer=answer: answer).kind != "right"


@each
def test_an_answer_that_changes_its_inputs_is_told_so(exercise):
    def vandal(*arguments):
        result = copy.deepcopy(exercise.reference(*arguments))
        for value in arguments:
            if isinstance(value, np.ndarray) and value.ndim and value.size:
                value.flat[0] += 1
        return result

    functools.update_wrapper(vandal, exercise.reference)
    has_arrays = any(isinstance(value, np.ndarray) for case in exercise.cases() for value in case)
    if not has_arrays:
        pytest.skip("takes no arrays")
    reply = exercise.check(vandal)
    assert reply.kind == "different"
    assert reply.title == "The numbers are right, but your function changes what it was given."


@each
def test_cases_are_the_same_each_time_and_fresh(exercise):
    first, second = exercise.cases(), exercise.cases()
    assert len(first) == len(second) >= 1
    for a, b in zip(itertools.chain(*first), itertools.chain(*second), strict=True):
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b)
            assert not np.shares_memory(a, b)


# the data itself


@pytest.mark.parametrize("prefix", catalog.prefixes())
def test_every_notebook_has_what_the_course_asks_of_it(prefix):
    notebook = catalog.NOTEBOOKS[prefix]
    entries = catalog.every(prefix)
    exercises = [entry for entry in entries if isinstance(entry, catalog.Exercise)]
    quizzes = {entry.id: entry for entry in entries if isinstance(entry, catalog.Quiz)}
    assert len({entry.id for entry in entries}) == len(entries)
    assert all(entry.id.startswith(prefix + ".") and entry.notebook == notebook for entry in entries)
    assert len(exercises) >= 4
    assert exercises[-1].title.startswith("Make: ")
    assert len(quizzes[f"{prefix}.warmup"].questions) == 3
    assert quizzes[f"{prefix}.is_this_true"].kind == "vote"
    assert sum(quiz.kind == "predict" for quiz in quizzes.values()) >= 3


@each
def test_the_data_of_an_exercise_hang_together(exercise):
    parameters = list(inspect.signature(exercise.reference).parameters)
    starter = next(node for node in ast.parse(exercise.starter).body if isinstance(node, ast.FunctionDef))
    assert starter.name == exercise.function
    assert [argument.arg for argument in starter.args.args] == parameters
    assert f"`{exercise.function}({', '.join(parameters)})`" in exercise.prompt.replace("\n", " ")
    assert len(exercise.wrong) >= 2
    assert len({mistake.name for mistake in exercise.wrong}) == len(exercise.wrong)
    assert len(exercise.hints) >= 2
    assert exercise.next.endswith((".", "?", ".)"))
    assert bool(exercise.faulty) != bool(exercise.judge)
    if exercise.faulty:
        switches = inspect.signature(exercise.faulty).parameters.values()
        assert [each.name for each in switches if each.kind is each.KEYWORD_ONLY] == [
            mistake.name for mistake in exercise.wrong
        ]
    assert set(re.findall(r"\b[a-z_]+\b", exercise.source)) & {"practice", "catalog"} == set()
    for text in (exercise.prompt, exercise.next, *exercise.hints, *(m.why for m in exercise.wrong)):
        assert text.count("`") % 2 == 0
        assert not re.search(r"\b(simply|just|obviously|easy)\b(?! that case)", text), text
        assert "  " not in text


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.id)
def test_a_question_has_one_right_answer_and_a_reply_to_each(quiz):
    for question in quiz.questions:
        assert sum(option.right for option in question.options) == 1
        assert 2 <= len(question.options) <= 5
        texts = [option.text for option in question.options]
        assert len(set(texts)) == len(texts)
        for option in question.options:
            assert len(option.reply) > 30
            assert option.text[-1] in ".!?…)" or option.text[-1].isalnum()
            assert option.text not in option.reply


@pytest.mark.parametrize("prefix", catalog.prefixes())
def test_the_right_answer_has_no_favourite_place(prefix):
    questions = [
        q for entry in catalog.every(prefix) if isinstance(entry, catalog.Quiz) for q in entry.questions
    ]
    places = [[option.right for option in question.options].index(True) for question in questions]
    assert max(map(places.count, places)) <= 0.7 * len(places)
    assert len(set(places)) >= 3 or len(places) < 6


def test_the_package_names_every_exercise():
    for exercise in EXERCISES:
        assert re.search(rf"\b{exercise.id.split('.')[1]}\b", practice.__doc__)
