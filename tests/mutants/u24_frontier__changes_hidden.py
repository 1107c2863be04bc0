"""looks as if hidden was changed: leave the inputs as they are / 看起來改動了 hidden：輸入要保持原樣"""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    hidden[places] = False
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
