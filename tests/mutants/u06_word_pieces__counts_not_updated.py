"""looks as if pairs are counted only once, at the beginning: count again after each merge / 看起來只在一開始數了一次：每合併一次都要重新數"""


def learn_merges(counts, n):
    merges, seen = [], collections.Counter()
    for word, often in counts.items():
        pieces, last = apply_merges(word, merges), None
        for t, pair in enumerate(zip(pieces, pieces[1:])):
            last = None if last == (t - 1, pair) else (t, pair)
            if last:
                seen[pair] += often
    return sorted(seen, key=lambda pair: (-seen[pair], pair))[:n]
