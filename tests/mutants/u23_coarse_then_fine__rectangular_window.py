"""looks as if the window is flat: it should rise from 0 to 1 and fall again / 看起來窗函數是平的：應該從 0 升到 1 再降下來"""


def window(size):
    return np.ones(size)
