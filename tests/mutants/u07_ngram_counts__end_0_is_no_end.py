"""looks as if END is not noticed when its id is 0: ask whether it is None / 看起來 END 是 0 的時候沒被當成 END：要問的是它是不是 None"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        past = [start]
        for token in row:
            for k in range(min(order - 1, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            if end and token == end:
                break
            past.append(token)
    return counts
