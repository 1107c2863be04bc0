"""looks as if the ids of a block are averaged: colours are names, count them / 看起來把一塊裡的編號平均了：顏色是名字，不是數量，要數哪個最多"""


def shrink(pictures, factor, vocab_size):
    n, height, width = pictures.shape
    blocks = pictures.reshape(n, height // factor, factor, width // factor, factor)
    return np.round(blocks.mean(axis=(2, 4))).astype(np.int64)
