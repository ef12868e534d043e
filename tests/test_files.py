"""What a file must stand: round trips, crashes, damage and malice."""

import contextlib
import io
import json
import math
import os
import pickle
import re
import signal
import struct
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnbook
from nnbook import files
from nnbook.module import Buffer, Module, Parameter

HEADER = "nnbook.json"


class Standardise(Module):
    """A layer of a learner's own: a running mean, a gain, a setting."""

    def __init__(self, features, momentum=0.1):
        self.momentum = momentum
        self.mean = Buffer(np.zeros(features))
        self.steps = Buffer(np.array(0))
        self.gain = Parameter(np.ones(features))

    def forward(self, x):
        return (x - self.mean.data) * self.gain.data

    def config(self):
        return {"features": len(self.gain.data), "momentum": self.momentum}


def small(seed=0):
    rng = np.random.default_rng(seed)
    model = nnbook.Sequential(
        nnbook.Flatten(),
        nnbook.Linear(4, 3, rng=rng),
        nnbook.ReLU(),
        nnbook.Residual(nnbook.Linear(3, 3, bias=False, rng=rng, dtype=np.float64)),
    )
    model[1].bias.data = rng.standard_normal(3)
    return model


def arrays(model):
    return {name: part.data.copy() for name, part in (*model.named_parameters(), *model.named_buffers())}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert one[name].dtype == other[name].dtype
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


# -- there and back ---------------------------------------------------------------------------------------------------


def test_a_loaded_model_predicts_the_same(tmp_path):
    model = small()
    assert nnbook.save(tmp_path / "model.npz", model) is None
    again = nnbook.load(tmp_path / "model.npz")
    assert repr(again) == repr(model)
    assert_same(arrays(again), arrays(model))
    x = np.random.default_rng(1).standard_normal((5, 2, 2))
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert again[1].weight.data.flags.writeable
    again[1].weight.data += 1  # memory of its own


def test_numpy_reads_it_and_it_holds_each_array_once_and_no_pickle(tmp_path):
    model = small()
    nnbook.save(tmp_path / "model.npz", model)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        assert archive.files == ["layers.1.weight", "layers.1.bias", "layers.3.block.weight", HEADER]
        np.testing.assert_array_equal(archive["layers.1.bias"], model[1].bias.data)
        header = json.loads(archive[HEADER])
    assert header["version"] == 1
    assert header["modules"]["layers.1"] == {
        "class": "Linear",
        "nnbook": True,
        "config": {"in_features": 4, "out_features": 3, "bias": True, "dtype": "float32"},
    }
    assert header["arrays"]["layers.1.weight"]["shape"] == [4, 3]
    assert header["arrays"]["layers.1.weight"]["dtype"] == "<f4"


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        nnbook.save(tmp_path / name, small(), state={"mean": np.arange(3.0)})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_shared_layers_and_tied_weights_stay_so(tmp_path):
    rng = np.random.default_rng(0)
    shared = nnbook.Linear(3, 3, rng=rng)
    model = nnbook.Sequential(shared, nnbook.Tanh(), shared, nnbook.Linear(3, 3, rng=rng))
    model[3].weight = shared.weight  # tied: one array under two names
    nnbook.save(tmp_path / "model.npz", model)
    with np.load(tmp_path / "model.npz") as archive:
        assert archive.files == ["layers.0.weight", "layers.0.bias", "layers.3.bias", HEADER]
    again = nnbook.load(tmp_path / "model.npz")
    assert again[2] is again[0]
    assert again[3].weight is again[0].weight
    assert again[3].bias is not again[0].bias
    assert_same(arrays(again), arrays(model))
    nnbook.load(tmp_path / "model.npz", into=again)
    untied = nnbook.Sequential(shared, nnbook.Tanh(), shared, nnbook.Linear(3, 3, rng=rng))
    with pytest.raises(
        ValueError, match=r"layers\.3\.weight: the same as layers\.0\.weight in the file, an array"
    ):
        nnbook.load(tmp_path / "model.npz", into=untied)


def test_layers_of_ones_own_are_filled_but_not_built(tmp_path):
    model = nnbook.Sequential(Standardise(3), nnbook.Linear(3, 2, rng=0))
    model[0].mean.data, model[0].steps.data = [1.0, 2.0, 3.0], 7
    nnbook.save(tmp_path / "own.npz", model)
    twin = nnbook.Sequential(Standardise(3), nnbook.Linear(3, 2, rng=1))
    gain, mean = twin[0].gain.data, twin[0].mean.data
    assert nnbook.load(tmp_path / "own.npz", into=twin) is twin
    assert_same(arrays(twin), arrays(model))
    assert twin[0].gain.data is gain  # written in place: views of them stay true
    assert twin[0].mean.data is mean
    with pytest.raises(ValueError) as raised:
        nnbook.load(tmp_path / "own.npz")
    assert str(raised.value) == (
        "load expects a model made of nnbook's own classes, but got 'own.npz', in which layers.0 is a Standardise. "
        "Build the model yourself and fill it: load(path, into=model)."
    )


def test_a_class_of_ones_own_is_not_taken_for_nnbooks_of_the_same_name(tmp_path):
    own = type("Linear", (nnbook.Linear,), {})
    nnbook.save(tmp_path / "own.npz", own(2, 3, rng=0))
    with pytest.raises(ValueError, match="in which the model is a Linear"):
        nnbook.load(tmp_path / "own.npz")
    nnbook.load(tmp_path / "own.npz", into=own(2, 3, rng=1))


def test_parts_in_dicts_and_tuples_and_parents_that_children_know(tmp_path):
    class Net(Module):
        def __init__(self, seed):
            self.parts = {"größe": nnbook.Linear(2, 3, rng=seed), 7: (Parameter(np.full(2, seed + 0.5)),)}
            self.parts["größe"].parent = self

    model, twin = Net(0), Net(1)
    nnbook.save(tmp_path / "model.npz", model)
    nnbook.load(tmp_path / "model.npz", into=twin)
    assert_same(arrays(twin), arrays(model))


def test_the_table_holds_every_layer_of_the_package_and_nothing_else():
    known = files._table()
    for name, value in vars(nnbook).items():
        if isinstance(value, type) and issubclass(value, Module) and value is not Module:
            assert known[name] is value
    assert not {"Module", "Standardise"} & set(known)
    pretender = type("Pretender", (nnbook.Linear,), {"__module__": "nnbook.linear"})
    assert pretender.__module__ == "nnbook.linear"
    assert "Pretender" not in files._table()


@given(
    state=st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**130), 2**130)
        | st.floats()
        | st.text()
        | st.sampled_from([np.float32(0.1), np.int64(7), np.bool_(True)]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.tuples(inner, inner)
            | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
@settings(max_examples=40, deadline=None)
def test_any_state_comes_back_as_it_was(tmp_path_factory, state):
    path = tmp_path_factory.mktemp("state") / "model.npz"
    nnbook.save(path, nnbook.Linear(1, 1, rng=0), state=state)
    back = files.load_state(path)
    assert repr(back) == repr(state)  # types too; NaN has no equal
    nnbook.load(path)


def test_arrays_and_long_lists_in_the_state(tmp_path):
    state = {
        "order": list(range(1000)),
        "moments": {0: np.arange(6, dtype=np.float32).reshape(2, 3).T, "a/b": np.array(True)},
        "empty": np.zeros((0, 3), np.int16),
    }
    nnbook.save(tmp_path / "model.npz", nnbook.Linear(1, 1, rng=0), state=state)
    back = files.load_state(tmp_path / "model.npz")
    assert back["order"] == state["order"]
    assert type(back["order"][0]) is int
    for mine, theirs in [
        (back["moments"][0], state["moments"][0]),
        (back["moments"]["a/b"], state["moments"]["a/b"]),
        (back["empty"], state["empty"]),
    ]:
        assert (mine.dtype, mine.shape) == (theirs.dtype, theirs.shape)
        np.testing.assert_array_equal(mine, theirs)
    nnbook.save(tmp_path / "model.npz", nnbook.Linear(1, 1, rng=0))
    assert files.load_state(tmp_path / "model.npz") is None


@pytest.mark.parametrize(
    "state",
    [
        [math.inf, -math.inf, math.nan],
        {"$array": "state:x", "$list": [1]},
        {"$float": "inf"},
        {"m": {1: np.float32(1), "1": np.float64(2), "1_": np.int8(3)}},
        {(1, "a"): None, True: 2},
    ],
    ids=repr,
)
def test_states_that_look_like_the_files_own_signs(tmp_path, state):
    nnbook.save(tmp_path / "model.npz", nnbook.Linear(1, 1, rng=0), state=state)
    assert repr(files.load_state(tmp_path / "model.npz")) == repr(state)


def test_refuses_a_description_that_no_load_would_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_LARGEST_HEADER", 3000)
    nnbook.save(tmp_path / "model.npz", small())
    with pytest.raises(ValueError) as raised:
        nnbook.save(tmp_path / "model.npz", small(), state="x" * 3000)
    got = int(re.search(r"got (\d+)", str(raised.value))[1])
    assert 4000 < got < 7000
    assert str(raised.value) == (
        f"save expects a description of at most 3000 bytes, but got {got}. Long lists belong into arrays: np.array(...)."
    )
    assert files.load_state(tmp_path / "model.npz") is None


def test_big_endian_fortran_and_strided_arrays(tmp_path):
    class Odd(Module):
        def __init__(self):
            self.big = Buffer(np.arange(6, dtype=">f4").reshape(2, 3))
            self.fortran = Buffer(np.asfortranarray(np.arange(6.0).reshape(2, 3)))
            self.strided = Buffer(np.arange(6)[::2])
            self.strided._data = np.arange(6)[::2]
            self.nothing = Parameter(np.zeros((0, 2)))

    nnbook.save(tmp_path / "odd.npz", Odd())
    odd = Odd()
    for part in (odd.big, odd.fortran, odd.strided):
        part.data = np.zeros(part.data.shape)
    nnbook.load(tmp_path / "odd.npz", into=odd)
    assert odd.big.data.ravel().tolist() == odd.fortran.data.ravel().tolist() == [0, 1, 2, 3, 4, 5]
    assert odd.strided.data.tolist() == [0, 2, 4]


EXAMPLES = {
    "Sequential": lambda: nnbook.Sequential(nnbook.Linear(3, 2, rng=0), nnbook.Sequential(nnbook.ReLU())),
    "Residual": lambda: nnbook.Residual(nnbook.Linear(3, 2, rng=0), nnbook.Linear(3, 2, rng=1)),
    "Flatten": lambda: nnbook.Flatten(),
    "Linear": lambda: nnbook.Linear(3, 2, bias=False, rng=0, dtype=np.float64),
    **{
        name: (lambda name=name: getattr(nnbook, name)())
        for name in ("Identity", "Step", "Sigmoid", "Tanh", "ReLU", "GELU", "SiLU", "Softplus")
    },
    "LeakyReLU": lambda: nnbook.LeakyReLU(0.2),
    "ELU": lambda: nnbook.ELU(0.5),
    "Softmax": lambda: nnbook.Softmax(axis=1),
    "LogSoftmax": lambda: nnbook.LogSoftmax(axis=1),
    **{
        name: (lambda name=name: getattr(nnbook, name)())
        for name in ("MSELoss", "L1Loss", "BCEWithLogitsLoss", "KLDivLoss")
    },
    "HuberLoss": lambda: nnbook.HuberLoss(2.0),
    "HingeLoss": lambda: nnbook.HingeLoss(2.0),
    "MultiMarginLoss": lambda: nnbook.MultiMarginLoss(2.0),
    "CrossEntropyLoss": lambda: nnbook.CrossEntropyLoss([1.0, 2.0], label_smoothing=0.1, ignore_index=-1),
    "NLLLoss": lambda: nnbook.NLLLoss([1.0, 2.0], ignore_index=3),
    "Conv2d": lambda: nnbook.Conv2d(2, 3, (3, 2), stride=2, padding=(0, 1), bias=False, rng=0),
    "Conv1d": lambda: nnbook.Conv1d(2, 3, 3, padding="same", rng=0),
    "ConvTranspose2d": lambda: nnbook.ConvTranspose2d(2, 3, 3, stride=2, output_padding=1, rng=0),
    "MaxPool2d": lambda: nnbook.MaxPool2d((2, 3), stride=1),
    "AvgPool2d": lambda: nnbook.AvgPool2d(2),
    "GlobalAvgPool2d": lambda: nnbook.GlobalAvgPool2d(),
    "BatchNorm1d": lambda: nnbook.BatchNorm1d(3, eps=1e-3, momentum=0.2),
    "BatchNorm2d": lambda: nnbook.BatchNorm2d(3, dtype=np.float64),
    "LayerNorm": lambda: nnbook.LayerNorm((3, 4)),
    "Dropout": lambda: nnbook.Dropout(0.3, rng=0),
    "GaussianNoise": lambda: nnbook.GaussianNoise(0.3, rng=0),
    "Embedding": lambda: nnbook.Embedding(5, 3, rng=0),
    "RNN": lambda: nnbook.RNN(3, 2, nonlinearity="relu", bidirectional=True, rng=0),
    "LSTM": lambda: nnbook.LSTM(3, 2, reverse=True, rng=0),
    "GRU": lambda: nnbook.GRU(3, 2, rng=0, dtype=np.float64),
    "RNNCell": lambda: nnbook.RNNCell(3, 2, nonlinearity="relu", rng=0),
    "LSTMCell": lambda: nnbook.LSTMCell(3, 2, rng=0),
    "GRUCell": lambda: nnbook.GRUCell(3, 2, rng=0),
    "AdditiveAttention": lambda: nnbook.AdditiveAttention(3, 4, 2, rng=0),
    "MultiHeadAttention": lambda: nnbook.MultiHeadAttention(6, 2, keep_weights=True, rng=0),
    "CharRNN": lambda: nnbook.models.CharRNN(9, 4, cell="lstm", dropout=0.1, rng=0),
    "EncoderDecoder": lambda: nnbook.models.EncoderDecoder(
        9, 8, embedding_dim=4, hidden_size=3, attention=False, rng=0
    ),
}
BASES = {"Convolution", "Loss", "Recurrent", "RecurrentCell"}  # and what begins with _: not meant to be built


def example(name):
    pytest.importorskip("nnbook.models")
    model, rng = EXAMPLES[name](), np.random.default_rng(1)
    for array in (
        part.data
        for part in (*dict(model.named_parameters()).values(), *dict(model.named_buffers()).values())
    ):
        array[...] = rng.uniform(0.5, 1.5, array.shape)  # nothing is as it was built
    return model


def test_there_is_an_example_of_every_layer():
    known = {name for name in files._table() if not name.startswith("_")}
    assert known - BASES <= set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_layer_comes_back(tmp_path, name):
    model = example(name)
    nnbook.save(tmp_path / "model.npz", model)
    again = nnbook.load(tmp_path / "model.npz")
    assert type(again) is type(model)
    assert repr(again) == repr(model)
    assert again.config().keys() == model.config().keys()
    assert_same(arrays(again), arrays(model))
    nnbook.load(tmp_path / "model.npz", into=example(name))


@pytest.mark.parametrize("size", [2**20, 10**9])
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_layer_can_be_made_huge_by_a_file(tmp_path, name, size):
    model = example(name)
    path = tmp_path / "model.npz"
    header, whole = files._describe_model("save", model)
    header["arrays"] = {key: files._blueprint("save", key, array) for key, array in whole.items()}
    header["state"] = None

    def swollen(value):
        if type(value) is int:
            return size
        if isinstance(value, dict):
            return {key: swollen(inner) for key, inner in value.items()}
        return [swollen(inner) for inner in value] if isinstance(value, list) else value

    for module in header["modules"].values():
        module["config"] = swollen(module["config"])
    with open(path, "wb") as stream:
        files._write(stream, json.dumps(header).encode(), whole)
    tracemalloc.start()
    try:
        with contextlib.suppress(ValueError):
            nnbook.load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60e6, f"{peak / 1e6:.0f} MB were taken for it"


# -- what does not fit ------------------------------------------------------------------------------------------------


def test_every_difference_is_told_and_nothing_is_written(tmp_path):
    nnbook.save(tmp_path / "model.npz", small())
    rng = np.random.default_rng(1)
    other = nnbook.Sequential(
        nnbook.Flatten(),
        nnbook.Linear(5, 3, rng=rng, dtype=np.float64),
        nnbook.Tanh(),
        nnbook.Linear(3, 3, rng=rng),
    )
    before = arrays(other)
    with pytest.raises(ValueError) as raised:
        nnbook.load(tmp_path / "model.npz", into=other)
    assert str(raised.value).splitlines() == [
        "load expects a model that fits 'model.npz', but got one with 11 differences:",
        "    layers.1: in_features=4 in the file, in_features=5 in the model",
        "    layers.1: dtype='float32' in the file, dtype='float64' in the model",
        "    layers.2: ReLU in the file, Tanh in the model",
        "    layers.3: Residual in the file, Linear in the model",
        "    layers.3.block: a Linear in the file only",
        "    layers.1.weight: shape (4, 3) in the file, (5, 3) in the model",
        "    layers.1.weight: float32 in the file, float64 in the model",
        "    layers.1.bias: float32 in the file, float64 in the model",
        "    layers.3.block.weight: an array in the file only",
        "    layers.3.weight: an array in the model only",
        "    layers.3.bias: an array in the model only",
    ]
    assert_same(arrays(other), before)


def test_a_setting_without_arrays_is_a_difference_too(tmp_path):
    nnbook.save(tmp_path / "model.npz", Standardise(3, momentum=0.1))
    with pytest.raises(ValueError) as raised:
        nnbook.load(tmp_path / "model.npz", into=Standardise(3, momentum=0.2))
    assert str(raised.value) == (
        "load expects a model that fits 'model.npz', but got one with 1 difference:\n"
        "    (the model itself): momentum=0.1 in the file, momentum=0.2 in the model"
    )


def test_arrays_in_the_settings_are_compared_by_value(tmp_path):
    class Weighted(Module):
        def __init__(self, weight):
            self.weight = np.asarray(weight)

        def config(self):
            return {"weight": self.weight, "sizes": list(range(100)), "scale": np.float32(2)}

    nnbook.save(tmp_path / "model.npz", Weighted([1.0, 2.0]))
    nnbook.load(tmp_path / "model.npz", into=Weighted([1.0, 2.0]))
    with pytest.raises(ValueError, match=r"1 difference:\n    \(the model itself\): weight="):
        nnbook.load(tmp_path / "model.npz", into=Weighted([1.0, 2.5]))


def test_a_buffer_is_no_parameter(tmp_path):
    one, other = Module(), Module()
    one.scale, other.scale = Parameter(np.ones(2)), Buffer(np.ones(2))
    nnbook.save(tmp_path / "model.npz", one)
    with pytest.raises(ValueError, match="scale: a parameter in the file, a buffer in the model"):
        nnbook.load(tmp_path / "model.npz", into=other)


class Secret:
    def __repr__(self):
        return "<Secret>"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda folder: nnbook.save(small(), "model.npz"),
            TypeError,
            "save expects a Module to save, but got the str 'model.npz'. Write save(path, model).",
        ),
        (
            lambda folder: nnbook.save("model", small()),
            ValueError,
            "save expects a path that ends in .npz, but got 'model'. Nothing is appended to a name: save to 'model.npz'.",
        ),
        (
            lambda folder: nnbook.save("", small()),
            TypeError,
            "save expects the path of a file, but got the str ''.",
        ),
        (
            lambda folder: nnbook.save("not_there/model.npz", small()),
            FileNotFoundError,
            "save expects a path in a folder that exists, but got 'not_there/model.npz', whose folder is not there. "
            "Make it first: os.makedirs(folder).",
        ),
        (
            lambda folder: nnbook.save("folder.npz", small()),
            ValueError,
            "save expects a path of a file, but got 'folder.npz', which is a folder.",
        ),
        (
            lambda folder: nnbook.save("model.npz", small(), state={"a": [1, Secret()]}),
            TypeError,
            "save expects numbers, strings, lists, dicts, arrays or the model's own layers in state.a.1, but got the "
            "Secret <Secret>. Files hold no code and no pickles.",
        ),
        (
            lambda folder: nnbook.save("model.npz", small(), state=np.array([None])),
            TypeError,
            "save expects arrays of plain numbers, but got object array of shape (1,) as state:. Files hold no pickles.",
        ),
        (
            lambda folder: nnbook.save("model.npz", small(), state=small()),
            TypeError,
            "save expects numbers, strings, lists, dicts, arrays or the model's own layers in state, but got the "
            "Sequential Sequential(\n    Flatten(),\n    Linear(4, 3),\n    ReLU(),\n.... Files hold no code and no pickles.",
        ),
        (
            lambda folder: nnbook.load(7),
            TypeError,
            "load expects the path of a file, but got the int 7.",
        ),
        (
            lambda folder: nnbook.load("good.npz", into="model"),
            TypeError,
            "load expects a Module to load into, but got the str 'model'.",
        ),
        (
            lambda folder: nnbook.load("godo.npz"),
            FileNotFoundError,
            "load expects the path of a file, but got 'godo.npz', where there is none. Did you mean 'good.npz'?",
        ),
        (
            lambda folder: nnbook.load("folder.npz"),
            ValueError,
            "load expects a file, but got 'folder.npz', which is a folder.",
        ),
        (
            lambda folder: files.load_state("other.npz"),
            ValueError,
            "load_state expects a whole file that nnbook.save wrote, but got 'other.npz', which has no nnbook.json in it. "
            "It may be a .npz of another kind: np.load reads those.",
        ),
    ],
)
def test_refuses(tmp_path, monkeypatch, call, error, message):
    monkeypatch.chdir(tmp_path)
    nnbook.save("good.npz", small())
    np.savez("other.npz", a=np.zeros(3))
    (tmp_path / "folder.npz").mkdir()
    there = sorted(os.listdir())
    with pytest.raises(error) as raised:
        call(tmp_path)
    assert str(raised.value) == message
    assert sorted(os.listdir()) == there


@pytest.mark.parametrize("key", ["a/b", "..", "a:b", "a\\b", "", "a\nb"])
def test_refuses_names_that_mean_something_in_paths(tmp_path, key):
    model = Module()
    model.parts = {key: Parameter(np.zeros(2))}
    with pytest.raises(ValueError, match="save expects names of parts without"):
        nnbook.save(tmp_path / "model.npz", model)
    assert os.listdir(tmp_path) == []


def test_refuses_two_parts_of_one_name(tmp_path):
    model = Module()
    model.parts = {"1": Parameter(np.zeros(2)), 1: Parameter(np.zeros(2))}
    with pytest.raises(ValueError) as raised:
        nnbook.save(tmp_path / "model.npz", model)
    assert str(raised.value) == (
        "save expects a name of its own for each part, but got two called 'parts.1'. Rename one: the name is built of "
        "attributes, positions and keys."
    )


# -- crashes ----------------------------------------------------------------------------------------------------------


def test_written_to_the_disk_before_it_takes_the_old_ones_place(tmp_path, monkeypatch):
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def noted(*args, name=name, real=real):
            done.append(name)
            return real(*args)

        monkeypatch.setattr(os, name, noted)
    nnbook.save(tmp_path / "model.npz", small())
    assert done == ["fsync", "replace"] + ["fsync"] * (os.name == "posix")


@pytest.mark.parametrize("moment", ["write_array", "fsync", "read back", "replace"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, moment, error):
    path = tmp_path / "model.npz"
    nnbook.save(path, small(0))
    before = path.read_bytes()

    def fail(*args, **options):
        raise error

    owner = {"write_array": np.lib.format, "fsync": os, "replace": os, "read back": files.Contents}[moment]
    monkeypatch.setattr(owner, "_read" if moment == "read back" else moment, fail)
    with pytest.raises(type(error)):
        nnbook.save(path, small(1))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.npz"]


def test_a_disk_that_returns_other_bytes_is_found_out(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    nnbook.save(path, small(0))
    before = path.read_bytes()
    real = files._write

    def flipped(stream, text, arrays):
        inner = io.BytesIO()
        real(inner, text, arrays)
        data = bytearray(inner.getvalue())
        data[data.index(b"\x93NUMPY") + 130] ^= 4
        stream.write(data)

    monkeypatch.setattr(files, "_write", flipped)
    with pytest.raises(ValueError, match=r"save expects a whole file that nnbook\.save wrote"):
        nnbook.save(path, small(1))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.npz"]


def test_sweeps_the_orphans_of_this_file_only(tmp_path):
    path = tmp_path / "model.npz"
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True
    )
    dead, alive = int(gone.stdout), os.getpid()
    mine, other = files._mark(path), files._mark(tmp_path / "other.npz")
    elsewhere = f".{files._short_hash('model.npz')}-{'0' * 12}-"
    names = {
        f"{mine}{dead}-00000000{files._ENDING}": os.name != "posix",
        f"{mine}{alive}-00000001{files._ENDING}": True,
        f"{mine}{alive}-00000002{files._ENDING}": "old",
        f"{other}{dead}-00000003{files._ENDING}": True,
        f"{elsewhere}{dead}-00000004{files._ENDING}": True,
        f"{elsewhere}{dead}-00000005{files._ENDING}": "old",
        f"{mine}{dead}-0000000g{files._ENDING}": True,
        "model.npz.tmp": True,
    }
    for name, stays in names.items():
        (tmp_path / name).write_bytes(b"x")
        if stays == "old":
            os.utime(tmp_path / name, (0, 0))
    nnbook.save(path, small())
    assert set(os.listdir(tmp_path)) == {name for name, stays in names.items() if stays is True} | {
        "model.npz"
    }


@pytest.mark.skipif(os.name != "posix", reason="links and modes are POSIX's")
def test_links_and_permissions_stay(tmp_path):
    (tmp_path / "store").mkdir()
    nnbook.save(tmp_path / "store" / "model.npz", small(0))
    os.chmod(tmp_path / "store" / "model.npz", 0o640)
    (tmp_path / "link.npz").symlink_to(tmp_path / "store" / "model.npz")
    nnbook.save(tmp_path / "link.npz", small(1))
    assert (tmp_path / "link.npz").is_symlink()
    assert (tmp_path / "store" / "model.npz").stat().st_mode & 0o777 == 0o640
    assert_same(arrays(nnbook.load(tmp_path / "store" / "model.npz")), arrays(small(1)))


KILLED = """
import os, random, signal, sys, time
import numpy as np
import nnbook

path, kills = sys.argv[1], int(sys.argv[2])
folder = os.path.dirname(path)
model = nnbook.Sequential(nnbook.Linear(300, 400, rng=0), nnbook.Linear(400, 300, rng=0))

def save(value):
    for parameter in model.parameters():
        parameter.data.fill(value)
    nnbook.save(path, model, state=value)

save(0)
delays, newest, orphans = random.Random(0), 0, 0
for kill in range(kills):
    child = os.fork()
    if child == 0:
        value = newest
        while True:
            value += 1
            save(value)
    time.sleep(delays.uniform(0.002, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    loaded = nnbook.load(path)
    values = {float(x) for parameter in loaded.parameters() for x in np.unique(parameter.data)}
    assert len(values) == 1, f"a mixture of {values}"
    value = int(values.pop())
    assert nnbook.files.load_state(path) == value
    assert value >= newest, f"{newest} was lost, {value} is there"
    newest = value
    waiting = [name for name in os.listdir(folder) if name != os.path.basename(path)]
    assert len(waiting) <= 1, f"orphans pile up: {waiting}"
    orphans += len(waiting)
save(newest + 1)
assert os.listdir(folder) == [os.path.basename(path)], os.listdir(folder)
print(kills, newest, orphans)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_200_kills_during_save_cost_nothing(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "model.npz"), "200"],
        capture_output=True,
        text=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    kills, saves, orphans = map(int, run.stdout.split())
    assert kills == 200
    assert saves > 20, "too few saves were finished for a test of losing one"
    assert orphans > 20, "too few kills fell into a save for a test of that"


# -- damage -----------------------------------------------------------------------------------------------------------


def damaged_loads(path, damages):
    """For each damaged content: is it refused, and if not, is what loads right in every bit?"""
    model = small()
    right, refused = arrays(model), 0
    for data in damages:
        path.write_bytes(data)
        try:
            loaded = nnbook.load(path)
        except ValueError as error:
            assert str(error).startswith("load expects ")  # noqa: PT017
            refused += 1
        else:
            assert repr(loaded) == repr(model)
            assert_same(arrays(loaded), right)
            assert files.load_state(path) == {"epoch": 3}
    return refused


def test_400_flipped_bits_never_load_wrong(tmp_path):
    path = tmp_path / "model.npz"
    nnbook.save(path, small(), state={"epoch": 3})
    data, rng = path.read_bytes(), np.random.default_rng(0)

    def flips():
        for bit in rng.choice(8 * len(data), 400, replace=False):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << (bit % 8)
            yield bytes(flipped)

    assert damaged_loads(path, flips()) > 300  # the rest hit times and attributes that nobody reads


def test_200_truncations_never_load(tmp_path):
    path = tmp_path / "model.npz"
    nnbook.save(path, small(), state={"epoch": 3})
    data = path.read_bytes()
    lengths = [0, len(data) - 1, *np.random.default_rng(0).choice(len(data), 198, replace=False)]
    assert damaged_loads(path, (data[:length] for length in lengths)) == 200


# -- malice -----------------------------------------------------------------------------------------------------------

RAN = []


class Bomb:
    def __reduce__(self):
        return (RAN.append, ("a pickle was run",))


def npy(array, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), **options)
    return stream.getvalue()


def forged(change, method=zipfile.ZIP_STORED):
    """The bytes of a good file after `change(parts, header)`; parts are the members by name, or pairs for doubles."""
    stream = io.BytesIO()
    header, whole = files._describe_model("save", small())
    header["state"] = None
    header["arrays"] = {name: files._blueprint("save", name, array) for name, array in whole.items()}
    parts = {f"{name}.npy": npy(array) for name, array in whole.items()}
    changed = change(parts, header)
    if isinstance(changed, bytes):
        return changed
    parts = parts if changed is None else changed
    items = list(parts.items() if isinstance(parts, dict) else parts)
    if HEADER not in dict(items):
        items.append((HEADER, json.dumps(header).encode()))
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in items:
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, data)
    return stream.getvalue()


def patched(old, new, count=-1):
    """A good file with some of its bytes exchanged."""

    def change(parts, header):
        data = forged(lambda parts, header: None)
        assert old in data
        return data.replace(old, new, count)

    return change


def in_header(*keys, value):
    def change(parts, header):
        for key in keys[:-1]:
            header = header[key]
        header[keys[-1]] = value

    return change


def inside(old, new):
    """The same within one array, with a checksum that is right."""

    def change(parts, header):
        assert parts[WEIGHT].count(old) == 1
        parts[WEIGHT] = parts[WEIGHT].replace(old, new)

    return change


def with_a_key_twice(parts, header):
    header["arrays"] = {
        name: files._blueprint("save", name, array) for name, array in arrays(small()).items()
    }
    parts[HEADER] = json.dumps(header).replace('{"format"', '{"version": 1, "format"', 1).encode()


def with_part(name, data, listed=True):
    def change(parts, header):
        parts[name] = data
        if listed:
            header["arrays"][name.removesuffix(".npy")] = header["arrays"]["layers.1.bias"]

    return change


def header_text(text):
    return lambda parts, header: parts | {HEADER: text}


def nested_too_deep(parts, header):
    for i in range(3000):
        config = {"layers": [{"$module": f"n{i + 1}"}]}
        header["modules"][f"n{i}" if i else ""] = {"class": "Sequential", "nnbook": True, "config": config}
    header["modules"]["n3000"] = header["modules"]["layers.2"]


def one_local_part_many_times(parts, header):
    """Many entries of the directory that point to one place: the quoted zip bomb."""
    data = forged(lambda parts, header: None)
    end = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    one = data[start : data.index(b"PK\x01\x02", start + 4)]
    copies = 2000
    directory = one * copies
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(directory), start, 0)
    assert len(data[end:]) == len(tail)
    return data[:start] + directory + tail


WEIGHT = "layers.1.weight.npy"
NPY_SHAPE = b"'shape': (4, 3), "
HOSTILE = {
    # pickles
    "a pickle": lambda parts, header: pickle.dumps(Bomb()),
    "a pickle as an array": lambda parts, header: (
        parts | {WEIGHT: npy(np.array([Bomb()] * 12, object), allow_pickle=True)}
    ),
    "a pickle of the right size": lambda parts, header: (
        parts
        | {
            WEIGHT: npy(np.array([Bomb()], object), allow_pickle=True).ljust(len(parts[WEIGHT]), b"\0")[
                : len(parts[WEIGHT])
            ]
        }
    ),
    "an object dtype in the list": in_header("arrays", "layers.1.weight", "dtype", value="|O"),
    "a pickle as the header": header_text(pickle.dumps(Bomb())),
    "a pickle beside": with_part("data.pkl", pickle.dumps(Bomb()), listed=False),
    "another framework's zip": lambda parts, header: [("archive/data.pkl", pickle.dumps(Bomb()))],
    "a structured dtype": lambda parts, header: parts | {WEIGHT: npy(np.zeros((4, 3), [("a", "<f4")]))},
    # names
    "a way up": with_part("../evil.npy", npy(np.zeros(3, np.float32))),
    "a way from the root": with_part("/tmp/evil.npy", npy(np.zeros(3, np.float32))),
    "a way with backslashes": with_part("..\\evil.npy", npy(np.zeros(3, np.float32))),
    "a folder": with_part("layers/1/weight.npy", npy(np.zeros(3, np.float32))),
    "a hidden name": with_part(".npy", npy(np.zeros(3, np.float32))),
    "an invisible sign": with_part("a\x1bb.npy", npy(np.zeros(3, np.float32))),
    "a name twice": lambda parts, header: [*parts.items(), (WEIGHT, parts[WEIGHT])],
    "an array that is not listed": with_part("extra.npy", npy(np.zeros(3, np.float32)), listed=False),
    "a listed array that is not there": lambda parts, header: {k: v for k, v in parts.items() if k != WEIGHT},
    # headers
    "no header": lambda parts, header: [*parts.items(), (HEADER + "x", b"{}")][:-1] and parts | {HEADER: b""},
    "a header that is no JSON": header_text(b"import os"),
    "a header that is a list": header_text(b"[]"),
    "a header in another encoding": header_text('{"format": "nnbook"}'.encode("utf-16")),
    "a header nested too deep": header_text(b"[" * 100_000),
    "a header with a key twice": with_a_key_twice,
    "a header with NaN": in_header("written by", value=math.nan),
    "a header with an endless number": header_text(
        b'{"format": "nnbook", "version": ' + b"9" * 10_000 + b"}"
    ),
    "a huge header": header_text(b" " * ((1 << 25) + 1)),
    "another format": in_header("format", value="npz"),
    "a later version": in_header("version", value=2),
    "a version that is text": in_header("version", value="1"),
    "version True": in_header("version", value=True),
    "version 0": in_header("version", value=0),
    "no modules": in_header("modules", value=None),
    "no root": lambda parts, header: header["modules"].pop("") and None,
    "a module without a class": in_header("modules", "layers.1", value={"config": {}}),
    "a shape below zero": in_header("arrays", "layers.1.weight", "shape", value=[-4, -3]),
    "a broken shape": in_header("arrays", "layers.1.weight", "shape", value=[4.0, 3.0]),
    "a shape of Trues": in_header("arrays", "layers.1.weight", "shape", value=[True, 12]),
    "a huge shape": in_header("arrays", "layers.1.weight", "shape", value=[10**9, 10**9]),
    "an unknown dtype": in_header("arrays", "layers.1.weight", "dtype", value="<f3"),
    "a dtype that is a list": in_header("arrays", "layers.1.weight", "dtype", value=["<f4"]),
    "a wrong sha256": in_header("arrays", "layers.1.weight", "sha256", value="0" * 64),
    "an alias of nothing": in_header("aliases", value={"x": "y"}),
    "an alias of itself": in_header("aliases", value={"layers.1.bias": "layers.1.bias"}),
    "a buffer that is not there": in_header("buffers", value=["layers.1.mean"]),
    # zips
    "an empty file": lambda parts, header: b"",
    "an empty zip": lambda parts, header: b"PK\x05\x06" + bytes(18),
    "something before": lambda parts, header: b"#!/bin/sh\n" + forged(lambda parts, header: None),
    "something behind": lambda parts, header: forged(lambda parts, header: None) + b"\n",
    "a sound encrypted flag": patched(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
    ),
    "a size that is a lie": patched(struct.pack("<2L", 176, 176), struct.pack("<2L", 2**31, 2**31)),
    "one part many times": one_local_part_many_times,
    # arrays
    "a larger shape inside": inside(NPY_SHAPE, b"'shape': (9, 9), "),
    "columns first": inside(b"'fortran_order': False", b"'fortran_order': True "),
    "an unknown npy version": inside(b"\x93NUMPY\x01", b"\x93NUMPY\x09"),
    "code for a shape": inside(NPY_SHAPE, b"'shape': exit(), "),
    "an endless npy header": lambda parts, header: (
        parts | {WEIGHT: b"\x93NUMPY\x02\x00" + struct.pack("<L", 2**31) + b" " * 200}
    ),
    "numbers behind the end": lambda parts, header: parts | {WEIGHT: parts[WEIGHT] + bytes(8)},
    # architectures
    "an unknown class": in_header("modules", "layers.1", "class", value="Linera"),
    "a function for a class": in_header("modules", "layers.1", "class", value="os.system"),
    "the bare Module": in_header("modules", "layers.1", "class", value="Module"),
    "another class": in_header("modules", "layers.1", "class", value="ReLU"),
    "a huge layer": in_header(
        "modules", "layers.1", "config", value={"in_features": 10**6, "out_features": 10**6}
    ),
    "a large layer": in_header(
        "modules", "layers.1", "config", value={"in_features": 4096, "out_features": 4096}
    ),
    "an absurd layer": in_header(
        "modules", "layers.1", "config", value={"in_features": 10**30, "out_features": 1}
    ),
    "a setting that is text": in_header("modules", "layers.1", "config", "in_features", value="4"),
    "a setting too many": in_header("modules", "layers.1", "config", "command", value="rm -r"),
    "a layer inside itself": in_header(
        "modules", "layers.3", "config", "block", value={"$module": "layers.3"}
    ),
    "a layer that is not listed": in_header("modules", "layers.3", "config", "block", value={"$module": "x"}),
    "an unknown sign": in_header("modules", "layers.3", "config", "block", value={"$call": "exit"}),
    "layers nested too deep": nested_too_deep,
    "a layer less": lambda parts, header: header["modules"][""]["config"]["layers"].pop() and None,
}
assert len(HOSTILE) >= 50


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_and_nothing_is_run(tmp_path, name):
    path = tmp_path / "model.npz"
    path.write_bytes(forged(HOSTILE[name]))
    before = sorted(os.listdir(tmp_path))
    files._table()
    tracemalloc.start()
    try:
        with pytest.raises(ValueError) as raised:
            nnbook.load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    message = str(raised.value)
    assert type(raised.value) is ValueError  # no sort of it that somebody else words
    assert message.startswith("load expects ")
    assert str(tmp_path) not in message
    assert len(message) < 1000
    assert peak < 60e6, f"{peak / 1e6:.0f} MB were taken for it"
    assert not RAN
    assert sorted(os.listdir(tmp_path)) == before


def test_the_forger_can_make_a_good_one(tmp_path):
    (tmp_path / "model.npz").write_bytes(forged(lambda parts, header: None))
    assert_same(arrays(nnbook.load(tmp_path / "model.npz")), arrays(small()))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_bombs_do_not_unfold(tmp_path, method):
    bomb = with_part("layers.9.weight.npy", npy(np.zeros(10**7, np.float32)))
    (tmp_path / "model.npz").write_bytes(forged(bomb, method))
    assert (tmp_path / "model.npz").stat().st_size < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(ValueError) as raised:
            nnbook.load(tmp_path / "model.npz")
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()
    assert str(raised.value) == (
        "load expects a whole file that nnbook.save wrote, but got 'model.npz', in which 'layers.1.weight.npy' is "
        "compressed: save does not compress. Use another copy of it."
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "a pickle",
            "a whole file that nnbook.save wrote, but got 'model.npz', which is not a .npz file, or damaged at its beginning. "
            "Use another copy of it.",
        ),
        (
            "something behind",
            "a whole file that nnbook.save wrote, but got 'model.npz', which is cut short, or has something behind its end. "
            "Use another copy of it.",
        ),
        (
            "a way up",
            "a whole file that nnbook.save wrote, but got 'model.npz', which has a part with a name like a path, "
            "'../evil.npy'. Use another copy of it.",
        ),
        (
            "a later version",
            "a whole file that nnbook.save wrote, but got 'model.npz', of format version 2, and this nnbook reads up to 1. "
            "Bring nnbook up to date: pip install --upgrade nnbook.",
        ),
        (
            "a wrong sha256",
            "a whole file that nnbook.save wrote, but got 'model.npz', in which the numbers of 'layers.1.weight' have "
            "changed: their sha256 differs. Use another copy of it.",
        ),
        (
            "a huge shape",
            "a whole file that nnbook.save wrote, but got 'model.npz', in which 'layers.1.weight' of shape (1000000000, "
            "1000000000) has 176 bytes, and 4000000000000000000 would be numbers. Use another copy of it.",
        ),
        (
            "an unknown class",
            "a model made of nnbook's own classes, but got 'model.npz', in which layers.1 is a Linera. Did you mean 'Linear'? "
            "Build the model yourself and fill it: load(path, into=model).",
        ),
        (
            "a huge layer",
            "a model that can be built, but got 'model.npz', in which layers.1, a Linear, cannot be built: uniform expects a "
            "shape of at most 1048672 numbers, but got (1000000, 1000000).",
        ),
        (
            "an absurd layer",
            "a model that can be built, but got 'model.npz', in which layers.1, a Linear, cannot be built: "
            "1000000000000000000000000000000 is more than a layer can have.",
        ),
        (
            "another class",
            "a model that can be built, but got 'model.npz', in which layers.1, a ReLU, cannot be built: "
            "ReLU() takes no arguments.",
        ),
        (
            "a size that is a lie",
            "a whole file that nnbook.save wrote, but got 'model.npz', whose parts claim to be larger than the whole. Use "
            "another copy of it.",
        ),
        (
            "a sound encrypted flag",
            "a whole file that nnbook.save wrote, but got 'model.npz', in which 'layers.1.weight.npy' is encrypted. Use "
            "another copy of it.",
        ),
        (
            "a header with a key twice",
            "a whole file that nnbook.save wrote, but got 'model.npz', which cannot be read (ValueError). Use another copy of "
            "it.",
        ),
        (
            "a layer inside itself",
            "a model that can be built, but got 'model.npz', in which layers.3, a Residual, cannot be built: a layer inside "
            "itself.",
        ),
        (
            "a name twice",
            "a whole file that nnbook.save wrote, but got 'model.npz', which has two parts called 'layers.1.weight.npy'. "
            "Use another copy of it.",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_refusals_say(tmp_path, name, message):
    (tmp_path / "model.npz").write_bytes(forged(HOSTILE[name]))
    with pytest.raises(ValueError) as raised:
        nnbook.load(tmp_path / "model.npz")
    assert str(raised.value) == "load expects " + message


def test_parts_that_would_begin_before_the_file(tmp_path):
    path = tmp_path / "model.npz"
    nnbook.save(path, nnbook.Linear(2, 3, rng=0))
    data = bytearray(path.read_bytes())
    data[-6:-2] = (1 << 30).to_bytes(4, "little")  # where zip says that its list of parts begins
    path.write_bytes(data)
    with pytest.raises(
        ValueError, match=r"^load expects a whole file that nnbook\.save wrote, but got 'model\.npz', "
    ):
        nnbook.load(path)


def test_hostile_states(tmp_path):
    for state in (
        {"$array": "state:gone"},
        {"$module": ""},
        {"$float": "exit()"},
        {"$run": 1},
        {"$dict": [1]},
        {"$array": []},
    ):
        (tmp_path / "model.npz").write_bytes(forged(in_header("state", value=state)))
        with pytest.raises(ValueError) as raised:
            files.load_state(tmp_path / "model.npz")
        assert str(raised.value) == (
            "load_state expects a whole file that nnbook.save wrote, but got 'model.npz', whose state save never wrote. "
            "Use another copy of it."
        )


def test_a_killed_process_is_told_from_a_living_one():
    if os.name == "posix":
        assert not files._is_gone(os.getpid())
        assert not files._is_gone(1)
    assert signal.SIGINT  # the platform has it
