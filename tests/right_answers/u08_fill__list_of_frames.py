"""All frames in one array (S, B, T) at the end, each pass drawn by a binary search."""


def fill(logits, canvas, u, plan, mask):
    frames = [canvas.astype(np.int32)]
    for at in plan:
        at = np.array([t for t in at if frames[-1][0, t] == mask], np.int32)
        if len(at) == 0:
            continue
        scores = logits(frames[-1], at).astype(np.float64)
        probs = np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))
        new = frames[-1].copy()
        for index in np.ndindex(probs.shape[:2]):
            running = np.cumsum(probs[index])
            b, t = index[0], at[index[1]]
            new[b, t] = np.searchsorted(running / running[-1], u[b, t], side="right")
        frames.append(new)
    return iter(frames[1:])
