"""nnbook: neural networks in plain NumPy, readable to the last line; the package of the course of that name."""

__version__ = "0.1.0"

from nnbook import datasets, init
from nnbook.activations import (
    ELU,
    GELU,
    Identity,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Step,
    Tanh,
)
from nnbook.datasets.loader import DataLoader, train_test_split
from nnbook.files import load, save
from nnbook.gradients import check_gradients, numerical_gradient
from nnbook.linear import Linear
from nnbook.losses import CrossEntropyLoss, Loss, MSELoss
from nnbook.module import Buffer, Flatten, Module, Parameter, Residual, Sequential
from nnbook.training import Checkpoint, EarlyStopping, History, evaluate, fit, keep_memory, show_config
