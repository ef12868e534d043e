"""What PyTorch says of dropout: which numbers it drops is its own draw, what it makes of them is compared."""

import numpy as np

from tests.oracle import gradients


def _dropout(p):
    import torch

    torch.manual_seed(0)
    x = np.random.default_rng(0).uniform(
        0.5, 2, (4, 3, 5)
    )  # no zero, so that a zero in y is one that was dropped
    return gradients(lambda x: torch.nn.functional.dropout(x, p), options={"p": p}, x=x)


def _noise(std):
    import torch

    rng = np.random.default_rng(0)
    x, noise = rng.standard_normal((2, 4, 3, 5))
    case = gradients(lambda x: x + std * torch.tensor(noise), options={"std": std}, x=x)
    return case | {"noise": noise}


CASES = {
    "dropout": lambda: _dropout(0.4),
    "dropout_none": lambda: _dropout(0.0),
    "dropout_most": lambda: _dropout(0.95),
    "noise": lambda: _noise(0.3),
}
