"""The neuron explorer in JupyterLab, by mouse and by keyboard."""

import pathlib

import nbformat
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


def test_a_restarted_kernel_is_said_and_ten_widgets_live_side_by_side(lab):
    page = lab.open(
        ["from nnbook import widgets", "ten = [widgets.NeuronExplorer() for _ in range(10)]\ndisplay(*ten)"]
    )
    lab.run_all()
    assert len(page.query_selector_all("[data-widget=NeuronExplorer]")) == 10
    slider = page.query_selector_all("input[data-name='bias']")[4]
    slider.focus()
    page.keyboard.press("ArrowRight")
    lab.settle()
    assert lab.python("[round(w.state['bias'], 2) for w in ten]") == [-0.8] * 4 + [-0.75] + [-0.8] * 5
    page.click("li.lm-MenuBar-item:has-text('Kernel')")
    page.click("li[data-command='kernelmenu:restart']")
    page.click(".jp-Dialog button.jp-mod-accept")
    page.wait_for_timeout(1000)
    lab.idle()
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".nnbook-says.nnbook-trouble:has-text('run this cell again')", timeout=20_000)


def test_a_move_is_acknowledged_so_that_its_scene_does_not_wait(lab):
    page = lab.open(CELLS)
    lab.run_all()
    lab.python("[setattr(w, 'came', []), w.on_msg(lambda _, event, __: w.came.append(event['kind']))][0]")
    page.focus("[data-name='blue 1']")
    page.keyboard.press("ArrowRight")
    assert lab.until("len(w.came) > 1 and w.came") == ["move", "heard"]
    lab.settle()
    assert lab.python("(w.came, w.answered)") == (["move", "heard"], 1)


def test_stored_outputs_are_pictures_until_they_are_run(lab, tmp_path):
    book = nbformat.read(ROOT / "notebooks" / "01_neuron.ipynb", as_version=4)
    book.cells = [cell for cell in book.cells if cell.id.startswith("explorer")]
    nbformat.write(book, tmp_path / "stored.ipynb")
    page = lab.open(tmp_path / "stored.ipynb")
    picture = lab.find(".jp-OutputArea img[src^='data:image/png']")
    assert picture.bounding_box()["width"] > 300
    assert page.query_selector("[data-widget]") is None
    assert page.query_selector(":text('Error displaying widget')") is None
    lab.shot("neuron_without_a_run")
