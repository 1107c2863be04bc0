"""looks as if only the rows that were asked take a step: Adam's means go on where the gradient is 0 / 看起來只更新這次用到的列：梯度是 0 的地方，Adam 的兩個平均也要繼續走"""


def train_step(table, first, second, tokens, step, rate, end=None):
    before = shifted(tokens, len(table) - 1)
    loss, dlogits = maths.cross_entropy(table[before], tokens, up_to_end(tokens, end))
    grad = np.zeros_like(table)
    np.add.at(grad, before, dlogits)
    asked = np.unique(before)
    some = [array[asked] for array in (table, first, second)]
    adam_step(some[0], grad[asked], some[1], some[2], step, rate)
    table[asked], first[asked], second[asked] = some
    return float(loss)
