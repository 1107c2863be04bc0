"""One level after the other over the whole array: np.unique counts the rows of (context, token)."""


def count_ngrams(tokens, order, start, end=None):
    n, length = tokens.shape
    counted = np.ones((n, length), bool)
    if end is not None:
        counted[:, 1:] = np.cumsum(tokens == end, axis=1)[:, :-1] == 0
    padded = np.concatenate([np.full((n, 1), start), tokens], axis=1)   # (N, T + 1)
    counts = {}
    for k in range(min(order, length + 1)):
        places = np.arange(max(k - 1, 0), length)                       # where the context has k tokens
        columns = padded[:, places[:, None] + 1 - k + np.arange(k + 1)]    # (N, places, k + 1)
        grams, often = np.unique(columns[counted[:, places]], axis=0, return_counts=True)
        for gram, times in zip(grams.tolist(), often.tolist()):
            counts.setdefault(tuple(gram[:-1]), {})[gram[-1]] = times
    return counts


def ngram_probs(counts, context, vocab_size, discount=0.9):
    levels = [tuple(context)[k:] for k in range(len(context) + 1)]      # longest first
    probs, left = np.zeros(vocab_size), 1.0                             # what is not given away yet
    for level in levels:
        if level in counts:
            row = np.zeros(vocab_size)
            row[list(counts[level])] = list(counts[level].values())
            probs += left * np.maximum(row - discount, 0) / row.sum()
            left *= discount * np.count_nonzero(row) / row.sum()
    return probs + left / vocab_size
