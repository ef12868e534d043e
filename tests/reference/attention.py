"""What PyTorch says of attention. It has no additive attention: there, its tensors compute the equation."""

import numpy as np

from tests.oracle import gradients

D, HEADS = 6, 3


def _dot_product(lead, mask=None):
    import torch

    rng = np.random.default_rng(0)
    inputs = {
        "query": rng.standard_normal((*lead, 3, 4)),
        "key": rng.standard_normal((*lead, 5, 4)),
        "value": rng.standard_normal((*lead, 5, 2)),
    }
    if mask is not None:
        inputs["mask"] = rng.random(mask) < 0.6
        inputs["mask"][..., 0] = True  # PyTorch's answer for a row without keys is NaN

    def run(query, key, value, mask=None):
        return torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)

    return gradients(run, **inputs)


def _additive(lead, masked):
    import torch

    rng = np.random.default_rng(0)
    inputs = {
        "query": rng.standard_normal((*lead, 3, 4)),
        "key": rng.standard_normal((*lead, 5, 6)),
        "value": rng.standard_normal((*lead, 5, 2)),
        "weight_query": rng.standard_normal((4, 7)),
        "weight_key": rng.standard_normal((6, 7)),
        "weight_score": rng.standard_normal(7),
    }
    if masked:
        inputs["mask"] = rng.random((*lead, 1, 5)) < 0.5
        inputs["mask"][..., 0] = True

    def run(query, key, value, weight_query, weight_key, weight_score, mask=None):
        sums = (query @ weight_query).unsqueeze(-2) + (key @ weight_key).unsqueeze(-3)
        scores = torch.tanh(sums) @ weight_score
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        return torch.softmax(scores, dim=-1) @ value

    return gradients(run, **inputs)


def _multi_head(inputs=1, masked=False, causal=False):
    import torch

    rng = np.random.default_rng(0)
    arrays = {
        "in_proj_weight": 0.5 * rng.standard_normal((D, 3 * D)),
        "in_proj_bias": rng.standard_normal(3 * D),
        "out_proj.weight": 0.5 * rng.standard_normal((D, D)),
        "out_proj.bias": rng.standard_normal(D),
        "query": rng.standard_normal((2, 4, D)),
    }
    for name in ("key", "value")[: inputs - 1]:
        arrays[name] = rng.standard_normal((2, 5, D))
    if masked:
        arrays["mask"] = np.arange(4 if inputs == 1 else 5) < [[3], [4]]

    def run(query, key=None, value=None, mask=None, **weights):
        layer = torch.nn.MultiheadAttention(D, HEADS, batch_first=True, dtype=torch.float64)
        state = {name: w.T if name.endswith("weight") else w for name, w in weights.items()}
        key = query if key is None else key
        value = key if value is None else value
        options = {
            "key_padding_mask": None if mask is None else ~mask,
            "attn_mask": torch.ones(4, 4, dtype=torch.bool).triu(1) if causal else None,
            "need_weights": False,
        }
        return torch.func.functional_call(layer, state, (query, key, value), options)[0]

    return gradients(run, options={"causal": causal}, **arrays)


CASES = {
    "dot_product": lambda: _dot_product((2,)),
    "dot_product_heads": lambda: _dot_product((2, 7)),
    "dot_product_mask": lambda: _dot_product((2, 7), (3, 5)),
    "dot_product_padding": lambda: _dot_product((2, 7), (2, 1, 1, 5)),
    "additive": lambda: _additive((2,), masked=False),
    "additive_mask": lambda: _additive((2,), masked=True),
    "multi_head_self": lambda: _multi_head(1),
    "multi_head_self_padding": lambda: _multi_head(1, masked=True),
    "multi_head_self_causal": lambda: _multi_head(1, masked=True, causal=True),
    "multi_head_cross": lambda: _multi_head(2, masked=True),
    "multi_head_three": lambda: _multi_head(3),
}
