"""Loops for ever in machine code that has let go of Python's lock."""
# earns: 0
# limits: call=1.5 unit=1.5

from numba import njit


@njit(nogil=True)
def fill_compiled(probs, canvas, u, mask, end):
    n = 0
    while canvas[0, 0] > -1:
        n += 1
    return canvas + n
