"""The descent race in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.DescentRace()\nw"]
STAGE = "[data-widget=DescentRace]"
SAYS = f"{STAGE} .nnbook-says"


def drawn(lab, color, panel="map"):
    """The outline of one path."""
    lines = lab.page.query_selector_all(
        f"{STAGE} [data-name='{panel}'] .nnbook-marks path[stroke='{color}'][fill='none'][stroke-width='1.8']"
    )
    return [line.get_attribute("d") for line in lines]


def names(lab, panel):
    found = lab.page.query_selector_all(f"{STAGE} [data-name='{panel}'] .nnbook-marks text")
    return {node.text_content() for node in found}


def test_by_mouse_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "12_optimizers.ipynb")
    lab.run_all()
    assert "who is first?" in lab.text(SAYS)
    assert "Adam" not in names(lab, "map")
    lab.press(f"{STAGE} button[data-name='play']")
    assert lab.text(f"{STAGE} button[data-name='play']") == "Stop"
    lab.until("own_race.state['step'] >= 40", 30)
    lab.press(f"{STAGE} button[data-name='play']")
    step = lab.python("own_race.state['step']")
    assert not lab.python("own_race.playing")
    assert lab.text(SAYS) == lab.python("own_race.says()")
    assert lab.text(SAYS).startswith(
        f"After {step} steps: first below 0.149 was RMSprop, at step 8; then Adam (28)"
    )
    assert drawn(lab, "#000000")[0].count("L") == step
    assert names(lab, "map") >= {"SGD", "momentum", "RMSprop", "Adam"}
    lab.shot("race_light", STAGE)
    before = drawn(lab, "#D55E00")
    lab.drag(f"{STAGE} [data-name='start']", 120, 60)
    assert lab.python("own_race.state['start']") == pytest.approx(
        (-2.2 + 120 * 6.6 / 352, 1 - 60 * 5 / 368), abs=0.1
    )
    assert drawn(lab, "#D55E00") != before
    for name in ("Nesterov", "Adagrad", "Adadelta", "AdamW"):
        lab.press(f"{STAGE} button[data-name='{name}']")
    assert lab.find(f"{STAGE} button[data-name='AdamW']").get_attribute("aria-pressed") == "true"
    assert names(lab, "losses") >= {
        "SGD",
        "momentum",
        "Nesterov",
        "Adagrad",
        "Adadelta",
        "RMSprop",
        "Adam",
        "AdamW",
    }
    lab.shot("race_all_light", STAGE)
    lab.press(f"{STAGE} button[data-name='reset']")
    assert lab.python("own_race.state['step']") == 0
    assert "who is first?" in lab.text(SAYS)


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys("button[data-name='next']", "Enter", "Space")
    assert lab.python("w.state['step']") == 2
    lab.keys("button[data-name='back']", "Enter")
    assert lab.text(".nnbook-says").startswith("After 1 step: ")
    lab.keys("select[data-name='rates']", "o")
    assert lab.python("w.state['rates']") == "one for all"
    assert lab.page.query_selector("input[data-name='rate_SGD']") is None
    lab.keys("input[data-name='rate']", *["ArrowRight"] * 15)
    assert lab.python("w.state['rate']") == pytest.approx(0.1, rel=0.03)
    lab.keys("input[data-name='step']", *["PageUp"] * 5)
    assert lab.python("w.state['step']") > 36
    assert "Diverged: SGD, more than a million away" in lab.text(".nnbook-says")
    lab.keys("[data-name='start']", *["ArrowLeft"] * 2, "ArrowUp")
    assert lab.python("w.state['start']") == pytest.approx((-2.2 - 2 * 6.6 / 50, 1 + 5 / 50), abs=1e-3)
    lab.shot("race_dark", ".nnbook-stage")
    lab.keys("button[data-name='SGD']", "Space")
    assert lab.find("button[data-name='SGD']").get_attribute("aria-pressed") == "false"
    assert "SGD" not in lab.text(".nnbook-says")
