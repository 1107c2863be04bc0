"""looks as if rows * height pixels are kept: a row has as many pixels as the picture is wide / 看起來保留了 rows * height 個像素：一橫排有 width 個像素"""


def complete(logits, tokens, rows, height, width, u, mask):
    canvas, kept = tokens.copy(), min(rows * height, height * width)
    canvas[:, kept:] = mask
    for place in range(kept, height * width):
        canvas[:, place] = maths.sample_categorical(logits(canvas, place), u[:, place])
    return canvas
