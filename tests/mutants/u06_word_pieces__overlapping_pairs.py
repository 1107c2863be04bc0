"""looks as if "aaa" counts as two pairs (a, a), though only one of them can be merged / 看起來 aaa 數成兩對 (a, a) 了，其實只有一對能合併"""


def learn_merges(counts, n):
    merges = []
    for _ in range(n):
        seen = collections.Counter()
        for word, often in counts.items():
            pieces = apply_merges(word, merges)
            for pair in zip(pieces, pieces[1:]):
                seen[pair] += often
        if not seen:
            break
        merges.append(min(seen, key=lambda pair: (-seen[pair], pair)))
    return merges
