"""Returns lists in lists, ten thousand deep, and one list that holds itself."""
# earns: at most 1 test
# limits: unit=1.2

import sys

turn = []


def softmax(logits):
    turn.append(1)
    nested = []
    if len(turn) % 2:
        nested.append(nested)
    for _ in range(10_000):
        nested = [nested]
    return nested
