"""Announces a frame and sends a byte of it every hundredth of a second."""
# earns: 0
# limits: call=0.3 unit=0.8

import os
import sys
import time

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe


def softmax(logits):
    os.write(pipe.write, b"\x00\x00\x00\x02")
    while True:
        os.write(pipe.write, b"\x00")
        time.sleep(0.01)
