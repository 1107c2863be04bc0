"""looks as if every pass is shown the canvas of the beginning / 看起來每一輪給模型看的都是最開始的畫布：要給它看現在的"""


def fill(logits, canvas, u, plan, mask):
    start, canvas = canvas.copy(), canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            canvas[:, at] = maths.sample_categorical(logits(start.copy(), at), u[:, at])
            yield canvas.copy()
