"""looks as if the die is counted among the open places only: place t has the die u[s, b, t] / 看起來骰子是照空著的位置數的：位置 t 的骰子是 u[s, b, t]"""


def mask_predict(logits, canvas, u, mask):
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)
    confidence = np.zeros((len(canvas), at.size))
    for step, dice in enumerate(u):
        masked = canvas[:, at] == mask
        scores = logits(canvas.copy(), at)
        drawn = maths.sample_categorical(scores, dice[:, :at.size])
        told = np.take_along_axis(maths.softmax(scores), drawn[..., None], axis=-1)[..., 0]
        tokens = np.where(masked, drawn, canvas[:, at])
        confidence = np.where(masked, told, confidence)
        doubtful = np.argsort(confidence, axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        np.put_along_axis(tokens, doubtful, mask, axis=1)
        canvas[:, at] = tokens
    return canvas
