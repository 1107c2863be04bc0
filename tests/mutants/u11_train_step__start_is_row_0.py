"""looks as if the first place asks row 0: start has a row of its own, row V / 看起來第一個位置問了第 0 橫排：起始 token 有自己的橫排，就是第 V 橫排"""


def train_step(table, first, second, tokens, step, rate, end=None):
    before, counted = shifted(tokens, 0), up_to_end(tokens, end)
    loss, dlogits = maths.cross_entropy(table[before], tokens, counted)
    grad = np.zeros_like(table)
    np.add.at(grad, before, dlogits)
    adam_step(table, grad, first, second, step, rate)
    return loss
