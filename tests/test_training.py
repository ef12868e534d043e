"""fit against the loop written by hand, and everything around it that a long run meets."""

import ctypes
import math
import os
import signal
import subprocess
import sys
import threading
import types

import numpy as np
import pytest

import nnbook
from nnbook import files, schedules, training
from nnbook.module import Buffer, Module, Parameter
from nnbook.optimizers import SGD, Adam
from nnbook.training import (
    Checkpoint,
    EarlyStopping,
    History,
    Training,
    evaluate,
    fit,
    keep_memory,
    show_config,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((150, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)


def network(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return nnbook.Sequential(
        nnbook.Flatten(),
        nnbook.Sequential(nnbook.Linear(3, 8, rng=rng, dtype=dtype), nnbook.Tanh()),
        nnbook.Linear(8, 3, rng=rng, dtype=dtype),
    )


def values(model):
    return {name: array.copy() for name, array in training._arrays(model)}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


class Spy(Module):
    """A layer that does nothing but call a function, forward and back."""

    def __init__(self, forth=lambda x: x, back=lambda dy: dy):
        self.forth, self.back = forth, back

    def forward(self, x):
        return self.forth(x)

    def backward(self, dy):
        return self.back(dy)


class Noise(Module):
    """Dropout and a running mean in one: a layer with a generator and a buffer that moves."""

    def __init__(self, features, rng=None, dtype=np.float64):
        self.mean = Buffer(np.zeros(features, dtype))
        self.rng = np.random.default_rng(rng)

    def forward(self, x):
        if not self.training:
            return x - self.mean.data
        self.mean.data = 0.9 * self.mean.data + 0.1 * x.mean(axis=0)
        mask = (self.rng.random(x.shape) < 0.8).astype(x.dtype)
        self.save(mask)
        return (x - self.mean.data) * mask

    def backward(self, dy):
        (mask,) = self.saved()
        return dy * mask


def quiet_fit(model, train=(X, Y), loss_fn=None, optimizer=None, *, epochs=2, **options):
    loss_fn = loss_fn or nnbook.CrossEntropyLoss()
    optimizer = optimizer or SGD(model.parameters(), lr=0.1, momentum=0.9)
    return fit(model, train, loss_fn, optimizer, epochs=epochs, progress=False, **options)


# -- the loop ---------------------------------------------------------------------------------------------------------


def test_fit_is_the_loop_written_by_hand():
    by_hand, fitted = network(), network()
    loss_fn, optimizer = nnbook.CrossEntropyLoss(), Adam(by_hand.parameters(), lr=0.01)
    loader = nnbook.DataLoader(X, Y, batch_size=40, shuffle=True, rng=3)
    losses, rights = [], []
    for _ in range(3):
        total, right = 0.0, 0
        for x, y in loader:
            optimizer.zero_grad()
            prediction = by_hand(x)
            loss = loss_fn(prediction, y)
            by_hand.backward(loss_fn.backward())
            optimizer.step()
            total += loss * len(x)
            right += (prediction.argmax(axis=1) == y).sum()
        losses.append(total / 150)
        rights.append(right / 150)
    loader = nnbook.DataLoader(X, Y, batch_size=40, shuffle=True, rng=3)
    history = quiet_fit(fitted, loader, optimizer=Adam(fitted.parameters(), lr=0.01), epochs=3)
    assert_same(values(fitted), values(by_hand))
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    np.testing.assert_allclose(history.accuracy, rights, rtol=1e-12)
    assert history.val_loss == history.val_accuracy == []
    assert not history.interrupted


def test_a_pair_is_a_shuffled_loader_of_64():
    paired, loaded = network(), network()
    first = quiet_fit(paired, (X, Y))
    second = quiet_fit(loaded, nnbook.DataLoader(X, Y, batch_size=64, shuffle=True, rng=0))
    assert_same(values(paired), values(loaded))
    assert first.loss == second.loss


def test_validation_is_evaluate_after_each_epoch():
    model = network()
    seen = []
    history = quiet_fit(
        model,
        (X[:100], Y[:100]),
        validation=(X[100:], Y[100:]),
        callbacks=[lambda training: seen.append(evaluate(model, (X[100:], Y[100:]), training.loss_fn))],
    )
    assert history.val_loss == [result.loss for result in seen]
    assert history.val_accuracy == [result.accuracy for result in seen]
    assert len(history) == len(seen) == 2


def test_regression_has_no_accuracy():
    model = nnbook.Linear(3, 1, rng=0)
    target = X @ [[1.0], [2.0], [3.0]]
    history = quiet_fit(
        model,
        (X, target),
        nnbook.MSELoss(),
        SGD(model.parameters(), lr=0.1),
        epochs=30,
        validation=(X, target),
    )
    assert history.accuracy == history.val_accuracy == []
    assert history.to_dict().keys() == {"loss", "val_loss"}
    assert history.val_loss[-1] < 1e-3
    assert evaluate(model, (X, target), nnbook.MSELoss()).accuracy is None


def test_several_inputs_and_ragged_sequences():
    class Average(Module):
        def __init__(self):
            self.scale = Parameter(np.ones(2))

        def forward(self, sequence, mask, extra):
            mean = (sequence * mask).sum(axis=1, keepdims=True) / mask.sum(axis=1, keepdims=True)
            features = np.concatenate([mean, extra], axis=1)
            self.save(features)
            return features * self.scale.data

        def backward(self, dy):
            (features,) = self.saved()
            self.scale.grad += (dy * features).sum(axis=0)
            return None, None, dy[:, 1:]

    sequences = [np.arange(1.0, n + 1) for n in (3, 1, 4, 2, 5)]
    extra, target = np.arange(5.0).reshape(5, 1), np.tile([[1.0, 2.0]], (5, 1))
    loader = nnbook.DataLoader(sequences, extra, target, batch_size=2)
    model = Average()
    history = quiet_fit(model, loader, nnbook.MSELoss(), SGD(model.parameters(), lr=1e-9), epochs=1)
    means = np.array([[2.0], [1.0], [2.5], [1.5], [3.0]])
    expected = ((np.concatenate([means, extra], axis=1) - target) ** 2).mean()
    assert math.isclose(history.loss[0], expected, rel_tol=1e-6)
    assert math.isclose(evaluate(model, loader, nnbook.MSELoss()).loss, expected, rel_tol=1e-6)


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


# -- flags, and the gradient that nobody asks for ---------------------------------------------------------------------


def test_the_datas_gradient_is_not_computed_while_fit_runs():
    model = network()
    first = model[1][0]
    seen = []
    quiet_fit(model, callbacks=[lambda training: seen.append((first.input_grad, model[2].input_grad))])
    assert seen == [(False, True)] * 2
    assert first.input_grad
    with pytest.raises(ZeroDivisionError):
        quiet_fit(model, callbacks=[lambda training: 1 / 0])
    assert first.input_grad
    first.input_grad = False
    quiet_fit(model)
    assert not first.input_grad


def test_a_frozen_body_needs_no_gradient():
    model = network()
    model[1].freeze()
    seen = []
    before = values(model)
    quiet_fit(model, callbacks=[lambda training: seen.append((model[1][0].input_grad, model[2].input_grad))])
    assert seen == [(True, False)] * 2
    after = values(model)
    assert_same(
        {k: v for k, v in after.items() if k.startswith("layers.1")},
        {k: v for k, v in before.items() if k.startswith("layers.1")},
    )
    assert (after["layers.2.weight"] != before["layers.2.weight"]).any()
    assert not model[1].training
    assert all(module._contexts is None for module in model.modules())


def test_a_first_layer_that_is_used_again_still_gets_its_gradient():
    rng = np.random.default_rng(0)
    shared = nnbook.Linear(3, 3, rng=rng, dtype=np.float64)
    model = nnbook.Sequential(shared, nnbook.Tanh(), nnbook.Sequential(shared))
    loss_fn, twin = nnbook.CrossEntropyLoss(), model.copy()
    loss_fn(twin(X), Y)
    twin.backward(loss_fn.backward())
    gradients = []
    keep = types.SimpleNamespace(before_step=lambda training: gradients.append(shared.weight.grad.copy()))
    quiet_fit(model, nnbook.DataLoader(X, Y, batch_size=150), epochs=1, callbacks=[keep])
    np.testing.assert_allclose(gradients[0], twin[0].weight.grad, rtol=1e-12)


@pytest.mark.parametrize("evaluating", [False, True])
def test_trains_in_training_mode_and_puts_the_flags_back(evaluating):
    modes = []
    model = nnbook.Sequential(nnbook.Linear(3, 3, rng=0), Noise(3))
    model.layers.append(Spy(lambda x: modes.append(model[1].training) or x))
    if evaluating:
        model.eval()
    quiet_fit(model, epochs=1, validation=(X, Y))
    assert modes == [
        False,
        False,
        *[True] * 3,
        False,
    ]  # two looks at the first examples, three batches, validation
    assert all(module.training is module.recording is not evaluating for module in model.modules())


# -- data that cannot be right ----------------------------------------------------------------------------------------


def spoilt(array, index, value):
    array = np.array(array)
    array[index] = value
    return array


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (
            (spoilt(X, (17, 2), np.nan), Y),
            {},
            ValueError,
            "fit expects finite numbers in x, but got nan at x[17, 2]. Drop or mend such rows first.",
        ),
        (
            (spoilt(X, (slice(140, 150), 1), -np.inf), Y),
            {},
            ValueError,
            "fit expects finite numbers in x, but got -inf at x[140, 1], the first of 10 such entries. Drop or mend such "
            "rows first.",
        ),
        (
            (X, Y),
            {"validation": (spoilt(X, (3, 0), np.inf), Y)},
            ValueError,
            "fit expects finite numbers in validation x, but got inf at validation x[3, 0]. Drop or mend such rows first.",
        ),
        (
            (X, spoilt(Y, 100, 3)),
            {},
            ValueError,
            "fit expects labels from 0 to 2 in y, but got 3 at y[100].",
        ),
        (
            (X, spoilt(Y, [90, 100], -1)),
            {},
            ValueError,
            "fit expects labels from 0 to 2 in y, but got -1 at y[90], the first of 2 such entries.",
        ),
        (
            (X, spoilt(X, 100, np.nan)),
            {"loss_fn": nnbook.MSELoss()},
            ValueError,
            "fit expects finite numbers in y, but got nan at y[100, 0], the first of 3 such entries. Drop or mend such rows "
            "first.",
        ),
        (
            (X, spoilt(np.zeros((150, 3)), (99, 1), 1.5)),
            {"loss_fn": nnbook.BCEWithLogitsLoss()},
            ValueError,
            "fit expects targets between 0 and 1 in y, but got 1.5 at y[99, 1].",
        ),
        (
            (X, spoilt(np.ones((150, 3), int), (99, 1), 0)),
            {"loss_fn": nnbook.HingeLoss()},
            ValueError,
            "fit expects targets of -1 and 1 in y, but got 0 at y[99, 1].",
        ),
        (
            (X, np.eye(3)[Y]),
            {},
            ValueError,
            "CrossEntropyLoss() expects class indices of shape (64,) as target, but got float64 array of shape (64, 3). "
            "One-hot rows become indices by target.argmax(axis=1).",
        ),
        (
            (X[:, :2], Y),
            {},
            ValueError,
            "Linear(3, 8, dtype='float64') expects x with 3 features in its last axis, but got shape (64, 2). Let the layer "
            "read what comes: Linear(2, ...).",
        ),
        (
            nnbook.DataLoader(X),
            {},
            TypeError,
            "fit expects a DataLoader of inputs and targets, or a pair (x, y), as train, but got a DataLoader of 1 array. "
            "Pass train=nnbook.DataLoader(x, y).",
        ),
        (
            X,
            {},
            TypeError,
            "fit expects a DataLoader of inputs and targets, or a pair (x, y), as train, but got float64 array of shape "
            "(150, 3). Pass train=nnbook.DataLoader(x, y).",
        ),
        (
            (X, Y),
            {"epochs": 0},
            ValueError,
            "fit expects a whole number epochs of at least 1, but got epochs=0.",
        ),
        (
            (X, Y),
            {"accumulate": 1.5},
            TypeError,
            "fit expects a whole number accumulate of at least 1, but got the float 1.5.",
        ),
        (
            (X, Y),
            {"loss_fn": nnbook.CrossEntropyLoss},
            TypeError,
            "fit expects a loss with a backward as loss_fn, but got the type <class 'nnbook.likelihood.CrossEntropyLoss'>. "
            "Make one: CrossEntropyLoss().",
        ),
        (
            (X, Y),
            {"loss_fn": len},
            TypeError,
            "fit expects a loss with a backward as loss_fn, but got the builtin_function_or_method <built-in function len>. "
            "Make one: nnbook.CrossEntropyLoss().",
        ),
        (
            (X, Y),
            {"optimizer": 0.01},
            TypeError,
            "fit expects an optimizer with zero_grad and step, but got the float 0.01. Make one: "
            "nnbook.Adam(model.parameters()).",
        ),
        (
            (X, Y),
            {"optimizer": SGD([Parameter([1.0])])},
            ValueError,
            "fit expects an optimizer of the model's own parameters, but got an optimizer of other parameters. Make one for "
            "this model: SGD(model.parameters()).",
        ),
        (
            (X, Y),
            {"callbacks": EarlyStopping()},
            TypeError,
            "fit expects a list of callbacks, but got the EarlyStopping EarlyStopping(patience=5). Put it in a list: "
            "callbacks=[...].",
        ),
        (
            (X, Y),
            {"callbacks": [EarlyStopping]},
            TypeError,
            "fit expects callbacks that are functions, or objects with before_fit, before_step, after_epoch or after_fit, "
            "but got the type <class 'nnbook.training.EarlyStopping'>. Make one: EarlyStopping(...).",
        ),
        (
            (X, Y),
            {"callbacks": ["stop"]},
            TypeError,
            "fit expects callbacks that are functions, or objects with before_fit, before_step, after_epoch or after_fit, "
            "but got the str 'stop'.",
        ),
        (
            (X, Y),
            {"callbacks": [EarlyStopping(2)]},
            ValueError,
            "EarlyStopping(patience=2) expects validation data to measure val_loss, but got validation=None. Pass "
            "fit(..., validation=(x_val, y_val)), or watch monitor='loss'.",
        ),
        (
            (X, X),
            {"callbacks": [EarlyStopping(2, monitor="accuracy")], "loss_fn": nnbook.MSELoss()},
            ValueError,
            "EarlyStopping(patience=2, monitor='accuracy') expects a loss of classification to measure accuracy, but got "
            "MSELoss(). Watch monitor='loss'.",
        ),
        (
            (X, Y),
            {"callbacks": [Checkpoint("model")]},
            ValueError,
            "Checkpoint expects a path that ends in .npz, but got 'model'. Nothing is appended to a name: save to "
            "'model.npz'.",
        ),
    ],
)
def test_refuses_before_anything_changes(data, options, error, message):
    model = network()
    model.eval()
    before = values(model)
    loader = data
    if isinstance(data, tuple):
        loader = nnbook.DataLoader(*data, shuffle=True, rng=0)
    state = loader.rng.bit_generator.state if isinstance(loader, nnbook.DataLoader) else None
    with pytest.raises(error) as raised:
        quiet_fit(model, loader, **options)
    assert str(raised.value).replace("nnbook.losses.", "nnbook.likelihood.") == message
    assert_same(values(model), before)
    assert not any(parameter.grad.any() for parameter in model.parameters())
    assert not model.training
    assert all(module._contexts is None for module in model.modules())
    if state is not None:
        assert loader.rng.bit_generator.state == state


def test_labels_that_mark_padding_are_no_mistake():
    padded = spoilt(np.full(150, -1), slice(100, 140), 2)  # the first examples are padding alone
    history = quiet_fit(
        network(),
        nnbook.DataLoader(X, padded, batch_size=150),
        nnbook.CrossEntropyLoss(ignore_index=-1),
        epochs=1,
    )
    assert len(history) == 1
    with pytest.raises(ValueError, match=r"labels from 0 to 2 in y, but got -2 at y\[149\]\."):
        quiet_fit(network(), (X, spoilt(padded, 149, -2)), nnbook.CrossEntropyLoss(ignore_index=-1))


def test_refuses_nan_in_a_sequence_by_its_number():
    sequences = [np.zeros(2), np.zeros(3), np.array([0.0, np.nan])]
    with pytest.raises(ValueError, match=r"finite numbers in x\[2\], but got nan at x\[2\]\[1\]\. Drop"):
        quiet_fit(network(), nnbook.DataLoader(sequences, np.zeros(3, int)))


def test_huge_but_finite_data_are_not_refused():
    x = np.full((4, 3), np.finfo(np.float64).max)  # whose sum overflows
    training._check_finite("fit", "x", x)
    with pytest.raises(ValueError, match=r"got inf at x\[3, 2\]"):
        training._check_finite("fit", "x", spoilt(x, (3, 2), np.inf))


def test_a_frozen_model_has_nothing_to_learn():
    model = network().freeze()
    with pytest.raises(ValueError) as raised:
        quiet_fit(model)
    assert str(raised.value) == (
        "fit expects a model with parameters that learn, but got none. Let some learn: model.unfreeze()."
    )


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


# -- numbers that stop being numbers ----------------------------------------------------------------------------------


def turning(nth, value=np.nan):
    """A function that spoils one number of its nth argument."""
    calls = []

    def pass_on(x):
        calls.append(1)
        return spoilt(x, (0, 0), value) if len(calls) >= nth else x

    return pass_on


def run_into_nan(model, nth_batch, message):
    """Batches of 50 of 150 examples: three an epoch."""
    loader = nnbook.DataLoader(X, Y, batch_size=50)
    optimizer = SGD(model.parameters(), lr=0.25)
    steps = []
    real = optimizer.step
    optimizer.step = lambda: (real(), steps.append(values(model)))
    with pytest.raises(ValueError) as raised:
        quiet_fit(model, loader, optimizer=optimizer, epochs=4)
    assert str(raised.value) == message
    assert len(steps) == nth_batch - 1
    assert_same(values(model), steps[-1])
    assert all(module._contexts is None and module._outputs is None for module in model.modules())
    assert not any("forward" in vars(module) for module in model.modules())
    assert all(module.training and module.recording and module.input_grad for module in model.modules())


def test_a_loss_that_turns_nan_names_epoch_batch_and_layer():
    model = network()
    model.layers.insert(2, Spy(turning(1 + 5)))  # once when the first examples are tried, then batch by batch
    model.layers[2].__class__ = type("Shaky", (Spy,), {})
    run_into_nan(
        model,
        5,
        "fit expects a finite loss, but got nan in epoch 2, batch 2. The first numbers that are not finite come out of "
        "layers.2, Shaky(). Often the steps are too large (lr is 0.25): try a tenth of the rate. The parameters are as "
        "before this batch.",
    )


def test_infinity_counts_too():
    model = network()
    model.layers.insert(3, nnbook.Residual(Spy(turning(1 + 2, -np.inf))))
    run_into_nan(
        model,
        2,
        "fit expects a finite loss, but got inf in epoch 1, batch 2. The first numbers that are not finite come out of "
        "layers.3.block, Spy(). Often the steps are too large (lr is 0.25): try a tenth of the rate. The parameters are as "
        "before this batch.",
    )


def test_a_gradient_that_turns_nan_names_its_parameter():
    model = network()
    model.layers.insert(2, Spy(back=turning(4)))
    run_into_nan(
        model,
        4,
        "fit expects finite gradients, but got some that are not in epoch 2, batch 1. The first such gradient on the way "
        "back is that of layers.1.layers.0.bias. Often the steps are too large (lr is 0.25): try a tenth of the rate. The "
        "parameters are as before this batch.",
    )


def test_a_parameter_that_is_nan_already_is_named():
    model = network()
    model[2].bias.data[1] = np.inf
    with pytest.raises(ValueError) as raised, np.errstate(all="ignore"):
        training._check_loss(
            Training(model, None, SGD(model.parameters()), None, None, [], 3, 1), np.inf, [X]
        )
    assert str(raised.value) == (
        "fit expects a finite loss, but got inf in epoch 0, batch 1. The parameter layers.2.bias is not finite. Often the "
        "steps are too large (lr is 0.001): try a tenth of the rate. The parameters are as before this batch."
    )


def test_a_loss_that_is_nan_by_itself():
    class Broken(nnbook.Loss):
        def forward(self, prediction, target):
            self.save(prediction)
            return float("nan") if self.recording else 0.0

        def backward(self):
            return self.saved()[0]

    with pytest.raises(ValueError, match="The model's outputs are finite: the loss itself is not"):
        quiet_fit(network(), loss_fn=Broken())

    class Vector(nnbook.Loss):
        def forward(self, prediction, target):
            return np.array([1.0, 2.0]) if self.recording else 0.0

        def backward(self):
            return 0.0

    with pytest.raises(TypeError) as raised:
        quiet_fit(network(), loss_fn=Vector())
    assert str(raised.value) == (
        "fit expects a loss_fn that returns a number, but got float64 array of shape (2,)."
    )


def test_divergence_is_caught_without_a_warning():
    model = nnbook.Linear(3, 1, rng=0)
    target = X[:, :1] * 1e3
    message = r"fit expects (a finite loss|finite gradients).*The parameters are as before"
    with pytest.raises(ValueError, match=message), np.errstate(all="ignore"):
        quiet_fit(model, (X, target), nnbook.MSELoss(), SGD(model.parameters(), lr=1e3), epochs=100)
    assert all(np.isfinite(parameter.data).all() for parameter in model.parameters())


# -- Ctrl-C -----------------------------------------------------------------------------------------------------------


def at_batch(nth, action):
    """A model that does something in the midst of its nth forward in training."""
    calls = []

    def maybe(x):
        if model.training:
            calls.append(1)
            if len(calls) == nth:
                action()
        return x

    model = network()
    model.layers.insert(1, Spy(maybe))
    return model


def interrupt():
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_stops_between_two_steps_and_keeps_what_was_learnt():
    handler = signal.getsignal(signal.SIGINT)
    model, twin = at_batch(5, interrupt), network()
    loader = nnbook.DataLoader(X, Y, batch_size=50)
    history = quiet_fit(model, loader, epochs=10)
    assert history.interrupted
    assert len(history) == 1
    assert repr(history).endswith(", interrupted)")
    steps = []

    class Stop(Exception):
        pass

    def five(training):
        steps.append(1)
        if len(steps) == 6:
            raise Stop

    with pytest.raises(Stop):
        quiet_fit(twin, loader, epochs=10, callbacks=[types.SimpleNamespace(before_step=five)])
    assert list(map(np.ndarray.tolist, values(model).values())) == list(
        map(np.ndarray.tolist, values(twin).values())
    )
    assert signal.getsignal(signal.SIGINT) is handler
    assert not quiet_fit(model, loader, epochs=1).interrupted


def test_the_second_ctrl_c_interrupts_at_once():
    handler = signal.getsignal(signal.SIGINT)
    model = at_batch(2, lambda: (interrupt(), interrupt()))
    with pytest.raises(KeyboardInterrupt):
        quiet_fit(model, nnbook.DataLoader(X, Y, batch_size=50))
    assert signal.getsignal(signal.SIGINT) is handler
    assert all(module._contexts is None for module in model.modules())
    assert model.recording
    assert model[2][0].input_grad


def test_ctrl_c_after_the_last_step_interrupts_nothing():
    model = network()
    history = quiet_fit(model, epochs=2, callbacks=[lambda training: training.epoch == 2 and interrupt()])
    assert len(history) == 2
    assert not history.interrupted
    first = quiet_fit(model, epochs=2, callbacks=[lambda training: interrupt()])
    assert len(first) == 1
    assert first.interrupted


def test_in_a_thread_and_where_ctrl_c_is_ignored_nothing_is_installed():
    seen = []

    def run():
        quiet_fit(
            network(), epochs=1, callbacks=[lambda training: seen.append(signal.getsignal(signal.SIGINT))]
        )

    handler = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [handler]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run()
    finally:
        signal.signal(signal.SIGINT, handler)
    assert seen == [handler, signal.SIG_IGN]
    run()
    assert seen[2] not in (handler, signal.SIG_IGN)


# -- callbacks --------------------------------------------------------------------------------------------------------


def test_callbacks_are_told_in_order():
    told = []

    class Listener:
        def before_fit(self, training):
            told.append(("before_fit", training.epoch))

        def before_step(self, training):
            told.append(
                ("before_step", training.epoch, training.batch, bool(training.model[2].weight.grad.any()))
            )

        def after_epoch(self, training):
            told.append(("after_epoch", training.epoch, len(training.history)))

        def after_fit(self, training):
            told.append(("after_fit", training.epoch))

    quiet_fit(
        network(),
        nnbook.DataLoader(X, Y, batch_size=75),
        callbacks=[Listener(), lambda training: told.append(repr(training))],
    )
    assert told == [
        ("before_fit", 0),
        ("before_step", 1, 1, True),
        ("before_step", 1, 2, True),
        ("after_epoch", 1, 1),
        "Training(epoch 1 of 2, 0 batches done)",
        ("before_step", 2, 1, True),
        ("before_step", 2, 2, True),
        ("after_epoch", 2, 2),
        "Training(epoch 2 of 2, 0 batches done)",
        ("after_fit", 2),
    ]


def test_a_callback_can_clip_and_stop():
    model = network()
    before = values(model)

    class Clip:
        def before_step(self, training):
            nnbook.optimizers.clip_grad_norm(training.model.parameters(), 1e-9)

        def after_epoch(self, training):
            training.stop = True

    history = quiet_fit(model, optimizer=SGD(model.parameters(), lr=1.0), epochs=9, callbacks=(Clip(),))
    assert len(history) == 1
    assert not history.interrupted
    after = values(model)
    assert all(abs(after[name] - before[name]).max() < 1e-8 for name in after)
    assert any((after[name] != before[name]).any() for name in after)


def stopping(scripted, monkeypatch, model=None, **options):
    """Run fit with these validation losses, noting the model after each epoch."""
    model = model or network()
    script = iter(scripted)
    monkeypatch.setattr(training, "evaluate", lambda *args: training.Evaluation(next(script), None))
    snapshots = []
    stopper = EarlyStopping(**options)
    history = quiet_fit(
        model,
        epochs=len(scripted),
        validation=(X, Y),
        callbacks=[lambda training: snapshots.append(values(model)), stopper],
    )
    return history, stopper, snapshots, values(model)


def test_early_stopping_waits_then_stops_and_restores(monkeypatch):
    history, stopper, snapshots, final = stopping([5, 4, 3, 3.5, 3, 3.2, 1, 1], monkeypatch, patience=3)
    assert len(history) == 6  # 3 in epoch 3 is the best; 3 again in epoch 5 is not better
    assert (stopper.best, stopper.best_epoch) == (3, 3)
    assert_same(final, snapshots[2])
    assert (snapshots[2]["layers.2.weight"] != snapshots[5]["layers.2.weight"]).any()


def test_early_stopping_restores_at_the_natural_end_too_and_begins_anew(monkeypatch):
    stopper = EarlyStopping(patience=10)
    for scripted, best in [([3, 1, 2], 2), ([9, 8, 7], 3)]:
        model, script, snapshots = network(best), iter(scripted), []
        monkeypatch.setattr(
            training, "evaluate", lambda *args, script=script: training.Evaluation(next(script), None)
        )
        keep = lambda training, model=model, snapshots=snapshots: snapshots.append(values(model))  # noqa: E731
        history = quiet_fit(model, epochs=3, validation=(X, Y), callbacks=[stopper, keep])
        assert len(history) == 3
        assert (stopper.best_epoch, stopper.best) == (best, scripted[best - 1])
        assert_same(values(model), snapshots[best - 1])


def test_early_stopping_options(monkeypatch):
    history, stopper, snapshots, final = stopping(
        [5, 4.8, 4.6, 4.4, 4.2, 4.0], monkeypatch, patience=2, min_delta=0.5, restore_best=False
    )
    assert len(history) == 3  # 4.8 and 4.6 are no gain of more than 0.5 over 5
    assert stopper.best_epoch == 1
    assert_same(final, snapshots[-1])
    model = network()
    stopper = EarlyStopping(patience=1, monitor="accuracy")
    history = quiet_fit(model, epochs=50, callbacks=[stopper])
    assert len(history) < 50
    assert stopper.best == max(history.accuracy) == history.accuracy[-2]
    assert len(history) - stopper.best_epoch == 1


def test_early_stopping_restores_running_statistics(monkeypatch):
    rng = np.random.default_rng(0)
    model = nnbook.Sequential(nnbook.Linear(3, 4, rng=rng), Noise(4, rng), nnbook.Linear(4, 3, rng=rng))
    _, _, snapshots, final = stopping([1, 2, 3], monkeypatch, model=model, patience=1)
    assert final["layers.1.mean"].any()
    assert_same(final, snapshots[0])


def test_ctrl_c_restores_nothing():
    model = network()
    stopper = EarlyStopping(patience=3, monitor="loss")
    snapshots = []

    def after(training):
        snapshots.append(values(model))
        if training.epoch == 2:
            stopper.best_epoch, stopper._arrays = 1, snapshots[0]
            interrupt()

    history = quiet_fit(model, epochs=5, callbacks=[stopper, after])
    assert history.interrupted
    assert_same(values(model), snapshots[1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: EarlyStopping(0),
            ValueError,
            "EarlyStopping expects a whole number patience of at least 1, but got patience=0.",
        ),
        (
            lambda: EarlyStopping(min_delta=-1),
            ValueError,
            "EarlyStopping expects a finite number min_delta of at least 0, but got min_delta=-1.",
        ),
        (
            lambda: EarlyStopping(monitor="validation_loss"),
            ValueError,
            "EarlyStopping expects monitor to be one of 'loss', 'accuracy', 'val_loss', 'val_accuracy', but got "
            "'validation_loss'. Did you mean 'val_loss'?",
        ),
        (
            lambda: Checkpoint("run.npz", every=0),
            ValueError,
            "Checkpoint expects a whole number every of at least 1, but got every=0.",
        ),
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
def test_parts_refuse(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message


# -- gradient accumulation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "loss_fn",
    [
        nnbook.CrossEntropyLoss(),
        nnbook.CrossEntropyLoss(weight=[1.0, 5.0, 0.5]),
        nnbook.CrossEntropyLoss(ignore_index=0),
    ],
    ids=repr,
)
def test_accumulated_batches_make_the_step_of_one_large_batch(loss_fn):
    small, large = network(), network()
    # 150 = 48 + 48 + 48 + 6: the last step is of one small batch; and 50 by 3 leaves a smaller one within a step
    for size, accumulate, whole in [(16, 3, 48), (20, 8, 160)]:
        quiet_fit(small, nnbook.DataLoader(X, Y, batch_size=size), loss_fn, accumulate=accumulate)
        history = quiet_fit(large, nnbook.DataLoader(X, Y, batch_size=whole), loss_fn)
        for one, other in zip(values(small).values(), values(large).values(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    assert len(history) == 2


# -- what is shown ----------------------------------------------------------------------------------------------------


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


def test_silent_unless_in_a_terminal_or_notebook(capfd, monkeypatch):
    model = network()
    options = {"loss_fn": nnbook.CrossEntropyLoss(), "optimizer": SGD(model.parameters()), "epochs": 1}
    fit(model, (X, Y), **options)
    fit(model, (X, Y), **options, progress=False)
    assert capfd.readouterr() == ("", "")
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert training._in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    assert not training._in_notebook()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert training._Progress(None, None).wanted
    assert not training._Progress(None, False).wanted


def test_a_bar_with_the_epochs_numbers(capfd):
    pytest.importorskip("tqdm")
    model = network()
    optimizer = SGD(model.parameters())
    history = fit(
        model, (X, Y), nnbook.CrossEntropyLoss(), optimizer, epochs=2, validation=(X, Y), progress=True
    )
    out, err = capfd.readouterr()
    assert out == ""
    last = err.split("\r")[-1]
    assert "epoch 2/2: 100%" in last
    assert "6/6" in last
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert f"{name}={getattr(history, name)[-1]:.4g}" in last


def test_plain_lines_without_tqdm(capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    model = network()
    history = fit(model, (X, Y), nnbook.CrossEntropyLoss(), SGD(model.parameters()), epochs=2, progress=True)
    lines = [
        f"epoch {i}/2  loss {history.loss[i - 1]:.4g}  accuracy {history.accuracy[i - 1]:.4g}\n"
        for i in (1, 2)
    ]
    assert capfd.readouterr() == ("".join(lines), "")


# -- the machine ------------------------------------------------------------------------------------------------------


class Libc:
    """A C library that notes what it is told."""

    def __init__(self, refuses=(), glibc=True):
        self.told, self.refuses = [], refuses
        if glibc:
            self.gnu_get_libc_version = lambda: b"2.36"

    def mallopt(self, what, value):
        self.told.append((what, value))
        return int(value not in self.refuses)


@pytest.mark.parametrize(
    ("libc", "holds", "told"),
    [
        (Libc(), True, [(-3, 1 << 30), (-1, 2**31 - 1)]),
        (Libc(refuses=[1 << 30]), True, [(-3, 1 << 30), (-3, 32 << 20), (-1, 2**31 - 1)]),
        (Libc(refuses=[1 << 30, 32 << 20]), False, [(-3, 1 << 30), (-3, 32 << 20)]),
        (Libc(refuses=[2**31 - 1]), False, [(-3, 1 << 30), (-1, 2**31 - 1)]),
        (Libc(glibc=False), False, []),
        (None, False, []),
    ],
)
def test_keep_memory(monkeypatch, libc, holds, told):
    def load(name):
        if libc is None:
            raise TypeError("no name")  # Windows
        return libc

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr(training, "_memory_is_kept", False)
    assert keep_memory() is holds
    assert training._memory_is_kept is holds
    assert libc is None or libc.told == told


def test_fit_keeps_memory(monkeypatch):
    calls = []
    monkeypatch.setattr(training, "keep_memory", lambda: calls.append(1))
    quiet_fit(network(), epochs=1)
    assert calls == [1]


def test_show_config(capsys, monkeypatch):
    for name in list(os.environ):
        if name.startswith(("OPENBLAS_", "MKL_", "OMP_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(training, "_memory_is_kept", False)
    assert show_config() is None
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert list(lines) == ["nnbook", "numpy", "python", "BLAS", "kernel", "threads", "set", "memory"]
    assert lines["nnbook"] == nnbook.__version__
    assert lines["numpy"] == np.__version__
    assert lines["set"] == "no OPENBLAS_*, MKL_* or OMP_* variable"
    assert lines["memory"] == "not kept: call nnbook.keep_memory()"
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("MKL_SECRET", "/home/somebody")
    monkeypatch.setattr(training, "_memory_is_kept", True)
    show_config()
    text = capsys.readouterr().out
    assert (
        "set      OMP_NUM_THREADS=2, OPENBLAS_CORETYPE=Haswell (can halve the speed: unset it), MKL_SECRET (set)"
        in text
    )
    assert "memory   kept between steps (keep_memory)" in text
    assert "/" not in text.replace("OPENBLAS_*, MKL_* or OMP_*", "")
    assert "somebody" not in text


def test_the_kernel_is_found(monkeypatch):
    found = training._kernel()
    if np.show_config(mode="dicts")["Build Dependencies"]["blas"].get("name") == "scipy-openblas":
        assert isinstance(found[0], str)
        assert found[1] >= 1
        threadpoolctl = pytest.importorskip("threadpoolctl")
        info = next(lib for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "blas")
        assert found == (info["architecture"], info["num_threads"])
    monkeypatch.setattr(ctypes, "CDLL", lambda name: types.SimpleNamespace())
    assert training._kernel()[0] in (found[0], None)  # by threadpoolctl, where that is installed
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert training._kernel() == (None, None)


# -- checkpoints ------------------------------------------------------------------------------------------------------


def noisy(seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return nnbook.Sequential(
        nnbook.Linear(3, 6, rng=rng, dtype=dtype),
        Noise(6, rng, dtype),
        nnbook.BatchNorm1d(6, dtype=dtype),
        nnbook.ReLU(),
        nnbook.Dropout(0.2, rng=seed),
        nnbook.Linear(6, 3, rng=rng, dtype=dtype),
    )


class Decay:
    """A schedule of somebody's own: each step a little slower."""

    def __init__(self):
        self.t = 0

    def before_step(self, training):
        self.t += 1
        training.optimizer.lr = 0.05 / (1 + 0.1 * self.t)

    def state_dict(self):
        return {"t": self.t}

    def load_state_dict(self, state):
        self.t = state["t"]


OPTIMIZERS = {
    "sgd": lambda p: SGD(p, lr=0.05),
    "momentum": lambda p: SGD(p, lr=0.05, momentum=0.9),
    "nesterov": lambda p: SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-2),
    "adam": lambda p: Adam(p, lr=0.01),
    "adagrad": lambda p: nnbook.optimizers.Adagrad(p),
    "rmsprop": lambda p: nnbook.optimizers.RMSprop(p),
    "adadelta": lambda p: nnbook.optimizers.Adadelta(p),
    "adamw": lambda p: nnbook.optimizers.AdamW(p),
    "groups": lambda p: Adam([{"params": p[:2], "lr": 1e-2}, {"params": p[2:], "weight_decay": 0.1}]),
}

# what differs from: Adam, float32, batches of 20 shuffled, six epochs; callbacks are made with the optimiser
CONFIGURATIONS = {
    **{name: {"optimizer": name} for name in OPTIMIZERS},
    "float64": {"dtype": np.float64},
    "unshuffled": {"shuffle": False},
    "drop_last": {"drop_last": True},
    "accumulated": {"accumulate": 3},
    "a schedule of one's own": {"callbacks": [lambda o: Decay()]},
    "stairs": {"callbacks": [lambda o: schedules.StepLR(o, 2)]},
    "one cycle": {"callbacks": [lambda o: schedules.OneCycleLR(o, 0.1, total_steps=48)]},
    "warm-up, then cosine": {
        "callbacks": [
            lambda o: schedules.SequentialLR(
                o, [schedules.LinearLR(o, total_iters=2), schedules.CosineAnnealingLR(o, 4)], milestones=[2]
            )
        ]
    },
    "plateau": {
        "callbacks": [lambda o: schedules.ReduceLROnPlateau(o, patience=0, threshold=0.5)],
        "validation": True,
    },
    "early stopping": {"callbacks": [lambda o: EarlyStopping(5, monitor="val_accuracy")], "validation": True},
    "stopped early": {"callbacks": [lambda o: EarlyStopping(4, min_delta=10.0, monitor="loss")]},
    "momentum, schedule, accumulated": {
        "optimizer": "momentum",
        "callbacks": [lambda o: schedules.ExponentialLR(o, 0.8), lambda o: EarlyStopping(9, monitor="loss")],
        "accumulate": 2,
    },
    "another generator": {"bits": np.random.MT19937},
    "a fourth generator": {"bits": np.random.SFC64},
    "one generator for all": {"shared": True},
    "one batch": {"batch_size": 200},
}
assert len(CONFIGURATIONS) >= 20


def make(config, seed):
    """Model, loader, optimiser, options and callbacks."""
    dtype = config.get("dtype", np.float32)
    model = noisy(seed, dtype)
    rng = np.random.Generator(config.get("bits", np.random.PCG64)(seed + 50))
    if config.get("shared"):
        rng = model[1].rng
    loader = nnbook.DataLoader(
        X.astype(dtype),
        Y,
        batch_size=config.get("batch_size", 20),
        shuffle=config.get("shuffle", True),
        rng=rng,
        drop_last=config.get("drop_last", False),
    )
    optimizer = OPTIMIZERS[config.get("optimizer", "adam")](model.parameters())
    if seed and "callbacks" not in config:
        optimizer.param_groups[0]["lr"] = 0.5
    options = {"accumulate": config.get("accumulate", 1)}
    if config.get("validation"):
        options["validation"] = (X.astype(dtype), Y)
    return (
        model,
        loader,
        optimizer,
        options,
        [callback(optimizer) for callback in config.get("callbacks", [])],
    )


def flat(value, name=""):
    """Nested dicts and lists as one dict of arrays."""
    if isinstance(value, (dict, list, tuple)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return {k: v for key, inner in pairs for k, v in flat(inner, f"{name}.{key}").items()}
    return {name: np.asarray(value)}


def outcome(model, loader, optimizer, history):
    """All that a training leaves behind."""
    kept = flat(optimizer.state_dict(), "optimizer")
    assert any(array.size > 1 for array in kept.values()) or type(optimizer) is SGD
    plain = [history.to_dict(), loader.state_dict(), repr(model[1].rng.bit_generator.state)]
    return values(model) | kept, plain


@pytest.mark.parametrize("name", CONFIGURATIONS)
@pytest.mark.parametrize("moment", ["between epochs", "within an epoch"])
def test_interrupted_and_resumed_equals_uninterrupted(tmp_path, name, moment):
    config, path = CONFIGURATIONS[name], tmp_path / "run.npz"

    def run(seed, notes, epochs=6, stop=(), **more):
        model, loader, optimizer, options, callbacks = make(config, seed)

        class Note:
            def before_step(self, training):
                notes.append((training.epoch, training.batch))
                if len(notes) in stop:
                    interrupt()

        callbacks = [Checkpoint(path, every=3), *callbacks, Note()]
        history = quiet_fit(
            model, loader, optimizer=optimizer, epochs=epochs, callbacks=callbacks, **options, **more
        )
        return history, outcome(model, loader, optimizer, history)

    expected_notes, notes = [], []
    history, expected = run(0, expected_notes)
    assert len(history) == (5 if name == "stopped early" else 6)

    if moment == "between epochs":
        run(0, notes, epochs=3)
    else:  # twice, once in each of the first two epochs
        steps = sum(epoch == 1 for epoch, _ in expected_notes)
        first, second = np.random.default_rng(len(name)).integers([1, steps + 1], [steps + 1, 2 * steps + 1])
        assert run(0, notes, stop=[first])[0].interrupted
        assert run(1, notes, stop=[second], resume=path)[0].interrupted
    _, got = run(7, notes, resume=path)  # another seed, so that every bit must come from the file
    assert notes == expected_notes
    assert_same(got[0], expected[0])
    assert got[1] == expected[1]


@pytest.mark.parametrize("step", [1, 2, 3])
def test_interrupted_in_each_step_of_an_accumulated_epoch(tmp_path, step):
    def run(epochs, stop=None, **more):
        model, loader, optimizer, options, _ = make({"accumulate": 3}, 0)
        steps = []

        class Stop:
            def before_step(self, training):
                steps.append(training.batch)
                if len(steps) == stop:
                    interrupt()

        callbacks = [Checkpoint(tmp_path / "run.npz"), Stop()]
        history = quiet_fit(
            model, loader, optimizer=optimizer, epochs=epochs, callbacks=callbacks, **options, **more
        )
        return history, outcome(model, loader, optimizer, history)

    _, expected = run(2)
    part, _ = run(2, stop=step)
    assert part.interrupted
    assert len(part) == (
        step == 3
    )  # 8 batches by 3: the third step is the epoch's last, and the epoch is finished
    _, got = run(2, resume=tmp_path / "run.npz")
    assert_same(got[0], expected[0])
    assert got[1] == expected[1]


def test_a_checkpoint_is_a_model_too(tmp_path):
    model = network()
    quiet_fit(model, callbacks=[Checkpoint(tmp_path / "run.npz")])
    assert_same(values(nnbook.load(tmp_path / "run.npz")), values(model))
    state = files.load_state(tmp_path / "run.npz")
    assert list(state["optimizer"]["state"]) == [name for name, _ in model.named_parameters()]
    assert state["kernel"] == training._kernel()[0]


def test_checkpoints_are_written_when_due(tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr(files, "save", lambda path, model, state: saved.append(len(state["history"]["loss"])))
    path = tmp_path / "run.npz"
    quiet_fit(network(), epochs=7, callbacks=[Checkpoint(path, every=3)])
    assert saved == [3, 6, 7]
    saved.clear()
    quiet_fit(network(), epochs=7, callbacks=[Checkpoint(path, every=3), stop_after(4)])
    assert saved == [3, 4]
    saved.clear()
    quiet_fit(
        network(), epochs=7, callbacks=[Checkpoint(path, every=3), lambda t: t.epoch == 4 and interrupt()]
    )
    assert saved == [3, 4]
    assert repr(Checkpoint("run.npz")) == "Checkpoint('run.npz')"
    assert repr(Checkpoint("run.npz", every=3)) == "Checkpoint('run.npz', every=3)"


def stop_after(epoch):
    def callback(training):
        training.stop = training.epoch == epoch

    return callback


def test_more_epochs_can_be_asked_for(tmp_path):
    path, whole, parts = tmp_path / "run.npz", network(), network()
    quiet_fit(whole, epochs=5)
    quiet_fit(parts, epochs=2, callbacks=[Checkpoint(path)])
    history = quiet_fit(network(3), epochs=2, callbacks=[Checkpoint(path)], resume=path)
    assert len(history) == 2  # nothing left to do
    model = network(4)
    assert len(quiet_fit(model, epochs=5, callbacks=[Checkpoint(path)], resume=path)) == 5
    assert_same(values(model), values(whole))


def test_resuming_something_else_tells_every_difference_and_changes_nothing(tmp_path):
    path = tmp_path / "run.npz"
    quiet_fit(network(), callbacks=[Checkpoint(path)])
    model = network(1)
    loader = nnbook.DataLoader(X[:100], Y[:100], batch_size=64, rng=np.random.Generator(np.random.SFC64(0)))
    optimizer = Adam(model.parameters()[:3])
    before, state = values(model), loader.state_dict()
    with pytest.raises(ValueError) as raised:
        fit(
            model,
            loader,
            nnbook.CrossEntropyLoss(label_smoothing=0.1),
            optimizer,
            epochs=2,
            accumulate=2,
            resume=path,
            callbacks=[Decay()],
            progress=False,
        )
    assert str(raised.value).splitlines() == [
        "fit expects the training that is to be resumed, but got one with 7 differences:",
        "    loss: CrossEntropyLoss() in the checkpoint, CrossEntropyLoss(label_smoothing=0.1) here",
        "    optimizer: SGD in the checkpoint, Adam here",
        "    its parameters: layers.1.layers.0.bias, layers.1.layers.0.weight, layers.2.bias, layers.2.weight in the "
        "checkpoint, layers.1.layers.0.bias, layers.1.layers.0.weight, layers.2.weight here",
        "    data: DataLoader(150 examples, batch_size=64, shuffle=True) in the checkpoint, DataLoader(100 examples, "
        "batch_size=64) here",
        "    accumulate: 1 in the checkpoint, 2 here",
        "    callbacks: Checkpoint in the checkpoint, Decay here",
        "    random generators: loader.rng (PCG64) in the checkpoint, loader.rng (SFC64) here",
    ]
    assert_same(values(model), before)
    assert loader.state_dict() == state
    assert not any(array.size > 3 for array in flat(optimizer.state_dict()).values())
    other = nnbook.Sequential(nnbook.Linear(3, 3, rng=0))
    with pytest.raises(
        ValueError, match=r"fit expects a model that fits 'run\.npz', but got one with 12 differences"
    ):
        quiet_fit(other, callbacks=[Checkpoint(path)], resume=path)


def test_resuming_what_is_no_checkpoint(tmp_path):
    nnbook.save(tmp_path / "model.npz", network())
    with pytest.raises(ValueError) as raised:
        quiet_fit(network(), resume=tmp_path / "model.npz")
    assert str(raised.value) == (
        "fit expects a file that Checkpoint wrote as resume, but got 'model.npz'. It holds a model alone: "
        "nnbook.load(path, into=model), then fit without resume."
    )
    with pytest.raises(
        FileNotFoundError, match=r"fit expects the path of a file, but got '.*gone\.npz', where there is none"
    ):
        quiet_fit(network(), resume=tmp_path / "gone.npz")


INTERRUPTED = """
import os, random, signal, sys, threading, time
import numpy as np
import nnbook
from tests.test_training import X, Y, Decay, noisy, outcome

path, wanted = sys.argv[1], int(sys.argv[2])
x, y = np.tile(X, (20, 1)).astype(np.float32), np.tile(Y, 20)

def run(seed, epochs, **options):
    model = noisy(seed)
    loader = nnbook.DataLoader(x, y, batch_size=10, shuffle=True, rng=seed)
    optimizer = nnbook.optimizers.Adam(model.parameters(), lr=0.001)
    callbacks = [Decay(), nnbook.EarlyStopping(1000, monitor="loss"), nnbook.Checkpoint(path, every=2)]
    loss_fn = nnbook.CrossEntropyLoss()
    history = nnbook.fit(model, loader, loss_fn, optimizer, epochs=epochs, callbacks=callbacks, progress=False, **options)
    return history, model, loader, optimizer

delays, sent, outside, within, seed, epochs = random.Random(0), 0, 0, 0, 0, 30
while True:
    resume = {"resume": path} if os.path.exists(path) else {}
    seed += 1 if resume else 0
    done = threading.Event()

    def send():
        global sent
        if not done.wait(delays.uniform(0.001, 0.06)):
            sent += 1
            os.kill(os.getpid(), signal.SIGINT)

    killer = threading.Thread(target=send)
    history = None
    try:
        killer.start()
        history, *parts = run(seed, epochs, **resume)
        done.set()
        killer.join()
    except KeyboardInterrupt:
        outside += 1
    done.set()
    killer.join()
    if history is not None:
        within += history.interrupted
        if not history.interrupted and sent >= wanted:
            break
        if not history.interrupted:
            epochs += 5
got = outcome(parts[0], parts[1], parts[2], history)
os.remove(path)
history, *parts = run(0, epochs)
expected = outcome(*parts, history)
assert got[0].keys() == expected[0].keys()
for name in got[0]:
    np.testing.assert_array_equal(got[0][name], expected[0][name], err_msg=name)
assert got[1] == expected[1]
print(sent, within, outside, epochs)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a process that sends itself SIGINT")
def test_200_interrupts_at_random_moments_change_nothing(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path / "run.npz"), "200"],
        capture_output=True,
        text=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    sent, within, outside, _ = map(int, run.stdout.split())
    assert sent >= 200
    assert within >= 100, f"only {within} of {sent} fell into fit's steps, {outside} beside them"
