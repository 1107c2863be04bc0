"""looks as if a block is a run of neighbours in memory, not a square of the picture / 看起來把記憶體裡連續的幾個像素當成一塊，應該是圖上的方塊"""


def shrink(pictures, factor, vocab_size):
    n, height, width = pictures.shape
    blocks = pictures.reshape(n, height // factor, width // factor, factor * factor)
    counts = (blocks[..., None] == np.arange(vocab_size)).sum(axis=3)
    return counts.argmax(axis=-1)
