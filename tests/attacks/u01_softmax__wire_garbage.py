"""Writes random bytes, msgpack of every type, cut frames and text into the pipe, and closes it."""
# earns: 0
# limits: unit=1.5

import os
import sys

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe
SIZES = (1, 6, 21, 30, 20, 24, 5, 48, 12)           # of the first scores in each test: another one for each kind
PAYLOADS = [os.urandom(200), b"", b"\x00", b"\xff" * 4, b"\x05\x00\x00\x00\xc7\x03\x01abc", b"\x02\x00\x00\x00\x92\xc0", b"passed\n", b"\x01\x00\x00\x00\x80", os.urandom(1 << 16)]


def softmax(logits):
    pipe.send(PAYLOADS[SIZES.index(logits.size)])
    os.close(pipe.write)
