"""One token after the other, in plain Python."""

import math
from itertools import accumulate


def sample_categorical(logits, u, temperature=1.0):
    tokens = np.zeros(u.shape, np.int64)
    for index in np.ndindex(*u.shape):
        row = logits[index].astype(np.float64) / temperature
        weights = [math.exp(score - row.max()) for score in row]
        edge, running = u[index] * [*accumulate(weights)][-1], 0.0
        for token, weight in enumerate(weights):
            running += weight
            if running > edge:
                break
        tokens[index] = token
    return tokens
