"""The gradient microscope in JupyterLab, by mouse and by keyboard."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.GradientMicroscope()\nw"]
STAGE = "[data-widget=GradientMicroscope]"
SAYS = f"{STAGE} .nnbook-says"


def level(lab, panel):
    """How far down each black dot stands, in pixels, from layer 1 on."""
    dots = lab.page.query_selector_all(f"{STAGE} [data-name='{panel}'] .nnbook-marks path[fill='#000000']")
    return [dot.bounding_box()["y"] for dot in dots]


def test_by_mouse(lab):
    lab.open(CELLS)
    lab.run_all()
    assert lab.text(SAYS).startswith("Activations vanish: 0.055 in layer 1")
    heights = level(lab, "activations")
    assert len(heights) == 10
    assert heights == sorted(heights)
    assert level(lab, "gradients") == sorted(level(lab, "gradients"), reverse=True)
    lab.shot("microscope_light", STAGE)
    lab.page.select_option(f"{STAGE} select[data-name='init']", "Kaiming")
    lab.settle()
    assert lab.python("w.state['init']") == "Kaiming"
    assert lab.text(SAYS) == lab.python("w.says()")
    assert lab.text(SAYS).count("roughly keep their size") == 2
    assert max(level(lab, "gradients")) - min(level(lab, "gradients")) < 30
    lab.drag(f"{STAGE} [data-name='layer']", 100, 0)
    layer = lab.python("w.state['layer']")
    assert layer > 3
    assert f"layer {layer} closely" in lab.text(f"{STAGE} [data-name='close']")
    lab.page.select_option(f"{STAGE} select[data-name='init']", "uniform ±1")
    lab.page.select_option(f"{STAGE} select[data-name='activation']", "tanh")
    lab.settle()
    lab.until("w.state['activation'] == 'tanh'")
    lab.says(SAYS, "Saturated, within 0.01 of the ends: 54%")
    lab.shot("microscope_tanh_light", STAGE)
    lab.press(f"{STAGE} button[data-name='reset']")
    assert lab.text(SAYS).startswith("Activations vanish: 0.055 in layer 1")


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys("select[data-name='init']", "z")
    assert lab.python("w.state['init']") == "zeros"
    assert "640 of 640 units are dead" in lab.text(".nnbook-says")
    lab.keys("select[data-name='init']", "End")
    assert lab.python("w.state['init']") == "Kaiming"
    lab.keys("input[data-name='depth']", "End")
    assert lab.python("w.state['depth']") == 20
    assert len(level(lab, "activations")) == 20
    lab.keys("[data-name='layer'].nnbook-handle", *["ArrowRight"] * 4)
    assert lab.python("w.state['layer']") == 5
    assert lab.find("[data-name='layer'].nnbook-handle").get_attribute("aria-valuetext") == "layer 5 of 20"
    lab.keys("button[data-name='code']", "Enter")
    assert lab.text(".nnbook-code") == lab.python("w.code()")
    lab.shot("microscope_dark", ".nnbook-stage")
