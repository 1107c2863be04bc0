"""looks as if the discount is always 0.9: use the one that is given / 看起來 discount 永遠是 0.9：要用給你的值"""


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    probs = np.full(vocab_size, 1.0 / vocab_size)
    for k in range(len(context) + 1):
        followers = counts.get(context[len(context) - k:])
        if not followers:
            break
        total = sum(followers.values())
        probs *= 0.9 * len(followers) / total
        for token, n in followers.items():
            probs[token] += max(n - 0.9, 0.0) / total
    return probs
