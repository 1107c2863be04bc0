"""looks as if a pixel sees its neighbours on the right, which are drawn later / 看起來像素看到了右邊的鄰居：右邊的還沒畫"""


def pixel_context(tokens, height, width, reach, nothing):
    framed = np.full((len(tokens), height + reach, width + 2 * reach), nothing, np.int64)
    framed[:, reach:, reach:reach + width] = tokens.reshape(-1, height, width)
    taps = [(r, c) for r in range(-reach, 0) for c in range(-reach, reach + 1)] + [(0, c) for c in range(1, reach + 1)]
    return np.stack([framed[:, reach + r:reach + r + height, reach + c:reach + c + width] for r, c in taps], axis=-1)
