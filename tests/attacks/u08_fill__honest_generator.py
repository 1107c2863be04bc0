"""A student whose generator has a try, a finally and a helper, prints, and yields a canvas that it goes on using."""
# earns: at most 15 tests

import numpy as np

from minigen import maths


def open_places(canvas, at, mask):
    yield from (t for t in at if canvas[0, t] == mask)


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    try:
        for at in plan:
            at = np.fromiter(open_places(canvas, at, mask), int)
            if at.size:
                canvas[:, at] = maths.sample_categorical(logits(canvas, at), u[:, at])
                yield canvas
    finally:
        print("done")
