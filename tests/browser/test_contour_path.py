"""The path on a contour in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.ContourPath()\nw"]
STAGE = "[data-widget=ContourPath]"
SAYS = f"{STAGE} .nnbook-says"


def path_drawn(lab):
    """The outline of the path on the map."""
    lines = lab.page.query_selector_all(
        f"{STAGE} [data-name='map'] .nnbook-marks path[stroke='#D55E00'][fill='none']"
    )
    return lines[-1].get_attribute("d")


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "06_gradient_descent.ipynb")
    lab.run_all()
    before, drawn = lab.text(SAYS), path_drawn(lab)
    assert drawn.count("L") == 40
    lab.drag(f"{STAGE} [data-name='start']", -147, -100)
    w, b = lab.python("walker.state['start']")
    assert (w, b) == pytest.approx((2.0, 3.1), abs=0.15)
    assert lab.text(SAYS) == lab.python("walker.says()") != before
    assert path_drawn(lab) != drawn
    lab.press(f"{STAGE} button[data-name='reset']")
    lab.keys(f"{STAGE} input[data-name='rate']", *["ArrowRight"] * 34)
    assert lab.python("walker.state['rate']") == pytest.approx(0.04 * 10**0.34, rel=0.03)
    assert "It diverges" in lab.text(SAYS)
    lab.shot("contour_diverges_light", STAGE)
    lab.keys(f"{STAGE} input[data-name='momentum']", *["ArrowRight"] * 60)
    assert lab.python("walker.state['momentum']") == pytest.approx(0.6)
    assert "is below the limit" in lab.text(SAYS)
    lab.shot("contour_light", STAGE)
    lab.press(f"{STAGE} button[data-name='walk']")
    assert lab.python("walker.playing")
    assert lab.text(f"{STAGE} button[data-name='walk']") == "Stop"
    lab.press(f"{STAGE} button[data-name='walk']")
    assert not lab.python("walker.playing")
    steps = lab.python("walker.state['steps']")
    assert 0 < steps < 40
    assert path_drawn(lab).count("L") == steps
    lab.press(f"{STAGE} button[data-name='more']")
    assert lab.python("walker.state['steps']") == steps + 1
    lab.press(f"{STAGE} button[data-name='reset']")
    assert lab.text(SAYS) == before
    assert path_drawn(lab) == drawn


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys("select[data-name='surface']", "t")  # what is typed chooses: "two minima" after "taxi rides"
    assert lab.python("w.state['surface']") == "two minima"
    assert "shallow minimum" in lab.text(".nnbook-says")
    start = lab.find("[data-name='start']")
    assert start.get_attribute("aria-valuetext") == "u 0.30, v 1.80"
    lab.keys("[data-name='start']", *["ArrowLeft"] * 5)
    assert lab.python("w.state['start'][0]") == pytest.approx(0.3 - 5 * 4.2 / 50, abs=1e-3)
    assert "arrived in the deep minimum" in lab.text(".nnbook-says")
    assert lab.find("[data-name='start']").get_attribute("aria-valuetext") == "u −0.12, v 1.80"
    lab.keys("button[data-name='code']", "Enter")
    assert lab.text(".nnbook-code") == lab.python("w.code()")
    lab.shot("contour_dark", ".nnbook-stage")
    lab.keys("input[data-name='steps']", "Home")
    assert lab.python("w.state['steps']") == 0
    lab.keys("button[data-name='more']", "Enter", "Space")
    assert lab.python("w.state['steps']") == 2
    assert lab.text(".nnbook-says").startswith("After 2 steps: ")
