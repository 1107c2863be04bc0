"""looks as if the model is asked again for every place: all n places come from one answer / 看起來每個位置都重問了一次：n 個位置要一次問完"""


def length_first(length_logits, piece_logits, u_length, u):
    n = int(maths.sample_categorical(length_logits, np.float64(u_length)))
    return np.array([maths.sample_categorical(piece_logits(n)[t], u[t]) for t in range(n)], np.int64)
