import ast
import gc
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nnbook
import nnbook.functional as arrays
from nnbook import arithmetic, autograd
from nnbook.autograd import Tensor, functional, graph, register
from nnbook.gradients import numerical_gradient, relative_error
from tests import oracle
from tests.ladder import FLOAT32, FLOAT64

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape)


def away_from_zero(*shape):
    return RNG.uniform(0.3, 2, shape) * RNG.choice([-1, 1], shape)


def logs(*shape):
    return arrays.log_softmax(normal(*shape))


def recurrent(gates, *, cell, states=1, biases=1):
    start = [normal(2, 4) for _ in range(states)]
    x = normal(2, 3) if cell else normal(2, 5, 3)
    return [x, *start, normal(3, gates * 4), normal(4, gates * 4), *[normal(gates * 4) for _ in range(biases)]]


X, BITS = normal(5, 4), RNG.integers(0, 2, (5, 4))
IMAGES, CHANNELS = normal(2, 3, 6, 7), [normal(2, 3, 4), normal(3), normal(3)]
LABELS, MASK = np.array([1, 0, 3, 2, 2]), np.arange(5) < [[5], [3]]
ACTIVATIONS = ("identity", "step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus")

# Every registered pair: its positional arguments, its options.
CASES = {
    **{name: ([away_from_zero(3, 4)], {}) for name in ACTIVATIONS},
    "softmax": ([normal(3, 4, 2)], {"axis": 1}),
    "log_softmax": ([X], {}),
    "linear": ([normal(5, 3), normal(3, 4), normal(4)], {}),
    "conv1d": ([normal(2, 3, 9), normal(4, 3, 2), normal(4)], {"stride": 2, "padding": 1}),
    "conv2d": ([IMAGES, normal(4, 3, 2, 3), normal(4)], {"stride": (1, 2), "padding": 1}),
    "conv_transpose2d": ([IMAGES, normal(3, 4, 2, 3), normal(4)], {"stride": 2, "output_padding": 1}),
    "max_pool2d": ([IMAGES], {"kernel_size": 3, "stride": 2}),
    "avg_pool2d": ([IMAGES], {"kernel_size": (2, 3)}),
    "global_avg_pool2d": ([IMAGES], {}),
    "dropout": ([X], {"p": 0.4, "rng": 7}),
    "gaussian_noise": ([X], {"std": 0.3, "rng": 7}),
    "embedding": ([np.array([[2, 0, 2], [1, 2, 0]]), normal(4, 3)], {}),
    "batch_norm": (CHANNELS, {"eps": 0.1}),
    "batch_norm_fixed": ([*CHANNELS, normal(3), RNG.uniform(0.5, 2, 3)], {"eps": 0.1}),
    "layer_norm": ([normal(5, 4), normal(4), normal(4)], {"eps": 0.1}),
    "scaled_dot_product_attention": (
        [normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 6)], {"mask": MASK[:, np.newaxis]}
    ),
    "additive_attention": (
        [normal(2, 3, 4), normal(2, 5, 6), normal(2, 5, 3), normal(4, 7), normal(6, 7), normal(7)], {}
    ),
    "rnn_cell": (recurrent(1, cell=True), {}),
    "lstm_cell": (recurrent(4, cell=True, states=2), {}),
    "gru_cell": (recurrent(3, cell=True, biases=2), {}),
    "rnn": (recurrent(1, cell=False), {"nonlinearity": "tanh", "mask": MASK}),
    "lstm": (recurrent(4, cell=False, states=2), {"reverse": True}),
    "gru": (recurrent(3, cell=False, biases=2), {"reverse": True, "mask": MASK}),
    "mse_loss": ([X, normal(5, 4)], {}),
    "l1_loss": ([X, X + away_from_zero(5, 4)], {}),
    "huber_loss": ([X, X + away_from_zero(5, 4)], {"delta": 0.1}),
    "hinge_loss": ([X, 2 * BITS - 1], {"margin": 0.9}),
    "multi_margin_loss": ([X, LABELS], {"margin": 0.9}),
    "cross_entropy": ([X, LABELS], {"weight": [0.5, 1.0, 3.0, 0.2], "label_smoothing": 0.1}),
    "nll_loss": ([logs(5, 4) - 0.1, LABELS], {"ignore_index": 3}),
    "binary_cross_entropy_with_logits": ([X, BITS.astype(float)], {}),
    "kl_div": ([logs(5, 4) - 0.1, arrays.softmax(normal(5, 4))], {}),
    "add": ([normal(5, 1, 4), normal(3, 1)], {}),
    "subtract": ([normal(4), normal(5, 4)], {}),
    "multiply": ([normal(5, 1, 4), normal(3, 1)], {}),
    "divide": ([normal(3, 1), away_from_zero(5, 1, 4)], {}),
    "power": ([RNG.uniform(0.5, 2, (3, 4))], {"exponent": -1.5}),
    "matmul": ([normal(2, 1, 3, 4), normal(5, 4, 6)], {}),
    "total": ([normal(2, 3, 4)], {"axis": (0, -1)}),
    "mean": ([normal(2, 3, 4)], {"axis": 1, "keepdims": True}),
    "reshape": ([normal(2, 3, 4)], {"shape": (4, -1)}),
    "transpose": ([normal(2, 3, 4)], {"axes": (2, 0, -2)}),
    "select": ([normal(4, 3)], {"key": ([1, 1, 0], slice(None, 2))}),
    "concatenate": ([normal(2, 3), normal(2, 1), normal(2, 4)], {"axis": 1}),
}  # fmt: skip
CONSTANT = {"batch_norm_fixed": (3, 4)} | {name: (1,) for name in CASES if "loss" in name or name in (
    "cross_entropy", "kl_div", "binary_cross_entropy_with_logits")}  # fmt: skip


def tensors(name, dtype=np.float64):
    """The arguments of a case: Tensors that learn wherever a gradient is known, else arrays."""
    return [
        Tensor(value.astype(dtype), requires_grad=True)
        if value.dtype.kind == "f" and i not in CONSTANT.get(name, ())
        else value.astype(dtype) if value.dtype.kind == "f" else value
        for i, value in enumerate(CASES[name][0])
    ]  # fmt: skip


def as_tuple(y):
    return y if isinstance(y, tuple) else (y,)


def weighted(outputs, weights):
    """One number of several outputs: where their gradients are the weights."""
    parts = [(y * w).sum() for y, w in zip(as_tuple(outputs), weights, strict=True)]
    return parts[0] if len(parts) == 1 else parts[0] + weighted(as_tuple(outputs)[1:], weights[1:])


def test_the_cases_are_all_pairs():
    names = {n for module in (arrays, arithmetic) for n in dir(module) if hasattr(module, n + "_backward")}
    assert set(CASES) == set(vars(functional)) == names
    assert len(names) > 45


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_pair_numerically(name):
    options, args = CASES[name][1], tensors(name)
    y = getattr(functional, name)(*args, **options)
    weights = [RNG.standard_normal(part.shape) for part in as_tuple(y)]
    weighted(y, weights).backward()
    for i, x in enumerate(args):
        if isinstance(x, Tensor):

            def loss(point, i=i):
                given = [point if j == i else getattr(a, "data", a) if isinstance(a, Tensor) else a
                         for j, a in enumerate(args)]  # fmt: skip
                return float(weighted(getattr(functional, name)(*map(Tensor, given), **options), weights).item())

            assert relative_error(x.grad, numerical_gradient(loss, x.data)) <= 1e-6, f"argument {i}"
            assert x.grad.any() or name == "step"
