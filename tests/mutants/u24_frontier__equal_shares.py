"""looks as if the open places are shared out equally, although one of them stands out: it may settle the others, let it go alone / 看起來還沒確定的位置每輪平分，可是其中一個特別突出：它可能決定別人，讓它自己先填"""


def choose(probs, hidden, passes_left):
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
    return np.concatenate([sure, places[order[:share]]])
