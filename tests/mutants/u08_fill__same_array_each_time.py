"""looks as if every frame is the same array, which goes on changing: yield a copy / 看起來每次交出去的都是同一個陣列，後面又改到它：要 yield 副本"""


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            canvas[:, at] = maths.sample_categorical(logits(canvas.copy(), at), u[:, at])
            yield canvas
