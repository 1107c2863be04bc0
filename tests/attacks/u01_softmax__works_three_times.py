"""Is right three times and then for ever wrong."""
# earns: at most 4 tests: three calls and an argument that stays

import numpy as np

turn = []


def softmax(logits):
    turn.append(1)
    if len(turn) > 3:
        return np.full(logits.shape, float("inf")) + np.arange(logits.shape[-1])
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
