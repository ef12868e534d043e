"""What a row of the table is, and the helpers that keep rows short."""

import atexit
import functools
import pathlib
import shutil
import tempfile
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import nnbook

call = functools.partial
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="bad-calls-"))
"""Where files are that rows read; nothing in it may change."""
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

RAGGED = [[1.0], [1.0, 2.0]]


class Bad(NamedTuple):
    """A wrong call: whose it is, the call, and the error and whole message that it must end in."""

    whose: Any
    call: Callable[[], Any]
    error: type[Exception]
    message: str


def numbers(*shape):
    """Numbers that are all different, so that what is exchanged or changed shows."""
    return np.random.default_rng(0).standard_normal(shape)


def called(module, *inputs):
    """The module, called once: its backward has something to undo."""
    module(*inputs)
    return module


def assign(owner, name, value):
    """Set an attribute."""
    setattr(owner, name, value)


def iterate(values):
    """Go through all."""
    for _ in values:
        pass


def model():
    return nnbook.models.mlp(3, 4, 2, rng=0)


def adam(**options):
    return nnbook.Adam([nnbook.Parameter(numbers(3))], **options)
