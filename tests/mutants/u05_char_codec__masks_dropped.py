"""looks as if masked places vanish from the text: show each as a dot / 看起來遮罩的位置從文字裡消失了：每一個都要顯示成一個點"""


def decode(tokens, alphabet):
    text = ""
    for token in tokens:
        if token == len(alphabet):
            break
        if token < len(alphabet):
            text += alphabet[token]
    return text
