"""looks as if places that were kept are drawn again too: only masked places are / 看起來留下來的位置也重抽了：只有遮住的位置要重抽"""


def mask_predict(logits, canvas, u, mask):
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)
    confidence = np.zeros((len(canvas), at.size))
    for step, dice in enumerate(u):
        masked = canvas[:, at] == mask
        scores = logits(canvas.copy(), at)
        drawn = maths.sample_categorical(scores, dice[:, at])
        told = np.take_along_axis(maths.softmax(scores), drawn[..., None], axis=-1)[..., 0]
        tokens = drawn.copy()
        confidence = told
        doubtful = np.argsort(confidence, axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        np.put_along_axis(tokens, doubtful, mask, axis=1)
        canvas[:, at] = tokens
    return canvas
