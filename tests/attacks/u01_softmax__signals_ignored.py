"""Ignores and blocks every signal that it can, and loops."""
# earns: 0
# limits: call=0.3 unit=0.7

import signal

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def softmax(logits):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
