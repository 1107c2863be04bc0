"""looks as if the newest token is dropped from the context: drop the oldest / 看起來縮短上文時丟掉了最新的 token：要丟最舊的"""


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    lower = ngram_probs(counts, context[:-1], vocab_size, discount) if context else np.full(vocab_size, 1.0 / vocab_size)
    followers = counts.get(context)
    if not followers:
        return lower
    total = sum(followers.values())
    probs = discount * len(followers) / total * lower
    for token, n in followers.items():
        probs[token] += max(n - discount, 0.0) / total
    return probs
