"""looks as if kept places get a new confidence in every pass: theirs is from when they were drawn / 看起來留下來的位置每次都重算了把握：要用抽到它那一次的"""


def mask_predict(logits, canvas, u, mask):
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)
    confidence = np.zeros((len(canvas), at.size))
    for step, dice in enumerate(u):
        masked = canvas[:, at] == mask
        scores = logits(canvas.copy(), at)
        drawn = maths.sample_categorical(scores, dice[:, at])
        told = np.take_along_axis(maths.softmax(scores), np.where(masked, drawn, canvas[:, at])[..., None], axis=-1)[..., 0]
        tokens = np.where(masked, drawn, canvas[:, at])
        confidence = told
        doubtful = np.argsort(confidence, axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        np.put_along_axis(tokens, doubtful, mask, axis=1)
        canvas[:, at] = tokens
    return canvas
