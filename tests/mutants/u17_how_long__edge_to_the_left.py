"""looks as if a token of probability zero can be drawn: the running sum must be greater than the die, not equal to it / 看起來機率 0 的 token 也會被抽到：累積機率要大於骰子，等於不算"""


def length_first(length_logits, piece_logits, u_length, u):
    n = int(np.argmax(np.cumsum(maths.softmax(length_logits)) >= u_length))
    if n == 0:
        return np.zeros(0, np.int64)
    running = np.cumsum(maths.softmax(piece_logits(n)), axis=1)
    return np.argmax(running >= u[:n, None], axis=1)
