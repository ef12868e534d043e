"""The way out: the same network in PyTorch, weights and all; and the way back.

A network that outgrows NumPy goes on where it stands:

    model = nnbook.to_torch(model)          a torch.nn.Module with the same weights and the same outputs
    model = nnbook.from_torch(model)        and back

Most layers have a counterpart of the same name, and differ in how they lay out the same numbers. Matrices are transposed,
(in, out) here and (out, in) there; kernels are alike. RNN and LSTM have one bias here, which is the sum of PyTorch's two.
A state (N, H) of one direction is (1, N, H) there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnbook import (
    activations,
    attention,
    convolution,
    dropout,
    embedding,
    linear,
    module,
    normalization,
    pooling,
    recurrent,
    softmax,
)
from nnbook import conv_transpose as transposed
from nnbook.arrays import Array
from nnbook.errors import describe, explain, missing_package
from nnbook.module import Module

__all__ = ["from_torch", "to_torch"]

_OPTIONS: dict[
    type[Module], tuple[str, ...]
] = {  # layers of the same name and the same arguments, in their order
    linear.Linear: ("in_features", "out_features"),
    convolution.Conv1d: ("in_channels", "out_channels", "kernel_size", "stride", "padding"),
    convolution.Conv2d: ("in_channels", "out_channels", "kernel_size", "stride", "padding"),
    transposed.ConvTranspose2d: (
        "in_channels",
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "output_padding",
    ),
    pooling.MaxPool2d: ("kernel_size", "stride"),
    pooling.AvgPool2d: ("kernel_size", "stride"),
    normalization.BatchNorm1d: ("num_features", "eps", "momentum"),
    normalization.BatchNorm2d: ("num_features", "eps", "momentum"),
    normalization.LayerNorm: ("normalized_shape", "eps"),
    dropout.Dropout: ("p",),
    embedding.Embedding: ("num_embeddings", "embedding_dim"),
    activations.Identity: (),
    activations.Sigmoid: (),
    activations.Tanh: (),
    activations.ReLU: (),
    activations.LeakyReLU: ("negative_slope",),
    activations.ELU: ("alpha",),
    activations.SiLU: (),
    activations.Softplus: (),
    module.Flatten: (),
}
_USUAL = {  # settings of PyTorch's layers that nnbook's do not have: only these values have a counterpart
    "dilation": 1,
    "groups": 1,
    "padding_mode": "zeros",
    "ceil_mode": False,
    "return_indices": False,
    "count_include_pad": True,
    "divisor_override": None,
    "affine": True,
    "elementwise_affine": True,
    "track_running_stats": True,
    "padding_idx": None,
    "max_norm": None,
    "beta": 1.0,
    "threshold": 20.0,
}
_RECURRENT = (recurrent.RNN, recurrent.LSTM, recurrent.GRU)


def _torch(who: str) -> Any:
    try:
        import torch
    except ImportError:
        raise ImportError(
            missing_package(who, "torch").partition(" Install")[0] + " See pytorch.org."
        ) from None
    return torch


# -- there ------------------------------------------------------------------------------------------------------------


def to_torch(model: Module) -> Any:
    """Build the same network in PyTorch: same weights, same outputs, copies of its own.

    Parameters
    ----------
    model : Module
        A layer with a counterpart, or a Sequential or Residual of them.

    Returns
    -------
    torch.nn.Module
        In training or evaluation mode as the model is. Recurrent layers expect (N, T, D), as here.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError
        If a layer has no counterpart; it is named.

    Examples
    --------
    >>> import nnbook
    >>> twin = to_torch(nnbook.models.mlp(64, 128, 10, rng=0))  # doctest: +SKIP
    """
    if not isinstance(model, Module):
        raise TypeError(explain("to_torch", "a Module", describe(model)))
    torch = _torch("to_torch")
    twin = _build(torch, model)
    twin.train(model.training)
    return twin


def _build(torch: Any, layer: Module) -> Any:
    nn, kind = torch.nn, type(layer)
    if kind is module.Sequential:
        return nn.Sequential(*(_build(torch, inner) for inner in layer.layers))  # type: ignore[attr-defined]
    if kind is module.Residual:
        shortcut = nn.Identity() if layer.shortcut is None else _build(torch, layer.shortcut)  # type: ignore[attr-defined]
        return _residual(torch)(_build(torch, layer.block), shortcut)  # type: ignore[attr-defined]
    if kind is activations.GELU:
        return nn.GELU(approximate="tanh")
    if kind is pooling.GlobalAvgPool2d:
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if kind in (softmax.Softmax, softmax.LogSoftmax):
        return getattr(nn, kind.__name__)(dim=layer.axis)  # type: ignore[attr-defined]
    if kind in _RECURRENT:
        options = {"bidirectional": layer.bidirectional, "batch_first": True}  # type: ignore[attr-defined]
        if layer.reverse:  # type: ignore[attr-defined]
            raise TypeError(
                explain("to_torch", "a layer with a counterpart in PyTorch", f"{layer!r}, reversed")
            )
        if kind is recurrent.RNN:
            options["nonlinearity"] = layer.nonlinearity  # type: ignore[attr-defined]
        twin = getattr(nn, kind.__name__)(layer.input_size, layer.hidden_size, **options)  # type: ignore[attr-defined]
    elif kind is attention.MultiHeadAttention:
        twin = nn.MultiheadAttention(layer.embed_dim, layer.num_heads, batch_first=True)  # type: ignore[attr-defined]
    elif kind in _OPTIONS:
        options = {name: getattr(layer, name) for name in _OPTIONS[kind]}
        if hasattr(layer, "bias") and not kind.__name__.endswith("Norm") and layer.bias is None:
            options["bias"] = False
        twin = getattr(nn, kind.__name__)(**options)
    else:
        expected = "layers with a counterpart in PyTorch"
        raise TypeError(
            explain("to_torch", expected, repr(layer), "Leave it out, or write it as a torch.nn.Module.")
        )
    arrays = _arrays_for_torch(layer)
    twin = twin.to(getattr(torch, next(iter(arrays.values())).dtype.name)) if arrays else twin
    with torch.no_grad():
        for name, target in [*twin.named_parameters(), *twin.named_buffers()]:
            if name in arrays:
                target.copy_(torch.from_numpy(np.array(arrays[name])))
    for name, parameter in twin.named_parameters():
        parameter.requires_grad_(_source(layer, name).requires_grad)
    return twin


def _source(layer: Module, name: str) -> module.Parameter:
    """The parameter of `layer` that PyTorch's parameter `name` comes from."""
    parameters = dict(layer.named_parameters())
    ours = name.replace("_l0", "")
    if ours not in parameters:
        ours = "bias" + ("_reverse" if ours.endswith("_reverse") else "")
    return parameters[ours]


def _arrays_for_torch(layer: Module) -> dict[str, Array]:
    """A layer's numbers by PyTorch's names, laid out as PyTorch does."""
    held = {name: holder.data for name, holder in _held(layer)}
    if isinstance(layer, _RECURRENT):
        arrays = {}
        for name, data in held.items():
            gate, _, reverse = name.partition("_reverse")
            suffix = "_l0" + ("_reverse" if reverse or name.endswith("_reverse") else "")
            if gate == "bias":  # PyTorch adds two
                arrays["bias_ih" + suffix], arrays["bias_hh" + suffix] = data, np.zeros_like(data)
            else:
                arrays[gate + suffix] = data.T if gate.startswith("weight") else data
        return arrays
    if isinstance(layer, (linear.Linear, attention.MultiHeadAttention)):
        return {name: data.T if name.endswith("weight") else data for name, data in held.items()}
    return held


def _held(layer: Module) -> list[tuple[str, Any]]:
    return [*layer.named_parameters(), *layer.named_buffers()]


def _residual(torch: Any) -> Any:
    class Residual(torch.nn.Module):
        """block(x) + shortcut(x)."""

        from_nnbook = True  # another one's Residual may mean something else

        def __init__(self, block: Any, shortcut: Any) -> None:
            super().__init__()
            self.block, self.shortcut = block, shortcut

        def forward(self, x: Any) -> Any:
            return self.block(x) + self.shortcut(x)

    return Residual


# -- and back ---------------------------------------------------------------------------------------------------------


def from_torch(network: Any) -> Module:
    """Build the same network in nnbook: same weights, same outputs, copies of its own.

    Parameters
    ----------
    network : torch.nn.Module
        A layer with a counterpart here, or a Sequential of them (or what `to_torch` made).

    Returns
    -------
    Module
        In training or evaluation mode as the network is.

    Raises
    ------
    TypeError
        If a layer, or one of its settings, has no counterpart here; it is named.
    """
    torch = _torch("from_torch") if hasattr(network, "state_dict") else None
    if torch is None or not isinstance(network, torch.nn.Module):
        raise TypeError(explain("from_torch", "a torch.nn.Module", describe(network)))
    model = _rebuild(torch, network)
    return model.train() if network.training else model.eval()


def _rebuild(torch: Any, network: Any) -> Module:
    nn, name = torch.nn, type(network).__name__
    if isinstance(network, nn.Sequential) and type(network).forward is nn.Sequential.forward:
        inner = list(network)
        kinds = [type(layer) for layer in inner]
        pools = kinds == [nn.AdaptiveAvgPool2d, nn.Flatten] and _usual(inner[0].output_size, 1)
        if pools and (inner[1].start_dim, inner[1].end_dim) == (1, -1):
            return pooling.GlobalAvgPool2d()
        return module.Sequential(*(_rebuild(torch, layer) for layer in inner))
    if getattr(network, "from_nnbook", False):
        identity = isinstance(network.shortcut, nn.Identity)
        return module.Residual(
            _rebuild(torch, network.block), None if identity else _rebuild(torch, network.shortcut)
        )
    layer = _counterpart(nn, network) if type(network) is getattr(nn, name, None) else None
    if layer is None or not {key for key, _ in network.named_parameters()} <= set(_arrays_for_torch(layer)):
        raise TypeError(explain("from_torch", "layers with a counterpart in nnbook", repr(network)))
    theirs = {key: value.detach().cpu().numpy() for key, value in network.state_dict().items()}
    for key, holder in _held(layer):
        holder.data = _from_theirs(layer, key, theirs)
    for key, parameter in network.named_parameters():
        _source(layer, key).requires_grad = parameter.requires_grad
    return layer


def _from_theirs(layer: Module, name: str, theirs: dict[str, Array]) -> Array:
    if not isinstance(layer, _RECURRENT):
        matrices = isinstance(layer, (linear.Linear, attention.MultiHeadAttention))
        return theirs[name].T if matrices and name.endswith("weight") else theirs[name]
    gate, reverse = name.removesuffix("_reverse"), "_reverse" if name.endswith("_reverse") else ""
    if gate == "bias":
        both: Array = theirs["bias_ih_l0" + reverse] + theirs["bias_hh_l0" + reverse]
        return both
    found = theirs[f"{gate}_l0{reverse}"]
    return found.T if gate.startswith("weight") else found


def _counterpart(nn: Any, network: Any) -> Module | None:
    """A layer of nnbook with the settings of a PyTorch layer and weights yet to be filled in; None if there is none."""
    name = type(network).__name__
    weights = list(network.parameters())
    dtype = str(weights[0].dtype).removeprefix("torch.") if weights else "float32"
    if dtype not in ("float16", "float32", "float64"):
        got, fix = (
            f"{dtype} in {network!r}",
            "NumPy has no such numbers: convert the network by network.float().",
        )
        raise TypeError(explain("from_torch", "weights in float16, float32 or float64", got, fix))
    if isinstance(network, nn.GELU):
        return activations.GELU() if network.approximate == "tanh" else None
    if isinstance(network, nn.Flatten):
        return module.Flatten() if (network.start_dim, network.end_dim) == (1, -1) else None
    if isinstance(network, (nn.Softmax, nn.LogSoftmax)):
        return getattr(softmax, name)(axis=network.dim) if network.dim is not None else None
    if isinstance(network, (nn.RNN, nn.LSTM, nn.GRU)):
        plain = network.num_layers == 1 and network.bias and not network.proj_size and not network.dropout
        if not (plain and network.batch_first):
            return None
        extra = {"nonlinearity": network.nonlinearity} if isinstance(network, nn.RNN) else {}
        kind = getattr(recurrent, name)
        layer: Module = kind(
            network.input_size, network.hidden_size, bidirectional=network.bidirectional, dtype=dtype, **extra
        )
        return layer
    if isinstance(network, nn.MultiheadAttention):
        plain = (
            network.in_proj_weight is not None and network.in_proj_bias is not None and not network.dropout
        )
        if not (plain and network.batch_first) or network.bias_k is not None or network.add_zero_attn:
            return None
        return attention.MultiHeadAttention(network.embed_dim, network.num_heads, dtype=dtype)
    if not all(_usual(getattr(network, key, value), value) for key, value in _USUAL.items()):
        return None
    if ("Pool" in name and not _usual(getattr(network, "padding", None), 0)) or (
        "Norm" in name and network.bias is None
    ):
        return None
    for kind, names in _OPTIONS.items():
        if kind.__name__ == name:
            options = {key: getattr(network, key) for key in names}
            if "Norm" not in name and name in ("Linear", "Conv1d", "Conv2d", "ConvTranspose2d"):
                options["bias"] = network.bias is not None
            if name == "Conv1d":
                options = {k: v[0] if isinstance(v, tuple) else v for k, v in options.items()}
            return kind(**options, **({"dtype": dtype} if weights else {}))
    return None


def _usual(value: Any, usual: Any) -> bool:
    return all(v == usual for v in value) if isinstance(value, (tuple, list)) else bool(value == usual)
