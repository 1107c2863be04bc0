"""Log-probabilities as confidence, tokens and masks in two arrays, and it stops when nothing is masked any more."""


def n_masked(n_open, step, passes):
    return divmod(n_open * (passes - step - 1), passes)[0]


def mask_predict(logits, canvas, u, mask):
    is_open = canvas == mask
    at = np.arange(canvas.shape[1])[is_open.all(axis=0)]
    tokens, hidden = canvas.copy(), is_open.copy()
    sure = np.where(is_open, 0.0, np.inf)                       # the prompt is beyond doubt
    for step in range(u.shape[0]):
        if not hidden.any():
            break
        log_probs = maths.log_softmax(logits(np.where(hidden, mask, tokens), at).astype(np.float64))
        for a, t in enumerate(at):
            drawn = maths.sample_categorical(log_probs[:, a], u[step, :, t])
            now = hidden[:, t]
            tokens[now, t] = drawn[now]
            sure[now, t] = log_probs[np.arange(len(drawn)), a, drawn][now]
        hidden[:] = False
        for b in range(len(canvas)):
            hidden[b, np.lexsort((np.arange(sure.shape[1]), sure[b]))[:n_masked(len(at), step, len(u))]] = True
    return tokens
