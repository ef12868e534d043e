"""nnbook beside PyTorch: the same training step, each in a process of its own, in turn.

    python -m benchmarks                 the whole table; writes benchmarks/RESULTS.md and benchmarks/growth.png
    python -m benchmarks lenet lstm      the cases whose names contain these words; writes nothing
    python -m benchmarks --rounds 31     more rounds, a narrower interval

Times on a shared machine drift; ratios taken in turn do not. So both sides live in processes of their own (their thread
pools disturb each other in one), and rounds alternate: one of nnbook, one of PyTorch, and so on. A step is forward, loss,
backward and optimiser step in float32 with the data ready in memory; nnbook runs with all its checks on, PyTorch with
the fastest of its optimiser's implementations (default, foreach, fused). Environment variables that cap BLAS are dropped
and named.
"""

import os

__all__ = ["free_environment"]

_CAPS = ("OPENBLAS_", "MKL_", "DNNL_")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def free_environment(threads: int | None = None) -> tuple[dict[str, str], list[str]]:
    """The environment without what caps BLAS, and the names of what was dropped; thread counts stay or are set."""
    dropped = sorted(
        name for name in os.environ if name.startswith(_CAPS) and not name.endswith("NUM_THREADS")
    )
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    if threads:
        environment |= dict.fromkeys(_THREADS, str(threads))
    return environment, dropped
