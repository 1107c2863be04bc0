"""looks as if the text after the first END is still shown: look for the first END, not the last / 看起來第一個 END 後面的字還在：要找第一個 END，不是最後一個"""


def decode(tokens, alphabet):
    tokens = [int(token) for token in tokens]
    while tokens and tokens[-1] == len(alphabet):
        tokens.pop()
    return "".join((alphabet + " ·")[token] for token in tokens)
