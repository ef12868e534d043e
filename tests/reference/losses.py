"""What PyTorch says of the losses."""

import numpy as np

from tests.oracle import gradients

RNG = np.random.default_rng(0)
PREDICTION, AMOUNTS = RNG.standard_normal((5, 3)) * 2, RNG.standard_normal((5, 3))
SCORES, LABELS = RNG.standard_normal((7, 4)) * 3, np.array([0, 3, 1, 1, 2, 0, 3])
SEQUENCE, SYMBOLS = RNG.standard_normal((2, 5, 4)), np.array([[0, 3, 1, 9, 9], [2, 1, 0, 3, 9]])
YES_OR_NO = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.3], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.5]])
SIGNS = np.where(YES_OR_NO > 0.5, 1, -1)
SHARES = RNG.dirichlet(np.ones(4), 7)
SHARES[2] = [0.0, 0.4, 0.0, 0.6]
WEIGHT = [0.5, 1.0, 3.0, 0.2]


def _case(f, name, prediction, target, /, **options):
    """The target is given as it is: no gradient is asked for it."""
    import torch

    case = gradients(lambda **x: f(x[name], torch.tensor(target)), options=options, **{name: prediction})
    return case | {"target": target}


def _amounts(name, **options):
    from torch.nn import functional as F

    return _case(lambda x, t: getattr(F, name)(x, t, **options), "prediction", PREDICTION, AMOUNTS, **options)


def _by_class(name, argument, scores, labels, **options):
    """PyTorch has classes second."""
    import torch
    from torch.nn import functional as F

    settings = {k: torch.tensor(v, dtype=torch.float64) if k == "weight" else v for k, v in options.items()}
    function = getattr(F, name)
    return _case(lambda x, t: function(x.movedim(-1, 1), t, **settings), argument, scores, labels, **options)


def _cross_entropy(scores, labels, **options):
    return _by_class("cross_entropy", "logits", scores, labels, **options)


def _nll(scores, labels, **options):
    log_p = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return _by_class("nll_loss", "log_probabilities", log_p, labels, **options)


def _bce():
    from torch.nn import functional as F

    return _case(F.binary_cross_entropy_with_logits, "logits", PREDICTION, YES_OR_NO)


def _hinge(margin):
    import torch

    def hinge(x, t):
        return torch.clamp(margin - t * x, min=0).mean()

    return _case(hinge, "prediction", PREDICTION, SIGNS, margin=margin)


def _multi_margin(**options):
    return _by_class("multi_margin_loss", "prediction", SCORES, LABELS, **options)


def _kl():
    from torch.nn import functional as F

    log_p = SCORES - np.log(np.exp(SCORES).sum(axis=-1, keepdims=True))
    return _case(lambda x, t: F.kl_div(x, t, reduction="batchmean"), "log_probabilities", log_p, SHARES)


CASES = {
    "mse_loss": lambda: _amounts("mse_loss"),
    "l1_loss": lambda: _amounts("l1_loss"),
    "huber_loss": lambda: _amounts("huber_loss"),
    "huber_loss_narrow": lambda: _amounts("huber_loss", delta=0.6),
    "cross_entropy": lambda: _cross_entropy(SCORES, LABELS),
    "cross_entropy_far": lambda: _cross_entropy(SCORES * 3000, LABELS),
    "cross_entropy_weighted": lambda: _cross_entropy(SCORES, LABELS, weight=WEIGHT),
    "cross_entropy_smoothed": lambda: _cross_entropy(SCORES, LABELS, label_smoothing=0.15),
    "cross_entropy_weighted_smoothed": lambda: _cross_entropy(
        SCORES, LABELS, weight=WEIGHT, label_smoothing=0.15
    ),
    "cross_entropy_sequence": lambda: _cross_entropy(SEQUENCE, SYMBOLS, ignore_index=9),
    "cross_entropy_ignoring_a_class": lambda: _cross_entropy(SCORES, LABELS, ignore_index=3),
    "cross_entropy_everything": lambda: _cross_entropy(
        SEQUENCE, SYMBOLS, weight=WEIGHT, label_smoothing=0.15, ignore_index=9
    ),
    "nll_loss": lambda: _nll(SCORES, LABELS),
    "nll_loss_weighted": lambda: _nll(SCORES, LABELS, weight=WEIGHT),
    "nll_loss_sequence": lambda: _nll(SEQUENCE, SYMBOLS, weight=WEIGHT, ignore_index=9),
    "binary_cross_entropy_with_logits": _bce,
    "hinge_loss": lambda: _hinge(1.0),
    "hinge_loss_wide": lambda: _hinge(2.5),
    "multi_margin_loss": lambda: _multi_margin(),
    "multi_margin_loss_wide": lambda: _multi_margin(margin=2.5),
    "kl_div": _kl,
}
