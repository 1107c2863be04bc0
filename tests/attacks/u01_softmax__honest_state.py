"""A student with caches: globals, lru_cache, a class with state, a generator that lives on."""
# earns: all

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

CALLS = Counter()


@lru_cache(maxsize=None)
def exponential(score):
    return float(np.exp(score))


@dataclass
class Model:
    name: str
    seen: list = field(default_factory=list)

    def row(self, row):
        self.seen.append(len(row))
        weights = np.array([exponential(float(score)) for score in row - row.max()])
        return weights / weights.sum()


MODEL = Model("softmax")


def softmax(logits):
    CALLS[logits.shape] += 1
    return np.apply_along_axis(MODEL.row, -1, np.array(logits, float))
