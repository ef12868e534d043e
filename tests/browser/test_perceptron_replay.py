"""The perceptron's replay in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from nnbook import widgets",
    "gate = [[0, 0], [0, 1], [1, 0], [1, 1]]\nw = widgets.PerceptronReplay(gate, [-1, 1, 1, -1])\nw",
]
BOX = ".nnbook-PerceptronReplay"
SAYS = f"{BOX} .nnbook-says [role=status]"
UPDATE = f"{BOX} .nnbook-field-update .noUi-handle"


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "02_perceptron.ipynb")
    lab.run_all()
    picture = lab.find(f"{BOX} img").get_attribute("src")
    lab.says(SAYS, "All weights are 0, so all sums are 0 and all 40 points wrong.")
    lab.drag(UPDATE, 400, 0)
    lab.until("replay.state['update'] == 5")
    lab.settle()
    lab.says(SAYS, "No mistake is left: it stops at 5.")
    assert lab.find(f"{BOX} img").get_attribute("src") != picture
    lab.keys(UPDATE, "ArrowLeft", "ArrowLeft")
    lab.until("replay.state['update'] == 3")
    lab.settle()
    lab.says(SAYS, "Points wrong: 3 before, 10 after.")
    lab.shot("replay_light", BOX)
    lab.press(f"{BOX} .nnbook-code")
    lab.settle()
    assert lab.text(f"{BOX} pre") == lab.python("replay.code()")
    lab.press(f"{BOX} .nnbook-reset")
    lab.until("replay.code() == 'widgets.PerceptronReplay()'")


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys(UPDATE, "ArrowRight", "ArrowRight")
    lab.until("w.state['update'] == 2")
    lab.settle()
    lab.says(SAYS, "Correction 2: the square at (0, 1) should have a sum above 0")
    lab.says(SAYS, "no ceiling is known")
    lab.shot("replay_dark", BOX)
    lab.keys(f"{BOX} .nnbook-field-data select", "ArrowDown", "ArrowDown")
    lab.until("w.state['data'] == 'AND' and w.state['update'] == 0")
    lab.keys(UPDATE, "End")
    lab.until("w.state['update'] == 18")
    lab.settle()
    lab.says(SAYS, "it stops at 18.")


def test_a_state_between_the_sliders_stops_is_kept_and_what_ipywidgets_leave_out_is_there(lab):
    code = "widgets.PerceptronReplay(state={'update': 3, 'gap': 0.05})"
    lab.open(["from nnbook import widgets", f"w = {code}\nw"])
    lab.run_all()
    lab.settle()
    assert lab.python("w.code()") == code
    lab.says(SAYS, "Correction 3:")
    assert (
        lab.find(f"{BOX} .nnbook-field-gap .noUi-handle").get_attribute("aria-label") == "gap of the points"
    )
    assert lab.find(f"{BOX} img").get_attribute("alt") == "A perceptron learns"
    place = lab.find(SAYS)
    high = place.bounding_box()["height"]
    lab.keys(UPDATE, "ArrowLeft")
    lab.says(SAYS, "Correction 2:")
    assert place.text_content() == lab.text(SAYS)  # the same place, with other words: so they are read aloud
    lab.keys(UPDATE, "Home")
    lab.says(SAYS, "All weights are 0")
    assert place.bounding_box()["height"] == high  # nothing below it jumps
    lab.page.set_viewport_size({"width": 700, "height": 1200})
    lab.page.wait_for_timeout(500)
    wide, shown = lab.page.evaluate(
        f"[document.querySelector('{BOX}')].map(e => [e.scrollWidth, e.clientWidth])[0]"
    )
    assert wide == shown  # a narrow window makes it narrower; nothing is scrolled
