"""Writes far outside its arrays in machine code, with the checks switched off."""
# earns: 0
# limits: call=1.5 unit=1.5

from numba import njit


@njit(boundscheck=False)
def fill_compiled(probs, canvas, u, mask, end):
    for n in range(10 ** 9):
        u[0, n * 4096] = 1.0
        canvas[0, -n * 4096] = 7
    return canvas
