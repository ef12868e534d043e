"""Losses and accuracies, of all examples whatever the batches, and the history of them."""

import math

import numpy as np
import pytest

import nnbook
from nnbook.measuring import History, evaluate
from nnbook.module import Module, Parameter
from nnbook.optimizers import SGD
from tests.fitting import Noise, X, Y, assert_same, network, quiet_fit, values

# -- what is measured -------------------------------------------------------------------------------------------------

SCORES = np.array([[2.0, -1.0, 0.5], [0.1, 0.2, -3.0], [-1.0, 0.0, 4.0], [1.0, 3.0, 2.0]])


class Given(Module):
    """A model whose answers are its inputs."""

    def __init__(self):
        self.unused = Parameter(np.zeros(1))

    def forward(self, x):
        return x

    def backward(self, dy):
        return dy


@pytest.mark.parametrize(
    ("loss_fn", "scores", "target", "accuracy"),
    [
        (nnbook.CrossEntropyLoss(), SCORES, [0, 1, 1, 1], 3 / 4),
        (nnbook.CrossEntropyLoss(ignore_index=-1), SCORES, [0, 0, -1, -1], 1 / 2),
        (nnbook.CrossEntropyLoss(), SCORES[None], [[0, 1, 1, 0]], 2 / 4),
        (nnbook.NLLLoss(), np.log([[0.2, 0.8], [0.6, 0.4]]), [1, 1], 1 / 2),
        (nnbook.MultiMarginLoss(), SCORES, [0, 0, 2, 0], 2 / 4),
        (nnbook.BCEWithLogitsLoss(), SCORES[:, :1], [[1.0], [0.0], [0.0], [0.0]], 2 / 4),
        (nnbook.BCEWithLogitsLoss(), SCORES[:, 0], [0.9, 0.3, 0.3, 0.7], 3 / 4),
        (nnbook.HingeLoss(), SCORES[:, 0], [1, 1, -1, -1], 3 / 4),
        (nnbook.MSELoss(), SCORES[:, 0], [1.0, 1.0, -1.0, -1.0], None),
        (nnbook.HuberLoss(), SCORES[:, 0], [1.0, 1.0, -1.0, -1.0], None),
    ],
)
def test_accuracy_of_each_loss(loss_fn, scores, target, accuracy):
    target = np.array(target)
    result = evaluate(Given(), (scores, target), loss_fn)
    assert result == (pytest.approx(loss_fn(scores, target), rel=1e-12), accuracy)
    assert type(result.loss) is float


@pytest.mark.parametrize(
    "loss_fn",
    [
        nnbook.CrossEntropyLoss(),
        nnbook.CrossEntropyLoss(weight=[1.0, 5.0, 0.5]),
        nnbook.CrossEntropyLoss(ignore_index=2),
        nnbook.CrossEntropyLoss(weight=[1.0, 5.0, 0.5], ignore_index=0),
        nnbook.MultiMarginLoss(),
    ],
    ids=repr,
)
def test_an_epochs_mean_is_that_of_all_examples(loss_fn):
    model = network()
    loader = nnbook.DataLoader(X, Y, batch_size=47)  # the last batch is smaller
    whole = evaluate(model, (X, Y), loss_fn)
    history = quiet_fit(model, loader, loss_fn, SGD(model.parameters(), lr=1e-30), epochs=1)
    assert math.isclose(history.loss[0], whole.loss, rel_tol=1e-12)
    assert math.isclose(history.accuracy[0], whole.accuracy, rel_tol=1e-12)


def test_evaluate_changes_nothing():
    model = nnbook.Sequential(
        nnbook.Linear(3, 4, rng=0, dtype=np.float64), Noise(4, rng=1), nnbook.Linear(4, 3, rng=0)
    )
    loss_fn = nnbook.CrossEntropyLoss()
    loader = nnbook.DataLoader(X, Y, shuffle=True, rng=5)
    loss_fn(model(X), Y)  # half a training step, still to be undone
    before, states = values(model), [loader.rng.bit_generator.state, model[1].rng.bit_generator.state]
    evaluate(model, loader, loss_fn)
    assert_same(values(model), before)
    assert [loader.rng.bit_generator.state, model[1].rng.bit_generator.state] == states
    assert model.training
    assert loss_fn.recording
    model.backward(loss_fn.backward())


def test_evaluate_sees_what_drop_last_drops():
    loader = nnbook.DataLoader(SCORES, np.array([0, 0, 0, 0]), batch_size=3, drop_last=True)
    assert evaluate(Given(), loader, nnbook.CrossEntropyLoss()).accuracy == 1 / 4


def test_history_is_told_in_a_line_and_a_dict():
    history = History()
    assert repr(history) == "History(0 epochs)"
    history.append(loss=1.23456, accuracy=0.5, val_loss=None)
    assert repr(history) == "History(1 epoch: loss 1.235, accuracy 0.5)"
    history.append(loss=np.float32(0.5), accuracy=0.25)
    assert history.loss == [1.23456, 0.5]
    assert type(history.loss[1]) is float
    assert history.to_dict() == {"loss": [1.23456, 0.5], "accuracy": [0.5, 0.25]}
    history.to_dict()["loss"].clear()
    assert len(history) == 2
    assert history.best("loss") == 2
    assert history.best("accuracy") == 1


def test_history_plots_itself(monkeypatch):
    import nnbook.plots

    monkeypatch.setattr(nnbook.plots, "plot_history", lambda history, ax: (history, ax), raising=False)
    history = History()
    assert history.plot("axes") == (history, "axes")
    assert history.plot() == (history, None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: evaluate(nnbook.Linear, (X, Y), nnbook.MSELoss()), "Make one: Linear(...)."),
        (
            lambda: evaluate(network(), X, nnbook.MSELoss()),
            "as data, but got float64 array of shape (150, 3).",
        ),
        (lambda: evaluate(network(), (X, Y), nnbook.MSELoss), "Make one: MSELoss()."),
    ],
)
def test_evaluate_refuses(call, message):
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value).startswith("evaluate expects ")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: History().append(los=1.0),
            ValueError,
            "History.append expects the measure to be one of 'loss', 'accuracy', 'val_loss', 'val_accuracy', but got 'los'. "
            "Did you mean 'loss'?",
        ),
        (
            lambda: History().best(),
            ValueError,
            "History.best expects a training that measured val_loss, but got History(0 epochs). Pass fit(..., "
            "validation=(x_val, y_val)) to measure val_loss and val_accuracy.",
        ),
    ],
)
def test_history_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
