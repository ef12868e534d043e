"""The drawing pad in JupyterLab: DrawingPad in notebooks 00 and 10, by mouse, and alone, by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAD = "[data-widget=DrawingPad]"
SAYS = f"{PAD} .nnbook-says"
SHEET = f"{PAD} [data-name=sheet] .nnbook-pad"
SEVEN = [(8, 7), (24, 7), (16, 27)]
BAR = [(11, 17), (21, 17)]


def draw(lab, *lines):
    """Draw lines through points, in dots of the sheet, with the mouse."""
    rect = lab.find(f"{SHEET} rect")
    lab.page.wait_for_timeout(1000)  # pictures further up are still coming in
    rect.scroll_into_view_if_needed()
    place = rect.bounding_box()

    def at(x, y):
        return place["x"] + x * place["width"] / 32, place["y"] + y * place["height"] / 32

    for line in lines:
        lab.page.mouse.move(*at(*line[0]))
        lab.page.mouse.down()
        for point in line[1:]:
            lab.page.mouse.move(*at(*point), steps=8)
        lab.page.mouse.up()
    lab.settle()


def answer(lab):
    """What the bars show: the digit written in bold below them."""
    bold = f"{PAD} [data-name=answer] text[font-weight='700']"
    return lab.page.eval_on_selector_all(bold, "nodes => nodes.at(-1).textContent")


def test_by_mouse_in_notebook_00(lab):
    lab.open(ROOT / "notebooks" / "00_start_here.ipynb")
    lab.run_all()
    assert lab.text(SAYS) == "Nothing is drawn yet, so it has not been asked."
    assert lab.page.is_disabled(f"{PAD} button[data-name=undo]")
    draw(lab, SEVEN)
    alone = lab.python("pad.state['drawing']")
    assert lab.text(SAYS).startswith("The network reads 7 ")
    assert lab.text(SAYS) == lab.python("pad.says()")
    assert answer(lab) == "7"
    assert lab.python("bool(pad._arrives()[0][6:8, 9:23].all())")
    draw(lab, BAR)
    assert lab.python("bool(pad._arrives()[0][16:18, 12:20].all())")
    assert lab.page.eval_on_selector(f"{SHEET} path", "path => path.getAttribute('d')") in ("", None)
    lab.shot("pad_light", PAD)
    lab.press(f"{PAD} button[data-name=undo]")
    assert lab.python("pad.state['drawing']") == alone
    lab.press(f"{PAD} input[data-name=fit]")
    assert "It was counted as you drew it." in lab.text(SAYS)
    assert not lab.page.query_selector(f"{PAD} [data-name=sheet] rect[stroke='#E69F00']")
    lab.press(f"{PAD} button[data-name=clear]")
    assert lab.python("pad.state['drawing']") == ""
    lab.press(f"{PAD} button[data-name=misread]")
    digit = lab.python("pad.state['digit']")
    assert f"Test picture {digit} of 450" in lab.text(SAYS)
    assert lab.python(f"int(read(x_test)[{digit - 1}])") == int(answer(lab))
    assert lab.python(f"int(y_test[{digit - 1}])") != int(answer(lab))
    lab.shot("pad_misread", PAD)
    lab.press(f"{PAD} button[data-name=code]")
    assert lab.text(f"{PAD} .nnbook-code") == lab.python("pad.code()")
    lab.press(f"{PAD} button[data-name=reset]")
    assert lab.text(SAYS) == "Nothing is drawn yet, so it has not been asked."


def test_with_the_learners_own_network_in_notebook_10(lab):
    lab.open(ROOT / "notebooks" / "10_training.ipynb")
    lab.run_all()
    draw(lab, SEVEN, BAR, [(4, 4), (4, 4)])
    lab.press(f"{PAD} button[data-name=undo]")
    assert lab.text(SAYS).startswith("The network reads 7 ")
    assert lab.text(SAYS) == lab.python("pad.says()")
    shares = "softmax(again.predict(standardised(pad._arrives()[2].reshape(1, 64) / 16)))"
    assert lab.python(f"int({shares}.argmax())") == int(answer(lab))
    lab.shot("pad_own", PAD)


def test_by_keyboard(lab):
    lab.open(["from nnbook import widgets", "w = widgets.DrawingPad()\nw"], dark=True)
    lab.run_all()
    up, right = ["Shift+ArrowUp"] * 2, ["Shift+ArrowRight"] * 2
    lab.keys(SHEET, *["Shift+ArrowLeft"], *up, " ")
    assert lab.python("w.state['drawing']") != ""
    assert lab.python("bool(w._arrives()[0][5:7, 10:12].all())")  # the pen came down at (11, 6)
    lab.keys(SHEET, *right, *["ArrowLeft", "Shift+ArrowDown"] * 4, " ", "Shift+ArrowRight")
    assert lab.python("bool(w._arrives()[0][5:7, 11:21].all())")
    assert not lab.python("bool(w._arrives()[0][:, 24:].any())")  # it was lifted before it went on
    assert lab.text(SAYS).startswith("The network reads 7 ")
    assert lab.text(SAYS) == lab.python("w.says()")
    assert lab.find(SHEET).get_attribute("aria-label").startswith("Sheet to draw a digit on, 32 by 32 dots.")
    lab.shot("pad_dark", ".nnbook-stage")
    lab.keys("button[data-name=undo]", "Enter")
    assert lab.python("w.state['drawing']") == ""
    lab.keys("button[data-name=test]", "Enter", "Enter")
    assert lab.python("w.state['digit']") == 2
    lab.keys("input[data-name=fit]", " ")
    assert lab.python("w.state['fit']") is False
