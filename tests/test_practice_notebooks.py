"""Every notebook with the solutions filled in runs through, every check right; with nonsense, no cell raises."""

import copy
import json
import pathlib
import re

import nbformat
import pytest

import nnbook
from nnbook import practice
from nnbook.practice import catalog
from nnbook.practice.notebooks import tagged
from nnbook.practice.replies import as_markdown

ROOT = pathlib.Path(nnbook.__file__).parents[1]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PREFIX = {notebook: prefix for prefix, notebook in catalog.NOTEBOOKS.items()}

every_book = pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)


def exercises_of(path):
    if path.stem not in PREFIX:
        return []
    return [entry for entry in catalog.every(PREFIX[path.stem]) if isinstance(entry, catalog.Exercise)]


def words(text):
    return " ".join(text.split())


def checked(cell):
    """The identifier that a cell checks, and what."""
    found = re.search(r'practice\.exercise\("([\w.]+)"\)\.check\((\w+)\)\s*$', cell.source)
    return found.groups() if found else None


@every_book
def test_exercises_stand_in_the_notebook_as_they_are_registered(path):
    book = nbformat.read(path, as_version=4)
    there = dict(tagged(book))
    prose = words("\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown"))
    expected = {exercise.id: exercise for exercise in exercises_of(path)}
    assert there.keys() == expected.keys()
    for id, cell in there.items():
        assert cell.source.strip() == expected[id].starter.strip(), f"{id}: the cell is not the starter"
        after = next(each for each in book.cells[book.cells.index(cell) + 1 :] if each.cell_type == "code")
        assert words(as_markdown(expected[id].prompt)) in prose, f"{id}: the notebook's prompt is another one"
        assert checked(after) == (id, expected[id].function), f"{id}: the next code cell does not check it"


@every_book
def test_questions_in_a_notebook_exist_and_all_are_asked(path):
    if path.stem not in PREFIX:
        return
    book = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    asked = re.findall(r'practice\.(quiz|predict)\("([\w.]+)"\)', code)
    for verb, id in asked:
        getattr(practice, verb)(id)
    quizzes = [entry for entry in catalog.every(PREFIX[path.stem]) if isinstance(entry, catalog.Quiz)]
    assert {id for _, id in asked} == {quiz.id for quiz in quizzes}


def executed(book, tmp_path, monkeypatch):
    nbclient = pytest.importorskip("nbclient")
    monkeypatch.setenv("NNBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("MPLBACKEND", "agg")
    client = nbclient.NotebookClient(
        book, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    return book


def replies(book):
    """What each check in an executed notebook said first: the sign of its kind."""
    said = {}
    for cell in book.cells:
        if cell.cell_type == "code" and checked(cell):
            texts = ["".join(output.data["text/plain"]) for output in cell.outputs if "data" in output]
            said[checked(cell)[0]] = texts[-1]
    return said


with_exercises = pytest.mark.parametrize(
    "path", [path for path in BOOKS if path.stem in PREFIX], ids=lambda path: path.stem
)


@pytest.mark.slow
@with_exercises
def test_with_the_solutions_every_check_is_right(path, tmp_path, monkeypatch):
    book = executed(practice.fill(nbformat.read(path, as_version=4)), tmp_path, monkeypatch)
    said = replies(book)
    assert said.keys() == {exercise.id for exercise in exercises_of(path)}
    for id, text in said.items():
        assert text.startswith("✓ Right."), f"{id}: {text}"
    done = json.loads((tmp_path / "progress.json").read_text(encoding="utf-8"))["done"]
    assert all(done[id]["state"] == "right" for id in said)


@pytest.mark.slow
@with_exercises
def test_with_nonsense_no_cell_raises(path, tmp_path, monkeypatch):
    book = executed(practice.fill(nbformat.read(path, as_version=4), nonsense=True), tmp_path, monkeypatch)
    for id, text in replies(book).items():
        assert text[0] in "○≠≈", f"{id}: {text}"


# the tools themselves


def notebook_of(*ids):
    cells = [cell for id in ids for cell in practice.cells(id)]
    book = nbformat.v4.new_notebook()
    book.cells = [
        nbformat.v4.new_code_cell("import numpy as np\nimport nnbook\nfrom nnbook import practice"),
        *(
            nbformat.v4.new_code_cell(cell["source"], metadata=cell["metadata"])
            if cell["cell_type"] == "code"
            else nbformat.v4.new_markdown_cell(cell["source"])
            for cell in cells
        ),
    ]
    return book


def test_fill_changes_the_tagged_cells_only():
    book = notebook_of("neuron.fold_bias", "neuron.warmup")
    before = nbformat.writes(book)
    filled = practice.fill(book)
    assert nbformat.writes(book) == before
    changed = [i for i, (a, b) in enumerate(zip(book.cells, filled.cells, strict=True)) if a != b]
    assert changed == [2]
    assert "np.append(weights, -threshold)" in filled.cells[2].source
    assert "lambda *arguments: None" in practice.fill(book, nonsense=True).cells[2].source


def test_fill_keeps_what_stands_beside_the_function():
    book = notebook_of("neuron.fold_bias")
    book.cells[2].source = "size = 3\n\n" + book.cells[2].source + "\n\nafter = size"
    filled = practice.fill(book).cells[2].source
    assert filled.startswith("size = 3\n\ndef fold_bias")
    assert filled.endswith("\n\nafter = size")


def test_fill_refuses_a_cell_without_the_function():
    book = notebook_of("neuron.fold_bias")
    book.cells[2].source = "x = 1"
    with pytest.raises(ValueError) as raised:
        practice.fill(book)
    assert str(raised.value) == (
        "practice.fill expects `def fold_bias` at the top level of the cell tagged exercise:neuron.fold_bias, but got 'x = 1'."
    )


@pytest.mark.slow
def test_a_notebook_of_cells_runs_filled_and_is_the_same_for_everyone(tmp_path, monkeypatch):
    book = notebook_of("neuron.fold_bias", "neuron.warmup", "neuron.predict_bias")
    shown = []
    for visit, history in enumerate(((), ("neuron.fold_bias",))):
        home = tmp_path / str(visit)
        home.mkdir()
        monkeypatch.setenv("NNBOOK_HOME", str(home))
        for id in history:
            exercise = practice.exercise(id)
            exercise.check(exercise.reference)
        practice.predict("neuron.predict_bias").answer("abcd"[visit])
        done = executed(copy.deepcopy(book), home, monkeypatch)
        shown.append(
            [
                {mime: text for mime, text in output.data.items() if mime.startswith("text/")}
                for cell in done.cells
                for output in cell.get("outputs", ())
            ]
        )
        widgets = [
            output.data
            for cell in done.cells
            for output in cell.get("outputs", ())
            if "application/vnd.jupyter.widget-view+json" in output.data
        ]
        assert len(widgets) == 2
    assert shown[0] == shown[1]
    assert len(shown[0]) == 3
