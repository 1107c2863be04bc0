"""NumPy's own binary search, row by row."""


def sample_categorical(logits, u, temperature=1.0):
    flat = logits.reshape(-1, logits.shape[-1]).astype(np.float64) / temperature
    tokens = []
    for row, die in zip(flat, u.ravel()):
        running = np.cumsum(np.exp(row - row.max()))
        tokens.append(np.searchsorted(running, die * running[-1], side="right"))
    return np.array(tokens, np.int64).reshape(u.shape)
