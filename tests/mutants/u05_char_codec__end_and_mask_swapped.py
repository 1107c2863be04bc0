"""looks as if END and the mask changed places: END is len(alphabet), the mask one more / 看起來 END 和遮罩對調了：END 是 len(alphabet)，遮罩再加一"""


def decode(tokens, alphabet):
    text = ""
    for token in tokens:
        if token == len(alphabet) + 1:
            break
        text += "·" if token == len(alphabet) else alphabet[token]
    return text
