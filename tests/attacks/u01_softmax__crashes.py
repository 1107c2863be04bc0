"""Crashes: a wrong address, a call of nothing, abort, an endless recursion in C."""
# earns: 0
# limits: unit=1.5

import ctypes
import faulthandler
import os
import random
import sys

faulthandler.enable()
WAYS = [lambda: ctypes.string_at(0), lambda: ctypes.CFUNCTYPE(None)(1)(), os.abort, lambda: ctypes.memset(id(None), 0, 1 << 16)]


def softmax(logits):
    sys.setrecursionlimit(10 ** 9)
    random.choice(WAYS)()
