"""looks as if a text that fills the whole row gets no END: there must be room for one / 看起來文字剛好填滿時就沒有 END 了：至少要留一格給 END"""


def encode(text, alphabet, length):
    unknown = set(text) - set(alphabet)
    if unknown:
        raise ValueError(f"unknown characters {unknown}")
    length = len(text) + 1 if length is None else length
    if len(text) > length:
        raise ValueError("too long")
    return np.array([alphabet.index(character) for character in text] + [len(alphabet)] * (length - len(text)), np.int64)
