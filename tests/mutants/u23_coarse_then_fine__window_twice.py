"""looks as if the window is applied twice: on the frame and again when adding / 看起來窗函數乘了兩次：音框乘一次，相加時又乘一次"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weight = window(size)
    wave, weights = np.zeros((n_frames - 1) * hop + size), np.zeros((n_frames - 1) * hop + size)
    for f, frame in enumerate(frames * weight):
        wave[f * hop:f * hop + size] += weight * frame
        weights[f * hop:f * hop + size] += weight
    return np.where(weights < 1e-8, 0.0, wave / np.maximum(weights, 1e-8))
