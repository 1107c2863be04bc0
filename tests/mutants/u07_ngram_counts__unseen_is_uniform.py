"""looks as if after an unseen context all tokens are alike: ask the shorter context / 看起來遇到沒看過的上文就給均勻分布：要去問比較短的上文"""


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    lower = np.full(vocab_size, 1.0 / vocab_size)
    followers = counts.get(context)
    if not followers:
        return lower
    if context:
        lower = ngram_probs(counts, context[1:], vocab_size, discount)
    total = sum(followers.values())
    probs = discount * len(followers) / total * lower
    for token, n in followers.items():
        probs[token] += max(n - discount, 0.0) / total
    return probs
