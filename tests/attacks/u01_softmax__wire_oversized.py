"""Returns more than a frame may hold: bytes, a text, an array, a list, in turn."""
# earns: at most 1 test
# limits: unit=1.5

import numpy as np

turn = []


def softmax(logits):
    turn.append(1)
    return [bytes(1 << 26), "x" * (1 << 24), np.zeros(1 << 24), [0] * 1_000_000, [[]] * 300_000, {k: k for k in range(300_000)}][len(turn) % 6]
