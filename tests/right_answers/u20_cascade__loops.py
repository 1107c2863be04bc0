"""Pixel by pixel, in plain Python."""

import math
from itertools import accumulate
from collections import Counter


def shrink(pictures, factor, vocab_size):
    n, height, width = pictures.shape
    out = np.zeros((n, height // factor, width // factor), np.int32)
    for b, i, j in np.ndindex(*out.shape):
        seen = Counter(pictures[b, i * factor + di, j * factor + dj].item() for di in range(factor) for dj in range(factor))
        most = max(seen.values())
        out[b, i, j] = min(colour for colour in seen if seen[colour] == most)
    return out


def enlarge(pictures, factor):
    return np.array([[[int(pixel) for pixel in row for _ in range(factor)]
                      for row in picture for _ in range(factor)] for picture in pictures])


def draw(scores, die):
    weights = [math.exp(score - max(scores)) for score in scores]
    running = 0.0
    for token, weight in enumerate(weights):
        running += weight
        if running > die * [*accumulate(weights)][-1]:
            return token


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    coarse, fine = np.full(u_coarse.shape, -1), np.zeros(u_fine.shape, np.int64)
    for i in range(coarse.shape[1]):
        for j in range(coarse.shape[2]):
            scores = coarse_logits(coarse.reshape(len(coarse), -1).copy(), i * coarse.shape[2] + j)
            for b in range(len(coarse)):
                coarse[b, i, j] = draw(scores[b].tolist(), u_coarse[b, i, j])
    scores = fine_logits(coarse)
    for index in np.ndindex(*fine.shape):
        fine[index] = draw(scores[index].tolist(), u_fine[index])
    return coarse, fine


def cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine):
    scores, total = fine_logits(coarse), [float(known) for known in coarse_log_prob]
    for b, y, x in np.ndindex(*fine.shape):
        row = scores[b, y, x].tolist()
        peak = max(row)
        total[b] += row[fine[b, y, x]] - peak - math.log(sum(math.exp(score - peak) for score in row))
    return np.array(total)
