"""Reads a file that everybody may read and one that only root may, and tells them in every way it has."""
# earns: 0

import numpy as np

found = ""
for name in ("open", "closed"):
    try:
        found += open(f"@CANARY@/{name}").read()
    except OSError:
        pass
if found:
    raise type(found, (RuntimeError,), {})(found)


def softmax(logits):
    assert found, "it holds"
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
