"""What a stored notebook must look like. What it computes is compared by nbval, which runs every cell."""

import base64
import copy
import io
import itertools
import pathlib
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from PIL import Image

import nnbook
from tests.store import LIVE_VIEW, lighter, tidy, with_lighter_pictures, without_live_views

ROOT = pathlib.Path(nnbook.__file__).parents[1]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MEGABYTE = 1_000_000

PATHS = re.compile(r"(?<![\w.~:/-])/(?:home|root|Users|work|tmp|opt|usr|var|mnt|private|srv)/\w|\b[A-Z]:\\\w")
WARNING = re.compile(r"\b[A-Z]\w*Warning\b\s*:")
IGNORED = {"nbval-ignore-output", "NBVAL_IGNORE_OUTPUT"}
FORBIDDEN = {"nbval-skip", "NBVAL_SKIP", "nbval-check-output", "NBVAL_CHECK_OUTPUT"}


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def code(book):
    return [cell for cell in book.cells if cell.cell_type == "code"]


def outputs(book):
    return [(cell, output) for cell in code(book) for output in cell.outputs]


def texts(output):
    """Everything in an output that a reader sees as text."""
    if output.output_type == "stream":
        return [output.text]
    if output.output_type == "error":
        return [output.ename, output.evalue, *output.traceback]
    return [
        value
        for mime, value in output.data.items()
        if isinstance(value, str) and not mime.startswith("image/p")
    ]


def markers(cell):
    comments = re.findall(r"^\s*#\s*(\S+)\s*$", cell.source, flags=re.MULTILINE)
    return set(cell.metadata.get("tags", [])) | set(comments)


def shown(cell):
    return cell.source.strip().split("\n")[0][:60]


# Each rule gives the faults that it finds in a notebook, as sentences.


def is_valid(book):
    try:
        nbformat.validate(book)
    except nbformat.ValidationError as error:
        return [str(error).split("\n")[0]]
    return (
        [] if (book.nbformat, book.nbformat_minor) >= (4, 5) else ["older than format 4.5: cells have no ids"]
    )


def every_cell_has_an_id_of_its_own(book):
    ids = [cell.get("id") for cell in book.cells]
    return [
        f"id {i!r} of {shown(c)!r}" for i, c in zip(ids, book.cells, strict=True) if not i or ids.count(i) > 1
    ]


def was_run_from_top_to_bottom(book):
    cells = [cell for cell in code(book) if cell.source.strip()]
    return [
        f"run as number {cell.execution_count} instead of {i}: {shown(cell)}"
        for i, cell in enumerate(cells, 1)
        if cell.execution_count != i
    ]


def stores_no_warning(book):
    return [
        f"{text[:60]!r} under {shown(cell)!r}"
        for cell, output in outputs(book)
        for text in texts(output)
        if output.get("name") == "stderr" or (output.output_type != "error" and WARNING.search(text))
    ]


def stores_errors_only_where_they_are_meant(book):
    return [
        f"{output.ename} under {shown(cell)!r}"
        for cell, output in outputs(book)
        if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", [])
    ]


def stores_no_widget_state(book):
    return ["metadata.widgets"] if "widgets" in book.metadata else []


def stores_pictures_and_words_instead_of_live_views(book):
    return [
        f"live view under {shown(cell)!r}"
        for cell, output in outputs(book)
        if LIVE_VIEW in output.get("data", {})
    ]


def stores_what_is_printed_in_one_piece(book):
    return [
        f"{after.text[:60]!r} under {shown(cell)!r}"
        for cell in code(book)
        for before, after in itertools.pairwise(cell.outputs)
        if before.get("name") == after.get("name") == "stdout"
    ]


def names_no_path_of_a_machine(book):
    seen = [cell.source for cell in book.cells]
    seen += [re.sub(r"\x1b\[[\d;]*m", "", text) for _, output in outputs(book) for text in texts(output)]
    return [text[max(0, m.start() - 20) : m.end() + 30] for text in seen for m in PATHS.finditer(text)]


def is_compared_or_says_why_not(book):
    faults = [
        f"{markers(cell) & FORBIDDEN} in {shown(cell)!r}" for cell in code(book) if markers(cell) & FORBIDDEN
    ]
    return faults + [
        f"no comment '# Not compared: <reason>' in {shown(cell)!r}"
        for cell in code(book)
        if markers(cell) & IGNORED
        and not re.search(r"^\s*# Not compared: \w+ \w+", cell.source, re.MULTILINE)
    ]


def runs_on_python3(book):
    spec = book.metadata.get("kernelspec", {})
    return (
        []
        if (spec.get("name"), spec.get("language")) == ("python3", "python")
        else [f"kernelspec {dict(spec)}"]
    )


def opens_with_its_title(book):
    first = book.cells[0]
    titles = [cell for cell in book.cells if cell.cell_type == "markdown" and re.match(r"# \S", cell.source)]
    if first.cell_type != "markdown" or not re.match(r"# \S", first.source):
        return [f"first cell {shown(first)!r}"]
    return [] if len(titles) == 1 else [f"{len(titles)} titles"]


def has_pictures_on_an_opaque_ground(book):
    from PIL import Image

    pictures = [
        (cell, output.data["image/png"])
        for cell, output in outputs(book)
        if "image/png" in output.get("data", {})
    ]
    pictures += [
        (cell, data["image/png"])
        for cell in book.cells
        for data in cell.get("attachments", {}).values()
        if "image/png" in data
    ]
    faults = []
    for cell, data in pictures:
        image = Image.open(io.BytesIO(base64.b64decode(data)))
        if image.convert("RGBA").getchannel("A").getextrema()[0] < 255:
            faults.append(f"transparent picture under {shown(cell)!r}")
        if image.width > 1200:
            faults.append(
                f"picture {image.width} pixels wide under {shown(cell)!r}: draw it at dpi 80 to 100"
            )
    return faults


RULES = [
    is_valid,
    every_cell_has_an_id_of_its_own,
    was_run_from_top_to_bottom,
    stores_no_warning,
    stores_errors_only_where_they_are_meant,
    stores_no_widget_state,
    stores_pictures_and_words_instead_of_live_views,
    stores_what_is_printed_in_one_piece,
    names_no_path_of_a_machine,
    is_compared_or_says_why_not,
    runs_on_python3,
    opens_with_its_title,
    has_pictures_on_an_opaque_ground,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_notebook(path, rule):
    assert rule(read(path)) == []


def test_the_folder_holds_notebooks_only_and_within_the_budget():
    names = [path.name for path in (ROOT / "notebooks").iterdir() if path.name != ".ipynb_checkpoints"]
    assert [name for name in names if not re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", name)] == []
    assert "00_start_here.ipynb" in names
    sizes = {path.name: path.stat().st_size for path in BOOKS}
    assert {name: size for name, size in sizes.items() if size > MEGABYTE} == {}
    assert sum(sizes.values()) <= 10 * MEGABYTE


# How they are stored (tests/store.py)


def test_a_stored_picture_is_lighter_and_looks_the_same():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    for turns in range(1, 6):
        axes.plot(np.sin(np.linspace(0, turns, 50)), label=f"{turns} turns")
    axes.legend(title="a drawing of many colours")
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    small = lighter(drawn.getvalue())
    assert len(small) < 0.6 * len(drawn.getvalue())
    assert np.abs(_pixels(small) - _pixels(drawn.getvalue())).mean() < 0.5
    assert lighter(small) == small  # and loses nothing more when it is stored again


def test_a_picture_that_needs_its_colours_is_stored_as_it_is():
    noise, file = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8), io.BytesIO()
    Image.fromarray(noise).save(file, "png")
    assert lighter(file.getvalue()) == file.getvalue()


def _pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=float)


def test_what_is_printed_in_pieces_is_stored_as_one(faultless, tmp_path):
    faultless.cells[1].outputs.append(nbformat.v4.new_output("stream", name="stdout", text="0.3\n"))
    nbformat.write(faultless, tmp_path / "pieces.ipynb")
    tidy(tmp_path / "pieces.ipynb")
    (stored,) = read(tmp_path / "pieces.ipynb").cells[1].outputs
    assert stored.text == "0.298371\n0.3\n"


def test_a_stored_widget_is_words_and_a_picture(faultless):
    faultless.cells[2].outputs[0].data[LIVE_VIEW] = {"model_id": "7f"}
    faultless.metadata["widgets"] = {}
    stored = with_lighter_pictures(without_live_views(faultless))
    assert set(stored.cells[2].outputs[0].data) == {"image/png", "text/plain"}
    assert [rule.__name__ for rule in RULES if rule(stored)] == []


# The rules themselves: each sees the fault that is planted for it in a notebook without faults, and only that one does.


def png(mode, color, size=(4, 4)):
    from PIL import Image

    file = io.BytesIO()
    Image.new(mode, size, color).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def faultless():
    v4 = nbformat.v4
    book = v4.new_notebook(
        cells=[
            v4.new_markdown_cell(
                "# A title\n\nNo warning: all is well, see https://example.org/home/page", id="a"
            ),
            v4.new_code_cell("print(0.298371)", id="b", execution_count=1),
            v4.new_code_cell("picture", id="c", execution_count=2),
            v4.new_code_cell("# Not compared: the time differs\nprint(now)", id="d", execution_count=3),
            v4.new_code_cell("", id="e"),
            v4.new_code_cell("refused()", id="f", execution_count=4),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    book.cells[1].outputs = [v4.new_output("stream", name="stdout", text="0.298371\n")]
    data = {"image/png": png("RGBA", (255, 255, 255, 255)), "text/plain": "<Figure>"}
    book.cells[2].outputs = [v4.new_output("display_data", data=data)]
    book.cells[3].metadata["tags"] = ["nbval-ignore-output"]
    book.cells[5].metadata["tags"] = ["raises-exception"]
    book.cells[5].outputs = [v4.new_output("error", ename="ValueError", evalue="no", traceback=["no"])]
    return book


def stderr(book):
    book.cells[1].outputs.append(nbformat.v4.new_output("stream", name="stderr", text="careful\n"))
    return stores_no_warning


def warning_in_stdout(book):
    book.cells[1].outputs[0].text = "x.py:3: RuntimeWarning: overflow encountered in exp\n"
    return stores_no_warning


def warning_as_text(book):
    book.cells[2].outputs[0].data["text/html"] = "<b>UserWarning: careful</b>"
    return stores_no_warning


def error_not_meant(book):
    book.cells[5].metadata["tags"] = []
    return stores_errors_only_where_they_are_meant


def widget_state(book):
    book.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    return stores_no_widget_state


def live_view(book):
    book.cells[2].outputs[0].data[LIVE_VIEW] = {"model_id": "7f"}
    return stores_pictures_and_words_instead_of_live_views


def printed_in_pieces(book):
    book.cells[1].outputs += [nbformat.v4.new_output("stream", name="stdout", text="0.3\n")]
    return stores_what_is_printed_in_one_piece


def run_out_of_order(book):
    book.cells[1].execution_count, book.cells[2].execution_count = 2, 1
    return was_run_from_top_to_bottom


def never_run(book):
    book.cells[5].execution_count = None
    return was_run_from_top_to_bottom


def path_in_output(book):
    book.cells[1].outputs[0].text = "saved to /home/ada/model.npz\n"
    return names_no_path_of_a_machine


def path_in_source(book):
    book.cells[3].source += "\nopen('C:\\\\Users\\\\ada')".replace("\\\\", "\\")
    return names_no_path_of_a_machine


def path_in_traceback(book):
    book.cells[5].outputs[0].traceback = ["File \x1b[32m/tmp/ipykernel_7/3.py\x1b[0m, line 1"]
    return names_no_path_of_a_machine


def ignored_without_reason(book):
    book.cells[3].source = "print(now)"
    return is_compared_or_says_why_not


def ignored_by_a_comment(book):
    book.cells[1].source = "# NBVAL_IGNORE_OUTPUT\nprint(1)"
    return is_compared_or_says_why_not


def skipped(book):
    book.cells[1].metadata["tags"] = ["nbval-skip"]
    return is_compared_or_says_why_not


def other_kernel(book):
    book.metadata.kernelspec["name"] = "my-env"
    return runs_on_python3


def no_title(book):
    book.cells[0].source = "## A section"
    return opens_with_its_title


def two_titles(book):
    book.cells.append(nbformat.v4.new_markdown_cell("# Another title", id="g"))
    return opens_with_its_title


def transparent(book):
    book.cells[2].outputs[0].data["image/png"] = png("RGBA", (255, 255, 255, 0))
    return has_pictures_on_an_opaque_ground


def retina(book):
    book.cells[2].outputs[0].data["image/png"] = png("RGB", (255, 255, 255), (1600, 4))
    return has_pictures_on_an_opaque_ground


def transparent_attachment(book):
    book.cells[0]["attachments"] = {"a.png": {"image/png": png("RGBA", (0, 0, 0, 9))}}
    return has_pictures_on_an_opaque_ground


PLANTED = [
    stderr,
    warning_in_stdout,
    warning_as_text,
    error_not_meant,
    widget_state,
    live_view,
    printed_in_pieces,
    run_out_of_order,
    never_run,
    path_in_output,
    path_in_source,
    path_in_traceback,
    ignored_without_reason,
    ignored_by_a_comment,
    skipped,
    other_kernel,
    no_title,
    two_titles,
    transparent,
    retina,
    transparent_attachment,
]


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_seen(faultless, fault):
    assert [rule.__name__ for rule in RULES if rule(faultless)] == []
    seen_by = fault(faultless)
    assert [rule for rule in RULES if rule(faultless)] == [seen_by]


def test_planted_faults_of_form_are_seen(faultless):
    broken = copy.deepcopy(faultless)
    broken.cells[1]["source"] = 3
    assert is_valid(broken)
    twice = copy.deepcopy(faultless)
    twice.cells[1].id = "a"
    assert every_cell_has_an_id_of_its_own(twice) == ["id 'a' of '# A title'", "id 'a' of 'print(0.298371)'"]
    del twice.cells[1]["id"]
    assert every_cell_has_an_id_of_its_own(twice) == ["id None of 'print(0.298371)'"]


# Strict nbval compares what is stored: a changed number fails it.


def with_last_digit_changed(text):
    place = max(match.start() for match in re.finditer(r"\d", text))
    return text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]


def up_to_its_first_printed_number(book):
    """The beginning of a notebook, and the output in its last cell that holds a number."""
    for place, cell in enumerate(book.cells):
        for output in cell.get("outputs", []):
            if (
                output.get("name") == "stdout"
                and re.search(r"\d", output.text)
                and not markers(cell) & IGNORED
            ):
                book.cells = book.cells[: place + 1]
                return book, output
    return None


def written_here():
    """A notebook with a number in each kind of output that is compared, stored as a kernel gives it."""
    v4 = nbformat.v4
    html = "from IPython.display import HTML\nHTML('<b>loss 0.75</b>')"
    book = v4.new_notebook(
        cells=[
            v4.new_code_cell("print(0.1 + 0.2)", execution_count=1),
            v4.new_code_cell("1 / 8;", execution_count=2),
            v4.new_code_cell("1 / 8", execution_count=3),
            v4.new_code_cell(html, execution_count=4),
            v4.new_code_cell("_", execution_count=5),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    book.cells[0].outputs = [v4.new_output("stream", name="stdout", text="0.30000000000000004\n")]
    for cell, data in (
        (2, {"text/plain": "0.125"}),
        (3, {"text/plain": "<IPython.core.display.HTML object>", "text/html": "<b>loss 0.75</b>"}),
        (4, {"text/plain": "<IPython.core.display.HTML object>", "text/html": "<b>loss 0.75</b>"}),
    ):
        book.cells[cell].outputs = [v4.new_output("execute_result", data=data, execution_count=cell + 1)]
    return book


def nbval_of(folder):
    """Run the project's own settings on the notebooks of a folder; which cells failed, by notebook."""
    (folder / "tests").mkdir()
    for name in ("pyproject.toml", "conftest.py", "tests/nbval-sanitize.cfg"):
        shutil.copy(ROOT / name, folder / name)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-rA",
            "-p",
            "no:cacheprovider",
            *sorted(map(str, folder.glob("*.ipynb"))),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    results = re.findall(r"^(PASSED|FAILED) (\w+)\.ipynb::Cell (\d+)", run.stdout, flags=re.MULTILINE)
    assert results, run.stdout + run.stderr
    failed = {name: [] for _, name, _ in results}
    for outcome, name, cell in results:
        if outcome == "FAILED":
            failed[name].append(int(cell))
    return failed


@pytest.mark.slow
def test_a_changed_number_fails_strict_nbval(tmp_path):
    book = written_here()
    nbformat.write(book, tmp_path / "right.ipynb")
    expected = {"right": []}
    for name, cell, key in (("stdout", 0, "text"), ("plain", 2, "text/plain"), ("html", 3, "text/html")):
        planted = copy.deepcopy(book)
        output = planted.cells[cell].outputs[0]
        where = output if key == "text" else output.data
        where[key] = with_last_digit_changed(where[key])
        nbformat.write(planted, tmp_path / f"{name}.ipynb")
        expected[name] = [cell]
    dropped = copy.deepcopy(book)
    dropped.cells[2].outputs = []
    nbformat.write(dropped, tmp_path / "dropped.ipynb")
    expected["dropped"] = [2]
    assert nbval_of(tmp_path) == expected


@pytest.mark.slow
@pytest.mark.parametrize("path", BOOKS[:1], ids=lambda path: path.stem)
def test_a_changed_number_fails_in_the_courses_own_notebook(path, tmp_path):
    book, output = up_to_its_first_printed_number(read(path))
    nbformat.write(book, tmp_path / "right.ipynb")
    output.text = with_last_digit_changed(output.text)
    nbformat.write(book, tmp_path / "planted.ipynb")
    last = len(code(book)) - 1
    assert nbval_of(tmp_path) == {"right": [], "planted": [last]}
