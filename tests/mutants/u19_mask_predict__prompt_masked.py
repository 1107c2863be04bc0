"""looks as if the prompt is masked too: only places that were open at the start may be / 看起來連題目也遮住了：只能遮一開始空著的位置"""


def mask_predict(logits, canvas, u, mask):
    canvas, at = canvas.copy(), np.flatnonzero(canvas[0] == mask)
    confidence = np.zeros(canvas.shape)
    for step, dice in enumerate(u):
        masked = canvas[:, at] == mask
        scores = logits(canvas.copy(), at)
        drawn = maths.sample_categorical(scores, dice[:, at])
        told = np.take_along_axis(maths.softmax(scores), drawn[..., None], axis=-1)[..., 0]
        canvas[:, at] = np.where(masked, drawn, canvas[:, at])
        confidence[:, at] = np.where(masked, told, confidence[:, at])
        doubtful = np.argsort(confidence, axis=1, kind="stable")[:, :n_masked(at.size, step, len(u))]
        np.put_along_axis(canvas, doubtful, mask, axis=1)
    return canvas
