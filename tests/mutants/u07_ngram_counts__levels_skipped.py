"""looks as if all that was taken goes to 1 / V at once: it goes to the next shorter context / 看起來扣掉的直接照 1 / V 平分了：要先分給短一格的上文"""


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    while context and context not in counts:
        context = context[1:]
    followers = counts[context]
    total = sum(followers.values())
    probs = np.full(vocab_size, discount * len(followers) / total / vocab_size)
    for token, n in followers.items():
        probs[token] += max(n - discount, 0.0) / total
    return probs
