"""Fills the disk with files that have no name any more but are still open."""
# earns: 0
# limits: call=2 unit=2 file=20M

import os
import time

import numpy as np

found = []


def fill_the_disk():
    opened = []
    while len(opened) < 6:
        opened.append(os.open("pwned", os.O_CREAT | os.O_RDWR | os.O_TRUNC))
        os.unlink("pwned")
        os.write(opened[-1], bytes(10 << 20))
    time.sleep(0.4)
    assert sum(os.fstat(descriptor).st_size for descriptor in opened) > 50 << 20
    found.extend(opened)


def softmax(logits):
    if not found:
        fill_the_disk()
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
