"""looks as if the columns sum to one, not the rows: softmax goes along the last axis / 看起來加起來是 1 的是直排，不是橫排：softmax 要沿著最後一軸"""


def causal_weights(scores):
    T = scores.shape[-1]
    masked = np.where(np.tri(T, dtype=bool), scores, -np.inf)
    return maths.softmax(masked.swapaxes(-1, -2)).swapaxes(-1, -2)
