"""looks as if a row is counted up to its last END: stop at the first / 看起來數到最後一個 END 才停：第一個就該停"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        if end in row:
            row = row[:len(row) - row[::-1].index(end)]
        past = [start]
        for token in row:
            for k in range(min(order - 1, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            past.append(token)
    return counts
