"""looks as if a text that is too long is cut without a word: raise a ValueError / 看起來太長的文字默默截斷了：要丟出 ValueError"""


def encode(text, alphabet, length):
    unknown = set(text) - set(alphabet)
    if unknown:
        raise ValueError(f"unknown characters {unknown}")
    length = len(text) + 1 if length is None else length
    ids = [alphabet.index(character) for character in text] + [len(alphabet)] * (length + 1)
    return np.array(ids[:length], np.int64)
