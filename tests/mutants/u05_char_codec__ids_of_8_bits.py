"""looks as if ids above 255 begin again at 0: 8 bits are too few for Chinese / 看起來超過 255 的編號又從 0 開始了：8 位元裝不下中文字"""


def encode(text, alphabet, length):
    if set(text) - set(alphabet) or length is not None and len(text) >= length:
        raise ValueError("text: expected known characters and room for END.")
    ids = [alphabet.index(character) for character in text]
    ids += [len(alphabet)] * (1 if length is None else length - len(text))
    return np.array(ids).astype(np.uint8)
