"""fit against the loop written by hand, its flags, Ctrl-C, accumulation, and what it shows."""

import math
import signal
import sys
import threading
import types

import numpy as np
import pytest

import nnbook
from nnbook import training
from nnbook.measuring import evaluate
from nnbook.module import Module, Parameter
from nnbook.optimizers import SGD, Adam
from nnbook.training import fit
from tests.fitting import Noise, Spy, X, Y, assert_same, interrupt, network, quiet_fit, values

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


def test_fit_keeps_memory(monkeypatch):
    calls = []
    monkeypatch.setattr(training, "keep_memory", lambda: calls.append(1))
    quiet_fit(network(), epochs=1)
    assert calls == [1]
