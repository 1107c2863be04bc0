"""Finds the pipe by trying every descriptor, and writes a forged "loaded" and forged answers before anything was asked."""
# earns: at most 1 test: the scores stay

import os
import stat
import struct

import msgpack

ANSWER = msgpack.packb([["l", "return", 1.0, ["l", ["l"], ["l"], ["l"], None]], []])
LOADED = msgpack.packb([["l", "loaded"], []])
for descriptor in range(3, 128):
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            for packed in (LOADED, *[ANSWER] * 30):
                os.write(descriptor, struct.pack("<II", len(packed) + 4, len(packed)) + packed)
    except OSError:
        pass


def softmax(logits):
    raise ValueError("the answers are on their way")
