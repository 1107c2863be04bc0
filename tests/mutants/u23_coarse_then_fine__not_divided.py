"""looks as if the wave is not divided by the sum of the windows / 看起來相加之後沒有除以窗函數的總和"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    wave = np.zeros((n_frames - 1) * hop + size)
    for f, frame in enumerate(frames):
        wave[f * hop:f * hop + size] += window(size) * frame
    return wave
