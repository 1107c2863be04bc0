"""looks as if a token of probability zero can be drawn: the running sum must be greater than the die, not equal to it / 看起來機率 0 的 token 也會被抽到：累積機率要大於骰子，等於不算"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas, dice = np.full((n, height * width), -1), u_coarse.reshape(n, height * width)
    for place in range(height * width):
        running = np.cumsum(maths.softmax(coarse_logits(canvas.copy(), place)), axis=-1)
        canvas[:, place] = np.argmax(running >= dice[:, [place]] * running[:, -1:], axis=-1)
    coarse = canvas.reshape(n, height, width)
    running = np.cumsum(maths.softmax(fine_logits(coarse.copy())), axis=-1)
    return coarse, np.argmax(running >= u_fine[..., None] * running[..., -1:], axis=-1)
