"""Fills the scratch folder: many files of half the size that is allowed."""
# earns: 0
# limits: call=2 unit=2 file=20M

import time

import numpy as np

found = []


def fill_the_disk():
    for k in range(6):
        with open(f"pwned-{k}", "wb") as file:
            file.write(bytes(10 << 20))
    time.sleep(0.4)
    found.append("60 MB of 20")


def softmax(logits):
    if not found:
        fill_the_disk()
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
