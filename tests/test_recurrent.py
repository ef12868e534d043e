import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook import recurrent
from nnbook.recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

RNG = np.random.default_rng(0)
N, T, D, H = 3, 5, 4, 2
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
KINDS = [("rnn", {}), ("rnn", {"nonlinearity": "relu"}), ("lstm", {}), ("gru", {})]
LAYERS = {"rnn": (RNNCell, RNN), "lstm": (LSTMCell, LSTM), "gru": (GRUCell, GRU)}
MASK = np.array([[1, 1, 0, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 1]], bool)
kinds = pytest.mark.parametrize(("kind", "options"), KINDS)
kind_only = pytest.mark.parametrize("kind", GATES)


def pair(kind, what=""):
    return getattr(recurrent, kind + what), getattr(recurrent, f"{kind}{what}_backward")


def weights(kind, rng=RNG):
    names = ("bias_ih", "bias_hh") if kind == "gru" else ("bias",)
    width = GATES[kind] * H
    shapes = {"weight_ih": (D, width), "weight_hh": (H, width), **dict.fromkeys(names, (width,))}
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def states(kind, suffix="0", rng=RNG, n=N):
    names = ("h", "c") if kind == "lstm" else ("h",)
    return {name + suffix: rng.standard_normal((n, H)) for name in names}


def step_arguments(kind):
    return {"x": RNG.standard_normal((N, D)), **states(kind, ""), **weights(kind)}


def arguments(kind):
    return {"x": RNG.standard_normal((N, T, D)), **states(kind), **weights(kind)}


def filled(layer, rng=RNG):
    """The layer with parameters all drawn at random, biases too."""
    for parameter in layer.parameters():
        parameter.data = rng.standard_normal(parameter.shape)
    return layer


def as_state(kind, arrays):
    """What a layer takes as its state: a pair for an LSTM, else one array."""
    arrays = tuple(arrays)
    return arrays if kind == "lstm" else arrays[0]


def flat(kind, state):
    return tuple(state) if kind == "lstm" else (state,)


def sigma(z):
    return 1 / (1 + math.exp(-z))


def textbook_step(kind, x, state, w, nonlinearity="tanh"):
    """One example x (D,), its state (H,) or two of them; number by number, from the equations."""
    h = state[0]

    def product(name, values, unit, gate):
        return sum(v * w[name][j, gate * H + unit] for j, v in enumerate(values))

    def z(unit, gate):
        bias = w["bias"] if "bias" in w else w["bias_ih"] + w["bias_hh"]
        return (
            product("weight_ih", x, unit, gate) + product("weight_hh", h, unit, gate) + bias[gate * H + unit]
        )

    new_h, new_c = [], []
    for u in range(H):
        if kind == "rnn":
            new_h.append(max(z(u, 0), 0) if nonlinearity == "relu" else math.tanh(z(u, 0)))
        elif kind == "lstm":
            i, f, g, o = sigma(z(u, 0)), sigma(z(u, 1)), math.tanh(z(u, 2)), sigma(z(u, 3))
            new_c.append(f * state[1][u] + i * g)
            new_h.append(o * math.tanh(new_c[-1]))
        else:
            r, keep = sigma(z(u, 0)), sigma(z(u, 1))
            from_x = product("weight_ih", x, u, 2) + w["bias_ih"][2 * H + u]
            from_h = product("weight_hh", h, u, 2) + w["bias_hh"][2 * H + u]
            n = math.tanh(from_x + r * from_h)
            new_h.append((1 - keep) * n + keep * h[u])
    return (new_h, new_c) if kind == "lstm" else (new_h,)


def textbook(kind, x, initial, w, reverse=False, mask=None, **options):
    """Every example and step in turn -> y (N, T, H) and the final states."""
    y, final = np.empty((*x.shape[:2], H)), []
    for n in range(len(x)):
        state = tuple(s[n] for s in initial)
        for t in reversed(range(x.shape[1])) if reverse else range(x.shape[1]):
            if mask is None or mask[n, t]:
                state = textbook_step(kind, x[n, t], state, w, **options)
            y[n, t] = state[0]
        final.append(state)
    return y, *(np.array(part) for part in zip(*final, strict=True))


# -- rung 1: central differences --------------------------------------------------------------------------------------


@rung(1, "rnn_cell", "lstm_cell", "gru_cell")
@kinds
def test_step_gradients_numerically(kind, options):
    check_numerically(*pair(kind, "_cell"), **step_arguments(kind), **options)


@rung(1, "rnn", "lstm", "gru")
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "masked"])
@kinds
def test_sequence_gradients_numerically(kind, options, mask, reverse):
    check_numerically(*pair(kind), **arguments(kind), **options, mask=mask, reverse=reverse)


@rung(1, "RNNCell", "LSTMCell", "GRUCell")
@pytest.mark.parametrize("given", [True, False])
@kinds
def test_cell_gradients_numerically(kind, options, given):
    cell = filled(LAYERS[kind][0](D, H, **options))
    inputs = [RNG.standard_normal((N, D))]
    if given:
        inputs.append(as_state(kind, states(kind).values()))
    check = nnbook.check_gradients(cell, *inputs)
    assert check.ok, check
    assert set(check) >= ({"x0", "x1"} if given else {"x"}) | {"weight_ih", "weight_hh"}


@rung(1, "RNN", "LSTM", "GRU")
@pytest.mark.parametrize("way", [{}, {"reverse": True}, {"bidirectional": True}], ids=str)
@kinds
def test_layer_gradients_numerically(kind, options, way):
    layer = filled(LAYERS[kind][1](D, H, **options, **way))
    x = RNG.standard_normal((N, T, D))
    shape = (2, N, H) if way.get("bidirectional") else (N, H)
    initial = as_state(kind, (RNG.standard_normal(shape) for _ in range(2)))
    for inputs in ((x,), (x, initial), (x, None, MASK), (x, initial, MASK)):
        check = nnbook.check_gradients(layer, *inputs)
        assert check.ok, check
        assert len(check) == len(layer.parameters()) + (1 if len(inputs) == 1 or inputs[1] is None else 2)


# -- rung 2: the textbook ---------------------------------------------------------------------------------------------


@rung(2, "rnn_cell", "lstm_cell", "gru_cell", "RNNCell", "LSTMCell", "GRUCell")
@kinds
def test_a_step_is_the_textbooks(kind, options):
    args = step_arguments(kind)
    w = {name: value for name, value in args.items() if name not in ("x", "h", "c")}
    initial = [args[name] for name in ("h", "c") if name in args]
    expected = [textbook_step(kind, args["x"][n], [s[n] for s in initial], w, **options) for n in range(N)]
    expected = [np.array(part) for part in zip(*expected, strict=True)]
    f, _ = pair(kind, "_cell")
    result = f(**args, **options)
    got = result if kind == "rnn" else result[0]
    cell = LAYERS[kind][0](D, H, dtype=np.float64, **options)
    for name, value in w.items():
        getattr(cell, name).data = value
    layer_got = cell(args["x"], as_state(kind, initial))
    for mine, layers, theirs in zip(flat(kind, got), flat(kind, layer_got), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
        np.testing.assert_allclose(layers, theirs, rtol=1e-12)


@rung(2, "rnn", "lstm", "gru", "RNN", "LSTM", "GRU")
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "masked"])
@kinds
def test_a_sequence_is_the_textbooks(kind, options, mask, reverse):
    args = arguments(kind)
    initial = [args[name] for name in ("h0", "c0") if name in args]
    w = {name: value for name, value in args.items() if name not in ("x", "h0", "c0")}
    expected = textbook(kind, args["x"], initial, w, reverse, mask, **options)
    got, _ = pair(kind)[0](**args, **options, reverse=reverse, mask=mask)
    layer = LAYERS[kind][1](D, H, dtype=np.float64, reverse=reverse, **options)
    for name, value in w.items():
        getattr(layer, name).data = value
    y, last = layer(args["x"], as_state(kind, initial), mask)
    for mine, layers, theirs in zip(got, (y, *flat(kind, last)), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
        np.testing.assert_allclose(layers, theirs, rtol=1e-12)


@rung(2, "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "masked"])
@kinds
def test_a_cell_called_for_each_step_and_undone_newest_first_is_the_layer(kind, options, mask):
    cell = filled(LAYERS[kind][0](D, H, dtype=np.float64, **options))
    layer = LAYERS[kind][1](D, H, dtype=np.float64, **options)
    for mine, its in zip(layer.parameters(), cell.parameters(), strict=True):
        mine.data = its.data
    x, initial = RNG.standard_normal((N, T, D)), tuple(states(kind).values())
    dy, d_last = RNG.standard_normal((N, T, H)), tuple(states(kind).values())
    y, last = layer(x, as_state(kind, initial), mask)
    dx, d_initial = layer.backward(dy, as_state(kind, d_last))

    real = np.ones((N, T, 1), bool) if mask is None else mask[:, :, np.newaxis]
    state = initial
    for t in range(T):
        new = flat(kind, cell(x[:, t], as_state(kind, state)))
        state = tuple(np.where(real[:, t], *both) for both in zip(new, state, strict=True))
        np.testing.assert_allclose(y[:, t], state[0], rtol=1e-12)
    d = d_last
    for t in reversed(range(T)):
        d = (d[0] + dy[:, t], *d[1:])
        d_x, d_old = cell.backward(*(np.where(real[:, t], part, 0) for part in d))
        np.testing.assert_allclose(dx[:, t], d_x, rtol=1e-9, atol=1e-12)
        d = tuple(old + np.where(real[:, t], 0, part) for old, part in zip(flat(kind, d_old), d, strict=True))
    for mine, theirs in zip((*flat(kind, last), *flat(kind, d_initial)), (*state, *d), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
    for mine, its in zip(layer.parameters(), cell.parameters(), strict=True):
        np.testing.assert_allclose(mine.grad, its.grad, rtol=1e-9, atol=1e-12)


# -- rung 3: PyTorch --------------------------------------------------------------------------------------------------


@rung(3, "rnn_cell")
@pytest.mark.parametrize("case", oracle.cases("recurrent", "rnn_cell"))
def test_rnn_cell_as_pytorch(case):
    check_against_torch(*pair("rnn", "_cell"), case())


@rung(3, "lstm_cell")
@pytest.mark.parametrize("case", oracle.cases("recurrent", "lstm_cell"))
def test_lstm_cell_as_pytorch(case):
    check_against_torch(*pair("lstm", "_cell"), case())


@rung(3, "gru_cell")
@pytest.mark.parametrize("case", oracle.cases("recurrent", "gru_cell"))
def test_gru_cell_as_pytorch(case):
    check_against_torch(*pair("gru", "_cell"), case())


@rung(3, "rnn")
@pytest.mark.parametrize("case", oracle.cases("recurrent", "rnn_sequence"))
def test_rnn_as_pytorch(case):
    check_against_torch(*pair("rnn"), case())


@rung(3, "lstm")
@pytest.mark.parametrize("case", oracle.cases("recurrent", "lstm_sequence"))
def test_lstm_as_pytorch(case):
    check_against_torch(*pair("lstm"), case())


@rung(3, "gru")
@pytest.mark.parametrize("case", oracle.cases("recurrent", "gru_sequence"))
def test_gru_as_pytorch(case):
    check_against_torch(*pair("gru"), case())


def check_layer(kind, layer, case, tolerance):
    for name, parameter in layer.named_parameters():
        parameter.data = case[name]
    cell = "x" in case and case["x"].ndim == 2
    names = [name for name in ("h", "c", "h0", "c0") if name in case]
    y = [case[f"y.{i}"] for i in range(sum(name.startswith("y.") for name in case))] or [case["y"]]
    dy = [case[f"dy.{i}"] for i in range(sum(name.startswith("dy.") for name in case))] or [case["dy"]]
    initial = as_state(kind, (case[name] for name in names))
    if cell:
        out = flat(kind, layer(case["x"], initial))
        back = layer.backward(*dy)
    else:
        first, last = layer(case["x"], initial, case.get("mask"))
        out = (first, *flat(kind, last))
        back = layer.backward(dy[0], as_state(kind, dy[1:]))
    for mine, theirs in zip(out, y, strict=True):
        assert mine.dtype == layer.weight_ih.data.dtype
        np.testing.assert_allclose(mine, theirs, **tolerance)
    for mine, name in zip((back[0], *flat(kind, back[1])), ("x", *names), strict=True):
        assert mine.dtype == layer.weight_ih.data.dtype
        np.testing.assert_allclose(mine, case["d_" + name], **tolerance, err_msg=name)
    for name, parameter in layer.named_parameters():
        np.testing.assert_allclose(parameter.grad, case["d_" + name], **tolerance, err_msg=name)


@rung(3, "RNNCell", "LSTMCell", "GRUCell", "RNN", "LSTM", "GRU")
@pytest.mark.parametrize("case", oracle.cases("recurrent"))
def test_layers_as_pytorch(case, request):
    name = request.node.callspec.id
    kind = name.split("_")[0]
    case = case()
    options = {"bidirectional": True} if "two_way" in name else {}
    for dtype, tolerance in (
        (np.float64, {"rtol": 1e-10, "atol": 1e-10}),
        (np.float32, {"rtol": 1.3e-6, "atol": 1e-5}),
    ):
        layer = LAYERS[kind]["_cell" not in name](D, H, dtype=dtype, **options, **case["options"])
        check_layer(kind, layer, case, tolerance)


# -- rung 4: invariants -----------------------------------------------------------------------------------------------


@rung(4, "rnn_cell", "lstm_cell", "gru_cell", "RNNCell", "LSTMCell", "GRUCell")
@given(rows=st.integers(2, 7), cut=st.integers(1, 6), seed=st.integers(0, 99), which=st.sampled_from(KINDS))
def test_a_batch_split_in_two_steps_the_same(rows, cut, seed, which):
    kind, options = which
    rng, cut = np.random.default_rng(seed), min(cut, rows - 1)
    whole = filled(LAYERS[kind][0](D, H, dtype=np.float64, **options), rng)
    halves = whole.copy()
    x, initial = rng.standard_normal((rows, D)), tuple(states(kind, rng=rng, n=rows).values())
    d = tuple(states(kind, rng=rng, n=rows).values())
    y = flat(kind, whole(x, as_state(kind, initial)))
    dx, d_initial = whole.backward(*d)
    for part in (slice(cut), slice(cut, None)):
        for mine, all_of_it in zip(
            flat(kind, halves(x[part], as_state(kind, (s[part] for s in initial)))), y, strict=True
        ):
            np.testing.assert_allclose(mine, all_of_it[part], rtol=1e-10)
        mine, d_state = halves.backward(*(each[part] for each in d))
        np.testing.assert_allclose(mine, dx[part], rtol=1e-9, atol=1e-12)
        for a, b in zip(flat(kind, d_state), flat(kind, d_initial), strict=True):
            np.testing.assert_allclose(a, b[part], rtol=1e-9, atol=1e-12)
    for a, b in zip(halves.parameters(), whole.parameters(), strict=True):
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-9, atol=1e-12)


@rung(4, "rnn", "lstm", "gru", "RNN", "LSTM", "GRU")
@given(
    n=st.integers(1, 4),
    steps=st.integers(2, 6),
    cut=st.integers(1, 5),
    seed=st.integers(0, 99),
    which=st.sampled_from(KINDS),
)
def test_a_sequence_cut_in_two_goes_on_from_its_state(n, steps, cut, seed, which):
    kind, options = which
    rng, cut = np.random.default_rng(seed), min(cut, steps - 1)
    whole = filled(LAYERS[kind][1](D, H, dtype=np.float64, **options), rng)
    parts = whole.copy()
    x, initial = rng.standard_normal((n, steps, D)), as_state(kind, states(kind, rng=rng, n=n).values())
    dy, d_last = rng.standard_normal((n, steps, H)), as_state(kind, states(kind, rng=rng, n=n).values())
    y, last = whole(x, initial)
    dx, d_initial = whole.backward(dy, d_last)
    first, between = parts(x[:, :cut], initial)
    second, end = parts(x[:, cut:], between)
    d_second, d_between = parts.backward(dy[:, cut:], d_last)
    d_first, d_begin = parts.backward(dy[:, :cut], d_between)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), y, rtol=1e-9)
    np.testing.assert_allclose(np.concatenate([d_first, d_second], axis=1), dx, rtol=1e-8, atol=1e-12)
    for a, b in zip(
        (*flat(kind, end), *flat(kind, d_begin)), (*flat(kind, last), *flat(kind, d_initial)), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-12)
    for a, b in zip(parts.parameters(), whole.parameters(), strict=True):
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-8, atol=1e-11)


@rung(4, "rnn", "lstm", "gru")
@kinds
def test_reading_backwards_is_reading_the_reversed_sequence(kind, options):
    f, f_backward = pair(kind)
    args = arguments(kind)
    turned = {**args, "x": args["x"][:, ::-1]}
    (y, *last), saved = f(**args, reverse=True, mask=MASK, **options)
    (y_turned, *last_turned), saved_turned = f(**turned, mask=MASK[:, ::-1], **options)
    np.testing.assert_array_equal(y, y_turned[:, ::-1])
    for a, b in zip(last, last_turned, strict=True):
        np.testing.assert_array_equal(a, b)
    dy, d_last = RNG.standard_normal(y.shape), states(kind).values()
    w = (args["weight_ih"], args["weight_hh"])
    got = f_backward((dy, *d_last), *w, saved, reverse=True, mask=MASK, **options)
    expected = f_backward((dy[:, ::-1], *d_last), *w, saved_turned, mask=MASK[:, ::-1], **options)
    np.testing.assert_array_equal(got[0], expected[0][:, ::-1])
    for a, b in zip(got[1:], expected[1:], strict=True):
        np.testing.assert_array_equal(a, b)


@rung(4, "RNN", "LSTM", "GRU")
@kinds
def test_padding_has_no_influence(kind, options):
    layer = filled(LAYERS[kind][1](D, H, dtype=np.float64, bidirectional=True, **options))
    short = RNG.standard_normal((1, 3, D))
    padded = np.concatenate([short, 100 * RNG.standard_normal((1, 2, D))], axis=1)
    y, last = layer(short)
    dy, d_last = RNG.standard_normal(y.shape), as_state(kind, RNG.standard_normal((2, 2, 1, H)))
    dx = layer.backward(dy, d_last)
    grads = [parameter.grad.copy() for parameter in layer.parameters()]
    layer.zero_grad()
    y_padded, last_padded = layer(padded, mask=np.arange(5)[np.newaxis] < 3)
    np.testing.assert_allclose(y_padded[:, :3], y, rtol=1e-12)
    for a, b in zip(flat(kind, last_padded), flat(kind, last), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    dx_padded = layer.backward(np.concatenate([dy, np.zeros((1, 2, 2 * H))], axis=1), d_last)
    np.testing.assert_allclose(dx_padded[:, :3], dx, rtol=1e-10, atol=1e-13)
    assert not dx_padded[:, 3:].any()
    for parameter, grad in zip(layer.parameters(), grads, strict=True):
        np.testing.assert_allclose(parameter.grad, grad, rtol=1e-10, atol=1e-12)


@rung(4, "RNN", "LSTM", "GRU")
@kinds
def test_two_directions_are_two_layers(kind, options):
    both = filled(LAYERS[kind][1](D, H, dtype=np.float64, bidirectional=True, **options))
    there = LAYERS[kind][1](D, H, dtype=np.float64, **options)
    back = LAYERS[kind][1](D, H, dtype=np.float64, reverse=True, **options)
    for name, parameter in there.named_parameters():
        parameter.data = getattr(both, name).data
    for name, parameter in back.named_parameters():
        parameter.data = getattr(both, name + "_reverse").data
    x = RNG.standard_normal((N, T, D))
    y, last = both(x)
    dy, d_last = RNG.standard_normal((N, T, 2 * H)), as_state(kind, RNG.standard_normal((2, 2, N, H)))
    dx = both.backward(dy, d_last)
    one, two = there(x), back(x)
    np.testing.assert_array_equal(y, np.concatenate([one[0], two[0]], axis=2))
    for a, b, c in zip(*(flat(kind, each) for each in (last, one[1], two[1])), strict=True):
        np.testing.assert_array_equal(a, np.stack([b, c]))
    d_one = there.backward(dy[:, :, :H], as_state(kind, (d[0] for d in flat(kind, d_last))))
    d_two = back.backward(dy[:, :, H:], as_state(kind, (d[1] for d in flat(kind, d_last))))
    np.testing.assert_allclose(dx, d_one + d_two, rtol=1e-12)


# -- rung 5: hostile input --------------------------------------------------------------------------------------------


@rung(5, "rnn_cell", "lstm_cell", "gru_cell", "RNNCell", "LSTMCell", "GRUCell")
@kinds
def test_strange_memory_and_sizes_in_a_step(kind, options):
    args = step_arguments(kind)
    check_hostile(*pair(kind, "_cell"), **args, **options)
    cell = LAYERS[kind][0](D, H, rng=0, **options)
    for x in (np.zeros((0, D)), np.full((1, D), 1e4), np.full((1, D), -1e4)):
        y = flat(kind, cell(x))
        assert all(part.shape == (len(x), H) and np.isfinite(part).all() for part in y)
        assert cell.backward(*y).shape == x.shape
    smallest = LAYERS[kind][0](1, 1, rng=0, **options)
    assert flat(kind, smallest(np.ones((1, 1))))[0].shape == (1, 1)


@rung(5, "rnn", "lstm", "gru", "RNN", "LSTM", "GRU")
@kinds
def test_strange_memory_and_sizes_in_a_sequence(kind, options):
    for mask in (None, MASK):
        check_hostile(*pair(kind), **arguments(kind), **options, mask=mask, reverse=True)
    layer = LAYERS[kind][1](D, H, rng=0, bidirectional=True, **options)
    for x in (np.zeros((0, T, D)), np.full((1, 1, D), 1e4), np.full((2, 3, D), -1e4)):
        y, last = layer(x, mask=np.zeros(x.shape[:2], bool))
        assert not y.any()  # all padding: the initial state, zero, is carried on
        y, last = layer(x)
        assert y.shape == (*x.shape[:2], 2 * H)
        assert all(part.shape == (2, len(x), H) and np.isfinite(part).all() for part in flat(kind, last))
        assert layer.backward(y, last).shape == x.shape
    smallest = LAYERS[kind][1](1, 1, rng=0, **options)
    assert smallest(np.ones((1, 1, 1)))[0].shape == (1, 1, 1)


@rung(5, "rnn", "lstm", "gru")
@kinds
def test_backward_changes_nothing_that_it_is_given(kind, options):
    f, f_backward = pair(kind)
    args = arguments(kind)
    y, saved = f(**args, **options)
    dy = tuple(RNG.standard_normal(part.shape) for part in y)
    before = [array.copy() for array in (*saved, *dy)]
    first = f_backward(dy, args["weight_ih"], args["weight_hh"], saved, **options)
    for array, kept in zip((*saved, *dy), before, strict=True):
        np.testing.assert_array_equal(array, kept)
    again = f_backward(dy, args["weight_ih"], args["weight_hh"], saved, **options)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)


@kind_only
def test_follows_numpys_promotion(kind):
    args = arguments(kind)
    mixed = {name: value.astype(np.float32) if name == "x" else value for name, value in args.items()}
    single = {name: value.astype(np.float32) for name, value in args.items()}
    assert {part.dtype for part in pair(kind)[0](**mixed)[0]} == {np.dtype(np.float64)}
    assert {part.dtype for part in pair(kind)[0](**single)[0]} == {np.dtype(np.float32)}


# -- how the layers behave --------------------------------------------------------------------------------------------


@kind_only
def test_skips_the_gradient_that_nobody_asks_for(kind):
    layer = LAYERS[kind][1](D, H, rng=0)
    layer.input_grad = False
    y, _ = layer(RNG.standard_normal((N, T, D)))
    assert layer.backward(np.ones_like(y), None) is None
    assert all(parameter.grad.any() for parameter in layer.parameters())


@kind_only
def test_no_gradient_of_the_last_state_means_zeros(kind):
    layer = LAYERS[kind][1](D, H, rng=0)
    x = RNG.standard_normal((N, T, D))
    y, last = layer(x)
    expected = layer.backward(y, as_state(kind, (np.zeros_like(part) for part in flat(kind, last))))
    layer(x)
    np.testing.assert_array_equal(layer.backward(y, None), expected)


@kind_only
def test_begins_as_pytorch_does(kind):
    layer = LAYERS[kind][1](40, 25, bidirectional=True, rng=0)
    names = [name for name, _ in layer.named_parameters()]
    assert names[: len(names) // 2] == [name.removesuffix("_reverse") for name in names[len(names) // 2 :]]
    for name, parameter in layer.named_parameters():
        assert parameter.data.dtype == np.float32
        if name.startswith("bias"):
            assert not parameter.data.any()
        else:
            assert 0.19 < abs(parameter.data).max() <= 0.2  # 1 / √25
            assert abs(parameter.data.mean()) < 0.02
    assert not np.array_equal(layer.weight_hh.data, layer.weight_hh_reverse.data)
    assert not np.array_equal(layer.weight_ih.data[:25], layer.weight_hh.data)


@kind_only
def test_is_built_again_from_its_config(kind):
    for layer in (
        LAYERS[kind][0](D, H, dtype=np.float64),
        LAYERS[kind][1](D, H, bidirectional=True),
        LAYERS[kind][1](D, H, reverse=True),
    ):
        again = type(layer).from_config(layer.config())
        assert again.config() == layer.config()
        assert [(n, p.shape, p.data.dtype) for n, p in again.named_parameters()] == [
            (n, p.shape, p.data.dtype) for n, p in layer.named_parameters()
        ]
    assert repr(LAYERS[kind][1](D, H, reverse=True)) == f"{kind.upper()}(4, 2, reverse=True)"


@kind_only
def test_predicts_in_batches(kind):
    x = RNG.standard_normal((7, T, D))
    for options in ({}, {"bidirectional": True}):
        layer = LAYERS[kind][1](D, H, rng=0, **options)
        y, last = layer(x)
        y_batches, last_batches = layer.predict(x, batch_size=3)
        np.testing.assert_allclose(y_batches, y, rtol=1e-6)
        for a, b in zip(flat(kind, last_batches), flat(kind, last), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_an_identity_initialised_relu_rnn_adds_up():
    layer = RNN(1, 1, nonlinearity="relu")
    layer.weight_hh.data, layer.weight_ih.data = np.eye(1), np.ones((1, 1))
    y, _ = layer(np.array([[[1.0], [2.0], [3.0]]]))
    np.testing.assert_array_equal(y.ravel(), [1, 3, 6])


# -- bad input --------------------------------------------------------------------------------------------------------

X = np.zeros((3, 5, 4))
REFUSED = [
    (
        RNN(4, 2),
        (np.zeros((5, 4)),),
        ValueError,
        "RNN(4, 2) expects x of shape (N, T, 4), sequences of T steps, but got shape (5, 4). One sequence alone is a batch of "
        "one: x[np.newaxis].",
    ),
    (
        GRU(1, 2),
        (np.zeros((3, 5)),),
        ValueError,
        "GRU(1, 2) expects x of shape (N, T, 1), sequences of T steps, but got shape (3, 5). One number at each step makes a "
        "last axis of one: x[:, :, np.newaxis].",
    ),
    (
        LSTM(4, 2),
        (np.zeros((3, 4, 5)),),
        ValueError,
        "LSTM(4, 2) expects x of shape (N, T, 4), sequences of T steps, but got shape (3, 4, 5). It looks like (N, features, "
        "T): x.transpose(0, 2, 1).",
    ),
    (
        GRU(4, 2),
        (np.zeros((3, 5, 6)),),
        ValueError,
        "GRU(4, 2) expects x of shape (N, T, 4), sequences of T steps, but got shape (3, 5, 6). Its last axis should hold the "
        "4 features of one step.",
    ),
    (
        RNN(4, 2, nonlinearity="relu"),
        (np.zeros((3, 0, 4)),),
        ValueError,
        "RNN(4, 2, nonlinearity='relu') expects x of shape (N, T, 4), sequences of T steps, but got shape (3, 0, 4). A "
        "sequence has one step or more.",
    ),
    (
        GRU(4, 2),
        (np.zeros((3, 5, 4), int),),
        TypeError,
        "GRU(4, 2) expects floating numbers in x, but got int64 array of shape (3, 5, 4). Convert it first: "
        "x.astype(np.float32).",
    ),
    (
        GRU(4, 2),
        (X, np.zeros((2, 2))),
        ValueError,
        "GRU(4, 2) expects h0 of shape (3, 2) = (N, hidden_size), but got shape (2, 2). Give it one state per example, or None "
        "to begin with zeros.",
    ),
    (
        LSTM(4, 2, bidirectional=True),
        (X, (np.zeros((2, 3, 2)), np.zeros((3, 2)))),
        ValueError,
        "LSTM(4, 2, bidirectional=True) expects c0 of shape (2, 3, 2) = (2, N, hidden_size), but got shape (3, 2). Give it one "
        "state per example, or None to begin with zeros.",
    ),
    (
        LSTM(4, 2),
        (X, np.zeros((3, 2))),
        TypeError,
        "LSTM(4, 2) expects state to be a pair (h0, c0), but got float64 array of shape (3, 2). Give it both, or None.",
    ),
    (
        LSTM(4, 2),
        (X, (np.zeros((3, 2)),)),
        TypeError,
        "LSTM(4, 2) expects state to be a pair (h0, c0), but got a tuple of 1. Give it both, or None.",
    ),
    (
        RNN(4, 2),
        (X, np.zeros((3, 2), int)),
        TypeError,
        "RNN(4, 2) expects floating numbers in h0, but got int64 array of shape (3, 2). Convert it first: "
        "h0.astype(np.float32).",
    ),
    (
        RNN(4, 2),
        (X, None, np.ones((3, 4), bool)),
        ValueError,
        "RNN(4, 2) expects mask of shape (3, 5) = (N, T), but got shape (3, 4).",
    ),
    (
        LSTM(4, 2),
        (X, None, np.ones((3, 5))),
        TypeError,
        "LSTM(4, 2) expects mask to hold booleans, True for what is real, but got float64 array of shape (3, 5). Compare: "
        "mask = indices != padding; or mask.astype(bool) if 1 means real.",
    ),
    (
        RNNCell(4, 2),
        (X,),
        ValueError,
        "RNNCell(4, 2) expects x of shape (N, 4), but got shape (3, 5, 4). A cell takes one step at a time, x[:, t]; "
        "nnbook.RNN takes whole sequences.",
    ),
    (
        GRUCell(4, 2),
        (np.zeros((3, 5)),),
        ValueError,
        "GRUCell(4, 2) expects x of shape (N, 4), but got shape (3, 5). A cell reads the 4 features of one step of each "
        "example.",
    ),
    (
        LSTMCell(4, 2),
        (np.zeros((3, 4)), np.zeros((3, 2))),
        TypeError,
        "LSTMCell(4, 2) expects state to be a pair (h, c), but got float64 array of shape (3, 2). Give it both, or None.",
    ),
    (
        GRUCell(4, 2),
        (np.zeros((3, 4)), np.zeros((3, 4))),
        ValueError,
        "GRUCell(4, 2) expects h of shape (3, 2) = (N, hidden_size), but got shape (3, 4). Give it one state per example, or "
        "None to begin with zeros.",
    ),
]


@pytest.mark.parametrize(("layer", "inputs", "error", "message"), REFUSED)
def test_refuses(layer, inputs, error, message):
    before = [parameter.data.copy() for parameter in layer.parameters()]
    with pytest.raises(error) as raised:
        layer(*inputs)
    assert str(raised.value) == message
    assert layer._contexts is None
    for parameter, data in zip(layer.parameters(), before, strict=True):
        np.testing.assert_array_equal(parameter.data, data)
        assert not parameter.grad.any()


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: RNN(0, 2),
            ValueError,
            "RNN expects a whole number input_size of at least 1, but got input_size=0.",
        ),
        (
            lambda: GRUCell(4, 2.0),
            TypeError,
            "GRUCell expects a whole number hidden_size of at least 1, but got the float 2.0.",
        ),
        (
            lambda: RNN(4, 2, nonlinearity="Relu"),
            ValueError,
            "RNN expects nonlinearity to be one of 'tanh', 'relu', but got 'Relu'. Did you mean 'relu'?",
        ),
        (
            lambda: RNNCell(4, 2, nonlinearity=None),
            TypeError,
            "RNNCell expects nonlinearity to be one of 'tanh', 'relu', but got None.",
        ),
        (
            lambda: LSTM(4, 2, bidirectional=True, reverse=True),
            ValueError,
            "LSTM expects bidirectional or reverse, not both, but got bidirectional=True, reverse=True. A bidirectional layer "
            "reads backwards too; set reverse=False.",
        ),
        (
            lambda: recurrent.rnn(X, np.zeros((3, 2)), *weights("rnn").values(), nonlinearity="sigmoid"),
            ValueError,
            "rnn expects nonlinearity to be one of 'tanh', 'relu', but got 'sigmoid'.",
        ),
    ],
)
def test_refuses_to_be_built(build, error, message):
    with pytest.raises(error) as raised:
        build()
    assert str(raised.value) == message


def test_refuses_gradients_that_do_not_fit():
    layer = GRU(4, 2, rng=0)
    layer(X)
    with pytest.raises(TypeError) as raised:
        layer.backward(np.zeros((3, 5, 2)))
    assert str(raised.value) == "GRU(4, 2).backward expects 2 gradient(s), one per output, but got 1."
    assert layer._contexts is None
    assert not layer.weight_hh.grad.any()


@pytest.mark.parametrize(("bidirectional", "batches"), [(False, 3), (True, 1)])
def test_predict_takes_batches_where_the_states_allow_it(bidirectional, batches, monkeypatch):
    layer = nnbook.GRU(2, 3, bidirectional=bidirectional, rng=0)
    seen, forward = [], nnbook.GRU.forward
    monkeypatch.setattr(
        nnbook.GRU, "forward", lambda self, x, *rest: seen.append(len(x)) or forward(self, x, *rest)
    )
    layer.predict(np.ones((5, 4, 2), dtype=np.float32), batch_size=2)
    assert len(seen) == batches
