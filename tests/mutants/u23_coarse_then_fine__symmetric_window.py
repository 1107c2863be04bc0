"""looks as if the window ends with 0 as well: divide by size, not by size - 1 / 看起來窗函數的最後也是 0：要除以 size，不是 size - 1"""


def window(size):
    return np.hanning(size)
