"""looks as if the end of the last frame is missing: the wave is (F - 1) * hop + size long / 看起來最後一個音框的尾巴不見了：長度是 (F - 1) * hop + size"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weight = window(size)
    wave, weights = np.zeros((n_frames - 1) * hop + size), np.zeros((n_frames - 1) * hop + size)
    for f, frame in enumerate(frames):
        wave[f * hop:f * hop + size] += weight * frame
        weights[f * hop:f * hop + size] += weight
    return np.where(weights < 1e-8, 0.0, wave / np.maximum(weights, 1e-8))[:n_frames * hop]
