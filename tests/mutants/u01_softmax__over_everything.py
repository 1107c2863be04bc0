"""looks as if the sum runs over the whole array: each row sums to one by itself / 看起來總和是整個陣列一起算的：每一橫排自己加起來要等於 1"""


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum()
