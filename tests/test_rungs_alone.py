"""Central differences alone, and PyTorch's answers alone, notice a gradient that is wrong by a hundredth.

For every pair of functions, so that neither rung leans on the other (see tests/plant.py).
"""

import os
import subprocess
import sys

import pytest

import nnbook.functional as F
from tests.test_ladder import names

PAIRS = [name for name in names() if hasattr(F, f"{name}_backward")]
ELSEWHERE = {"unrolled": "recurrent", "sequences": "recurrent"}


def mirrored(name):
    module = getattr(F, f"{name}_backward").__module__.rpartition(".")[2]
    return f"tests/test_{ELSEWHERE.get(module, module)}.py"


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRS)
def test_each_rung_alone_notices_a_planted_fault(name, pytestconfig):
    command = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.plant",
        "-p",
        "no:nbval",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
    ]
    run = subprocess.run(
        [sys.executable, *command, "-k", "not live", mirrored(name)],
        cwd=pytestconfig.rootpath,
        env={**os.environ, "NNBOOK_PLANT": name},
        capture_output=True,
        text=True,
    )
    assert f"planted in {name}_backward; noticed on rungs [1, 3]" in run.stdout, (
        run.stdout[-1500:] + run.stderr[-500:]
    )
