"""Run notebooks from a fresh kernel and store what they show, as the repository keeps it.

    python -m tests.store 07_backpropagation 08_bug_clinic        # without names: all of them

Metadata that change from run to run are left out, and so are live views of widgets: what is stored of a widget is its
picture and its words, which a reader sees without a kernel. Pictures are stored in 256 colours of their own, a third of
the size, where the eye cannot tell.

    python -m tests.store --lighten        # what is stored already, without running it
"""

import base64
import io
import os
import pathlib
import subprocess
import sys
import tempfile

import nbformat
import numpy as np
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from PIL import Image

ROOT = pathlib.Path(__file__).parents[1]
LIVE_VIEW = "application/vnd.jupyter.widget-view+json"


def without_live_views(book):
    """The notebook, its stored widgets as pictures and words alone; changed in place."""
    for cell in book.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(LIVE_VIEW, None)
    book.metadata.pop("widgets", None)
    return book


def lighter(png):
    """A picture in 256 colours of its own if that is smaller and, on average, off by less than half a step of 255."""
    opened = Image.open(io.BytesIO(png))
    if opened.mode == "P":
        return png
    picture = opened.convert("RGB")
    few = picture.quantize(256)
    off = np.abs(np.asarray(few.convert("RGB"), dtype=float) - np.asarray(picture, dtype=float)).mean()
    written = io.BytesIO()
    few.save(written, "png", optimize=True)
    return written.getvalue() if off < 0.5 and written.tell() < len(png) else png


def with_lighter_pictures(book):
    """The notebook with each stored picture in 256 colours; changed in place."""
    for cell in book.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                png = lighter(base64.b64decode(output.data["image/png"]))
                output.data["image/png"] = base64.b64encode(png).decode()
    return book


def store(path):
    """Run one notebook and write it back."""
    with tempfile.TemporaryDirectory() as home:
        run = ("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", str(path))
        subprocess.run(run, check=True, env={**os.environ, "NNBOOK_HOME": home})
    subprocess.run(("nbstripout", "--keep-output", "--keep-count", "--keep-id", str(path)), check=True)
    tidy(path)


def tidy(path):
    """Leave out of a stored notebook what does not belong there."""
    book = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    # What is printed comes in pieces, cut where it pleases.
    book, _ = CoalesceStreamsPreprocessor().preprocess(book, {})
    nbformat.write(with_lighter_pictures(without_live_views(book)), path)


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if name != "--lighten"]
    for name in names or sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")):
        (tidy if "--lighten" in sys.argv else store)(ROOT / "notebooks" / f"{name}.ipynb")
