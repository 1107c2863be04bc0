"""looks as if the rows go on at the sides: beyond the left and the right edge stands a pixel of another row / 看起來左右兩邊接到了別的橫排：圖的左右兩邊外面也是「沒有東西」"""


def pixel_context(tokens, height, width, reach, nothing):
    back = [-r * width - c for r in range(-reach, 0) for c in range(-reach, reach + 1)] + list(range(reach, 0, -1))
    places = np.arange(height * width)[:, None] - np.array(back)
    seen = np.where((places >= 0) & (places < height * width), tokens[:, places.clip(0, height * width - 1)], nothing)
    return seen.reshape(len(tokens), height, width, -1)
