"""Questions and replies in JupyterLab itself, by keyboard, in Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from nnbook import practice",
    'practice.quiz("backprop.warmup")',
    'practice.predict("backprop.nudge")',
    'practice.exercise("backprop.output_gradient").check(lambda output, target: target - output)',
    "practice.progress()",
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


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


@pytest.fixture
def lab(tmp_path):
    """A server with one notebook, and its address."""
    pytest.importorskip("jupyterlab")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    book = nbformat.v4.new_notebook()
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book.cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(book, folder / "practice.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "NNBOOK_HOME": "home",
    }
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
            *(f"--port={port}", "--IdentityProvider.token=t"),
        ],
        cwd=folder,
        env={**os.environ, **{name: str(tmp_path / folder) for name, folder in folders.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api?token=t").close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        yield f"{address}/lab/tree/practice.ipynb?token=t&reset"
    finally:
        server.terminate()
        server.wait(20)


def test_questions_and_replies_by_keyboard(lab):
    sync_api, path = chromium()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1200, "height": 2400})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(lab)
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
        page.wait_for_selector("#jp-main-statusbar :text('| Idle')", timeout=60_000)
        page.click("li.lm-MenuBar-item:has-text('Run')")
        page.click("li[data-command='runmenu:run-all']")
        page.wait_for_selector(".nnbook-progress", timeout=60_000)

        quiz, prediction = page.query_selector_all(".nnbook-quiz")
        options = quiz.query_selector_all(".nnbook-option")
        assert len(options) == 12
        said = quiz.query_selector(".nnbook-answer")
        options[0].focus()
        page.keyboard.press("Space")
        page.wait_for_selector(".nnbook-answer :text('(a) No.')")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector(".nnbook-answer :text('(b) Right.')")
        assert "Against the gradient" in said.inner_text()
        width = options[3].evaluate("button => button.scrollWidth <= button.clientWidth")
        assert width, "an option is cut off"

        prediction.query_selector_all(".nnbook-option")[2].focus()
        page.keyboard.press("Space")
        page.wait_for_selector(".nnbook-answer :text('Noted: (c).')")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.wait_for_selector(".nnbook-answer :text('You were thinking of the weight itself.')")

        reply = page.wait_for_selector(".nnbook-reply:has-text('You took target − output')")
        assert reply.query_selector("mjx-container"), "the mathematics is not typeset"
        assert reply.query_selector("em").inner_text() == "target − output"
        outside = [
            url
            for url in asked
            if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
        ]
        assert outside == []
        browser.close()
