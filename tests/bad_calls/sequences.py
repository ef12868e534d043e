"""Embedding, recurrence and attention: indices out of range, states, masks, gates and heads that do not fit."""

import numpy as np

import nnbook
import nnbook.functional as F
from tests.bad_calls.rows import Bad, call, called, numbers

N, T, D, H = 2, 5, 3, 4
x, h, step = numbers(N, T, D), numbers(N, H), numbers(N, D)
MASK = np.ones((N, T), bool)


def weights(gates, biases=1):
    return numbers(D, gates * H), numbers(H, gates * H), *[numbers(gates * H)] * biases


lstm_step = F.lstm_cell(step, h, h, *weights(4))[1]
gru_step = F.gru_cell(step, h, *weights(3, 2))[1]
rnn_saved = F.rnn(x, h, *weights(1))[1]
lstm_saved = F.lstm(x, h, h, *weights(4))[1]
gru_saved = F.gru(x, h, *weights(3, 2))[1]
y = numbers(N, T, H)
query, key, value = numbers(2, 5, 3), numbers(2, 6, 3), numbers(2, 6, 7)
_, looked = F.scaled_dot_product_attention(query, key, value)
small = numbers(3, 8), numbers(3, 8), numbers(8)
_, added = F.additive_attention(query, key, value, *small)
TABLE = numbers(9, 4)
INDICES = np.array([[3, 1], [4, 8]])

ROWS = [
    Bad(F.embedding, call(F.embedding, np.array([3, 9]), TABLE), IndexError,
        "embedding expects indices from 0 to 8, but got 9 at position [1]. Count the symbols from 0, and give "
        "padding and unknown ones an index of their own."),
    Bad(F.embedding, call(F.embedding, np.array([-1, 3]), TABLE), IndexError,
        "embedding expects indices from 0 to 8, but got -1 at position [0]. Count the symbols from 0, and give "
        "padding and unknown ones an index of their own."),
    Bad(F.embedding, call(F.embedding, np.array([1.0, 3.0]), TABLE), TypeError,
        "embedding expects whole numbers as indices, but got float64 array of shape (2,). An embedding looks "
        "symbols up by their number: indices.astype(np.int64), if they are whole."),
    Bad(F.embedding, call(F.embedding, INDICES, numbers(9)), ValueError,
        "embedding expects weight of shape (V, E), but got shape (9,)."),
    Bad(F.embedding, call(F.embedding, None, TABLE), TypeError,
        "embedding expects whole numbers as indices, but got None. An embedding looks symbols up by their number: "
        "indices.astype(np.int64), if they are whole."),
    Bad(F.embedding, call(F.embedding, [[1], [1, 2]], TABLE), TypeError,
        "embedding expects whole numbers as indices, but got the list [[1], [1, 2]]. An embedding looks symbols "
        "up by their number: indices.astype(np.int64), if they are whole."),
    Bad(F.embedding_backward, call(F.embedding_backward, numbers(2, 4), INDICES, TABLE), ValueError,
        "embedding_backward expects dy of shape (2, 2, 4), but got shape (2, 4)."),
    Bad(F.embedding_backward, call(F.embedding_backward, numbers(2, 2, 4), INDICES + 1, TABLE), IndexError,
        "embedding_backward expects indices from 0 to 8, but got 9 at position [1, 1]. Count the symbols from 0, "
        "and give padding and unknown ones an index of their own."),
    Bad(F.embedding_backward, call(F.embedding_backward, None, INDICES, TABLE), TypeError,
        "embedding_backward expects an array of numbers as dy, but got None."),
    Bad(nnbook.Embedding, call(nnbook.Embedding, 0, 4), ValueError,
        "Embedding expects a whole number num_embeddings of at least 1, but got num_embeddings=0."),
    Bad(nnbook.Embedding, call(nnbook.Embedding, 9, 4, rng="seed"), TypeError,
        "Embedding expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. Try "
        "rng=0."),
    Bad(nnbook.Embedding, call(nnbook.Embedding(9, 4, rng=0), INDICES + 1), IndexError,
        "Embedding(9, 4) expects indices from 0 to 8, but got 9 at position [1, 1]. Count the symbols from 0, and "
        "give padding and unknown ones an index of their own."),
    Bad(nnbook.Embedding, call(nnbook.Embedding(9, 4, rng=0), numbers(2, 2)), TypeError,
        "Embedding(9, 4) expects whole numbers as indices, but got float64 array of shape (2, 2). An embedding "
        "looks symbols up by their number: indices.astype(np.int64), if they are whole."),
    Bad(nnbook.Embedding, call(called(nnbook.Embedding(9, 4, rng=0), INDICES).backward, numbers(2, 4)), ValueError,
        "Embedding(9, 4).backward expects dy of shape (2, 2, 4), but got shape (2, 4). It is the gradient of the "
        "loss with respect to the layer's output, so it has the output's shape."),
    # cells
    Bad(F.rnn_cell, call(F.rnn_cell, step, numbers(3, H), *weights(1)), ValueError,
        "rnn_cell expects h of shape (N, H) with N = 2 as in x, but got shape (3, 4)."),
    Bad(F.rnn_cell, call(F.rnn_cell, step, h, *weights(4)), ValueError,
        "rnn_cell expects weight_ih of shape (D, H) with D = 3 as in x, H = 4 as in h, but got shape (3, 16)."),
    Bad(F.rnn_cell, call(F.rnn_cell, step, h, *weights(1), nonlinearity="relo"), ValueError,
        "rnn_cell expects nonlinearity to be one of 'tanh', 'relu', but got 'relo'. Did you mean 'relu'?"),
    Bad(F.rnn_cell, call(F.rnn_cell, step, None, *weights(1)), TypeError,
        "rnn_cell expects an array of numbers as h, but got None."),
    Bad(F.rnn_cell_backward, call(F.rnn_cell_backward, numbers(3, H), step, h, *weights(1)[:2], h), ValueError,
        "rnn_cell_backward expects dy of shape (N, H) with N = 2 as in x, H = 4 as in h, but got shape (3, 4)."),
    Bad(F.rnn_cell_backward, call(F.rnn_cell_backward, h, step, h, *weights(1)[:2], "y"), TypeError,
        "rnn_cell_backward expects an array of numbers as y, but got the str 'y'."),
    Bad(F.rnn_cell_backward,
        call(F.rnn_cell_backward, h, step, h, *weights(1)[:2], h, nonlinearity="sigmoid"), ValueError,
        "rnn_cell_backward expects nonlinearity to be one of 'tanh', 'relu', but got 'sigmoid'."),
    Bad(F.lstm_cell, call(F.lstm_cell, step, h, numbers(N, 1), *weights(4)), ValueError,
        "lstm_cell expects c of shape (N, H) with N = 2 as in x, H = 4 as in h, but got shape (2, 1)."),
    Bad(F.lstm_cell, call(F.lstm_cell, step, h, h, *weights(3)), ValueError,
        "lstm_cell expects weight_ih of shape (D, 4H) with D = 3 as in x, H = 4 as in h, but got shape (3, 12)."),
    Bad(F.lstm_cell, call(F.lstm_cell, x, h, h, *weights(4)), ValueError,
        "lstm_cell expects x of shape (N, D), but got shape (2, 5, 3)."),
    Bad(F.lstm_cell_backward, call(F.lstm_cell_backward, h, step, h, h, *weights(4)[:2], lstm_step), TypeError,
        "lstm_cell_backward expects a tuple (dh, dc) as dy, but got float64 array of shape (2, 4)."),
    Bad(F.lstm_cell_backward,
        call(F.lstm_cell_backward, (h, h[:1]), step, h, h, *weights(4)[:2], lstm_step), ValueError,
        "lstm_cell_backward expects dc of shape (N, H) with N = 2 as in x, H = 4 as in h, but got shape (1, 4)."),
    Bad(F.lstm_cell_backward, call(F.lstm_cell_backward, (h, h), step, h, h, *weights(4)[:2], gru_step), TypeError,
        "lstm_cell_backward expects the LSTMCellSaved that lstm_cell returned as saved, but got another one's, "
        "GRUCellSaved. It comes second: y, saved = lstm_cell(...)."),
    Bad(F.lstm_cell_backward,
        call(F.lstm_cell_backward, (h, None), step, h, h, *weights(4)[:2], lstm_step), TypeError,
        "lstm_cell_backward expects an array of numbers as dc, but got None."),
    Bad(F.gru_cell, call(F.gru_cell, step, h, *weights(3), numbers(H)), ValueError,
        "gru_cell expects bias_hh of shape (3H,) with H = 4 as in h, but got shape (4,)."),
    Bad(F.gru_cell, call(F.gru_cell, step, h, *weights(4, 2)), ValueError,
        "gru_cell expects weight_ih of shape (D, 3H) with D = 3 as in x, H = 4 as in h, but got shape (3, 16)."),
    Bad(F.gru_cell, call(F.gru_cell, numbers(N, D + 1), h, *weights(3, 2)), ValueError,
        "gru_cell expects weight_ih of shape (D, 3H) with D = 4 as in x, H = 4 as in h, but got shape (3, 12)."),
    Bad(F.gru_cell_backward, call(F.gru_cell_backward, numbers(N, 1), step, h, *weights(3)[:2], gru_step), ValueError,
        "gru_cell_backward expects dy of shape (N, H) with N = 2 as in x, H = 4 as in h, but got shape (2, 1)."),
    Bad(F.gru_cell_backward, call(F.gru_cell_backward, h, step, h, *weights(3)[:2], None), TypeError,
        "gru_cell_backward expects the GRUCellSaved that gru_cell returned as saved, but got None. It comes "
        "second: y, saved = gru_cell(...)."),
    Bad(F.gru_cell_backward, call(F.gru_cell_backward, "dy", step, h, *weights(3)[:2], gru_step), TypeError,
        "gru_cell_backward expects an array of numbers as dy, but got the str 'dy'."),
    # whole sequences
    Bad(F.rnn, call(F.rnn, step, h, *weights(1)), ValueError,
        "rnn expects x of shape (N, T, D), but got shape (2, 3)."),
    Bad(F.rnn, call(F.rnn, x, numbers(N + 1, H), *weights(1)), ValueError,
        "rnn expects h0 of shape (N, H) with N = 2 as in x, but got shape (3, 4)."),
    Bad(F.rnn, call(F.rnn, x[:, :0], h, *weights(1)), ValueError,
        "rnn expects x of one step or more, but got shape (2, 0, 3)."),
    Bad(F.rnn, call(F.rnn, x, h, *weights(1), nonlinearity="sin"), ValueError,
        "rnn expects nonlinearity to be one of 'tanh', 'relu', but got 'sin'."),
    Bad(F.rnn, call(F.rnn, x, h, *weights(1), mask=MASK.astype(int)), TypeError,
        "rnn expects mask to hold booleans, True for what is real, but got int64 array of shape (2, 5). Compare: "
        "mask = indices != padding; or mask.astype(bool) if 1 means real."),
    Bad(F.rnn, call(F.rnn, x, h, *weights(1), mask=MASK.T), ValueError,
        "rnn expects mask of shape (2, 5) = (N, T), but got shape (5, 2)."),
    Bad(F.rnn_backward, call(F.rnn_backward, y, *weights(1)[:2], rnn_saved), TypeError,
        "rnn_backward expects a tuple (dy, dh) as dy, but got float64 array of shape (2, 5, 4)."),
    Bad(F.rnn_backward, call(F.rnn_backward, (y[:, :1], h), *weights(1)[:2], rnn_saved), ValueError,
        "rnn_backward expects dy[0] of shape (2, 5, 4), but got shape (2, 1, 4)."),
    Bad(F.rnn_backward, call(F.rnn_backward, (y, h), *weights(1)[:2], rnn_saved.joined), TypeError,
        "rnn_backward expects the RNNSaved that rnn returned as saved, but got float64 array of shape (6, 8, 2). "
        "It comes second: y, saved = rnn(...)."),
    Bad(F.rnn_backward, call(F.rnn_backward, (y, h), *weights(1)[:2], rnn_saved, nonlinearity="sigmoid"), ValueError,
        "rnn_backward expects nonlinearity to be one of 'tanh', 'relu', but got 'sigmoid'."),
    Bad(F.rnn_backward, call(F.rnn_backward, (y, h), numbers(D + 1, H), numbers(H, H), rnn_saved), ValueError,
        "rnn_backward expects weights of 7 rows together, as forward had, but got weight_ih of shape (4, 4) and "
        "weight_hh of shape (4, 4)."),
    Bad(F.lstm, call(F.lstm, x, h, h[:1], *weights(4)), ValueError,
        "lstm expects c0 of shape (N, H) with N = 2 as in x, H = 4 as in h0, but got shape (1, 4)."),
    Bad(F.lstm, call(F.lstm, x, h, h, *weights(1)), ValueError,
        "lstm expects weight_ih of shape (D, 4H) with D = 3 as in x, H = 4 as in h0, but got shape (3, 4)."),
    Bad(F.lstm, call(F.lstm, x, h, h, np.ones((D, 4 * H), int), *weights(4)[1:]), TypeError,
        "lstm expects floating numbers in weight_ih, but got int64 array of shape (3, 16). Convert it first: "
        "weight_ih.astype(np.float32)."),
    Bad(F.lstm_backward, call(F.lstm_backward, (y, h), *weights(4)[:2], lstm_saved), TypeError,
        "lstm_backward expects a tuple (dy, dh, dc) as dy, but got a tuple of 2."),
    Bad(F.lstm_backward, call(F.lstm_backward, (y, h, None), *weights(4)[:2], lstm_saved), TypeError,
        "lstm_backward expects an array of numbers as dy[2], but got None."),
    Bad(F.lstm_backward, call(F.lstm_backward, (y, h, h), *weights(3)[:2], lstm_saved), ValueError,
        "lstm_backward expects weight_hh of shape (H, 4H), but got shape (4, 12)."),
    Bad(F.gru, call(F.gru, x, None, *weights(3, 2)), TypeError,
        "gru expects an array of numbers as h0, but got None."),
    Bad(F.gru, call(F.gru, x, h, *weights(4, 2)), ValueError,
        "gru expects weight_ih of shape (D, 3H) with D = 3 as in x, H = 4 as in h0, but got shape (3, 16)."),
    Bad(F.gru, call(F.gru, x, h, *weights(3, 2), mask=np.ones((N, T + 1), bool)), ValueError,
        "gru expects mask of shape (2, 5) = (N, T), but got shape (2, 6)."),
    Bad(F.gru_backward, call(F.gru_backward, (y, h[0]), *weights(3)[:2], gru_saved), ValueError,
        "gru_backward expects dy[1] of shape (2, 4), but got shape (4,)."),
    Bad(F.gru_backward, call(F.gru_backward, (y, h), *weights(3)[:2], lstm_saved), TypeError,
        "gru_backward expects the GRUSaved that gru returned as saved, but got another one's, LSTMSaved. It comes "
        "second: y, saved = gru(...)."),
    Bad(F.gru_backward, call(F.gru_backward, (y, h), *weights(3)[:2], gru_saved, mask=MASK[:1]), ValueError,
        "gru_backward expects mask of shape (2, 5) = (N, T), but got shape (1, 5)."),
    # attention
    Bad(F.scaled_dot_product_attention,
        call(F.scaled_dot_product_attention, query, numbers(2, 6, 4), value), ValueError,
        "scaled_dot_product_attention expects key of shape (..., Tk, d) with ... = (2,) as in query, d = 3 as in "
        "query, but got shape (2, 6, 4)."),
    Bad(F.scaled_dot_product_attention, call(F.scaled_dot_product_attention, query, key[:1], value), ValueError,
        "scaled_dot_product_attention expects key of shape (..., Tk, d) with ... = (2,) as in query, d = 3 as in "
        "query, but got shape (1, 6, 3)."),
    Bad(F.scaled_dot_product_attention, call(F.scaled_dot_product_attention, query, key, value[:, :5]), ValueError,
        "scaled_dot_product_attention expects value of shape (..., Tk, e) with ... = (2,) as in query, Tk = 6 as "
        "in key, but got shape (2, 5, 7)."),
    Bad(F.scaled_dot_product_attention,
        call(F.scaled_dot_product_attention, query.astype(int), key, value), TypeError,
        "scaled_dot_product_attention expects floating numbers in query, but got int64 array of shape (2, 5, 3). "
        "Convert it first: query.astype(np.float32)."),
    Bad(F.scaled_dot_product_attention, call(F.scaled_dot_product_attention, query, key, None), TypeError,
        "scaled_dot_product_attention expects floating numbers in value, but got None."),
    Bad(F.scaled_dot_product_attention,
        call(F.scaled_dot_product_attention, query, key, value, mask=np.ones((2, 6), bool)), ValueError,
        "scaled_dot_product_attention expects a mask that broadcasts to (2, 5, 6), but got shape (2, 6). Give a "
        "mask of padding, (N, Tk), the axes between: mask[:, np.newaxis]."),
    Bad(F.scaled_dot_product_attention,
        call(F.scaled_dot_product_attention, query, key, value, mask=np.ones(6)), TypeError,
        "scaled_dot_product_attention expects mask to hold booleans, True for what is real, but got float64 array "
        "of shape (6,). Compare: mask = indices != padding; or mask.astype(bool) if 1 means real."),
    Bad(F.scaled_dot_product_attention_backward,
        call(F.scaled_dot_product_attention_backward, numbers(2, 5, 3), query, key, value, looked), ValueError,
        "scaled_dot_product_attention_backward expects dy of shape (..., Tq, e) with ... = (2,) as in query, Tq = "
        "5 as in query, e = 7 as in value, but got shape (2, 5, 3)."),
    Bad(F.scaled_dot_product_attention_backward,
        call(F.scaled_dot_product_attention_backward, numbers(2, 5, 7), query, key, value, None), TypeError,
        "scaled_dot_product_attention_backward expects the AttentionSaved that scaled_dot_product_attention "
        "returned as saved, but got None. It comes second: y, saved = scaled_dot_product_attention(...)."),
    Bad(F.scaled_dot_product_attention_backward,
        call(F.scaled_dot_product_attention_backward, None, query, key, value, looked), TypeError,
        "scaled_dot_product_attention_backward expects an array of numbers as dy, but got None."),
    Bad(F.additive_attention, call(F.additive_attention, query, key, value, numbers(4, 8), *small[1:]), ValueError,
        "additive_attention expects weight_query of shape (Dq, A) with Dq = 3 as in query, but got shape (4, 8)."),
    Bad(F.additive_attention, call(F.additive_attention, query, key, value, *small[:2], numbers(8, 1)), ValueError,
        "additive_attention expects weight_score of shape (A,) with A = 8 as in weight_query, but got shape (8, 1)."),
    Bad(F.additive_attention, call(F.additive_attention, query, "key", value, *small), TypeError,
        "additive_attention expects an array of numbers as key, but got the str 'key'."),
    Bad(F.additive_attention,
        call(F.additive_attention, query, key, value, *small, mask=np.ones((5, 5), bool)), ValueError,
        "additive_attention expects a mask that broadcasts to (2, 5, 6), but got shape (5, 5). Give a mask of "
        "padding, (N, Tk), the axes between: mask[:, np.newaxis]."),
    Bad(F.additive_attention_backward,
        call(F.additive_attention_backward, numbers(2, 5, 6), query, key, value, *small, added), ValueError,
        "additive_attention_backward expects dy of shape (..., Tq, e) with ... = (2,) as in query, Tq = 5 as in "
        "query, e = 7 as in value, but got shape (2, 5, 6)."),
    Bad(F.additive_attention_backward,
        call(F.additive_attention_backward, None, query, key, value, *small, added), TypeError,
        "additive_attention_backward expects an array of numbers as dy, but got None."),
    Bad(F.additive_attention_backward,
        call(F.additive_attention_backward, numbers(2, 5, 7), query, key, value, *small, looked), TypeError,
        "additive_attention_backward expects the AdditiveAttentionSaved that additive_attention returned as "
        "saved, but got another one's, AttentionSaved. It comes second: y, saved = additive_attention(...)."),
    Bad(nnbook.AdditiveAttention, call(nnbook.AdditiveAttention, 3, 3, 0), ValueError,
        "AdditiveAttention expects a whole number attention_dim of at least 1, but got attention_dim=0."),
    Bad(nnbook.AdditiveAttention, call(nnbook.AdditiveAttention, 3, 3, 8, rng="a"), TypeError,
        "AdditiveAttention expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'a'. "
        "Try rng=0."),
    Bad(nnbook.AdditiveAttention, call(nnbook.AdditiveAttention(3, 4, 8, rng=0), query, key, value), ValueError,
        "AdditiveAttention(3, 4, 8) expects key of shape (N, T, 4), sequences of T steps, but got shape (2, 6, "
        "3). Its last axis should hold the 4 features of one step."),
    Bad(nnbook.AdditiveAttention,
        call(nnbook.AdditiveAttention(3, 3, 8, rng=0), query, key, value[:, :5]), ValueError,
        "AdditiveAttention(3, 3, 8) expects as many steps in value as in key, but got shapes (2, 6, 3) and (2, 5, "
        "7). Each key has its value."),
    Bad(nnbook.AdditiveAttention,
        call(nnbook.AdditiveAttention(3, 3, 8, rng=0), query, key, value, np.ones((5, 6), bool)), ValueError,
        "AdditiveAttention(3, 3, 8) expects mask of shape (2, 6) = (N, Tk) or (2, 5, 6) = (N, Tq, Tk), but got "
        "shape (5, 6). Give a mask of queries and keys an axis for the batch: mask[np.newaxis]."),
    Bad(nnbook.AdditiveAttention,
        call(called(nnbook.AdditiveAttention(3, 3, 8, rng=0), query, key, value).backward, numbers(2, 5, 3)), ValueError,
        "AdditiveAttention(3, 3, 8).backward expects dy of shape (2, 5, 7), but got shape (2, 5, 3). It is the "
        "gradient of the loss with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.MultiHeadAttention, call(nnbook.MultiHeadAttention, 8, 3), ValueError,
        "MultiHeadAttention expects num_heads that divide embed_dim, but got embed_dim=8, num_heads=3. Each head "
        "takes an equal part: 1, 2, 4, 8 heads would do."),
    Bad(nnbook.MultiHeadAttention, call(nnbook.MultiHeadAttention, 8, "2"), TypeError,
        "MultiHeadAttention expects a whole number num_heads of at least 1, but got the str '2'."),
    Bad(nnbook.MultiHeadAttention, call(nnbook.MultiHeadAttention(3, 1, rng=0), None), TypeError,
        "MultiHeadAttention(3, 1) expects floating numbers in query, but got None."),
    Bad(nnbook.MultiHeadAttention, call(nnbook.MultiHeadAttention(3, 1, rng=0), query, value=value), TypeError,
        "MultiHeadAttention(3, 1) expects keys with the values, but got key=None, value=float64 array of shape "
        "(2, 6, 7)."),
    Bad(nnbook.MultiHeadAttention, call(nnbook.MultiHeadAttention(3, 1, rng=0), query, key, causal=True), ValueError,
        "MultiHeadAttention(3, 1) expects as many queries as keys if causal, but got 5 queries and 6 keys."),
    Bad(nnbook.MultiHeadAttention,
        call(nnbook.MultiHeadAttention(3, 1, rng=0), query, mask=np.ones((2, 5))), TypeError,
        "MultiHeadAttention(3, 1) expects mask to hold booleans, True for what is real, but got float64 array of "
        "shape (2, 5). Compare: mask = indices != padding; or mask.astype(bool) if 1 means real."),
    Bad(nnbook.MultiHeadAttention,
        call(called(nnbook.MultiHeadAttention(3, 1, rng=0), query).backward, key), ValueError,
        "MultiHeadAttention(3, 1).backward expects dy of shape (2, 5, 3), but got shape (2, 6, 3). It is the "
        "gradient of the loss with respect to the layer's output, so it has the output's shape."),
]  # fmt: skip

CELLS = (nnbook.RNNCell, nnbook.LSTMCell, nnbook.GRUCell)
for kind in (*CELLS, nnbook.RNN, nnbook.LSTM, nnbook.GRU):
    name, one = kind.__name__, kind in CELLS
    ROWS += [
        Bad(kind, call(kind, 0, H), ValueError,
            f"{name} expects a whole number input_size of at least 1, but got input_size=0."),
        Bad(kind, call(kind, D, 4.0), TypeError,
            f"{name} expects a whole number hidden_size of at least 1, but got the float 4.0."),
        Bad(kind, call(kind, D, H, rng="seed"), TypeError,
            f"{name} expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. Try rng=0."),
        Bad(kind, call(kind(D, H, rng=0), np.ones((N, D), int)), TypeError,
            f"{name}(3, 4) expects floating numbers in x, but got int64 array of shape (2, 3). "
            "Convert it first: x.astype(np.float32)."),
        Bad(kind, call(kind(D, H, rng=0), x if one else step), ValueError,
            f"{name}(3, 4) expects x of shape (N, 3), but got shape (2, 5, 3). A cell takes one step at a time, x[:, t]; "
            f"nnbook.{name[:-4]} takes whole sequences." if one else
            f"{name}(3, 4) expects x of shape (N, T, 3), sequences of T steps, but got shape (2, 3). "
            "One sequence alone is a batch of one: x[np.newaxis]."),
    ]  # fmt: skip

ROWS += [
    Bad(nnbook.RNNCell, call(nnbook.RNNCell, D, H, nonlinearity="tan"), ValueError,
        "RNNCell expects nonlinearity to be one of 'tanh', 'relu', but got 'tan'. Did you mean 'tanh'?"),
    Bad(nnbook.RNNCell, call(nnbook.RNNCell(D, H, rng=0), step, h[:1]), ValueError,
        "RNNCell(3, 4) expects h of shape (2, 4) = (N, hidden_size), but got shape (1, 4). Give it one state per "
        "example, or None to begin with zeros."),
    Bad(nnbook.LSTMCell, call(nnbook.LSTMCell(D, H, rng=0), step, (h, h, h)), TypeError,
        "LSTMCell(3, 4) expects state to be a pair (h, c), but got a tuple of 3. Give it both, or None."),
    Bad(nnbook.LSTMCell, call(called(nnbook.LSTMCell(D, H, rng=0), step).backward, h), TypeError,
        "LSTMCell(3, 4).backward expects 2 gradient(s), one per output, but got 1."),
    Bad(nnbook.GRUCell, call(called(nnbook.GRUCell(D, H, rng=0), step).backward, h.T), ValueError,
        "GRUCell(3, 4).backward expects dy of shape (2, 4), but got shape (4, 2). It is the gradient of the loss "
        "with respect to the layer's output, so it has the output's shape."),
    Bad(nnbook.RNN, call(nnbook.RNN(D, H, rng=0), x, h, MASK.T), ValueError,
        "RNN(3, 4) expects mask of shape (2, 5) = (N, T), but got shape (5, 2)."),
    Bad(nnbook.RNN, call(nnbook.RNN, D, H, bidirectional=True, reverse=True), ValueError,
        "RNN expects bidirectional or reverse, not both, but got bidirectional=True, reverse=True. A "
        "bidirectional layer reads backwards too; set reverse=False."),
    Bad(nnbook.LSTM, call(nnbook.LSTM(D, H, rng=0), x, h[:1]), TypeError,
        "LSTM(3, 4) expects state to be a pair (h0, c0), but got float64 array of shape (1, 4). Give it both, or "
        "None."),
    Bad(nnbook.LSTM, call(called(nnbook.LSTM(D, H, rng=0), x).backward, y), TypeError,
        "LSTM(3, 4).backward expects 2 gradient(s), one per output, but got 1."),
    Bad(nnbook.GRU, call(nnbook.GRU(D, H, rng=0), x, mask=MASK.astype(float)), TypeError,
        "GRU(3, 4) expects mask to hold booleans, True for what is real, but got float64 array of shape (2, 5). "
        "Compare: mask = indices != padding; or mask.astype(bool) if 1 means real."),
    Bad(nnbook.GRU, call(nnbook.GRU(D, H, rng=0), x, mask=[[True], [True, False]]), TypeError,
        "GRU(3, 4) expects mask to hold booleans, True for what is real, but got the list [[True], [True, False]]. "
        "Compare: mask = indices != padding; or mask.astype(bool) if 1 means real."),
    Bad(nnbook.GRU, call(nnbook.GRU(D, H, rng=0), x[:, :0]), ValueError,
        "GRU(3, 4) expects x of shape (N, T, 3), sequences of T steps, but got shape (2, 0, 3). A sequence has "
        "one step or more."),
    Bad(nnbook.GRU, call(called(nnbook.GRU(D, H, bidirectional=True, rng=0), x).backward, y, None), ValueError,
        "GRU(3, 4, bidirectional=True).backward expects dy of shape (2, 5, 8), but got shape (2, 5, 4). It is the "
        "gradient of the loss with respect to the layer's output, so it has the output's shape."),
]  # fmt: skip
