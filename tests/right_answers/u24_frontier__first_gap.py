"""Sorted entropies, cut at the first gap between two neighbours; sure places wait for the last pass."""


def choose(probs, hidden, passes_left):
    places = np.flatnonzero(hidden)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropies = -np.nansum(probs[places] * np.log(probs[places]), axis=1)
    doubtful = entropies > 0.05
    if passes_left == 1 or not doubtful.any():
        return places
    order = np.argsort(entropies[doubtful])
    gaps = np.flatnonzero(np.diff(entropies[doubtful][order], append=np.inf) > 0.06)
    share = (order.size + passes_left - 1) // passes_left
    return places[doubtful][order][:min(share, gaps[0] + 1)].astype(np.int32)
