"""What PyTorch says of a network that reads characters, and of one that translates."""

import numpy as np

from tests.oracle import gradients


def _normal(rng, shapes):
    return {name: 0.5 * rng.standard_normal(shape) for name, shape in shapes.items()}


def _run_gru(torch, x, h0, weight_ih, weight_hh, bias_ih, bias_hh, reverse=False):
    """A GRU from its weights, laid out (in, out) as nnbook's are."""
    h, states = h0, []
    for t in reversed(range(x.shape[1])) if reverse else range(x.shape[1]):
        h = torch.gru_cell(x[:, t], h, weight_ih.T, weight_hh.T, bias_ih, bias_hh)
        states.append(h)
    return torch.stack(states[::-1] if reverse else states, dim=1), h


def _gru_shapes(prefix, features, hidden):
    return {
        f"{prefix}weight_ih": (features, 3 * hidden),
        f"{prefix}weight_hh": (hidden, 3 * hidden),
        f"{prefix}bias_ih": (3 * hidden,),
        f"{prefix}bias_hh": (3 * hidden,),
    }


def _char_rnn():
    import torch

    rng = np.random.default_rng(0)
    shapes = {"embedding": (9, 3), **_gru_shapes("", 3, 5), "head_weight": (5, 9), "head_bias": (9,)}

    def f(indices, embedding, weight_ih, weight_hh, bias_ih, bias_hh, head_weight, head_bias):
        h0 = torch.zeros(len(indices), 5, dtype=torch.float64)
        y, _ = _run_gru(torch, embedding[indices], h0, weight_ih, weight_hh, bias_ih, bias_hh)
        return y @ head_weight + head_bias

    return gradients(f, indices=rng.integers(0, 9, (3, 7)), **_normal(rng, shapes))


def _encoder_decoder():
    import torch

    rng = np.random.default_rng(1)
    shapes = {
        "source": (9, 3),
        "target": (6, 3),
        **_gru_shapes("forward_", 3, 4),
        **_gru_shapes("reverse_", 3, 4),
        **_gru_shapes("decoder_", 3, 8),
        "weight_query": (8, 8),
        "weight_key": (8, 8),
        "weight_score": (8,),
        "head_weight": (16, 6),
        "head_bias": (6,),
    }

    def f(
        read, written, source, target, weight_query, weight_key, weight_score, head_weight, head_bias, **gru
    ):
        def weights(prefix):
            return [gru[prefix + name] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

        h0 = torch.zeros(len(read), 4, dtype=torch.float64)
        forward, end = _run_gru(torch, source[read], h0, *weights("forward_"))
        reverse, start = _run_gru(torch, source[read], h0, *weights("reverse_"), reverse=True)
        keys = torch.cat([forward, reverse], -1)
        states, _ = _run_gru(torch, target[written], torch.cat([end, start], -1), *weights("decoder_"))
        scores = torch.tanh((states @ weight_query)[:, :, None] + (keys @ weight_key)[:, None]) @ weight_score
        context = torch.softmax(scores, -1) @ keys
        return torch.cat([states, context], -1) @ head_weight + head_bias

    inputs = {"read": rng.integers(0, 9, (3, 7)), "written": rng.integers(0, 6, (3, 4))}
    return gradients(f, **inputs, **_normal(rng, shapes))


CASES = {"char_rnn": _char_rnn, "encoder_decoder": _encoder_decoder}
