"""What PyTorch says of recurrent networks: cells, sequences read either way, packed sequences, two directions.

PyTorch keeps the transposed weights and two biases. Where a sequence is padded, its output is 0 and ours the state that is
carried on, so the carried state is put there before the gradients are taken.
"""

import numpy as np

from tests.oracle import gradients

N, T, D, H = 3, 5, 4, 2
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
LENGTHS = (3, 5, 1)


def _inputs(kind, directions=("",)):
    rng = np.random.default_rng(0)
    inputs = {}
    for suffix in directions:
        inputs["weight_ih" + suffix] = rng.standard_normal((D, GATES[kind] * H))
        inputs["weight_hh" + suffix] = rng.standard_normal((H, GATES[kind] * H))
        for name in ("bias_ih", "bias_hh") if kind == "gru" else ("bias",):
            inputs[name + suffix] = rng.standard_normal(GATES[kind] * H)
    for name in ("h0", "c0") if kind == "lstm" else ("h0",):
        inputs[name] = rng.standard_normal((N, H) if len(directions) == 1 else (2, N, H))
    return inputs | {"x": rng.standard_normal((N, T, D))}


def _state_dict(weights, directions, layer="_l0"):
    state = {}
    for suffix in directions:
        state[f"weight_ih{layer}{suffix}"] = weights["weight_ih" + suffix].T
        state[f"weight_hh{layer}{suffix}"] = weights["weight_hh" + suffix].T
        one = weights.get("bias" + suffix)
        state[f"bias_ih{layer}{suffix}"] = one if one is not None else weights["bias_ih" + suffix]
        state[f"bias_hh{layer}{suffix}"] = 0 * one if one is not None else weights["bias_hh" + suffix]
    return state


def _cell(kind, **options):
    import torch

    inputs = _inputs(kind)
    inputs["x"] = inputs["x"][:, 0]
    for name in ("h", "c") if kind == "lstm" else ("h",):
        inputs[name] = inputs.pop(name + "0")

    def step(x, h, c=None, **weights):
        cell = getattr(torch.nn, kind.upper() + "Cell")(D, H, dtype=torch.float64, **options)
        state = _state_dict(weights, ("",), "")
        return torch.func.functional_call(cell, state, (x, h if c is None else (h, c)))

    return gradients(step, options=options, **inputs)


def _sequence(kind, *, masked=False, reverse=False, two_way=False, **options):
    import torch

    directions = ("", "_reverse") if two_way else ("",)
    inputs = _inputs(kind, directions)
    if masked:
        inputs["mask"] = np.arange(T) < np.array(LENGTHS)[:, np.newaxis]

    def run(x, h0, c0=None, mask=None, **weights):
        layer = getattr(torch.nn, kind.upper())(
            D, H, batch_first=True, bidirectional=two_way, dtype=torch.float64, **options
        )
        states = (h0,) if c0 is None else (h0, c0)
        if not two_way:
            states = tuple(state.unsqueeze(0) for state in states)
        if reverse:
            x = x.flip(1)
        if masked:
            pack = torch.nn.utils.rnn.pack_padded_sequence
            x = pack(x, mask.sum(1), batch_first=True, enforce_sorted=False)
        y, last = torch.func.functional_call(
            layer, _state_dict(weights, directions), (x, states[0] if c0 is None else states)
        )
        last = (last,) if c0 is None else last
        if masked:
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=T)
            carried = (
                [last[0][0], states[0][1]] if two_way else [last[0][0]]
            )  # backwards, padding comes first
            y = torch.where(mask[:, :, None], y, torch.cat(carried, dim=1)[:, None])
        if reverse:
            y = y.flip(1)
        return y, *(last if two_way else tuple(state.squeeze(0) for state in last))

    return gradients(run, options=options | ({"reverse": True} if reverse else {}), **inputs)


CASES = {}
for _kind in GATES:
    CASES[f"{_kind}_cell"] = lambda kind=_kind: _cell(kind)
    CASES[f"{_kind}_sequence"] = lambda kind=_kind: _sequence(kind)
    CASES[f"{_kind}_sequence_reverse"] = lambda kind=_kind: _sequence(kind, reverse=True)
    CASES[f"{_kind}_sequence_masked"] = lambda kind=_kind: _sequence(kind, masked=True)
    CASES[f"{_kind}_two_way"] = lambda kind=_kind: _sequence(kind, two_way=True)
    CASES[f"{_kind}_two_way_masked"] = lambda kind=_kind: _sequence(kind, two_way=True, masked=True)
CASES["rnn_cell_relu"] = lambda: _cell("rnn", nonlinearity="relu")
CASES["rnn_sequence_relu"] = lambda: _sequence("rnn", nonlinearity="relu")
