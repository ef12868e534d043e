"""The loss explorer in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.LossExplorer()\nw"]
STAGE = "[data-widget=LossExplorer]"


def place(lab, name):
    box = lab.find(f"{STAGE} [data-name='{name}'] .nnbook-grip").bounding_box()
    return box["x"] + box["width"] / 2


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "05_losses.ipynb")
    lab.run_all()
    before = lab.text(f"{STAGE} .nnbook-says")
    assert "20.0 by the squared error" in before
    there = place(lab, "day 5")
    lab.drag(f"{STAGE} [data-name='day 5']", -290, 10)
    days = lab.python("explorer.state['days']")
    assert days[:4] == (8.0, 9.0, 10.0, 11.0)
    assert 15 < days[4] < 30
    assert place(lab, "day 5") == pytest.approx(there - 290, abs=3)
    best = lab.python("explorer.best()")
    assert best["squared"] == pytest.approx(sum(days) / 5)
    assert (best["absolute"], best["Huber"]) == (10, 10.5)
    says = lab.text(f"{STAGE} .nnbook-says")
    assert says == lab.python("explorer.says()") != before
    curves = lab.text(f"{STAGE} .nnbook-panel[data-name='curves']")
    assert f"best {best['squared']:.1f}" in curves
    lab.drag(f"{STAGE} [data-name='day 1']", 150, 0)
    assert lab.python("explorer.state['days'][0]") > 20
    assert lab.python("explorer.best()['absolute']") == 11
    lab.keys(f"{STAGE} input[data-name='delta']", *["ArrowRight"] * 60)
    assert lab.python("explorer.state['delta']") == pytest.approx(4 * 10**1.2, rel=1e-2)
    lab.shot("loss_light", STAGE)
    lab.press(f"{STAGE} button[data-name='reset']")
    assert lab.text(f"{STAGE} .nnbook-says") == before
    assert place(lab, "day 5") == pytest.approx(there, abs=1)


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    handle = lab.find("[data-name='day 5']")
    assert handle.get_attribute("role") == "slider"
    assert handle.get_attribute("aria-valuetext") == "62.0 min"
    lab.keys("[data-name='day 5']", *["Shift+ArrowLeft"] * 10)
    assert lab.python("w.state['days'][4]") == 12
    assert lab.find("[data-name='day 5']").get_attribute("aria-valuetext") == "12.0 min"
    assert lab.python("set(w.best().values())") == {10.0}
    assert lab.text(".nnbook-says").endswith(
        "10.0 by Huber's: no day lies farther than delta = 4 minutes from it, so it is the mean."
    )
    lab.keys("[data-name='day 5']", "ArrowRight", "ArrowUp")
    assert lab.python("w.state['days'][4]") == 13
    lab.keys("button[data-name='code']", "Enter")
    assert lab.text(".nnbook-code") == "widgets.LossExplorer(state={'days': [8, 9, 10, 11, 13]})"
    lab.shot("loss_dark", ".nnbook-stage")
    lab.keys("[data-name='day 5']", *["ArrowLeft"] * 13)
    before = place(lab, "day 5")
    lab.keys("[data-name='day 5']", "ArrowLeft", "ArrowLeft")
    lab.drag("[data-name='day 5']", -60, 0)
    assert lab.python("w.state['days'][4]") == 0
    assert place(lab, "day 5") == pytest.approx(before, abs=1)  # beyond the axis it comes back to its end
