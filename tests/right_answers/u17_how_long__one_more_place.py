"""An END of its own behind every canvas, so that there is always one; places after it are left out by deleting them."""


def lengths(tokens, end):
    sure = np.hstack([tokens, np.full((len(tokens), 1), end)])
    return np.argmax(sure == end, axis=1).astype(np.int32)


def string_log_prob(log_probs, tokens, end):
    upto = [min(n + 1, tokens.shape[1]) for n in lengths(tokens, end)]
    return np.array([np.sum(log_probs[np.arange(k), row[:k]], dtype=np.float64) for k, row in zip(upto, tokens)])


def length_first(length_logits, piece_logits, u_length, u):
    (n,) = maths.sample_categorical(length_logits[None], np.array([u_length]))
    if n < 1:
        return np.empty(0, int)
    tokens, scores = np.empty(n, int), piece_logits(n)
    for t in range(n):
        tokens[t] = maths.sample_categorical(scores[t], u[t])
    return tokens
