"""looks as if the dice are used in the order of the visits: the die of pixel t is u[:, t] / 看起來骰子是照畫的先後順序用的：像素 t 的骰子是 u[:, t]"""


def complete(logits, tokens, rows, height, width, u, mask):
    canvas = tokens.copy()
    canvas[:, rows * width:] = mask
    for visit, place in enumerate(range(rows * width, height * width)):
        canvas[:, place] = maths.sample_categorical(logits(canvas, place), u[:, visit])
    return canvas
