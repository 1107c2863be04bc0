"""looks as if the whole picture is laid side by side: each pixel is repeated instead / 看起來把整張圖重複貼了好幾次：要重複的是每個像素"""


def enlarge(pictures, factor):
    return np.tile(pictures, (1, factor, factor))
