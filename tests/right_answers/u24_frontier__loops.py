"""Plain Python: the number of tokens that a place still wavers between, 2 to the power of its entropy."""


def choose(probs, hidden, passes_left):
    wavers = {t: math.prod(p ** -p for p in map(float, row) if p > 0) for t, row in enumerate(probs) if hidden[t]}
    if passes_left == 1:
        return list(wavers)
    now = [t for t in wavers if wavers[t] < 1.05]
    doubtful = sorted((t for t in wavers if t not in now), key=wavers.get)
    room = -(-len(doubtful) // passes_left)
    for t in doubtful[:room]:
        if wavers[t] > 1.05 * wavers[doubtful[0]]:
            break
        now.append(t)
    return now
