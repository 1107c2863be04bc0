"""looks as if each frame wipes out the one before it where they overlap: add, do not replace / 看起來重疊的地方，後面的音框把前面的蓋掉了：要相加，不是取代"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weight = window(size)
    wave, weights = np.zeros((n_frames - 1) * hop + size), np.zeros((n_frames - 1) * hop + size)
    for f, frame in enumerate(frames):
        wave[f * hop:f * hop + size] = weight * frame
        weights[f * hop:f * hop + size] += weight
    return np.where(weights < 1e-8, 0.0, wave / np.maximum(weights, 1e-8))
