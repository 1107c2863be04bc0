"""Counters over zipped windows; the formula as a recursion."""

from collections import Counter, defaultdict


def count_ngrams(tokens, order, start, end=None):
    counts = defaultdict(Counter)
    for row in tokens.tolist():
        if end in row:
            row = row[:row.index(end) + 1]
        counts[()].update(row)
        row = [start] + row
        for size in range(2, order + 1):
            for window in zip(*(row[k:] for k in range(size))):
                counts[window[:-1]][window[-1]] += 1
    return counts


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    lower = ngram_probs(counts, context[1:], vocab_size, discount) if context else [1 / vocab_size] * vocab_size
    if context not in counts:
        return np.array(lower)
    seen = [counts[context].get(token, 0) for token in range(vocab_size)]
    given = discount * sum(n > 0 for n in seen) / sum(seen)
    return np.array([max(n - discount, 0) / sum(seen) + given * float(p) for n, p in zip(seen, lower)])
