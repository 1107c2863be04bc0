"""looks as if the loss is in bits: nats are asked for / 看起來損失的單位是位元：這裡要的是 nats"""


def train_step(table, first, second, tokens, step, rate, end=None):
    before, counted = shifted(tokens, len(table) - 1), up_to_end(tokens, end)
    loss, dlogits = maths.cross_entropy(table[before], tokens, counted)
    grad = np.zeros_like(table)
    np.add.at(grad, before, dlogits)
    adam_step(table, grad, first, second, step, rate)
    return loss / float(np.log(2.0))
