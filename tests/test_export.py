import sys

import numpy as np
import pytest

import nnbook
from nnbook import from_torch, to_torch
from tests import oracle

RNG = np.random.default_rng(0)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def with_random_numbers(model):
    """Biases and running statistics too: zeros would hide a mistake."""
    for parameter in model.parameters():
        parameter.data = RNG.uniform(-0.5, 0.5, parameter.shape)
    for _, buffer in model.named_buffers():
        buffer.data = RNG.uniform(0.5, 1.5, buffer.data.shape)
    return model


def first(y):
    y = y[0] if isinstance(y, tuple) else y
    return y if isinstance(y, np.ndarray) else y.detach().numpy()


CASES = {
    "Linear": (nnbook.Linear(3, 4), floats(5, 3)),
    "Linear without bias": (nnbook.Linear(3, 4, bias=False), floats(5, 3)),
    "Linear in float64": (nnbook.Linear(3, 4, dtype=np.float64), RNG.standard_normal((5, 3))),
    "Conv1d": (nnbook.Conv1d(2, 3, 3, padding=1), floats(4, 2, 7)),
    "Conv2d": (nnbook.Conv2d(2, 3, (3, 2), stride=2, padding=1), floats(4, 2, 7, 8)),
    "Conv2d same": (nnbook.Conv2d(2, 3, 3, padding="same", bias=False), floats(4, 2, 7, 8)),
    "ConvTranspose2d": (
        nnbook.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1),
        floats(4, 2, 5, 6),
    ),
    "MaxPool2d": (nnbook.MaxPool2d(3, stride=2), floats(2, 3, 7, 7)),
    "AvgPool2d": (nnbook.AvgPool2d(2), floats(2, 3, 6, 6)),
    "GlobalAvgPool2d": (nnbook.GlobalAvgPool2d(), floats(2, 3, 5, 4)),
    "BatchNorm1d": (nnbook.BatchNorm1d(4, eps=1e-3), floats(5, 4)),
    "BatchNorm2d": (nnbook.BatchNorm2d(3, momentum=0.3), floats(2, 3, 4, 5)),
    "LayerNorm": (nnbook.LayerNorm(4), floats(5, 4)),
    "Dropout": (nnbook.Dropout(0.3), floats(5, 4)),
    "Embedding": (nnbook.Embedding(5, 3), RNG.integers(0, 5, (4, 6))),
    "Flatten": (nnbook.Flatten(), floats(2, 3, 4)),
    **{name: (getattr(nnbook, name)(), floats(3, 4)) for name in (
        "Identity", "Sigmoid", "Tanh", "ReLU", "ELU", "GELU", "SiLU", "Softplus", "Softmax", "LogSoftmax")},
    "LeakyReLU": (nnbook.LeakyReLU(0.2), floats(3, 4)),
    "RNN": (nnbook.RNN(3, 4), floats(2, 5, 3)),
    "RNN relu, two ways": (nnbook.RNN(3, 4, nonlinearity="relu", bidirectional=True), floats(2, 5, 3)),
    "LSTM": (nnbook.LSTM(3, 4), floats(2, 5, 3)),
    "LSTM two ways": (nnbook.LSTM(3, 4, bidirectional=True), floats(2, 5, 3)),
    "GRU": (nnbook.GRU(3, 4), floats(2, 5, 3)),
    "GRU two ways": (nnbook.GRU(3, 4, bidirectional=True), floats(2, 5, 3)),
    "Residual": (nnbook.Sequential(nnbook.Residual(nnbook.Linear(3, 3)), nnbook.Residual(nnbook.Linear(3, 4), nnbook.Linear(3, 4))),
                 floats(5, 3)),
    "LeNet": (nnbook.models.lenet((1, 28, 28), 10, batch_norm=True, dropout=0.2), floats(2, 1, 28, 28) / 10),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_same_outputs_there_and_back(name):
    torch = oracle.require_torch()
    model, x = CASES[name]
    model = with_random_numbers(model).eval()
    there = to_torch(model)
    y = first(model(x))
    np.testing.assert_allclose(first(there(torch.from_numpy(x))), y, rtol=1e-5, atol=1e-5)
    assert not there.training
    back = from_torch(there)
    np.testing.assert_array_equal(first(back(x)), y)
    assert not back.training
    assert [(n, p.shape) for n, p in back.named_parameters()] == [
        (n, p.shape) for n, p in model.named_parameters()
    ]


def test_attention_there_and_back():
    torch = oracle.require_torch()
    model, x = with_random_numbers(nnbook.MultiHeadAttention(8, 2)), floats(3, 5, 8)
    there = to_torch(model)
    theirs = there(*[torch.from_numpy(x)] * 3, need_weights=False)[0].detach().numpy()
    np.testing.assert_allclose(theirs, model(x), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(from_torch(there)(x), model(x))


@pytest.mark.parametrize("kind", ["LeNet", "RNN", "LSTM", "GRU"])
def test_what_was_trained_here_answers_alike_there(kind):
    torch = oracle.require_torch()
    rng = np.random.default_rng(1)
    if kind == "LeNet":
        x, y, *_ = nnbook.datasets.digits()
        model = nnbook.models.lenet(
            (1, 8, 8), 10, kernel_size=3, padding=1, batch_norm=True, dropout=0.2, rng=rng
        )
        x, y = x[:256], y[:256]
        nnbook.fit(
            model,
            (x, y),
            nnbook.CrossEntropyLoss(),
            nnbook.Adam(model.parameters(), lr=3e-3),
            epochs=3,
            progress=False,
        )
    else:
        x = floats(64, 9, 3)
        model = getattr(nnbook, kind)(3, 6, rng=rng)
        optimizer = nnbook.Adam(model.parameters(), lr=1e-2)
        for _ in range(20):  # follow the running mean of the first input
            optimizer.zero_grad()
            y, _ = model(x)
            wanted = np.repeat(np.cumsum(x[..., :1], axis=1) / 5, 6, axis=-1)
            model.backward((y - wanted) / y.size, None)
            optimizer.step()
    model.eval()
    theirs = to_torch(model)(torch.from_numpy(x))
    np.testing.assert_allclose(first(theirs), first(model(x)), rtol=1e-4, atol=1e-5)


class LastStep(nnbook.Module):
    """A recurrent layer, and a linear one that reads its last state: one number for each sequence."""

    def __init__(self, recurrent, features, rng):
        self.recurrent, self.head = recurrent, nnbook.Linear(features, 1, rng=rng)

    def forward(self, x):
        y, _ = self.recurrent(x)
        self.shape = y.shape
        return self.head(y[:, -1])

    def backward(self, dy):
        d_states = np.zeros(self.shape, dy.dtype)
        d_states[:, -1] = self.head.backward(dy)
        return self.recurrent.backward(d_states, None)


def trained(model, x, y, loss_fn, epochs, lr=3e-3):
    loader = nnbook.DataLoader(x, y, batch_size=32, shuffle=True, rng=0)
    optimizer = nnbook.Adam(model.parameters(), lr=lr)
    history = nnbook.fit(model, loader, loss_fn, optimizer, epochs=epochs, progress=False)
    assert history.loss[-1] < 0.9 * history.loss[0], "it has learnt something"
    return model.eval()


@pytest.mark.slow
def test_lenet_as_trained_in_notebook_19_answers_alike_there():
    torch = oracle.require_torch()
    x, y, x_test, y_test = nnbook.datasets.digits()
    model = nnbook.models.lenet(
        (1, 8, 8), 10, channels=(16, 32), kernel_size=3, padding=1, batch_norm=True, dropout=0.25, rng=0
    )
    trained(model, x, y, nnbook.CrossEntropyLoss(), epochs=4)
    ours, theirs = model(x_test), first(to_torch(model)(torch.from_numpy(x_test)))
    np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=1e-4)
    assert np.mean(theirs.argmax(axis=1) == y_test) > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("task", ["waves", "adding"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_recurrent_layers_as_trained_in_notebooks_21_and_22_answer_alike_there(kind, task):
    """Trained on waves (the value that comes next) and on the adding task, with the gradient from the last step alone."""
    torch = oracle.require_torch()
    x, y = getattr(nnbook.datasets, task)(256, length=20, rng=1)
    y = y.reshape(len(y), -1)[:, -1:]  # of a wave, what comes after its last value
    layer = getattr(nnbook, kind)(x.shape[2], 12, rng=2)
    model = trained(LastStep(layer, 12, 3), x, y, nnbook.MSELoss(), epochs=8, lr=1e-2)
    states, ends = layer(x)
    theirs, their_ends = to_torch(layer)(torch.from_numpy(x))
    np.testing.assert_allclose(first(theirs), states, rtol=1e-4, atol=1e-5)
    ends, their_ends = (e if isinstance(e, tuple) else (e,) for e in (ends, their_ends))
    for end, their_end in zip(ends, their_ends, strict=True):
        np.testing.assert_allclose(first(their_end).reshape(end.shape), end, rtol=1e-4, atol=1e-5)
    answers = to_torch(model.head)(theirs[:, -1])
    np.testing.assert_allclose(first(answers), model(x), rtol=1e-4, atol=1e-5)


def test_the_copies_are_independent_and_frozen_parts_stay_frozen():
    torch = oracle.require_torch()
    model = nnbook.models.mlp(3, 4, 2, rng=0)
    model[0].freeze()
    there = to_torch(model)
    assert [p.requires_grad for p in there.parameters()] == [False, False, True, True]
    assert [p.requires_grad for p in from_torch(there).parameters()] == [False, False, True, True]
    before = model[2].weight.data.copy()
    with torch.no_grad():
        for parameter in there.parameters():
            parameter.add_(1.0)
    np.testing.assert_array_equal(model[2].weight.data, before)
    assert there.training


def test_a_twin_trains_alike():
    torch = oracle.require_torch()
    model, x, y = (
        nnbook.models.mlp(3, 5, 4, rng=0, dtype=np.float64),
        RNG.standard_normal((6, 3)),
        RNG.integers(0, 4, 6),
    )
    twin = to_torch(model)
    ours, theirs = nnbook.Adam(model.parameters(), lr=0.01), torch.optim.Adam(twin.parameters(), lr=0.01)
    loss_fn = nnbook.CrossEntropyLoss()
    for _ in range(30):
        ours.zero_grad()
        loss = loss_fn(model(x), y)
        model.backward(loss_fn.backward())
        ours.step()
        theirs.zero_grad()
        other = torch.nn.functional.cross_entropy(twin(torch.from_numpy(x)), torch.from_numpy(y))
        other.backward()
        theirs.step()
        assert np.isclose(loss, other.item(), rtol=1e-10)


def test_refuses_what_has_no_counterpart():
    torch = oracle.require_torch()
    nn = torch.nn
    for model, words in [
        (nnbook.Sequential(nnbook.GaussianNoise(0.1)), "GaussianNoise(0.1)"),
        (nnbook.GRU(3, 4, reverse=True), "reversed"),
        (nnbook.Step(), "Step()"),
    ]:
        with pytest.raises(TypeError, match=r"to_torch expects .* counterpart in PyTorch, but got") as raised:
            to_torch(model)
        assert words in str(raised.value)
    for network in [
        nn.Conv2d(2, 4, 3, groups=2), nn.Conv2d(2, 4, 3, dilation=2), nn.GELU(), nn.LSTM(3, 4, num_layers=2, batch_first=True),
        nn.GRU(3, 4), nn.MaxPool2d(2, padding=1), nn.LayerNorm(3, bias=False), nn.BatchNorm1d(3, affine=False), nn.PReLU(),
        nn.MultiheadAttention(4, 2), nn.Embedding(4, 2, padding_idx=0), nn.Flatten(0), nn.AdaptiveAvgPool2d(1),
        nn.MultiheadAttention(4, 2, batch_first=True, add_zero_attn=True), nn.utils.spectral_norm(nn.Linear(3, 2)),
        nn.MultiheadAttention(4, 2, batch_first=True, add_bias_kv=True),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(0)), nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten()),
        doubled(nn.Linear)(3, 2), doubled(nn.Sequential)(nn.Linear(3, 2)),
    ]:  # fmt: skip
        with pytest.raises(
            TypeError, match="from_torch expects layers with a counterpart in nnbook, but got"
        ):
            from_torch(network)


def doubled(kind):
    """A class of somebody's own, of the same name, that says twice what its base says."""
    return type(kind.__name__, (kind,), {"forward": lambda self, x: 2 * kind.forward(self, x)})


def test_refuses_numbers_that_numpy_does_not_have():
    torch = oracle.require_torch()
    with pytest.raises(TypeError) as raised:
        from_torch(torch.nn.Linear(3, 2).bfloat16())
    assert str(raised.value) == (
        "from_torch expects weights in float16, float32 or float64, but got bfloat16 in Linear(in_features=3, "
        "out_features=2, bias=True). NumPy has no such numbers: convert the network by network.float()."
    )


def test_refuses_what_is_no_model():
    with pytest.raises(TypeError) as raised:
        to_torch(np.ones(3))
    assert str(raised.value) == "to_torch expects a Module, but got float64 array of shape (3,)."
    oracle.require_torch()
    with pytest.raises(TypeError) as raised:
        from_torch(nnbook.Linear(2, 3, rng=0))
    assert str(raised.value) == "from_torch expects a torch.nn.Module, but got the Linear Linear(2, 3)."


def test_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError) as raised:
        to_torch(nnbook.Linear(2, 3, rng=0))
    assert str(raised.value) == "to_torch needs the package torch, which is not installed. See pytorch.org."
