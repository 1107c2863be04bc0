"""looks as if the row is filled up with 0, which is a character: fill it with END / 看起來後面用 0 補滿，但 0 是一個字：要用 END 補滿"""


def encode(text, alphabet, length):
    unknown = set(text) - set(alphabet)
    if unknown:
        raise ValueError(f"unknown characters {unknown}")
    length = len(text) + 1 if length is None else length
    if len(text) >= length:
        raise ValueError("no room for END")
    tokens = np.zeros(length, np.int64)
    tokens[:len(text) + 1] = [alphabet.index(character) for character in text] + [len(alphabet)]
    return tokens
