"""The first pass, then the rest of the plan on the new canvas; nothing is ever written on."""


def fill(logits, canvas, u, plan, mask):
    if len(plan) == 0:
        return
    first, *rest = plan
    now = np.isin(np.arange(canvas.shape[1]), first) & (canvas[0] == mask)      # (T,)
    if now.any():
        places, drawn = np.flatnonzero(now), np.zeros_like(canvas)              # in the order of the canvas
        drawn[:, places] = maths.sample_categorical(logits(canvas, places), u[:, places])
        canvas = np.where(now, drawn, canvas)
        yield canvas
    yield from fill(logits, canvas, u, rest, mask)
