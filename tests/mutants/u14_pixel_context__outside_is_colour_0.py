"""looks as if colour 0 stands outside the picture: use the id of nothing / 看起來圖的外面填了 0 號顏色：要填「沒有東西」的編號 nothing"""


def pixel_context(tokens, height, width, reach, nothing):
    framed = np.zeros((len(tokens), height + reach, width + 2 * reach), np.int64)
    framed[:, reach:, reach:reach + width] = tokens.reshape(-1, height, width)
    taps = [(r, c) for r in range(-reach, 0) for c in range(-reach, reach + 1)] + [(0, c) for c in range(-reach, 0)]
    return np.stack([framed[:, reach + r:reach + r + height, reach + c:reach + c + width] for r, c in taps], axis=-1)
