"""What PyTorch says of pooling. Rounded inputs bring ties, whose gradient goes to the first."""

import numpy as np

from tests.oracle import gradients


def _case(name, shape, *, decimals=None, **options):
    import torch

    x = np.random.default_rng(0).standard_normal(shape)
    if decimals is not None:
        x = np.round(x, decimals)
    pool = getattr(torch.nn.functional, name)
    return gradients(lambda x: pool(x, **options), options=options, x=x)


def _global():
    import torch

    x = np.random.default_rng(0).standard_normal((3, 4, 5, 2))
    return gradients(lambda x: torch.nn.functional.adaptive_avg_pool2d(x, 1).flatten(1), x=x)


CASES = {
    "max": lambda: _case("max_pool2d", (3, 2, 6, 8), kernel_size=2),
    "max_ties": lambda: _case("max_pool2d", (3, 2, 7, 9), decimals=0, kernel_size=2),
    "max_ties_overlap": lambda: _case("max_pool2d", (3, 2, 7, 9), decimals=0, kernel_size=3, stride=2),
    "max_pairs": lambda: _case("max_pool2d", (3, 2, 7, 9), decimals=0, kernel_size=[3, 2], stride=[1, 3]),
    "max_gaps": lambda: _case("max_pool2d", (3, 2, 7, 9), kernel_size=2, stride=3),
    "avg": lambda: _case("avg_pool2d", (3, 2, 6, 8), kernel_size=2),
    "avg_overlap": lambda: _case("avg_pool2d", (3, 2, 7, 9), kernel_size=3, stride=2),
    "avg_pairs": lambda: _case("avg_pool2d", (3, 2, 7, 9), kernel_size=[3, 2], stride=[1, 3]),
    "global": _global,
}
