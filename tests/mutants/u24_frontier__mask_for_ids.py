"""looks as if True and False came back, one for each place: expected the ids of the places (np.flatnonzero) / 看起來回傳的是 True 和 False：要回傳位置的編號（np.flatnonzero）"""


def ids(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    if passes_left == 1:
        return places
    p = probs[places]
    entropies = -np.sum(p * np.log2(np.where(p > 0, p, 1.0)), axis=-1)
    sure = places[entropies < 0.1]
    order = np.argsort(entropies, kind="stable")[sure.size:]
    if not order.size:
        return sure
    share = math.ceil(order.size / passes_left)
    alike = np.sum(entropies[order] < entropies[order[0]] + 0.05)
    return np.concatenate([sure, places[order[:min(share, alike)]]])


def choose(probs, hidden, passes_left):
    chosen = np.zeros(len(hidden), bool)
    chosen[ids(probs, hidden, passes_left)] = True
    return chosen
