"""looks as if the longest known piece is taken at each place: apply the merges one after the other instead / 看起來每個位置都拿最長的片段：要一條一條套用合併規則"""


def apply_merges(word, merges):
    known, pieces = {left + right for left, right in merges}, []
    while word:
        size = next((size for size in range(len(word), 1, -1) if word[:size] in known), 1)
        pieces.append(word[:size])
        word = word[size:]
    return pieces
