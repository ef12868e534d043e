"""Activations and softmax: text, None and ragged lists; a dy of another shape; options out of range; integers to a layer."""

import numpy as np

import nnbook
import nnbook.functional as F
from tests.bad_calls.rows import RAGGED, Bad, call, called, numbers

ELEMENTWISE = [
    "identity", "step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "softmax", "log_softmax",
]  # fmt: skip
LAYERS = [
    "Identity", "Step", "Sigmoid", "Tanh", "ReLU", "LeakyReLU", "ELU", "GELU", "SiLU", "Softplus", "Softmax", "LogSoftmax",
]  # fmt: skip
ROWS = []

for name in ELEMENTWISE:
    f = getattr(F, name)
    expects = f"{name} expects an array of numbers as x, but got"
    ROWS += [
        Bad(f, call(f, "warm"), TypeError, f"{expects} the str 'warm'."),
        Bad(f, call(f, None), TypeError, f"{expects} None."),
        Bad(f, call(f, RAGGED), TypeError, f"{expects} the list [[1.0], [1.0, 2.0]]."),
    ]

for name in ("identity_backward", "step_backward", "gaussian_noise_backward"):
    f = getattr(F, name)
    expects = f"{name} expects an array of numbers as dy, but got"
    ROWS += [
        Bad(f, call(f, "up"), TypeError, f"{expects} the str 'up'."),
        Bad(f, call(f, None), TypeError, f"{expects} None."),
        Bad(f, call(f, RAGGED), TypeError, f"{expects} the list [[1.0], [1.0, 2.0]]."),
    ]

for name in ELEMENTWISE[2:]:
    f = getattr(F, f"{name}_backward")
    y = "x" if name in ("gelu", "silu") else "y"
    who = f"{name}_backward expects"
    ROWS += [
        Bad(
            f,
            call(f, numbers(2), numbers(3)),
            ValueError,
            f"{who} dy of {y}'s shape (3,), but got shape (2,).",
        ),
        Bad(f, call(f, 1.0, numbers(3)), ValueError, f"{who} dy of {y}'s shape (3,), but got shape ()."),
        Bad(f, call(f, None, numbers(3)), TypeError, f"{who} an array of numbers as dy, but got None."),
        Bad(
            f, call(f, numbers(3), "y"), TypeError, f"{who} an array of numbers as {y}, but got the str 'y'."
        ),
    ]

for name in LAYERS:
    kind = getattr(nnbook, name)
    floats = f"{name}() expects floating numbers in x, but got"
    fix = "It is the gradient of the loss with respect to the layer's output, so it has the output's shape."
    ROWS += [
        Bad(kind, call(kind(), np.arange(3)), TypeError,
            f"{floats} int64 array of shape (3,). Convert it first: x.astype(np.float32)."),
        Bad(kind, call(kind(), np.zeros((2, 3), np.uint8)), TypeError,
            f"{floats} uint8 array of shape (2, 3). Scale grey values first: x.astype(np.float32) / 255."),
        Bad(kind, call(kind(), None), TypeError, f"{floats} None."),
        Bad(kind, call(kind(), RAGGED), TypeError, f"{floats} the list [[1.0], [1.0, 2.0]]."),
        Bad(kind, call(called(kind(), numbers(2, 3)).backward, numbers(3, 2)), ValueError,
            f"{name}().backward expects dy of shape (2, 3), but got shape (3, 2). {fix}"),
        Bad(kind, call(called(kind(), numbers(2, 3)).backward), TypeError,
            f"{name}().backward expects 1 gradient(s), one per output, but got 0."),
        Bad(kind, call(kind().backward, numbers(2, 3)), IndexError,
            f"{name}().backward expects one call of the layer, with recording on, for each backward, but got nothing left to "
            "undo. Call the layer first (model.train(); y = model(x)), then backward once."),
    ]  # fmt: skip

ROWS += [
    Bad(F.leaky_relu, call(F.leaky_relu, numbers(3), negative_slope=-0.1), ValueError,
        "leaky_relu expects a finite number negative_slope of at least 0 and of at most 1, but got "
        "negative_slope=-0.1."),
    Bad(F.leaky_relu, call(F.leaky_relu, numbers(3), negative_slope=float("nan")), ValueError,
        "leaky_relu expects a finite number negative_slope of at least 0 and of at most 1, but got "
        "negative_slope=nan."),
    Bad(F.leaky_relu_backward, call(F.leaky_relu_backward, numbers(3), numbers(3), negative_slope=2), ValueError,
        "leaky_relu_backward expects a finite number negative_slope of at least 0 and of at most 1, but got "
        "negative_slope=2."),
    Bad(F.leaky_relu_backward,
        call(F.leaky_relu_backward, numbers(3), numbers(3), negative_slope=float("nan")), ValueError,
        "leaky_relu_backward expects a finite number negative_slope of at least 0 and of at most 1, but got "
        "negative_slope=nan."),
    Bad(F.elu, call(F.elu, numbers(3), alpha=-1.0), ValueError,
        "elu expects a finite number alpha of at least 0, but got alpha=-1.0."),
    Bad(F.elu, call(F.elu, numbers(3), alpha="1"), TypeError,
        "elu expects a finite number alpha of at least 0, but got the str '1'."),
    Bad(F.elu_backward, call(F.elu_backward, numbers(3), numbers(3), alpha=float("inf")), ValueError,
        "elu_backward expects a finite number alpha of at least 0, but got alpha=inf."),
    Bad(F.softmax, call(F.softmax, numbers(2, 3), axis=2), ValueError,
        "softmax expects x with an axis 2, but got shape (2, 3). The last axis is axis=-1."),
    Bad(F.softmax, call(F.softmax, numbers(2, 3), axis=1.0), TypeError,
        "softmax expects a whole number axis of at least -64, but got the float 1.0."),
    Bad(F.softmax, call(F.softmax, np.array(1.0)), ValueError,
        "softmax expects x with an axis -1, but got shape (). Scores come in a row: np.array([x1, x2])."),
    Bad(F.softmax_backward, call(F.softmax_backward, numbers(2, 3), numbers(2, 3), axis=-3), ValueError,
        "softmax_backward expects y with an axis -3, but got shape (2, 3). The last axis is axis=-1."),
    Bad(F.log_softmax, call(F.log_softmax, numbers(2, 3), axis=2), ValueError,
        "log_softmax expects x with an axis 2, but got shape (2, 3). The last axis is axis=-1."),
    Bad(F.log_softmax_backward, call(F.log_softmax_backward, numbers(2, 3), numbers(2, 3), axis=2), ValueError,
        "log_softmax_backward expects y with an axis 2, but got shape (2, 3). The last axis is axis=-1."),
    Bad(nnbook.LeakyReLU, call(nnbook.LeakyReLU, 1.5), ValueError,
        "LeakyReLU expects a finite number negative_slope of at least 0 and of at most 1, but got negative_slope=1.5."),
    Bad(nnbook.LeakyReLU, call(nnbook.LeakyReLU, "0.1"), TypeError,
        "LeakyReLU expects a finite number negative_slope of at least 0 and of at most 1, but got the str '0.1'."),
    Bad(nnbook.ELU, call(nnbook.ELU, -1), ValueError,
        "ELU expects a finite number alpha of at least 0, but got alpha=-1."),
    Bad(nnbook.ELU, call(nnbook.ELU, float("nan")), ValueError,
        "ELU expects a finite number alpha of at least 0, but got alpha=nan."),
    Bad(nnbook.Softmax, call(nnbook.Softmax, 0.5), TypeError,
        "Softmax expects a whole number axis of at least -64, but got the float 0.5."),
    Bad(nnbook.Softmax, call(nnbook.Softmax(2), numbers(2, 3)), ValueError,
        "Softmax(axis=2) expects x with an axis 2, but got shape (2, 3). The last axis is axis=-1."),
    Bad(nnbook.LogSoftmax, call(nnbook.LogSoftmax, None), TypeError,
        "LogSoftmax expects a whole number axis of at least -64, but got None."),
    Bad(nnbook.LogSoftmax, call(nnbook.LogSoftmax(-3), numbers(2, 3)), ValueError,
        "LogSoftmax(axis=-3) expects x with an axis -3, but got shape (2, 3). The last axis is axis=-1."),
]  # fmt: skip
