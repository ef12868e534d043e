"""Draw docs/readme.png: two networks, trained here in seconds, and what they have learnt.

python docs/draw_readme_picture.py
"""

import io
import pathlib

import matplotlib

matplotlib.use("agg")

import numpy as np
from matplotlib import pyplot as plt

import nnbook
from nnbook import plots
from nnbook.softmax import softmax

HEIGHT, DPI = 3.9, 150


def digits() -> plt.Figure:
    """Twelve digits of the test: ten that the network reads, two that it takes for others."""
    x_train, y_train, x_test, y_test = nnbook.datasets.digits()
    rng = np.random.default_rng(0)
    model = nnbook.Sequential(
        nnbook.Flatten(), nnbook.Linear(64, 128, rng=rng), nnbook.ReLU(), nnbook.Linear(128, 10, rng=rng)
    )
    nnbook.fit(
        model,
        (x_train, y_train),
        nnbook.CrossEntropyLoss(),
        nnbook.Adam(model.parameters(), lr=0.005),
        epochs=20,
    )
    probabilities = softmax(model.predict(x_test))
    answers = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(answers != y_test)[:2]
    one_of_each = [np.flatnonzero((answers == y_test) & (y_test == digit))[0] for digit in range(10)]
    chosen = [*one_of_each[:5], wrong[0], *one_of_each[5:], wrong[1]]
    titles = [f"{answers[i]} · {_percent(probabilities[i].max())}" for i in chosen]
    for place in (5, 11):
        titles[place] = f"✗ {titles[place]} (a {y_test[chosen[place]]})"
    fig = plots.plot_images(x_test[chosen], titles, columns=4)
    for ax in fig.axes:
        ax.title.set_fontsize(9)
    fig.suptitle(
        f"its answers to digits that it never saw: {_percent(np.mean(answers == y_test))} right", fontsize=11
    )
    fig.get_layout_engine().set(wspace=0.08, hspace=0.08)
    fig.set_size_inches(4.7, HEIGHT)
    return fig


def _percent(share: float) -> str:
    return f"{int(100 * share)} %"  # rounded down: nothing is 100 % sure


def spirals() -> plt.Figure:
    """Two arms of points, and the boundary that a network with two hidden layers winds between them."""
    x, y = nnbook.datasets.spirals(300, turns=1.0, rng=0)
    rng = np.random.default_rng(0)
    model = nnbook.Sequential(
        nnbook.Linear(2, 32, rng=rng),
        nnbook.Tanh(),
        nnbook.Linear(32, 32, rng=rng),
        nnbook.Tanh(),
        nnbook.Linear(32, 2, rng=rng),
    )
    nnbook.fit(model, (x, y), nnbook.CrossEntropyLoss(), nnbook.Adam(model.parameters(), lr=0.01), epochs=150)
    fig, ax = plt.subplots(figsize=(4.1, HEIGHT), layout="constrained", facecolor="white")
    plots.plot_decision_boundary(model, x, y, resolution=400, ax=ax)
    ax.set(
        title="the boundary that it drew between spirals",
        xlabel="first feature",
        ylabel="second feature",
        aspect="equal",
    )
    return fig


def pixels(fig: plt.Figure) -> np.ndarray:  # (H, W, 3)
    """What a figure looks like, as an array."""
    file = io.BytesIO()
    fig.savefig(file, dpi=DPI, facecolor="white")
    file.seek(0)
    return plt.imread(file)[..., :3]


if __name__ == "__main__":
    plots.style.use()
    picture = np.concatenate([pixels(digits()), pixels(spirals())], axis=1)
    plt.imsave(pathlib.Path(__file__).with_name("readme.png"), picture)
