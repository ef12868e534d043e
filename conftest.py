"""What every test run needs: nbval mended where it is known to break (see the comments), and the evidence ladder's table."""

import os
import shutil
import signal
import sys
import tempfile

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--ladder",
        action="store_true",
        help="print which evidence stands on which rung (use with --collect-only)",
    )


def pytest_configure(config):
    # A suite started in the background is born deaf to Ctrl-C, and some tests press it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not config.pluginmanager.hasplugin("nbval"):
        return
    # The products of the notebooks are small: on a busy machine a second thread keeps them waiting, up to ten times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    config.option.nbval_sanitize_with = str(config.rootpath / "tests" / "nbval-sanitize.cfg")
    import nbval.kernel
    from jupyter_client.manager import KernelManager

    def execute(
        self, source, allow_stdin=None
    ):  # nbval#194: a cell that ends in ";" and Out need store_history
        return self.kc.execute(source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)

    nbval.kernel.RunningKernel.execute_cell_input = execute
    if (
        sys.platform != "win32"
    ):  # jupyter_client#487: TCP ports are raced for; sockets in a folder of our own are not
        sockets = tempfile.mkdtemp(prefix="nbval-")
        config.add_cleanup(lambda: shutil.rmtree(sockets, ignore_errors=True))
        nbval.kernel.KernelManager = lambda **options: KernelManager(
            transport="ipc", ip=tempfile.mktemp(dir=sockets), **options
        )


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    """Keep progress, cache and data of whoever runs the tests out of the tests, and the tests out of theirs."""
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path_factory.getbasetemp() / "home"))


def pytest_collection_modifyitems(config, items):
    if config.getoption("--ladder"):
        table = {}
        for item in items:
            for mark in item.iter_markers("rung"):
                number, *names = mark.args
                for name in names:
                    table.setdefault(name, {}).setdefault(number, set()).add(item.nodeid.split("[")[0])
        config._ladder = table


def pytest_terminal_summary(terminalreporter, config):
    for name, rungs in sorted(getattr(config, "_ladder", {}).items()):
        terminalreporter.write_line(
            f"ladder {name} {' '.join(str(len(rungs.get(n, ()))) for n in range(1, 6))}"
        )
