"""looks as if places are ordered by their largest probability: two likely tokens and nothing else leave less open than one favourite among many / 看起來是用最大的機率排順序：「只剩兩種可能」比「有一個領先、其他都有可能」更確定，要看熵"""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    if passes_left == 1:
        return places
    p = probs[places]
    doubts = 1.0 - p.max(axis=-1)
    sure = places[doubts < 0.02]
    order = np.argsort(doubts, kind="stable")[sure.size:]
    if not order.size:
        return sure
    share = math.ceil(order.size / passes_left)
    alike = np.sum(doubts[order] < doubts[order[0]] + 0.05)
    return np.concatenate([sure, places[order[:min(share, alike)]]])
