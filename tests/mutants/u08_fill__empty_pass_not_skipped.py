"""looks as if a pass with nothing open is asked and handed out all the same / 看起來沒有空位的那一輪也問了模型、也交出一張：要整輪跳過"""


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        canvas[:, at] = maths.sample_categorical(logits(canvas.copy(), at), u[:, at])
        yield canvas.copy()
