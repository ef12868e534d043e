"""Questions and replies in JupyterLab itself, by keyboard, in Chromium."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from nnbook import practice",
    'practice.quiz("backprop.warmup")',
    'practice.predict("backprop.nudge")',
    'practice.exercise("backprop.output_gradient").check(lambda output, target: target - output)',
    "practice.progress()",
]


def test_questions_and_replies_by_keyboard(lab):
    page = lab.open(CELLS)
    lab.run_all()
    page.wait_for_selector(".nnbook-progress", timeout=60_000)

    quiz, prediction = page.query_selector_all(".nnbook-quiz")
    options = quiz.query_selector_all(".nnbook-option")
    assert len(options) == 12
    said = quiz.query_selector(".nnbook-answer")
    options[0].focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".nnbook-answer :text('(a) No.')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nnbook-answer :text('(b) Right.')")
    assert "Against the gradient" in said.inner_text()
    width = options[3].evaluate("button => button.scrollWidth <= button.clientWidth")
    assert width, "an option is cut off"

    prediction.query_selector_all(".nnbook-option")[2].focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".nnbook-answer :text('Noted: (c).')")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_selector(".nnbook-answer :text('You were thinking of the weight itself.')")

    reply = page.wait_for_selector(".nnbook-reply:has-text('You took target − output')")
    assert reply.query_selector("mjx-container"), "the mathematics is not typeset"
    assert reply.query_selector("em").inner_text() == "target − output"
