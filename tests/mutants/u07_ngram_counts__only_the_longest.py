"""looks as if only the longest context of each place is counted: count the shorter ones too / 看起來每個位置只數了最長的上文：比較短的也都要數"""


def count_ngrams(tokens, order, start, end=None):
    counts = {}
    for row in tokens.tolist():
        past = [start]
        for token in row:
            k = min(order - 1, len(past))
            followers = counts.setdefault(tuple(past[len(past) - k:]), {})
            followers[token] = followers.get(token, 0) + 1
            if token == end:
                break
            past.append(token)
    return counts
