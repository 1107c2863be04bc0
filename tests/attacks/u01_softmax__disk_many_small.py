"""Makes twenty thousand files with nothing in them, folders that nobody may enter, pipes, and one file with a huge hole."""
# earns: all
# limits: load=5

import os

import numpy as np

os.mkdir("many")
for k in range(20_000):
    os.close(os.open(f"many/{k}", os.O_CREAT | os.O_WRONLY))
os.mkfifo("pipe")
os.truncate(os.open("hole", os.O_CREAT | os.O_RDWR), 20 << 20)
os.makedirs("closed/inside")
os.chmod("closed", 0)


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
