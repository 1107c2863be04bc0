"""looks as if equally frequent colours go to the larger id: the smaller one wins / 看起來一樣多的時候選了編號大的：要選小的"""


def shrink(pictures, factor, vocab_size):
    n, height, width = pictures.shape
    blocks = pictures.reshape(n, height // factor, factor, width // factor, factor)
    counts = (blocks[..., None] == np.arange(vocab_size)).sum(axis=(2, 4))
    return vocab_size - 1 - counts[..., ::-1].argmax(axis=-1)
