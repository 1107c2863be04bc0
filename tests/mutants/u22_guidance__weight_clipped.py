"""looks as if weights above 1 count as 1: going further is the point of guidance / 看起來大於 1 的權重都當成 1：走更遠才是引導的重點"""


def guided(told, untold, weight):
    weight = min(max(weight, 0.0), 1.0)
    if weight == 0:
        return untold.copy()
    with np.errstate(invalid="ignore"):
        mixed = untold + weight * (told - untold)
    return np.where(told == -np.inf, told, mixed)
