"""The recurrence stepper in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.RecurrenceStepper(state={'cell': 'lstm', 'keep': 4})\nw"]
HERE = "[data-widget=RecurrenceStepper]"


def test_by_mouse_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "21_recurrence.ipynb")
    lab.run_all(seconds=300)
    lab.press(f"{HERE} button[data-name=pulse]")
    lab.drag(f"{HERE} [data-name='input 5']", 0, -40)
    assert 0.8 < lab.until("stepper.state['inputs'][4]") < 1.8
    lab.press(f"{HERE} button[data-name=noise]")
    lab.until("stepper.state['inputs'][0] == 1.43")
    lab.find(f"{HERE} input[data-name=scale]").fill("1.2")
    lab.until("stepper.state['scale'] == 1.2")
    lab.says(f"{HERE} .nnbook-says", "11 steps back")
    assert lab.text(f"{HERE} .nnbook-says") == lab.python("stepper.says()")
    lab.shot("recurrence_light", HERE)
    lab.press(f"{HERE} button[data-name=back]")
    lab.says(f"{HERE} .nnbook-says", "10 steps back")
    dots = "document.querySelectorAll('[data-widget=RecurrenceStepper] [data-name=gradient] .nnbook-marks path[stroke=\"#FFFFFF\"]').length"
    assert lab.page.evaluate(dots) == 11
    lab.press(f"{HERE} button[data-name=next]")
    lab.press(f"{HERE} button[data-name=play]")
    lab.until("2 < stepper.state['step'] < 12")
    lab.press(f"{HERE} button[data-name=play]")
    assert not lab.python("stepper.playing")
    lab.says(f"{HERE} .nnbook-says", "the cell reads")
    lab.press(f"{HERE} button[data-name=reset]")
    lab.until("stepper.state['step'] == 24 and stepper.state['scale'] == 0.6")


def test_with_gates_in_notebook_22(lab):
    lab.open(ROOT / "notebooks" / "22_gates.ipynb")
    lab.run_all(seconds=300)
    lab.press(f"{HERE} input[data-name=compare]")
    lab.until("stepper.state['compare']")
    lab.find(f"{HERE} input[data-name=keep]").fill("4")
    lab.until("stepper.state['keep'] == 4")
    lab.says(f"{HERE} .nnbook-says", "the gradient's length is 0.34")
    lab.shot("recurrence_gates_light", HERE)


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys(f"{HERE} [data-name='input 3']", "ArrowUp", "Shift+ArrowUp")
    lab.until("w.state['inputs'][2] == 0.6")
    lab.keys(f"{HERE} input[data-name=keep]", "ArrowLeft")
    lab.until("w.state['keep'] == 3.75")
    lab.keys(f"{HERE} input[data-name=compare]", " ")
    lab.until("w.state['compare']")
    lab.shot("recurrence_dark", HERE)
    lab.keys(f"{HERE} input[data-name=step]", "Home", "ArrowRight", "ArrowRight")
    lab.says(f"{HERE} .nnbook-says", "Step 2 of 12: the cell reads 0")
    lab.keys(f"{HERE} select[data-name=cell]", "ArrowDown")
    lab.until("w.cell() == 'gru'")
    rows = "[...document.querySelectorAll('[data-widget=RecurrenceStepper] [data-name=gates] text')].map((t) => t.textContent)"
    assert lab.page.evaluate(rows)[-2:] == ["r", "z"]
