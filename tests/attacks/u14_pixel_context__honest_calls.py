"""A student who asks the model through a helper, with keyword-free lambdas and whole numbers of NumPy."""
# earns: all

import numpy as np

from minigen.maths import sample_categorical as draw


def pixel_context(tokens, height, width, reach, nothing):
    pictures = tokens.reshape(len(tokens), height, width)
    padded = np.pad(pictures, ((0, 0), (reach, 0), (reach, reach)), constant_values=nothing)
    above = [padded[:, r:r + height, c:c + width] for r in range(reach) for c in range(2 * reach + 1)]
    left = [padded[:, reach:reach + height, c:c + width] for c in range(reach)]
    return np.stack(above + left, axis=-1)


def complete(logits, tokens, rows, height, width, u, mask):
    canvas = np.array(tokens)
    ask = lambda place: logits(canvas, np.int64(place))         # noqa: E731
    canvas[:, rows * width:] = mask
    for place in np.arange(rows * width, height * width):
        canvas[:, place] = draw(ask(place), u[:, place])
    return canvas
