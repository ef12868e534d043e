"""The backprop stepper in JupyterLab, by mouse and by keyboard."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def write(lab, selector, text):
    lab.keys(selector, "Control+a")
    lab.page.keyboard.type(text)
    lab.keys(selector, "Enter")


CELLS = ["from nnbook import widgets", "w = widgets.BackpropStepper()\nw"]
HERE = "[data-widget=BackpropStepper]"
SAYS = f"{HERE} .nnbook-says"


def graph(lab):
    return lab.text(f"{HERE} [data-name=graph] svg")


def test_by_mouse_and_keyboard_in_its_notebook(lab):
    lab.open(ROOT / "notebooks" / "07_backpropagation.ipynb")
    lab.run_all()
    before = lab.text(SAYS)
    assert lab.page.query_selector(f"{HERE} select") is None  # what is hidden
    lab.press(f"{HERE} button[data-name=next]")
    assert lab.python("stepper.state['step']") == 1
    assert lab.text(SAYS) == lab.python("stepper.says()") != before
    lab.press(f"{HERE} button[data-name=all]")
    assert lab.python("stepper.state['step']") == 9
    assert "→ 0.7514" in graph(lab)
    assert "← ?" in graph(lab)
    lab.press(f"{HERE} button[data-name=next]")  # E's own
    choices = lab.page.query_selector_all(f"{HERE} [data-name^='choice ']")
    labels = [choice.get_attribute("aria-label") for choice in choices]
    assert sorted(labels) == sorted(["−0.4773", "−0.2386", "0.2386", "1"])
    lab.press(f"{HERE} [data-name='choice {labels.index('0.2386') + 1}']")
    assert lab.text(SAYS) == lab.python("stepper.says()")
    assert "The size is right, the sign is not" in lab.text(SAYS)
    assert "0.2386  ✗" in lab.text(f"{HERE} [data-name=question] svg")
    lab.shot("backprop_wrong", HERE)
    lab.press(f"{HERE} [data-name='choice {labels.index('−0.2386') + 1}']")
    assert lab.text(SAYS).startswith("Right: 1 × (−0.2386) = −0.2386; by nudging −0.2386.")
    assert "← −0.2386" in graph(lab)
    lab.shot("backprop_right", HERE)
    lab.press(f"{HERE} button[data-name=all]")
    assert lab.python("stepper.state['step']") == 26
    lab.press(f"{HERE} rect[data-name=w7]")
    assert lab.python("stepper.state['picked']") == "w7"
    lab.keys(f"{HERE} input[data-name=w7]", *["ArrowLeft"] * 8)
    assert lab.python("stepper.state['w7']") == pytest.approx(0.1)
    assert "w7 = 0.1" in graph(lab)
    assert "← −0.00362" in graph(lab)  # h1: the roads nearly cancel
    lab.shot("backprop_light", HERE)
    lab.press(f"{HERE} button[data-name=reset]")
    assert lab.text(SAYS) == before


def test_by_keyboard(lab):
    lab.open(CELLS, dark=True)
    lab.run_all()
    answer = f"{HERE} input[data-name=answer]"
    typed = f"{HERE} input[data-name=expression]"
    assert lab.page.query_selector(answer) is None
    write(lab, typed, "a * a + a.real")
    assert "expects only a, b, c" in lab.text(SAYS)
    write(lab, typed, "a * a + tanh(b)")
    assert lab.python("w.state['expression']") == "a * a + tanh(b)"
    lab.keys(f"{HERE} input[data-name=a]", "ArrowRight")
    assert lab.python("w.state['a']") == pytest.approx(2.1)
    lab.keys(f"{HERE} button[data-name=all]", "Enter")
    for right in ("1", "1", "1 - tanh(3) ** 2", "1"):
        write(lab, answer, right)
        assert lab.text(SAYS).startswith("Right: "), lab.text(SAYS)
        lab.keys(f"{HERE} button[data-name=next]", "Enter")
    assert lab.python("w.state['step']") == 7
    write(lab, answer, "2.1")
    assert lab.text(SAYS) == lab.python("w.says()")
    assert "That is the share of one road, through a * a." in lab.text(SAYS)
    lab.keys(f"{HERE} [data-name='choice 1']", "Enter")
    assert lab.python("w.state['answer']") == "-4.2"
    lab.shot("backprop_dark", HERE)
    lab.keys(f"{HERE} button[data-name=back]", " ")
    assert lab.python("w.state['step']") == 6
    lab.keys(f"{HERE} select[data-name=what]", "ArrowDown", "ArrowDown")
    assert lab.python("w.state['what']") == "3-2-1 net"
    lab.keys(f"{HERE} button[data-name=all]", "Enter", "Enter")
    focus = lab.page.evaluate("document.activeElement.dataset.name")
    assert focus == "all"  # switched off, it keeps it
    assert lab.find(f"{HERE} button[data-name=all]").get_attribute("aria-disabled") == "true"
    lab.keys(f"{HERE} button[data-name=all]", "Enter")
    lab.keys(f"{HERE} rect[data-name=v2]", "Enter")
    lab.keys(f"{HERE} input[data-name=v2]", "ArrowRight")
    assert "v2 = 0.15" in graph(lab)
    lab.shot("backprop_dark_net", HERE)
