"""looks as if ids are positions among the characters of this one text: use the alphabet that is given / 看起來是照這段文字裡有的字來編號：要用給你的字母表"""


def encode(text, alphabet, length):
    unknown = set(text) - set(alphabet)
    if unknown:
        raise ValueError(f"unknown characters {unknown}")
    length = len(text) + 1 if length is None else length
    if len(text) >= length:
        raise ValueError("no room for END")
    own = list(dict.fromkeys(text))
    return np.array([own.index(character) for character in text] + [len(alphabet)] * (length - len(text)), np.int64)
