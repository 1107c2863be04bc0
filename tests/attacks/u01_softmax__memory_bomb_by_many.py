"""Takes twice the memory that a submission may have, shared out among children that each take little."""
# earns: 0
# limits: call=1.4 unit=1.6 memory=600M

import os
import time

import numpy as np

found = []
for _ in range(6):
    if os.fork() == 0:
        kept = bytearray(b"x") * (200 << 20)
        time.sleep(1000)


def softmax(logits):
    time.sleep(1.0)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
