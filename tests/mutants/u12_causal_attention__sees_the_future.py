"""looks as if each place sees itself and its right: the mask is turned over / 看起來每個位置看到的是自己和右邊：檢查遮罩的方向"""


def causal_weights(scores):
    T = scores.shape[-1]
    return maths.softmax(np.where(np.tri(T, dtype=bool).T, scores, -np.inf))
