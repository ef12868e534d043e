"""The feature maps in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = ["from nnbook import widgets", "w = widgets.FeatureMaps()\nw"]
HERE = "[data-widget=FeatureMaps]"


def test_by_mouse_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "19_cnn.ipynb")
    lab.run_all(seconds=300)
    before = lab.text(f"{HERE} .nnbook-says")
    lab.press(f"{HERE} .nnbook-press[data-name='map 6']")
    lab.until("looking.state['map'] == 6")
    lab.says(f"{HERE} .nnbook-says", "of map 6 ")
    assert lab.text(f"{HERE} .nnbook-says") != before
    cell = lab.find(f"{HERE} [data-name=one] svg").bounding_box()["width"] / 8.4
    where = lab.python("looking._chosen(looking.maps())")
    lab.drag(f"{HERE} [data-name=unit]", (3 - where[2]) * cell, (4 - where[1]) * cell)
    lab.until("looking.state['unit'] == ((4.0, 3.0),)")
    lab.says(f"{HERE} .nnbook-says", "(row 5, column 4)")
    assert lab.text(f"{HERE} .nnbook-says") == lab.python("looking.says()")
    lab.find(f"{HERE} select[data-name=layer]").select_option("6 ReLU")
    lab.until("looking.state['layer'] == '6 ReLU'")
    lab.page.wait_for_function(
        "document.querySelectorAll('[data-widget=FeatureMaps] [data-name=maps] .nnbook-press').length === 32"
    )
    lab.says(f"{HERE} .nnbook-says", "It sees 8 × 8 pixels")
    lab.shot("feature_maps_light", HERE)
    lab.press(f"{HERE} button[data-name=reset]")
    lab.until("looking.code() == 'widgets.FeatureMaps(model)'")


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    lab.keys(f"{HERE} input[data-name=picture]", "ArrowRight", "ArrowRight")
    lab.until("w.state['picture'] == 9")
    lab.keys(f"{HERE} [data-name='map 5']", "Enter")
    lab.until("w.state['map'] == 5")
    row, column = lab.python("w._chosen(w.maps())[1:]")
    way, by = ("ArrowLeft", -1) if column else ("ArrowRight", 1)
    lab.keys(f"{HERE} [data-name=unit]", way)
    lab.until(f"w.state['unit'] == (({row}.0, {column + by}.0),)")
    assert (
        lab.find(f"{HERE} [data-name=unit]")
        .get_attribute("aria-valuetext")
        .startswith(f"row {row + 1}, column ")
    )
    lab.shot("feature_maps_dark", HERE)
    lab.keys(f"{HERE} select[data-name=layer]", "ArrowDown", "ArrowDown")
    lab.until("w.state['layer'] == '4 Conv2d'")
    lab.keys(f"{HERE} button[data-name=code]", "Enter")
    assert lab.text(f"{HERE} .nnbook-code") == lab.python("w.code()")
