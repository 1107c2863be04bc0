"""looks as if the largest token on the canvas is taken for the mask / 看起來把畫布上最大的 token 當成遮罩了"""


def fill(logits, canvas, u, plan, mask):
    canvas, mask = canvas.copy(), canvas.max()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            canvas[:, at] = maths.sample_categorical(logits(canvas.copy(), at), u[:, at])
            yield canvas.copy()
