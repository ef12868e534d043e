import gzip
import hashlib
import http.server
import pathlib
import socket
import struct
import sys
import threading

import numpy as np
import pytest

import nnbook
from nnbook.datasets import downloaded, mnist, read_idx

NAMES = list(downloaded.SHA256)
SHAPES = ((6, 28, 28), (6,), (4, 28, 28), (4,))
RNG = np.random.default_rng(0)
ARRAYS = [
    RNG.integers(0, 256, shape, np.uint8) if len(shape) > 1 else RNG.integers(0, 10, shape, np.uint8)
    for shape in SHAPES
]


def idx(array, kind=8):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


FILES = {name: gzip.compress(idx(array), mtime=0) for name, array in zip(NAMES, ARRAYS, strict=True)}


def check_four(four):
    for got, array in zip(four, ARRAYS, strict=True):
        if array.ndim == 1:
            assert got.dtype == np.int64
            assert np.array_equal(got, array)
        else:
            assert got.dtype == np.float32
            assert got.shape == (len(array), 1, 28, 28)
            assert np.allclose(got[:, 0] * 255, array, atol=1e-4)
            assert (got.min(), got.max()) == (0, 1)
            assert got.flags.writeable


@pytest.fixture
def small(monkeypatch):
    """A small set of four files in the place of the real one."""
    monkeypatch.setattr(downloaded, "SHAPES", SHAPES)
    for name, content in FILES.items():
        monkeypatch.setitem(downloaded.SHA256, name, hashlib.sha256(content).hexdigest())
    monkeypatch.delenv("NNBOOK_DATA", raising=False)


@pytest.fixture
def home(small, tmp_path, monkeypatch):
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "cache" / "mnist"


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves /good/<file>, and everything that can go wrong under its own name."""

    def do_GET(self):
        _, mode, name = self.path.split("/")
        self.server.asked.append(self.path)
        content = FILES[name]
        if mode.isdigit():
            self.send_error(int(mode))
            return
        if mode == "html":
            content = b"<!DOCTYPE html><title>Please log in</title>"
        if mode == "wrong":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if mode == "short" else content)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        server.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# -- the download -----------------------------------------------------------------------------------------------------


def test_downloads_once_and_then_reads_the_cache(server, home, monkeypatch, capfd):
    monkeypatch.setattr(downloaded, "MIRRORS", (f"{server.address}/good/",))
    check_four(mnist())
    assert server.asked == [f"/good/{name}" for name in NAMES]
    assert sorted(path.name for path in home.iterdir()) == sorted(NAMES)
    assert "Downloading" not in capfd.readouterr().err  # pooch's log; the bar is tqdm's
    check_four(mnist())
    assert len(server.asked) == 4


def test_shows_progress(server, home, monkeypatch):
    monkeypatch.setattr(downloaded, "MIRRORS", (f"{server.address}/good/",))
    bars = []
    make = downloaded._bar
    monkeypatch.setattr(downloaded, "_bar", lambda name: bars.append(make(name)) or bars[-1])
    mnist()
    assert [bar.desc for bar in bars] == NAMES
    assert [bar.total for bar in bars] == [bar.n for bar in bars] == [len(FILES[name]) for name in NAMES]


def test_downloads_without_tqdm_and_reads_the_cache_without_pooch(server, home, monkeypatch):
    monkeypatch.setattr(downloaded, "MIRRORS", (f"{server.address}/good/",))
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    check_four(mnist())
    monkeypatch.setitem(sys.modules, "pooch", None)
    check_four(mnist())
    (home / NAMES[0]).unlink()
    with pytest.raises(ImportError) as raised:
        mnist()
    assert str(raised.value) == (
        'mnist needs the package pooch, which is not installed. Install it: pip install "nnbook[course]"'
    )
    assert raised.value.__suppress_context__  # no second traceback above it


FAILURES = {
    "short": "broke off before the end",
    "wrong": "sent other bytes than the official file's",
    "html": "sent other bytes than the official file's",
    "404": "answered 404 Not Found",
    "503": "answered 503 Service Unavailable",
    "599": "answered 599",
    "closed": "could not be reached",
}


def mirror(server, failure):
    return f"http://127.0.0.1:{closed_port()}/" if failure == "closed" else f"{server.address}/{failure}/"


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_download_leaves_no_file_and_says_one_sentence(server, home, monkeypatch, failure):
    first, second = mirror(server, failure), mirror(server, "404")
    monkeypatch.setattr(downloaded, "MIRRORS", (first, second))
    with pytest.raises(OSError) as raised:
        mnist()
    assert type(raised.value) is OSError
    assert str(raised.value) == (
        f"mnist could not download train-images-idx3-ubyte.gz: {first} {FAILURES[failure]}, {second} answered 404 Not "
        "Found; where there is no network, put the four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
        't10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz into a folder and name it, mnist(root="folder"), or in '
        "NNBOOK_DATA."
    )
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("failure", FAILURES)
def test_the_second_mirror_stands_in(server, home, monkeypatch, failure):
    monkeypatch.setattr(downloaded, "MIRRORS", (mirror(server, failure), f"{server.address}/good/"))
    check_four(mnist())
    assert sorted(path.name for path in home.iterdir()) == sorted(NAMES)


def test_a_server_that_is_silent_is_not_waited_for_for_ever(server, home, monkeypatch):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        slow = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        monkeypatch.setattr(downloaded, "_SECONDS", (0.2, 0.2))
        monkeypatch.setattr(downloaded, "MIRRORS", (slow,))
        with pytest.raises(OSError, match=f"{slow} did not answer in time; where there is no network"):
            mnist()
    assert list(home.iterdir()) == []


def test_a_damaged_file_in_the_cache_is_replaced(server, home, monkeypatch):
    monkeypatch.setattr(downloaded, "MIRRORS", (f"{server.address}/good/",))
    mnist()
    (home / NAMES[1]).write_bytes(FILES[NAMES[1]][:-3])
    check_four(mnist())
    assert server.asked[4:] == [f"/good/{NAMES[1]}"]
    monkeypatch.setattr(downloaded, "MIRRORS", (f"{server.address}/503/",))
    (home / NAMES[1]).write_bytes(FILES[NAMES[1]][:-3])
    with pytest.raises(OSError, match="answered 503"):
        mnist()
    assert sorted(path.name for path in home.iterdir()) == sorted(NAMES)


def test_a_cache_that_cannot_be_written_is_named(server, home, monkeypatch):
    monkeypatch.setattr(downloaded, "MIRRORS", (f"{server.address}/good/",) * 2)
    home.parent.mkdir(parents=True)
    home.write_text("a file where the folder should be")
    with pytest.raises(OSError) as raised:
        mnist()
    assert str(raised.value).startswith(
        f"mnist could not download train-images-idx3-ubyte.gz: {home} cannot be written (File exists); where"
    )
    assert raised.value.__context__ is None


def test_the_cache_is_the_users_own(monkeypatch):
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.delenv("NNBOOK_HOME")
    assert downloaded.cache_folder() == pathlib.Path(platformdirs.user_cache_dir("nnbook")) / "mnist"
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.raises(ImportError, match="mnist needs the package platformdirs"):
        downloaded.cache_folder()


def test_the_official_hashes_and_mirrors():
    assert [len(bytes.fromhex(digest)) for digest in downloaded.SHA256.values()] == [32] * 4
    assert hashlib.sha256("".join(downloaded.SHA256.values()).encode()).hexdigest()[:16] == "1380708c276834e0"
    assert len(downloaded.MIRRORS) == 2
    assert all(url.startswith("https://") and url.endswith("/") for url in downloaded.MIRRORS)


# -- the user's own files ---------------------------------------------------------------------------------------------


def write(folder, pack=True, rename=str, skip=()):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        if name not in skip:
            plain = rename(name.removesuffix(".gz"))
            (folder / (f"{plain}.gz" if pack else plain)).write_bytes(
                content if pack else gzip.decompress(content)
            )
    return folder


@pytest.mark.parametrize("inside", ["", "mnist"])
@pytest.mark.parametrize("pack", [True, False])
@pytest.mark.parametrize("named", ["root", "NNBOOK_DATA"])
def test_your_own_files_come_first(home, tmp_path, monkeypatch, inside, pack, named):
    monkeypatch.setattr(downloaded, "SHA256", dict.fromkeys(NAMES, "0" * 64))  # no hash is asked for
    write(tmp_path / "mine" / inside, pack)
    if named == "root":
        monkeypatch.setenv("NNBOOK_DATA", str(tmp_path / "elsewhere"))
        check_four(mnist(tmp_path / "mine"))
        check_four(mnist(root=str(tmp_path / "mine")))
    else:
        monkeypatch.setenv("NNBOOK_DATA", str(tmp_path / "mine"))
        check_four(mnist())
    assert not home.exists()


def test_your_own_files_may_have_the_other_spelling(home, tmp_path):
    folder = write(tmp_path, pack=False, rename=lambda name: name.replace("-idx", ".idx"))
    assert (folder / "train-images.idx3-ubyte").exists()
    check_four(mnist(folder))


def test_a_data_folder_without_mnist_does_not_stand_in_the_way(server, home, tmp_path, monkeypatch):
    monkeypatch.setattr(downloaded, "MIRRORS", (f"{server.address}/good/",))
    monkeypatch.setenv("NNBOOK_DATA", str(tmp_path))
    check_four(mnist())


@pytest.mark.parametrize("named", ["root", "NNBOOK_DATA"])
def test_a_folder_that_lacks_files_is_refused(home, tmp_path, monkeypatch, named):
    folder = write(tmp_path / "mine", skip=NAMES[1:3])
    if named == "NNBOOK_DATA":
        monkeypatch.setenv("NNBOOK_DATA", str(folder))
    with pytest.raises(FileNotFoundError) as raised:
        mnist(folder) if named == "root" else mnist()
    where = f"as root, {folder}" if named == "root" else f"in NNBOOK_DATA, {folder}"
    assert str(raised.value) == (
        "mnist expects a folder with the four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
        f"t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz (or unpacked) {where}, but got one without "
        "train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz."
    )


def test_a_root_that_is_not_there_is_refused(home, tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"but got one without train-images-idx3-ubyte\.gz, train-labels"
    ):
        mnist(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("number", "content", "message"),
    [
        (
            0,
            idx(ARRAYS[2]),
            "mnist expects uint8 numbers of shape (6, 28, 28) in {path}, but got uint8 array of shape (4, 28, 28).",
        ),
        (
            1,
            idx(ARRAYS[0]),
            "mnist expects uint8 numbers of shape (6,) in {path}, but got uint8 array of shape (6, 28, 28).",
        ),
        (
            3,
            idx(ARRAYS[3].astype(">i4"), 12),
            "mnist expects uint8 numbers of shape (4,) in {path}, but got int32 array of shape (4,).",
        ),
        (
            3,
            idx(np.array([0, 9, 10, 3], np.uint8)),
            "mnist expects labels from 0 to 9 in {path}, but got the label 10.",
        ),
    ],
)
def test_your_own_files_are_held_to_sizes_and_labels(home, tmp_path, number, content, message):
    path = write(tmp_path, pack=False) / NAMES[number].removesuffix(".gz")
    path.write_bytes(content)
    with pytest.raises(ValueError) as raised:
        mnist(tmp_path)
    assert str(raised.value) == message.format(path=path)


# -- IDX --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "dtype"), [(8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")]
)
@pytest.mark.parametrize("pack", [False, True])
def test_reads_every_type_of_idx(kind, dtype, pack, tmp_path):
    array = RNG.integers(0, 100, (2, 3, 5)).astype(dtype)
    content = gzip.compress(idx(array, kind)) if pack else idx(array, kind)
    (tmp_path / "file").write_bytes(content)
    for source in (content, tmp_path / "file", str(tmp_path / "file")):
        got = read_idx(source)
        assert np.array_equal(got, array)
        assert got.dtype == np.dtype(dtype).newbyteorder("=")
        assert got.dtype.isnative
        got[0] = 1  # one's own


def test_reads_an_empty_axis():
    assert read_idx(idx(np.zeros((0, 3), np.uint8))).shape == (0, 3)


GOOD = idx(ARRAYS[1])
PACKED = gzip.compress(GOOD, mtime=0)
AGAIN = "Copy or download it again."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"",
            f"an IDX file, two zero bytes at its start, in these bytes, but got b'' there. {AGAIN}",
        ),
        (
            b"\0\0\x08",
            "an IDX file, two zero bytes at its start, in these bytes, but got b'\\x00\\x00\\x08' there. "
            + AGAIN,
        ),
        (
            b"\x01" + GOOD[1:],
            "an IDX file, two zero bytes at its start, in these bytes, but got b'\\x01\\x00\\x08\\x01\\x00\\x00\\x00\\x06' "
            f"there. {AGAIN}",
        ),
        (
            b"\n<!DOCTYPE html>",
            "an IDX file, two zero bytes at its start, in these bytes, but got b'\\n<!DOCTY' there. That is a web page in the "
            f"file's place. {AGAIN}",
        ),
        (
            gzip.compress(b"<html>", mtime=0),
            "an IDX file, two zero bytes at its start, in these bytes, but got b'<html>' there. That is a web page in the "
            f"file's place. {AGAIN}",
        ),
        (
            GOOD[:2] + b"\x07" + GOOD[3:],
            f"a type among 8, 9, 11, 12, 13, 14 in these bytes, but got type 7. {AGAIN}",
        ),
        (
            b"\0\0\x08\0",
            f"one axis or more, four bytes each, in the header of these bytes, but got 0 axes and 0 bytes. {AGAIN}",
        ),
        (
            GOOD[:6],
            f"one axis or more, four bytes each, in the header of these bytes, but got 1 axes and 2 bytes. {AGAIN}",
        ),
        (
            GOOD[:-1],
            f"6 bytes of numbers for shape (6,) in these bytes, but got 5. It is cut short. {AGAIN}",
        ),
        (
            GOOD + b"\0",
            f"6 bytes of numbers for shape (6,) in these bytes, but got 7. Something was added to it. {AGAIN}",
        ),
        (
            b"\0\0\x0e\x02" + b"\xff" * 8,
            "147573952520956936200 bytes of numbers for shape (4294967295, 4294967295) in these bytes, but got 0. It is cut "
            f"short. {AGAIN}",
        ),
        (PACKED[:-9], f"a whole gzip file in these bytes, but got one that is cut short. {AGAIN}"),
        (
            PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:],
            f"a whole gzip file in these bytes, but got one that is damaged. {AGAIN}",
        ),
        (
            PACKED[:10] + b"\xff" + PACKED[11:],
            f"a whole gzip file in these bytes, but got one that is damaged. {AGAIN}",
        ),
        (PACKED + b"more", f"a whole gzip file in these bytes, but got one that is damaged. {AGAIN}"),
    ],
)
def test_refuses_what_is_no_idx_file(content, message, tmp_path):
    with pytest.raises(ValueError) as raised:
        read_idx(content)
    assert raised.value.__context__ is None
    assert str(raised.value) == f"read_idx expects {message}"
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(ValueError) as of_file:
        read_idx(tmp_path / "file.gz")
    assert str(of_file.value) == str(raised.value).replace("these bytes", str(tmp_path / "file.gz"))


def test_every_cut_is_noticed():
    content = idx(ARRAYS[3])
    for n in range(len(content)):
        with pytest.raises(ValueError, match="read_idx expects"):
            read_idx(content[:n])
    packed = gzip.compress(content, mtime=0)
    for n in range(len(packed)):
        with pytest.raises(ValueError, match="read_idx expects"):
            read_idx(packed[:n])


def test_refuses_what_is_neither_path_nor_bytes():
    with pytest.raises(TypeError) as raised:
        read_idx(3)
    assert str(raised.value) == "read_idx expects a path or bytes, but got the int 3."
    assert raised.value.__suppress_context__
    with pytest.raises(FileNotFoundError):
        read_idx("nowhere")


# -- the real ones ----------------------------------------------------------------------------------------------------


@pytest.mark.mnist
@pytest.mark.skipif(
    "not os.environ.get('NNBOOK_DATA')", reason="NNBOOK_DATA names no folder with the MNIST files"
)
def test_784_1000_10_reads_handwriting():
    x_train, y_train, x_test, y_test = mnist()
    assert x_train.shape == (60000, 1, 28, 28)
    rng = np.random.default_rng(0)
    model = nnbook.Sequential(
        nnbook.Flatten(), nnbook.Linear(784, 1000, rng=rng), nnbook.ReLU(), nnbook.Linear(1000, 10, rng=rng)
    )
    optimizer = nnbook.Adam(model.parameters(), lr=1e-3)
    train = nnbook.DataLoader(x_train, y_train, batch_size=128, shuffle=True, rng=rng)
    nnbook.fit(model, train, nnbook.CrossEntropyLoss(), optimizer, epochs=5, progress=False)
    assert (model.predict(x_test).argmax(axis=1) == y_test).mean() >= 0.975
