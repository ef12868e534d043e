"""The error curve in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.ErrorCurve()\nw"]
BOX = ".nnbook-ErrorCurve"
SAYS = f"{BOX} .nnbook-says [role=status]"


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "08_bug_clinic.ipynb")
    lab.run_all()
    picture = lab.find(f"{BOX} img").get_attribute("src")
    lab.says(SAYS, "h = 0.1: measured 0.5394022522, true 0.5403023059, off by 9.0e−04.")
    lab.drag(f"{BOX} .nnbook-field-h .noUi-handle", -60, 0)
    lab.until("1e-12 < curve.state['h'] < 1e-3")
    assert not lab.text(SAYS).startswith("h = 0.1:")
    assert lab.find(f"{BOX} img").get_attribute("src") != picture
    lab.press(f"{BOX} .nnbook-field-costs input")
    lab.until("curve.state['costs']")
    lab.says(SAYS, "Bending costs about")
    lab.shot("error_curve_light", BOX)
    lab.press(f"{BOX} .nnbook-code")
    assert lab.text(f"{BOX} pre") == lab.python("curve.code()")
    lab.press(f"{BOX} .nnbook-reset")
    assert lab.python("curve.code()") == "widgets.ErrorCurve()"


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys(f"{BOX} .nnbook-field-bits select", "ArrowDown")
    lab.until("w.state['bits'] == '32'")
    lab.keys(f"{BOX} .nnbook-field-sides select", "ArrowUp")
    lab.until("w.state['sides'] == 'one'")
    lab.keys(f"{BOX} .nnbook-field-h .noUi-handle", "ArrowLeft", "ArrowLeft")
    lab.until("0.056 < w.state['h'] < 0.057")
    lab.keys(f"{BOX} .nnbook-field-h .noUi-handle", "Home")
    lab.until("w.state['h'] < 1.1e-16")
    lab.until("'so small a step is not seen' in w._says.value")
    lab.settle()
    lab.says(SAYS, "so small a step is not seen")
    lab.shot("error_curve_dark", BOX)
