"""looks as if 0 was divided by 0 where the windows add up to nothing: there the sample is 0 / 看起來窗函數的總和是 0 的地方算了 0 除以 0：那裡的取樣點應該是 0"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weight = window(size)
    wave, weights = np.zeros((n_frames - 1) * hop + size), np.zeros((n_frames - 1) * hop + size)
    for f, frame in enumerate(frames):
        wave[f * hop:f * hop + size] += weight * frame
        weights[f * hop:f * hop + size] += weight
    with np.errstate(all="ignore"):
        return wave / weights
