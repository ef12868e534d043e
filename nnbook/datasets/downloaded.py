"""MNIST, too large to come with the package: from your own folder, from the cache, or from the network, in this order.

The 70,000 digits are four files in IDX, about the plainest format there is: two zero bytes, one that names the type of
number, one with the count of axes, each axis's length in four bytes, then the numbers, all of it big end first:

    00 00 08 03   00 00 ea 60   00 00 00 1c   00 00 00 1c   …
          │  │    60000         28            28            47,040,000 bytes of pixels
          │  three axes
          unsigned bytes

What is downloaded must have the sha256 of the official files. A folder that you name holds your own files, and those
are held to what can be seen in them: header, sizes, labels from 0 to 9.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http
import math
import os
import pathlib
import struct
import zlib
from typing import Any

import numpy as np

from nnbook.arrays import Array
from nnbook.errors import describe, explain, missing_package

__all__ = ["mnist", "read_idx"]

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
SHAPES = ((60000, 28, 28), (60000,), (10000, 28, 28), (10000,))
"""Of the four files, in the order of SHA256."""

_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_SECONDS = (10, 60)  # to be reached, and between two pieces


def mnist(root: str | os.PathLike[str] | None = None) -> tuple[Array, Array, Array, Array]:
    """70,000 handwritten digits of 28 × 28 pixels: x_train, y_train, x_test, y_test.

    Parameters
    ----------
    root : path, optional
        A folder with the four files, as downloaded (``train-images-idx3-ubyte.gz`` …) or unpacked. Where it is not given,
        the folder that the environment variable NNBOOK_DATA names is looked into, or ``mnist`` inside it; then the cache;
        what is not there is downloaded, 11 MB, once.

    Returns
    -------
    x_train : ndarray of float32, shape (60000, 1, 28, 28)
        Grey values in [0, 1], 1 being ink.
    y_train : ndarray of int64, shape (60000,)
        Which digit it is, 0 to 9.
    x_test, y_test : ndarray
        The same for the 10,000 test examples, written by other people.

    Raises
    ------
    OSError
        If files are missing and cannot be downloaded; the message says what was tried, and where to put them.
    ValueError
        If a file of yours is not what it should be.
    ImportError
        If pooch, which downloads, is not installed.

    Notes
    -----
    The cache is the user's own cache folder, or ``cache/mnist`` in the folder that NNBOOK_HOME names. LeCun, Cortes &
    Burges 1998, "The MNIST database of handwritten digits", made from NIST's Special Databases 1 and 3.

    Examples
    --------
    >>> x_train, y_train, x_test, y_test = mnist()  # doctest: +SKIP
    >>> x_train.shape, x_test.shape  # doctest: +SKIP
    ((60000, 1, 28, 28), (10000, 1, 28, 28))
    """
    x_train, y_train, x_test, y_test = map(_read, _files(root), SHAPES)
    return _scaled(x_train), y_train.astype(np.int64), _scaled(x_test), y_test.astype(np.int64)


def read_idx(source: str | os.PathLike[str] | bytes) -> Array:
    """Read an array from an IDX file, packed by gzip or not.

    Parameters
    ----------
    source : path or bytes
        The file, or what stands in it.

    Returns
    -------
    ndarray
        Of the shape and type that the header says.

    Raises
    ------
    ValueError
        If it is no IDX file, cut short, too long, or packed and damaged.

    Examples
    --------
    >>> read_idx(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]))
    array([[1, 2, 3],
           [4, 5, 6]], dtype=uint8)
    """
    name, data = ("these bytes", source) if isinstance(source, bytes) else (_path(source), _content(source))
    data = _unpacked(name, data)
    again = "Copy or download it again."
    if data[:2] != b"\0\0" or len(data) < 4:
        page = "That is a web page in the file's place. " if data.lstrip()[:1] == b"<" else ""
        expected = f"an IDX file, two zero bytes at its start, in {name}"
        raise ValueError(explain("read_idx", expected, f"{data[:8]!r} there", page + again))
    kind, axes = data[2], data[3]
    if kind not in _TYPES:
        known = ", ".join(map(str, _TYPES))
        raise ValueError(explain("read_idx", f"a type among {known} in {name}", f"type {kind}", again))
    start = 4 + 4 * axes
    if len(data) < start or axes == 0:
        expected = f"one axis or more, four bytes each, in the header of {name}"
        raise ValueError(explain("read_idx", expected, f"{axes} axes and {len(data) - 4} bytes", again))
    shape = struct.unpack(f">{axes}I", data[4:start])
    size = math.prod(shape) * np.dtype(_TYPES[kind]).itemsize
    if len(data) - start != size:
        cause = "It is cut short. " if len(data) - start < size else "Something was added to it. "
        expected = f"{size} bytes of numbers for shape {shape} in {name}"
        raise ValueError(explain("read_idx", expected, str(len(data) - start), cause + again))
    array = np.frombuffer(data, _TYPES[kind], offset=start).reshape(shape)
    return array.astype(array.dtype.newbyteorder("="))


def _path(source: Any) -> str:
    try:
        return os.fsdecode(source)
    except TypeError:
        raise TypeError(explain("read_idx", "a path or bytes", describe(source))) from None


def _content(source: str | os.PathLike[str]) -> bytes:
    return pathlib.Path(source).read_bytes()


def _unpacked(name: str, data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except EOFError:
        got = "one that is cut short"
    except (OSError, zlib.error):
        got = "one that is damaged"
    raise ValueError(explain("read_idx", f"a whole gzip file in {name}", got, "Copy or download it again."))


# -- where the files are ----------------------------------------------------------------------------------------------


def _files(root: str | os.PathLike[str] | None) -> list[pathlib.Path]:
    """The four files: all in the folder that the user names, or all in the cache."""
    if root is not None:
        folder = pathlib.Path(_path(root))
        found = _own(folder)
        _refuse_missing(f"as root, {folder}", found)
    elif os.environ.get("NNBOOK_DATA"):
        folder = pathlib.Path(os.environ["NNBOOK_DATA"])
        found = _own(folder)
        if found:  # a folder without any of them may hold other data
            _refuse_missing(f"in NNBOOK_DATA, {folder}", found)
    else:
        found = {}
    if not found:
        folder = cache_folder()
        found = {name: _downloaded(name, folder) for name in SHA256}
    return [found[name] for name in SHA256]


def _own(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    found: dict[str, pathlib.Path] = {}
    for name in SHA256:
        plain = name.removesuffix(".gz")
        for candidate in (name, plain, plain.replace("-idx", ".idx")):
            for place in (folder, folder / "mnist"):
                if (place / candidate).is_file():
                    found.setdefault(name, place / candidate)
    return found


def _refuse_missing(where: str, found: dict[str, pathlib.Path]) -> None:
    missing = [name for name in SHA256 if name not in found]
    if missing:
        expected = f"a folder with the four files {', '.join(SHA256)} (or unpacked)"
        raise FileNotFoundError(explain("mnist", f"{expected} {where}", f"one without {', '.join(missing)}"))


def cache_folder() -> pathlib.Path:
    """Where downloads are kept: the user's cache folder, or below the one that NNBOOK_HOME names."""
    if os.environ.get("NNBOOK_HOME"):
        return pathlib.Path(os.environ["NNBOOK_HOME"]) / "cache" / "mnist"
    try:
        import platformdirs
    except ImportError:
        raise ImportError(missing_package("mnist", "platformdirs")) from None
    return pathlib.Path(platformdirs.user_cache_dir("nnbook")) / "mnist"


def _downloaded(name: str, folder: pathlib.Path) -> pathlib.Path:
    """The file in the cache, fetched from the first mirror that has it."""
    if _is_official(folder / name):
        return folder / name
    try:
        import pooch
        import requests
    except ImportError:
        raise ImportError(missing_package("mnist", "pooch")) from None
    tried = []
    for mirror in MIRRORS:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _fetch(pooch, mirror + name, name, folder)
            return folder / name
        except requests.exceptions.RequestException as error:
            tried.append(f"{mirror} {_reason(error, requests)}")
        except ValueError:  # of the hash
            tried.append(f"{mirror} sent other bytes than the official file's")
        except OSError as error:
            tried.append(f"{folder} cannot be written ({error.strerror or error})")
            break
    raise OSError(
        f"mnist could not download {name}: {', '.join(tried)}; where there is no network, put the four files "
        f'{", ".join(SHA256)} into a folder and name it, mnist(root="folder"), or in NNBOOK_DATA.'
    )


def _is_official(path: pathlib.Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == SHA256[path.name]


def _fetch(pooch: Any, url: str, name: str, folder: pathlib.Path) -> None:
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("WARNING")  # it would tell each step on stderr
    try:
        with _bar(name) as bar:
            downloader = pooch.HTTPDownloader(
                progressbar=bar,
                chunk_size=1 << 16,
                timeout=_SECONDS,
                # As it is: a server that packs or unpacks on the way would change the bytes.
                headers={"Accept-Encoding": "identity"},
            )
            pooch.retrieve(url, SHA256[name], name, folder, downloader=downloader)
    finally:
        logger.setLevel(level)


def _bar(name: str) -> Any:
    """A progress bar for one file, or False, which pooch takes for none, where tqdm is not installed."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return contextlib.nullcontext(False)
    # A total of 1, which pooch sets right: it would take a bar without one, or with 0, for none at all.
    return tqdm(total=1, desc=name, unit="B", unit_scale=True, leave=False)


def _reason(error: Any, requests: Any) -> str:
    if isinstance(error, requests.exceptions.HTTPError):
        status = error.response.status_code
        known = [each.phrase for each in http.HTTPStatus if each == status]
        return f"answered {' '.join([str(status), *known])}"
    if isinstance(error, requests.exceptions.Timeout):
        return "did not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "broke off before the end"
    return "could not be reached"


# -- what is in them --------------------------------------------------------------------------------------------------


def _read(path: pathlib.Path, shape: tuple[int, ...]) -> Array:
    array = read_idx(path)
    if array.shape != shape or array.dtype != np.uint8:
        raise ValueError(explain("mnist", f"uint8 numbers of shape {shape} in {path}", describe(array)))
    if len(shape) == 1 and array.max() > 9:
        raise ValueError(explain("mnist", f"labels from 0 to 9 in {path}", f"the label {array.max()}"))
    return array


def _scaled(images: Array) -> Array:  # (N, 28, 28) -> (N, 1, 28, 28)
    return (images / np.float32(255))[:, np.newaxis]
