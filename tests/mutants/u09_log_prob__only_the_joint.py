"""looks as if this is the entropy of whole canvases alone: the places' own entropies come first / 看起來只算了整張畫布的熵：要先把每個位置自己的熵加起來，再減掉它"""


def total_correlation(joint):
    probs = joint[joint > 0]
    return float(-(probs * np.log2(probs)).sum())
