"""As in the authors' code: merge the pair that was learned earliest, look again, until none is left. Runs are counted by groupby."""

from itertools import groupby


def apply_merges(word, merges):
    rank = {}
    for i, pair in enumerate(merges):
        rank.setdefault(pair, i)
    pieces = list(word)
    while known := [pair for pair in zip(pieces, pieces[1:]) if pair in rank]:
        left, right = min(known, key=rank.get)
        new, rest = [], pieces[::-1]
        while rest:
            piece = rest.pop()
            new.append(piece + rest.pop() if piece == left and rest and rest[-1] == right else piece)
        pieces = new
    return pieces


def learn_merges(counts, n):
    def pairs_of(pieces):
        runs = [(piece, len(list(run))) for piece, run in groupby(pieces)]
        return [((one, two), 1) for (one, _), (two, _) in zip(runs, runs[1:])] \
            + [((piece, piece), size // 2) for piece, size in runs if size > 1]

    merges = []
    while len(merges) < n:
        table = {}
        for word, often in counts.items():
            for pair, times in pairs_of(apply_merges(word, merges)):
                table[pair] = table.get(pair, 0) + often * times
        if not table:
            break
        top = max(table.values())
        merges.append(sorted(pair for pair, times in table.items() if times == top)[0])
    return merges
