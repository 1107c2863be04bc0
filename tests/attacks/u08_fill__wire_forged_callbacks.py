"""Calls callbacks by a number that nobody gave out, or by that of another call, with arguments of the wrong types."""
# earns: 0
# limits: unit=1.5

import random
import sys

import numpy as np

from minigen.course.wire import Encoder

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe


def fill(logits, canvas, u, plan, mask):
    number = random.choice([-1, 0, 10 ** 6, "1", None, logits.number - 1, logits.number + 1, 1.0, True, logits.number])
    arguments = random.choice([[canvas, np.array([0])], "canvas", {}, (canvas, 5), None])
    pipe.send(Encoder(None).frame(["callback", number, arguments, {}]))
    pipe.receive()
    raise ValueError
