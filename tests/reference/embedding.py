"""What PyTorch says of embeddings."""

import numpy as np

from tests.oracle import gradients


def _case(shape):
    import torch

    rng = np.random.default_rng(0)
    inputs = {
        "indices": rng.integers(0, 5, shape),
        "weight": rng.standard_normal((6, 3)),
    }  # row 5 is never taken
    return gradients(lambda indices, weight: torch.nn.functional.embedding(indices, weight), **inputs)


CASES = {
    "embedding": lambda: _case((4,)),
    "embedding_sequences": lambda: _case((7, 4)),
}
