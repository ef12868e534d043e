import pickle

import numpy as np
import pytest

import nnbook
from nnbook.module import Buffer, Flatten, Module, Parameter, Residual, Sequential
from tests.ladder import rung

RNG = np.random.default_rng(0)
X = RNG.standard_normal((5, 3))


class Scale(Module):
    """A learner's layer: no super().__init__()."""

    def __init__(self, factor=2.0):
        self.factor = Parameter(np.array([factor]))

    def forward(self, x):
        self.save(x)
        return x * self.factor.data

    def backward(self, dy):
        (x,) = self.saved()
        self.factor.grad += np.sum(dy * x)
        return dy * self.factor.data


class Fails(Module):
    def forward(self, x):
        raise ValueError("on purpose")

    def backward(self, dy):
        raise ValueError("on purpose")


class FailsBackward(Module):
    def forward(self, x):
        self.save(x)
        return x

    def backward(self, dy):
        raise ValueError("on purpose")


class Two(Module):
    """Two outputs, the second a pair, as an LSTM has."""

    def forward(self, x):
        self.save(x)
        return x, (2 * x, 3 * x[:, :1])

    def backward(self, dy, dstate):
        self.saved()
        dh, dc = dstate
        dx = dy + 2 * dh
        dx[:, :1] += 3 * dc
        return dx


def small(seed=0):
    rng = np.random.default_rng(seed)
    return Sequential(nnbook.Linear(3, 4, rng=rng), Scale(), nnbook.Linear(4, 2, rng=rng))


def stacks_are_empty(model):
    return all(m._contexts is None and m._outputs is None for m in model.modules())


# -- the stack


def test_a_layer_called_twice_is_undone_newest_first():
    layer = Scale(2.0)
    a, b = X, X + 1
    layer(a), layer(b)
    layer.backward(np.full((5, 3), 10.0))
    assert np.isclose(layer.factor.grad[0], 10 * b.sum())
    layer.backward(np.full((5, 3), 1.0))
    assert np.isclose(layer.factor.grad[0], 10 * b.sum() + a.sum())


def test_a_save_after_a_pop_drops_the_leftovers_of_stray_forwards():
    layer = Scale()
    for _ in range(3):
        layer(X)  # nobody undoes these
    layer.backward(X)
    layer(X)
    assert len(layer._contexts.items) == 1
    assert len(layer._outputs.items) == 1


def test_a_tied_layer_collects_both_gradients():
    class Twice(Module):
        def __init__(self):
            self.scale = Scale(3.0)

        def forward(self, x):
            return self.scale(self.scale(x))

        def backward(self, dy):
            return self.scale.backward(self.scale.backward(dy))

    check = nnbook.check_gradients(Twice(), X)
    assert check.ok, check
    assert list(check) == ["x", "scale.factor"]


def test_popping_an_empty_stack_says_what_to_do():
    with pytest.raises(IndexError) as raised:
        nnbook.Linear(3, 2, rng=0).backward(np.ones((1, 2)))
    assert str(raised.value) == (
        "Linear(3, 2).backward expects one call of the layer, with recording on, for each backward, but got nothing "
        "left to undo. Call the layer first (model.train(); y = model(x)), then backward once."
    )


def test_an_error_forward_empties_the_stacks_of_the_whole_tree():
    model = Sequential(nnbook.Linear(3, 4, rng=0), Fails())
    with pytest.raises(ValueError, match="on purpose"):
        model(X)
    assert stacks_are_empty(model)


def test_an_error_backward_empties_the_stacks_and_leaves_the_parameters():
    model = Sequential(nnbook.Linear(3, 4, rng=0), FailsBackward(), Scale())
    before = [p.data.copy() for p in model.parameters()]
    y = model(X)
    with pytest.raises(ValueError, match="on purpose"):
        model.backward(y)
    assert stacks_are_empty(model)
    assert all((p.data == b).all() for p, b in zip(model.parameters(), before, strict=True))


def test_stacks_are_left_out_of_copies_and_pickles():
    model = small()
    model(X)
    for twin in (model.copy(), pickle.loads(pickle.dumps(model))):
        assert stacks_are_empty(twin)
        np.testing.assert_array_equal(twin.predict(X), model.predict(X))
        twin.layers[0].weight.data += 1
        assert not np.array_equal(twin.predict(X), model.predict(X))
    assert not stacks_are_empty(model)


# -- checking what comes back


def test_backward_checks_the_shape_against_its_forward():
    layer = nnbook.Linear(3, 2, rng=0)
    layer(X)
    with pytest.raises(ValueError) as raised:
        layer.backward(np.ones((5, 3)))
    assert str(raised.value) == (
        "Linear(3, 2).backward expects dy of shape (5, 2), but got shape (5, 3). It is the gradient of the loss with "
        "respect to the layer's output, so it has the output's shape."
    )
    assert not layer.weight.grad.any()


def test_backward_of_a_learners_layer_is_checked_too():
    layer = Scale()
    layer(X)
    with pytest.raises(
        ValueError, match=r"Scale\(\).backward expects dy of shape \(5, 3\), but got shape \(3,\)"
    ):
        layer.backward(np.ones(3))


def test_none_is_a_gradient_of_zeros():
    layer = Two()
    layer(X)
    np.testing.assert_allclose(layer.backward(X, None), X)
    layer(X)
    np.testing.assert_allclose(layer.backward(None, (X, None)), 2 * X)
    assert nnbook.check_gradients(layer, X).ok


@pytest.mark.parametrize(
    ("gradients", "message"),
    [
        ((X,), "Two().backward expects 2 gradient(s), one per output, but got 1."),
        ((X, X), "Two().backward expects a tuple of 2 gradients, but got float64 array of shape (5, 3)."),
    ],
)
def test_the_number_of_gradients_is_checked(gradients, message):
    layer = Two()
    layer(X)
    with pytest.raises(TypeError) as raised:
        layer.backward(*gradients)
    assert str(raised.value) == message


def test_gradients_are_brought_to_the_outputs_dtype():
    layer = nnbook.Linear(3, 2, rng=0)
    assert layer(X).dtype == np.float32
    assert layer.backward(np.ones((5, 2))).dtype == np.float32


def test_super_backward_is_not_checked_twice():
    class Louder(Scale):
        def backward(self, dy):
            return 2 * super().backward(dy)

    layer = Louder(3.0)
    layer(X), layer(X)
    np.testing.assert_allclose(layer.backward(np.ones((5, 3))), 6.0)
    np.testing.assert_allclose(layer.backward(np.ones((5, 3))), 6.0)


@pytest.mark.parametrize("scalar", [float, np.float32, np.float64])
def test_a_loss_of_ones_own_takes_no_gradient(scalar):
    class Sum(Module):
        def forward(self, x):
            self.save(x)
            return scalar(x.sum())

        def backward(self):
            (x,) = self.saved()
            return np.ones_like(x)

    loss = Sum()
    loss(X)
    np.testing.assert_array_equal(loss.backward(), np.ones((5, 3)))


# -- the flags


def test_eval_clears_both_flags_and_train_sets_both():
    model = small()
    assert model.eval() is model
    assert not any(m.training or m.recording for m in model.modules())
    model(X)
    assert stacks_are_empty(model)
    assert model.train() is model
    assert all(m.training and m.recording for m in model.modules())


def test_predict_restores_every_flag_and_touches_no_stack():
    model = small()
    model(X)
    model.layers[1].training = False
    before = [(m.training, m.recording, m._contexts) for m in model.modules()]
    many = RNG.standard_normal((10, 3)).astype(np.float32)
    np.testing.assert_allclose(model.predict(many, batch_size=3), model.predict(many), rtol=1e-5, atol=1e-6)
    assert before == [(m.training, m.recording, m._contexts) for m in model.modules()]


def test_predict_restores_the_flags_after_an_error():
    model = small()
    with pytest.raises(ValueError, match="3 features"):
        model.predict(np.ones((2, 7)))
    assert all(m.training and m.recording for m in model.modules())


def test_predict_puts_several_outputs_together():
    y, (h, c) = Two().predict(X, batch_size=2)
    np.testing.assert_array_equal(y, X)
    np.testing.assert_array_equal(h, 2 * X)
    np.testing.assert_array_equal(c, 3 * X[:, :1])


def test_predict_wants_as_many_of_each_input():
    with pytest.raises(ValueError) as raised:
        small().predict(np.ones((2, 3)), np.ones((3, 3)))
    assert str(raised.value) == (
        "Sequential.predict expects inputs with the same number of examples along axis 0, but got float64 array of "
        "shape (2, 3), float64 array of shape (3, 3)."
    )
    with pytest.raises(ValueError, match="batch_size of at least 1"):
        small().predict(X, batch_size=0)


def test_freeze_fixes_and_still_lets_gradients_through():
    model = small()
    first = model.layers[0].freeze()
    assert [p.requires_grad for p in model.parameters()] == [False, False, True, True, True]
    model.train()
    assert not first.training  # or a frozen batch norm would go on moving
    assert first.recording
    model(X)
    assert model.backward(np.ones((5, 2))).shape == X.shape
    first.unfreeze()
    assert first.training
    assert all(p.requires_grad for p in model.parameters())


# -- what belongs to a module


def test_everything_is_found_once_wherever_it_lies():
    class Odd(Module):
        def __init__(self):
            self.shared = nnbook.Linear(2, 2, rng=0)
            self.listed = [self.shared, (Scale(), {"deep": Scale()})]
            self.mean = Buffer(np.zeros(2))
            self.alone = Parameter(np.ones(1))
            self.alias = self.alone
            self.text = "not me"
            self.loop = self

    model = Odd()
    assert [name for name, _ in model.named_parameters()] == [
        "shared.weight",
        "shared.bias",
        "listed.1.0.factor",
        "listed.1.1.deep.factor",
        "alone",
    ]
    assert [name for name, _ in model.named_buffers()] == ["mean"]
    assert [type(m).__name__ for m in model.modules()] == ["Odd", "Linear", "Scale", "Scale"]


def test_a_parameter_is_set_in_place():
    parameter = Parameter(np.zeros((2, 3)))
    view = parameter.data[0]
    parameter.data = np.ones((2, 3))
    assert view.tolist() == [1, 1, 1]
    parameter.grad += 2
    parameter.data -= parameter.grad
    assert view.tolist() == [-1, -1, -1]
    with pytest.raises(ValueError) as raised:
        parameter.data = np.ones(3)
    assert (
        str(raised.value)
        == "Parameter.data expects an array of shape (2, 3), but got float64 array of shape (3,)."
    )


def test_a_parameter_keeps_its_values_when_moved():
    parameter = Parameter(np.arange(3.0))
    parameter.grad += 1
    data, grad = np.empty(3), np.empty(3)
    parameter.move_into(data, grad)
    assert parameter.data is data
    assert data.tolist() == [0, 1, 2]
    assert grad.tolist() == [1, 1, 1]


def test_zero_grad():
    model = small()
    model(X)
    model.backward(np.ones((5, 2)))
    assert all(p.grad.any() for p in model.parameters())
    model.zero_grad()
    assert not any(p.grad.any() for p in model.parameters())


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: Parameter([1, 2]), TypeError, "Parameter expects floating numbers, but got int64 array of shape (2,). "
         "Use data.astype(np.float32)."),
        (lambda: Sequential(), ValueError, "Sequential expects one layer or more, but got none."),
        (lambda: Sequential([Scale()]), TypeError, "Sequential expects a Module as layer 0, but got the list [Scale()]. "
         "Pass the layers one by one: Sequential(*layers)."),
        (lambda: Sequential(Scale), TypeError, "Sequential expects a Module as layer 0, but got the type <class "
         "'tests.test_module.Scale'>. Make one: Scale(...)."),
        (lambda: Residual(np.tanh), TypeError, "Residual expects a Module as block, but got the ufunc <ufunc 'tanh'>."),
        (lambda: Flatten()(np.ones(3)), ValueError, "Flatten() expects a batch of two axes or more, but got float64 "
         "array of shape (3,). Add the batch's axis: x[np.newaxis]."),
        (lambda: Residual(nnbook.Linear(3, 4, rng=0))(X), ValueError, "Residual expects a shortcut of the block's output "
         "shape (5, 4), but got shape (5, 3). Give it a shortcut that changes the shape, such as a Linear or a 1x1 "
         "Conv2d."),
    ],
)  # fmt: skip
def test_refuses(build, error, message):
    with pytest.raises(error) as raised:
        build()
    assert str(raised.value) == message


def test_a_module_without_forward_or_backward_says_so():
    with pytest.raises(NotImplementedError, match="Module has no forward: write def forward"):
        Module()(X)
    with pytest.raises(NotImplementedError, match="Module has no backward: write def backward"):
        Module().backward(X)


# -- Sequential, Residual, Flatten


@rung(1, "Sequential", "Residual", "Flatten")
def test_gradients_numerically():
    rng = np.random.default_rng(1)
    shortcut = nnbook.Linear(6, 4, rng=rng)
    model = Sequential(
        Flatten(),
        Residual(nnbook.Linear(6, 4, rng=rng), shortcut),
        Residual(Sequential(nnbook.Linear(4, 5, rng=rng), Scale(), nnbook.Linear(5, 4, rng=rng))),
    )
    check = nnbook.check_gradients(model, RNG.standard_normal((5, 2, 3)))
    assert check.ok, check
    assert len(check) == 1 + 4 + 5


@rung(2, "Sequential", "Residual", "Flatten")
def test_are_what_they_say():
    a, b = Scale(2.0), Scale(5.0)
    x = RNG.standard_normal((4, 2, 3))
    np.testing.assert_allclose(Sequential(a, b)(x), b.forward(a.forward(x)))
    np.testing.assert_allclose(Residual(a)(x), x + 2 * x)
    np.testing.assert_allclose(Residual(a, b)(x), 2 * x + 5 * x)
    np.testing.assert_array_equal(Flatten()(x), [row.ravel() for row in x])


@rung(3, "Sequential", "Residual", "Flatten")
def test_as_pytorch():
    from tests import oracle

    case = oracle._load("module", "residual")
    model = Sequential(Flatten(), Residual(nnbook.Linear(6, 6, dtype=np.float64)))
    block = model[1].block
    block.weight.data, block.bias.data = case["weight"], case["bias"]
    np.testing.assert_allclose(model(case["x"]), case["y"], rtol=1e-10)
    np.testing.assert_allclose(model.backward(case["dy"]), case["d_x"], rtol=1e-10)
    np.testing.assert_allclose(block.weight.grad, case["d_weight"], rtol=1e-10)
    np.testing.assert_allclose(block.bias.grad, case["d_bias"], rtol=1e-10)


@rung(4, "Sequential", "Residual", "Flatten")
def test_nesting_changes_nothing():
    layers = list(small())
    nested = Sequential(Sequential(layers[0]), Sequential(Sequential(*layers[1:])))
    flat = Sequential(*layers)
    np.testing.assert_array_equal(nested.predict(X), flat.predict(X))
    zero = Scale(0.0)
    np.testing.assert_array_equal(Residual(zero).predict(X), X)
    flatten = Flatten()
    images = RNG.standard_normal((2, 3, 4, 5))
    np.testing.assert_array_equal(flatten.backward(flatten(images)), images)


@rung(5, "Sequential", "Residual", "Flatten")
def test_strange_memory_and_sizes():
    images = np.ascontiguousarray(RNG.standard_normal((3, 4, 5, 2))).transpose(3, 0, 1, 2)  # batch innermost
    images.flags.writeable = False
    flatten = Flatten()
    flat = flatten(images)
    np.testing.assert_array_equal(flat, [np.ravel(image) for image in images])
    np.testing.assert_array_equal(flatten.backward(flat), images)
    assert Flatten()(np.zeros((0, 3, 2))).shape == (0, 6)
    assert small().predict(np.zeros((0, 3))).shape == (0, 2)
    np.testing.assert_allclose(Residual(Scale())(images), 3 * images)


def test_sequential_is_a_list_of_layers():
    model = small()
    assert len(model) == 3
    assert model[0] is model.layers[0]
    assert list(model[1:]) == model.layers[1:]
    assert repr(Sequential(nnbook.Linear(2, 3, rng=0), Sequential(Flatten()))) == (
        "Sequential(\n    Linear(2, 3),\n    Sequential(\n        Flatten(),\n    ),\n)"
    )
    assert (
        repr(nnbook.Linear(2, 3, bias=False, dtype=np.float64)) == "Linear(2, 3, bias=False, dtype='float64')"
    )


def test_a_layer_that_learns_is_not_left_without_its_gradient():
    class Forgetful(Scale):
        def backward(self, dy):
            super().backward(dy)

    model = Sequential(nnbook.Linear(3, 2, rng=0), nnbook.ReLU(), Forgetful())
    y = model(np.ones((5, 3)))
    with pytest.raises(ValueError) as raised:
        model.backward(np.ones_like(y))
    assert str(raised.value) == (
        "Sequential expects Forgetful() to pass a gradient on to Linear(3, 2), which learns, but got None. Does its "
        "backward end with return dx? Is its input_grad True?"
    )
    assert all(not module._contexts for module in model.modules())
    model[0].freeze()
    model(np.ones((5, 3)))
    assert model.backward(np.ones_like(y)) is None


def test_nobody_asks_for_the_gradient_of_the_data():
    model = Sequential(Flatten(), nnbook.Linear(6, 2, rng=0), Scale())
    model[1].input_grad = False
    images = RNG.standard_normal((5, 2, 3))
    for _ in range(3):
        model(images)
        assert model.backward(np.ones((5, 2))) is None
    assert not model[0]._contexts or len(model[0]._contexts.items) <= 1
