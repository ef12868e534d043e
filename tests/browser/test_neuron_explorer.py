"""The neuron explorer in JupyterLab, by mouse and by keyboard."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.NeuronExplorer()\nw"]


def test_by_mouse(lab):
    lab.open(CELLS)
    lab.run_all()
    before = lab.text(".nnbook-says")
    bias = lab.python("w.state['bias']")
    lab.drag("[data-name='boundary']", 60, -20)
    assert lab.python("w.state['bias']") < bias - 0.3
    assert lab.text(".nnbook-says") != before
    assert lab.text(".nnbook-says") == lab.python("w.says()")
    lab.drag("[data-name='weights']", 0, -60)
    assert lab.python("w.state['w2']") > 1
    lab.drag("[data-name='blue 3']", 30, 40)
    assert lab.python("w.state['blue'][2][0]") > 0
    lab.press("button[data-name='add orange']")
    assert lab.python("len(w.state['orange'])") == 5
    assert len(lab.page.query_selector_all("[data-name^='orange ']")) == 5
    lab.shot("neuron_light", ".nnbook-stage")
    lab.press("button[data-name='code']")
    assert lab.text(".nnbook-code") == lab.python("w.code()")
    lab.press("button[data-name='reset']")
    assert lab.python("w.code()") == "widgets.NeuronExplorer()"
    assert lab.text(".nnbook-says") == before


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys("[data-name='blue 1']", "ArrowRight", "ArrowRight", "Shift+ArrowUp")
    x, y = lab.python("w.state['blue'][0]")
    assert (x, y) == pytest.approx((-1.6 + 2 * 6 / 50, 0.4 + 5 * 6 / 50), abs=1e-3)
    lab.keys("input[data-name='bias']", "ArrowRight")
    assert lab.python("w.state['bias']") == pytest.approx(0.55)
    slider = lab.find("input[data-name='bias']")
    assert slider.get_attribute("aria-valuetext") == "0.55"
    lab.keys("select[data-name='activation']", "ArrowDown")
    assert lab.python("w.state['activation']") == "step"
    assert "share of wrong points" in lab.text(".nnbook-says")
    lab.keys("button[data-name='less blue']", "Enter")
    assert lab.python("len(w.state['blue'])") == 3
    lab.shot("neuron_dark", ".nnbook-stage")
