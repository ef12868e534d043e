"""One side of a comparison, in a process of its own: times a round whenever it is asked to.

Each line that comes in is a number of steps (0: find out how many make a round); each line that goes out is a JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from benchmarks.cases import CASES

ROUND = 0.12  # seconds that a round should take: long beside the clock, short beside the machine's moods


def _memory(field: str) -> int:
    """A memory figure of this process from /proc, in bytes; 0 where there is no /proc."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _forget_peak() -> None:
    try:
        with open("/proc/self/clear_refs", "w") as clear:
            clear.write("5")
    except OSError:
        pass


def main(side: str, name: str, variant: str) -> None:
    """Serve rounds of one case until standard input ends."""
    case = next(case for case in CASES if case.name == name)
    if side == "nnbook":
        import nnbook

        nnbook.keep_memory()
        build = case.nnbook
    elif side == "torch":
        import torch

        build = lambda: case.torch(variant)  # noqa: E731
        torch.manual_seed(0)
    else:
        build = case.sklearn
    before = _memory("VmRSS")
    step = build()
    start, warm = time.perf_counter(), 0
    while warm < 3 or time.perf_counter() - start < 0.3:
        step()
        warm += 1
    each = (time.perf_counter() - start) / warm
    _forget_peak()  # of building: what is asked is the memory of a step, the model included
    for line in sys.stdin:
        steps = int(line) or max(3, round(ROUND / each))
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(steps):
            step()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        answer = {
            "steps": steps,
            "wall": wall / steps,
            "cpu": cpu / steps,
            "peak": max(0, _memory("VmHWM") - before),
            "faults": resource.getrusage(resource.RUSAGE_SELF).ru_minflt,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
