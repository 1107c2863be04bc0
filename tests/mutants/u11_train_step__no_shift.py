"""looks as if every place is told its own answer: the input moves one place to the right / 看起來每個位置看到了自己的答案：輸入要往右移一格"""


def shifted(tokens, start):
    return tokens.copy()
