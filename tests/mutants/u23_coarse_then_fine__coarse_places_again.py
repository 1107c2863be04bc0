"""looks as if the last pass asks for the coarse places again: only what is left belongs there / 看起來最後一輪又列了前面決定過的位置：最後一輪只有剩下的"""


def coarse_then_fine(n_coarse, length):
    plan = [np.array([t]) for t in range(n_coarse)]
    return plan + [np.arange(length)] * (n_coarse < length)
