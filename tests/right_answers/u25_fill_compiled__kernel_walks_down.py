"""A kernel that walks down: it takes probabilities from what is left of the die, and remembers the last possible token."""


@njit
def fill_compiled(probs, canvas, u, mask, end):
    tokens = np.empty(canvas.shape, np.int64)
    for b in range(len(canvas)):
        over = False
        for t in range(canvas.shape[1]):
            token = canvas[b, t]
            if token == mask:
                token = end
                if not over:
                    row = probs[mask if t == 0 else tokens[b, t - 1]]
                    rest, token = u[b, t] * row.sum(), -1
                    for v in range(row.size):
                        if row[v] > 0.0 and rest >= 0.0:
                            token = v
                        rest -= row[v]
            tokens[b, t] = token
            over |= token == end
    return tokens
