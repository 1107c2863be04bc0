"""looks as if the likeliest length is always taken and its die is not used / 看起來每次都選最可能的長度，沒有用到 u_length"""


def length_first(length_logits, piece_logits, u_length, u):
    n = int(np.argmax(length_logits))
    if n == 0:
        return np.zeros(0, np.int64)
    return maths.sample_categorical(piece_logits(n), u[:n])
