"""looks as if the rows above come nearest first: the order is from the top row down / 看起來上面的橫排是從近的排到遠的：順序應該由上到下"""


def pixel_context(tokens, height, width, reach, nothing):
    framed = np.full((len(tokens), height + reach, width + 2 * reach), nothing, np.int64)
    framed[:, reach:, reach:reach + width] = tokens.reshape(-1, height, width)
    taps = [(r, c) for r in range(-1, -reach - 1, -1) for c in range(-reach, reach + 1)] + [(0, c) for c in range(-reach, 0)]
    return np.stack([framed[:, reach + r:reach + r + height, reach + c:reach + c + width] for r, c in taps], axis=-1)
