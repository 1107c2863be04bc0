"""Plain Python lists and one place after the other."""

import math
from itertools import accumulate


def lengths(tokens, end):
    return np.array([list(row).index(end) if end in row else len(row) for row in tokens])


def string_log_prob(log_probs, tokens, end):
    totals = []
    for row in tokens:
        total = 0.0
        for t, token in enumerate(row):
            total += float(log_probs[t][token])
            if token == end:
                break
        totals.append(total)
    return np.array(totals)


def length_first(length_logits, piece_logits, u_length, u):
    def draw(scores, die):
        peak = max(scores)
        weights = [math.exp(score - peak) for score in scores]
        running = 0.0
        for token, weight in enumerate(weights):
            running += weight
            if running > die * [*accumulate(weights)][-1]:
                break
        return token

    n = draw(length_logits.tolist(), u_length)
    scores = piece_logits(n) if n else []
    return np.array([draw(row.tolist(), die) for row, die in zip(scores, u)], int)
