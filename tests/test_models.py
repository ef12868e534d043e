import numpy as np
import pytest

import nnbook
from nnbook import models
from nnbook.models import CharRNN, EncoderDecoder, char_rnn, lenet, mlp, summary
from tests import oracle
from tests.ladder import rung

RNG = np.random.default_rng(0)
SOURCE, TARGET = RNG.integers(0, 9, (3, 7)), RNG.integers(0, 6, (3, 4))
MASK = np.arange(7) < np.array([[7], [4], [2]])


def names(model):
    return [type(layer).__name__ for layer in model]


# -- mlp and lenet


def test_an_mlp_is_what_one_would_write():
    assert names(mlp(64, 128, 10, rng=0)) == ["Linear", "ReLU", "Linear"]
    assert names(mlp(4, 3, 2, activation="tanh", dropout=0.1, rng=0)) == [
        "Linear",
        "Tanh",
        "Dropout",
        "Linear",
    ]
    assert names(mlp(4, 2, rng=0)) == ["Linear"]
    model = mlp(784, 1000, 10, rng=0)
    assert sum(p.size for p in model.parameters()) == 795_010
    assert not np.array_equal(mlp(4, 4, 4, rng=0)[0].weight.data, mlp(4, 4, 4, rng=0)[2].weight.data)


@pytest.mark.parametrize(
    ("behind", "shape"),
    [
        (mlp(3, 4, 2, rng=0, dtype=np.float64), (5, 3)),
        (lenet((1, 9, 8), 3, channels=(2, 2), kernel_size=2, rng=0, dtype=np.float64), (5, 1, 9, 8)),
    ],
    ids=["mlp", "lenet"],
)
def test_what_stands_before_a_ready_made_network_learns_too(behind, shape):
    x = np.random.default_rng(0).standard_normal(shape)
    first = nnbook.LayerNorm(shape[-1], dtype=np.float64)
    model = nnbook.Sequential(first, behind)
    y = model(x)
    dx = model.backward(np.ones_like(y))
    step = 1e-6
    first.bias.data[0] += step
    change = (model.predict(x).sum() - y.sum()) / step
    assert dx.shape == x.shape
    assert abs(change) > 1e-3
    assert first.bias.grad[0] == pytest.approx(change, rel=1e-4)


def test_every_activation_name_builds_its_layer():
    for name in models._ACTIVATIONS:
        layer = mlp(3, 3, 3, activation=name, rng=0)[1]
        assert type(layer).__name__.lower() == name.replace("_", "")


def test_a_lenet_is_what_one_would_write():
    model = lenet((1, 28, 28), 10, rng=0)
    assert names(model) == ["Conv2d", "ReLU", "MaxPool2d"] * 2 + ["Flatten", "Linear"]
    assert model(RNG.standard_normal((2, 1, 28, 28))).shape == (2, 10)
    small = lenet((1, 8, 8), 10, kernel_size=3, padding="same", batch_norm=True, dropout=0.2, rng=0)
    assert names(small) == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d"] * 2 + [
        "Flatten",
        "Dropout",
        "Linear",
    ]
    assert small.predict(RNG.standard_normal((2, 1, 8, 8))).shape == (2, 10)
    assert all(m.training for m in small.modules())
    np.testing.assert_array_equal(small[1].running_mean.data, 0)  # building it has not moved the statistics


@pytest.mark.parametrize(
    "build",
    [
        lambda: mlp(6, 5, 3, rng=0),
        lambda: lenet((6, 1, 1), 3, channels=(4,), kernel_size=1, padding=1, rng=0),
    ],
)
def test_gradients_of_whole_networks(build):
    model = build()
    for (
        parameter
    ) in model.parameters():  # biases too: padded zeros and a bias of 0 would stand on ReLU's kink
        parameter.data = RNG.standard_normal(parameter.shape)
    x = RNG.standard_normal((4, 6) if isinstance(model[0], nnbook.Linear) else (4, 6, 1, 1))
    check = nnbook.check_gradients(model, x)
    assert check.ok, check


# -- char_rnn


@rung(1, "CharRNN")
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_char_rnn_gradients(cell):
    check = nnbook.check_gradients(CharRNN(9, 5, embedding_dim=3, cell=cell, rng=0), SOURCE)
    assert check.ok, check
    assert len(check) >= 6


@rung(2, "CharRNN")
def test_char_rnn_is_its_parts():
    model = CharRNN(9, 5, embedding_dim=3, rng=0)
    states, _ = model.recurrent.predict(model.embedding.predict(SOURCE))
    np.testing.assert_allclose(
        model.predict(SOURCE), states @ model.head.weight.data + model.head.bias.data, rtol=1e-5
    )


@rung(4, "CharRNN")
def test_char_rnn_sees_only_the_past():
    model = char_rnn(9, 5, rng=0)
    later = SOURCE.copy()
    later[:, 4:] = (later[:, 4:] + 1) % 9
    np.testing.assert_allclose(model.predict(SOURCE)[:, :4], model.predict(later)[:, :4], rtol=1e-5)
    assert not np.allclose(model.predict(SOURCE)[:, 4], model.predict(later)[:, 4])


def test_generating_is_predicting_one_at_a_time():
    model = char_rnn(9, 8, rng=0)
    drawn = model.generate(SOURCE[0], 6, temperature=1e-4, rng=0)
    said = list(SOURCE[0])
    for index in drawn:
        assert index == model.predict(np.array([said]))[0, -1].argmax()
        said.append(index)
    assert all(m.recording for m in model.modules())
    np.testing.assert_array_equal(model.generate([1], 9, rng=3), model.generate([1], 9, rng=3))
    assert len(set(model.generate([1], 300, temperature=50.0, rng=0))) == 9  # so hot that all are drawn
    assert model.generate([1], 0, rng=0).shape == (0,)


# -- encoder and decoder


@rung(1, "EncoderDecoder")
@pytest.mark.parametrize("attention", [True, False])
@pytest.mark.parametrize("mask", [None, MASK])
def test_encoder_decoder_gradients(attention, mask):
    model = EncoderDecoder(9, 6, embedding_dim=3, hidden_size=4, attention=attention, rng=0)
    check = nnbook.check_gradients(model, SOURCE, TARGET, *([] if mask is None else [mask]))
    assert check.ok, check
    assert len(check) == len(list(model.named_parameters()))


@rung(2, "EncoderDecoder")
def test_encoder_decoder_is_its_parts():
    model = EncoderDecoder(9, 6, embedding_dim=3, hidden_size=4, rng=0).eval()
    keys, ends = model.encoder(model.source(SOURCE))
    states, _ = model.decoder(model.target(TARGET), np.concatenate(list(ends), axis=-1))
    y = model(SOURCE, TARGET)
    for n in range(3):
        for t in range(4):
            context = model.attention(states[n : n + 1, t : t + 1], keys[n : n + 1], keys[n : n + 1])
            logits = (
                np.concatenate([states[n, t], context[0, 0]]) @ model.head.weight.data + model.head.bias.data
            )
            np.testing.assert_allclose(y[n, t], logits, rtol=1e-4, atol=1e-6)


@rung(4, "EncoderDecoder")
@pytest.mark.parametrize("attention", [True, False])
def test_padding_changes_nothing(attention):
    model = EncoderDecoder(9, 6, embedding_dim=3, hidden_size=4, attention=attention, rng=0)
    y = model.predict(SOURCE, TARGET, MASK)
    for n, length in enumerate((7, 4, 2)):
        alone = model.predict(SOURCE[n : n + 1, :length], TARGET[n : n + 1])
        np.testing.assert_allclose(y[n], alone[0], rtol=1e-4, atol=1e-6)


def test_translating_is_feeding_back_the_likeliest():
    model = EncoderDecoder(9, 6, embedding_dim=3, hidden_size=4, rng=0)
    written = model.translate(SOURCE, 0, 5, mask=MASK)
    assert written.shape == (3, 5)
    fed = np.concatenate([np.zeros((3, 1), int), written[:, :-1]], axis=1)
    np.testing.assert_array_equal(model.predict(SOURCE, fed, MASK).argmax(axis=-1), written)


def test_attention_is_worth_its_place():
    """Copying a sequence backwards: with attention it is learnt in 150 steps, without it not."""
    rng = np.random.default_rng(0)

    def accuracy(attention):
        model = EncoderDecoder(8, 9, embedding_dim=16, hidden_size=16, attention=attention, rng=1)
        optimizer, loss_fn = nnbook.Adam(model.parameters(), lr=1e-2), nnbook.CrossEntropyLoss()
        for _ in range(150):
            x = rng.integers(0, 8, (64, 8))
            y = x[:, ::-1]
            fed = np.concatenate([np.full((64, 1), 8), y[:, :-1]], axis=1)
            optimizer.zero_grad()
            loss_fn(model(x, fed), y)
            model.backward(loss_fn.backward())
            optimizer.step()
        x = rng.integers(0, 8, (200, 8))
        return np.mean(model.translate(x, 8, 8) == x[:, ::-1])

    assert accuracy(True) > 0.9 > accuracy(False) + 0.2


def _in_float64(model):
    for parameter in model.parameters():
        parameter.move_into(np.empty(parameter.shape), np.empty(parameter.shape))
    return model


def _compare(model, inputs, case, keys):
    """Load the case's weights by their PyTorch names, and compare outputs and every gradient."""
    parameters = dict(_in_float64(model).named_parameters())
    assert set(parameters) == set(keys)
    for name, key in keys.items():
        parameters[name].data = case[key]
    np.testing.assert_allclose(model(*inputs), case["y"], rtol=1e-10, atol=1e-12)
    model.backward(case["dy"])
    for name, key in keys.items():
        np.testing.assert_allclose(
            parameters[name].grad, case["d_" + key], rtol=1e-9, atol=1e-12, err_msg=name
        )


GRU_PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@rung(3, "CharRNN")
@pytest.mark.parametrize("case", oracle.cases("models", "char_rnn"))
def test_char_rnn_as_pytorch(case):
    case = case()
    keys = {"embedding.weight": "embedding", "head.weight": "head_weight", "head.bias": "head_bias"}
    keys |= {f"recurrent.{part}": part for part in GRU_PARTS}
    _compare(CharRNN(9, 5, embedding_dim=3, rng=0), [case["indices"]], case, keys)


@rung(3, "EncoderDecoder")
@pytest.mark.parametrize("case", oracle.cases("models", "encoder_decoder"))
def test_encoder_decoder_as_pytorch(case):
    case = case()
    keys = {
        "source.weight": "source",
        "target.weight": "target",
        "head.weight": "head_weight",
        "head.bias": "head_bias",
    }
    keys |= {f"attention.{name}": name for name in ("weight_query", "weight_key", "weight_score")}
    for part in GRU_PARTS:
        keys |= {f"encoder.{part}": f"forward_{part}", f"encoder.{part}_reverse": f"reverse_{part}"}
        keys |= {f"decoder.{part}": f"decoder_{part}"}
    model = EncoderDecoder(9, 6, embedding_dim=3, hidden_size=4, rng=0)
    _compare(model, [case["read"], case["written"]], case, keys)


@rung(5, "CharRNN", "EncoderDecoder")
def test_strange_memory_and_sizes():
    reader, writer = CharRNN(9, 5, rng=0), EncoderDecoder(9, 6, rng=0)
    source = np.asfortranarray(SOURCE.astype(np.int8))
    source.flags.writeable = False
    np.testing.assert_array_equal(reader.predict(source), reader.predict(SOURCE))
    np.testing.assert_array_equal(
        writer.predict(source, TARGET[:, ::-1]), writer.predict(SOURCE, TARGET[:, ::-1].copy())
    )
    assert reader.predict(SOURCE[:1, :1]).shape == (1, 1, 9)
    assert writer.predict(SOURCE[:1, :1], TARGET[:1, :1]).shape == (1, 1, 6)
    with pytest.raises(IndexError, match="expects indices from 0 to 8, but got"):
        reader(SOURCE + 9)
    assert all(m._contexts is None and m._outputs is None for m in reader.modules())


# -- summary


def test_summary_counts_and_shows():
    model = lenet((1, 28, 28), 10, rng=0)
    found = summary(model, (1, 28, 28))
    assert [row[2] for row in found.rows] == [
        "(N, 8, 24, 24)", "(N, 8, 24, 24)", "(N, 8, 12, 12)", "(N, 16, 8, 8)", "(N, 16, 8, 8)", "(N, 16, 4, 4)", "(N, 256)", "(N, 10)",
    ]  # fmt: skip
    assert [row[3] for row in found.rows] == [208, 0, 0, 3216, 0, 0, 0, 2570]
    assert found.parameters == sum(p.size for p in model.parameters()) == 5994
    model[0].freeze()
    assert "5,994 parameters, 5,786 of them trainable" in repr(summary(model, (1, 28, 28)))
    assert model[0]._outputs is None  # the model itself was left alone


def test_summary_of_sequences_and_several_inputs():
    text = repr(summary(EncoderDecoder(9, 6, rng=0), (7,), (4,), dtype=int))
    assert "(N, 7, 64), (2, N, 32)" in text
    assert "<table>" in summary(char_rnn(9, 5, rng=0), (7,), dtype=int)._repr_html_()


def test_names_in_a_summary_are_escaped():
    class Odd(nnbook.Module):
        def forward(self, x):
            return x

        def __repr__(self):
            return "<script>"

    assert "<script>" not in summary(nnbook.Sequential(Odd()), (3,))._repr_html_()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mlp(3), ValueError, "mlp expects two sizes or more, such as mlp(64, 128, 10), but got mlp(3,)."),
        (lambda: mlp(3, 0), ValueError, "mlp expects a whole number size of at least 1, but got size=0."),
        (lambda: mlp(3, 2, activation="rely"), ValueError, "mlp expects activation to be one of 'relu', 'tanh', 'sigmoid', "
         "'leaky_relu', 'elu', 'gelu', 'silu', 'softplus', 'identity', but got 'rely'. Did you mean 'relu'?"),
        (lambda: mlp(3, 2, dropout=1.0), ValueError, "mlp expects a finite number dropout of at least 0 and below 1, but got "
         "dropout=1.0."),
        (lambda: lenet((28, 28), 10), ValueError, "lenet expects input_shape (C, H, W) and one number of channels or more, but got "
         "input_shape=(28, 28), channels=[8, 16]."),
        (lambda: lenet((1, 28, 28), 0), ValueError, "lenet expects a whole number classes of at least 1, but got classes=0."),
        (lambda: CharRNN(9, cell="gur"), ValueError, "CharRNN expects cell to be one of 'rnn', 'gru', 'lstm', but got 'gur'. Did you mean "
         "'gru'?"),
        (lambda: char_rnn(9, 4, rng=0).generate([], 3), ValueError, "CharRNN.generate expects a prompt of one index or more, but got "
         "float64 array of shape (0,)."),
        (lambda: char_rnn(9, 4, rng=0).generate([1], 3, temperature=0), ValueError, "CharRNN.generate expects a finite number temperature "
         "above 0, but got temperature=0."),
        (lambda: EncoderDecoder(9, 6, rng=0).translate(SOURCE, 0, 0), ValueError, "EncoderDecoder.translate expects a whole number length "
         "of at least 1, but got length=0."),
        (lambda: summary(np.tanh, (3,)), TypeError, "summary expects a Module first, but got the ufunc <ufunc 'tanh'>."),
        (lambda: summary(mlp(3, 2)), ValueError, "summary expects the shape of one example, but got none. Such as summary(model, (1, 28, "
         "28))."),
    ],
)  # fmt: skip
def test_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
