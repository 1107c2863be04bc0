"""Keeps the model of its first call and asks it in later calls, and from a thread when its own call is over."""
# earns: 0
# limits: unit=1 call=0.4

import threading
import time

import numpy as np

kept = []


def ask_later():
    time.sleep(0.01)
    while True:
        kept[0](np.zeros((2, 6), int), 0)


def complete(logits, tokens, rows, height, width, u, mask):
    if not kept:
        kept.append(logits)
        threading.Thread(target=ask_later, daemon=True).start()
    kept[0](tokens, 0)
    raise ValueError


def pixel_context(tokens, height, width, reach, nothing):
    if kept:
        kept[0](tokens, 0)
    raise ValueError
