"""A student who compiles with a cache, and with a helper that is compiled too."""
# earns: all
# limits: call=20 unit=30 load=20

from numba import njit


@njit(cache=True)
def draw(row, die):
    total = 0.0
    for p in row:
        total += p
    v, running = 0, row[0]
    while running <= die * total:
        v += 1
        running += row[v]
    return v


@njit(cache=True)
def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask:
                tokens[b, t] = end if over else draw(probs[left], u[b, t])
            left = tokens[b, t]
            over = over or left == end
    return tokens
