"""What PyTorch says of a flattened residual block."""

import numpy as np

from tests.oracle import gradients


def _residual():
    import torch

    rng = np.random.default_rng(3)
    return gradients(
        lambda x, weight, bias: x.flatten(1) + torch.nn.functional.linear(x.flatten(1), weight.T, bias),
        x=rng.standard_normal((5, 2, 3)),
        weight=rng.standard_normal((6, 6)),
        bias=rng.standard_normal(6),
    )


CASES = {"residual": _residual}
