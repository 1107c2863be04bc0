"""looks as if frames begin too early, one sample more with each: frame f begins at f * hop / 看起來音框開始得太早，而且一個比一個早：第 f 個音框從 f * hop 開始"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weight = window(size)
    wave, weights = np.zeros((n_frames - 1) * hop + size), np.zeros((n_frames - 1) * hop + size)
    for f, frame in enumerate(frames):
        here = slice(f * (hop - 1), f * (hop - 1) + size)
        wave[here] += weight * frame
        weights[here] += weight
    return np.where(weights < 1e-8, 0.0, wave / np.maximum(weights, 1e-8))
