"""The engine: what `check` does with whatever it is given, how replies look, questions, and progress."""

import _thread
import dataclasses
import functools
import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from nnbook import practice
from nnbook.practice import catalog, comparing, replies, running, showing, store

FOLD = practice.exercise("neuron.fold_bias")
GRADIENT = practice.exercise("backprop.output_gradient")
BACKWARD = practice.exercise("backprop.backward")


def right(weights, threshold):
    return np.append(weights, -threshold)


def briefly(exercise, seconds=0.3):
    return dataclasses.replace(exercise, seconds=seconds)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path / "mine"))
    return tmp_path / "mine"


# which exercise


@pytest.mark.parametrize(
    ("call", "id", "message"),
    [
        (
            practice.exercise,
            "start.acuracy",
            "practice.exercise expects id to be one of 'start.as_rows', 'start.scale', 'start.decide', 'start.accuracy', "
            "'start.repair', 'start.make_fool', but got 'start.acuracy'. Did you mean 'start.accuracy'?",
        ),
        (
            practice.exercise,
            "strat.scale",
            "practice.exercise expects id to be one of 'start.as_rows', 'start.scale', 'start.decide', 'start.accuracy', "
            "'start.repair', 'start.make_fool', but got 'strat.scale'. Did you mean 'start.scale'?",
        ),
        (
            practice.quiz,
            "neuron.fires",
            "practice.quiz expects id to be one of 'neuron.warmup', but got 'neuron.fires'. That is an exercise: "
            'practice.exercise("neuron.fires").',
        ),
        (
            practice.quiz,
            "backprop.is_this_true",
            "practice.quiz expects id to be one of 'backprop.warmup', but got 'backprop.is_this_true'. That is a "
            'prediction: practice.predict("backprop.is_this_true").',
        ),
    ],
)
def test_an_unknown_id_offers_the_nearest(call, id, message):
    with pytest.raises(ValueError) as raised:
        call(id)
    assert str(raised.value) == message


def test_an_id_like_none_lists_the_notebooks():
    with pytest.raises(
        ValueError, match=r"practice\.exercise expects id to be one of 'start\.…', .* but got 'qqqq'\."
    ):
        practice.exercise("qqqq")
    with pytest.raises(TypeError, match=r"practice\.predict expects id to be one of .* but got the int 3\."):
        practice.predict(3)


def test_hints_go_from_one_to_the_last():
    assert FOLD.hint().text == FOLD.hint(1).text
    assert FOLD.hint(3).text == "Hint 3 of 3: `np.append(weights, -threshold)`"
    with pytest.raises(ValueError) as raised:
        FOLD.hint(4)
    assert str(raised.value) == (
        'hint of neuron.fold_bias expects a number up to 3, but got 4. See it all: practice.exercise("neuron.fold_bias")'
        ".solution()."
    )
    with pytest.raises(TypeError):
        FOLD.hint("2")


# right, nearly right, and different


def test_numbers_of_other_kinds_are_right():
    for change in (np.float32, np.longdouble):
        assert FOLD.check(lambda w, t, change=change: right(w, t).astype(change)).kind == "right"
    fires = practice.exercise("neuron.fires")
    assert fires.check(lambda i, w, t: np.sum(i * w) >= t).kind == "right"
    assert fires.check(lambda i, w, t: np.array(float(np.sum(i * w) >= t))).kind == "right"
    boundary = practice.exercise("neuron.boundary")
    for pair in (list, np.array, tuple):
        assert boundary.check(lambda w, b, pair=pair: pair([-w[0] / w[1], -b / w[1]])).kind == "right"


def test_other_callables_are_taken():
    class Answer:
        def method(self, weights, threshold):
            return right(weights, threshold)

        def __call__(self, weights, threshold):
            return right(weights, threshold)

    def with_more(weights, threshold, extra=0, *rest, **options):
        return right(weights, threshold)

    for answer in (
        Answer(),
        Answer().method,
        functools.partial(right),
        functools.cache(Answer().method).__wrapped__,
        with_more,
    ):
        assert FOLD.check(answer).kind == "right"


def lines(reply):
    return " ".join(repr(reply).split())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda w, t: list(right(w, t)), "The numbers are right, as a list instead of an array."),
        (
            lambda w, t: right(w, t)[None],
            "The shape of your result is (1, 3); asked was (3,). The numbers are right, in another",
        ),
        (lambda w, t: w, "One number is missing; the first 2 are right."),
        (
            lambda w, t: 1.0,
            "The shape of your result is () (one number); asked was (3,). One number came back",
        ),
        (
            lambda w, t: right(w, t).astype(int),
            "(2, −1, −1), asked was (2, −1, −1.5): the fractions are cut off.",
        ),
        (lambda w, t: right(w, t) * np.nan, "NaN came back. 3 of 3 numbers of your result are NaN"),
        (lambda w, t: right(w, t) / 0, "Infinity came back. 3 of 3 numbers of your result are infinite."),
        (lambda w, t: right(w, t) * 1j, "Complex numbers came back."),
        (lambda w, t: "text", "The result is a text; asked was an array of shape (3,)."),
        (lambda w, t: [[1], [1, 2]], "The result is a list; asked was an array of shape (3,)."),
        (lambda w, t: (x for x in w), "A generator came back."),
        (lambda w, t: np.append, "A function came back, and not its result."),
        (lambda w, t: print(w), "Your function returned None. It ran to its end without a `return`"),
        (lambda w, t: right(w, t) * -1, "Every number has the wrong sign, and the right size."),
        (lambda w, t: right(w, t) * 2.5, "Every number is 2.5 × the right one."),
        (lambda w, t: right(w, t) + 2, "Every number is too large by 2."),
        (lambda w, t: right(w, t) * 0, "Every number is 0."),
        (lambda w, t: right(w, t)[::-1], "The numbers are right, in the opposite order."),
        (lambda w, t: abs(right(w, t)), "Every number has the right size; some have the wrong sign."),
        (lambda w, t: right(w, t) + (len(w) == 5), "It is right on 2 of the 3 inputs that were tried."),
        (
            lambda w, t: np.append(w, -t - 0.25),
            "1 of 3 numbers differs: where yours asked off by ----- ----- ----- ------ [2] −1.75 −1.5 −0.25",
        ),
        (lambda w, t: np.append(w, -t - 0.0005), "[2] −1.5005 −1.5 −0.0005"),
        (
            lambda threshold, weights: right(weights, threshold),
            "Your calculation is right; the arguments come in another order.",
        ),
        (lambda w: 0, "Yours takes 1 argument; it is called with 2, in this order: `weights, threshold`."),
        (lambda: 0, "Yours takes no arguments; it is called with 2"),
        (lambda w, t, *, more: 0, "It takes other arguments than asked."),
        (
            lambda *, weights, threshold: 0,
            "Yours takes 2 arguments, some of them (behind the `*`) by name only; it is called with 2",
        ),
        (
            lambda w, t: right(w, t) if t > 0 else None,
            "That was so on 1 of the 3 inputs that were tried, the one below among them. Does every way through",
        ),
        (
            lambda w, t: right(w, t).astype(str),
            "The result is an array of texts of shape (3,); asked was an array of shape (3,).",
        ),
    ],
)
def test_what_is_different_is_said(answer, words):
    reply = FOLD.check(answer)
    assert reply.kind == "different"
    assert words in lines(reply)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda o, t: (o - t) * len(o), "Every number is too large by a factor: the number of examples."),
        (lambda o, t: (o - t) / len(o), "Every number is too small by a factor: the number of examples."),
        (lambda o, t: o, "You returned `output` as it came."),
        (lambda o, t: 1 - (o - t), "Every number is 1 − the right one."),
        (lambda o, t: (o - t).T, "rows and columns are exchanged"),
    ],
)
def test_what_wrong_numbers_have_in_common_is_said(answer, words):
    reply = GRADIENT.check(answer)
    assert reply.kind == "different"
    assert words in lines(reply)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a, b, c, d: (a, b, c), "You returned 3 things; asked were 4 things, `dw1, db1, dw2, db2`."),
        (
            lambda a, b, c, d: a,
            "You returned an array of shape (3, 2); asked were 4 things, `dw1, db1, dw2, db2`.",
        ),
        (
            lambda a, b, c, d: (a, b, c * 2, d),
            "`dw1`, `db1`, `db2` are right on this input; `dw2` is not. Every number is 2 ×",
        ),
        (
            lambda a, b, c, d: (a, b[None], c, d),
            "The shape of `db1` is (1, 2); asked was (2,). The numbers are right, in",
        ),
        (lambda a, b, c, d: (None, b, c, d), "`dw1` is None."),
        (lambda a, b, c, d: (a, b, c, ...), "A `...` is still in your function"),
    ],
)
def test_of_several_outputs_it_says_which(change, words):
    def answer(x, h, y, target, w2):
        return change(*BACKWARD.reference(x, h, y, target, w2))

    assert words in lines(BACKWARD.check(answer))


def test_a_bias_gradient_that_was_not_summed_is_told_how():
    def answer(x, h, y, target, w2):
        delta2 = (y - target) * y * (1 - y) / len(x)
        delta1 = delta2 @ w2.T * h * (1 - h)
        return x.T @ delta1, delta1, h.T @ delta2, delta2

    assert "Summed over axis 0 your numbers would be right: `.sum(axis=0)`." in lines(BACKWARD.check(answer))


def test_a_list_with_the_right_numbers_needs_no_working_out():
    assert "By hand" in repr(FOLD.check(lambda w, t: right(w, t) + 0.25 * len(w) * w[0]))
    assert "By hand" not in repr(FOLD.check(lambda w, t: list(right(w, t))))


def in_common(yours, expected):
    difference = comparing.compare(np.array(yours), np.array(expected), 1e-4)
    return comparing.in_common(difference, [difference], [(np.zeros(2),)], ["x"], 1e-4)


def test_amounts_that_differ_are_not_one_amount_however_small_they_are():
    assert in_common([2e-7, 5e-7, 9e-7], [1e-7, 3e-7, 5e-7]) == ""
    assert in_common([2e-7, 4e-7, 6e-7], [1e-7, 3e-7, 5e-7]) == "Every number is too large by 1e−07."


def test_a_gap_that_was_left_is_not_started():
    def answer(output, target):
        difference = ...
        return difference * 2

    reply = GRADIENT.check(answer)
    assert reply.kind == "not started"
    assert "A `...` is still in your function (line" in lines(reply)


def test_a_known_mistake_is_known_in_other_clothes_too():
    for dress in (list, np.float32, lambda values: values[::1]):
        reply = FOLD.check(lambda w, t, dress=dress: dress(np.append(w, t)))
        assert reply.mistakes == ("sign",)


def test_a_mistake_must_explain_every_case():
    """Right sign in one case and wrong in the others is no sign mistake."""
    reply = FOLD.check(lambda w, t: np.append(w, t if len(w) == 2 else -t))
    assert reply.kind == "different"
    reply = FOLD.check(lambda w, t: np.append(w, -t if len(w) == 2 else t))
    assert f"On each of the 2 inputs on which it differs, {PERHAPS}" in lines(reply)


PERHAPS = "yours does what comes of this:"


def test_a_mistake_that_explains_most_inputs_is_offered_as_a_guess():
    """The largest score, but never below 0: on the inputs with scores above 0 that is `max` for `argmax`."""
    reply = practice.exercise("start.decide").check(lambda scores: np.maximum(scores.max(axis=1), 0))
    assert reply.kind == "different"
    assert f"{PERHAPS} Close: that is how large the score is, not whose it is." in lines(reply)


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("neuron.fires", lambda inputs, weights, threshold: 1),
        ("neuron.fires", lambda inputs, weights, threshold: int(np.sum(inputs * weights) > threshold + 1)),
        (
            "start.decide",
            lambda scores: np.where(len(scores) == 2, scores.max(axis=1), 7 + scores.argmax(axis=1)),
        ),
        (
            "start.accuracy",
            lambda predicted, labels: (
                np.mean(predicted == labels) if len(labels) > 4 else 100 * np.mean(predicted == labels)
            ),
        ),
    ],
)
def test_a_guess_needs_more_than_a_few_agreements(id, answer):
    """Among yes and no every wrong answer agrees with every other; one input proves nothing."""
    reply = practice.exercise(id).check(answer)
    assert reply.kind == "different"
    assert PERHAPS not in lines(reply)


# whatever a learner does


def raises(weights, threshold):
    total = weights[0]
    return total + weights[7]  # the line that the reply shows


def test_an_error_is_shown_short_with_the_line_of_theirs():
    reply = FOLD.check(raises)
    text = repr(reply)
    number = raises.__code__.co_firstlineno + 2
    assert f"line {number}:  return total + weights[7]  # the line that the reply shows\n" in text
    assert "IndexError: index 7 is out of bounds for axis 0 with size 2" in text
    assert "weights = np.array([ 2., -1.])" in text
    assert "Traceback" not in text
    assert "nnbook" not in text


def test_an_error_deep_in_numpy_is_traced_to_their_line():
    def answer(weights, threshold):
        return np.linalg.inv(np.zeros((2, 2)))

    assert "return np.linalg.inv(np.zeros((2, 2)))\n    LinAlgError: Singular matrix" in repr(
        FOLD.check(answer)
    ).replace("numpy.linalg.", "")


class Mean(Exception):
    def __str__(self):
        raise RuntimeError("no words")


class Shy:
    def __repr__(self):
        raise RuntimeError("no repr")

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")


def endless(weights, threshold):
    while True:
        pass


def swallows(weights, threshold):
    while True:
        try:
            time.sleep(0.001)
        except:  # noqa: E722
            print("no")


def floods(weights, threshold):
    while True:
        print("<b>spam</b>" * 10)


def recurses(weights, threshold):
    return recurses(weights, threshold)


def leaves(weights, threshold):
    sys.exit(3)


def asks(weights, threshold):
    return float(input("How much? "))


def is_mean(weights, threshold):
    raise Mean


def yields(weights, threshold):
    yield weights


async def waits(weights, threshold):
    return weights


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (endless, "It did not finish within 0.3 seconds. A loop that never ends?"),
        (swallows, "It did not finish within 0.3 seconds."),
        (floods, "It did not finish within 0.3 seconds."),
        (
            recurses,
            "RecursionError: maximum recursion depth exceeded The function calls itself, and nothing stops it.",
        ),
        (leaves, "SystemExit: 3 `exit()` and `sys.exit()` end a program; here a `return` is enough."),
        (asks, "input() has nobody to ask here"),
        (is_mean, "It stopped with an error."),
        (yields, "Your function is a generator."),
        (waits, "Your function is defined with `async`."),
        (lambda w, t: Shy(), "The result is an object of the class Shy; asked was an array of shape (3,)."),
        (lambda w, t: [Shy(), Shy()], "The result is a list; asked was an array of shape (3,)."),
        (Shy, "That is a class; asked was a function."),
        (Shy(), "That is an object of the class Shy; asked was a function."),
        (None, "That is None; asked was a function."),
        (right(np.zeros(2), 1), "That is an array of shape (3,); asked was a function."),
        (
            lambda w, t: undefined_name,  # noqa: F821
            "NameError: name 'undefined_name' is not defined No such name is known there.",
        ),
        (lambda w, t: w + np.zeros(7), "The shapes do not fit together."),
        (lambda w, t: w if w > 0 else t, "got a whole array of them"),
        (lambda w, t: w(t), "Round brackets call a function, square brackets pick an entry"),
        (lambda w, t: list(w)[0, 1], "Lists and tuples take one whole number as index."),
        (lambda w, t: t / 0, "Something was divided by 0."),
        (lambda w, t: math.exp(w), "NumPy's own take arrays: `np.exp`, `np.log`, `np.sqrt`."),
        (lambda w, t: list(w) - [t], "Lists cannot be calculated with as a whole."),
        (lambda w, t: list(w) * t, "Lists cannot be calculated with as a whole."),
        (lambda w, t: None + w, "Something there is None"),
    ],
)
def test_it_survives_and_says_so_kindly(answer, words):
    before = threading.active_count()
    reply = briefly(FOLD).check(answer)
    assert reply.kind == "different"
    assert words in lines(reply)
    assert "Traceback" not in repr(reply)
    for _ in range(100):
        if threading.active_count() <= before:
            break
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_a_slow_disk_does_not_keep_a_worker_from_ending(monkeypatch, capsys):
    """The line is looked up when the worker is done: there it would be struck a second time, with a traceback."""
    getline = running.linecache.getline
    monkeypatch.setattr(running.linecache, "getline", lambda *place: time.sleep(0.5) or getline(*place))
    reply = briefly(FOLD).check(endless)
    assert "A loop that never ends?" in reply.text
    assert "still running" not in reply.text
    assert "printed" not in reply.text
    assert capsys.readouterr() == ("", "")


def test_a_loop_is_stopped_where_it_runs():
    assert "while True:" in repr(briefly(FOLD).check(endless)) or "pass" in repr(briefly(FOLD).check(endless))


def test_printing_is_kept_cut_and_goes_nowhere_else(capsys):
    def answer(weights, threshold):
        for i in range(50_000):
            print("spam <b>", i)
        print("to the other", file=sys.stderr)
        return right(weights, threshold)

    reply = FOLD.check(answer)
    assert reply.kind == "right"
    assert "Your function printed (cut):" in repr(reply)
    assert len(repr(reply)) < 2000
    assert "&lt;b&gt;" in reply._repr_html_()
    assert "<b>" not in reply._repr_html_()
    assert capsys.readouterr() == ("", "")


def test_a_few_printed_lines_are_shown_of_the_input_in_question():
    def answer(weights, threshold):
        print("I got", len(weights))
        return right(weights, threshold) + (len(weights) == 3)

    reply = FOLD.check(answer)
    assert "Your function printed: I got 3" in lines(reply)
    assert "I got 2" not in lines(reply)


@pytest.mark.slow
def test_a_call_that_does_not_come_back_in_time_is_reported_when_it_does():
    began = time.monotonic()
    reply = briefly(FOLD).check(lambda w, t: time.sleep(2))
    assert "It took longer than 0.3 seconds." in lines(reply)
    assert 1.9 < time.monotonic() - began < 6


@pytest.mark.slow
def test_a_call_that_never_comes_back_is_left_behind(monkeypatch):
    monkeypatch.setattr(running, "PATIENCE", 0.5)
    reply = briefly(FOLD).check(lambda w, t: time.sleep(2.5))
    assert "It could not be stopped, and is still running. Restart the kernel" in lines(reply)
    time.sleep(2)


def test_the_person_at_the_keyboard_can_stop_it(request):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background ignore it
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))

    def answer(weights, threshold):
        _thread.interrupt_main()
        while True:
            pass

    assert FOLD.check(answer).title == "You stopped it."


def test_a_warning_is_told_and_not_thrown():
    def answer(weights, threshold):
        return weights / np.zeros(2)

    assert "NumPy warned: divide by zero encountered in divide" in lines(FOLD.check(answer))


def test_threads_of_the_learners_own_are_heard():
    def answer(weights, threshold):
        thread = threading.Thread(target=print, args=("from afar",))
        thread.start()
        thread.join()
        return right(weights, threshold)

    assert "from afar" in repr(FOLD.check(answer))


def test_inputs_that_were_changed_are_named_beside_a_mistake_too():
    def answer(weights, threshold):
        weights *= 2
        return np.append(weights / 2, threshold)

    reply = FOLD.check(answer)
    assert reply.mistakes == ("sign",)
    assert "Besides, your function changes `weights` in place" in lines(reply)


def test_a_fault_of_practice_itself_is_owned_and_raises_nothing(monkeypatch):
    def broken(*arguments):
        raise KeyError("oh")

    monkeypatch.setattr("nnbook.practice.judging._not_begun", broken)
    reply = FOLD.check(right)
    assert reply.kind == "different"
    assert "That is practice's fault and not yours" in lines(reply)


# how it looks


def test_learners_text_is_escaped():
    def answer(weights, threshold):
        raise ValueError("<script>alert('x')</script> $x^2$ **bold** `code`")

    page = FOLD.check(answer)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    inside = page.split("<pre")[1].split("</pre>")[0]
    assert "$x^2$ **bold** `code`" in inside  # mathematics and marks are left alone inside <pre>


def test_money_is_no_mathematics():
    assert "$" not in replies.Reply("right", "It costs $5, not $6.", ["Or $7."])._repr_html_()


def test_a_reply_is_rich_and_plain():
    table = replies.Table(("where", "yours"), [("[0]", "1 < 2")])
    reply = replies.Reply(
        "different", "Not *yet*.", ["**Use** `a*b`, [[½ x²||\\tfrac12 x^2]].", table, replies.Code("a < b")]
    )
    assert repr(reply) == (
        "≠ Not yet.\n\nUse `a*b`, ½ x².\n\n    where  yours\n    -----  -----\n    [0]    1 < 2\n\n    a < b"
    )
    page = reply._repr_html_()
    assert "<em>yet</em>" in page
    assert "<strong>Use</strong> <code>a*b</code>, $\\tfrac12 x^2$." in page
    assert '<th scope="col">where</th>' in page
    assert "<td>1 &lt; 2</td>" in page
    assert "var(--jp-error-color1" in page
    assert 'role="status"' in page


@pytest.mark.parametrize("kind", replies.KINDS)
def test_kinds_differ_by_more_than_colour(kind):
    others = {replies.Reply(other, "T.").__repr__()[0] for other in replies.KINDS if other != kind}
    assert repr(replies.Reply(kind, "T."))[0] not in others


def test_a_prompt_is_markdown_in_jupyter_and_text_elsewhere():
    shown = FOLD._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/markdown"}
    assert shown["text/plain"] == repr(FOLD)
    assert "**Fold the threshold into the weights (neuron.fold_bias)**" in shown["text/markdown"]
    assert "```python\ndef fold_bias" in FOLD.solution()._repr_mimebundle_()["text/markdown"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (-3, "−3"),
        (10**100, "1" + "0" * 59 + "…"),
        (-0.74136507, "−0.7414"),
        (np.float32(0.1), "0.1"),
        (np.nan, "NaN"),
        (-np.inf, "−∞"),
        (np.array(2.5), "2.5"),
        (np.array([1]), "(1,)"),
        (np.arange(20), "(0, 1, 2, 3, 4, 5, 6, 7, …)"),
        (np.array([[1.5, 2], [3, 4]]), "[(1.5, 2), (3, 4)]"),
        (np.zeros((9, 9)), "an array of shape (9, 9)"),
        ([1, 2.5], "[1, 2.5]"),
        ({"a": 1}, "a: 1"),
        (Shy(), "a Shy"),
        (None, "None"),
    ],
)
def test_values_are_shown_short(value, text):
    assert showing.show(value) == text


def test_values_that_look_equal_get_more_digits():
    assert showing.show_both(0.291027924, 0.291027774) == ("0.291028", "0.29102777") or showing.show_both(
        0.291027924, 0.291027774
    ) == ("0.29102792", "0.29102777")


@pytest.mark.parametrize(
    ("yours", "expected", "kind"),
    [
        (1.0, 1.0, None),
        (1.00001, 1.0, None),
        (1.001, 1.0, "values"),
        (1e-9, 0.0, None),
        (np.array([1.0, 1e-3]), np.array([1.0, 2e-3]), "values"),
        (np.zeros(3), np.zeros((3, 1)), "shape"),
        (np.array([1, 2]), np.array([1.5, 2.5]), "dtype"),
        (np.array([np.nan, 1]), np.array([np.nan, 1]), None),
        (None, 1.0, "none"),
        (..., 1.0, "unfinished"),
        ((1.0, 2.0), (1.0, 2.0), None),
        ((1.0,), (1.0, 2.0), "type"),
        ({"a": 1.0}, {"a": 1.0}, None),
        (np.zeros((0, 2)), np.zeros((0, 2)), None),
        ("1.0", 1.0, "type"),
    ],
)
def test_comparing(yours, expected, kind):
    difference = comparing.compare(yours, expected, 1e-4)
    assert (difference and difference.kind) == kind


# questions


def test_a_quiz_is_answered_in_one_go_or_one_by_one(home):
    quiz = practice.quiz("neuron.warmup")
    letters = [
        "abcd"[[option.right for option in question.options].index(True)] for question in quiz.questions
    ]
    assert quiz.answer(*letters).kind == "right"
    assert quiz.answer(*letters).title == "3 of 3 right."
    assert quiz.answer("".join(letters)).title == "3 of 3 right."
    one = quiz.answer(letters[1].upper(), question=2)
    assert one.title == f"({letters[1]}) Right."
    assert one.text.startswith(
        replies.as_plain(quiz.questions[1].options["abcd".index(letters[1])].reply)[:40]
    )
    wrong = quiz.answer("c")
    assert wrong.title == "(c) No."
    assert wrong.kind == "known mistake"
    assert quiz.questions[0].options[2].reply.split(".")[0] in lines(wrong)


@pytest.mark.parametrize(
    ("answers", "options", "message"),
    [
        (
            ("e",),
            {},
            "practice.predict(\"backprop.nudge\") expects answer to be one of 'a', 'b', 'c', 'd', but got 'e'.",
        ),
        ((), {}, 'practice.predict("backprop.nudge") expects one answer, a letter, but got 0 answers.'),
        (
            ("a", "b"),
            {},
            'practice.predict("backprop.nudge") expects one answer, a letter, but got 2 answers.',
        ),
        (
            ("a",),
            {"question": 2},
            'practice.predict("backprop.nudge") expects one answer, a letter, but got 1 answer from question 2 on.',
        ),
    ],
)
def test_answers_that_do_not_exist_are_refused(home, answers, options, message):
    with pytest.raises(ValueError) as raised:
        practice.predict("backprop.nudge").answer(*answers, **options)
    assert str(raised.value) == message
    assert store.read() == {}


@pytest.mark.parametrize(
    "quiz", [entry for entry in catalog.every() if isinstance(entry, catalog.Quiz)], ids=lambda quiz: quiz.id
)
def test_what_is_stored_holds_the_question_and_no_answer(quiz):
    shown = quiz._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    for text in (shown["text/plain"], shown["text/html"].replace("&#x27;", "'").replace("&quot;", '"')):
        assert quiz.title.split(":")[0] in text
        for question in quiz.questions:
            for option in question.options:
                assert (
                    replies.as_plain(option.text).split("`")[0][:30].strip()
                    in text.replace("&lt;", "<").replace("<code>", "")
                    or "`" in option.text
                )
                assert replies.as_plain(option.reply)[:40] not in text
    before = dict(shown)
    quiz.answer(*"a" * len(quiz.questions))
    assert quiz._repr_mimebundle_() == before


def buttons_of(widget, name="nnbook-option"):
    found = []
    for child in getattr(widget, "children", ()):
        found += buttons_of(child, name)
    return found + ([widget] if name in getattr(widget, "_dom_classes", ()) else [])


def test_buttons_answer_a_quiz_at_once(home):
    pytest.importorskip("ipywidgets")
    from nnbook.practice.questions import as_buttons

    quiz = practice.quiz("backprop.warmup")
    widget = as_buttons(quiz)
    assert "nnbook-quiz" in widget._dom_classes
    buttons, said = buttons_of(widget), buttons_of(widget, "nnbook-answer")
    assert len(buttons) == sum(len(question.options) for question in quiz.questions)
    assert len(said) == 3
    buttons[0].click()
    assert "(a) No." in said[0].value
    assert "Right." not in said[1].value
    assert buttons[0].icon == "times"
    buttons[1].click()
    assert "(b) Right." in said[0].value
    assert (buttons[0].icon, buttons[1].icon) == ("", "check")
    assert "nnbook-chosen" in buttons[1]._dom_classes
    assert "nnbook-chosen" not in buttons[0]._dom_classes
    assert store.read()["backprop.warmup"] == {"answered": {"1": "b"}}
    assert 'aria-live="polite"' in said[0].value


def test_buttons_note_a_prediction_and_answer_after_the_run(home):
    pytest.importorskip("ipywidgets")
    from nnbook.practice.questions import as_buttons

    prediction = practice.predict("backprop.nudge")
    widget = as_buttons(prediction)
    buttons, (said,), (reveal,) = (
        buttons_of(widget),
        buttons_of(widget, "nnbook-answer"),
        buttons_of(widget, "nnbook-reveal"),
    )
    assert reveal.layout.display == "none"
    buttons[2].click()
    assert said.value.count("<") == 2, "the note and nothing else"
    assert "Noted: (c)." in said.value
    assert store.read()["backprop.nudge"] == {"answered": {"1": "c"}}
    assert prediction.questions[0].options[2].reply[:20] not in said.value
    assert reveal.layout.display == ""
    reveal.click()
    assert prediction.questions[0].options[2].reply[:20] in said.value


def test_no_widget_library_no_widget(monkeypatch):
    from nnbook.practice import questions

    monkeypatch.setattr(questions, "_kernel_runs", lambda: True)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert set(practice.quiz("neuron.warmup")._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_importing_practice_loads_nothing_heavy():
    code = (
        "import sys, numpy, nnbook\nbefore = set(sys.modules)\nfrom nnbook import practice\n"
        "practice.exercise('neuron.fold_bias').check(lambda w, t: numpy.append(w, -t))\n"
        "heavy = {'ipywidgets', 'IPython', 'traitlets', 'matplotlib', 'nbformat'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "new = {name for name in set(sys.modules) - before if name.startswith('nnbook')}\n"
        "assert 'nnbook.practice.nb10_training' not in new, new"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "NNBOOK_HOME": os.devnull})


# progress


def test_progress_counts_what_is_done(home):
    assert practice.progress().notebooks["01_neuron"].done == 0
    FOLD.check(lambda w, t: np.append(w, t))
    assert store.read()["neuron.fold_bias"] == {"state": "tried"}
    FOLD.check(right)
    FOLD.check(lambda w, t: np.append(w, t))
    practice.predict("neuron.predict_bias").answer("a")
    stand = practice.progress().notebooks["01_neuron"]
    assert (stand.done, stand.answered) == (1, 1)
    assert re.search(r"^01_neuron +1 of", repr(practice.progress()), re.MULTILINE)
    assert "<td>1 of" in practice.progress()._repr_html_()
    assert sorted(path.name for path in home.iterdir()) == ["progress.json"]
    practice.progress().clear()
    assert practice.progress().notebooks["01_neuron"].done == 0
    assert list(home.iterdir()) == []


def test_what_was_not_started_leaves_no_trace(home):
    FOLD.check(...)
    assert not home.exists()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b'{"format": 1}',
        b'{"format": 99, "done": {}}',
        b'{"format": 1, "done": []}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_put_aside_and_begun_anew(home, damage):
    home.mkdir()
    (home / "progress.json").write_bytes(damage)
    assert practice.progress().notebooks["01_neuron"].done == 0
    assert (home / "progress.damaged.json").read_bytes() == damage
    assert FOLD.check(right).kind == "right"
    assert practice.progress().notebooks["01_neuron"].done == 1


def test_strange_entries_are_passed_over(home):
    home.mkdir()
    done = {
        "neuron.fires": 3,
        "neuron.fold_bias": {"state": ["right"]},
        "neuron.warmup": {"answered": [1]},
        "gone.away": {"state": "right"},
    }
    (home / "progress.json").write_text(json.dumps({"format": 1, "done": done}))
    stand = practice.progress().notebooks["01_neuron"]
    assert (stand.done, stand.answered) == (0, 0)
    practice.quiz("neuron.warmup").answer("a")
    assert practice.progress().notebooks["01_neuron"].answered == 1
    assert store.read()["gone.away"] == {"state": "right"}


def test_a_write_that_fails_costs_nothing(home, monkeypatch):
    FOLD.check(right)
    before = (home / "progress.json").read_bytes()

    def fails(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fails)
    assert practice.exercise("neuron.boundary").check(lambda w, b: (-w[0] / w[1], -b / w[1])).kind == "right"
    assert (home / "progress.json").read_bytes() == before
    assert [path.name for path in home.iterdir()] == ["progress.json"]


def test_where_nothing_can_be_written_practice_goes_on(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path / "file" / "below"))
    assert FOLD.check(right).kind == "right"
    assert practice.progress().notebooks["01_neuron"].done == 0


@pytest.mark.parametrize("sign", ["PYTEST_CURRENT_TEST", "CI"])
def test_tests_and_servers_keep_nothing(monkeypatch, sign):
    for name in ("NNBOOK_HOME", "CI", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name, raising=False)
    assert store.place().name == "progress.json"
    assert "nnbook" in str(store.place())
    monkeypatch.setenv(sign, "1")
    assert store.place() is None
    assert FOLD.check(right).kind == "right"
    assert practice.progress().notebooks["01_neuron"].done == 0
    assert practice.progress().file is None


def test_nothing_finite_is_near_to_infinity():
    """A wrong version that overflows must not pass for every answer that does not."""
    finite, infinite = np.array([1000.0, 2.0]), np.array([np.inf, 2.0])
    assert comparing.compare(finite, infinite, 1e-4)
    assert comparing.compare(infinite, finite, 1e-4)
    assert comparing.compare(infinite, infinite, 1e-4) is None
    assert comparing.compare(-infinite, infinite, 1e-4)
