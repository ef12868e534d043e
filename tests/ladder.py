"""The evidence ladder: what every pair of functions and every layer must stand on.

1. central differences in float64, random upstream gradients;
2. a naive loop that a reader believes at sight;
3. PyTorch, values and gradients, float64 to 1e-10, float32 to (1.3e-6, 1e-5);
4. invariants;
5. hostile inputs: other memory orders, read-only, size one, empty, huge; nothing mutated.

``@rung(3, "linear")`` on a test says which step it is for which name; `tests/test_ladder.py` builds the table of all names
and rungs from these marks and fails on an empty cell. The functions below do the work that is the same for every pair.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nnbook.gradients import numerical_gradient, relative_error

FLOAT32 = {"rtol": 1.3e-6, "atol": 1e-5}
FLOAT64 = {"rtol": 1e-10, "atol": 1e-10}


def rung(number: int, *names: str) -> pytest.MarkDecorator:
    """Mark a test as evidence on one rung for the pairs or layers named."""
    return pytest.mark.rung(number, *names)


def forward(f: Callable[..., Any], args: dict[str, Any], options: dict[str, Any]) -> tuple[Any, Any]:
    """Call f by argument names; return (y, saved), saved being None where f has none."""
    result = f(**args, **options)
    if (inspect.getdoc(f) or "").split("\n")[0].find("saved") >= 0:
        return result
    return result, None


def backward(
    f: Callable[..., Any],
    f_backward: Callable[..., Any],
    dy: Any,
    args: dict[str, Any],
    y: Any,
    saved: Any,
    options: Any,
) -> dict[str, Any]:
    """Call f_backward with what its signature names; return the gradients by argument name."""
    known = {**args, **options, "y": y, "saved": saved}
    names = list(inspect.signature(f_backward).parameters)[1:]
    gradients = f_backward(dy, **{name: known[name] for name in names if name in known})
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    positional = [
        name
        for name, parameter in inspect.signature(f).parameters.items()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    assert len(gradients) <= len(positional)
    return {name: g for name, g in zip(positional, gradients, strict=False) if g is not None and name in args}


def check_numerically(
    f: Callable[..., Any],
    f_backward: Callable[..., Any],
    *,
    tolerance: float = 1e-6,
    seed: int = 0,
    **arguments: Any,
) -> None:
    """Rung 1: each floating argument's gradient against central differences, under random upstream gradients.

    Arrays among `arguments` are arguments of f, everything else is an option.
    """
    args, options = _split(f, arguments)
    y, saved = forward(f, args, options)
    rng = np.random.default_rng(seed)
    dy = (
        tuple(rng.standard_normal(np.shape(part)) for part in y)
        if isinstance(y, tuple)
        else _upstream(y, rng)
    )
    got = backward(f, f_backward, dy, args, y, saved, options)
    assert got, "no gradients came back"
    for name, gradient in got.items():

        def loss(value: Any, name: str = name) -> float:
            out, _ = forward(f, {**args, name: value}, options)
            return _dot(out, dy)

        numerical = numerical_gradient(loss, args[name])
        error = relative_error(gradient, numerical)
        assert error <= tolerance, (
            f"d{name}: relative error {error:.2e}\nanalytic {gradient}\nnumerical {numerical}"
        )


def check_against_torch(f: Callable[..., Any], f_backward: Callable[..., Any], case: dict[str, Any]) -> None:
    """Rung 3: values and gradients of a recorded or live case, in float64 and again in float32."""
    names = [name for name in inspect.signature(f).parameters if name in case]
    options = case["options"]
    several = "dy.0" in case
    for dtype, tolerance in ((np.float64, FLOAT64), (np.float32, FLOAT32)):
        args = {name: _as(case[name], dtype) for name in names}
        dy = _collect(case, "dy", dtype) if several else _as(case["dy"], dtype)
        y, saved = forward(f, args, options)
        expected = _collect(case, "y", dtype) if several else case["y"]
        for mine, theirs in zip(y, expected, strict=True) if several else [(y, expected)]:
            assert np.shape(mine) == theirs.shape
            np.testing.assert_allclose(mine, theirs, **tolerance)
        got = backward(f, f_backward, dy if several or np.ndim(dy) else float(dy), args, y, saved, options)
        wanted = {key[2:] for key in case if key.startswith("d_") and key[2:] in args}
        assert set(got) == wanted, f"gradients of {set(got)}, expected of {wanted}"
        for name in wanted:
            assert got[name].dtype == dtype
            np.testing.assert_allclose(got[name], case["d_" + name], **tolerance, err_msg=f"d{name}")


def check_hostile(f: Callable[..., Any], f_backward: Callable[..., Any], **arguments: Any) -> None:
    """Rung 5: Fortran order, non-contiguous and read-only inputs give the same numbers, and nothing is mutated."""
    args, options = _split(f, arguments)
    y, saved = forward(f, args, options)
    rng = np.random.default_rng(0)
    dy = (
        tuple(rng.standard_normal(np.shape(part)) for part in y)
        if isinstance(y, tuple)
        else _upstream(y, rng)
    )
    expected = backward(f, f_backward, dy, args, y, saved, options)
    for disguise in (_fortran, _strided, _read_only):
        strange = {name: disguise(value) for name, value in args.items()}
        before = {name: np.array(value) for name, value in strange.items()}
        strange_dy = tuple(map(disguise, dy)) if isinstance(dy, tuple) else disguise(dy)
        out, kept = forward(f, strange, options)
        got = backward(f, f_backward, strange_dy, strange, out, kept, options)
        for mine, theirs in zip(out, y, strict=True) if isinstance(y, tuple) else [(out, y)]:
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)
        for name in expected:
            np.testing.assert_allclose(got[name], expected[name], rtol=1e-12, atol=1e-12)
        for name, value in strange.items():
            np.testing.assert_array_equal(value, before[name], err_msg=f"{name} was changed")


def _split(f: Callable[..., Any], arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    parameters = inspect.signature(f).parameters
    args = {
        name: value
        for name, value in arguments.items()
        if parameters[name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and isinstance(value, np.ndarray)
    }
    return args, {name: value for name, value in arguments.items() if name not in args}


def _upstream(y: Any, rng: np.random.Generator) -> Any:
    return rng.standard_normal(np.shape(y)) if np.ndim(y) else float(rng.standard_normal())


def _dot(y: Any, dy: Any) -> float:
    return sum(map(_dot, y, dy)) if isinstance(y, tuple) else float(np.sum(y * dy))


def _as(value: Any, dtype: Any) -> Any:
    return value.astype(dtype) if value.dtype.kind == "f" else value


def _collect(case: dict[str, Any], key: str, dtype: Any) -> tuple[Any, ...]:
    count = sum(name.startswith(key + ".") for name in case)
    return tuple(_as(case[f"{key}.{i}"], dtype) for i in range(count))


def _fortran(x: Any) -> Any:
    return np.asfortranarray(x) if isinstance(x, np.ndarray) and x.ndim else x  # a 0-d array would become 1-d


def _strided(x: Any) -> Any:
    if not isinstance(x, np.ndarray) or x.ndim == 0:
        return x
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def _read_only(x: Any) -> Any:
    if not isinstance(x, np.ndarray):
        return x
    x = x.copy()
    x.flags.writeable = False
    return x
