"""Judge an answer by what it does: compare it with the solution, then with every known mistake, alone and in pairs.

Every case of an exercise is run. If all outcomes are the solution's, the answer is right. Else each wrong version of the
solution is run on the same cases: one that does exactly what the answer does on *all* of them, and not what the
solution does on at least one, is the learner's mistake. If none is, two are set together. If that explains nothing, the
reply shows the smallest input on which the answer differs, and looks for what the numbers have in common.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np

from nnbook.practice import store
from nnbook.practice.advising import likely_cause
from nnbook.practice.comparing import (
    RIGHT_NUMBERS,
    Difference,
    about_shapes,
    alike,
    compare,
    in_common,
    not_finite,
    table,
    unchanged,
    weight_of,
)
from nnbook.practice.replies import Block, Code, Reply, Table
from nnbook.practice.running import Outcome, Run, run, worded
from nnbook.practice.showing import (
    as_code,
    capital,
    cut,
    kind_of,
    listed,
    minus,
    shape,
    shape_text,
    show,
    show_both,
    with_shape,
)

if TYPE_CHECKING:
    from nnbook.practice.catalog import Exercise, Finding, Mistake

__all__ = ["check"]


# running -------------------------------------------------------------------------------------------------------------


@dataclass
class _Read:
    """What became of one case: the output, what is compared, and what a judge objects to."""

    output: Any = None
    viewed: Any = None
    finding: Any = None
    unreadable: bool = False


def _reader(
    exercise: Exercise, answer: Callable[..., Any], case: tuple[Any, ...], pristine: tuple[Any, ...]
) -> Callable[[], _Read]:
    """One call. A judge is shown the case as it was, a view what the call has made of it (a model's weights)."""

    def call() -> _Read:
        output = exercise.use(answer, *case) if exercise.use else answer(*case)
        read = _Read(output, output)
        if _has_ellipsis(output) or output is None:
            return read
        try:
            if exercise.judge:
                read.finding = exercise.judge(output, *pristine)
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
                results.append(_reader(exercise, function, case, case)())
        except Exception as error:
            results.append(error)
    return results


# the judgement -------------------------------------------------------------------------------------------------------


def check(exercise: Exercise, answer: Any) -> Reply:
    """Judge one answer; see `Exercise.check`."""
    try:
        # for the comparisons; the learner's own warnings are heard in their thread
        with np.errstate(all="ignore"):
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
    for look in (_not_a_function, _not_begun, _wrong_arguments):
        if early := look(exercise, answer):
            return early
    cases, pristine = exercise.cases(), exercise.cases()
    calls = [_reader(exercise, answer, case, before) for case, before in zip(cases, pristine, strict=True)]
    answered = run(calls, _code(answer), exercise.seconds)
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
            f"That is {kind_of(answer)}; asked was a function.",
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
    return all(
        getattr(a, part) == getattr(b, part) for part in ("co_code", "co_consts", "co_names", "co_varnames")
    )


def _does_nothing(code: CodeType) -> bool:
    import dis

    idle = {"RESUME", "NOP", "CACHE", "RETURN_VALUE", "POP_TOP", "COPY_FREE_VARS"}
    return all(
        step.argval is None or isinstance(step.argval, EllipsisType)
        if step.opname in ("LOAD_CONST", "RETURN_CONST")
        else step.opname in idle
        for step in dis.get_instructions(code)
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
        count = len(signature.parameters)
        given = f"{count} argument{'s' * (count != 1)}" if count else "no arguments"
        if any(each.kind is each.KEYWORD_ONLY for each in signature.parameters.values()):
            given += ", some of them (behind the `*`) by name only"
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
            found = self._arguments_swapped(right) or self._different(differences, right)
        return found

    def _read(self, i: int) -> _Read | None:
        outcome = self.outcomes[i]
        return outcome.value if outcome.error is None else None

    def _difference(self, i: int, expected: Any) -> Difference | None:
        read = self._read(i)
        if read is None:
            return Difference("raised")
        if read.unreadable:
            return Difference("unreadable", yours=read.output)
        if read.output is None:
            return Difference("none", yours=None, right=expected.viewed)
        return compare(read.viewed, expected.viewed, self.exercise.tolerance, self._part_names())

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
                "It could not be stopped from outside, because it was waiting or calculating in one long call (such "
                "as `time.sleep`, or a product of very large arrays). All inputs here are small."
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
        arguments = zip(
            self.names, zip(*self.cases, strict=True), zip(*self.pristine, strict=True), strict=True
        )
        return [name for name, mine, originals in arguments if not all(map(unchanged, mine, originals))]

    def _damage(self) -> Reply | None:
        changed = self._changed()
        if not changed:
            return None
        name = changed[0]
        if isinstance(self.pristine[0][self.names.index(name)], np.ndarray):
            advice = (
                f"`{name} += …`, `{name} *= …`, `{name}[0] = …` and the like write into the array itself. Make a "
                f"new one: `{name} = {name} + …`, or begin with `{name} = {name}.copy()`."
            )
        else:
            advice = (
                f"`.append`, `.pop`, `.sort`, `{name}[0] = …`, and `+=` on one of its entries change the thing itself. "
                f"Work on a copy: `import copy`, and begin with `{name} = copy.deepcopy({name})`."
            )
        return Reply(
            "different",
            "The numbers are right, but your function changes what it was given.",
            [
                f"After the call {listed(changed)} {'is' if len(changed) == 1 else 'are'} not what "
                f"{'it was' if len(changed) == 1 else 'they were'}. Whoever called your function still needs the old "
                "values.",
                advice,
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
            if read is None or read.unreadable or not alike(read.viewed, wrong.viewed, tolerance):
                return None
            if evidence is None and not alike(wrong.viewed, solved.viewed, tolerance):
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
        return Reply("known mistake", "Two things at once.", blocks, tuple(mistake.name for mistake in pair))

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
                values[f"your_{key}"], values[f"right_{key}"] = show_both(a, b)
                values[f"your_{key}_shape"], values[f"right_{key}_shape"] = str(np.shape(a)), str(np.shape(b))
            if isinstance(expected.viewed, Mapping):
                mine, theirs = mine[0], theirs[0]
        values["yours"], values["right"] = show_both(mine, theirs)
        values["your_shape"], values["right_shape"] = shape(mine), shape(theirs)
        return values

    # -- open tasks

    def _opinion(self) -> Reply:
        for i, outcome in enumerate(self.outcomes):
            self.shown = i
            if outcome.error is not None:
                return self._raised(i)
            read = outcome.value
            if read.output is None:
                return self._nothing_returned(i)
            if read.unreadable:
                return self._unreadable(i)
            if read.finding is not None:
                return self._objection(i, read.finding)
        return self._damage() or self._right()

    def _objection(self, i: int, finding: Finding) -> Reply:
        said = minus(finding.text)
        if i:
            first = "first" if i == 1 else f"first {i}"
            said = f"On the {first} of {len(self.cases)} tries all is well; on the next it is not. {said}"
        for mistake in self.exercise.wrong:
            if mistake.name == finding.mistake:
                return Reply("known mistake", mistake.title, [f"{said} {mistake.why}"], (mistake.name,))
        return Reply("different", "Not there yet.", [said])

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
            calls.append(_reader(self.exercise, self.answer, ordered, case))
        again = run(calls, _code(self.answer), self.exercise.seconds)
        if again.ended != "in time" or any(outcome.error for outcome in again.outcomes):
            return None
        for outcome, expected in zip(again.outcomes, right, strict=True):
            if outcome.value.unreadable or not alike(
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

    def _worked(self, i: int, first: Difference) -> list[Block]:
        """The right answer worked out by hand, at the first place where the learner's differs."""
        if self.exercise.worked is None or first.said == RIGHT_NUMBERS:
            return []
        where: tuple[int, ...] = ()
        if first.kind in ("values", "finite") and np.ndim(first.right):
            wrong = ~np.isclose(first.yours, first.right, rtol=self.exercise.tolerance)
            where = tuple(map(int, np.argwhere(wrong)[0]))
        by_hand = self.exercise.worked(self.pristine[i], where)  # "" where there is no place to work out
        return [f"By hand: {minus(by_hand)}"] if by_hand else []

    def _perhaps(self, differences: list[Difference | None], right: list[Any]) -> list[Block]:
        """A known mistake that explains most of the inputs on which the answer differs, though not all."""
        exercise, tolerance = self.exercise, self.exercise.tolerance
        failing = [i for i, difference in enumerate(differences) if difference]
        best: tuple[int, Mistake] | None = None
        for mistake in exercise.wrong if exercise.faulty else ():
            wrong = _expected(exercise.id, (mistake.name,))
            explained, evidence = [], 0.0
            for i in failing:
                read, version = self._read(i), wrong[i]
                if read is None or read.unreadable or isinstance(version, Exception) or version.unreadable:
                    continue
                if alike(read.viewed, version.viewed, tolerance) and not alike(
                    version.viewed, right[i].viewed, tolerance
                ):
                    explained.append(i)
                    evidence += weight_of(version.viewed)
            enough = failing[0] in explained and 2 * len(explained) >= len(failing) >= 2 and evidence >= 3
            if enough and (best is None or len(explained) > best[0]):
                best = len(explained), mistake
        if best is None:
            return []
        count, mistake = best
        how_many = "each" if count == len(failing) else count
        return [
            f"On {how_many} of the {len(failing)} inputs on which it differs, yours does what comes of this: "
            f"**{mistake.title}** {mistake.why}"
        ]

    def _different(self, differences: list[Difference | None], right: list[Any]) -> Reply:
        i = next(i for i, difference in enumerate(differences) if difference)
        self.shown, first = i, differences[i]
        assert first is not None
        wrong = sum(difference is not None for difference in differences)
        if first.kind == "raised":
            return self._raised(i, wrong)
        if first.kind == "unreadable":
            return self._unreadable(i)
        if first.kind == "none" and not first.part:
            return self._nothing_returned(i)
        title, blocks = self._described(first, differences)
        perhaps = self._perhaps(differences, right) or self._worked(i, first)
        return Reply(
            "different",
            title,
            [*self._how_often(wrong), *blocks, *perhaps, *self._input(i), *self._elsewhere(i)],
        )

    def _elsewhere(self, i: int) -> list[Block]:
        """An error on another input, if there was one: it mostly tells more than a number."""
        for outcome in self.outcomes[i + 1 :]:
            if outcome.error is not None and outcome.spot is not None:
                blocks: list[Block] = ["On another input it stopped with an error:", self._line(outcome)]
                cause = likely_cause(outcome.error)
                return [*blocks, cause] if cause else blocks
        return []

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
        return ["The input:", Code("\n".join(f"{name} = {as_code(value)}" for name, value in pairs))]

    def _described(self, first: Difference, differences: list[Difference | None]) -> tuple[str, list[Block]]:
        part = f"`{first.part}`" if first.part else "the result"
        blocks: list[Block] = []
        if first.others:
            good = ", ".join(f"`{name}`" for name in first.others)
            blocks.append(
                f"{good} {'is' if len(first.others) == 1 else 'are'} right on this input; {part} is not."
            )
        whose = f"of {part}" if first.part else "of your result"
        if first.kind == "none":
            return f"{capital(part)} is None.", [*blocks, "Was it ever given a value?"]
        if first.kind == "order":
            asked = ", ".join(f"`{name}`" for name in self.exercise.returns)
            return "Everything is there, in another order.", [
                f"You returned {first.said}; asked was {asked}."
            ]
        if first.kind == "type":
            return self._other_type(first, part, blocks)
        if first.kind == "shape":
            mine, theirs = first.yours.shape, first.right.shape
            blocks.append(f"The shape {whose} is {shape_text(mine)}; asked was {shape_text(theirs)}.")
            blocks.append(about_shapes(first.yours, first.right, self.exercise.tolerance))
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
        if first.kind == "finite":
            return self._not_finite(np.asarray(first.yours, dtype=float), whose, blocks)
        if len(first.parts) > 1 and all(np.ndim(right) == 0 for _, _, right in first.parts):
            rows = [(name, *show_both(yours, right)) for name, yours, right in first.parts]
            return "Other numbers came back.", [*blocks, Table(("", "yours", "asked"), rows)]
        viewed = [
            read.viewed for i in range(len(self.outcomes)) if (read := self._read(i)) and not read.unreadable
        ]
        if len(viewed) == len(self.cases) > 2 and all(alike(each, viewed[0], 1e-9) for each in viewed):
            same = f"Your function gives the same answer, {show(viewed[0])}, to all {len(viewed)} inputs."
            return "Always the same.", [*blocks, same, *table(first)]
        common = in_common(first, differences, self.pristine, self.names, self.exercise.tolerance)
        return ("Other numbers came back.", [*blocks, *([common] if common else []), *table(first)])

    def _not_finite(self, mine: np.ndarray, whose: str, blocks: list[Block]) -> tuple[str, list[Block]]:
        is_nan = bool(np.isnan(mine).any())
        count = int(np.isnan(mine).sum() if is_nan else np.isinf(mine).sum())
        what = "NaN, not a number" if is_nan else "infinite"
        cause = (
            "0 / 0, the logarithm of a negative number, or ∞ − ∞"
            if is_nan
            else "a division by 0, or an overflow"
        )
        text = (
            f"{count} of {mine.size} numbers {whose} {'is' if count == 1 else 'are'} {what}. That comes of "
            f"{cause}."
        )
        return ("NaN came back." if is_nan else "Infinity came back."), [*blocks, text]

    def _other_type(self, first: Difference, part: str, blocks: list[Block]) -> tuple[str, list[Block]]:
        yours = first.yours
        if inspect.isgenerator(yours):
            return "A generator came back.", [
                *blocks,
                "Round brackets around `… for …` make a generator. Take `np.array([… for …])`.",
            ]
        if first.said == RIGHT_NUMBERS:
            kind = kind_of(yours)
            fix = "Wrap it: `np.array(…)`. A list cannot be added, multiplied or compared as a whole."
            return f"The numbers are right, as {kind} instead of an array.", [*blocks, fix]
        if callable(yours):
            return "A function came back, and not its result.", [*blocks, "Are its parentheses missing?"]
        asked = kind_of(first.right) if first.part else self.exercise.expects or kind_of(first.right)
        said = first.said or f"{capital(part)} is {kind_of(yours)}; asked was {asked}."
        return "Something else came back than asked.", [*blocks, said]

    def _nothing_returned(self, i: int) -> Reply:
        reads = [self._read(k) for k in range(len(self.outcomes))]
        nothing = sum(read is not None and read.output is None for read in reads)
        if nothing < len(reads):
            often = f"That was so on {nothing} of the {len(reads)} inputs that were tried, the one below among them."
            blocks = [f"{often} Does every way through your function end with a `return`?", *self._input(i)]
        else:
            blocks = [
                "It ran to its end without a `return`, or with a `return` that has nothing behind it. What "
                "`print` shows is not returned. End with `return` and the result."
            ]
        return Reply("different", "Your function returned None.", blocks)

    def _unreadable(self, i: int) -> Reply:
        output = self.outcomes[i].value.output
        expects = self.exercise.expects or "the result described in the prompt"
        said = f"Asked was {expects}. You returned {kind_of(output)}."
        if isinstance(output, (tuple, list)) and 0 < len(output) <= 6:
            parts = "; ".join(map(with_shape, output))
            said = (
                f"Asked was {expects}. Call by call you returned: {parts}."
                if self.exercise.use
                else f"{said} Yours, one by one: {parts}."
            )
        if not_finite(output):
            said += " Some of the numbers are NaN or infinite."
        return Reply("different", "Your answer cannot be read.", [said, *self._input(i)])

    def _raised(self, i: int, wrong: int | None = None) -> Reply:
        outcome = self.outcomes[i]
        error = outcome.error
        assert error is not None
        blocks: list[Block] = [] if wrong is None else self._how_often(wrong)
        if outcome.spot:
            blocks.append(self._line(outcome))
        else:
            blocks.append(Code(worded(error)))
        advice = likely_cause(error)
        if advice:
            blocks.append(advice)
        return Reply("different", "It stopped with an error.", [*blocks, *self._input(i)])

    def _line(self, outcome: Outcome) -> Code:
        spot = outcome.spot
        assert spot is not None
        message = ""
        if outcome.error is not None and self.answered.ended == "in time":
            message = "\n" + worded(outcome.error)
        return Code(f"line {spot.line}:  {spot.source[:100]}{'…' * (len(spot.source) > 100)}{message}")

    # -- what else there is to say

    def remarks(self, reply: Reply) -> list[Block]:
        blocks: list[Block] = []
        if reply.kind in ("different", "known mistake") and self.answered.ended == "in time":
            changed = self._changed()
            if changed and "changes what it was given" not in reply.title:
                blocks.append(
                    f"Besides, your function changes {listed(changed)} in place; let it leave its inputs as they are."
                )
            if self.answered.warned and reply.kind == "different":
                blocks += ["NumPy warned:", Code(cut(self.answered.warned[0], 200))]
        if self.shown < len(self.outcomes):
            outcome = self.outcomes[self.shown]
            if outcome.printed.strip():
                printed = outcome.printed.rstrip()
                lines = printed.splitlines()
                was_cut = outcome.dropped or len(lines) > 12 or any(len(line) > 200 for line in lines)
                printed = "\n".join(line[:200] for line in lines[:12])
                blocks += ["Your function printed" + (" (cut):" if was_cut else ":"), Code(printed)]
        return blocks
