"""An expression as a drawing: each value a box, each line from what was read to what came of it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from nnbook.errors import describe, explain
from nnbook.plots import style

if TYPE_CHECKING:
    from nnbook.autograd import Node

__all__ = ["plot_graph"]

SYMBOLS = {
    "add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "matmul": "@", "power": "power", "total": "sum",
}  # fmt: skip
"""What is written for an operation; others by their name."""


def plot_graph(
    nodes: Sequence[Node], edges: Sequence[tuple[int, int]], *, gradients: bool = True, ax: Axes | None = None
) -> Axes:
    """Draw what `nnbook.autograd.graph` returns, from left to right, each value after those that it came from.

    Values stand after a →, in blue, gradients after a ←, in dark orange; of arrays their shapes. What was given has a
    square box, what was computed a round one with its operation.

    Parameters
    ----------
    nodes : sequence of Node
    edges : sequence of (int, int)
        From which node to which; one that was read twice by the same operation has two.
    gradients : bool
        Whether to write them.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If an edge leads to a node that is not there, or not from an earlier one to a later one.

    Examples
    --------
    >>> from nnbook import autograd
    >>> w = autograd.Tensor(2.0, requires_grad=True, name="w")
    >>> ax = plot_graph(*autograd.graph(w * 3.0 + w), gradients=False)
    >>> len(ax.patches), {"→ 2", "→ 6", "→ 8"} <= {text.get_text() for text in ax.texts}  # lines: one in two parts
    (5, True)
    """
    if not isinstance(nodes, (list, tuple)) or not nodes or not all(hasattr(n, "operation") for n in nodes):
        fix = "Draw a Tensor by plot_graph(*nnbook.autograd.graph(tensor))."
        raise TypeError(explain("plot_graph", "a list of one Node or more", describe(nodes), fix))
    for start, end in edges:
        if not 0 <= start < end < len(nodes):
            expected = f"edges from an earlier to a later one of {len(nodes)} nodes"
            raise ValueError(explain("plot_graph", expected, f"{(start, end)}"))
    (columns, high), places, routes = layout(len(nodes), edges)
    wide, tall = 1.75, 0.9
    ax = style.axes(ax, (min(8.0, 0.2 + 1.35 * columns), 0.2 + 0.85 * high))
    boxes = {
        i: _draw_node(ax, node, (wide * places[i][0], tall * places[i][1]), gradients)
        for i, node in enumerate(nodes)
    }
    drawn: dict[tuple[int, int], int] = defaultdict(int)
    for start, end in edges:
        twice, drawn[start, end] = edges.count((start, end)) > 1, drawn[start, end] + 1
        bend = 0.0 if not twice else 0.22 if drawn[start, end] == 1 else -0.22
        stops = [start, *routes[start, end], end]
        for a, b in itertools.pairwise(stops):
            points = [(wide * places[stop][0], tall * places[stop][1]) for stop in (a, b)]
            ax.add_patch(
                FancyArrowPatch(
                    *points,
                    arrowstyle="-|>" if b == end else "-",
                    mutation_scale=9,
                    connectionstyle=f"arc3,rad={bend}",
                    patchA=boxes.get(a),
                    patchB=boxes.get(b),
                    shrinkA=0,
                    shrinkB=1 if b == end else 0,
                    color=style.GREY,
                    lw=1.2,
                    zorder=1,
                )
            )
    ax.set(xlim=(-0.75, wide * (columns - 1) + 0.75), ylim=(-tall * high / 2, tall * high / 2))
    ax.set_axis_off()
    return ax


def _draw_node(ax: Axes, node: Node, place: tuple[float, float], gradients: bool) -> Any:
    """Three lines in a box, each in its own colour; the box is drawn around an invisible copy of them."""
    symbol = SYMBOLS.get(node.operation, node.operation)
    title = f"{node.name} = {symbol}" if node.name and symbol else node.name or symbol
    lines = [(title, style.BLACK, "bold")] if title else []
    lines.append((f"→ {_number(node.value)}", style.BLUE, "normal"))
    if gradients and node.gradient is not None:
        lines.append((f"← {_number(node.gradient)}", "#9A4A00", "normal"))
    rim = "round,pad=0.4,rounding_size=0.6" if symbol else "square,pad=0.4"
    frame = {
        "boxstyle": rim,
        "facecolor": "white",
        "edgecolor": style.BLACK if symbol else style.BLUE,
        "lw": 1.2,
    }
    longest = max((text for text, *_ in lines), key=len)
    common: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9}
    ghost = "\n".join([longest] * len(lines))
    box = ax.text(*place, ghost, bbox=frame, alpha=0, zorder=2, linespacing=1.15, **common)
    patch = box.get_bbox_patch()
    if patch is not None:
        patch.set_alpha(1)
    for i, (text, color, weight) in enumerate(lines):
        ax.annotate(
            text,
            place,
            (0, 12.4 * ((len(lines) - 1) / 2 - i) - 0.8),
            textcoords="offset points",
            color=color,
            fontweight=weight,
            zorder=3,
            **common,
        )
    return patch


def _number(value: Any) -> str:
    value = np.asarray(value)
    if value.size == 1:
        return f"{value.item():.4g}".replace("-", "−")
    return str(value.shape)


def layout(
    count: int, edges: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], dict[int, tuple[float, float]], dict[tuple[int, int], list[int]]]:
    """Where to draw what: columns and rows; of each node (x, y), x by columns, y up from the middle; of each edge its stops.

    Stops have numbers from `count` on, and places like nodes.
    """
    layers, routes = _layers(count, edges)
    return (len(layers), max(map(len, layers))), _places(layers, routes), routes


def _layers(
    count: int, edges: Sequence[tuple[int, int]]
) -> tuple[list[list[int]], dict[tuple[int, int], list[int]]]:
    """Each result one column after the last thing it read, what was given right before its first reader.

    A line that passes columns gets a place of its own in each, numbered from `count` on, so that it hits no box.
    """
    readers, sources = defaultdict(list), defaultdict(list)
    for start, end in edges:
        readers[start].append(end)
        sources[end].append(start)
    depth = [0] * count
    for i in range(count):
        depth[i] = max((depth[j] + 1 for j in sources[i]), default=0)
    for i in range(count):
        if not sources[i] and readers[i]:
            depth[i] = min(depth[j] for j in readers[i]) - 1
    layers: list[list[int]] = [[] for _ in range(max(depth, default=0) + 1)]
    for i in range(count):
        layers[depth[i]].append(i)
    routes: dict[tuple[int, int], list[int]] = {}
    following = count
    for start, end in dict.fromkeys(edges):
        passed = range(depth[start] + 1, depth[end])
        routes[start, end] = list(range(following, following + len(passed)))
        for column, stop in zip(passed, routes[start, end], strict=True):
            layers[column].append(stop)
        following += len(passed)
    return layers, routes


def _places(
    layers: list[list[int]], routes: dict[tuple[int, int], list[int]]
) -> dict[int, tuple[float, float]]:
    """Within its column each stands near the middle of its neighbours: a few sweeps there and back."""
    near = defaultdict(list)
    for (start, end), stops in routes.items():
        way = [start, *stops, end]
        for a, b in itertools.pairwise(way):
            near[a].append(b)
            near[b].append(a)
    places = {
        i: (float(x), (len(layer) - 1) / 2 - y) for x, layer in enumerate(layers) for y, i in enumerate(layer)
    }
    for sweep in range(8):
        for x, layer in list(enumerate(layers))[:: 1 if sweep % 2 else -1]:
            middle = {i: np.mean([places[j][1] for j in near[i]] or [places[i][1]]) for i in layer}
            for y, i in enumerate(sorted(layer, key=lambda i: -middle[i])):
                places[i] = (float(x), (len(layer) - 1) / 2 - y)
    return places
