"""looks as if a row without END becomes an empty text: argmax of nothing is 0 / 看起來沒有 END 的時候文字變成空的：全是 False 時 argmax 也是 0"""


def decode(tokens, alphabet):
    first = int(np.argmax(tokens == len(alphabet)))
    return "".join((alphabet + " ·")[token] for token in tokens[:first])
