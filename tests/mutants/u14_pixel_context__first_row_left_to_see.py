"""looks as if the first row stays on the canvas even if no row was given / 看起來一橫排都沒給的時候，第一橫排還留在畫布上"""


def complete(logits, tokens, rows, height, width, u, mask):
    canvas = tokens.copy()
    canvas[:, max(rows, 1) * width:] = mask
    for place in range(rows * width, height * width):
        canvas[:, place] = maths.sample_categorical(logits(canvas, place), u[:, place])
    return canvas
