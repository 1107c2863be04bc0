"""looks as if the tokens run down the columns: raster order goes along the rows / 看起來 token 是一直排一直排排下來的：應該由左到右、由上到下"""


def pixel_context(tokens, height, width, reach, nothing):
    framed = np.full((len(tokens), height + reach, width + 2 * reach), nothing, np.int64)
    framed[:, reach:, reach:reach + width] = tokens.reshape(-1, width, height).swapaxes(1, 2)
    taps = [(r, c) for r in range(-reach, 0) for c in range(-reach, reach + 1)] + [(0, c) for c in range(-reach, 0)]
    return np.stack([framed[:, reach + r:reach + r + height, reach + c:reach + c + width] for r, c in taps], axis=-1)
