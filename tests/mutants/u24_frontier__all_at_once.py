"""looks as if everything is filled in the first pass, though more passes are left / 看起來第一輪就全部填完了，明明後面還有輪數"""


def choose(probs, hidden, passes_left):
    return np.flatnonzero(hidden)
