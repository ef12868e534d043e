"""What PyTorch's schedules set, step by step, for two groups that begin at 0.5 and 0.05; and momentum, where it is cycled."""

import warnings

import numpy as np

STEPS = 40
METRICS = 1 + 0.5 ** np.arange(STEPS).clip(max=9) + 1e-3 * np.cos(np.arange(STEPS))  # falls, then stands


def build(module, optimizer, options):
    """A schedule from what a case says: ``{"name": ..., "settings": ...}``, with ``inner`` ones for a chain."""
    settings = dict(options["settings"])
    if "inner" in options:
        settings["schedulers"] = [build(module, optimizer, inner) for inner in options["inner"]]
    return getattr(module, options["name"])(optimizer, **settings)


def rate_and_momentum(optimizer):
    return [
        (group["lr"], group["betas"][0] if "betas" in group else group["momentum"])
        for group in optimizer.param_groups
    ]


def _case(name, *, inner=None, optimizer="SGD", **settings):
    import torch

    params = [torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)]
    made = {"lr": 0.5, **({"momentum": 0.9} if optimizer == "SGD" else {})}
    optim = getattr(torch.optim, optimizer)(
        [{"params": params[:1]}, {"params": params[1:], "lr": 0.05}], **made
    )
    options = {"name": name, "settings": settings, "optimizer": optimizer, "made": made}
    if inner:
        options["inner"] = [{"name": n, "settings": s} for n, s in inner]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's SequentialLR warns of itself
        schedule = build(torch.optim.lr_scheduler, optim, options)
        values = [rate_and_momentum(optim)]
        for t in range(STEPS - 1):
            optim.step()
            schedule.step(*([METRICS[t]] if name == "ReduceLROnPlateau" else []))
            values.append(rate_and_momentum(optim))
    return {"values": np.array(values), "options": options}


WARM_UP = ("LinearLR", {"start_factor": 0.1, "total_iters": 5})

CASES = {
    "step": lambda: _case("StepLR", step_size=7),
    "step_gamma": lambda: _case("StepLR", step_size=3, gamma=0.8),
    "exponential": lambda: _case("ExponentialLR", gamma=0.9),
    "cosine": lambda: _case("CosineAnnealingLR", T_max=39),
    "cosine_min_and_up_again": lambda: _case("CosineAnnealingLR", T_max=13, eta_min=0.01),
    "linear": lambda: _case("LinearLR"),
    "linear_down": lambda: _case("LinearLR", start_factor=1.0, end_factor=0.2, total_iters=20),
    "one_cycle": lambda: _case("OneCycleLR", max_lr=0.7, total_steps=40),
    "one_cycle_linear": lambda: _case(
        "OneCycleLR", max_lr=[0.7, 0.2], total_steps=40, pct_start=0.1, anneal_strategy="linear"
    ),
    "one_cycle_adam": lambda: _case(
        "OneCycleLR",
        optimizer="Adam",
        max_lr=0.1,
        total_steps=45,
        base_momentum=0.8,
        max_momentum=0.9,
        div_factor=5.0,
        final_div_factor=10.0,
    ),
    "one_cycle_bare": lambda: _case("OneCycleLR", max_lr=0.7, total_steps=40, cycle_momentum=False),
    "chain_cosine": lambda: _case(
        "SequentialLR", inner=[WARM_UP, ("CosineAnnealingLR", {"T_max": 35})], milestones=[5]
    ),
    "chain_three": lambda: _case(
        "SequentialLR",
        inner=[WARM_UP, ("ExponentialLR", {"gamma": 0.9}), ("StepLR", {"step_size": 4})],
        milestones=[5, 12],
    ),
    "plateau": lambda: _case("ReduceLROnPlateau", patience=3),
    "plateau_cooldown": lambda: _case(
        "ReduceLROnPlateau", factor=0.5, patience=2, cooldown=4, min_lr=0.002, threshold=0.01
    ),
    "plateau_abs": lambda: _case(
        "ReduceLROnPlateau", factor=0.3, patience=1, threshold=0.05, threshold_mode="abs", eps=1e-3
    ),
    "plateau_max": lambda: _case("ReduceLROnPlateau", mode="max", factor=0.5, patience=4),
    "plateau_max_abs": lambda: _case(
        "ReduceLROnPlateau", mode="max", factor=0.5, patience=0, threshold=1e-3, threshold_mode="abs"
    ),
}
