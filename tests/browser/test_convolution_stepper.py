"""The convolution stepper in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.ConvolutionStepper(state={'picture': 'a digit'})\nw"]
HERE = "[data-widget=ConvolutionStepper]"


def pixels_of_a_cell(lab, cells):
    box = lab.find(f"{HERE} [data-name=image] svg").bounding_box()
    return (box["width"] - 8) / cells


def test_by_mouse_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "18_convolution.ipynb")
    lab.run_all()
    assert lab.python("stepper.place()") == (0, 0)
    cell = pixels_of_a_cell(lab, 6.5)
    lab.drag(f"{HERE} [data-name=window]", 3.2 * cell, 1.7 * cell)
    lab.until("stepper.place() == (2, 3)")
    lab.says(f"{HERE} .nnbook-says", "= −3")
    assert lab.text(f"{HERE} .nnbook-says") == lab.python("stepper.says()")
    sums = (
        "[...document.querySelectorAll('[data-widget=ConvolutionStepper] [data-name=products] text')].at(-1)"
    )
    assert lab.page.evaluate(f"{sums}.textContent") == "added up: −3"
    assert (
        lab.find(f"{HERE} [data-name=window]").get_attribute("aria-valuetext") == "row 3, column 4 of the map"
    )
    lab.press(f"{HERE} .nnbook-press[data-name='weight 0 0']")
    lab.until("float(stepper.weights()[0, 0]) == 0")
    lab.says(f"{HERE} .nnbook-says", "= −2")
    assert lab.find(f"{HERE} select[data-name=kernel]").input_value() == "your own"
    lab.shot("convolution_light", HERE)
    lab.press(f"{HERE} button[data-name=back]")
    lab.until("stepper.place() == (2, 2)")
    lab.press(f"{HERE} button[data-name=reset]")
    lab.until("stepper.code() == 'widgets.ConvolutionStepper()'")
    lab.press(f"{HERE} button[data-name=play]")
    lab.until("stepper.place() == (0, 2)")
    lab.press(f"{HERE} button[data-name=play]")
    assert not lab.python("stepper.playing")


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys(f"{HERE} [data-name=window]", "ArrowRight", "ArrowRight", "ArrowDown")
    lab.until("w.place() == (1, 2)")
    lab.keys(f"{HERE} input[data-name=padding]", "ArrowRight", "ArrowRight")
    lab.until("w.map().shape == (10, 10)")
    lab.keys(f"{HERE} select[data-name=kernel]", "ArrowDown", "ArrowDown")
    lab.until("w.state['kernel'] == 'blur'")
    lab.keys(f"{HERE} [data-name='weight 1 1']", "Enter", " ")
    lab.until("float(w.weights()[1, 1]) == 2")
    lab.keys(f"{HERE} input[data-name=whole]", " ")
    lab.until("w.state['whole']")
    numbers = "document.querySelectorAll('[data-widget=ConvolutionStepper] [data-name=map] .nnbook-marks text').length"
    assert lab.page.evaluate(numbers) == 100
    lab.shot("convolution_dark", HERE)
    lab.keys(f"{HERE} input[data-name=stride]", "ArrowRight", "ArrowRight")
    lab.until("w.map().shape == (4, 4)")
    lab.keys(f"{HERE} [data-name=window]", "ArrowRight")
    lab.until("w.place() == (1, 3)")
    lab.says(f"{HERE} .nnbook-says", "Window 8 of 16.")
