"""looks as if -inf less -inf, or 0 times -inf, became NaN / 看起來 -inf 減 -inf 或 0 乘 -inf 變成了 NaN"""


def guided(told, untold, weight):
    with np.errstate(invalid="ignore"):
        return untold + weight * (told - untold)
