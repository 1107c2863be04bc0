"""The best token is taken out again and again (argmax, which prefers the smaller id), and float32 comes back."""


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    flat = logits.reshape(-1, logits.shape[-1]).astype(np.float64)
    kept = np.zeros(flat.shape, bool)
    for row, stays in zip(flat if temperature == 0 else flat / temperature, kept):
        possible, taken = int(np.isfinite(row).sum()), []
        for _ in range(1 if temperature == 0 else min(possible, top_k or possible)):
            taken.append(int(np.where(stays, -np.inf, row).argmax()))
            stays[taken[-1]] = True
        if top_p is not None and top_p != 1:
            weights = np.exp(row[taken] - row[taken[0]])
            enough = 1 + np.searchsorted(np.cumsum(weights), top_p * weights.sum(), side="left")
            stays[taken[enough:]] = False
    flat -= flat.max(axis=1, keepdims=True)
    return np.where(kept, flat / (temperature or 1.0), -np.inf).reshape(logits.shape).astype(np.float32)
