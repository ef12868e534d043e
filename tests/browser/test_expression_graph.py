"""The expression graph in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def write(lab, selector, text):
    lab.keys(selector, "Control+a")
    lab.page.keyboard.type(text)
    lab.keys(selector, "Enter")


CELLS = ["from nnbook import widgets", "w = widgets.ExpressionGraph()\nw.view"]
HERE = ".nnbook-ExpressionGraph"


def picture(lab):
    return lab.find(f"{HERE} img").get_attribute("src")


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "09_autograd.ipynb")
    lab.run_all()
    before, seen = lab.text(f"{HERE} .nnbook-says"), picture(lab)
    assert "x is read 3 times" in before
    lab.keys(f"{HERE} .nnbook-field-step .noUi-handle", "ArrowRight")
    lab.until("there_and_back.state['step'] == 1")
    lab.settle()
    assert "x has 1 of 3 shares and waits." in lab.text(f"{HERE} .nnbook-says")
    assert picture(lab) != seen
    lab.shot("expression_light", HERE)
    lab.keys(f"{HERE} .nnbook-field-step .noUi-handle", "ArrowRight")
    lab.until("there_and_back.state['step'] == 2")
    lab.settle()
    assert "x: 1 + 3 + 3 = 7 (by nudging 7)." in lab.text(f"{HERE} .nnbook-says")
    typed = f"{HERE} .nnbook-field-expression input"
    write(lab, typed, "x * x - 6 * x")
    lab.until("there_and_back.state['expression'] == 'x * x - 6 * x'")
    lab.drag(f"{HERE} .nnbook-field-step .noUi-handle", 300, 0)
    lab.until("there_and_back.state['step'] >= 3")
    lab.settle()
    assert "x: (−6) + 3 + 3 = 0" in lab.text(f"{HERE} .nnbook-says")
    lab.press(f"{HERE} .nnbook-reset button" if lab.page.query_selector(f"{HERE} .nnbook-reset button") else f"{HERE} .nnbook-reset")  # fmt: skip
    lab.until("there_and_back.state['expression'] == 'x * x + x'")
    lab.settle()
    assert lab.text(f"{HERE} .nnbook-says") == before


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    typed = f"{HERE} .nnbook-field-expression input"
    write(lab, typed, "(w * x + b) ** 2 / x.real")
    lab.until("w.state['expression'].endswith('real')")
    lab.settle()
    assert "expects only x, w, b, numbers" in lab.text(f"{HERE} .nnbook-says")
    write(lab, typed, "(w * x + b) ** 2 / x")
    lab.until("w.state['expression'].endswith('/ x')")
    lab.keys(f"{HERE} .nnbook-field-w .noUi-handle", "ArrowRight", "ArrowRight")
    lab.until("abs(w.state['w'] - 2.2) < 1e-9")
    lab.keys(f"{HERE} .nnbook-field-step .noUi-handle", "ArrowRight")
    lab.until("w.state['step'] == 1")
    lab.settle()
    assert "x has 1 of 2 shares and waits." in lab.text(f"{HERE} .nnbook-says")
    lab.shot("expression_dark", HERE)
