"""The table of evidence: every pair of functions and every layer stands on every rung (see tests/ladder.py)."""

import inspect
import subprocess
import sys

import pytest

import nnbook
import nnbook.functional as F
from nnbook.losses import Loss

BASES = {"Module", "Loss"}


def names():
    pairs = [name for name in dir(F) if hasattr(F, name + "_backward")]
    layers = [
        name
        for name, value in {**vars(nnbook), **vars(nnbook.models)}.items()
        if inspect.isclass(value) and issubclass(value, nnbook.Module) and name not in BASES
    ]
    return sorted(pairs) + sorted(layers)


@pytest.fixture(scope="module")
def table(pytestconfig):
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-q",
            "--ladder",
            "-p",
            "no:nbval",
            "-o",
            "addopts=",
            "tests",
        ],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    rows = [line.split() for line in run.stdout.splitlines() if line.startswith("ladder ")]
    return {name: [int(n) for n in counts] for _, name, *counts in rows}


def test_every_name_stands_on_every_rung(table):
    print(f"{'':<36}numeric  naive  torch  invariant  hostile")
    missing = []
    for name in names():
        counts = table.get(name, [0] * 5)
        print(f"{name:<36}" + "".join(f"{n:>8}" for n in counts))
        missing += [f"{name}: rung {i}" for i, n in enumerate(counts, 1) if n == 0]
    assert not missing, missing


def test_no_rung_is_claimed_for_what_does_not_exist(table):
    assert not set(table) - set(names())


def test_every_function_has_its_pair():
    alone = {"clip_grad_norm"}
    for name in dir(F):
        function = getattr(F, name)
        if inspect.isfunction(function) and not name.endswith("_backward") and name not in alone:
            assert hasattr(F, name + "_backward"), name
    assert issubclass(nnbook.CrossEntropyLoss, Loss)


def test_signatures_of_backwards_follow_the_rule():
    """After dy only names of f's arguments, y or saved; saved if and only if f returns it and says so first."""
    for name in dir(F):
        if not hasattr(F, name + "_backward"):
            continue
        f, f_backward = getattr(F, name), getattr(F, name + "_backward")
        first, *rest = inspect.signature(f_backward).parameters
        assert first == "dy", name
        allowed = {*inspect.signature(f).parameters, "y", "saved"}
        assert set(rest) <= allowed, f"{name}_backward: {set(rest) - allowed}"
        says = "saved" in (inspect.getdoc(f) or "").split("\n")[0]
        assert says == ("saved" in rest), (
            f"{name}: the docstring's first line and {name}_backward disagree about saved"
        )
