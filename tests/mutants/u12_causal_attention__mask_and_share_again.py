"""looks as if unseen scores take part in the softmax and are cut away after it: a huge one leaves nothing over / 看起來看不到的分數先進了 softmax 才砍掉：那裡分數很大時，就什麼都不剩了"""


def causal_weights(scores):
    T = scores.shape[-1]
    weights = maths.softmax(scores) * np.tri(T)
    with np.errstate(all="ignore"):
        return weights / weights.sum(axis=-1, keepdims=True)
