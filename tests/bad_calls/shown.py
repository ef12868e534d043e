"""Pictures and exercises: what cannot be drawn, and identifiers that do not exist."""

import numpy as np

import nnbook
from nnbook import autograd, plots, practice
from nnbook.practice import catalog
from tests.bad_calls.rows import Bad, call, model, numbers

points = numbers(6, 2)
LABELS = np.arange(6) % 2
flat = nnbook.models.mlp(2, 3, 2, rng=0)
nodes, edges = autograd.graph(autograd.Tensor(2.0, requires_grad=True) * 3.0)
fold = practice.exercise("neuron.fold_bias")
guess = practice.predict("neuron.predict_double")
warm_up = practice.quiz("neuron.warmup")
history = nnbook.History()
history.append(loss=0.5)


def notebook(source, tag="exercise:neuron.fold_bias"):
    return {"cells": [{"cell_type": "code", "source": source, "metadata": {"tags": [tag]}}]}


ROWS = [
    Bad(plots.plot_history, call(plots.plot_history, nnbook.History()), ValueError,
        "plot_history expects a history of one epoch or more, but got the History History(0 epochs). Train first: "
        "history = nnbook.fit(...)."),
    Bad(plots.plot_history, call(plots.plot_history, None), ValueError,
        "plot_history expects a history of one epoch or more, but got None. Train first: history = nnbook.fit(...)."),
    Bad(plots.plot_history, call(plots.plot_history, history, ax="here"), TypeError,
        "A plot expects matplotlib's Axes as ax, or None, but got the str 'here'. Make some: figure, ax = "
        "plt.subplots()."),
    Bad(plots.plot_function, call(plots.plot_function, numbers(3)), TypeError,
        "plot_function expects functions to draw, but got float64 array of shape (3,)."),
    Bad(plots.plot_function, call(plots.plot_function, np.tanh, span=(3, 1)), ValueError,
        "plot_function expects a finite number end of span above 3, but got end of span=1."),
    Bad(plots.plot_function, call(plots.plot_function, np.tanh, span=5), ValueError,
        "plot_function expects span to be (from, to), but got the int 5."),
    Bad(plots.plot_function, call(plots.plot_function, np.tanh, points=1), ValueError,
        "plot_function expects a whole number points of at least 2, but got points=1."),
    Bad(plots.plot_function, call(plots.plot_function, np.sum), ValueError,
        "plot_function expects values of shape (401,), but got float64 array of shape (). Give it an array of "
        "places, it returns the values there: use NumPy's functions, not math's."),
    Bad(plots.plot_decision_boundary, call(plots.plot_decision_boundary, None, points), TypeError,
        "plot_decision_boundary expects a Module or a function of points (P, 2), but got None."),
    Bad(plots.plot_decision_boundary, call(plots.plot_decision_boundary, flat, numbers(6, 3)), ValueError,
        "plot_decision_boundary expects points x of shape (N, 2), but got float64 array of shape (6, 3). Choose "
        "two features to look at: x[:, [0, 1]]."),
    Bad(plots.plot_decision_boundary, call(plots.plot_decision_boundary, flat, points * np.nan), ValueError,
        "plot_decision_boundary expects finite numbers in x, but got NaN or infinity."),
    Bad(plots.plot_decision_boundary, call(plots.plot_decision_boundary, flat, points, LABELS[:5]), ValueError,
        "plot_decision_boundary expects 6 labels, one per point, but got 5."),
    Bad(plots.plot_decision_boundary, call(plots.plot_decision_boundary, flat, points, LABELS - 1), ValueError,
        "plot_decision_boundary expects classes from 0 to 7 in y, but got -1 to 0."),
    Bad(plots.plot_decision_boundary,
        call(plots.plot_decision_boundary, flat, points, LABELS, names=["one"]), ValueError,
        "plot_decision_boundary expects 2 names, one per class, but got 1."),
    Bad(plots.plot_images, call(plots.plot_images, numbers(8, 8)), ValueError,
        "plot_images expects images (N, H, W) or (N, 1, H, W), but got float64 array of shape (8, 8). One image "
        "alone needs the batch's axis: image[np.newaxis]."),
    Bad(plots.plot_images, call(plots.plot_images, numbers(2, 8, 8), ["one"]), ValueError,
        "plot_images expects 2 titles, one per image, but got 1."),
    Bad(plots.plot_images, call(plots.plot_images, numbers(2, 8, 8), columns=0), ValueError,
        "plot_images expects a whole number columns of at least 1, but got columns=0."),
    Bad(plots.plot_images, call(plots.plot_images, "digits"), ValueError,
        "plot_images expects images (N, H, W) or (N, 1, H, W), but got <U6 array of shape ()."),
    Bad(plots.plot_weights, call(plots.plot_weights, numbers(64, 5)), ValueError,
        "plot_weights expects kernels (O, 1, H, W), or a shape, but got float64 array of shape (64, 5). Say what "
        "the layer reads: shape=(8, 8)."),
    Bad(plots.plot_weights, call(plots.plot_weights, numbers(64, 5), (8, 9)), ValueError,
        "plot_weights expects weights (D, M) with D = 8 × 9, but got float64 array of shape (64, 5)."),
    Bad(plots.plot_weights, call(plots.plot_weights, None), ValueError,
        "plot_weights expects kernels (O, 1, H, W), or a shape, but got object array of shape (). Say what the "
        "layer reads: shape=(8, 8)."),
    Bad(plots.plot_network, call(plots.plot_network, None), TypeError,
        "plot_network expects a Module or a list of weight matrices, but got None."),
    Bad(plots.plot_network, call(plots.plot_network, nnbook.ReLU()), ValueError,
        "plot_network expects one Linear layer or weight matrix, or more, but got none."),
    Bad(plots.plot_network, call(plots.plot_network, [numbers(2, 3), numbers(2, 3)]), ValueError,
        "plot_network expects a matrix (in, out) as weights 1, with 3 rows, but got float64 array of shape (2, 3)."),
    Bad(plots.plot_network, call(plots.plot_network, model(), values=[[1, 2]]), ValueError,
        "plot_network expects values of [3, 4, 2] units, layer by layer, but got [2]."),
    Bad(plots.plot_network, call(plots.plot_network, model(), most=2), ValueError,
        "plot_network expects a whole number most of at least 3, but got most=2."),
    Bad(plots.plot_confusion_matrix, call(plots.plot_confusion_matrix, LABELS, LABELS[:5]), ValueError,
        "plot_confusion_matrix expects two arrays of classes of one shape (N,), but got int64 array of shape (6,) "
        "and int64 array of shape (5,)."),
    Bad(plots.plot_confusion_matrix, call(plots.plot_confusion_matrix, LABELS, numbers(6)), ValueError,
        "plot_confusion_matrix expects classes from 0 in y_pred, but got float64 array of shape (6,)."),
    Bad(plots.plot_confusion_matrix, call(plots.plot_confusion_matrix, LABELS - 1, LABELS), ValueError,
        "plot_confusion_matrix expects classes from 0 in y_true, but got int64 array of shape (6,)."),
    Bad(plots.plot_confusion_matrix, call(plots.plot_confusion_matrix, LABELS, LABELS, names=["one"]), ValueError,
        "plot_confusion_matrix expects 2 names or more, but got 1."),
    Bad(plots.plot_nerve_cell, call(plots.plot_nerve_cell, "here"), TypeError,
        "A plot expects matplotlib's Axes as ax, or None, but got the str 'here'. Make some: figure, ax = "
        "plt.subplots()."),
    Bad(plots.plot_nerve_cell, call(plots.plot_nerve_cell, 3), TypeError,
        "A plot expects matplotlib's Axes as ax, or None, but got the int 3. Make some: figure, ax = plt.subplots()."),
    Bad(plots.plot_nerve_cell, call(plots.plot_nerve_cell, []), TypeError,
        "A plot expects matplotlib's Axes as ax, or None, but got the list []. Make some: figure, ax = "
        "plt.subplots()."),
    Bad(plots.plot_graph, call(plots.plot_graph, [], []), TypeError,
        "plot_graph expects a list of one Node or more, but got the list []. Draw a Tensor by "
        "plot_graph(*nnbook.autograd.graph(tensor))."),
    Bad(plots.plot_graph, call(plots.plot_graph, nodes, [(2, 0)]), ValueError,
        "plot_graph expects edges from an earlier to a later one of 3 nodes, but got (2, 0)."),
    Bad(plots.plot_graph, call(plots.plot_graph, nodes, [(0, 9)]), ValueError,
        "plot_graph expects edges from an earlier to a later one of 3 nodes, but got (0, 9)."),
    Bad(plots.plot_graph, call(plots.plot_graph, "nodes", edges), TypeError,
        "plot_graph expects a list of one Node or more, but got the str 'nodes'. Draw a Tensor by "
        "plot_graph(*nnbook.autograd.graph(tensor))."),
    Bad(plots.plot_loops, call(plots.plot_loops, ax="here"), TypeError,
        "A plot expects matplotlib's Axes as ax, or None, but got the str 'here'. Make some: figure, ax = "
        "plt.subplots()."),
    Bad(plots.plot_loops, call(plots.plot_loops, ax=3), TypeError,
        "A plot expects matplotlib's Axes as ax, or None, but got the int 3. Make some: figure, ax = plt.subplots()."),
    Bad(plots.plot_loops, call(plots.plot_loops, ax=[]), TypeError,
        "A plot expects matplotlib's Axes as ax, or None, but got the list []. Make some: figure, ax = "
        "plt.subplots()."),
    Bad(plots.plot_unrolled, call(plots.plot_unrolled, [], [0.0]), ValueError,
        "plot_unrolled expects T inputs, T + 1 states (one before the first step), and T gradients or None, but got "
        "0 inputs, 1 states."),
    Bad(plots.plot_unrolled, call(plots.plot_unrolled, [1.0, 2.0], [0.0, 1.0]), ValueError,
        "plot_unrolled expects T inputs, T + 1 states (one before the first step), and T gradients or None, but got "
        "2 inputs, 2 states."),
    Bad(plots.plot_unrolled, call(plots.plot_unrolled, [1.0], [0.0, 1.0], [1.0, 2.0]), ValueError,
        "plot_unrolled expects T inputs, T + 1 states (one before the first step), and T gradients or None, but got "
        "1 inputs, 2 states, 2 gradients."),
    # exercises
    Bad(practice.fill, call(practice.fill, None), TypeError,
        "practice.fill expects a notebook, a dict with cells, but got None. Read it first: "
        "json.loads(path.read_text())."),
    Bad(practice.fill, call(practice.fill, {}), TypeError,
        "practice.fill expects a notebook, a dict with cells, but got the dict {}. Read it first: "
        "json.loads(path.read_text())."),
    Bad(practice.fill, call(practice.fill, notebook("fold_bias = None")), ValueError,
        "practice.fill expects `def fold_bias` at the top level of the cell tagged exercise:neuron.fold_bias, but "
        "got 'fold_bias = None'."),
    Bad(practice.Exercise, call(fold.hint, 0), ValueError,
        "hint of neuron.fold_bias expects a whole number number of at least 1, but got number=0."),
    Bad(practice.Exercise, call(fold.hint, 99), ValueError,
        "hint of neuron.fold_bias expects a number up to 3, but got 99. See it all: "
        'practice.exercise("neuron.fold_bias").solution().'),
    Bad(practice.Exercise, call(fold.hint, "2"), TypeError,
        "hint of neuron.fold_bias expects a whole number number of at least 1, but got the str '2'."),
    Bad(practice.Quiz, call(guess.answer, "z"), ValueError,
        "practice.predict(\"neuron.predict_double\") expects answer to be one of 'a', 'b', 'c', 'd', but got 'z'."),
    Bad(practice.Quiz, call(guess.answer), ValueError,
        'practice.predict("neuron.predict_double") expects one answer, a letter, but got 0 answers.'),
    Bad(practice.Quiz, call(warm_up.answer, "a", question=0), ValueError,
        'practice.quiz("neuron.warmup") expects a whole number question of at least 1, but got question=0.'),
    Bad(practice.Quiz, call(warm_up.answer, "a", question=9), ValueError,
        'practice.quiz("neuron.warmup") expects up to 3 answers, a letter for each question, but got 1 answer '
        "from question 9 on."),
    Bad(practice.progress, call(practice.progress, "neuron"), TypeError,
        "progress() takes 0 positional arguments but 1 was given"),
    Bad(practice.progress, call(practice.progress, notebook="01_neuron"), TypeError,
        "progress() got an unexpected keyword argument 'notebook'"),
    Bad(practice.progress, call(practice.progress, 1, 2), TypeError,
        "progress() takes 0 positional arguments but 2 were given"),
]  # fmt: skip

# What there is grows with the course, so it is asked for here.
PREFIXES = f"id to be one of {', '.join(map(repr, catalog.prefixes()))}, but got"


def known(kind):
    kinds = {"exercise": ("exercise",), "quiz": ("quiz",), "predict": ("predict", "vote")}
    kinds["fill"], kinds["cells"] = kinds["exercise"], sum(kinds.values(), ())
    found = [
        entry.id for entry in catalog.every("neuron") if getattr(entry, "kind", "exercise") in kinds[kind]
    ]
    return f"practice.{kind} expects id to be one of {', '.join(map(repr, found))}, but got"


for name, near, meant, other, fix in (
    ("exercise", "neuron.fold_bais", "neuron.fold_bias", "neuron.warmup", "a quiz: practice.quiz"),
    ("quiz", "neuron.warmpu", "neuron.warmup", "neuron.fold_bias", "an exercise: practice.exercise"),
    (
        "predict",
        "neuron.predict_doubel",
        "neuron.predict_double",
        "neuron.nand",
        "an exercise: practice.exercise",
    ),
):
    f = getattr(practice, name)
    ROWS += [
        Bad(f, call(f, near), ValueError, f"{known(name)} {near!r}. Did you mean {meant!r}?"),
        Bad(f, call(f, other), ValueError, f'{known(name)} {other!r}. That is {fix}("{other}").'),
        Bad(f, call(f, None), TypeError, f"practice.{name} expects {PREFIXES} None."),
        Bad(f, call(f, [meant]), TypeError, f"practice.{name} expects {PREFIXES} the list [{meant!r}]."),
    ]

ROWS += [
    Bad(practice.cells, call(practice.cells, "neuron.nad"), ValueError,
        f"{known('cells')} 'neuron.nad'. Did you mean 'neuron.nand'?"),
    Bad(practice.cells, call(practice.cells, "neurn.nand"), ValueError,
        f"{known('cells')} 'neurn.nand'. Did you mean 'neuron.nand'?"),
    Bad(practice.cells, call(practice.cells, 7), TypeError, f"practice.cells expects {PREFIXES} the int 7."),
    Bad(practice.fill, call(practice.fill, notebook("def f(): pass", "exercise:neuron.flod_bias")), ValueError,
        f"{known('fill')} 'neuron.flod_bias'. Did you mean 'neuron.fold_bias'?"),
]  # fmt: skip
