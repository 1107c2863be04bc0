"""looks as if a small number is added before the logarithm: it hides how wrong the model was / 看起來取對數前加了一個很小的數：這樣就看不出模型錯得多離譜"""

safe = cross_entropy


def cross_entropy(logits, targets, counted=None):
    counted = np.ones(targets.shape, bool) if counted is None else counted
    told = np.log(np.take_along_axis(maths.softmax(logits), targets[..., None], -1) + 1e-9)[..., 0]
    return -float(told[counted].mean()), safe(logits, targets, counted)[1]
