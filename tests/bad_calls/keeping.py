"""Ready-made networks, files, PyTorch, scikit-learn's face: sizes, paths, contents and layers that will not do."""

import numpy as np

import nnbook
from nnbook import models
from tests.bad_calls.rows import FOLDER, Bad, call, model, numbers

SMALL = FOLDER / "small.npz"
OTHER = FOLDER / "other.npz"
CUT = FOLDER / "cut.npz"
TEXT = FOLDER / "text.npz"
nnbook.save(SMALL, nnbook.Linear(2, 3, rng=0), state={"classes": ("a", "b")})
np.savez(OTHER, weight=numbers(2, 3))
CUT.write_bytes(SMALL.read_bytes()[:300])
TEXT.write_text("weights")
reader = models.CharRNN(9, 4, rng=0)
translator = models.EncoderDecoder(9, 7, embedding_dim=4, hidden_size=3, rng=0)
x, y = numbers(12, 3), np.arange(12) % 2


class Own(nnbook.Module):
    """A layer that a file can name but not build, with a setting that no file can hold."""

    def config(self):
        return {"function": np.sin}


def build_nothing(n_features, n_outputs, rng):
    return None


def build_narrow(n_features, n_outputs, rng):
    return nnbook.Linear(n_features, 1, rng=rng)


def classifier(**options):
    return nnbook.NeuralClassifier(epochs=1, random_state=0, **options)


def regressor(**options):
    return nnbook.NeuralRegressor(epochs=1, random_state=0, **options)


ROWS = [
    Bad(models.mlp, call(models.mlp, 64), ValueError,
        "mlp expects two sizes or more, such as mlp(64, 128, 10), but got mlp(64,)."),
    Bad(models.mlp, call(models.mlp, 64, 0), ValueError,
        "mlp expects a whole number size of at least 1, but got size=0."),
    Bad(models.mlp, call(models.mlp, 64, 10, activation="rellu"), ValueError,
        "mlp expects activation to be one of 'relu', 'tanh', 'sigmoid', 'leaky_relu', 'elu', 'gelu', 'silu', "
        "'softplus', 'identity', but got 'rellu'. Did you mean 'relu'?"),
    Bad(models.mlp, call(models.mlp, (64, 128, 10), 3), TypeError,
        "mlp expects a whole number size of at least 1, but got the tuple (64, 128, 10)."),
    Bad(models.mlp, call(models.mlp, 64, 10, dropout=1), ValueError,
        "mlp expects a finite number dropout of at least 0 and below 1, but got dropout=1."),
    Bad(models.lenet, call(models.lenet, (28, 28), 10), ValueError,
        "lenet expects input_shape (C, H, W) and one number of channels or more, but got input_shape=(28, 28), "
        "channels=[8, 16]."),
    Bad(models.lenet, call(models.lenet, 28, 10), TypeError,
        "lenet expects a tuple of whole numbers as input_shape, but got the int 28."),
    Bad(models.lenet, call(models.lenet, (1, 28, 28), 10, channels=8), TypeError,
        "lenet expects a tuple of whole numbers as channels, but got the int 8."),
    Bad(models.lenet, call(models.lenet, (1, 8, 8), 10), ValueError,
        "Conv2d(8, 16, 5) expects images no smaller than its window of 5 × 5, but got shape (1, 8, 2, 2). Take a "
        "smaller kernel_size, or shrink the images less on the way."),
    Bad(models.lenet, call(models.lenet, (1, 28, 28), "10"), TypeError,
        "lenet expects a whole number classes of at least 1, but got the str '10'."),
    Bad(models.char_rnn, call(models.char_rnn, 0), ValueError,
        "Embedding expects a whole number num_embeddings of at least 1, but got num_embeddings=0."),
    Bad(models.char_rnn, call(models.char_rnn, 9, cell="lstn"), ValueError,
        "CharRNN expects cell to be one of 'rnn', 'gru', 'lstm', but got 'lstn'. Did you mean 'lstm'?"),
    Bad(models.char_rnn, call(models.char_rnn, 9, rng="seed"), TypeError,
        "CharRNN expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. Try rng=0."),
    Bad(models.CharRNN, call(models.CharRNN, 9, dropout=1.0), ValueError,
        "Dropout expects a finite number p of at least 0 and below 1, but got p=1.0."),
    Bad(models.CharRNN, call(models.CharRNN, 9, 4.0), TypeError,
        "GRU expects a whole number hidden_size of at least 1, but got the float 4.0."),
    Bad(models.CharRNN, call(reader, np.array([[9, 1]])), IndexError,
        "Embedding(9, 16) expects indices from 0 to 8, but got 9 at position [0, 0]. Count the symbols from 0, "
        "and give padding and unknown ones an index of their own."),
    Bad(models.CharRNN, call(reader.generate, [], 5), ValueError,
        "CharRNN.generate expects a prompt of one index or more, but got float64 array of shape (0,)."),
    Bad(models.CharRNN, call(reader.generate, [[1], [1, 2]], 5), ValueError,
        "CharRNN.generate expects a prompt of one index or more, but got the list [[1], [1, 2]]."),
    Bad(models.CharRNN, call(reader.generate, [1, 2], 5, temperature=0), ValueError,
        "CharRNN.generate expects a finite number temperature above 0, but got temperature=0."),
    Bad(models.EncoderDecoder, call(models.EncoderDecoder, 9, 7, hidden_size=0), ValueError,
        "EncoderDecoder expects a whole number hidden_size of at least 1, but got hidden_size=0."),
    Bad(models.EncoderDecoder, call(models.EncoderDecoder, "9", 7), TypeError,
        "Embedding expects a whole number num_embeddings of at least 1, but got the str '9'."),
    Bad(models.EncoderDecoder, call(translator, np.array([[1, 2]]), np.array([[7]])), IndexError,
        "Embedding(7, 4) expects indices from 0 to 6, but got 7 at position [0, 0]. Count the symbols from 0, and "
        "give padding and unknown ones an index of their own."),
    Bad(models.EncoderDecoder, call(translator, np.array([[1, 2]]), np.array([[1]]), np.ones((1, 2))), TypeError,
        "GRU(4, 3, bidirectional=True) expects mask to hold booleans, True for what is real, but got float64 "
        "array of shape (1, 2). Compare: mask = indices != padding; or mask.astype(bool) if 1 means real."),
    Bad(models.EncoderDecoder, call(translator.translate, [[1], [1, 2]], 1, 5), ValueError,
        "EncoderDecoder.translate expects source (N, S), a row for each sequence, but got the list [[1], [1, 2]]. "
        "Bring them to one length: source, mask = nnbook.datasets.pad_sequences([...])."),
    Bad(models.EncoderDecoder, call(translator.translate, np.array([[1, 2]]), 1, 0), ValueError,
        "EncoderDecoder.translate expects a whole number length of at least 1, but got length=0."),
    Bad(nnbook.summary, call(nnbook.summary, nnbook.Linear, (3,)), TypeError,
        "summary expects a Module first, but got the type <class 'nnbook.linear.Linear'>."),
    Bad(nnbook.summary, call(nnbook.summary, model()), ValueError,
        "summary expects the shape of one example, but got none. Such as summary(model, (1, 28, 28))."),
    Bad(nnbook.summary, call(nnbook.summary, model(), 3), TypeError,
        "summary expects the shape of one example, such as (64,), but got the int 3. A tuple has a comma: (64,)."),
    Bad(nnbook.summary, call(nnbook.summary, model(), (3.0,)), TypeError,
        "summary expects a whole number size in shape of at least 0, but got the float 3.0."),
    Bad(nnbook.summary, call(nnbook.summary, model(), (4,)), ValueError,
        "Linear(3, 4) expects x with 3 features in its last axis, but got shape (1, 4). Let the layer read what "
        "comes: Linear(4, ...)."),
    # files
    Bad(nnbook.save, call(nnbook.save, FOLDER / "model", model()), ValueError,
        f"save expects a path that ends in .npz, but got '{FOLDER}/model'. Nothing is appended to a name: save to "
        f"'model.npz'."),
    Bad(nnbook.save, call(nnbook.save, model(), "small.npz"), TypeError,
        "save expects a Module to save, but got the str 'small.npz'. Write save(path, model)."),
    Bad(nnbook.save, call(nnbook.save, SMALL, None), TypeError,
        "save expects a Module to save, but got None. Write save(path, model)."),
    Bad(nnbook.save, call(nnbook.save, SMALL, Own()), TypeError,
        "save expects numbers, strings, lists, dicts, arrays or the model's own layers in model.function, but got "
        "the ufunc <ufunc 'sin'>. Files hold no code and no pickles."),
    Bad(nnbook.save, call(nnbook.save, SMALL, model(), state={"f": np.sin}), TypeError,
        "save expects numbers, strings, lists, dicts, arrays or the model's own layers in state.f, but got the "
        "ufunc <ufunc 'sin'>. Files hold no code and no pickles."),
    Bad(nnbook.save, call(nnbook.save, None, model()), TypeError,
        "save expects the path of a file, but got None."),
    Bad(nnbook.load, call(nnbook.load, OTHER), ValueError,
        "load expects a whole file that nnbook.save wrote, but got 'other.npz', which has no nnbook.json in it. "
        "It may be a .npz of another kind: np.load reads those."),
    Bad(nnbook.load, call(nnbook.load, CUT), ValueError,
        "load expects a whole file that nnbook.save wrote, but got 'cut.npz', which is cut short, or has "
        "something behind its end. Use another copy of it."),
    Bad(nnbook.load, call(nnbook.load, TEXT), ValueError,
        "load expects a whole file that nnbook.save wrote, but got 'text.npz', which is not a .npz file, or "
        "damaged at its beginning. Use another copy of it."),
    Bad(nnbook.load, call(nnbook.load, 3), TypeError,
        "load expects the path of a file, but got the int 3."),
    Bad(nnbook.load, call(nnbook.load, SMALL, into="model"), TypeError,
        "load expects a Module to load into, but got the str 'model'."),
    Bad(nnbook.load, call(nnbook.load, SMALL, into=nnbook.Linear(2, 4, rng=0)), ValueError,
        "load expects a model that fits 'small.npz', but got one with 3 differences:\n    (the model itself): "
        "out_features=3 in the file, out_features=4 in the model\n    weight: shape (2, 3) in the file, (2, 4) in "
        "the model\n    bias: shape (3,) in the file, (4,) in the model"),
    Bad(nnbook.load, call(nnbook.load, SMALL, into=nnbook.Linear(2, 3, rng=0, dtype=np.float64)), ValueError,
        "load expects a model that fits 'small.npz', but got one with 3 differences:\n    (the model itself): "
        "dtype='float32' in the file, dtype='float64' in the model\n    weight: float32 in the file, float64 in "
        "the model\n    bias: float32 in the file, float64 in the model"),
    Bad(nnbook.load_state, call(nnbook.load_state, OTHER), ValueError,
        "load_state expects a whole file that nnbook.save wrote, but got 'other.npz', which has no nnbook.json in "
        "it. It may be a .npz of another kind: np.load reads those."),
    Bad(nnbook.load_state, call(nnbook.load_state, CUT), ValueError,
        "load_state expects a whole file that nnbook.save wrote, but got 'cut.npz', which is cut short, or has "
        "something behind its end. Use another copy of it."),
    Bad(nnbook.load_state, call(nnbook.load_state, None), TypeError,
        "load_state expects the path of a file, but got None."),
    # and back
    Bad(nnbook.to_torch, call(nnbook.to_torch, None), TypeError,
        "to_torch expects a Module, but got None."),
    Bad(nnbook.to_torch, call(nnbook.to_torch, nnbook.ReLU), TypeError,
        "to_torch expects a Module, but got the type <class 'nnbook.activations.ReLU'>."),
    Bad(nnbook.to_torch, call(nnbook.to_torch, [model()]), TypeError,
        "to_torch expects a Module, but got the list [Sequential(\n    Linear(3, 4),\n    ReLU(),\n    Linear(4, ...."),
    Bad(nnbook.from_torch, call(nnbook.from_torch, None), TypeError,
        "from_torch expects a torch.nn.Module, but got None."),
    Bad(nnbook.from_torch, call(nnbook.from_torch, nnbook.ReLU()), TypeError,
        "from_torch expects a torch.nn.Module, but got the ReLU ReLU()."),
    Bad(nnbook.from_torch, call(nnbook.from_torch, "network"), TypeError,
        "from_torch expects a torch.nn.Module, but got the str 'network'."),
    # scikit-learn
    Bad(nnbook.NeuralClassifier, call(classifier(hidden=64).fit, x, y), TypeError,
        "NeuralClassifier expects a tuple of sizes as hidden, but got the int 64. One layer of 64 is hidden=(64,)."),
    Bad(nnbook.NeuralClassifier, call(classifier(optimizer="adan").fit, x, y), ValueError,
        "NeuralClassifier expects optimizer to be one of 'sgd', 'adagrad', 'adadelta', 'rmsprop', 'adam', "
        "'adamw', but got 'adan'. Did you mean 'adam'?"),
    Bad(nnbook.NeuralClassifier, call(classifier(build=model()).fit, x, y), TypeError,
        "NeuralClassifier expects build to be a function (n_features, n_outputs, rng), but got a Sequential. Each "
        "fit builds a network of its own: pass the function that makes one."),
    Bad(nnbook.NeuralClassifier, call(classifier(build=build_nothing).fit, x, y), TypeError,
        "NeuralClassifier expects build to return a Module, but got None."),
    Bad(nnbook.NeuralClassifier, call(classifier(build=build_narrow).fit, x, y), ValueError,
        "NeuralClassifier expects build(3, 2, rng) to return a model with outputs of shape (1, 2) for 1 example, "
        "but got (1, 1). Give its last layer n_outputs units."),
    Bad(nnbook.NeuralClassifier, call(classifier(build=build_narrow, hidden=(3,)).fit, x, y), ValueError,
        "NeuralClassifier expects either build or hidden, but got both, with hidden=(3,). The function decides "
        "about all layers: leave hidden out."),
    Bad(nnbook.NeuralClassifier, call(classifier().fit, x, np.zeros(12)), ValueError,
        "NeuralClassifier expects y of two classes or more, but got 1 class: 0.0. In cross-validation, stratified "
        "folds keep some of each."),
    Bad(nnbook.NeuralClassifier, call(classifier(lr=0).fit, x, y), ValueError,
        "Adam expects a finite number lr above 0, but got lr=0. Try lr=1e-3."),
    Bad(nnbook.NeuralClassifier, call(classifier(loss=nnbook.MSELoss()).fit, x, y), ValueError,
        "MSELoss() expects target of the prediction's shape (12, 2), but got shape (12,). If these are class "
        "indices, use CrossEntropyLoss."),
    Bad(nnbook.NeuralRegressor, call(regressor(validation_fraction=1.0).fit, x, numbers(12)), ValueError,
        "NeuralRegressor expects a finite number validation_fraction above 0 and below 1, but got "
        "validation_fraction=1.0."),
    Bad(nnbook.NeuralRegressor, call(regressor(hidden=None).fit, x, numbers(12)), TypeError,
        "NeuralRegressor expects a tuple of sizes as hidden, but got None. One layer of 64 is hidden=(64,)."),
    Bad(nnbook.NeuralRegressor, call(regressor(loss="mse").fit, x, numbers(12)), TypeError,
        "fit expects a loss with a backward as loss_fn, but got the str 'mse'. Make one: nnbook.CrossEntropyLoss()."),
    Bad(nnbook.NeuralRegressor, call(regressor(batch_size=0).fit, x, numbers(12)), ValueError,
        "DataLoader expects a whole number batch_size of at least 1, but got batch_size=0."),
]  # fmt: skip
