"""looks as if guided makes its numbers into log-probabilities: they may be noise too, leave them as they are / 看起來 guided 把數字變成了 log 機率：它們也可能是雜訊，照原樣就好"""


def guided(told, untold, weight):
    if weight == 0:
        return untold.copy()
    with np.errstate(invalid="ignore"):
        mixed = untold + weight * (told - untold)
    return maths.log_softmax(np.where(told == -np.inf, told, mixed))
