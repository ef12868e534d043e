import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnbook
from nnbook.arrays import as_generator
from nnbook.datasets.loader import DataLoader, pad_sequences, train_test_split

X = np.random.default_rng(0).standard_normal((10, 3, 2))
Y = np.arange(10)


def orders(loader):
    """Which examples an epoch gave out, in its order."""
    return [int(i) for *_, y in loader for i in y]


# -- batches ----------------------------------------------------------------------------------------------------------


def test_the_top_level_has_it():
    assert nnbook.DataLoader is nnbook.datasets.DataLoader is DataLoader
    assert nnbook.train_test_split is nnbook.datasets.train_test_split is train_test_split


@given(n=st.integers(1, 40), size=st.integers(1, 50), shuffle=st.booleans(), drop=st.booleans())
def test_an_epoch_is_every_example_once_with_its_label(n, size, shuffle, drop):
    if drop and size > n:
        return
    x = np.arange(n * 2.0).reshape(n, 2)
    loader = DataLoader(x, np.arange(n), batch_size=size, shuffle=shuffle, rng=0, drop_last=drop)
    batches = list(loader)
    assert len(loader) == len(batches) == (n // size if drop else -(-n // size))
    assert all(len(y) == size for _, y in batches[:-1])
    given_out = [i for _, y in batches for i in y]
    assert len(set(given_out)) == len(given_out) == (n // size * size if drop else n)
    assert all(np.array_equal(rows, x[y]) for rows, y in batches)
    if not shuffle:
        assert given_out == list(range(len(given_out)))


def test_the_last_batch_is_short_or_left_out():
    assert [len(y) for _, y in DataLoader(X, Y, batch_size=4)] == [4, 4, 2]
    assert [len(y) for _, y in DataLoader(X, Y, batch_size=4, drop_last=True)] == [4, 4]


def test_each_epoch_has_an_order_of_its_own_and_a_seed_repeats_them():
    first, second = (DataLoader(X, Y, batch_size=3, shuffle=True, rng=5) for _ in range(2))
    epochs = [orders(first) for _ in range(3)]
    assert [orders(second) for _ in range(3)] == epochs
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert list(range(10)) not in epochs


def test_a_generator_is_shared_and_drawn_from_once_an_epoch():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    loader = DataLoader(X, Y, shuffle=True, rng=rng)
    assert rng.bit_generator.state == twin.bit_generator.state  # making it draws nothing
    assert orders(loader) == twin.permutation(10).tolist()
    assert rng.bit_generator.state == twin.bit_generator.state
    orders(DataLoader(X, Y, rng=rng))
    assert rng.bit_generator.state == twin.bit_generator.state  # and so does an unshuffled epoch


def test_a_break_ends_the_epoch():
    loader = DataLoader(X, Y, batch_size=3)
    for _ in loader:
        break
    assert orders(loader) == list(range(10))


def test_two_loops_over_one_loader_do_not_disturb_each_other():
    loader = DataLoader(X, Y, batch_size=3, shuffle=True, rng=0)
    one, two = iter(loader), iter(loader)
    pairs = list(zip(one, two, strict=True))
    for side in (0, 1):
        assert sorted(i for pair in pairs for i in pair[side][1]) == list(range(10))


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(
    "x",
    [X, np.asfortranarray(X), X[:, ::2], X.transpose(0, 2, 1), np.zeros((10, 0), np.float32)],
    ids=["C", "Fortran", "strided", "transposed", "no features"],
)
def test_batches_are_contiguous_copies(x, shuffle):
    before = x.copy()
    for batch, y in DataLoader(x, Y, batch_size=4, shuffle=shuffle, rng=0):
        assert batch.flags.c_contiguous
        assert batch.dtype == x.dtype
        assert np.array_equal(batch, before[y])
        batch += 1
    assert np.array_equal(x, before)


def test_the_data_are_not_copied():
    loader = DataLoader(X, Y)
    assert loader.arrays[0] is X
    assert loader.arrays[1] is Y


def test_takes_lists_of_numbers_and_any_number_of_arrays():
    ((a, b, c, d),) = DataLoader(
        [1.5, 2.5], (True, False), np.array([[1], [2]], np.uint8), [[1.0, 2.0], [3.0, 4.0]]
    )
    assert a.tolist() == [1.5, 2.5]
    assert b.tolist() == [True, False]
    assert c.dtype == np.uint8
    assert d.tolist() == [[1, 2], [3, 4]]  # nested lists are a table, only a list of arrays is sequences


def test_reads_a_memory_map_batch_by_batch(tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for x, y in DataLoader(mapped, Y, batch_size=4, shuffle=True, rng=0):
        assert np.array_equal(x, X[y])
        assert x.flags.writeable


def test_its_repr():
    assert repr(DataLoader(X, Y)) == "DataLoader(10 examples, batch_size=64)"
    loader = DataLoader(X, batch_size=2, shuffle=True, drop_last=True)
    assert repr(loader) == "DataLoader(10 examples, batch_size=2, shuffle=True, drop_last=True)"


# -- sequences of different length ------------------------------------------------------------------------------------


@given(
    lengths=st.lists(st.integers(0, 6), min_size=1, max_size=8),
    width=st.sampled_from([None, 1, 3]),
    seed=st.integers(0, 99),
)
def test_padding_keeps_every_step_and_marks_it(lengths, width, seed):
    rng = np.random.default_rng(seed)
    sequences = [rng.standard_normal(n if width is None else (n, width)) for n in lengths]
    padded, mask = pad_sequences(sequences)
    assert padded.shape == (len(lengths), max(lengths), *(() if width is None else (width,)))
    assert mask.dtype == bool
    assert mask.sum(axis=1).tolist() == lengths
    for row, real, sequence in zip(padded, mask, sequences, strict=True):
        assert np.array_equal(row[real], sequence)
        assert np.array_equal(row[: len(sequence)], sequence)  # real steps come first
        assert not row[~real].any()


def test_padding_finds_the_common_type():
    assert pad_sequences([np.array([1], np.int32), np.array([0.5], np.float32)])[0].dtype == np.float64
    assert pad_sequences([np.array([1, 2], np.int32), np.array([3], np.int32)])[0].dtype == np.int32


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_list_is_padded_to_the_longest_of_its_batch(shuffle):
    sequences = [np.arange(1.0, n + 1) for n in (3, 1, 4, 2, 6)]
    loader = DataLoader(sequences, np.arange(5), batch_size=2, shuffle=shuffle, rng=0)
    seen = []
    for (padded, mask), y in loader:
        assert padded.shape == mask.shape == (len(y), max(len(sequences[i]) for i in y))
        for row, real, i in zip(padded, mask, y, strict=True):
            assert row[real].tolist() == sequences[i].tolist()
        seen.extend(y)
    assert sorted(seen) == list(range(5))


def test_sequences_of_equal_length_in_a_list_are_padded_too():
    (((padded, mask),),) = DataLoader([np.array([1, 2]), np.array([3, 4])])
    assert padded.tolist() == [[1, 2], [3, 4]]
    assert mask.all()


# -- resuming ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("stop", range(9))
def test_interrupted_and_resumed_is_uninterrupted(bits, shuffle, stop):
    def make(seed):
        return DataLoader(X, Y, batch_size=4, shuffle=shuffle, rng=np.random.Generator(bits(seed)))

    def run(loader, epochs):
        for epoch in range(epochs):
            for _, y in loader:
                yield epoch, y.tolist()

    whole = list(run(make(1), 3))
    loader, seen = make(1), []
    for item in run(loader, 3):
        seen.append(item)
        if len(seen) == stop + 1:
            break
    state = json.loads(json.dumps(loader.state_dict()))
    resumed = make(2)
    resumed.load_state_dict(state)
    done = stop // 3  # epochs of three batches each
    rest = [(epoch + done, y) for epoch, y in run(resumed, 3 - done)]
    assert seen + rest == whole


def test_a_state_between_epochs_begins_the_next_one():
    loader, resumed = DataLoader(X, Y, shuffle=True, rng=1), DataLoader(X, Y, shuffle=True, rng=2)
    orders(loader)
    state = loader.state_dict()
    assert (state["order"], state["place"]) == (None, 0)
    resumed.load_state_dict(state)
    assert orders(resumed) == orders(loader)


def test_a_state_taken_before_the_first_batch_keeps_its_order():
    loader, resumed = (DataLoader(X, Y, batch_size=4, shuffle=True, rng=seed) for seed in (1, 2))
    epoch = iter(loader)
    resumed.load_state_dict(loader.state_dict())
    assert orders(resumed) == [int(i) for _, y in epoch for i in y]


def test_the_newest_loop_has_the_place():
    loader = DataLoader(X, Y, batch_size=4)
    old, new = iter(loader), iter(loader)
    next(new)
    next(old)
    next(old)
    assert loader.state_dict()["place"] == 4
    list(old)
    assert loader.state_dict()["place"] == 4


def _state(**changes):
    loader = DataLoader(X, Y, batch_size=4, shuffle=True, rng=1)
    next(iter(loader))
    return {**loader.state_dict(), **changes}


SETTINGS = "Make the loader with the data and settings that it had when the state was taken."
KEYS = "a dict with length, batch_size, shuffle, drop_last, order, place, rng"


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (None, TypeError, f"{KEYS}, but got None."),
        ({"place": 3}, TypeError, f"{KEYS}, but got the dict {{'place': 3}}."),
        (_state(length=9), ValueError, f"a state with length=10, but got length=9. {SETTINGS}"),
        (_state(batch_size=5), ValueError, f"a state with batch_size=4, but got batch_size=5. {SETTINGS}"),
        (_state(shuffle=False), ValueError, f"a state with shuffle=True, but got shuffle=False. {SETTINGS}"),
        (
            _state(drop_last=True),
            ValueError,
            f"a state with drop_last=False, but got drop_last=True. {SETTINGS}",
        ),
        (
            _state(order=[0] * 10),
            ValueError,
            "a permutation of 0 to 9 as order, but got the list [0, 0, 0, 0, 0, 0, 0, 0, 0, 0].",
        ),
        (
            _state(order=[[1.5], [2]]),
            ValueError,
            "a permutation of 0 to 9 as order, but got the list [[1.5], [2]].",
        ),
        (
            _state(place=-1),
            ValueError,
            "a whole number place of at least 0, but got place=-1.",
        ),
        (_state(place=11), ValueError, "a place inside the epoch that order describes, but got place=11."),
        (_state(order=None), ValueError, "a place inside the epoch that order describes, but got place=4."),
        (_state(rng=None), ValueError, "the state of a PCG64 generator as rng, but got None."),
        (
            _state(rng={"bit_generator": "MT19937"}),
            ValueError,
            "the state of a PCG64 generator as rng, but got the dict {'bit_generator': 'MT19937'}.",
        ),
        (
            _state(rng={"bit_generator": "PCG64", "state": {"state": "x"}}),
            ValueError,
            "the state of a PCG64 generator as rng, but got the dict {'bit_generator': 'PCG64', 'state': {'state': 'x'}}.",
        ),
    ],
)
def test_refuses_a_state_and_stays_as_it_was(state, error, message):
    loader = DataLoader(X, Y, batch_size=4, shuffle=True, rng=7)
    epoch = iter(loader)
    next(epoch)
    before = loader.state_dict()
    with pytest.raises(error) as raised:
        loader.load_state_dict(state)
    assert str(raised.value) == f"DataLoader.load_state_dict expects {message}"
    assert loader.state_dict() == before
    next(epoch)
    assert loader.state_dict()["place"] == 8


# -- a part for the test ----------------------------------------------------------------------------------------------


@given(n=st.integers(2, 60), share=st.floats(0.01, 0.99), seed=st.integers(0, 99))
def test_the_parts_are_the_whole(n, share, seed):
    test = int(np.ceil(n * share))
    if test >= n:
        return
    x = np.arange(n * 2.0).reshape(n, 2)
    x_train, x_test, y_train, y_test = train_test_split(x, np.arange(n), test_size=share, rng=seed)
    assert len(y_test) == test
    assert sorted([*y_train, *y_test]) == list(range(n))
    assert np.array_equal(x_train, x[y_train])
    assert np.array_equal(x_test, x[y_test])


@given(
    sizes=st.lists(st.integers(2, 20), min_size=1, max_size=5),
    share=st.floats(0.1, 0.9),
    seed=st.integers(0, 99),
)
def test_each_class_has_its_share_to_the_nearest_example(sizes, share, seed):
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    test = int(np.ceil(len(y) * share))
    if test >= len(y):
        return
    rows_train, rows_test = train_test_split(np.arange(len(y)), test_size=share, stratify=y, rng=seed)
    assert len(rows_test) == test
    assert sorted([*rows_train, *rows_test]) == list(range(len(y)))
    counts = np.bincount(y[rows_test], minlength=len(sizes))
    assert (abs(counts - np.array(sizes) * test / len(y)) < 1).all()


def test_the_same_seed_the_same_split_and_shuffled():
    first, second, third = (train_test_split(np.arange(50), rng=seed)[1].tolist() for seed in (0, 0, 1))
    assert first == second != third
    assert first != sorted(first)
    rows_train, rows_test = train_test_split(np.arange(60), stratify=np.arange(60) // 30, rng=0)
    for rows in (rows_train, rows_test):
        assert rows.tolist() != sorted(rows)  # classes are mixed, not one after the other
        assert np.diff(rows // 30).any()
    assert (np.diff(rows_train // 30) != 0).sum() > 5


def test_splits_by_number_and_sequences_too():
    sequences = [np.arange(n) for n in (3, 1, 4, 2, 6)]
    s_train, s_test, y_train, y_test = train_test_split(sequences, [3, 1, 4, 2, 6], test_size=2, rng=0)
    assert [len(s) for s in s_train] == y_train
    assert [len(s) for s in s_test] == y_test
    words, labels = ["a", "bb", "ccc"], np.arange(1, 4)
    w_train, w_test, l_train, l_test = train_test_split(words, labels, test_size=1, rng=0)
    assert [*map(len, w_train)] == l_train.tolist()
    assert [*map(len, w_test)] == l_test.tolist()
    assert len(y_test) == 2
    assert train_test_split(np.arange(4), test_size=np.int64(1), rng=0)[1].shape == (1,)


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "options", "error", "message"),
    [
        ((), {}, TypeError, "one array or more, but got none. Give the data: DataLoader(x, y)."),
        (
            (X, Y[:9]),
            {},
            ValueError,
            "arrays with the same number of examples, but got lengths [10, 9]. Each example needs its label in the same "
            "row.",
        ),
        (
            ("hello",),
            {},
            TypeError,
            "an array with examples along its first axis as array 0, but got the str 'hello'.",
        ),
        ((X, 3), {}, TypeError, "an array with examples along its first axis as array 1, but got the int 3."),
        ((X, None), {}, TypeError, "an array with examples along its first axis as array 1, but got None."),
        (
            ([1, [2, 3]],),
            {},
            TypeError,
            "an array with examples along its first axis as array 0, but got the list [1, [2, 3]]. Make each "
            "sequence an array: [np.array(sequence) for sequence in x].",
        ),
        (
            (np.array(["cat", "dog"]),),
            {},
            TypeError,
            "numbers in array 0, but got <U3 array of shape (2,). Words and other things need numbers first.",
        ),
        (
            (X, [["cat"], ["dog"]]),
            {},
            TypeError,
            "numbers in array 1, but got the list [['cat'], ['dog']]. Words and other things need numbers first.",
        ),
        (
            ([np.zeros((2, 3)), np.zeros((2, 4))],),
            {},
            ValueError,
            "a list of number sequences, each of shape (T,) or (T, D), as array 0, with the same D, but got shape (2, 3) as "
            "number 0 and (2, 4) as number 1.",
        ),
        (
            ([np.array(["a", "b"])],),
            {},
            TypeError,
            "a list of number sequences, each of shape (T,) or (T, D), as array 0, but got <U1 array of shape (2,) as number "
            "0.",
        ),
        ((np.zeros((0, 3)),), {}, ValueError, "one example or more, but got float64 array of shape (0, 3)."),
        (
            (X,),
            {"batch_size": 0},
            ValueError,
            "a whole number batch_size of at least 1, but got batch_size=0.",
        ),
        (
            (X,),
            {"batch_size": 2.0},
            TypeError,
            "a whole number batch_size of at least 1, but got the float 2.0.",
        ),
        (
            (X,),
            {"batch_size": 11, "drop_last": True},
            ValueError,
            "a batch_size of at most the 10 examples when drop_last=True, but got batch_size=11. No batch would be full, and "
            "all be dropped: make batches smaller, or drop_last=False.",
        ),
        ((X,), {"shuffle": 1}, TypeError, "True or False as shuffle, but got the int 1."),
        ((X,), {"drop_last": None}, TypeError, "True or False as drop_last, but got None."),
        (
            (X,),
            {"rng": 0.5},
            TypeError,
            "a seed of at least 0 or a numpy.random.Generator as rng, but got the float 0.5. Try rng=0.",
        ),
    ],
)
def test_refuses_to_be_built(args, options, error, message):
    with pytest.raises(error) as raised:
        DataLoader(*args, **options)
    assert str(raised.value) == f"DataLoader expects {message}"


SEQUENCES = "a list of number sequences, each of shape (T,) or (T, D), as sequences"


@pytest.mark.parametrize(
    ("sequences", "error", "message"),
    [
        (X, TypeError, f"{SEQUENCES}, but got float64 array of shape (10, 3, 2)."),
        ([], TypeError, f"{SEQUENCES}, but got the list []."),
        (None, TypeError, f"{SEQUENCES}, but got None."),
        ([[1, [2, 3]]], TypeError, f"{SEQUENCES}, but got the list [1, [2, 3]] as number 0."),
        ([[1], ["a"]], TypeError, f"{SEQUENCES}, but got the list ['a'] as number 1."),
        ([X], ValueError, f"{SEQUENCES}, with the same D, but got shape (10, 3, 2)."),
        (
            [X[0], X[0].T],
            ValueError,
            f"{SEQUENCES}, with the same D, but got shape (3, 2) as number 0 and (2, 3) as number 1.",
        ),
    ],
)
def test_refuses_to_pad(sequences, error, message):
    with pytest.raises(error) as raised:
        pad_sequences(sequences)
    assert str(raised.value) == f"pad_sequences expects {message}"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"test_size": 1.5},
            ValueError,
            "a finite number test_size above 0 and below 1, but got test_size=1.5. A share, such as 0.25.",
        ),
        ({"test_size": 0}, ValueError, "a whole number test_size of at least 1, but got test_size=0."),
        (
            {"test_size": 10},
            ValueError,
            "a test_size that leaves some of the 10 examples for training, but got test_size=10.",
        ),
        (
            {"test_size": 0.95},
            ValueError,
            "a test_size that leaves some of the 10 examples for training, but got test_size=0.95.",
        ),
        (
            {"stratify": Y[:9]},
            ValueError,
            "one label in stratify for each of 10 examples, but got int64 array of shape (9,).",
        ),
        (
            {"stratify": [0, 0, 0, 0, 0, 1, 1, 1, 1, 7]},
            ValueError,
            "two examples or more of each class in stratify, but got a single example of class 7.",
        ),
        (
            {"rng": -1},
            ValueError,
            "a seed of at least 0 or a numpy.random.Generator as rng, but got the int -1. Try rng=0.",
        ),
    ],
)
def test_refuses_to_split(options, error, message):
    with pytest.raises(error) as raised:
        train_test_split(X, Y, **options)
    assert str(raised.value) == f"train_test_split expects {message}"


def test_a_generator_is_given_back_and_a_seed_makes_one():
    rng = np.random.default_rng(0)
    assert as_generator("f", rng) is rng
    assert as_generator("f", np.int64(3)).random() == np.random.default_rng(3).random()
    assert as_generator("f", None).random() != as_generator("f", None).random()
