"""Yields canvases without end."""
# earns: 0
# limits: call=0.3 unit=0.8

import numpy as np


def fill(logits, canvas, u, plan, mask):
    while True:
        yield canvas
