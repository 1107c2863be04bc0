"""looks as if contexts reach from one row back into the one before: each row begins afresh / 看起來上文跨到前一橫排去了：每一橫排都要重新開始"""


def count_ngrams(tokens, order, start, end=None):
    counts, past = {}, [start]
    for row in tokens.tolist():
        for token in row:
            for k in range(min(order - 1, len(past)) + 1):
                followers = counts.setdefault(tuple(past[len(past) - k:]), {})
                followers[token] = followers.get(token, 0) + 1
            if token == end:
                break
            past.append(token)
    return counts
