"""looks as if the sum is divided by all places, not by those that count / 看起來除以了全部的位置數，應該只除以有算進去的"""


def train_step(table, first, second, tokens, step, rate, end=None):
    before, counted = shifted(tokens, len(table) - 1), up_to_end(tokens, end)
    loss, dlogits = maths.cross_entropy(table[before], tokens, counted)
    loss, dlogits = loss * counted.mean(), dlogits * counted.mean()
    grad = np.zeros_like(table)
    np.add.at(grad, before, dlogits)
    adam_step(table, grad, first, second, step, rate)
    return loss
