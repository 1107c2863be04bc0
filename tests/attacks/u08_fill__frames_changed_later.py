"""Yields canvases of garbage and hands in other ones when it is asked for the next."""
# earns: at most 6 tests: how often and for what it asks, and how many canvases come, is right

import numpy as np


def fill(logits, canvas, u, plan, mask):
    frames = []
    for at in plan:
        at = [t for t in at if canvas[0, t] == mask]
        if at:
            logits(canvas.copy(), np.array(at))
            frames.append(np.full_like(canvas, -7))
            yield frames[-1]
            for frame in frames:
                frame[...] = np.random.randint(100, 200, frame.shape)
