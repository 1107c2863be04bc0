"""looks as if the longest text was asked for and then cut: ask for as many places as were drawn / 看起來先問最長的再砍短：抽到多長就問多長"""


def length_first(length_logits, piece_logits, u_length, u):
    n = int(maths.sample_categorical(length_logits, np.float64(u_length)))
    if n == 0:
        return np.zeros(0, np.int64)
    return maths.sample_categorical(piece_logits(len(length_logits) - 1)[:n], u[:n])
