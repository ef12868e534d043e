"""Digits and letters drawn by seed: as many as one likes, of letters too, with nothing to download.

A font keeps each character as *outlines*: closed curves that run round the ink one way and round the holes the other
way. Matplotlib brings fonts along, and tells their outlines. Here they are turned, slanted, scaled and shifted, and
then filled line by line, as a plotter of the 1960s would:

    a scan line crosses the outlines at some places; each crossing counts +1 where the outline goes up and −1 where it
    goes down; from the left, wherever the running sum is not 0, there is ink.

Four scan lines and four columns go to a pixel, so a pixel has one of 17 greys. The filling is written out below, so
that the pictures do not change with whatever library draws best today.
"""

from __future__ import annotations

import functools
import pathlib

import numpy as np

from nnbook.arrays import Array, Rng, as_generator
from nnbook.errors import check_choice, check_integer, check_number

__all__ = ["GLYPHS", "glyphs"]

GLYPHS = {"digits": "0123456789", "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
"""The characters of each kind, by label."""

_FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSerif",
    "STIXGeneral",
    "STIXGeneralItalic",
    "cmr10",
    "cmss10",
    "cmtt10",
)
_SIZE = 28  # pixels a side
_BOX = 20  # pixels that the longer side of a character takes before it is turned and scaled
_FINE = 4  # scan lines, and columns, to a pixel


def glyphs(
    n: int = 2000,
    kind: str = "digits",
    *,
    turn: float = 12.0,
    shift: float = 2.0,
    thicken: float = 0.5,
    noise: float = 0.05,
    rng: Rng = None,
) -> tuple[Array, Array]:
    """Pictures of 28 × 28 pixels of digits, or of capital letters, in ten fonts.

    Parameters
    ----------
    n : int
        How many pictures.
    kind : {"digits", "letters"}
        Which characters; see `GLYPHS`.
    turn : float
        By how many degrees a character is turned at most, either way.
    shift : float
        By how many pixels it is shifted at most, in both directions.
    thicken : float
        By how many pixels its strokes grow outwards at most, in quarters of a pixel.
    noise : float
        Standard deviation of what is added to each pixel before they are cut off at 0 and 1.
    rng : int or Generator, optional

    Returns
    -------
    x : ndarray of float32, shape (n, 1, 28, 28)
        In [0, 1], 1 being ink: as `mnist` has it.
    y : ndarray of int64, shape (n,)
        Which of ``GLYPHS[kind]`` it is; each comes equally often, in random order.

    Notes
    -----
    Each is scaled by 0.8 to 1.1 and slanted by up to a fifth of its height besides. The outlines are those of DejaVu,
    STIX and Computer Modern, which come with Matplotlib.

    Examples
    --------
    >>> x, y = glyphs(20, rng=0)
    >>> x.shape, x.dtype, np.bincount(y)
    ((20, 1, 28, 28), dtype('float32'), array([2, 2, 2, 2, 2, 2, 2, 2, 2, 2]))
    >>> x, y = glyphs(1, "letters", turn=0, shift=0, thicken=0, noise=0, rng=0)
    >>> for row in x[0, 0, 6:22:2]:
    ...     print("".join(" .o#"[int(3 * ink)] for ink in row).rstrip())
               o#o
               #.oo
              .#  o#
              o#   o#
              #.    o#.
             .#########.
             oo       .#.
             #.        .#o
    """
    n = check_integer("glyphs", "n", n)
    characters = GLYPHS[check_choice("glyphs", "kind", kind, GLYPHS)]
    turn = check_number("glyphs", "turn", turn, at_least=0)
    shift = check_number("glyphs", "shift", shift, at_least=0)
    thicken = check_number("glyphs", "thicken", thicken, at_least=0, at_most=3)
    noise = check_number("glyphs", "noise", noise, at_least=0)
    generator = as_generator("glyphs", rng)
    y = generator.permutation(np.arange(n, dtype=np.int64) % len(characters))
    font = generator.integers(0, len(_FONTS), n)
    angle = np.deg2rad(turn) * generator.uniform(-1, 1, n)
    scale = generator.uniform(0.8, 1.1, n)
    slant = generator.uniform(-0.2, 0.2, n)
    offset = shift * generator.uniform(-1, 1, (n, 1, 2))
    growth = generator.integers(0, int(thicken * _FINE) + 1, n)
    matrix = _matrices(angle, scale, slant)
    x = np.empty((n, _SIZE, _SIZE))
    for label, face in set(zip(y.tolist(), font.tolist(), strict=True)):
        same = np.flatnonzero((y == label) & (font == face))
        starts, ends = _outline(_FONTS[face], characters[label])  # (E, 2) each
        x[same] = _fill(
            starts @ matrix[same] + offset[same] + _SIZE / 2,
            ends @ matrix[same] + offset[same] + _SIZE / 2,
            growth[same],
        )
    x += noise * generator.standard_normal(x.shape)
    return np.clip(x, 0, 1)[:, np.newaxis].astype(np.float32), y


def _matrices(angle: Array, scale: Array, slant: Array) -> Array:  # (n,) each -> (n, 2, 2)
    """What takes (right, up) around a character's middle to (right, down) in pixels, for each picture."""
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    # slant first: right += slant * up; then turn counter-clockwise; then upside down, because rows are counted downwards
    return np.stack([np.stack([cos, -sin], 1), np.stack([slant * cos - sin, -slant * sin - cos], 1)], 1)


@functools.cache
def _outline(font: str, character: str) -> tuple[Array, Array]:  # (E, 2) (E, 2)
    """Where each straight piece of a character's outlines starts and ends: its middle at 0, its longer side 20."""
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    file = pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    path = TextPath((0, 0), character, size=100, prop=FontProperties(fname=str(file)))
    pieces: list[tuple[Array, Array]] = []
    begin = here = np.zeros(2)
    for points, code in path.iter_segments(curves=True, simplify=False):
        if code == path.MOVETO:
            begin = here = points
            continue
        end = begin if code == path.CLOSEPOLY else points[-2:]
        for stop in _curve(here, points[:2], end) if code == path.CURVE3 else [end]:
            pieces.append((here, stop))
            here = stop
    starts, ends = (np.array(side, np.float64) for side in zip(*pieces, strict=True))
    low, high = starts.min(axis=0), starts.max(axis=0)
    factor = _BOX / (high - low).max()
    return (starts - (low + high) / 2) * factor, (ends - (low + high) / 2) * factor


def _curve(start: Array, control: Array, end: Array, pieces: int = 5) -> list[Array]:
    """Points along a quadratic Bézier curve, as TrueType fonts draw their bends; the last is its end."""
    times = [k / pieces for k in range(1, pieces)]
    return [(1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end for t in times] + [end]


def _fill(starts: Array, ends: Array, growth: Array) -> Array:  # (g, E, 2) (g, E, 2) (g,) -> (g, 28, 28)
    """Pictures of what lies inside the outlines, grown by so many quarters of a pixel: which part of each pixel is ink."""
    fine = _SIZE * _FINE
    lines = (np.arange(fine) + 0.5) / _FINE
    above, below = starts[:, :, 1, np.newaxis] <= lines, ends[:, :, 1, np.newaxis] <= lines  # (g, E, fine)
    picture, edge, line = np.nonzero(above != below)
    (x0, y0), (x1, y1) = starts[picture, edge].T, ends[picture, edge].T
    crossing = x0 + (lines[line] - y0) / (y1 - y0) * (x1 - x0)
    column = np.clip(np.ceil(crossing * _FINE - 0.5), 0, fine).astype(np.int64)
    winding = np.zeros((len(starts), fine, fine + 1), np.int64)
    np.add.at(winding, (picture, line, column), np.where(y1 > y0, 1, -1))
    ink = np.cumsum(winding, axis=2)[:, :, :fine] != 0
    for step in range(1, int(growth.max()) + 1):
        ink[growth >= step] = _grown(ink[growth >= step], corners=step % 2 == 0)
    return ink.reshape(-1, _SIZE, _FINE, _SIZE, _FINE).mean(axis=(2, 4))


def _grown(ink: Array, corners: bool) -> Array:  # (g, fine, fine)
    """The ink and its neighbours to the left and right, above and below, and at the corners too if asked."""
    wide = ink.copy()
    wide[:, :, 1:] |= ink[:, :, :-1]
    wide[:, :, :-1] |= ink[:, :, 1:]
    tall = wide if corners else ink
    grown = wide.copy()
    grown[:, 1:] |= tall[:, :-1]
    grown[:, :-1] |= tall[:, 1:]
    return grown
