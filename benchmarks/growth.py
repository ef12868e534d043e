"""Does cost grow as it should? Time and memory of nnbook's step against batch, width, depth, length and image size.

A step that is all arithmetic grows in proportion to it; what does not grow is overhead. The exponent p is the slope of
log time against log size between the two largest sizes. `python -m benchmarks` runs it.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import free_environment

SERIES: dict[str, tuple[float, list[int]]] = {  # name: exponent of the arithmetic, sizes
    "batch (64-64-10)": (1, [16, 64, 256, 1024, 4096]),
    "width (W-W-10, batch 64)": (2, [64, 128, 256, 512, 1024]),
    "depth (D layers of 128, batch 64)": (1, [2, 4, 8, 16, 32]),
    "T (GRU, H 64, batch 16)": (1, [8, 16, 32, 64, 128]),
    "image side (LeNet, batch 16)": (2, [16, 32, 64, 128]),
}


def _step(name: str, size: int) -> Callable[[], Any]:
    import nnbook
    from benchmarks.cases import _nnbook_step, _recurrent

    rng = np.random.default_rng(0)
    if name.startswith("T "):
        return _recurrent("GRU", 16, size, 64, 64)["nnbook"]()  # type: ignore[no-any-return]
    if name.startswith("image"):
        model, shape = nnbook.models.lenet((1, size, size), 10, channels=(8, 16), rng=0), (16, 1, size, size)
    elif name.startswith("batch"):
        model, shape = nnbook.models.mlp(64, 64, 10, rng=0), (size, 64)
    elif name.startswith("width"):
        model, shape = nnbook.models.mlp(size, size, 10, rng=0), (64, size)
    else:
        model, shape = nnbook.models.mlp(*[128] * size, 10, rng=0), (64, 128)
    model[0].input_grad = False
    x, y = rng.standard_normal(shape, dtype=np.float32), rng.integers(0, 10, shape[0])
    return _nnbook_step(model, nnbook.SGD(model.parameters(), lr=0.001), x, y=y)


def _measure() -> None:
    """In a process of its own: the medians of every series, and the memory that 10,000 steps gather."""
    import time

    import nnbook
    from benchmarks.worker import _memory

    nnbook.keep_memory()
    times: dict[str, list[float]] = {}
    for name, (_, sizes) in SERIES.items():
        times[name] = []
        for size in sizes:
            step = _step(name, size)
            for _ in range(3):
                step()
            rounds = []
            while len(rounds) < 9 or (sum(rounds) < 0.5 and len(rounds) < 300):
                start = time.perf_counter()
                step()
                rounds.append(time.perf_counter() - start)
            times[name].append(float(np.median(rounds)))
    step = _step("image", 16)
    seen = {}
    for number in range(1, 10_001):
        step()
        if number in (1_000, 10_000):
            seen[number] = _memory("VmRSS")
    print(json.dumps({"times": times, "leak": seen[10_000] - seen[1_000]}))


def report(picture: pathlib.Path) -> str:
    """Measure, draw the picture, and return the table as Markdown."""
    run = subprocess.run(
        [sys.executable, "-c", "from benchmarks.growth import _measure; _measure()"],
        capture_output=True,
        text=True,
        env=free_environment()[0],
        cwd=picture.parents[1],
    )
    if run.returncode:
        raise RuntimeError(run.stderr[-3000:])
    measured = json.loads(run.stdout.splitlines()[-1])
    lines = [
        "## How cost grows",
        "",
        "| against | sizes | time of a step | exponent at the end | of the arithmetic |",
    ]
    lines.append("|---|---|---|---|---|")
    for name, (exponent, sizes) in SERIES.items():
        times = measured["times"][name]
        slope = np.log(times[-1] / times[-2]) / np.log(sizes[-1] / sizes[-2])
        shown = ", ".join(f"{1e3 * t:.2f}" for t in times)
        lines.append(f"| {name} | {', '.join(map(str, sizes))} | {shown} ms | {slope:.2f} | {exponent:g} |")
    lines += [
        "",
        f"Resident memory at step 10,000 less that at step 1,000 (LeNet): {measured['leak'] / 2**20:.2f} MB.",
    ]
    _draw(measured["times"], picture)
    return "\n".join([*lines, "", f"![Time of a step against size]({picture.name})"])


def _draw(times: dict[str, list[float]], picture: pathlib.Path) -> None:
    os.environ.setdefault("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(1, len(SERIES), figsize=(3 * len(SERIES), 3.2), layout="constrained")
    for ax, (name, (exponent, sizes)) in zip(axes, SERIES.items(), strict=True):
        ax.loglog(sizes, 1e3 * np.array(times[name]), "o-", color="#E69F00")
        ax.loglog(
            sizes,
            1e3 * times[name][-1] * (np.array(sizes) / sizes[-1]) ** exponent,
            "--",
            color="#0072B2",
            lw=1,
        )
        ax.set_title(name, fontsize=9)
        ax.set_xticks(sizes, map(str, sizes), fontsize=8)
        ax.minorticks_off()
    axes[0].set_ylabel("ms per step")
    fig.suptitle("Time of a training step (points) and growth of the arithmetic (dashed)", fontsize=10)
    fig.savefig(picture, dpi=90)
    plt.close(fig)
