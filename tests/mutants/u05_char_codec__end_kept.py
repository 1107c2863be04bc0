"""looks as if END itself is shown in the text: stop before it / 看起來 END 也跑進文字裡了：要在它之前停下來"""


def decode(tokens, alphabet):
    text = ""
    for token in tokens:
        text += (alphabet + "$·")[token]
        if token == len(alphabet):
            break
    return text
