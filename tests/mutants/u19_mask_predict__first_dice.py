"""looks as if every pass uses the dice of the first one: pass s has u[s] / 看起來每一次都用第一次的骰子：第 s 次用的是 u[s]"""


def mask_predict(logits, canvas, u, mask):
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)
    confidence = np.zeros((len(canvas), at.size))
    for step, dice in enumerate(u):
        masked = canvas[:, at] == mask
        scores = logits(canvas.copy(), at)
        drawn = maths.sample_categorical(scores, u[0][:, at])
        told = np.take_along_axis(maths.softmax(scores), drawn[..., None], axis=-1)[..., 0]
        tokens = np.where(masked, drawn, canvas[:, at])
        confidence = np.where(masked, told, confidence)
        doubtful = np.argsort(confidence, axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        np.put_along_axis(tokens, doubtful, mask, axis=1)
        canvas[:, at] = tokens
    return canvas
