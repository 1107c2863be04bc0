"""looks as if the fine model is shown an empty coarse picture / 看起來畫大圖的模型看到的是空白的小圖"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas, dice = np.full((n, height * width), -1), u_coarse.reshape(n, height * width)
    blank = canvas.copy()
    for place in range(height * width):
        canvas[:, place] = maths.sample_categorical(coarse_logits(canvas.copy(), place), dice[:, place])
    return canvas.reshape(n, height, width), maths.sample_categorical(fine_logits(blank.reshape(n, height, width)), u_fine)
