"""Closes every descriptor."""
# earns: 0
# limits: unit=1.2

import os


def softmax(logits):
    os.closerange(0, 200)
    return logits
