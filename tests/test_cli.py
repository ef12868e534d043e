import builtins
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import nbformat
import pytest
from jupyterlab import labapp

import nnbook
from nnbook import cli, practice

ROOT = pathlib.Path(nnbook.__file__).parents[1]
OWN = sorted((ROOT / "notebooks").glob("*.ipynb"))


def notebook(*sources, outputs=True):
    """A notebook that was run: a heading, then one code cell for each source, the last one an exercise."""
    cells = [nbformat.v4.new_markdown_cell("# A notebook", id="heading")]
    for i, source in enumerate(sources):
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{i}", execution_count=i + 1)
        cell.outputs = [nbformat.v4.new_output("stream", text="42\n")] if outputs else []
        cell.metadata["execution"] = {"iopub.execute_input": "2026-11-21T08:00:00Z"}
        cells.append(cell)
    cells[-1].metadata["tags"] = ["exercise:neuron.fold_bias"]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    return book


@pytest.fixture(autouse=True)
def _no_jupyterlab(monkeypatch):
    """No test starts a server by mistake."""

    def started(options):
        raise AssertionError(f"JupyterLab was started with {options}")

    monkeypatch.setattr(labapp, "main", started)


@pytest.fixture
def source(tmp_path, monkeypatch):
    folder = tmp_path / "source"
    folder.mkdir()
    nbformat.write(notebook("print(42)", "answer = None"), folder / "00_start_here.ipynb")
    nbformat.write(notebook("print(7)"), folder / "07_backpropagation.ipynb")
    monkeypatch.setattr(cli, "_source", lambda: folder)
    return folder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mine"


def course(folder, *options):
    return cli.main(["course", str(folder), "--no-open", *options])


def write_in(path, text, cell=1):
    """What JupyterLab does when a learner writes in a cell and runs it."""
    book = nbformat.read(path, as_version=4)
    book.cells[cell].source = text
    book.cells[cell].outputs = [nbformat.v4.new_output("stream", text="theirs\n")]
    nbformat.write(book, path)
    return path.read_bytes()


def run_all(path):
    """What JupyterLab does when a learner only runs a notebook: outputs, counts, metadata of its own, other bytes."""
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        cell["metadata"]["jp-MarkdownHeadingCollapsed"] = True
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell["execution_count"] = 9
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["9\n"]}]
    path.write_text(json.dumps(book))


def changed_upstream(source, text="print(8)", name="07_backpropagation.ipynb"):
    nbformat.write(notebook(text), source / name)


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def test_first_copy_is_cleared_and_keeps_what_the_learner_needs(source, folder, capsys):
    assert course(folder) == 0
    copy = nbformat.read(folder / "00_start_here.ipynb", as_version=4)
    nbformat.validate(copy)
    original = nbformat.read(source / "00_start_here.ipynb", as_version=4)
    assert [cell.id for cell in copy.cells] == [cell.id for cell in original.cells]
    assert [cell.source for cell in copy.cells] == [cell.source for cell in original.cells]
    assert copy.cells[-1].metadata == {"tags": ["exercise:neuron.fold_bias"]}
    assert copy.metadata.kernelspec == original.metadata.kernelspec
    assert "widgets" not in copy.metadata
    for cell in copy.cells[1:]:
        assert cell.outputs == []
        assert cell.execution_count is None
    assert capsys.readouterr().out == f"The course is in {folder}: 2 notebooks, yours to change.\n"
    assert sorted(os.listdir(folder)) == [
        ".nnbook-course.json",
        "00_start_here.ipynb",
        "07_backpropagation.ipynb",
    ]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_the_courses_own_notebooks_arrive_whole(path, folder):
    assert course(folder) == 0
    original, copy = nbformat.read(path, as_version=4), nbformat.read(folder / path.name, as_version=4)
    nbformat.validate(copy)
    assert len(copy.cells) == len(original.cells)
    for mine, theirs in zip(copy.cells, original.cells, strict=True):
        assert (mine.id, mine.cell_type, mine.source) == (theirs.id, theirs.cell_type, theirs.source)
        assert mine.metadata.get("tags") == theirs.metadata.get("tags")
        if mine.cell_type == "code":
            assert mine.outputs == []
            assert mine.execution_count is None


def test_finds_the_courses_notebooks():
    assert cli._source() == ROOT / "notebooks"


def test_a_second_run_leaves_everything_alone(source, folder, capsys):
    course(folder)
    mine = write_in(folder / "07_backpropagation.ipynb", "print('mine')")
    run_all(folder / "00_start_here.ipynb")
    ran = (folder / "00_start_here.ipynb").read_bytes()
    capsys.readouterr()
    assert course(folder) == 0
    assert (folder / "07_backpropagation.ipynb").read_bytes() == mine
    assert (folder / "00_start_here.ipynb").read_bytes() == ran
    assert capsys.readouterr().out == (
        f"The course is in {folder}: 2 notebooks, yours to change.\n"
        f"  nothing new in nnbook {nnbook.__version__}; everything is as you left it\n"
    )
    assert len(list(folder.iterdir())) == 3


def test_an_upgrade_brings_new_notebooks_and_those_that_the_learner_only_ran(source, folder, capsys):
    course(folder)
    run_all(folder / "07_backpropagation.ipynb")
    changed_upstream(source)
    changed_upstream(source, "print(11)", "11_evaluating.ipynb")
    capsys.readouterr()
    assert course(folder) == 0
    assert sources(folder / "07_backpropagation.ipynb") == ["# A notebook", "print(8)"]
    assert sources(folder / "11_evaluating.ipynb") == ["# A notebook", "print(11)"]
    assert capsys.readouterr().out == (
        f"The course is in {folder}: 3 notebooks, yours to change.\n"
        "  new: 11_evaluating.ipynb\n"
        "  updated (you had changed nothing in it): 07_backpropagation.ipynb\n"
    )


def test_an_upgrade_puts_the_new_version_beside_the_learners(source, folder, capsys):
    course(folder)
    mine = write_in(folder / "07_backpropagation.ipynb", "print('mine')")
    changed_upstream(source)
    capsys.readouterr()
    assert course(folder) == 0
    assert (folder / "07_backpropagation.ipynb").read_bytes() == mine
    assert sources(folder / "07_backpropagation (new).ipynb") == ["# A notebook", "print(8)"]
    told = "  07_backpropagation.ipynb is as you left it; its new version lies beside it: 07_backpropagation (new).ipynb\n"
    assert told in capsys.readouterr().out

    # Offered once: it does not come back after the learner threw it away.
    (folder / "07_backpropagation (new).ipynb").unlink()
    assert course(folder) == 0
    assert not (folder / "07_backpropagation (new).ipynb").exists()


def test_later_upgrades_replace_an_untouched_new_version_and_keep_a_used_one(source, folder):
    course(folder)
    write_in(folder / "07_backpropagation.ipynb", "print('mine')")
    changed_upstream(source, "print(8)")
    course(folder)
    changed_upstream(source, "print(9)")
    course(folder)
    beside = folder / "07_backpropagation (new).ipynb"
    assert sources(beside) == ["# A notebook", "print(9)"]
    used = write_in(beside, "print('mine too')")
    changed_upstream(source, "print(10)")
    course(folder)
    assert beside.read_bytes() == used
    assert sources(folder / "07_backpropagation (new 2).ipynb") == ["# A notebook", "print(10)"]


def test_a_new_version_that_the_learner_took_over_is_untouched(source, folder, capsys):
    course(folder)
    write_in(folder / "07_backpropagation.ipynb", "print('mine')")
    changed_upstream(source, "print(8)")
    course(folder)
    (folder / "07_backpropagation (new).ipynb").replace(folder / "07_backpropagation.ipynb")
    changed_upstream(source, "print(9)")
    course(folder)
    assert sources(folder / "07_backpropagation.ipynb") == ["# A notebook", "print(9)"]
    assert not (folder / "07_backpropagation (new).ipynb").exists()


def test_a_deleted_notebook_comes_back_fresh(source, folder):
    course(folder)
    write_in(folder / "07_backpropagation.ipynb", "print('mine')")
    (folder / "07_backpropagation.ipynb").unlink()
    course(folder)
    assert sources(folder / "07_backpropagation.ipynb") == ["# A notebook", "print(7)"]


def test_a_change_of_tags_alone_is_an_upgrade(source, folder):
    course(folder)
    book = notebook("print(7)")
    book.cells[-1].metadata["tags"] = ["exercise:backprop.nudge"]
    nbformat.write(book, source / "07_backpropagation.ipynb")
    course(folder)
    copy = nbformat.read(folder / "07_backpropagation.ipynb", as_version=4)
    assert copy.cells[-1].metadata["tags"] == ["exercise:backprop.nudge"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"copied": 3, "offered": {}}', "\udcff"])
def test_without_its_memory_it_takes_everything_for_the_learners(source, folder, damage):
    course(folder)
    mine = write_in(folder / "07_backpropagation.ipynb", "print('mine')")
    (folder / cli.MANIFEST).write_bytes(damage.encode("utf-8", "surrogateescape"))
    assert course(folder) == 0
    assert (folder / "07_backpropagation.ipynb").read_bytes() == mine
    assert (folder / "07_backpropagation (new).ipynb").exists()
    assert not (folder / "00_start_here (new).ipynb").exists()  # it is the same as ours


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"cells": [{"source": 3}]}', b'{"cells": 3}']
)
def test_a_file_of_that_name_that_is_no_notebook_is_kept(source, folder, content):
    folder.mkdir()
    (folder / "00_start_here.ipynb").write_bytes(content)
    assert course(folder) == 0
    assert (folder / "00_start_here.ipynb").read_bytes() == content
    assert (folder / "00_start_here (new).ipynb").exists()


def test_the_default_folder_is_beside_the_learner(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["course", "--no-open"]) == 0
    assert (tmp_path / "nnbook-course" / "00_start_here.ipynb").exists()


def test_a_folder_in_the_learners_home(source, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert cli.main(["course", "~/course", "--no-open"]) == 0
    assert (tmp_path / "course" / "00_start_here.ipynb").exists()


def test_an_interrupted_copy_leaves_whole_files_and_goes_on(source, folder, monkeypatch):
    replace, calls = os.replace, []

    def break_off(*paths):
        calls.append(paths)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(*paths)

    monkeypatch.setattr(os, "replace", break_off)
    with pytest.raises(KeyboardInterrupt):
        course(folder)
    assert os.listdir(folder) == ["00_start_here.ipynb"]
    monkeypatch.setattr(os, "replace", replace)
    mine = write_in(folder / "00_start_here.ipynb", "print('mine')")
    assert course(folder) == 0
    assert (folder / "00_start_here.ipynb").read_bytes() == mine


def refusal(capsys, *arguments):
    assert cli.main(list(arguments)) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


def test_refuses_a_file(source, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert refusal(capsys, "course", str(tmp_path / "notes.txt")) == (
        f"nnbook course expects a folder for your copy of the course, but got the file {tmp_path / 'notes.txt'}. "
        "Name another: nnbook course ~/nnbook-course\n"
    )
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("inside", ["", "sub"])
def test_refuses_the_courses_own_folder(source, capsys, inside):
    before = sorted(os.listdir(source))
    assert refusal(capsys, "course", str(source / inside)) == (
        f"nnbook course expects a folder for your copy of the course, but got {source / inside}, where the course itself "
        "lies. Name another: nnbook course ~/nnbook-course\n"
    )
    assert sorted(os.listdir(source)) == before


def test_refuses_an_empty_name(source, capsys):
    assert refusal(capsys, "course", "") == (
        "nnbook course expects a folder for your copy of the course, but got an empty name. "
        "Name another: nnbook course ~/nnbook-course\n"
    )


def test_refuses_a_folder_under_a_file(source, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert refusal(capsys, "course", str(tmp_path / "notes.txt" / "course")) == (
        f"nnbook course expects a folder that it can write to, but got Not a directory ({tmp_path / 'notes.txt/course'}). "
        "Name another: nnbook course ~/nnbook-course\n"
    )


def test_refuses_a_folder_that_it_may_not_write_to(source, folder, capsys, monkeypatch):
    def deny(self, *args, **options):
        raise PermissionError(13, "Permission denied", str(self))

    folder.mkdir()
    monkeypatch.setattr(pathlib.Path, "write_text", deny)
    assert refusal(capsys, "course", str(folder)) == (
        f"nnbook course expects a folder that it can write to, but got Permission denied "
        f"({folder / '00_start_here.ipynb.part'}). Name another: nnbook course ~/nnbook-course\n"
    )


def test_refuses_when_the_notebooks_are_not_there(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(nnbook, "__file__", str(tmp_path / "nnbook" / "__init__.py"))
    assert refusal(capsys, "course", str(tmp_path / "mine")) == (
        f"nnbook course expects the notebooks inside the package {tmp_path / 'nnbook'} or beside it, but got neither folder "
        'with a 00_start_here.ipynb. Install nnbook again: pip install --force-reinstall "nnbook[course]".\n'
    )


def without(monkeypatch, package):
    find_spec, importer = importlib.util.find_spec, builtins.__import__

    def refuse(name, *args, **options):
        if name.split(".")[0] == package:
            raise ModuleNotFoundError(name)
        return importer(name, *args, **options)

    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else find_spec(name)
    )
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_says_what_to_install_for_copying(source, folder, capsys, monkeypatch):
    without(monkeypatch, "nbformat")
    assert refusal(capsys, "course", str(folder)) == (
        "nnbook course needs the package nbformat, which is not installed. Install it: "
        'pip install "nnbook[course]"\n'
    )
    assert not folder.exists()


def test_copies_and_says_what_to_install_for_opening(source, folder, capsys, monkeypatch):
    without(monkeypatch, "jupyterlab")
    assert cli.main(["course", str(folder)]) == 1
    shown = capsys.readouterr()
    assert shown.out == f"The course is in {folder}: 2 notebooks, yours to change.\n"
    assert shown.err == (
        "Opening the course needs the package jupyterlab, which is not installed. Install it: "
        'pip install "nnbook[course]"\n'
    )


def test_opens_jupyterlab_at_the_first_notebook(source, folder, monkeypatch, capsys):
    calls = []
    monkeypatch.setattr(labapp, "main", calls.append)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert cli.main(["course", str(folder)]) == 0
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert cli.main(["course", str(folder)]) == 0
    options = [f"--ServerApp.root_dir={folder}", "--LabApp.default_url=/lab/tree/00_start_here.ipynb"]
    assert calls == [options, [*options, "--allow-root"]]
    assert "Opening JupyterLab at 00_start_here.ipynb." in capsys.readouterr().out


@pytest.mark.slow
def test_jupyterlab_itself_starts_there(source, folder, tmp_path):
    """The real server, until it says where it serves; it ends with the process that asked for it."""
    script = f"""
import pathlib
from nnbook import cli, practice
cli._source = lambda: pathlib.Path({str(source)!r})
cli.main(["course", {str(folder)!r}])
"""
    home = {
        name: str(tmp_path / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    home["BROWSER"] = "true"  # a browser that does nothing
    lab = subprocess.Popen(
        [sys.executable, "-u", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **home},
    )
    with lab:
        said = ""
        while "/lab/tree/00_start_here.ipynb?token=" not in said and (line := lab.stdout.readline()):
            said += line
        lab.terminate()
        assert lab.wait(30) is not None
    assert f"Serving notebooks from local directory: {folder}" in said
    assert "/lab/tree/00_start_here.ipynb?token=" in said


def test_without_a_command_it_helps(capsys):
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    for command in ("course", "progress", "config"):
        assert command in shown


@pytest.mark.parametrize("arguments", [["curse"], ["course", "a", "b"], ["course", "--open"]])
def test_a_wrong_call_is_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "usage: nnbook" in capsys.readouterr().err


def test_progress_says_what_is_done(capsys):
    assert cli.main(["progress"]) == 0
    assert capsys.readouterr().out == f"{practice.progress()!r}\n"


def test_config_describes_the_machine(capsys):
    assert cli.main(["config"]) == 0
    assert capsys.readouterr().out.startswith(f"nnbook   {nnbook.__version__}\nnumpy ")


def test_a_terminal_without_umlauts(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "nnbook", "course", str(tmp_path / "Größe"), "--no-open"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"The course is in {tmp_path / 'Gr??e'}")


def test_as_a_module():
    run = subprocess.run(
        [sys.executable, "-m", "nnbook", "--version"], capture_output=True, text=True, cwd=ROOT
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, f"nnbook {nnbook.__version__}\n", "")
