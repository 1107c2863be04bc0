"""looks as if samples are silent where the windows add up to little: the limit is 1e-8 / 看起來窗的總和很小就當成沒聲音了：界線是 1e-8"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weight = window(size)
    wave = np.zeros((n_frames - 1) * hop + size)
    weights = np.zeros_like(wave)
    for f, frame in enumerate(frames):
        here = slice(f * hop, f * hop + size)
        wave[here] += weight * frame
        weights[here] += weight
    heard = weights >= 1e-3
    wave[heard] /= weights[heard]
    wave[~heard] = 0.0
    return wave
