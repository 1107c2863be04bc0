"""One row after the other, one token after the other, in plain Python."""

import math


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    out = np.full(logits.shape, -np.inf)
    for index in np.ndindex(*logits.shape[:-1]):
        row = [float(score) for score in logits[index]]
        if temperature == 0:
            out[index][row.index(max(row))] = 0.0
            continue
        row = [score / temperature for score in row]
        left = [(-score, token) for token, score in enumerate(row)]
        left.sort()
        left = left[:top_k]
        total = sum(math.exp(-score - max(row)) for score, _ in left)
        held = 0.0
        for score, token in left:
            out[index][token] = -score
            held += math.exp(-score - max(row)) / total
            if top_p is not None and top_p < 1 and held >= top_p:
                break
    return out
