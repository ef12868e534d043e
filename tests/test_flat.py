import copy
import pickle

import numpy as np
import pytest

import nnbook
from nnbook import flat
from nnbook.flat import Optimizer, as_parameters
from nnbook.module import Parameter
from nnbook.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop

CLASSES = [SGD, Adagrad, RMSprop, Adadelta, Adam, AdamW]
RNG = np.random.default_rng(0)


def network(seed=0):
    rng = np.random.default_rng(seed)
    return nnbook.Sequential(nnbook.Linear(3, 4, rng=rng), nnbook.Tanh(), nnbook.Linear(4, 2, rng=rng))


def make(cls, params, **options):
    return cls(params, **({"lr": 0.1, "momentum": 0.9} if cls is SGD else {}), **options)


def give(params, seed):
    """Random gradients, added as backward passes add them."""
    rng = np.random.default_rng(seed)
    for p in params:
        p.grad += rng.standard_normal(p.shape)


def turn(optimizer, params, seed):
    optimizer.zero_grad()
    give(params, seed)
    optimizer.step()


def values(params):
    return [p.data.copy() for p in params]


def assert_same(mine, theirs):
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


class Each(Optimizer):
    """The plain twin of the flat arrays: one optimiser for each parameter, and nothing side by side."""

    def __init__(self, cls, params, **options):
        self.alone = [make(cls, [p], **options) for p in params]

    def zero_grad(self):
        for optimizer in self.alone:
            optimizer.zero_grad()

    def step(self):
        for optimizer in self.alone:
            optimizer.step()


# -- side by side -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("block", [1, 7, 1 << 16])
def test_flat_and_in_blocks_equals_one_by_one_bit_for_bit(cls, block, monkeypatch):
    together, alone = network(), network()
    one_by_one = Each(cls, alone.parameters())
    monkeypatch.setattr(flat, "_BLOCK", block)
    optimizer = make(cls, together.parameters())
    for seed in range(4):
        turn(optimizer, together.parameters(), seed)
        turn(one_by_one, alone.parameters(), seed)
    assert_same(values(together.parameters()), values(alone.parameters()))


def test_parameters_lie_side_by_side_in_one_array_with_their_gradients():
    model = network()
    before = values(model.parameters())
    give(model.parameters(), 0)
    gradients = [p.grad.copy() for p in model.parameters()]
    optimizer = SGD(model.parameters(), lr=0.1)
    assert_same(values(model.parameters()), before)
    assert_same([p.grad for p in model.parameters()], gradients)
    bases = {id(p.data.base) for p in model.parameters()}, {id(p.grad.base) for p in model.parameters()}
    assert len(bases[0]) == len(bases[1]) == 1
    np.testing.assert_array_equal(
        model.parameters()[0].data.base, np.concatenate([p.data.ravel() for p in model.parameters()])
    )
    assert all(p.data.flags.c_contiguous for p in model.parameters())
    optimizer.zero_grad()
    assert not any(p.grad.any() for p in model.parameters())


def test_dtypes_do_not_mix():
    single, double, small = (Parameter(np.ones(3, dtype)) for dtype in ("f4", "f8", "f4"))
    optimizer = Adam([single, double, small], lr=0.5)
    give([single, double, small], 0)
    optimizer.step()
    assert [p.data.dtype.name for p in (single, double, small)] == ["float32", "float64", "float32"]
    assert single.data.base is small.data.base
    assert single.data.base is not double.data.base
    assert not (double.data == 1.0).any()


def test_sizes_that_are_strange():
    params = [
        Parameter(np.array(2.0)),
        Parameter(np.ones((0, 3))),
        Parameter(np.asfortranarray(RNG.standard_normal((2, 3)))),
    ]
    before = values(params)
    optimizer = Adam(params, lr=0.5)
    assert_same(values(params), before)
    give(params, 0)
    signs = [np.sign(p.grad) for p in params]
    optimizer.step()
    for p, w, sign in zip(params, before, signs, strict=True):
        assert p.data.shape == w.shape
        np.testing.assert_allclose(p.data, w - 0.5 * sign, rtol=1e-6)


def test_penalties_go_through_the_gradient_and_leave_it_as_it_is():
    weight = Parameter(np.array([2.0, -3.0, 0.0]))
    weight.grad = [-1.0, 1.0, 5.0]
    SGD([weight], lr=0.1, weight_decay=0.5, l1=0.25).step()
    np.testing.assert_allclose(weight.data, [2 - 0.1 * (-1 + 1 + 0.25), -3 - 0.1 * (1 - 1.5 - 0.25), -0.5])
    np.testing.assert_array_equal(weight.grad, [-1.0, 1.0, 5.0])


def test_state_comes_when_an_option_asks_for_it():
    weight = Parameter(np.array([0.0]))
    optimizer = SGD([weight], lr=1.0)
    for momentum in (0.0, 0.5, 0.5):  # v = 1, then 1.5
        optimizer.param_groups[0]["momentum"] = momentum
        weight.grad = [1.0]
        optimizer.step()
    np.testing.assert_allclose(weight.data, [-1 - 1 - 1.5])


def test_takes_a_generator_of_parameters():
    model = network()
    optimizer = SGD((p for p in model.parameters()), lr=0.1)
    assert optimizer.params == model.parameters()


def test_trains_a_network_as_by_hand():
    x, y = RNG.standard_normal((5, 3)), np.array([0, 1, 1, 0, 1])
    model, loss_fn = network(), nnbook.CrossEntropyLoss()
    twin = model.copy()
    optimizer = SGD(model.parameters(), lr=0.5)
    for _ in range(5):
        optimizer.zero_grad()
        loss_fn(model(x), y)
        model.backward(loss_fn.backward())
        optimizer.step()
        twin.zero_grad()
        loss_fn(twin(x), y)
        twin.backward(loss_fn.backward())
        for p in twin.parameters():
            p.data -= 0.5 * p.grad
    for p, q in zip(model.parameters(), twin.parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-5, atol=1e-7)


# -- nothing goes stale -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", CLASSES)
def test_two_optimisers_over_the_same_parameters(cls):
    model, alone = network(), network()
    first, second = make(cls, model.parameters()), make(cls, model.parameters())
    plain_first, plain_second = Each(cls, alone.parameters()), Each(cls, alone.parameters())
    for seed in range(6):
        pair = (first, plain_first) if seed % 3 else (second, plain_second)
        turn(pair[0], model.parameters(), seed)
        turn(pair[1], alone.parameters(), seed)
    assert_same(values(model.parameters()), values(alone.parameters()))


def test_zero_grad_reaches_gradients_that_moved_away():
    model = network()
    first = SGD(model.parameters(), lr=0.1)
    second = SGD(model.parameters(), lr=0.1)
    give(model.parameters(), 0)
    first.zero_grad()
    assert not any(p.grad.any() for p in model.parameters())
    before = values(model.parameters())
    second.step()
    assert_same(values(model.parameters()), before)


def test_gradients_survive_the_move_to_another_optimiser():
    (weight,) = params = [Parameter(np.ones(2))]
    first, second = SGD(params, lr=0.1), SGD(params, lr=1.0)
    first.zero_grad()
    weight.grad += [1.0, 2.0]
    second.step()
    first.step()
    np.testing.assert_allclose(weight.data, [1 - 1.1, 1 - 2.2])


def test_overlapping_optimisers():
    a, b, c = params = [Parameter(np.full(2, float(i))) for i in range(3)]
    first, second = SGD([a, b], lr=1.0), SGD([b, c], lr=10.0)
    for p in params:
        p.grad = [1.0, 2.0]
    first.step()
    second.step()
    np.testing.assert_array_equal(a.data, [-1.0, -2.0])
    np.testing.assert_array_equal(b.data, [1 - 11.0, 1 - 22.0])
    np.testing.assert_array_equal(c.data, [2 - 10.0, 2 - 20.0])


@pytest.mark.parametrize("cls", CLASSES)
def test_a_copied_model_is_left_alone_and_leaves_alone(cls):
    model = network()
    optimizer = make(cls, model.parameters())
    turn(optimizer, model.parameters(), 0)
    twin = model.copy()
    before, mine = values(twin.parameters()), values(model.parameters())
    turn(optimizer, model.parameters(), 1)
    assert_same(values(twin.parameters()), before)
    for p in twin.parameters():
        p.data += 1.0
    turn(optimizer, model.parameters(), 2)
    assert not any(np.allclose(p.data, w) for p, w in zip(model.parameters(), mine, strict=True))


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("how", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_model_and_optimiser_copied_together_go_on_alike(cls, how):
    model = network()
    optimizer = make(cls, model.parameters())
    turn(optimizer, model.parameters(), 0)
    twin, twins = how((model, optimizer))
    assert twins.params == twin.parameters()
    for seed in (1, 2):
        turn(optimizer, model.parameters(), seed)
        turn(twins, twin.parameters(), seed)
    assert_same(values(twin.parameters()), values(model.parameters()))
    assert twin.parameters()[0].data.base is not model.parameters()[0].data.base


def test_loading_into_a_model_is_noticed(tmp_path):
    model, other = network(), network(1)
    optimizer = SGD(model.parameters(), lr=0.1)
    nnbook.save(tmp_path / "model.npz", other)
    nnbook.load(tmp_path / "model.npz", into=model)
    for p in model.parameters():
        p.grad += 1.0
    optimizer.step()
    for p, q in zip(model.parameters(), other.parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.data - 0.1, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_parameter_that_was_moved_elsewhere_is_fetched_with_its_state(dtype):
    model, alone = network(), network()
    optimizer, one_by_one = make(Adam, model.parameters()), Each(Adam, alone.parameters())
    for seed in range(3):
        turn(optimizer, model.parameters(), seed)
        turn(one_by_one, alone.parameters(), seed)
        for m in (model, alone):
            weight = m.parameters()[2]
            weight.move_into(np.empty(weight.shape, dtype), np.empty(weight.shape, dtype))
    for p, q in zip(model.parameters(), alone.parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-6)
    assert model.parameters()[2].data.dtype == dtype


# -- frozen -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_frozen_parameters_are_left_alone_even_by_decay(cls, when):
    model = network()
    if when == "before":
        model[0].freeze()
    optimizer = make(cls, model.parameters(), weight_decay=0.1, l1=0.1)
    if when == "after":
        turn(optimizer, model.parameters(), 0)
        model[0].freeze()
    before = values(model.parameters())
    turn(optimizer, model.parameters(), 1)
    assert_same(values(model.parameters())[:2], before[:2])
    assert not any((p.data == w).all() for p, w in zip(model.parameters()[2:], before[2:], strict=True))


@pytest.mark.parametrize("cls", CLASSES)
def test_a_parameter_that_thaws_goes_on_where_it_stopped(cls):
    model, alone = network(), network()
    optimizer = make(cls, model.parameters())
    one_by_one = Each(cls, alone.parameters())
    for seed in range(8):
        for m in (model, alone):
            if seed in (2, 6):
                m[0].freeze()
            if seed == 4:
                m.unfreeze()
        optimizer.zero_grad()
        give(model.parameters(), seed)
        optimizer.step()
        one_by_one.zero_grad()
        give(alone.parameters(), seed)
        for single in one_by_one.alone:
            if single.params[0].requires_grad:
                single.step()
    assert_same(values(model.parameters()), values(alone.parameters()))


def test_gradients_of_what_is_frozen_do_not_pile_up():
    model = network()
    model[0].freeze()
    optimizer = SGD(model.parameters(), lr=0.1)
    give(model.parameters(), 0)
    optimizer.zero_grad()
    assert not any(p.grad.any() for p in model.parameters())
    model.unfreeze()
    before = values(model.parameters())
    optimizer.step()
    assert_same(values(model.parameters()), before)


def test_all_frozen_is_no_error_here():
    model = network().freeze()
    optimizer = Adam(model.parameters())
    before = values(model.parameters())
    turn(optimizer, model.parameters(), 0)
    assert_same(values(model.parameters()), before)


# -- groups and rates -------------------------------------------------------------------------------------------------


def test_groups_have_options_of_their_own():
    weight, bias, other = params = [Parameter(np.ones(2)) for _ in range(3)]
    optimizer = SGD(
        [{"params": [weight, other], "weight_decay": 0.5}, {"params": iter([bias]), "lr": 0.01}], lr=0.1
    )
    for p in params:
        p.grad = [1.0, -1.0]
    optimizer.step()
    np.testing.assert_allclose(weight.data, 1 - 0.1 * np.array([1.5, -0.5]))
    np.testing.assert_allclose(other.data, weight.data)
    np.testing.assert_allclose(bias.data, 1 - 0.01 * np.array([1.0, -1.0]))
    assert [(g["lr"], g["weight_decay"]) for g in optimizer.param_groups] == [(0.1, 0.5), (0.01, 0.0)]
    optimizer.param_groups[1]["lr"] = 1.0
    optimizer.step()
    np.testing.assert_allclose(bias.data, 1 - 1.01 * np.array([1.0, -1.0]))


def test_a_group_may_be_added_later():
    first, second = Parameter(np.ones(1)), Parameter(np.ones(2))
    optimizer = Adam([first], lr=0.1)
    first.grad = [1.0]
    optimizer.step()
    optimizer.add_param_group({"params": [second], "lr": 0.5})
    second.grad = [3.0, -3.0]
    optimizer.step()
    np.testing.assert_allclose(first.data, 0.8, rtol=1e-6)
    np.testing.assert_allclose(second.data, [0.5, 1.5], rtol=1e-6)
    assert optimizer.params == [first, second]


def test_lr_is_every_groups():
    a, b = Parameter(np.ones(1)), Parameter(np.ones(1))
    optimizer = SGD([{"params": [a]}, {"params": [b]}], lr=0.1)
    optimizer.lr *= 0.5
    assert optimizer.lr == 0.05
    assert [g["lr"] for g in optimizer.param_groups] == [0.05, 0.05]
    optimizer.param_groups[0]["initial_lr"] = 0.5  # a schedule was here
    optimizer.lr = 0.05
    assert "initial_lr" not in optimizer.param_groups[0]
    optimizer.param_groups[1]["lr"] = 0.01
    with pytest.raises(ValueError) as raised:
        optimizer.lr = 1.0
    assert str(raised.value) == (
        "SGD.lr expects groups with one rate, but got groups with lr 0.05, 0.01. Set each one: "
        'optimizer.param_groups[0]["lr"] = ...'
    )
    assert [g["lr"] for g in optimizer.param_groups] == [0.05, 0.01]


def test_what_a_person_sees():
    weight = Parameter(np.ones(1))
    assert repr(Adam([weight])) == "Adam(lr=0.001)"
    assert repr(SGD([weight], 0.5, momentum=0.9, nesterov=True)) == "SGD(lr=0.5, momentum=0.9, nesterov=True)"
    assert repr(Adam([weight], betas=(0.5, 0.9), l1=0.25)) == "Adam(lr=0.001, betas=(0.5, 0.9), l1=0.25)"
    assert (
        repr(AdamW([{"params": [weight], "lr": 0.1}, {"params": [Parameter(np.ones(2))]}]))
        == "AdamW(lr=0.1; lr=0.001)"
    )


def test_a_rule_without_update_says_so():
    class Lazy(Optimizer):
        pass

    weight = Parameter(np.ones(1))
    with pytest.raises(
        NotImplementedError, match=r"Lazy has no update: write def update\(self, w, g, state, group, t\)"
    ):
        Lazy([weight], lr=0.1).step()


# -- state ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", CLASSES)
def test_saved_and_loaded_goes_on_bit_for_bit(cls):
    model = network()
    params = model.parameters()
    optimizer = make(cls, [{"params": params[:1], "weight_decay": 0.1}, {"params": params[1:]}], l1=0.01)
    model[2].freeze()  # its parameters take two steps fewer
    for seed in range(4):
        if seed == 2:
            model.unfreeze()
        turn(optimizer, params, seed)
    state = optimizer.state_dict()
    recorded = copy.deepcopy(state)
    twin = model.copy()
    others = twin.parameters()
    again = make(cls, [{"params": others[:1]}, {"params": others[1:]}])
    again.load_state_dict(state)
    for seed in (7, 8):
        turn(optimizer, params, seed)
        turn(again, others, seed)
    assert_same(values(others), values(params))
    assert pickle.dumps(state) == pickle.dumps(recorded)  # neither optimiser works on the arrays of the state


def test_the_state_is_what_pytorchs_is_like():
    first, second = Parameter(np.ones((2, 1))), Parameter(np.ones(3))
    optimizer = Adam([{"params": [first]}, {"params": [second], "lr": 0.5}], lr=0.1)
    assert optimizer.state_dict()["state"] == {}
    second.requires_grad = False
    first.grad = [[2.0], [0.0]]
    optimizer.step()
    state = optimizer.state_dict()
    assert state["optimizer"] == "Adam"
    options = {"weight_decay": 0.0, "l1": 0.0, "betas": (0.9, 0.999), "eps": 1e-8}
    assert state["param_groups"] == [
        {"params": [0], "lr": 0.1, **options},
        {"params": [1], "lr": 0.5, **options},
    ]
    assert list(state["state"]) == [0]
    assert state["state"][0]["steps"] == 1
    np.testing.assert_allclose(state["state"][0]["mean"], [[0.2], [0.0]])
    np.testing.assert_allclose(state["state"][0]["square"], [[0.004], [0.0]])


def test_plain_descent_keeps_nothing():
    weight = Parameter(np.ones(2))
    optimizer = SGD([weight], lr=0.1)
    optimizer.step()
    assert optimizer.state_dict()["state"] == {0: {"steps": 1}}


def test_a_rate_of_zero_where_a_schedule_ended_can_be_loaded():
    weight = Parameter(np.ones(2))
    optimizer = SGD([weight], lr=0.1)
    optimizer.param_groups[0]["lr"] = 0.0
    again = SGD([Parameter(np.ones(2))], lr=0.5)
    again.load_state_dict(optimizer.state_dict())
    assert again.lr == 0.0


def adam_state(**changes):
    optimizer = Adam([Parameter(np.ones(3)), Parameter(np.ones((2, 2)))], lr=0.1)
    optimizer.step()
    return {**optimizer.state_dict(), **changes}


def damaged(change):
    state = adam_state()
    change(state)
    return state


WHO = "Adam.load_state_dict expects "


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (None, TypeError, WHO + "the dict that state_dict returned, but got None."),
        (
            {"weight": np.ones(3)},
            TypeError,
            WHO + "the dict that state_dict returned, but got a dict of 'weight'.",
        ),
        (adam_state(optimizer="AdamW"), ValueError, WHO + "the state of Adam, but got that of AdamW."),
        (
            damaged(lambda s: s["param_groups"][0]["params"].pop()),
            ValueError,
            WHO + "groups of [2] parameters, but got [1].",
        ),
        (
            damaged(lambda s: s["param_groups"][0].pop("eps")),
            ValueError,
            WHO + "the options lr, betas, eps, weight_decay, l1, but got lr, betas, weight_decay, l1.",
        ),
        (
            damaged(lambda s: s["param_groups"][0].update(lr=-1.0)),
            ValueError,
            WHO + "a finite number lr of at least 0, but got lr=-1.0.",
        ),
        (
            damaged(lambda s: s["param_groups"][0].update(betas=(0.9, 2.0))),
            ValueError,
            "Adam expects a finite number betas[1] of at least 0 and below 1, but got betas[1]=2.0. PyTorch's and the "
            "paper's are (0.9, 0.999).",
        ),
        (
            damaged(lambda s: s["state"].update({7: s["state"][0]})),
            ValueError,
            WHO + "state of parameters 0 to 1, but got that of 7.",
        ),
        (
            damaged(lambda s: s["state"][1].update(mean=np.ones(4))),
            ValueError,
            WHO + "mean of shape (2, 2) for parameter 1, but got float64 array of shape (4,).",
        ),
        (
            damaged(lambda s: s["state"][1].update(square=np.full((2, 2), "x"))),
            ValueError,
            WHO + "square of shape (2, 2) for parameter 1, but got <U1 array of shape (2, 2).",
        ),
        (
            damaged(lambda s: s["state"][0].update(mean=1j * np.ones(3))),
            ValueError,
            WHO + "mean of shape (3,) for parameter 0, but got complex128 array of shape (3,).",
        ),
        *(
            (
                adam_state(**part),
                TypeError,
                WHO + "the dict that state_dict returned, but got one of another build.",
            )
            for part in (
                {"param_groups": 3},
                {"param_groups": [3]},
                {"param_groups": [{}]},
                {"state": 3},
                {"state": {0: 3}},
            )
        ),
        (
            damaged(lambda s: s["state"][0].pop("square")),
            ValueError,
            WHO + "square of shape (3,) for parameter 0, but got None.",
        ),
        (
            damaged(lambda s: s["state"][0].update(steps=0)),
            ValueError,
            WHO + "a whole number steps of parameter 0 of at least 1, but got steps of parameter 0=0.",
        ),
    ],
)
def test_refuses_states_and_stays_as_it_was(state, error, message):
    params = [Parameter(np.ones(3)), Parameter(np.ones((2, 2)))]
    optimizer = Adam(params, lr=0.7)
    turn(optimizer, params, 0)
    before, data = pickle.dumps(optimizer.state_dict()), values(params)
    with pytest.raises(error) as raised:
        optimizer.load_state_dict(state)
    assert str(raised.value) == message
    assert pickle.dumps(optimizer.state_dict()) == before
    assert_same(values(params), data)


# -- what is refused --------------------------------------------------------------------------------------------------

ONE = Parameter(np.ones(2))


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (
            [],
            ValueError,
            "SGD expects one parameter or more, but got none. Does the model keep its layers in attributes, lists or "
            "dicts? Only there they are found.",
        ),
        (
            [{"params": [ONE]}, {"params": []}],
            ValueError,
            "SGD expects one parameter or more in group 1, but got none. Does the model keep its layers in attributes, "
            "lists or dicts? Only there they are found.",
        ),
        (
            network(),
            TypeError,
            "SGD expects parameters, but got the Module Sequential. Pass its parameters: model.parameters().",
        ),
        (
            [nnbook.Linear(2, 3, rng=0), nnbook.Tanh()],
            TypeError,
            "SGD expects parameters, but got the Module Linear at place 0. Gather theirs: [p for layer in layers for p "
            "in layer.parameters()].",
        ),
        (
            ONE,
            TypeError,
            "SGD expects a list of parameters, but got the Parameter Parameter(shape=(2,), dtype=float64). Put it in a "
            "list: [parameter].",
        ),
        (
            None,
            TypeError,
            "SGD expects a list of parameters, but got None. Pass model.parameters().",
        ),
        (
            "weights",
            TypeError,
            "SGD expects a list of parameters, but got the str 'weights'. Pass model.parameters().",
        ),
        (
            np.ones(2),
            TypeError,
            "SGD expects a list of parameters, but got float64 array of shape (2,). Pass model.parameters().",
        ),
        (
            {"params": 1},
            TypeError,
            "SGD expects a list of parameters, but got the dict {'params': 1}. Pass model.parameters().",
        ),
        (
            [np.ones(2)],
            TypeError,
            "SGD expects parameters, but got float64 array of shape (2,) at place 0.",
        ),
        (
            [("w", 1)],
            TypeError,
            "SGD expects parameters, but got the tuple ('w', 1) at place 0. Names are not needed: pass "
            "model.parameters().",
        ),
        (
            {1},
            TypeError,
            "SGD expects a list of parameters, but got the set {1}. A set has no order: pass a list.",
        ),
        (
            [{"params": [ONE]}, {"lr": 0.1}],
            TypeError,
            "SGD expects groups that are dicts with 'params', but got the dict {'lr': 0.1}. Write "
            '{"params": [...], "lr": 0.01}.',
        ),
        (
            [{"params": network()}],
            TypeError,
            "SGD, group 0, expects parameters, but got the Module Sequential. Pass its parameters: model.parameters().",
        ),
        (
            [ONE, Parameter(np.ones(3)), ONE],
            ValueError,
            "SGD expects each parameter once, but got parameter 2 of group 0, of shape (2,), twice. "
            "model.parameters() lists shared weights once.",
        ),
        (
            [{"params": [ONE]}, {"params": [ONE]}],
            ValueError,
            "SGD expects each parameter once, but got parameter 0 of group 1, of shape (2,), twice. "
            "model.parameters() lists shared weights once.",
        ),
        (
            [{"params": [ONE], "weight_decy": 0.1}],
            ValueError,
            "SGD expects groups with the options lr, momentum, nesterov, weight_decay, l1, but got 'weight_decy'. Did you "
            "mean 'weight_decay'?",
        ),
        (
            [{"params": [ONE], "lr": -1}],
            ValueError,
            "SGD expects a finite number lr above 0, but got lr=-1. Try lr=1e-3.",
        ),
    ],
)
def test_refuses_parameters(params, error, message):
    data = ONE.data
    with pytest.raises(error) as raised:
        SGD(params, lr=0.1)
    assert str(raised.value) == message
    assert ONE.data is data


@pytest.mark.parametrize("lr", [0, -1.0, np.nan, np.inf])
def test_refuses_rates_later_too(lr):
    optimizer = SGD([Parameter(np.ones(2))], lr=0.1)
    with pytest.raises(ValueError) as raised:
        optimizer.lr = lr
    assert str(raised.value) == f"SGD expects a finite number lr above 0, but got lr={lr!r}. Try lr=1e-3."
    assert optimizer.lr == 0.1


def test_a_group_that_is_refused_is_not_added():
    optimizer = SGD([ONE], lr=0.1)
    with pytest.raises(ValueError):
        optimizer.add_param_group({"params": [ONE]})
    with pytest.raises(ValueError):
        optimizer.add_param_group({"params": [Parameter(np.ones(1))], "momentum": -1})
    assert len(optimizer.param_groups) == 1


def test_as_parameters_gives_a_list():
    assert as_parameters("f", iter([ONE])) == [ONE]
