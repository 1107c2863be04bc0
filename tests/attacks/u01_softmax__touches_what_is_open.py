"""Changes times, modes, owners and attributes of files outside that anybody may write."""
# earns: 0

import os

import numpy as np

found = []
for path in ("@OPEN@/touched", "@OPEN@", "@CANARY@/open", "@HOUSE@/setup.cfg"):
    for way in (lambda: os.utime(path, (1, 1)), lambda: os.utime(path), lambda: os.chmod(path, 0o777), lambda: os.chown(path, os.getuid(), -1), lambda: os.setxattr(path, "user.pwned", b"x"),
                lambda: os.truncate(path, 0), lambda: os.rename(path, path + "-pwned"), lambda: os.unlink(path), lambda: open(path, "a")):
        try:
            way()
            found.append(path)
        except OSError:
            pass


def softmax(logits):
    assert found, "it holds"
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
