import ast
import gc
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nnbook
import nnbook.functional as arrays
from nnbook import arithmetic, autograd
from nnbook.autograd import Tensor, functional, graph, register
from nnbook.gradients import numerical_gradient, relative_error
from tests import oracle
from tests.ladder import FLOAT32, FLOAT64

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape)


def away_from_zero(*shape):
    return RNG.uniform(0.3, 2, shape) * RNG.choice([-1, 1], shape)


def logs(*shape):
    return arrays.log_softmax(normal(*shape))


def recurrent(gates, *, cell, states=1, biases=1):
    start = [normal(2, 4) for _ in range(states)]
    x = normal(2, 3) if cell else normal(2, 5, 3)
    return [
        x,
        *start,
        normal(3, gates * 4),
        normal(4, gates * 4),
        *[normal(gates * 4) for _ in range(biases)],
    ]


X, BITS = normal(5, 4), RNG.integers(0, 2, (5, 4))
IMAGES, CHANNELS = normal(2, 3, 6, 7), [normal(2, 3, 4), normal(3), normal(3)]
LABELS, MASK = np.array([1, 0, 3, 2, 2]), np.arange(5) < [[5], [3]]
ACTIVATIONS = ("identity", "step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus")

# Every registered pair: its positional arguments, its options.
CASES = {
    **{name: ([away_from_zero(3, 4)], {}) for name in ACTIVATIONS},
    "softmax": ([normal(3, 4, 2)], {"axis": 1}),
    "log_softmax": ([X], {}),
    "linear": ([normal(5, 3), normal(3, 4), normal(4)], {}),
    "conv1d": ([normal(2, 3, 9), normal(4, 3, 2), normal(4)], {"stride": 2, "padding": 1}),
    "conv2d": ([IMAGES, normal(4, 3, 2, 3), normal(4)], {"stride": (1, 2), "padding": 1}),
    "conv_transpose2d": ([IMAGES, normal(3, 4, 2, 3), normal(4)], {"stride": 2, "output_padding": 1}),
    "max_pool2d": ([IMAGES], {"kernel_size": 3, "stride": 2}),
    "avg_pool2d": ([IMAGES], {"kernel_size": (2, 3)}),
    "global_avg_pool2d": ([IMAGES], {}),
    "dropout": ([X], {"p": 0.4, "rng": 7}),
    "gaussian_noise": ([X], {"std": 0.3, "rng": 7}),
    "embedding": ([np.array([[2, 0, 2], [1, 2, 0]]), normal(4, 3)], {}),
    "batch_norm": (CHANNELS, {"eps": 0.1}),
    "batch_norm_fixed": ([*CHANNELS, normal(3), RNG.uniform(0.5, 2, 3)], {"eps": 0.1}),
    "layer_norm": ([normal(5, 4), normal(4), normal(4)], {"eps": 0.1}),
    "scaled_dot_product_attention": (
        [normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 6)], {"mask": MASK[:, np.newaxis]}
    ),
    "additive_attention": (
        [normal(2, 3, 4), normal(2, 5, 6), normal(2, 5, 3), normal(4, 7), normal(6, 7), normal(7)], {}
    ),
    "rnn_cell": (recurrent(1, cell=True), {}),
    "lstm_cell": (recurrent(4, cell=True, states=2), {}),
    "gru_cell": (recurrent(3, cell=True, biases=2), {}),
    "rnn": (recurrent(1, cell=False), {"nonlinearity": "tanh", "mask": MASK}),
    "lstm": (recurrent(4, cell=False, states=2), {"reverse": True}),
    "gru": (recurrent(3, cell=False, biases=2), {"reverse": True, "mask": MASK}),
    "mse_loss": ([X, normal(5, 4)], {}),
    "l1_loss": ([X, X + away_from_zero(5, 4)], {}),
    "huber_loss": ([X, X + away_from_zero(5, 4)], {"delta": 0.1}),
    "hinge_loss": ([X, 2 * BITS - 1], {"margin": 0.9}),
    "multi_margin_loss": ([X, LABELS], {"margin": 0.9}),
    "cross_entropy": ([X, LABELS], {"weight": [0.5, 1.0, 3.0, 0.2], "label_smoothing": 0.1}),
    "nll_loss": ([logs(5, 4) - 0.1, LABELS], {"ignore_index": 3}),
    "binary_cross_entropy_with_logits": ([X, BITS.astype(float)], {}),
    "kl_div": ([logs(5, 4) - 0.1, arrays.softmax(normal(5, 4))], {}),
    "add": ([normal(5, 1, 4), normal(3, 1)], {}),
    "subtract": ([normal(4), normal(5, 4)], {}),
    "multiply": ([normal(5, 1, 4), normal(3, 1)], {}),
    "divide": ([normal(3, 1), away_from_zero(5, 1, 4)], {}),
    "power": ([RNG.uniform(0.5, 2, (3, 4))], {"exponent": -1.5}),
    "matmul": ([normal(2, 1, 3, 4), normal(5, 4, 6)], {}),
    "total": ([normal(2, 3, 4)], {"axis": (0, -1)}),
    "mean": ([normal(2, 3, 4)], {"axis": 1, "keepdims": True}),
    "reshape": ([normal(2, 3, 4)], {"shape": (4, -1)}),
    "transpose": ([normal(2, 3, 4)], {"axes": (2, 0, -2)}),
    "select": ([normal(4, 3)], {"key": ([1, 1, 0], slice(None, 2))}),
    "concatenate": ([normal(2, 3), normal(2, 1), normal(2, 4)], {"axis": 1}),
}  # fmt: skip
CONSTANT = {"batch_norm_fixed": (3, 4)} | {name: (1,) for name in CASES if "loss" in name or name in (
    "cross_entropy", "kl_div", "binary_cross_entropy_with_logits")}  # fmt: skip


def tensors(name, dtype=np.float64):
    """The arguments of a case: Tensors that learn wherever a gradient is known, else arrays."""
    return [
        Tensor(value.astype(dtype), requires_grad=True)
        if value.dtype.kind == "f" and i not in CONSTANT.get(name, ())
        else value.astype(dtype) if value.dtype.kind == "f" else value
        for i, value in enumerate(CASES[name][0])
    ]  # fmt: skip


def as_tuple(y):
    return y if isinstance(y, tuple) else (y,)


def weighted(outputs, weights):
    """One number of several outputs: where their gradients are the weights."""
    parts = [(y * w).sum() for y, w in zip(as_tuple(outputs), weights, strict=True)]
    return parts[0] if len(parts) == 1 else parts[0] + weighted(as_tuple(outputs)[1:], weights[1:])


def test_the_cases_are_all_pairs():
    names = {n for module in (arrays, arithmetic) for n in dir(module) if hasattr(module, n + "_backward")}
    assert set(CASES) == set(vars(functional)) == names
    assert len(names) > 45


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_pair_numerically(name):
    options, args = CASES[name][1], tensors(name)
    y = getattr(functional, name)(*args, **options)
    weights = [RNG.standard_normal(part.shape) for part in as_tuple(y)]
    weighted(y, weights).backward()
    for i, x in enumerate(args):
        if isinstance(x, Tensor):

            def loss(point, i=i):
                given = [point if j == i else getattr(a, "data", a) if isinstance(a, Tensor) else a
                         for j, a in enumerate(args)]  # fmt: skip
                return float(
                    weighted(getattr(functional, name)(*map(Tensor, given), **options), weights).item()
                )

            assert relative_error(x.grad, numerical_gradient(loss, x.data)) <= 1e-6, f"argument {i}"
            assert x.grad.any() or name == "step"


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_pair_stays_in_float32_and_changes_nothing(name):
    args = tensors(name, np.float32)
    given = [a.data if isinstance(a, Tensor) else a for a in args]
    before = [value.copy() for value in given]
    for value in given:
        value.flags.writeable = False
    outputs = as_tuple(getattr(functional, name)(*args, **CASES[name][1]))
    for y in outputs:
        assert y.data.dtype == np.float32
        y.data.flags.writeable = False
    weights = [normal(*y.shape).astype(np.float32) for y in outputs]
    result = weighted(outputs, weights)
    upstream = np.array(1.5, np.float32)
    upstream.flags.writeable = False
    result.backward(upstream)
    assert all(a.grad.dtype == np.float32 for a in args if isinstance(a, Tensor))
    for value, old in zip(given, before, strict=True):
        np.testing.assert_array_equal(value, old)
    gradients = [a.grad.copy() for a in args if isinstance(a, Tensor)]
    for y, weight in zip(outputs, weights, strict=True):  # no output's gradient shares memory with another
        if name != "identity":
            np.testing.assert_allclose(y.grad, 1.5 * weight, rtol=1e-6)
    weighted(outputs, weights).backward(upstream)  # through the same operation once more: all gradients add
    for gradient, a in zip(gradients, [a for a in args if isinstance(a, Tensor)], strict=True):
        np.testing.assert_allclose(a.grad, 2 * gradient, rtol=1e-5)


@pytest.mark.parametrize("case", oracle.cases("autograd"))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_expressions_as_pytorch(case, dtype, request):
    from tests.reference.autograd import EXPRESSIONS

    name = re.search(r"-(\w+)-(recorded|live)", request.node.name)[1]
    f, inputs = EXPRESSIONS[name]
    case, tolerance = case(), FLOAT64 if dtype == np.float64 else FLOAT32
    args = {key: Tensor(case[key].astype(dtype), requires_grad=True) for key in inputs}
    y = f(**args)
    assert y.data.dtype == dtype
    np.testing.assert_allclose(y.data, case["y"], **tolerance)
    y.backward(case["dy"])
    for key, x in args.items():
        assert x.grad.dtype == dtype
        np.testing.assert_allclose(x.grad, case["d_" + key], **tolerance, err_msg=key)


# -- against the layers -----------------------------------------------------------------------------------------------

WIDE = {"dtype": np.float64, "rng": 0}
LAYERS = {
    "linear": nnbook.Linear(3, 4, **WIDE),
    "conv1d": nnbook.Conv1d(3, 4, 2, stride=2, padding=1, **WIDE),
    "conv2d": nnbook.Conv2d(3, 4, (2, 3), stride=(1, 2), padding=1, **WIDE),
    "conv_transpose2d": nnbook.ConvTranspose2d(3, 4, (2, 3), stride=2, output_padding=1, **WIDE),
    "max_pool2d": nnbook.MaxPool2d(3, stride=2),
    "avg_pool2d": nnbook.AvgPool2d((2, 3)),
    "global_avg_pool2d": nnbook.GlobalAvgPool2d(),
    "dropout": nnbook.Dropout(0.4, rng=7),
    "gaussian_noise": nnbook.GaussianNoise(0.3, rng=7),
    "embedding": nnbook.Embedding(4, 3, **WIDE),
    "batch_norm": nnbook.BatchNorm1d(3, eps=0.1, dtype=np.float64),
    "batch_norm_fixed": nnbook.BatchNorm1d(3, eps=0.1, dtype=np.float64),
    "layer_norm": nnbook.LayerNorm(4, eps=0.1, dtype=np.float64),
    "additive_attention": nnbook.AdditiveAttention(4, 6, 7, **WIDE),
    "identity": nnbook.Identity(), "step": nnbook.Step(), "sigmoid": nnbook.Sigmoid(), "tanh": nnbook.Tanh(),
    "relu": nnbook.ReLU(), "leaky_relu": nnbook.LeakyReLU(), "elu": nnbook.ELU(), "gelu": nnbook.GELU(),
    "silu": nnbook.SiLU(), "softplus": nnbook.Softplus(), "softmax": nnbook.Softmax(axis=1),
    "log_softmax": nnbook.LogSoftmax(),
    "rnn": nnbook.RNN(3, 4, **WIDE), "lstm": nnbook.LSTM(3, 4, **WIDE), "gru": nnbook.GRU(3, 4, **WIDE),
    "mse_loss": nnbook.MSELoss(), "l1_loss": nnbook.L1Loss(), "huber_loss": nnbook.HuberLoss(delta=0.1),
    "hinge_loss": nnbook.HingeLoss(margin=0.9), "multi_margin_loss": nnbook.MultiMarginLoss(margin=0.9),
    "cross_entropy": nnbook.CrossEntropyLoss([0.5, 1.0, 3.0, 0.2], label_smoothing=0.1),
    "nll_loss": nnbook.NLLLoss(ignore_index=3), "kl_div": nnbook.KLDivLoss(),
    "binary_cross_entropy_with_logits": nnbook.BCEWithLogitsLoss(),
}  # fmt: skip


def test_layers_without_a_twin_are_those_that_are_cells_or_parts_of_layers():
    cells = {"rnn_cell", "lstm_cell", "gru_cell", "scaled_dot_product_attention"}
    assert set(LAYERS) | cells == {name for name in dir(arrays) if hasattr(arrays, name + "_backward")}


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_every_pair_as_its_layer(name):
    layer, args, options = LAYERS[name].copy(), tensors(name), dict(CASES[name][1])
    parameters = layer.parameters()
    for parameter in parameters:
        parameter.data = normal(*parameter.shape)
    inputs = args[: len(args) - len(parameters)]
    if name == "batch_norm_fixed":
        layer.running_mean.data, layer.running_var.data = args[3], args[4]
        layer.freeze().unfreeze()
        for part in layer.modules():
            part.training = False
        inputs, args = args[:1], [args[0], *parameters, *args[3:]]
    elif name in ("rnn", "lstm", "gru"):
        options, inputs = {}, inputs[:1]
        states = [np.zeros((2, 4))] * (2 if name == "lstm" else 1)
        args = [inputs[0], *states, *parameters]
    else:
        args = [*inputs, *parameters]
    y = as_tuple(getattr(functional, name)(*args, **options))
    mine = layer(*(a.data if isinstance(a, Tensor) else a for a in inputs))
    mine = mine if isinstance(mine, tuple) else (mine,)
    np.testing.assert_allclose(y[0].data, mine[0], rtol=1e-12)
    dy = normal(*y[0].shape)
    loss = (y[0] * dy).sum() if y[0].shape else y[0]
    loss.backward()
    by_tape = [p.grad.copy() for p in parameters]
    layer.zero_grad()
    if "Loss" in type(layer).__name__:
        dx = layer.backward()
    else:
        dx = layer.backward(dy, *[None] * (len(mine) - 1))
    dx = dx if isinstance(dx, tuple) else (dx,)
    compared = 0
    for x, d in zip(inputs, dx, strict=False):
        if isinstance(x, Tensor):
            np.testing.assert_allclose(x.grad, d, rtol=1e-10, atol=1e-12)
            compared += 1
    for one, parameter in zip(by_tape, parameters, strict=True):
        np.testing.assert_allclose(one, parameter.grad, rtol=1e-10, atol=1e-12)
        compared += 1
    assert compared


def test_a_model_on_the_tape_learns_as_the_model_of_layers():
    def made():
        rng = np.random.default_rng(3)
        return nnbook.Sequential(
            nnbook.Conv2d(1, 2, 3, rng=rng), nnbook.ReLU(), nnbook.Flatten(), nnbook.Linear(72, 4, rng=rng)
        )

    x, labels = RNG.standard_normal((5, 1, 8, 8)).astype(np.float32), LABELS
    layers, taped = made(), made()
    conv, _, _, last = taped
    kernel, *rest = [Tensor(conv.weight), Tensor(conv.bias), Tensor(last.weight), Tensor(last.bias)]
    optimizers = [
        nnbook.SGD(model.parameters(), lr=0.1, momentum=0.9) for model in (layers, taped)
    ]  # moves the data
    loss_fn, losses = nnbook.CrossEntropyLoss(), []
    for _ in range(5):
        optimizers[0].zero_grad()
        losses.append(loss_fn(layers(x), labels))
        layers.backward(loss_fn.backward())
        optimizers[0].step()

        optimizers[1].zero_grad()
        hidden = functional.relu(functional.conv2d(x, kernel, rest[0])).reshape(5, 72)
        loss = functional.cross_entropy(functional.linear(hidden, rest[1], last.bias), labels)
        loss.backward()
        optimizers[1].step()
        assert loss.item() == pytest.approx(losses[-1], rel=1e-6)
    assert losses[-1] < losses[0]
    for one, other in zip(layers.parameters(), taped.parameters(), strict=True):
        np.testing.assert_allclose(one.data, other.data, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(kernel.data, conv.weight.data)


# -- broadcasting, sharing, order -------------------------------------------------------------------------------------

ELEMENTWISE = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide}


@given(
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0),
    name=st.sampled_from(sorted(ELEMENTWISE)),
    seed=st.integers(0, 99),
)
def test_broadcasting_is_undone_number_by_number(shapes, name, seed):
    rng = np.random.default_rng(seed)
    a, b = (Tensor(rng.uniform(0.5, 2, shape), requires_grad=True) for shape in shapes.input_shapes)
    dy = rng.standard_normal(shapes.result_shape)
    y = getattr(functional, name)(a, b)
    y.backward(dy)
    np.testing.assert_array_equal(y.data, ELEMENTWISE[name](a.data, b.data))
    da, db = np.zeros(a.shape), np.zeros(b.shape)
    slopes = {
        "add": lambda u, v: (1, 1), "subtract": lambda u, v: (1, -1), "multiply": lambda u, v: (v, u),
        "divide": lambda u, v: (1 / v, -u / v**2),
    }[name]  # fmt: skip
    for place in np.ndindex(dy.shape):
        i, j = (
            tuple(p if n > 1 else 0 for p, n in zip(place[len(place) - len(s) :], s, strict=True))
            for s in shapes.input_shapes
        )
        left, right = slopes(a.data[i], b.data[j])
        da[i] += left * dy[place]
        db[j] += right * dy[place]
    np.testing.assert_allclose(a.grad, da, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(b.grad, db, rtol=1e-12, atol=1e-12)


@given(
    shapes=hnp.mutually_broadcastable_shapes(signature="(n?,k),(k,m?)->(n?,m?)", max_dims=2, max_side=3),
    seed=st.integers(0, 99),
)
def test_matrix_products_of_all_shapes(shapes, seed):
    """It is linear in each factor: what dy sees of a change u of a is what da sees of u."""
    rng = np.random.default_rng(seed)
    a, b = (Tensor(rng.standard_normal(shape), requires_grad=True) for shape in shapes.input_shapes)
    y = a @ b
    dy = rng.standard_normal(y.shape)
    y.backward(dy)
    u, v = rng.standard_normal(a.shape), rng.standard_normal(b.shape)
    np.testing.assert_allclose(np.sum(a.grad * u), np.sum(dy * (u @ b.data)), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(np.sum(b.grad * v), np.sum(dy * (a.data @ v)), rtol=1e-9, atol=1e-9)
    assert (a.grad.shape, b.grad.shape) == (a.shape, b.shape)


def test_what_is_read_twice_is_to_blame_twice():
    x = Tensor(3.0, requires_grad=True)
    (x * x + x).backward()
    assert x.grad == 7
    x = Tensor(2.0, requires_grad=True)
    a = x * 3.0  # read by b, and by c after b, and by the sum
    b = a * a
    c = b + a
    (c * a + b).backward()  # (9x² + 3x) 3x + 9x²
    assert x.grad == 81 * 4 + 18 * 2 + 18 * 2
    assert (a.grad, b.grad, c.grad) == (x.grad / 3, 7, 6)


@given(seed=st.integers(0, 999))
def test_random_graphs_in_any_order(seed):
    """Each result is a weighted sum of some earlier ones: gradients are products of matrices that are known."""
    rng = np.random.default_rng(seed)
    size = 8
    weights = np.tril(rng.integers(-2, 3, (size, size)), -1) * (rng.random((size, size)) < 0.5)
    weights[-1, 0] = 1
    leaf = Tensor(1.0, requires_grad=True)
    values = [leaf]
    for i in range(1, size):
        value = leaf * 0.0
        for j in rng.permutation(i):
            if weights[i, j]:
                value = value + values[j] * float(weights[i, j])
        values.append(value)
    slopes = np.zeros(size)
    slopes[0] = 1
    for i in range(1, size):
        slopes[i] = weights[i] @ slopes
    values[-1].backward()
    assert leaf.grad == slopes[-1]


def test_two_results_of_one_trunk_add():
    x = Tensor([1.0, 2.0], requires_grad=True)
    trunk = x * x
    trunk.sum().backward()
    (trunk * trunk).sum().backward()
    np.testing.assert_array_equal(trunk.grad, [1 + 2, 1 + 8])
    np.testing.assert_array_equal(x.grad, [2 + 4, 4 + 32])
    x.zero_grad()
    assert not x.grad.any()
    trunk.zero_grad()
    assert trunk.grad is None


@pytest.mark.parametrize("length", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_long_chains(length):
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(length):
        y = y + x
    y.backward()
    assert x.grad == length + 1
    assert len(graph(y)[0]) == length + 1
    del y  # and so many are let go without a deep recursion
    gc.collect()


def test_nothing_keeps_a_result_alive():
    x = Tensor(normal(4), requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        y = (x * x).sum()
        y.backward()
        operation = y.operation
        del y
        assert operation.outputs[0][0]() is None
    finally:
        gc.enable()


def lstm_arguments():
    return tensors("lstm")


@pytest.mark.parametrize("used", [0, 1, 2])
def test_outputs_that_nobody_reads_have_gradient_zero(used):
    options = CASES["lstm"][1]
    one, other = lstm_arguments(), lstm_arguments()
    part = functional.lstm(*one, **options)[used]  # the others are gone
    weights = [np.zeros(y.shape) for y in functional.lstm(*other, **options)]
    weights[used] = dy = normal(*part.shape)
    (part * dy).sum().backward()
    weighted(functional.lstm(*other, **options), weights).backward()
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-12, atol=1e-14)


def test_a_scalar_output_among_several_and_every_kind_of_argument():
    def split(x, y0, *rest, scale=2.0):
        return (x * y0 * scale, x + sum(rest)), "kept"

    def split_backward(dy, scale, saved, rest, x, y0):
        assert saved == "kept"
        assert isinstance(dy, tuple)
        return dy[0] * y0 * scale + dy[1], None, *[dy[1] for _ in rest]

    f = register(split, split_backward)
    x, z = Tensor([1.0, 2.0], requires_grad=True), Tensor([5.0, 6.0], requires_grad=True)
    product, total = f(x, np.array([3.0, 4.0]), z, 1.0)
    np.testing.assert_array_equal(total.data, [7, 9])
    (product.sum() + total.sum() * 10.0).backward()
    np.testing.assert_array_equal(x.grad, [3 * 2 + 10, 4 * 2 + 10])
    np.testing.assert_array_equal(z.grad, [10, 10])


def test_gradients_share_no_memory():
    x = Tensor([1.0, 2.0], requires_grad=True)
    doubled = x * 2.0
    same = functional.identity(doubled)  # whose backward hands dy on as it is
    (doubled * 5.0 + same).sum().backward()
    np.testing.assert_array_equal(same.grad, 1)
    np.testing.assert_array_equal(doubled.grad, 6)
    x = Tensor([1.0, 2.0], requires_grad=True)
    doubled = x * 2.0
    tripled = doubled * 3.0
    same = functional.identity(doubled)
    (tripled + same).sum().backward()
    np.testing.assert_array_equal(same.grad, 1)
    np.testing.assert_array_equal(x.grad, 8)
    chain = x * 2.0
    same = functional.identity(chain)
    same.sum().backward()
    assert not np.shares_memory(chain.grad, same.grad)
    assert same.grad.flags.writeable


def test_the_upstream_gradient_of_a_python_float_is_one():
    seen = []
    f = register(lambda x: float(x.sum()), lambda dy, x: seen.append(dy) or dy * np.ones_like(x))
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    (f(x) * 2.5).backward()
    assert seen == [2.5]
    assert type(seen[0]) is float


def test_gradients_have_the_dtype_of_their_tensors():
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    narrow = x * 2
    wide = narrow * np.ones(3)
    wide.sum().backward()
    assert (wide.data.dtype, wide.grad.dtype, narrow.grad.dtype) == (np.float64, np.float64, np.float32)


def test_every_argument_has_its_history():
    x, w, b = (Tensor(normal(*shape), requires_grad=True) for shape in [(5, 3), (3, 2), (2,)])
    functional.linear(x, w, b * b).sum().backward()
    np.testing.assert_allclose(b.grad, 2 * 5 * b.data)
    nodes, edges = graph(functional.linear(x, w))
    assert [n.operation for n in nodes] == ["", "", "linear"]
    assert edges == [(0, 2), (1, 2)]


def test_powers_at_zero():
    x = Tensor([0.0, 2.0], requires_grad=True)
    (x**0 + x**1 + x**2).sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 5])


def test_defaults_of_options_are_those_of_the_forward():
    f = register(lambda x, *, k=3.0: x * k, lambda dy, *, k=99.0: dy * k)
    x = Tensor(1.0, requires_grad=True)
    f(x).backward()
    assert x.grad == 3


# -- constants, parameters, and what a Tensor is ----------------------------------------------------------------------


def test_constants_record_nothing():
    x, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0], requires_grad=True)
    assert (x * 2.0).operation is None
    assert not (x * 2.0).requires_grad
    y = x * w
    (y.detach() * w).sum().backward()
    assert x.grad is None
    np.testing.assert_array_equal(w.grad, y.data)  # not 2 w x
    assert y.detach().operation is None


def test_data_is_copied_and_a_parameter_is_not():
    data = np.ones(3)
    x = Tensor(data, requires_grad=True)
    x.parameter.data -= 0.5
    Tensor(data).data[0] = 7
    np.testing.assert_array_equal(data, 1)
    np.testing.assert_array_equal(x.data, 0.5)
    parameter = nnbook.Parameter(data)
    w = Tensor(parameter)
    assert w.parameter is parameter
    assert w.requires_grad
    (w * 2.0).sum().backward()
    (w * 2.0).sum().backward()
    np.testing.assert_array_equal(parameter.grad, 4)
    optimizer = nnbook.SGD([w.parameter], lr=0.25)
    optimizer.step()
    np.testing.assert_array_equal(w.data, 0)
    w.zero_grad()
    assert not parameter.grad.any()


def test_what_is_frozen_is_constant():
    layer = nnbook.Linear(3, 2, rng=0).freeze()
    assert not Tensor(layer.weight).requires_grad
    assert not Tensor(nnbook.Parameter(np.ones(2)), requires_grad=False).requires_grad
    x = Tensor(np.ones((1, 3), np.float32), requires_grad=True)
    functional.linear(x, layer.weight, layer.bias).sum().backward()
    assert x.grad.any()
    assert not layer.weight.grad.any()


def test_arrays_and_numbers_on_the_left():
    w = Tensor(np.array([2.0, 4.0]), requires_grad=True)
    left = np.array([[1.0, 2.0], [3.0, 5.0]])
    for y, value in [
        (left + w, left + w.data), (left - w, left - w.data), (left * w, left * w.data), (left / w, left / w.data),
        (left @ w, left @ w.data), (1 - w, 1 - w.data), (8 / w, 8 / w.data), (-w, -w.data), (w**2, w.data**2),
        (np.float64(2) * w, 2 * w.data), (w[1], w.data[1]), (w[np.array([False, True])], [4.0]),
        (w[Tensor([1, 0])], [4.0, 2.0]),
    ]:  # fmt: skip
        assert isinstance(y, Tensor)
        np.testing.assert_array_equal(y.data, value)
    assert (left @ w).operation.name == "matmul"
    assert len(w) == 2
    assert w[0].item() == 2.0
    assert type(w[0].item()) is float


def test_how_it_looks():
    w = Tensor([1.0, 2.5], requires_grad=True)
    assert repr(w) == "Tensor([1. , 2.5], requires_grad)"
    assert repr(w * 2) == "Tensor([2., 5.], from multiply)"
    assert repr(Tensor(3)) == "Tensor(3)"


def test_graph_names_values_gradients_and_what_came_from_what():
    w, x = Tensor(2.0, requires_grad=True, name="w"), Tensor(3.0, name="x")
    product = w * x
    loss = (product + w) ** 2
    loss.backward()
    nodes, edges = graph(loss)
    assert [(n.name, n.operation) for n in nodes] == [
        ("w", ""), ("x", ""), ("", "multiply"), ("", "add"), ("", "power"),
    ]  # fmt: skip
    assert [float(n.value) for n in nodes] == [2, 3, 6, 8, 64]
    assert [n.gradient if n.gradient is None else float(n.gradient) for n in nodes] == [64, None, 16, 16, 1]
    assert edges == [(0, 2), (1, 2), (2, 3), (0, 3), (3, 4)]
    assert {n.shape for n in nodes} == {()}
    alone, none = graph(w)
    assert len(alone) == 1
    assert none == []
    y, h, c = functional.lstm(*lstm_arguments())
    nodes, edges = graph((y.sum() + h.sum()).sum())
    assert [n.operation for n in nodes].count("lstm") == 3
    assert (7, 9) not in edges
    assert c.grad is None
    assert all(a < b for a, b in edges)


# -- refusals ---------------------------------------------------------------------------------------------------------


def message(kind, call):
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


def test_refusals():
    w = Tensor(np.ones((2, 3)), requires_grad=True)
    assert message(TypeError, lambda: Tensor([1, 2], requires_grad=True)) == (
        "Tensor expects floating numbers if requires_grad, but got int64 array of shape (2,). "
        "A whole number cannot be raised by a hair: write 3.0, or use data.astype(np.float32)."
    )
    assert message(ValueError, lambda: w.backward()) == (
        "Tensor.backward expects one number, or a gradient, but got shape (2, 3) and no gradient. "
        "Reduce it to one number, such as y.mean(), or pass backward(gradient)."
    )
    assert message(ValueError, lambda: w.backward(np.ones(3))) == (
        "Tensor.backward expects a gradient of shape (2, 3), but got shape (3,)."
    )
    assert message(ValueError, lambda: (Tensor(1.0) * 2).backward()) == (
        "Tensor.backward expects a result of what requires a gradient, but got a constant. "
        "Say so before the computation: Tensor(data, requires_grad=True)."
    )
    assert message(ValueError, lambda: w + np.ones(4)) == (
        "add expects arguments whose shapes fit, but got (2, 3), (4,) "
        "(operands could not be broadcast together with shapes (2,3) (4,) )."
    )
    assert message(ValueError, lambda: w @ np.ones(2)).startswith(
        "matmul expects arguments whose shapes fit, but got (2, 3), (2,) ("
    )
    assert message(TypeError, lambda: nnbook.Linear(3, 1)(w)) == (
        "Tensor expects functions that keep a tape, but got one that takes arrays. "
        "Use its twin in nnbook.autograd.functional, or leave the tape with tensor.data."
    )
    assert message(TypeError, lambda: w**w) == (
        "power expects exponent to be constant, but got a Tensor that requires a gradient. "
        "No gradient is known for it: pass it with .detach()."
    )
    assert message(TypeError, lambda: w ** np.ones(3)) == (
        "power expects a finite number exponent, but got float64 array of shape (3,). "
        "For a learnt exponent write a pair, with a logarithm in its way back, and register it."
    )
    assert message(TypeError, lambda: functional.linear(w)) == (
        "linear expects (x, weight, bias), but got missing a required argument: 'weight'."
    )
    assert not w.grad.any()


def test_refuses_a_second_time_and_adds_nothing():
    w = Tensor(3.0, requires_grad=True)
    loss = w * w
    loss.backward()
    assert message(ValueError, loss.backward) == (
        "Tensor.backward expects one call for each result, but got a second one. "
        "Compute the result anew: this one does not know of steps taken since."
    )
    assert w.grad == 6
    assert loss.grad == 1


def test_refuses_gradients_that_are_not_known_and_adds_nothing():
    x, target = Tensor(np.ones(3), requires_grad=True), Tensor(np.zeros(3), requires_grad=True)
    loss = functional.mse_loss(x * 2.0, target)
    assert message(ValueError, loss.backward) == (
        "mse_loss expects argument 1 to be constant, but got a Tensor that requires a gradient. "
        "No gradient is known for it: pass it with .detach()."
    )
    assert not x.grad.any()
    assert loss.grad is None
    functional.mse_loss(x * 2.0, target.detach()).backward()
    assert x.grad.all()
    logits, labels = Tensor(np.ones((2, 3)), requires_grad=True), np.array([0, 1])
    assert message(TypeError, lambda: functional.cross_entropy(logits, labels, weight=x)) == (
        "cross_entropy expects weight to be constant, but got a Tensor that requires a gradient. "
        "No gradient is known for it: pass it with .detach()."
    )
    assert functional.cross_entropy(logits, labels, weight=x.detach()).item() == pytest.approx(np.log(3))


def test_refuses_pairs_that_break_the_rule():
    def cube(x):
        return x**3

    def cube_backward(dy, x, half):
        return dy

    assert message(TypeError, lambda: register(cube, cube_backward)) == (
        "register expects cube_backward to name, after dy, only arguments of cube, y or saved, but got half."
    )
    assert message(TypeError, lambda: register(lambda y: y, lambda dy, y: dy)) == (
        "register expects <lambda> to name, after dy, only arguments of <lambda>, y or saved, but got y."
    )
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    wrong = register(cube, lambda dy, x: (3 * x**2 * dy).sum(axis=0))
    y = wrong(x).sum()
    assert message(ValueError, y.backward) == (
        "The backward of cube expects a gradient of shape (2, 3) for argument 0, but got shape (3,)."
    )
    assert not x.grad.any()


def test_errors_of_the_pairs_stand_as_they_are_worded():
    logits = Tensor(np.ones((2, 3)), requires_grad=True)
    mine = message(ValueError, lambda: functional.cross_entropy(logits, np.array([0, 3])))
    theirs = message(ValueError, lambda: arrays.cross_entropy(logits.data, np.array([0, 3])))
    assert mine == theirs


# -- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [autograd, arithmetic])
def test_the_formulas_stay_in_the_idea_files(module):
    tree = ast.parse(pathlib.Path(module.__file__).read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert not names & {
        "exp",
        "log",
        "tanh",
        "max",
        "maximum",
        "expm1",
        "log1p",
        "e",
        "math",
        "relu",
        "sigmoid",
    }


def test_no_pair_is_named_in_the_tape():
    text = pathlib.Path(autograd.__file__).read_text(encoding="utf-8")
    own = set(vars(functional)) - {n for n in dir(arithmetic) if hasattr(arithmetic, n + "_backward")}
    code = ast.parse(text)
    used = {node.id for node in ast.walk(code) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(code) if isinstance(node, ast.Attribute)}
    assert not used & own


def test_nothing_else_imports_it():
    run = "import sys, nnbook, nnbook.plots, nnbook.practice, nnbook.widgets; print('nnbook.autograd' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert out.stdout == "False\n"
    folder = pathlib.Path(autograd.__file__).parent
    for path in folder.rglob("*.py"):  # widgets stand above the tape, and show it
        if path.name not in ("autograd.py", "arithmetic.py") and path.parent.name != "widgets":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in tree.body:
                names = [a.name for a in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
                assert "autograd" not in " ".join([*names, getattr(node, "module", None) or ""]), path
