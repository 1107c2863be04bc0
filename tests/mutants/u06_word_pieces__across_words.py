"""looks as if the end of one word and the beginning of the next count as a pair: count inside words / 看起來前一個詞的詞尾和後一個詞的詞頭也算成一對：只數同一個詞裡面的"""


def learn_merges(counts, n):
    merges = []
    text = [(character, often) for word, often in counts.items() for character in word]
    for _ in range(n):
        seen, last = collections.Counter(), None
        for t in range(len(text) - 1):
            pair = text[t][0], text[t + 1][0]
            last = None if last == (t - 1, pair) else (t, pair)
            if last:
                seen[pair] += text[t][1]
        if not seen:
            break
        best = min(seen, key=lambda pair: (-seen[pair], pair))
        merges.append(best)
        t = 0
        while t + 1 < len(text):
            if (text[t][0], text[t + 1][0]) == best:
                text[t:t + 2] = [("".join(best), text[t][1])]
            t += 1
    return merges
