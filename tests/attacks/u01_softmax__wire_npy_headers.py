"""Answers with .npy headers that lie: huge and negative shapes, objects, structures, code in the header."""
# earns: 0
# limits: unit=1.5

import struct
import sys

import msgpack

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe
SIZES = (1, 6, 21, 30, 20, 24, 5, 48, 12)           # of the first scores in each test: another one for each kind
HEADERS = ["{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}", "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -8)}",
           "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}",
           "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 0)}", "__import__('os').system('touch @OPEN@/pwned-by-header')",
           "{'descr': '<f8', 'fortran_order': 5, 'shape': (True,)}", "{'descr': '<f8', 'fortran_order': False, 'shape': " + "(" * 200 + ")" * 200 + "}",
           "{'descr': '<M8[s]', 'fortran_order': True, 'shape': (1,)}"]


def softmax(logits):
    header = HEADERS[SIZES.index(logits.size)].encode() + b"\n"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(8)
    packed = msgpack.packb([["l", "return", ["a", 0], ["l", ["l"], ["l"], ["l"], None]], []])
    pipe.send(struct.pack("<I", len(packed)) + packed + struct.pack("<I", len(content)) + content)
