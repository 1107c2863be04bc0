"""looks as if there is no start token before a row: put it there, once / 看起來每一橫排前面少了起始 token：要放一個"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        past = []
        for token in row:
            for k in range(min(order - 1, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            if token == end:
                break
            past.append(token)
    return counts
