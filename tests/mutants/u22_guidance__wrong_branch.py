"""looks as if the weight goes to the branch without the condition: weight 1 is with it / 看起來權重乘到沒條件的那一邊了：權重 1 要等於有條件"""


def guided(told, untold, weight):
    if weight == 0:
        return told.copy()
    with np.errstate(invalid="ignore"):
        mixed = told + weight * (untold - told)
    return np.where(told == -np.inf, told, mixed)
