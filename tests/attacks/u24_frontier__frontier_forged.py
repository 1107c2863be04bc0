"""Chooses places twice, places that are no places, and whatever made the loss smaller."""
# earns: at most 2 tests
# limits: call=1 unit=2

import numpy as np

turn = []


class Places(list):
    def __iter__(self):
        return iter([0])

    def __len__(self):
        return 10 ** 6


def choose(probs, hidden, passes_left):
    turn.append(1)
    probs[...] = 0.0
    hidden[...] = False
    return [[-1], [0, 0, 0], Places([10 ** 9]), [True], np.array([0.0]), "0", [[0]], range(10 ** 9), {0: 1}, [np.int64(-10 ** 18)]][len(turn) % 10]
