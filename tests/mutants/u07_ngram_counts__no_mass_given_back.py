"""looks as if what the discount takes is lost: give it to the shorter context / 看起來扣掉的部分不見了：要分給比較短的上文"""


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    while context and context not in counts:
        context = context[1:]
    probs = np.zeros(vocab_size)
    total = sum(counts[context].values())
    for token, n in counts[context].items():
        probs[token] = max(n - discount, 0.0) / total
    return probs
