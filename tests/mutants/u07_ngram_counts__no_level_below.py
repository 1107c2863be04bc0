"""looks as if the empty context gives nothing to tokens never seen: below it every token has 1 / V / 看起來空的上文沒有分給沒看過的 token：再往下一層，每個 token 都有 1 / V"""


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    followers = counts.get(context)
    if not followers:
        return ngram_probs(counts, context[1:], vocab_size, discount)
    total = sum(followers.values())
    taken = discount if context else 0.0
    lower = ngram_probs(counts, context[1:], vocab_size, discount) if context else np.zeros(vocab_size)
    probs = taken * len(followers) / total * lower
    for token, n in followers.items():
        probs[token] += max(n - taken, 0.0) / total
    return probs
