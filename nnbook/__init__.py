"""nnbook: neural networks in plain NumPy, readable to the last line; the package of the course of that name."""

__version__ = "0.1.0"

from nnbook import datasets, functional, init, models
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
from nnbook.attention import AdditiveAttention, MultiHeadAttention
from nnbook.conv_transpose import ConvTranspose2d
from nnbook.convolution import Conv1d, Conv2d
from nnbook.datasets.loader import DataLoader, train_test_split
from nnbook.dropout import Dropout, GaussianNoise
from nnbook.embedding import Embedding
from nnbook.export import from_torch, to_torch
from nnbook.files import load, load_state, save
from nnbook.gradients import check_gradients, numerical_gradient
from nnbook.linear import Linear
from nnbook.losses import (
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HingeLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    Loss,
    MSELoss,
    MultiMarginLoss,
    NLLLoss,
)
from nnbook.models import summary
from nnbook.module import Buffer, Flatten, Module, Parameter, Residual, Sequential
from nnbook.normalization import BatchNorm1d, BatchNorm2d, LayerNorm
from nnbook.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    RMSprop,
    clip_grad_norm,
    clip_grad_value,
)
from nnbook.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from nnbook.recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell
from nnbook.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from nnbook.training import Checkpoint, EarlyStopping, History, evaluate, fit, keep_memory, show_config


def __getattr__(name: str) -> object:
    """Load what brings matplotlib, ipywidgets or scikit-learn when it is first asked for."""
    import importlib

    if name in ("autograd", "plots", "practice", "widgets"):
        return importlib.import_module(f"nnbook.{name}")
    if name in ("NeuralClassifier", "NeuralRegressor"):
        return getattr(importlib.import_module("nnbook.estimator"), name)
    raise AttributeError(f"module 'nnbook' has no attribute {name!r}")
