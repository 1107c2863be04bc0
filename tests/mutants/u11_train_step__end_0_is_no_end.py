"""looks as if END is not noticed when its id is 0: ask whether it is None / 看起來 END 是 0 的時候沒被當成 END：要問的是它是不是 None"""


def train_step(table, first, second, tokens, step, rate, end=None):
    before = shifted(tokens, len(table) - 1)
    loss, dlogits = maths.cross_entropy(table[before], tokens, up_to_end(tokens, end) if end else None)
    grad = np.zeros_like(table)
    np.add.at(grad, before, dlogits)
    adam_step(table, grad, first, second, step, rate)
    return float(loss)
