"""looks as if contexts have up to `order` tokens: the longest has order - 1 / 看起來上文最長有 order 個 token：最長是 order - 1 個"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        past = [start]
        for token in row:
            for k in range(min(order, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            if token == end:
                break
            past.append(token)
    return counts
