"""What fit refuses before it begins, and numbers that stop being numbers on the way."""

import numpy as np
import pytest

import nnbook
from nnbook import scrutiny
from nnbook.callbacks import Checkpoint, EarlyStopping
from nnbook.module import Parameter
from nnbook.optimizers import SGD
from nnbook.training import Training
from tests.fitting import Spy, X, Y, assert_same, network, quiet_fit, spoilt, values

# -- data that cannot be right ----------------------------------------------------------------------------------------


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
            "but got the type <class 'nnbook.callbacks.EarlyStopping'>. Make one: EarlyStopping(...).",
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
    assert str(raised.value) == message
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
    scrutiny._check_finite("fit", "x", x)
    with pytest.raises(ValueError, match=r"got inf at x\[3, 2\]"):
        scrutiny._check_finite("fit", "x", spoilt(x, (3, 2), np.inf))


def test_a_frozen_model_has_nothing_to_learn():
    model = network().freeze()
    with pytest.raises(ValueError) as raised:
        quiet_fit(model)
    assert str(raised.value) == (
        "fit expects a model with parameters that learn, but got none. Let some learn: model.unfreeze()."
    )


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
        scrutiny.check_loss(Training(model, None, SGD(model.parameters()), None, None, [], 3, 1), np.inf, [X])
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
