"""Layers with weights, windows or chance, and what holds them: Linear, convolution, pooling, normalisation, dropout …"""

import sys

import numpy as np

import nnbook
import nnbook.functional as F
from tests.bad_calls.rows import RAGGED, Bad, assign, call, called, model, numbers

INTS = np.arange(6).reshape(2, 3)
images, signals = numbers(2, 3, 6, 5), numbers(2, 3, 7)
kernels, kernels_1d, kernels_t = numbers(4, 3, 2, 3), numbers(4, 3, 2), numbers(3, 4, 2, 3)
_, dropped = F.dropout(numbers(2, 3), rng=0)
_, normed = F.batch_norm(numbers(5, 3), numbers(3), numbers(3))
_, layered = F.layer_norm(numbers(5, 3), numbers(3), numbers(3))

ROWS = [
    # linear
    Bad(F.linear, call(F.linear, numbers(5, 3), numbers(2, 3)), ValueError,
        "linear expects weight of shape (D, M) with D = 3 as in x, but got shape (2, 3)."),
    Bad(F.linear, call(F.linear, numbers(5, 3), numbers(3, 2), numbers(1)), ValueError,
        "linear expects bias of shape (M,) with M = 2 as in weight, but got shape (1,)."),
    Bad(F.linear, call(F.linear, numbers(5, 3), numbers(3, 2), numbers(5, 2)), ValueError,
        "linear expects bias of shape (M,) with M = 2 as in weight, but got shape (5, 2)."),
    Bad(F.linear, call(F.linear, numbers(5, 3), numbers(3)), ValueError,
        "linear expects weight of shape (D, M) with D = 3 as in x, but got shape (3,)."),
    Bad(F.linear, call(F.linear, np.array(2.0), numbers(3, 2)), ValueError,
        "linear expects x of shape (..., D), but got shape ()."),
    Bad(F.linear, call(F.linear, None, numbers(3, 2)), TypeError,
        "linear expects an array of numbers as x, but got None."),
    Bad(F.linear, call(F.linear, np.array(["a", "b", "c"]), numbers(3, 2)), TypeError,
        "linear expects an array of numbers as x, but got <U1 array of shape (3,)."),
    Bad(F.linear, call(F.linear, numbers(5, 3), nnbook.Parameter(numbers(3, 2))), TypeError,
        "linear expects an array of numbers as weight, but got the Parameter Parameter(shape=(3, 2), "
        "dtype=float64). Its numbers are in weight.data."),
    Bad(F.linear_backward, call(F.linear_backward, numbers(5, 3), numbers(5, 3), numbers(3, 2)), ValueError,
        "linear_backward expects dy of shape (..., M) with ... = (5,) as in x, M = 2 as in weight, but got shape "
        "(5, 3)."),
    Bad(F.linear_backward, call(F.linear_backward, numbers(4, 2), numbers(5, 3), numbers(3, 2)), ValueError,
        "linear_backward expects dy of shape (..., M) with ... = (5,) as in x, M = 2 as in weight, but got shape "
        "(4, 2)."),
    Bad(F.linear_backward, call(F.linear_backward, numbers(2, 5, 2), numbers(5, 2, 3), numbers(3, 2)), ValueError,
        "linear_backward expects dy of shape (..., M) with ... = (5, 2) as in x, M = 2 as in weight, but got "
        "shape (2, 5, 2)."),
    Bad(F.linear_backward, call(F.linear_backward, numbers(5, 2), numbers(5, 3), numbers(4, 2)), ValueError,
        "linear_backward expects weight of shape (D, M) with D = 3 as in x, but got shape (4, 2)."),
    Bad(F.linear_backward, call(F.linear_backward, None, numbers(5, 3), numbers(3, 2)), TypeError,
        "linear_backward expects an array of numbers as dy, but got None."),
    Bad(nnbook.Linear, call(nnbook.Linear, 10**309, 2), ValueError,
        f"Linear expects a whole number in_features of at least 1 and of at most {sys.maxsize}, but got "
        f"in_features={10**309}."),
    Bad(nnbook.Linear, call(nnbook.Linear, 0, 2), ValueError,
        "Linear expects a whole number in_features of at least 1, but got in_features=0."),
    Bad(nnbook.Linear, call(nnbook.Linear, 3, 2.0), TypeError,
        "Linear expects a whole number out_features of at least 1, but got the float 2.0."),
    Bad(nnbook.Linear, call(nnbook.Linear, 3, 2, rng="seed"), TypeError,
        "Linear expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. Try rng=0."),
    Bad(nnbook.Linear, call(nnbook.Linear, 3, 2, rng=-1), ValueError,
        "Linear expects a seed of at least 0 or a numpy.random.Generator as rng, but got the int -1. Try rng=0."),
    Bad(nnbook.Linear, call(nnbook.Linear, "3", 2), TypeError,
        "Linear expects a whole number in_features of at least 1, but got the str '3'."),
    Bad(nnbook.Linear, call(nnbook.Linear(64, 10, rng=0), numbers(2, 1, 8, 8)), ValueError,
        "Linear(64, 10) expects x with 64 features in its last axis, but got shape (2, 1, 8, 8). Flatten the "
        "images first: put nnbook.Flatten() before it, or x.reshape(len(x), -1)."),
    Bad(nnbook.Linear, call(nnbook.Linear(3, 2, rng=0), numbers(3, 5)), ValueError,
        "Linear(3, 2) expects x with 3 features in its last axis, but got shape (3, 5). It looks transposed, "
        "examples go along the first axis: x.T."),
    Bad(nnbook.Linear, call(nnbook.Linear(3, 2, rng=0), numbers(5, 4)), ValueError,
        "Linear(3, 2) expects x with 3 features in its last axis, but got shape (5, 4). Let the layer read what "
        "comes: Linear(4, ...)."),
    Bad(nnbook.Linear, call(nnbook.Linear(1, 2, rng=0), numbers(5)), ValueError,
        "Linear(1, 2) expects x with 1 features in its last axis, but got shape (5,). One feature for each "
        "example makes a column: x.reshape(-1, 1)."),
    Bad(nnbook.Linear, call(nnbook.Linear(3, 2, rng=0), INTS), TypeError,
        "Linear(3, 2) expects floating numbers in x, but got int64 array of shape (2, 3). Convert it first: "
        "x.astype(np.float32)."),
    Bad(nnbook.Linear, call(nnbook.Linear(3, 2, rng=0), None), TypeError,
        "Linear(3, 2) expects floating numbers in x, but got None."),
    Bad(nnbook.Linear, call(nnbook.Linear(3, 2, rng=0), RAGGED), TypeError,
        "Linear(3, 2) expects floating numbers in x, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(nnbook.Linear, call(called(nnbook.Linear(3, 2, rng=0), numbers(5, 3)).backward, numbers(5, 3)), ValueError,
        "Linear(3, 2).backward expects dy of shape (5, 2), but got shape (5, 3). It is the gradient of the loss "
        "with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.Linear, call(called(nnbook.Linear(3, 2, rng=0), numbers(5, 3)).backward, RAGGED), TypeError,
        "Linear(3, 2) expects an array of numbers as dy, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(nnbook.Linear, call(called(nnbook.Linear(3, 2, rng=0), numbers(5, 3)).backward, "dy"), TypeError,
        "Linear(3, 2) expects an array of numbers as dy, but got the str 'dy'."),
    Bad(nnbook.Linear, call(called(nnbook.Linear(3, 2, rng=0), numbers(5, 3)).backward, 1j * numbers(5, 2)), TypeError,
        "Linear(3, 2) expects an array of numbers as dy, but got complex128 array of shape (5, 2)."),
    Bad(nnbook.Linear, call(nnbook.Linear(3, 2, rng=0).predict, RAGGED), ValueError,
        "Linear.predict expects inputs with the same number of examples along axis 0, but got the list [[1.0], "
        "[1.0, 2.0]]."),
    Bad(nnbook.Linear, call(nnbook.Linear(3, 2, rng=0).backward, numbers(5, 2)), IndexError,
        "Linear(3, 2).backward expects one call of the layer, with recording on, for each backward, but got "
        "nothing left to undo. Call the layer first (model.train(); y = model(x)), then backward once."),
    # convolution
    Bad(F.conv2d, call(F.conv2d, images, numbers(4, 2, 2, 3)), ValueError,
        "conv2d expects x (N, C, H, W) with 2 channels in axis 1, but got shape (2, 3, 6, 5). Each kernel reads "
        "every channel (convolution in groups is not offered)."),
    Bad(F.conv2d, call(F.conv2d, images, numbers(4, 3, 2)), ValueError,
        "conv2d expects weight (O, C, kh, kw), but got shape (4, 3, 2)."),
    Bad(F.conv2d, call(F.conv2d, images, numbers(4, 3, 7, 3)), ValueError,
        "conv2d expects images no smaller than its window of 7 × 3, but got shape (2, 3, 6, 5). Take a smaller "
        "kernel_size, or shrink the images less on the way."),
    Bad(F.conv2d, call(F.conv2d, images, kernels, numbers(3)), ValueError,
        "conv2d expects bias of shape (4,), but got shape (3,). Each kernel has one number."),
    Bad(F.conv2d, call(F.conv2d, images, kernels, stride=0), ValueError,
        "conv2d expects a whole number stride of at least 1, but got stride=0."),
    Bad(F.conv2d, call(F.conv2d, images, kernels, padding="sane"), ValueError,
        "conv2d expects padding to be one of 'same', 'valid', but got 'sane'. Did you mean 'same'?"),
    Bad(F.conv2d, call(F.conv2d, images, kernels, stride=2, padding="same"), ValueError,
        "conv2d expects stride 1 with padding='same', but got stride 2. With a larger stride say how many zeros: "
        "padding=1."),
    Bad(F.conv2d, call(F.conv2d, None, kernels), TypeError,
        "conv2d expects an array of numbers as x, but got None."),
    Bad(F.conv2d, call(F.conv2d, [[[[1.0]]]], kernels), TypeError,
        "conv2d expects an array of numbers as x, but got the list [[[[1.0]]]]. Make it one: np.array(x)."),
    Bad(F.conv2d, call(F.conv2d, images, [[[[1.0]]]]), TypeError,
        "conv2d expects an array of numbers as weight, but got the list [[[[1.0]]]]. Make it one: np.array(weight)."),
    Bad(F.conv2d, call(F.conv2d, images, kernels, [1.0, 2.0]), TypeError,
        "conv2d expects an array of numbers as bias, but got the list [1.0, 2.0]. Make it one: np.array(bias)."),
    Bad(F.conv2d, call(F.conv2d, images[0], kernels), ValueError,
        "conv2d expects x (N, C, H, W) with 3 channels in axis 1, but got shape (3, 6, 5). Add the batch's axis: "
        "x[np.newaxis]."),
    Bad(F.conv2d_backward, call(F.conv2d_backward, numbers(2, 4, 5, 4), images, kernels), ValueError,
        "conv2d_backward expects dy of shape (2, 4, 5, 3), but got shape (2, 4, 5, 4)."),
    Bad(F.conv2d_backward, call(F.conv2d_backward, numbers(2, 4, 5, 3), images, kernels, padding=1), ValueError,
        "conv2d_backward expects dy of shape (2, 4, 7, 5), but got shape (2, 4, 5, 3)."),
    Bad(F.conv2d_backward, call(F.conv2d_backward, "dy", images, kernels), TypeError,
        "conv2d_backward expects an array of numbers as dy, but got the str 'dy'."),
    Bad(F.conv2d_backward, call(F.conv2d_backward, numbers(2, 4, 5, 3), images, None), TypeError,
        "conv2d_backward expects an array of numbers as weight, but got None."),
    Bad(F.conv1d, call(F.conv1d, signals, numbers(4, 2, 2)), ValueError,
        "conv1d expects x (N, C, L) with 2 channels in axis 1, but got shape (2, 3, 7). Three axes are batch, "
        "channels, length."),
    Bad(F.conv1d, call(F.conv1d, signals, numbers(4, 3, 9)), ValueError,
        "conv1d expects signals no shorter than its window of 9, but got shape (2, 3, 7). Take a smaller "
        "kernel_size, or shrink the signals less on the way."),
    Bad(F.conv1d, call(F.conv1d, signals, kernels_1d, numbers(1)), ValueError,
        "conv1d expects bias of shape (4,), but got shape (1,). Each kernel has one number."),
    Bad(F.conv1d, call(F.conv1d, signals, kernels_1d, padding=-1), ValueError,
        "conv1d expects a whole number padding of at least 0, but got padding=-1."),
    Bad(F.conv1d, call(F.conv1d, signals, kernels), ValueError,
        "conv1d expects weight (O, C, k), but got shape (4, 3, 2, 3)."),
    Bad(F.conv1d_backward, call(F.conv1d_backward, numbers(2, 4, 5), signals, kernels_1d), ValueError,
        "conv1d_backward expects dy of shape (2, 4, 6), but got shape (2, 4, 5)."),
    Bad(F.conv1d_backward, call(F.conv1d_backward, None, signals, kernels_1d), TypeError,
        "conv1d_backward expects an array of numbers as dy, but got None."),
    Bad(F.conv1d_backward, call(F.conv1d_backward, numbers(2, 4, 6), signals, kernels_1d, stride="2"), TypeError,
        "conv1d_backward expects a whole number stride of at least 1, but got the str '2'."),
    Bad(F.conv_transpose2d, call(F.conv_transpose2d, images, numbers(4, 3, 2, 3)), ValueError,
        "conv_transpose2d expects x (N, C, H, W) with 4 channels in axis 1, but got shape (2, 3, 6, 5). Each "
        "kernel reads every channel (convolution in groups is not offered)."),
    Bad(F.conv_transpose2d, call(F.conv_transpose2d, images, kernels_t, numbers(3)), ValueError,
        "conv_transpose2d expects bias of shape (4,), but got shape (3,). Each kernel has one number."),
    Bad(F.conv_transpose2d, call(F.conv_transpose2d, images, kernels_t, output_padding=1), ValueError,
        "conv_transpose2d expects output_padding below the stride (1, 1), but got (1, 1). More would add rows "
        "that no window reaches."),
    Bad(F.conv_transpose2d, call(F.conv_transpose2d, images, kernels_t, padding=4), ValueError,
        "conv_transpose2d expects padding that leaves something of 7 × 7, but got padding=4. It is cut off on "
        "every side: take less."),
    Bad(F.conv_transpose2d_backward,
        call(F.conv_transpose2d_backward, numbers(2, 4, 7, 6), images, kernels_t), ValueError,
        "conv_transpose2d_backward expects dy of shape (2, 4, 7, 7), but got shape (2, 4, 7, 6)."),
    Bad(F.conv_transpose2d_backward, call(F.conv_transpose2d_backward, None, images, kernels_t), TypeError,
        "conv_transpose2d_backward expects an array of numbers as dy, but got None."),
    Bad(F.conv_transpose2d_backward, call(F.conv_transpose2d_backward, numbers(2, 4, 7, 7), images, "w"), TypeError,
        "conv_transpose2d_backward expects an array of numbers as weight, but got the str 'w'."),
    Bad(nnbook.Conv2d, call(nnbook.Conv2d, 3, 4, 10**309), ValueError,
        f"Conv2d expects a whole number kernel_size of at least 1 and of at most {sys.maxsize}, but got "
        f"kernel_size={10**309}."),
    Bad(nnbook.Conv2d, call(nnbook.Conv2d, 0, 4, 3), ValueError,
        "Conv2d expects a whole number in_channels of at least 1, but got in_channels=0."),
    Bad(nnbook.Conv2d, call(nnbook.Conv2d, 3, 4, (3, 3, 3)), TypeError,
        "Conv2d expects kernel_size as a whole number of at least 1, or a pair (down, across) of them, but got "
        "the tuple (3, 3, 3)."),
    Bad(nnbook.Conv2d, call(nnbook.Conv2d, 3, 4, 3, 2, "same"), ValueError,
        "Conv2d expects stride 1 with padding='same', but got stride 2. With a larger stride say how many zeros: "
        "padding=1."),
    Bad(nnbook.Conv2d, call(nnbook.Conv2d, 3, 4, 3, rng=1.5), TypeError,
        "Conv2d expects a seed of at least 0 or a numpy.random.Generator as rng, but got the float 1.5. Try rng=0."),
    Bad(nnbook.Conv2d, call(nnbook.Conv2d(3, 4, 3, rng=0), numbers(2, 6, 5, 3)), ValueError,
        "Conv2d(3, 4, 3) expects x (N, C, H, W) with 3 channels in axis 1, but got shape (2, 6, 5, 3). The "
        "channels seem to come last: x.transpose(0, 3, 1, 2)."),
    Bad(nnbook.Conv2d, call(nnbook.Conv2d(3, 4, 9, rng=0), images), ValueError,
        "Conv2d(3, 4, 9) expects images no smaller than its window of 9 × 9, but got shape (2, 3, 6, 5). Take a "
        "smaller kernel_size, or shrink the images less on the way."),
    Bad(nnbook.Conv2d, call(nnbook.Conv2d(3, 4, 3, rng=0), np.zeros((2, 3, 6, 5), np.uint8)), TypeError,
        "Conv2d(3, 4, 3) expects floating numbers in x, but got uint8 array of shape (2, 3, 6, 5). Scale grey "
        "values first: x.astype(np.float32) / 255."),
    Bad(nnbook.Conv2d, call(called(nnbook.Conv2d(3, 4, 3, rng=0), images).backward, images), ValueError,
        "Conv2d(3, 4, 3).backward expects dy of shape (2, 4, 4, 3), but got shape (2, 3, 6, 5). It is the "
        "gradient of the loss with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.Conv1d, call(nnbook.Conv1d, 3, 4, (3,)), TypeError,
        "Conv1d expects a whole number kernel_size of at least 1, but got the tuple (3,)."),
    Bad(nnbook.Conv1d, call(nnbook.Conv1d, 3, 4, 3, 0), ValueError,
        "Conv1d expects a whole number stride of at least 1, but got stride=0."),
    Bad(nnbook.Conv1d, call(nnbook.Conv1d(3, 4, 3, rng=0), numbers(2, 7, 3)), ValueError,
        "Conv1d(3, 4, 3) expects x (N, C, L) with 3 channels in axis 1, but got shape (2, 7, 3). The channels "
        "seem to come last: x.transpose(0, 2, 1)."),
    Bad(nnbook.Conv1d, call(nnbook.Conv1d(1, 4, 3, rng=0), numbers(2, 7)), ValueError,
        "Conv1d(1, 4, 3) expects x (N, C, L) with 1 channel in axis 1, but got shape (2, 7). Add the channels' "
        "axis: x[:, np.newaxis]."),
    Bad(nnbook.Conv1d, call(called(nnbook.Conv1d(3, 4, 3, rng=0), signals).backward, signals), ValueError,
        "Conv1d(3, 4, 3).backward expects dy of shape (2, 4, 5), but got shape (2, 3, 7). It is the gradient of "
        "the loss with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.ConvTranspose2d, call(nnbook.ConvTranspose2d, 3, 4, 2, 2, 0, 2), ValueError,
        "ConvTranspose2d expects output_padding below the stride (2, 2), but got (2, 2). More would add rows that "
        "no window reaches."),
    Bad(nnbook.ConvTranspose2d, call(nnbook.ConvTranspose2d, 3, 4, 2, padding="same"), TypeError,
        "ConvTranspose2d expects padding as a whole number of at least 0, or a pair (down, across) of them, but "
        "got the str 'same'."),
    Bad(nnbook.ConvTranspose2d, call(nnbook.ConvTranspose2d(4, 2, 2, rng=0), images), ValueError,
        "ConvTranspose2d(4, 2, 2) expects x (N, C, H, W) with 4 channels in axis 1, but got shape (2, 3, 6, 5). "
        "Let the layer read what comes: ConvTranspose2d(3, ...)."),
    Bad(nnbook.ConvTranspose2d,
        call(called(nnbook.ConvTranspose2d(3, 2, 2, rng=0), images).backward, images), ValueError,
        "ConvTranspose2d(3, 2, 2).backward expects dy of shape (2, 2, 7, 6), but got shape (2, 3, 6, 5). It is "
        "the gradient of the loss with respect to the layer's output, so it has the output's shape."),
    # pooling
    Bad(F.max_pool2d, call(F.max_pool2d, images, kernel_size=7), ValueError,
        "max_pool2d expects images no smaller than its window of 7 × 7, but got shape (2, 3, 6, 5). Take a "
        "smaller kernel_size, or shrink the images less on the way."),
    Bad(F.max_pool2d, call(F.max_pool2d, images, kernel_size=2, stride=-1), ValueError,
        "max_pool2d expects a whole number stride of at least 1, but got stride=-1."),
    Bad(F.max_pool2d, call(F.max_pool2d, signals, kernel_size=2), ValueError,
        "max_pool2d expects x (N, C, H, W), but got shape (2, 3, 7). Add the batch's axis: x[np.newaxis]."),
    Bad(F.max_pool2d, call(F.max_pool2d, "images", kernel_size=2), TypeError,
        "max_pool2d expects an array of numbers as x, but got the str 'images'."),
    Bad(F.max_pool2d, call(F.max_pool2d, [[[[1.0]]]], kernel_size=1), TypeError,
        "max_pool2d expects an array of numbers as x, but got the list [[[[1.0]]]]. Make it one: np.array(x)."),
    Bad(F.max_pool2d_backward, call(F.max_pool2d_backward, images, images, images, kernel_size=2), ValueError,
        "max_pool2d_backward expects dy of shape (2, 3, 3, 2), but got shape (2, 3, 6, 5)."),
    Bad(F.max_pool2d_backward,
        call(F.max_pool2d_backward, numbers(2, 3, 3, 2), images, images, kernel_size=2), ValueError,
        "max_pool2d_backward expects y of shape (2, 3, 3, 2), but got shape (2, 3, 6, 5)."),
    Bad(F.max_pool2d_backward,
        call(F.max_pool2d_backward, None, images, numbers(2, 3, 3, 2), kernel_size=2), TypeError,
        "max_pool2d_backward expects an array of numbers as dy, but got None."),
    Bad(F.avg_pool2d, call(F.avg_pool2d, images, kernel_size="2"), TypeError,
        "avg_pool2d expects kernel_size as a whole number of at least 1, or a pair (down, across) of them, but "
        "got the str '2'."),
    Bad(F.avg_pool2d, call(F.avg_pool2d, images, kernel_size=(2, 9)), ValueError,
        "avg_pool2d expects images no smaller than its window of 2 × 9, but got shape (2, 3, 6, 5). Take a "
        "smaller kernel_size, or shrink the images less on the way."),
    Bad(F.avg_pool2d, call(F.avg_pool2d, None, kernel_size=2), TypeError,
        "avg_pool2d expects an array of numbers as x, but got None."),
    Bad(F.avg_pool2d_backward, call(F.avg_pool2d_backward, images, images, kernel_size=2), ValueError,
        "avg_pool2d_backward expects dy of shape (2, 3, 3, 2), but got shape (2, 3, 6, 5)."),
    Bad(F.avg_pool2d_backward, call(F.avg_pool2d_backward, None, images, kernel_size=2), TypeError,
        "avg_pool2d_backward expects an array of numbers as dy, but got None."),
    Bad(F.avg_pool2d_backward, call(F.avg_pool2d_backward, numbers(2, 3, 3, 2), signals, kernel_size=2), ValueError,
        "avg_pool2d_backward expects x (N, C, H, W), but got shape (2, 3, 7). Add the batch's axis: x[np.newaxis]."),
    Bad(F.global_avg_pool2d, call(F.global_avg_pool2d, signals), ValueError,
        "global_avg_pool2d expects x (N, C, H, W), but got shape (2, 3, 7). Add the batch's axis: x[np.newaxis]."),
    Bad(F.global_avg_pool2d, call(F.global_avg_pool2d, numbers(2, 3, 0, 5)), ValueError,
        "global_avg_pool2d expects images no smaller than its window of 1 × 1, but got shape (2, 3, 0, 5). Take a "
        "smaller kernel_size, or shrink the images less on the way."),
    Bad(F.global_avg_pool2d, call(F.global_avg_pool2d, None), TypeError,
        "global_avg_pool2d expects an array of numbers as x, but got None."),
    Bad(F.global_avg_pool2d_backward, call(F.global_avg_pool2d_backward, numbers(3, 2), images), ValueError,
        "global_avg_pool2d_backward expects dy of shape (2, 3), but got shape (3, 2)."),
    Bad(F.global_avg_pool2d_backward, call(F.global_avg_pool2d_backward, "dy", images), TypeError,
        "global_avg_pool2d_backward expects an array of numbers as dy, but got the str 'dy'."),
    Bad(F.global_avg_pool2d_backward, call(F.global_avg_pool2d_backward, numbers(2, 3), signals), ValueError,
        "global_avg_pool2d_backward expects x (N, C, H, W), but got shape (2, 3, 7). Add the batch's axis: "
        "x[np.newaxis]."),
    Bad(nnbook.MaxPool2d, call(nnbook.MaxPool2d, 0), ValueError,
        "MaxPool2d expects a whole number kernel_size of at least 1, but got kernel_size=0."),
    Bad(nnbook.MaxPool2d, call(nnbook.MaxPool2d(2), INTS), TypeError,
        "MaxPool2d(2) expects floating numbers in x, but got int64 array of shape (2, 3). Convert it first: "
        "x.astype(np.float32)."),
    Bad(nnbook.MaxPool2d, call(nnbook.MaxPool2d(6), images), ValueError,
        "MaxPool2d(6) expects images no smaller than its window of 6 × 6, but got shape (2, 3, 6, 5). Take a "
        "smaller kernel_size, or shrink the images less on the way."),
    Bad(nnbook.MaxPool2d, call(called(nnbook.MaxPool2d(2), images).backward, images), ValueError,
        "MaxPool2d(2).backward expects dy of shape (2, 3, 3, 2), but got shape (2, 3, 6, 5). It is the gradient "
        "of the loss with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.AvgPool2d, call(nnbook.AvgPool2d, 2.5), TypeError,
        "AvgPool2d expects kernel_size as a whole number of at least 1, or a pair (down, across) of them, but got "
        "the float 2.5."),
    Bad(nnbook.AvgPool2d, call(nnbook.AvgPool2d(2), signals), ValueError,
        "AvgPool2d(2) expects x (N, C, H, W), but got shape (2, 3, 7). Add the batch's axis: x[np.newaxis]."),
    Bad(nnbook.AvgPool2d, call(called(nnbook.AvgPool2d(2), images).backward, images), ValueError,
        "AvgPool2d(2).backward expects dy of shape (2, 3, 3, 2), but got shape (2, 3, 6, 5). It is the gradient "
        "of the loss with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.GlobalAvgPool2d, call(nnbook.GlobalAvgPool2d(), signals), ValueError,
        "GlobalAvgPool2d() expects x (N, C, H, W), but got shape (2, 3, 7). Add the batch's axis: x[np.newaxis]."),
    Bad(nnbook.GlobalAvgPool2d, call(nnbook.GlobalAvgPool2d(), numbers(2, 3, 0, 0)), ValueError,
        "GlobalAvgPool2d() expects images no smaller than its window of 1 × 1, but got shape (2, 3, 0, 0). Take a "
        "smaller kernel_size, or shrink the images less on the way."),
    Bad(nnbook.GlobalAvgPool2d, call(called(nnbook.GlobalAvgPool2d(), images).backward, images), ValueError,
        "GlobalAvgPool2d().backward expects dy of shape (2, 3), but got shape (2, 3, 6, 5). It is the gradient of "
        "the loss with respect to the layer's output, so it has the output's shape."),
    # normalisation
    Bad(F.batch_norm, call(F.batch_norm, numbers(5, 3), numbers(2), numbers(3)), ValueError,
        "batch_norm expects weight of shape (C,) with C = 3 as in x, but got shape (2,)."),
    Bad(F.batch_norm, call(F.batch_norm, numbers(5, 3), numbers(3), numbers(1)), ValueError,
        "batch_norm expects bias of shape (C,) with C = 3 as in x, but got shape (1,)."),
    Bad(F.batch_norm, call(F.batch_norm, numbers(1, 3), numbers(3), numbers(3)), ValueError,
        "batch_norm expects more than one value for each channel in training, but got shape (1, 3). One value has "
        "no variance: take larger batches (DataLoader(..., drop_last=True)), or model.eval()."),
    Bad(F.batch_norm, call(F.batch_norm, numbers(3), numbers(3), numbers(3)), ValueError,
        "batch_norm expects x of shape (N, C, ...), but got shape (3,)."),
    Bad(F.batch_norm, call(F.batch_norm, numbers(5, 3), numbers(3), numbers(3), eps=-1.0), ValueError,
        "batch_norm expects a finite number eps of at least 0, but got eps=-1.0."),
    Bad(F.batch_norm_backward, call(F.batch_norm_backward, numbers(4, 3), numbers(3), normed), ValueError,
        "batch_norm_backward expects dy of 5 numbers for each channel, as x had, but got shape (4, 3)."),
    Bad(F.batch_norm_backward, call(F.batch_norm_backward, numbers(5, 3), numbers(2), normed), ValueError,
        "batch_norm_backward expects weight of shape (C,) with C = 3 as in saved.mean, but got shape (2,)."),
    Bad(F.batch_norm_backward, call(F.batch_norm_backward, numbers(5, 3), numbers(3), None), TypeError,
        "batch_norm_backward expects the BatchNormSaved that batch_norm returned as saved, but got None. It comes "
        "second: y, saved = batch_norm(...)."),
    Bad(F.batch_norm_fixed, call(F.batch_norm_fixed, numbers(5, 3), *[numbers(3)] * 3, numbers(2)), ValueError,
        "batch_norm_fixed expects var of shape (C,) with C = 3 as in x, but got shape (2,)."),
    Bad(F.batch_norm_fixed, call(F.batch_norm_fixed, numbers(5, 3), *[numbers(3)] * 2, None, numbers(3)), TypeError,
        "batch_norm_fixed expects an array of numbers as mean, but got None."),
    Bad(F.batch_norm_fixed, call(F.batch_norm_fixed, numbers(5, 2), *[numbers(3)] * 4), ValueError,
        "batch_norm_fixed expects weight of shape (C,) with C = 2 as in x, but got shape (3,)."),
    Bad(F.batch_norm_fixed_backward,
        call(F.batch_norm_fixed_backward, numbers(4, 3), numbers(5, 3), *[numbers(3)] * 3), ValueError,
        "batch_norm_fixed_backward expects dy of shape (N, C, ...) with N = 5 as in x, C = 3 as in x, but got "
        "shape (4, 3)."),
    Bad(F.batch_norm_fixed_backward,
        call(F.batch_norm_fixed_backward, "dy", numbers(5, 3), *[numbers(3)] * 3), TypeError,
        "batch_norm_fixed_backward expects an array of numbers as dy, but got the str 'dy'."),
    Bad(F.batch_norm_fixed_backward,
        call(F.batch_norm_fixed_backward, *[numbers(5, 3)] * 2, *[numbers(3)] * 3, eps="1"), TypeError,
        "batch_norm_fixed_backward expects a finite number eps of at least 0, but got the str '1'."),
    Bad(F.layer_norm, call(F.layer_norm, numbers(4, 6), numbers(3), numbers(3)), ValueError,
        "layer_norm expects x whose last axes are those of weight, (3,), but got shape (4, 6)."),
    Bad(F.layer_norm, call(F.layer_norm, numbers(4, 6), numbers(6), numbers(1)), ValueError,
        "layer_norm expects bias of shape (6,), but got shape (1,)."),
    Bad(F.layer_norm, call(F.layer_norm, numbers(4, 6), numbers(4, 6).T, numbers(6)), ValueError,
        "layer_norm expects x whose last axes are those of weight, (6, 4), but got shape (4, 6)."),
    Bad(F.layer_norm, call(F.layer_norm, RAGGED, numbers(6), numbers(6)), TypeError,
        "layer_norm expects an array of numbers as x, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(F.layer_norm_backward, call(F.layer_norm_backward, numbers(4, 3), numbers(3), layered), ValueError,
        "layer_norm_backward expects dy of 15 numbers, the last axes (3,), as x had, but got shape (4, 3)."),
    Bad(F.layer_norm_backward, call(F.layer_norm_backward, numbers(3, 5), numbers(3), layered), ValueError,
        "layer_norm_backward expects dy of 15 numbers, the last axes (3,), as x had, but got shape (3, 5)."),
    Bad(F.layer_norm_backward, call(F.layer_norm_backward, numbers(5, 3), numbers(3), normed), TypeError,
        "layer_norm_backward expects the LayerNormSaved that layer_norm returned as saved, but got another "
        "one's, BatchNormSaved. It comes second: y, saved = layer_norm(...)."),
    Bad(F.layer_norm_backward, call(F.layer_norm_backward, numbers(5, 3), numbers(5, 3), layered), ValueError,
        "layer_norm_backward expects weight of 3 numbers, as forward had, but got shape (5, 3)."),
    Bad(F.layer_norm_backward, call(F.layer_norm_backward, None, numbers(3), layered), TypeError,
        "layer_norm_backward expects an array of numbers as dy, but got None."),
    Bad(nnbook.BatchNorm1d, call(nnbook.BatchNorm1d, -1), ValueError,
        "BatchNorm1d expects a whole number num_features of at least 1, but got num_features=-1."),
    Bad(nnbook.BatchNorm1d, call(nnbook.BatchNorm1d, 3, momentum=1.1), ValueError,
        "BatchNorm1d expects a finite number momentum of at least 0 and of at most 1, but got momentum=1.1. It is "
        "the share of the new batch, as in PyTorch; Keras means 1 - momentum."),
    Bad(nnbook.BatchNorm1d, call(nnbook.BatchNorm1d(3), numbers(1, 3)), ValueError,
        "BatchNorm1d(3) expects more than one value for each channel in training, but got shape (1, 3). One value "
        "has no variance: take larger batches (DataLoader(..., drop_last=True)), or model.eval()."),
    Bad(nnbook.BatchNorm1d, call(nnbook.BatchNorm1d(3), images), ValueError,
        "BatchNorm1d(3) expects x (N, 3) or (N, 3, L), but got shape (2, 3, 6, 5). For images take BatchNorm2d(3)."),
    Bad(nnbook.BatchNorm1d, call(nnbook.BatchNorm1d(3), INTS), TypeError,
        "BatchNorm1d(3) expects floating numbers in x, but got int64 array of shape (2, 3). Convert it first: "
        "x.astype(np.float32)."),
    Bad(nnbook.BatchNorm1d, call(called(nnbook.BatchNorm1d(3), numbers(5, 3)).backward, numbers(3, 5)), ValueError,
        "BatchNorm1d(3).backward expects dy of shape (5, 3), but got shape (3, 5). It is the gradient of the loss "
        "with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.BatchNorm2d, call(nnbook.BatchNorm2d, 3, eps=0), ValueError,
        "BatchNorm2d expects a finite number eps above 0, but got eps=0."),
    Bad(nnbook.BatchNorm2d, call(nnbook.BatchNorm2d(4), images), ValueError,
        "BatchNorm2d(4) expects x (N, C, H, W) with 4 channels in axis 1, but got shape (2, 3, 6, 5). Let the "
        "layer read what comes: BatchNorm2d(3, ...)."),
    Bad(nnbook.BatchNorm2d, call(nnbook.BatchNorm2d(3), numbers(1, 3, 1, 1)), ValueError,
        "BatchNorm2d(3) expects more than one value for each channel in training, but got shape (1, 3, 1, 1). One "
        "value has no variance: take larger batches (DataLoader(..., drop_last=True)), or model.eval()."),
    Bad(nnbook.BatchNorm2d, call(nnbook.BatchNorm2d(3), signals), ValueError,
        "BatchNorm2d(3) expects x (N, C, H, W) with 3 channels in axis 1, but got shape (2, 3, 7). An axis is "
        "missing, the batch's or the channels': x has to have both, also where one is 1."),
    Bad(nnbook.LayerNorm, call(nnbook.LayerNorm, ()), ValueError,
        "LayerNorm expects one size or more in normalized_shape, but got the tuple ()."),
    Bad(nnbook.LayerNorm, call(nnbook.LayerNorm, (3, 0)), ValueError,
        "LayerNorm expects a whole number normalized_shape of at least 1, but got normalized_shape=0."),
    Bad(nnbook.LayerNorm, call(nnbook.LayerNorm(3), numbers(5, 6)), ValueError,
        "LayerNorm(3) expects x whose last axis is (3,), but got shape (5, 6). Let the layer read what comes: "
        "LayerNorm(6)."),
    Bad(nnbook.LayerNorm, call(nnbook.LayerNorm((2, 3)), numbers(5, 6)), ValueError,
        "LayerNorm((2, 3)) expects x whose last 2 axes are (2, 3), but got shape (5, 6). Let the layer read what "
        "comes: LayerNorm((5, 6))."),
    # chance
    Bad(F.dropout, call(F.dropout, numbers(3), p=1.0), ValueError,
        "dropout expects a finite number p of at least 0 and below 1, but got p=1.0."),
    Bad(F.dropout, call(F.dropout, numbers(3), rng="seed"), TypeError,
        "dropout expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. Try rng=0."),
    Bad(F.dropout, call(F.dropout, "x"), TypeError,
        "dropout expects an array of numbers as x, but got the str 'x'."),
    Bad(F.dropout_backward, call(F.dropout_backward, numbers(3, 2), dropped), ValueError,
        "dropout_backward expects dy of saved.mask's shape (2, 3), but got shape (3, 2)."),
    Bad(F.dropout_backward, call(F.dropout_backward, None, dropped), TypeError,
        "dropout_backward expects an array of numbers as dy, but got None."),
    Bad(F.dropout_backward, call(F.dropout_backward, numbers(2, 3), dropped.mask), TypeError,
        "dropout_backward expects the DropoutSaved that dropout returned as saved, but got float64 array of shape "
        "(2, 3). It comes second: y, saved = dropout(...)."),
    Bad(F.gaussian_noise, call(F.gaussian_noise, numbers(3), std=-0.1), ValueError,
        "gaussian_noise expects a finite number std of at least 0, but got std=-0.1."),
    Bad(F.gaussian_noise, call(F.gaussian_noise, numbers(3), std=None), TypeError,
        "gaussian_noise expects a finite number std of at least 0, but got None."),
    Bad(F.gaussian_noise, call(F.gaussian_noise, None, std=0.1), TypeError,
        "gaussian_noise expects an array of numbers as x, but got None."),
    Bad(F.gaussian_noise, call(F.gaussian_noise, numbers(3), std=0.1, rng=-3), ValueError,
        "gaussian_noise expects a seed of at least 0 or a numpy.random.Generator as rng, but got the int -3. Try "
        "rng=0."),
    Bad(nnbook.Dropout, call(nnbook.Dropout, 1), ValueError,
        "Dropout expects a finite number p of at least 0 and below 1, but got p=1."),
    Bad(nnbook.Dropout, call(nnbook.Dropout, 10**309), ValueError,
        f"Dropout expects a finite number p of at least 0 and below 1, but got p={10**309}."),
    Bad(nnbook.Dropout, call(nnbook.Dropout, -0.5), ValueError,
        "Dropout expects a finite number p of at least 0 and below 1, but got p=-0.5."),
    Bad(nnbook.Dropout, call(nnbook.Dropout, 0.5, rng=True), TypeError,
        "Dropout expects a seed of at least 0 or a numpy.random.Generator as rng, but got the bool True. Try rng=0."),
    Bad(nnbook.Dropout, call(nnbook.Dropout(rng=0), INTS), TypeError,
        "Dropout() expects floating numbers in x, but got int64 array of shape (2, 3). Convert it first: "
        "x.astype(np.float32)."),
    Bad(nnbook.GaussianNoise, call(nnbook.GaussianNoise, -1), ValueError,
        "GaussianNoise expects a finite number std of at least 0, but got std=-1."),
    Bad(nnbook.GaussianNoise, call(nnbook.GaussianNoise, 0.1, rng="0"), TypeError,
        "GaussianNoise expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str '0'. Try "
        "rng=0."),
    Bad(nnbook.GaussianNoise, call(nnbook.GaussianNoise(0.1, rng=0), INTS), TypeError,
        "GaussianNoise(0.1) expects floating numbers in x, but got int64 array of shape (2, 3). Convert it first: "
        "x.astype(np.float32)."),
    Bad(nnbook.GaussianNoise,
        call(called(nnbook.GaussianNoise(0.1, rng=0), numbers(2)).backward, numbers(3)), ValueError,
        "GaussianNoise(0.1).backward expects dy of shape (2,), but got shape (3,). It is the gradient of the loss "
        "with respect to the layer's output, so it has the output's shape."),
    # what holds them
    Bad(nnbook.Parameter, call(nnbook.Parameter, np.arange(3)), TypeError,
        "Parameter expects floating numbers, but got int64 array of shape (3,). Use data.astype(np.float32)."),
    Bad(nnbook.Parameter, call(nnbook.Parameter, "warm"), TypeError,
        "Parameter expects an array of numbers as data, but got the str 'warm'."),
    Bad(nnbook.Parameter, call(nnbook.Parameter, RAGGED), TypeError,
        "Parameter expects an array of numbers as data, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(nnbook.Parameter, call(assign, nnbook.Parameter(numbers(3)), "data", numbers(1)), ValueError,
        "Parameter.data expects an array of shape (3,), but got float64 array of shape (1,)."),
    Bad(nnbook.Parameter, call(assign, nnbook.Parameter(numbers(3)), "grad", None), TypeError,
        "Parameter.grad expects an array of numbers as value, but got None."),
    Bad(nnbook.Buffer, call(nnbook.Buffer, None), TypeError,
        "Buffer expects an array of numbers as data, but got None."),
    Bad(nnbook.Buffer, call(nnbook.Buffer, RAGGED), TypeError,
        "Buffer expects an array of numbers as data, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(nnbook.Buffer, call(assign, nnbook.Buffer(numbers(3)), "data", numbers(4)), ValueError,
        "Buffer.data expects an array of shape (3,), but got float64 array of shape (4,)."),
    Bad(nnbook.Module, call(nnbook.Module(), numbers(3)), NotImplementedError,
        "Module has no forward: write def forward(self, x)"),
    Bad(nnbook.Module, call(nnbook.Module().backward, numbers(3)), NotImplementedError,
        "Module has no backward: write def backward(self, dy)"),
    Bad(nnbook.Module, call(nnbook.Module().predict, numbers(3), batch_size=0), ValueError,
        "Module.predict expects a whole number batch_size of at least 1, but got batch_size=0."),
    Bad(nnbook.Module, call(model().predict), ValueError,
        "Sequential.predict expects inputs with the same number of examples along axis 0, but got none."),
    Bad(nnbook.Module, call(model().predict, numbers(5, 3), numbers(4, 3)), ValueError,
        "Sequential.predict expects inputs with the same number of examples along axis 0, but got float64 array "
        "of shape (5, 3), float64 array of shape (4, 3)."),
    Bad(nnbook.Sequential, call(nnbook.Sequential), ValueError,
        "Sequential expects one layer or more, but got none."),
    Bad(nnbook.Sequential, call(nnbook.Sequential, nnbook.ReLU), TypeError,
        "Sequential expects a Module as layer 0, but got the type <class 'nnbook.activations.ReLU'>. Make one: "
        "ReLU(...)."),
    Bad(nnbook.Sequential, call(nnbook.Sequential, [nnbook.ReLU(), nnbook.Tanh()]), TypeError,
        "Sequential expects a Module as layer 0, but got the list [ReLU(), Tanh()]. Pass the layers one by one: "
        "Sequential(*layers)."),
    Bad(nnbook.Sequential, call(model(), numbers(5, 4)), ValueError,
        "Linear(3, 4) expects x with 3 features in its last axis, but got shape (5, 4). Let the layer read what "
        "comes: Linear(4, ...)."),
    Bad(nnbook.Sequential, call(called(model(), numbers(5, 3)).backward, numbers(5, 3)), ValueError,
        "Sequential(\n    Linear(3, 4),\n    ReLU(),\n    Linear(4, 2),\n).backward expects dy of shape (5, 2), but "
        "got shape (5, 3). It is the gradient of the loss with respect to the layer's output, so it has the "
        "output's shape."),
    Bad(nnbook.Sequential,
        call(nnbook.Sequential(nnbook.Dropout(rng=0), nnbook.Linear(3, 2, rng=0)).backward, numbers(5, 2)), IndexError,
        "Linear(3, 2).backward expects one call of the layer, with recording on, for each backward, but got "
        "nothing left to undo. Call the layer first (model.train(); y = model(x)), then backward once."),
    Bad(nnbook.Residual, call(nnbook.Residual, None), TypeError,
        "Residual expects a Module as block, but got None."),
    Bad(nnbook.Residual, call(nnbook.Residual, nnbook.ReLU(), "shortcut"), TypeError,
        "Residual expects a Module as shortcut, but got the str 'shortcut'."),
    Bad(nnbook.Residual, call(nnbook.Residual(nnbook.Linear(3, 2, rng=0)), numbers(5, 3)), ValueError,
        "Residual expects a shortcut of the block's output shape (5, 2), but got shape (5, 3). Give it a shortcut "
        "that changes the shape, such as a Linear or a 1x1 Conv2d."),
    Bad(nnbook.Flatten, call(nnbook.Flatten(), RAGGED), ValueError,
        "Flatten() expects a batch of two axes or more, but got the list [[1.0], [1.0, 2.0]]. Add the batch's "
        "axis: x[np.newaxis]."),
    Bad(nnbook.Flatten, call(nnbook.Flatten(), numbers(3)), ValueError,
        "Flatten() expects a batch of two axes or more, but got float64 array of shape (3,). Add the batch's "
        "axis: x[np.newaxis]."),
    Bad(nnbook.Flatten, call(called(nnbook.Flatten(), images).backward, images), ValueError,
        "Flatten().backward expects dy of shape (2, 90), but got shape (2, 3, 6, 5). It is the gradient of the "
        "loss with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.Flatten, call(nnbook.Flatten().backward, numbers(2, 90)), IndexError,
        "Flatten().backward expects one call of the layer, with recording on, for each backward, but got nothing "
        "left to undo. Call the layer first (model.train(); y = model(x)), then backward once."),
]  # fmt: skip
