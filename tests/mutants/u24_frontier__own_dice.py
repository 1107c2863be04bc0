"""looks as if places are chosen by lot: the same question must have the same answer / 看起來是抽籤選位置：同樣的問題要有同樣的答案"""

luck = np.random.default_rng(0)


def choose(probs, hidden, passes_left):
    places = luck.permutation(np.flatnonzero(hidden))
    return places if passes_left == 1 else places[:luck.integers(1, places.size + 1)]
