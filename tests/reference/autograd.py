"""Expressions that PyTorch's tensors and nnbook's understand alike."""

import functools

import numpy as np

from tests import oracle

RNG = np.random.default_rng(11)
A, B = RNG.standard_normal((4, 3)), RNG.standard_normal((3, 5))
ROW, COLUMN, DEEP = RNG.standard_normal(3), RNG.standard_normal((4, 1)), RNG.standard_normal((2, 4, 3))
POSITIVE = RNG.uniform(0.5, 2, (4, 3))
ROWS = np.array([2, 0, 2])

EXPRESSIONS = {
    "square_of_a_line": (lambda w, x, b: (w * x + b) ** 2, {"w": ROW, "x": A, "b": COLUMN}),
    "a_network": (lambda x, w, v: (((x @ w) ** 2 + 1) ** -0.5 @ v.T).mean(), {"x": A, "w": B, "v": B}),
    "numbers_on_either_side": (lambda x: 1 - 2 / (3 + x * 0.5) - (x - 1) / 4 + -x, {"x": POSITIVE}),
    "shared": (lambda x: x * x * x + x / (x * x + 1) - x, {"x": A}),
    "variance": (lambda x: ((x - x.mean(axis=0)) ** 2).sum(axis=0) / 3, {"x": A}),
    "normalised": (
        lambda x: (x - x.mean(axis=-1, keepdims=True)) / (x * x).sum(axis=-1, keepdims=True) ** 0.5, {"x": DEEP},
    ),
    "roots": (lambda x: x**0.5 + x**-1 + x**0 + x**1 + x**2.5, {"x": POSITIVE}),
    "parts": (lambda x: x[ROWS, :2].sum(axis=0) + x[1:3, 1:] * x[-1, 0], {"x": A}),
    "shapes": (lambda x, b: x.reshape(2, -1).T.reshape((3, 4)) @ x + b.sum(), {"x": A, "b": B}),
    "vectors": (lambda a, b: a @ b @ b.T @ a, {"a": ROW, "b": B}),
    "stacks": (lambda x, a, v: x @ a.T @ (a @ v), {"x": DEEP, "a": A, "v": ROW}),
}  # fmt: skip

CASES = {
    name: functools.partial(oracle.gradients, f, seed=seed, **inputs)
    for seed, (name, (f, inputs)) in enumerate(EXPRESSIONS.items())
}
