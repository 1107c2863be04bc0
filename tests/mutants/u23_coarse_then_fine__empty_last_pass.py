"""looks as if the plan ends with an empty pass when nothing is left / 看起來沒有剩下的位置時，計畫最後還多了空的一輪"""


def coarse_then_fine(n_coarse, length):
    return [np.array([t]) for t in range(n_coarse)] + [np.arange(n_coarse, length)]
