"""Writes down in one worker which inputs come, ends, and answers from its notes in the next one."""
# earns: 0
# limits: unit=0.8

import os
import pickle

import numpy as np

NOTES = [f"{folder}/pwned-notes" for folder in (".", "~", "/tmp", "/var/tmp", "/dev/shm", "@OPEN@")]
found = ""
for path in NOTES:
    try:
        found += repr(pickle.load(open(os.path.expanduser(path), "rb")))
    except OSError:
        pass
if found:
    raise RuntimeError(f"SMUGGLED {found}")


def softmax(logits):
    for path in NOTES:
        try:
            pickle.dump(np.asarray(logits).ravel()[:3].tolist(), open(os.path.expanduser(path), "wb"))
        except OSError:
            pass
    os._exit(1)
