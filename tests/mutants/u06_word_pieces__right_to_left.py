"""looks as if merges are applied from right to left: "aaa" becomes aa, a / 看起來是由右往左合併：aaa 應該變成 aa、a"""


def apply_merges(word, merges):
    pieces = list(word)
    for left, right in merges:
        t = len(pieces) - 2
        while t >= 0:
            if (pieces[t], pieces[t + 1]) == (left, right):
                pieces[t:t + 2] = [left + right]
                t -= 1
            t -= 1
    return pieces
