"""looks as if the picture that was passed in is drawn into: work on a copy / 看起來直接畫在傳進來的圖上：先複製一份再畫"""


def complete(logits, tokens, rows, height, width, u, mask):
    tokens[:, rows * width:] = mask
    for place in range(rows * width, height * width):
        tokens[:, place] = maths.sample_categorical(logits(tokens, place), u[:, place])
    return tokens
