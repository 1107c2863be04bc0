"""Whether END has come yet, as a running OR; log-probabilities as running sums, read off at END."""


def lengths(tokens, end):
    return (~np.logical_or.accumulate(tokens == end, axis=1)).sum(axis=1)


def string_log_prob(log_probs, tokens, end):
    told = np.take_along_axis(log_probs[None], tokens[..., None], -1)[..., 0]
    sums = np.cumsum(told, axis=1)
    last = np.minimum(lengths(tokens, end), tokens.shape[1] - 1)
    return sums[np.arange(len(tokens)), last]


def length_first(length_logits, piece_logits, u_length, u):
    edges = np.cumsum(maths.softmax(length_logits))
    n = int(np.searchsorted(edges / edges[-1], u_length, side="right"))
    if not n:
        return np.array([], np.int32)
    running = np.cumsum(maths.softmax(piece_logits(n)), axis=1)
    return (running <= u[:n, None] * running[:, -1:]).sum(axis=1).astype(np.int32)
