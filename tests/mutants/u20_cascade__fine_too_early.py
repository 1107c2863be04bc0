"""looks as if a block is drawn as soon as its coarse pixel is known: the fine model sees the finished coarse picture, once / 看起來小圖還沒畫完就開始畫大圖：要等小圖畫完，只問一次"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas, dice = np.full((n, height * width), -1), u_coarse.reshape(n, height * width)
    fine, f, g = np.zeros(u_fine.shape, np.int64), u_fine.shape[1] // height, u_fine.shape[2] // width
    for place in range(height * width):
        canvas[:, place] = maths.sample_categorical(coarse_logits(canvas.copy(), place), dice[:, place])
        drawn = maths.sample_categorical(fine_logits(canvas.reshape(n, height, width).copy()), u_fine)
        rows, columns = slice(place // width * f, (place // width + 1) * f), slice(place % width * g, (place % width + 1) * g)
        fine[:, rows, columns] = drawn[:, rows, columns]
    return canvas.reshape(n, height, width), fine
