"""Sends such messages while the file is loaded."""
# earns: 0
# limits: unit=2

import sys

from minigen.course.wire import Encoder

frame = sys._getframe()
while frame.f_code.co_name != "serve":
    frame = frame.f_back
pipe = frame.f_locals["self"].pipe
for message in (["refused", ["SMUGGLED"]], ["loaded", 5], [["loaded"]], ["refused"]):
    pipe.send(Encoder(None).frame(message))
