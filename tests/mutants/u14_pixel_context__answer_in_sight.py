"""looks as if the true lower half is still on the canvas while it is drawn: mask it first / 看起來畫的時候真正的下半張還在畫布上：要先遮住"""


def complete(logits, tokens, rows, height, width, u, mask):
    canvas = tokens.copy()
    for place in range(rows * width, height * width):
        canvas[:, place] = maths.sample_categorical(logits(canvas, place), u[:, place])
    return canvas
