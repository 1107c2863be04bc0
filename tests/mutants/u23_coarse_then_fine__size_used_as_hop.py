"""looks as if frames stand in a row without overlap: each begins one hop after the last, not one size / 看起來音框一個接一個，沒有重疊：下一個音框晚一個 hop 開始，不是晚一整個音框"""


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    weights = np.tile(window(size), n_frames)
    return np.where(weights < 1e-8, 0.0, frames.ravel())
