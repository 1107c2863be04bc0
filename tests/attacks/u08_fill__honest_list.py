"""A student who gives all canvases in a list, and draws with the package's function of an earlier unit."""
# earns: all

import numpy as np

from minigen.maths import sample_categorical


def fill(logits, canvas, u, plan, mask):
    canvas, frames = np.array(canvas), []
    for at in plan:
        at = np.array([t for t in at if canvas[0, t] == mask], int)
        if len(at):
            canvas[:, at] = sample_categorical(logits(canvas.copy(), at), u[:, at])
            frames.append(canvas.copy())
    return frames
