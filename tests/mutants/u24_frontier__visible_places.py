"""looks as if visible places are chosen again: they are the surest of all, so leave them out first / 看起來選到了已經看得到的位置：它們當然最確定，要先排除"""


def choose(probs, hidden, passes_left):
    if passes_left == 1:
        return np.flatnonzero(hidden)
    places = np.arange(len(hidden))
    p = probs[places]
    entropies = -np.sum(p * np.log2(np.where(p > 0, p, 1.0)), axis=-1)
    sure = places[entropies < 0.1]
    order = np.argsort(entropies, kind="stable")[sure.size:]
    if not order.size:
        return sure
    share = math.ceil(order.size / passes_left)
    alike = np.sum(entropies[order] < entropies[order[0]] + 0.05)
    return np.concatenate([sure, places[order[:min(share, alike)]]])
