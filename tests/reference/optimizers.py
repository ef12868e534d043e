"""What PyTorch's optimisers make of 100 steps down a skewed bowl under a wind that turns.

The gradient at w in step t is curvature · w + wind(t), so that a wrong step also shows in all gradients after it. The wind
is a formula, so that it need not be recorded. ``w`` holds the weights after the steps that ``after`` lists.
"""

import numpy as np

SHAPES = [(3, 2), (4,), (), (2, 1, 2)]
SIZES = [6, 4, 1, 4]
AFTER = [1, 2, 3, 10, 50, 100]


def wind(t):
    return 0.5 * np.sin(1.7 * t + 2.3 * np.arange(sum(SIZES)) ** 1.5)


def _case(name, groups=None, **settings):
    """100 steps; `groups` gives the options of two groups, the first two parameters and the others."""
    import torch

    rng = np.random.default_rng(0)
    start = rng.standard_normal(sum(SIZES))
    root = rng.standard_normal((sum(SIZES), sum(SIZES))) / 4
    curvature = root @ root.T + 0.1 * np.eye(sum(SIZES))
    cuts = np.cumsum(SIZES)[:-1]
    params = [
        torch.tensor(part.reshape(shape)) for part, shape in zip(np.split(start, cuts), SHAPES, strict=True)
    ]
    given = params
    if groups:
        given = [
            {"params": part, **options}
            for part, options in zip((params[:2], params[2:]), groups, strict=True)
        ]
    optimizer = getattr(torch.optim, name)(given, **settings)
    recorded = []
    for t in range(1, AFTER[-1] + 1):
        w = np.concatenate([p.numpy().ravel() for p in params])
        for p, g in zip(params, np.split(curvature @ w + wind(t), cuts), strict=True):
            p.grad = torch.tensor(g.reshape(tuple(p.shape)))
        optimizer.step()
        if t in AFTER:
            recorded.append(np.concatenate([p.numpy().ravel() for p in params]))
    options = {"name": name, "settings": settings, "groups": groups}
    return {"start": start, "curvature": curvature, "w": np.array(recorded), "options": options}


CASES = {
    "sgd": lambda: _case("SGD", lr=0.1),
    "sgd_default": lambda: _case("SGD"),
    "sgd_decay": lambda: _case("SGD", lr=0.1, weight_decay=0.3),
    "sgd_momentum": lambda: _case("SGD", lr=0.05, momentum=0.9),
    "sgd_momentum_decay": lambda: _case("SGD", lr=0.05, momentum=0.7, weight_decay=0.1),
    "sgd_nesterov": lambda: _case("SGD", lr=0.05, momentum=0.9, nesterov=True),
    "sgd_nesterov_decay": lambda: _case("SGD", lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.2),
    "sgd_groups": lambda: _case(
        "SGD", [{"lr": 0.2, "weight_decay": 0.1}, {"momentum": 0.9}], lr=0.02, weight_decay=0.0
    ),
    "adagrad_default": lambda: _case("Adagrad"),
    "adagrad": lambda: _case("Adagrad", lr=0.3),
    "adagrad_eps": lambda: _case("Adagrad", lr=0.3, eps=1e-2, weight_decay=0.1),
    "rmsprop_default": lambda: _case("RMSprop"),
    "rmsprop": lambda: _case("RMSprop", lr=0.05, alpha=0.9),
    "rmsprop_eps": lambda: _case("RMSprop", lr=0.05, eps=1e-2, weight_decay=0.1),
    "adadelta_default": lambda: _case("Adadelta"),
    "adadelta": lambda: _case("Adadelta", lr=0.7, rho=0.95, eps=1e-4),
    "adadelta_eps": lambda: _case("Adadelta", eps=1e-2, weight_decay=0.1),
    "adam_default": lambda: _case("Adam"),
    "adam": lambda: _case("Adam", lr=0.1, betas=[0.8, 0.95]),
    "adam_eps": lambda: _case("Adam", lr=0.1, eps=1e-2),
    "adam_decay": lambda: _case("Adam", lr=0.1, eps=1e-2, weight_decay=0.3),
    "adam_groups": lambda: _case("Adam", [{"lr": 0.2, "eps": 1e-2}, {"weight_decay": 0.2}], lr=0.05),
    "adamw_default": lambda: _case("AdamW"),
    "adamw": lambda: _case("AdamW", lr=0.1, eps=1e-2, weight_decay=0.3),
    "adamw_groups": lambda: _case(
        "AdamW", [{"weight_decay": 0.0}, {"lr": 0.2, "betas": [0.5, 0.9]}], lr=0.05
    ),
}
