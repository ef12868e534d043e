"""A model in a file: what it has learnt, and how it was built, in one ``.npz`` that any NumPy can open.

`save` writes every parameter and running statistic once, under its dotted name, and a header that says what they
belong to:

    layers.0.weight.npy     the arrays, as numpy.save writes them
    layers.0.bias.npy
    …
    nnbook.json             format version, classes and their settings, shapes, dtypes, a sha256 for each array

Weights that two layers share are stored once, and the second name as an alias. There are no pickles, which run code
when they are opened: `load` builds nothing but nnbook's own layers, from a fixed table, and runs nothing that comes
from the file. So a model from a stranger is safe to open, and one from last year's nnbook says plainly what is amiss.

*A crash never costs the previous file.* To write over a file in place is to have neither the old one nor the new one
for a moment, and machines stop in such moments. So `save` writes beside it, waits until the disk has it, reads it
back, compares, and only then puts it in the old one's place, which file systems do in one stroke.

*A damaged file never loads.* Each array carries its sha256, and everything is looked through before any memory is
taken or any parameter written: sizes against the file's own, names, versions, shapes. Files are stored, not
compressed: weights hardly shrink, and nothing small can unfold into something huge.
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import hashlib
import importlib
import io
import json
import math
import os
import pathlib
import platform
import re
import secrets
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from nnbook.arrays import Array, at_most
from nnbook.errors import describe, explain
from nnbook.module import Buffer, Module, Parameter

__all__ = ["load", "load_state", "save"]

Path: TypeAlias = str | os.PathLike[str]

_FORMAT = 1
_HEADER = "nnbook.json"
_LARGEST_HEADER = 1 << 25
_LARGEST_SETTING = 1 << 20
_LONG_LIST = 64  # from here on a list of whole numbers, such as a permutation, goes into an array
_DTYPES = {f"{order}{kind}" for order, kind in [("|", "b1"), ("|", "i1"), ("|", "u1")]} | {
    f"<{kind}" for kind in ("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
}


def save(path: Path, model: Module, *, state: Any = None) -> None:
    """Write a model to a ``.npz`` file, in one stroke: whatever happens, the old file or the new one is there, whole.

    Parameters
    ----------
    path : str or path
        Ends in ``.npz`` (nothing is appended to it); its folder exists.
    model : Module
        Made of nnbook's layers, or of anyone's.
    state : dict, list, tuple, number, string, array or None, nested as deep as need be
        Whatever else is to be kept beside the model: the scaling of the data, the names of the classes.
        `load_state` gives it back. (`nnbook.Checkpoint` keeps the optimiser here.)

    Raises
    ------
    TypeError, ValueError
        If the path does not end in ``.npz``, or something in model or state cannot be written without a pickle.
    OSError
        If the folder does not exist or cannot be written to. The file that was there still is.

    Notes
    -----
    The same model gives the same bytes. Files of this process' forerunners that were killed while they wrote are
    swept away from the folder.

    Examples
    --------
    >>> import nnbook, tempfile, os
    >>> model = nnbook.Sequential(nnbook.Linear(2, 3, rng=0), nnbook.ReLU())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(os.path.join(folder, "model.npz"), model)
    ...     again = load(os.path.join(folder, "model.npz"))
    >>> again
    Sequential(
        Linear(2, 3),
        ReLU(),
    )
    >>> np.array_equal(again[0].weight.data, model[0].weight.data)
    True
    """
    if not isinstance(model, Module):
        raise TypeError(explain("save", "a Module to save", describe(model), "Write save(path, model)."))
    target = check_target("save", path)
    header, arrays = _describe_model("save", model)
    packer = _Packer("save", "state", {})
    header["state"] = packer.pack(state, "state")
    arrays |= packer.arrays
    header["arrays"] = {name: _blueprint("save", name, array) for name, array in arrays.items()}
    text = json.dumps(header, allow_nan=False, indent=1).encode()
    if len(text) > _LARGEST_HEADER:
        fix = "Long lists belong into arrays: np.array(...)."
        raise ValueError(
            explain("save", f"a description of at most {_LARGEST_HEADER} bytes", f"{len(text)}", fix)
        )
    _replace(target, lambda stream: _write(stream, text, arrays), lambda written: _same(written, text))


def load(path: Path, *, into: Module | None = None) -> Module:
    """Read a model that `save` wrote.

    Parameters
    ----------
    path : str or path
    into : Module, optional
        A model of the same build, whose parameters and running statistics are then overwritten. Needed for layers of
        your own, which a file can name but not build.

    Returns
    -------
    Module
        `into`, or a new one.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, of a newer format, not from `save`, or (all differences named at once) does not fit
        `into`, of which nothing is changed then.

    Examples
    --------
    >>> import nnbook, tempfile, os
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "small.npz")
    ...     save(path, nnbook.Linear(2, 3, rng=0))
    ...     load(path, into=nnbook.Linear(2, 4, rng=0))
    Traceback (most recent call last):
        ...
    ValueError: load expects a model that fits 'small.npz', but got one with 3 differences:
        (the model itself): out_features=3 in the file, out_features=4 in the model
        weight: shape (2, 3) in the file, (2, 4) in the model
        bias: shape (3,) in the file, (4,) in the model
    """
    if into is not None and not isinstance(into, Module):
        raise TypeError(explain("load", "a Module to load into", describe(into)))
    contents = Contents("load", path)
    model = contents.build() if into is None else into
    contents.fill(model)
    return model


def load_state(path: Path) -> Any:
    """Read what `save` was given as ``state``; None if nothing was.

    Examples
    --------
    >>> import nnbook, tempfile, os
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "small.npz")
    ...     save(path, nnbook.Linear(2, 3, rng=0), state={"mean": np.array([0.5, 1.0]), "classes": ("a", "b")})
    ...     load_state(path)
    {'mean': array([0.5, 1. ]), 'classes': ('a', 'b')}
    """
    return Contents("load_state", path).state()


# -- how a model is described -----------------------------------------------------------------------------------------


def _describe_model(who: str, model: Module) -> tuple[dict[str, Any], dict[str, Array]]:
    """The header without its arrays, and the arrays by name."""
    import nnbook

    modules, parts, aliases = _census(who, model)
    packer = _Packer(who, "config", {id(module): name for name, module in modules.items()})
    table = _table()
    described = {
        name: {
            "class": type(module).__name__,
            "nnbook": table.get(type(module).__name__) is type(module),
            "config": packer.pack(module.config(), name or "model"),
        }
        for name, module in modules.items()
    }
    header = {
        "format": "nnbook",
        "version": _FORMAT,
        "written by": f"nnbook {nnbook.__version__}",
        "modules": described,
        "buffers": [name for name, part in parts.items() if isinstance(part, Buffer)],
        "aliases": aliases,
    }
    return header, {name: part.data for name, part in parts.items()} | packer.arrays


def _census(
    who: str, model: Module
) -> tuple[dict[str, Module], dict[str, Parameter | Buffer], dict[str, str]]:
    """Modules and arrays by first name, and every further name of an array with its first one."""
    modules: dict[str, Module] = {}
    parts: dict[str, Parameter | Buffer] = {}
    aliases: dict[str, str] = {}
    first: dict[int, str] = {}
    for name, found, _ in _every_name(model):
        if id(found) not in first:
            kind: dict[str, Any] = modules if isinstance(found, Module) else parts
            if name in kind:
                fix = "Rename one: the name is built of attributes, positions and keys."
                raise ValueError(explain(who, "a name of its own for each part", f"two called {name!r}", fix))
            if name != _sound_name(name) or ":" in name:
                fix = "Change the key of the dict that it comes from."
                raise ValueError(explain(who, "names of parts without / \\ : or ..", repr(name), fix))
            kind[name] = found
            first[id(found)] = name
        elif not isinstance(found, Module):
            aliases[name] = first[id(found)]
    return modules, parts, aliases


def _every_name(root: Module) -> Iterator[tuple[str, Any, Callable[[Any], None]]]:
    """All names of all modules, parameters and buffers, in the order of attributes, with what puts another in place."""

    def visit(name: str, value: Any, put: Callable[[Any], None], above: tuple[int, ...]) -> Iterator[Any]:
        if isinstance(value, (Module, Parameter, Buffer)):
            yield name, value, put
        if id(value) in above:
            return
        if isinstance(value, Module):
            children: Any = [(k, v) for k, v in vars(value).items() if k not in ("_contexts", "_outputs")]
        elif isinstance(value, dict):
            children = list(value.items())
        elif isinstance(value, (list, tuple)):
            children = list(enumerate(value))
        else:
            return
        for key, child in children:
            if isinstance(child, (Module, Parameter, Buffer, list, tuple, dict)):
                dotted = f"{name}.{key}" if name else str(key)
                yield from visit(dotted, child, _putter(value, key), (*above, id(value)))

    return visit("", root, lambda part: None, ())


def _putter(owner: Any, key: Any) -> Callable[[Any], None]:
    def put(part: Any) -> None:
        if isinstance(owner, Module):
            setattr(owner, key, part)
        else:
            owner[key] = part

    return put


class _Packer:
    """Turns nested values into what JSON holds, setting arrays aside, and back."""

    def __init__(self, who: str, prefix: str, names: dict[int, str]) -> None:
        self.who = who
        self.prefix = prefix
        self.names = names
        self.arrays: dict[str, Array] = {}

    def pack(self, value: Any, where: str) -> Any:
        if value is None or isinstance(value, (bool, str)) or type(value) is int:
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"$float": repr(value)}
        if isinstance(value, (np.ndarray, np.generic)):
            return {"$scalar" if isinstance(value, np.generic) else "$array": self._set_aside(value, where)}
        if isinstance(value, np.dtype):
            return value.name
        if isinstance(value, Module) and id(value) in self.names:
            return {"$module": self.names[id(value)]}
        if isinstance(value, list):
            if len(value) >= _LONG_LIST and all(type(x) is int and -(2**63) <= x < 2**63 for x in value):
                return {"$list": self._set_aside(np.array(value, np.int64), where)}
            return [self.pack(x, f"{where}.{i}") for i, x in enumerate(value)]
        if type(value) is tuple:
            return {"$tuple": [self.pack(x, f"{where}.{i}") for i, x in enumerate(value)]}
        if isinstance(value, dict):
            if all(isinstance(key, str) and not key.startswith("$") for key in value):
                return {key: self.pack(x, f"{where}.{key}") for key, x in value.items()}
            pairs = [[self.pack(key, where), self.pack(x, f"{where}.{key}")] for key, x in value.items()]
            return {"$dict": pairs}
        expected = f"numbers, strings, lists, dicts, arrays or the model's own layers in {where}"
        raise TypeError(explain(self.who, expected, describe(value), "Files hold no code and no pickles."))

    def _set_aside(self, array: Any, where: str) -> str:
        name = _sound_name(f"{self.prefix}:{where.removeprefix(self.prefix).lstrip('.')}")
        while name in self.arrays:
            name += "_"
        self.arrays[name] = np.asarray(array)
        return name


def _unpack(value: Any, arrays: dict[str, Array], module: Callable[[str], Any]) -> Any:
    if isinstance(value, list):
        return [_unpack(x, arrays, module) for x in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((sign, inner),) = value.items()
        if sign == "$float":
            return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[inner]
        if sign == "$array":
            return arrays[inner]
        if sign == "$scalar":
            return arrays[inner][()]
        if sign == "$list":
            return arrays[inner].tolist()
        if sign == "$tuple":
            return tuple(_unpack(x, arrays, module) for x in inner)
        if sign == "$dict":
            return {_unpack(k, arrays, module): _unpack(x, arrays, module) for k, x in inner}
        if sign == "$module":
            return module(inner)
    if any(key.startswith("$") for key in value):
        raise KeyError(next(iter(value)))
    return {key: _unpack(x, arrays, module) for key, x in value.items()}


def _table() -> dict[str, type[Module]]:
    """The classes that a file may name: those that nnbook's own files define, and no others."""
    importlib.import_module("nnbook.models")  # the one file of layers that nothing else need have loaded

    def below(base: type[Module]) -> Iterator[type[Module]]:
        for cls in base.__subclasses__():
            yield cls
            yield from below(cls)

    return {
        cls.__name__: cls
        for cls in below(Module)
        if re.fullmatch(r"nnbook\.\w+", cls.__module__)
        and vars(sys.modules[cls.__module__]).get(cls.__name__) is cls
    }


# -- how it is written ------------------------------------------------------------------------------------------------


def check_target(who: str, path: Path) -> pathlib.Path:
    """Where a file of this path would be written; refuses what could not be."""
    target = _as_path(who, path)
    if target.suffix != ".npz":
        fix = f"Nothing is appended to a name: save to {target.name + '.npz'!r}."
        raise ValueError(explain(who, "a path that ends in .npz", repr(str(path)), fix))
    target = pathlib.Path(os.path.realpath(target))  # a link stays a link: what it points to is replaced
    if not target.parent.is_dir():
        fix = "Make it first: os.makedirs(folder)."
        got = f"{str(path)!r}, whose folder is not there"
        raise FileNotFoundError(explain(who, "a path in a folder that exists", got, fix))
    if target.is_dir():
        raise ValueError(explain(who, "a path of a file", f"{str(path)!r}, which is a folder"))
    return target


def _as_path(who: str, path: Any) -> pathlib.Path:
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise TypeError(explain(who, "the path of a file", describe(path)))
    return pathlib.Path(path)


def _blueprint(who: str, name: str, array: Array) -> dict[str, Any]:
    data = _plain(array)
    if data.dtype.str not in _DTYPES:
        expected = "arrays of plain numbers"
        raise TypeError(explain(who, expected, f"{describe(array)} as {name}", "Files hold no pickles."))
    digest = hashlib.sha256(data.data if data.size else b"").hexdigest()
    return {"shape": list(data.shape), "dtype": data.dtype.str, "sha256": digest}


def _plain(array: Array) -> Array:
    """C-contiguous, little-endian: the form in which numbers are stored."""
    return np.asarray(array, array.dtype.newbyteorder("<"), order="C")


def _write(stream: io.BufferedIOBase, text: bytes, arrays: dict[str, Array]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(
                zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=array.nbytes > 1 << 30
            ) as member:
                np.lib.format.write_array(member, _plain(array), allow_pickle=False)
        archive.writestr(zipfile.ZipInfo(_HEADER), text)


def _replace(
    target: pathlib.Path, write: Callable[[Any], None], check: Callable[[pathlib.Path], None]
) -> None:
    """Write beside the target, see it on the disk, read it back, and put it in the target's place in one stroke."""
    _sweep(target)
    temporary = target.with_name(f"{_mark(target)}{os.getpid()}-{secrets.token_hex(4)}{_ENDING}")
    try:
        with open(temporary, "xb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        check(temporary)
        with contextlib.suppress(OSError):
            os.chmod(temporary, target.stat().st_mode & 0o777)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if os.name == "posix":  # the folder's entry is data too
        with contextlib.suppress(OSError):
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _same(written: pathlib.Path, text: bytes) -> None:
    if Contents("save", written).text != text:
        raise OSError(
            explain("save", "to read back what was written", "something else", "Is the disk failing?")
        )


_ENDING = ".nnbook-unfinished"
_A_DAY = 24 * 3600


def _mark(target: pathlib.Path) -> str:
    """How the unfinished files of this target, written on this machine, begin."""
    return f".{_short_hash(target.name)}-{_short_hash(platform.node())}-"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _sweep(target: pathlib.Path) -> None:
    """Remove what killed writers of this very file have left: their process is gone, or a day has passed."""
    mine = re.compile(rf"\.{_short_hash(target.name)}-[0-9a-f]{{12}}-(\d{{1,9}})-[0-9a-f]{{8}}{_ENDING}")
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(target.parent)):
            found = mine.fullmatch(entry.name)
            if found:
                here = entry.name.startswith(_mark(target))
                with contextlib.suppress(OSError):
                    if (here and _is_gone(int(found[1]))) or time.time() - entry.stat().st_mtime > _A_DAY:
                        os.unlink(entry.path)


def _is_gone(process: int) -> bool:
    if os.name != "posix":  # elsewhere signal 0 is not a question but a Ctrl-C
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


# -- how it is read ---------------------------------------------------------------------------------------------------


class Contents:
    """All that a file holds, checked: nothing of it is believed before."""

    def __init__(self, who: str, path: Path) -> None:
        self.who = who
        self.path = _as_path(who, path)
        if self.path.is_dir():
            raise ValueError(explain(who, "a file", f"{self.path.name!r}, which is a folder"))
        try:
            with open(self.path, "rb") as stream:
                self.text, self.header, self.arrays = self._read(stream)
        except FileNotFoundError:
            raise FileNotFoundError(self._missing()) from None
        except OSError as error:
            if error.errno != errno.EINVAL:  # a place before the file's beginning, where damage sent zipfile
                raise
            raise ValueError(str(self._refused("which cannot be read (OSError)"))) from None
        except _Refused as refusal:
            raise ValueError(str(refusal)) from None
        except (
            zipfile.BadZipFile,
            ArithmeticError,
            AttributeError,
            EOFError,
            LookupError,
            NotImplementedError,
            RecursionError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:  # all that zipfile, json and numpy raise at bytes that make no sense
            raise ValueError(str(self._refused(f"which cannot be read ({type(error).__name__})"))) from None

    def _read(self, stream: Any) -> tuple[bytes, dict[str, Any], dict[str, Array]]:
        size = os.fstat(stream.fileno()).st_size
        if stream.read(4) != b"PK\x03\x04":
            raise self._refused("which is not a .npz file, or damaged at its beginning")
        stream.seek(max(0, size - 22))
        if not stream.read(4) == b"PK\x05\x06":
            raise self._refused("which is cut short, or has something behind its end")
        with zipfile.ZipFile(stream) as archive:
            members = {info.filename: info for info in archive.infolist()}
            self._check_members(archive.infolist(), size)
            if _HEADER not in members:
                fix = "It may be a .npz of another kind: np.load reads those."
                raise self._refused(f"which has no {_HEADER} in it", fix)
            if members[_HEADER].file_size > _LARGEST_HEADER:
                raise self._refused(f"whose {_HEADER} is larger than any that save writes")
            text = archive.read(_HEADER)
            header = self._check_header(_parse(text))
            expected = {f"{name}.npy" for name in header["arrays"]} | {_HEADER}
            for name in sorted(expected ^ set(members)):
                side = "lacks" if name in expected else "has, against its own list,"
                raise self._refused(f"which {side} {name!r}")
            for name, plan in header["arrays"].items():
                self._check_size(name, plan, members[f"{name}.npy"].file_size)
            arrays = {name: self._read_array(archive, name, plan) for name, plan in header["arrays"].items()}
        return text, header, arrays

    def _check_members(self, members: list[zipfile.ZipInfo], size: int) -> None:
        names = [info.filename for info in members]
        for name, previous in zip(sorted(names)[1:], sorted(names), strict=False):
            if name == previous:
                raise self._refused(f"which has two parts called {name!r}")
        for name in names:
            if name != _sound_name(name):
                raise self._refused(f"which has a part with a name like a path, {name[:60]!r}")
        for info in members:
            if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
                raise self._refused(f"in which {info.filename!r} is compressed: save does not compress")
            if info.flag_bits & 1:
                raise self._refused(f"in which {info.filename!r} is encrypted")
        if sum(info.file_size for info in members) > size:
            raise self._refused("whose parts claim to be larger than the whole")

    def _check_header(self, header: Any) -> dict[str, Any]:
        if not isinstance(header, dict) or header.get("format") != "nnbook":
            raise self._refused(f"whose {_HEADER} is not one that save writes")
        version = header.get("version")
        if type(version) is not int or version < 1:
            raise self._refused(f"of format version {version!r}, which there never was")
        if version > _FORMAT:
            fix = "Bring nnbook up to date: pip install --upgrade nnbook."
            raise self._refused(f"of format version {version}, and this nnbook reads up to {_FORMAT}", fix)
        shapes = {"modules": dict, "buffers": list, "aliases": dict, "arrays": dict}
        for key, kind in shapes.items():
            if not isinstance(header.get(key), kind):
                raise self._refused(f"whose {_HEADER} has no {key}")
        for name, plan in header["arrays"].items():
            sound = (
                isinstance(plan, dict)
                and isinstance(plan.get("shape"), list)
                and len(plan["shape"]) <= 32
                and all(type(n) is int and 0 <= n < 1 << 62 for n in plan["shape"])
                and plan.get("dtype") in _DTYPES
                and isinstance(plan.get("sha256"), str)
            )
            if not sound:
                raise self._refused(f"in which the array {name!r} is described in a way that save never does")
        for name, module in header["modules"].items():
            if not (
                isinstance(module, dict)
                and isinstance(module.get("class"), str)
                and isinstance(module.get("config"), dict)
                and isinstance(module.get("nnbook"), bool)
            ):
                raise self._refused(f"in which the layer {name!r} is described in a way that save never does")
        own = self._own(header)
        odd = [x for x in header["buffers"] if x not in own]
        odd += [x for pair in header["aliases"].items() for x in pair[1:] if x not in own or pair[0] in own]
        if "" not in header["modules"] or odd:
            raise self._refused(f"whose {_HEADER} contradicts itself")
        return header

    def _check_size(self, name: str, plan: dict[str, Any], size: int) -> None:
        numbers = math.prod(plan["shape"]) * np.dtype(plan["dtype"]).itemsize
        if not numbers + 64 <= size <= numbers + 4096:
            got = f"in which {name!r} of shape {tuple(plan['shape'])} has {size} bytes, and {numbers} would be numbers"
            raise self._refused(got)

    def _read_array(self, archive: zipfile.ZipFile, name: str, plan: dict[str, Any]) -> Array:
        with archive.open(f"{name}.npy") as member:
            read_header = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[np.lib.format.read_magic(member)]
            shape, fortran, dtype = read_header(member, max_header_size=4096)
            if (list(shape), fortran, dtype.str) != (plan["shape"], False, plan["dtype"]):
                raise self._refused(f"in which {name!r} is not of the shape and dtype in the list")
            count = math.prod(shape) * dtype.itemsize
            data = bytearray(member.read(count))
            if len(data) != count or member.read(1):
                raise self._refused(f"in which {name!r} is not of the size in the list")
        if hashlib.sha256(data).hexdigest() != plan["sha256"]:
            raise self._refused(f"in which the numbers of {name!r} have changed: their sha256 differs")
        return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)

    @staticmethod
    def _own(header: dict[str, Any]) -> dict[str, Any]:
        """The model's own arrays: a colon marks those of config and state."""
        return {name: plan for name, plan in header["arrays"].items() if ":" not in name}

    def state(self) -> Any:
        """What was kept beside the model."""
        try:
            return _unpack(self.header.get("state"), self.arrays, _no_module)
        except (LookupError, RecursionError, TypeError, ValueError):
            raise ValueError(str(self._refused("whose state save never wrote"))) from None

    def build(self) -> Module:
        """Make the model from nnbook's own classes."""
        table = _table()
        for name, plan in self.header["modules"].items():
            if not plan["nnbook"] or plan["class"] not in table:
                near = difflib.get_close_matches(plan["class"], table, n=1) if plan["nnbook"] else []
                got = f"{self.path.name!r}, in which {name or 'the model'} is a {plan['class'][:60]}"
                fix = f"Did you mean {near[0]!r}? " if near else ""
                fix += "Build the model yourself and fill it: load(path, into=model)."
                raise ValueError(explain(self.who, "a model made of nnbook's own classes", got, fix))
        made: dict[str, Module] = {}
        under_way: list[str] = []

        def make(name: str) -> Module:
            if name not in made:
                if name in under_way:
                    raise ValueError("a layer inside itself")
                under_way.append(name)
                plan = self.header["modules"][name]
                self._check_settings(plan["config"])
                config = _unpack(plan["config"], self.arrays, make)
                made[name] = table[plan["class"]].from_config(config)
                under_way.pop()
            return made[name]

        total = sum(math.prod(self.header["arrays"][name]["shape"]) for name in self._own(self.header))
        try:
            with at_most(4 * total + (1 << 20), arrays=32 * len(self.header["arrays"]) + 1000):
                model = make("")
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            MemoryError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            place = under_way[-1]
            kind = self.header["modules"].get(place, {"class": "layer that is not listed"})["class"]
            got = f"{self.path.name!r}, in which {place or 'the model'}, a {kind}, cannot be built: {error}"
            raise ValueError(explain(self.who, "a model that can be built", got.rstrip("."))) from None
        self._tie(model)
        return model

    def _check_settings(self, value: Any) -> int:
        """No layer is asked for more than the file has numbers, or a sound number of them; a tuple may be a shape."""
        most = max([_LARGEST_SETTING, *(math.prod(plan["shape"]) for plan in self.header["arrays"].values())])
        size = 1
        if isinstance(value, dict):
            for inner in value.values():
                size = max(size, self._check_settings(inner))
        elif isinstance(value, list):
            size = math.prod(self._check_settings(inner) for inner in value)
        elif type(value) is int:
            size = max(1, abs(value))
        if size > most:
            raise ValueError(f"{str(value)[:60]} is more than a layer can have")
        return size

    def _tie(self, model: Module) -> None:
        """Let the second name of an array stand for the first one's again, where building did not see to it."""
        parts = {name: (part, put) for name, part, put in _every_name(model)}
        for alias, name in self.header["aliases"].items():
            if alias in parts and name in parts and parts[alias][0] is not parts[name][0]:
                with contextlib.suppress(TypeError):  # in a tuple: told among the differences
                    parts[alias][1](parts[name][0])

    def differences(self, model: Module) -> list[str]:
        """In what the model differs from the one in the file, a line each."""
        header, arrays = _describe_model(self.who, model)
        lines = []
        mine = _resolve(self.header["modules"], self.header["arrays"].__getitem__)
        theirs = _resolve(header["modules"], lambda name: _blueprint(self.who, name, arrays[name]))
        for name in {**mine, **theirs}:
            lines += _compare_modules(name or "(the model itself)", mine.get(name), theirs.get(name))
        own = self._own(self.header)
        for name in {**own, **arrays}:
            if ":" not in name:
                lines += _compare_arrays(name, own.get(name), arrays.get(name))
        for name in sorted(set(self.header["buffers"]) ^ set(header["buffers"])):
            if name in own and name in arrays:
                kinds = ("buffer", "parameter") if name in self.header["buffers"] else ("parameter", "buffer")
                lines.append(f"{name}: a {kinds[0]} in the file, a {kinds[1]} in the model")
        for name in {**self.header["aliases"], **header["aliases"]}:
            here, there = self.header["aliases"].get(name), header["aliases"].get(name)
            if here != there:
                lines.append(f"{name}: {_tied(here)} in the file, {_tied(there)} in the model")
        return lines

    def check(self, model: Module) -> None:
        """Refuse a model that does not fit in every respect."""
        lines = self.differences(model)
        if lines:
            count = f"{len(lines)} difference{'' if len(lines) == 1 else 's'}"
            got = f"one with {count}:\n    " + "\n    ".join(lines)
            raise ValueError(
                explain(self.who, f"a model that fits {self.path.name!r}", got).removesuffix(".")
            )

    def fill(self, model: Module) -> None:
        """Write the arrays into the model, if it fits."""
        self.check(model)
        _, parts, _ = _census(self.who, model)
        for name, part in parts.items():
            part.data = self.arrays[name]

    def _refused(self, what: str, fix: str = "Use another copy of it.") -> _Refused:
        expected = "a whole file that nnbook.save wrote"
        return _Refused(explain(self.who, expected, f"{self.path.name!r}, {what}", fix))

    def _missing(self) -> str:
        fix = ""
        with contextlib.suppress(OSError):
            names = [
                entry.name for entry in os.scandir(self.path.parent or ".") if entry.name.endswith(".npz")
            ]
            near = difflib.get_close_matches(self.path.name, names, n=1)
            fix = f"Did you mean {near[0]!r}?" if near else ""
        return explain(self.who, "the path of a file", f"{str(self.path)!r}, where there is none", fix)


class _Refused(Exception):
    """Carries the words for a ValueError past the net that catches what damaged bytes make others raise."""


def _parse(text: bytes) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            raise ValueError("a key twice")
        return found

    def constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    return json.loads(text.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant)


def _no_module(name: str) -> Any:
    raise ValueError("a layer where none belongs")


def _sound_name(name: str) -> str:
    """The name without what has a meaning in paths, and without what cannot be seen."""
    name = "".join(sign if sign.isprintable() and sign not in "/\\" else "_" for sign in name)
    return name[:1000].strip(".").replace("..", "__")


def _compare_modules(name: str, mine: Any, theirs: Any) -> list[str]:
    if mine is None or theirs is None:
        one, where = (mine, "file") if theirs is None else (theirs, "model")
        return [f"{name}: a {one['class']} in the {where} only"]
    if mine["class"] != theirs["class"]:
        return [f"{name}: {mine['class']} in the file, {theirs['class']} in the model"]
    keys = {**mine["config"], **theirs["config"]}
    absent = {"$absent": 1}
    settings = [(key, mine["config"].get(key, absent), theirs["config"].get(key, absent)) for key in keys]
    return [
        f"{name}: {_setting(key, a)} in the file, {_setting(key, b)} in the model"
        for key, a, b in settings
        if a != b
    ]


def _resolve(value: Any, look: Callable[[str], Any]) -> Any:
    """The same, with every array's contents in place of its name."""
    if isinstance(value, list):
        return [_resolve(x, look) for x in value]
    if not isinstance(value, dict):
        return value
    return {
        key: look(x) if key in ("$array", "$scalar", "$list") else _resolve(x, look)
        for key, x in value.items()
    }


def _setting(key: str, value: Any) -> str:
    if value == {"$absent": 1}:
        return f"no {key}"
    text = re.sub(r"\{'\$module': ('[^']*')\}", r"\1", repr(value))
    return f"{key}={text if len(text) <= 60 else text[:57] + '...'}"


def _compare_arrays(name: str, plan: Any, array: Array | None) -> list[str]:
    if plan is None or array is None:
        return [f"{name}: an array in the {'file' if array is None else 'model'} only"]
    lines = []
    if tuple(plan["shape"]) != array.shape:
        lines.append(f"{name}: shape {tuple(plan['shape'])} in the file, {array.shape} in the model")
    stored = np.dtype(plan["dtype"])
    if stored != array.dtype.newbyteorder("<"):
        lines.append(f"{name}: {stored.name} in the file, {array.dtype.name} in the model")
    return lines


def _tied(name: str | None) -> str:
    return "an array of its own" if name is None else f"the same as {name}"
