"""Windows over the padded picture, all of (reach + 1) x (2 reach + 1) pixels; what comes from the pixel itself on is cut off."""


def pixel_context(tokens, height, width, reach, nothing):
    padded = np.pad(tokens.reshape(-1, height, width), ((0, 0), (reach, 0), (reach, reach)), constant_values=nothing)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (reach + 1, 2 * reach + 1), axis=(1, 2))
    flat = windows.reshape(len(tokens), height, width, -1)
    return flat[..., :reach * (2 * reach + 1) + reach]


def complete(logits, tokens, rows, height, width, u, mask):
    canvas = np.where(np.arange(height * width) < rows * width, tokens, mask)
    for row in range(rows, height):
        for column in range(width):
            place = row * width + column
            probs = np.exp(maths.log_softmax(np.float64(logits(canvas.copy(), place))))
            for b, line in enumerate(probs):
                canvas[b, place] = np.searchsorted(line.cumsum(), u[b, place] * line.sum(), side="right")
    return canvas
