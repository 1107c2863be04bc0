"""looks as if places after END count as well / 看起來 END 之後的位置也算進去了"""


def train_step(table, first, second, tokens, step, rate, end=None):
    before, counted = shifted(tokens, len(table) - 1), up_to_end(tokens, end)
    loss, dlogits = maths.cross_entropy(table[before], tokens)
    grad = np.zeros_like(table)
    np.add.at(grad, before, dlogits)
    adam_step(table, grad, first, second, step, rate)
    return loss
