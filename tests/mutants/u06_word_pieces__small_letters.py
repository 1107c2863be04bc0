"""looks as if the word was turned into small letters: the pieces must be the word / 看起來詞被轉成小寫了：片段接起來要和原來的詞一樣"""


def apply_merges(word, merges):
    pieces = list(word.lower())
    for pair in merges:
        before, pieces, t = pieces, [], 0
        while t < len(before):
            width = 2 if tuple(before[t:t + 2]) == pair else 1
            pieces.append("".join(before[t:t + width]))
            t += width
    return pieces
