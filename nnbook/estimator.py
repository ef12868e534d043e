"""Estimators: a network with scikit-learn's face, so that everything which searches, splits and scores takes it.

What comes around the training of a network, data scaled by what the training part alone knows, five folds in turn,
forty combinations of width and rate, is in scikit-learn already. It asks of a model the manners of an *estimator*:

    estimator = NeuralClassifier(hidden=(64,), lr=1e-3)     only noted, nothing done
    estimator.fit(X, y)                                     all learnt anew; what was learnt ends in "_"
    estimator.predict(X), estimator.score(X, y)
    clone(estimator)                                        the same settings, nothing learnt

The first and the last are the trick. A search must make a fresh network for each fold and each combination, of a width
that it learns from the data only then; so an estimator holds not a network, but how to *build* one:

    build(n_features, n_outputs, rng) -> Module

With that `cross_val_score`, `GridSearchCV` and `Pipeline` work as with any other model (notebook 15). Searches run on
many cores, or over a cluster, by the engines that joblib knows: n_jobs=-1, ``joblib.parallel_config(backend="dask")``.

Buitinck et al. 2013, "API design for machine learning software: experiences from the scikit-learn project".
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nnbook import models
from nnbook.arrays import Array
from nnbook.datasets.loader import DataLoader
from nnbook.errors import check_choice, check_number, describe, explain, missing_package
from nnbook.gradients import in_float64
from nnbook.losses import CrossEntropyLoss, MSELoss, NLLLoss
from nnbook.module import Module
from nnbook.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from nnbook.softmax import softmax
from nnbook.training import EarlyStopping, fit

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_array, check_random_state
    from sklearn.utils.metaestimators import available_if
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:  # an old one has no validate_data
    raise ImportError(missing_package("nnbook.estimator", "scikit-learn>=1.6")) from error

__all__ = ["NeuralClassifier", "NeuralRegressor"]

_OPTIMIZERS: Any = {rule.__name__.lower(): rule for rule in (SGD, Adagrad, Adadelta, RMSprop, Adam, AdamW)}
_HIDDEN = (64,)


class _NeuralEstimator(BaseEstimator):
    def __init__(
        self, build: Callable[..., Module] | None = None, *, hidden: Sequence[int] = _HIDDEN, loss: Any = None,
        optimizer: str | Callable[..., Any] = "adam", lr: float = 1e-3, batch_size: int = 64, epochs: int = 100,
        patience: int | None = None, validation_fraction: float = 0.1, random_state: Any = None,
        progress: bool | None = False,
    ) -> None:  # fmt: skip
        self.build, self.hidden, self.loss, self.optimizer, self.lr = build, hidden, loss, optimizer, lr
        self.batch_size, self.epochs, self.random_state = batch_size, epochs, random_state
        self.patience, self.validation_fraction, self.progress = patience, validation_fraction, progress

    def _check_settings(self) -> None:
        """Refuse what nobody else will: sizes, numbers and the loss are looked at by those who take them."""
        who, build, hidden = type(self).__name__, self.build, self.hidden
        if build is not None and (isinstance(build, Module) or not callable(build)):
            fix = "Each fit builds a network of its own: pass the function that makes one."
            expected = "build to be a function (n_features, n_outputs, rng)"
            raise TypeError(explain(who, expected, f"a {type(build).__name__}", fix))
        if not isinstance(hidden, (tuple, list)):
            fix = "One layer of 64 is hidden=(64,)."
            raise TypeError(explain(who, "a tuple of sizes as hidden", describe(hidden), fix))
        if build is not None and tuple(hidden) != _HIDDEN:
            fix = "The function decides about all layers: leave hidden out."
            raise ValueError(explain(who, "either build or hidden", f"both, with hidden={hidden}", fix))
        if not callable(self.optimizer):
            check_choice(who, "optimizer", self.optimizer, _OPTIMIZERS)
        check_number(who, "validation_fraction", self.validation_fraction, above=0, below=1)

    def _train(self, X: Array, target: Array, n_outputs: int, loss: Any, stratify: Array | None) -> None:
        weights, split = check_random_state(self.random_state).randint(2**31 - 1, size=2).tolist()
        rng = np.random.default_rng(weights)
        build = self.build or (lambda n, m, rng: models.mlp(n, *self.hidden, m, rng=rng))
        model = build(X.shape[1], n_outputs, rng)
        if not isinstance(model, Module):
            raise TypeError(explain(type(self).__name__, "build to return a Module", describe(model)))
        got, shape = np.shape(model.predict(X[:1])), (1, n_outputs)
        if got != shape:
            expected = f"build({X.shape[1]}, {n_outputs}, rng) to return a model with outputs of shape {shape} for 1 example"
            fix = "Give its last layer n_outputs units."
            raise ValueError(explain(type(self).__name__, expected, f"{got}", fix))
        make = self.optimizer if callable(self.optimizer) else _OPTIMIZERS[self.optimizer]
        validation, callbacks = None, []
        if self.patience is not None:
            options = {"test_size": self.validation_fraction, "random_state": split, "stratify": stratify}
            X, X_val, target, target_val = train_test_split(X, target, **options)
            validation, callbacks = (X_val, target_val), [EarlyStopping(self.patience)]
        loader = DataLoader(X, target, batch_size=self.batch_size, shuffle=True, rng=rng)
        self.history_ = fit(
            model, loader, copy.deepcopy(loss), make(model.parameters(), lr=self.lr), epochs=self.epochs,
            validation=validation, callbacks=callbacks, progress=self.progress,
        )  # fmt: skip
        self.model_ = model

    def _checked(self, *data: Any, **options: Any) -> Any:
        """The data in float32, as scikit-learn would have them; what float32 cannot hold is refused as infinite."""
        with np.errstate(over="ignore", invalid="ignore"):
            checked = validate_data(self, *data, dtype=np.float32, **options)
            if "y_numeric" in options:
                return checked[0], check_array(checked[1], dtype=np.float32, ensure_2d=False, input_name="y")
            return checked

    def _scores(self, X: Any) -> Array:
        """The outputs, in float64: so one row alone gets to 15 digits what it gets among others."""
        check_is_fitted(self)
        return in_float64(self.model_).predict(self._checked(X, reset=False))

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """A fit that fails leaves the estimator as it was. Ctrl-C ends not this fit alone, but the search around it."""
        before = self.__dict__.copy()
        try:
            self._check_settings()
            yield
        except BaseException:
            self.__dict__ = before
            raise
        if self.history_.interrupted:
            raise KeyboardInterrupt(f"{type(self).__name__} was interrupted; model_ holds what it learnt")


class NeuralClassifier(ClassifierMixin, _NeuralEstimator):
    """A network that tells classes apart, as a scikit-learn estimator.

    Parameters
    ----------
    build : callable, optional
        ``build(n_features, n_outputs, rng) -> Module``; n_outputs is the number of classes, and the outputs are logits.
        None builds `nnbook.models.mlp` with `hidden`. A function of a module can be pickled, a lambda cannot.
    hidden : tuple of int
        Sizes of the hidden layers, if `build` is None; ``()`` is a single Linear.
    loss : Loss, optional
        Of scores (N, C) and indices (N,). None is `CrossEntropyLoss`; margins and own losses give no probabilities.
    optimizer : str or callable
        "sgd", "adagrad", "adadelta", "rmsprop", "adam", "adamw"; or what takes parameters and ``lr=``, as
        ``functools.partial(nnbook.AdamW, weight_decay=0.1)``.
    lr, batch_size, epochs : float, int, int
    patience : int, optional
        After so many epochs without a better validation loss training stops; the best epoch's weights are kept.
    validation_fraction : float
        The share of the data (of each class) that is held out for that; unused without `patience`.
    random_state : int, RandomState or None
        Decides weights, order and what is held out; an int gives the same network each time.
    progress : bool, optional
        Whether `nnbook.fit` shows a bar.

    Attributes
    ----------
    classes_ : ndarray
        The labels, sorted; they may be strings. Column i of the probabilities is of ``classes_[i]``.
    model_, history_ : Module, History
        The trained network, and how it went. (`n_features_in_` and `feature_names_in_` are as everywhere.)

    Notes
    -----
    It learns in float32. X is not scaled, and networks mind: put a ``StandardScaler`` before it.
    Ctrl-C keeps what was learnt and raises KeyboardInterrupt, lest a search counts it as a result.

    Examples
    --------
    >>> from sklearn import model_selection, pipeline, preprocessing
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> y = np.where((X**2).sum(axis=1) > 1, "outside", "inside")
    >>> network = NeuralClassifier(lr=0.01, epochs=30, random_state=0)
    >>> model = pipeline.make_pipeline(preprocessing.StandardScaler(), network)
    >>> bool(model_selection.cross_val_score(model, X, y, cv=3).mean() > 0.9)
    True
    """

    def fit(self, X: Any, y: Any) -> NeuralClassifier:
        """Learn X (N, D) and the labels y (N,) from the beginning."""
        with self._all_or_nothing():
            X, y = self._checked(X, y)
            check_classification_targets(y)
            self.classes_, target = np.unique(y, return_inverse=True)
            if len(self.classes_) < 2:
                got, fix = (
                    f"1 class: {y.tolist()[0]!r}",
                    "In cross-validation, stratified folds keep some of each.",
                )
                raise ValueError(explain("NeuralClassifier", "y of two classes or more", got, fix))
            self._train(X, target, len(self.classes_), self.loss or CrossEntropyLoss(), target)
        return self

    def decision_function(self, X: Any) -> Array:
        """The scores (N, C) that are compared; for two classes (N,), by how much the second one's is higher."""
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def predict(self, X: Any) -> Array:
        """The label (N,) with the highest score."""
        scores = self._scores(X)
        return self.classes_[scores.argmax(axis=1)]

    @available_if(lambda self: self.loss is None or isinstance(self.loss, (CrossEntropyLoss, NLLLoss)))
    def predict_proba(self, X: Any) -> Array:
        """The probabilities (N, C) of all classes; only where the loss is a likelihood."""
        return softmax(self._scores(X))


class NeuralRegressor(RegressorMixin, _NeuralEstimator):
    """A network that predicts amounts, one or several at once, as a scikit-learn estimator.

    Parameters, attributes and notes are `NeuralClassifier`'s, without classes and probabilities. The outputs are the
    amounts, and `loss` compares (N, M) with (N, M); None is `MSELoss`, while `HuberLoss` and `L1Loss` mind outliers less.

    Amounts far from 1 take long to reach: scale y, by ``TransformedTargetRegressor(..., transformer=StandardScaler())``.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 100).reshape(100, 1)
    >>> model = NeuralRegressor(lr=0.01, random_state=0).fit(X, np.abs(X[:, 0]))
    >>> model.predict([[-0.5], [0.5]]).round(1)
    array([0.5, 0.5])
    """

    def fit(self, X: Any, y: Any) -> NeuralRegressor:
        """Learn X (N, D) and the amounts y (N,) or (N, M) from the beginning; predictions will have y's shape."""
        with self._all_or_nothing():
            X, y = self._checked(X, y, multi_output=True, y_numeric=True)
            self._one_amount = y.ndim == 1
            y = y.reshape(len(y), -1)
            self._train(X, y, y.shape[1], self.loss or MSELoss(), None)
        return self

    def predict(self, X: Any) -> Array:
        """The amounts: (N,) or (N, M), as y was."""
        scores = self._scores(X)
        return scores[:, 0] if self._one_amount else scores

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
