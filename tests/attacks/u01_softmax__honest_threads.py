"""A student who computes the rows in a pool of threads, and waits for them."""
# earns: all

from concurrent.futures import ThreadPoolExecutor

import numpy as np


def one(row):
    weights = np.exp(row - row.max())
    return weights / weights.sum()


def softmax(logits):
    rows = np.asarray(logits).reshape(-1, logits.shape[-1])
    with ThreadPoolExecutor(4) as pool:
        return np.stack(list(pool.map(one, rows))).reshape(logits.shape)
