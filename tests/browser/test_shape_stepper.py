"""The shape stepper in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.ShapeStepper()\nw"]
BOX = ".nnbook-ShapeStepper"
SAYS = f"{BOX} .nnbook-says [role=status]"


def picture(lab):
    return lab.find(f"{BOX} img").get_attribute("src")


def typed(lab, name, text):
    lab.find(f"{BOX} .nnbook-field-{name} input").fill(text)
    lab.keys(f"{BOX} .nnbook-field-{name} input", "Enter")


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "00_start_here.ipynb")
    lab.run_all()
    before = picture(lab)
    lab.says(SAYS, "(3, 1) + (4,): which shape will the result have, if there is one?")
    lab.drag(f"{BOX} .nnbook-field-step .noUi-handle", 400, 0)
    lab.until("stepper.state['step'] == 4")
    lab.says(SAYS, "Result: (3, 4), 12 numbers from 3 and 4.")
    assert picture(lab) != before
    lab.shot("shapes_light", BOX)
    typed(lab, "first", "(2, 3)")
    typed(lab, "second", "(2,)")
    lab.until("stepper.state['first'] == '(2, 3)' and stepper.state['step'] == 0")
    lab.says(SAYS, "(2, 3) + (2,): which shape will the result have, if there is one?")
    lab.drag(f"{BOX} .nnbook-field-step .noUi-handle", 400, 0)
    lab.says(SAYS, "neither is 1. NumPy says: “operands could not be broadcast")
    lab.shot("shapes_refused", BOX)
    lab.press(f"{BOX} .nnbook-code")
    assert lab.text(f"{BOX} pre") == lab.python("stepper.code()")
    lab.press(f"{BOX} .nnbook-reset")
    assert lab.python("stepper.code()") == "widgets.ShapeStepper()"


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys(f"{BOX} .nnbook-field-step .noUi-handle", "ArrowRight", "ArrowRight")
    lab.until("w.state['step'] == 2")
    lab.says(SAYS, "Last axis: 1 and 4. The first is stretched to 4.")
    typed(lab, "second", "<img src=x onerror=alert(1)>")
    lab.says(SAYS, "“<img src=x onerror=…” is no shape")
    assert not lab.page.query_selector(f"{BOX} .nnbook-says img")
    typed(lab, "second", "(1, 2)")
    lab.keys(f"{BOX} .nnbook-field-operation select", "ArrowDown", "ArrowDown", "ArrowDown")
    lab.until("w.state['operation'] == '@'")
    lab.keys(f"{BOX} .nnbook-field-step .noUi-handle", "End")
    lab.says(SAYS, "Result: (3, 2), 6 numbers, each a sum of 1 product.")
    lab.shot("shapes_dark", BOX)
