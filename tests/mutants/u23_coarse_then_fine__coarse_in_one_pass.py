"""looks as if the coarse places are decided in one pass: they come one by one / 看起來前面的位置是同一輪決定的：它們要一個一個來"""


def coarse_then_fine(n_coarse, length):
    return [at for at in (np.arange(n_coarse), np.arange(n_coarse, length)) if at.size]
