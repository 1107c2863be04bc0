"""looks as if all pixels are asked for before any is drawn: each must see the ones drawn before it / 看起來先問完全部的像素才開始畫：每個像素要看得到前面畫好的"""


def complete(logits, tokens, rows, height, width, u, mask):
    canvas = tokens.copy()
    canvas[:, rows * width:] = mask
    told = [logits(canvas, place) for place in range(rows * width, height * width)]
    for place, scores in zip(range(rows * width, height * width), told):
        canvas[:, place] = maths.sample_categorical(scores, u[:, place])
    return canvas
