"""The threshold slider in JupyterLab, by mouse and by keyboard."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.ThresholdSlider()\nw"]
OWN = ["from nnbook import widgets", "w = widgets.ThresholdSlider([0, 1, 1, 0, 1], [-3, 2, 5, 9, 12])\nw"]
BOX = ".nnbook-ThresholdSlider"
SAYS = f"{BOX} .nnbook-says [role=status]"
SLIDER = f"{BOX} .nnbook-field-threshold .noUi-handle"


def test_by_mouse(lab):
    lab.open(CELLS)
    lab.run_all()
    lab.says(SAYS, "From 0.5 on: precision 0.519 (28 of 54), recall 0.622 (28 of 45), error rate 14.3%")
    picture = lab.find(f"{BOX} img").get_attribute("src")
    lab.drag(SLIDER, -40, 0)
    lab.until("w.state['threshold'] < 0.4")
    lab.until("w.counts().hits > 28")
    lab.says(
        SAYS,
        f"precision {lab.python('round(w.counts().hits / (w.counts().hits + w.counts().alarms), 3)'):.3f} (",
    )
    assert lab.find(f"{BOX} img").get_attribute("src") != picture
    lab.shot("threshold_light", BOX)
    lab.press(f"{BOX} .nnbook-code")
    lab.says(f"{BOX} pre", lab.python("w.code()"))
    lab.press(f"{BOX} .nnbook-reset")
    lab.until("w.code() == 'widgets.ThresholdSlider()'")


def test_by_keyboard(lab):
    lab.open(OWN, dark=True)
    lab.run_all()
    lab.keys(SLIDER, "End")
    lab.says(SAYS, "on, nothing is called yes: precision has nothing to divide by, recall 0.000 (0 of 3)")
    lab.keys(SLIDER, "Home")
    lab.says(SAYS, "precision 0.600 (3 of 5), recall 1.000 (3 of 3)")
    lab.keys(f"{BOX} .nnbook-field-curve select", "ArrowDown")
    lab.until("w.state['curve'] == 'precision-recall'")
    lab.shot("threshold_dark", BOX)
