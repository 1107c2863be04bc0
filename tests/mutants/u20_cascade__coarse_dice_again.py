"""looks as if a fine pixel throws the die of its coarse pixel: it has one of its own in u_fine / 看起來大圖用了小圖的骰子：大圖的每個像素在 u_fine 有自己的"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas, dice = np.full((n, height * width), -1), u_coarse.reshape(n, height * width)
    for place in range(height * width):
        canvas[:, place] = maths.sample_categorical(coarse_logits(canvas.copy(), place), dice[:, place])
    coarse = canvas.reshape(n, height, width)
    again = u_coarse.repeat(u_fine.shape[1] // height, axis=1).repeat(u_fine.shape[2] // width, axis=2)
    return coarse, maths.sample_categorical(fine_logits(coarse.copy()), again)
