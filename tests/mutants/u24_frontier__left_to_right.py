"""looks as if places are filled in reading order, whatever the probabilities say / 看起來只照由左到右的順序填，沒有看機率"""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    return places[:math.ceil(places.size / passes_left)]
