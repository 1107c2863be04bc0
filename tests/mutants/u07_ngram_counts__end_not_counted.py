"""looks as if END itself is not counted: count it, then stop / 看起來 END 本身沒有數到：先數它，再停"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        past = [start]
        for token in row:
            if token == end:
                break
            for k in range(min(order - 1, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            past.append(token)
    return counts
