"""looks as if the scores that were given are overwritten: check -= and out= / 看起來改到了傳進來的分數：檢查有沒有用 -= 或 out="""


def softmax(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=-1, keepdims=True)
    return logits
