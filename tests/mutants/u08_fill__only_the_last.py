"""looks as if only the finished canvas comes, not one after each pass / 看起來只交出最後一張：每一輪填完都要 yield 一次"""


def fill(logits, canvas, u, plan, mask):
    canvas, before = canvas.copy(), canvas
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            canvas[:, at] = maths.sample_categorical(logits(canvas.copy(), at), u[:, at])
    if (before == mask).any():
        yield canvas.copy()
