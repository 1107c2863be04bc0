"""looks as if keys are NumPy's integers: plain ints are asked for, tokens.tolist() gives them / 看起來 key 是 NumPy 的整數：要用一般的 int，tokens.tolist() 就會給你"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens:
        past = [start]
        for token in row:
            for k in range(min(order - 1, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            if token == end:
                break
            past.append(token)
    return counts
