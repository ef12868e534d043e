"""How fast the widgets follow the hand, in JupyterLab in Chromium on this machine.

    python -m benchmarks.widgets                    # all of them: median and 95th percentile, in milliseconds
    python -m benchmarks.widgets NeuronExplorer
    python -m benchmarks.widgets --play 300 NeuronExplorer   # memory of kernel and page over so many seconds of play

A time is what a person waits: from the event in the page, to Python, back, and until the browser has painted what came.
Budgets: a drag 50 ms, a slider 150 ms, live training 10 frames a second.
"""

import argparse
import os
import pathlib
import tempfile
import time

import numpy as np

from nnbook import widgets
from nnbook.widgets.explore import Explore
from nnbook.widgets.stage import Live
from tests.lab import ARGUMENTS, Lab, chromium

WATCH = """(widget) => {
  window.answers = [];
  let asked = 0;
  const note = () => {
    const began = asked;
    requestAnimationFrame(() => window.answers.push(performance.now() - began));
  };
  const stage = document.querySelector(`[data-widget=${widget}]`);
  if (stage) {
    new MutationObserver(() => {
      if (stage.dataset.busy === "true" && !asked) asked = performance.now();
      else if (stage.dataset.busy === "false" && asked) { note(); setTimeout(() => (asked = 0), 30); }
    }).observe(stage, { attributes: true, attributeFilter: ["data-busy"] });
    return;
  }
  const picture = document.querySelector(`.nnbook-${widget} img, img.nnbook-picture`);
  // Each begins anew: the one before was answered, or changed nothing.
  for (const kind of ["keydown", "input"]) {
    document.addEventListener(kind, () => (asked = performance.now()), true);
  }
  picture.addEventListener("load", () => { if (asked) { note(); setTimeout(() => (asked = 0), 10); } });
}"""
FRAMES = """(widget) => {
  window.frames_ = 0;
  const panel = document.querySelector(`[data-widget=${widget}] .nnbook-panels`);
  new MutationObserver(() => window.frames_++).observe(panel, { subtree: true, childList: true, attributes: true });
}"""


def answers(lab):
    """The times since the last call, in milliseconds."""
    lab.settle()
    times = lab.page.evaluate("window.answers.splice(0)")
    return f"{np.median(times):6.0f} {np.percentile(times, 95):6.0f}" if times else f"{'—':>6} {'—':>6}"


def drag(lab, where):
    """Sixty small moves of one handle, or one stroke of sixty points, each waited for, as a slow hand does."""
    place = lab.find(where).bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    for k in range(60):
        lab.page.mouse.move(x + 12 * np.sin(k / 6), y + 8 * np.sin(k / 4))
        lab.page.wait_for_timeout(70)
    lab.page.mouse.up()


def slide(lab, where):
    """Forty steps of one slider by arrow key."""
    lab.find(where).focus()
    for k in range(40):
        lab.page.keyboard.press("ArrowRight" if k % 20 < 10 else "ArrowLeft")
        lab.page.wait_for_timeout(300)


def measure(lab, name):
    """One widget: drag, slider, frames a second."""
    page = lab.open(["from nnbook import widgets", f"w = widgets.{name}()\nw"])
    lab.run_all()
    page.evaluate(WATCH, name)
    dragged, slid, frames = f"{'—':>6} {'—':>6}", f"{'—':>6} {'—':>6}", "—"
    stage = f"[data-widget={name}]"
    hand = next((h for h in (".nnbook-handle", ".nnbook-pad") if page.query_selector(f"{stage} {h}")), None)
    if hand:
        drag(lab, f"{stage} {hand}")
        dragged = answers(lab)
    slider = next(
        (s for s in (f"{stage} input[type=range]", f".nnbook-{name} .noUi-handle") if page.query_selector(s)),
        None,
    )
    if slider:
        slide(lab, slider)
        slid = answers(lab)
    if page.query_selector(f"{stage} button[data-name=play]"):
        lab.press(f"{stage} button[data-name=reset]")
        page.evaluate(FRAMES, name)
        began = page.evaluate("performance.now()")
        page.click(f"{stage} button[data-name=play]")
        page.wait_for_timeout(2000)
        seen = (
            lab.python("w.answered"),
            page.evaluate("window.frames_"),
            page.evaluate("performance.now()") - began,
        )
        frames = f"{1000 * seen[1] / seen[2]:.0f}"
    return f"{name:22} {dragged}   {slid}   {frames:>6}"


def play(lab, name, seconds):
    """Memory of kernel and page while handles and sliders are moved without a rest."""
    page = lab.open(["from nnbook import widgets", f"w = widgets.{name}()\nw"])
    lab.run_all()
    session = lab.context.new_cdp_session(page)
    began = time.time()
    rss = "__import__('pathlib').Path('/proc/self/statm').read_text().split()[1]"
    marks = [0.1, 0.5, 1.0]
    while marks:
        drag(lab, f"[data-widget={name}] .nnbook-handle")
        if time.time() - began > marks[0] * seconds:
            marks.pop(0)
            session.send("HeapProfiler.collectGarbage")
            heap = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
            kernel = int(lab.python(rss)) * os.sysconf("SC_PAGE_SIZE") / 2**20
            nodes = page.evaluate("document.querySelectorAll('*').length")
            print(
                f"{name} after {time.time() - began:4.0f} s: kernel {kernel:.1f} MB, page {heap:.1f} MB, {nodes} nodes"
            )


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("names", nargs="*", help="widgets; all, where none is named")
    asked.add_argument("--play", type=float, metavar="SECONDS", help="watch the memory instead")
    chosen = asked.parse_args()
    every = [n for n in widgets.__all__ if _is_one(getattr(widgets, n))]
    sync_api, path = chromium()
    with tempfile.TemporaryDirectory() as folder, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        lab = Lab(pathlib.Path(folder), browser)
        try:
            if not chosen.play:
                print(
                    f"{'milliseconds':22} {'drag':>6} {'95 %':>6}   {'slider':>6} {'95 %':>6}   {'frames':>6}"
                )
            for name in chosen.names or every:
                if chosen.play:
                    play(lab, name, chosen.play)
                else:
                    print(measure(lab, name), flush=True)
                lab.leave()
        finally:
            lab.close()
            browser.close()


def _is_one(value):
    return isinstance(value, type) and issubclass(value, (Live, Explore)) and value not in (Live, Explore)


if __name__ == "__main__":
    main()
