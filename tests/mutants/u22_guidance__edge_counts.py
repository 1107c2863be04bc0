"""looks as if a die that is exactly the share drops its label (<= instead of <) / 看起來骰子剛好等於 share 時也丟掉了（用了 <=，應該是 <）"""


def drop_condition(labels, u, share, nothing):
    return np.where(u <= share, nothing, labels)
