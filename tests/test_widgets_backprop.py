"""The backprop stepper: its numbers are the notebook's, each slip is named, and no hand can break it."""

import itertools

import numpy as np
import pytest

pytest.importorskip("anywidget")

from nnbook import widgets
from nnbook.widgets import blame
from nnbook.widgets.circuits import MAZUR, NETS, SEED, typed
from nnbook.widgets.formula import parse, trace
from nnbook.widgets.shared import short


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def shown(widget, name="graph"):
    """All words of a panel."""
    panel = next(panel for panel in widget.panels() if panel.name == name)
    return [mark.text for mark in panel.marks if hasattr(mark, "text") and mark.text]


def through(widget):
    """Every question of a widget in turn: which entry, and the trace."""
    widget.on_press("all")
    while (now := widget._now(widget._circuit())).asked is not None:
        yield now
        widget.on_press("next")


def gradients(what, **state):
    w = widgets.BackpropStepper(state={"what": what, **state})
    now = w._now(w._circuit())
    return {entry.name: now.t.gradients[i] for i, entry in enumerate(now.circuit.formula.entries)}


def test_the_classic_network_is_that_of_notebook_07():
    """Written out naively, as the notebook does."""
    x1, x2, t1, t2 = 0.05, 0.10, 0.01, 0.99
    w1, w2, w3, w4, w5, w6, w7, w8 = 0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55
    h1, h2 = sigmoid(w1 * x1 + w2 * x2 + 0.35), sigmoid(w3 * x1 + w4 * x2 + 0.35)
    o1, o2 = sigmoid(w5 * h1 + w6 * h2 + 0.6), sigmoid(w7 * h1 + w8 * h2 + 0.6)
    d_o1, d_o2 = (o1 - t1) * o1 * (1 - o1), (o2 - t2) * o2 * (1 - o2)
    d_h1, d_h2 = (w5 * d_o1 + w7 * d_o2) * h1 * (1 - h1), (w6 * d_o1 + w8 * d_o2) * h2 * (1 - h2)
    wanted = {
        "w1": x1 * d_h1,
        "w2": x2 * d_h1,
        "w3": x1 * d_h2,
        "w4": x2 * d_h2,
        "w5": h1 * d_o1,
        "w6": h2 * d_o1,
        "w7": h1 * d_o2,
        "w8": h2 * d_o2,
        "z(o1)": d_o1,
        "z(o2)": d_o2,
        "z(h1)": d_h1,
        "z(h2)": d_h2,
        "o1": o1 - t1,
        "o2": o2 - t2,
        "h1": w5 * d_o1 + w7 * d_o2,
        "h2": w6 * d_o1 + w8 * d_o2,
        "E": 1.0,
    }
    found = {name: gradient for name, gradient in gradients(MAZUR).items() if gradient is not None}
    assert found == pytest.approx(wanted, rel=1e-12)
    w = widgets.BackpropStepper(state={"what": MAZUR})
    w.on_press("all")
    assert w._now(w._circuit()).t.values[-1] == pytest.approx(0.2983711088, abs=5e-11)


def test_the_seeds_network_is_that_of_notebook_07():
    every = [gradients(SEED, example=k) for k in (1, 2, 3)]
    mean = {name: np.mean([found[name] for found in every]) for name in ("p1", "p2", "v1", "v2", "v3", "u1")}
    assert mean["p1"] == pytest.approx(-22.0403079663, abs=5e-10)
    assert mean["p2"] == pytest.approx(-21.5865846274, abs=5e-10)
    wanted = [-1.6475387805, -5.1555257506, -4.7012583648]
    assert [mean[name] for name in ("v1", "v2", "v3")] == pytest.approx(wanted, abs=5e-10)
    assert abs(mean["u1"]) < 1e-4
    w = widgets.BackpropStepper(state={"what": SEED, "step": 40})
    assert "The mean over the three examples is −22.04 for p1 and −21.59 for p2." in w.says()


@pytest.mark.parametrize("what", ["expression", MAZUR, SEED])
def test_each_right_answer_is_right_and_shown(what):
    w = widgets.BackpropStepper(state={"what": what, "expression": "(a * b + a) ** 3 - tanh(b / c)"})
    asked = 0
    for now in through(w):
        right = now.t.gradients[now.asked]
        before = sum(text.startswith("± ") for text in shown(w))
        w.on_set("answer", f"{right:.4g}")
        assert w.says().startswith("Right: "), (w.says(), right)
        assert sum(text.startswith("± ") for text in shown(w)) == before + 1
        assert right in blame.choices(now.circuit.formula, now.t, now.asked)
        asked += 1
    assert asked == {"expression": 9, MAZUR: 17, SEED: 14}[what]
    assert f"All {asked} gradients are found." in w.says()


@pytest.mark.parametrize("what", ["expression", MAZUR, SEED])
def test_choices_are_few_sorted_and_hold_one_right_answer(what):
    w = widgets.BackpropStepper(state={"what": what})
    for now in through(w):
        choices = blame.choices(now.circuit.formula, now.t, now.asked)
        verdicts = [blame.judge(now.circuit.formula, now.t, now.asked, choice) for choice in choices]
        assert choices == sorted(choices)
        assert 2 <= len(choices) <= 4
        assert sum(verdict.right for verdict in verdicts) == 1
        assert all(verdict.says.startswith(("Right: ", "No. ")) for verdict in verdicts)
        for k in range(len(choices)):
            w.on_press(f"choice {k + 1}")
            assert w.says().startswith(verdicts[k].says)
            marked = [text for text in shown(w, "question") if text[-1] in "✓✗"]
            assert marked == [f"{short(choices[k])}  {'✓' if verdicts[k].right else '✗'}"]
        w.on_set("answer", "")


SLIP = {
    "a * b": {
        "a": [
            (2.0, "No. That takes its own value, 2; but a product hands it on times the other factor, 3."),
            (-3.0, "No. The size is right, the sign is not: does it rise or fall?"),
            (1.0, "No. That is the gradient from above, 1, handed on as it is: the slope on the way is forgotten. Here a product hands it on times the other factor, 3."),
            (9.9, "No. From above comes 1 at a * b; a product hands it on times the other factor, 3."),
        ],
    },
    "a * b + a": {
        "a": [
            (1.0, "No. That is the share of one road, through a * b + a. 2 roads lead on from here, and where roads meet, they add."),
            (3.0, "No. That is the share of one road, through a * b. 2 roads lead on from here, and where roads meet, they add."),
            (2.0, "No. That is the gradient from above, 1 + 1, handed on as it is: the slope on the way is forgotten. Here a sum hands it on as it is."),
            (-4.0, "No. The size is right, the sign is not: does it rise or fall?"),
        ],
    },
    "5 * tanh(c)": {
        "c": [
            (0.0, "No. That puts in what goes into tanh, −1. In 1 − y², y is what comes out: −0.7616."),
            (0.42, "No. That is the slope on the way, 0.42. Rates multiply along a road: times the gradient from above, 5."),
        ],
    },
    "sigmoid(a) * 5": {"a": [(-10.0, "No. That puts in what goes into sigmoid, 2. In y (1 − y), y is what comes out: 0.8808.")]},
    "a ** 3": {
        "a": [
            (4.0, "No. The exponent 3 comes down as a factor: that is missing."),
            (24.0, "No. The exponent is one less on the way back: 2, not 3."),
        ],
    },
    "a / b": {"b": [(1 / 3, "No. That treats the divisor like what is divided; but to the divisor b a quotient a / b hands it on times −a / b², with b = 3.")]},
    "a - b": {"b": [(1.0, "No. That is the gradient from above, 1, handed on as it is: the slope on the way is forgotten. Here a difference hands it on with the sign changed to what is subtracted.")]},
}  # fmt: skip


@pytest.mark.parametrize(("text", "slips"), SLIP.items())
def test_known_mistakes_are_named(text, slips):
    formula = parse(text, "abc")
    t = trace(formula, {"a": 2.0, "b": 3.0, "c": -1.0})
    for letter, answers in slips.items():
        i = [entry.name for entry in formula.entries].index(letter)
        for answer, says in answers:
            assert blame.judge(formula, t, i, answer) == blame.Verdict(False, says)


def test_the_first_question_on_the_way_back():
    w = widgets.BackpropStepper()
    w.on_press("all")
    for answer, says in {
        "25": "No. That is its value. The question is how far it moves per unit of itself.",
        "0": "No. When it moves by a unit, it does not stand still.",
        "7": "No. It is asked about itself: moved by one unit, it moves by how much?",
        "1": "Right: per unit of itself the result moves by 1; by nudging 1.",
    }.items():
        w.on_set("answer", answer)
        assert w.says().startswith(says)


def test_steps_there_and_back():
    w = widgets.BackpropStepper()
    assert w.says() == "Step 1 of 3 forward: what is a * b?"
    assert "→ 6" not in shown(w)
    w.on_press("next")
    assert w.says() == "a * b is 6. Step 2 of 3 forward: what is a * b + c?"
    assert "→ 6" in shown(w)
    assert "→ 5" not in shown(w)
    w.on_press("all")
    assert w.state["step"] == 3
    assert "→ 25" in shown(w)
    assert not any(text.startswith("← ") and text != "← ?" for text in shown(w)[:-1])
    w.on_press("next")
    w.on_press("next")
    assert w.says() == ("a * b + c: 1 × 10 = 10; by nudging 10. How much does the result move per unit of c?")
    w.on_set("answer", "3")
    w.on_press("back")
    assert (w.state["step"], w.state["answer"]) == (4, "")
    w.on_press("all")
    assert w.state["step"] == 9
    w.on_press("next")
    assert w.state["step"] == 9
    for _ in range(12):
        w.on_press("back")
    assert w.state["step"] == 0
    assert {button.name: button.enabled for button in w.buttons()} == {
        "back": False,
        "next": True,
        "all": True,
    }


def test_no_gradient_is_shown_before_its_turn():
    w = widgets.BackpropStepper(state={"what": MAZUR})
    for step, _ in enumerate(through(w)):
        assert sum(text.startswith("± ") for text in shown(w)) == step


def test_inputs_are_edited_and_a_wrong_expression_can_be_mended():
    w = widgets.BackpropStepper(state={"step": 3, "answer": "1"})
    w.receive({"kind": "set", "name": "a", "value": -4})
    assert (w.state["a"], w.state["answer"], w.state["step"]) == (-4.0, "", 3)
    assert "→ −12" in shown(w)
    w.receive({"kind": "set", "name": "expression", "value": "a * b + a * f"})
    assert (w.state["expression"], w.state["step"]) == ("a * b + a * f", 0)
    labels = [control["name"] for control in w.scene["controls"]]
    assert labels == ["what", "expression", "a", "b", "f"]
    w.receive({"kind": "set", "name": "expression", "value": "a.real"})
    assert w.state["expression"] == "a.real"  # it stays, to be mended
    assert w.scene["says"].startswith("the expression expects only a, b, c, d, e, f, numbers,")
    assert [control["name"] for control in w.scene["controls"]] == ["what", "expression"]
    assert not any(button["enabled"] for button in w.scene["buttons"][:3])
    w.receive({"kind": "set", "name": "expression", "value": "a * " + "b" * 150})
    assert len(w.state["expression"]) == 120
    w.receive({"kind": "set", "name": "expression", "value": "a * b"})
    assert w.scene["says"] == "Step 1 of 1 forward: what is a * b?"


def test_a_number_of_a_network_gets_its_slider_when_it_is_pressed():
    w = widgets.BackpropStepper(state={"what": MAZUR, "step": 9})
    sliders = lambda: [control["name"] for control in w.scene["controls"] if control["kind"] == "slider"]  # noqa: E731
    assert sliders() == ["w1"]
    w.receive({"kind": "press", "name": "x2"})
    assert sliders() == ["x2"]
    w.receive({"kind": "press", "name": "u1"})  # of the other network
    w.receive({"kind": "set", "name": "what", "value": SEED})
    assert sliders() == ["example", "u1"]
    w.receive({"kind": "set", "name": "u1", "value": -0.5})
    assert any(text == "u1 = −0.5" for text in shown(w))
    w.receive({"kind": "set", "name": "example", "value": 2})
    assert {"x1 = 2", "x2 = 5", "x3 = 6", "t = 29"} <= set(shown(w))


def test_what_is_not_finite_ends_the_way_and_is_explained():
    w = widgets.BackpropStepper(state={"expression": "(a + b) / c + 1", "c": 0.0, "step": 40})
    assert (
        w.says() == "(a + b) / c has no finite value here (from 5 and 0): it divides by 0. Change an input."
        or True
    )
    assert (
        w.says() == "(a + b) / c has no finite value here (from 5 and 0): it divides by 0. Change an input."
    )
    assert w._now(w._circuit()).asked is None
    assert [button.enabled for button in w.buttons()] == [True, False, False]
    w.refresh()


def test_an_edge_is_said():
    w = widgets.BackpropStepper(state={"expression": "relu(a) + b", "a": 0.0, "step": 40})
    w.state.nudge(step=6)
    assert "a: 1 × 0 = 0; by nudging 0.5. The two differ: there is an edge here" in w.says()


def test_what_is_typed_as_an_answer():
    w = widgets.BackpropStepper(state={"step": 4})
    for answer in ("10", "2 * 5", "20/2", " 10.04 ", "10,0"):
        w.on_set("answer", answer)
        assert w.says().startswith("Right: 1 × 10 = 10;"), answer
    for answer in ("ten", "a", "1/0", "<b>", "(" * 39):
        w.on_set("answer", answer)
        assert w.says().startswith("your answer expects "), answer


def test_a_state_with_an_expression_that_cannot_be_read_is_explained():
    w = widgets.BackpropStepper(state={"expression": "2a"})
    cannot = "the expression expects an expression that can be read, but got 2a. Mind the brackets, and write 2 * a for 2a."
    assert w.says() == cannot
    for name in ("next", "back", "all", "choice 1"):
        w.on_press(name)
    assert w.state["step"] == 0


def test_boxes_neither_overlap_nor_leave_the_stage():
    texts = [
        "a",
        "a*a+a",
        "exp(a*b+c)/(a-d)+tanh(a*e)*f",
        "(((((((a+1)*2)**2-b)*3)+c)/4)-d)*5",
    ]
    for circuit in [*map(typed, texts), *NETS.values()]:
        wide, high = circuit.size
        boxes = [circuit.places[i] for i in range(len(circuit.formula.entries)) if i in circuit.places]
        assert wide <= 960
        assert all(30 <= x <= wide - 30 and 12 <= y <= high - 12 for x, y in boxes)
        for (x0, y0), (x1, y1) in itertools.combinations(boxes, 2):
            assert abs(x0 - x1) >= 76 or abs(y0 - y1) >= 60, (circuit.formula.entries, (x0, y0), (x1, y1))


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"what": "3-3-3 net"},
            "BackpropStepper expects what to be one of 'expression', '2-2-2 net', '3-2-1 net', but got '3-3-3 net'. "
            "Did you mean '3-2-1 net'?",
        ),
        ({"a": 9}, "BackpropStepper expects a finite number a of at least -5 and of at most 5, but got a=9."),
        ({"example": 0}, "BackpropStepper expects a whole number example of at least 1, but got example=0."),
        (
            {"expression": "a" * 121},
            "BackpropStepper expects expression of at most 120 characters, but got 121 characters.",
        ),
    ],
)
def test_bad_states(state, message):
    with pytest.raises(ValueError) as error:
        widgets.BackpropStepper(state=state)
    assert str(error.value) == message


@pytest.mark.parametrize(
    "expression", ["(a * b + c) ** 2", "a*a*a*a*a*a*a*a*a*a", "sigmoid(a * b + c * d + e) + softplus(a * b)"]
)
def test_each_question_has_room(expression):
    w = widgets.BackpropStepper(state={"expression": expression})
    for step in range(20):
        w.state.update(step=step)
        w.refresh()
        (panel,) = (p for p in w.scene["panels"] if p["name"] == "question")
        lines = panel["marks"][-1]["text"].split("\n")
        assert len(lines) <= 2
        assert max(map(len, lines)) <= 86


def test_the_first_question_begins_with_a_capital_letter():
    w = widgets.BackpropStepper(state={"step": 3})
    (panel,) = (p for p in w.scene["panels"] if p["name"] == "question")
    text = "1 of 6 on the way back: How much does the result move per unit of itself?"
    assert panel["marks"][-1]["text"] == text


@pytest.mark.parametrize(
    ("expression", "start", "text"),
    [
        ("log(a)", -1, "→ no number"),
        ("exp(exp(exp(a)))", 3, "→ too large"),
        ("exp(exp(a))", 5, "→ 2.85e+64"),
    ],
)
def test_a_box_has_room_for_its_number(expression, start, text):
    w = widgets.BackpropStepper(state={"expression": expression, "a": start, "step": 3})
    (panel,) = (p for p in w.scene["panels"] if p["name"] == "graph")
    assert text in [mark.get("text") for mark in panel["marks"]]


def test_one_gradient_is_no_plural():
    w = widgets.BackpropStepper(state={"expression": "a", "step": 1})
    assert w.says().endswith("The gradient is found. Change an input, or go back.")
