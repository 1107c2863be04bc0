"""looks as if one die drops all labels or none: each label has its own / 看起來一顆骰子決定全部丟或全部不丟：每個標籤有自己的骰子"""


def drop_condition(labels, u, share, nothing):
    return np.full_like(labels, nothing) if u[0] < share else labels.copy()
