"""looks as if the error about an unknown character is a KeyError: raise a ValueError that says which / 看起來不認識的字丟出的是 KeyError：要丟出 ValueError，說出是哪個字"""


def encode(text, alphabet, length):
    length = len(text) + 1 if length is None else length
    if len(text) >= length:
        raise ValueError("no room for END")
    ids = dict(zip(alphabet, range(len(alphabet))))
    return np.array([ids[character] for character in text] + [len(alphabet)] * (length - len(text)), np.int64)
