"""The machine underneath: the two settings that can double a training's time, and how to see them.

*Memory.* A training step makes large arrays and drops them, and the next one makes the same again. The C library
hands such arrays back to the operating system, which clears every page before it gives it out anew; `keep_memory`
asks it not to (notebook 18).

*The matrix product* is done by a library, mostly OpenBLAS, which has a kernel for each kind of processor and picks one
when it is loaded. Some machines tell it by a variable which one to take, and so keep it at half its speed;
`show_config` says which one runs.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform

import numpy as np

__all__ = ["keep_memory", "kernel", "show_config"]

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_memory_is_kept = False


def keep_memory() -> bool:
    """Ask the C library to keep the memory of large arrays for the next ones, instead of giving it back each time.

    A training step makes large arrays and drops them, and the next step makes the same ones again. glibc gives each of
    them back to the operating system, which has to clear every page of the new one: a LeNet step spent two thirds of
    its time there (notebook 18). With two thresholds raised the pages stay. The price is that the process keeps its
    largest size until it ends. `fit` calls it; calling it again is free.

    Returns
    -------
    bool
        Whether it holds: False where the C library is not glibc (macOS, Windows, Alpine), which need no such advice
        or take none.

    Examples
    --------
    >>> keep_memory() in (True, False)
    True
    """
    global _memory_is_kept
    with contextlib.suppress(AttributeError, OSError, TypeError):
        libc = ctypes.CDLL(None)
        libc.gnu_get_libc_version  # noqa: B018  (other libraries have a mallopt that means something else)
        large = libc.mallopt(_M_MMAP_THRESHOLD, 1 << 30) or libc.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        _memory_is_kept = bool(large and libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1))
    return _memory_is_kept


def show_config() -> None:
    """Print what decides how fast nnbook runs here: versions, the matrix product's library and kernel, memory.

    `OPENBLAS_CORETYPE` and `OPENBLAS_L2_SIZE`, where they are set, can halve the speed of every matrix product; numbers
    in the last places depend on the kernel. No path is printed: the text can be pasted into a report as it is.

    Examples
    --------
    >>> show_config()
    nnbook ...
    numpy ...
    """
    print("\n".join(f"{name:<8} {text}" for name, text in _config().items()))


def _config() -> dict[str, str]:
    import nnbook

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    core, threads = kernel()
    settings = {k: v for k, v in sorted(os.environ.items()) if k.startswith(("OPENBLAS_", "MKL_", "OMP_"))}
    shown = [f"{k}={v}{_CAPS if k in _CAPPING else ''}" for k, v in settings.items() if _is_plain(v)]
    shown += [f"{k} (set)" for k, v in settings.items() if not _is_plain(v)]
    return {
        "nnbook": nnbook.__version__,
        "numpy": np.__version__,
        "python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "BLAS": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".rstrip(),
        "kernel": core or "unknown",
        "threads": f"{threads or 'unknown'} of {os.cpu_count()} processors",
        "set": ", ".join(shown) or "no OPENBLAS_*, MKL_* or OMP_* variable",
        "memory": "kept between steps (keep_memory)"
        if _memory_is_kept
        else "not kept: call nnbook.keep_memory()",
    }


_CAPPING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
_CAPS = " (can halve the speed: unset it)"


def _is_plain(value: str) -> bool:
    return not any(sign in value for sign in "/\\")


def kernel() -> tuple[str | None, int | None]:
    """The name of the kernel that multiplies matrices, and its number of threads; None for what cannot be found out."""
    with contextlib.suppress(Exception):  # whatever is not as expected here, training does not depend on it
        library = ctypes.CDLL(np._core._multiarray_umath.__file__)  # type: ignore[attr-defined]
        for name in (
            "scipy_openblas_get_{}64_",
            "scipy_openblas_get_{}",
            "openblas_get_{}64_",
            "openblas_get_{}",
        ):
            if hasattr(library, name.format("corename")):
                corename = library[name.format("corename")]
                corename.restype = ctypes.c_char_p
                return corename().decode("ascii"), int(library[name.format("num_threads")]())
    with contextlib.suppress(Exception):
        import threadpoolctl  # type: ignore[import-untyped]

        found = [info for info in threadpoolctl.threadpool_info() if info["user_api"] == "blas"]
        return found[0].get("architecture"), found[0]["num_threads"]
    return None, None
