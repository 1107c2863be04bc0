"""Stops itself, so that it can neither answer nor end."""
# earns: 0
# limits: call=0.3 unit=0.7

import os
import signal


def softmax(logits):
    os.kill(os.getpid(), signal.SIGSTOP)
