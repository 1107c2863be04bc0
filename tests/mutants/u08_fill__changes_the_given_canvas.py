"""looks as if the given canvas itself is written on: work on a copy / 看起來直接寫在給你的畫布上了：先複製一份再寫"""


def fill(logits, canvas, u, plan, mask):
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            canvas[:, at] = maths.sample_categorical(logits(canvas.copy(), at), u[:, at])
            yield canvas.copy()
