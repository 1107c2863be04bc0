"""looks as if a place once kept can never be doubted again / 看起來位置只要留下來一次，就再也不會重新遮住"""


def mask_predict(logits, canvas, u, mask):
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)
    confidence = np.zeros((len(canvas), at.size))
    for step, dice in enumerate(u):
        masked = canvas[:, at] == mask
        scores = logits(canvas.copy(), at)
        drawn = maths.sample_categorical(scores, dice[:, at])
        told = np.take_along_axis(maths.softmax(scores), drawn[..., None], axis=-1)[..., 0]
        tokens = np.where(masked, drawn, canvas[:, at])
        confidence = np.where(masked, told, confidence)
        doubtful = np.argsort(np.where(masked, confidence, 2.0), axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        np.put_along_axis(tokens, doubtful, mask, axis=1)
        canvas[:, at] = tokens
    return canvas
