"""looks as if a tiny number is added before dividing: it counts where the windows are tiny too / 看起來除之前加了一個很小的數：窗也很小的地方就不準了"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weight = window(size)
    wave = np.zeros((n_frames - 1) * hop + size)
    weights = np.zeros_like(wave)
    for f, frame in enumerate(frames):
        here = slice(f * hop, f * hop + size)
        wave[here] += weight * frame
        weights[here] += weight
    return wave / (weights + 1e-8)
