"""pyproject.toml is the one list of requirements; environment.yml and binder/ draw on it, and Binder does what README says."""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement

import nnbook

ROOT = pathlib.Path(nnbook.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IN_THE_IMAGE = {
    "jupyterlab",
    "ipywidgets",
    "nbformat",
}  # what repo2docker installs before binder/requirements.txt
LINK = "https://mybinder.org/v2/gh/OWNER/REPO/HEAD?urlpath=lab/tree/nnbook-course/00_start_here.ipynb"


def requirements(lines):
    return {requirement.name: requirement for requirement in map(Requirement, lines)}


def pins():
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return requirements(line for line in lines if line and not line.startswith("#"))


def test_binder_pins_what_the_course_needs_and_nothing_else():
    needed = requirements(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["course"])
    assert set(pins()) == set(needed) - IN_THE_IMAGE
    for name, pin in pins().items():
        (exactly,) = pin.specifier
        assert exactly.operator == "=="
        assert needed[name].specifier.contains(exactly.version), f"{pin} does not satisfy {needed[name]}"


def test_binders_python_is_one_that_we_support():
    version = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert tuple(map(int, version.split("."))) >= (3, 11)
    assert PROJECT["requires-python"] == ">=3.11"


def test_binder_opens_the_learners_copy():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"https?://\S*mybinder\S*", readme) == [LINK]
    assert "OWNER/REPO" in readme.split(LINK)[0].split("**Binder**")[1]  # said plainly, before the address


@pytest.mark.skipif(sys.platform == "win32", reason="Binder runs it on Linux")
def test_postbuild_makes_the_copy_that_the_link_opens(tmp_path):
    """Run postBuild in an empty folder, with a pip that only notes how it was called."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, command in {
        "pip": f'echo "$@" >> {tmp_path}/pip-calls',
        "nnbook": f'exec {sys.executable} -m nnbook "$@"',
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{command}\n")
        (tools / name).chmod(0o755)
    home = tmp_path / "repository"
    home.mkdir()
    post_build = ROOT / "binder" / "postBuild"
    assert os.access(post_build, os.X_OK)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    run = subprocess.run([post_build], cwd=home, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "pip-calls").read_text() == "install --no-cache-dir --no-deps -e .\n"
    assert (home / LINK.split("lab/tree/")[1]).is_file()


def test_repo2docker_will_do_what_we_mean(tmp_path):
    if importlib.util.find_spec("repo2docker") is None:
        pytest.skip("jupyter-repo2docker is not installed: it comes with the extra dev")
    for name in ("binder", "environment.yml", "pyproject.toml"):  # all that it decides by
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "repo2docker",
            "--no-build",
            "--debug",
            "--user-id=1000",
            "--user-name=jovyan",
            ".",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    said = run.stdout + run.stderr
    assert run.returncode == 0, said
    assert "Building conda environment for python=3.12" in said
    steps = [
        'pip install --no-cache-dir -r "binder/requirements.txt"',  # kept as long as the pins stay
        "COPY --chown=1000:1000 src/ ${REPO_DIR}/",
        "RUN chmod +x binder/postBuild",
        "RUN ./binder/postBuild",
    ]
    places = [said.index(step) for step in steps]
    assert places == sorted(places)
    for unwanted in ("environment.yml", "setup.py", "pip install --no-cache-dir .", "labextension"):
        assert unwanted not in said


def test_conda_brings_python_and_pip_and_leaves_the_rest_to_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == "nnbook"
    assert environment["dependencies"] == [
        f"python{PROJECT['requires-python']}",
        "pip",
        {"pip": ["-e .[course]"]},
    ]
