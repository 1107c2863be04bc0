"""Gives the model functions and generators of its own in the place of arrays, which call the model in their turn."""
# earns: 0
# limits: call=0.5 unit=1.2

import numpy as np


class Canvas:
    def __init__(self, logits):
        self.logits = logits

    def __iter__(self):
        return self

    def __next__(self):
        return self.logits(self, 0)

    def astype(self, kind):
        return self.logits(self, 0)

    shape = tolist = copy = astype


def complete(logits, tokens, rows, height, width, u, mask):
    turn = Canvas(logits)
    for canvas, place in ((turn, 0), (iter(turn), 0), (tokens, turn), (lambda *a: logits(turn, turn), turn), ([turn] * 5, [turn])):
        try:
            logits(canvas, place)
        except Exception:
            pass
    raise ValueError


def pixel_context(tokens, height, width, reach, nothing):
    raise ValueError
