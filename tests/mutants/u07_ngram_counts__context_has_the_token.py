"""looks as if the context holds the token that is counted: it ends one place before / 看起來上文包含了正在數的 token 自己：上文到前一個位置為止"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        past = [start]
        for token in row:
            past.append(token)
            for k in range(min(order - 1, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            if token == end:
                break
    return counts
