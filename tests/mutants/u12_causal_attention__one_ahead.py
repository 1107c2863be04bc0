"""looks as if a place sees one place into the future: the diagonal is the last that is seen / 看起來每個位置多看了右邊一格：最多看到對角線"""


def causal_weights(scores):
    T = scores.shape[-1]
    return maths.softmax(np.where(np.tri(T, T, 1, dtype=bool), scores, -np.inf))
