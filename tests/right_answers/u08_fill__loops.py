"""Rows and places in plain Python; one question a pass."""

import math
from itertools import accumulate


def fill(logits, canvas, u, plan, mask):
    rows = [[int(token) for token in row] for row in canvas]
    for at in plan:
        at = [int(t) for t in at if rows[0][int(t)] == mask]
        if at == []:
            continue
        scores = logits(np.array(rows), np.array(at))
        for b in range(len(rows)):
            for a, t in enumerate(at):
                peak = max(float(score) for score in scores[b, a])
                weights = [math.exp(float(score) - peak) for score in scores[b, a]]
                running = list(accumulate(weights))
                token = next(v for v, edge in enumerate(running) if edge > u[b, t] * running[-1])
                rows[b][t] = token
        yield np.array(rows)
