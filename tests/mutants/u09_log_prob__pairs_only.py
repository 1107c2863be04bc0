"""looks as if only pairs of places are compared: three lamps can be tied though no two of them are / 看起來只比了兩兩之間的關係：三盞燈可以綁在一起，任兩盞之間卻看不出關係"""


def total_correlation(joint):
    def entropy(probs):
        probs = probs[probs > 0]
        return -(probs * np.log2(probs)).sum()

    def of(*kept):
        return entropy(joint.sum(axis=tuple(o for o in range(joint.ndim) if o not in kept)))

    return float(sum(of(s) + of(t) - of(s, t) for t in range(joint.ndim) for s in range(t)))
