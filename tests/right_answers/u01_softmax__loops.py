"""One row after the other, in plain Python."""

import math


def softmax(logits):
    probs = np.empty(logits.shape)
    for index in np.ndindex(*logits.shape[:-1]):
        row = [float(score) for score in logits[index]]
        peak = max(row)
        weights = [math.exp(score - peak) for score in row]
        total = sum(weights)
        for token, weight in enumerate(weights):
            probs[index + (token,)] = weight / total
    return probs
