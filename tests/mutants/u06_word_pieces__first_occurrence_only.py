"""looks as if a merge is applied only where its pair stands first: go on to the end of the word / 看起來每條規則只合併了第一次出現的地方：要一直掃到詞尾"""


def apply_merges(word, merges):
    pieces = list(word)
    for left, right in merges:
        for t in range(len(pieces) - 1):
            if (pieces[t], pieces[t + 1]) == (left, right):
                pieces[t:t + 2] = [left + right]
                break
    return pieces
