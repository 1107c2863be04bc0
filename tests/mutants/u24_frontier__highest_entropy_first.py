"""looks as if several of the most uncertain places are filled at once: what they know of each other is lost / 看起來一次填了好幾個最不確定的位置：它們彼此的關係就丟掉了"""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    p = probs[places]
    entropies = np.round(-np.sum(p * np.log2(np.where(p > 0, p, 1.0)), axis=-1), 9)
    order = np.argsort(-entropies, kind="stable")
    return places[order[:math.ceil(places.size / passes_left)]]
