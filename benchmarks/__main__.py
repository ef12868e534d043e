"""Run the comparison and write it down: see the package's docstring."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import math
import os
import pathlib
import platform
import signal
import subprocess
import sys
from typing import Any

import numpy as np

from benchmarks import free_environment, growth
from benchmarks.cases import CASES, GEOMETRIC_MEAN, Case

FOLDER = pathlib.Path(__file__).parent


class Side:
    """A worker process that times a round whenever it is asked to."""

    def __init__(self, side: str, case: Case, variant: str = "default", threads: int | None = None) -> None:
        self.variant = variant
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", side, case.name, variant],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=free_environment(threads)[0],
            cwd=FOLDER.parent,
        )
        self.steps = 0

    def round(self) -> dict[str, Any]:
        """Seconds per step (wall, cpu), the process's peak memory and page faults so far."""
        self.process.send_signal(signal.SIGCONT)
        print(self.steps, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        self.process.send_signal(
            signal.SIGSTOP
        )  # so that idle threads do not spin while the other side is timed
        if not line:
            raise RuntimeError(self.process.stderr.read()[-3000:])  # type: ignore[union-attr]
        answer: dict[str, Any] = json.loads(line)
        self.steps = answer["steps"]
        return answer

    def close(self) -> None:
        """End the process."""
        self.process.send_signal(signal.SIGCONT)
        self.process.communicate()


def fastest_variant(case: Case) -> str:
    """Which of PyTorch's variants is the fastest here: the median of five rounds each, in turn."""
    sides = [Side("torch", case, variant) for variant in case.variants]
    rounds = [[side.round()["wall"] for side in sides] for _ in range(5)]
    for side in sides:
        side.close()
    return case.variants[int(np.argmin(np.median(rounds, axis=0)))]


def compare(case: Case, rounds: int, with_torch: bool) -> dict[str, Any]:
    """All figures of one case."""
    variant = fastest_variant(case) if with_torch else ""
    sides = {"nnbook": Side("nnbook", case)} | ({"torch": Side("torch", case, variant)} if with_torch else {})
    if case.sklearn and importlib.util.find_spec("sklearn"):
        sides["sklearn"] = Side("sklearn", case)
    answers: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            answers[name].append(side.round())
    for side in sides.values():
        side.close()
    result: dict[str, Any] = {"case": case, "variant": variant}
    for name, rows in answers.items():
        result[name] = {
            "median": float(np.median([row["wall"] for row in rows])),
            "peak": max(row["peak"] for row in rows),
            "faults": (rows[-1]["faults"] - rows[0]["faults"])
            / max(1, sum(row["steps"] for row in rows[1:])),
        }
    if with_torch:
        walls = {name: np.array([row["wall"] for row in answers[name]]) for name in ("nnbook", "torch")}
        result["ratio"], result["low"], result["high"] = ratio_interval(walls["nnbook"], walls["torch"])
        result["one_thread"] = one_thread(case, variant)
    return result


def ratio_interval(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """The ratio of medians, and its 95 % bootstrap interval over rounds (pairs stay together)."""
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(ours), (4000, len(ours)))
    ratios = np.median(ours[picks], axis=1) / np.median(theirs[picks], axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(np.median(ours) / np.median(theirs)), float(low), float(high)


def one_thread(case: Case, variant: str) -> tuple[float, float]:
    """CPU seconds per step with one thread each: what the work costs, whoever else uses the machine."""
    sides = [Side("nnbook", case, threads=1), Side("torch", case, variant, threads=1)]
    rounds = [[side.round()["cpu"] for side in sides] for _ in range(5)]
    for side in sides:
        side.close()
    ours, theirs = np.median(rounds, axis=0)
    return float(ours), float(theirs)


def machine() -> list[str]:
    """What the figures were measured on."""
    environment, dropped = free_environment()
    command = [sys.executable, "-c", "import nnbook; nnbook.show_config()"]
    run = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=FOLDER.parent, check=True
    )
    lines = [
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {_cpu()}",
        *run.stdout.strip().splitlines(),
    ]
    for package in ("torch", "scikit-learn"):
        try:
            lines.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(f"{package} is not installed")
    lines.append(f"dropped from the environment: {', '.join(dropped) or 'nothing'}")
    return lines


def _cpu() -> str:
    try:
        with open("/proc/cpuinfo") as info:
            return next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


def busy() -> str:
    """A warning if something else is running, else an empty string."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load < 0.5:
        return ""
    return f"The machine is busy (load {load:.1f} before the first round): trust nothing below, or wait and run again."


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def _memory(size: int) -> str:
    return f"{size / 2**20:.1f} MB"


def row(result: dict[str, Any]) -> str:
    """One line of the table."""
    case, ours = result["case"], result["nnbook"]
    if "torch" not in result:
        return f"| {case.title} | {_time(ours['median'])} | | | | | | | |"
    theirs = result["torch"]
    met = "yes" if result["high"] <= case.target * 1.05 else "no"
    cpu = result["one_thread"]
    sklearn = f"{ours['median'] / result['sklearn']['median']:.2f}" if "sklearn" in result else ""
    return (
        f"| {case.title} | {_time(ours['median'])} | {_time(theirs['median'])} ({result['variant']}) "
        f"| **{result['ratio']:.2f}** [{result['low']:.2f}, {result['high']:.2f}] | {case.target:.2f} | {met} "
        f"| {cpu[0] / cpu[1]:.2f} | {_memory(ours['peak'])} / {_memory(theirs['peak'])} | {sklearn} |"
    )


COLUMNS = [
    "one step", "nnbook", "PyTorch", "ratio [95 %]", "target", "met", "CPU, one thread", "peak memory", "to scikit-learn",
]  # fmt: skip
HEAD = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"


def main() -> None:
    """Parse the command line, measure, print, write."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="nnbook beside PyTorch, step by step."
    )
    parser.add_argument(
        "words", nargs="*", help="only cases whose names contain one of these (writes nothing)"
    )
    parser.add_argument(
        "--rounds", type=int, default=21, help="rounds of each side, in turn (15 or more; default 21)"
    )
    options = parser.parse_args()
    cases = [case for case in CASES if not options.words or any(word in case.name for word in options.words)]
    if not cases:
        parser.error(f"no case is called so; there are {', '.join(case.name for case in CASES)}")
    with_torch = importlib.util.find_spec("torch") is not None
    if not with_torch:
        print("PyTorch is not installed, so nnbook is timed alone. To compare: pip install torch==2.13.0")
    warning = busy()
    if warning:
        print(warning)
    lines = machine()
    print("\n".join(lines), f"\n{HEAD}", sep="\n")
    results = []
    for case in cases:
        results.append(compare(case, options.rounds, with_torch))
        print(row(results[-1]), flush=True)
    summary = ""
    if with_torch:
        mean = math.exp(np.mean([math.log(result["ratio"]) for result in results]))
        summary = (
            f"Geometric mean of the {len(results)} ratios: **{mean:.2f}** (target {GEOMETRIC_MEAN:.2f})."
        )
        print(summary)
    if options.words:
        return
    grown = growth.report(FOLDER / "growth.png")
    print(grown)
    text = [
        "# Results",
        "",
        f"Written by `python -m benchmarks --rounds {options.rounds}`. See `benchmarks/__init__.py` for how.",
    ]
    text += ["", warning or "Nothing else was running.", "", *(f"- {line}" for line in lines), "", HEAD]
    text += [*map(row, results), "", summary, "", grown, ""]
    (FOLDER / "RESULTS.md").write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
