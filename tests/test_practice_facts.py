"""What questions, replies and prompts state as fact, computed."""

import math

import numpy as np
import pytest

import nnbook
from nnbook import practice
from nnbook.practice import nb01_neuron, nb07_backpropagation


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pytest.fixture(scope="module")
def digits():
    return nnbook.datasets.digits(flat=True)


def reader(x, y, epochs, batch_size=64):
    rng = np.random.default_rng(0)
    model = nnbook.Sequential(nnbook.Linear(64, 128, rng=rng), nnbook.ReLU(), nnbook.Linear(128, 10, rng=rng))
    loader = nnbook.DataLoader(x, y, batch_size=batch_size, shuffle=True, rng=rng)
    optimizer = nnbook.Adam(model.parameters(), lr=1e-3)
    nnbook.fit(model, loader, nnbook.CrossEntropyLoss(), optimizer, epochs=epochs, progress=False)
    return model


@pytest.fixture(scope="module")
def network(digits):
    return reader(digits[0], digits[1], epochs=40)


def accuracy(model, x, y):
    return np.mean(model.predict(x).argmax(axis=1) == y)


def certainty(model, x):
    scores = model.predict(x).astype(float)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (shares / shares.sum(axis=1, keepdims=True)).max(axis=1)


def shifted(x, by):
    images = np.zeros_like(x).reshape(-1, 8, 8)
    images[:, :, by:] = x.reshape(-1, 8, 8)[:, :, :-by]
    return images.reshape(-1, 64)


def test_the_digit_network_of_notebook_00(network, digits):
    _, _, x, y = digits
    assert 0.96 <= accuracy(network, x, y) <= 0.985
    assert 0.35 <= accuracy(network, shifted(x, 1), y) <= 0.65, "about half after one pixel"
    assert accuracy(network, shifted(x, 2), y) <= 0.25, "two pixels: near guessing"
    assert accuracy(network, 1 - x, y) <= 0.05, "negatives: nearly all wrong"
    assert np.median(certainty(network, 1 - x)) >= 0.85, "and sure"
    assert certainty(network, np.zeros((1, 64), np.float32))[0] < 0.5, (
        "an empty sheet has an answer too, without ink"
    )


def test_one_weight_moves_a_few_other_answers(network, digits):
    _, _, x, y = digits
    first, last = network[0], network[2]
    h = np.maximum(x @ first.weight.data + first.bias.data, 0)
    weight, bias = last.weight.data.astype(float), last.bias.data.astype(float)
    before = (h @ weight + bias).argmax(axis=1)
    moved = []
    for i in np.flatnonzero(before != y)[:8]:
        unit, change = practice.exercise("start.repair").reference(h[i], weight, bias, y[i])
        repaired = weight.copy()
        repaired[unit, y[i]] += change
        after = (h @ repaired + bias).argmax(axis=1)
        assert after[i] == y[i]
        moved.append(int((after != before).sum()) - 1)
    assert max(moved) >= 1
    assert np.median(moved) <= 10, "a few"
    assert max(moved) <= 0.25 * len(y), "most decisions stay"


def test_twenty_pictures_are_learnt_by_heart_and_others_are_not(digits):
    x_train, y_train, x, y = digits
    model = reader(x_train[:20], y_train[:20], epochs=300, batch_size=20)
    assert accuracy(model, x_train[:20], y_train[:20]) == 1
    assert 0.3 <= accuracy(model, x, y) <= 0.7, "misreads about half of all others"
    assert sum(parameter.data.size for parameter in model.parameters()) == 9610


def test_the_first_loss_is_about_ln_ten(digits):
    model = nnbook.models.mlp(64, 128, 10, rng=0)
    loss = nnbook.CrossEntropyLoss()(model(digits[0]), digits[1])
    assert abs(loss - math.log(10)) < 0.15
    assert round(math.log(10), 4) == 2.3026


def test_training_loss_falls_to_nothing_while_validation_stays_above(digits):
    x_train, y_train, x, y = digits
    rng = np.random.default_rng(0)
    model = nnbook.Sequential(nnbook.Linear(64, 128, rng=rng), nnbook.ReLU(), nnbook.Linear(128, 10, rng=rng))
    loader = nnbook.DataLoader(x_train[:100], y_train[:100], batch_size=20, shuffle=True, rng=rng)
    history = nnbook.fit(
        model,
        loader,
        nnbook.CrossEntropyLoss(),
        nnbook.Adam(model.parameters(), lr=1e-3),
        epochs=300,
        validation=(x, y),
        progress=False,
    )
    assert history.loss[-1] < 0.01
    assert min(history.val_loss) > 0.2


def test_the_best_of_a_hundred_coins():
    rng = np.random.default_rng(0)
    best, fresh = [], []
    for _ in range(300):
        hits = rng.integers(0, 2, (100, 20)).sum(axis=1)
        best.append(hits.max() / 20)
        fresh.append(rng.integers(0, 2, 20).mean())
    assert 0.75 <= np.mean(best) <= 0.85
    assert 0.48 <= np.mean(fresh) <= 0.52
    assert 9_000 < 2**20 / 100 < 11_000, "twenty in twenty among a hundred: one in ten thousand"


def test_no_neuron_gets_xor_and_some_get_three():
    rng = np.random.default_rng(0)
    weights, bias = rng.standard_normal((2, 100_000)), rng.standard_normal(100_000)
    fired = nb01_neuron.CORNERS @ weights + bias >= 0
    right = (fired == np.array([0, 1, 1, 0], bool)[:, None]).sum(axis=0)
    assert right.max() == 3


def test_the_triangle_has_its_corners():
    w1, b1, _, _ = nb01_neuron.triangle()
    sums = np.array([[1, 1], [5, 2], [2, 5]]) @ w1 + b1
    np.testing.assert_array_equal(np.sort(sums, axis=1)[:, :2], 0)
    assert (sums.max(axis=1) > 0).all()
    assert len(nb01_neuron._triangle_points()[0]) > 1800


W1, W2 = np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([[0.40, 0.50], [0.45, 0.55]])
X, TARGET = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])


def two_two_two(w1=W1, w2=W2):
    h = sigmoid(X @ w1 + 0.35)
    y = sigmoid(h @ w2 + 0.60)
    return h, y, ((y - TARGET) ** 2).sum() / 2


def test_the_classic_two_two_two_network():
    h, y, error = two_two_two()
    assert round(error, 10) == 0.2983711088
    delta2 = (y - TARGET) * y * (1 - y)
    assert round((h.T @ delta2)[0, 0], 4) == 0.0822
    nudged = W2.copy()
    nudged[0, 0] += 0.001
    assert round(two_two_two(w2=nudged)[2] - error, 5) == 0.00008
    new_w2 = W2 - 0.5 * h.T @ delta2
    for carried, expected in ((W2, 0.2910277737), (new_w2, 0.2910279239)):
        new_w1 = W1 - 0.5 * X.T @ (delta2 @ carried.T * h * (1 - h))
        assert round(two_two_two(new_w1, new_w2)[2], 10) == expected
    case = practice.exercise("backprop.hidden_gradient").cases()[0]
    np.testing.assert_allclose(case[0], delta2, atol=1e-8)
    np.testing.assert_allclose(case[2], h, atol=1e-8)
    output, target = practice.exercise("backprop.output_gradient").cases()[0]
    np.testing.assert_allclose(output - target, [0.7414, -0.2171], atol=1e-4)
    np.testing.assert_allclose(output, y[0], atol=1e-8)
    np.testing.assert_array_equal(target, TARGET[0])


def test_where_the_two_roads_cancel_in_notebook_07s_stepper():
    for w7, sign in ((0.10, -1), (0.15, 1)):  # two neighbouring positions of its slider
        weights = W2.copy()
        weights[0, 1] = w7
        _, y, _ = two_two_two(w2=weights)
        delta = (y - TARGET[:, ::-1]) * y * (1 - y)  # the targets exchanged
        assert np.sign((delta @ weights.T)[0, 0]) == sign


def test_the_saturated_unit_of_the_three_two_one_network():
    x = np.array([[4.0, 9, 1], [2, 5, 6], [1, 8, 3]])
    target = x @ [2.0, -1, 5]
    h = np.tanh(x @ np.array([[0.5, 0.1]] * 3) + 1)
    y = h.sum(axis=1) + 1
    delta = (2 * (y - target) / 3)[:, None] * (1 - h**2)
    gradient = x.T @ delta
    assert (np.abs(gradient[:, 1]) > 10_000 * np.abs(gradient[:, 0])).all()
    slopes = 1 - h**2
    assert slopes[:, 0].max() < 0.000004
    assert 0.03 < slopes[:, 1].min() < slopes[:, 1].max() < 0.05
    assert (round(h[0, 0], 4), round(h[0, 1], 3)) == (1.0, 0.984)


def test_counting():
    assert practice.exercise("backprop.passes").reference((784, 1000, 10)) == (795_011, 2)
    assert 784 * 1000 + 1000 * 10 == 794_000


@pytest.mark.parametrize("seed", range(10))
def test_the_solution_of_the_xor_task_is_not_lucky(seed):
    weights = nb07_backpropagation.train_xor(np.random.default_rng(seed))
    assert nb07_backpropagation._judge_train_xor(weights, None) is None


def test_the_example_in_the_prompt_of_early_stopping():
    exercise = practice.exercise("training.early_stop")
    assert exercise.reference([0.9, 0.7, 0.8, 0.75, 0.6], 2) == (1, 3)
    assert "the answer is 1, 3" in " ".join(exercise.prompt.split())


def test_the_digit_reader_has_room_above_its_bound(digits):
    exercise = practice.exercise("training.make_reader")
    answers = exercise.reference(*exercise.cases()[0])
    assert np.mean(answers == digits[3]) >= 0.95
    assert (len(digits[0]), len(digits[2])) == (1347, 450)


def test_the_slopes_of_notebook_03():
    y = sigmoid(np.array([0.0, 10.0, 36.0, 37.0]))
    assert (y * (1 - y))[0] == 0.25
    assert round((y * (1 - y))[1], 6) == 0.000045
    assert 5000 < 0.25 / (y * (1 - y))[1] < 6000
    assert y[2] < 1 == y[3], "in float64 it arrives at 1 from 37 on"
    twice = sigmoid(np.linspace(0, 1, 101))
    assert 0.19 < (twice * (1 - twice)).min() < (twice * (1 - twice)).max() <= 0.25, "fed the output twice"
    assert round(1 / np.cosh(10) ** 2, 9) == 8e-9, "tanh at 10"


@pytest.mark.parametrize(
    "other",
    [
        lambda z: (2 / np.pi * np.arctan(np.pi / 2 * z), 1 / (1 + (np.pi / 2 * z) ** 2)),
        lambda z: (z / np.sqrt(1 + z**2), (1 + z**2) ** -1.5),
    ],
    ids=["arctan", "root"],
)
def test_other_squashers_than_the_solution_are_right(other):
    def squash(z):
        return other(z)

    assert practice.exercise("activations.make_squash").check(squash).kind == "right"


def test_the_first_patient_of_the_clinic_climbs():
    x = np.array([[4.0, 9, 1], [2, 5, 6], [1, 8, 3]])
    target = x @ [[2.0], [-1], [5]]
    for sign, after_one, after_hundred in ((-1.5, 240.37, 1026), (1, 236.64, 153)):
        w1, b1, w2, b2 = np.array([[0.5, 0.1]] * 3), np.ones(2), np.ones((2, 1)), np.ones(1)
        losses = []
        for _ in range(101):
            h = np.tanh(x @ w1 + b1)
            y = h @ w2 + b2
            losses.append(np.mean((y - target) ** 2))
            dy = sign * 2 * (y - target) / 3
            dz = dy @ w2.T * (1 - h**2)
            w1, b1 = w1 - 0.001 * x.T @ dz, b1 - 0.001 * dz.sum(axis=0)
            w2, b2 = w2 - 0.001 * h.T @ dy, b2 - 0.001 * dy.sum(axis=0)
        assert round(losses[1], 2) == after_one
        assert round(losses[100]) == after_hundred


def test_the_softmax_that_knows_its_diagonal_only():
    y, dy = np.array([[0.7, 0.2, 0.1]]), np.array([[1.0, 0, 0]])
    right = practice.exercise("clinic.softmax_backward").reference(dy, y)
    np.testing.assert_allclose(right, [[0.21, -0.14, -0.07]])
    np.testing.assert_allclose(dy * y * (1 - y), [[0.21, 0, 0]])


def test_slopes_at_equal_numbers_and_with_ever_smaller_nudges():
    slope = nnbook.numerical_gradient(lambda v: float(v.max()), np.full(4, 0.5))
    np.testing.assert_allclose(slope, 0.5)
    errors = {
        h: abs((math.sin(1 + h) - math.sin(1 - h)) / (2 * h) - math.cos(1)) for h in (0.1, 1e-5, 1e-11, 1e-15)
    }
    assert min(errors, key=errors.get) == 1e-5
    assert errors[0.1] / errors[1e-5] > 1e7, "by a factor of a hundred million, about"


def test_what_notebook_18_says_of_windows():
    sizes = practice.exercise("convolution.sizes").reference
    assert sizes(28, [(5, 2, 0), (3, 1, 1)]) == [12, 12], "the example in the prompt"
    assert sizes(32, [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)]) == [28, 14, 10, 5], "LeNet"
    assert (28 - 5) / 2 == 11.5
    assert (8 - 3 + 1) ** 2 == 36
    assert 64 * 36 == 2304
    windows = nnbook.functional.conv2d_backward(
        np.ones((1, 1, 6, 6)), np.ones((1, 1, 8, 8)), np.ones((1, 1, 3, 3))
    )[0]
    assert (windows[0, 0, 0, 0], windows[0, 0, 0, 4], windows[0, 0, 4, 4]) == (1, 3, 9)


def test_the_finder_of_corners_has_room_and_the_corner_itself_does_not_do():
    from nnbook.practice import nb18_convolution

    pictures, middles = nb18_convolution._puzzles()
    kernel = practice.exercise("convolution.make_finder").reference()
    maps = nnbook.functional.conv2d(pictures[:, None], kernel[None, None])[:, 0]
    at_corner = maps[np.arange(100), middles[:, 0, 0] - 1, middles[:, 0, 1] - 1]
    maps[np.arange(100), middles[:, 0, 0] - 1, middles[:, 0, 1] - 1] = -np.inf
    assert (at_corner - maps.max(axis=(1, 2))).min() > 0.7
    assert np.sum(nb18_convolution._peaks(nb18_convolution.CORNER) == 0) < 50


def test_the_reader_of_moved_digits_has_room_above_its_bound():
    from nnbook.practice import nb19_cnn

    exercise = practice.exercise("cnn.make_mover")
    case, labels = exercise.cases()[0], nb19_cnn._moved_digits()[3]
    assert np.mean(exercise.reference(*case) == labels) >= nb19_cnn.BOUND + 0.02
    near = nb19_cnn._nearest(*case[:3])
    assert 0.5 < np.mean(near == labels) < 0.7, "trained in place"
    assert np.mean(nb19_cnn._nearest(*case[:3], pushed=True) == labels) > 0.97, "the question at the end"


def test_the_numbers_in_the_hints_of_notebook_19():
    assert practice.exercise("cnn.count").reference((1, 8, 8), (16, 32), 3, 10) == 6186
    field = practice.exercise("cnn.receptive_field").reference
    assert field((3, 3), (1, 1)) == 5
    assert field((3, 2, 3), (1, 2, 1)) == 8
    assert field((3, 2), (1, 2)) == 4
    assert 32 * 16 * 3 * 3 == 4608


@pytest.mark.parametrize("seed", range(10))
def test_the_optimiser_of_notebook_12_is_not_lucky(seed):
    task = practice.exercise("optimizers.make_step")
    assert max(task.use(task.reference, seed, 500).values()) < 0.001

    def adagrad(w, g, memory):
        memory["s"] = memory.get("s", 0) + g**2
        return w - g / np.sqrt(memory["s"])

    assert max(task.use(adagrad, seed, 500).values()) < 0.02  # another way


def test_the_numbers_in_the_replies_of_notebook_12():
    v = m = s = 0.0
    for t in range(1, 101):
        v, m, s = 0.9 * v + 1, 0.9 * m + 0.1, 0.999 * s + 0.001
        if t == 1:
            assert round(m / s**0.5, 2) == 3.16
    assert round(v, 3) == 10
    moves = practice.exercise("optimizers.adagrad").reference(np.ones((100, 1)), 0.01, 1e-10)
    assert moves[99] == pytest.approx(moves[0] / 10)
    assert round(100 * 0.9**50, 1) == 0.5
