"""looks as if labels are dropped where the die is at or above the share: below it / 看起來骰子大於等於 share 的才丟掉：應該是小於的"""


def drop_condition(labels, u, share, nothing):
    return np.where(u >= share, nothing, labels)
