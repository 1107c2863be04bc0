"""looks as if the coarse pixels do not see each other: write each one down before asking for the next / 看起來小圖的像素互相看不到：畫完一個要寫上去，再問下一個"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    blank = np.full((n, height * width), -1)
    scores = np.stack([coarse_logits(blank.copy(), place) for place in range(height * width)], axis=1)
    coarse = maths.sample_categorical(scores, u_coarse.reshape(n, -1)).reshape(n, height, width)
    return coarse, maths.sample_categorical(fine_logits(coarse.copy()), u_fine)
