"""The activation explorer in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.ActivationExplorer()\nw"]
STAGE = "[data-widget='ActivationExplorer']"
SAYS = f"{STAGE} .nnbook-says"


def place(lab, name):
    box = lab.find(f"{STAGE} [data-name='{name}'] .nnbook-grip").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def until(lab, expression, seconds=20):
    for _ in range(10 * seconds):
        if lab.python(expression):
            return
        lab.page.wait_for_timeout(100)
    pytest.fail(f"never: {expression}")


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "03_activations.ipynb")
    lab.run_all()
    before = lab.text(SAYS)
    x, y = place(lab, "sum")
    lab.drag(f"{STAGE} [data-name='sum']", -90, 40)
    z = lab.python("explorer.state['z']")
    assert z == pytest.approx(1 - 90 / 333 * 12, abs=0.2)
    after = place(lab, "sum")
    assert after[0] - x == pytest.approx(-90, abs=3)
    assert after[1] > y  # the sigmoid is lower there: the point stays on the curve
    assert lab.text(SAYS) == lab.python("explorer.says()") != before
    lab.shot("activation_light", STAGE)
    lab.find(f"{STAGE} select[data-name='function']").select_option("ReLU")
    lab.press(f"{STAGE} button[data-name='bad']")
    assert "it is dead" in lab.text(SAYS)
    lab.press(f"{STAGE} button[data-name='learn']")
    until(lab, "explorer.state['steps'] > 20")
    assert lab.python("(explorer.state['w'], explorer.state['b'])") == (-1, -0.5)
    lab.find(f"{STAGE} select[data-name='function']").select_option("leaky ReLU")
    until(lab, "not explorer.playing")
    assert lab.python("explorer.error()") < 0.02
    lab.settle()
    assert "steps of learning" in lab.text(SAYS)
    assert lab.text(f"{STAGE} button[data-name='learn']") == "Learn"
    lab.shot("activation_learnt_light", STAGE)
    lab.press(f"{STAGE} button[data-name='learn']")
    lab.press(f"{STAGE} button[data-name='learn']")
    assert not lab.python("explorer.playing")
    lab.press(f"{STAGE} button[data-name='reset']")
    assert lab.python("explorer.code()") == "widgets.ActivationExplorer()"
    assert lab.text(SAYS) == before


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys("[data-name='sum']", "ArrowRight", "Shift+ArrowRight")
    assert lab.python("w.state['z']") == pytest.approx(1.3)
    handle = lab.find("[data-name='sum']")
    assert handle.get_attribute("aria-valuetext") == "z 1.30, output 0.786, slope 0.168"
    lab.keys("input[data-name='z']", "ArrowLeft")
    assert lab.python("w.state['z']") == pytest.approx(1.25)
    lab.keys("select[data-name='function']", *["ArrowDown"] * 3)
    assert lab.python("w.state['function']") == "leaky ReLU"
    lab.keys("[data-name='sum']", *["Shift+ArrowLeft"] * 8)
    lab.keys("input[data-name='leak']", *["ArrowRight"] * 10)
    assert lab.python("w.state['leak']") == pytest.approx(0.2)
    assert "leaky ReLU at z = −0.75: output −0.150, slope 0.200" in lab.text(".nnbook-says")
    lab.keys("button[data-name='bad']", "Enter")
    lab.keys("button[data-name='one']", "Enter", "Enter")
    assert lab.python("w.state['steps']") == 2
    assert "after 2 steps of learning" in lab.text(".nnbook-says")
    lab.shot("activation_dark", ".nnbook-stage")
    lab.keys("button[data-name='code']", "Enter")
    assert lab.text(".nnbook-code") == lab.python("w.code()")
