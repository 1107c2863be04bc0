"""Pixel by pixel and tap by tap in plain Python, with a walk along the probabilities for each draw."""

import math
from itertools import accumulate


def pixel_context(tokens, height, width, reach, nothing):
    taps = reach * (2 * reach + 1) + reach
    seen = np.zeros((len(tokens), height, width, taps), np.int64)
    for b in range(len(tokens)):
        for y in range(height):
            for x in range(width):
                for i in range(taps):
                    dy, dx = divmod(i, 2 * reach + 1)
                    r, c = y + dy - reach, x + dx - reach
                    inside = r >= 0 and 0 <= c < width
                    seen[b, y, x, i] = tokens[b, r * width + c] if inside else nothing
    return seen


def complete(logits, tokens, rows, height, width, u, mask):
    pictures = [[int(v) if t < rows * width else mask for t, v in enumerate(row)] for row in tokens]
    for place in range(rows * width, height * width):
        scores = logits(np.array(pictures, np.int64), place)
        for b, picture in enumerate(pictures):
            weights = [math.exp(score - max(scores[b])) for score in scores[b]]
            running, edge = 0.0, u[b, place] * [*accumulate(weights)][-1]
            for token, weight in enumerate(weights):
                running += weight
                if running > edge:
                    break
            picture[place] = token
    return np.array(pictures, np.int64)
