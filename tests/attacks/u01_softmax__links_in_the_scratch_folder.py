"""Leaves links in its scratch folder that lead out of it, for whoever measures or deletes what lies there."""
# earns: all

import os

import numpy as np

for k, target in enumerate(("@CANARY@", "@OPEN@", "@HOUSE@/tests", "/", "..", "/proc/@JUDGE@/root")):
    os.symlink(target, f"link{k}")
os.mkdir("inner")
os.symlink("@OPEN@", "inner/deeper")


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
