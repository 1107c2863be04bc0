"""One place after the other, in plain Python."""

import math


def cross_entropy(logits, targets, counted=None):
    places = [index for index in np.ndindex(*targets.shape) if counted is None or counted[index]]
    total, dlogits = 0.0, np.zeros(logits.shape)
    for index in places:
        row = [float(score) for score in logits[index]]
        peak = max(row)
        weights = [math.exp(score - peak) for score in row]
        true = int(targets[index])
        total += math.log(sum(weights)) + peak - row[true]
        for token, weight in enumerate(weights):
            dlogits[index][token] = (weight / sum(weights) - (token == true)) / len(places)
    return total / len(places), dlogits
