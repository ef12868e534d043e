"""Run a learner's function where it can do no harm: apart, with a time limit, and with an ear for what it prints.

The calls run in a thread of their own. When the time is up, that thread gets an exception from outside, again and
again if it swallows it, so that an endless loop ends. A call that does not come back from C (a long sleep, a huge
product) cannot be ended from outside: it is waited for, up to a limit, and reported when it returns.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import io
import linecache
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType, TracebackType
from typing import Any

__all__ = ["PATIENCE", "Outcome", "Run", "Spot", "run", "worded"]

PATIENCE = 25.0
"""Seconds that a call which cannot be ended is waited for after its time is up."""

_PAUSE = 0.2  # seconds between two throws
_KEPT = 800  # characters of what is printed


class _TimeIsUp(SystemExit):
    """Ends the worker."""


class _Thrown(_TimeIsUp):
    """Thrown into the worker from outside, where a bare `except` around what runs may swallow it.

    It is made in the worker at the moment when it strikes. So it can see to it there that every further line of the
    learner's raises as well, also those outside that `try`, or in its `except`.
    """

    def __init__(self) -> None:
        super().__init__()
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != __file__:
            frame.f_trace = _raise_on_every_line
            frame = frame.f_back  # type: ignore[assignment]
        sys.settrace(_raise_on_every_line)


def _raise_on_every_line(frame: FrameType, event: str, argument: Any) -> Any:
    if frame.f_code.co_filename == __file__:
        return None
    if event == "line":
        raise _TimeIsUp
    return _raise_on_every_line


@dataclass(frozen=True)
class Spot:
    """A place in the learner's code."""

    line: int
    source: str


@dataclass
class Outcome:
    """What one call did: it gave a value, or raised an error at a spot; and what it printed."""

    value: Any = None
    error: BaseException | None = None
    spot: Spot | None = None
    printed: str = ""
    dropped: int = 0


@dataclass
class Run:
    """What all calls did.

    Attributes
    ----------
    outcomes : list of Outcome
        One for each call that was begun.
    ended : {"in time", "stopped", "late", "abandoned", "interrupted"}
        Stopped: an endless loop was ended. Late: it came back after its time. Abandoned: it never came back, and still
        runs. Interrupted: by the person at the keyboard.
    warned : list of str
        The texts of the warnings.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    ended: str = "in time"
    warned: list[str] = field(default_factory=list)


class _Ear(io.TextIOBase):
    """Takes what is printed, and keeps the beginning."""

    def __init__(self) -> None:
        self.outcome = Outcome()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = _KEPT - len(self.outcome.printed)
        self.outcome.printed += text[:room]
        self.outcome.dropped += len(text) - len(text[:room])
        return len(text)


def run(calls: Sequence[Callable[[], Any]], code: CodeType | None = None, seconds: float = 5.0) -> Run:
    """Call each in turn, in a thread of its own.

    Parameters
    ----------
    calls : sequence of callables without arguments
    code : code object, optional
        The learner's function's, so that an error can be traced to a line of theirs.
    seconds : float
        For all of them together.

    Returns
    -------
    Run
        Whatever they do; nothing is raised.

    Examples
    --------
    >>> [outcome.value for outcome in run([lambda: 1, lambda: 2]).outcomes]
    [1, 2]
    >>> run([lambda: 1 / 0]).outcomes[0].error
    ZeroDivisionError('division by zero')
    """
    result, ear, done = Run(), _Ear(), threading.Event()
    gate = threading.Lock()  # nothing is thrown at a worker that is done

    def work() -> None:
        try:
            for call in calls:
                ear.outcome = outcome = Outcome()
                result.outcomes.append(outcome)
                try:
                    outcome.value = call()
                except BaseException as error:
                    outcome.error = error  # and no more here, where a second throw may strike
                    if isinstance(error, _TimeIsUp):
                        return
        except _TimeIsUp:
            pass
        finally:
            sys.settrace(None)
            with gate:
                done.set()

    with _ears(ear), _no_questions(), _no_last_words(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        thread = threading.Thread(target=work, name="nnbook-practice", daemon=True)
        began = time.monotonic()
        try:
            _start(thread, work)
            done.wait(seconds)
            while not done.is_set() and thread.is_alive():
                result.ended = "stopped"
                with gate:
                    if not done.is_set():
                        _throw(thread)
                done.wait(_PAUSE)
                if time.monotonic() - began > seconds + PATIENCE:
                    result.ended = "abandoned"
                    break
        except KeyboardInterrupt:
            result.ended = "interrupted"
            _throw(thread)
            done.wait(1.0)
        if result.ended == "stopped" and time.monotonic() - began > seconds + 1.0:
            result.ended = "late"
        result.warned = [str(warning.message) for warning in caught]
    if result.ended == "abandoned":
        result.outcomes = list(result.outcomes)
    for outcome in result.outcomes:
        if outcome.error is not None:
            outcome.spot = _spot(outcome.error, code)
    return result


def _start(thread: threading.Thread, work: Callable[[], None]) -> None:
    # a main thread's worth of stack: deep recursion then ends in RecursionError everywhere, and not in a crash
    before = None
    with contextlib.suppress(ValueError, RuntimeError):
        before = threading.stack_size(32 * 1024 * 1024)
    try:
        thread.start()
    except RuntimeError:  # no threads here (a browser): without a limit then
        work()
    finally:
        if before is not None:
            threading.stack_size(before)


def _throw(thread: threading.Thread) -> None:
    with contextlib.suppress(AttributeError):  # no such call outside CPython
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Thrown)
        )


@contextlib.contextmanager
def _ears(ear: _Ear) -> Iterator[None]:
    with contextlib.redirect_stdout(ear), contextlib.redirect_stderr(ear):
        yield


@contextlib.contextmanager
def _no_last_words() -> Iterator[None]:
    """No traceback of a worker that was struck once more on its way out."""
    before = threading.excepthook

    def passed_over(ending: threading.ExceptHookArgs) -> None:
        if not issubclass(ending.exc_type, _TimeIsUp):
            before(ending)

    threading.excepthook = passed_over
    try:
        yield
    finally:
        threading.excepthook = before


@contextlib.contextmanager
def _no_questions() -> Iterator[None]:
    """No input() from the worker: nobody would see the question."""
    before = builtins.input

    def refuse(prompt: object = "", /) -> str:
        raise RuntimeError(
            "input() has nobody to ask here: practice gives your function its inputs as arguments"
        )

    builtins.input = refuse
    try:
        yield
    finally:
        builtins.input = before


def _spot(error: BaseException, code: CodeType | None) -> Spot | None:
    """The last line of the learner's own code that the error went through."""
    theirs = None if code is None else code.co_filename
    found = None
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == theirs:
            found = trace
        trace = trace.tb_next
    if found is None or theirs is None:
        return None
    return Spot(found.tb_lineno, linecache.getline(theirs, found.tb_lineno).strip())


def worded(error: BaseException, most: int = 300) -> str:
    """An error as its last line in a traceback: type and message; cut, and whatever its own code does.

    Examples
    --------
    >>> worded(ValueError("no"))
    'ValueError: no'
    """
    try:
        text = "".join(traceback.format_exception_only(type(error), error))
        text = text.strip().splitlines()[-1] if isinstance(error, SyntaxError) else " ".join(text.split())
    except BaseException:
        text = type(error).__name__
    return text if len(text) <= most else text[:most] + " …"
