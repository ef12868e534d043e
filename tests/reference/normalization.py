"""What PyTorch says of batch norm, in training and with fixed statistics, and of layer norm."""

import numpy as np

from tests.oracle import gradients


def _inputs(shape, features):
    rng = np.random.default_rng(0)
    return {
        "x": rng.standard_normal(shape) * 3 + 2,
        "weight": rng.standard_normal(features) + 1,
        "bias": rng.standard_normal(features),
    }


def _batch(shape, eps=1e-5):
    import torch

    batch_norm = torch.nn.functional.batch_norm
    return gradients(
        lambda x, weight, bias: batch_norm(x, None, None, weight, bias, training=True, eps=eps),
        options={"eps": eps},
        **_inputs(shape, shape[1]),
    )


def _fixed(shape):
    import torch

    rng = np.random.default_rng(1)
    mean, var = rng.standard_normal(shape[1]) + 2, rng.uniform(0.5, 4, shape[1])
    statistics = torch.tensor(mean), torch.tensor(var)
    case = gradients(
        lambda x, weight, bias: torch.nn.functional.batch_norm(x, *statistics, weight, bias),
        **_inputs(shape, shape[1]),
    )
    return case | {"mean": mean, "var": var}


def _running(shape, momentum):
    """Two batches through the layer: the second output and what the running averages then are."""
    import torch

    layer = {2: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d}[len(shape)](
        shape[1], momentum=momentum
    ).double()
    x = np.random.default_rng(0).standard_normal((2, *shape)) * 3 + 2
    layer(torch.tensor(x[0]))
    y = layer(torch.tensor(x[1]))
    predicted = layer.eval()(torch.tensor(x[0]))
    return {
        "x": x,
        "options": {"momentum": momentum},
        "y": y.detach().numpy(),
        "predicted": predicted.detach().numpy(),
        "mean": layer.running_mean.numpy(),
        "var": layer.running_var.numpy(),
    }


def _layer(shape, axes, eps=1e-5):
    import torch

    sizes = shape[-axes:]
    return gradients(
        lambda x, weight, bias: torch.nn.functional.layer_norm(x, sizes, weight, bias, eps),
        options={"eps": eps},
        **_inputs(shape, sizes),
    )


CASES = {
    "batch_vectors": lambda: _batch((5, 3)),
    "batch_signals": lambda: _batch((4, 3, 5)),
    "batch_images": lambda: _batch((4, 3, 5, 2)),
    "batch_eps": lambda: _batch((5, 3), eps=0.5),
    "fixed_vectors": lambda: _fixed((5, 3)),
    "fixed_images": lambda: _fixed((4, 3, 5, 2)),
    "running_vectors": lambda: _running((5, 3), 0.1),
    "running_images": lambda: _running((4, 3, 5, 2), 0.3),
    "layer": lambda: _layer((5, 3), 1),
    "layer_sequence": lambda: _layer((2, 5, 3), 1, eps=0.3),
    "layer_two_axes": lambda: _layer((4, 5, 3), 2),
}
