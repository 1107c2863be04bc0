"""looks as if every sum of windows above 0 is heard: the limit is 1e-8 / 看起來窗的總和只要大於 0 就算有聲音：界線是 1e-8"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weight = window(size)
    wave = np.zeros((n_frames - 1) * hop + size)
    weights = np.zeros_like(wave)
    for f, frame in enumerate(frames):
        here = slice(f * hop, f * hop + size)
        wave[here] += weight * frame
        weights[here] += weight
    heard = weights > 0
    wave[heard] /= weights[heard]
    wave[~heard] = 0.0
    return wave
