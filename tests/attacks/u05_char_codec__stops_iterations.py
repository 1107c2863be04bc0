"""The same where texts are learned and read letter by letter."""
# earns: at most 2 tests: some error is right for what cannot be encoded


def learn_alphabet(text):
    raise StopIteration


def encode(text, alphabet, length):
    raise StopIteration


def decode(tokens, alphabet):
    raise StopIteration
