"""looks as if open places hold 0, which is a colour: nothing yet is -1 / 看起來還沒畫的地方放了 0，那是一種顏色：還沒畫要放 -1"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas, dice = np.zeros((n, height * width), np.int64), u_coarse.reshape(n, height * width)
    for place in range(height * width):
        canvas[:, place] = maths.sample_categorical(coarse_logits(canvas.copy(), place), dice[:, place])
    coarse = canvas.reshape(n, height, width)
    return coarse, maths.sample_categorical(fine_logits(coarse.copy()), u_fine)
