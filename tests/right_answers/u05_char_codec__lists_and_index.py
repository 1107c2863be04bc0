"""str.index, which raises ValueError by itself, and list.index to find END."""


def learn_alphabet(text):
    alphabet = []
    for character in text:
        if character not in alphabet:
            alphabet.append(character)
    alphabet.sort()
    return "".join(alphabet)


def encode(text, alphabet, length):
    tokens = [alphabet.index(character) for character in text]
    tokens.append(len(alphabet))
    while length is not None and len(tokens) < length:
        tokens.append(len(alphabet))
    if length is not None and len(tokens) > length:
        raise ValueError(f"{len(text)} characters do not fit")
    return np.array(tokens)


def decode(tokens, alphabet):
    tokens = list(tokens) + [len(alphabet)]
    tokens = tokens[:tokens.index(len(alphabet))]
    return "".join("·" if token == len(alphabet) + 1 else alphabet[int(token)] for token in tokens)
