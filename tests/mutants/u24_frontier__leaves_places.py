"""looks as if passes_left is not used: in the last pass everything that is hidden has to be chosen / 看起來沒有用到 passes_left：最後一輪要把剩下的全部填完"""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    p = probs[places]
    entropies = np.round(-np.sum(p * np.log2(np.where(p > 0, p, 1.0)), axis=-1), 9)
    order = np.argsort(entropies, kind="stable")
    return places[order[:1]]
