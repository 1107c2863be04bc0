"""looks as if open places are shown as token 0, not as the mask / 看起來還沒填的位置，模型看到的是 token 0：要給它看遮罩"""


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            shown = np.where(canvas == mask, 0, canvas)
            canvas[:, at] = maths.sample_categorical(logits(shown, at), u[:, at])
            yield canvas.copy()
