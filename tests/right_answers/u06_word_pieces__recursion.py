"""Each merge walks down the word by recursion; the text is cut once and kept, and pairs that overlap are skipped by position."""


def merged(pieces, pair):
    if len(pieces) < 2:
        return pieces
    if pieces[:2] == pair:
        return ("".join(pair),) + merged(pieces[2:], pair)
    return pieces[:1] + merged(pieces[1:], pair)


def apply_merges(word, merges):
    pieces = tuple(word)
    for pair in merges:
        pieces = merged(pieces, pair)
    return list(pieces)


def learn_merges(counts, n):
    cuts = [(tuple(word), counts[word]) for word in sorted(counts)]
    merges = []
    for _ in range(n):
        table = {}
        for pieces, often in cuts:
            used = {}                           # pair -> the place of its right half
            for t in range(1, len(pieces)):
                pair = pieces[t - 1:t + 1]
                if used.get(pair) != t - 1:
                    used[pair] = t
                    table[pair] = table.get(pair, 0) + often
        if table:
            best = sorted(table.items(), key=lambda entry: (-entry[1], entry[0]))[0][0]
            merges.append(best)
            cuts = [(merged(pieces, best), often) for pieces, often in cuts]
    return merges
