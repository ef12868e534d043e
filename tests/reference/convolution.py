"""What PyTorch says of convolution in one and two dimensions."""

import warnings

import numpy as np

from tests.oracle import gradients


def _conv2d(x, weight, bias=True, **options):
    import torch

    rng = np.random.default_rng(0)
    inputs = {"x": rng.standard_normal(x), "weight": rng.standard_normal(weight)}
    if bias:
        inputs["bias"] = rng.standard_normal(weight[0])
    convolve = torch.nn.functional.conv2d if len(x) == 4 else torch.nn.functional.conv1d
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # "same" with an even kernel "may require a copy"
        return gradients(
            lambda x, weight, bias=None: convolve(x, weight, bias, **options), options=options, **inputs
        )


CASES = {
    "conv2d": lambda: _conv2d((3, 2, 6, 7), (4, 2, 3, 2)),
    "conv2d_stride_padding": lambda: _conv2d((3, 2, 7, 6), (4, 2, 3, 2), stride=2, padding=1),
    "conv2d_pairs": lambda: _conv2d((2, 3, 8, 9), (5, 3, 3, 4), stride=(2, 3), padding=(1, 2)),
    "conv2d_same": lambda: _conv2d((2, 3, 5, 6), (4, 3, 3, 5), padding="same"),
    "conv2d_same_even": lambda: _conv2d((2, 3, 5, 6), (4, 3, 2, 4), padding="same"),
    "conv2d_valid": lambda: _conv2d((2, 3, 5, 6), (4, 3, 3, 5), padding="valid"),
    "conv2d_whole_image": lambda: _conv2d((3, 2, 4, 5), (6, 2, 4, 5)),
    "conv2d_one_pixel": lambda: _conv2d((3, 2, 4, 5), (6, 2, 1, 1)),
    "conv1d": lambda: _conv2d((3, 2, 9), (4, 2, 3)),
    "conv1d_stride_padding": lambda: _conv2d((3, 2, 9), (4, 2, 4), stride=3, padding=2),
    "conv1d_same": lambda: _conv2d((3, 2, 9), (4, 2, 3), padding="same"),
}
