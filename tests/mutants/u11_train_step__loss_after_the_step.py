"""looks as if the loss is that of the table after the step / 看起來損失是走完這一步之後才算的，應該在走之前算"""


def train_step(table, first, second, tokens, step, rate, end=None):
    before, counted = shifted(tokens, len(table) - 1), up_to_end(tokens, end)
    loss, dlogits = maths.cross_entropy(table[before], tokens, counted)
    grad = np.zeros_like(table)
    np.add.at(grad, before, dlogits)
    adam_step(table, grad, first, second, step, rate)
    return maths.cross_entropy(table[before], tokens, counted)[0]
