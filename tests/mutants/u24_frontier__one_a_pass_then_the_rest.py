"""looks as if each pass fills one place and the last one all the rest / 看起來每一輪只填一個，剩下的全部擠在最後一輪"""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    p = probs[places]
    entropies = np.round(-np.sum(p * np.log2(np.where(p > 0, p, 1.0)), axis=-1), 9)
    order = np.argsort(entropies, kind="stable")
    return places[order[:places.size if passes_left == 1 else 1]]
