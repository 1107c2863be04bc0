"""Answers each call with a frame whose first word is an array."""
# earns: 0
# limits: unit=2

import sys

import numpy as np

from minigen.course.wire import Encoder

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe


def softmax(logits):
    pipe.send(Encoder(None).frame([np.arange(3), np.zeros(logits.shape), [[], [], [], None]]))
    return np.zeros(logits.shape)
