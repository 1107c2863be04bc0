"""looks as if the last dice are taken, not the first: place t has the die u[t] / 看起來拿的是最後幾顆骰子，不是前面的：位置 t 的骰子是 u[t]"""


def length_first(length_logits, piece_logits, u_length, u):
    n = int(maths.sample_categorical(length_logits, np.float64(u_length)))
    if n == 0:
        return np.zeros(0, np.int64)
    return maths.sample_categorical(piece_logits(n), u[-n:])
