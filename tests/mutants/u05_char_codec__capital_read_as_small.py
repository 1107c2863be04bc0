"""looks as if an unknown capital letter is read as the small one: it is unknown, a ValueError / 看起來字母表裡沒有的大寫字母被當成小寫了：沒有就是沒有，要丟出 ValueError"""


def encode(text, alphabet, length):
    text = "".join(character if character in alphabet else character.lower() for character in text)
    if set(text) - set(alphabet) or length is not None and len(text) >= length:
        raise ValueError("text: expected known characters and room for END.")
    ids = [alphabet.index(character) for character in text]
    return np.array(ids + [len(alphabet)] * (1 if length is None else length - len(text)))
