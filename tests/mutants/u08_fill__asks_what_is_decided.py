"""looks as if the model is asked for places that the prompt has decided / 看起來題目已經給的位置也拿去問模型了：只問還沒填的"""


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        open_places = canvas[:, at] == mask
        if open_places.any():
            drawn = maths.sample_categorical(logits(canvas.copy(), at), u[:, at])
            canvas[:, at] = np.where(open_places, drawn, canvas[:, at])
            yield canvas.copy()
