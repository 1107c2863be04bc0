"""looks as if a pass with nothing open is asked and handed out all the same / 看起來沒東西可填的那一輪也問了、也交了一張：要整輪跳過"""


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        canvas[:, at] = maths.sample_categorical(logits(canvas.copy(), at), u[:, at])
        yield canvas.copy()
