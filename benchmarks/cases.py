"""The work that is timed: each case builds one training step for either side, from the same sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Step = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """One row of the table.

    `nnbook` and `torch` build the step; `torch` takes a variant of its optimiser ("default", "foreach", "fused").
    """

    name: str
    title: str
    target: float
    nnbook: Callable[[], Step]
    torch: Callable[[str], Step]
    variants: tuple[str, ...] = ("default", "foreach", "fused")
    sklearn: Callable[[], Step] | None = None


def _data(*shape: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal(shape, dtype=np.float32), rng.integers(0, classes, shape[0])


# -- steps ------------------------------------------------------------------------------------------------------------


def _nnbook_step(model: Any, optimizer: Any, *inputs: Any, y: Any, first: bool = False) -> Step:
    """A step by hand; `first`: the loss is of the first of several outputs."""
    import nnbook

    loss_fn = nnbook.CrossEntropyLoss()

    def step() -> float:
        optimizer.zero_grad()
        outputs = model(*inputs)
        loss = loss_fn(outputs[0] if first else outputs, y)
        d_outputs = loss_fn.backward()
        model.backward(*((d_outputs, None) if first else (d_outputs,)))
        optimizer.step()
        return loss

    return step


def _torch_step(
    model: Any, optimizer: str, variant: str, lr: float, *inputs: Any, y: Any, first: bool = False
) -> Step:
    import torch

    options = {} if variant == "default" else {variant: True}
    opt = getattr(torch.optim, optimizer)(model.parameters(), lr=lr, **options)
    loss_fn = torch.nn.CrossEntropyLoss()
    tensors = [torch.from_numpy(x) for x in inputs]
    target = torch.from_numpy(y)

    def step() -> Any:
        opt.zero_grad()
        outputs = model(*tensors)
        outputs = outputs[0] if first else outputs
        loss = loss_fn(outputs.reshape(-1, outputs.shape[-1]), target.reshape(-1))
        loss.backward()
        opt.step()
        return loss

    return step


# -- fully connected --------------------------------------------------------------------------------------------------


def _mlp(sizes: tuple[int, ...], batch: int, optimizer: str, lr: float) -> dict[str, Callable[..., Step]]:
    x, y = _data(batch, sizes[0], classes=sizes[-1])

    def ours() -> Step:
        import nnbook

        model = nnbook.models.mlp(*sizes, rng=0)
        model[0].input_grad = False  # nor does PyTorch compute the gradient of the data
        return _nnbook_step(model, getattr(nnbook, optimizer)(model.parameters(), lr=lr), x, y=y)

    def theirs(variant: str) -> Step:
        from torch import nn

        hidden = [nn.Linear(sizes[0], sizes[1]), nn.ReLU(), nn.Linear(sizes[1], sizes[2])]
        return _torch_step(nn.Sequential(*hidden), optimizer, variant, lr, x, y=y)

    def sklearn() -> Step:
        from sklearn.neural_network import MLPClassifier

        model = MLPClassifier(
            hidden_layer_sizes=sizes[1:-1], solver=optimizer.lower(), learning_rate_init=lr, batch_size=batch,
            alpha=0.0, momentum=0.0, nesterovs_momentum=False,
        )  # fmt: skip
        return lambda: model.partial_fit(x, y, classes=np.arange(sizes[-1]))

    return {"nnbook": ours, "torch": theirs, "sklearn": sklearn}


def _predict_mlp() -> dict[str, Any]:
    x, _ = _data(1, 784, classes=10)

    def ours() -> Step:
        import nnbook

        model = nnbook.models.mlp(784, 1000, 10, rng=0).eval()
        return lambda: model(x)

    def theirs(variant: str) -> Step:
        import torch
        from torch import nn

        model = nn.Sequential(nn.Linear(784, 1000), nn.ReLU(), nn.Linear(1000, 10)).eval()
        return _torch_prediction(model, torch.from_numpy(x), variant)

    return {"nnbook": ours, "torch": theirs, "variants": ("no_grad", "inference_mode")}


def _torch_prediction(model: Any, x: Any, variant: str) -> Step:
    import torch

    mode = getattr(torch, variant)

    def predict() -> Any:
        with mode():
            return model(x)

    return predict


# -- images -----------------------------------------------------------------------------------------------------------


def _torch_lenet() -> Any:
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(256, 10),
    )  # fmt: skip


def _lenet() -> dict[str, Any]:
    x, y = _data(64, 1, 28, 28, classes=10)

    def ours() -> Step:
        import nnbook

        model = nnbook.models.lenet((1, 28, 28), 10, channels=(8, 16), rng=0)
        model[0].input_grad = False  # nor does PyTorch compute the gradient of the data
        return _nnbook_step(model, nnbook.SGD(model.parameters(), lr=0.01), x, y=y)

    return {
        "nnbook": ours,
        "torch": lambda variant: _torch_step(_torch_lenet(), "SGD", variant, 0.01, x, y=y),
    }


def _predict_lenet() -> dict[str, Any]:
    x, _ = _data(1, 1, 28, 28, classes=10)

    def ours() -> Step:
        import nnbook

        model = nnbook.models.lenet((1, 28, 28), 10, channels=(8, 16), rng=0).eval()
        return lambda: model(x)

    def theirs(variant: str) -> Step:
        import torch

        return _torch_prediction(_torch_lenet().eval(), torch.from_numpy(x), variant)

    return {"nnbook": ours, "torch": theirs, "variants": ("no_grad", "inference_mode")}


def _conv_block() -> dict[str, Any]:
    """A block from the middle of a network: the gradient of its input is computed. Global average and linear on top."""
    x, y = _data(64, 32, 14, 14, classes=10)

    def ours() -> Step:
        import nnbook

        model = nnbook.Sequential(
            nnbook.Conv2d(32, 64, 3, padding=1, rng=0), nnbook.BatchNorm2d(64), nnbook.ReLU(),
            nnbook.GlobalAvgPool2d(), nnbook.Linear(64, 10, rng=0),
        )  # fmt: skip
        return _nnbook_step(model, nnbook.SGD(model.parameters(), lr=0.01), x, y=y)

    def theirs(variant: str) -> Step:
        from torch import nn

        block = nn.Sequential(
            nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(64, 10),
        )  # fmt: skip
        model = _WithInputGradient.around(block)
        return _torch_step(model, "SGD", variant, 0.01, x, y=y)

    return {"nnbook": ours, "torch": theirs}


class _WithInputGradient:
    """PyTorch computes the gradient of the data only where it is asked for."""

    @staticmethod
    def around(block: Any) -> Any:
        import torch

        class Asked(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.block = block

            def forward(self, x: Any) -> Any:
                return self.block(x.detach().requires_grad_())

        return Asked()


# -- sequences --------------------------------------------------------------------------------------------------------


def _recurrent(kind: str, batch: int, steps: int, features: int, hidden: int) -> dict[str, Any]:
    """A recurrent layer and a linear one that reads its last step."""
    x, y = _data(batch, steps, features, classes=10)

    def ours() -> Step:
        import nnbook

        class Last(nnbook.Module):
            """Classify a sequence by its last state."""

            def __init__(self) -> None:
                self.recurrent = getattr(nnbook, kind)(features, hidden, rng=0)
                self.recurrent.input_grad = False
                self.head = nnbook.Linear(hidden, 10, rng=0)

            def forward(self, x: Any) -> Any:
                y, _ = self.recurrent(x)
                self.save(y.shape)
                return self.head(y[:, -1])

            def backward(self, dy: Any) -> Any:
                (shape,) = self.saved()
                d_states = np.zeros(shape, np.float32)
                d_states[:, -1] = self.head.backward(dy)
                return self.recurrent.backward(d_states, None)

        model = Last()
        return _nnbook_step(model, nnbook.SGD(model.parameters(), lr=0.01), x, y=y)

    def theirs(variant: str) -> Step:
        from torch import nn

        class Last(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.recurrent = getattr(nn, kind)(features, hidden, batch_first=True)
                self.head = nn.Linear(hidden, 10)

            def forward(self, x: Any) -> Any:
                return self.head(self.recurrent(x)[0][:, -1])

        return _torch_step(Last(), "SGD", variant, 0.01, x, y=y)

    return {"nnbook": ours, "torch": theirs}


def _attention() -> dict[str, Any]:
    x, _ = _data(32, 32, 64, classes=10)
    y = np.random.default_rng(1).integers(0, 10, (32, 32))

    def ours() -> Step:
        import nnbook

        model = nnbook.Sequential(nnbook.MultiHeadAttention(64, 4, rng=0), nnbook.Linear(64, 10, rng=0))
        return _nnbook_step(model, nnbook.SGD(model.parameters(), lr=0.01), x, y=y)

    def theirs(variant: str) -> Step:
        from torch import nn

        class Attend(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
                self.head = nn.Linear(64, 10)

            def forward(self, x: Any) -> Any:
                x = x.detach().requires_grad_()  # as ours: the gradient of the input is computed
                return self.head(self.attention(x, x, x, need_weights=False)[0])

        return _torch_step(Attend(), "SGD", variant, 0.01, x, y=y)

    return {"nnbook": ours, "torch": theirs}


def _encoder_decoder() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    source, target = rng.integers(1, 40, (64, 24)), rng.integers(1, 40, (64, 10))
    y = rng.integers(1, 40, (64, 10))

    def ours() -> Step:
        import nnbook

        model = nnbook.models.EncoderDecoder(40, 40, embedding_dim=32, hidden_size=32, attention=True, rng=0)
        return _nnbook_step(model, nnbook.Adam(model.parameters(), lr=1e-3), source, target, y=y)

    def theirs(variant: str) -> Step:
        import torch
        from torch import nn

        class Translate(nn.Module):
            """Two-way GRU 32, GRU 64, additive attention, as `nnbook.models.EncoderDecoder`."""

            def __init__(self) -> None:
                super().__init__()
                self.source = nn.Embedding(40, 32)
                self.target = nn.Embedding(40, 32)
                self.encoder = nn.GRU(32, 32, batch_first=True, bidirectional=True)
                self.decoder = nn.GRU(32, 64, batch_first=True)
                self.query = nn.Linear(64, 64, bias=False)
                self.key = nn.Linear(64, 64, bias=False)
                self.score = nn.Linear(64, 1, bias=False)
                self.head = nn.Linear(128, 40)

            def forward(self, source: Any, target: Any) -> Any:
                keys, h = self.encoder(self.source(source))
                states, _ = self.decoder(self.target(target), torch.cat([h[0], h[1]], -1)[None])
                scores = self.score(torch.tanh(self.query(states)[:, :, None] + self.key(keys)[:, None]))[
                    ..., 0
                ]
                context = torch.softmax(scores, -1) @ keys
                return self.head(torch.cat([states, context], -1))

        return _torch_step(Translate(), "Adam", variant, 1e-3, source, target, y=y)

    return {"nnbook": ours, "torch": theirs}


CASES = [
    Case("mlp-2-8-2", "2-8-2, batch 32, SGD", 0.30, **_mlp((2, 8, 2), 32, "SGD", 0.1)),
    Case("mlp-64-64-10", "64-64-10, batch 64, Adam", 0.35, **_mlp((64, 64, 10), 64, "Adam", 1e-3)),
    Case("mlp-784-sgd", "784-1000-10, batch 128, SGD", 0.60, **_mlp((784, 1000, 10), 128, "SGD", 0.1)),
    Case("mlp-784-adam", "784-1000-10, batch 128, Adam", 0.45, **_mlp((784, 1000, 10), 128, "Adam", 1e-3)),
    Case("lenet", "LeNet 1→8→16, 28×28, batch 64", 0.75, **_lenet()),
    Case("conv-block", "conv 32→64 3×3, batch norm, ReLU, 14×14, batch 64", 1.2, **_conv_block()),
    Case("rnn", "RNN, N 16, T 20, D 27, H 64", 0.35, **_recurrent("RNN", 16, 20, 27, 64)),
    Case("gru", "GRU, N 32, T 50, D 64, H 128", 0.50, **_recurrent("GRU", 32, 50, 64, 128)),
    Case("lstm-16", "LSTM, N 16, T 20, D 27, H 64", 1.2, **_recurrent("LSTM", 16, 20, 27, 64)),
    Case("lstm-32", "LSTM, N 32, T 50, D 64, H 128", 1.3, **_recurrent("LSTM", 32, 50, 64, 128)),
    Case("attention", "self-attention, 4 heads, N 32, T 32, D 64", 0.65, **_attention()),
    Case("encoder-decoder", "encoder–decoder with attention, N 64, 24 in, 10 out", 0.8, **_encoder_decoder()),
    Case("predict-mlp", "prediction of one example, 784-1000-10", 0.4, **_predict_mlp()),
    Case("predict-lenet", "prediction of one example, LeNet", 0.5, **_predict_lenet()),
]  # fmt: skip
GEOMETRIC_MEAN = 0.60
