"""looks as if the first score is that of length 1: it is that of length 0 / 看起來第一個分數當成長度 1 了：它是長度 0 的分數"""


def length_first(length_logits, piece_logits, u_length, u):
    n = min(int(maths.sample_categorical(length_logits, np.float64(u_length))) + 1, len(length_logits) - 1)
    if n == 0:
        return np.zeros(0, np.int64)
    return maths.sample_categorical(piece_logits(n), u[:n])
