"""looks as if places of one pass see each other's draws: ask for all of them first / 看起來同一輪的位置看到了彼此抽的結果：要先一次問完"""


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        for t in at:
            one = np.array([t])
            canvas[:, one] = maths.sample_categorical(logits(canvas.copy(), one), u[:, one])
        if at.size:
            yield canvas.copy()
