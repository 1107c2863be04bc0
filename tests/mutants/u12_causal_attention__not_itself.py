"""looks as if a place does not see itself: the diagonal belongs to what is seen / 看起來每個位置看不到自己：遮罩要留下對角線"""


def causal_weights(scores):
    T = scores.shape[-1]
    seen = np.tri(T, T, -1, dtype=bool)
    seen[0, 0] = True
    return maths.softmax(np.where(seen, scores, -np.inf))
