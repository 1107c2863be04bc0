"""looks as if later passes are shown the likeliest tokens, not those that were drawn / 看起來給下一輪看的是分數最高的 token，不是真正抽到的那個"""


def fill(logits, canvas, u, plan, mask):
    canvas, shown = canvas.copy(), canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            scores = logits(shown.copy(), at)
            canvas[:, at] = maths.sample_categorical(scores, u[:, at])
            shown[:, at] = np.argmax(scores, axis=-1)
            yield canvas.copy()
