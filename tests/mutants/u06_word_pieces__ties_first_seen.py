"""looks as if of equally frequent pairs the first that was seen is merged: take the smallest / 看起來次數一樣時合併了最先看到的那一對：要選最小的"""


def learn_merges(counts, n):
    merges = []
    for _ in range(n):
        seen = collections.Counter()
        for word, often in counts.items():
            pieces, last = apply_merges(word, merges), None
            for t, pair in enumerate(zip(pieces, pieces[1:])):
                last = None if last == (t - 1, pair) else (t, pair)
                if last:
                    seen[pair] += often
        if not seen:
            break
        merges.append(seen.most_common(1)[0][0])
    return merges
