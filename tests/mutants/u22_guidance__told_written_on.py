"""looks as if the array that says what is told is changed: make a new one / 看起來改到了給你的 told：要算出新的陣列"""


def guided(told, untold, weight):
    if weight == 0:
        return untold.copy()
    impossible = told == -np.inf
    with np.errstate(invalid="ignore"):
        told -= untold
        told *= weight
        told += untold
    told[impossible] = -np.inf
    return told
