"""Returns a masked array in which nothing can be compared, a matrix and a recarray, in turn."""
# earns: at most 1 test

import numpy as np

turn = []


def softmax(logits):
    turn.append(1)
    answer = 2.0 + np.random.random(np.shape(logits))
    return [np.ma.masked_all(answer.shape), np.asmatrix(answer.reshape(-1, answer.shape[-1])), answer.view(np.recarray)][len(turn) % 3]
