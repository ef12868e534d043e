"""Autograd: write down what was computed, and the way back can be read off.

A model's `backward` is its `forward` read upwards (notebook 07). For an expression that somebody just typed, such as
(w * x + b) ** 2, nobody has written that down; but every operation in it is a function pair, and each pair knows its own
way back. So it is enough to keep a *tape* (notebook 09): a `Tensor` is an array that remembers the `Operation` that it
came from, and an operation remembers what it read. `Tensor.backward` takes the operations behind a result, the latest
first, and lets each pair turn its dy into

    dx += ∂y/∂x · dy         for every input x of an operation y = f(x, …)

*Gradients add.* A tensor that was read twice is to blame twice. All that read it happened after the operation that made
it; so, going back in time, its sum is complete when its turn comes.

*No table of special cases.* `register` reads two signatures, which follow one rule: after dy, a backward's parameters are
names of f's arguments, or y, or saved. `functional` is all of `nnbook.functional` and `nnbook.arithmetic`, registered
so; pairs of your own are registered likewise. The formulas stay where they are, in the idea files.

What learns is a `Parameter`, so nnbook's optimisers move it: ``SGD([w.parameter], lr=0.1)``. Number by number a tape costs
several times what layers do: use it for what nobody has written a backward for, and to see how large frameworks do it.

Linnainmaa 1970; Baydin, Pearlmutter, Radul & Siskind 2018, "Automatic differentiation in machine learning: a survey".
"""

from __future__ import annotations

import functools
import inspect
import itertools
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import nnbook.functional
from nnbook import arithmetic
from nnbook.arrays import Array
from nnbook.errors import check_array, describe, explain
from nnbook.module import Parameter

__all__ = ["Node", "Operation", "Tensor", "functional", "graph", "register"]


@dataclass(eq=False, slots=True)
class Operation:
    """One entry of the tape: what was computed, from what, how to undo it, and what came out (as weak references)."""

    name: str
    inputs: tuple[Any, ...]
    undo: Callable[[list[Array]], tuple[Any, ...]]
    outputs: list[tuple[Callable[[], Any], Any, Any]] = field(default_factory=list)  # with shapes and dtypes
    time: int = field(default_factory=itertools.count().__next__)


def register(f: Callable[..., Any], f_backward: Callable[..., Any]) -> Callable[..., Any]:
    """Make of a pair on arrays one function on Tensors.

    Parameters
    ----------
    f : callable
        Arrays to an array or a tuple of arrays; options keyword-only. Returns (y, saved) if f_backward names ``saved``.
    f_backward : callable
        dy, then any of f's arguments, y and saved, by name, to gradients in the order of f's arguments: None for what
        has none, trailing ones left out, a single one bare. Neither function may change its arguments.

    Raises
    ------
    TypeError
        If f_backward names anything else.

    Examples
    --------
    >>> cube = register(lambda x: x**3, lambda dy, x: 3 * x**2 * dy)
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> cube(x).sum().backward()
    >>> x.grad
    array([ 3., 12.])
    """
    for one in (f, f_backward):
        if not callable(one):
            raise TypeError(explain("register", "a function and its backward", describe(one)))
    name, signature = f.__name__, inspect.signature(f)
    _, *wanted = inspect.signature(f_backward).parameters
    arguments, own = {*signature.parameters}, {"y", "saved"}
    if strange := {*wanted} - arguments - own or arguments & own:
        expected = f"{f_backward.__name__} to name, after dy, only arguments of {name}, y or saved"
        raise TypeError(explain("register", expected, ", ".join(sorted(strange))))

    @functools.wraps(f)
    def on_tensors(*args: Any, **options: Any) -> Any:
        try:
            bound = signature.bind(*args, **options)
        except TypeError as error:
            raise TypeError(explain(name, f"({', '.join(signature.parameters)})", str(error))) from None
        bound.apply_defaults()
        inputs = tuple(Tensor(x) if isinstance(x, Parameter) else x for x in bound.args)
        for key, option in bound.kwargs.items():
            if isinstance(option, Tensor) and option.requires_grad:
                raise TypeError(_not_known(name, key))
        known = bound.arguments
        known.update({key: _data(x) for key, x in known.items()})
        try:
            result = f(*bound.args, **bound.kwargs)
        except ValueError as error:
            if " expects " in str(error):  # worded already
                raise
            shapes = ", ".join(str(np.shape(_data(x))) for x in inputs)
            raise ValueError(explain(name, "arguments whose shapes fit", f"{shapes} ({error})")) from error
        y, saved = result if "saved" in wanted else (result, None)
        several, number = isinstance(y, tuple), type(y) is float
        kept = {key: {**known, "y": y, "saved": saved}[key] for key in wanted}

        def undo(dys: list[Array]) -> tuple[Any, ...]:
            gradients = f_backward(tuple(dys) if several else float(dys[0]) if number else dys[0], **kept)
            return gradients if isinstance(gradients, tuple) else (gradients,)

        dtypes = [x.data.dtype for x in inputs if isinstance(x, Tensor) and x.requires_grad]
        operation = Operation(name, inputs, undo) if dtypes else None
        dtype = np.result_type(*dtypes) if dtypes and number else None  # as exact as what it came from
        outputs = tuple(_result(np.asarray(part, dtype), operation) for part in (y if several else (y,)))
        return outputs if several else outputs[0]

    return on_tensors


def _data(x: Any) -> Any:
    """What a pair is given: arrays and numbers, also within a tuple."""
    if isinstance(x, tuple):
        return tuple(map(_data, x))
    return x.data if isinstance(x, (Tensor, Parameter)) else x


def _result(data: Array, operation: Operation | None) -> Tensor:
    tensor = Tensor.__new__(Tensor)
    tensor._data = data
    if operation is not None:
        tensor.operation, tensor.requires_grad = operation, True
        operation.outputs.append((weakref.ref(tensor), data.shape, data.dtype))
    return tensor


def _not_known(name: str, argument: str) -> str:
    fix = "No gradient is known for it: pass it with .detach()."
    return explain(name, f"{argument} to be constant", "a Tensor that requires a gradient", fix)


_ALL = {**vars(nnbook.functional), **vars(arithmetic)}
_PAIRS = {name: (f, _ALL[f"{name}_backward"]) for name, f in _ALL.items() if f"{name}_backward" in _ALL}
functional = SimpleNamespace(**{name: register(*pair) for name, pair in _PAIRS.items()})


class Tensor:
    """An array that remembers where it came from. It knows + - * / @ ** and [...], sum, mean, reshape, transpose and T.

    Parameters
    ----------
    data : array_like or Parameter
        Numbers of any shape, which are copied. A Parameter is not: it is read, and collects the gradient.
    requires_grad : bool, optional
        Whether it learns: by default only a Parameter that is not frozen. What learns is floating, else a TypeError.
    name : str
        What `graph` calls it.

    Attributes
    ----------
    data, grad : ndarray
        Its numbers, and the gradient of all on which `backward` was called (None before, if it has no parameter).
    parameter : Parameter or None
        What an optimiser is given.
    operation : Operation or None
        Where it came from.

    Examples
    --------
    >>> w, b = Tensor(2.0, requires_grad=True), Tensor(1.0, requires_grad=True)
    >>> loss = (w * 3.0 + b - 5.0) ** 2
    >>> loss.backward()
    >>> loss.item(), w.grad, b.grad
    (4.0, array(12.), array(4.))
    """

    name = ""
    operation: Operation | None = None
    parameter: Parameter | None = None
    requires_grad = False
    _grad: Array | None = None
    _undone = False
    __array_ufunc__ = None  # array + tensor is left to the tensor

    def __init__(self, data: Any, requires_grad: bool | None = None, *, name: str = "") -> None:
        self.name, parameter = name, data if isinstance(data, Parameter) else None
        self._data = np.array(check_array("Tensor", "data", data)) if parameter is None else parameter.data
        if requires_grad and self._data.dtype.kind != "f":
            fix = "A whole number cannot be raised by a hair: write 3.0, or use data.astype(np.float32)."
            raise TypeError(explain("Tensor", "floating numbers if requires_grad", describe(self._data), fix))
        self.parameter = Parameter(self._data) if requires_grad and parameter is None else parameter
        learns = parameter is not None and parameter.requires_grad
        self.requires_grad = learns if requires_grad is None else bool(requires_grad)

    @property
    def data(self) -> Array:
        return self._data if self.parameter is None else self.parameter.data

    @property
    def grad(self) -> Array | None:
        return self._grad if self.parameter is None else self.parameter.grad

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    def backward(self, gradient: npt.ArrayLike | None = None) -> None:
        """Add to ``grad`` of this tensor and all behind it; if it raises, nothing is added.

        Parameters
        ----------
        gradient : array_like, optional
            dy, of this tensor's shape. A single number needs none: it is 1.

        Raises
        ------
        ValueError
            If the gradient is missing or does not fit, nothing here learns, or it was called on this tensor before.
        """
        who, shape = "Tensor.backward", self.shape
        if not self.requires_grad:
            fix = "Say so before the computation: Tensor(data, requires_grad=True)."
            raise ValueError(explain(who, "a result of what requires a gradient", "a constant", fix))
        if self._undone:
            fix = "Compute the result anew: this one does not know of steps taken since."
            raise ValueError(explain(who, "one call for each result", "a second one", fix))
        if gradient is None and self.data.size != 1:
            fix = "Reduce it to one number, such as y.mean(), or pass backward(gradient)."
            raise ValueError(explain(who, "one number, or a gradient", f"shape {shape} and no gradient", fix))
        given = np.ones_like(self.data) if gradient is None else check_array(who, "gradient", gradient)
        dy = np.array(given, self.data.dtype)
        if dy.shape != shape:
            raise ValueError(explain(who, f"a gradient of shape {shape}", f"shape {dy.shape}"))
        gradients = {self: dy}
        for operation in reversed(_tape(self)):
            dys = [gradients[y()] if y() in gradients else np.zeros(*z) for y, *z in operation.outputs]
            for i, (x, dx) in enumerate(itertools.zip_longest(operation.inputs, operation.undo(dys))):
                if isinstance(x, Tensor) and x.requires_grad:
                    dx = _checked(operation.name, i, x, dx)
                    gradients[x] = gradients[x] + dx if x in gradients else dx
        for tensor, dx in gradients.items():
            if tensor.parameter is not None:
                tensor.parameter.grad += dx
            else:
                tensor._grad = dx.copy() if tensor._grad is None else tensor._grad + dx
        self._undone = True

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self._grad = None
        if self.parameter is not None:
            self.parameter.grad.fill(0)

    def detach(self) -> Tensor:
        """The same numbers as a constant: no gradient passes."""
        return _result(self.data, None)

    def item(self) -> float:
        """The only number, as Python has it."""
        return self.data.item()

    __add__ = __radd__ = functional.add
    __mul__ = __rmul__ = functional.multiply
    __sub__, __truediv__, __matmul__ = functional.subtract, functional.divide, functional.matmul
    __rsub__, __rtruediv__, __rmatmul__ = (
        lambda self, other, f=f: f(other, self) for f in (__sub__, __truediv__, __matmul__)
    )

    def __neg__(self) -> Tensor:
        return self * -1

    def __pow__(self, exponent: float) -> Tensor:
        return functional.power(self, exponent=exponent)

    def __getitem__(self, key: Any) -> Tensor:
        return functional.select(self, key=key)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return functional.total(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return functional.mean(self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape: Any) -> Tensor:
        return functional.reshape(self, shape=shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: int) -> Tensor:
        return functional.transpose(self, axes=axes or None)

    T = property(transpose)

    def __len__(self) -> int:
        return len(self.data)

    def __array__(self, *_: Any, **__: Any) -> Array:
        fix = "Use its twin in nnbook.autograd.functional, or leave the tape with tensor.data."
        raise TypeError(explain("Tensor", "functions that keep a tape", "one that takes arrays", fix))

    def __repr__(self) -> str:
        how = f", from {self.operation.name}" if self.operation else ", requires_grad" * self.requires_grad
        return f"Tensor({np.array2string(self.data, separator=', ', prefix='Tensor(')}{how})"


def _tape(tensor: Tensor) -> list[Operation]:
    """The operations behind a tensor in the order in which they happened; a loop, as chains are longer than a call stack."""
    found: set[Operation] = set()
    waiting: list[Any] = [tensor]
    while waiting:
        operation = getattr(waiting.pop(), "operation", None)
        if operation is not None and operation not in found:
            found.add(operation)
            waiting.extend(operation.inputs)
    return sorted(found, key=lambda operation: operation.time)


def _checked(name: str, i: int, x: Tensor, dx: Any) -> Array:
    if dx is None:
        raise ValueError(_not_known(name, f"argument {i}"))
    if np.shape(dx) != x.shape:
        expected = f"a gradient of shape {x.shape} for argument {i}"
        raise ValueError(explain(f"The backward of {name}", expected, f"shape {np.shape(dx)}"))
    return np.asarray(dx, x.data.dtype)


class Node(NamedTuple):
    """A value in a graph, the operation that made it ("" for none), and its gradient, if there is one."""

    name: str
    operation: str
    shape: tuple[int, ...]
    value: Any
    gradient: Array | None


def graph(tensor: Tensor) -> tuple[list[Node], list[tuple[int, int]]]:
    """All values behind a tensor, each after those that it came from, and which came from which, to be drawn.

    Examples
    --------
    >>> w = Tensor(2.0, requires_grad=True, name="w")
    >>> nodes, edges = graph(w * 3.0)
    >>> [(node.name, node.operation, float(node.value)) for node in nodes], edges
    ([('w', '', 2.0), ('', '', 3.0), ('', 'multiply', 6.0)], [(0, 2), (1, 2)])
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(explain("graph", "a Tensor", describe(tensor)))
    nodes: list[Node] = []
    edges: list[tuple[int, int]] = []
    places: dict[Any, int] = {}

    def place(x: Any, made_by: str = "") -> int:
        if not isinstance(x, Tensor):  # a constant has a node wherever it is used
            nodes.append(Node("", "", np.shape(x), x, None))
            return len(nodes) - 1
        if x not in places:
            places[x] = len(nodes)
            nodes.append(Node(x.name, made_by, x.shape, x.data, x.grad))
        return places[x]

    for operation in _tape(tensor):
        sources = [place(x) for x in operation.inputs if x is not None]
        targets = [place(y(), operation.name) for y, *_ in operation.outputs if y() is not None]
        edges.extend(itertools.product(sources, targets))
    place(tensor)
    return nodes, edges
