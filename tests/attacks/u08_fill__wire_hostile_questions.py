"""Asks the model about a thousand million rows, places beyond all places, texts, and numbers of a thousand digits."""
# earns: 0
# limits: call=1 unit=2

import random

import numpy as np

CANVASES = [np.empty((10 ** 9, 0), np.int8), range(10 ** 15), "x" * 1_000_000, ["y" * 100_000, *"z" * 9000], {1: 2}, None, 10 ** 1000, np.float64("nan"), np.zeros((1,) * 32)]
PLACES = [np.zeros(8_000_000, np.int64), range(10 ** 15), range(-10 ** 500, 10 ** 500), "3", [10 ** 18], [-10 ** 18], 10 ** 1000, [[[[]]]], np.arange(3.0), np.array([np.inf])]


def fill(logits, canvas, u, plan, mask):
    for one in (lambda: logits(random.choice(CANVASES), np.array([0])), lambda: logits(canvas, random.choice(PLACES)), lambda: logits(random.choice(CANVASES), random.choice(PLACES))):
        try:
            one()
        except Exception:
            pass
    raise ValueError
