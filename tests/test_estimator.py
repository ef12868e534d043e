import functools
import os
import pickle
import signal
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import nnbook
from nnbook import models
from nnbook.estimator import NeuralClassifier, NeuralRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 3)) * [1, 10, 100] + [0, 5, -50]
RING = np.array(["low", "middle", "high"])[np.digitize(X[:, 0] ** 2 + X[:, 1] / 10, [0.6, 1.6])]
AMOUNTS = np.stack([X[:, 0] * 2 - 1, X[:, 1] / 10 + X[:, 0], -X[:, 2] / 100], axis=1)
QUICK = {"epochs": 10, "random_state": 0}


def tanh_net(n_features, n_outputs, rng):
    return models.mlp(n_features, 12, n_outputs, activation="tanh", rng=rng)


def scaled(estimator):
    return make_pipeline(StandardScaler(), estimator)


@parametrize_with_checks([NeuralClassifier(), NeuralRegressor()])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@parametrize_with_checks(
    [
        NeuralClassifier(tanh_net, loss=nnbook.MultiMarginLoss(), optimizer=nnbook.RMSprop, lr=3e-3),
        NeuralRegressor(hidden=[16, 16], loss=nnbook.HuberLoss(), optimizer="adamw", batch_size=16),
    ]
)
@pytest.mark.slow
def test_scikit_learns_own_checks_with_other_settings(estimator, check):
    check(estimator)


# What it computes


def test_fit_is_the_training_that_nnbook_does():
    """Nothing happens between: the same network, trained by hand from the same generator, has the same bits."""
    data = X[:, :2].astype(np.float32)
    labels, target = np.unique(RING, return_inverse=True)
    estimator = NeuralClassifier(hidden=(7,), lr=0.02, batch_size=32, epochs=3, random_state=5).fit(
        data, RING
    )
    rng = np.random.default_rng(np.random.RandomState(5).randint(2**31 - 1, size=2)[0])
    model = models.mlp(2, 7, 3, rng=rng)
    loader = nnbook.DataLoader(data, target, batch_size=32, shuffle=True, rng=rng)
    optimizer = nnbook.Adam(model.parameters(), lr=0.02)
    history = nnbook.fit(model, loader, nnbook.CrossEntropyLoss(), optimizer, epochs=3, progress=False)
    assert estimator.history_.to_dict() == history.to_dict()
    for mine, theirs in zip(model.parameters(), estimator.model_.parameters(), strict=True):
        np.testing.assert_array_equal(mine.data, theirs.data)
        assert theirs.data.dtype == np.float32
    np.testing.assert_array_equal(estimator.predict(data), labels[model.predict(data).argmax(axis=1)])


def test_classes_scores_and_probabilities_speak_of_one_thing():
    estimator = scaled(NeuralClassifier(lr=0.01, epochs=60, random_state=0)).fit(X, RING)
    assert estimator.classes_.tolist() == ["high", "low", "middle"]
    scores, shares, labels = estimator.decision_function(X), estimator.predict_proba(X), estimator.predict(X)
    exp = np.exp(scores)
    np.testing.assert_allclose(shares, exp / exp.sum(axis=1, keepdims=True), rtol=1e-12)
    assert shares.dtype == scores.dtype == np.float64
    np.testing.assert_array_equal(labels, estimator.classes_[shares.argmax(axis=1)])
    assert estimator.score(X, RING) == np.mean(labels == RING) > 0.9
    assert log_loss(RING, shares) < 0.4


def test_two_classes_have_one_score():
    y = X[:, 0] > 0.1
    estimator = scaled(NeuralClassifier(lr=0.01, **QUICK)).fit(X, y)
    score, shares = estimator.decision_function(X), estimator.predict_proba(X)
    assert score.shape == (150,)
    np.testing.assert_allclose(score, np.log(shares[:, 1] / shares[:, 0]), rtol=1e-9)
    np.testing.assert_array_equal(estimator.predict(X), score > 0)
    assert estimator.predict(X).dtype == bool
    assert estimator.score(X, y) > 0.9


def test_margins_are_no_probabilities():
    estimator = scaled(
        NeuralClassifier(loss=nnbook.MultiMarginLoss(), lr=0.01, epochs=40, random_state=0)
    ).fit(X, RING)
    assert estimator.score(X, RING) > 0.85
    assert not hasattr(estimator, "predict_proba")
    assert estimator.decision_function(X).shape == (150, 3)


def log_probabilities(n_features, n_outputs, rng):
    return nnbook.Sequential(tanh_net(n_features, n_outputs, rng), nnbook.LogSoftmax())


def test_log_probabilities_become_probabilities():
    data = StandardScaler().fit_transform(X)
    plain = NeuralClassifier(tanh_net, **QUICK).fit(data, RING)
    logarithms = NeuralClassifier(log_probabilities, loss=nnbook.NLLLoss(), **QUICK).fit(data, RING)
    np.testing.assert_allclose(logarithms.predict_proba(data), plain.predict_proba(data), atol=1e-4)


@pytest.mark.parametrize("y", [AMOUNTS[:, 0], AMOUNTS[:, :1], AMOUNTS], ids=["(N,)", "(N, 1)", "(N, 3)"])
def test_predicted_amounts_have_the_shape_of_those_learnt(y):
    estimator = scaled(NeuralRegressor(lr=0.01, epochs=60, random_state=0)).fit(X, y)
    prediction = estimator.predict(X)
    assert prediction.shape == y.shape
    assert prediction.dtype == np.float64
    assert estimator.score(X, y) > 0.97
    np.testing.assert_allclose(prediction, y, atol=1.0)  # each column is that of its own amount


def test_without_hidden_layers_it_is_linear_regression():
    data = StandardScaler().fit_transform(X)
    estimator = NeuralRegressor(hidden=(), lr=0.05, epochs=200, batch_size=150, random_state=0).fit(
        data, AMOUNTS
    )
    np.testing.assert_allclose(
        estimator.predict(data), LinearRegression().fit(data, AMOUNTS).predict(data), atol=1e-2
    )


@pytest.mark.parametrize("estimator", [NeuralClassifier, NeuralRegressor])
def test_one_row_alone_gets_what_it_gets_among_others(estimator):
    y = RING if estimator is NeuralClassifier else AMOUNTS
    model = scaled(estimator(**QUICK)).fit(X, y)
    method = model.decision_function if estimator is NeuralClassifier else model.predict
    np.testing.assert_allclose(
        np.concatenate([method(row[None]) for row in X]), method(X), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "adadelta", "rmsprop", "adam", "adamw"])
def test_optimizers_by_name_are_those_of_nnbook(optimizer):
    rule = {name.lower(): getattr(nnbook, name) for name in dir(nnbook)}[optimizer]
    by_name = NeuralRegressor(optimizer=optimizer, epochs=2, random_state=1).fit(X[:, :1], AMOUNTS)
    by_rule = NeuralRegressor(optimizer=rule, epochs=2, random_state=1).fit(X[:, :1], AMOUNTS)
    assert by_name.history_.loss == by_rule.history_.loss


def test_any_rule_and_its_rate_reach_the_training():
    seen = []

    def rule(params, lr):
        seen.append(nnbook.SGD(params, lr=lr, momentum=0.9))
        return seen[-1]

    NeuralRegressor(optimizer=rule, lr=0.0123, epochs=1).fit(X[:, :1], AMOUNTS[:, 0])
    assert seen[0].lr == 0.0123
    strong = functools.partial(nnbook.AdamW, weight_decay=10.0)
    sizes = [
        sum(float((p.data**2).sum()) for p in NeuralRegressor(optimizer=o, lr=0.01, epochs=50, random_state=0)
            .fit(X[:, :1], AMOUNTS[:, 0]).model_.parameters())
        for o in ("adamw", strong)
    ]  # fmt: skip
    assert sizes[1] < sizes[0] / 2


@pytest.mark.parametrize("estimator", [NeuralClassifier, NeuralRegressor])
def test_patience_stops_early_on_a_part_held_out(estimator):
    classify = estimator is NeuralClassifier
    noise = RNG.integers(0, 2, 150) if classify else RNG.normal(size=150)
    data = RNG.normal(size=(150, 20))
    model = estimator(patience=3, validation_fraction=0.3, lr=0.01, epochs=500, random_state=0).fit(
        data, noise
    )
    history = model.history_
    assert len(history) == history.best("val_loss") + 3 < 500
    assert len(history.val_loss) == len(history)
    train, held_out, _, y = train_test_split(
        data.astype(np.float32), noise, test_size=0.3, stratify=noise if classify else None,
        random_state=np.random.RandomState(0).randint(2**31 - 1, size=2).tolist()[1],
    )  # fmt: skip
    assert (len(train), len(held_out)) == (105, 45)
    loss_fn = nnbook.CrossEntropyLoss() if classify else nnbook.MSELoss()
    y = y if classify else y.astype(np.float32)[:, None]
    measured = nnbook.evaluate(
        model.model_, (held_out, y), loss_fn
    ).loss  # of the best epoch, which was put back
    assert measured == pytest.approx(min(history.val_loss), rel=1e-6)


def test_without_patience_all_data_are_learnt_from():
    model = NeuralRegressor(**QUICK).fit(X[:, :1], AMOUNTS)
    assert model.history_.val_loss == []
    assert len(model.history_) == 10


# Manners


def test_a_seed_makes_the_same_network_each_time_and_none_another():
    fits = [
        NeuralRegressor(epochs=2, random_state=seed).fit(X, AMOUNTS).history_.loss
        for seed in (3, 3, 4, None, None)
    ]
    assert fits[0] == fits[1]
    assert len({tuple(loss) for loss in fits}) == 4
    state = np.random.get_state()  # noqa: NPY002 (scikit-learn's convention for None: NumPy's global generator)
    first = NeuralRegressor(epochs=2).fit(X, AMOUNTS).history_.loss
    np.random.set_state(state)  # noqa: NPY002
    assert NeuralRegressor(epochs=2).fit(X, AMOUNTS).history_.loss == first


def test_copies_in_pickles_predict_the_same_and_clones_know_nothing():
    model = NeuralClassifier(tanh_net, loss=nnbook.CrossEntropyLoss(label_smoothing=0.1), **QUICK).fit(
        X, RING
    )
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.decision_function(X), model.decision_function(X))
    assert repr(again.history_) == repr(model.history_)
    fresh = clone(model)
    assert fresh.get_params().keys() == model.get_params().keys()
    assert fresh.build is tanh_net
    assert fresh.loss.label_smoothing == 0.1
    with pytest.raises(NotFittedError, match=r"^This NeuralClassifier instance is not fitted yet"):
        fresh.predict(X)


def test_the_loss_given_is_left_alone():
    class Counting(nnbook.MSELoss):
        calls = 0

        def forward(self, prediction, target):
            self.calls += 1
            return super().forward(prediction, target)

    loss = Counting()
    model = NeuralRegressor(loss=loss, epochs=2).fit(X, AMOUNTS)
    assert (loss.calls, model.loss) == (0, loss)


def interrupting(n_features, n_outputs, rng):
    class Stop(nnbook.Identity):
        calls = 0

        def forward(self, x):
            Stop.calls += self.training
            if self.training and Stop.calls == 5:  # the second batch of the second epoch
                signal.raise_signal(signal.SIGINT)
            return super().forward(x)

    return nnbook.Sequential(tanh_net(n_features, n_outputs, rng), Stop())


def test_ctrl_c_keeps_what_was_learnt_and_ends_the_search_as_well():
    model = NeuralClassifier(interrupting, **QUICK)
    with pytest.raises(
        KeyboardInterrupt, match=r"^NeuralClassifier was interrupted; model_ holds what it learnt$"
    ):
        model.fit(X, RING)
    assert model.history_.interrupted
    assert len(model.history_) == 1
    assert model.predict(X).shape == (150,)
    with pytest.raises(KeyboardInterrupt):
        cross_val_score(NeuralClassifier(interrupting, **QUICK), X, RING, cv=3)


def test_a_fit_that_fails_leaves_the_estimator_as_it_was():
    model = NeuralClassifier(**QUICK).fit(X, RING)
    before, labels = dict(vars(model)), model.predict(X)
    with pytest.raises(ValueError, match="1 class"):
        model.fit(X[:, :2], np.zeros(150))
    assert vars(model) == before
    np.testing.assert_array_equal(model.predict(X), labels)
    model.set_params(build=too_many)
    with pytest.raises(ValueError, match="outputs of shape"):
        model.fit(X[:, :2], AMOUNTS[:, 0] > 0)
    assert vars(model) == before | {"build": too_many}


def test_it_is_silent_unless_asked(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    NeuralRegressor(epochs=2).fit(X, AMOUNTS)
    assert capsys.readouterr() == ("", "")
    NeuralRegressor(epochs=2, progress=True).fit(X, AMOUNTS)
    assert "epoch 2/2" in "".join(capsys.readouterr())


# In scikit-learn's hands


def test_a_network_in_a_pipeline_is_cross_validated():
    scores = cross_val_score(scaled(NeuralClassifier(lr=0.01, epochs=60, random_state=0)), X, RING, cv=3)
    assert scores.shape == (3,)
    assert scores.min() > 0.75
    target = TransformedTargetRegressor(
        NeuralRegressor(lr=0.01, random_state=0), transformer=StandardScaler()
    )
    assert cross_val_score(scaled(target), X, 1e6 * AMOUNTS[:, 0] + 1e7, cv=3).min() > 0.95


def search():
    def score(estimator, x, y):  # within the function, so that it travels by value
        return {"score": estimator.score(x, y), "process": os.getpid()}

    grid = {"neuralclassifier__hidden": [(1,), (24,)], "neuralclassifier__lr": [1e-6, 0.02]}
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    model = scaled(NeuralClassifier(epochs=25, random_state=0))
    return GridSearchCV(model, grid, cv=folds, scoring=score, refit="score").fit(X, RING)


def processes(found):
    return {int(i) for fold in range(3) for i in found.cv_results_[f"split{fold}_test_process"]}


@functools.cache
def searched():
    return search()


def test_a_search_finds_the_better_settings():
    found = searched()
    assert found.best_params_ == {"neuralclassifier__hidden": (24,), "neuralclassifier__lr": 0.02}
    assert found.best_score_ > 0.75
    assert np.isfinite(found.cv_results_["mean_test_score"]).all()
    assert found.best_estimator_[-1].model_[0].out_features == 24


def same_as_one_after_the_other(found):
    np.testing.assert_array_equal(
        found.cv_results_["mean_test_score"], searched().cv_results_["mean_test_score"]
    )
    assert found.best_params_ == searched().best_params_


def test_a_search_in_threads():
    with joblib.parallel_config(backend="threading", n_jobs=2):
        found = search()
    same_as_one_after_the_other(found)


@pytest.mark.slow
def test_a_search_in_processes():
    with joblib.parallel_config(backend="loky", n_jobs=2):
        found = search()
    assert os.getpid() not in processes(found)
    same_as_one_after_the_other(found)


@pytest.mark.slow
def test_a_search_over_a_dask_cluster(tmp_path, monkeypatch):
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path))  # else it writes its settings into the home folder
    distributed = pytest.importorskip(
        "distributed", reason="dask is not installed: it comes with the extra dev"
    )
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, local_directory=str(tmp_path)
        ) as cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config(backend="dask"),
    ):  # fmt: skip
        workers = set(client.run(os.getpid).values())
        found = search()
    assert os.getpid() not in workers
    assert processes(found) <= workers
    same_as_one_after_the_other(found)


# MLPClassifier stops at max_iter and says that it might have gone on; that is what makes the two trainings equally long.
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer.*reached:sklearn.exceptions.ConvergenceWarning")
def test_it_is_as_good_as_scikit_learns_own_network_on_digits():
    images, digits = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        images / 16, digits, test_size=0.3, random_state=0, stratify=digits
    )
    gaps = []
    for seed in range(3):
        ours = NeuralClassifier(hidden=(64,), lr=1e-3, batch_size=64, epochs=20, random_state=seed)
        theirs = MLPClassifier(
            (64,),
            alpha=0.0,
            learning_rate_init=1e-3,
            batch_size=64,
            max_iter=20,
            n_iter_no_change=20,
            random_state=seed,
        )
        scores = [model.fit(x_train, y_train).score(x_test, y_test) for model in (ours, theirs)]
        assert min(scores) > 0.93
        gaps.append(scores[0] - scores[1])
    assert max(map(abs, gaps)) < 0.025
    assert abs(np.mean(gaps)) < 0.015


# Refusals


def too_many(n_features, n_outputs, rng):
    return models.mlp(n_features, n_outputs + 7, rng=rng)


HIDDEN_64 = "NeuralClassifier expects a tuple of sizes as hidden, but got the int 64. One layer of 64 is hidden=(64,)."
NOT_ITS_RESULT = (
    "NeuralClassifier expects build to be a function (n_features, n_outputs, rng), but got {}. Each fit builds a network of "
    "its own: pass the function that makes one."
)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"hidden": 64}, TypeError, HIDDEN_64),
        ({"hidden": (64, 0)}, ValueError, "mlp expects a whole number size of at least 1, but got size=0."),
        ({"build": nnbook.Linear(3, 3)}, TypeError, NOT_ITS_RESULT.format("a Linear")),
        ({"build": "mlp"}, TypeError, NOT_ITS_RESULT.format("a str")),
        ({"build": tanh_net, "hidden": (5,)}, ValueError,
         "NeuralClassifier expects either build or hidden, but got both, with hidden=(5,). The function decides about all layers: leave hidden out."),
        ({"build": lambda n, m, rng: None}, TypeError, "NeuralClassifier expects build to return a Module, but got None."),
        ({"build": too_many}, ValueError,
         "NeuralClassifier expects build(3, 3, rng) to return a model with outputs of shape (1, 3) for 1 example, but got (1, 10). "
         "Give its last layer n_outputs units."),
        ({"loss": "mse"}, TypeError, "fit expects a loss with a backward as loss_fn, but got the str 'mse'. Make one: nnbook.CrossEntropyLoss()."),
        ({"loss": nnbook.NLLLoss}, TypeError,
         "fit expects a loss with a backward as loss_fn, but got the type <class 'nnbook.likelihood.NLLLoss'>. Make one: NLLLoss()."),
        ({"optimizer": "adm"}, ValueError,
         "NeuralClassifier expects optimizer to be one of 'sgd', 'adagrad', 'adadelta', 'rmsprop', 'adam', 'adamw', but got 'adm'. Did you mean 'adam'?"),
        ({"optimizer": None}, TypeError,
         "NeuralClassifier expects optimizer to be one of 'sgd', 'adagrad', 'adadelta', 'rmsprop', 'adam', 'adamw', but got None."),
        ({"lr": 0}, ValueError, "Adam expects a finite number lr above 0, but got lr=0. Try lr=1e-3."),
        ({"batch_size": 0}, ValueError, "DataLoader expects a whole number batch_size of at least 1, but got batch_size=0."),
        ({"epochs": 2.5}, TypeError, "fit expects a whole number epochs of at least 1, but got the float 2.5."),
        ({"patience": 0}, ValueError, "EarlyStopping expects a whole number patience of at least 1, but got patience=0."),
        ({"patience": 2, "validation_fraction": 1.0}, ValueError,
         "NeuralClassifier expects a finite number validation_fraction above 0 and below 1, but got validation_fraction=1.0."),
        ({"random_state": "7"}, ValueError, "'7' cannot be used to seed a numpy.random.RandomState instance"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_by_fit(settings, error, message):
    estimator = NeuralClassifier(**settings)  # notes everything: a search sets parameters one by one
    before = dict(vars(estimator))
    with pytest.raises(error) as caught:
        estimator.fit(X, RING)
    assert str(caught.value) == message
    assert vars(estimator) == before


@pytest.mark.parametrize(
    ("estimator", "x", "y", "error", "message"),
    [
        (NeuralClassifier(), X, ["a"] * 150, ValueError,
         "NeuralClassifier expects y of two classes or more, but got 1 class: 'a'. In cross-validation, stratified folds keep some of each."),
        (NeuralClassifier(), X, AMOUNTS[:, 0], ValueError,
         "Unknown label type: continuous. Maybe you are trying to fit a classifier, which expects discrete classes on a regression target with "
         "continuous values."),
        (NeuralClassifier(loss=nnbook.MSELoss()), X, RING, ValueError,
         "MSELoss() expects target of the prediction's shape (64, 3), but got shape (64,). If these are class indices, use CrossEntropyLoss."),
        (NeuralRegressor(), X, np.full(150, 1e200), ValueError, "Input y contains infinity or a value too large for dtype('float32')."),
        (NeuralRegressor(), X * 1e300, AMOUNTS, ValueError, "Input X contains infinity or a value too large for dtype('float32')."),
        (NeuralRegressor(loss=nnbook.CrossEntropyLoss()), X, AMOUNTS, ValueError,
         "CrossEntropyLoss() expects class indices of shape (64,) as target, but got float32 array of shape (64, 3). Shares among the classes go "
         "with KLDivLoss, after a LogSoftmax."),
        (NeuralRegressor(), X, AMOUNTS[:-1], ValueError, "Found input variables with inconsistent numbers of samples: [150, 149]"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_are_refused(estimator, x, y, error, message):
    before = dict(vars(estimator))
    with pytest.raises(error) as caught:
        estimator.fit(x, y)
    assert str(caught.value) == message
    assert vars(estimator) == before


# The import


def test_importing_nnbook_loads_no_scikit_learn():
    code = "import nnbook, sys; sys.exit('sklearn' in sys.modules or 'nnbook.estimator' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_scikit_learn_the_message_says_how_to_install_it():
    code = (
        "import sys; sys.modules['sklearn'] = None; import nnbook, nnbook.datasets; import nnbook.estimator"
    )
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert run.stderr.splitlines()[-1] == (
        "ImportError: nnbook.estimator needs the package scikit-learn>=1.6, which is not installed. "
        'Install it: pip install "nnbook[course]"'
    )
