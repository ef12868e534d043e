"""What PyTorch says of a fully connected layer."""

import numpy as np

from tests.oracle import gradients


def _case(shape, bias):
    import torch

    rng = np.random.default_rng(0)
    inputs = {"x": rng.standard_normal((*shape, 3)), "weight": rng.standard_normal((3, 4))}
    if bias:
        inputs["bias"] = rng.standard_normal(4)
    return gradients(lambda x, weight, bias=None: torch.nn.functional.linear(x, weight.T, bias), **inputs)


CASES = {
    "linear": lambda: _case((5,), True),
    "linear_sequence": lambda: _case((2, 5), True),
}
