"""What the tests of training share: data, a model, and a fit that shows nothing."""

import signal

import numpy as np

import nnbook
from nnbook import callbacks
from nnbook.module import Buffer, Module
from nnbook.optimizers import SGD
from nnbook.training import fit

RNG = np.random.default_rng(0)
X = RNG.standard_normal((150, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)


def network(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return nnbook.Sequential(
        nnbook.Flatten(),
        nnbook.Sequential(nnbook.Linear(3, 8, rng=rng, dtype=dtype), nnbook.Tanh()),
        nnbook.Linear(8, 3, rng=rng, dtype=dtype),
    )


def values(model):
    return {name: array.copy() for name, array in callbacks.arrays_of(model)}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


class Spy(Module):
    """A layer that does nothing but call a function, forward and back."""

    def __init__(self, forth=lambda x: x, back=lambda dy: dy):
        self.forth, self.back = forth, back

    def forward(self, x):
        return self.forth(x)

    def backward(self, dy):
        return self.back(dy)


class Noise(Module):
    """Dropout and a running mean in one: a layer with a generator and a buffer that moves."""

    def __init__(self, features, rng=None, dtype=np.float64):
        self.mean = Buffer(np.zeros(features, dtype))
        self.rng = np.random.default_rng(rng)

    def forward(self, x):
        if not self.training:
            return x - self.mean.data
        self.mean.data = 0.9 * self.mean.data + 0.1 * x.mean(axis=0)
        mask = (self.rng.random(x.shape) < 0.8).astype(x.dtype)
        self.save(mask)
        return (x - self.mean.data) * mask

    def backward(self, dy):
        (mask,) = self.saved()
        return dy * mask


def quiet_fit(model, train=(X, Y), loss_fn=None, optimizer=None, *, epochs=2, **options):
    loss_fn = loss_fn or nnbook.CrossEntropyLoss()
    optimizer = optimizer or SGD(model.parameters(), lr=0.1, momentum=0.9)
    return fit(model, train, loss_fn, optimizer, epochs=epochs, progress=False, **options)


def spoilt(array, index, value):
    array = np.array(array)
    array[index] = value
    return array


def interrupt():
    signal.raise_signal(signal.SIGINT)
