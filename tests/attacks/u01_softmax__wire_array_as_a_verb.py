"""Sends a frame whose first word is an array, which no comparison with a word survives, and goes on running."""
# earns: 0
# limits: unit=2

import sys
import time

import numpy as np

from minigen.course.wire import Encoder

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe
pipe.send(Encoder(None).frame([np.arange(3), "loaded"]))
time.sleep(1000)
