"""Ends in the middle of a call and leaves a child that answers in its place, also after the next worker has started."""
# earns: 0
# limits: call=0.3 unit=0.8

import os
import sys
import time

import numpy as np

from minigen.course.wire import Encoder

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe


def softmax(logits):
    if os.fork() == 0:
        os.setsid()
        while True:
            time.sleep(0.05)
            pipe.send(Encoder(None).frame(["return", np.full(logits.shape, 2.0), [[], [], [], None]]))
    os._exit(0)
