"""How much is known of each place, its distance from the uniform distribution, and the best known ones off a heap."""

from heapq import nlargest


def choose(probs, hidden, passes_left):
    size = probs.shape[1]
    known = {}
    for t in np.flatnonzero(hidden).tolist():
        known[t] = sum(float(p) * math.log(float(p) * size) for p in probs[t] if p > 0) / math.log(size)     # 1: all
    ready = {t for t in known if known[t] > 0.97 or passes_left == 1}
    others = [t for t in known if t not in ready]
    best = nlargest(-(-len(others) // passes_left), others, key=known.get)
    return sorted(ready.union(t for t in best if known[t] > known[best[0]] - 0.04))
