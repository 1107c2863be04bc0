"""looks as if every word counts once: a word that occurs five times counts five times / 看起來每個詞只算一次：出現五次的詞要算五次"""


def learn_merges(counts, n):
    merges = []
    for _ in range(n):
        seen = collections.Counter()
        for word, often in counts.items():
            pieces, last = apply_merges(word, merges), None
            for t, pair in enumerate(zip(pieces, pieces[1:])):
                last = None if last == (t - 1, pair) else (t, pair)
                if last:
                    seen[pair] += 1
        if not seen:
            break
        merges.append(min(seen, key=lambda pair: (-seen[pair], pair)))
    return merges
