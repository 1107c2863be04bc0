"""looks as if the longest merge is applied first: keep the order in which they were learned / 看起來先套用了最長的合併規則：要照學到的順序"""


def apply_merges(word, merges):
    pieces = list(word)
    for left, right in sorted(merges, key=lambda pair: -len(pair[0] + pair[1])):
        t = 0
        while t + 1 < len(pieces):
            if (pieces[t], pieces[t + 1]) == (left, right):
                pieces[t:t + 2] = [left + right]
            t += 1
    return pieces
