"""Ids as characters of a private text: str.translate and str.partition do the work."""


class Refusal(ValueError):
    """A kind of ValueError is one."""


def learn_alphabet(text):
    found = {character: True for character in text}
    return "".join(sorted(found, key=ord))


def encode(text, alphabet, length):
    try:
        ids = [{character: i for i, character in enumerate(alphabet)}[character] for character in text]
    except KeyError as error:
        raise Refusal(f"unknown {error}") from error
    size = len(ids) + 1 if length is None else length
    if size <= len(ids):
        raise Refusal("no room for END")
    return np.fromiter((ids[t] if t < len(ids) else len(alphabet) for t in range(size)), np.int64, size)


def decode(tokens, alphabet):
    private = "".join(chr(0x100000 + token) for token in tokens.tolist())
    before = private.partition(chr(0x100000 + len(alphabet)))[0]
    return before.translate({0x100000 + i: character for i, character in enumerate([*alphabet, "", "·"])})
