"""Ready-made networks: the ones that the course builds by hand, in one line each.

    mlp            Linear, ReLU, Linear, …                              notebooks 04, 07, 10
    lenet          (convolution, ReLU, pooling) twice, then Linear      notebook 19
    char_rnn       Embedding, GRU, Linear: which character comes next?  notebook 24
    EncoderDecoder one GRU reads, another writes, attention between     notebook 25

Each that reads numbers passes their gradient on, so it can stand behind another layer, or be half of an autoencoder.
`summary` shows what a network is made of.
"""

from __future__ import annotations

import html
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook import activations
from nnbook.arrays import Array, Rng, as_generator
from nnbook.attention import AdditiveAttention
from nnbook.convolution import Conv2d
from nnbook.dropout import Dropout
from nnbook.embedding import Embedding
from nnbook.errors import as_array, check_choice, check_integer, check_number, describe, explain
from nnbook.linear import Linear
from nnbook.module import Flatten, Module, Sequential
from nnbook.normalization import BatchNorm2d
from nnbook.pooling import MaxPool2d
from nnbook.recurrent import GRU, LSTM, RNN

__all__ = ["CharRNN", "EncoderDecoder", "Summary", "char_rnn", "lenet", "mlp", "summary"]

_ACTIVATIONS: dict[str, type[Module]] = {
    "relu": activations.ReLU,
    "tanh": activations.Tanh,
    "sigmoid": activations.Sigmoid,
    "leaky_relu": activations.LeakyReLU,
    "elu": activations.ELU,
    "gelu": activations.GELU,
    "silu": activations.SiLU,
    "softplus": activations.Softplus,
    "identity": activations.Identity,
}
_RECURRENT: dict[str, Any] = {"rnn": RNN, "gru": GRU, "lstm": LSTM}


def mlp(
    *sizes: int,
    activation: str = "relu",
    dropout: float = 0.0,
    rng: Rng = None,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Build a multi-layer perceptron: Linear layers with an activation between them, none after the last.

    Parameters
    ----------
    *sizes : int
        Features of the input, of each hidden layer, of the output: ``mlp(784, 1000, 10)``.
    activation : str
        "relu", "tanh", "sigmoid", "leaky_relu", "elu", "gelu", "silu", "softplus" or "identity".
    dropout : float
        Probability that a hidden unit is dropped in training.
    rng : int or Generator, optional
        Where the weights come from.

    Examples
    --------
    >>> model = mlp(64, 128, 10, rng=0)
    >>> len(model), sum(p.size for p in model.parameters())
    (3, 9610)
    """
    if len(sizes) < 2:
        raise ValueError(explain("mlp", "two sizes or more, such as mlp(64, 128, 10)", f"mlp{sizes}"))
    sizes = tuple(check_integer("mlp", "size", size) for size in sizes)
    activate = _ACTIVATIONS[check_choice("mlp", "activation", activation, _ACTIVATIONS)]
    check_number("mlp", "dropout", dropout, at_least=0, below=1)
    rng = as_generator("mlp", rng)
    layers: list[Module] = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        if layers:
            layers.append(activate())
            if dropout:
                layers.append(Dropout(dropout, rng=rng))
        layers.append(Linear(fan_in, fan_out, rng=rng, dtype=dtype))
    return Sequential(*layers)


def lenet(
    input_shape: Sequence[int],
    classes: int,
    *,
    channels: Sequence[int] = (8, 16),
    kernel_size: int = 5,
    padding: int | str = 0,
    batch_norm: bool = False,
    dropout: float = 0.0,
    rng: Rng = None,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Build a small convolutional network in the manner of LeNet-5: convolve, pool, repeat; then one Linear layer.

    Parameters
    ----------
    input_shape : (C, H, W)
        Of one image, such as (1, 28, 28).
    classes : int
        How many outputs.
    channels : sequence of int
        Of each convolution; each is followed by ReLU and 2×2 max pooling.
    kernel_size, padding
        Of every convolution.
    batch_norm : bool
        Whether each convolution is followed by batch normalisation.
    dropout : float
        Probability that an input of the last layer is dropped in training.
    rng : int or Generator, optional

    Notes
    -----
    LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition"; theirs had tanh,
    averaging, partly connected maps and three layers on top.

    Examples
    --------
    >>> summary(lenet((1, 28, 28), 10, rng=0), (1, 28, 28)).parameters
    5994
    """
    for name, value in (("input_shape", input_shape), ("channels", channels)):
        if not isinstance(value, (tuple, list)):
            raise TypeError(explain("lenet", f"a tuple of whole numbers as {name}", describe(value)))
    channels = [check_integer("lenet", "number of channels", c) for c in channels]
    if len(input_shape) != 3 or not channels:
        expected = "input_shape (C, H, W) and one number of channels or more"
        raise ValueError(explain("lenet", expected, f"input_shape={input_shape}, channels={channels}"))
    check_integer("lenet", "classes", classes)
    check_number("lenet", "dropout", dropout, at_least=0, below=1)
    rng = as_generator("lenet", rng)
    layers: list[Module] = []
    below = input_shape[0]
    for above in channels:
        layers.append(Conv2d(below, above, kernel_size, padding=padding, rng=rng, dtype=dtype))
        if batch_norm:
            layers.append(BatchNorm2d(above, dtype=dtype))
        layers += [activations.ReLU(), MaxPool2d(2)]
        below = above
    layers.append(Flatten())
    features = Sequential(*layers).predict(np.zeros((1, *input_shape), dtype)).shape[1]
    if dropout:
        layers.append(Dropout(dropout, rng=rng))
    layers.append(Linear(features, classes, rng=rng, dtype=dtype))
    return Sequential(*layers)


def char_rnn(
    vocabulary_size: int,
    hidden_size: int = 64,
    *,
    embedding_dim: int = 16,
    cell: str = "gru",
    dropout: float = 0.0,
    rng: Rng = None,
) -> CharRNN:
    """Build a network that says, after each character, how likely each next one is; see `CharRNN`.

    Examples
    --------
    >>> char_rnn(27, 64, rng=0)(np.zeros((2, 5), dtype=int)).shape
    (2, 5, 27)
    """
    return CharRNN(
        vocabulary_size, hidden_size, embedding_dim=embedding_dim, cell=cell, dropout=dropout, rng=rng
    )


class CharRNN(Module):
    """Embedding, a recurrent layer, Linear: the logits of the next character after each one.

    Parameters
    ----------
    vocabulary_size : int
        V, how many different characters there are.
    hidden_size : int
        Of the recurrent layer.
    embedding_dim : int
        How many numbers stand for a character.
    cell : {"gru", "lstm", "rnn"}
        The kind of recurrent layer.
    dropout : float
        Probability that a recurrent output is dropped in training.
    rng : int or Generator, optional

    Examples
    --------
    >>> model = CharRNN(27, 8, rng=0)
    >>> model.generate([3, 1, 4], 5, rng=0).shape
    (5,)
    """

    def __init__(
        self,
        vocabulary_size: int,
        hidden_size: int = 64,
        *,
        embedding_dim: int = 16,
        cell: str = "gru",
        dropout: float = 0.0,
        rng: Rng = None,
    ) -> None:
        rng = as_generator("CharRNN", rng)
        self.cell = check_choice("CharRNN", "cell", cell, _RECURRENT)
        self.embedding = Embedding(vocabulary_size, embedding_dim, rng=rng)
        self.recurrent = _RECURRENT[cell](embedding_dim, hidden_size, rng=rng)
        self.dropout = Dropout(dropout, rng=rng)
        self.head: Any = Linear(hidden_size, vocabulary_size, rng=rng)

    def forward(self, indices: npt.ArrayLike) -> Array:
        """Indices (N, T) -> logits (N, T, V)."""
        y, _ = self.recurrent(self.embedding(indices))
        logits: Array = self.head(self.dropout(y))
        return logits

    def backward(self, dy: Array) -> None:
        """The forward read upwards; indices have no gradient."""
        d_states = self.dropout.backward(self.head.backward(dy))
        self.embedding.backward(self.recurrent.backward(d_states, None))

    def generate(
        self, prompt: npt.ArrayLike, length: int, *, temperature: float = 1.0, rng: Rng = None
    ) -> npt.NDArray[np.int64]:
        """Draw `length` characters, one after the other, each fed back as the next input.

        Parameters
        ----------
        prompt : array_like of int, shape (T,)
            What has been said so far, one index or more.
        length : int
            How many to draw.
        temperature : float
            Logits are divided by it: near 0 the likeliest always wins, above 1 chances even out.
        rng : int or Generator, optional

        Returns
        -------
        ndarray of int, shape (length,)
        """
        given, prompt = prompt, as_array(prompt)
        if prompt.ndim != 1 or not len(prompt):
            got = describe(given if prompt.dtype.kind == "O" else prompt)
            raise ValueError(explain("CharRNN.generate", "a prompt of one index or more", got))
        length = check_integer("CharRNN.generate", "length", length, at_least=0)
        temperature = check_number("CharRNN.generate", "temperature", temperature, above=0)
        rng = as_generator("CharRNN.generate", rng)
        drawn = np.empty(length, np.int64)
        flags = [(module, module.training, module.recording) for module in self.modules()]
        try:
            self.eval()
            y, state = self.recurrent(self.embedding(prompt[np.newaxis]))
            for i in range(length):
                chances = activations.softmax(self.head(y[0, -1]).astype(np.float64) / temperature)
                drawn[i] = rng.choice(len(chances), p=chances)
                y, state = self.recurrent(self.embedding(drawn[np.newaxis, i : i + 1]), state)
        finally:
            for module, training, recording in flags:
                module.training, module.recording = training, recording
        return drawn

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {
            "vocabulary_size": self.embedding.num_embeddings,
            "hidden_size": self.recurrent.hidden_size,
            "embedding_dim": self.embedding.embedding_dim,
            "cell": self.cell,
            "dropout": self.dropout.p,
        }


class EncoderDecoder(Module):
    """One network reads a sequence, another writes one: a two-way GRU, a GRU, and attention between them.

    The encoder reads the source in both directions. The decoder begins with the encoder's two last states side by side and
    is fed, in training, the right symbols so far (teacher forcing). With attention, each of its states asks all of the
    encoder's which of them matter now, and the answer goes to the output layer beside the state itself.

    Parameters
    ----------
    source_size, target_size : int
        How many different symbols there are to read and to write.
    embedding_dim : int
        How many numbers stand for a symbol.
    hidden_size : int
        Of each direction of the encoder; the decoder has twice as many.
    attention : bool
        Whether the decoder may look back.
    rng : int or Generator, optional

    Notes
    -----
    Cho et al. 2014; Bahdanau, Cho & Bengio 2015, with the attention after the decoder's GRU instead of before it, so
    that all steps are one matrix product.

    Examples
    --------
    >>> model = EncoderDecoder(30, 12, rng=0)
    >>> model(np.zeros((2, 24), dtype=int), np.zeros((2, 10), dtype=int)).shape
    (2, 10, 12)
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        *,
        embedding_dim: int = 32,
        hidden_size: int = 32,
        attention: bool = True,
        rng: Rng = None,
    ) -> None:
        rng = as_generator("EncoderDecoder", rng)
        width = 2 * check_integer("EncoderDecoder", "hidden_size", hidden_size)
        self.source = Embedding(source_size, embedding_dim, rng=rng)
        self.target = Embedding(target_size, embedding_dim, rng=rng)
        self.encoder: Any = GRU(embedding_dim, hidden_size, bidirectional=True, rng=rng)
        self.decoder: Any = GRU(embedding_dim, width, rng=rng)
        self.attention = AdditiveAttention(width, width, width, rng=rng) if attention else None
        self.head: Any = Linear(2 * width if attention else width, target_size, rng=rng)

    def forward(self, source: npt.ArrayLike, target: npt.ArrayLike, mask: Array | None = None) -> Array:
        """Indices (N, S) read and (N, T) written so far, mask (N, S) true where source is not padding -> (N, T, V)."""
        keys, ends = self.encoder(self.source(source), None, mask)
        states, _ = self.decoder(self.target(target), np.concatenate([ends[0], ends[1]], axis=-1))
        if self.attention is None:
            logits: Array = self.head(states)
            return logits
        context = self.attention(states, keys, keys, mask=mask)
        logits = self.head(np.concatenate([states, context], axis=-1))
        return logits

    def backward(self, dy: Array) -> None:
        """The forward read upwards."""
        d_head = self.head.backward(dy)
        width = self.decoder.hidden_size
        d_states, d_keys = d_head[..., :width], None
        if self.attention is not None:
            d_query, d_key, d_value = self.attention.backward(d_head[..., width:])
            d_states, d_keys = d_states + d_query, d_key + d_value
        d_embedded, d_start = self.decoder.backward(d_states, None)
        self.target.backward(d_embedded)
        d_ends = np.stack(np.split(d_start, 2, axis=-1))
        self.source.backward(self.encoder.backward(d_keys, d_ends))

    def translate(
        self, source: npt.ArrayLike, start: int, length: int, *, mask: Array | None = None
    ) -> Array:
        """Write `length` symbols for each source (N, S), the likeliest each time, beginning after the symbol `start`.

        Returns
        -------
        ndarray of int, shape (N, length)
        """
        length = check_integer("EncoderDecoder.translate", "length", length)
        given, source = source, as_array(source)
        if source.ndim != 2:
            got = describe(given if source.dtype.kind == "O" else source)
            fix = "Bring them to one length: source, mask = nnbook.datasets.pad_sequences([...])."
            raise ValueError(
                explain("EncoderDecoder.translate", "source (N, S), a row for each sequence", got, fix)
            )
        written = np.full((len(source), length + 1), start)
        inputs = (source,) if mask is None else (source, mask)
        for t in range(length):
            logits = self.predict(inputs[0], written[:, : t + 1], *inputs[1:])
            written[:, t + 1] = logits[:, -1].argmax(axis=-1)
        return written[:, 1:]

    def config(self) -> dict[str, Any]:
        """The arguments that build it again."""
        return {
            "source_size": self.source.num_embeddings,
            "target_size": self.target.num_embeddings,
            "embedding_dim": self.source.embedding_dim,
            "hidden_size": self.encoder.hidden_size,
            "attention": self.attention is not None,
        }


# -- what a network is made of ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """What `summary` found: a row (name, layer, output shape, parameters) for each layer, and the sum.

    It shows itself as a table, plain in a terminal and rich in a notebook.
    """

    rows: list[tuple[str, str, str, int]]
    parameters: int
    trainable: int

    def _total(self) -> str:
        frozen = "" if self.trainable == self.parameters else f", {self.trainable:,} of them trainable"
        return f"{self.parameters:,} parameters{frozen}"

    def __repr__(self) -> str:
        head = ("name", "layer", "output", "parameters")
        table = [head, *((*row[:3], f"{row[3]:,}") for row in self.rows)]
        widths = [max(len(row[i]) for row in table) for i in range(4)]
        lines = [
            "  ".join([*(f"{row[i]:<{widths[i]}}" for i in range(3)), f"{row[3]:>{widths[3]}}"])
            for row in table
        ]
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "-" * len(lines[0]), self._total()])

    def _repr_html_(self) -> str:
        cells = [[html.escape(str(cell)) for cell in (*row[:3], f"{row[3]:,}")] for row in self.rows]
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
        return (
            "<table><thead><tr><th>name</th><th>layer</th><th>output</th><th>parameters</th></tr></thead>"
            f"<tbody>{body}</tbody><tfoot><tr><td colspan='4'><b>{self._total()}</b></td></tr></tfoot></table>"
        )


def summary(model: Module, *input_shapes: Sequence[int], dtype: npt.DTypeLike = np.float32) -> Summary:
    """What a network is made of: its layers, the shape that leaves each of them, and how many parameters it has.

    Parameters
    ----------
    model : Module
    *input_shapes : sequence of int
        Shape of one example of each input, without the batch: ``summary(model, (1, 28, 28))``.
    dtype : dtype
        Of the inputs; int for networks that begin with an Embedding.

    Returns
    -------
    Summary

    Examples
    --------
    >>> summary(mlp(64, 128, 10, rng=0), (64,))
    name      layer            output    parameters
    -----------------------------------------------
    layers.0  Linear(64, 128)  (N, 128)       8,320
    layers.1  ReLU()           (N, 128)           0
    layers.2  Linear(128, 10)  (N, 10)        1,290
    -----------------------------------------------
    9,610 parameters
    """
    if not isinstance(model, Module):
        raise TypeError(explain("summary", "a Module first", describe(model)))
    if not input_shapes:
        raise ValueError(
            explain("summary", "the shape of one example", "none", "Such as summary(model, (1, 28, 28)).")
        )
    for shape in input_shapes:
        if not isinstance(shape, (tuple, list)):
            fix = "A tuple has a comma: (64,)."
            raise TypeError(
                explain("summary", "the shape of one example, such as (64,)", describe(shape), fix)
            )
        for size in shape:
            check_integer("summary", "size in shape", size, at_least=0)
    twin = model.copy()
    for module in twin.modules():
        module.training, module.recording = False, True
    for batch in (1, 2):  # the axis that differs between the two is the batch's
        twin(*(np.zeros((batch, *shape), dtype) for shape in input_shapes))
    rows: list[tuple[str, str, str, int]] = []
    seen: set[int] = set()
    for name, module in twin.named_modules():
        own = [p for p in vars(module).values() if hasattr(p, "requires_grad") and id(p) not in seen]
        seen.update(map(id, own))
        children = [child for child in module.modules() if child is not module]
        if module._outputs is None or (children and not own):
            continue  # a container tells nothing that its parts do not
        outputs = module._outputs.items
        rows.append((name, repr(module), _shape_text(outputs[0], outputs[-1]), sum(p.size for p in own)))
    parameters = model.parameters()
    return Summary(rows, sum(p.size for p in parameters), sum(p.size for p in parameters if p.requires_grad))


def _shape_text(one: Any, two: Any) -> str:
    """``(N, 128)`` from what came out for one example and for two; all of them for a tuple."""
    if isinstance(one[-1], tuple):
        return ", ".join(map(_shape_text, one, two))
    sizes = [str(a) if a == b else "N" for a, b in zip(one[0], two[0], strict=True)]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
