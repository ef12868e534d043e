import numpy as np
import pytest

import nnbook
from nnbook.gradients import GradientCheck, check_gradients, numerical_gradient, relative_error
from nnbook.module import Buffer, Module, Parameter


def test_numerical_gradient_of_known_functions():
    x = np.array([[0.3, -1.2], [2.0, 0.5]])
    np.testing.assert_allclose(numerical_gradient(lambda v: np.sin(v).sum(), x), np.cos(x), rtol=1e-9)
    matrix = np.array([[2.0, 1.0], [1.0, 3.0]])
    v = np.array([1.0, -2.0])
    np.testing.assert_allclose(numerical_gradient(lambda w: 0.5 * w @ matrix @ w, v), matrix @ v, rtol=1e-8)
    np.testing.assert_array_equal(v, [1.0, -2.0])
    assert numerical_gradient(lambda w: 3 * float(w), 2.0).shape == ()


def test_relative_error():
    assert relative_error([3.0], [1.0]) == 0.5
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error(np.zeros((0, 2)), np.zeros((0, 2))) == 0
    assert relative_error([np.nan], [1.0]) == np.inf
    with pytest.raises(ValueError) as raised:
        relative_error([1.0], [1.0, 2.0])
    assert str(raised.value) == "relative_error expects two arrays of one shape, (1,), but got shape (2,)."


class Wrong(Module):
    """A layer with one fault at a time."""

    def __init__(self, fault=None):
        self.weight = Parameter(np.array([1.5, -0.5, 2.0]))
        self.fault = fault

    def forward(self, x):
        self.save(x)
        return x * self.weight.data

    def backward(self, dy):
        (x,) = self.saved()
        dweight = (dy * x).sum(axis=0)
        if self.fault == "weight":
            self.weight.grad += dweight / len(x)
        elif self.fault == "overwrites":
            self.weight.grad = dweight
        else:
            self.weight.grad += dweight
        return -dy * self.weight.data if self.fault == "input" else dy * self.weight.data


def test_a_right_layer_passes_and_each_fault_is_found_where_it_is():
    x = np.random.default_rng(0).standard_normal((4, 3))
    assert check_gradients(Wrong(), x).ok
    check = check_gradients(Wrong("weight"), x)
    assert not check.ok
    assert check["weight"] > 0.1
    assert check["x"] < 1e-9
    check = check_gradients(Wrong("input"), x)
    assert check["x"] == pytest.approx(1)
    assert check["weight"] < 1e-9


def test_the_check_leaves_the_module_as_it_was():
    layer = nnbook.Linear(3, 2, rng=0)
    layer.weight.grad += 7
    layer.input_grad = False
    before = layer.weight.data.copy()
    assert "x" in check_gradients(layer, np.ones((2, 3)))
    np.testing.assert_array_equal(layer.weight.data, before)
    assert (layer.weight.grad == 7).all()
    assert layer.weight.data.dtype == np.float32
    assert layer._contexts is None


def test_every_pass_meets_the_same_random_numbers_and_statistics():
    class Noisy(Module):
        def __init__(self):
            self.rng = np.random.default_rng(0)
            self.seen = Buffer(np.zeros(1))

        def forward(self, x):
            self.seen.data += 1
            mask = self.rng.random(x.shape) < 0.5
            self.save(mask)
            return x * mask * self.seen.data

        def backward(self, dy):
            (mask,) = self.saved()
            return dy * mask

    layer = Noisy()
    assert check_gradients(layer, np.random.default_rng(1).standard_normal((5, 4))).ok
    assert layer.seen.data[0] == 0


def test_integer_inputs_are_passed_on_unchecked():
    class Pick(Module):
        def forward(self, x, index):
            self.save(x.shape, index)
            return x[np.arange(len(x)), index]

        def backward(self, dy):
            shape, index = self.saved()
            dx = np.zeros(shape)
            dx[np.arange(len(dx)), index] = dy
            return dx

    check = check_gradients(Pick(), np.random.default_rng(0).standard_normal((3, 4)), np.array([0, 3, 1]))
    assert check.ok
    assert list(check) == ["x"]


def test_a_loss_is_checked_through_its_own_backward():
    check = check_gradients(nnbook.MSELoss(), np.ones((4, 2)) * 0.3, np.zeros((4, 2)))
    assert check.ok
    assert list(check) == ["x"]


def test_the_report_is_a_table():
    check = GradientCheck({"x": 1e-9, "weight": 0.3}, 1e-6)
    assert repr(check) == "x        1.0e-09  ok\nweight   3.0e-01  WRONG"
    assert not check.ok
    assert repr(GradientCheck({}, 1e-6)) == "nothing to check"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: check_gradients(np.tanh, np.ones(3)), TypeError, "check_gradients expects a Module first, then its inputs, but got "
         "the ufunc <ufunc 'tanh'>."),
        (lambda: check_gradients(Wrong(), np.ones((2, 3)), tolerance=0), ValueError, "check_gradients expects a finite number "
         "tolerance above 0, but got tolerance=0."),
        (lambda: numerical_gradient(np.sum, np.ones(3), h=-1), ValueError, "numerical_gradient expects a finite number h above 0, "
         "but got h=-1."),
    ],
)  # fmt: skip
def test_refuses(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message
