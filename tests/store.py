"""Run notebooks from a fresh kernel and store what they show, as the repository keeps it.

    python -m tests.store 07_backpropagation 08_bug_clinic        # without names: all of them

Metadata that change from run to run are left out, and so are live views of widgets: what is stored of a widget is its
picture and its words, which a reader sees without a kernel.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import nbformat

ROOT = pathlib.Path(__file__).parents[1]
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"


def without_live_views(book):
    """The notebook, its stored widgets as pictures and words alone; changed in place."""
    for cell in book.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(LIVE_VIEW, None)
    book.metadata.pop("widgets", None)
    return book


def store(path):
    """Run one notebook and write it back."""
    with tempfile.TemporaryDirectory() as home:
        run = ("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", str(path))
        subprocess.run(run, check=True, env={**os.environ, "NNBOOK_HOME": home})
    subprocess.run(("nbstripout", "--keep-output", "--keep-count", "--keep-id", str(path)), check=True)
    book = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.write(without_live_views(book), path)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")):
        store(ROOT / "notebooks" / f"{name}.ipynb")
