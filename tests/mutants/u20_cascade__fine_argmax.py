"""looks as if fine pixels take the likeliest colour and their dice are not used / 看起來大圖每個像素都選機率最大的顏色，沒有用到骰子"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas, dice = np.full((n, height * width), -1), u_coarse.reshape(n, height * width)
    for place in range(height * width):
        canvas[:, place] = maths.sample_categorical(coarse_logits(canvas.copy(), place), dice[:, place])
    coarse = canvas.reshape(n, height, width)
    return coarse, fine_logits(coarse.copy()).argmax(axis=-1)
