"""Every pair of functions, for shapes, strides, paddings, masks and dtypes that hypothesis chooses.

For each draw, whatever its sizes:

- the gradients say what a step in a random direction does to the output, as central differences do, in float64;
- each gradient has the shape of its argument;
- float32 in gives float32 out, of y and of every gradient, equal to float64's but for rounding; and so does a mixture in
  float64;
- no argument changes.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnbook.functional as F
from tests.ladder import backward, forward

H = 1e-6


class Sizes:
    """Draws sizes and choices, and fills arrays of those sizes."""

    def __init__(self, data):
        self.data, self.rng = data, np.random.default_rng(data.draw(st.integers(0, 999)))

    def size(self, low=1, high=4):
        return self.data.draw(st.integers(low, high))

    def pick(self, *choices):
        return self.data.draw(st.sampled_from(choices))

    def shape(self, most=3):
        return tuple(self.data.draw(st.lists(st.integers(1, 4), max_size=most)))

    def numbers(self, *shape):
        return self.rng.standard_normal(shape)

    def apart(self, *shape):
        """Numbers that differ from each other and from 0 by far more than a step: no kink is crossed."""
        count = int(np.prod(shape))
        return (self.rng.permutation(count) - count // 2 + 0.5).reshape(shape) / 4


def elementwise(s):
    return {"x": s.apart(*s.shape())}, {}


def leaky(s):
    return {"x": s.apart(*s.shape())}, {"negative_slope": s.data.draw(st.floats(0, 1))}


def elu(s):
    return {"x": s.apart(*s.shape())}, {"alpha": s.data.draw(st.floats(0, 3))}


def softmax(s):
    x = s.numbers(*s.shape(2), s.size())
    return {"x": x}, {"axis": s.data.draw(st.integers(-x.ndim, x.ndim - 1))}


def linear(s):
    d, m = s.size(), s.size()
    args = {"x": s.numbers(*s.shape(), d), "weight": s.numbers(d, m)}
    return (args | {"bias": s.numbers(m)} if s.pick(True, False) else args), {}


def convolution(s, rank=2):
    n, c, o = s.size(), s.size(), s.size()
    kernel = [s.size(1, 3) for _ in range(rank)]
    padding = s.pick("same", "valid", "numbers")
    if padding == "numbers":
        padding = tuple(s.size(0, 2) for _ in range(rank))
    stride = tuple(1 if padding == "same" else s.size(1, 3) for _ in range(rank))
    size = [k + s.size(0, 4) for k in kernel]
    args = {"x": s.numbers(n, c, *size), "weight": s.numbers(o, c, *kernel), "bias": s.numbers(o)}
    if rank == 1:
        stride, padding = stride[0], padding if isinstance(padding, str) else padding[0]
    return args, {"stride": stride, "padding": padding}


def convolution_1d(s):
    return convolution(s, 1)


def transposed(s):
    n, c, o = s.size(), s.size(), s.size()
    kernel, stride, size = ([s.size(1, 3) for _ in range(2)] for _ in range(3))
    extra = tuple(s.size(0, step - 1) for step in stride)
    full = [(m - 1) * step + k + e for m, step, k, e in zip(size, stride, kernel, extra, strict=True)]
    padding = tuple(s.size(0, (m - 1) // 2) for m in full)
    args = {"x": s.numbers(n, c, *size), "weight": s.numbers(c, o, *kernel), "bias": s.numbers(o)}
    return args, {"stride": tuple(stride), "padding": padding, "output_padding": extra}


def pooling(s):
    kernel = s.size(1, 3), s.size(1, 3)
    x = s.apart(s.size(), s.size(), *(k + s.size(0, 4) for k in kernel))
    return {"x": x}, {"kernel_size": kernel, "stride": s.pick(None, (s.size(1, 3), s.size(1, 3)))}


def images(s):
    return {"x": s.numbers(s.size(), s.size(), s.size(), s.size())}, {}


def batch(s):
    c = s.size()
    return {"x": s.numbers(s.size(3, 5), c, *s.shape(2)), "weight": s.numbers(c), "bias": s.numbers(c)}, {
        "eps": 0.1
    }


def batch_fixed(s):
    args, options = batch(s)
    c = len(args["weight"])
    return args | {"mean": s.numbers(c), "var": s.numbers(c) ** 2}, options


def layer(s):
    last = (*s.shape(1), s.size(2, 5))
    return {"x": s.numbers(*s.shape(2), *last), "weight": s.numbers(*last), "bias": s.numbers(*last)}, {
        "eps": 0.1
    }


def attention(s):
    lead, tq, tk, d = s.shape(2), s.size(), s.size(), s.size()
    args = {
        "query": s.numbers(*lead, tq, d),
        "key": s.numbers(*lead, tk, d),
        "value": s.numbers(*lead, tk, s.size()),
    }
    return args, {"mask": s.pick(None, s.rng.random((*lead, tq, tk)) < 0.7, s.rng.random((tq, tk)) < 0.7)}


def additive(s):
    args, options = attention(s)
    a, d = s.size(), args["query"].shape[-1]
    return args | {
        "weight_query": s.numbers(d, a),
        "weight_key": s.numbers(d, a),
        "weight_score": s.numbers(a),
    }, options


def recurrent(gates, whole, states=1, biases=("bias",)):
    def draw(s):
        n, d, h = s.size(), s.size(), s.size()
        steps = (s.size(1, 5),) if whole else ()
        names = ("h0", "c0") if whole else ("h", "c")
        args = {"x": s.numbers(n, *steps, d)} | {name: s.numbers(n, h) for name in names[:states]}
        args |= {"weight_ih": s.numbers(d, gates * h), "weight_hh": s.numbers(h, gates * h)}
        args |= {bias: s.numbers(gates * h) for bias in biases}
        options = (
            {"reverse": s.pick(False, True), "mask": s.pick(None, s.rng.random((n, *steps)) < 0.7)}
            if whole
            else {}
        )
        return args, options

    return draw


TWO = ("bias_ih", "bias_hh")
PAIRS = {
    **dict.fromkeys(["identity", "sigmoid", "tanh", "relu", "gelu", "silu", "softplus", "step"], elementwise),
    "leaky_relu": leaky, "elu": elu, "softmax": softmax, "log_softmax": softmax, "linear": linear,
    "conv1d": convolution_1d, "conv2d": convolution, "conv_transpose2d": transposed,
    "max_pool2d": pooling, "avg_pool2d": pooling, "global_avg_pool2d": images,
    "batch_norm": batch, "batch_norm_fixed": batch_fixed, "layer_norm": layer,
    "scaled_dot_product_attention": attention, "additive_attention": additive,
    "rnn_cell": recurrent(1, False), "lstm_cell": recurrent(4, False, 2), "gru_cell": recurrent(3, False, 1, TWO),
    "rnn": recurrent(1, True), "lstm": recurrent(4, True, 2), "gru": recurrent(3, True, 1, TWO),
}  # fmt: skip


def parts(y):
    return y if isinstance(y, tuple) else (y,)


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_the_sizes(name, data):
    s = Sizes(data)
    f, f_backward = getattr(F, name), getattr(F, f"{name}_backward")
    args, options = PAIRS[name](s)
    before = {key: value.copy() for key, value in args.items()}
    y, saved = forward(f, args, options)
    dy = tuple(s.rng.standard_normal(np.shape(part)) for part in parts(y))
    upstream = dy if isinstance(y, tuple) else dy[0]
    gradients = backward(f, f_backward, upstream, args, y, saved, options)
    kept = dict(zip(map(str, range(9)), (part.copy() for part in dy), strict=False))

    direction = {key: s.rng.standard_normal(value.shape) for key, value in args.items() if key in gradients}
    ends = []
    for sign in (1, -1):
        moved = {key: value + sign * H * direction.get(key, 0) for key, value in args.items()}
        ends.append(
            sum(float(np.sum(a * b)) for a, b in zip(parts(forward(f, moved, options)[0]), dy, strict=True))
        )
    slope = sum(float(np.sum(gradients[key] * direction[key])) for key in direction)
    scale = 1 + sum(float(np.sum(np.abs(gradients[key] * direction[key]))) for key in direction)
    assert abs((ends[0] - ends[1]) / (2 * H) - slope) <= 1e-6 * scale

    for key, gradient in gradients.items():
        assert gradient.shape == args[key].shape
    for key, value in {**args, **dict(zip(kept, dy, strict=False))}.items():
        np.testing.assert_array_equal(value, {**before, **kept}[key], err_msg=f"{key} was changed")

    narrow = {key: value.astype(np.float32) for key, value in args.items()}
    small = tuple(part.astype(np.float32) for part in dy)
    y32, saved32 = forward(f, narrow, options)
    gradients32 = backward(
        f, f_backward, small if isinstance(y, tuple) else small[0], narrow, y32, saved32, options
    )
    for mine, theirs in zip(parts(y32), parts(y), strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-3 * (1 + np.abs(theirs).max(initial=0)))
    for key, gradient in gradients32.items():
        assert gradient.dtype == np.float32
        spread = 1 + np.abs(gradients[key]).max(initial=0)
        np.testing.assert_allclose(gradient, gradients[key], rtol=1e-3, atol=2e-3 * spread)
    if len(args) > 1:
        mixed = {key: value if i % 2 else narrow[key] for i, (key, value) in enumerate(args.items())}
        assert all(part.dtype == np.float64 for part in parts(forward(f, mixed, options)[0]))


KINDS = [np.int8, np.uint8, np.int64, np.bool_]


@pytest.mark.parametrize(
    "name", ["sigmoid", "tanh", "leaky_relu", "elu", "gelu", "silu", "softplus", "softmax", "log_softmax"]
)
@given(values=st.lists(st.integers(0, 120), min_size=1, max_size=4), kind=st.sampled_from(KINDS))
def test_whole_numbers_become_float64_before_anything_is_computed(name, values, kind):
    x, f = np.array(values).astype(kind), getattr(F, name)
    y = f(x)
    assert y.dtype == np.float64
    np.testing.assert_array_equal(y, f(x.astype(np.float64)))
