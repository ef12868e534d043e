import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook.attention import (
    AdditiveAttention,
    MultiHeadAttention,
    additive_attention,
    additive_attention_backward,
    positional_encoding,
    scaled_dot_product_attention,
    scaled_dot_product_attention_backward,
)
from tests import oracle
from tests.ladder import check_against_torch, check_hostile, check_numerically, rung

RNG = np.random.default_rng(0)
N, TQ, TK, DQ, DK, E, A = 2, 3, 5, 4, 6, 7, 8
PADDING = np.arange(TK) < [[4], [2]]  # (N, TK)
EMPTY_ROW = (
    RNG.random((N, TQ, TK)) < 0.6
)  # (N, TQ, TK), the second query of the first sequence without any key
EMPTY_ROW[0, 1] = False
EMPTY_ROW[1, :, 0] = True
masks = pytest.mark.parametrize(
    "mask", [None, PADDING[:, np.newaxis], EMPTY_ROW], ids=["whole", "padded", "empty"]
)
dot = (scaled_dot_product_attention, scaled_dot_product_attention_backward)
additive = (additive_attention, additive_attention_backward)


def dot_arguments(lead=(N,), rng=RNG):
    return {
        "query": rng.standard_normal((*lead, TQ, DQ)),
        "key": rng.standard_normal((*lead, TK, DQ)),
        "value": rng.standard_normal((*lead, TK, E)),
    }


def additive_arguments(lead=(N,), rng=RNG):
    return {
        "query": rng.standard_normal((*lead, TQ, DQ)),
        "key": rng.standard_normal((*lead, TK, DK)),
        "value": rng.standard_normal((*lead, TK, E)),
        "weight_query": rng.standard_normal((DQ, A)),
        "weight_key": rng.standard_normal((DK, A)),
        "weight_score": rng.standard_normal(A),
    }


def multi_head(rng=RNG, heads=3, **options):
    """A layer for 6 numbers, all parameters drawn at random, biases too."""
    layer = MultiHeadAttention(DK, heads, **options)
    for parameter in layer.parameters():
        parameter.data = rng.standard_normal(parameter.shape)
    return layer


def additive_layer(**options):
    layer = AdditiveAttention(DQ, DK, A, **options)
    for parameter in layer.parameters():
        parameter.data = RNG.standard_normal(parameter.shape)
    return layer


def sequences(steps, *, n=N, features=DK, rng=RNG):
    return rng.standard_normal((n, steps, features))


def textbook(score, query, key, value, mask=None):
    """One query after the other, (N, TQ, .): its scores, its shares, its average of the values."""
    y = np.zeros((*query.shape[:2], value.shape[-1]))
    for n in range(len(query)):
        for i in range(query.shape[1]):
            takes_part = [j for j in range(key.shape[1]) if mask is None or mask[n, i, j]]
            powers = [math.exp(score(query[n, i], key[n, j])) for j in takes_part]
            for j, power in zip(takes_part, powers, strict=True):
                y[n, i] += power / sum(powers) * value[n, j]
    return y


def dot_score(q, k):
    return sum(a * b for a, b in zip(q, k, strict=True)) / math.sqrt(len(q))


# -- rung 1: central differences --------------------------------------------------------------------------------------


@rung(1, "scaled_dot_product_attention")
@masks
@pytest.mark.parametrize("heads", [(), (2,)])
def test_dot_product_gradients_numerically(mask, heads):
    if mask is not None and heads:
        mask = mask[:, np.newaxis]
    check_numerically(*dot, **dot_arguments((N, *heads)), mask=mask)


@rung(1, "additive_attention")
@masks
def test_additive_gradients_numerically(mask):
    check_numerically(*additive, **additive_arguments(), mask=mask)


@rung(1, "AdditiveAttention")
@pytest.mark.parametrize(
    "mask", [None, PADDING, EMPTY_ROW, EMPTY_ROW[1:]], ids=["whole", "padded", "empty", "same"]
)
def test_additive_layer_gradients_numerically(mask):
    inputs = sequences(TQ, features=DQ), sequences(TK), sequences(TK, features=E)
    check = nnbook.check_gradients(additive_layer(), *inputs, *([] if mask is None else [mask]))
    assert check.ok, check
    assert len(check) == 6


@rung(1, "MultiHeadAttention")
@pytest.mark.parametrize("inputs", [1, 2, 3])
@pytest.mark.parametrize("mask", [None, PADDING, EMPTY_ROW], ids=["whole", "padded", "empty"])
def test_multi_head_gradients_numerically(inputs, mask):
    steps = TK if inputs == 1 else TQ
    given_to_it = [sequences(steps), *(sequences(TK) for _ in range(inputs - 1))]
    if inputs == 1 and mask is EMPTY_ROW:
        mask = np.concatenate([EMPTY_ROW, EMPTY_ROW[:, :2]], axis=1)
    check = nnbook.check_gradients(multi_head(), *given_to_it, *[None] * (3 - inputs), mask)
    assert check.ok, check
    assert len(check) == inputs + 4


@rung(1, "MultiHeadAttention")
def test_causal_gradients_numerically():
    check = nnbook.check_gradients(multi_head(), sequences(TK), None, None, PADDING, True)
    assert check.ok, check


# -- rung 2: the textbook ---------------------------------------------------------------------------------------------


@rung(2, "scaled_dot_product_attention")
@masks
def test_dot_product_is_the_textbooks(mask):
    args = dot_arguments()
    rows = None if mask is None else np.broadcast_to(mask, (N, TQ, TK))
    y, saved = scaled_dot_product_attention(**args, mask=mask)
    np.testing.assert_allclose(y, textbook(dot_score, **args, mask=rows), rtol=1e-12)
    np.testing.assert_allclose(saved.weights @ args["value"], y, rtol=1e-12)


@rung(2, "additive_attention", "AdditiveAttention")
@masks
def test_additive_is_the_textbooks(mask):
    args = additive_arguments()
    rows = None if mask is None else np.broadcast_to(mask, (N, TQ, TK))
    w_query, w_key, w_score = (args[name] for name in ("weight_query", "weight_key", "weight_score"))

    def score(q, k):
        units = (
            math.tanh(
                sum(q[d] * w_query[d, a] for d in range(DQ)) + sum(k[d] * w_key[d, a] for d in range(DK))
            )
            for a in range(A)
        )
        return sum(w_score[a] * unit for a, unit in enumerate(units))

    expected = textbook(score, args["query"], args["key"], args["value"], rows)
    y, saved = additive_attention(**args, mask=mask)
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    np.testing.assert_allclose(saved.weights @ args["value"], y, rtol=1e-12)
    layer = AdditiveAttention(DQ, DK, A, dtype=np.float64)
    for name, parameter in layer.named_parameters():
        parameter.data = args[name]
    np.testing.assert_allclose(layer(args["query"], args["key"], args["value"], rows), expected, rtol=1e-12)


@rung(2, "MultiHeadAttention")
@pytest.mark.parametrize("inputs", [1, 2, 3])
@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_is_each_head_by_itself(inputs, causal):
    layer = multi_head(dtype=np.float64)
    steps = TQ if inputs > 1 and not causal else TK
    given_to_it = [sequences(steps), *(sequences(TK) for _ in range(inputs - 1))]
    query, key = given_to_it[0], given_to_it[:2][-1]
    value = given_to_it[2] if inputs == 3 else key
    allowed = np.broadcast_to(PADDING[:, np.newaxis], (N, steps, TK)).copy()
    if causal:
        for i in range(steps):
            allowed[:, i, i + 1 :] = False
    weight, bias = layer.in_proj_weight.data, layer.in_proj_bias.data
    found = []
    for head in range(3):
        q, k, v = (slice(part * DK + 2 * head, part * DK + 2 * head + 2) for part in range(3))
        projected = [x @ weight[:, c] + bias[c] for x, c in ((query, q), (key, k), (value, v))]
        found.append(textbook(dot_score, *projected, allowed))
    expected = np.concatenate(found, axis=-1) @ layer.out_proj.weight.data + layer.out_proj.bias.data
    np.testing.assert_allclose(layer(*given_to_it, mask=PADDING, causal=causal), expected, rtol=1e-10)


# -- rung 3: PyTorch --------------------------------------------------------------------------------------------------


@rung(3, "scaled_dot_product_attention")
@pytest.mark.parametrize("case", oracle.cases("attention", "dot_product"))
def test_dot_product_as_pytorch(case):
    check_against_torch(*dot, case())


@rung(3, "additive_attention")
@pytest.mark.parametrize("case", oracle.cases("attention", "additive"))
def test_additive_as_pytorch(case):
    check_against_torch(*additive, case())


@rung(3, "AdditiveAttention")
@pytest.mark.parametrize("case", oracle.cases("attention", "additive"))
def test_additive_layer_as_pytorch(case):
    case = case()
    layer = AdditiveAttention(4, 6, 7, dtype=np.float64)
    for name, parameter in layer.named_parameters():
        parameter.data = case[name]
    mask = case["mask"][:, 0] if "mask" in case else None
    np.testing.assert_allclose(layer(case["query"], case["key"], case["value"], mask), case["y"], rtol=1e-10)
    for name, gradient in zip(("query", "key", "value"), layer.backward(case["dy"]), strict=True):
        np.testing.assert_allclose(gradient, case["d_" + name], rtol=1e-10, atol=1e-12)
    for name, parameter in layer.named_parameters():
        np.testing.assert_allclose(parameter.grad, case["d_" + name], rtol=1e-10, atol=1e-12)


@rung(3, "MultiHeadAttention")
@pytest.mark.parametrize("case", oracle.cases("attention", "multi_head"))
def test_multi_head_as_pytorch(case):
    case = case()
    for dtype, tolerance in (
        (np.float64, {"rtol": 1e-10, "atol": 1e-10}),
        (np.float32, {"rtol": 1.3e-6, "atol": 1e-5}),
    ):
        layer = MultiHeadAttention(6, 3, dtype=dtype)
        for name, parameter in layer.named_parameters():
            parameter.data = case[name]
        names = [name for name in ("query", "key", "value") if name in case]
        y = layer(*(case[name] for name in names), mask=case.get("mask"), **case["options"])
        assert y.dtype == dtype
        np.testing.assert_allclose(y, case["y"], **tolerance)
        gradients = layer.backward(case["dy"])
        for name, gradient in zip(names, gradients if len(names) > 1 else [gradients], strict=True):
            assert gradient.dtype == dtype
            np.testing.assert_allclose(gradient, case["d_" + name], **tolerance, err_msg=name)
        for name, parameter in layer.named_parameters():
            np.testing.assert_allclose(parameter.grad, case["d_" + name], **tolerance, err_msg=name)


# -- rung 4: invariants -----------------------------------------------------------------------------------------------


@rung(4, "scaled_dot_product_attention", "additive_attention")
@given(
    lead=st.lists(st.integers(1, 3), max_size=3),
    seed=st.integers(0, 99),
    which=st.sampled_from([(*dot, dot_arguments), (*additive, additive_arguments)]),
)
def test_the_order_of_the_keys_does_not_matter(lead, seed, which):
    f, f_backward, arguments = which
    rng = np.random.default_rng(seed)
    args, order = arguments(tuple(lead), rng), rng.permutation(TK)
    mask = rng.random((TQ, TK)) < 0.7
    turned = {**args, "key": args["key"][..., order, :], "value": args["value"][..., order, :]}
    y, saved = f(**args, mask=mask)
    y_turned, saved_turned = f(**turned, mask=mask[:, order])
    np.testing.assert_allclose(y_turned, y, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(saved_turned.weights, saved.weights[..., order], rtol=1e-9)
    np.testing.assert_allclose(
        saved.weights.sum(axis=-1), np.broadcast_to(mask.any(axis=1), (*lead, TQ)), rtol=1e-12
    )
    dy = rng.standard_normal(y.shape)
    rest = {name: value for name, value in args.items() if name.startswith("weight")}
    d = f_backward(dy, **{k: args[k] for k in ("query", "key", "value")}, **rest, saved=saved)
    d_turned = f_backward(dy, **{k: turned[k] for k in ("query", "key", "value")}, **rest, saved=saved_turned)
    for i, (a, b) in enumerate(zip(d_turned, d, strict=True)):
        np.testing.assert_allclose(a, b[..., order, :] if i in (1, 2) else b, rtol=1e-8, atol=1e-11)


@rung(4, "MultiHeadAttention", "AdditiveAttention")
@given(
    rows=st.integers(2, 5),
    cut=st.integers(1, 4),
    heads=st.sampled_from([1, 2, 3, 6]),
    seed=st.integers(0, 99),
)
def test_a_batch_split_in_two_gives_the_same(rows, cut, heads, seed):
    rng, cut = np.random.default_rng(seed), min(cut, rows - 1)
    query, key = sequences(TQ, n=rows, rng=rng), sequences(TK, n=rows, rng=rng)
    mask = rng.random((rows, TK)) < 0.7
    for whole, inputs in (
        (multi_head(rng, heads, dtype=np.float64), (query, key)),
        (AdditiveAttention(DK, DK, A, rng=rng, dtype=np.float64), (query, key, key)),
    ):
        halves = whole.copy()
        y = whole(*inputs, mask=mask)
        dy = rng.standard_normal(y.shape)
        d = whole.backward(dy)
        for part in (slice(cut), slice(cut, None)):
            np.testing.assert_allclose(
                halves(*(x[part] for x in inputs), mask=mask[part]), y[part], rtol=1e-9, atol=1e-12
            )
            for mine, all_of_it in zip(halves.backward(dy[part]), d, strict=True):
                np.testing.assert_allclose(mine, all_of_it[part], rtol=1e-8, atol=1e-11)
        for a, b in zip(halves.parameters(), whole.parameters(), strict=True):
            np.testing.assert_allclose(a.grad, b.grad, rtol=1e-8, atol=1e-11)


@rung(4, "MultiHeadAttention")
def test_one_input_is_the_same_as_that_input_three_times():
    x, dy = sequences(TK), sequences(TK)
    once, thrice = multi_head(dtype=np.float64), None
    thrice = once.copy()
    np.testing.assert_allclose(once(x, mask=PADDING), thrice(x, x, x, mask=PADDING), rtol=1e-12)
    np.testing.assert_allclose(once.backward(dy), sum(thrice.backward(dy)), rtol=1e-9, atol=1e-12)
    for a, b in zip(once.parameters(), thrice.parameters(), strict=True):
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-9, atol=1e-12)


@rung(4, "MultiHeadAttention")
def test_causal_steps_do_not_see_later_ones():
    layer, x = multi_head(dtype=np.float64), sequences(TK)
    y = layer(x, causal=True)
    changed = x.copy()
    changed[:, 3:] += RNG.standard_normal((N, TK - 3, DK))
    later = layer(changed, causal=True)
    np.testing.assert_array_equal(later[:, :3], y[:, :3])
    assert not np.isclose(later[:, 3:], y[:, 3:]).any()
    np.testing.assert_array_equal(layer(x, mask=np.tri(TK, dtype=bool)[np.newaxis]), y)


# -- rung 5: hostile input --------------------------------------------------------------------------------------------


@rung(5, "scaled_dot_product_attention", "additive_attention")
def test_strange_memory_and_sizes():
    for mask in (None, EMPTY_ROW):
        check_hostile(*dot, **dot_arguments(), mask=mask)
        check_hostile(*additive, **additive_arguments(), mask=mask)
    for f, f_backward in (dot, additive):
        rest = [] if f is scaled_dot_product_attention else [np.ones((1, 1)), np.ones((1, 1)), np.ones(1)]
        for shape in ((0, 3, 1), (1, 1, 1), (1, 1)):
            x = np.full(shape, -1e4)
            y, saved = f(x, x, x, *rest)
            np.testing.assert_array_equal(y, x)
            assert [d.shape for d in f_backward(y, x, x, x, *rest, saved)[:3]] == 3 * [shape]


@rung(5, "scaled_dot_product_attention")
def test_huge_scores_pick_one_key():
    key = np.array([[1e4], [-1e4], [0.0]])
    y, saved = scaled_dot_product_attention(key, key, key)
    np.testing.assert_array_equal(saved.weights, [[1, 0, 0], [0, 1, 0], [1 / 3, 1 / 3, 1 / 3]])
    assert all(np.isfinite(d).all() for d in scaled_dot_product_attention_backward(y, key, key, key, saved))


@rung(5, "MultiHeadAttention", "AdditiveAttention")
def test_strange_sizes_in_layers():
    for layer, several in ((multi_head(), False), (AdditiveAttention(DK, DK, A, rng=0), True)):
        for x in (
            np.zeros((0, TK, DK)),
            np.full((1, 1, DK), 1e4),
            np.full((2, TK, DK), -1e4),
            sequences(TK)[:, ::-1],
        ):
            x.flags.writeable = False
            inputs = (x, x, x) if several else (x,)
            for mask in (None, np.ones(x.shape[:2], bool), np.ones((len(x), x.shape[1], x.shape[1]), bool)):
                y = layer(*inputs, mask=mask)
                assert y.shape == x.shape
                assert np.isfinite(y).all()
                gradients = layer.backward(y)
                assert all(
                    d.shape == x.shape and np.isfinite(d).all()
                    for d in (gradients if several else [gradients])
                )
    smallest = MultiHeadAttention(1, 1, rng=0)
    assert smallest(np.ones((1, 1, 1)), causal=True).shape == (1, 1, 1)


@rung(5, "MultiHeadAttention", "AdditiveAttention")
def test_nothing_to_attend_to_gives_nothing():
    mask = np.array([[True] * TK, [False] * TK])
    layer = multi_head(dtype=np.float64)
    query, key = sequences(TQ), sequences(TK)
    y = layer(query, key, mask=mask)
    np.testing.assert_allclose(y[1], np.broadcast_to(layer.out_proj.bias.data, (TQ, DK)), rtol=1e-12)
    d_query, d_key = layer.backward(RNG.standard_normal(y.shape))
    assert not d_query[1].any()
    assert not d_key[1].any()
    assert d_query[0].all()
    assert d_key[0].all()
    other = additive_layer(dtype=np.float64)
    y = other(sequences(TQ, features=DQ), key, key, mask)
    assert not y[1].any()
    for gradient in other.backward(RNG.standard_normal(y.shape)):
        assert not gradient[1].any()
        assert gradient[0].all()


def test_backward_changes_nothing_that_it_is_given():
    for (f, f_backward), args in ((dot, dot_arguments()), (additive, additive_arguments())):
        y, saved = f(**args)
        dy = RNG.standard_normal(y.shape)
        before = [array.copy() for array in (*saved, dy)]
        first = f_backward(dy, **args, saved=saved)
        for array, kept in zip((*saved, dy), before, strict=True):
            np.testing.assert_array_equal(array, kept)
        for a, b in zip(first, f_backward(dy, **args, saved=saved), strict=True):
            np.testing.assert_array_equal(a, b)


# -- how the layers behave --------------------------------------------------------------------------------------------


def test_keeps_weights_only_if_asked():
    x = sequences(TK)
    layer = multi_head()
    layer(x)
    assert layer.weights is None
    layer = multi_head(keep_weights=True)
    assert layer.weights is None
    y = layer(x, mask=PADDING)
    assert layer.weights.shape == (N, 3, TK, TK)
    np.testing.assert_allclose(layer.weights.sum(axis=-1), 1, rtol=1e-6)
    assert not layer.weights[1, :, :, 2:].any()
    np.testing.assert_allclose(layer.predict(x)[0, :2].shape, y[0, :2].shape)
    assert layer.weights.all()  # of the last call, which had no mask
    unasked = additive_layer()
    unasked(sequences(TQ, features=DQ), x, x, PADDING)
    assert unasked.weights is None
    asked = additive_layer(keep_weights=True)
    asked(sequences(TQ, features=DQ), x, x, PADDING)
    assert asked.weights.shape == (N, TQ, TK)
    np.testing.assert_allclose(asked.weights.sum(axis=-1), 1, rtol=1e-6)


def test_skips_the_gradient_that_nobody_asks_for():
    layer = multi_head()
    layer.input_grad = False
    layer(sequences(TK))
    assert layer.backward(np.ones((N, TK, DK))) is None
    assert layer.in_proj_weight.grad.any()
    assert layer.out_proj.weight.grad.any()


def test_begins_as_pytorch_does():
    layer = MultiHeadAttention(24, 4, rng=0)
    bound = math.sqrt(6 / (24 + 72))
    assert 0.95 * bound < abs(layer.in_proj_weight.data).max() <= bound
    assert not layer.in_proj_bias.data.any()
    assert not layer.out_proj.bias.data.any()
    assert [p.data.dtype for p in layer.parameters()] == 4 * [np.float32]
    other = AdditiveAttention(16, 25, 36, rng=0)
    for parameter, bound in zip(other.parameters(), (1 / 4, 1 / 5, 1 / 6), strict=True):
        assert 0.9 * bound < abs(parameter.data).max() <= bound


def test_is_built_again_from_its_config():
    for layer in (
        MultiHeadAttention(6, 2, keep_weights=True, dtype=np.float64),
        AdditiveAttention(3, 4, 5, keep_weights=True, dtype=np.float64),
    ):
        again = type(layer).from_config(layer.config())
        assert repr(again) == repr(layer)
        assert [(n, p.shape, p.data.dtype) for n, p in again.named_parameters()] == [
            (n, p.shape, p.data.dtype) for n, p in layer.named_parameters()
        ]
    assert repr(MultiHeadAttention(6, 2)) == "MultiHeadAttention(6, 2)"


def test_positions_turn_by_a_fixed_angle():
    code = positional_encoding(50, 6, dtype=np.float64)
    for t in range(50):
        for i in range(3):
            angle = t / 10000 ** (2 * i / 6)
            np.testing.assert_allclose(
                code[t, 2 * i : 2 * i + 2], [math.sin(angle), math.cos(angle)], atol=1e-12
            )
    turned = (code[7:] * code[:-7]).sum(axis=1)  # cosines of the angles between places 7 apart, summed
    np.testing.assert_allclose(turned, turned[0], rtol=1e-12)
    assert positional_encoding(4, 6).dtype == np.float32
    np.testing.assert_array_equal(positional_encoding(50, 5, dtype=np.float64)[:, 0], code[:, 0])
    assert positional_encoding(2, 5).shape == (2, 5)


# -- bad input --------------------------------------------------------------------------------------------------------

X = np.zeros((2, 5, 6))


@pytest.mark.parametrize(
    ("layer", "inputs", "error", "message"),
    [
        (
            MultiHeadAttention(6, 3),
            (np.zeros((5, 6)),),
            ValueError,
            "MultiHeadAttention(6, 3) expects query of shape (N, T, 6), sequences of T steps, but got shape (5, 6). One "
            "sequence alone is a batch of one: query[np.newaxis].",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, np.zeros((2, 4, 7))),
            ValueError,
            "MultiHeadAttention(6, 3) expects key of shape (N, T, 6), sequences of T steps, but got shape (2, 4, 7). Its last "
            "axis should hold the 6 features of one step.",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, np.zeros((2, 0, 6))),
            ValueError,
            "MultiHeadAttention(6, 3) expects key of shape (N, T, 6), sequences of T steps, but got shape (2, 0, 6). A sequence "
            "has one step or more.",
        ),
        (
            MultiHeadAttention(6, 3),
            (X.astype(int),),
            TypeError,
            "MultiHeadAttention(6, 3) expects floating numbers in query, but got int64 array of shape (2, 5, 6). Convert it "
            "first: query.astype(np.float32).",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, np.zeros((3, 4, 6))),
            ValueError,
            "MultiHeadAttention(6, 3) expects as many sequences in key as in query, but got shapes (2, 5, 6) and (3, 4, 6).",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, X, np.zeros((2, 4, 6))),
            ValueError,
            "MultiHeadAttention(6, 3) expects as many steps in value as in key, but got shapes (2, 5, 6) and (2, 4, 6). Each "
            "key has its value.",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, None, X),
            TypeError,
            "MultiHeadAttention(6, 3) expects keys with the values, but got key=None, value=float64 array of shape (2, 5, 6).",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, None, None, np.ones((5, 5), bool)),
            ValueError,
            "MultiHeadAttention(6, 3) expects mask of shape (2, 5) = (N, Tk) or (2, 5, 5) = (N, Tq, Tk), but got shape (5, 5). "
            "Give a mask of queries and keys an axis for the batch: mask[np.newaxis].",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, None, None, np.ones((2, 4), bool)),
            ValueError,
            "MultiHeadAttention(6, 3) expects mask of shape (2, 5) = (N, Tk) or (2, 5, 5) = (N, Tq, Tk), but got shape (2, 4). "
            "It says which keys are real.",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, None, None, np.ones((2, 5), int)),
            TypeError,
            "MultiHeadAttention(6, 3) expects mask to hold booleans, True for what is real, but got int64 array of shape "
            "(2, 5). Compare: mask = indices != padding; or mask.astype(bool) if 1 means real.",
        ),
        (
            MultiHeadAttention(6, 3),
            (X, np.zeros((2, 4, 6)), None, None, True),
            ValueError,
            "MultiHeadAttention(6, 3) expects as many queries as keys if causal, but got 5 queries and 4 keys.",
        ),
        (
            AdditiveAttention(4, 6, 8),
            (X, X, X),
            ValueError,
            "AdditiveAttention(4, 6, 8) expects query of shape (N, T, 4), sequences of T steps, but got shape (2, 5, 6). Its "
            "last axis should hold the 4 features of one step.",
        ),
        (
            AdditiveAttention(6, 6, 8),
            (X, X, np.zeros(6)),
            ValueError,
            "AdditiveAttention(6, 6, 8) expects value of shape (N, T, 6), sequences of T steps, but got shape (6,). Its last "
            "axis should hold the 6 features of one step.",
        ),
        (
            AdditiveAttention(6, 6, 8),
            (X, X, X, np.ones((1, 3, 5), bool)),
            ValueError,
            "AdditiveAttention(6, 6, 8) expects mask of shape (2, 5) = (N, Tk) or (1, 5, 5) = (1, Tq, Tk), but got shape "
            "(1, 3, 5). It says which keys are real.",
        ),
    ],
)
def test_refuses(layer, inputs, error, message):
    with pytest.raises(error) as raised:
        layer(*inputs)
    assert str(raised.value) == message
    assert layer._contexts is None
    assert layer.weights is None
    assert not any(parameter.grad.any() for parameter in layer.parameters())


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: MultiHeadAttention(12, 5),
            ValueError,
            "MultiHeadAttention expects num_heads that divide embed_dim, but got embed_dim=12, num_heads=5. Each head takes an "
            "equal part: 1, 2, 3, 4, 6, 12 heads would do.",
        ),
        (
            lambda: MultiHeadAttention(12, 0),
            ValueError,
            "MultiHeadAttention expects a whole number num_heads of at least 1, but got num_heads=0.",
        ),
        (
            lambda: AdditiveAttention(3, 4.0, 5),
            TypeError,
            "AdditiveAttention expects a whole number key_dim of at least 1, but got the float 4.0.",
        ),
        (
            lambda: positional_encoding(0, 4),
            ValueError,
            "positional_encoding expects a whole number length of at least 1, but got length=0.",
        ),
    ],
)
def test_refuses_to_be_built(build, error, message):
    with pytest.raises(error) as raised:
        build()
    assert str(raised.value) == message
