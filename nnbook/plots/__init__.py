"""Pictures of data, networks and training: each function draws on the axes that it is given, and never shows them.

    style                   the palette, and `style.use()` for a notebook
    plot_history            loss and accuracy, epoch by epoch
    plot_decision_boundary  what a model answers at every point of the plane
    plot_images             a grid of pictures with titles
    plot_weights            a layer's weights as pictures: what each unit looks for
    plot_network            units as circles, weights as lines whose width and colour tell size and sign
    plot_confusion_matrix   what was taken for what
    plot_graph              an expression: what was computed from what, values forward and gradients back
    plot_function           a curve, its slope beside it
    plot_nerve_cell         a nerve cell above the formula that is named after it
    plot_loops              where a loop can lead: to the unit itself, to a neighbour, to an earlier layer
    plot_unrolled           a unit with a loop, and the same unit once for each step

Nothing depends on colour alone: classes differ in shape, signs in line style. matplotlib is imported here, so
``nnbook.plots`` is loaded when it is first asked for.
"""

from nnbook.plots import style
from nnbook.plots.boundary import plot_decision_boundary
from nnbook.plots.cell import plot_nerve_cell
from nnbook.plots.confusion import plot_confusion_matrix
from nnbook.plots.curves import plot_function, plot_history
from nnbook.plots.graph import plot_graph
from nnbook.plots.images import plot_images, plot_weights
from nnbook.plots.network import plot_network
from nnbook.plots.unrolled import plot_loops, plot_unrolled

__all__ = [
    "plot_confusion_matrix",
    "plot_decision_boundary",
    "plot_function",
    "plot_graph",
    "plot_history",
    "plot_images",
    "plot_loops",
    "plot_nerve_cell",
    "plot_network",
    "plot_unrolled",
    "plot_weights",
    "style",
]
