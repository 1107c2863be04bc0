"""looks as if the scores go through the softmax twice: the draw takes scores, not probabilities / 看起來做了兩次 softmax：抽樣吃的是分數，不是機率"""


def fill(logits, canvas, u, plan, mask):
    canvas = canvas.copy()
    for at in plan:
        at = np.asarray(at, np.int64)
        at = at[canvas[0, at] == mask]
        if at.size:
            canvas[:, at] = maths.sample_categorical(maths.softmax(logits(canvas.copy(), at)), u[:, at])
            yield canvas.copy()
