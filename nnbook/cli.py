"""The command `nnbook`: a learner's own copy of the course, what is done so far, and what this machine computes with.

    nnbook course [FOLDER] [--no-open]     copy the notebooks, say what is new, open JupyterLab at notebook 00
    nnbook progress                        which exercises are done
    nnbook config                          versions, matrix kernel, threads: what to say when something is slow

The learner's copy is theirs. The notebooks arrive without outputs, so that no answer stands below its question, and a
notebook in which the learner wrote something is never written over: after an upgrade its new version is put beside it.
To tell whose writing it is, a small file in the folder, ``.nnbook-course.json``, remembers a fingerprint of each
notebook as it was handed out. It is taken of the cells alone; running a notebook does not change it.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import io
import json
import os
import pathlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import nnbook
from nnbook.errors import explain, missing_package

__all__ = ["Copied", "copy_course", "main"]

FIRST = "00_start_here.ipynb"
FOLDER = "nnbook-course"
MANIFEST = ".nnbook-course.json"


class Copied(NamedTuple):
    """What `copy_course` did, by names of files.

    Attributes
    ----------
    new : list of str
        Copied for the first time, or again after the learner had deleted them.
    updated : list of str
        Changed in this version of nnbook, untouched by the learner, and so replaced.
    beside : dict
        Changed in this version and by the learner: theirs -> where the new version was put.
    kept : list of str
        Left as they are: the same as in this version, or the learner's.
    """

    new: list[str]
    updated: list[str]
    beside: dict[str, str]
    kept: list[str]


class _Refusal(Exception):
    """Something that the person at the terminal can mend: shown as its message alone."""


def copy_course(source: pathlib.Path, folder: pathlib.Path) -> Copied:
    """Copy the notebooks of `source` into `folder`, cleared of outputs, without touching what the learner wrote.

    Parameters
    ----------
    source : Path
        The folder of the course's notebooks.
    folder : Path
        The learner's folder; made if it does not exist.

    Returns
    -------
    Copied

    Raises
    ------
    OSError
        If the folder cannot be read or written. Each file is there whole or not at all.
    """
    import nbformat

    folder.mkdir(parents=True, exist_ok=True)
    manifest = _read_manifest(folder / MANIFEST)
    copied, offered = manifest["copied"], manifest["offered"]
    done = Copied([], [], {}, [])
    for path in sorted(source.glob("*.ipynb")):
        notebook = _cleared(nbformat.read(path, as_version=4))
        text, name, fingerprint = nbformat.writes(notebook) + "\n", path.name, _fingerprint(notebook)
        theirs = _fingerprint_of(folder / name)
        if theirs == fingerprint:
            done.kept.append(name)
        elif theirs in (None, copied.get(name), offered.get(name)):
            _write(folder / name, text)
            (done.new if theirs is None else done.updated).append(name)
        elif offered.get(name) == fingerprint:
            done.kept.append(name)
            continue
        else:
            beside = _free_name(folder, path.stem, copied)
            _write(folder / beside, text)
            done.beside[name] = beside
            copied[beside] = offered[name] = fingerprint
            continue
        copied[name] = offered[name] = fingerprint
    _write(folder / MANIFEST, json.dumps({"nnbook": nnbook.__version__, **manifest}, indent=1) + "\n")
    return done


def _cleared(notebook: Any) -> Any:
    """The notebook without outputs, execution counts, run times and widget state; cells, tags and ids stay."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("execution", None)
    return notebook


def _fingerprint(notebook: Mapping[str, Any]) -> str:
    """A digest of what a person writes in a notebook: each cell's id, type, text and tags, in order."""
    cells = [
        [cell.get("id"), cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])]
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _fingerprint_of(path: pathlib.Path) -> str | None:
    """The fingerprint of a file; None if there is none, "unreadable" if it is not a notebook (and so the learner's)."""
    try:
        return _fingerprint(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError, IsADirectoryError):
        return "unreadable"


def _free_name(folder: pathlib.Path, stem: str, copied: Mapping[str, str]) -> str:
    """Where a new version goes: "NAME (new).ipynb", or a number more if the learner works in that one already."""
    number = 1
    while True:
        name = f"{stem} (new{'' if number == 1 else f' {number}'}).ipynb"
        if _fingerprint_of(folder / name) in (None, copied.get(name)):
            return name
        number += 1


def _read_manifest(path: pathlib.Path) -> dict[str, dict[str, str]]:
    """What was handed out; nothing if the file is missing or damaged (then whatever differs is taken for the learner's)."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return {
            key: {str(name): str(value) for name, value in known[key].items()}
            for key in ("copied", "offered")
        }
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return {"copied": {}, "offered": {}}


def _write(path: pathlib.Path, text: str) -> None:
    """Write a file through a temporary one beside it, so that it is there whole or as it was."""
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _source() -> pathlib.Path:
    """The course's notebooks: inside the installed package, or beside it in a checkout."""
    package = pathlib.Path(nnbook.__file__).resolve().parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / FIRST).is_file():
            return folder
    raise _Refusal(
        explain(
            "nnbook course",
            f"the notebooks inside the package {package} or beside it",
            f"neither folder with a {FIRST}",
            'Install nnbook again: pip install --force-reinstall "nnbook[course]".',
        )
    )


@contextlib.contextmanager
def _refusing(folder: pathlib.Path) -> Iterator[None]:
    """Turn what the file system says into a sentence."""
    try:
        yield
    except OSError as error:
        what = f"{error.strerror or error} ({error.filename or folder})"
        raise _Refusal(
            explain(
                "nnbook course",
                "a folder that it can write to",
                what,
                f"Name another: nnbook course ~/{FOLDER}",
            )
        ) from error


def _course(arguments: argparse.Namespace) -> int:
    expected, another = "a folder for your copy of the course", f"Name another: nnbook course ~/{FOLDER}"
    if not arguments.folder:
        raise _Refusal(explain("nnbook course", expected, "an empty name", another))
    source = _source()
    folder = pathlib.Path(arguments.folder).expanduser().resolve()
    if folder == source or source in folder.parents:
        raise _Refusal(explain("nnbook course", expected, f"{folder}, where the course itself lies", another))
    if folder.exists() and not folder.is_dir():
        raise _Refusal(explain("nnbook course", expected, f"the file {folder}", another))
    if importlib.util.find_spec("nbformat") is None:
        raise _Refusal(missing_package("nnbook course", "nbformat"))
    with _refusing(folder):
        first_time = not (folder / MANIFEST).exists()
        done = copy_course(source, folder)
    print(_told(done, folder, first_time))
    return 0 if arguments.no_open else _open(folder / FIRST)


def _told(done: Copied, folder: pathlib.Path, first_time: bool) -> str:
    total = len(done.new) + len(done.updated) + len(done.beside) + len(done.kept)
    lines = [f"The course is in {folder}: {total} notebook{'' if total == 1 else 's'}, yours to change."]
    if not first_time:
        lines += [f"  new: {name}" for name in done.new]
        lines += [f"  updated (you had changed nothing in it): {name}" for name in done.updated]
        if not (done.new or done.updated or done.beside):
            lines.append(f"  nothing new in nnbook {nnbook.__version__}; everything is as you left it")
    lines += [
        f"  {name} is as you left it; its new version lies beside it: {beside}"
        for name, beside in done.beside.items()
    ]
    return "\n".join(lines)


def _open(notebook: pathlib.Path) -> int:
    """Run JupyterLab at a notebook until it ends."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise _Refusal(missing_package("Opening the course", "jupyterlab"))
    from jupyterlab import labapp

    print(f"Opening JupyterLab at {notebook.name}. Ctrl-C in this window stops it.", flush=True)
    options = [f"--ServerApp.root_dir={notebook.parent}", f"--LabApp.default_url=/lab/tree/{notebook.name}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container everybody is root, and JupyterLab would only refuse
    labapp.main(options)
    return 0


def _progress(arguments: argparse.Namespace) -> int:
    from nnbook import practice

    print(practice.progress())
    return 0


def _config(arguments: argparse.Namespace) -> int:
    from nnbook import training

    training.show_config()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nnbook", description="A course on neural networks, and its package."
    )
    parser.add_argument("--version", action="version", version=f"nnbook {nnbook.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    course = commands.add_parser(
        "course",
        help="copy the notebooks into a folder of your own and open them",
        description="Copy the course's notebooks, without outputs, into FOLDER, and open JupyterLab at the first one. "
        "Run it again after an upgrade: it brings what is new and leaves alone what you wrote. "
        "To begin a notebook afresh, delete or rename your copy of it and run this again.",
    )
    course.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        default=FOLDER,
        help=f"where your copy goes (default: {FOLDER})",
    )
    course.add_argument("--no-open", action="store_true", help="only copy; do not open JupyterLab")
    course.set_defaults(run=_course)
    progress = commands.add_parser("progress", help="say which exercises are done")
    progress.set_defaults(run=_progress)
    config = commands.add_parser("config", help="describe what this machine computes with")
    config.set_defaults(run=_config)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code is 0, 1 for what the learner can mend, 2 for a wrong call.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands behind ``nnbook``; None takes it from the command line.

    Returns
    -------
    int

    Examples
    --------
    >>> main(["course", ""])
    1
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows "?" for it
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if not hasattr(parsed, "run"):
        parser.print_help()
        return 0
    try:
        return int(parsed.run(parsed))
    except _Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
