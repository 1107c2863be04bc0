"""looks as if a canvas without END has length 0: argmax says 0 also where there is no True / 看起來沒有 END 的畫布長度變成 0：全部都是 False 時 argmax 也會回傳 0"""


def lengths(tokens, end):
    return (tokens == end).argmax(axis=1)
