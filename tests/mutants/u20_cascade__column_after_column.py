"""looks as if the coarse picture is drawn column after column: raster order goes along the rows / 看起來小圖是一直排一直排畫的：要由左到右、由上到下"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas, dice = np.full((n, height * width), -1), u_coarse.reshape(n, height * width)
    for column in range(width):
        for row in range(height):
            place = row * width + column
            canvas[:, place] = maths.sample_categorical(coarse_logits(canvas.copy(), place), dice[:, place])
    coarse = canvas.reshape(n, height, width)
    return coarse, maths.sample_categorical(fine_logits(coarse.copy()), u_fine)
