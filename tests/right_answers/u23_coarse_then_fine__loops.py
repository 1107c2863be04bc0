"""Plain Python: lists, and one sample after the other."""

import math
from itertools import accumulate


def coarse_then_fine(n_coarse, length):
    passes = []
    for place in range(length):
        if place <= n_coarse:
            passes.append([])
        passes[-1].append(place)
    return [np.array(places, np.int32) for places in passes]


def window(size):
    return np.array([math.sin(math.pi * k / size) ** 2 for k in range(size)])


def overlap_add(frames, hop):
    size = len(frames[0])
    curve, wave = window(size), []
    for sample in range((len(frames) - 1) * hop + size):
        above = below = 0.0
        for f in range(max(0, (sample - size) // hop + 1), min(len(frames) - 1, sample // hop) + 1):
            above += curve[sample - f * hop] * float(frames[f][sample - f * hop])
            below += curve[sample - f * hop]
        wave.append(above / below if below >= 1e-8 else 0.0)
    return np.array(wave)


def vocode(frame_logits, sound, n_frames, u, hop):
    told = []
    for die in u[:n_frames]:
        scores = frame_logits(np.array(told, np.int64))
        weights = [math.exp(score - max(scores)) for score in scores]
        edge, running = die * [*accumulate(weights)][-1], 0.0
        for token, weight in enumerate(weights):
            running += weight
            if running > edge:
                break
        told.append(token)
    return overlap_add(sound(np.array(told, np.int64)), hop)
