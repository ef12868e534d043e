"""A plugin of pytest: one backward function is made slightly wrong, and only what stands for it on the ladder is run.

    NNBOOK_PLANT=conv2d pytest -p tests.plant tests/test_convolution.py

To the last gradient that `conv2d_backward` gives, 0.01 is added. Tests that are not marked as evidence for conv2d on rung
1 or 3 are left out; at the end a line says on which of the two rungs a test failed.
"""

import functools
import os
import sys

import numpy as np

NAME = os.environ.get("NNBOOK_PLANT", "")
FAILED = set()


def wrong(backward):
    @functools.wraps(backward)
    def planted(*args, **kwargs):
        gradients = backward(*args, **kwargs)
        alone = not isinstance(gradients, tuple)
        gradients = [gradients] if alone else list(gradients)
        last = max(i for i, gradient in enumerate(gradients) if gradient is not None)
        gradients[last] = gradients[last] + np.asarray(0.01, np.result_type(gradients[last]))
        return gradients[0] if alone else tuple(gradients)

    return planted


def pytest_configure(config):
    import nnbook.functional

    original = getattr(nnbook.functional, f"{NAME}_backward")
    planted = wrong(original)
    for name, module in list(sys.modules.items()):
        if name.startswith("nnbook"):
            for attribute, value in list(vars(module).items()):
                if value is original:
                    setattr(module, attribute, planted)


def rungs(item):
    return {mark.args[0] for mark in item.iter_markers("rung") if NAME in mark.args[1:]} & {1, 3}


def pytest_collection_modifyitems(config, items):
    items[:] = [item for item in items if rungs(item)]


def pytest_runtest_makereport(item, call):
    if call.when == "call" and call.excinfo is not None and not call.excinfo.errisinstance(_skipped()):
        FAILED.update(rungs(item))


def _skipped():
    import pytest

    return pytest.skip.Exception


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"planted in {NAME}_backward; noticed on rungs {sorted(FAILED)}")
