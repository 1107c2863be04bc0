"""One canvas, one place after the other in plain Python; the total correlation by enumeration."""

import itertools
import math


def log_prob(logits, tokens, plan, mask):
    totals = [0.0] * len(tokens)
    canvas = [[mask] * tokens.shape[1] for _ in tokens]
    for at in plan:
        scores = logits(np.array(canvas), np.array(at))
        for b, row in enumerate(tokens):
            for a, t in enumerate(at):
                numbers = [float(score) for score in scores[b, a]]
                peak = max(numbers)
                totals[b] += numbers[int(row[t])] - peak - math.log(sum(math.exp(score - peak) for score in numbers))
        for b, row in enumerate(tokens):
            for t in at:
                canvas[b][t] = int(row[t])
    return np.array(totals)


def total_correlation(joint):
    own = [[0.0] * joint.shape[0] for _ in range(joint.ndim)]
    bits = 0.0
    for index in itertools.product(range(joint.shape[0]), repeat=joint.ndim):
        p = float(joint[index])
        bits += p * math.log2(p) if p else 0.0
        for t, v in enumerate(index):
            own[t][v] += p
    return bits - sum(p * math.log2(p) for row in own for p in row if p)
