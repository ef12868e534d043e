"""Answers of PyTorch that the tests compare with: recorded ones always, live ones where torch is installed.

A case is a dict: the arguments by name, ``options`` (a dict), ``dy`` (or ``dy.0``, ``dy.1`` … for several outputs), the
output ``y`` (or ``y.0`` …) and the gradient of each argument as ``d_<argument>``.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

FOLDER = pathlib.Path(__file__).parent / "reference"
Case = dict[str, Any]


def require_torch() -> Any:
    """The module torch, or a skip; a failure where NNBOOK_REQUIRE names it."""
    if "torch" in os.environ.get("NNBOOK_REQUIRE", "").split(","):
        return importlib.import_module("torch")
    return pytest.importorskip(
        "torch", reason="torch is not installed: recorded answers were compared, live ones not"
    )


def gradients(
    f: Callable[..., Any], *, options: dict[str, Any] | None = None, seed: int = 0, **inputs: Any
) -> Case:
    """Run `f` on the inputs as float64 torch tensors, back-propagate random gradients, and tell everything as arrays."""
    import torch

    tensors = {
        name: torch.tensor(value, requires_grad=np.asarray(value).dtype.kind == "f")
        for name, value in inputs.items()
    }
    y = f(**tensors)
    outputs = y if isinstance(y, tuple) else (y,)
    rng = np.random.default_rng(seed + 1000)
    d_outputs = [rng.standard_normal(tuple(output.shape)) for output in outputs]
    torch.autograd.backward(outputs, [torch.tensor(d) for d in d_outputs])
    case: Case = {name: np.asarray(value) for name, value in inputs.items()} | {"options": options or {}}
    for i, (output, d) in enumerate(zip(outputs, d_outputs, strict=True)):
        suffix = f".{i}" if isinstance(y, tuple) else ""
        case["y" + suffix], case["dy" + suffix] = output.detach().numpy(), d
    for name, tensor in tensors.items():
        if tensor.requires_grad:
            grad = tensor.grad
            case["d_" + name] = np.zeros(tensor.shape) if grad is None else grad.numpy()
    return case


def cases(file: str, *prefixes: str) -> list[Any]:
    """Parameters for ``@pytest.mark.parametrize("case", ...)``: each is called to get the dict."""
    names = [name for name in _recorded(file) if not prefixes or name.startswith(prefixes)]
    assert names, f"no recorded cases of {file} begin with {prefixes}: run python -m tests.reference {file}"
    recorded = [pytest.param(functools.partial(_load, file, name), id=f"{name}-recorded") for name in names]
    live = [pytest.param(functools.partial(_live, file, name), id=f"{name}-live") for name in names]
    return recorded + live


def record(file: str) -> int:
    """Compute every case of reference/<file>.py with PyTorch and write reference/<file>.npz."""
    functions = _functions(file)
    arrays = {}
    for name, function in functions.items():
        for key, value in function().items():
            arrays[f"{name}/{key}"] = np.array(json.dumps(value)) if key == "options" else value
    np.savez_compressed(FOLDER / f"{file}.npz", **arrays)
    return len(functions)


def _functions(file: str) -> dict[str, Callable[[], Case]]:
    return importlib.import_module(f"tests.reference.{file}").CASES


@functools.cache
def _recorded(file: str) -> dict[str, Case]:
    found: dict[str, Case] = {}
    with np.load(FOLDER / f"{file}.npz") as arrays:
        for path in arrays.files:
            name, key = path.split("/")
            value = arrays[path]
            found.setdefault(name, {})[key] = json.loads(str(value)) if key == "options" else value
    return found


def _load(file: str, name: str) -> Case:
    return {key: value.copy() for key, value in _recorded(file)[name].items()}


def _live(file: str, name: str) -> Case:
    require_torch()
    return _functions(file)[name]()
