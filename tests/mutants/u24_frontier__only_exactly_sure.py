"""looks as if only a probability of exactly 1 counts as sure: at 0.999 there is next to nothing to lose / 看起來機率剛好是 1 才算確定：0.999 也幾乎沒有損失了"""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    if passes_left == 1:
        return places
    p = probs[places]
    entropies = -np.sum(p * np.log2(np.where(p > 0, p, 1.0)), axis=-1)
    sure = places[entropies < 1e-9]
    order = np.argsort(entropies, kind="stable")[sure.size:]
    if not order.size:
        return sure
    share = math.ceil(order.size / passes_left)
    alike = np.sum(entropies[order] < entropies[order[0]] + 0.05)
    return np.concatenate([sure, places[order[:min(share, alike)]]])
