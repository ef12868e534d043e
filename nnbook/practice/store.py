"""What has been done, in one small file of the learner's own; nothing leaves the machine.

The file is ``progress.json`` in the folder that NNBOOK_HOME names, else in the user's data folder. It is written beside
itself and then put in place in one stroke, so that a crash never costs what was there. A file that cannot be read is put
aside, as ``progress.damaged.json``, and a new one begun. Where nothing can be written, practice goes on without.

While tests run or a server builds (pytest and CI say so in the environment) nothing is read or written unless
NNBOOK_HOME is set: what a notebook shows must not depend on who ran it.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["clear", "place", "read", "record_answer", "record_exercise"]

_FORMAT = 1


def place() -> Path | None:
    """Where the file is, or None where nothing is kept."""
    home = os.environ.get("NNBOOK_HOME")
    if home:
        return Path(home).expanduser() / "progress.json"
    if "PYTEST_CURRENT_TEST" in os.environ or os.environ.get("CI"):
        return None
    try:
        from platformdirs import user_data_dir
    except ImportError:
        return Path.home() / ".nnbook" / "progress.json"
    return Path(user_data_dir("nnbook", appauthor=False)) / "progress.json"


def read() -> dict[str, dict[str, Any]]:
    """What is known: for each identifier ``{"state": "right" or "tried"}``, or ``{"answered": {"1": "b"}}``."""
    path = place()
    if path is None:
        return {}
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    try:
        known = json.loads(content.decode("utf-8"))
        done = known["done"]
        if known["format"] != _FORMAT or not isinstance(done, dict):
            raise ValueError("not a progress file of this format")
        return {str(id): entry for id, entry in done.items() if isinstance(entry, dict)}
    except (ValueError, KeyError, TypeError, RecursionError):
        with contextlib.suppress(OSError):
            os.replace(path, path.with_name("progress.damaged.json"))
        return {}


def _write(done: dict[str, dict[str, Any]]) -> None:
    path = place()
    if path is None:
        return
    text = json.dumps({"format": _FORMAT, "done": done}, indent=1, ensure_ascii=False, sort_keys=True)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="progress-", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)


def record_exercise(id: str, kind: str) -> None:
    """Remember that an exercise was tried or done; done is never taken back."""
    if kind == "not started":
        return
    done = read()
    state = "right" if kind == "right" else "tried"
    known = done.get(id, {}).get("state")
    if known != state and known != "right":
        done[id] = {"state": state}
        _write(done)


def record_answer(id: str, question: int, letter: str) -> None:
    """Remember which option was chosen; `question` counts from 1."""
    done = read()
    answered = done.get(id, {}).get("answered")
    answered = dict(answered) if isinstance(answered, dict) else {}
    if answered.get(str(question)) != letter:
        answered[str(question)] = letter
        done[id] = {"answered": answered}
        _write(done)


def clear() -> None:
    """Forget everything."""
    path = place()
    if path is not None:
        for name in ("progress.json", "progress.damaged.json"):
            with contextlib.suppress(OSError):
                path.with_name(name).unlink(missing_ok=True)
