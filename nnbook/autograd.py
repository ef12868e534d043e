"""Autograd: write down what was computed, and the way back can be read off.

A model's `backward` is its `forward` read upwards (notebook 07). For an expression that somebody just typed, such as
(w * x + b) ** 2, nobody has written that down; but every operation in it is a function pair, and each pair knows its own
way back. So it is enough to keep a *tape* (notebook 09): a `Tensor` is an array that remembers the `Operation` that it
came from, and an operation remembers what it read. `Tensor.backward` takes the operations behind a result, the latest
first, and lets each pair turn its dy into

    dx += ∂y/∂x · dy         for every input x of an operation y = f(x, …)

*Gradients add.* A tensor that was read twice is to blame twice. All that read a tensor happened after the operation that
made it, so going back in time its sum is complete when its turn comes.

*Broadcasting is undone.* Where a row was repeated for N examples, each copy is to blame: its gradient is the sum of theirs.

*No table of special cases.* `register` reads two signatures, which follow one rule: after dy, a backward's parameters are
names of f's arguments, or y, or saved. All of `nnbook.functional` is registered so, and so may be pairs of your own.

What learns is a `Parameter`, so nnbook's optimisers move it. Number by number a tape costs several times what layers do:
use it for what nobody has written a backward for, and to see how the large frameworks do it.

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
from nnbook.errors import describe, explain
from nnbook.module import Parameter

__all__ = ["Graph", "Node", "Operation", "Tensor", "functional", "graph", "register"]

# -- the tape ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Operation:
    """One entry of the tape: what was computed, from what, how to undo it, and (weakly) what came out."""

    name: str
    inputs: tuple[Any, ...]
    undo: Callable[[list[Array]], tuple[Any, ...]]
    outputs: list[Callable[[], Any]] = field(default_factory=list)
    blanks: list[tuple[Any, Any]] = field(default_factory=list)  # shape and dtype of each output
    number: int = field(default_factory=itertools.count().__next__)  # its place in time


def register(f: Callable[..., Any], f_backward: Callable[..., Any]) -> Callable[..., Any]:
    """Make of a pair on arrays one function on Tensors; DESIGN's rule for pairs is all that it knows.

    Parameters
    ----------
    f : callable
        Arrays to an array or a tuple of arrays, options keyword-only. Returns (y, saved) if f_backward names ``saved``.
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
    name, signature = f.__name__, inspect.signature(f)
    _, *wanted = inspect.signature(f_backward).parameters
    own = {"y", "saved"}
    if strange := (set(wanted) - {*signature.parameters} - own) | (own & {*signature.parameters}):
        expected = (
            f"{f_backward.__name__} to name, after dy, only arguments of {name}, y (its output) or saved"
        )
        raise TypeError(explain("register", expected, ", ".join(sorted(strange))))

    @functools.wraps(f)
    def on_tensors(*args: Any, **options: Any) -> Any:
        bound = signature.bind(*args, **options)
        bound.apply_defaults()
        inputs = tuple(Tensor(x) if isinstance(x, Parameter) else x for x in bound.args)
        learning = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
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
            raise ValueError(explain(name, "arguments whose shapes fit", f"{shapes}: {error}")) from error
        y, saved = result if "saved" in wanted else (result, None)
        several, number = isinstance(y, tuple), type(y) is float
        kept = {key: {**known, "y": y, "saved": saved}[key] for key in wanted}

        def undo(dys: list[Array]) -> tuple[Any, ...]:
            gradients = f_backward(tuple(dys) if several else float(dys[0]) if number else dys[0], **kept)
            return gradients if isinstance(gradients, tuple) else (gradients,)

        operation = Operation(name, inputs, undo) if learning else None
        dtype = np.result_type(*(x.data for x in learning)) if learning and number else None
        outputs = tuple(_result(np.asarray(part, dtype), operation) for part in (y if several else (y,)))
        return outputs if several else outputs[0]

    return on_tensors


def _data(x: Any) -> Any:
    """What a pair is given: arrays and numbers, also within a tuple."""
    if isinstance(x, tuple):
        return tuple(map(_data, x))
    return x.data if isinstance(x, (Tensor, Parameter)) else x


def _not_known(name: str, argument: str) -> str:
    fix = "No gradient is known for it: pass it with .detach()."
    return explain(name, f"{argument} to be constant", "a Tensor that requires a gradient", fix)


def _result(data: Array, operation: Operation | None) -> Tensor:
    tensor = Tensor.__new__(Tensor)
    tensor.name, tensor.operation, tensor.parameter = "", operation, None
    tensor._data, tensor._grad, tensor._undone = data, None, False
    tensor.requires_grad = operation is not None
    if operation is not None:
        operation.outputs.append(weakref.ref(tensor))
        operation.blanks.append((data.shape, data.dtype))
    return tensor


_PAIRS = {**vars(nnbook.functional), **vars(arithmetic)}
functional = SimpleNamespace(
    **{
        name: register(f, _PAIRS[f"{name}_backward"])
        for name, f in _PAIRS.items()
        if f"{name}_backward" in _PAIRS
    }
)
"""Every pair of `nnbook.functional` and `nnbook.arithmetic`, on Tensors."""


def _swapped(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: f(other, self)


class Tensor:
    """An array that remembers where it came from. It knows + - * / @ ** and [...], `sum`, `mean`, `reshape`, `transpose`.

    Parameters
    ----------
    data : array_like or Parameter
        Numbers of any shape, which are copied; a Parameter is not, and collects the gradient in its own ``grad``.
    requires_grad : bool, optional
        Whether it learns. By default no; a Parameter does unless it is frozen.
    name : str
        What `graph` calls it.

    Attributes
    ----------
    data : ndarray
    grad : ndarray or None
        The gradient of what `backward` was called on, in the shape of ``data``; further calls add to it.
    parameter : Parameter or None
        What learns, to be given to an optimiser.
    operation : Operation or None
        Where it came from.

    Raises
    ------
    TypeError
        If it shall learn and its numbers are not floating.

    Examples
    --------
    >>> w, b = Tensor(2.0, requires_grad=True), Tensor(1.0, requires_grad=True)
    >>> loss = (w * 3.0 + b - 5.0) ** 2
    >>> loss.backward()
    >>> loss.item(), w.grad, b.grad
    (4.0, array(12.), array(4.))
    """

    __slots__ = (
        "__weakref__",
        "_data",
        "_grad",
        "_undone",
        "name",
        "operation",
        "parameter",
        "requires_grad",
    )
    __array_ufunc__ = None  # so that array + tensor is left to the tensor

    def __init__(
        self, data: npt.ArrayLike | Parameter, requires_grad: bool | None = None, *, name: str = ""
    ) -> None:
        self.name, self._undone = name, False
        self.operation: Operation | None = None
        self.parameter: Parameter | None = data if isinstance(data, Parameter) else None
        self._grad: Array | None = None
        self._data = data.data if isinstance(data, Parameter) else np.array(data)
        if requires_grad and self._data.dtype.kind != "f":
            fix = "A whole number cannot be raised by a hair: write 3.0, or use data.astype(np.float32)."
            raise TypeError(explain("Tensor", "floating numbers if requires_grad", describe(self._data), fix))
        if requires_grad and self.parameter is None:
            self.parameter = Parameter(self._data)
        learns = self.parameter is not None and self.parameter.requires_grad
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
        """Add to ``grad`` of every tensor behind this one its gradient; a pass that fails adds nothing.

        Parameters
        ----------
        gradient : array_like, optional
            dy, in the shape of this tensor. A single number needs none: it is 1.

        Raises
        ------
        ValueError
            If it is missing or has another shape; if nothing here learns; if backward was called on this tensor before
            (compute it anew: it does not know of steps taken since); if some gradient that is needed is not known.
        """
        who, data = "Tensor.backward", self.data
        if not self.requires_grad:
            fix = "Tensor(data, requires_grad=True) for what learns, before the computation."
            raise ValueError(
                explain(who, "a result of Tensors that require gradients", "one of constants", fix)
            )
        if self._undone:
            fix = "Compute the result anew: it does not know of steps taken since."
            raise ValueError(explain(who, "one call for each result", "a second one", fix))
        if gradient is None and data.size != 1:
            fix = "Reduce to one number first, such as y.sum(), or pass backward(gradient)."
            raise ValueError(
                explain(who, "a gradient unless the result is one number", f"shape {data.shape}", fix)
            )
        dy = np.ones_like(data) if gradient is None else np.asarray(gradient, data.dtype)
        if dy.shape != data.shape:
            raise ValueError(explain(who, f"a gradient of shape {data.shape}", f"shape {dy.shape}"))
        gradients = {self: dy}
        for operation in reversed(_tape(self)):
            dys = [
                gradients[tensor()] if tensor() in gradients else np.zeros(*blank)
                for tensor, blank in zip(operation.outputs, operation.blanks, strict=True)
            ]
            for place, (x, dx) in enumerate(itertools.zip_longest(operation.inputs, operation.undo(dys))):
                if isinstance(x, Tensor) and x.requires_grad:
                    dx = _checked(operation.name, place, x, dx)
                    gradients[x] = gradients[x] + dx if x in gradients else dx
        for tensor, gradient in gradients.items():
            if tensor.parameter is not None:
                tensor.parameter.grad += gradient
            else:
                tensor._grad = gradient.copy() if tensor._grad is None else tensor._grad + gradient
        self._undone = True

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self._grad = None
        if self.parameter is not None:
            self.parameter.grad.fill(0)

    def detach(self) -> Tensor:
        """The same numbers as a constant: no gradient flows back through it."""
        return _result(self.data, None)

    def item(self) -> float:
        """The only number, as Python has it."""
        return self.data.item()

    __add__ = __radd__ = functional.add
    __mul__ = __rmul__ = functional.multiply
    __sub__, __truediv__, __matmul__ = functional.subtract, functional.divide, functional.matmul

    __rsub__, __rtruediv__, __rmatmul__ = map(_swapped, (__sub__, __truediv__, __matmul__))

    def __neg__(self) -> Tensor:
        return functional.multiply(self, -1)

    def __pow__(self, exponent: float) -> Tensor:
        return functional.power(self, exponent=exponent)

    def __getitem__(self, key: Any) -> Tensor:
        return functional.select(self, key=_data(key))

    def sum(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return functional.total(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return functional.mean(self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape: Any) -> Tensor:
        return functional.reshape(self, shape=shape[0] if isinstance(shape[0], tuple) else shape)

    def transpose(self, *axes: Any) -> Tensor:
        return functional.transpose(self, axes=axes or None)

    @property
    def T(self) -> Tensor:
        return functional.transpose(self)

    def __len__(self) -> int:
        return len(self.data)

    def __array__(self, *_: Any, **__: Any) -> Array:
        fix = "Call the function in nnbook.autograd.functional, or leave the tape: tensor.data."
        raise TypeError(explain("Tensor", "to stay on the tape", "a call that takes arrays", fix))

    def __repr__(self) -> str:
        origin = f", from {self.operation.name}" if self.operation else ", requires_grad" * self.requires_grad
        return f"Tensor({np.array2string(self.data, separator=', ', prefix='Tensor(')}{origin})"


def _tape(tensor: Tensor) -> list[Operation]:
    """The operations behind a tensor, in the order in which they happened."""
    found: set[Operation] = set()
    waiting: list[Any] = [tensor]
    while waiting:
        operation = getattr(waiting.pop(), "operation", None)
        if operation is not None and operation not in found:
            found.add(operation)
            waiting.extend(operation.inputs)
    return sorted(found, key=lambda operation: operation.number)


def _checked(name: str, place: int, x: Tensor, dx: Any) -> Array:
    if dx is None:
        raise ValueError(_not_known(name, f"argument {place}"))
    if np.shape(dx) != x.shape:
        got = f"shape {np.shape(dx)}"
        raise ValueError(
            explain(f"{name}'s backward", f"a gradient of shape {x.shape} for argument {place}", got)
        )
    return np.asarray(dx, x.data.dtype)


class Node(NamedTuple):
    """A value in a `Graph`: its name, the operation that made it ("" for a leaf), shape, value and gradient (or None)."""

    name: str
    operation: str
    shape: tuple[int, ...]
    value: Any
    gradient: Array | None


class Graph(NamedTuple):
    """What was computed from what: nodes, each after those that it came from, and edges as pairs of their places."""

    nodes: list[Node]
    edges: list[tuple[int, int]]


def graph(tensor: Tensor) -> Graph:
    """All values behind a tensor, to be drawn.

    Examples
    --------
    >>> w = Tensor(2.0, requires_grad=True, name="w")
    >>> nodes, edges = graph(w * 3.0)
    >>> [(node.name, node.operation, float(node.value)) for node in nodes], edges
    ([('w', '', 2.0), ('', '', 3.0), ('', 'multiply', 6.0)], [(0, 2), (1, 2)])
    """
    nodes: list[Node] = []
    edges: list[tuple[int, int]] = []
    places: dict[int, int] = {}

    def place(x: Any, operation: str = "") -> int:
        if id(x) not in places or not isinstance(x, Tensor):  # a constant is drawn where it is used
            places[id(x)] = len(nodes)
            grad = getattr(x, "grad", None)
            nodes.append(Node(getattr(x, "name", ""), operation, np.shape(_data(x)), _data(x), grad))
        return places[id(x)]

    for step in _tape(tensor):
        sources = [place(x) for x in step.inputs if x is not None]
        for y in [output() for output in step.outputs if output() is not None]:
            target = place(y, step.name)
            edges.extend((source, target) for source in sources)
    place(tensor)
    return Graph(nodes, edges)
