"""Memory that is kept, and what is said of the machine."""

import ctypes
import os
import sys
import types

import numpy as np
import pytest

import nnbook
from nnbook import machine
from nnbook.machine import keep_memory, show_config

# -- the machine ------------------------------------------------------------------------------------------------------


class Libc:
    """A C library that notes what it is told."""

    def __init__(self, refuses=(), glibc=True):
        self.told, self.refuses = [], refuses
        if glibc:
            self.gnu_get_libc_version = lambda: b"2.36"

    def mallopt(self, what, value):
        self.told.append((what, value))
        return int(value not in self.refuses)


@pytest.mark.parametrize(
    ("libc", "holds", "told"),
    [
        (Libc(), True, [(-3, 1 << 30), (-1, 2**31 - 1)]),
        (Libc(refuses=[1 << 30]), True, [(-3, 1 << 30), (-3, 32 << 20), (-1, 2**31 - 1)]),
        (Libc(refuses=[1 << 30, 32 << 20]), False, [(-3, 1 << 30), (-3, 32 << 20)]),
        (Libc(refuses=[2**31 - 1]), False, [(-3, 1 << 30), (-1, 2**31 - 1)]),
        (Libc(glibc=False), False, []),
        (None, False, []),
    ],
)
def test_keep_memory(monkeypatch, libc, holds, told):
    def load(name):
        if libc is None:
            raise TypeError("no name")  # Windows
        return libc

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr(machine, "_memory_is_kept", False)
    assert keep_memory() is holds
    assert machine._memory_is_kept is holds
    assert libc is None or libc.told == told


def test_show_config(capsys, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("OPENBLAS_", "MKL_", "OMP_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(machine, "_memory_is_kept", False)
    assert show_config() is None
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert list(lines) == ["nnbook", "numpy", "python", "BLAS", "kernel", "threads", "set", "memory"]
    assert lines["nnbook"] == nnbook.__version__
    assert lines["numpy"] == np.__version__
    assert lines["set"] == "no OPENBLAS_*, MKL_* or OMP_* variable"
    assert lines["memory"] == "not kept: call nnbook.keep_memory()"
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("MKL_SECRET", "/home/somebody")
    monkeypatch.setattr(machine, "_memory_is_kept", True)
    show_config()
    text = capsys.readouterr().out
    assert (
        "set      OMP_NUM_THREADS=2, OPENBLAS_CORETYPE=Haswell (can halve the speed: unset it), MKL_SECRET (set)"
        in text
    )
    assert "memory   kept between steps (keep_memory)" in text
    assert "/" not in text.replace("OPENBLAS_*, MKL_* or OMP_*", "")
    assert "somebody" not in text


def test_the_kernel_is_found(monkeypatch):
    found = machine.kernel()
    if np.show_config(mode="dicts")["Build Dependencies"]["blas"].get("name") == "scipy-openblas":
        assert isinstance(found[0], str)
        assert found[1] >= 1
        threadpoolctl = pytest.importorskip("threadpoolctl")
        info = next(lib for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "blas")
        assert found == (info["architecture"], info["num_threads"])
    monkeypatch.setattr(ctypes, "CDLL", lambda name: types.SimpleNamespace())
    assert machine.kernel()[0] in (found[0], None)  # by threadpoolctl, where that is installed
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert machine.kernel() == (None, None)
