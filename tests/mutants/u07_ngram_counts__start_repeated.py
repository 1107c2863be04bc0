"""looks as if the start token stands before the row several times: it stands there once / 看起來起始 token 在前面重複了好幾個：只要放一個"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        past = [start] * (order - 1)
        for token in row:
            for k in range(order):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            if token == end:
                break
            past.append(token)
    return counts
