"""Returns texts of surrogates, zeros and a million characters."""
# earns: at most 5 tests: a UnicodeError is a ValueError, which is right for what cannot be encoded


def learn_alphabet(text):
    return "\ud800\udfff\x00" + text


def encode(text, alphabet, length):
    raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "\udc80")


def decode(tokens, alphabet):
    return "\udc80" * 1_000_000
