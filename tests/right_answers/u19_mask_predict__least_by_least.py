"""The least sure place is looked for again and again; float32 probabilities."""


def n_masked(n_open, step, passes):
    done = 0
    while (done + 1) * passes <= n_open * (passes - 1 - step):
        done += 1
    return done


def mask_predict(logits, canvas, u, mask):
    out = np.array(canvas)
    at = np.nonzero(out[0] == mask)[0]
    sure = np.zeros(out.shape, np.float32)
    rows = np.arange(len(out))
    for step in range(len(u)):
        scores = np.asarray(logits(out.copy(), at), np.float32)
        probs = maths.softmax(scores)
        drawn = maths.sample_categorical(scores, u[step][:, at])
        for a, t in enumerate(at):
            fresh = out[:, t] == mask
            sure[fresh, t] = probs[rows, a, drawn[:, a]][fresh]
            out[fresh, t] = drawn[fresh, a]
        left = sure.copy()
        left[:, np.setdiff1d(np.arange(out.shape[1]), at)] = 2.0
        for _ in range(n_masked(len(at), step, len(u))):
            worst = left.argmin(axis=1)                         # the first of equal ones
            out[rows, worst] = mask
            left[rows, worst] = 3.0
    return out
