"""What the repository promises around the package: README's lines, the wheel, versions that agree, a light import."""

import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from email.parser import HeaderParser

import pytest
import yaml

import nnbook
from tests import oracle

ROOT = pathlib.Path(nnbook.__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEST_LINE = 'pip install -e ".[test]" && pytest'
COURSE_LINE = 'pip install -e ".[course]" && nnbook course'
NOT_OURS = {
    ".git",
    "__pycache__",
    ".venv",
    "build",
    "dist",
    "nnbook-course",
    "wheelhouse",
    ".ipynb_checkpoints",
}


def files(folder=ROOT):
    """The files of the repository, caches and the like left out."""
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(
            n
            for n in folders
            if n not in NOT_OURS and not re.search(r"cache|egg-info|hypothesis|bench.*s$", n)
        )
        yield from (pathlib.Path(base, name) for name in sorted(names) if name != ".DS_Store")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


# README


def test_readme_gives_an_environment_and_then_the_two_lines():
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert lines[0].startswith("python3 -m venv ")
    assert lines[1:3] == [COURSE_LINE, TEST_LINE]


def test_readme_opens_with_what_it_is_and_a_picture():
    title, what, picture = README.split("\n\n")[:3]
    assert title == "# nnbook"
    assert "course" in what
    alt, path = re.fullmatch(r"!\[([^\]]{40,})\]\((\S+)\)", picture).groups()
    assert alt
    assert 10_000 < (ROOT / path).stat().st_size < 150_000


def examples():
    """README's blocks of Python, each with the block of text that follows: what it prints."""
    pairs = re.findall(
        r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL
    )
    assert [source for source, _ in pairs] == blocks("python")
    return pairs


def run_and_compare(pairs):
    names = {}
    for source, expected in pairs:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                exec(compile(source, "README.md", "exec"), names)
            except (ValueError, TypeError) as error:
                print(f"{type(error).__name__}: {error}")
        assert out.getvalue().split() == expected.split()  # README may break a long line


def test_readmes_examples_print_what_readme_says():
    pairs = [(source, expected) for source, expected in examples() if "import torch" not in source]
    assert len(pairs) == 2
    run_and_compare(pairs)


def test_readmes_examples_with_pytorch():
    oracle.require_torch()
    run_and_compare(examples())


def test_readmes_first_example_is_ten_lines():
    lines = [line for line in blocks("python")[0].splitlines() if line.strip()]
    assert "import nnbook" in lines
    assert len(lines) == 10


def test_readmes_links_lead_somewhere():
    for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / path).exists(), path


def test_readmes_map_is_the_folder_of_notebooks():
    rows = re.findall(r"^\| (\d\d) \| (\S+)(.*?) \| (.+) \|$", README, flags=re.MULTILINE)
    assert [number for number, *_ in rows] == [f"{i:02}" for i in range(27)]
    linked, to_come = set(), set()
    for number, name, rest, what in rows:
        assert len(what) > 20
        link = re.fullmatch(r"\[(\w+)\]\(notebooks/(\w+)\.ipynb\)", name)
        if link:
            assert (rest, link[2]) == ("", f"{number}_{link[1]}")
            linked.add(link[2])
        else:
            assert rest == " (to come)"
            to_come.add(f"{number}_{name}")
    here = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert linked == here
    assert not to_come & here


# One version, one list of requirements, licences


def test_the_version_stands_in_one_place_and_the_others_agree():
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert PYPROJECT["tool"]["hatch"]["version"]["path"] == "nnbook/__init__.py"
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == nnbook.__version__
    newest = re.search(
        r"^## \[(.+?)\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert newest.groups() == (nnbook.__version__, str(citation["date-released"]))
    assert f"version = {{{nnbook.__version__}}}" in README
    assert f"year    = {{{citation['date-released'].year}}}" in README


def test_citation_has_what_its_format_asks_for():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "license", "type"} <= set(citation)
    assert citation["title"] in README


def names_in(requirements):
    return {re.match(r"[\w.-]+(\[\w+\])?", line)[0] for line in requirements}


def test_extras_build_on_each_other_and_torch_is_in_none():
    project = PYPROJECT["project"]
    extras = {name: names_in(lines) for name, lines in project["optional-dependencies"].items()}
    assert names_in(project["dependencies"]) == {"numpy", "matplotlib"}
    assert set(extras) == {"course", "test", "dev"}
    assert "nnbook[course]" in extras["test"]
    assert "nnbook[test]" in extras["dev"]
    assert not any("torch" in name for names in extras.values() for name in names)
    for lines in [project["dependencies"], *project["optional-dependencies"].values()]:
        for line in lines:
            assert line.startswith("nnbook[") or ">=" in line, f"{line}: say which version is known to work"
    assert project["requires-python"] == ">=3.11"


def test_licences_say_what_is_under_which():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    for part in (
        "MIT License",
        "Permission is hereby granted, free of charge",
        'THE SOFTWARE IS PROVIDED "AS IS"',
        "https://creativecommons.org/licenses/by/4.0/legalcode",
        "NOTICE",
    ):
        assert part in text
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for part in (
        "Alpaydin",
        "Kaynak",
        "10.24432/C50P49",
        "CC BY 4.0",
        "1,797",
        "scikit-learn",
        "BSD 3-Clause",
    ):
        assert part in notice
    assert PYPROJECT["project"]["license-files"] == ["LICENSE", "NOTICE"]


# The import


HEAVY = (
    "matplotlib",
    "ipywidgets",
    "anywidget",
    "sklearn",
    "scipy",
    "torch",
    "tqdm",
    "pooch",
    "IPython",
    "nbformat",
    "platformdirs",
)


def test_importing_nnbook_loads_numpy_and_nothing_heavy():
    script = f"import sys, nnbook; print([name for name in {HEAVY!r} if name in sys.modules], 'numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (run.stdout, run.stderr) == ("[] True\n", "")


def test_importing_nnbook_needs_numpy_alone():
    """All else is hidden, as on a machine where only NumPy is installed."""
    script = f"""
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise ModuleNotFoundError("asked for " + name)
sys.meta_path.insert(0, Hidden())
import nnbook
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (run.returncode, run.stderr) == (0, "")


# CI


def test_ci_runs_readmes_line_first():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "set -euo pipefail" in script
    assert f"readme_line='{TEST_LINE}'" in script
    commands = [
        line.strip()
        for line in script.splitlines()
        if re.match(r"\s*(pip|pytest|bash|ruff|mypy|NNBOOK)", line)
    ]
    assert commands[0] == 'bash -c "$readme_line"'
    assert commands[1] == 'pip install -e ".[dev]" torch==2.13.0'


def test_the_workflow_calls_ci_run():
    (workflow,) = (ROOT / ".github" / "workflows").glob("*.yml")
    (job,) = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]


def test_no_file_names_a_folder_of_somebodys_machine():
    """Nowhere; the tests may make up hostile names in /tmp and /home, but not where a checkout would lie."""
    start = r"(?<![\w.~:/\-(|}])"
    anywhere = re.compile(start + r"/(?:work|root|mnt|opt)/\w[\w/.-]*")
    outside_tests = re.compile(start + r"/(?:home|Users|tmp)/\w[\w/.-]*")
    found = []
    for path in files():
        with contextlib.suppress(UnicodeDecodeError):
            name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            found += [(name, folder) for folder in anywhere.findall(text)]
            found += [
                (name, folder) for folder in outside_tests.findall(text) if not name.startswith("tests/")
            ]
    assert found == []


# Wheel and sdist, installed in a clean environment and used from another folder


USE = """
import pathlib, sys
import numpy as np
import nnbook
package = pathlib.Path(nnbook.__file__).parent
assert package.is_relative_to(sys.prefix), package
assert (package / "py.typed").is_file()
x_train, y_train, x_test, y_test = nnbook.datasets.digits(flat=True)
assert x_train.shape == (1347, 64)
model = nnbook.Sequential(nnbook.Linear(64, 10, rng=0))
history = nnbook.fit(
    model, (x_train, y_train), nnbook.CrossEntropyLoss(), nnbook.SGD(model.parameters(), lr=0.5), epochs=3, progress=False
)
assert history.accuracy[-1] > 0.8
nnbook.save("model.npz", model)
assert np.array_equal(nnbook.load("model.npz").predict(x_test), model.predict(x_test))
import importlib.metadata as metadata
names = [str(path) for path in metadata.files("nnbook")]
assert any(name.endswith("licenses/LICENSE") for name in names), names
assert any(name.endswith("licenses/NOTICE") for name in names), names
print(nnbook.__version__, len(list((package / "notebooks").glob("*.ipynb"))))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("build", reason="the package build is not installed: it comes with the extra dev")
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--outdir", folder, ROOT], cwd=folder)
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin")


def run(command, cwd):
    outer = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=outer, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def carried():
    """What of the package and the notebooks must be in every wheel."""
    package = {path.relative_to(ROOT).as_posix() for path in files(ROOT / "nnbook")}
    return package | {f"nnbook/{path.relative_to(ROOT).as_posix()}" for path in files(ROOT / "notebooks")}


@pytest.mark.slow
def test_the_wheel_carries_package_notebooks_and_licences(built):
    wheel, _ = built
    assert wheel.stat().st_size < 12_000_000
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(metadata).decode())
    dist_info = {name for name in names if ".dist-info/" in name}
    assert names - dist_info == carried()
    assert {"nnbook/py.typed", "nnbook/datasets/digits.npz", "nnbook/notebooks/00_start_here.ipynb"} <= names
    assert {name.split(".dist-info/")[1] for name in dist_info} >= {"licenses/LICENSE", "licenses/NOTICE"}
    assert headers["Version"] == nnbook.__version__
    assert headers["License-Expression"] == "MIT AND CC-BY-4.0"
    assert headers["Requires-Python"] == ">=3.11"


@pytest.mark.slow
def test_the_sdist_carries_the_repository(built):
    _, sdist = built
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    for name in (
        "README.md",
        "LICENSE",
        "NOTICE",
        "CITATION.cff",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "conftest.py",
        "environment.yml",
        "binder/postBuild",
        ".ci/run",
        "docs/readme.png",
        "tests/test_linear.py",
        "tests/reference/linear.npz",
        "notebooks/00_start_here.ipynb",
        "nnbook/datasets/digits.npz",
    ):
        assert name in names, name
    assert not [
        name for name in names if re.search(r"nnbook-course|__pycache__|\.ipynb_checkpoints|_cache/", name)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_installs_in_a_clean_environment_and_works_from_another_folder(built, environment, tmp_path, kind):
    package = dict(zip(("wheel", "sdist"), built, strict=True))[kind]
    run(
        [environment / "python", "-m", "pip", "install", "--force-reinstall", "--no-deps", package],
        cwd=tmp_path,
    )
    run([environment / "python", "-m", "pip", "install", package, "nbformat"], cwd=tmp_path)
    here = len(list((ROOT / "notebooks").glob("*.ipynb")))
    assert run([environment / "python", "-I", "-c", USE], cwd=tmp_path) == f"{nnbook.__version__} {here}\n"
    told = run([environment / "nnbook", "course", "mine", "--no-open"], cwd=tmp_path)
    assert (
        told
        == f"The course is in {tmp_path / 'mine'}: {here} notebook{'' if here == 1 else 's'}, yours to change.\n"
    )
    assert (tmp_path / "mine" / "00_start_here.ipynb").is_file()
    assert run([environment / "nnbook", "config"], cwd=tmp_path).startswith("nnbook")
