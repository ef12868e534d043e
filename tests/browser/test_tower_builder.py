"""The tower builder in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.TowerBuilder()\nw"]
STAGE = "[data-widget='TowerBuilder']"
SAYS = f"{STAGE} .nnbook-says"


def place(lab, name):
    box = lab.find(f"{STAGE} [data-name='{name}'] .nnbook-grip").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "04_layers.ipynb")
    lab.run_all()
    before = lab.text(SAYS)
    error = lab.python("builder.score()[0]")
    x, y = place(lab, "top 2")
    lab.drag(f"{STAGE} [data-name='top 2']", 45, -120)
    left, right, height = lab.python("builder.state['towers'][1]")
    assert right - left == pytest.approx(0.18)
    assert left == pytest.approx(0.58, abs=0.03)
    assert height > 0.7
    after = place(lab, "top 2")
    assert after[0] - x == pytest.approx(45, abs=5)
    assert after[1] - y == pytest.approx(-120, abs=5)
    assert lab.python("builder.score()[0]") < error
    assert lab.text(SAYS) == lab.python("builder.says()") != before
    lab.drag(f"{STAGE} [data-name='left 1']", 25, 0)
    assert lab.python("builder.state['towers'][0][0]") == pytest.approx(0.135, abs=0.025)
    lab.press(f"{STAGE} button[data-name='add']")
    assert lab.python("builder.score()[1]") == 6
    assert len(lab.page.query_selector_all(f"{STAGE} [data-name^='top ']")) == 3
    assert "the network 1-6-1 in numbers" in lab.text(f"{STAGE} [data-name='numbers']")
    lab.shot("towers_light", STAGE)
    lab.press(f"{STAGE} [data-name='choose 1']")
    assert lab.python("builder.state['chosen']") == 1
    assert lab.text(f"{STAGE} button[data-name='remove']") == "Remove tower 1"
    lab.press(f"{STAGE} button[data-name='remove']")
    assert lab.python("len(builder.state['towers'])") == 2
    lab.press(f"{STAGE} button[data-name='reset']")
    assert lab.python("builder.code()") == "widgets.TowerBuilder()"
    assert lab.text(SAYS) == before


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys("[data-name='top 1']", "ArrowUp", "ArrowUp", "Shift+ArrowRight")
    assert lab.python("w.state['towers'][0]") == (0.13, 0.27, 0.22)
    handle = lab.find("[data-name='top 1']")
    assert handle.get_attribute("aria-valuetext") == "0.22 high, from 0.13 to 0.27"
    lab.keys("[data-name='right 1']", "Shift+ArrowRight")
    assert lab.python("w.state['towers'][0][1]") == pytest.approx(0.32)
    lab.keys("[data-name='choose 2']", "Enter")
    assert lab.python("w.state['chosen']") == 2
    lab.keys("select[data-name='goal']", "ArrowDown", "ArrowDown")
    lab.keys("select[data-name='unit']", "ArrowDown", "ArrowDown")
    assert lab.python("(w.state['goal'], w.state['unit'])") == ("roof", "ReLU")
    assert "Two ReLUs make a ramp" in lab.text(".nnbook-says")
    lab.keys("input[data-name='floor']", "ArrowRight", "ArrowRight")
    assert lab.python("w.state['floor']") == pytest.approx(0.02)
    lab.keys("button[data-name='add']", "Enter")
    lab.keys("[data-name='top 3']", "ArrowUp")
    assert lab.python("w.state['chosen']") == 3
    lab.shot("towers_dark", ".nnbook-stage")
    lab.keys("button[data-name='code']", "Enter")
    assert lab.text(".nnbook-code") == lab.python("w.code()")
