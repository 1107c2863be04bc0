"""looks as if a pass is spent on sure places alone: they are free, take them along with an open one / 看起來花了一整輪只填已經確定的位置：它們不花錢，跟還沒確定的一起填就好"""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    if passes_left == 1:
        return places
    p = probs[places]
    entropies = -np.sum(p * np.log2(np.where(p > 0, p, 1.0)), axis=-1)
    sure = places[entropies < 0.1]
    order = np.argsort(entropies, kind="stable")[sure.size:]
    if sure.size or not order.size:
        return sure
    share = math.ceil(order.size / passes_left)
    alike = np.sum(entropies[order] < entropies[order[0]] + 0.05)
    return np.concatenate([sure, places[order[:min(share, alike)]]])
