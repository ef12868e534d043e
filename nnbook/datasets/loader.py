"""Data in portions: the batches of an epoch, sequences of different length brought to one, and a part kept for the test.

A *batch* is what one step of training looks at, an *epoch* is once through all examples (notebook 06). With
``shuffle=True`` each epoch takes the examples in a new order, a *permutation* drawn from `rng`; a batch is the rows
that the next `batch_size` entries of it name. So no second copy of the data is ever made, only one of each batch.

Sequences of different length have no common array. `pad_sequences` puts zeros behind the shorter ones, and says in a
*mask* which steps are real:

    [1 2 3]       padded [1 2 3]     mask [✓ ✓ ✓]
    [4]       →          [4 0 0]          [✓ · ·]

A loader knows its place: `DataLoader.state_dict` in the midst of an epoch, `DataLoader.load_state_dict` into a new
loader, and the epoch goes on with the batch that would have come next.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, Rng, as_generator
from nnbook.errors import as_array, check_integer, check_number, describe, explain

__all__ = ["DataLoader", "pad_sequences", "train_test_split"]

Data: TypeAlias = Array | list[Array]
"""Examples along the first axis of an array, or a list of sequences of different length."""


class DataLoader:
    """Goes through arrays in batches: ``for x, y in DataLoader(x_train, y_train, batch_size=64, shuffle=True, rng=0)``.

    Parameters
    ----------
    *arrays : array_like or list of array_like
        One or more, all with the same number of examples N along their first axis. A *list of arrays* is N sequences,
        each (T,) or (T, D) with a T of its own: it is padded batch by batch and arrives as a pair (padded, mask).
    batch_size : int
        How many examples a batch has; the last one of an epoch has what is left.
    shuffle : bool
        Whether each epoch takes the examples in a new random order.
    rng : int or Generator, optional
        Where the orders come from. Only drawn from with ``shuffle=True``, once an epoch.
    drop_last : bool
        Whether a last batch that is not full is left out.

    Attributes
    ----------
    arrays : tuple
        What it goes through: arrays, and lists of arrays where sequences differ in length.
    rng : Generator

    Notes
    -----
    ``len(loader)`` is the number of batches in an epoch. A batch is a tuple of fresh, C-contiguous arrays: to change it
    does not change the data. Each ``for`` begins a new epoch, also after a ``break``; only `load_state_dict` lets the
    next ``for`` go on in the midst of one.

    Raises
    ------
    TypeError, ValueError
        If an argument is no array, the lengths differ, or there is nothing to give out.

    Examples
    --------
    >>> loader = DataLoader(np.arange(10.0).reshape(5, 2), np.arange(5), batch_size=2)
    >>> len(loader)
    3
    >>> for x, y in loader:
    ...     print(x.shape, y)
    (2, 2) [0 1]
    (2, 2) [2 3]
    (1, 2) [4]

    Sequences of different length:

    >>> words, labels = [np.array([3, 1, 2]), np.array([4])], np.array([1, 0])
    >>> for (x, mask), y in DataLoader(words, labels):
    ...     print(x.tolist(), mask.tolist(), y)
    [[3, 1, 2], [4, 0, 0]] [[True, True, True], [True, False, False]] [1 0]
    """

    def __init__(
        self,
        *arrays: Any,
        batch_size: int = 64,
        shuffle: bool = False,
        rng: Rng = None,
        drop_last: bool = False,
    ) -> None:
        self.arrays = tuple(_examples("DataLoader", f"array {i}", x) for i, x in enumerate(arrays))
        self._length = _common_length("DataLoader", self.arrays)
        self.batch_size = check_integer("DataLoader", "batch_size", batch_size)
        self.shuffle = _flag("DataLoader", "shuffle", shuffle)
        self.drop_last = _flag("DataLoader", "drop_last", drop_last)
        self.rng = as_generator("DataLoader", rng)
        if self._length == 0:
            raise ValueError(explain("DataLoader", "one example or more", describe(self.arrays[0])))
        if self.drop_last and self.batch_size > self._length:
            expected = f"a batch_size of at most the {self._length} examples when drop_last=True"
            fix = "No batch would be full, and all be dropped: make batches smaller, or drop_last=False."
            raise ValueError(explain("DataLoader", expected, f"batch_size={self.batch_size}", fix))
        self._order: Array | None = None  # of the epoch that is under way; None between epochs, or unshuffled
        self._place = 0  # how many examples of that epoch have been given out
        self._resume = False
        self._epoch: object = None  # which iterator may move the place: the newest

    def __len__(self) -> int:
        batches = self._length / self.batch_size
        return math.floor(batches) if self.drop_last else math.ceil(batches)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        if not self._resume:
            self._order = self.rng.permutation(self._length) if self.shuffle else None
            self._place = 0
        self._resume = False
        self._epoch = epoch = object()
        return self._batches(epoch, self._order, self._place)

    def _batches(self, epoch: object, order: Array | None, place: int) -> Iterator[tuple[Any, ...]]:
        end = len(self) * self.batch_size if self.drop_last else self._length
        for start in range(place, end, self.batch_size):
            stop = min(start + self.batch_size, end)
            rows = slice(start, stop) if order is None else order[start:stop]
            batch = tuple(_batch(data, rows) for data in self.arrays)
            if self._epoch is epoch:
                self._place = stop
            yield batch
        if self._epoch is epoch:
            self._order, self._place = None, 0

    def state_dict(self) -> dict[str, Any]:
        """Where it stands, in numbers, lists and strings only, so that it goes into JSON as it is.

        Returns
        -------
        dict
            ``order``, the permutation of the epoch under way (None between epochs, or without shuffling); ``place``,
            how many of its examples were given out; ``rng``, the generator's state; and the settings that must be the
            same to go on: ``length``, ``batch_size``, ``shuffle``, ``drop_last``.

        Examples
        --------
        >>> loader = DataLoader(np.arange(6), batch_size=2, shuffle=True, rng=0)
        >>> for (x,) in loader:
        ...     if loader.state_dict()["place"] == 2:  # after the first batch
        ...         state = loader.state_dict()
        ...     else:
        ...         print(x)
        [5 4]
        [0 1]
        >>> later = DataLoader(np.arange(6), batch_size=2, shuffle=True)
        >>> later.load_state_dict(state)
        >>> for (x,) in later:
        ...     print(x)
        [5 4]
        [0 1]
        """
        return self._settings() | {
            "order": None if self._order is None else self._order.tolist(),
            "place": self._place,
            "rng": _jsonable(self.rng.bit_generator.state),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where `state` says: the next ``for`` goes on with the batch after the last one given out.

        Parameters
        ----------
        state : dict
            What `state_dict` returned, of a loader with the same number of examples and the same settings.

        Raises
        ------
        TypeError, ValueError
            If the state is of another loader or damaged. The loader is then as it was.
        """
        who = "DataLoader.load_state_dict"
        order, place = _check_state(who, state, self._settings())
        try:
            self.rng.bit_generator.state = _from_json(state["rng"])
        except (TypeError, ValueError, KeyError, AttributeError):
            expected = f"the state of a {type(self.rng.bit_generator).__name__} generator as rng"
            raise ValueError(explain(who, expected, describe(state["rng"]))) from None
        self._order, self._place = order, place
        self._epoch, self._resume = None, order is not None or place > 0

    def _settings(self) -> dict[str, Any]:
        return {
            "length": self._length,
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "drop_last": self.drop_last,
        }

    def __repr__(self) -> str:
        parts = [f"{self._length} examples", f"batch_size={self.batch_size}"]
        parts += [f"{name}=True" for name in ("shuffle", "drop_last") if getattr(self, name)]
        return f"DataLoader({', '.join(parts)})"


def pad_sequences(sequences: Sequence[npt.ArrayLike]) -> tuple[Array, Array]:
    """Put sequences of different length into one array, zeros behind the shorter ones, and say which steps are real.

    Parameters
    ----------
    sequences : list of array_like
        N of them, each (T,) or (T, D): T may differ, D may not.

    Returns
    -------
    padded : ndarray, shape (N, T) or (N, T, D)
        T is the longest one's length.
    mask : ndarray of bool, shape (N, T)
        True where a step is real: what recurrent and attention layers take as ``mask``.

    Raises
    ------
    TypeError, ValueError
        If it is not a list of such arrays.

    Examples
    --------
    >>> padded, mask = pad_sequences([np.array([1.0, 2.0, 3.0]), np.array([4.0])])
    >>> padded
    array([[1., 2., 3.],
           [4., 0., 0.]])
    >>> mask
    array([[ True,  True,  True],
           [ True, False, False]])
    """
    return _pad(_ragged("pad_sequences", "sequences", sequences))


def _pad(sequences: list[Array]) -> tuple[Array, Array]:
    lengths = np.array([len(sequence) for sequence in sequences])
    mask = np.arange(lengths.max())[np.newaxis, :] < lengths[:, np.newaxis]  # (N, T)
    padded = np.zeros((*mask.shape, *sequences[0].shape[1:]), np.result_type(*sequences))
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    return padded, mask


def train_test_split(
    *arrays: Any, test_size: float = 0.25, stratify: npt.ArrayLike | None = None, rng: Rng = None
) -> tuple[Any, ...]:
    """Keep a random part for the test: ``x_train, x_test, y_train, y_test = train_test_split(x, y, stratify=y, rng=0)``.

    Parameters
    ----------
    *arrays : ndarray or list
        One or more, all with the same number of examples N; a list, of sentences perhaps, gives two lists.
    test_size : float or int
        The test's share, between 0 and 1 (rounded up to whole examples), or its number of examples.
    stratify : array_like, shape (N,), optional
        Labels. With them each class has the same share of the test as of the whole, to the nearest example.
    rng : int or Generator, optional
        Where the order comes from.

    Returns
    -------
    tuple
        For each array its training part, then its test part. This is scikit-learn's order; `digits` and `mnist`
        return x_train, y_train, x_test, y_test.

    Raises
    ------
    TypeError, ValueError
        If lengths differ, a part would be empty, or a class has a single example.

    Examples
    --------
    >>> x, y = np.arange(8), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> x_train, x_test, y_train, y_test = train_test_split(x, y, stratify=y, rng=0)
    >>> len(x_train), np.bincount(y_test)
    (6, array([1, 1]))
    """
    who = "train_test_split"
    data = [
        list(x) if isinstance(x, (list, tuple)) else _array(who, f"array {i}", x)
        for i, x in enumerate(arrays)
    ]
    length = _common_length(who, data)
    test = _test_count(who, test_size, length)
    generator = as_generator(who, rng)
    if stratify is None:
        order = generator.permutation(length)
        parts = order[test:], order[:test]
    else:
        parts = _stratified(who, stratify, length, test, generator)
    return tuple(_take(x, part) for x in data for part in parts)


def _test_count(who: str, test_size: float, length: int) -> int:
    if isinstance(test_size, numbers.Integral) and not isinstance(test_size, (bool, np.bool_)):
        count = check_integer(who, "test_size", test_size)
    else:
        share = check_number(who, "test_size", test_size, above=0, below=1, fix="A share, such as 0.25.")
        count = math.ceil(length * share)
    if count >= length:
        expected = f"a test_size that leaves some of the {length} examples for training"
        raise ValueError(explain(who, expected, f"test_size={test_size!r}"))
    return count


def _stratified(
    who: str, stratify: npt.ArrayLike, length: int, test: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    labels = as_array(stratify)
    if labels.shape != (length,):
        raise ValueError(
            explain(who, f"one label in stratify for each of {length} examples", describe(stratify))
        )
    classes, members = np.unique(labels, return_inverse=True)
    sizes = np.bincount(members)
    if sizes.min() < 2:
        got = f"a single example of class {classes[sizes.argmin()].item()!r}"
        raise ValueError(explain(who, "two examples or more of each class in stratify", got))
    # Whole examples first, then the largest remainders: the parts add up to `test` and stay within one of their share.
    shares = sizes * test / length
    counts = np.floor(shares).astype(np.int64)
    largest = np.argsort(counts - shares, kind="stable")
    counts[largest[: test - counts.sum()]] += 1
    order = rng.permutation(length)
    in_test = np.zeros(length, bool)
    for label, count in enumerate(counts):
        in_test[order[members[order] == label][:count]] = True
    return order[~in_test[order]], order[in_test[order]]


# -- behind the scenes ------------------------------------------------------------------------------------------------


def _common_length(who: str, data: Sequence[Any]) -> int:
    if not data:
        raise TypeError(explain(who, "one array or more", "none", f"Give the data: {who}(x, y)."))
    lengths = [len(x) for x in data]
    if len(set(lengths)) > 1:
        fix = "Each example needs its label in the same row."
        raise ValueError(explain(who, "arrays with the same number of examples", f"lengths {lengths}", fix))
    return lengths[0]


def _examples(who: str, name: str, x: Any) -> Data:
    """An array of numbers, or a list of them where `x` is a list of arrays."""
    if isinstance(x, (list, tuple)) and x and all(isinstance(item, np.ndarray) and item.ndim for item in x):
        return _ragged(who, name, x)
    array = _array(who, name, x)
    if array.dtype.kind not in "fiubc":
        expected = f"numbers in {name}"
        raise TypeError(explain(who, expected, describe(x), "Words and other things need numbers first."))
    return array


def _array(who: str, name: str, x: Any) -> Array:
    expected, fix = f"an array with examples along its first axis as {name}", ""
    array = as_array(x)
    if array.ndim == 0:
        if isinstance(x, (list, tuple)):  # of different length
            fix = "Make each sequence an array: [np.array(sequence) for sequence in x]."
        raise TypeError(explain(who, expected, describe(x), fix))
    return array


def _ragged(who: str, name: str, sequences: Any) -> list[Array]:
    expected = f"a list of number sequences, each of shape (T,) or (T, D), as {name}"
    if isinstance(sequences, np.ndarray) or not isinstance(sequences, Sequence) or len(sequences) == 0:
        raise TypeError(explain(who, expected, describe(sequences)))
    arrays = []
    for i, sequence in enumerate(sequences):
        array = as_array(sequence)
        if array.dtype.kind not in "fiubc":
            raise TypeError(explain(who, expected, f"{describe(sequence)} as number {i}"))
        arrays.append(array)
    first = arrays[0]
    for i, array in enumerate(arrays):
        if array.ndim not in (1, 2) or array.shape[1:] != first.shape[1:]:
            got = (
                f"shape {first.shape} as number 0 and {array.shape} as number {i}"
                if i
                else f"shape {array.shape}"
            )
            raise ValueError(explain(who, expected + ", with the same D", got))
    return arrays


def _take(data: Data, rows: Array) -> Data:
    return [data[row] for row in rows] if isinstance(data, list) else np.ascontiguousarray(data[rows])


def _batch(data: Data, rows: Any) -> Any:
    if isinstance(data, list):
        return _pad(data[rows] if isinstance(rows, slice) else [data[row] for row in rows])
    return np.array(data[rows], order="C") if isinstance(rows, slice) else np.ascontiguousarray(data[rows])


def _flag(who: str, name: str, value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(explain(who, f"True or False as {name}", describe(value)))
    return bool(value)


def _check_state(who: str, state: Any, settings: dict[str, Any]) -> tuple[Array | None, int]:
    keys = [*settings, "order", "place", "rng"]
    if not isinstance(state, dict) or any(key not in state for key in keys):
        raise TypeError(explain(who, f"a dict with {', '.join(keys)}", describe(state)))
    for key, mine in settings.items():
        if state[key] != mine:
            fix = "Make the loader with the data and settings that it had when the state was taken."
            raise ValueError(explain(who, f"a state with {key}={mine!r}", f"{key}={state[key]!r}", fix))
    length = settings["length"]
    place = check_integer(who, "place", state["place"], at_least=0)
    order = None if state["order"] is None else np.asarray(state["order"])
    if order is not None and not (
        settings["shuffle"] and order.dtype.kind in "iu" and np.array_equal(np.sort(order), np.arange(length))
    ):
        raise ValueError(
            explain(who, f"a permutation of 0 to {length - 1} as order", describe(state["order"]))
        )
    if place > length or (settings["shuffle"] and place and order is None):
        raise ValueError(explain(who, "a place inside the epoch that order describes", f"place={place}"))
    return order, place


def _jsonable(state: Any) -> Any:
    """A bit generator's state with arrays as lists: MT19937's key is one."""
    if isinstance(state, dict):
        return {key: _jsonable(value) for key, value in state.items()}
    return {"uint": state.dtype.name, "values": state.tolist()} if isinstance(state, np.ndarray) else state


def _from_json(state: Any) -> Any:
    if isinstance(state, dict) and set(state) == {"uint", "values"}:
        return np.array(state["values"], state["uint"])
    return {key: _from_json(value) for key, value in state.items()} if isinstance(state, dict) else state
