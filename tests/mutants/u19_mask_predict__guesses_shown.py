"""looks as if the model is shown the doubtful guesses instead of masks / 看起來模型看到的還是沒把握的猜測，不是遮罩"""


def mask_predict(logits, canvas, u, mask):
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)
    masked = np.ones((len(canvas), at.size), bool)
    confidence = np.zeros((len(canvas), at.size))
    for step, dice in enumerate(u):
        scores = logits(canvas.copy(), at)
        drawn = maths.sample_categorical(scores, dice[:, at])
        told = np.take_along_axis(maths.softmax(scores), drawn[..., None], axis=-1)[..., 0]
        tokens = np.where(masked, drawn, canvas[:, at])
        confidence = np.where(masked, told, confidence)
        doubtful = np.argsort(confidence, axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        masked = np.zeros(masked.shape, bool)
        np.put_along_axis(masked, doubtful, True, axis=1)
        canvas[:, at] = tokens
    return canvas
