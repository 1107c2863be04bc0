"""looks as if only one discount is given back: each different follower gave one, so multiply by types / 看起來只還了一份 discount：後面接過幾種 token 就扣了幾份，要乘上種類數"""


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    lower = ngram_probs(counts, context[1:], vocab_size, discount) if context else np.full(vocab_size, 1.0 / vocab_size)
    followers = counts.get(context)
    if not followers:
        return lower
    total = sum(followers.values())
    probs = discount / total * lower
    for token, n in followers.items():
        probs[token] += max(n - discount, 0.0) / total
    return probs
