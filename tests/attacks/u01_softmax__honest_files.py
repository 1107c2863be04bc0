"""A student who writes notes into his own folder, and into a temporary one, and reads them back."""
# earns: all

import os
import tempfile
from pathlib import Path

import numpy as np

Path("notes").mkdir(exist_ok=True)


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    np.save("notes/weights.npy", weights)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "log.txt").write_text(f"{os.getcwd()} {Path.home()} {logits.shape}\n", "utf-8")
    assert Path(__file__).read_text("utf-8").startswith('"""A student')
    again = np.load("notes/weights.npy")
    return again / again.sum(axis=-1, keepdims=True)
