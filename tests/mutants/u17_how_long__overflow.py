"""looks as if large scores overflow in exp: take the largest away first / 看起來分數很大時 exp 爆掉了：先減掉最大的分數"""


def length_first(length_logits, piece_logits, u_length, u):
    weights = np.exp(length_logits)
    n = int(np.argmax(np.cumsum(weights / weights.sum()) > u_length))
    if n == 0:
        return np.zeros(0, np.int64)
    return maths.sample_categorical(piece_logits(n), u[:n])
