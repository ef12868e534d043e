"""Early stopping, and trainings that stop and go on as if nothing had been."""

import os
import subprocess
import sys

import numpy as np
import pytest

import nnbook
from nnbook import files, machine, schedules, training
from nnbook.callbacks import Checkpoint, EarlyStopping
from nnbook.optimizers import SGD, Adam
from nnbook.training import fit
from tests.fitting import Noise, X, Y, assert_same, interrupt, network, quiet_fit, values


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
    ],
)
def test_parts_refuse(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message


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
    assert state["kernel"] == machine.kernel()[0]


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
from tests.fitting import X, Y
from tests.test_callbacks import Decay, noisy, outcome

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
