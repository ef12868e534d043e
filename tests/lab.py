"""JupyterLab in Chromium, for tests: a notebook is opened, run, worked by mouse and by keyboard, and asked in Python.

    def test_boundary(lab):
        lab.open(["from nnbook import widgets", "w = widgets.NeuronExplorer()\\nw"])
        lab.run_all()
        lab.drag("[data-name='boundary']", 40, 0)
        assert lab.python("w.state['bias']") < 0

`lab` is a fixture of tests/browser. When a test ends, the console must have shown no error, and
no request may have left the machine.
"""

import ast
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
HERE = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
SHOTS = pathlib.Path(
    os.environ.get("NNBOOK_SHOTS", pathlib.Path(__file__).parents[1] / "build" / "screenshots")
)


def chromium():
    """Chromium and what drives it, or a skip; a failure where NNBOOK_REQUIRE names it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    required = "chromium" in os.environ.get("NNBOOK_REQUIRE", "").split(",")
    if required:
        assert path, "NNBOOK_REQUIRE names chromium, and there is none"
        from playwright import sync_api
    else:
        sync_api = pytest.importorskip("playwright.sync_api")
        if not path:
            pytest.skip("no Chromium here")
    return sync_api, path


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Lab:
    """A server, a browser, and the notebook that is open."""

    def __init__(self, folder, browser):
        self.folder, self.browser = folder, browser
        self.work = folder / "work"
        self.work.mkdir()
        self.port = free_port()
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "NNBOOK_HOME": "home",
        }
        self.server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
                *(f"--port={self.port}", "--IdentityProvider.token=t"),
            ],
            cwd=self.work,
            env={**os.environ, **{name: str(folder / part) for name, part in folders.items()}},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api?token=t").close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        self.page = None
        self.kernel = None

    def open(self, cells, *, dark=False, reduced_motion=False):
        """Open a notebook: a list of sources, or the path of an .ipynb, whose stored outputs are kept."""
        self.leave()
        path = self.work / f"try_{len(list(self.work.iterdir()))}.ipynb"
        if isinstance(cells, (str, pathlib.Path)):
            shutil.copy(cells, path)
        else:
            book = nbformat.v4.new_notebook()
            book.metadata["kernelspec"] = {
                "name": "python3",
                "display_name": "Python 3",
                "language": "python",
            }
            book.cells = [nbformat.v4.new_code_cell(source) for source in cells]
            nbformat.write(book, path)
        settings = self.folder / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True, exist_ok=True)
        theme = "JupyterLab Dark" if dark else "JupyterLab Light"
        (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
        quiet = {"fetchNews": "false", "checkForUpdates": False}  # no question lies over the page
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
        self.context = self.browser.new_context(
            viewport={"width": 1280, "height": 1600},
            reduced_motion="reduce" if reduced_motion else "no-preference",
        )
        self.page = self.context.new_page()
        self.errors, self.asked = [], []
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"http://127.0.0.1:{self.port}/lab/tree/{path.name}?token=t&reset", timeout=60_000)
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        self.idle()
        return self.page

    def idle(self, seconds=120):
        """Wait until the kernel has nothing to do."""
        self.page.wait_for_selector("#jp-main-statusbar :text('| Idle')", timeout=1000 * seconds)

    def run_all(self, seconds=120):
        """Run all cells and wait until the last has run."""
        self.page.click("li.lm-MenuBar-item:has-text('Run')")
        self.page.click("li[data-command='runmenu:run-all']")
        deadline = time.time() + seconds
        while time.time() < deadline:
            time.sleep(0.3)
            self.idle(seconds)
            if not self.page.query_selector(".jp-InputPrompt:text-matches('\\\\[\\\\*\\\\]')"):
                break
        self.page.wait_for_timeout(500)

    def python(self, expression):
        """The value of an expression in the notebook's kernel, as a literal."""
        if self.kernel is None:
            from jupyter_client.blocking import BlockingKernelClient

            newest = max(
                (self.folder / "runtime").glob("kernel-*.json"), key=lambda file: file.stat().st_mtime
            )
            self.kernel = BlockingKernelClient(connection_file=str(newest))
            self.kernel.load_connection_file()
            self.kernel.start_channels()
        reply = self.kernel.execute(
            "",
            user_expressions={"v": f"repr({expression})"},
            store_history=False,
            silent=True,
            reply=True,
            timeout=30,
        )
        answer = reply["content"]["user_expressions"]["v"]
        assert answer["status"] == "ok", answer
        return ast.literal_eval(ast.literal_eval(answer["data"]["text/plain"]))

    def until(self, expression, seconds=10):
        """Wait until an expression in the kernel is true; returns its value."""
        deadline = time.time() + seconds
        while not (value := self.python(expression)) and time.time() < deadline:
            time.sleep(0.05)
        assert value, f"{expression} did not become true in {seconds} s"
        return value

    def find(self, selector):
        """The first element that a selector finds, scrolled into view."""
        found = self.page.wait_for_selector(selector, timeout=30_000, state="attached")
        found.scroll_into_view_if_needed()
        return found

    def drag(self, selector, dx, dy, steps=6):
        """Take an element by its middle and move it by so many pixels."""
        place = self.find(selector).bounding_box()
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for k in range(1, steps + 1):
            self.page.mouse.move(x + dx * k / steps, y + dy * k / steps)
        self.page.mouse.up()
        self.settle()

    def keys(self, selector, *keys):
        """Give an element the focus and press keys."""
        self.find(selector).focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def press(self, selector):
        """Click."""
        self.find(selector).click()
        self.settle()

    def text(self, selector):
        """What an element says."""
        return self.find(selector).text_content()

    def says(self, selector, part, seconds=15):
        """Wait until an element says something, as a part of what it says."""
        there = "([place, part]) => document.querySelector(place)?.textContent.includes(part)"
        self.page.wait_for_function(there, arg=[selector, part], timeout=1000 * seconds)

    def settle(self):
        """Let Python answer and the page draw."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_function(
            "!document.querySelector('.nnbook-stage[data-busy=true]')", timeout=10_000
        )
        self.idle()

    def shot(self, name, selector=None):
        """Keep a screenshot under build/screenshots (or NNBOOK_SHOTS)."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        target = self.find(selector) if selector else self.page
        target.screenshot(path=str(SHOTS / f"{name}.png"))

    def leave(self):
        """Close the page and say what went wrong on it."""
        if self.kernel is not None:
            self.kernel.stop_channels()
            self.kernel = None
        if self.page is None:
            return
        self.context.close()
        self.page = None
        assert [url for url in self.asked if not url.startswith(HERE)] == []
        assert [error for error in self.errors if not harmless(error)] == []

    def close(self):
        self.server.terminate()
        self.server.wait(20)


def harmless(error):
    """What JupyterLab itself says on every page."""
    return any(
        part in error
        for part in ("favicon", "Failed to load resource: the server responded with a status of 404")
    )


@pytest.fixture(scope="module")
def lab_server(tmp_path_factory):
    pytest.importorskip("jupyterlab")
    sync_api, path = chromium()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        server = Lab(tmp_path_factory.mktemp("lab"), browser)
        try:
            yield server
        finally:
            server.close()
            browser.close()


@pytest.fixture
def lab(lab_server):
    yield lab_server
    lab_server.leave()
