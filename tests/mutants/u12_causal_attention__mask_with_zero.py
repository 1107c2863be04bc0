"""looks as if unseen scores become 0 before the softmax: exp(0) is 1, not nothing / 看起來 softmax 之前把看不到的分數變成 0：exp(0) 是 1，不是沒有"""


def causal_weights(scores):
    T = scores.shape[-1]
    return maths.softmax(np.where(np.tri(T, dtype=bool), scores, 0.0))
