"""Canvas by canvas and place by place, with lists and dicts."""

import math
from itertools import accumulate


def n_masked(n_open, step, passes):
    return math.floor(n_open * (passes - 1 - step) / passes)


def mask_predict(logits, canvas, u, mask):
    now = [[int(token) for token in row] for row in canvas]
    at = [t for t in range(len(now[0])) if now[0][t] == mask]
    sure = [dict.fromkeys(at, 0.0) for _ in now]
    for step in range(len(u)):
        scores = logits(np.array(now), np.array(at, np.int64))
        for b, row in enumerate(now):
            for a, t in enumerate(at):
                if row[t] != mask:
                    continue
                weights = [math.exp(score - max(scores[b, a])) for score in scores[b, a]]
                running, edge = 0.0, u[step, b, t] * [*accumulate(weights)][-1]
                for token, weight in enumerate(weights):
                    running += weight
                    if running > edge:
                        break
                row[t], sure[b][t] = token, weight / [*accumulate(weights)][-1]
            for t in sorted(at, key=lambda t: (sure[b][t], t))[:n_masked(len(at), step, len(u))]:
                row[t] = mask
    return np.array(now, np.int32)
