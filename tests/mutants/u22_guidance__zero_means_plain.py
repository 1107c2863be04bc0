"""looks as if weight 0 is taken for no guidance: it ignores the condition / 看起來把權重 0 當成不用引導：0 是忽略條件"""


def guided(told, untold, weight):
    if not weight:
        return told.copy()
    with np.errstate(invalid="ignore"):
        mixed = untold + weight * (told - untold)
    return np.where(told == -np.inf, told, mixed)
