"""looks as if the labels that were given are changed: work on a copy / 看起來改到了給你的標籤：先複製一份"""


def drop_condition(labels, u, share, nothing):
    labels[u < share] = nothing
    return labels
