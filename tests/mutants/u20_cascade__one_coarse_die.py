"""looks as if all coarse pixels of a picture share one die: each has its own / 看起來一張小圖的像素共用一顆骰子：每個像素有自己的"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas = np.full((n, height * width), -1)
    for place in range(height * width):
        canvas[:, place] = maths.sample_categorical(coarse_logits(canvas.copy(), place), u_coarse[:, 0, 0])
    coarse = canvas.reshape(n, height, width)
    return coarse, maths.sample_categorical(fine_logits(coarse.copy()), u_fine)
