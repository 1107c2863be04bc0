"""Writes a frame of a million lists in lists."""
# earns: 0
# limits: unit=1.2

import struct
import sys

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe


def softmax(logits):
    packed = b"\x91" * 1_000_000 + b"\xc0"
    pipe.send(struct.pack("<I", len(packed)) + packed)
