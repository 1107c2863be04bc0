"""Number by number and draw by draw, in plain Python."""

import math
from itertools import accumulate


def drop_condition(labels, u, share, nothing):
    return np.array([nothing if die < share else label for label, die in zip(labels.tolist(), u.tolist())], np.int32)


def guided(told, untold, weight):
    out = np.zeros(told.shape)
    for index in np.ndindex(*told.shape):
        p, q = float(told[index]), float(untold[index])
        if weight == 0:
            out[index] = q
        elif p == -math.inf:
            out[index] = -math.inf
        else:
            out[index] = q + weight * (p - q)
    return out


def guided_sample(told_logits, untold_logits, weight, u):
    tokens = np.zeros(u.shape, np.int64)
    for index in np.ndindex(*u.shape):
        scores = guided(told_logits[index], untold_logits[index], weight).tolist()
        weights = [math.exp(score - max(scores)) for score in scores]
        running = 0.0
        for token, one in enumerate(weights):
            running += one
            if running > u[index] * [*accumulate(weights)][-1]:
                break
        tokens[index] = token
    return tokens
