"""looks as if probabilities are mixed: guidance mixes their logarithms / 看起來混合的是機率：引導要混合的是 log 機率"""


def guided_sample(told_logits, untold_logits, weight, u):
    told = maths.softmax(told_logits.astype(np.float64))
    untold = maths.softmax(untold_logits.astype(np.float64))
    with np.errstate(divide="ignore"):
        return maths.sample_categorical(np.log(np.maximum(untold + weight * (told - untold), 0.0)), u)
