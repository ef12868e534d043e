"""The neuron explorer in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.NeuronExplorer()\nw"]
SAYS = "[data-widget=NeuronExplorer] .nnbook-says"


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "01_neuron.ipynb")
    lab.run_all()
    before = lab.text(SAYS)
    bias = lab.python("explorer.state['bias']")
    lab.drag("[data-name='boundary']", 60, -20)
    assert lab.python("explorer.state['bias']") != bias
    assert lab.text(SAYS) != before
    assert lab.text(SAYS) == lab.python("explorer.says()")
    lab.drag("[data-name='weights']", 0, -60)
    assert lab.python("explorer.state['w2']") > 1
    lab.drag("[data-name='blue 3']", 30, 40)
    assert lab.python("explorer.state['blue'][2][0]") > 0
    lab.press("button[data-name='add orange']")
    assert lab.python("len(explorer.state['orange'])") == 5
    assert len(lab.page.query_selector_all("[data-name^='orange ']")) == 5
    lab.shot("neuron_light", "[data-widget=NeuronExplorer]")
    lab.press("button[data-name='code']")
    assert lab.text("[data-widget=NeuronExplorer] .nnbook-code") == lab.python("explorer.code()")
    lab.press("button[data-name='reset']")
    code = "widgets.NeuronExplorer(state={'activation': 'step'}, hide=['activation', 'losses'])"
    assert lab.python("explorer.code()") == code
    assert lab.text(SAYS) == before


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys("[data-name='blue 1']", "ArrowRight", "ArrowRight", "Shift+ArrowUp")
    x, y = lab.python("w.state['blue'][0]")
    assert (x, y) == pytest.approx((-1.6 + 2 * 6 / 50, 0.4 + 5 * 6 / 50), abs=1e-3)
    lab.keys("input[data-name='bias']", "ArrowRight")
    assert lab.python("w.state['bias']") == pytest.approx(-0.75)
    slider = lab.find("input[data-name='bias']")
    assert slider.get_attribute("aria-valuetext") == "−0.75"
    lab.keys("select[data-name='activation']", "ArrowDown")
    assert lab.python("w.state['activation']") == "step"
    assert "share of wrong points" in lab.text(".nnbook-says")
    lab.keys("button[data-name='less blue']", "Enter")
    assert lab.python("len(w.state['blue'])") == 3
    lab.shot("neuron_dark", ".nnbook-stage")
