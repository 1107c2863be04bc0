"""For each length of context a pass of its own over slices; probabilities in one expression for each token."""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for k in range(order):
        for row in [[start] + [int(token) for token in row] for row in tokens]:
            for t in range(max(1, k), len(row)):
                if end is not None and end in row[1:t]:
                    break
                context, token = tuple(row[t - k:t]), row[t]
                if context not in counts:
                    counts[context] = {}
                counts[context][token] = 1 + counts[context].get(token, 0)
    return counts


def ngram_probs(counts, context, vocab_size, discount=0.9):
    context = list(context)
    seen = [counts[tuple(context[t:])] for t in range(len(context), -1, -1) if tuple(context[t:]) in counts]
    out = np.empty(vocab_size)
    for v in range(vocab_size):
        p = 1 / vocab_size
        for table in seen:
            n = sum(table.values())
            p = (discount * len(table) * p + (table[v] - discount if v in table else 0)) / n
        out[v] = p
    return out
