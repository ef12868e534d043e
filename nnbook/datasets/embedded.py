"""Data that comes with the package: 1,797 handwritten digits, small enough to need no download.

The file beside this one holds them as bytes, and the split, so that every machine and every version of NumPy gets
the same numbers.
"""

from __future__ import annotations

import functools
import pathlib

import numpy as np

from nnbook.arrays import Array
from nnbook.errors import check_choice, describe, explain

__all__ = ["digits"]


def digits(split: str = "random", flat: bool = False) -> tuple[Array, Array, Array, Array]:
    """1,797 handwritten digits of 8 × 8 pixels: x_train, y_train, x_test, y_test.

    Parameters
    ----------
    split : {"random", "tail"}
        Which quarter is the test. "random": 450 examples drawn so that each digit has the same share in both parts; it
        is fixed, and the one that scikit-learn's
        ``train_test_split(x, y, test_size=0.25, stratify=y, random_state=0)`` draws. "tail": the last quarter as
        the file has it, unshuffled. Neighbours in the file are apparently one writer's, so this test asks about
        people of whom training saw little: it is harder, and the fairer question (notebook 16).
    flat : bool
        Whether the images come as rows of 64 numbers instead of (1, 8, 8).

    Returns
    -------
    x_train : ndarray of float32, shape (1347, 1, 8, 8), or (1347, 64) if flat
        How much ink each pixel holds, in [0, 1].
    y_train : ndarray of int64, shape (1347,)
        Which digit it is, 0 to 9.
    x_test, y_test : ndarray
        The same for the 450 test examples.

    Notes
    -----
    Forty-three people wrote digits on a preprinted form, which was scanned: each digit became 32 × 32 pixels, black or
    white. These were cut into 8 × 8 blocks of 4 × 4 pixels, and the black ones in each block counted: a number from
    0 to 16, which is divided by 16 here. The dataset has 30 writers' digits for training and 13 others' for the test;
    these are the 1,797 of the test part, in its order, as scikit-learn's ``load_digits`` has them.

    Alpaydin, E. & Kaynak, C. 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
    doi:10.24432/C50P49. Licence: Creative Commons Attribution 4.0 (CC BY 4.0).

    Examples
    --------
    >>> x_train, y_train, x_test, y_test = digits()
    >>> x_train.shape, y_train.shape, x_test.shape, x_train.dtype, y_train.dtype
    ((1347, 1, 8, 8), (1347,), (450, 1, 8, 8), dtype('float32'), dtype('int64'))
    >>> y_test[:5]
    array([2, 0, 4, 9, 4])
    """
    check_choice("digits", "split", split, ["random", "tail"])
    if not isinstance(flat, (bool, np.bool_)):
        raise TypeError(explain("digits", "True or False as flat", describe(flat)))
    images, labels, order = _read_digits()
    rows = order if split == "random" else np.arange(len(images))
    x = (images[rows] / np.float32(16)).reshape(len(rows), *((64,) if flat else (1, 8, 8)))
    y = labels[rows].astype(np.int64)
    train = len(rows) - 450
    return x[:train], y[:train], x[train:], y[train:]


@functools.cache
def _read_digits() -> tuple[Array, Array, Array]:  # (1797, 8, 8) (1797,) (1797,)
    with np.load(pathlib.Path(__file__).with_name("digits.npz")) as file:
        return file["images"], file["labels"], file["order"]
