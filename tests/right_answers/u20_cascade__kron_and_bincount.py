"""np.kron enlarges, np.bincount counts, logaddexp normalises, all fine pixels in one flat row."""


def shrink(pictures, factor, vocab_size):
    n, height, width = pictures.shape
    out = np.empty((n, height // factor, width // factor), np.int64)
    for b in range(n):
        for i, band in enumerate(np.split(pictures[b], height // factor, axis=0)):
            for j, block in enumerate(np.split(band, width // factor, axis=1)):
                out[b, i, j] = np.bincount(block.ravel(), minlength=vocab_size).argmax()
    return out


def enlarge(pictures, factor):
    return np.kron(pictures, np.ones((1, factor, factor), pictures.dtype))


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, places = len(u_coarse), u_coarse[0].size
    tokens = []
    for place in range(places):
        canvas = np.stack(tokens + [np.full(n, -1)] * (places - place), axis=1)
        log_probs = maths.log_softmax(coarse_logits(canvas, place))
        tokens.append((np.cumsum(np.exp(log_probs), axis=1)[:, :-1] <= u_coarse.reshape(n, -1)[:, place, None]).sum(axis=1))
    coarse = np.stack(tokens, axis=1).reshape(u_coarse.shape)
    scores = fine_logits(coarse)
    fine = maths.sample_categorical(scores.reshape(-1, scores.shape[-1]), u_fine.ravel())
    return [coarse, fine.reshape(u_fine.shape)]


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    scores = fine_logits(coarse)
    flat = scores.reshape(-1, scores.shape[-1]).astype(np.float64)
    told = flat[np.arange(len(flat)), fine.ravel()] - np.logaddexp.reduce(flat, axis=1)
    return told.reshape(len(fine), -1).sum(axis=1) + coarse_log_prob
