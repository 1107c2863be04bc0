"""Answers with frames that are too short, too long, empty, or the answer to something else."""
# earns: 0
# limits: unit=1.5

import sys

from minigen.course.wire import Encoder

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe
SIZES = (1, 6, 21, 30, 20, 24, 5, 48, 12)           # of the first scores in each test: another one for each kind
NOTHING = [[], [], [], None]
MESSAGES = [["return", 1.0], ["return", 1.0, None], ["return", 1.0, NOTHING, 5], ["refused", "SMUGGLED"], [], [None], ["callback"], ["loaded"], ["probed", []]]


def softmax(logits):
    pipe.send(Encoder(None).frame(MESSAGES[SIZES.index(logits.size)]))
    raise ValueError
