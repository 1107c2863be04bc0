"""looks as if one was added to each count: take the discount from each count instead / 看起來每個次數都加了 1：應該是每個次數扣掉 discount"""


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = tuple(context)
    while context and context not in counts:
        context = context[1:]
    probs = np.ones(vocab_size)
    for token, n in counts[context].items():
        probs[token] += n
    return probs / probs.sum()
