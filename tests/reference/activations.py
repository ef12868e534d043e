"""What PyTorch says of the activations."""

import numpy as np

from tests.oracle import gradients

X = np.random.default_rng(0).standard_normal((3, 4, 5)) * 3
FAR = np.array([-1e4, -745.0, -104.0, -88.5, -30.0, -1e-3, 1e-3, 30.0, 88.5, 104.0, 745.0, 1e4])


def _case(name, x, **options):
    import torch
    from torch.nn import functional as F

    functions = {
        "identity": lambda x: x * 1,
        "step": lambda x: torch.where(x > 0, 1.0, 0.0) + 0 * x,  # heaviside has no gradient there at all
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": lambda x: F.leaky_relu(x, **options),
        "elu": lambda x: F.elu(x, **options),
        "gelu": lambda x: F.gelu(x, approximate="tanh"),
        "silu": lambda x: F.silu(x),  # torch calls its argument input
        "softplus": lambda x: F.softplus(x, threshold=1e9),  # without its shortcut for large x
        "softmax": lambda x: F.softmax(x, dim=options.get("axis", -1)),
        "log_softmax": lambda x: F.log_softmax(x, dim=options.get("axis", -1)),
    }
    return gradients(functions[name], options=options, x=x)


CASES = {
    "identity": lambda: _case("identity", X),
    "step": lambda: _case("step", X),
    "sigmoid": lambda: _case("sigmoid", X),
    "sigmoid_far": lambda: _case("sigmoid", FAR),
    "tanh": lambda: _case("tanh", X),
    "tanh_far": lambda: _case("tanh", FAR),
    "relu": lambda: _case("relu", X),
    "leaky_relu": lambda: _case("leaky_relu", X),
    "leaky_relu_steep": lambda: _case("leaky_relu", X, negative_slope=0.3),
    "elu": lambda: _case("elu", X),
    "elu_deep": lambda: _case("elu", X, alpha=1.7),
    "elu_far": lambda: _case("elu", FAR),
    "gelu": lambda: _case("gelu", X),
    "gelu_far": lambda: _case("gelu", FAR),
    "silu": lambda: _case("silu", X),
    "silu_far": lambda: _case("silu", FAR),
    "softplus": lambda: _case("softplus", X),
    "softmax": lambda: _case("softmax", X),
    "softmax_middle": lambda: _case("softmax", X, axis=1),
    "softmax_far": lambda: _case("softmax", FAR[:10]),
    "log_softmax": lambda: _case("log_softmax", X),
    "log_softmax_middle": lambda: _case("log_softmax", X, axis=1),
    "log_softmax_far": lambda: _case("log_softmax", FAR[:10]),
}
