"""looks as if the model is asked for 0 places: then there is nothing to ask / 看起來長度是 0 還去問模型：這時什麼都不用問"""


def length_first(length_logits, piece_logits, u_length, u):
    n = int(maths.sample_categorical(length_logits, np.float64(u_length)))
    scores = piece_logits(n)
    return maths.sample_categorical(scores, u[:n]) if n else np.zeros(0, np.int64)
