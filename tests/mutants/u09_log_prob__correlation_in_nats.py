"""looks as if the total correlation is in nats: divide by log 2 for bits / 看起來總相關量的單位是 nats：除以 log 2 才是位元"""


def total_correlation(joint):
    def entropy(probs):
        probs = probs[probs > 0]
        return -(probs * np.log(probs)).sum()

    places = range(joint.ndim)
    return float(sum(entropy(joint.sum(axis=tuple(o for o in places if o != t))) for t in places) - entropy(joint))
