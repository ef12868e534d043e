"""What a layer is: numbers that learn, a way forward, and the same way back.

A `Module` has two methods that a layer writes, each the other read upwards:

    y  = forward(x)          keeps what the way back will need: ``self.save(x)``
    dx = backward(dy)        takes it out again: ``(x,) = self.saved()``; adds to its parameters' gradients

dy is the gradient of the loss with respect to y, of y's shape; dx is the same for x.

*What is kept is a stack.* A layer that was called twice is undone newest first. So a layer in two places,
tied weights, or a recurrent cell called T times need nothing special: back-propagation through time is
popping the stack. Gradients always add (`+=`), because a parameter that was used twice is to blame twice. A
forward that no backward followed leaves something on the stack; the next save after a pop drops it, so such
leftovers do not pile up.

*Two flags.* `training` says how dropout and batch norm behave; `recording` says whether anything is kept at
all. `train()` sets both, `eval()` clears both, and `predict` runs with both off and puts every flag back.

Call a layer, ``layer(x)``, rather than its ``forward``: the call remembers what came out, so that `backward`
can check the gradient that it is given, and it leaves no half-filled stacks behind when something raises.
"""

from __future__ import annotations

import copy
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, in_order_of, take_room
from nnbook.errors import as_array, check_array, check_integer, describe, explain

__all__ = ["Buffer", "Flatten", "Module", "Parameter", "Residual", "Sequential"]

M = TypeVar("M", bound="Module")
_SCALARS = (float, np.floating)


class Parameter:
    """An array that learns, with its gradient beside it.

    Parameters
    ----------
    data : array_like
        Floating numbers of any shape. The parameter keeps a copy.

    Attributes
    ----------
    data : ndarray
        The values. Setting it writes *into* the array, so that views of it (an optimiser's flat buffer) never go stale.
    grad : ndarray
        The gradient of the loss, of the same shape; backward passes add to it, `zero_grad` clears it.
    requires_grad : bool
        False once frozen: optimisers leave it alone.

    Examples
    --------
    >>> weight = Parameter(np.ones((2, 3)))
    >>> weight.data -= 0.1
    >>> weight
    Parameter(shape=(2, 3), dtype=float64)
    """

    __slots__ = ("_data", "_grad", "requires_grad")

    def __init__(self, data: npt.ArrayLike) -> None:
        array = np.array(check_array("Parameter", "data", data))
        if array.dtype.kind != "f":
            raise TypeError(
                explain("Parameter", "floating numbers", describe(array), "Use data.astype(np.float32).")
            )
        take_room("Parameter", array.shape)
        self._data = array
        self._grad = np.zeros(array.shape, array.dtype)  # takes no room before it is written to
        self.requires_grad = True

    @property
    def data(self) -> Array:
        return self._data

    @data.setter
    def data(self, value: npt.ArrayLike) -> None:
        if value is not self._data:
            self._data[...] = _same_shape("Parameter.data", value, self._data.shape)

    @property
    def grad(self) -> Array:
        return self._grad

    @grad.setter
    def grad(self, value: npt.ArrayLike) -> None:
        if value is not self._grad:  # `parameter.grad += g` hands the same array back
            self._grad[...] = _same_shape("Parameter.grad", value, self._grad.shape)

    def move_into(self, data: Array, grad: Array) -> None:
        """Keep the values from now on in these two arrays (views of an optimiser's flat buffers)."""
        data[...] = self._data
        grad[...] = self._grad
        self._data, self._grad = data, grad

    @property
    def shape(self) -> tuple[int, ...]:
        return self._data.shape

    @property
    def size(self) -> int:
        return self._data.size

    def __repr__(self) -> str:
        return f"Parameter(shape={self.shape}, dtype={self._data.dtype}{'' if self.requires_grad else ', frozen'})"


class Buffer:
    """An array that belongs to a layer's state but does not learn, such as batch norm's running mean.

    It is saved and loaded with the model. Setting ``data`` writes into the array, as for a `Parameter`.
    """

    __slots__ = ("_data",)

    def __init__(self, data: npt.ArrayLike) -> None:
        self._data = np.array(check_array("Buffer", "data", data))
        take_room("Buffer", self._data.shape)

    @property
    def data(self) -> Array:
        return self._data

    @data.setter
    def data(self, value: npt.ArrayLike) -> None:
        if value is not self._data:
            self._data[...] = _same_shape("Buffer.data", value, self._data.shape)

    def move_into(self, data: Array) -> None:
        """Keep the values from now on in this array (of another dtype, for a gradient check)."""
        data[...] = self._data
        self._data = data

    def __repr__(self) -> str:
        return f"Buffer(shape={self._data.shape}, dtype={self._data.dtype})"


class _Stack:
    """What forward calls left for backward calls: newest first, leftovers dropped by the first push after a pop."""

    __slots__ = ("items", "undoing")

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.undoing = False

    def push(self, item: Any) -> None:
        if self.undoing:
            self.items.clear()
            self.undoing = False
        self.items.append(item)

    def pop(self) -> Any:
        self.undoing = True
        return self.items.pop()


def _checked(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a class's backward: check the gradients that come in, and leave no half-empty stacks behind an error."""

    @functools.wraps(backward)
    def checked(self: Module, *d_outputs: Any) -> Any:
        if type(self).backward is not checked:  # reached through super(): checked already
            return backward(self, *d_outputs)
        try:
            if self._outputs is not None and self._outputs.items:
                outputs = self._outputs.pop()
                fits = len(d_outputs) == 1 and _blueprint(d_outputs[0]) == outputs
                if not fits:
                    d_outputs = _match(self, outputs, d_outputs)
            return backward(self, *d_outputs)
        except BaseException:
            self.clear()
            raise

    return checked


class Module:
    """The base of every layer, model and loss.

    A subclass writes ``forward`` and ``backward``; parameters, buffers and child modules are whatever it keeps in its
    attributes, also inside lists, tuples and dicts. It need not call ``super().__init__()``.

    Examples
    --------
    >>> class Scale(Module):
    ...     def __init__(self):
    ...         self.factor = Parameter(np.array([2.0]))
    ...     def forward(self, x):
    ...         self.save(x)
    ...         return x * self.factor.data
    ...     def backward(self, dy):
    ...         (x,) = self.saved()
    ...         self.factor.grad += (dy * x).sum()
    ...         return dy * self.factor.data
    >>> layer = Scale()
    >>> layer(np.array([1.0, 3.0]))
    array([2., 6.])
    >>> layer.backward(np.array([1.0, 1.0]))
    array([2., 2.])
    >>> layer.factor.grad
    array([4.])
    """

    training: bool = True
    recording: bool = True
    frozen: bool = False
    input_grad: bool = True  # False spares the gradient of x: `fit` does so on the first layer that learns
    _contexts: _Stack | None = None
    _outputs: _Stack | None = None

    # -- what a layer writes ------------------------------------------------------------------------------------------

    def forward(self, *inputs: Any) -> Any:
        """Compute the outputs from the inputs, saving what `backward` will need."""
        raise NotImplementedError(f"{type(self).__name__} has no forward: write def forward(self, x)")

    def backward(self, *d_outputs: Any) -> Any:
        """Take one gradient per output (None for zero), add to the parameters' gradients, return one per input."""
        raise NotImplementedError(f"{type(self).__name__} has no backward: write def backward(self, dy)")

    def config(self) -> dict[str, Any]:
        """The arguments that build this module again; what `save` writes and `repr` shows."""
        return {}

    @classmethod
    def from_config(cls: type[M], config: dict[str, Any]) -> M:
        """Build the module that `config` describes."""
        return cls(**config)

    # -- calling, there and back --------------------------------------------------------------------------------------

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        try:
            y = self.forward(*inputs, **options)
        except BaseException:
            self.clear()
            raise
        if self.recording and not isinstance(
            y, _SCALARS
        ):  # a loss is a number: its backward takes no gradient
            if self._outputs is None:
                self._outputs = _Stack()
            self._outputs.push(_blueprint(y))
        return y

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "backward" in cls.__dict__:
            cls.backward = _checked(cls.__dict__["backward"])  # type: ignore[method-assign]

    def save(self, *context: Any) -> None:
        """Keep `context` for the backward call that will undo this forward; does nothing unless recording."""
        if self.recording:
            if self._contexts is None:
                self._contexts = _Stack()
            self._contexts.push(context)

    def saved(self) -> tuple[Any, ...]:
        """What the newest forward that is not yet undone has kept, as a tuple.

        Raises
        ------
        IndexError
            If there is none: the layer was not called, was undone already, or was called with recording off.
        """
        if self._contexts is None or not self._contexts.items:
            raise IndexError(
                explain(
                    f"{self!r}.backward",
                    "one call of the layer, with recording on, for each backward",
                    "nothing left to undo",
                    "Call the layer first (model.train(); y = model(x)), then backward once.",
                )
            )
        context: tuple[Any, ...] = self._contexts.pop()
        return context

    def clear(self) -> None:
        """Forget all that forward calls have kept, here and in every child."""
        for module in self.modules():
            module._contexts = module._outputs = None

    # -- what belongs to it -------------------------------------------------------------------------------------------

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Every module below and including this one, with its dotted name, each once."""
        return ((name, found) for name, found in _walk(self) if isinstance(found, Module))

    def modules(self) -> Iterator[Module]:
        """Every module below and including this one, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Every parameter with its dotted name, such as ``encoder.cell.weight``, each once."""
        return ((name, found) for name, found in _walk(self) if isinstance(found, Parameter))

    def parameters(self) -> list[Parameter]:
        """Every parameter, each once: what an optimiser is given."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_buffers(self) -> Iterator[tuple[str, Buffer]]:
        """Every buffer with its dotted name, each once."""
        return ((name, found) for name, found in _walk(self) if isinstance(found, Buffer))

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero."""
        for parameter in self.parameters():
            parameter.grad.fill(0)

    # -- how it behaves -----------------------------------------------------------------------------------------------

    def train(self: M) -> M:
        """Behave as in training (but for what is frozen), and keep what backward needs. Returns the module."""
        return self._set_flags(True)

    def eval(self: M) -> M:
        """Behave as at prediction, and keep nothing. Returns the module."""
        return self._set_flags(False)

    def _set_flags(self: M, flag: bool) -> M:
        for module in self.modules():
            module.training = flag and not module.frozen
            module.recording = flag
        return self

    def freeze(self: M) -> M:
        """Fix every parameter and all running statistics; gradients still flow through. Returns the module.

        What is frozen behaves as at prediction (``training`` off) until `unfreeze`, also after `train()`: a frozen
        batch norm whose statistics move is a classic way to spoil transfer learning (notebook 20).
        """
        return self._set_frozen(True)

    def unfreeze(self: M) -> M:
        """Let everything learn again that `freeze` fixed. Returns the module."""
        return self._set_frozen(False)

    def _set_frozen(self: M, frozen: bool) -> M:
        for parameter in self.parameters():
            parameter.requires_grad = not frozen
        for module in self.modules():
            module.frozen = frozen
            module.training = module.recording and not frozen
        return self

    def predict(self, *inputs: Any, batch_size: int = 1024) -> Any:
        """The outputs for `inputs`, as at prediction: in batches, keeping nothing, every flag put back afterwards.

        Parameters
        ----------
        *inputs : array_like
            What `forward` takes, each with examples along its first axis.
        batch_size : int
            How many examples at a time.

        Returns
        -------
        ndarray or tuple
            As `forward` returns, for all examples.
        """
        batch_size = check_integer(f"{type(self).__name__}.predict", "batch_size", batch_size)
        arrays = [as_array(x) for x in inputs]
        size = _common_length(self, inputs, arrays)
        flags = [(module, module.training, module.recording) for module in self.modules()]
        try:
            self.eval()
            if size <= batch_size:
                return self(*arrays)
            batches = [slice(start, start + batch_size) for start in range(0, size, batch_size)]
            return _concatenate([self(*(x[batch] for x in arrays)) for batch in batches])
        finally:
            for module, training, recording in flags:
                module.training, module.recording = training, recording

    # -- copies, and what a person sees -------------------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        state.pop("_contexts", None)
        state.pop("_outputs", None)
        return state

    def copy(self: M) -> M:
        """A copy with parameters of its own and empty stacks."""
        return copy.deepcopy(self)

    def __repr__(self) -> str:
        signature = inspect.signature(type(self).__init__).parameters
        parts = []
        for name, value in self.config().items():
            default = signature[name].default if name in signature else inspect.Parameter.empty
            if default is inspect.Parameter.empty:
                parts.append(repr(value))
            elif value != default and not (name == "dtype" and np.dtype(value) == default):
                parts.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


class Sequential(Module):
    """Layers one after the other; the way back is the same list read upwards.

    Parameters
    ----------
    *layers : Module
        At least one. ``model[0]`` is the first, ``model[1:]`` a Sequential of the rest (sharing its layers).

    Examples
    --------
    >>> import nnbook
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(nnbook.Linear(64, 128, rng=rng), nnbook.ReLU(), nnbook.Linear(128, 10, rng=rng))
    >>> model(np.ones((32, 64))).shape
    (32, 10)
    """

    def __init__(self, *layers: Module) -> None:
        if not layers:
            raise ValueError(explain("Sequential", "one layer or more", "none"))
        for i, layer in enumerate(layers):
            if not isinstance(layer, Module):
                fix = (
                    "Pass the layers one by one: Sequential(*layers)."
                    if isinstance(layer, (list, tuple))
                    else ""
                )
                if isinstance(layer, type):
                    fix = f"Make one: {layer.__name__}(...)."
                raise TypeError(explain("Sequential", f"a Module as layer {i}", describe(layer), fix))
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        """Send x (N, ...) through every layer in turn."""
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, dy: Any) -> Any:
        """Send dy back through every layer, last one first."""
        above: Module | None = None
        for layer in reversed(self.layers):
            if above is not None and dy is None:  # it was told that nobody asks for its input's gradient
                if any(parameter.requires_grad for parameter in layer.parameters()):
                    expected = f"{above!r} to pass a gradient on to {layer!r}, which learns"
                    fix = "Does its backward end with return dx? Is its input_grad True?"
                    raise ValueError(explain("Sequential", expected, "None", fix))
                layer.clear()
            else:
                dy, above = layer.backward(dy), layer
        return dy

    def __getitem__(self, index: int | slice) -> Module:
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def config(self) -> dict[str, Any]:
        """The layers."""
        return {"layers": list(self.layers)}

    @classmethod
    def from_config(cls: type[M], config: dict[str, Any]) -> M:
        """Build from ``{"layers": [...]}``."""
        return cls(*config["layers"])

    def __repr__(self) -> str:
        inner = textwrap.indent("".join(f"{layer!r},\n" for layer in self.layers), "    ")
        return f"{type(self).__name__}(\n{inner})"


class Residual(Module):
    """y = block(x) + shortcut(x): the block learns what to add to its input.

    Parameters
    ----------
    block : Module
        What is added.
    shortcut : Module, optional
        What carries x past the block; the identity if None, which needs a block that keeps the shape.

    Notes
    -----
    The gradient reaches x by both ways, so it adds: dx = block.backward(dy) + shortcut.backward(dy).
    He, Zhang, Ren & Sun 2016, "Deep residual learning for image recognition".

    Examples
    --------
    >>> import nnbook
    >>> Residual(nnbook.Linear(4, 4, rng=0))(np.ones((2, 4))).shape
    (2, 4)
    """

    def __init__(self, block: Module, shortcut: Module | None = None) -> None:
        for name, value in (("block", block), ("shortcut", shortcut)):
            if not isinstance(value, Module) and (name == "block" or value is not None):
                raise TypeError(explain("Residual", f"a Module as {name}", describe(value)))
        self.block = block
        self.shortcut = shortcut

    def forward(self, x: Any) -> Any:
        """Both ways, summed."""
        y = self.block(x)
        past = x if self.shortcut is None else self.shortcut(x)
        if np.shape(past) != y.shape:
            raise ValueError(
                explain(
                    type(self).__name__,
                    f"a shortcut of the block's output shape {y.shape}",
                    f"shape {np.shape(past)}",
                    "Give it a shortcut that changes the shape, such as a Linear or a 1x1 Conv2d.",
                )
            )
        return y + in_order_of(y, np.asarray(past))

    def backward(self, dy: Any) -> Any:
        """The forward read upwards: shortcut first, then block, and the two gradients add."""
        past = dy if self.shortcut is None else self.shortcut.backward(dy)
        dx = self.block.backward(dy)
        return None if dx is None or past is None else dx + in_order_of(dx, past)

    def config(self) -> dict[str, Any]:
        """The two ways."""
        return {"block": self.block, "shortcut": self.shortcut}


class Flatten(Module):
    """(N, ...) to (N, D): what stands between images and a Linear layer.

    Examples
    --------
    >>> Flatten()(np.zeros((32, 1, 8, 8))).shape
    (32, 64)
    """

    def forward(self, x: Any) -> Array:
        """x (N, ...) -> (N, D)."""
        given, x = x, as_array(x)
        if x.ndim < 2:
            got = describe(given if x.dtype.kind == "O" else x)
            fix = "Add the batch's axis: x[np.newaxis]."
            raise ValueError(explain(self, "a batch of two axes or more", got, fix))
        self.save(x.shape)
        return x.reshape(len(x), int(np.prod(x.shape[1:])))

    def backward(self, dy: Any) -> Array:
        """dy (N, D) -> (N, ...)."""
        (shape,) = self.saved()
        return dy.reshape(shape)


# -- behind the scenes ------------------------------------------------------------------------------------------------


def _blueprint(y: Any) -> Any:
    """Shape and dtype of an output, of each one for a tuple."""
    if type(y) is np.ndarray:
        return y.shape, y.dtype
    if isinstance(y, tuple):
        return tuple(map(_blueprint, y))
    return as_array(y).shape, getattr(y, "dtype", None)


def _match(module: Module, outputs: Any, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
    """Bring the gradients to the shapes and dtypes of the outputs: zeros for None, an error for what does not fit."""
    expected = outputs if isinstance(outputs[-1], tuple) else (outputs,)
    if len(gradients) != len(expected):
        raise TypeError(
            explain(
                f"{module!r}.backward", f"{len(expected)} gradient(s), one per output", f"{len(gradients)}"
            )
        )
    return tuple(
        _match_one(module, output, gradient) for output, gradient in zip(expected, gradients, strict=True)
    )


def _match_one(module: Module, output: Any, dy: Any) -> Any:
    if isinstance(output[-1], tuple):  # a tuple of outputs, such as the (h, c) of an LSTM
        dy = (None,) * len(output) if dy is None else dy
        if not isinstance(dy, tuple) or len(dy) != len(output):
            raise TypeError(
                explain(f"{module!r}.backward", f"a tuple of {len(output)} gradients", describe(dy))
            )
        return tuple(_match_one(module, part, d) for part, d in zip(output, dy, strict=True))
    shape, dtype = output
    if dy is None:
        return np.zeros(shape, dtype)
    if type(dy) is not np.ndarray or dy.dtype != dtype:
        dy = np.asarray(check_array(module, "dy", dy), dtype)
    if dy.shape != shape:
        fix = (
            "It is the gradient of the loss with respect to the layer's output, so it has the output's shape."
        )
        raise ValueError(explain(f"{module!r}.backward", f"dy of shape {shape}", f"shape {dy.shape}", fix))
    return dy


def _walk(root: Module) -> Iterator[tuple[str, Any]]:
    """Every module, parameter and buffer below `root` with its dotted name, each once, in the order of attributes."""
    seen: set[int] = set()

    def visit(name: str, value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, (Module, Parameter, Buffer, list, tuple, dict)):
            if id(value) in seen:
                return
            seen.add(id(value))
            if isinstance(value, (Module, Parameter, Buffer)):
                yield name, value
            if isinstance(value, Module):
                children: Any = ((k, v) for k, v in vars(value).items() if k not in ("_contexts", "_outputs"))
            elif isinstance(value, dict):
                children = value.items()
            elif isinstance(value, (list, tuple)):
                children = enumerate(value)
            else:
                return
            for key, child in children:
                yield from visit(f"{name}.{key}" if name else str(key), child)

    return visit("", root)


def _same_shape(who: str, value: npt.ArrayLike, shape: tuple[int, ...]) -> Array:
    array = check_array(who, "value", value)
    if array.shape != shape:
        raise ValueError(explain(who, f"an array of shape {shape}", describe(array)))
    return array


def _common_length(module: Module, inputs: tuple[Any, ...], arrays: list[Array]) -> int:
    lengths = {len(x) if x.ndim else -1 for x in arrays}
    if len(lengths) != 1 or -1 in lengths:
        shown = [given if x.dtype.kind == "O" else x for given, x in zip(inputs, arrays, strict=True)]
        got = ", ".join(map(describe, shown)) or "none"
        raise ValueError(
            explain(
                f"{type(module).__name__}.predict",
                "inputs with the same number of examples along axis 0",
                got,
            )
        )
    return lengths.pop()


def _concatenate(outputs: list[Any]) -> Any:
    if isinstance(outputs[0], tuple):
        return tuple(_concatenate(list(parts)) for parts in zip(*outputs, strict=True))
    return np.concatenate(outputs)
