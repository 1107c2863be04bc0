"""looks as if the mask comes after the softmax: the rows no longer sum to one / 看起來 softmax 之後才遮：每一橫排加起來就不是 1 了"""


def causal_weights(scores):
    T = scores.shape[-1]
    return maths.softmax(scores) * np.tri(T)
