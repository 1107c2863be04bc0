"""looks as if confidence is the largest probability, not that of the token drawn / 看起來是拿最大的機率當把握，應該用抽到的那個 token 的機率"""


def mask_predict(logits, canvas, u, mask):
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)
    confidence = np.zeros((len(canvas), at.size))
    for step, dice in enumerate(u):
        masked = canvas[:, at] == mask
        scores = logits(canvas.copy(), at)
        drawn = maths.sample_categorical(scores, dice[:, at])
        told = maths.softmax(scores).max(axis=-1)
        tokens = np.where(masked, drawn, canvas[:, at])
        confidence = np.where(masked, told, confidence)
        doubtful = np.argsort(confidence, axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        np.put_along_axis(tokens, doubtful, mask, axis=1)
        canvas[:, at] = tokens
    return canvas
