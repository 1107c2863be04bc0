"""looks as if of equally sure places the larger one is masked: the smaller place goes first / 看起來一樣沒把握的時候先遮了後面的：要先遮前面的位置"""


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
        doubtful = at.size - 1 - np.argsort(confidence[:, ::-1], axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        np.put_along_axis(tokens, doubtful, mask, axis=1)
        canvas[:, at] = tokens
    return canvas
