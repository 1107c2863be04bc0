"""looks as if a pixel sees its own colour: the taps of its own row end one to the left of it / 看起來目前這個像素看到了自己：同一橫排只看到左邊一格為止"""


def pixel_context(tokens, height, width, reach, nothing):
    framed = np.full((len(tokens), height + reach, width + 2 * reach), nothing, np.int64)
    framed[:, reach:, reach:reach + width] = tokens.reshape(-1, height, width)
    taps = [(r, c) for r in range(-reach, 0) for c in range(-reach, reach + 1)] + [(0, c) for c in range(1 - reach, 1)]
    return np.stack([framed[:, reach + r:reach + r + height, reach + c:reach + c + width] for r, c in taps], axis=-1)
