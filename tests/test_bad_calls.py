"""Every public callable called wrongly, three times or more: the error's type, its whole message, and nothing changed.

The wrong calls stand in tests/bad_calls/, a row each. What they hold the package to:

- *Functions* take arrays of real numbers. Text, None and rows of unequal lengths are a TypeError, and so are integers where
  only floats can be meant; elsewhere whole numbers become float64. Shapes that do not fit each other, a dy that has not the
  shape of y, and options out of their range are a ValueError. A backward checks kinds, shapes and options again, but not
  again the values that its forward has refused (labels out of range).
- *Layers* say the same under their own name, and before their state changes: after a refusal parameters, gradients, buffers,
  flags, generators are what they were, and the stacks are empty.
- *Whatever a call was given*, arrays, models, optimisers, loaders, is afterwards byte for byte what it was; no file was
  written or changed, no figure opened.
- What takes no arguments, is refused any by Python itself.

Records, which functions return and nobody makes by hand, have no rows.
"""

import hashlib
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import nnbook
from nnbook.module import Module
from tests import bad_calls
from tests.bad_calls.rows import FOLDER, Bad

MODULES = [
    "nnbook", "autograd", "callbacks", "datasets", "estimator", "export", "files", "functional", "gradients", "init", "losses",
    "models", "optimizers", "plots", "practice", "schedules", "training",
]  # fmt: skip
RECORDS = {  # returned, not made
    "Evaluation", "GradientCheck", "Node", "Operation", "Progress", "Reply", "Summary", "Training",
}  # fmt: skip

ROWS = [
    row
    for file in pkgutil.iter_modules(bad_calls.__path__)
    for row in getattr(importlib.import_module(f"tests.bad_calls.{file.name}"), "ROWS", ())
]


def public():
    """Every class and function that a person can reach by these modules' public names."""
    found = {}
    for name in MODULES:
        module = importlib.import_module("nnbook" if name == "nnbook" else f"nnbook.{name}")
        names = getattr(module, "__all__", [each for each in vars(module) if not each.startswith("_")])
        for each in names:
            value = getattr(module, each)
            is_named_tuple = inspect.isclass(value) and issubclass(value, tuple)  # what a forward saves
            if callable(value) and value.__module__.startswith("nnbook") and not is_named_tuple:
                found.setdefault(value, f"{value.__module__.removeprefix('nnbook.')}.{each}")
    return {value: name for value, name in found.items() if name.split(".")[-1] not in RECORDS}


PUBLIC = public()


def ident(row):
    return f"{PUBLIC.get(row.whose, row.whose)}: {row.message[:60]}" if isinstance(row, Bad) else None


@pytest.mark.parametrize("row", ROWS, ids=ident)
def test_is_refused_in_these_words_and_nothing_changes(row):
    given = [getattr(row.call.func, "__self__", row.call.func), row.call.args, row.call.keywords]
    before, files = state(given), folder()
    with pytest.raises(row.error) as raised:
        row.call()
    assert type(raised.value) is row.error
    assert str(raised.value) == row.message
    assert state(given) == before
    assert folder() == files
    for module in modules_in(given):
        for stack in (module._contexts, module._outputs):
            assert stack is None or not stack.items


def test_no_callable_lacks_three_wrong_calls():
    counts = dict.fromkeys(PUBLIC, 0)
    for row in ROWS:
        counts[row.whose] += 1  # KeyError: a row of what is not public
    few = {name: counts[value] for value, name in PUBLIC.items() if counts[value] < 3}
    assert not few, few


def test_there_are_a_hundred_and_fifty_or_more():
    messages = {(row.whose, row.message) for row in ROWS}
    assert len(messages) == len(ROWS), "two rows of one callable end in the same words"
    assert len(ROWS) >= 150
    assert len(PUBLIC) >= 200


def test_no_message_is_only_pythons_or_numpys():
    """What the package words says what it expects and what it got; the few others are told apart here."""
    others = {
        row.message for row in ROWS if " expects " not in row.message or ", but got " not in row.message
    }
    allowed = ("takes 0 positional", "unexpected keyword", "takes 1 positional", " has no ")
    assert not [message for message in others if not any(part in message for part in allowed)]


@pytest.fixture(autouse=True, scope="module")
def no_figures():
    from matplotlib import pyplot as plt

    before = plt.get_fignums()
    yield
    assert plt.get_fignums() == before


# -- what must not change ---------------------------------------------------------------------------------------------


def state(value, above=()):
    """All that a value is made of, nested, in plain things that can be compared; a module's stacks are left out."""
    if isinstance(value, np.ndarray):
        return (
            value.dtype.str,
            value.shape,
            value.strides,
            value.tobytes() if value.dtype.kind != "O" else repr(value),
        )
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    if id(value) in above:
        return "above"
    above = (*above, id(value))
    if isinstance(value, dict):
        return [(state(key, above), state(item, above)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [state(item, above) for item in value]
    if inspect.isroutine(value) or inspect.isclass(value) or inspect.ismodule(value):
        return id(value)
    parts = dict(getattr(value, "__dict__", {}))
    for cls in type(value).__mro__:
        slots = getattr(cls, "__slots__", ())
        parts |= {slot: getattr(value, slot, None) for slot in ([slots] if isinstance(slots, str) else slots)}
    if isinstance(value, Module):  # flags stand in the class until they are set
        parts |= {flag: getattr(value, flag) for flag in ("training", "recording", "frozen", "input_grad")}
    if type(value).__module__.startswith(("nnbook", "tests", "sklearn")):
        hidden = ("_contexts", "_outputs", "__weakref__", "__dict__")
        return type(value), {name: state(part, above) for name, part in parts.items() if name not in hidden}
    return type(value), repr(value)


def modules_in(value, above=()):
    if isinstance(value, Module):
        yield from value.modules()
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from modules_in(item)
    elif isinstance(value, dict):
        yield from modules_in(list(value.values()))


def folder():
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file()
    }


def test_a_change_would_be_seen():
    layer = nnbook.BatchNorm1d(3)
    optimizer = nnbook.Adam(layer.parameters())
    rng = np.random.default_rng(0)
    given = [layer, optimizer, {"rng": rng}]
    for change in (
        lambda: layer.weight.grad.fill(1),
        lambda: layer.weight.data.fill(2),
        lambda: layer.running_mean.data.fill(1),
        lambda: setattr(layer, "training", False),
        lambda: optimizer.step(),
        lambda: setattr(optimizer, "lr", 0.5),
        lambda: rng.random(),
    ):
        before = state(given)
        change()
        assert state(given) != before
