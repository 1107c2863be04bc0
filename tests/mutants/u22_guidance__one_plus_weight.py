"""looks as if the weight is counted from the condition on (1 + weight): here weight 1 is plain, 0 ignores it / 看起來用了 1 + weight 的寫法：這裡 1 是照原樣，0 是忽略條件"""


def guided(told, untold, weight):
    with np.errstate(invalid="ignore"):
        mixed = untold + (1 + weight) * (told - untold)
    return np.where(told == -np.inf, told, mixed)
