"""looks as if a letter and its accent became one character: encode the text as it is / 看起來字母和它的重音符號被併成一個字了：文字要照原樣編號"""

import unicodedata


def encode(text, alphabet, length):
    text = unicodedata.normalize("NFC", text)
    if set(text) - set(alphabet) or length is not None and len(text) >= length:
        raise ValueError("text: expected known characters and room for END.")
    ids = [alphabet.index(character) for character in text]
    return np.array(ids + [len(alphabet)] * (1 if length is None else length - len(text)))
