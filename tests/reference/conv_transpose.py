"""What PyTorch says of transposed convolution."""

import numpy as np

from tests.oracle import gradients


def _case(x, weight, **options):
    import torch

    rng = np.random.default_rng(0)
    inputs = {
        "x": rng.standard_normal(x),
        "weight": rng.standard_normal(weight),
        "bias": rng.standard_normal(weight[1]),
    }
    transpose = torch.nn.functional.conv_transpose2d
    return gradients(lambda x, weight, bias: transpose(x, weight, bias, **options), options=options, **inputs)


CASES = {
    "plain": lambda: _case((2, 3, 4, 5), (3, 2, 3, 4)),
    "stride_padding": lambda: _case((2, 3, 4, 5), (3, 2, 3, 4), stride=2, padding=1),
    "pairs": lambda: _case((2, 3, 4, 3), (3, 4, 3, 2), stride=(2, 3), padding=(1, 0), output_padding=(1, 2)),
    "gaps": lambda: _case((2, 3, 4, 3), (3, 2, 1, 2), stride=3, output_padding=2),
}
