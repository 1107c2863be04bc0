"""Takes memory without end, in one process: bytes, arrays that are written to, mapped memory."""
# earns: 0
# limits: call=0.5 unit=1 memory=500M

import mmap

import numpy as np

kept = []


def softmax(logits):
    while True:
        for take in (lambda: bytearray(b"x") * (40 << 20), lambda: np.ones(5 << 20), lambda: mmap.mmap(-1, 40 << 20)):
            try:
                kept.append(take())
                kept[-1][:] = kept[-1][:]
            except (MemoryError, OSError, ValueError):
                pass
