"""looks as if tokens after END are counted: stop at the first END of a row / 看起來 END 後面的 token 也數了：遇到第一個 END 就停"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        past = [start]
        for token in row:
            for k in range(min(order - 1, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            past.append(token)
    return counts
