"""looks as if probabilities came back: scores are wanted, which go through a softmax later / 看起來回傳的是機率：要的是分數，之後還會進 softmax"""

scores_of = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    scores = scores_of(logits, temperature, top_k, top_p)
    return np.where(np.isneginf(scores), -np.inf, maths.softmax(scores))
