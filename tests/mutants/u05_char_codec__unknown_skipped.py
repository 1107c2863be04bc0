"""looks as if unknown characters are left out without a word: raise a ValueError / 看起來不認識的字默默跳過了：要丟出 ValueError"""


def encode(text, alphabet, length):
    length = len(text) + 1 if length is None else length
    if len(text) >= length:
        raise ValueError("no room for END")
    known = [alphabet.index(character) for character in text if character in alphabet]
    return np.array(known + [len(alphabet)] * (length - len(known)), np.int64)
