"""Floods the pipe with frames from a thread, before, during and after each call."""
# earns: 0
# limits: call=0.3 unit=0.8

import sys
import threading

from minigen.course.wire import Encoder

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe
endless = Encoder(None).frame(["callback", 1, (), {}])


def flood():
    while True:
        pipe.send(endless)


threading.Thread(target=flood, daemon=True).start()


def softmax(logits):
    flood()
