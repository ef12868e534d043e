"""Judge an answer by what it does: compare it with the solution, then with every known mistake, alone and in pairs.

Every case of an exercise is run. If all outcomes are the solution's, the answer is right. Else each wrong version of the
solution is run on the same cases: one that does exactly what the answer does on *all* of them, and not what the
solution does on at least one, is the learner's mistake. If none is, two are set together. If that explains nothing, the
reply shows the smallest input on which the answer differs, and looks for what the numbers have in common.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np

from nnbook.practice import store
from nnbook.practice.replies import Block, Code, Reply, Table
from nnbook.practice.running import Outcome, Run, run, worded

if TYPE_CHECKING:
    from nnbook.practice.catalog import Exercise, Mistake

__all__ = ["check", "close", "show"]


# showing values ------------------------------------------------------------------------------------------------------


def show(value: Any, digits: int = 4) -> str:
    """A value, short enough for a sentence.

    Examples
    --------
    >>> show(np.array([-0.7414, 0.2171])), show(np.zeros((12, 10))), show((1, 2.5))
    ('(−0.7414, 0.2171)', 'an array of shape (12, 10)', '(1, 2.5)')
    """
    try:
        return _show(value, digits)
    except BaseException:  # a learner's own __repr__ may do anything
        return f"a {type(value).__name__}"


def _show(value: Any, digits: int) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return _cut(str(int(value)).replace("-", "−"))
    if isinstance(value, (float, np.floating)):
        return _number(float(value), digits)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        if value.ndim == 0:
            return _show(value[()], digits)
        if value.ndim == 1:
            entries = [_show(entry, digits) for entry in value[:8]]
            return f"({', '.join(entries)}{', …' if len(value) > 8 else ''}{',' if len(value) == 1 else ''})"
        if value.ndim == 2 and value.size <= 12:
            return f"[{', '.join(_show(row, digits) for row in value)}]"
        return f"an array of shape {value.shape}"
    if isinstance(value, np.random.Generator):
        return "a random generator"
    if isinstance(value, (tuple, list)):
        entries = [_show(entry, digits) for entry in value[:12]]
        body = ", ".join(entries) + (", …" if len(value) > 12 else "")
        return f"[{body}]" if isinstance(value, list) else f"({body}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_show(entry, digits)}" for key, entry in list(value.items())[:6])
    return _cut(repr(value))


def _cut(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "…"


def _number(value: float, digits: int) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value + 0.0:.{digits}g}".replace("-", "−")


def _show_both(yours: Any, right: Any) -> tuple[str, str]:
    """Both with as many digits as it takes to tell them apart."""
    for digits in (4, 6, 8, 10, 12):
        texts = show(yours, digits), show(right, digits)
        if texts[0] != texts[1]:
            break
    return texts


# comparing -----------------------------------------------------------------------------------------------------------


@dataclass
class _Difference:
    """How one part of an output differs from the solution's.

    The kinds, in the order in which they are looked for: ``none``, ``unfinished``, ``type``, ``shape``, ``dtype``,
    ``nan``, ``values``.
    """

    kind: str
    part: str = ""
    yours: Any = None
    right: Any = None
    said: str = ""
    others: list[str] = field(default_factory=list)


def close(yours: Any, right: Any, tolerance: float) -> bool:
    """Whether an output counts as the expected one.

    Examples
    --------
    >>> close(np.float32(0.1), 0.1, 1e-4), close([1, 2], np.array([1, 2]), 1e-4)
    (True, False)
    """
    return _compare(yours, right, tolerance) is None


def _compare(yours: Any, right: Any, tolerance: float, names: Sequence[str] = ()) -> _Difference | None:
    if isinstance(yours, EllipsisType):
        return _Difference("unfinished", yours=yours, right=right)
    if isinstance(right, dict):
        if not isinstance(yours, dict):
            return _Difference("type", yours=yours, right=right)
        keys = list(right)
        return _parts([yours.get(key) for key in keys], [right[key] for key in keys], tolerance, keys)
    if isinstance(right, (tuple, list)):
        if yours is None:
            return _Difference("none", yours=yours, right=right)
        if isinstance(yours, np.ndarray) and yours.ndim >= 1 and len(yours) == len(right):
            yours = list(yours)
        if not isinstance(yours, (tuple, list)) or len(yours) != len(right):
            return _Difference("type", yours=yours, right=right, said=_counted(yours, right, names))
        return _parts(
            list(yours), list(right), tolerance, names or [f"part {i + 1}" for i in range(len(right))]
        )
    return _leaf(yours, right, tolerance)


def _counted(yours: Any, right: Sequence[Any], names: Sequence[str]) -> str:
    asked = f"{len(right)} things" + (f", `{', '.join(names)}`" if names else "")
    if isinstance(yours, (tuple, list)):
        return f"You returned {len(yours)} thing{'s' * (len(yours) != 1)}; asked were {asked}."
    return f"You returned {_kind_of(yours)}; asked were {asked}."


def _parts(yours: list[Any], right: list[Any], tolerance: float, names: Sequence[str]) -> _Difference | None:
    found = [_compare(mine, theirs, tolerance) for mine, theirs in zip(yours, right, strict=True)]
    wrong = [(name, difference) for name, difference in zip(names, found, strict=True) if difference]
    if not wrong:
        return None
    order = ("unfinished", "none", "type", "shape", "dtype", "nan", "values")
    name, first = min(wrong, key=lambda item: order.index(item[1].kind))
    first.part = f"{name}, {first.part}" if first.part else name
    first.others = [each for each, difference in zip(names, found, strict=True) if difference is None]
    return first


def _leaf(yours: Any, right: Any, tolerance: float) -> _Difference | None:
    if yours is None:
        return _Difference("none", yours=yours, right=right)
    expected = np.asarray(right)
    is_list = isinstance(yours, (list, tuple)) and expected.ndim > 0
    if not is_list and not isinstance(yours, (np.ndarray, np.generic, int, float)):
        return _Difference("type", yours=yours, right=right)
    try:
        given = np.asarray(yours)
    except Exception:  # rows of unequal lengths, an __array__ that raises
        return _Difference("type", yours=yours, right=right)
    if given.dtype.kind not in "biuf":
        return _Difference("dtype" if given.dtype.kind == "c" else "type", yours=yours, right=right)
    if given.shape != expected.shape:
        return _Difference("shape", yours=given, right=expected)
    mine, theirs = given.astype(np.float64), expected.astype(np.float64)
    wrong = _wrong(mine, theirs, tolerance)
    if not wrong.any():
        if is_list:
            return _Difference("type", yours=yours, right=right, said="The numbers are right.")
        return None
    if given.dtype.kind in "iu" and np.array_equal(mine, np.trunc(theirs)):
        return _Difference("dtype", yours=given, right=expected)
    if np.isnan(mine[wrong]).any() and not np.isnan(theirs).any():
        return _Difference("nan", yours=given, right=expected)
    return _Difference("values", yours=given, right=expected)


def _wrong(mine: np.ndarray, theirs: np.ndarray, tolerance: float) -> np.ndarray:
    finite = np.abs(theirs[np.isfinite(theirs)])
    scale = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    allowed = tolerance * np.abs(theirs) + 0.01 * tolerance * scale
    with np.errstate(invalid="ignore"):
        same = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs)) | (np.abs(mine - theirs) <= allowed)
    return ~same


# running -------------------------------------------------------------------------------------------------------------


@dataclass
class _Read:
    """What became of one case: the output, what is compared, and what a judge objects to."""

    output: Any = None
    viewed: Any = None
    finding: Any = None
    unreadable: bool = False


def _reader(exercise: Exercise, answer: Callable[..., Any], case: tuple[Any, ...]) -> Callable[[], _Read]:
    def call() -> _Read:
        output = exercise.use(answer, *case) if exercise.use else answer(*case)
        read = _Read(output, output)
        if _has_ellipsis(output) or output is None:
            return read
        try:
            if exercise.judge:
                read.finding = exercise.judge(output, *case)
            elif exercise.view:
                read.viewed = exercise.view(output, *case)
        except Exception:
            read.unreadable = True
        return read

    return call


def _has_ellipsis(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(isinstance(entry, EllipsisType) for entry in value)
    return isinstance(value, EllipsisType)


@functools.cache
def _expected(id: str, switches: tuple[str, ...]) -> list[_Read | Exception]:
    """What the solution, or a wrong version of it, does on every case."""
    from nnbook.practice.catalog import find

    exercise: Any = find("practice", id, ("exercise",))
    function = exercise.reference
    if switches:
        function = functools.partial(exercise.faulty, **dict.fromkeys(switches, True))
    results: list[_Read | Exception] = []
    for case in exercise.cases():
        try:
            with np.errstate(all="ignore"):
                results.append(_reader(exercise, function, case)())
        except Exception as error:
            results.append(error)
    return results


# the judgement -------------------------------------------------------------------------------------------------------


def check(exercise: Exercise, answer: Any) -> Reply:
    """Judge one answer; see `Exercise.check`."""
    try:
        reply = _check(exercise, answer)
    except Exception as error:
        # Never a traceback of practice's own: the learner can do nothing about it.
        reply = Reply(
            "different",
            "Practice could not make sense of this answer.",
            [
                "That is practice's fault and not yours; please report it with your function.",
                Code(worded(error)),
            ],
        )
    store.record_exercise(exercise.id, reply.kind)
    return reply


def _check(exercise: Exercise, answer: Any) -> Reply:
    early = (
        _not_a_function(exercise, answer)
        or _not_begun(exercise, answer)
        or _wrong_arguments(exercise, answer)
    )
    if early:
        return early
    cases, pristine = exercise.cases(), exercise.cases()
    answered = run([_reader(exercise, answer, case) for case in cases], _code(answer), exercise.seconds)
    work = _Work(exercise, answer, list(cases), list(pristine), answered)
    reply = work.judge()
    return Reply(reply.kind, reply.title, [*reply.blocks, *work.remarks(reply)], reply.mistakes)


def _code(answer: Any) -> CodeType | None:
    answer = inspect.unwrap(answer) if callable(answer) else answer
    answer = getattr(answer, "func", answer)  # a partial
    answer = getattr(answer, "__func__", answer)  # a method
    code = getattr(answer, "__code__", None)
    if code is None and not inspect.isclass(answer):
        code = getattr(getattr(type(answer), "__call__", None), "__code__", None)  # noqa: B004
    return code if isinstance(code, CodeType) else None


def _not_a_function(exercise: Exercise, answer: Any) -> Reply | None:
    name = exercise.function
    fix = (
        "Hand over the function itself, without calling it: "
        f'`practice.exercise("{exercise.id}").check({name})`.'
    )
    if isinstance(answer, EllipsisType):
        return _not_started(exercise)
    if inspect.isclass(answer) and not inspect.isclass(exercise.reference):
        return Reply(
            "different",
            "That is a class; asked was a function.",
            [f"Write `def {name}(…):` and `return` the result. (`{answer.__name__}` is defined by `class`.)"],
        )
    if not callable(answer):
        return Reply(
            "different",
            f"That is {_kind_of(answer)}; asked was a function.",
            [fix + (" Perhaps you wrote parentheses after its name." if answer is not None else "")],
        )
    function = inspect.unwrap(answer)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return Reply(
            "different",
            "Your function is a generator.",
            ["A function with `yield` in it gives its results bit by bit when asked. Use `return` here."],
        )
    if inspect.iscoroutinefunction(function):
        return Reply(
            "different",
            "Your function is defined with `async`.",
            [f"Such a function returns something to be awaited. Plain `def {name}(…):` is enough."],
        )
    return None


def _not_started(exercise: Exercise, more: str = "") -> Reply:
    text = f"Write `{exercise.function}` in the cell above, run that cell, then this one again."
    return Reply("not started", "Not started yet.", [f"{more or text} A nudge: `.hint()`."])


def _not_begun(exercise: Exercise, answer: Any) -> Reply | None:
    """The starter as it was given, or a function that does nothing."""
    code = _code(answer)
    if code is None:
        return None
    starter = _starter_code(exercise.id)
    if starter is not None and _same_code(code, starter):
        return _not_started(exercise)
    if _does_nothing(code) and not isinstance(answer, functools.partial):
        return _not_started(exercise)
    return None


def _same_code(a: CodeType, b: CodeType) -> bool:
    return (a.co_code, a.co_consts, a.co_names, a.co_varnames) == (
        b.co_code,
        b.co_consts,
        b.co_names,
        b.co_varnames,
    )


def _does_nothing(code: CodeType) -> bool:
    import dis

    idle = {
        "RESUME",
        "NOP",
        "CACHE",
        "LOAD_CONST",
        "RETURN_CONST",
        "RETURN_VALUE",
        "POP_TOP",
        "COPY_FREE_VARS",
    }
    steps = list(dis.get_instructions(code))
    return all(step.opname in idle for step in steps) and all(
        step.argval is None or isinstance(step.argval, (str, EllipsisType))
        for step in steps
        if step.opname in ("LOAD_CONST", "RETURN_CONST")
    )


@functools.cache
def _starter_code(id: str) -> CodeType | None:
    from nnbook.practice.catalog import find

    exercise: Any = find("practice", id, ("exercise",))
    module = compile(ast.parse(exercise.starter), "starter", "exec")
    for constant in module.co_consts:
        if isinstance(constant, CodeType) and constant.co_name == exercise.function:
            return constant
    return None


def _positional(function: Callable[..., Any]) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [name for name, each in inspect.signature(function).parameters.items() if each.kind in kinds]


def _wrong_arguments(exercise: Exercise, answer: Any) -> Reply | None:
    asked = _positional(exercise.reference)
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some callables written in C have none
        return None
    try:
        signature.bind(*asked)
    except TypeError:
        takes = [str(each) for each in signature.parameters.values()]
        count = len(takes)
        given = f"{count} argument{'s' * (count != 1)}" if count else "no arguments"
        named = f"`{', '.join(asked)}`" if asked else "none"
        return Reply(
            "different",
            "It takes other arguments than asked.",
            [
                f"Yours takes {given}; it is called with {len(asked) or 'none'}"
                + (f", in this order: {named}." if asked else "."),
                "The first line should be:",
                Code(f"def {exercise.function}({', '.join(asked)}):"),
            ],
        )
    return None


def _kind_of(value: Any) -> str:
    """What a value is, in words: "a list", "an array of shape (3,)"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if inspect.isgenerator(value):
        return "a generator"
    if inspect.iscoroutine(value):
        value.close()
        return "a coroutine"
    name = {
        "int": "a whole number",
        "float": "a number",
        "bool": "True or False",
        "str": "a text",
        "tuple": "a tuple",
        "list": "a list",
        "dict": "a dictionary",
        "function": "a function",
    }.get(type(value).__name__)
    return name or f"a {type(value).__name__}"


class _Work:
    """One answer, what it did, and what follows from it."""

    def __init__(
        self,
        exercise: Exercise,
        answer: Callable[..., Any],
        cases: list[tuple[Any, ...]],
        pristine: list[tuple[Any, ...]],
        answered: Run,
    ) -> None:
        self.exercise, self.answer = exercise, answer
        self.cases, self.pristine, self.answered = cases, pristine, answered
        call = exercise.use or exercise.reference
        self.names = _positional(call)[1:] if exercise.use else _positional(call)
        self.outcomes: list[Outcome] = answered.outcomes
        self.shown = 0  # the case that the reply is about

    # -- the order of questions

    def judge(self) -> Reply:
        if self.answered.ended != "in time":
            return self._too_slow()
        if unfinished := self._unfinished():
            return unfinished
        if self.exercise.judge:
            return self._opinion()
        right = _expected(self.exercise.id, ())
        differences = [self._difference(i, expected) for i, expected in enumerate(right)]
        if not any(differences):
            return self._damage() or self._right()
        found = self._known(right)
        if found is None:
            found = self._arguments_swapped(right) or self._different(differences)
        return found

    def _read(self, i: int) -> _Read | None:
        outcome = self.outcomes[i]
        return outcome.value if outcome.error is None else None

    def _difference(self, i: int, expected: Any) -> _Difference | None:
        read = self._read(i)
        if read is None:
            return _Difference("raised")
        if read.unreadable:
            return _Difference("unreadable", yours=read.output)
        if read.output is None:
            return _Difference("none", yours=None, right=expected.viewed)
        return _compare(read.viewed, expected.viewed, self.exercise.tolerance, self._part_names())

    def _part_names(self) -> Sequence[str]:
        return () if self.exercise.view else self.exercise.returns

    # -- not finished, not in time

    def _unfinished(self) -> Reply | None:
        errors = [outcome.error for outcome in self.outcomes]
        if any(isinstance(error, NotImplementedError) for error in errors):
            return _not_started(self.exercise)
        for i, outcome in enumerate(self.outcomes):
            read = self._read(i)
            left = read is not None and (_has_ellipsis(read.output) or _has_ellipsis(read.viewed))
            if left or (isinstance(outcome.error, TypeError) and "ellipsis" in str(outcome.error).lower()):
                where = f" (line {outcome.spot.line})" if outcome.spot else ""
                return _not_started(
                    self.exercise, f"A `...` is still in your function{where}: put your code in its place."
                )
        return None

    def _too_slow(self) -> Reply:
        limit, self.shown = f"{self.exercise.seconds:g} seconds", max(len(self.outcomes) - 1, 0)
        last = self.outcomes[-1] if self.outcomes else Outcome()
        blocks: list[Block] = []
        if last.spot:
            blocks += ["When it was stopped, it was here:", self._line(last)]
        title = f"It did not finish within {limit}."
        advice = (
            "A loop that never ends? Look at what should make its condition false, and whether that "
            "changes inside the loop."
        )
        if self.answered.ended == "interrupted":
            title, advice = "You stopped it.", ""
        elif self.answered.ended == "late":
            title = f"It took longer than {limit}."
            advice = (
                "It could not be stopped from outside, because it was waiting or calculating in one long "
                "call (such as "
                "`time.sleep`, or a product of very large arrays). All inputs here are small."
            )
        elif self.answered.ended == "abandoned":
            advice = (
                "It could not be stopped, and is still running. Restart the kernel when you can (menu "
                "*Kernel*, *Restart*). " + advice
            )
        if advice:
            blocks.insert(0, advice)
        return Reply("different", title, blocks)

    # -- right

    def _right(self) -> Reply:
        tried = len(self.cases)
        start = f"All {tried} inputs that were tried give what they should. " if tried > 1 else ""
        return Reply("right", "Right.", [f"{start}What next: {self.exercise.next}"])

    def _changed(self) -> list[str]:
        changed = []
        for case, before in zip(self.cases, self.pristine, strict=True):
            for name, mine, original in zip(self.names, case, before, strict=True):
                if not _unchanged(mine, original) and name not in changed:
                    changed.append(name)
        return changed

    def _damage(self) -> Reply | None:
        changed = self._changed()
        if not changed:
            return None
        names = " and ".join(f"`{name}`" for name in changed)
        return Reply(
            "different",
            "The numbers are right, but your function changes what it was given.",
            [
                f"After the call {names} {'is' if len(changed) == 1 else 'are'} not what "
                f"{'it was' if len(changed) == 1 else 'they were'}. "
                "Whoever called your function still needs the old values.",
                "`x += 1`, `x *= 2` and `x[0] = …` write into the array itself. Make a new one: `x = x + "
                "1`, or begin with `x = x.copy()`. "
                f"Here x is {names}.",
            ],
        )

    # -- known mistakes

    def _known(self, right: list[Any]) -> Reply | None:
        exercise = self.exercise
        if exercise.faulty is None:
            return None
        for mistake in exercise.wrong:
            evidence = self._matches((mistake.name,), right)
            if evidence is not None:
                return self._mistaken(mistake, evidence, right)
        for pair in itertools.combinations(exercise.wrong, 2):
            evidence = self._matches(tuple(mistake.name for mistake in pair), right)
            if evidence is not None:
                return self._twice_mistaken(pair, evidence, right)
        return None

    def _matches(self, switches: tuple[str, ...], right: list[Any]) -> int | None:
        """The first case that tells this mistake from the solution, if the answer makes it in all of them."""
        evidence = None
        tolerance = self.exercise.tolerance
        for i, (wrong, solved) in enumerate(zip(_expected(self.exercise.id, switches), right, strict=True)):
            read = self._read(i)
            if isinstance(wrong, Exception) or wrong.unreadable:
                if read is not None and not read.unreadable:
                    return None
                continue
            if read is None or read.unreadable or not _alike(read.viewed, wrong.viewed, tolerance):
                return None
            if evidence is None and not _alike(wrong.viewed, solved.viewed, tolerance):
                evidence = i
        return evidence

    def _mistaken(self, mistake: Mistake, evidence: int, right: list[Any]) -> Reply:
        self.shown = evidence
        seen = self._filled(mistake.seen, evidence, right)
        return Reply("known mistake", mistake.title, [f"{seen} {mistake.why}"], (mistake.name,))

    def _twice_mistaken(self, pair: tuple[Mistake, Mistake], evidence: int, right: list[Any]) -> Reply:
        self.shown = evidence
        blocks: list[Block] = [self._filled("", evidence, right)]
        blocks += [f"**{mistake.title}** {mistake.why}" for mistake in pair]
        return Reply(
            "known mistake",
            "Two things at once.",
            blocks,
            tuple(mistake.name for mistake in pair),
        )

    def _filled(self, template: str, i: int, right: list[Any]) -> str:
        read = self._read(i)
        assert read is not None
        values = self._values(read, right[i], self.pristine[i])
        if self.exercise.numbers:
            more = self.exercise.numbers(self.cases[i], read.output)
            values.update(
                {name: value if isinstance(value, str) else show(value) for name, value in more.items()}
            )
        return (template or "You gave {yours}, asked was {right}.").format_map(values)

    def _values(self, read: _Read, expected: Any, case: tuple[Any, ...]) -> dict[str, str]:
        mine, theirs = read.viewed, expected.viewed
        values = {name: show(value) for name, value in zip(self.names, case, strict=True)}
        names: Iterable[str] = self.exercise.returns
        if isinstance(theirs, Mapping):
            names, mine, theirs = theirs.keys(), list(mine.values()), list(theirs.values())
        if isinstance(theirs, (tuple, list)) and isinstance(mine, (tuple, list, np.ndarray)):
            for name, a, b in zip(names, mine, theirs, strict=False):
                key = name.replace(" ", "_")
                values[f"your_{key}"], values[f"right_{key}"] = _show_both(a, b)
                values[f"your_{key}_shape"], values[f"right_{key}_shape"] = str(np.shape(a)), str(np.shape(b))
            if isinstance(expected.viewed, Mapping):
                mine, theirs = mine[0], theirs[0]
        values["yours"], values["right"] = _show_both(mine, theirs)
        values["your_shape"], values["right_shape"] = _shape(mine), _shape(theirs)
        return values

    # -- open tasks

    def _opinion(self) -> Reply:
        exercise = self.exercise
        for i, outcome in enumerate(self.outcomes):
            self.shown = i
            if outcome.error is not None:
                return self._raised(i)
            read = outcome.value
            if read.output is None:
                return self._nothing_returned()
            if read.unreadable:
                return self._unreadable(i)
            if read.finding is not None:
                finding = read.finding
                if i:
                    text = f"On the first {i} of {len(self.cases)} tries all is well; on the next it is not. "
                    finding = dataclasses.replace(
                        finding, text=text.replace("first 1 of", "first of") + finding.text
                    )
                for mistake in exercise.wrong:
                    if mistake.name == finding.mistake:
                        return Reply(
                            "known mistake", mistake.title, [f"{finding.text} {mistake.why}"], (mistake.name,)
                        )
                return Reply("different", "Not there yet.", [finding.text])
        return self._damage() or self._right()

    # -- different

    def _arguments_swapped(self, right: list[Any]) -> Reply | None:
        asked = _positional(self.exercise.reference)
        try:
            names = _positional(self.answer)
        except (TypeError, ValueError):
            return None
        if names == asked or sorted(names) != sorted(asked) or self.exercise.use:
            return None
        calls = []
        for case in self.exercise.cases():
            by_name = dict(zip(asked, case, strict=True))
            ordered = tuple(by_name[name] for name in names)
            calls.append(_reader(self.exercise, self.answer, ordered))
        again = run(calls, _code(self.answer), self.exercise.seconds)
        if again.ended != "in time" or any(outcome.error for outcome in again.outcomes):
            return None
        for outcome, expected in zip(again.outcomes, right, strict=True):
            if outcome.value.unreadable or not _alike(
                outcome.value.viewed, expected.viewed, self.exercise.tolerance
            ):
                return None
        return Reply(
            "different",
            "Your calculation is right; the arguments come in another order.",
            [
                "Python hands arguments over by their place and not by their name. The first line should be:",
                Code(f"def {self.exercise.function}({', '.join(asked)}):"),
            ],
        )

    def _different(self, differences: list[_Difference | None]) -> Reply:
        i = next(i for i, difference in enumerate(differences) if difference)
        self.shown, first = i, differences[i]
        assert first is not None
        wrong = sum(difference is not None for difference in differences)
        if first.kind == "raised":
            return self._raised(i, wrong)
        if first.kind == "unreadable":
            return self._unreadable(i)
        if first.kind == "none" and not first.part:
            return self._nothing_returned()
        title, blocks = self._described(first, differences)
        return Reply("different", title, [*self._how_often(wrong), *blocks, *self._input(i)])

    def _how_often(self, wrong: int) -> list[Block]:
        good, tried = len(self.cases) - wrong, len(self.cases)
        if not good:
            return []
        return [
            f"It is right on {good} of the {tried} inputs that were tried. The smallest on which it is not "
            "is below."
        ]

    def _input(self, i: int) -> list[Block]:
        pairs = list(zip(self.names, self.pristine[i], strict=True))
        if not pairs:
            return []
        return ["The input:", Code("\n".join(f"{name} = {_as_code(value)}" for name, value in pairs))]

    def _described(
        self, first: _Difference, differences: list[_Difference | None]
    ) -> tuple[str, list[Block]]:
        part = f"`{first.part}`" if first.part else "the result"
        blocks: list[Block] = []
        if first.others:
            good = ", ".join(f"`{name}`" for name in first.others)
            blocks.append(
                f"{good} {'is' if len(first.others) == 1 else 'are'} right on this input; {part} is not."
            )
        whose = f"of {part}" if first.part else "of your result"
        if first.kind == "none":
            return f"{_capital(part)} is None.", [*blocks, "Was it ever given a value?"]
        if first.kind == "type":
            return self._other_type(first, part, blocks)
        if first.kind == "shape":
            mine, theirs = first.yours.shape, first.right.shape
            blocks.append(f"The shape {whose} is {_shape_text(mine)}; asked was {_shape_text(theirs)}.")
            blocks.append(_about_shapes(first.yours, first.right, self.exercise.tolerance))
            return "The shape is another one.", [block for block in blocks if block]
        if first.kind == "dtype":
            if first.yours is not None and np.asarray(first.yours).dtype.kind == "c":
                return "Complex numbers came back.", [*blocks, "The root of a negative number, perhaps?"]
            text = f"You gave {show(first.yours)}, asked was {show(first.right)}: the fractions are cut off."
            advice = (
                "The result was kept in an array of whole numbers. Begin with `np.zeros(…)`, which holds "
                "fractions, or divide with `/`."
            )
            return "Whole numbers came back where fractions belong.", [*blocks, f"{text} {advice}"]
        if first.kind == "nan":
            bad = np.isnan(np.asarray(first.yours, dtype=float))
            where = (
                f"{bad.sum()} of {bad.size} numbers {whose} {'is' if bad.sum() == 1 else 'are'} NaN, not a "
                "number."
            )
            return "NaN came back.", [
                *blocks,
                f"{where} That is what 0 / 0 gives, the logarithm of a negative number, or ∞ − ∞.",
                *_table(first),
            ]
        common = _in_common(first, differences, self)
        return ("Other numbers came back.", [*blocks, *([common] if common else []), *_table(first)])

    def _other_type(self, first: _Difference, part: str, blocks: list[Block]) -> tuple[str, list[Block]]:
        yours = first.yours
        if inspect.isgenerator(yours):
            return "A generator came back.", [
                *blocks,
                "Round brackets around `… for …` make a generator. Take `np.array([… for …])`.",
            ]
        if first.said == "The numbers are right.":
            kind = _kind_of(yours)
            fix = "Wrap it: `np.array(…)`. A list cannot be added, multiplied or compared as a whole."
            return f"The numbers are right, as {kind} instead of an array.", [*blocks, fix]
        if callable(yours):
            return "A function came back, and not its result.", [*blocks, "Are its parentheses missing?"]
        asked = f" Asked was {self.exercise.expects}." if self.exercise.expects else ""
        said = first.said or f"{_capital(part)} is {_kind_of(yours)}; asked was {_kind_of(first.right)}."
        return "Something else came back than asked.", [*blocks, said + ("" if first.said else asked)]

    def _nothing_returned(self) -> Reply:
        return Reply(
            "different",
            "Your function returned None.",
            [
                "It ran to its end without a `return`, or with a `return` that has nothing behind it. What "
                "`print` shows is not returned. "
                "End with `return` and the result."
            ],
        )

    def _unreadable(self, i: int) -> Reply:
        read = self._read(i)
        output = None if read is None else read.output
        expects = self.exercise.expects or "the result described in the prompt"
        shapes = ""
        if isinstance(output, (tuple, list)) and 0 < len(output) <= 6:
            shapes = f" Yours, one by one: {'; '.join(_with_shape(part) for part in output)}."
        return Reply(
            "different",
            "Your answer cannot be read.",
            [f"Asked was {expects}. You returned {_kind_of(output)}.{shapes}", *self._input(i)],
        )

    def _raised(self, i: int, wrong: int | None = None) -> Reply:
        outcome = self.outcomes[i]
        error = outcome.error
        assert error is not None
        blocks: list[Block] = [] if wrong is None else self._how_often(wrong)
        if outcome.spot:
            blocks.append(self._line(outcome))
        else:
            blocks.append(Code(worded(error)))
        advice = _advice(error)
        if advice:
            blocks.append(advice)
        return Reply("different", "It stopped with an error.", [*blocks, *self._input(i)])

    def _line(self, outcome: Outcome) -> Code:
        spot = outcome.spot
        assert spot is not None
        message = ""
        if outcome.error is not None and self.answered.ended == "in time":
            message = "\n" + worded(outcome.error)
        return Code(f"line {spot.line}:  {spot.source}{message}")

    # -- what else there is to say

    def remarks(self, reply: Reply) -> list[Block]:
        blocks: list[Block] = []
        if reply.kind in ("different", "known mistake") and self.answered.ended == "in time":
            changed = self._changed()
            if changed and "changes what it was given" not in reply.title:
                names = " and ".join(f"`{name}`" for name in changed)
                blocks.append(
                    f"Besides, your function changes {names} in place; let it leave its inputs as they are."
                )
            if self.answered.warned and reply.kind == "different":
                blocks += ["NumPy warned:", Code(_cut(self.answered.warned[0], 200))]
        if self.shown < len(self.outcomes):
            outcome = self.outcomes[self.shown]
            if outcome.printed.strip():
                printed = outcome.printed.rstrip()
                lines = printed.splitlines()
                cut = outcome.dropped or len(lines) > 12 or any(len(line) > 200 for line in lines)
                printed = "\n".join(line[:200] for line in lines[:12])
                blocks += ["Your function printed" + (" (cut):" if cut else ":"), Code(printed)]
        return blocks


def _alike(a: Any, b: Any, tolerance: float) -> bool:
    """Equal as outputs of two functions: None equals None here."""
    if a is None or b is None:
        return a is None and b is None
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_alike(a[key], b[key], tolerance) for key in b)
    if isinstance(b, (tuple, list)) and isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(_alike(x, y, tolerance) for x, y in zip(a, b, strict=True))
    return _compare(a, b, tolerance) is None


def _unchanged(mine: Any, original: Any) -> bool:
    if isinstance(original, np.ndarray):
        return (
            isinstance(mine, np.ndarray)
            and mine.shape == original.shape
            and mine.dtype == original.dtype
            and mine.tobytes() == original.tobytes()
        )
    if isinstance(original, (list, tuple)):
        return len(mine) == len(original) and all(map(_unchanged, mine, original))
    if isinstance(original, (int, float, str)):
        return bool(mine == original)
    return True


# what differing numbers have in common -------------------------------------------------------------------------------


def _in_common(first: _Difference, differences: Sequence[_Difference | None], work: _Work) -> str:
    """What the wrong numbers have in common over all cases, in a sentence; empty if nothing was found."""
    pairs, leading = [], []
    for i, difference in enumerate(differences):
        if difference is None:
            continue
        if difference.kind != "values" or difference.part != first.part:
            return ""
        pairs.append((difference.yours.astype(float), difference.right.astype(float)))
        arrays = [value for value in work.pristine[i] if isinstance(value, np.ndarray) and value.ndim]
        leading.append(len(arrays[0]) if arrays else 1)
    tolerance = max(work.exercise.tolerance, 1e-6)

    def all_close(transform: Callable[[np.ndarray, int], Any]) -> bool:
        results = []
        for (mine, theirs), n in zip(pairs, leading, strict=True):
            expected = np.asarray(transform(theirs, n))
            results.append(expected.shape == mine.shape and not _wrong(mine, expected, tolerance).any())
        return all(results)

    every_case = all(difference is not None for difference in differences)
    if all_close(lambda right, n: -right):
        return "Every number has the wrong sign, and the right size."
    factors = [_factor(mine, theirs) for mine, theirs in pairs]
    known = [factor for factor in factors if factor is not None]
    if len(known) == len(factors) and known:
        if max(leading) > 1 and len(set(leading)) > 1:
            if all(math.isclose(factor, n, rel_tol=1e-3) for factor, n in zip(known, leading, strict=True)):
                return (
                    "Every number is too large by a factor: the number of examples. A sum where a mean "
                    "belongs?"
                )
            if all(
                math.isclose(factor * n, 1, rel_tol=1e-3) for factor, n in zip(known, leading, strict=True)
            ):
                return (
                    "Every number is too small by a factor: the number of examples. A mean where a sum "
                    "belongs?"
                )
        if (
            all(math.isclose(factor, known[0], rel_tol=1e-3) for factor in known)
            and len(pairs) + pairs[0][0].size > 2
        ):
            if known[0] == 0:
                return "Every number is 0."
            return f"Every number is {_number(known[0], 4)} × the right one."
    if all((mine == 0).all() for mine, _ in pairs):
        return "Every number is 0."
    offsets = np.concatenate([(mine - theirs).ravel() for mine, theirs in pairs])
    if offsets.size > 2 and np.ptp(offsets) <= 1e-6 * max(1.0, float(np.abs(offsets).max())):
        return (
            f"Every number is too {'large' if offsets[0] > 0 else 'small'} by "
            f"{_number(abs(float(offsets[0])), 4)}."
        )
    if all_close(lambda right, n: 1 - right):
        return "Every number is 1 − the right one."
    if any(theirs.ndim == 2 for _, theirs in pairs) and all_close(lambda right, n: right.T):
        return "The numbers are right, and rows and columns are exchanged."
    if any(theirs.size > 1 for _, theirs in pairs) and all_close(lambda right, n: np.flip(right)):
        return "The numbers are right, in the opposite order."
    if all_close(lambda right, n: np.abs(right)):
        return "Every number has the right size; some have the wrong sign."
    for name, place in zip(work.names, range(len(work.names)), strict=True):
        values = [work.pristine[i][place] for i, difference in enumerate(differences) if difference]
        if every_case and all(
            isinstance(value, np.ndarray) and value.shape == mine.shape and np.array_equal(value, mine)
            for value, (mine, _) in zip(values, pairs, strict=True)
        ):
            return f"You returned `{name}` as it came."
    if every_case and len(pairs) > 1 and all(np.array_equal(mine, pairs[0][0]) for mine, _ in pairs):
        return "Your function gives the same result whatever its inputs are."
    return ""


def _factor(mine: np.ndarray, theirs: np.ndarray) -> float | None:
    """The number by which every right one was multiplied, if there is one."""
    large = np.abs(theirs) > 1e-9
    if not large.any() or not np.isfinite(mine).all() or (np.abs(mine[~large]) > 1e-9).any():
        return None
    factors = mine[large] / theirs[large]
    factor = float(np.median(factors))
    return factor if np.allclose(factors, factor, rtol=1e-3, atol=1e-9) else None


def _table(difference: _Difference) -> list[Block]:
    """The entries that differ most."""
    mine, theirs = np.asarray(difference.yours, dtype=float), np.asarray(difference.right, dtype=float)
    if mine.ndim == 0:
        a, b = _show_both(mine[()], theirs[()])
        return [f"You gave {a}, asked was {b}."]
    wrong = _wrong(mine, theirs, 1e-4)
    places = np.argwhere(wrong)[:4]
    exactly = difference.yours.dtype.kind in "biu" and difference.right.dtype.kind in "biu"
    rows = []
    for place in map(tuple, places):
        one, other = (
            (difference.yours[place], difference.right[place]) if exactly else (mine[place], theirs[place])
        )
        a, b = _show_both(one, other)
        off = mine[place] - theirs[place]
        rows.append((f"[{', '.join(map(str, place))}]", a, b, _number(float(off), 3)))
    count = int(wrong.sum())
    blocks: list[Block] = [
        f"{count} of {wrong.size} number{'s' * (wrong.size != 1)} {'differs' if count == 1 else 'differ'}"
        + (", the first of them:" if count > len(rows) else ":"),
        Table(("where", "yours", "asked", "off by"), rows),
    ]
    return blocks


def _about_shapes(mine: np.ndarray, theirs: np.ndarray, tolerance: float) -> str:
    """How a wrong shape may have come about."""

    def same(candidate: np.ndarray) -> bool:
        return (
            candidate.shape == theirs.shape
            and not _wrong(candidate.astype(float), theirs.astype(float), tolerance).any()
        )

    if mine.ndim == theirs.ndim == 2 and same(mine.T):
        return (
            "The numbers are right, and rows and columns are exchanged: transpose, `.T`, or turn the "
            "product round."
        )
    if mine.size == theirs.size and same(mine.reshape(theirs.shape)):
        if theirs.ndim == 0:
            return (
                "The number is right: take it out of its array, `.item()`, or sum instead of keeping the "
                "axis."
            )
        return (
            f"The numbers are right, in another shape: `.reshape{theirs.shape}`, or leave out the step "
            "that made it."
        )
    for axis in range(mine.ndim):
        if same(mine.sum(axis=axis)):
            return f"Summed over axis {axis} your numbers would be right: `.sum(axis={axis})`."
        if mine.size and same(mine.mean(axis=axis)):
            return f"Averaged over axis {axis} your numbers would be right: `.mean(axis={axis})`."
    if mine.ndim == 0:
        return "One number came back: a sum, mean or maximum without an `axis` goes over everything."
    if theirs.ndim == 0:
        return "One number was asked for."
    return ""


def _shape(value: Any) -> str:
    try:
        return str(np.shape(value))
    except Exception:
        return "?"


def _shape_text(shape: tuple[int, ...]) -> str:
    return "() (one number)" if shape == () else str(shape)


def _with_shape(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"shape {value.shape}"
    return _kind_of(value)


def _as_code(value: Any) -> str:
    """A value as one would type it, if it is small."""
    if isinstance(value, np.ndarray):
        if value.size <= 16:
            text = np.array2string(
                value, separator=", ", precision=4, suppress_small=True, max_line_width=10_000
            )
            return f"np.array({' '.join(text.split())})"
        return f"an array of shape {value.shape}"
    if isinstance(value, (bool, int, float, str)):
        return f"{value:.6g}" if isinstance(value, float) else repr(value)
    return show(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _advice(error: BaseException) -> str:
    """What mostly lies behind an error of this kind."""
    text = worded(error)
    if isinstance(error, UnboundLocalError):
        return "The name is given a value further down in the function, but was used before that."
    if isinstance(error, NameError):
        return (
            "No such name is known there. A misspelling? Inside the function only its arguments, what it "
            "defines, and what the notebook defined before exist."
        )
    if isinstance(error, RecursionError):
        return "The function calls itself, and nothing stops it."
    if isinstance(error, SystemExit):
        return "`exit()` and `sys.exit()` end a program; here a `return` is enough."
    if isinstance(error, IndexError):
        return (
            "An index ran past the end, or an array has fewer axes than you thought. Print `.shape` just "
            "before that line."
        )
    if isinstance(error, ZeroDivisionError):
        return "Something was divided by 0."
    if isinstance(error, ValueError):
        if "truth value of an array" in text:
            return (
                "`if`, `and`, `or` and `not` want one True or False, and got a whole array of them. "
                "Compare arrays as a whole: `(z >= 0)`, `np.where(…)`."
            )
        if "broadcast" in text or "matmul" in text or "not aligned" in text or "core dimension" in text:
            return (
                "The shapes do not fit together. Write the shape of each array beside the line: for `a @ "
                "b` the last size of a must be the first of b."
            )
        if "unpack" in text:
            return "A function returned more or fewer things than there are names to take them."
        if "read-only" in text:
            return "It tried to write into its input. Make a new array, or begin with a copy."
    if isinstance(error, TypeError):
        if "NoneType" in text:
            return (
                "Something there is None: a function without `return`, or a method that changes in place "
                "and returns nothing?"
            )
        if "not callable" in text:
            return (
                "Round brackets call a function, square brackets pick an entry; and a missing `*` looks "
                "like a call too."
            )
        if "list indices" in text or "tuple indices" in text:
            return "Lists and tuples take one whole number as index. `np.array(…)` takes several, or arrays."
    if "Cannot cast ufunc" in text:
        return (
            "`/=`, `-=` and the like write into an array of whole numbers, which cannot hold the fractions "
            "(and would change the input). Write `x = x / …`."
        )
    if isinstance(error, KeyboardInterrupt):
        return "It was interrupted."
    return ""
