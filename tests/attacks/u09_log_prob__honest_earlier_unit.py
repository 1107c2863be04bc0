"""A student who uses the package's log_softmax, which an earlier unit has written."""
# earns: all

import numpy as np

from minigen import maths


def log_prob(logits, tokens, plan, mask):
    canvas, total = np.full_like(tokens, mask), np.zeros(len(tokens))
    for at in plan:
        at = np.asarray(at, int)
        told = maths.log_softmax(np.asarray(logits(canvas.copy(), at), float))
        total += np.take_along_axis(told, tokens[:, at, None], -1)[..., 0].sum(axis=1)
        canvas[:, at] = tokens[:, at]
    return total


def total_correlation(joint):
    def bits(p):
        p = p[p > 0]
        return float(-(p * np.log2(p)).sum())
    axes = range(joint.ndim)
    return sum(bits(joint.sum(axis=tuple(a for a in axes if a != t))) for t in axes) - bits(joint)
