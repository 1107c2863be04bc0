"""looks as if a token of probability zero can be drawn: the running sum must be greater than the die, not equal to it / 看起來機率 0 的 token 也會被抽到：累積機率要大於骰子，等於不算"""


def complete(logits, tokens, rows, height, width, u, mask):
    canvas = tokens.copy()
    canvas[:, rows * width:] = mask
    for place in range(rows * width, height * width):
        running = np.cumsum(maths.softmax(logits(canvas, place).astype(np.float64)), axis=1)
        canvas[:, place] = np.argmax(running >= u[:, [place]] * running[:, -1:], axis=1)
    return canvas
