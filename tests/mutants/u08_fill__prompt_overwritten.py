"""looks as if what the prompt decided is drawn again / 看起來題目已經給的位置又重抽了一次：給了的要留著"""


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        if (canvas[0, at] == mask).any():
            canvas[:, at] = maths.sample_categorical(logits(canvas.copy(), at), u[:, at])
            yield canvas.copy()
