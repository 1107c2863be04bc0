"""looks as if the dice are taken in the order of the visits, not by place / 看起來骰子是照填的先後順序拿的：位置 t 的骰子是 u[:, t]"""


def fill(logits, canvas, u, plan, mask):
    canvas, used = canvas.copy(), 0
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            canvas[:, at] = maths.sample_categorical(logits(canvas.copy(), at), u[:, used:used + at.size])
            used += at.size
            yield canvas.copy()
